"""What a corridor, a plan and the record of events do to supply; stages of a chain; ways straight home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.errors import InputError
from caspia.security import exposure, passage_concentration
from caspia.study.closing import BOTH, Closing, supply_events
from caspia.study.request import Request
from caspia.study.secure_choice import states_of
from caspia.study.secure_frames import LEAST, spread
from caspia.study.study import Study
from caspia.study.supply_bypass import bypass, shortfall
from caspia.study.supply_data import FactDraws, SupplyCase
from caspia.study.supply_ways import CASPIAN, Ways

FloatArray = npt.NDArray[np.float64]
WATCHED = ("RU", "CN", "IR", "AZ", "GE")
"""States whose share is shown for each world."""


def worlds_frame(worlds: Mapping[str, Ways], closings: Sequence[Closing]) -> pd.DataFrame:
    """What a corridor or plan changes.

    Parameters
    ----------
    worlds : mapping of str to Ways
        Supply by name of the world.
    closings : sequence of Closing
        What may be closed.

    Returns
    -------
    pandas.DataFrame
        One row a world and closing: share that present sellers still send, and at what more; the concentration of
        transit and shares of states repeat for each.
    """
    rows = []
    for name, ways in worlds.items():
        states = sorted({*states_of(ways), *WATCHED})
        share = exposure(ways.passes("states", states), ways.share)
        head: dict[str, object] = {"world": name, **spread("hhi_transit", passage_concentration(share))}
        caspian = np.array([way.corridor == CASPIAN for way in ways.ways])
        over_sea = ways.share * caspian
        head |= spread("caspian_share", over_sea.sum(axis=1))
        head |= spread("caspian_usd_per_t", _mean(over_sea, ways.usd_per_t))
        head |= spread("caspian_time_h", _mean(over_sea, ways.hours))
        for code in WATCHED:
            head |= spread(f"share_{code.lower()}", share[:, states.index(code)])
        for closing in closings:
            item = bypass(ways, closing)
            rows.append(
                {
                    **head,
                    "without": closing.name,
                    "without_name": closing.label,
                    **spread("kept_share", item.kept),
                    **spread("feasible_share", item.feasible),
                    **spread("extra_cost_usd_per_t", item.extra_usd_per_t),
                    **spread("extra_time_h", item.extra_h),
                }
            )
    return pd.DataFrame(rows)


def events_frame(data: Dataset, facts: FactDraws, ways: Ways) -> pd.DataFrame:
    """What each event of the record would leave short.

    Parameters
    ----------
    data : Dataset
        With the table events.
    facts : FactDraws
        Facts with draws.
    ways : Ways
        Supply.

    Returns
    -------
    pandas.DataFrame
        One row an event that touches this supply; `expected_short_days` is the mean over the draws.
    """
    table, (own, closings) = data.tables["events"], supply_events(data)
    rate, days = (facts.of("events", own, name) for name in ("events_per_year", "event_days"))
    losses = facts.of("events", own, "event_loss_share", 1.0)
    whole = float(ways.share[0].sum())
    rows = []
    for number, (event, closing) in enumerate(zip(own.tolist(), closings, strict=True)):
        item = bypass(ways, closing)
        if not item.lost.max() > LEAST:
            continue
        loss = losses[:, number]
        short = shortfall(item, days[:, number], loss, ways.case.stock_days)
        rows.append(
            {
                "event_id": table["id"].iloc[event],
                "event": table["name"].iloc[event],
                "supply": table["supply"].iloc[event],
                **spread("events_per_year", rate[:, number]),
                **spread("event_days", days[:, number]),
                **spread("lost_share", loss * item.lost),
                "feasible_share": float(loss[0] * item.feasible[0] + (1.0 - loss[0]) * min(whole, 1.0)),
                "days_of_cover": float(item.cover_days[0] / loss[0]) if loss[0] > 0 else np.inf,
                "answer_days": float(item.answer_days[0]),
                **spread("short_days", short),
                "expected_short_days": float((rate[:, number] * short)[min(1, len(short) - 1) :].mean()),
                "source_id": table["source_id"].iloc[event],
            }
        )
    columns = ["event_id", "event", "supply", "lost_share", "expected_short_days", "source_id"]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


def stage_row(head: Mapping[str, object], bypassed: pd.DataFrame) -> dict[str, object]:
    """A stage of a chain in one row.

    Parameters
    ----------
    head : mapping
        Of `summary`.
    bypassed : pandas.DataFrame
        Of `bypass_frame`.

    Returns
    -------
    dict of str to object
    """
    wanted = ("hhi_origin", "hhi_transit", "geopolrisk", "central_asia_share", "days_of_cover")
    row = {name: head[name] for name in ("commodity", "name", "stage", "delivered_at")}
    for name in wanted:
        row |= {key: head[key] for key in (name, f"{name}_p10", f"{name}_p90") if key in head}
    for item in bypassed.to_dict("records"):
        if item["without"] in ("RU", "CN", "RU,CN"):
            row[f"feasible_without_{str(item['without']).lower().replace(',', '_')}"] = item["feasible_share"]
    return row


def direct_frame(study: Study, case: SupplyCase) -> pd.DataFrame:
    """Ways straight to the importer, of goods that are now delivered abroad to be worked there.

    Parameters
    ----------
    study : Study
        Data and network.
    case : SupplyCase
        What is supplied.

    Returns
    -------
    pandas.DataFrame
        One row an origin with a place in the network and a corridor: what it would cost and take to the port at
        which a later stage of the chain arrives. Rules of the data hold; leave to pass China with goods of class 7
        is not among them, and has not been seen.
    """
    data = study.data
    needs, places = data.tables["needs"], data.tables["places"].set_index("id")["country"]
    minerals = data.tables["minerals"].set_index("id")["chain"]
    chain = str(case.mineral["chain"])
    same = (
        needs[(needs["country"] == case.importer) & (needs["mineral_id"].map(minerals) == chain)]
        if chain
        else needs[:0]
    )
    home = [place for place in same["place_id"] if places[place] in case.members]
    rows = []
    for row in case.supply_rows[case.supply_rows >= 0].tolist() if home else []:
        supply = data.tables["supplies"].iloc[row]
        if not supply["place_id"] or places[case.need["place_id"]] in case.members:
            continue
        goods = str(case.mineral["commodity_id"])
        try:
            found = study.itineraries(Request(str(supply["place_id"]), home[0], goods))
        except InputError:
            continue
        tonnes = study.costs(goods).cargo.tonnes / float(case.cargo_t[0])
        rows += [
            {
                "country": supply["country"],
                "corridor": item.corridor,
                "states": BOTH.join(item.countries),
                **{f"usd_per_t{end}": value / tonnes for end, value in _ends(item.cost_usd_p)},
                **{f"time_h{end}": value for end, value in _ends(item.time_h_p)},
            }
            for item in found
        ]
    return pd.DataFrame(rows, columns=None if rows else ["country", "corridor", "states", "usd_per_t", "time_h"])


def _mean(amount: FloatArray, what: FloatArray) -> FloatArray:
    """Mean over what moves, of values and draws; NaN where nothing does."""
    whole = amount.sum(axis=1)
    found = np.full(len(whole), np.nan)
    return np.asarray(np.divide((amount * what).sum(axis=1), whole, out=found, where=whole > 0))


def _ends(percentiles: tuple[float, float, float]) -> tuple[tuple[str, float], ...]:
    low, middle, high = percentiles
    return (("", middle), ("_p10", low), ("_p90", high))

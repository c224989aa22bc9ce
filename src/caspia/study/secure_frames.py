"""Supply security as tables: one row an origin, a passage, a closing, a world, a closure of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.security import (
    SupplyChoice,
    SupplyQuestion,
    captive,
    choose_supply,
    expected_shortfall,
    exposure,
    geopolrisk,
    hhi,
    instability,
    passage_concentration,
)
from caspia.study.closing import Closing
from caspia.study.supply_bypass import Bypass, bypass, shortfall
from caspia.study.supply_data import FactDraws, SupplyCase
from caspia.study.supply_ways import AT_HOME, CASPIAN, DAY_H, Ways

FloatArray = npt.NDArray[np.float64]
CHOKEPOINTS = (
    "hormuz",
    "bab-el-mandeb",
    "suez-canal",
    "malacca",
    "panama-canal",
    "cape-of-good-hope",
    "bosporus",
    "danish-straits",
    "gibraltar",
    "taiwan-strait",
    "caspian-sea",
)
"""Waters whose passage is shown; the others are open sea."""
WATCHED = ("RU", "CN", "IR", "AZ", "GE")
"""States whose share is shown for each world."""
LEAST = 5e-4
"""Share below which an origin or passage is not listed."""
RATIO = 1.05
"""What shortage costs over the dearest way in the choice of supply."""


def spread(name: str, values: FloatArray) -> dict[str, float]:
    """A number with its interval.

    Parameters
    ----------
    name : str
        Of the number.
    values : numpy.ndarray, shape (1 + draws,)
        The value, then draws.

    Returns
    -------
    dict of str to float
        `name`, and with draws `name_p10` and `name_p90`.
    """
    found = {name: float(values[0])}
    if len(values) > 1:
        low, high = np.quantile(values[1:], (0.1, 0.9), method="nearest")
        found |= {f"{name}_p10": float(low), f"{name}_p90": float(high)}
    return found


def origins_frame(data: Dataset, ways: Ways) -> pd.DataFrame:
    """Origins with their share, what they make, and how the goods come.

    Parameters
    ----------
    data : Dataset
        Tables.
    ways : Ways
        Supply.

    Returns
    -------
    pandas.DataFrame
        One row an origin, the largest first.
    """
    case, names = ways.case, _names(data)
    supplies = data.tables["supplies"]
    rows = []
    for number, code in enumerate(case.origins):
        if not case.present[:, number].max() > LEAST:
            continue
        supply = int(case.supply_rows[number])
        own = ways.origin == number
        use = ways.share[0] * own
        made = np.flatnonzero(case.makers == supply)
        rows.append(
            {
                "country": code,
                "name": names.get(code, code),
                **spread("share", case.present[:, number]),
                "world_share": float(case.production[0, made[0]] / case.world_t[0]) if len(made) else np.nan,
                "spare_share": float(case.spare[0, number]),
                "political_stability": float(case.stability[0, number]),
                "usd_per_t": _mean(use, ways.usd_per_t[0]),
                "time_h": _mean(use, ways.hours[0]),
                "corridors": ";".join(dict.fromkeys(ways.ways[w].corridor for w in np.argsort(-use) if use[w] > LEAST)),
                "owner": str(supplies["owner"].iloc[supply]) if supply >= 0 else "",
                "note": str(supplies["note"].iloc[supply]) if supply >= 0 else "",
            }
        )
    frame = pd.DataFrame(rows)
    return frame.sort_values("share", ascending=False, ignore_index=True, kind="stable")


def passage_frame(data: Dataset, ways: Ways, kind: str, within_cost: float, within_days: float) -> pd.DataFrame:
    """States or chokepoints that supply passes.

    Parameters
    ----------
    data : Dataset
        Tables.
    ways : Ways
        Supply.
    kind : {"states", "waters"}
        What is passed.
    within_cost : float
        What another way may cost more, over the price, for cargo not to be captive.
    within_days : float
        What it may take longer.

    Returns
    -------
    pandas.DataFrame
        `country` or `water`, `share` and `captive_share`, the largest first.
    """
    names = _names(data)
    codes = sorted(set().union(*(getattr(way, kind) for way in ways.ways))) if ways.ways else []
    codes = [code for code in codes if kind == "states" or code in CHOKEPOINTS]
    passes = ways.passes(kind, codes)
    share = exposure(passes, ways.share)
    measure = np.stack([ways.usd_per_t[0], ways.hours[0]], axis=1)
    within = (within_cost * ways.case.price_usd_per_t[0], within_days * DAY_H)
    # Ways that are limited free nobody for certain.
    bound = captive(passes, ways.share[0], ways.origin, measure, within)
    rows = []
    for number, code in enumerate(codes):
        if share[:, number].max() > LEAST:
            head = {"country": code, "name": names.get(code, code)} if kind == "states" else {"water": code}
            rows.append({**head, **spread("share", share[:, number]), "captive_share": float(bound[number])})
    columns = ["country", "name"] if kind == "states" else ["water"]
    if not rows:
        return pd.DataFrame(columns=[*columns, "share", "captive_share"])
    return pd.DataFrame(rows).sort_values("share", ascending=False, ignore_index=True, kind="stable")


def bypass_frame(found: Sequence[Bypass]) -> pd.DataFrame:
    """Supply without states or waters.

    Parameters
    ----------
    found : sequence of Bypass
        One a closing.

    Returns
    -------
    pandas.DataFrame
        One row a closing.
    """
    return pd.DataFrame([_bypass_row(item) for item in found])


def _bypass_row(item: Bypass) -> dict[str, object]:
    cover = item.cover_days
    return {
        "without": item.closing.name,
        **spread("lost_share", item.lost),
        **spread("feasible_share", item.feasible),
        **spread("rerouted_share", item.rerouted),
        **spread("bought_share", item.bought),
        **spread("extra_cost_usd_per_t", item.extra_usd_per_t),
        **spread("extra_time_h", item.extra_h),
        **spread("days_of_cover", cover),
        **spread("answer_days", item.answer_days),
    }


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
        states = sorted(set().union(*(way.states for way in ways.ways)) | set(WATCHED))
        share = exposure(ways.passes("states", states), ways.share)
        head: dict[str, object] = {"world": name, **spread("hhi_transit", passage_concentration(share))}
        caspian = np.array([way.corridor == CASPIAN for way in ways.ways])
        head |= spread("caspian_share", (ways.share * caspian).sum(axis=1))
        for code in WATCHED:
            head |= spread(f"share_{code.lower()}", share[:, states.index(code)])
        for closing in closings:
            item = bypass(ways, closing)
            rows.append(
                {
                    **head,
                    "without": closing.name,
                    **spread("kept_share", item.kept),
                    **spread("feasible_share", item.feasible),
                    **spread("extra_cost_usd_per_t", item.extra_usd_per_t),
                    **spread("extra_time_h", item.extra_h),
                }
            )
    return pd.DataFrame(rows)


def halts_frame(data: Dataset, facts: FactDraws, ways: Ways, found: Sequence[Bypass]) -> pd.DataFrame:
    """What each closure of the record would leave short.

    Parameters
    ----------
    data : Dataset
        With the table halts.
    facts : FactDraws
        Facts with draws.
    ways : Ways
        Supply.
    found : sequence of Bypass
        Supply under each, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        One row a closure that touches this supply; `expected_short_days` is the mean over the draws.
    """
    table = data.tables["halts"]
    rate, days = (facts.of("halts", np.arange(len(table)), name) for name in ("events_per_year", "halt_days"))
    rows = []
    for number, item in enumerate(found):
        if not item.lost.max() > LEAST:
            continue
        short = shortfall(item, days[:, number], ways.case.stock_days)
        rows.append(
            {
                "halt": table["name"].iloc[number],
                "target": table["target"].iloc[number],
                **spread("events_per_year", rate[:, number]),
                **spread("halt_days", days[:, number]),
                **spread("lost_share", item.lost),
                "feasible_share": float(item.feasible[0]),
                "days_of_cover": float(item.cover_days[0]),
                "answer_days": float(item.answer_days[0]),
                **spread("short_days", short),
                "expected_short_days": float((rate[:, number] * short)[min(1, len(short) - 1) :].mean()),
                "source_id": table["source_id"].iloc[number],
            }
        )
    columns = ["halt", "target", "lost_share", "expected_short_days", "source_id"]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


def choose(ways: Ways) -> SupplyChoice:
    """Supply at least cost under what is to be had and the largest prudent share of one origin or passage.

    Parameters
    ----------
    ways : Ways
        Supply; values are used, not draws.

    Returns
    -------
    SupplyChoice
        Shares of the need.
    """
    case = ways.case
    cost = case.price_usd_per_t[0] + ways.usd_per_t[0]
    states = _states(ways)
    question = SupplyQuestion(
        origin=ways.origin,
        cost=cost,
        way_limit=ways.limit[0],
        available=case.present[0] + case.spare[0],
        origin_limit=float(case.origin_limit[0]),
        passes=ways.passes("states", states),
        passage_limit=np.full(len(states), float(case.origin_limit[0])),
        need=1.0,
        shortage_cost=RATIO * float(cost.max(initial=1.0)),
    )
    return choose_supply(question)


def choice_frame(ways: Ways) -> pd.DataFrame:
    """Supply now and at least cost.

    Parameters
    ----------
    ways : Ways
        Supply.

    Returns
    -------
    pandas.DataFrame
        One row an origin.
    """
    case, chosen = ways.case, choose(ways)
    least = np.bincount(ways.origin, chosen.amount, len(case.origins))
    rows = pd.DataFrame({"country": case.origins, "present_share": case.present[0], "chosen_share": least})
    kept = rows[(rows["present_share"] > LEAST) | (rows["chosen_share"] > LEAST)]
    return kept.sort_values("chosen_share", ascending=False, ignore_index=True, kind="stable")


def limits_frame(ways: Ways) -> pd.DataFrame:
    """What each limit of the choice costs.

    Parameters
    ----------
    ways : Ways
        Supply.

    Returns
    -------
    pandas.DataFrame
        `limit`, `target` and `price_usd_per_t`, what a tonne more of leave would save; only limits that bind.
    """
    case, chosen, states = ways.case, choose(ways), _states(ways)
    priced = (
        ("available", case.origins, chosen.available_price),
        ("origin", case.origins, chosen.origin_price),
        ("passage", tuple(states), chosen.passage_price),
        ("way", tuple(ways.ways[w].port or ways.ways[w].corridor for w in range(len(ways.ways))), chosen.way_price),
    )
    rows = [
        {"limit": limit, "target": target, "price_usd_per_t": float(price)}
        for limit, targets, prices in priced
        for target, price in zip(targets, prices, strict=True)
        if price > 1e-6
    ]
    frame = pd.DataFrame(rows, columns=["limit", "target", "price_usd_per_t"])
    return frame.sort_values("price_usd_per_t", ascending=False, ignore_index=True, kind="stable")


def ways_frame(data: Dataset, ways: Ways) -> pd.DataFrame:
    """Every way with its cost and time.

    Parameters
    ----------
    data : Dataset
        Tables.
    ways : Ways
        Supply.

    Returns
    -------
    pandas.DataFrame
        One row a way, those that are used first.
    """
    rows = []
    for number, way in enumerate(ways.ways):
        rows.append(
            {
                "country": ways.case.origins[way.origin],
                "corridor": way.corridor,
                "port": way.port,
                "states": ";".join(sorted(way.states)),
                "waters": ";".join(water for water in CHOKEPOINTS if water in way.waters),
                **spread("share", ways.share[:, number]),
                **spread("usd_per_t", way.usd_per_t),
                **spread("time_h", way.hours),
            }
        )
    frame = pd.DataFrame(rows)
    return frame.sort_values("share", ascending=False, ignore_index=True, kind="stable") if rows else frame


def summary(data: Dataset, ways: Ways, record: pd.DataFrame) -> dict[str, object]:
    """Numbers of the whole.

    Parameters
    ----------
    data : Dataset
        Tables.
    ways : Ways
        Supply.
    record : pandas.DataFrame
        Of `halts_frame`.

    Returns
    -------
    dict of str to object
    """
    case, states = ways.case, _states(ways)
    share = exposure(ways.passes("states", states), ways.share)
    score, risk, produced = _governance(case)
    chosen = choose(ways)
    days = record["expected_short_days"].to_numpy(dtype=float)
    home = np.array([way.corridor == AT_HOME for way in ways.ways])
    kz = [case.origins.index(code) for code in ("KZ", "UZ", "TJ", "KG", "TM") if code in case.origins]
    return {
        "commodity": case.name,
        "name": str(case.mineral["name"]),
        "stage": str(case.mineral["stage"]),
        "unit": str(case.mineral["unit"]),
        "importer": case.importer,
        "importer_name": _names(data).get(case.importer, case.importer),
        "delivered_at": str(case.need["place_id"]),
        "basis": "stated shares" if case.is_stated else "shares of world exports",
        "kz_jp": str(case.mineral["kz_jp"]),
        "note": str(case.mineral["note"]),
        "need_note": str(case.need["note"]),
        **spread("need_t", case.need_t),
        **spread("hhi_origin", hhi(case.present)),
        **spread("hhi_transit", passage_concentration(share)),
        **spread("hhi_production", produced),
        **spread("geopolrisk", score),
        **spread("import_risk", risk),
        **spread("central_asia_share", case.present[:, kz].sum(axis=1)),
        **spread("days_of_cover", case.stock_days),
        **spread("reorder_days", case.reorder_days),
        **spread("usd_per_t", (ways.share * ways.usd_per_t).sum(axis=1)),
        "home_share": float(ways.share[0] @ home),
        "expected_shortfall_share": float(expected_shortfall(np.ones_like(days), days)),
        "without_way_share": float(max(1.0 - ways.share[0].sum(), 0.0)),
        "choice_gap": abs(chosen.cost - chosen.bound) / max(abs(chosen.bound), 1e-300),
        "price_usd_per_t": float(case.price_usd_per_t[0]),
        "draws": len(case.present) - 1,
    }


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


def _governance(case: SupplyCase) -> tuple[FloatArray, FloatArray, FloatArray]:
    """GeoPolRisk score, import risk, and concentration of world production, shape (1 + draws,)."""
    made = case.production / np.maximum(case.world_t[:, None], case.production.sum(axis=1, keepdims=True))
    domestic = np.zeros(len(case.present))
    if case.domestic is not None:
        domestic = case.production[:, case.domestic]
    bought = case.present * case.need_t[:, None]
    own = [number for number, code in enumerate(case.origins) if code == case.importer]
    bought[:, own] = 0.0
    _, risk = geopolrisk(case.production, bought, instability(case.stability), domestic)
    # What is made by states that the data do not name is taken to be spread over many.
    produced = np.asarray((made**2).sum(axis=1))
    return produced * risk, risk, produced


def _states(ways: Ways) -> list[str]:
    """States that some way passes."""
    return sorted(set().union(*(way.states for way in ways.ways))) if ways.ways else []


def _names(data: Dataset) -> dict[str, str]:
    table = data.tables["countries"]
    return dict(zip(table["id"], table["name"], strict=True))


def _mean(amount: FloatArray, what: FloatArray) -> float:
    return float(amount @ what / amount.sum()) if amount.sum() > 0 else np.nan

"""Supply security as tables: one row an origin, a passage, a closing, a world, a closure of the record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.security import (
    captive,
    expected_shortfall,
    exposure,
    geopolrisk,
    hhi,
    instability,
    passage_concentration,
)
from caspia.study.secure_choice import choose, states_of
from caspia.study.supply_bypass import Bypass
from caspia.study.supply_data import SupplyCase
from caspia.study.supply_ways import AT_HOME, Ways
from caspia.study.voyages import DAY_H

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
LEAST = 5e-4
"""Share below which an origin or passage is not listed."""


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
                "corridors": ";".join(
                    dict.fromkeys(ways.ways[w].corridor for w in np.argsort(-use) if use[w] > LEAST)
                ),
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
        "without_name": item.closing.label,
        **spread("lost_share", item.lost),
        **spread("feasible_share", item.feasible),
        **spread("rerouted_share", item.rerouted),
        **spread("bought_share", item.bought),
        **spread("extra_cost_usd_per_t", item.extra_usd_per_t),
        **spread("extra_time_h", item.extra_h),
        **spread("days_of_cover", cover),
        **spread("answer_days", item.answer_days),
    }


def ways_frame(ways: Ways) -> pd.DataFrame:
    """Every way with its cost and time.

    Parameters
    ----------
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
        Of `events_frame`.

    Returns
    -------
    dict of str to object
    """
    case, states = ways.case, states_of(ways)
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
        "importer_name": _names(data).get(case.importer, f"the {case.importer}"),
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
        "origin_limit_share": float(case.origin_limit[0]),
        **spread("usd_per_t", (ways.share * ways.usd_per_t).sum(axis=1)),
        "home_share": float(ways.share[0] @ home),
        "expected_shortfall_share": float(expected_shortfall(np.ones_like(days), days)),
        "without_way_share": float(max(1.0 - ways.share[0].sum(), 0.0)),
        "choice_gap": abs(chosen.cost - chosen.bound) / max(abs(chosen.bound), 1e-300),
        "price_usd_per_t": float(case.price_usd_per_t[0]),
        "draws": len(case.present) - 1,
    }


def _governance(case: SupplyCase) -> tuple[FloatArray, FloatArray, FloatArray]:
    """GeoPolRisk score, import risk, and concentration of world production, shape (1 + draws,)."""
    made = case.production / np.maximum(case.world_t[:, None], case.production.sum(axis=1, keepdims=True))
    bought = case.present * case.need_t[:, None]
    own = [number for number, code in enumerate(case.origins) if code in case.members]
    bought[:, own] = 0.0
    _, risk = geopolrisk(case.production, bought, instability(case.stability), case.domestic)
    # What is made by states that the data do not name is taken to be spread over many.
    produced = np.asarray((made**2).sum(axis=1))
    return produced * risk, risk, produced


def _names(data: Dataset) -> dict[str, str]:
    table = data.tables["countries"]
    return dict(zip(table["id"], table["name"], strict=True))


def _mean(amount: FloatArray, what: FloatArray) -> float:
    return float(amount @ what / amount.sum()) if amount.sum() > 0 else np.nan

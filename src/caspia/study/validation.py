"""Modelled against published through times and through prices that were not inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from caspia.data import Dataset
from caspia.errors import InputError
from caspia.study.barred import barred_corridors, barred_frame, barred_records
from caspia.study.itinerary import Itinerary
from caspia.study.request import Request
from caspia.study.study import Study
from caspia.units import HOURS_PER_DAY, TEU_PER_FEU

UNIT_OF_ATTRIBUTE = {
    "transit_time_d": "day",
    "price_usd_per_feu": "USD/FEU",
    "price_usd_per_teu": "USD/TEU",
    "price_usd_per_t": "USD/t",
}
ENDS = ("loading", "unloading")
WHY = ("reason", "barred_by", "lifted_by")
"""Columns that say why an observation has no route."""


def validate(study: Study, progress: Callable[[int, int], None] | None = None) -> pd.DataFrame:
    """Ask the model every observation.

    Parameters
    ----------
    study : Study
        Data and settings.
    progress : callable, optional
        Told the number done and the number of all.

    Returns
    -------
    pandas.DataFrame
        One row an observation: observed and modelled value, misfit (modelled over observed less one), status
        (`compared`; `dependent` where an input shares the source; `no route`); for one without a route `reason`,
        and where rules bar it, their ids (`barred_by`) and the scenarios that lift them (`lifted_by`), joined by
        `;`. Scope `terminal` leaves out loading and unloading; freight prices are without cargo insurance.
    """
    values = _values(study.data)
    observations = list(study.data.tables["observations"].itertuples())
    rows = []
    for number, observation in enumerate(observations):
        rows.append(_compare(study, observation, values[observation.id]))
        if progress:
            progress(number + 1, len(observations))
    return pd.DataFrame(rows)


def _values(data: Dataset) -> dict[str, dict[str, Any]]:
    facts = data.facts.frame
    chosen = facts[(facts["rank"] == 1) & facts["attribute"].isin(list(UNIT_OF_ATTRIBUTE))]
    money = np.asarray(data.facts.value)[chosen.index]
    records = chosen.assign(real=money, factor=money / chosen["value"]).to_dict("records")
    return {str(record["subject"]): {str(k): v for k, v in record.items()} for record in records}


def _compare(study: Study, observation: Any, fact: dict[str, Any]) -> dict[str, Any]:
    names = study.data.tables["places"].set_index("id")["name"]
    factor = fact["factor"]
    row = {
        "observation_id": observation.id,
        "name": observation.name,
        "kind": observation.kind,
        "corridor": observation.corridor,
        "origin": names[observation.origin_id],
        "destination": names[observation.destination_id],
        "commodity_id": observation.commodity_id,
        "year": fact["value_year"],
        "scope": observation.scope,
        "observed": fact["real"],
        "observed_low": fact["low"] * factor,
        "observed_high": fact["high"] * factor,
        "unit": UNIT_OF_ATTRIBUTE[fact["attribute"]],
        "source_id": fact["source_id"],
        "note": observation.note,
    }
    request = _request(observation)
    try:
        item = study.itineraries(request)[0]
    except InputError as error:
        missing = dict.fromkeys(("modelled", "modelled_p10", "modelled_p90", "misfit"), np.nan)
        return row | missing | {"status": "no route"} | _why_not(study, request, error)
    mid, low, high = _modelled(study, observation, item, row["unit"])
    return row | {
        "modelled": mid,
        "modelled_p10": low,
        "modelled_p90": high,
        "misfit": mid / row["observed"] - 1,
        # What shares its source with an input cannot judge the model; it is shown but not counted.
        "status": "dependent" if observation.scope.endswith("dependent") else "compared",
        **dict.fromkeys(WHY, ""),
    }


def _request(observation: Any) -> Request:
    """The model's way: through the observation's places if it names some, else the best of its corridor."""
    via = tuple(place for place in observation.via.split(";") if place)
    ends = observation.origin_id, observation.destination_id
    return Request(*ends, observation.commodity_id, via=via, corridor=observation.corridor)


def _why_not(study: Study, request: Request, error: InputError) -> dict[str, str]:
    """Why an observation has no route: the rules that bar it, or what the search says."""
    try:
        barred = barred_corridors(study, request)
    except InputError:
        barred = []
    if not barred:
        return dict(zip(WHY, (error.problem.what, "", ""), strict=True))
    frame = barred_frame(barred, study.data)
    said = [f"{row.reason} ({row.source})" if row.reason else row.source for row in frame.itertuples()]
    lifted = barred_records(frame)[0]["lifted_by"]
    return dict(
        zip(WHY, ("; ".join(dict.fromkeys(said)), ";".join(frame["rule_id"]), ";".join(lifted)), strict=True)
    )


def _modelled(study: Study, observation: Any, item: Itinerary, unit: str) -> tuple[float, float, float]:
    costs = study.costs(observation.commodity_id)
    world = study.scene.world
    kinds = [leg.operation for leg in item.legs]
    terminal = observation.scope.split(" ")[0].rstrip(",;") == "terminal"
    # From terminal to terminal: without what is done and charged before departure and after arrival.
    arcs = item.arcs[1:-1] if terminal and (kinds[0], kinds[-1]) == ENDS else item.arcs
    if observation.kind == "time":
        draws = world.sampler.path(costs.time, arcs) / HOURS_PER_DAY
    else:
        per = TEU_PER_FEU if unit == "USD/TEU" else 1.0
        per *= costs.cargo.tonnes if unit == "USD/t" and costs.cargo.unit == "FEU" else 1.0
        draws = world.sampler.path(costs.money, arcs) / per
    low, mid, high = np.quantile(draws, (0.1, 0.5, 0.9))
    return float(mid), float(low), float(high)


def summary(validation: pd.DataFrame) -> pd.DataFrame:
    """Median misfits by kind and corridor.

    Parameters
    ----------
    validation : pandas.DataFrame
        As `validate` gives it.

    Returns
    -------
    pandas.DataFrame
        kind, corridor (`all` for the whole kind), compared, median_absolute_error, median_misfit,
        within_25_percent, within_p10_p90 (share of observed values in the modelled interval; 0.8 would be right).
    """
    compared = validation[validation["status"] == "compared"]
    return pd.DataFrame(_summary_rows(compared))


def _summary_rows(compared: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for kind, group in compared.groupby("kind", sort=True):
        parts = [("all", group), *group.groupby("corridor", sort=True)]
        for corridor, part in parts:
            yield {
                "kind": kind,
                "corridor": corridor,
                "compared": len(part),
                "median_absolute_error": float(part["misfit"].abs().median()),
                "median_misfit": float(part["misfit"].median()),
                "within_25_percent": float((part["misfit"].abs() <= 0.25).mean()),
                "within_p10_p90": float(
                    part["observed"].between(part["modelled_p10"], part["modelled_p90"]).mean()
                ),
            }

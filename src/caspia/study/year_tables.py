"""Demand, flows, corridors and counts of one year as tables for a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

import caspia
from caspia.data import Dataset
from caspia.demand import Case, demand_cells, reconcile
from caspia.study.flow_frames import (
    SMALL_T,
    corridors_frame,
    countries_frame,
    links_frame,
    servers_frame,
    unserved_frame,
)
from caspia.study.flow_tables import named_states
from caspia.study.flows import Flows
from caspia.study.store import YEARLY
from caspia.study.study import Study, Tell
from caspia.study.traffic import compare_counts
from caspia.study.workbook import by_ending
from caspia.units import PRICE_YEAR

HOLDS: Mapping[str, str] = {
    "demand": "Demand by zone of origin, zone of destination and commodity, and what each number rests on",
    "flows": "What moves, by market, zones, commodity and corridor; shares within these",
    "corridors": "What each corridor carries, by market; the market All is the sum",
    "countries": "Transit through states and what carriage, handling and borders earn there",
    "links": "What each link carries, by corridor and direction",
    "capacities": "Load of everything that has a capacity, in the unit of the row",
    "unserved": "Demand that has no open route, declared and never dropped",
    "counts": "Observed beside modelled traffic of the year; role: fitted, judged or shown",
    "reconciliation": "Sums of demand beside published totals of all years",
}
"""Tables and what they hold."""
_OF_THE_ROW = "in the unit of the row"
ENDINGS: Mapping[str, str] = {
    **YEARLY,
    **dict.fromkeys(("observed", "published", "modelled", "low", "high", "flow", "capacity"), _OF_THE_ROW),
    "price_usd": "US dollars of the price year for a unit of the row",
    "t_per_unit": "tonnes in a unit of the row",
    "ratio": "flow over capacity",
    "misfit": "modelled over observed or published, less one",
    "factor": "the greater of modelled and observed over the lesser",
}
"""Unit of a column by its ending."""


@dataclass(frozen=True, eq=False)
class YearTables:
    """Tables of one year and one world.

    Attributes
    ----------
    about : mapping
        Version, data, scenario, year and case, and the gap that certifies the flows.
    tables : mapping of str to pandas.DataFrame
        Those of `HOLDS`, and `sources`.
    """

    about: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame]


def meaning_of(_table: str, column: str) -> str:
    """Unit or meaning of a column.

    Parameters
    ----------
    _table : str
        Name of the table.
    column : str
        Name of the column.

    Returns
    -------
    str
        Empty for one that is not measured.
    """
    return by_ending(ENDINGS, column)


def year_tables(study: Study, year: int, case: Case, progress: Tell | None = None) -> YearTables:
    """Solve the flows of a year and put them into tables with the demand and the counts.

    Parameters
    ----------
    study : Study
        The world is `Study.in_year`.
    year : int
        2019 to 2040.
    case : {"low", "central", "high"}
        Growth after the last observation.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    YearTables

    Raises
    ------
    caspia.errors.InputError
        The year is out of range, or the data lack what flows need.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    world = study.in_year(year)
    # A year out of range is refused before routes are searched.
    demand = _demand(world.data, year, case)
    flows = world.flows(year, case, progress=progress)
    about = {
        "version": caspia.__version__,
        "data name": world.data.name,
        "data hash": world.data.sha256,
        "scenario": flows.scenario,
        "year": year,
        "case": case,
        "price year": PRICE_YEAR,
        "relative gap": flows.result.residual,
    }
    tables = {"demand": demand} | _of_flows(flows) | {"reconciliation": reconcile(world.data)}
    sources = world.data.tables["sources"].rename(columns={"id": "source_id"})
    return YearTables(MappingProxyType(about), MappingProxyType(tables | {"sources": sources}))


def _demand(data: Dataset, year: int, case: Case) -> pd.DataFrame:
    cells = demand_cells(data, year, case)
    keys = data.facts.frame["key"].to_numpy()[cells.pop("fact").to_numpy(dtype=int)]
    return cells.rename(columns={"origin_id": "origin_zone", "destination_id": "destination_zone"}).assign(
        fact=keys
    )


def _of_flows(flows: Flows) -> dict[str, pd.DataFrame]:
    names = flows.model.study.data.tables["links"].set_index("id")["name"]
    links = links_frame(flows)
    links.insert(1, "name", names.reindex(links["link_id"]).to_numpy(dtype=object))
    whole = corridors_frame(flows).assign(segment="All")
    parts = corridors_frame(flows, ("segment",))
    moved = corridors_frame(flows, ("segment", "origin_zone", "destination_zone", "commodity_id"))
    return {
        "flows": moved[moved["flow_t"] > SMALL_T].sort_values("flow_t", ascending=False, ignore_index=True),
        "corridors": pd.concat([whole[parts.columns], parts], ignore_index=True),
        "countries": named_states(countries_frame(flows), flows),
        "links": links,
        "capacities": servers_frame(flows),
        "unserved": unserved_frame(flows),
        "counts": compare_counts({flows.year: flows}),
    }

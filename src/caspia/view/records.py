"""The rows of a `Result` as frozen records: what charts, sentences, tables and terminal read.

A column that is missing or empty becomes NaN or an empty text; nothing here computes a result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from caspia.view import theme
from caspia.view.formats import days

Row = Mapping[str, object]


class ResultLike(Protocol):
    """What this room consumes: the tables and the manifest of `caspia.study.result.Result`."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables by name."""

    @property
    def manifest(self) -> Mapping[str, object]:
        """Version, data hash, seed, settings."""


@dataclass(frozen=True)
class Range:
    """A modelled number with its interval: P10, P50 and P90 in one unit."""

    p10: float
    p50: float
    p90: float

    def scaled(self, factor: float) -> Range:
        """Return the range in another unit.

        Parameters
        ----------
        factor
            Size of the old unit in the new one.

        Returns
        -------
        Range
            All three numbers times the factor.
        """
        return Range(self.p10 * factor, self.p50 * factor, self.p90 * factor)


@dataclass(frozen=True)
class Consignment:
    """One question: what moves from where to where, under which constraint."""

    id: str
    name: str
    origin_id: str
    origin: str
    destination_id: str
    destination: str
    commodity_id: str
    commodity: str
    unit: str
    avoid: tuple[str, ...]
    month: int | None
    answered: bool
    reason: str


@dataclass(frozen=True)
class Route:
    """One way of one consignment with its cost, time and emissions per unit."""

    id: str
    consignment_id: str
    corridor: str
    rank: int
    best: bool
    on_pareto: bool
    countries: tuple[str, ...]
    via: str
    length_km: float
    cost_unit: str
    cost_usd: Range
    time_days: Range
    mean_time_days: float
    co2e_kg: Range
    insurance_usd: float
    value_of_time_usd: float
    generalised_cost_usd: float
    border_crossings: int
    gauge_changes: int
    transfers: int
    assumed_share: float

    @property
    def look(self) -> theme.Corridor:
        """Colour, dash and shape of its corridor."""
        return theme.corridor(self.corridor)

    @property
    def label(self) -> str:
        """Corridor, with the number of the alternative where it is not the first."""
        return self.corridor if self.rank == 1 else f"{self.corridor} {self.rank}"

    @property
    def value_of_time_usd_per_day(self) -> float:
        """Value of time behind the generalised cost, USD per day and unit."""
        return self.value_of_time_usd / self.mean_time_days if self.mean_time_days > 0 else math.nan


def text(row: Row, column: str) -> str:
    """Return a cell as text.

    Parameters
    ----------
    row
        A row of a table.
    column
        Column name; a missing column is empty.

    Returns
    -------
    str
        Empty for a missing value.

    Examples
    --------
    >>> text({"name": "Aktau"}, "name"), text({"name": float("nan")}, "name")
    ('Aktau', '')
    """
    value = row.get(column)
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value)


def real(row: Row, column: str) -> float:
    """Return a cell as a number.

    Parameters
    ----------
    row
        A row of a table.
    column
        Column name; a missing column is NaN.

    Returns
    -------
    float
        NaN for a missing value.

    Examples
    --------
    >>> real({"time_h": 36}, "time_h"), real({}, "time_h")
    (36.0, nan)
    """
    cell = text(row, column)
    return float(cell) if cell else math.nan


def items(row: Row, column: str) -> tuple[str, ...]:
    """Return a cell that holds a ``;`` list.

    Parameters
    ----------
    row
        A row of a table.
    column
        Column name.

    Returns
    -------
    tuple of str
        Without empty items.

    Examples
    --------
    >>> items({"countries": "KZ;AZ"}, "countries")
    ('KZ', 'AZ')
    """
    return tuple(part.strip() for part in text(row, column).split(";") if part.strip())


def rows(result: ResultLike, table: str) -> list[Row]:
    """Return the rows of a table; none if the result does not hold it.

    Parameters
    ----------
    result
        The result of a study.
    table
        Name of the table.

    Returns
    -------
    list of mappings
        Column name to cell.
    """
    if isinstance(result, Prepared):
        return result.rows_of(table)
    frame = result.tables.get(table)
    if frame is None:
        return []
    return [{str(k): v for k, v in record.items()} for record in frame.to_dict("records")]


class Prepared:
    """A result whose tables are turned into rows once, when they are first read, for those who read them often.

    Parameters
    ----------
    result
        The result of a study.
    """

    def __init__(self, result: ResultLike) -> None:
        self.tables = result.tables
        self.manifest = result.manifest
        self._result = result
        self._rows: dict[str, list[Row]] = {}
        self._routes: dict[str, list[Route]] = {}

    def rows_of(self, table: str) -> list[Row]:
        """Return the rows of a table; none if the result does not hold it.

        Parameters
        ----------
        table
            Name of the table.

        Returns
        -------
        list of mappings
            Column name to cell.
        """
        if table not in self._rows:
            self._rows[table] = rows(self._result, table)
        return self._rows[table]

    def routes_of(self, consignment_id: str) -> list[Route]:
        """Return the routes of a consignment in the order of the table.

        Parameters
        ----------
        consignment_id
            The consignment.

        Returns
        -------
        list of Route
            None if it has no route.
        """
        if not self._routes:
            for found in map(route, self.rows_of("routes")):
                self._routes.setdefault(found.consignment_id, []).append(found)
        return self._routes.get(consignment_id, [])


def _flag(row: Row, column: str) -> bool:
    return text(row, column).lower() in {"true", "1", "yes", "1.0"}


def _count(row: Row, column: str) -> int:
    value = real(row, column)
    return int(value) if math.isfinite(value) else 0


def _range(row: Row, column: str) -> Range:
    middle = real(row, f"{column}_p50")
    if math.isnan(middle):
        middle = real(row, column)
    return Range(real(row, f"{column}_p10"), middle, real(row, f"{column}_p90"))


def consignment(row: Row) -> Consignment:
    """Make the record of one row of the consignments table.

    Parameters
    ----------
    row
        A row of ``result.tables["consignments"]``.

    Returns
    -------
    Consignment
        The same as a record.
    """
    month = real(row, "month")
    return Consignment(
        id=text(row, "consignment_id"),
        name=text(row, "name"),
        origin_id=text(row, "origin_id"),
        origin=text(row, "origin"),
        destination_id=text(row, "destination_id"),
        destination=text(row, "destination"),
        commodity_id=text(row, "commodity_id"),
        commodity=text(row, "commodity"),
        unit=text(row, "unit"),
        avoid=items(row, "avoid"),
        month=int(month) if math.isfinite(month) else None,
        answered=text(row, "status") != "unreachable",
        reason=text(row, "reason"),
    )


def route(row: Row) -> Route:
    """Make the record of one row of the routes table.

    Parameters
    ----------
    row
        A row of ``result.tables["routes"]``.

    Returns
    -------
    Route
        The same as a record; times in days.
    """
    return Route(
        id=text(row, "route_id"),
        consignment_id=text(row, "consignment_id"),
        corridor=text(row, "corridor") or "Other",
        rank=_count(row, "rank") or 1,
        best=_flag(row, "best"),
        on_pareto=_flag(row, "on_pareto"),
        countries=items(row, "countries"),
        via=text(row, "via"),
        length_km=real(row, "length_km"),
        cost_unit=text(row, "cost_unit"),
        cost_usd=_range(row, "cost_usd"),
        time_days=_range(row, "time_h").scaled(days(1.0)),
        mean_time_days=days(real(row, "time_h")),
        co2e_kg=_range(row, "co2e_kg"),
        insurance_usd=real(row, "insurance_usd"),
        value_of_time_usd=real(row, "value_of_time_usd"),
        generalised_cost_usd=real(row, "generalised_cost_usd"),
        border_crossings=_count(row, "border_crossings"),
        gauge_changes=_count(row, "gauge_changes"),
        transfers=_count(row, "transfers"),
        assumed_share=real(row, "assumed_share"),
    )


def consignments(result: ResultLike) -> list[Consignment]:
    """Return the consignments of a result, in its order.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    list of Consignment
        One a row.
    """
    return [consignment(row) for row in rows(result, "consignments")]


def routes(result: ResultLike, consignment_id: str = "") -> list[Route]:
    """Return the routes of a result, sorted by corridor and rank.

    Parameters
    ----------
    result
        The result of a study.
    consignment_id
        Only the routes of this consignment; all if empty.

    Returns
    -------
    list of Route
        One a row.
    """
    if isinstance(result, Prepared) and consignment_id:
        return sorted_routes(result.routes_of(consignment_id))
    found = [route(row) for row in rows(result, "routes")]
    return sorted_routes([r for r in found if not consignment_id or r.consignment_id == consignment_id])


def sorted_routes(found: list[Route]) -> list[Route]:
    """Sort routes as every table shows them: by consignment, corridor and rank.

    Parameters
    ----------
    found
        Routes in any order.

    Returns
    -------
    list of Route
        The order of consignments is kept.
    """
    place = {cid: i for i, cid in enumerate(dict.fromkeys(r.consignment_id for r in found))}
    return sorted(found, key=lambda r: (place[r.consignment_id], theme.order(r.corridor), r.rank))


def country_names(result: ResultLike) -> dict[str, str]:
    """Return the names of countries by their code, from the base map.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to str
        ISO 3166 alpha-2 code to name.
    """
    return {text(r, "country"): text(r, "name") for r in rows(result, "basemap") if text(r, "country")}

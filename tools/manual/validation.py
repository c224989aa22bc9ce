"""What `caspia validate` gives, as tables: found when the docs are built, never typed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from statistics import median
from typing import Any

import pandas as pd

import caspia
from caspia.study import Settings, Study, summary, validate, validate_traffic
from manual.markdown import plural, table

CLOSE = 1.5
"""Factor within which a count is near."""
UNITS = {"t": (1e6, "Mt"), "TEU": (1e3, "thousand TEU")}
DASH = "\N{NON-BREAKING HYPHEN}"
ROLES = ("judged", "fitted", "shown")
STATES = ("compared", "dependent", "no route")


@cache
def _study() -> Study:
    """The built-in study; intervals of traffic come from `caspia validate`, since they take a minute more."""
    return Study(caspia.load("caspian").data, Settings(flow_draws=0))


def routes() -> str:
    """Write observed and modelled times and prices of journeys."""
    found = validate(_study())
    totals = summary(found)
    head = ("what", "corridor", "compared>", "median error>", "median misfit>", "within 25 %>", "within P10-P90>")
    by_corridor = table(head, (_total(row) for row in totals.itertuples()))
    parts = [f"{_counted(found)}\n\n{by_corridor}"]
    for kind, title in (("time", "Times, in days"), ("price", "Prices")):
        rows = found[(found["kind"] == kind) & (found["status"] != "no route")]
        columns = ("journey", "corridor", "year", "observed>", "modelled>", "P10-P90>", "misfit>", "source")
        parts.append(f"### {title}\n\n{table(columns, (_journey(row) for row in rows.itertuples()))}")
    missing = found[found["status"] == "no route"]
    if len(missing):
        reasons = table(("journey", "corridor", "why"), missing[["name", "corridor", "reason"]].to_numpy().tolist())
        parts.append(f"### Without a route\n\n{reasons}")
    return "\n\n".join(parts)


def _counted(found: pd.DataFrame) -> str:
    counts = found["status"].value_counts()
    said = ", ".join(f"{counts.get(state, 0)} {state}" for state in STATES)
    return f"{plural(len(found), 'observation')}: {said}."


def _total(row: Any) -> tuple[object, ...]:
    return (
        row.kind,
        row.corridor,
        row.compared,
        _percent(row.median_absolute_error),
        _percent(row.median_misfit, signed=True),
        _percent(row.within_25_percent),
        _percent(row.within_p10_p90),
    )


def _journey(row: Any) -> tuple[object, ...]:
    mark = "" if row.status == "compared" else " (its source is an input too: not counted)"
    unit = "" if row.kind == "time" else f" {row.unit}"
    return (
        f"{row.name}{mark}",
        row.corridor,
        f"{row.year:.0f}",
        f"{_figure(row.observed)}{unit}",
        _figure(row.modelled),
        f"{_figure(row.modelled_p10)}{DASH}{_figure(row.modelled_p90)}",
        _percent(row.misfit, signed=True),
        f"`{row.source_id}`",
    )


def traffic() -> str:
    """Write observed and modelled traffic, fitted and judged apart."""
    found = validate_traffic(_study())
    head = ("kind", "role", "counts>", "median factor>", f"within a factor of {CLOSE}>")
    parts = [table(head, _kinds(found))]
    columns = ("count", "year", "observed>", "modelled>", "factor>", "unit", "source")
    for role in ROLES:
        rows = found[found["role"] == role].sort_values(["kind", "name", "year"])
        parts.append(f"### Counts that are {role}\n\n{table(columns, (_count(row) for row in rows.itertuples()))}")
    return "\n\n".join(parts)


def _kinds(found: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    known = found[found["role"].isin(["judged", "fitted"])]
    for (kind, role), rows in known.groupby(["kind", "role"], sort=True):
        factors = rows["factor"].dropna()
        near = (factors <= CLOSE).mean()
        yield kind, role, len(rows), f"{median(factors):.2f}", _percent(near)


def _count(row: Any) -> tuple[object, ...]:
    size, unit = UNITS.get(row.unit, (1.0, row.unit))
    factor = "" if pd.isna(row.factor) else f"{row.factor:.2f}"
    return (
        row.name,
        f"{row.year:.0f}",
        _figure(row.observed / size),
        _figure(row.modelled / size),
        factor,
        unit,
        f"`{row.source_id}`",
    )


def _figure(value: float) -> str:
    """Three significant figures."""
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(share: float, *, signed: bool = False) -> str:
    return "" if pd.isna(share) else f"{100 * share:{'+' if signed else ''}.0f}\N{NO-BREAK SPACE}%"

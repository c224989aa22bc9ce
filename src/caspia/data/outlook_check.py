"""What targets, budgets, waters and supplies must be: amounts of the quantity that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from caspia.data.read import RawFolder
from caspia.errors import Problem

QUANTITIES: Mapping[str, str] = {"t": "target_t_per_year", "teu": "target_teu_per_year", "d": "target_d"}
"""Attribute that states the amounts of a target, by its quantity."""
STATED: Mapping[str, tuple[str, ...]] = {
    "budgets": ("amount_usd",),
    "waters": ("level_m", "level_fall_m_per_year"),
    "minerals": ("market_price_usd_per_t", "world_production_t", "spot_share"),
    "supplies": ("production_t",),
    "needs": ("import_t", "stock_days", "reorder_days", "origin_limit_share"),
    "imports": ("import_share",),
    "sea_ways": ("length_km",),
}


def check_outlook(folder: RawFolder) -> Iterator[Problem]:
    """Check that every target, budget, water, supply and need has its amounts.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One a bad row.
    """
    facts = pd.concat([item.frame for item in folder.tables.values() if item.schema.is_facts], ignore_index=True)
    used = facts[pd.to_numeric(facts["rank"]) == 1]
    years = used.groupby(["subject", "attribute"])["value_year"].agg(list).to_dict()
    yield from _targets(folder, years)
    for name, wanted in STATED.items():
        table = folder.tables[name]
        for row, key in enumerate(table.frame["id"]):
            for attribute in wanted:
                if (key, attribute) not in years:
                    yield _missing(table.where(row, "id"), str(key), attribute)


def _targets(folder: RawFolder, years: Mapping[tuple[str, str], list[str]]) -> Iterator[Problem]:
    table = folder.tables["targets"]
    for row, cells in enumerate(table.frame.to_dict("records")):
        key, attribute = str(cells["id"]), QUANTITIES[str(cells["quantity"])]
        stated = years.get((key, attribute), [])
        if not stated:
            yield _missing(table.where(row, "quantity"), key, attribute)
        for other in sorted(set(QUANTITIES.values()) - {attribute}):
            if (key, other) in years:
                yield Problem(
                    what="target with amounts of another quantity",
                    where=table.where(row, "quantity"),
                    got=f"{key}.{other}",
                    allowed=f"facts of {attribute}",
                    repair="correct the quantity, or make two targets of it",
                )
        last = max((int(float(year)) for year in stated if year), default=None)
        if cells["year_from"] and last is not None and int(cells["year_from"]) >= last:
            yield Problem(
                what="span of a target does not begin before its last year",
                where=table.where(row, "year_from"),
                got=str(cells["year_from"]),
                allowed=f"a year before {last}, or nothing for a single year",
                repair="correct the year or empty the cell",
            )


def _missing(where: str, key: str, attribute: str) -> Problem:
    return Problem(
        what=f"{attribute} is not stated",
        where=where,
        got=f"no fact {key}.{attribute} of rank 1",
        allowed="one or more",
        repair="add the fact to a table of facts, or remove the row",
    )

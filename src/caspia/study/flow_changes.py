"""What changes between the flows of two worlds, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

SPLIT_CHANGES = {"flow_t": "change_t", "flow_teu": "change_teu", "value_usd": "change_value_usd"}
EARNED_CHANGES = {
    "transit_t": "change_t",
    "transit_teu": "change_teu",
    "transit_revenue_usd": "change_revenue_usd",
}
TOTAL_CHANGES = SPLIT_CHANGES | {"unserved_t": "change_unserved_t"}
CARRIED_CHANGES = {"flow_t": "change_t", "flow_teu": "change_teu"}
"""Columns of corridors, of states, of all together and of links, and their changes against another world."""


def shifts_frame(moved: pd.DataFrame) -> pd.DataFrame:
    """What moved from corridor to corridor, over all goods and markets.

    Parameters
    ----------
    moved : pandas.DataFrame
        Of `moved_frame`.

    Returns
    -------
    pandas.DataFrame
        `from_corridor`, `to_corridor`, `moved_t`, the most first.
    """
    sums = moved.groupby(["from_corridor", "to_corridor"], as_index=False)["moved_t"].sum()
    return sums.sort_values("moved_t", ascending=False, ignore_index=True)


def with_changes(
    after: pd.DataFrame, before: pd.DataFrame, keys: Sequence[str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Put the change against another world beside the columns of a table.

    Parameters
    ----------
    after, before : pandas.DataFrame
        The same table in two worlds.
    keys : sequence of str
        Columns that name a row.
    names : mapping of str to str
        Column to the name of its change.

    Returns
    -------
    pandas.DataFrame
        Rows of either world; what one lacks is 0 there.
    """
    old = before[[*keys, *names]]
    both = after.merge(old, on=list(keys), how="outer", suffixes=("", "_old"), sort=False).fillna(0.0)
    for column, change in names.items():
        both[change] = both[column] - both[f"{column}_old"]
    return both.drop(columns=[f"{column}_old" for column in names])

"""Intervals beside the numbers of flows: P10 and P90 of every column that varies with the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from caspia.study.flow_changes import CARRIED_CHANGES, EARNED_CHANGES, SPLIT_CHANGES, TOTAL_CHANGES
from caspia.study.flow_draws import FlowDraws
from caspia.study.flow_spreads import (
    Spread,
    corridors_spread,
    countries_spread,
    counts_spread,
    links_spread,
    moved_spread,
    servers_spread,
    totals_spread,
    unserved_spread,
    users_spread,
    whole_links_spread,
)

ENDS = ("_p10", "_p90")


def with_intervals(columns: Sequence[str], ranged: Sequence[str]) -> tuple[str, ...]:
    """Name the columns of a table with its intervals.

    Parameters
    ----------
    columns : sequence of str
        Columns of the table.
    ranged : sequence of str
        Those that vary.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> with_intervals(["id", "flow_t"], ["flow_t"])
    ('id', 'flow_t', 'flow_t_p10', 'flow_t_p90')
    """
    found: list[str] = []
    for name in columns:
        found += [name, *(name + end for end in ENDS)] if name in ranged else [name]
    return tuple(found)


def attach(frame: pd.DataFrame, spread: Spread | None) -> pd.DataFrame:
    """Put P10 and P90 beside the columns of a table that a spread has.

    Parameters
    ----------
    frame : pandas.DataFrame
        Values of the flows themselves, with the columns of the keys of the spread.
    spread : Spread or None
        The same in every draw; none leaves the table as it is.

    Returns
    -------
    pandas.DataFrame
        Rows that the spread does not know have empty intervals.
    """
    if spread is None:
        return frame
    keys = list(spread.keys.columns)
    found = spread.keys.copy()
    ranged = [name for name in spread.columns if name in frame.columns]
    for name in ranged:
        low, high = _ends(spread.columns[name])
        found[name + ENDS[0]], found[name + ENDS[1]] = low, high
    joined = frame.merge(found, on=keys, how="left", validate="many_to_one")
    for name in ranged:
        # What no route can carry is nothing in every draw.
        empty = (joined[name] == 0).to_numpy()
        for end in ENDS:
            joined[name + end] = joined[name + end].where(~(empty & joined[name + end].isna()), 0.0)
    return joined[list(with_intervals(list(frame.columns), ranged))]


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P10 and P90 of every row; empty where a draw has no number."""
    if values.shape[1] == 0:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    low, high = np.quantile(values, (0.1, 0.9), axis=1)
    return low, high


class Intervals:
    """Intervals of all tables of one equilibrium.

    Parameters
    ----------
    draws : FlowDraws or None
        Flows in every draw; none, or too many that failed, leave the tables without intervals.
    """

    def __init__(self, draws: FlowDraws | None) -> None:
        self.draws = draws
        self._drawn = None if draws is None or draws.refused else draws

    @property
    def told(self) -> dict[str, float | str]:
        """Number of draws, how many failed, and what has to be said of it."""
        draws = self.draws
        if draws is None:
            return {"draws": 0, "failed_draws": 0, "interval_note": ""}
        return {"draws": draws.n_draws, "failed_draws": draws.n_failed, "interval_note": draws.note}

    def corridors(self, frame: pd.DataFrame, *, split: bool) -> pd.DataFrame:
        """Corridors with intervals, and of what has changed where there is a world before.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `corridors_frame`, perhaps with changes.
        split : bool
            Whether by market segment.

        Returns
        -------
        pandas.DataFrame
        """
        return self._with_changes(frame, partial(corridors_spread, split=split), SPLIT_CHANGES)

    def countries(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Transit with intervals, and of what has changed where there is a world before.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `countries_frame`, perhaps with changes.

        Returns
        -------
        pandas.DataFrame
        """
        return self._with_changes(frame, countries_spread, EARNED_CHANGES)

    def servers(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Loads of capacities, or bottlenecks, with intervals.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `servers_frame` or `bottlenecks_frame`.

        Returns
        -------
        pandas.DataFrame
        """
        return attach(frame, None if self._drawn is None else servers_spread(self._drawn))

    def links(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Tonnes on links with intervals, and of what has changed where there is a world before.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `links_frame`, perhaps with changes and `link_change_t`, that of all corridors and directions.

        Returns
        -------
        pandas.DataFrame
        """
        whole = self._with_changes(frame, whole_links_spread, {"link_t": "link_change_t"})
        return self._with_changes(whole, links_spread, CARRIED_CHANGES)

    def unserved(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Demand without an open route with intervals.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `unserved_frame`.

        Returns
        -------
        pandas.DataFrame
        """
        return attach(frame, None if self._drawn is None else unserved_spread(self._drawn))

    def users(self, frame: pd.DataFrame, used: np.ndarray) -> pd.DataFrame:
        """Users of a place or link with intervals.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `users_frame`.
        used : numpy.ndarray of bool, shape (n_routes,)
            Routes that use it.

        Returns
        -------
        pandas.DataFrame
        """
        return attach(frame, None if self._drawn is None else users_spread(self._drawn, used))

    def totals(self, frame: pd.DataFrame) -> pd.DataFrame:
        """All that moves with intervals.

        Parameters
        ----------
        frame : pandas.DataFrame
            One row, with the year, and perhaps the change.

        Returns
        -------
        pandas.DataFrame
        """
        return self._with_changes(frame, totals_spread, TOTAL_CHANGES)

    def counts(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Modelled counts with intervals.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `caspia.study.traffic.compare_counts`; rows of other years stay as they are.

        Returns
        -------
        pandas.DataFrame
        """
        return attach(frame, None if self._drawn is None else counts_spread(self._drawn))

    def moved(self, frame: pd.DataFrame, *, split: bool) -> pd.DataFrame:
        """What moved against the world before with intervals.

        Parameters
        ----------
        frame : pandas.DataFrame
            Of `moved_frame` or `shifts_frame`.
        split : bool
            Whether by market segment and commodity.

        Returns
        -------
        pandas.DataFrame
        """
        draws = self._drawn
        if draws is None or draws.reference is None:
            return frame
        return attach(frame, moved_spread(draws, draws.reference, split=split))

    def _with_changes(
        self, frame: pd.DataFrame, spread_of: Callable[..., Spread], changes: Mapping[str, str]
    ) -> pd.DataFrame:
        """Intervals of a table, and of its changes where there is a world before."""
        draws = self._drawn
        if draws is None:
            return frame
        spread = spread_of(draws)
        if draws.reference is not None:
            spread = spread.less(spread_of(draws.reference, kept=draws.kept), changes)
        return attach(frame, spread)

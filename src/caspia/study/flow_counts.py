"""Modelled beside observed traffic of several years, with the intervals that the draws of each year give."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from caspia.study.drawn import check_draws
from caspia.study.flow_intervals import Intervals
from caspia.study.flow_pairs import drawn_flows
from caspia.study.flows import Flows
from caspia.study.study import Study, Tell
from caspia.study.traffic import FIT_YEARS, JUDGED_YEAR, compare_counts


def drawn_counts(solved: Mapping[int, tuple[Flows, Intervals]]) -> pd.DataFrame:
    """Observed beside modelled traffic, the modelled with its interval.

    Parameters
    ----------
    solved : mapping of int to tuple of Flows and Intervals
        Flows of every year to be compared, and their intervals.

    Returns
    -------
    pandas.DataFrame
        As `compare_counts`, with `modelled_p10` and `modelled_p90` where the year has intervals, and with `draws`,
        `failed_draws` and `interval_note` of the year.
    """
    table = compare_counts({year: flows for year, (flows, _) in solved.items()})
    parts = [
        intervals.counts(table[table["year"] == year]).assign(**intervals.told)
        for year, (_, intervals) in solved.items()
    ]
    return pd.concat(parts, ignore_index=True)


def validate_traffic(study: Study, progress: Tell | None = None) -> pd.DataFrame:
    """Hold the flows of the fitted years and of the judged year, each in its world, against observed traffic.

    Parameters
    ----------
    study : Study
        Data as they were read; or under a scenario, which then is the world of all these years. Its settings say
        how many draws of the facts stand behind the intervals of each year.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    pandas.DataFrame
        As `drawn_counts`.

    Raises
    ------
    caspia.errors.InputError
        The number of draws gives no interval, or the data lack what flows need.
    caspia.errors.NotConverged
        A year has no equilibrium.
    """
    check_draws(study.settings.flow_draws)
    solved = {}
    for year in (*FIT_YEARS, JUDGED_YEAR):
        world = study.in_year(year)
        flows = world.flows(year, progress=progress)
        told = None if progress is None else partial(progress, f"Draws {year}")
        solved[year] = flows, Intervals(drawn_flows(flows, world, worth=False, progress=told))
    return drawn_counts(solved)

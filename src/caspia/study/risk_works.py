"""Works that may have opened by the year that is drawn: when each does, and what it then changes, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from caspia.assignment import Overlaps
from caspia.cost import Servers
from caspia.investment.rollout import after_needs, opening_years, times_at
from caspia.risk import stream_words, uniforms
from caspia.study.candidates import NOW
from caspia.study.project_model import ProjectModel
from caspia.study.rollout_projects import Timetable

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
OPENINGS = ("project_id", "name", "role", "announced_year", "expected_year", "open_share")


@dataclass(frozen=True, eq=False)
class Works:
    """Projects of a year, any set of which may be open.

    Attributes
    ----------
    times : Timetable
        When each is expected to open, and the record of works like it.
    year : int
        Year that is drawn.
    saving : scipy.sparse.csr_matrix, shape (n_works, n_routes)
        What each takes from the cost of routes, dollars a tonne.
    gain : scipy.sparse.csr_matrix, shape (n_works, n_servers)
        What each adds to capacities.
    needs : numpy.ndarray of bool, shape (n_works, n_of_all)
        Routes that there are only where it is open.
    faster_h, cheaper_usd_per_t : numpy.ndarray, shape (n_works, n_journey_ways)
        What each takes from the time and money of the ways of the reference journeys.
    overlaps : Overlaps
        What all routes share with those that works open.
    kept : numpy.ndarray of int, shape (n_routes,)
        Routes of the model among all.
    """

    times: Timetable
    year: int
    saving: sparse.csr_matrix
    gain: sparse.csr_matrix
    needs: BoolArray
    faster_h: FloatArray
    cheaper_usd_per_t: FloatArray
    overlaps: Overlaps
    kept: IntArray
    _routes: dict[bytes, tuple[BoolArray, FloatArray]] = field(default_factory=dict, repr=False)

    @property
    def expected(self) -> BoolArray:
        """Works that are open with the mean delay of their class, shape (n_works,)."""
        return np.asarray(self.times.expected <= self.year)

    def opened(self, seed: int, draw: int) -> BoolArray:
        """Works that are open in a draw.

        Parameters
        ----------
        seed : int
            Seed of all draws.
        draw : int
            Its number.

        Returns
        -------
        numpy.ndarray of bool, shape (n_works,)
        """
        return np.asarray(openings(self.times, seed, draw) <= self.year)

    def routes(self, opened: BoolArray) -> tuple[BoolArray, FloatArray]:
        """Routes that are not there, and the path sizes of the others.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n_works,)
            Works that are open.

        Returns
        -------
        lacking : numpy.ndarray of bool, shape (n_routes,)
        path_size : numpy.ndarray, shape (n_routes,)
        """
        lacking = np.asarray(self.needs[~opened].any(axis=0))
        key = np.packbits(lacking).tobytes()
        if key not in self._routes:
            self._routes[key] = lacking[self.kept], self.overlaps.path_sizes(~lacking)[self.kept]
        return self._routes[key]

    def some(self, chosen: BoolArray) -> Works:
        """The same for some of the routes, which overlap with all of them as before.

        Parameters
        ----------
        chosen : numpy.ndarray of bool, shape (n_routes,)
            Routes to keep.

        Returns
        -------
        Works
        """
        return replace(self, saving=self.saving[:, chosen], kept=self.kept[chosen], _routes={})

    def servers(self, servers: Servers, weight: FloatArray) -> Servers:
        """Capacities that works make.

        Parameters
        ----------
        servers : Servers
            Capacities without them.
        weight : numpy.ndarray, shape (n_works,)
            What each yields over what was computed; 0 where it is not open.

        Returns
        -------
        Servers
        """
        return servers.grown(servers.capacity + weight @ self.gain)


def openings(times: Timetable, seed: int, draw: int | IntArray) -> IntArray:
    """First years of use in a draw.

    Parameters
    ----------
    times : Timetable
        Works and the record of works like them.
    seed : int
        Seed of all draws.
    draw : int or numpy.ndarray of int
        Number of the draw, or a column of them.

    Returns
    -------
    numpy.ndarray of int, shape (..., n_works)
        What is drawn of each rests on its name, the seed and the number of the draw alone.
    """
    share = uniforms(seed, stream_words([f"works:{key}" for key in times.ids]), draw)
    done = opening_years(times.begin, times.works_years, times_at(share, times.overrun, times.least), NOW)
    return after_needs(done, times.needs)


def find_works(
    projects: ProjectModel, times: Timetable, year: int, journeys: sparse.csr_matrix, tonnes: FloatArray
) -> Works:
    """Put works together with what they change.

    Parameters
    ----------
    projects : ProjectModel
        What each changes, on the routes of the model.
    times : Timetable
        When each opens, in the same order.
    year : int
        Year that is drawn.
    journeys : scipy.sparse.csr_matrix, shape (n_journey_ways, n_arcs)
        How often each way of the reference journeys, all of boxes, uses each arc.
    tonnes : numpy.ndarray, shape (n_journey_ways,)
        Tonnes of a box of each.

    Returns
    -------
    Works
    """
    faster, cheaper = (np.asarray(journeys @ eased.T).T for eased in (projects.faster_h, projects.cheaper_usd))
    return Works(
        times=times,
        year=year,
        saving=sparse.csr_matrix(projects.saving_usd_per_t),
        gain=sparse.csr_matrix(projects.capacity_gain),
        needs=projects.needs,
        faster_h=faster,
        cheaper_usd_per_t=cheaper / tonnes,
        overlaps=projects.overlaps,
        kept=np.arange(projects.needs.shape[1]),
    )


def openings_frame(works: Works | None, names: Mapping[str, str], seed: int, n: int) -> pd.DataFrame:
    """Works with the share of draws in which they are open.

    Parameters
    ----------
    works : Works or None
        Works of a year.
    names : mapping of str to str
        Names by id.
    seed, n : int
        Seed and number of the draws.

    Returns
    -------
    pandas.DataFrame
        `project_id`, `name`, `role`, `announced_year`, `expected_year` and `open_share`, the surest first; empty
        where no works can be open.
    """
    if works is None:
        return pd.DataFrame(columns=list(OPENINGS))
    times = works.times
    drawn = openings(times, seed, np.arange(n)[:, None])
    parts = (
        times.ids,
        [names[key] for key in times.ids],
        times.role,
        times.announced,
        times.expected,
        (drawn <= works.year).mean(axis=0),
    )
    frame = pd.DataFrame(dict(zip(OPENINGS, parts, strict=True)))
    return frame.sort_values(["open_share", "expected_year"], ascending=[False, True], ignore_index=True)

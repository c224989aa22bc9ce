"""What a year of events, storms and a falling sea take from routes and capacities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.study.falling_sea import FallingSea
from caspia.study.risk_parts import ways_kept
from caspia.units import HOURS_PER_DAY, MONTHS_PER_YEAR

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PATIENCE_DAYS = 14.0
"""A closure as long as this cargo waits out; a longer one it goes round. The thirteen days of the Polish-Belarusian
border in September 2025 were mostly waited out, the months of the Red Sea were not."""
WHOLE = 0.95
"""Loss from which on a closure shuts routes and takes more than capacity; share of a year that counts as all."""


@dataclass(frozen=True, eq=False)
class Year:
    """Events of one year.

    Attributes
    ----------
    left : numpy.ndarray, shape (n_servers,)
        Share of each capacity that short events leave over the year.
    wait_h : numpy.ndarray, shape (n_ways,)
        Mean wait for the end of short events, and delays.
    always : tuple of int
        Events that last all the year.
    lasting : tuple of int
        Events that last so long that cargo goes another way, but not all the year.
    parts : numpy.ndarray, shape (n_lasting,)
        Share of the year of each; they sum to 1 at most.
    loss : numpy.ndarray, shape (n_events,)
        Share of the capacity that each event takes.
    """

    left: FloatArray
    wait_h: FloatArray
    always: tuple[int, ...]
    lasting: tuple[int, ...]
    parts: FloatArray
    loss: FloatArray


@dataclass(frozen=True, eq=False)
class YearLaw:
    """How events become what routes and capacities feel.

    Attributes
    ----------
    touched : scipy.sparse.csr_matrix, shape (n_events, n_ways)
        Paths that each event shuts or slows; journeys follow the routes.
    taken : scipy.sparse.csr_matrix, shape (n_events, n_servers)
        Share of each capacity that a whole closure takes.
    closes : numpy.ndarray of bool, shape (n_events,)
        Events that close; the others slow.
    n_routes : int
        Number of routes.
    sea : FallingSea
        What a lower sea takes.
    years : float
        Years for which the sea has fallen.
    """

    touched: sparse.csr_matrix
    taken: sparse.csr_matrix
    closes: BoolArray
    n_routes: int
    sea: FallingSea
    years: float

    def some(self, chosen: BoolArray) -> YearLaw:
        """The same for some of the routes, and all journeys behind them.

        Parameters
        ----------
        chosen : numpy.ndarray of bool, shape (n_routes,)
            Routes to keep.

        Returns
        -------
        YearLaw
        """
        ways = ways_kept(chosen, self.touched.shape[1])
        return replace(self, touched=self.touched[:, ways], n_routes=int(chosen.sum()))

    def sea_left(self, fall_m_per_year: float, opened: BoolArray | None = None) -> FloatArray:
        """Share of every capacity that the sea leaves.

        Parameters
        ----------
        fall_m_per_year : float
            Fall of the level.
        opened : numpy.ndarray of bool, shape (n_works,), optional
            Works that are open, some of which dredge; none if left out.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        there = np.zeros(len(self.sea.dredged_m), dtype=bool) if opened is None else opened
        return self.sea.left(fall_m_per_year * self.years, there)

    def year(self, happened: tuple[FloatArray, FloatArray], loss: FloatArray, delay_h: FloatArray) -> Year:
        """Put the events of a year together.

        Closures that end before cargo gives up waiting take capacity by their share of the year, and half of their
        length is the wait of what they meet. Those that last do not stand beside each other, but beside what lasts
        all the year; where their shares come to more than the year they are shortened alike.

        Parameters
        ----------
        happened : tuple of numpy.ndarray, each of shape (n_events,)
            Share of the year in which each is under way, and days that one lasts.
        loss : numpy.ndarray, shape (n_events,)
            Share of the capacity that each takes.
        delay_h : numpy.ndarray, shape (n_events,)
            What each adds to the time of a passage.

        Returns
        -------
        Year
        """
        share, days = happened
        lost = np.where(self.closes, share * loss, 0.0)
        lasts = self.closes & (days > PATIENCE_DAYS) & (share > 0.0)
        short = np.where(lasts, 0.0, lost)
        left = np.maximum(1.0 - self.taken.T @ short, 0.0)
        slowed = np.where(self.closes, 0.0, share * delay_h)
        wait_h = self.touched.T @ (short * days * HOURS_PER_DAY / 2.0 + slowed)
        stuck = lost * np.minimum(days / 2.0, PATIENCE_DAYS) * HOURS_PER_DAY + slowed
        wait_h[self.n_routes :] = (self.touched.T @ stuck)[self.n_routes :]
        always = tuple(np.flatnonzero(lasts & (share >= WHOLE)).tolist())
        lasting = tuple(np.flatnonzero(lasts & (share < WHOLE)).tolist())
        parts = share[list(lasting)]
        return Year(left, np.asarray(wait_h), always, lasting, parts / max(float(parts.sum()), 1.0), loss)

    def shut(self, events: Sequence[int], loss: FloatArray) -> BoolArray:
        """Routes that some events shut while they last.

        Parameters
        ----------
        events : sequence of int
            Events.
        loss : numpy.ndarray, shape (n_events,)
            Share of the capacity that each takes.

        Returns
        -------
        numpy.ndarray of bool, shape (n_routes,)
        """
        found = np.zeros(self.n_routes, dtype=bool)
        for event in events:
            if loss[event] >= WHOLE:
                span = slice(self.touched.indptr[event], self.touched.indptr[event + 1])
                ways = self.touched.indices[span]
                found[ways[ways < self.n_routes]] = True
        return found

    def capacity_left(self, events: Sequence[int], loss: FloatArray) -> FloatArray:
        """Share of each capacity that some events leave while they last.

        Parameters
        ----------
        events : sequence of int
            Events.
        loss : numpy.ndarray, shape (n_events,)
            Share of the capacity that each takes.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        found = np.ones(self.taken.shape[1])
        for event in events:
            span = slice(self.taken.indptr[event], self.taken.indptr[event + 1])
            found[self.taken.indices[span]] *= 1.0 - loss[event] * self.taken.data[span]
        return found


@dataclass(frozen=True, eq=False)
class Storms:
    """Storms of one year against those of a likely one.

    Attributes
    ----------
    wait_ratio : numpy.ndarray, shape (n_places,)
        Wait for the end of storms at each place over the likely one.
    open_ratio : numpy.ndarray, shape (n_places,)
        Share of the year that each place is open over the likely one.
    """

    wait_ratio: FloatArray
    open_ratio: FloatArray


@dataclass(frozen=True, eq=False)
class Weather:
    """Closed shares of months at the places where storms close.

    Attributes
    ----------
    place : numpy.ndarray of int, shape (n_facts,)
        Place of each doubted closed share of a month, as a row of the table places.
    likely : numpy.ndarray, shape (n_facts,)
        Most likely share.
    closed : numpy.ndarray, shape (n_places,)
        Share of a likely year that each place is closed.
    felt : scipy.sparse.csr_matrix, shape (n_servers, n_places)
        Part of each capacity that is there as long as a place is open.
    """

    place: IntArray
    likely: FloatArray
    closed: FloatArray
    felt: sparse.csr_matrix

    def year(self, share: FloatArray) -> Storms:
        """Storms of a year.

        Parameters
        ----------
        share : numpy.ndarray, shape (n_facts,)
            Drawn closed shares of months.

        Returns
        -------
        Storms
        """
        more = np.bincount(self.place, share - self.likely, len(self.closed)) / MONTHS_PER_YEAR
        now = np.clip(self.closed + more, 0.0, 1.0)
        ratio = np.where(self.closed > 0, now / np.where(self.closed > 0, self.closed, 1.0), 1.0)
        there = 1.0 - self.closed
        return Storms(ratio, np.where(there > 0, (1.0 - now) / np.where(there > 0, there, 1.0), 1.0))

    def capacity(self, storms: Storms) -> FloatArray:
        """What storms multiply capacities by.

        Parameters
        ----------
        storms : Storms
            Of a year.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
        """
        return np.asarray(np.maximum(1.0 + self.felt @ (storms.open_ratio - 1.0), 0.02))

"""Path sizes where routes come and go: a new way beside an old one must neither hide it nor count as a second one.

The path size of a route shares out each of its parts among the routes of the pair that use it. Counting them alike,
a new route that nobody wants takes half from the one that it overlaps with, and users seem to lose by it. Between a
new route and another the count is therefore weighted by how good each is, as in the generalised path size: what is
much worse hardly counts. Among the routes that are always there the count stays as it is, so that the world without
anything new is not changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.assignment.routes import Floats, Ints, path_sizes

Bools = npt.NDArray[np.bool_]
SHARPNESS, MOST = 3.0, 4.0
"""Power of the odds by which routes count, and the greatest weight of one beside another."""


@dataclass(frozen=True, eq=False)
class Overlaps:
    """What the routes of pairs with new routes share.

    Attributes
    ----------
    usual : numpy.ndarray, shape (n_routes,)
        Path size among the routes that are always there; 1 for new ones.
    is_new : numpy.ndarray of bool, shape (n_routes,)
        Routes that come and go.
    utility : numpy.ndarray, shape (n_routes,)
        Logarithm of the odds of each route.
    total : numpy.ndarray, shape (n_routes,)
        Length of each route.
    part_length : numpy.ndarray, shape (n_parts,)
        Length of each part that some routes of a pair have in common.
    part_start, member : numpy.ndarray of int
        Routes that use part k are `member[part_start[k]:part_start[k + 1]]`.
    """

    usual: Floats
    is_new: Bools
    utility: Floats
    total: Floats
    part_length: Floats
    part_start: Ints
    member: Ints

    def path_sizes(self, is_open: Bools) -> Floats:
        """Path sizes where some routes are open.

        Parameters
        ----------
        is_open : numpy.ndarray of bool, shape (n_routes,)
            Routes that there are; those that are always there have to be.

        Returns
        -------
        numpy.ndarray, shape (n_routes,)
            Above 0, at most 1; 1 for routes that are not open.

        References
        ----------
        Ramming, M. S. (2002). Network knowledge and route choice. PhD thesis, Massachusetts Institute of Technology
        (generalised path size).
        """
        size = np.zeros(len(self.usual))
        _share(self.part_start, self.member, self.part_length, is_open, self.is_new, self.utility, size)
        known = self.total > 0
        return np.where(known & is_open, size / np.where(known, self.total, 1.0), self.usual)


def find_overlaps(
    pair_start: Ints, starts: Ints, items: Ints, length: Floats, is_new: Bools, utility: Floats
) -> Overlaps:
    """Find what routes share in all pairs that have new ones.

    Parameters
    ----------
    pair_start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes by pair.
    starts : numpy.ndarray of int, shape (n_routes + 1,)
        Arcs by route.
    items : numpy.ndarray of int, shape (n,)
        Arcs of the routes.
    length : numpy.ndarray, shape (n_arcs,)
        Length of every arc, 0 or more.
    is_new : numpy.ndarray of bool, shape (n_routes,)
        Routes that come and go.
    utility : numpy.ndarray, shape (n_routes,)
        Logarithm of the odds of each route.

    Returns
    -------
    Overlaps
    """
    usual = _among_old(pair_start, starts, items, length, is_new)
    total = np.zeros(len(is_new))
    lengths, sizes, members = [], [], []
    pair = np.repeat(np.arange(len(pair_start) - 1), np.diff(pair_start))
    for one in np.unique(pair[is_new]).tolist():
        first, last = int(pair_start[one]), int(pair_start[one + 1])
        own = items[starts[first] : starts[last]]
        route = np.repeat(np.arange(last - first), np.diff(starts[first : last + 1]))
        arcs, place = np.unique(own, return_inverse=True)
        uses = np.zeros((len(arcs), last - first), dtype=bool)
        uses[place, route] = True
        kinds, kind = np.unique(uses, axis=0, return_inverse=True)
        long = np.bincount(kind.ravel(), length[arcs], len(kinds))
        total[first:last] = long @ kinds
        lengths.append(long)
        sizes.append(kinds.sum(axis=1))
        members.append(first + np.nonzero(kinds)[1])
    size = np.concatenate([np.zeros(1, dtype=np.int64), *sizes]).astype(np.int64)
    return Overlaps(
        usual=usual,
        is_new=is_new,
        utility=utility,
        total=total,
        part_length=np.concatenate([np.zeros(0), *lengths]),
        part_start=np.cumsum(size),
        member=np.concatenate([np.zeros(0, dtype=np.int64), *members]).astype(np.int64),
    )


def useless_variants(
    pair_start: Ints, starts: Ints, items: Ints, length: Floats, is_new: Bools, cost: Floats, share: float
) -> Bools:
    """New routes that mostly follow an old one of the same pair and cost no less.

    Parameters
    ----------
    pair_start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes by pair.
    starts : numpy.ndarray of int, shape (n_routes + 1,)
        Arcs by route.
    items : numpy.ndarray of int, shape (n,)
        Arcs of the routes.
    length : numpy.ndarray, shape (n_arcs,)
        Length of every arc, 0 or more.
    is_new : numpy.ndarray of bool, shape (n_routes,)
        Routes that come and go.
    cost : numpy.ndarray, shape (n_routes,)
        Cost of each route.
    share : float
        Part of the length of a new route from which on it follows an old one.

    Returns
    -------
    numpy.ndarray of bool, shape (n_routes,)
    """
    found = np.zeros(len(is_new), dtype=bool)
    mark = np.full(len(length), -1, dtype=np.int64)
    _follow((pair_start, starts, items), length, is_new, cost, share, mark, found)
    return found


@njit(cache=True, nogil=True)
def _follow(routes, length, is_new, cost, share, mark, found):  # type: ignore[no-untyped-def]
    """Mark the arcs of each new route, and measure how much of it each old route of its pair has."""
    pair_start, starts, items = routes
    for pair in range(len(pair_start) - 1):
        for one in range(pair_start[pair], pair_start[pair + 1]):
            if not is_new[one]:
                continue
            total = 0.0
            for k in range(starts[one], starts[one + 1]):
                mark[items[k]] = one
                total += length[items[k]]
            for other in range(pair_start[pair], pair_start[pair + 1]):
                if is_new[other] or cost[other] > cost[one]:
                    continue
                common = 0.0
                for k in range(starts[other], starts[other + 1]):
                    if mark[items[k]] == one:
                        common += length[items[k]]
                if common > share * total:
                    found[one] = True


def _among_old(pair_start: Ints, starts: Ints, items: Ints, length: Floats, is_new: Bools) -> Floats:
    """Path sizes of the routes that are always there, as if there were no others."""
    kept = np.flatnonzero(~is_new)
    size = np.diff(starts)[kept]
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    chosen = items[np.repeat(starts[kept] - start[:-1], size) + np.arange(start[-1])]
    found = np.ones(len(is_new))
    found[kept] = path_sizes(np.searchsorted(kept, pair_start).astype(np.int64), start, chosen, length)
    return found


@njit(cache=True, nogil=True)
def _share(  # type: ignore[no-untyped-def]
    part_start, member, part_length, is_open, is_new, utility, size
):
    """Add to each route the length of its parts over the weighted count of the routes that share them."""
    for part in range(len(part_length)):
        for i in range(part_start[part], part_start[part + 1]):
            one = member[i]
            if not is_open[one]:
                continue
            count = 0.0
            for k in range(part_start[part], part_start[part + 1]):
                other = member[k]
                if not is_open[other]:
                    continue
                if other == one or not (is_new[one] or is_new[other]):
                    count += 1.0
                else:
                    odds = np.exp(SHARPNESS * (utility[other] - utility[one]))
                    count += min(max(odds, 1.0 / MOST), MOST)
            size[one] += part_length[part] / count

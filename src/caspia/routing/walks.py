"""What walks may do: no vertex twice, and no way back into a group of vertices that was left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.routing._arrays import Ints

Stamps = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def as_group(group: npt.ArrayLike | None, n_vertices: int) -> Ints:
    """Return the groups as int32[n_vertices] below n_vertices, or refuse another shape or type.

    Parameters
    ----------
    group : array_like of int, shape (n_vertices,), optional
        Group of every vertex by any number; negative for none. Without it no vertex is in a group.
    n_vertices : int
        Number of vertices of the graph.

    Returns
    -------
    int32[n_vertices]
        Negative for none.

    Raises
    ------
    ValueError
        If the shape is another one, or the numbers are not whole.

    Examples
    --------
    >>> as_group([-1, 70, 5, 70], 4).tolist()
    [-1, 1, 0, 1]
    """
    if group is None:
        return np.full(n_vertices, -1, np.int32)
    array = np.asarray(group)
    if array.shape != (n_vertices,) or array.dtype.kind not in "iu":
        raise ValueError(
            f"group: got shape {array.shape} of {array.dtype}; allowed: ({n_vertices},) of int, one per vertex"
        )
    named = array >= 0
    numbers = array[named]
    if numbers.max(initial=0) >= n_vertices:
        # Stamps are kept by group: numbered densely they are never more than there are vertices.
        numbers = np.unique(numbers, return_inverse=True)[1]
    found = np.full(n_vertices, -1, np.int32)
    found[named] = numbers
    return found


def fresh_stamps(n_vertices: int) -> Stamps:
    """Make the memory of `is_simple`: which walk saw each vertex, and each group, last.

    Parameters
    ----------
    n_vertices : int
        Number of vertices of the graph.

    Returns
    -------
    (int64[n_vertices], int64[n_vertices])
        By vertex and by group; no walk has been anywhere.
    """
    return np.full(n_vertices, -2, np.int64), np.full(n_vertices, -2, np.int64)


@njit(cache=True, nogil=True)
def is_simple(head: Ints, group: Ints, first: int, line: Ints, stamps: Stamps, mark: int) -> bool:
    """Tell whether a walk repeats no vertex and comes back to no group that it has left.

    Parameters
    ----------
    head : int32[n_arcs]
        Last vertex of every arc.
    group : int32[n_vertices]
        Of `as_group`.
    first : int
        Vertex at which the walk begins.
    line : int32[k]
        Its arcs, in travel order.
    stamps : (int64[n_vertices], int64[n_vertices])
        Of `fresh_stamps`; changed.
    mark : int
        Name of the walk, -1 or more, another one for each walk on the same stamps.

    Returns
    -------
    bool
    """
    vertices, groups = stamps
    vertices[first] = mark
    if group[first] >= 0:
        groups[group[first]] = mark
    before = first
    for i in range(line.size):
        at = head[line[i]]
        if vertices[at] == mark:
            return False
        vertices[at] = mark
        place = group[at]
        if place >= 0 and group[before] != place:
            if groups[place] == mark:
                return False
            groups[place] = mark
        before = at
    return True

"""The compiled loop of `pareto`: A*pex, label setting with merged labels.

A label stands for all the partial paths that were merged into it: its *apex* is the least of each
criterion over them, its *path* is one of them, at most `ratio` times the apex in every criterion. With
ratio 1 nothing but a dominated label is ever merged, and the search is NAMOA* with dimensionality
reduction: labels leave the heap in lexicographic order, so that the first criterion need not be
compared with that of labels that left before.

Row i of `sums` holds, for label i: lower bounds of the apex up to the target, then apex, then path,
m columns each. Row i of `links` holds: vertex, parent label, last arc, next label in the list of its
vertex (open or settled), state.

References
----------
See `caspia.routing.pareto`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.routing._arrays import Floats, Ints, Layout

MOST_CRITERIA = 4
_VERTEX, _PARENT, _ARC, _NEXT, _STATE = 0, 1, 2, 3, 4
_OPEN, _SETTLED, _DEAD = 0, 1, 2


@njit(cache=True, nogil=True)
def extend(
    layout: Layout,
    steps: Floats,
    heights: Floats,
    ends: tuple[int, int],
    limit: Floats,
    ratio: float,
    max_labels: int,
) -> tuple[Ints, Ints, int]:
    """Extend labels from one vertex to another until every path is stood for.

    Parameters
    ----------
    layout : (int32[n + 1], int32[n_arcs], int32[n_arcs])
        First slot per vertex; head and arc per slot.
    steps : float64[n_arcs, m]
        Criteria per slot.
    heights : float64[n, m]
        Least value of each criterion to the target, finite at the source.
    ends : (int, int)
        Source and target.
    limit : float64[m]
        Largest value of each criterion.
    ratio : float
        1 + epsilon.
    max_labels : int
        Largest number of labels.

    Returns
    -------
    found : int32[k]
        Labels at the target.
    links : int32[n_labels, 5]
        The labels.
    count : int
        Number of labels; max_labels + 1 if more were needed.
    """
    indptr, heads, arcs = layout
    n, m = heights.shape
    sums = np.empty((max_labels, 3 * m))
    links = np.empty((max_labels, 5), np.int32)
    heap = np.empty(max_labels, np.int32)
    lists = np.full((2, n), -1, np.int32)
    found = np.empty((64, m))
    names = np.empty(64, np.int32)
    n_found = 0
    _start(sums, links, heap, lists, ends[0], heights[ends[0]])
    size = 1
    count = 1
    while size > 0:
        label = heap[0]
        size -= 1
        _sink(heap, size, sums, m)
        if links[label, _STATE] == _DEAD:
            continue
        vertex = int(links[label, _VERTEX])
        _unlink(lists, links, vertex, label)
        if _covered(found, n_found, sums[label], ratio, m) or _dominated(lists, links, sums, vertex, sums[label]):
            continue
        if vertex == ends[1]:
            found, names = _room(found, names, n_found)
            found[n_found] = sums[label, 2 * m :]
            names[n_found] = label
            n_found += 1
            continue
        _settle(lists, links, sums, vertex, label)
        for slot in range(indptr[vertex], indptr[vertex + 1]):
            if count == max_labels:
                return names[:n_found].copy(), links, max_labels + 1
            end = int(heads[slot])
            row = sums[count]
            if not _step(sums[label], steps[slot], heights[end], limit, row):
                continue
            # Whether a path found covers it is asked when it leaves the heap: most never do.
            if _dominated(lists, links, sums, end, row):
                continue
            links[count, _PARENT], links[count, _ARC] = label, arcs[slot]
            if not _merge(lists, links, sums, (count, end), heights[end], ratio):
                continue
            links[count, _VERTEX], links[count, _STATE] = end, _OPEN
            links[count, _NEXT] = lists[0, end]
            lists[0, end] = count
            _rise(heap, size, sums, m, count)
            size += 1
            count += 1
    return names[:n_found].copy(), links, count


@njit(cache=True, nogil=True)
def read_back(links: Ints, label: int) -> Ints:
    """Return the arcs of a label's path in travel order.

    Parameters
    ----------
    links : int32[n_labels, 5]
        The labels.
    label : int
        One of them.

    Returns
    -------
    int32[k]
        The arcs, from the source to the label.
    """
    count = 0
    at = label
    while links[at, _PARENT] >= 0:
        count += 1
        at = links[at, _PARENT]
    out = np.empty(count, np.int32)
    at = label
    while count > 0:
        count -= 1
        out[count] = links[at, _ARC]
        at = links[at, _PARENT]
    return out


@njit(cache=True, nogil=True)
def _start(sums: Floats, links: Ints, heap: Ints, lists: Ints, source: int, height: Floats) -> None:
    """Write label 0, the empty path at the source."""
    links[0, _VERTEX], links[0, _PARENT], links[0, _ARC] = source, -1, -1
    links[0, _NEXT], links[0, _STATE] = -1, _OPEN
    sums[0, : height.size] = height
    sums[0, height.size :] = 0.0
    heap[0] = 0
    lists[0, source] = 0


@njit(cache=True, nogil=True)
def _step(before: Floats, step: Floats, height: Floats, limit: Floats, after: Floats) -> bool:
    """Write the sums of a label one arc further; tell whether it can end within the limits.

    The apex decides, not the path: others that the label stands for may end within the limits.
    """
    m = step.size
    for i in range(m):
        after[m + i] = before[m + i] + step[i]
        after[i] = after[m + i] + height[i]
        after[2 * m + i] = before[2 * m + i] + step[i]
        if not after[i] <= limit[i] or after[i] == np.inf:
            return False
    return True


@njit(cache=True, nogil=True)
def _covered(found: Floats, n_found: int, row: Floats, ratio: float, m: int) -> bool:
    """Tell whether a path found is at most `ratio` times all that a label can become."""
    for j in range(n_found - 1, -1, -1):
        i = 1  # what was found before is within `ratio` in the first criterion
        while i < m and found[j, i] <= ratio * row[i]:
            i += 1
        if i == m:
            return True
    return False


@njit(cache=True, nogil=True)
def _dominated(lists: Ints, links: Ints, sums: Floats, vertex: int, row: Floats) -> bool:
    """Tell whether a settled label of the vertex is nowhere larger."""
    m = row.size // 3
    other = lists[1, vertex]
    while other >= 0:
        i = m + 1  # what was settled before is not larger in the first criterion
        while i < 2 * m and sums[other, i] <= row[i]:
            i += 1
        if i == 2 * m:
            return True
        other = links[other, _NEXT]
    return False


@njit(cache=True, nogil=True)
def _settle(lists: Ints, links: Ints, sums: Floats, vertex: int, label: int) -> None:
    """Put a label at the head of the settled ones; drop those it makes superfluous."""
    m = sums.shape[1] // 3
    links[label, _STATE] = _SETTLED
    last = label
    other = lists[1, vertex]
    while other >= 0:
        i = m + 1
        while i < 2 * m and sums[label, i] <= sums[other, i]:
            i += 1
        if i < 2 * m:
            links[last, _NEXT] = other
            last = other
        other = links[other, _NEXT]
    links[last, _NEXT] = -1
    lists[1, vertex] = label


@njit(cache=True, nogil=True)
def _unlink(lists: Ints, links: Ints, vertex: int, label: int) -> None:
    """Take a label out of the open ones of its vertex."""
    last = -1
    other = lists[0, vertex]
    while other != label:
        last = other
        other = links[other, _NEXT]
    if last < 0:
        lists[0, vertex] = links[label, _NEXT]
    else:
        links[last, _NEXT] = links[label, _NEXT]


@njit(cache=True, nogil=True)
def _merge(
    lists: Ints,
    links: Ints,
    sums: Floats,
    new: tuple[int, int],
    height: Floats,
    ratio: float,
) -> bool:
    """Merge the open labels of a vertex into a new one where the ratio allows.

    Returns False if an open label takes in the new one unchanged. A label taken in is marked dead
    and its list entry removed; the new one takes over its path if its own is too far from the apex.
    """
    count, vertex = new
    m = height.size
    last = -1
    other = lists[0, vertex]
    while other >= 0:
        after = links[other, _NEXT]
        old_fits = _fits(sums[other], sums[other], sums[count], height, ratio)
        if old_fits and _not_larger(sums[other], sums[count], m):
            return False
        if old_fits or _fits(sums[count], sums[other], sums[count], height, ratio):
            if old_fits:
                sums[count, 2 * m :] = sums[other, 2 * m :]
                links[count, _PARENT], links[count, _ARC] = links[other, _PARENT], links[other, _ARC]
            for i in range(2 * m):
                sums[count, i] = min(sums[count, i], sums[other, i])
            links[other, _STATE] = _DEAD
            if last < 0:
                lists[0, vertex] = after
            else:
                links[last, _NEXT] = after
        else:
            last = other
        other = after
    return True


@njit(cache=True, nogil=True)
def _fits(path: Floats, a: Floats, b: Floats, height: Floats, ratio: float) -> bool:
    """Tell whether a label's path is within the ratio of the common apex of two labels."""
    m = height.size
    for i in range(m):
        end = path[2 * m + i] + height[i]
        if end > ratio * min(a[i], b[i]):
            return False
    return True


@njit(cache=True, nogil=True)
def _not_larger(a: Floats, b: Floats, m: int) -> bool:
    """Tell whether the apex of one label is nowhere larger than that of another."""
    i = m
    while i < 2 * m and a[i] <= b[i]:
        i += 1
    return i == 2 * m


@njit(cache=True, nogil=True)
def _room(found: Floats, names: Ints, n_found: int) -> tuple[Floats, Ints]:
    """Return the arrays of found paths, twice as long if they are full."""
    if n_found < names.size:
        return found, names
    return np.concatenate((found, np.empty_like(found))), np.concatenate((names, np.empty_like(names)))


@njit(cache=True, nogil=True)
def _before(sums: Floats, m: int, a: int, b: int) -> bool:
    """Tell whether label a comes before b: by its bounds, one criterion after another, then by age."""
    for i in range(m):
        if sums[a, i] != sums[b, i]:
            return bool(sums[a, i] < sums[b, i])
    return a < b


@njit(cache=True, nogil=True)
def _rise(heap: Ints, size: int, sums: Floats, m: int, label: int) -> None:
    """Put a label into a binary heap of `size` labels."""
    slot = size
    while slot > 0:
        up = (slot - 1) >> 1
        if not _before(sums, m, label, heap[up]):
            break
        heap[slot] = heap[up]
        slot = up
    heap[slot] = label


@njit(cache=True, nogil=True)
def _sink(heap: Ints, size: int, sums: Floats, m: int) -> None:
    """Take the first label out of a heap that has `size` labels left without it."""
    label = heap[size]
    slot = 0
    while True:
        child = 2 * slot + 1
        if child >= size:
            break
        if child + 1 < size and _before(sums, m, heap[child + 1], heap[child]):
            child += 1
        if not _before(sums, m, heap[child], label):
            break
        heap[slot] = heap[child]
        slot = child
    heap[slot] = label

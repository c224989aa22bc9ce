"""Which vertices hang together, whatever the direction of what joins them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def parts_of(n_vertices: int, tail: npt.ArrayLike, head: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Name the part of every vertex by one of its vertices, by union and find.

    Parameters
    ----------
    n_vertices : int
        Number of vertices.
    tail, head : array_like of int, shape (n,)
        Ends of what joins vertices.

    Returns
    -------
    numpy.ndarray of int32, shape (n_vertices,)
        Equal for two vertices where they hang together, and only there.

    References
    ----------
    Tarjan, R. E. (1975). Efficiency of a good but not linear set union algorithm. Journal of the ACM 22(2).

    Examples
    --------
    >>> part = parts_of(4, [0, 2], [1, 1])
    >>> [bool(part[0] == other) for other in part]
    [True, True, True, False]
    """
    parent = list(range(n_vertices))

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    for start, end in zip(np.asarray(tail).tolist(), np.asarray(head).tolist(), strict=True):
        parent[root(start)] = root(end)
    return np.array([root(vertex) for vertex in range(n_vertices)], dtype=np.int32)

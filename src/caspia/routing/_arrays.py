"""Names of the array types in the room's signatures, and the checks of what comes in."""

from __future__ import annotations

import operator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Items = npt.NDArray[np.uint32]
Bools = npt.NDArray[np.bool_]
Layout = tuple[Ints, Ints, Ints]


def as_vertex(vertex: int, n_vertices: int, name: str) -> int:
    """Return a vertex as a plain int, or refuse one that the graph does not have.

    Parameters
    ----------
    vertex : int
        Vertex number.
    n_vertices : int
        Number of vertices of the graph.
    name : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        If it is not a whole number from 0 to n_vertices - 1.
    """
    try:
        number = operator.index(vertex)
    except TypeError:
        raise ValueError(f"{name}: got {vertex!r}; allowed: a whole number, the number of a vertex") from None
    if not 0 <= number < n_vertices:
        raise ValueError(f"{name}: got vertex {number}; allowed: 0 to {n_vertices - 1}")
    return number


def as_vertices(vertices: npt.ArrayLike, n_vertices: int, name: str) -> Ints:
    """Return vertex numbers as int32[k], or refuse those that the graph does not have.

    Parameters
    ----------
    vertices : array_like of int, shape (k,)
        Vertex numbers.
    n_vertices : int
        Number of vertices of the graph.
    name : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        If they are not a list of whole numbers from 0 to n_vertices - 1.
    """
    array = np.asarray(vertices)
    if array.size == 0 and array.ndim == 1:
        return np.empty(0, np.int32)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(
            f"{name}: got shape {array.shape} of {array.dtype}; allowed: one dimension of whole numbers"
        )
    bad = np.flatnonzero((array < 0) | (array >= n_vertices))
    if bad.size:
        raise ValueError(
            f"{name}: got vertex {array[bad[0]]} at position {bad[0]} ({bad.size} such entries); "
            f"allowed: 0 to {n_vertices - 1}"
        )
    return np.ascontiguousarray(array, dtype=np.int32)


def as_row(values: npt.ArrayLike, size: int, name: str) -> Floats:
    """Return numbers as contiguous float64[size] without judging them.

    Parameters
    ----------
    values : array_like of float, shape (size,)
        One number per arc.
    size : int
        Number of arcs.
    name : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        If the shape is another one.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.shape != (size,):
        raise ValueError(f"{name}: got shape {array.shape}; allowed: ({size},), one number per arc")
    return array


def refuse_arc(values: Floats, arc: int, name: str) -> None:
    """Raise the error for an arc whose number is negative or missing; do nothing for arc -1.

    Parameters
    ----------
    values : float64[n_arcs]
        The numbers.
    arc : int
        First bad arc, -1 for none.
    name : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        If `arc` is not -1.
    """
    if arc >= 0:
        raise ValueError(
            f"{name}: got {values[arc]} on arc {arc}; allowed: zero or more, inf for a closed arc; "
            "repair: close an arc with inf, and never let a subsidy exceed the cost of its arc"
        )

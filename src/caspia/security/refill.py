"""What a closure leaves of supply: present purchases that keep a way, and the rest bought where there is room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Refill:
    """Supply under a closure; the leading axes are those of the question, shares are of the need.

    Attributes
    ----------
    amount : numpy.ndarray, shape (..., n_ways)
        Share of the need that takes each way.
    kept, bought : numpy.ndarray, shape (...)
        Share that comes from present sellers, and what is bought beyond that.
    """

    amount: FloatArray
    kept: FloatArray
    bought: FloatArray

    @property
    def served(self) -> FloatArray:
        """Share of the need that is met."""
        return self.kept + self.bought


def refill(
    origin: IntArray,
    is_open: BoolArray,
    cost: FloatArray,
    present: FloatArray,
    spare: FloatArray,
    limit: FloatArray,
    need: float | FloatArray = 1.0,
) -> Refill:
    """Keep present purchases where a way is open, and buy the rest at least cost where there is room.

    It is the optimum of a linear program with one balance: fill the cheapest ways first. Each origin sends at most
    what it sends at present and its spare; its ways are filled in the order of their cost.

    Parameters
    ----------
    origin : numpy.ndarray of int, shape (n_ways,)
        Origin of each way.
    is_open : numpy.ndarray of bool, shape (n_ways,)
        Ways that are open.
    cost : numpy.ndarray, shape (..., n_ways)
        Cost of each way, with what the goods cost there.
    present, spare : numpy.ndarray, shape (..., n_origins)
        What each origin sends at present, and what it could send beyond, over the need.
    limit : numpy.ndarray, shape (..., n_ways)
        Most that a way carries, over the need; infinite where nothing limits it.
    need : float or numpy.ndarray, shape (...)
        What is wanted; 1 if shares are of the need.

    Returns
    -------
    Refill
    """
    limits = np.where(is_open, limit, 0.0)
    shape = np.broadcast_shapes(cost.shape, limits.shape, (*present.shape[:-1], 1))
    prices, limits = np.broadcast_to(cost, shape), np.broadcast_to(limits, shape)
    order = np.argsort(np.where(is_open, prices, np.inf), axis=-1, kind="stable")
    amount = np.zeros(shape)
    left = np.broadcast_to(present, (*shape[:-1], present.shape[-1])).copy()
    room = np.broadcast_to(np.asarray(need, float), shape[:-1]).copy()
    kept = _fill(amount, left, room, order, origin, limits)
    left += np.broadcast_to(spare, left.shape)
    bought = _fill(amount, left, room, order, origin, limits)
    return Refill(amount, kept, bought)


def _fill(
    amount: FloatArray, left: FloatArray, room: FloatArray, order: IntArray, origin: IntArray, limit: FloatArray
) -> FloatArray:
    """Fill ways in order from what origins have left, within the room of the need; what was filled."""
    found = np.zeros_like(room)
    for nth in range(order.shape[-1]):
        way = order[..., nth, None]
        at = origin[way]
        has = np.take_along_axis(left, at, axis=-1)[..., 0]
        free = np.take_along_axis(limit, way, axis=-1)[..., 0] - np.take_along_axis(amount, way, axis=-1)[..., 0]
        moved = np.maximum(np.minimum(np.minimum(has, free), room), 0.0)
        _add(amount, way, moved)
        _add(left, at, -moved)
        room -= moved
        found += moved
    return found


def _add(table: FloatArray, at: IntArray, change: FloatArray) -> None:
    np.put_along_axis(table, at, np.take_along_axis(table, at, axis=-1) + change[..., None], axis=-1)

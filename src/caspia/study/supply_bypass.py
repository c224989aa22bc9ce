"""What remains of supply when states or waters are closed: who is rerouted or replaced, at what cost and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.security import Refill, days_of_cover, refill, shortfall_days
from caspia.study.closing import Closing
from caspia.study.supply_ways import Ways
from caspia.study.voyages import DAY_H

FloatArray = npt.NDArray[np.float64]
LEAST = 1e-9
"""Share below which nothing is said to move."""


@dataclass(frozen=True, eq=False)
class Bypass:
    """Supply under a closing; arrays have values in row 0 and draws below, shape (1 + draws,).

    Attributes
    ----------
    closing : Closing
        What is closed.
    lost : numpy.ndarray
        Share of the need that stops at once.
    rerouted, bought : numpy.ndarray
        Share of the need that the same sellers send another way; that others sell instead.
    feasible : numpy.ndarray
        Share of the need that is met in the end.
    extra_usd_per_t, extra_h : numpy.ndarray
        What carriage costs and takes more, in the mean over what is met.
    answer_days : numpy.ndarray
        Time until what is rerouted or bought instead has arrived; 0 where nothing is.
    cover_days : numpy.ndarray
        Days until stocks run out if nothing is done; infinite where nothing stops.
    """

    closing: Closing
    lost: FloatArray
    rerouted: FloatArray
    bought: FloatArray
    feasible: FloatArray
    extra_usd_per_t: FloatArray
    extra_h: FloatArray
    answer_days: FloatArray
    cover_days: FloatArray

    @property
    def kept(self) -> FloatArray:
        """Share of the need that present sellers still send."""
        return self.feasible - self.bought


def bypass(ways: Ways, closing: Closing) -> Bypass:
    """Supply without some states or waters.

    What does not pass them stays as it is. Of the rest each seller sends what it can another way, and others sell
    the remainder as far as they have any to spare, at least cost. What they can spare is divided among all
    importers that lose by the closing.

    Parameters
    ----------
    ways : Ways
        Ways and what they carry.
    closing : Closing
        What is closed.

    Returns
    -------
    Bypass
    """
    case, is_open = ways.case, ways.is_open(closing)
    stays = ways.share * is_open
    added = _answer(ways, closing, stays)
    before, after = ways.share.sum(axis=1), stays.sum(axis=1) + added.served
    amount = stays + added.amount
    lost = np.where(before - stays.sum(axis=1) > LEAST, before - stays.sum(axis=1), 0.0)
    hours = _mean(added.amount, ways.hours)
    bought = np.divide(added.bought, added.served, out=np.zeros_like(after), where=added.served > LEAST)
    answer = np.where(added.served > LEAST, hours / DAY_H + bought * case.reorder_days, 0.0)
    return Bypass(
        closing=closing,
        lost=lost,
        rerouted=added.kept,
        bought=added.bought,
        feasible=np.minimum(after, 1.0),
        extra_usd_per_t=_mean(amount, ways.usd_per_t) - _mean(ways.share, ways.usd_per_t),
        extra_h=_mean(amount, ways.hours) - _mean(ways.share, ways.hours),
        answer_days=answer,
        cover_days=days_of_cover(case.stock_days, lost),
    )


def _answer(ways: Ways, closing: Closing, stays: FloatArray) -> Refill:
    """What is rerouted and bought instead of what stops."""
    case = ways.case
    sells = np.array([code not in closing.origins for code in case.origins], dtype=float)
    by_origin = (ways.origin[:, None] == np.arange(len(case.origins))).astype(float)
    usual, kept = ways.share @ by_origin, stays @ by_origin
    left = np.maximum(case.present * sells - kept, 0.0)
    room = np.maximum(ways.share.sum(axis=1) - stays.sum(axis=1), 0.0)
    if not room.max() > LEAST:
        return Refill(np.zeros_like(stays), np.zeros_like(room), np.zeros_like(room))
    felt = np.array([way.generalised_usd_per_t for way in ways.ways])
    free = np.maximum(ways.limit - stays, 0.0)
    is_open = ways.is_open(closing)
    nothing = np.zeros_like(case.spare)
    again = refill(ways.origin, is_open, felt, left, nothing, free, room)
    missing = np.maximum(usual - kept - again.amount @ by_origin, 0.0)
    spare = case.spare * sells * _won(ways, missing, 1.0 - sells)[:, None]
    return refill(ways.origin, is_open, felt, left, spare, free, room)


def _won(ways: Ways, missing: FloatArray, barred: FloatArray) -> FloatArray:
    """Share of what others can spare that this importer wins, shape (1 + draws,).

    Whoever else buys from the origins that stop seeks the same cargoes. Others are taken to lose the same share of
    their purchases at each origin, and what is to be had is divided as losses are.
    """
    case = ways.case
    lost = np.divide(missing, case.present, out=np.zeros_like(missing), where=case.present > LEAST)
    lost = np.maximum(lost, barred)
    world = (case.exports * lost).sum(axis=1)
    own = missing.sum(axis=1)
    return np.where(world > own, own / np.where(world > 0, world, 1.0), 1.0)


def shortfall(found: Bypass, event_days: FloatArray, loss: FloatArray, stock_days: FloatArray) -> FloatArray:
    """Days of use that an event leaves uncovered.

    Parameters
    ----------
    found : Bypass
        Supply where all of it is closed.
    event_days, loss, stock_days : numpy.ndarray, shape (1 + draws,)
        How long it lasts; the share that it closes; stocks in days of use.

    Returns
    -------
    numpy.ndarray, shape (1 + draws,)
    """
    lasting = np.maximum(found.lost - found.rerouted - found.bought, 0.0)
    return shortfall_days(event_days, loss * found.lost, loss * lasting, found.answer_days, stock_days)


def _mean(amount: FloatArray, what: FloatArray) -> FloatArray:
    """Mean of something over what moves; 0 where nothing does."""
    whole = amount.sum(axis=1)
    return np.asarray(np.divide((amount * what).sum(axis=1), whole, out=np.zeros_like(whole), where=whole > LEAST))

"""What draws need beforehand: effects of events at the likely values, and no routes that carry next to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.assignment import LogitEquilibrium, answers_at
from caspia.study.risk_model import FINE, LEVELS, RiskModel
from caspia.study.risk_parts import ways_kept

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MATTERS = 0.003
"""Share of all that users pay and wait for that a closure must cost to be worth an equilibrium of its own."""
TRIALS, TRIAL = 64, 10**12
"""Draws that are looked at, and the number of the first, which no answer comes to."""
LEFT_OUT = 1e-3
"""Part of all cargo, and of each sum that is read, that the routes left out carry together at most.

Their cargo takes the other routes of its pair. Means of 100 draws move by 0.4 percent of their standard deviation
in the median of all metrics and by 0.9 at most, less than the sampling error of ten thousand draws.
"""


def ready_for_draws(model: RiskModel) -> RiskModel:
    """Find the effects of events, and leave out routes that carry next to nothing in any year.

    Parameters
    ----------
    model : RiskModel
        Put together, with all routes.

    Returns
    -------
    RiskModel
        Its draws take three quarters of the time. Every pair keeps the best of its routes in drawn years, and while
        each event lasts.
    """
    known = with_effects(model)
    quiet = known.likely_world().quiet()
    start, everything = known.grouping.table.pair_start, np.ones((1, known.n_routes))
    sums = sparse.vstack([everything, known.metrics.sums]).tocsr()
    chosen = carrying_routes(start, sums, [quiet.flow, *_flows(known, quiet)])
    return some_routes_of(known, chosen, quiet.flow)


def with_effects(model: RiskModel) -> RiskModel:
    """A model with the effects of all events that may last, found at the likely values.

    Parameters
    ----------
    model : RiskModel
        Without them.

    Returns
    -------
    RiskModel
    """
    fine = replace(model, residual=FINE)
    world = fine.likely_world()
    quiet = world.quiet()
    likely = world.row((), quiet)
    effects = np.zeros((len(model.hazards.names), len(LEVELS), len(likely)))
    for event in model.lasting_events.tolist():
        for level, loss in enumerate(LEVELS[1:], start=1):
            effects[event, level] = fine.likely_world(loss).row((event,), quiet) - likely
    paid = float(quiet.flow @ np.where(quiet.flow > 0, quiet.cost, 0.0))
    return replace(model, effects=np.nan_to_num(effects), likely=likely, matters_usd=MATTERS * paid)


def some_routes_of(model: RiskModel, chosen: BoolArray, flow: FloatArray) -> RiskModel:
    """A model with some of its routes.

    Parameters
    ----------
    model : RiskModel
        With the effects of its events.
    chosen : numpy.ndarray of bool, shape (n_routes,)
        Routes to keep.
    flow : numpy.ndarray, shape (n_routes,)
        Flows at the likely values.

    Returns
    -------
    RiskModel
    """
    fewer = replace(
        model,
        costs=model.costs.some(ways_kept(chosen, len(model.costs.time_h))),
        shippers=model.shippers.some(chosen),
        law=model.law.some(chosen),
        grouping=model.grouping.some(chosen),
        shut=model.shut[chosen],
        metrics=model.metrics.some(chosen),
        works=None if model.works is None else model.works.some(chosen),
    )
    grouping, wants = fewer.grouping, fewer.likely_world().first_wants
    near = answers_at(grouping.table, wants, grouping.series(fewer.servers), grouping.bundles, flow[chosen])
    return replace(fewer, grouping=replace(grouping, answers=near))


def _flows(model: RiskModel, quiet: LogitEquilibrium) -> Iterator[FloatArray]:
    """Mean flows of some draws, and flows while each event lasts that may shut ways."""
    found = [model.world(draw).solve((), None) for draw in range(TRIAL, TRIAL + TRIALS)]
    flows = [state.flow for state in found if state is not None]
    if flows:
        yield np.mean(flows, axis=0)
    worst = model.likely_world(1.0)
    for event in model.lasting_events.tolist():
        state = worst.solve((event,), quiet)
        if state is not None:
            yield state.flow


def carrying_routes(
    pair_start: IntArray, sums: sparse.csr_matrix, flows: Sequence[FloatArray], left_out: float = LEFT_OUT
) -> BoolArray:
    """Find routes that matter to sums in some worlds.

    Parameters
    ----------
    pair_start : numpy.ndarray of int, shape (n_pairs + 1,)
        Routes by pair.
    sums : scipy.sparse.csr_matrix, shape (n_sums, n_routes)
        What a unit on each route adds to sums, 0 or more.
    flows : sequence of numpy.ndarray, each of shape (n_routes,)
        Flows of each world.
    left_out : float
        Part of each sum, in each of the worlds, that all routes left out carry together at most.

    Returns
    -------
    numpy.ndarray of bool, shape (n_routes,)
        Routes to keep; among them the one of each pair that carries most in each world.
    """
    parts = [_parts(sums, flow) for flow in flows]
    weight = np.max([part.max(axis=0).toarray().ravel() for part in parts], axis=0)
    for flow in flows:
        weight[_best_of_pairs(pair_start, flow)] = np.inf
    order = np.argsort(weight, kind="stable")
    # One order for all sums and worlds: the shortest of their cuts holds for each.
    lost = np.max([np.cumsum(part[:, order].toarray(), axis=1).max(axis=0) for part in parts], axis=0)
    chosen = np.ones(len(weight), dtype=bool)
    chosen[order[(lost <= left_out) & np.isfinite(weight[order])]] = False
    return chosen


def _parts(sums: sparse.csr_matrix, flow: FloatArray) -> sparse.csr_matrix:
    """Part of each sum that each route carries."""
    found = sums.multiply(flow).tocsr()
    whole = np.asarray(found.sum(axis=1)).ravel()
    return (sparse.diags(1.0 / np.where(whole > 0, whole, 1.0)) @ found).tocsr()


def _best_of_pairs(start: IntArray, flow: FloatArray) -> IntArray:
    """The route of each pair that carries most."""
    pair = np.repeat(np.arange(len(start) - 1), np.diff(start))
    order = np.lexsort((-flow, pair))
    return np.asarray(order[start[:-1][np.diff(start) > 0]])

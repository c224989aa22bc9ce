"""What the total cost of travel in equilibrium cannot fall below, for all designs between two, compiled.

Let T(x) be the total cost of flows x, and B(x) Beckmann's function, which the equilibrium minimises. A design
that holds the projects I costs at least the minimum of T over the flows that its projects and those still free
allow. Its equilibrium has a Beckmann value of at most that of I alone, b(I), since more arcs never raise it. So for
every weight w >= 0 it costs at least

    min over designs and flows of  T(x) + w * (B(x) - b(I)),

where w = 0 is the system optimum and growing w leads to the equilibrium. Potentials of any flows, origin by origin,
bound that minimum from below: what each arc can gain at its price comes off, and of the gains of free projects only
as many as the budget pays. All of this holds for potentials that are not optimal; better ones only bound better.
They are looked for at fractions of projects, whose capacity is that fraction (the perspective of the arc's cost).

References
----------
LeBlanc, L. J. (1975). An algorithm for the discrete network design problem. Transportation Science 9(3), 183-199.
Farvaresh, H., Sepehri, M. M. (2013). A branch and bound algorithm for bi-level discrete network design problem.
Networks and Spatial Economics 13(1), 67-106.
Rey, D. (2020). Computational benchmarking of exact methods for the bilevel discrete network design problem.
Transportation Research Procedia 47, 11-18.
Frangioni, A., Gentile, C. (2006). Perspective cuts for a class of convex 0-1 mixed integer programs. Mathematical
Programming 106(2), 225-236.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from caspia.investment._flows import Bools, Cost, Floats, Ints, Net, Plan, solve

SLACK = 1e-9  # part of the budget by which sums of costs may pass it, for rounding
FLOOR = 0.02  # least fraction of a free project: its arcs stay open, so that they have a price
ROUNDS = 30  # most rounds of one solution; what is not optimal yet bounds all the same
HALVINGS = 50


class Road(NamedTuple):
    """Cost of a unit on every arc with all projects, and the project that each arc belongs to."""

    cost: Cost
    project: Ints  # [A], -1 for none
    price: Floats  # [J]; what the projects cost
    slack: float  # by which the budget may be passed


class Box(NamedTuple):
    """Designs between two: those that hold all of `inside` and else only what is free, within the budget left."""

    inside: Bools  # [J]
    free: Bools  # [J]
    left: float
    ceiling: float  # no such design has a Beckmann value above it


class Cut(NamedTuple):
    """A bound on all designs: constant - sum of the gains of its projects - weight * (Beckmann ceiling)."""

    constant: float
    gain: Floats  # [J]
    weight: float


@njit(cache=True, nogil=True)
def knapsack(gain: Floats, price: Floats, free: Bools, left: float) -> float:
    """Return the most that free projects can gain within a budget, the last of them in part."""
    which = np.flatnonzero(free & (gain > 0.0))
    order = which[np.argsort(-gain[which] / np.maximum(price[which], 1e-300))]
    total = 0.0
    for project in order:
        if price[project] > left:
            total += gain[project] * left / price[project]
            break
        total += gain[project]
        left -= price[project]
    return total


@njit(cache=True, nogil=True)
def cut_bound(road: Road, cut: Cut, box: Box) -> float:
    """Return what no design of a box costs less than, by one cut."""
    bound = cut.constant - cut.weight * box.ceiling
    bound -= knapsack(cut.gain, road.price, box.free, box.left + road.slack)
    for project in range(cut.gain.size):
        if box.inside[project]:
            bound -= cut.gain[project]
    return bound


@njit(cache=True, nogil=True)
def _arc_price(net: Net, distance: Floats, top: Floats, arc: int) -> float:
    """Return the most that any origin would pay for a unit on an arc, by its potentials."""
    tail, head, most = net.tail[arc], net.head[arc], 0.0
    for source in range(net.origin.size):
        if not net.no_through[tail] or net.origin[source] == tail:
            reached = min(distance[source, head], top[source]) - min(distance[source, tail], top[source])
            most = max(most, reached)
    return most


@njit(cache=True, nogil=True)
def prove(net: Net, road: Road, plan: Plan, scale: float, weight: float) -> Cut:
    """Make a cut from the potentials of a plan, times a scale, for T + weight * B."""
    cost, gain, constant, most = road.cost, np.zeros(road.price.size), 0.0, net.amount.sum()
    top = np.zeros(net.origin.size)
    for source in range(net.origin.size):
        for reached in plan.distance[source]:
            if reached < np.inf:
                top[source] = max(top[source], reached)
        for pair in range(net.pair_start[source], net.pair_start[source + 1]):
            constant += scale * net.amount[pair] * plan.distance[source, net.target[pair]]
    for arc in range(net.tail.size):
        over = scale * _arc_price(net, plan.distance, top, arc) - (1.0 + weight) * cost.base[arc]
        if over > 0.0:
            power, slope = cost.power[arc], (cost.power[arc] + 1.0 + weight) * cost.slope[arc]
            load = most  # no arc need carry more than all that travels
            if slope > 0.0:
                load = min(load, (over / slope) ** (1.0 / power))
            worth = load * (over - slope * load**power / (power + 1.0))
            if road.project[arc] >= 0:
                gain[road.project[arc]] += worth
            else:
                constant -= worth
    return Cut(constant, gain, weight)


@njit(cache=True, nogil=True)
def beckmann(cost: Cost, load: Floats) -> float:
    """Return Beckmann's function of loads."""
    total = 0.0
    for arc in range(load.size):
        if load[arc] > 0.0:
            power = cost.power[arc]
            total += load[arc] * (cost.base[arc] + cost.slope[arc] * load[arc] ** power / (power + 1.0))
    return total


@njit(cache=True, nogil=True)
def built(road: Road, share: Floats, weight: float) -> Cost:
    """Return the marginal cost of T + weight * B where projects are built to a share of their capacity."""
    cost = road.cost
    base, slope = cost.base * (1.0 + weight), cost.slope * (cost.power + 1.0 + weight)
    for arc in range(base.size):
        project = road.project[arc]
        if project >= 0:
            if share[project] <= 0.0:
                base[arc] = np.inf
            else:
                slope[arc] /= share[project] ** cost.power[arc]
    return Cost(base, slope, cost.power)


@njit(cache=True, nogil=True)
def _wanted(road: Road, box: Box, load: Floats, weight: float) -> Floats:
    """Return the shares in which loads would have the free projects, up to a common factor."""
    cost, wanted = road.cost, np.zeros(road.price.size)
    for arc in range(load.size):
        project = road.project[arc]
        if project >= 0 and box.free[project]:
            power = cost.power[arc]
            worth = power * cost.slope[arc] * (power + 1.0 + weight) / (power + 1.0) * load[arc] ** (power + 1.0)
            wanted[project] += (worth / max(road.price[project], 1e-300)) ** (1.0 / (power + 1.0))
    return wanted


@njit(cache=True, nogil=True)
def spread_budget(road: Road, box: Box, load: Floats, weight: float, share: Floats) -> None:
    """Share the budget among the free projects as the loads want it; write the shares of all projects."""
    price, free = road.price, box.free
    share[:] = np.where(box.inside, 1.0, 0.0)
    total = price[free].sum()
    if total <= box.left + road.slack:
        share[free] = 1.0
        return
    wanted = _wanted(road, box, load, weight)
    if wanted.max() <= 0.0:
        share[free] = min(max(box.left / total, FLOOR), 1.0)
        return
    low, high = 0.0, 1e3 / wanted.max()
    for _ in range(HALVINGS):
        factor = 0.5 * (low + high)
        if (price * np.minimum(np.maximum(wanted * factor, FLOOR), 1.0))[free].sum() > box.left:
            high = factor
        else:
            low = factor
    share[free] = np.minimum(np.maximum(wanted * low, FLOOR), 1.0)[free]


@njit(cache=True, nogil=True)
def relax(  # noqa: PLR0913 - numbers for compiled code
    net: Net, road: Road, plan: Plan, box: Box, weight: float, share: Floats, gap: float, turns: int, cutoff: float
) -> tuple[float, Cut, Floats, int]:
    """Look for the best bound of a box: in turns for flows, shares of the budget, and the weight.

    Returns the bound, its cut, the shares at which it was found, and the number of solutions.
    """
    share = np.where(box.free, np.maximum(share, FLOOR), np.where(box.inside, 1.0, 0.0))
    best, best_share, some_free, low, high = -np.inf, share, box.free.any(), 0.0, np.inf
    best_cut = Cut(-np.inf, np.zeros(share.size), 0.0)
    for turn in range(turns):
        solve(net, built(road, share, weight), plan, gap, np.inf, ROUNDS)
        cut = prove(net, road, plan, 1.0, weight)
        bound = cut_bound(road, cut, box)
        if bound > best:
            best, best_cut, best_share = bound, cut, share.copy()
        if best >= cutoff or turn + 1 == turns:
            return best, best_cut, best_share, turn + 1
        plain = built(road, share, 0.0)
        if beckmann(Cost(plain.base, plain.slope / (plain.power + 1.0), plain.power), plan.load) > box.ceiling:
            low = weight
            weight = min(2.0 * weight + 1.0, 0.5 * (weight + high))
        else:
            high = weight
            weight = 0.5 * (low + weight)
        if some_free:
            spread_budget(road, box, plan.load, weight, share)
    return best, best_cut, best_share, turns


@njit(cache=True, nogil=True)
def equilibrium_floor(net: Net, road: Road, plan: Plan, share: Floats, excess: float, spread: float) -> float:
    """Return what the exact equilibrium of a design costs at least, near to which the plan is.

    The bound of the module with the Beckmann value of the plan itself, and the weight that makes it nearly best.
    """
    weight = np.sqrt(0.5 * spread / max(excess, 1e-14 * spread)) if spread > 0.0 else 0.0
    cut = prove(net, road, plan, 1.0 + weight, weight)
    floor = cut.constant - weight * beckmann(road.cost, plan.load)
    for project in range(share.size):
        if share[project] > 0.0:
            floor -= cut.gain[project]
    return floor

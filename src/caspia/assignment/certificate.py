"""What a result is worth, worked out from its numbers alone: no code of the solver is used here.

References
----------
Beckmann, M., McGuire, C. B., Winsten, C. B. (1956). Studies in the Economics of Transportation. Yale
University Press.
Sheffi, Y. (1985). Urban Transportation Networks. Prentice-Hall, chapter 6 (demand that answers to its cost).
Bellman, R. (1958). On a routing problem. Quarterly of Applied Mathematics 16, 87-90.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.assignment.problem import Demand, Floats, Problem
from caspia.assignment.result import Equilibrium

CHUNK = 20_000_000  # numbers held at once while searching


@dataclass(frozen=True)
class Certificate:
    """How far flows are from an equilibrium, and whether they are flows of the demand at all.

    Parameters
    ----------
    total_cost : float
        Cost of all flow at the delays that it makes.
    least_total_cost : float
        Cost if all served demand were on least-cost routes at these delays.
    relative_gap : float
        Their difference as a part of the first. Where demand answers to its cost, it also holds the difference
        between the cost which the demand carried would just bear and the least cost, for each unit carried or, if
        more, wanted at the least cost.
    objective : float
        Beckmann's function, in the unit of the servers' delay times load, less the worth of demand that answers
        to its cost; NaN where the classes' costs do not come from one function.
    imbalance : float
        Largest difference between what flows into and out of a vertex and what demand asks, by class,
        as a part of the largest demand.
    least_flow : float
        Smallest flow of a class on an arc.
    route_mismatch : float
        Largest difference between flows on arcs and those added up from the routes, as a part of the
        largest flow.
    unserved : float
        Demand without a route.
    amount_mismatch : float
        Largest difference between the demand said to be carried and the flow of its routes, as a part of the
        largest demand.
    """

    total_cost: float
    least_total_cost: float
    relative_gap: float
    objective: float
    imbalance: float
    least_flow: float
    route_mismatch: float
    unserved: float
    amount_mismatch: float


def certify(problem: Problem, result: Equilibrium) -> Certificate:
    """Measure a result from scratch: loads and costs from flows, least costs by Bellman's recursion.

    Parameters
    ----------
    problem : Problem
        The problem.
    result : Equilibrium
        What is claimed to solve it. Only its flows on arcs, its routes and the demand carried are read.

    Returns
    -------
    Certificate
        The measures.
    """
    flow, demand = result.flow, problem.demand
    load = problem.server_loads(flow)
    cost = problem.arc_costs(problem.delays.delay(load))
    open_to = np.isfinite(cost)
    total = float(np.sum(flow[open_to] * cost[open_to]))
    if np.any(flow[~open_to] > 0.0):
        total = float("inf")
    least = least_costs(problem, cost)
    served = np.isfinite(least)
    by_routes = np.bincount(result.routes.pair, result.routes.flow, minlength=demand.n_pairs)
    carried = np.where(_answers(demand), by_routes, np.where(served, demand.amount, 0.0))
    needed = float(carried[served] @ least[served])
    excess = total - needed + float(_misplaced(problem, least, carried).sum())
    largest = float(max(demand.amount.max(initial=0.0), carried.max(initial=0.0)))
    return Certificate(
        total_cost=total,
        least_total_cost=needed,
        relative_gap=excess / total if total > 0.0 else 0.0,
        objective=beckmann(problem, flow) - _worth(problem, carried),
        imbalance=_imbalance(problem, flow, carried),
        least_flow=float(flow.min(initial=0.0)),
        route_mismatch=_route_mismatch(problem, result),
        unserved=float(demand.amount[~served].sum()),
        amount_mismatch=float(np.abs(result.amount - by_routes).max(initial=0.0)) / largest if largest else 0.0,
    )


def _answers(demand: Demand) -> npt.NDArray[np.bool_]:
    """Say which pairs' demand answers to its cost."""
    if demand.response is None:
        return np.zeros(demand.n_pairs, np.bool_)
    return np.asarray((demand.response < 0.0) & (demand.amount > 0.0))


def _misplaced(problem: Problem, least: Floats, carried: Floats) -> Floats:
    """Return what each pair's demand carried would bear more or less than its least cost, in all.

    Counted are the units carried or, if they are more, those wanted at the least cost.
    """
    demand, out = problem.demand, np.zeros(least.size)
    if demand.response is None or demand.reference is None:
        return out
    some = np.flatnonzero(_answers(demand) & np.isfinite(least))
    amount, response, reference = demand.amount[some], demand.response[some], demand.reference[some]
    wanted = amount * np.exp(response * (least[some] - reference))
    with np.errstate(divide="ignore"):
        bears = reference + np.log(carried[some] / amount) / response
    most = np.maximum(carried[some], wanted)
    out[some[most > 0.0]] = (np.abs(bears - least[some]) * most)[most > 0.0]
    return out


def _worth(problem: Problem, carried: Floats) -> float:
    """Return the area under the costs that the demand carried would bear, scaled as in Beckmann's function."""
    demand = problem.demand
    if demand.response is None or demand.reference is None:
        return 0.0
    some = np.flatnonzero(_answers(demand) & (carried > 0.0))
    amount, klass = carried[some], demand.class_index[some]
    ratio = np.array([_one_ratio(*_weights(problem, k)) for k in range(problem.n_classes)])
    area = demand.reference[some] + (np.log(amount / demand.amount[some]) - 1.0) / demand.response[some]
    return float((amount * area / ratio[klass]).sum())


def least_costs(problem: Problem, cost: Floats) -> Floats:
    """Find the least cost of every pair by relaxing all arcs until nothing changes.

    Parameters
    ----------
    problem : Problem
        Graph and pairs.
    cost : float64[K, A]
        Cost of every arc by class.

    Returns
    -------
    float64[P]
        Least costs; inf where no route leads.
    """
    demand, n = problem.demand, problem.n_vertices
    code = demand.class_index.astype(np.int64) * n + demand.origin
    roots, group = np.unique(code, return_inverse=True)
    order = np.argsort(problem.head, kind="stable")
    heads, first = np.unique(problem.head[order], return_index=True)
    out = np.empty(demand.n_pairs)
    share = max(CHUNK // max(problem.n_arcs, 1), 1)
    for begin in range(0, roots.size, share):
        part = roots[begin : begin + share]
        row = np.arange(part.size)
        dist = np.full((part.size, n), np.inf)
        dist[row, part % n] = 0.0
        leaving = ~problem.no_through[None, :] | (np.arange(n)[None, :] == (part % n)[:, None])
        while order.size:
            from_ = np.where(leaving, dist, np.inf)[:, problem.tail[order]]
            reach = np.minimum.reduceat(from_ + cost[part // n][:, order], first, axis=1)
            if not np.any(reach < dist[:, heads]):
                break
            dist[:, heads] = np.minimum(dist[:, heads], reach)
        mine = np.flatnonzero((group >= begin) & (group < begin + part.size))
        out[mine] = dist[group[mine] - begin, demand.destination[mine]]
    return out


def beckmann(problem: Problem, flow: Floats) -> float:
    """Return the function whose minimum is the equilibrium, if there is one.

    There is one if each class feels every server in proportion to what it loads there; the class's fixed
    costs then count divided by that proportion.

    Parameters
    ----------
    problem : Problem
        The problem.
    flow : float64[K, A]
        Flow on every arc by class.

    Returns
    -------
    float
        Sum of the integrals of the delays and of the scaled fixed costs; NaN if there is no such function.
    """
    total = float(problem.delays.area(problem.server_loads(flow)).sum())
    used = flow > 0.0
    for klass in range(problem.n_classes):
        ratio = _one_ratio(*_weights(problem, klass))
        if np.isnan(ratio):
            return float("nan")
        total += float(problem.fixed_cost[klass, used[klass]] @ flow[klass, used[klass]]) / ratio
    return total


def _weights(problem: Problem, klass: int) -> tuple[Floats, Floats]:
    """Return what a unit of a class feels and loads at every entry."""
    felt = problem.value_of_delay[klass] * problem.entry_felt
    return felt, problem.class_load[klass, problem.entry_unit] * problem.entry_use


def _one_ratio(felt: Floats, load: Floats) -> float:
    """Return the proportion of two rows, 1 if both are zero, NaN if there is none."""
    some = (felt > 0.0) | (load > 0.0)
    if not some.any():
        return 1.0
    if np.any(felt[some] == 0.0) or np.any(load[some] == 0.0):
        return float("nan")
    ratios = felt[some] / load[some]
    return float(ratios[0]) if np.allclose(ratios, ratios[0], rtol=1e-12, atol=0.0) else float("nan")


def _imbalance(problem: Problem, flow: Floats, carried: Floats) -> float:
    """Return the largest imbalance at a vertex as a part of the largest demand."""
    demand, n = problem.demand, problem.n_vertices
    worst = 0.0
    for klass in range(problem.n_classes):
        mine = demand.class_index == klass
        net = np.bincount(problem.tail, flow[klass], minlength=n) - np.bincount(
            problem.head, flow[klass], minlength=n
        )
        net -= np.bincount(demand.origin[mine], carried[mine], minlength=n)
        net += np.bincount(demand.destination[mine], carried[mine], minlength=n)
        worst = max(worst, float(np.abs(net).max(initial=0.0)))
    largest = float(max(demand.amount.max(initial=0.0), carried.max(initial=0.0)))
    return worst / largest if largest > 0.0 else worst


def _route_mismatch(problem: Problem, result: Equilibrium) -> float:
    """Return the largest difference between arcs' flows and those of the routes."""
    routes = result.routes
    owner = np.repeat(np.arange(routes.n_routes), np.diff(routes.first))
    klass = problem.demand.class_index[routes.pair[owner]].astype(np.int64)
    place = klass * problem.n_arcs + routes.arcs
    added = np.bincount(place, routes.flow[owner], minlength=result.flow.size).reshape(result.flow.shape)
    largest = float(result.flow.max(initial=0.0))
    return float(np.abs(added - result.flow).max(initial=0.0)) / largest if largest > 0.0 else 0.0

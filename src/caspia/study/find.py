"""Finding routes: the best of each corridor, dissimilar alternatives, the Pareto set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.cost import ArcCosts
from caspia.errors import InputError, Problem, Unreachable
from caspia.network import ArcKind, Network
from caspia.routing import Graph, alternatives, best_through, build_graph, one_to_all, pareto, shortest_path
from caspia.study.corridors import CORRIDORS, Signatures
from caspia.study.itinerary import Itinerary, World, describe
from caspia.study.request import Question, open_weight

IntArray = npt.NDArray[np.int64]
ABSURD = 3.0
"""A corridor whose best route costs more than this many times the best of all is not shown."""
ABSURD_OTHER = 1.7
"""The same for ways that belong to no corridor."""
PARETO_EPSILON = 0.02
PARETO_BOUND = 3.0


@dataclass(frozen=True)
class Scene:
    """What routes are searched in."""

    world: World
    graph: Graph
    signatures: Signatures

    @property
    def network(self) -> Network:
        """The graph with its lineage."""
        return self.world.network


def find_routes(question: Question, costs: ArcCosts, scene: Scene) -> list[Itinerary]:
    """The best route of each corridor, then dissimilar alternatives, each labelled.

    Parameters
    ----------
    question : Question
        Resolved request.
    costs : ArcCosts
        Costs of its cargo.
    scene : Scene
        World, graph and signatures of corridors.

    Returns
    -------
    list of Itinerary
        The best of each corridor by generalised cost, then the alternatives.

    Raises
    ------
    Unreachable
        No way is open; the message says which constraint cuts it.
    """
    weight = open_weight(question, costs)
    if question.via:
        paths = [found for found in [path_via(question, weight, scene)] if found is not None]
    else:
        paths = list(_corridor_paths(question, weight, scene))
        paths.sort(key=lambda arcs: float(weight[arcs].sum()))
        paths = [arcs for arcs in paths if is_sensible(arcs, paths[0], weight, scene)]
    if not paths:
        raise Unreachable(_what_cuts(question, costs, scene))
    if question.request.alternatives:
        paths += _alternatives(question, weight, scene, paths)
    found = [describe(arcs, scene.signatures.label(arcs), costs, scene.world) for arcs in paths]
    return _in_order(found[:1] + [item for item in found[1:] if not item.wanders])


def is_sensible(arcs: IntArray, best: IntArray, weight: npt.NDArray[np.float64], scene: Scene) -> bool:
    """Whether the best of a corridor is near enough to the best of all to be shown.

    Parameters
    ----------
    arcs, best : numpy.ndarray of int
        Ways, arcs in order.
    weight : numpy.ndarray, shape (n_arcs,)
        Generalised cost in dollars per unit of cargo.
    scene : Scene
        World, graph and signatures.

    Returns
    -------
    bool
    """
    limit = ABSURD_OTHER if scene.signatures.label(arcs) == "Other" else ABSURD
    return float(weight[arcs].sum()) <= limit * float(weight[best].sum())


def _in_order(found: list[Itinerary]) -> list[Itinerary]:
    """The cheapest of each corridor, then the others, each by generalised cost."""
    by_cost = sorted(found, key=lambda item: item.generalised_usd)
    best = {item.corridor: row for row, item in reversed(list(enumerate(by_cost)))}
    firsts = sorted(best.values())
    return [by_cost[row] for row in firsts] + [item for row, item in enumerate(by_cost) if row not in firsts]


def _corridor_paths(question: Question, weight: npt.NDArray[np.float64], scene: Scene) -> Iterator[IntArray]:
    for corridor in question.corridors:
        path = corridor_path(question, corridor, weight, scene)
        if path is not None:
            yield path


def corridor_path(
    question: Question, corridor: str, weight: npt.NDArray[np.float64], scene: Scene
) -> IntArray | None:
    """Least-cost way of one corridor.

    Parameters
    ----------
    question : Question
        Resolved request.
    corridor : str
        One of CORRIDORS.
    weight : numpy.ndarray, shape (n_arcs,)
        Generalised cost in dollars per unit of cargo; inf where the request may not pass.
    scene : Scene
        World, graph and signatures.

    Returns
    -------
    numpy.ndarray of int, shape (n,), or None
        Arcs in order; None if no way of the corridor is open.
    """
    found = [
        _one_path(question, np.where(banned, np.inf, weight), gate, scene)
        for gate, banned in scene.signatures.searches(corridor)
    ]
    # A route that came through the gate by another way belongs to a corridor further down the list.
    paths = [arcs for arcs in found if arcs is not None and scene.signatures.label(arcs) == corridor]
    return min(paths, key=lambda arcs: float(weight[arcs].sum())) if paths else None


def _one_path(
    question: Question, weight: npt.NDArray[np.float64], gate: npt.NDArray[np.bool_] | None, scene: Scene
) -> IntArray | None:
    ends = question.source, question.target
    if gate is None:
        found = shortest_path(scene.graph, weight, *ends)
    else:
        found = best_through(scene.graph, weight, *ends, gate, group=scene.network.vertices.place)
    return None if found is None else found.arcs.astype(np.int64)


def _alternatives(
    question: Question, weight: npt.NDArray[np.float64], scene: Scene, taken: list[IntArray]
) -> list[IntArray]:
    wanted = question.request.alternatives
    found = alternatives(
        scene.graph,
        _without_avoided(question, weight, scene),
        question.source,
        question.target,
        wanted + len(taken),
        measure=scene.network.arcs.length_km,
    )
    seen = {tuple(arcs) for arcs in taken}
    fresh = [path.arcs.astype(np.int64) for path in found if tuple(path.arcs) not in seen]
    return [arcs for arcs in fresh if _is_wanted(arcs, question, scene)][:wanted]


def _is_wanted(arcs: IntArray, question: Question, scene: Scene) -> bool:
    """Whether a path is one that the search of its own corridor might have found, and that is not avoided."""
    corridor = scene.signatures.label(arcs)
    searched = any(not banned[arcs].any() for _, banned in scene.signatures.searches(corridor))
    return searched and corridor in question.corridors


def _without_avoided(question: Question, weight: npt.NDArray[np.float64], scene: Scene) -> npt.NDArray[np.float64]:
    """Close the signatures of avoided corridors."""
    closed = np.zeros(len(weight), dtype=bool)
    for corridor in CORRIDORS:
        if corridor not in question.corridors:
            closed |= scene.signatures.of(corridor)
    return np.where(closed, np.inf, weight)


def find_pareto(question: Question, costs: ArcCosts, scene: Scene) -> list[Itinerary]:
    """Routes that no other beats in money, time, reliability and emission at once.

    Parameters
    ----------
    question : Question
        Resolved request.
    costs : ArcCosts
        Costs of its cargo.
    scene : Scene
        World, graph and signatures.

    Returns
    -------
    list of Itinerary
        Ascending by money. Within `PARETO_EPSILON` of every Pareto optimum no more than `PARETO_BOUND` times
        the least of each criterion, and with the least of each criterion and of generalised cost.

    Raises
    ------
    Unreachable
        No way is open.
    InputError
        The set is too large to be complete.
    """
    weight = _without_avoided(question, open_weight(question, costs), scene)
    criteria = np.vstack([costs.money.mean, costs.time.mean, costs.time.sd, costs.emission.mean])
    criteria[:, ~np.isfinite(weight)] = np.inf
    ends = question.source, question.target
    found = pareto(scene.graph, criteria, *ends, epsilon=PARETO_EPSILON, bound=PARETO_BOUND)
    if not found.complete:
        raise InputError(
            Problem(
                what="the Pareto set is too large to be shown complete",
                where="pareto",
                repair="narrow the request with --avoid",
            )
        )
    # The bound may cut off the least of one criterion where it is far from the least of another.
    extremes = [shortest_path(scene.graph, row, *ends) for row in (*criteria, weight)]
    paths = {tuple(path.arcs.tolist()) for path in (*found.paths, *extremes) if path is not None}
    wanted = [arcs for arcs in map(np.array, sorted(paths)) if _is_wanted(arcs, question, scene)]
    if not wanted:
        raise Unreachable(_what_cuts(question, costs, scene))
    values = np.array([criteria[:, arcs].sum(axis=1) for arcs in wanted])
    beaten = [bool(((values <= own).all(axis=1) & (values < own).any(axis=1)).any()) for own in values]
    kept = [arcs for arcs, lost in zip(wanted, beaten, strict=True) if not lost]
    kept.sort(key=lambda arcs: float(criteria[0, arcs].sum()))
    return [describe(arcs, scene.signatures.label(arcs), costs, scene.world) for arcs in kept]


def path_via(question: Question, weight: npt.NDArray[np.float64], scene: Scene) -> IntArray | None:
    """Least-cost way through the places of `via`, in order.

    The graph is laid out once per place still to come; reaching the place leads one layer up, so that one search
    finds the exact least-cost walk.

    Parameters
    ----------
    question : Question
        Resolved request.
    weight : numpy.ndarray, shape (n_arcs,)
        Generalised cost in dollars per unit of cargo; inf where the request may not pass.
    scene : Scene
        World, graph and signatures.

    Returns
    -------
    numpy.ndarray of int, shape (n,), or None
        Arcs in order; None if no way is open.
    """
    network = scene.network
    rows = list(question.via)
    weight = _as_asked(question, weight, scene)
    layers, n, m = len(rows) + 1, network.n_vertices, network.n_arcs
    arcs = network.arcs
    place_of_head = network.vertices.place[arcs.head]
    layer = np.repeat(np.arange(layers), m)
    goals = np.array([*rows, -1])
    rise = np.tile(place_of_head, layers) == goals[layer]
    tail = np.tile(arcs.tail, layers) + layer * n
    head = np.tile(arcs.head, layers) + (layer + rise) * n
    graph = build_graph(tail, head, layers * n)
    start = question.source
    if rows and rows[0] == question.origin:
        start += n
    found = shortest_path(graph, np.tile(weight, layers), start, question.target + (layers - 1) * n)
    return None if found is None else found.arcs.astype(np.int64) % m


def _as_asked(question: Question, weight: npt.NDArray[np.float64], scene: Scene) -> npt.NDArray[np.float64]:
    """Close what a way through given places would not use.

    A Caspian port that is to be passed is passed by ship: cargo that comes by land does not leave it by land. If a
    corridor is wanted, the marks of earlier corridors are closed, but not in the states where the journey begins
    or ends.
    """
    network = scene.network
    arcs, place = network.arcs, network.vertices.place
    ports = np.intersect1d(place[arcs.tail[scene.signatures.marks["Caspian"]]], question.via)
    closed = (arcs.kind == ArcKind.THROUGH) & np.isin(place[arcs.tail], ports)
    if question.request.corridor:
        states = scene.world.data.tables["places"]["country"].to_numpy()
        home = network.passing_states(states[[question.origin, question.destination]])
        _, banned = next(scene.signatures.searches(question.request.corridor))
        closed |= banned & ~home
    return np.where(closed, np.inf, weight)


def _what_cuts(question: Question, costs: ArcCosts, scene: Scene) -> Problem:
    """Name the constraint without which a way would be open."""
    request = question.request

    def reaches(weight: npt.NDArray[np.float64]) -> bool:
        if question.via:
            return path_via(question, weight, scene) is not None
        if len(question.corridors) < len(CORRIDORS):
            return any(corridor_path(question, name, weight, scene) is not None for name in question.corridors)
        return bool(np.isfinite(one_to_all(scene.graph, weight, question.source).dist[question.target]))

    names = [item.label for item in question.constraints]
    cutting = [names[row] for row in range(len(names)) if reaches(open_weight(question, costs, without=(row,)))]
    if len(cutting) == 1:
        reason = f"it is cut by {cutting[0]}"
    elif cutting:
        reason = f"a way would open without {', or without '.join(cutting)}"
    elif names and reaches(costs.generalised_usd):
        reason = f"these together cut it: {'; '.join(names)}"
    elif request.corridor:
        reason = f"no open way of the {request.corridor} corridor leads there"
    elif len(question.corridors) < len(CORRIDORS):
        reason = "only avoided corridors lead there"
    else:
        open_only = np.where(scene.network.arcs.is_open, 1.0, np.inf)
        reason = (
            f"no open chain of links and terminals carries {costs.cargo.form.replace('_', ' ')} cargo there"
            + (f" in month {request.month}" if request.month else "")
            if reaches(open_only)
            else "no open link joins them"
        )
    return Problem(
        what=f"no way from {request.origin} to {request.destination} for {request.commodity}: {reason}",
        where="route",
        got=f"avoid {', '.join(request.avoid)}" if request.avoid else "",
        allowed="constraints that leave a way open",
        repair="drop a constraint, or choose another commodity or place",
    )

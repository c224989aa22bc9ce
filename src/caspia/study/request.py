"""What is asked: a consignment, what it avoids, and what may carry it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.cost import ArcCosts
from caspia.data import Dataset
from caspia.errors import ClosureError, InputError, Problem, UnknownName
from caspia.network import Closure, Network, Role, find_place, normalise, resolve_closure, resolve_rule, rule_binds
from caspia.study.corridors import CORRIDORS

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Request:
    """A question of Q1 or Q2.

    Attributes
    ----------
    origin, destination : str
        Places by code or name.
    commodity : str
        Id in the table commodities.
    avoid : tuple of str
        Countries, places, modes, waters, links or corridors.
    month : int or None
        Month of departure; None is the mean of the year.
    alternatives : int
        Number of dissimilar routes beside the best of each corridor.
    via : tuple of str
        Places to be passed in this order.
    corridor : str
        The only corridor wanted; empty for all.
    """

    origin: str
    destination: str
    commodity: str = "containers"
    avoid: tuple[str, ...] = ()
    month: int | None = None
    alternatives: int = 0
    via: tuple[str, ...] = ()
    corridor: str = ""


@dataclass(frozen=True)
class Constraint:
    """One reason why arcs carry nothing for a request.

    Attributes
    ----------
    label : str
        How messages name it.
    arcs : numpy.ndarray of bool, shape (n_arcs,)
        What it closes.
    rule : str
        Id in the table rules; empty for what the request itself avoids.
    """

    label: str
    arcs: BoolArray
    rule: str = ""


@dataclass(frozen=True)
class Question:
    """A request resolved against the network.

    Attributes
    ----------
    request : Request
        As asked.
    origin, destination : int
        Rows of the table places.
    source, target : int
        Vertices.
    via : tuple of int
        Rows of the places to be passed.
    corridors : tuple of str
        Corridors that are wanted and not avoided.
    constraints : tuple of Constraint
        Closures and rules; together with the costs they decide what is open.
    """

    request: Request
    origin: int
    destination: int
    source: int
    target: int
    via: tuple[int, ...]
    corridors: tuple[str, ...]
    constraints: tuple[Constraint, ...]


def commodity_id(data: Dataset, text: str) -> str:
    """Id of a commodity given by id or name.

    Parameters
    ----------
    data : Dataset
        Tables.
    text : str
        Id or name in any usual spelling.

    Returns
    -------
    str
        Id in the table commodities.

    Raises
    ------
    UnknownName
        No commodity answers to it; the message lists all.
    """
    table = data.tables["commodities"]
    key = normalise(text)
    for row, (identity, name) in enumerate(zip(table["id"], table["name"], strict=True)):
        if key in (normalise(identity), normalise(name)):
            return str(table["id"].iloc[row])
    raise UnknownName(
        Problem(
            what="unknown commodity",
            where="commodity",
            got=repr(text),
            allowed=", ".join(table["id"]),
            repair="choose one of these",
        )
    )


def resolve(request: Request, data: Dataset, network: Network) -> Question:
    """Resolve the names of a request.

    Parameters
    ----------
    request : Request
        As asked.
    data : Dataset
        Tables.
    network : Network
        Graph.

    Returns
    -------
    Question
        Vertices and constraints.

    Raises
    ------
    UnknownName, ClosureError, InputError
        A name is unknown, a closure cannot be honoured, or the journey is no journey.
    """
    places = data.tables["places"]
    origin, destination = find_place(places, request.origin), find_place(places, request.destination)
    _check_request(request, origin, destination)
    words = [word.strip() for word in request.avoid if word.strip()]
    named = {normalise(corridor): corridor for corridor in CORRIDORS}
    skipped = {named[normalise(word)] for word in words if normalise(word) in named}
    closures = [resolve_closure(network, data, word) for word in words if normalise(word) not in named]
    _check_ends(closures, network, (origin, destination))
    constraints = [Constraint(f"avoiding {closure.label}", closure.arcs) for closure in closures]
    constraints += _rules(request, data, network, (origin, destination))
    return Question(
        request=request,
        origin=origin,
        destination=destination,
        source=_end(network, origin, Role.ORIGIN),
        target=_end(network, destination, Role.DESTINATION),
        via=tuple(find_place(places, place) for place in request.via),
        corridors=tuple(c for c in CORRIDORS if c not in skipped and request.corridor in ("", c)),
        constraints=tuple(constraints),
    )


def _check_request(request: Request, origin: int, destination: int) -> None:
    if origin == destination:
        raise InputError(
            Problem(
                what="origin and destination are the same place",
                where="route",
                got=f"{request.origin}, {request.destination}",
                allowed="two different places",
                repair="choose another destination",
            )
        )
    if request.month is not None and not 1 <= request.month <= 12:
        raise InputError(
            Problem(
                what="no such month",
                where="month",
                got=str(request.month),
                allowed="1 to 12",
                repair="correct it",
            )
        )
    if not 0 <= request.alternatives <= 20:
        raise InputError(
            Problem(
                what="number of alternatives out of range",
                where="alternatives",
                got=str(request.alternatives),
                allowed="0 to 20",
                repair="ask for fewer",
            )
        )


def _check_ends(closures: list[Closure], network: Network, ends: tuple[int, int]) -> None:
    for closure in closures:
        for end, role in zip(ends, (Role.ORIGIN, Role.DESTINATION), strict=True):
            vertex = network.vertex(end, role)
            if vertex is None:
                continue
            touching = (network.arcs.tail == vertex) | (network.arcs.head == vertex)
            if touching.any() and closure.arcs[touching].all():
                raise ClosureError(
                    Problem(
                        what=f"avoiding {closure.label} cannot be honoured: the journey "
                        f"{'begins' if role is Role.ORIGIN else 'ends'} there",
                        where="avoid",
                        got=closure.target,
                        allowed="what lies between origin and destination",
                        repair="drop it from --avoid or choose another place",
                    )
                )


def _end(network: Network, place: int, role: Role) -> int:
    vertex = network.vertex(place, role)
    if vertex is None:
        raise InputError(
            Problem(
                what="no open link serves this place",
                where="route",
                got=network.place_ids[place],
                allowed="a station, port, terminal or producing place with an open link",
                repair="choose a place near by: `caspia places`",
            )
        )
    return vertex


def _rules(request: Request, data: Dataset, network: Network, ends: tuple[int, int]) -> list[Constraint]:
    """Rules that concern the journey."""
    commodity = commodity_id(data, request.commodity)
    states = data.tables["places"]["country"]
    found = []
    for rule in binding_rules(data, commodity, (str(states.iloc[ends[0]]), str(states.iloc[ends[1]]))):
        goods = commodity if rule.commodity_id else "all goods"
        why = f": {rule.note}" if rule.note else ""
        label = f"rule {rule.id} ({goods} barred from {rule.target_kind} {rule.target}{why})"
        found.append(Constraint(label, resolve_rule(network, data, rule), str(rule.id)))
    return found


def binding_rules(data: Dataset, commodity: str, home: tuple[str, str]) -> list[Any]:
    """Rules that bind a commodity between two states.

    Parameters
    ----------
    data : Dataset
        Tables.
    commodity : str
        Id of the commodity.
    home : (str, str)
        States in which the journey begins and ends.

    Returns
    -------
    list of rows of the table rules
    """
    return [rule for rule in data.rules if rule_binds(data, rule, commodity, home)]


def open_weight(question: Question, costs: ArcCosts, without: Collection[int] = ()) -> npt.NDArray[np.float64]:
    """Generalised cost of every arc; inf where the request may not pass.

    Parameters
    ----------
    question : Question
        Resolved request.
    costs : ArcCosts
        Costs of its cargo.
    without : collection of int
        Constraints to leave out.

    Returns
    -------
    numpy.ndarray, shape (n_arcs,)
    """
    barred = ~costs.passable
    for row, constraint in enumerate(question.constraints):
        if row not in without:
            barred = barred | constraint.arcs
    return np.where(barred, np.inf, costs.generalised_usd)

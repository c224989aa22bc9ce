"""Turning words such as `RU`, `malacca` or `Khorgos` into the arcs that they close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.data import Dataset
from caspia.errors import ClosureError, Problem, UnknownName
from caspia.network.network import MODES, ArcKind, Network
from caspia.network.places import find_place, normalise

BoolArray = npt.NDArray[np.bool_]

_OBJECTS: Mapping[str, tuple[str, tuple[ArcKind, ...]]] = {
    "terminal": ("terminals", (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE)),
    "border": ("borders", (ArcKind.BORDER,)),
    "service": ("services", (ArcKind.WAIT,)),
}
"""Targets of rules that are operations: their table, and the arcs that a row of it makes."""


@dataclass(frozen=True)
class Closure:
    """A thing that is avoided.

    Attributes
    ----------
    kind : str
        `country`, `bloc`, `mode`, `water`, `link` or `place`.
    target : str
        Id of the thing.
    label : str
        How messages name it.
    arcs : numpy.ndarray of bool, shape (n_arcs,)
        Arcs that it closes.
    """

    kind: str
    target: str
    label: str
    arcs: BoolArray


def resolve_closure(network: Network, data: Dataset, word: str) -> Closure:
    """Find what a word closes.

    Parameters
    ----------
    network : Network
        The graph.
    data : Dataset
        Its tables.
    word : str
        ISO code or name of a country, a bloc (`EU`), a mode, a water, a link id, or a place by code or name.

    Returns
    -------
    Closure
        The arcs closed.

    Raises
    ------
    ClosureError
        Nothing answers to the word, or nothing of the network passes what it names, so that the closure
        could not be honoured.
    """
    kind, target, label = _identify(network, data, word.strip())
    arcs = _mask(network, data, kind, target)
    if not arcs.any():
        raise ClosureError(
            Problem(
                what=f"closing {label} cannot be honoured: no link of the data passes it",
                where="avoid",
                got=word,
                allowed="a country, place, mode, water or corridor that the network passes",
                repair="drop it; `caspia places QUERY` shows what the network knows",
            )
        )
    return Closure(kind, target, label, arcs)


def _identify(network: Network, data: Dataset, word: str) -> tuple[str, str, str]:
    countries = data.tables["countries"]
    names = {normalise(name): code for code, name in zip(countries["id"], countries["name"], strict=True)}
    key = normalise(word)
    code = word.upper() if word.upper() in network.countries else names.get(key)
    slug = word.lower().replace(" ", "-").replace("_", "-")
    if code:
        return "country", code, countries["name"][countries["id"] == code].iloc[0]
    if word.upper() in data.blocs:
        return "bloc", word.upper(), f"the states of {word.upper()}"
    if slug.replace("-", "_") in MODES:
        return "mode", slug.replace("-", "_"), slug
    if slug in network.waters:
        return "water", slug, slug.replace("-", " ")
    if (data.tables["links"]["id"] == word).any():
        return "link", word, word
    try:
        row = find_place(data.tables["places"], word)
    except UnknownName as error:
        raise ClosureError(
            Problem(
                what="unknown thing to avoid",
                where="avoid",
                got=repr(word),
                allowed="ISO code or name of a country, a place, a bloc "
                f"({', '.join(sorted(data.blocs))}), a mode "
                f"({', '.join(MODES)}), a water ({', '.join(network.waters)}), a corridor or a link id"
                f"; nearest places: {error.problem.allowed}",
                repair="correct the spelling",
            )
        ) from error
    return "place", network.place_ids[row], data.tables["places"]["name"].iloc[row]


def _mask(network: Network, data: Dataset, kind: str, target: str) -> BoolArray:
    return np.asarray(_arcs_of(network, data, kind, target), dtype=bool)


def _arcs_of(network: Network, data: Dataset, kind: str, target: str) -> Any:
    arcs = network.arcs
    if kind == "country":
        return network.passing_states((target,))
    if kind == "bloc":
        return network.passing_states(data.blocs[target])
    if kind in ("entry", "exit"):
        return _crossings(network, data, target, into=kind == "entry")
    if kind == "mode":
        return (arcs.kind == ArcKind.LINE) & (arcs.mode == MODES.index(target))
    if kind == "water":
        return network.passing_waters((target,))
    if kind == "link":
        row = int(data.rows("links", data.tables["links"]["id"][data.tables["links"]["id"] == target])[0])
        return (arcs.kind == ArcKind.LINE) & (arcs.row == row)
    if kind in _OBJECTS:
        table, kinds = _OBJECTS[kind]
        row = data.tables[table]["id"].tolist().index(target)
        return np.isin(arcs.kind, kinds) & (arcs.row == row)
    place = network.place_ids.index(target)
    vertex_place = network.vertices.place
    return (vertex_place[arcs.tail] == place) | (vertex_place[arcs.head] == place)


def _crossings(network: Network, data: Dataset, target: str, *, into: bool) -> Any:
    """Crossings into a state or bloc from elsewhere, or out of it."""
    inside = data.blocs.get(target, [target])
    ends = [data.tables["borders"][name].isin(inside).to_numpy() for name in ("from_country", "to_country")]
    chosen = (~ends[0] & ends[1]) if into else (ends[0] & ~ends[1])
    crossing = network.arcs.kind == ArcKind.BORDER
    return crossing & chosen[np.where(crossing, network.arcs.row, 0)]


def rule_binds(data: Dataset, rule: Any, commodity: str, ends: tuple[str, str]) -> bool:
    """Whether a row of the table rules concerns a journey.

    A bar on a state or bloc is one on transit: it does not bind where the journey begins or ends there, unless the
    rule names that end itself.

    Parameters
    ----------
    data : Dataset
        With the table countries.
    rule : row of the table rules
        With `commodity_id`, `target_kind`, `target`, `origin` and `destination`.
    commodity : str
        Id of what is carried.
    ends : tuple of str
        Countries in which the journey begins and ends.

    Returns
    -------
    bool
    """
    if rule.commodity_id not in ("", commodity):
        return False
    at_home = False
    for state, named in zip(ends, (rule.origin, rule.destination), strict=True):
        homes = data.homes.get(state, frozenset((state,)))
        if named and not homes.intersection(named.split(";")):
            return False
        at_home |= not named and rule.target in homes
    return rule.target_kind not in ("country", "bloc") or not at_home


def resolve_rule(network: Network, data: Dataset, rule: Any) -> BoolArray:
    """Arcs that a row of the table rules bars.

    Parameters
    ----------
    network : Network
        The graph.
    data : Dataset
        Its tables.
    rule : row of the table rules
        With `target_kind` and `target`.

    Returns
    -------
    numpy.ndarray of bool, shape (n_arcs,)
        Arcs barred; for a class, the line arcs whose link is of the class or of a class below it.
    """
    arcs = network.arcs
    if rule.target_kind == "class":
        classes = data.tables["classes"]
        parent = dict(zip(classes["id"], classes["parent_id"], strict=True))

        def within(key: str) -> bool:
            return key == rule.target or (bool(parent[key]) and within(parent[key]))

        member = data.tables["links"]["class_id"].map(within).to_numpy(dtype=bool)
        is_line = arcs.kind == ArcKind.LINE
        return np.asarray(is_line & member[np.where(is_line, arcs.row, 0)], dtype=bool)
    return _mask(network, data, rule.target_kind, rule.target)

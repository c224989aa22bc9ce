"""Which parts of the open network nothing joins: missing links, terminals and gauge changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from caspia.data import Dataset
from caspia.errors import Problem
from caspia.network.build import NO_JOURNEY_ENDS
from caspia.network.network import MODES, ArcKind, BoolArray, Network
from caspia.network.parts import parts_of

PIPELINES = frozenset({"crude_pipeline", "gas_pipeline"})
"""Networks of their own: gas never leaves its pipes, crude does only where there is a terminal."""

Site = tuple[int, int, int]
"""Row of a place, index of a mode, gauge."""


def check_islands(network: Network, data: Dataset) -> Iterator[Problem]:
    """Find modes of places that no open way joins to the main part of the network.

    Loading and unloading do not join: a consignment does not change modes by being handed to its receiver.

    Parameters
    ----------
    network : Network
        The graph.
    data : Dataset
        Its tables.

    Yields
    ------
    Problem
        Islands as errors; modes that meet unjoined, pipelines without a terminal and unlinked places as warnings.
    """
    joins = ~np.isin(network.arcs.kind, (ArcKind.LOADING, ArcKind.UNLOADING))
    part_of = _parts(network, network.arcs.is_open & joins)
    if not part_of:
        yield Problem(
            what="no place has an open link",
            where="links.csv, column status",
            got="0 open links",
            allowed="at least one",
            repair="open some links",
        )
        return
    sites = defaultdict(list)
    for site, part in part_of.items():
        sites[part].append(site)
    main = max(sites, key=lambda part: len(sites[part]))
    for part, members in sites.items():
        if part != main:
            yield from _island(members, len(sites[main]), data)
    yield from _unjoined(network, data, {site for site in sites[main] if not _is_pipeline(site)})
    yield from _unlinked(data)


def _is_pipeline(site: Site) -> bool:
    return MODES[site[1]] in PIPELINES


def _parts(network: Network, joined: BoolArray) -> dict[Site, int]:
    """Part of the network in which each mode and gauge of a place lies, where an open link serves it."""
    root = parts_of(network.n_vertices, network.arcs.tail[joined], network.arcs.head[joined])
    served = network.arcs.is_open & (network.arcs.kind == ArcKind.LINE)
    ends = np.unique(np.concatenate([network.arcs.tail[served], network.arcs.head[served]]))
    vertices = network.vertices
    columns = (vertices.place[ends], vertices.mode[ends], vertices.gauge_mm[ends])
    sites: Iterator[Site] = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(sites, root[ends].tolist(), strict=True))


def _island(members: list[Site], n_main: int, data: Dataset) -> Iterator[Problem]:
    names, kinds = (data.tables["places"][column].to_numpy() for column in ("id", "kind"))
    if all(MODES[mode] == "crude_pipeline" for _, mode, _ in members):
        yield Problem(
            what="crude pipeline without a terminal",
            where=", ".join(sorted(names[place] for place, _, _ in members)),
            got="no terminal along it",
            allowed="a terminal where crude oil changes to rail or ship",
            repair="add the terminal to terminals.csv",
            severity="warning",
        )
    for site in sorted(members):
        if not _is_pipeline(site) and kinds[site[0]] not in NO_JOURNEY_ENDS:
            others = sorted({str(names[place]) for place, _, _ in members if place != site[0]})[:8]
            yield Problem(
                what="island: no open way joins it to the rest",
                where=str(names[site[0]]),
                got=f"{_label(site)}, joined only with {', '.join(others) or 'nothing'}",
                allowed=f"a way to the main part, where {n_main} modes of places are joined",
                repair="add the missing link, terminal or gauge change",
            )


def _unjoined(network: Network, data: Dataset, sites: set[Site]) -> Iterator[Problem]:
    """Modes that meet at a place without a terminal, though each belongs to the main part; by the modes that do."""
    names, kinds = (data.tables["places"][column].to_numpy() for column in ("id", "kind"))
    between = np.isin(network.arcs.kind, (ArcKind.LINE, ArcKind.LOADING, ArcKind.UNLOADING))
    meeting: dict[int, dict[int, list[Site]]] = defaultdict(lambda: defaultdict(list))
    for site, part in _parts(network, network.arcs.is_open & ~between).items():
        if site in sites and kinds[site[0]] not in NO_JOURNEY_ENDS:
            meeting[site[0]][part].append(site)
    alike: dict[str, list[str]] = defaultdict(list)
    for row, parts in meeting.items():
        if len(parts) > 1:
            alike[" | ".join(sorted(_labels(part) for part in parts.values()))].append(names[row])
    for labels, places in sorted(alike.items()):
        yield Problem(
            what="modes meet without a terminal",
            where=", ".join(sorted(places)),
            got=labels,
            allowed="a terminal between any two of these, where cargo changes there",
            repair="add the terminals to terminals.csv, or leave it so where nothing is handled",
            severity="warning",
        )


def _label(site: Site) -> str:
    _, mode, gauge = site
    return MODES[mode] + (f" {gauge} mm" if gauge else "")


def _labels(part: list[Site]) -> str:
    return " + ".join(sorted({_label(site) for site in part}))


def _unlinked(data: Dataset) -> Iterator[Problem]:
    links = data.tables["links"]
    linked = {end for column in ("from_id", "to_id") for end in links[column]}
    for place in data.tables["places"]["id"]:
        if place not in linked:
            yield Problem(
                what="place without a link", where=place, repair="link it or remove it", severity="warning"
            )

"""What a flow map is made of: the bands of corridors on links, and the rings of bottlenecks.

Where corridors share a link their bands lie within each other, so that the whole width is the whole flow and
each colour covers its own share of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from caspia.view import records, theme
from caspia.view.atlas import Atlas, Link
from caspia.view.flow_words import of_capacity
from caspia.view.records import Row

PIPELINES = frozenset({"crude_pipeline", "gas_pipeline"})
_FAINTEST = 1 / 300
"""Share of the greatest flow of the map from which on a line is drawn in any case."""
_OWN = 0.1
"""Share of its corridor's greatest flow from which on a line is drawn although it is faint."""
_INNER = 0.2
"""Share of the flow of its link from which on a faint line is drawn within the others."""
_TIGHT = 0.5
"""Ratio of flow to capacity from which on a capacity is ringed."""
_MOST_RINGS = 12


@dataclass(frozen=True)
class Band:
    """What one corridor carries on one link, with the width of it and of all that lie within it."""

    corridor: str
    link: Link
    flow_t: float
    flow_teu: float
    whole_t: float
    """Tonnes of all corridors on the link."""
    stacked_t: float
    """Tonnes of this corridor and of those drawn upon it."""

    @property
    def piped(self) -> bool:
        """Whether it runs in a pipeline, which is drawn lighter."""
        return self.link.mode in PIPELINES


@dataclass(frozen=True)
class Ring:
    """A place where capacity binds."""

    x: float
    y: float
    name: str
    ratio: float
    text: str


def bands(rows: Sequence[Row], links: Mapping[str, Link], only: str = "") -> list[Band]:
    """Stack the flows of each link.

    Parameters
    ----------
    rows
        Rows of the table flow_links of one scenario; both directions are added.
    links
        Links by id.
    only
        A corridor; all if empty.

    Returns
    -------
    list of Band
        In the order in which they are drawn: outer corridors first, of each the widest first.
    """
    tonnes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    boxes: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        link, name = records.text(row, "link_id"), theme.corridor(records.text(row, "corridor")).name
        if link in links and (not only or name == only):
            tonnes[link][name] += records.real(row, "flow_t")
            boxes[link, name] += records.real(row, "flow_teu")
    found = []
    for link, by in tonnes.items():
        stacked = 0.0
        for name in sorted(by, key=theme.order):
            stacked += by[name]
            found.append(Band(name, links[link], by[name], boxes[link, name], sum(by.values()), stacked))
    return sorted(_seen(found), key=lambda b: (-theme.order(b.corridor), -b.stacked_t))


def greatest(found: Sequence[Band]) -> dict[str, float]:
    """Find the greatest flow of each corridor on any link.

    Parameters
    ----------
    found
        Bands.

    Returns
    -------
    dict of str to float
        Tonnes a year by corridor.
    """
    most: dict[str, float] = defaultdict(float)
    for band in found:
        most[band.corridor] = max(most[band.corridor], band.flow_t)
    return most


def _seen(found: Sequence[Band]) -> list[Band]:
    """Leave out what would be a hair, but for the chief lines of a corridor."""
    most = greatest(found)
    faint = max((b.whole_t for b in found), default=0.0) * _FAINTEST
    return [
        b
        for b in found
        if b.flow_t >= faint or (b.flow_t >= _OWN * most[b.corridor] and b.flow_t >= _INNER * b.whole_t > 0)
    ]


def rings(rows: Sequence[Row], atlas: Atlas) -> list[Ring]:
    """Place the bottlenecks, the tightest of each place.

    Parameters
    ----------
    rows
        Rows of the table flow_servers or flow_bottlenecks of one scenario.
    atlas
        The projected world.

    Returns
    -------
    list of Ring
        The tightest first; those that lie nowhere on the map are left out.
    """
    found: dict[tuple[float, float], Ring] = {}
    for row in sorted(rows, key=lambda r: -records.real(r, "ratio")):
        spot = _spot(row, atlas)
        ratio = records.real(row, "ratio")
        if spot is None or not ratio >= _TIGHT:
            continue
        x, y, name = spot
        said = f"{records.text(row, 'name')}: {of_capacity(ratio)}"
        key = round(x, 1), round(y, 1)
        old = found.get(key)
        found[key] = Ring(x, y, name, ratio, said) if old is None else _joint(old, said)
    return list(found.values())[:_MOST_RINGS]


def _joint(ring: Ring, said: str) -> Ring:
    return ring if said in ring.text else Ring(ring.x, ring.y, ring.name, ring.ratio, f"{ring.text}; {said}")


def _spot(row: Row, atlas: Atlas) -> tuple[float, float, str] | None:
    place = atlas.places.get(records.text(row, "place_id"))
    if place is not None:
        return place.x, place.y, place.name
    link = atlas.links.get(records.text(row, "link_id"))
    if link is None:
        return None
    middle = shapely.line_interpolate_point(link.line, 0.5, normalized=True)
    return float(middle.x), float(middle.y), records.text(row, "name")

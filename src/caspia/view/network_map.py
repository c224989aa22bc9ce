"""The network alone: its map, what that says, and the table behind it."""

from __future__ import annotations

from collections import Counter

from caspia.view import records
from caspia.view.atlas import Atlas
from caspia.view.chapters import Column, Line, Table, count, plain
from caspia.view.formats import plural, whole
from caspia.view.labels import Label
from caspia.view.map import Picture, land_labels
from caspia.view.modes import MODE_NAMES
from caspia.view.projection import FRAME
from caspia.view.records import ResultLike, Row

_NAMED = 34
"""Most places that are named."""
_KINDS = frozenset({"city", "port", "border", "gauge_change", "chokepoint", "terminal", "station"})


def network_picture(atlas: Atlas) -> Picture:
    """Choose what the map of a network shows: all links, and the places where most of them meet.

    Parameters
    ----------
    atlas
        The projected world.

    Returns
    -------
    Picture
        The whole frame, without lines of corridors.
    """
    meeting = Counter(end for link in atlas.links.values() for end in link.ends)
    ranked = [place for place, _ in meeting.most_common() if place in atlas.places]
    chosen = [atlas.places[place] for place in ranked if atlas.places[place].kind in _KINDS][:_NAMED]
    labels = [Label(p.x, p.y, p.name, "place", 1.0 + nth / 100) for nth, p in enumerate(chosen)]
    return Picture(FRAME, (), (*labels, *land_labels(atlas, FRAME)), {}, {})


def network_finding(result: ResultLike) -> str:
    """Say how large the network is.

    Parameters
    ----------
    result
        With the tables `places` and `links`.

    Returns
    -------
    str
        Counts of places, links and open links.
    """
    links = records.rows(result, "links")
    used = sum(_is_open(row) for row in links)
    places = plural(len(records.rows(result, "places")), "place")
    return f"{plural(len(links), 'link')} join {places}; {whole(used)} of them are open, the dashed ones are not"


def network_table(result: ResultLike) -> Table:
    """Count links by mode and state.

    Parameters
    ----------
    result
        With the table `links`.

    Returns
    -------
    Table
        One line a mode.
    """
    links = records.rows(result, "links")
    columns = (Column("Mode", numeric=False), Column("Links"), Column("Open"), Column("Planned or closed"))
    lines = []
    for mode in sorted({records.text(row, "mode") for row in links}, key=list(MODE_NAMES).index):
        own = [row for row in links if records.text(row, "mode") == mode]
        used = sum(_is_open(row) for row in own)
        lines.append(Line((plain(MODE_NAMES[mode]), *map(count, (len(own), used, len(own) - used)))))
    return Table("network", "Links of the network by mode", columns, tuple(lines))


def _is_open(row: Row) -> bool:
    return records.text(row, "status") in {"", "open"}

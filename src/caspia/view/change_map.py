"""Maps of what a scenario moves: links that gain and links that lose, the width of a line is its tonnes moved.

What gains is solid and teal, what loses hollow and orange, so that they are told apart without colour too. The
change of a link is that of all corridors and both directions together: what changes the corridor but stays on the
link does not move.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import altair as alt
import shapely

from caspia.view import canvas, map_layers, records, theme, width_key
from caspia.view import map as maps
from caspia.view.atlas import Atlas, Feature, Link, feature
from caspia.view.flow_answers import TOLD_T
from caspia.view.flow_ranges import span, tonnes_text
from caspia.view.flow_words import LEAST_T, tonnes
from caspia.view.labels import Label, place_labels
from caspia.view.modes import MODE_NAMES
from caspia.view.projection import FRAME, Box, fit
from caspia.view.records import Range, Row
from caspia.view.theme import Spec, token

KEY = "key"
"""Name of the data set of the legend, beside those of `caspia.view.map`."""
_FAINTEST = 1 / 150
"""Share of the greatest change from which on a link is drawn."""
_IN_SIGHT = 0.05
"""Share of the greatest change from which on a link must be in the picture."""
_WRITTEN = 4
"""Most gains, and most losses, of which the amount is written beside the line."""
_TOLD = 0.15
"""Share of the greatest change from which on an amount is written."""
_APART = 0.14
"""Share of the width of the picture by which such amounts keep away from each other."""
_MOST_PLACES = 14
_NAMED_KINDS = frozenset({"port", "border", "gauge_change", "chokepoint"})


@dataclass(frozen=True)
class Change:
    """What a scenario changes on one link."""

    link: Link
    before_t: float
    after_t: float
    parts: str
    """Change by corridor, in words."""
    ends_t: tuple[float, float] = (math.nan, math.nan)
    """P10 and P90 of the change; NaN where there is no interval."""

    @property
    def change_t(self) -> float:
        """Tonnes a year won, negative if lost."""
        return self.after_t - self.before_t

    @property
    def text(self) -> str:
        """The change with its sign and its interval."""
        return tonnes_text(Range(self.ends_t[0], self.change_t, self.ends_t[1]), signed=True)


@dataclass(frozen=True)
class ChangePicture:
    """What a map of changes shows; the greatest change first."""

    box: Box
    changes: tuple[Change, ...]
    labels: tuple[Label, ...]
    units_per_t: float
    """Frame units of width for a tonne a year."""


def changes_of(rows: Sequence[Row], atlas: Atlas) -> list[Change]:
    """Add up what changes on each link.

    Parameters
    ----------
    rows
        Rows of the table flow_links of one scenario, with changes.
    atlas
        The projected world.

    Returns
    -------
    list of Change
        The greatest first, without what would be a hair or is rounding.
    """
    after: dict[str, float] = defaultdict(float)
    moved: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    ends: dict[str, Range] = {}
    for row in rows:
        link = records.text(row, "link_id")
        if link in atlas.links:
            after[link] += records.real(row, "flow_t")
            ends[link] = span(row, "link_change_t")
            moved[link][theme.corridor(records.text(row, "corridor")).name] += records.real(row, "change_t")
    found = []
    for link, by in moved.items():
        own = sum(by.values())
        said = [f"{name} {signed(by[name])}" for name in sorted(by, key=theme.order) if abs(by[name]) >= LEAST_T]
        known = ends[link].p10, ends[link].p90
        found.append(Change(atlas.links[link], max(after[link] - own, 0.0), after[link], ", ".join(said), known))
    least = max([LEAST_T, *(_FAINTEST * abs(c.change_t) for c in found)])
    return sorted((c for c in found if abs(c.change_t) >= least), key=lambda c: -abs(c.change_t))


def signed(change_t: float) -> str:
    """Write a change with its sign.

    Parameters
    ----------
    change_t
        Tonnes a year.

    Returns
    -------
    str
        For a tool tip or a label.

    Examples
    --------
    >>> signed(5e6), signed(-52_000.0), signed(3.0)
    ('+5.0 Mt', '−52 kt', '0')
    """
    return f"+{tonnes(change_t)}" if change_t >= LEAST_T else tonnes(change_t)


def change_picture(rows: Sequence[Row], atlas: Atlas) -> ChangePicture:
    """Choose what a map of changes shows.

    Parameters
    ----------
    rows
        Rows of the table flow_links of one scenario, with changes.
    atlas
        The projected world.

    Returns
    -------
    ChangePicture
        Without changes where nothing moves that a sentence would tell of.
    """
    found = changes_of(rows, atlas)
    most = abs(found[0].change_t) if found else 1.0
    if most < TOLD_T:
        return ChangePicture(FRAME, (), (), 0.0)
    box = _box([c for c in found if abs(c.change_t) >= _IN_SIGHT * most])
    labels = [*_amounts(found, box), *_places(found, atlas), *maps.land_labels(atlas, box)]
    free = [label for label in labels if not width_key.covers(box, label)]
    return ChangePicture(box, tuple(found), tuple(free), width_key.WIDEST * box.width / FRAME.width / most)


def _box(chief: Sequence[Change]) -> Box:
    points = [p for c in chief for p in shapely.get_coordinates(c.link.line)]
    aspect = FRAME.height / FRAME.width
    return fit([float(p[0]) for p in points], [float(p[1]) for p in points], aspect=aspect, margin=0.06)


def _amounts(found: Sequence[Change], box: Box) -> list[Label]:
    """Write the greatest gains and losses, each where no greater one of its kind is near."""
    labels: list[Label] = []
    for gains in (True, False):
        own: list[Label] = []
        for change in found:
            seen = shapely.intersection(change.link.line, box.polygon)
            small = abs(change.change_t) < _TOLD * abs(found[0].change_t)
            if (change.change_t > 0) is not gains or small or seen.is_empty or seen.length == 0:
                continue
            middle = shapely.line_interpolate_point(shapely.get_parts(seen)[0], 0.5, normalized=True)
            near = [other for other in own if middle.distance(shapely.Point(other.x, other.y)) < _APART * box.width]
            if not near and len(own) < _WRITTEN:
                own.append(Label(middle.x, middle.y, signed(change.change_t), "end", len(own) / 10))
        labels += own
    return labels


def _places(found: Sequence[Change], atlas: Atlas) -> list[Label]:
    """Name the ports, crossings and straits past which most moves."""
    passing: dict[str, float] = defaultdict(float)
    for change in found:
        for end in change.link.ends:
            passing[end] += abs(change.change_t)
    ranked = [atlas.places[p] for p in sorted(passing, key=lambda p: -passing[p]) if p in atlas.places]
    chosen = [p for p in ranked if p.kind in _NAMED_KINDS][:_MOST_PLACES]
    return [Label(p.x, p.y, p.name, "place", 1.0 + nth / 100) for nth, p in enumerate(chosen)]


def change_title(picture: ChangePicture) -> str:
    """Say where most is lost and where most is won.

    Parameters
    ----------
    picture
        What the map shows.

    Returns
    -------
    str
        The finding.
    """
    parts = []
    for word, sign in (("loses", -1), ("gains", 1)):
        chief = next((c for c in picture.changes if sign * c.change_t > 0), None)
        if chief is not None:
            parts.append(f"{chief.link.name} {word} most, {chief.text} a year")
    return "; ".join(parts) or "No link gains or loses anything"


def change_map(picture: ChangePicture, title: str, width: int = 880) -> Spec:
    """Draw a map of changes.

    Parameters
    ----------
    picture
        What it shows, with at least one change.
    title
        The finding, set above.
    width
        Width in pixels; a page may overwrite it, all positions and widths follow the signal ``width``.

    Returns
    -------
    Spec
        Vega-Lite specification without the data sets of `caspia.view.map.with_world`.
    """
    box = picture.box
    spec = map_layers.framed(_drawing(), box, title, width)
    lines = [shapely.intersection(c.link.line, box.polygon) for c in picture.changes[:40]]
    names = place_labels(picture.labels, shapely.union_all([*lines, width_key.ground(box)]), box)
    spec["datasets"] = {
        map_layers.LINES: _features(picture),
        KEY: _key(picture),
        map_layers.POINTS: [
            {
                "x": round(b.x, 1),
                "y": round(b.y, 1),
                "t": b.text,
                "col": token("ground"),
                "shape": "circle",
                "size": 16,
            }
            for b in picture.labels
            if b.style == "place" and box.contains(b.x, b.y)
        ],
        map_layers.NAMES: [name.row() for name in names if not width_key.covers_on_phone(box, name)],
    }
    return spec


def _features(picture: ChangePicture) -> list[Feature]:
    found = []
    for change in picture.changes:
        seen = shapely.intersection(shapely.simplify(change.link.line, picture.box.width / 2500), FRAME.polygon)
        if seen.is_empty:
            continue
        found.append(
            feature(
                seen,
                {
                    "n": change.link.name,
                    "m": MODE_NAMES.get(change.link.mode, change.link.mode),
                    "g": change.change_t > 0,
                    "d": change.text,
                    "b": f"{tonnes(change.before_t)} before, {tonnes(change.after_t)} after",
                    "by": change.parts,
                    "w": round(abs(change.change_t) * picture.units_per_t, 3),
                },
            )
        )
    return found


def _key(picture: ChangePicture) -> list[dict[str, object]]:
    """Widths of what gains and of what loses near the greatest change, and of a tenth of it: round tonnages."""
    most = width_key.round_down(abs(picture.changes[0].change_t))
    rows = (("gains", most), ("loses", most), ("", width_key.round_down(max(most / 10, 1.0))))
    return [
        {
            "i": nth,
            "g": kind,
            "w": round(size * picture.units_per_t, 3),
            "t": f"{kind} {_round(size)} a year".strip(),
        }
        for nth, (kind, size) in enumerate(rows)
    ]


def _round(size_t: float) -> str:
    return f"{size_t / 1e6:g} Mt" if size_t >= 1e6 else f"{size_t / 1e3:g} kt"


@cache
def _drawing() -> str:
    """Write the layers, which are the same in all maps of changes but for the width of the frame."""
    layers = [
        *map_layers.land_layers(),
        *_line_layers(),
        *map_layers.point_layers(),
        *map_layers.label_layers(),
        *_key_layers(),
    ]
    view = alt.ViewBackground(fill=token("water"), stroke=token("coast"), cornerRadius=3)
    return json.dumps(canvas.Rows().finish(alt.layer(*layers), view=view))


def _hollow(name: str) -> alt.ExprRef:
    """Width in pixels of the empty middle of a line that loses; thin lines have none."""
    whole = f"{name} * width / {width_key.FRAME_WIDTH}"
    return alt.ExprRef(f"max(0, {whole} - max(clamp(width / 260, 2.2, 3.4), 0.45 * {whole}))")


def _line_layers() -> list[alt.Chart]:
    rows = alt.NamedData(name=map_layers.LINES)
    wide: canvas.Look = {"clip": True, "filled": False, "strokeJoin": "round", "strokeCap": "round"}
    tip = [
        alt.Tooltip("properties.n:N", title="Link"),
        alt.Tooltip("properties.m:N", title="Mode"),
        alt.Tooltip("properties.d:N", title="Change a year"),
        alt.Tooltip("properties.b:N", title="Carries a year"),
        alt.Tooltip("properties.by:N", title="By corridor"),
    ]

    def lines(gains: bool, colour: str, width: alt.ExprRef) -> alt.Chart:
        drawn: alt.Chart = (
            alt.Chart(rows)
            .transform_filter(f"{'' if gains else '!'}datum.properties.g")
            .mark_geoshape(stroke=colour, strokeWidth=width, **wide)
            .encode(tooltip=tip)
        )
        return drawn

    outer = width_key.px("datum.properties.w")
    losing = [lines(False, theme.LOSS, outer), lines(False, token("halo"), _hollow("datum.properties.w"))]
    return [*losing, lines(True, theme.GAIN, outer)]


def _key_layers() -> list[alt.Chart]:
    rows, height = alt.NamedData(name=KEY), width_key.level(3)
    outer = width_key.px("datum.w")

    def line(kind: str, colour: str, width: alt.ExprRef) -> alt.Chart:
        return width_key.strokes(rows, height, colour, width).transform_filter(f"datum.g == '{kind}'")

    lines = [
        line("loses", theme.LOSS, outer),
        line("loses", token("halo"), _hollow("datum.w")),
        line("gains", theme.GAIN, outer),
        line("", token("muted"), outer),
    ]
    return [*lines, *width_key.texts(rows, height, token("ink"), token("halo"))]

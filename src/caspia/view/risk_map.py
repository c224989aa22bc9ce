"""The map of critical places: circles as large as what users lose there in a year of the record of events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import shapely

from caspia.view import canvas, map_layers, records, theme, width_key
from caspia.view import map as maps
from caspia.view.atlas import Atlas, Feature, feature
from caspia.view.labels import Label, place_labels
from caspia.view.projection import FRAME, Box, fit
from caspia.view.records import Row
from caspia.view.risk_words import KINDS, money
from caspia.view.theme import Spec, token

SPOTS, KEY = "spots", "key"
"""Names of the data sets of circles and of their legend, beside those of `caspia.view.map`."""
MOST = 16
"""Places that are drawn."""
_WIDEST = 24.0
"""Radius of the greatest circle, in thousandths of the width of the picture."""
_CIRCLE: dict[str, Any] = {
    "shape": "circle",
    "fill": theme.LOSS,
    "fillOpacity": 0.45,
    "opacity": 1,
    "stroke": token("ink"),
    "strokeWidth": 1,
}
"""Look of a circle, on the map and in its legend."""
_FAINTEST = 1 / 5000
"""Share of the greatest loss from which on a place is drawn."""


@dataclass(frozen=True)
class Spot:
    """A critical place on the frame."""

    name: str
    kind: str
    x: float
    y: float
    link: str
    """Link that it is or crosses; empty for a port or strait."""
    loss_usd: float
    text: str


@dataclass(frozen=True)
class CriticalPicture:
    """What a map of critical places shows; the greatest loss first."""

    box: Box
    spots: tuple[Spot, ...]
    lines: tuple[Feature, ...]
    """Links that are critical or crossed."""
    labels: tuple[Label, ...]


def critical_picture(rows: Sequence[Row], atlas: Atlas) -> CriticalPicture:
    """Choose what the map shows.

    Parameters
    ----------
    rows
        Rows of risk_critical.
    atlas
        The projected world.

    Returns
    -------
    CriticalPicture
        Without spots where nothing is lost or no place is known.
    """
    known = [spot for row in rows for spot in [_spot(row, atlas)] if spot is not None]
    known.sort(key=lambda spot: -spot.loss_usd)
    spots = [spot for spot in known[:MOST] if spot.loss_usd > _FAINTEST * known[0].loss_usd]
    aspect = FRAME.height / FRAME.width
    box = fit([s.x for s in spots], [s.y for s in spots], aspect=aspect, margin=0.12) if spots else FRAME
    said = [
        Label(s.x, s.y, f"{s.name} {money(s.loss_usd)}", "end" if nth < 3 else "place", nth / 100)
        for nth, s in enumerate(spots)
    ]
    free = [label for label in (*said, *maps.land_labels(atlas, box)) if not width_key.covers(box, label)]
    lines = [_line(atlas, spot, box) for spot in spots if spot.link]
    return CriticalPicture(box, tuple(spots), tuple(line for line in lines if line), tuple(free))


def _spot(row: Row, atlas: Atlas) -> Spot | None:
    """Where a place lies: a link in its middle; none where it has no loss or is not on the map."""
    key, loss = records.text(row, "id"), records.real(row, "expected_loss_usd")
    place = atlas.places.get(records.text(row, "place_id"))
    link = atlas.links.get(key)
    if not loss > 0:
        return None
    if link is not None:
        longest = max(shapely.get_parts(link.line), key=shapely.length)
        middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
        x, y = float(middle.x), float(middle.y)
    elif place is not None:
        x, y = place.x, place.y
    else:
        return None
    kind, name = KINDS.get(records.text(row, "kind"), ""), records.text(row, "name")
    cut, daily = records.real(row, "outage_days_per_year"), records.real(row, "loss_usd_per_day")
    text = f"{kind}; {cut:.1f} days cut a year, {money(daily)} a day"
    return Spot(name, kind, x, y, key if link is not None else "", loss, text)


def critical_map(picture: CriticalPicture, title: str, width: int = 880) -> Spec:
    """Draw the map of critical places.

    Parameters
    ----------
    picture
        What it shows, with at least one spot.
    title
        The finding, set above.
    width
        Width in pixels; a page may overwrite it, all positions and sizes follow the signal ``width``.

    Returns
    -------
    Spec
        Vega-Lite specification without the data sets of `caspia.view.map.with_world`.
    """
    box, most = picture.box, picture.spots[0].loss_usd
    spec = map_layers.framed(_drawing(), box, title, width)
    circles = [shapely.Point(s.x, s.y).buffer(_radius(s.loss_usd, most, box)).boundary for s in picture.spots]
    names = place_labels(picture.labels, shapely.union_all([*circles, width_key.ground(box)]), box)
    spec["datasets"] = {
        SPOTS: [
            {
                "x": round(s.x, 1),
                "y": round(s.y, 1),
                "r": round(_radius(s.loss_usd, most, box), 2),
                "n": s.name,
                "u": f"{money(s.loss_usd)} a year",
                "t": s.text,
            }
            for s in picture.spots
        ],
        KEY: _key(most, box),
        map_layers.LINES: list(picture.lines),
        map_layers.NAMES: [name.row() for name in names if not width_key.covers_on_phone(box, name)],
    }
    return spec


def _line(atlas: Atlas, spot: Spot, box: Box) -> Feature | None:
    line = shapely.simplify(atlas.links[spot.link].line, box.width / 2500)
    seen = shapely.intersection(line, FRAME.polygon)
    return None if seen.is_empty else feature(seen, {"n": spot.name})


def _radius(loss_usd: float, most_usd: float, box: Box) -> float:
    """Radius in frame units: the area of a circle is what is lost."""
    return float(_WIDEST * box.width / 1000.0 * (loss_usd / most_usd) ** 0.5)


def _key(most_usd: float, box: Box) -> list[dict[str, object]]:
    """Circles of a round loss near the greatest, of a tenth and of a hundredth of it."""
    sizes = [width_key.round_down(max(most_usd * part, 1.0)) for part in (1.0, 0.1, 0.01)]
    return [
        {"i": nth, "r": round(_radius(size, most_usd, box), 2), "t": f"{money(size)} a year"}
        for nth, size in enumerate(sizes)
    ]


def _area(name: str) -> alt.ExprRef:
    """Size of a circle in pixels, as marks take it: the square of its diameter, never too small to be hit."""
    return alt.ExprRef(f"pow(max(5, 2 * {name} * width / {width_key.FRAME_WIDTH}), 2)")


@cache
def _drawing() -> str:
    """Write the layers, which are the same in all such maps but for the width of the frame."""
    layers = [
        *map_layers.land_layers(),
        *map_layers.network_layers(),
        *_spot_layers(),
        *map_layers.label_layers(),
        *_key_layers(),
    ]
    view = alt.ViewBackground(fill=token("water"), stroke=token("coast"), cornerRadius=3)
    return json.dumps(canvas.Rows().finish(alt.layer(*layers), view=view))


def _spot_layers() -> list[alt.Chart]:
    links = (
        alt.Chart(alt.NamedData(name=map_layers.LINES))
        .mark_geoshape(clip=True, filled=False, stroke=theme.LOSS, strokeWidth=2.6, strokeCap="round")
        .encode(tooltip=[alt.Tooltip("properties.n:N", title="Critical")])
    )
    circles = (
        alt.Chart(alt.NamedData(name=SPOTS))
        .mark_point(size=_area("datum.r"), **_CIRCLE)
        .encode(
            longitude=alt.Longitude("x:Q"),
            latitude=alt.Latitude("y:Q"),
            tooltip=[
                alt.Tooltip("n:N", title="Place"),
                alt.Tooltip("u:N", title="Expected loss"),
                alt.Tooltip("t:N", title="When it is cut"),
            ],
        )
    )
    return [links, circles]


def _key_layers() -> list[alt.Chart]:
    rows, height = alt.NamedData(name=KEY), width_key.level(3)
    circles = alt.Chart(rows).mark_point(
        x=alt.ExprRef("32"), y=alt.ExprRef(height), size=_area("datum.r"), **_CIRCLE
    )
    return [circles.encode(detail=alt.Detail("i:O")), *width_key.texts(rows, height, token("ink"), token("halo"))]

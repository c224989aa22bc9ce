"""Lines whose width is an amount: widths in pixels, and the legend of widths in the corner of a map."""

from __future__ import annotations

import math

import altair as alt
import shapely

from caspia.view.labels import Label, Placed
from caspia.view.projection import Box

WIDEST = 17.0
"""Width of the greatest amount, frame units (thousandths of the width of the whole frame)."""
HAIR_PX = 0.8
"""Least width of a line in pixels."""
FRAME_WIDTH = "FRAME_WIDTH"
"""Stands in drawn layers for the width of the frame, see `caspia.view.map_layers.framed`."""


def px(name: str, more: float = 0.0) -> alt.ExprRef:
    """Width of a line in pixels from one in frame units.

    Parameters
    ----------
    name
        Expression of the width in frame units.
    more
        Pixels added.

    Returns
    -------
    altair.ExprRef
        Grows with the map; never below `HAIR_PX`.
    """
    return alt.ExprRef(f"max({HAIR_PX} * clamp(width / 880, 0.5, 1), {name} * width / {FRAME_WIDTH}) + {more}")


def round_down(value: float) -> float:
    """Find the greatest of 1, 2 and 5 times a power of ten that is not above a value.

    Parameters
    ----------
    value
        More than 0.

    Returns
    -------
    float
        For a legend.

    Examples
    --------
    >>> round_down(3.9e6), round_down(1.0), round_down(0.07)
    (2000000.0, 1.0, 0.05)
    """
    size = 10.0 ** math.floor(math.log10(value))
    return max(step * size for step in (0.5, 1.0, 2.0, 5.0) if step * size <= value)


def level(rows: int) -> str:
    """Say at which height of the map a row `i` of the legend stands.

    Parameters
    ----------
    rows
        Number of rows.

    Returns
    -------
    str
        Expression in pixels, from the lower edge.
    """
    return f"height - 22 - ({rows - 1} - datum.i) * clamp(width / 40, 15, 22)"


def texts(rows: alt.NamedData, height: str, token_ink: str, token_halo: str) -> list[alt.Chart]:
    """Draw the words `t` of a legend.

    Parameters
    ----------
    rows
        Its data set.
    height
        Of `level`.
    token_ink, token_halo
        Colours of letters and of the ground around them.

    Returns
    -------
    list of altair.Chart
        From the lowest to the highest.
    """
    said = []
    halo = {"stroke": token_halo, "strokeWidth": 3, "strokeJoin": "round", "strokeOpacity": 0.9}
    for look in (halo, {"color": token_ink}):
        mark = alt.Chart(rows).mark_text(
            x=alt.ExprRef("54"), y=alt.ExprRef(height), align="left", baseline="middle", fontSize=11, **look
        )
        said.append(mark.encode(text=alt.Text("t:N")))
    return said


def strokes(rows: alt.NamedData, height: str, colour: str, width: alt.ExprRef) -> alt.Chart:
    """Draw the lines of a legend.

    Parameters
    ----------
    rows
        Its data set.
    height
        Of `level`.
    colour
        Of the lines.
    width
        Of `px`.

    Returns
    -------
    altair.Chart
        A short line a row.
    """
    drawn: alt.Chart = (
        alt.Chart(rows)
        .mark_point(
            shape="stroke",
            x=alt.ExprRef("32"),
            y=alt.ExprRef(height),
            size=900,
            opacity=1,
            stroke=colour,
            strokeWidth=width,
        )
        .encode(detail=alt.Detail("i:O"))
    )
    return drawn


def ground(box: Box) -> shapely.MultiLineString:
    """Lines all over the ground of the legend, so that names keep off it.

    Parameters
    ----------
    box
        The part of the frame that is shown.

    Returns
    -------
    shapely.MultiLineString
        In frame units.
    """
    right, levels = box.left + 0.2 * box.width, range(82, 100)
    return shapely.MultiLineString(
        [[(box.left, box.top + n / 100 * box.height), (right, box.top + n / 100 * box.height)] for n in levels]
    )


def covers(box: Box, label: Label) -> bool:
    """Tell whether a name would stand under the legend.

    Parameters
    ----------
    box
        The part of the frame that is shown.
    label
        The name.

    Returns
    -------
    bool
        By the point that it names.
    """
    return label.x < box.left + 0.22 * box.width and label.y > box.top + 0.78 * box.height


def covers_on_phone(box: Box, name: Placed) -> bool:
    """Tell whether a placed name would stand under the legend of a phone, which covers more of the map.

    Parameters
    ----------
    box
        The part of the frame that is shown.
    name
        The name; those of other widths are never covered here.

    Returns
    -------
    bool
        By the point that it names.
    """
    spot = name.label
    near = spot.x < box.left + 0.6 * box.width and spot.y > box.top + 0.7 * box.height
    return near and name.width_class == 0

"""Layers that all maps share: land, network, names and points.

Land and network are named data sets (`BASE` and `NETWORK`) that all maps of a report share; names and points
(`NAMES`, `POINTS`) and lines (`LINES`) are each map's own.
"""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from caspia.view import canvas
from caspia.view.projection import Box
from caspia.view.theme import Spec, token
from caspia.view.width_key import FRAME_WIDTH

BASE, NETWORK = "base", "network"
"""Names of the data sets that all maps share."""
LINES, POINTS, NAMES = "lines", "points", "names"
"""Names of the data sets of one map."""


def framed(drawing: str, box: Box, title: str, width: int) -> Spec:
    """Put drawn layers into a frame.

    Parameters
    ----------
    drawing
        Layers as JSON, the same in all maps of a kind.
    box
        The part of the frame that is shown.
    title
        The finding, set above.
    width
        Width in pixels; a page may overwrite it, all positions follow the signal ``width``.

    Returns
    -------
    Spec
        Vega-Lite specification without data sets.
    """
    scale = f"width / {box.width:.2f}"
    spec: Spec = json.loads(drawing.replace(FRAME_WIDTH, f"{box.width:.2f}"))
    spec["projection"] = {
        "type": "identity",
        "scale": {"expr": scale},
        "translate": {"expr": f"[{-box.left:.2f} * {scale}, {-box.top:.2f} * {scale}]"},
    }
    spec |= {"title": title, "width": width, "height": round(width * box.height / box.width)}
    spec["usermeta"] = {"aspect": round(box.height / box.width, 4)}
    return spec


def land_layers() -> list[alt.Chart]:
    """Draw land and lakes.

    Returns
    -------
    list of altair.Chart
        From the lowest to the highest.
    """
    base = alt.NamedData(name=BASE)
    ground = alt.Chart(base).mark_geoshape(clip=True, strokeWidth=0.7, stroke=token("coast"))
    tip = [alt.Tooltip("properties.n:N", title="Country")]
    land = ground.transform_filter("!datum.properties.w").encode(fill=alt.value(token("land")), tooltip=tip)
    lakes = ground.transform_filter("datum.properties.w").encode(fill=alt.value(token("water")))
    return [land, lakes]


def network_layers() -> list[alt.Chart]:
    """Draw the links of the network, quiet and below everything.

    Returns
    -------
    list of altair.Chart
        From the lowest to the highest.
    """
    network = alt.NamedData(name=NETWORK)
    tip = [
        alt.Tooltip("properties.n:N", title="Link"),
        alt.Tooltip("properties.m:N", title="Mode"),
        alt.Tooltip("properties.s:N", title="State"),
    ]
    drawn = []
    for on_water, colour, width in ((True, token("lane"), 0.7), (False, token("track"), 0.9)):
        for is_open, dash in ((True, [1, 0]), (False, [3, 3])):
            states = "datum.properties.s == 'open'" if is_open else "datum.properties.s != 'open'"
            mark = alt.Chart(network).mark_geoshape(
                clip=True, filled=False, stroke=colour, strokeWidth=width, strokeDash=dash
            )
            wanted = f"{'' if on_water else '!'}datum.properties.w && {states}"
            drawn.append(mark.transform_filter(wanted).encode(tooltip=tip))
    return drawn


_WIDTH_CLASS = "datum.k == (width < 470 ? 0 : width < 740 ? 1 : 2)"


def label_layers() -> list[alt.Chart]:
    """Draw the names of `NAMES`.

    Returns
    -------
    list of altair.Chart
        From the lowest to the highest.
    """
    rows = alt.NamedData(name=NAMES)

    def names(style: str, **mark: Any) -> alt.Chart:
        text: alt.Chart = (
            alt.Chart(rows)
            .transform_filter(f"datum.s == '{style}' && {_WIDTH_CLASS}")
            .mark_text(
                dx=alt.ExprRef("datum.dx"),
                dy=alt.ExprRef("datum.dy"),
                align=alt.ExprRef("datum.a"),
                baseline="middle",
                **mark,
            )
            .encode(longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q"), text=alt.Text("t:N"))
        )
        return text

    halo: canvas.Look = {
        "stroke": token("halo"),
        "strokeWidth": 3,
        "strokeJoin": "round",
        "strokeOpacity": 0.9,
        "fontSize": 11,
    }
    drawn = [
        names("country", fontSize=10, color=token("naming")),
        names("water", fontSize=10, fontStyle="italic", color=token("naming")),
    ]
    looks: tuple[tuple[str, canvas.Look], ...] = (
        ("place", {"fontSize": 11}),
        ("end", {"fontSize": 12.5, "fontWeight": 600}),
        ("corridor", {"fontSize": 12, "fontWeight": 600, "fontStyle": "italic"}),
    )
    for style, look in looks:
        drawn += [names(style, **{**halo, **look}), names(style, color=token("ink"), **look)]
    return drawn


def point_layers() -> list[alt.Chart]:
    """Draw the points of `POINTS`.

    Returns
    -------
    list of altair.Chart
        From the lowest to the highest.
    """
    return [
        alt.Chart(alt.NamedData(name=POINTS))
        .mark_point(filled=True, opacity=1, stroke=token("ink"), strokeWidth=1)
        .encode(
            longitude=alt.Longitude("x:Q"),
            latitude=alt.Latitude("y:Q"),
            fill=alt.Fill("col:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
            size=alt.Size("size:Q", scale=None),
            tooltip=[alt.Tooltip("t:N", title="Name")],
        )
    ]

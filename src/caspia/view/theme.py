"""One look for everything: colours, dashes and shapes of corridors, tokens of light and dark ground.

Colours are Paul Tol's bright scheme [1]_. Charts are written with the light tokens of `TOKENS`; the report
replaces each by a CSS variable, a picture by the tokens of the ground it is drawn on. The page of the server gets
the same by `tools/page_theme.py`; no other file holds a colour.

References
----------
.. [1] P. Tol, "Colour Schemes", SRON/EPS/TN/09-002, 2021.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

Ground = Literal["light", "dark"]
Spec = dict[str, object]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Corridor:
    """How one corridor looks and how a sentence names it.

    Parameters
    ----------
    name
        Corridor of the routes table.
    colour
        Line and fill, hexadecimal.
    dash
        Dash pattern in pixels, empty for a solid line.
    shape
        Vega symbol of its marks.
    glyph
        The same symbol as a character.
    way
        How a sentence says it, as ``over the Caspian``.
    """

    name: str
    colour: str
    dash: tuple[int, ...]
    shape: str
    glyph: str
    way: str


_SHAPE_DIAMOND = "diamond"
CORRIDORS: dict[str, Corridor] = {
    c.name: c
    for c in (
        Corridor("Caspian", "#4477AA", (), "circle", "●", "over the Caspian"),
        Corridor("Northern", "#EE6677", (9, 2), "triangle-up", "▲", "over Russia"),
        Corridor("Southern", "#228833", (5, 2), "square", "■", "over Iran"),
        Corridor("Eastern", "#CCBB44", (8, 2, 2, 2), _SHAPE_DIAMOND, "◆", "over China"),
        Corridor("Ocean", "#66CCEE", (2, 2), "triangle-down", "▼", "by the ocean"),
        Corridor("Other", "#BBBBBB", (4, 4), "cross", "✚", "by another way"),
    )
}
"""The corridors in the order of every table, legend and chart."""

GAIN, LOSS = "#009988", "#EE7733"
"""What gains and what loses: teal and orange of Tol's vibrant scheme, told apart by colour-blind readers and by no
corridor; what loses is hollow besides."""
MEASURE, EXPOSED, PAID = "#7B5EA7", "#AA3377", "#997700"
"""A single measure, what depends on others, and what is paid for: violet, and two of Tol's.
No corridor has one of these, so that a colour of a corridor never says anything else."""
PALE = ("#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00", "#DDDDDD")
"""Fills of cells and bars with letters on them: Tol's light scheme, the last for all else."""
WORKS = {
    "rail": "#77AADD",
    "road": "#EEDD88",
    "port": "#44BB99",
    "dredging": "#99DDFF",
    "vessels": "#BBCC33",
    "hub": "#EE8866",
    "border": "#FFAABB",
    "digital": "#DDCC77",
    "organisation": "#AAAA00",
    "pipeline": "#CCAADD",
}
"""Fills of kinds of work, of the same scheme."""
INFLOW, OUTFLOW = "#99DDFF", "#A39C92"
"""Loans that come in, and running costs that go out."""
LETTERS = ("#14171a", "#ffffff")
"""Letters on coloured bars, dark and light, the same on both grounds."""

TOKENS: dict[str, tuple[str, str]] = {
    "ground": ("#fdfdfc", "#14181c"),
    "ink": ("#1b2127", "#e9ecee"),
    "muted": ("#57606a", "#a6afb8"),
    "grid": ("#e4e6e7", "#2d343a"),
    "land": ("#f1ede4", "#2b2f31"),
    "coast": ("#c9c1b1", "#4c5254"),
    "water": ("#dce7ed", "#182129"),
    "halo": ("#fbfaf6", "#1d2226"),
    "track": ("#b3ab9c", "#5d6466"),
    "lane": ("#a9bcc7", "#3b4c58"),
    "naming": ("#857c6c", "#8b9193"),
    "casing": ("#3e4650", "#0c0f12"),
}
"""Tokens of colour: on light and on dark ground. All light values differ, so that they can be replaced."""

PAGE_TOKENS: dict[str, tuple[str, str]] = {
    "surface": ("#ffffff", "#1b2026"),
    "sunken": ("#f4f4f2", "#222930"),
    "edge": ("#d5d8da", "#38414a"),
    "accent": ("#2f6496", "#8fbbe4"),
    "accent-soft": ("#e6eef6", "#22344a"),
    "on-accent": ("#ffffff", "#10202f"),
    "gain": ("#00796d", "#4cc9b8"),
    "loss": ("#b4510f", "#f39a63"),
    "bad": ("#a8324a", "#f08fa0"),
    "bad-soft": ("#fbebee", "#3a2027"),
}
"""Tokens that the page has besides: of what can be operated, and gain and loss dark or light enough for letters."""


def token(name: str) -> str:
    """Return the light colour of a token, as charts are written with.

    Parameters
    ----------
    name
        Key of `TOKENS`.

    Returns
    -------
    str
        Hexadecimal colour.

    Examples
    --------
    >>> token("ink")
    '#1b2127'
    """
    return TOKENS[name][0]


def corridor(name: str) -> Corridor:
    """Return the look of a corridor; an unknown one looks like ``Other``.

    Parameters
    ----------
    name
        Corridor of the routes table.

    Returns
    -------
    Corridor
        Colour, dash, shape and wording.

    Examples
    --------
    >>> corridor("Caspian").colour, corridor("Lunar").name
    ('#4477AA', 'Other')
    """
    return CORRIDORS.get(name, CORRIDORS["Other"])


def order(name: str) -> int:
    """Return the place of a corridor in tables and charts.

    Parameters
    ----------
    name
        Corridor of the routes table.

    Returns
    -------
    int
        0 for the Caspian, 5 for others.

    Examples
    --------
    >>> order("Northern")
    1
    """
    return list(CORRIDORS).index(corridor(name).name)


def recolour(spec: Spec, ground: Ground) -> Spec:
    """Return a chart drawn for another ground.

    Parameters
    ----------
    spec
        Vega-Lite specification written with light tokens.
    ground
        ``light`` or ``dark``.

    Returns
    -------
    Spec
        A copy in which each token has the value of that ground.

    Examples
    --------
    >>> recolour({"mark": {"color": "#1b2127"}}, "dark")
    {'mark': {'color': '#e9ecee'}}
    """
    text = json.dumps(spec)
    if ground == "dark":
        for light, dark in TOKENS.values():
            text = text.replace(f'"{light}"', f'"{dark}"')
    result: Spec = json.loads(text)
    return result


def css_variables(ground: Ground) -> str:
    """Return the tokens and corridor colours as declarations of CSS variables.

    Parameters
    ----------
    ground
        ``light`` or ``dark``.

    Returns
    -------
    str
        Declarations without braces.

    Examples
    --------
    >>> "--ink:#e9ecee;" in css_variables("dark")
    True
    """
    which = 0 if ground == "light" else 1
    tokens = "".join(f"--{name}:{pair[which]};" for name, pair in TOKENS.items())
    return tokens + "".join(f"--{c.name.lower()}:{c.colour};" for c in CORRIDORS.values())

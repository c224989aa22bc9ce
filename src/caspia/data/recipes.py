"""Recipes of derived facts which the program itself can recompute.

`calc: …` is plain arithmetic; `great_circle*F` and `great_circle_via*F` are lengths from coordinates. The
recipes `osm_rail` and `osm_road` need OpenStreetMap graphs and are recomputed by `tools/osm_lengths.py`, and
`calibrate` by `caspia calibrate`.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable

from caspia.units import polyline_km

LonLat = tuple[float, float]

KNOWN_RECIPES = "calc: arithmetic, great_circle*F, great_circle_via*F, osm_rail, osm_road or calibrate"
MAX_RECIPE = 200
"""Characters; deeper brackets than these can hold would exhaust the stack."""
_ARITHMETIC = re.compile(r"calc:[-+*/().0-9eE ]+")
_GEOMETRIC = re.compile(r"great_circle(_via)?\*([0-9]+(?:\.[0-9]+)?)")
_EXTERNAL = frozenset({"calibrate", "osm_rail", "osm_road"})

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    # Unlike the operator this one knows no complex numbers.
    ast.Pow: math.pow,
}


def is_recipe(recipe: str) -> bool:
    """Whether a recipe is of a known kind.

    Parameters
    ----------
    recipe : str
        Text of the cell.

    Returns
    -------
    bool
        True for KNOWN_RECIPES; arithmetic may still have no value.

    Examples
    --------
    >>> is_recipe("great_circle*1.2"), is_recipe("great_circle*1.2.3"), is_recipe("guess")
    (True, False, False)
    """
    return recipe.startswith("calc:") or recipe in _EXTERNAL or _GEOMETRIC.fullmatch(recipe) is not None


def recompute(recipe: str) -> float | None:
    """Evaluate an arithmetic recipe.

    Parameters
    ----------
    recipe : str
        `calc: 883/(500*20)`; numbers, `+ - * / **` and brackets.

    Returns
    -------
    float or None
        The value; None if the text is not plain arithmetic, is longer than MAX_RECIPE or has no finite value.

    Examples
    --------
    >>> recompute("calc: 883/(500*20)")
    0.0883
    >>> recompute("calc: open('x')") is None
    True
    """
    if len(recipe) > MAX_RECIPE or not _ARITHMETIC.fullmatch(recipe):
        return None
    try:
        tree = ast.parse(recipe.removeprefix("calc:").strip(), mode="eval")
        value = _evaluate(tree.body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None
    return value if math.isfinite(value) else None


def _evaluate(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](_evaluate(node.left), _evaluate(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand)
    raise ValueError(ast.dump(node))


def parse_via(text: str) -> list[LonLat]:
    """Read way-points.

    Parameters
    ----------
    text : str
        `lon lat;lon lat`, degrees; may be empty.

    Returns
    -------
    list of tuple of float
        Longitude and latitude.
    """
    pairs = (point.split() for point in text.split(";") if point)
    return [(float(lon), float(lat)) for lon, lat in pairs]


def geometric_length_km(recipe: str, start: LonLat, end: LonLat, via: list[LonLat]) -> float | None:
    """Length that a geometric recipe gives.

    Parameters
    ----------
    recipe : str
        `great_circle*F` (ends only) or `great_circle_via*F` (through the way-points), F the detour factor.
    start, end : tuple of float
        Longitude and latitude in degrees.
    via : list of tuple of float
        Way-points between the ends.

    Returns
    -------
    float or None
        Kilometres; None if the recipe is of another kind.
    """
    match = _GEOMETRIC.fullmatch(recipe)
    if match is None:
        return None
    points = [start, *(via if match[1] else []), end]
    return polyline_km(points) * float(match[2])

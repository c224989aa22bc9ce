"""Corridors, and what gains and what loses, are told apart by colour-blind readers too."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from caspia.view import theme

VISION = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Linear light as seen: Machado, Oliveira and Fernandes 2009, IEEE TVCG 15(6), wholly without one cone."""
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
APART = 11.0
"""CIELAB distance; one is about the least that is seen side by side, ten at a glance."""


def lab(colour, vision):
    part = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    light = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(VISION[vision]) @ light, 0, 1)
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in XYZ @ seen / XYZ.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colours, vision):
    return min((float(np.linalg.norm(lab(a, vision) - lab(b, vision))), a, b) for a, b in combinations(colours, 2))


@pytest.mark.parametrize("vision", VISION)
def test_corridors_are_told_apart(vision):
    assert nearest([look.colour for look in theme.CORRIDORS.values()], vision)[0] > APART


@pytest.mark.parametrize("vision", VISION)
def test_gain_and_loss_are_told_apart(vision):
    assert nearest([theme.GAIN, theme.LOSS], vision)[0] > 2 * APART


def test_the_measure_knows_what_looks_alike():
    """A red and a green of the same lightness."""
    alike = ["#B05A3C", "#7F7A30"]
    assert nearest(alike, "deutan")[0] < APART < nearest(alike, "normal")[0]


@pytest.mark.parametrize("mark", ["shape", "glyph", "dash", "way"])
def test_no_corridor_is_told_by_its_colour_alone(mark):
    assert len({getattr(look, mark) for look in theme.CORRIDORS.values()}) == len(theme.CORRIDORS)

"""Modes and operations as a reader calls them."""

from __future__ import annotations

MODE_NAMES = {
    "rail": "railway",
    "road": "road",
    "deep_sea": "ocean lane",
    "short_sea": "short sea lane",
    "ferry": "ferry",
    "feeder": "container feeder",
    "inland_waterway": "waterway",
    "crude_pipeline": "crude oil pipeline",
    "gas_pipeline": "gas pipeline",
}
"""Modes of links as a reader calls them."""

OPERATIONS = {
    "line": "carriage",
    "terminal": "transfer",
    "gauge_change": "gauge change",
    "border": "border",
    "wait": "wait",
    "loading": "loading",
    "unloading": "unloading",
}
"""Operations of legs as a reader calls them."""

"""The examples in the docstrings run, and the room exports what it says."""

from __future__ import annotations

import doctest
import importlib

import pytest

import caspia.routing

MODULES = ["alternatives", "gates", "graph", "matrix", "pareto", "search"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"caspia.routing.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_every_exported_name_is_there() -> None:
    assert caspia.routing.__all__ == sorted(caspia.routing.__all__)
    assert all(hasattr(caspia.routing, name) for name in caspia.routing.__all__)

"""The source tree as the tests of the architecture see it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    path: Path

    @property
    def name(self) -> str:
        parts = self.path.relative_to(SOURCE).with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def where(self, node: ast.AST) -> str:
        name = getattr(node, "name", "")
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {name}".rstrip()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    found = [Module(path) for path in sorted(SOURCE.rglob("*.py"))]
    assert len(found) > 20
    return found

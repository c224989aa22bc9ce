"""The lists of public names are sorted and true; packages hand names on and compute nothing."""

from __future__ import annotations

import ast
import importlib


def declared(module):
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in node.targets):
            return list(ast.literal_eval(node.value))
    return None


def isort_key(name):
    """The order that ruff keeps in `__all__`: constants, classes, then the rest, each by the alphabet."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return kind, name


def test_lists_are_sorted_and_without_doubles(modules):
    lists = {module.name: names for module in modules if (names := declared(module)) is not None}
    assert lists
    assert {name: names for name, names in lists.items() if names != sorted(set(names), key=isort_key)} == {}


def test_listed_names_exist(modules):
    missing = {}
    for module in modules:
        names = declared(module) or []
        loaded = importlib.import_module(module.name) if names else None
        if absent := [name for name in names if not hasattr(loaded, name)]:
            missing[module.name] = absent
    assert not missing


def test_a_room_lists_exactly_what_it_hands_on(modules):
    wrong = {}
    for module in modules:
        if not module.is_package or module.name == "caspia":
            continue
        handed = {
            alias.asname or alias.name
            for node in module.tree.body
            if isinstance(node, ast.ImportFrom) and node.module != "__future__"
            for alias in node.names
        }
        if handed != set(declared(module) or []):
            wrong[module.name] = sorted(handed ^ set(declared(module) or []))
    assert not wrong


def test_rooms_compute_nothing(modules):
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    busy = [
        module.where(node)
        for module in modules
        if module.is_package and module.name != "caspia"
        for node in module.tree.body
        if not isinstance(node, allowed)
    ]
    assert not busy


def test_private_modules_stay_within_their_room(modules):
    leaks = []
    for module in modules:
        room = module.name if module.is_package else module.name.rpartition(".")[0]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module and "._" in node.module:
                owner = node.module.partition("._")[0]
                if owner != room:
                    leaks.append(f"{module.where(node)} imports {node.module}")
    assert not leaks

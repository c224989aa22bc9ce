"""Every public name says what it is; functions name their parameters and what they return (numpydoc)."""

from __future__ import annotations

import ast
import re

import pytest

Function = ast.FunctionDef | ast.AsyncFunctionDef
SECTION = re.compile(r"^ *(\w[\w ]*)\n *(-{3,})$", re.MULTILINE)


def public(modules):
    """Public functions, classes and methods of public modules; commands excepted, whose help their options hold."""
    for module in modules:
        if any(part.startswith("_") for part in module.name.split(".")):
            continue
        for node in module.tree.body:
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
                yield module, node
                if isinstance(node, ast.ClassDef):
                    inner = (item for item in node.body if isinstance(item, Function))
                    yield from ((module, item) for item in inner if not item.name.startswith("_"))


def sections(docstring):
    """Titles of the numpydoc sections and their text."""
    pieces = SECTION.split(docstring)
    return dict(zip(pieces[1::3], pieces[3::3], strict=True))


def described(text):
    """Names at the left margin of a section: `name : type`, `a, b : type` or `name`."""
    lines = [line for line in text.splitlines() if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    heads = (line.strip().split(" : ")[0] for line in lines if len(line) - len(line.lstrip()) == margin)
    return [name.strip().lstrip("*") for head in heads for name in head.split(",")]


def parameters(function):
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in named if argument.arg not in ("self", "cls")]


def is_command(function):
    return any("command" in ast.unparse(decorator) for decorator in function.decorator_list)


def is_plain(function):
    """Properties and the like: nothing goes in, the summary says what comes out."""
    return not parameters(function)


def test_everything_public_has_a_docstring(modules):
    bare = [module.where(node) for module, node in public(modules) if not ast.get_docstring(node)]
    bare += [module.where(module.tree) for module in modules if module.text and not ast.get_docstring(module.tree)]
    assert not bare


def test_parameters_are_named_one_by_one_and_in_order(modules):
    wrong = {}
    for module, node in public(modules):
        if isinstance(node, Function) and not is_command(node) and not is_plain(node):
            named = described(sections(ast.get_docstring(node) or "").get("Parameters", ""))
            if named != parameters(node):
                wrong[module.where(node)] = (named, parameters(node))
    assert not wrong


def test_returned_values_are_described(modules):
    silent = []
    for module, node in public(modules):
        if isinstance(node, Function) and not is_command(node) and not is_plain(node):
            returned = ast.unparse(node.returns) if node.returns else "None"
            found = sections(ast.get_docstring(node) or "")
            if returned not in ("None", "NoReturn") and not found.keys() & {"Returns", "Yields"}:
                silent.append(module.where(node))
    assert not silent


def test_described_attributes_exist(modules):
    wrong = {}
    for module, node in public(modules):
        if isinstance(node, ast.ClassDef):
            found = sections(ast.get_docstring(node) or "")
            fields = [item.target.id for item in node.body if isinstance(item, ast.AnnAssign)]
            named = described(found.get("Attributes", ""))
            if absent := [name for name in named if name not in fields]:
                wrong[module.where(node)] = absent
    assert not wrong


@pytest.mark.parametrize(
    ("text", "names"),
    [("a : int\n    One.\nb, c : str\n    Two: three.", ["a", "b", "c"]), ("", []), ("*rest : str", ["rest"])],
)
def test_the_reader_of_sections(text, names):
    assert described(text) == names

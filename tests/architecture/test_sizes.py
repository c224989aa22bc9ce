"""Files, functions, parameters and classes stay small; nothing is checked by `assert`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 7
MAX_METHODS = 15
MANY_PARAMETERS_ALLOWED = "# noqa: PLR0913"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def code_lines(function: Function, text: list[str]) -> int:
    """Lines of the body that are neither empty, nor comment, nor docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    lines = text[body[0].lineno - 1 : function.end_lineno]
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in lines)


def parameters(function: Function) -> list[str]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in named if argument.arg not in ("self", "cls")]


def test_files_are_short(modules):
    long = {m.where(m.tree): m.text.count("\n") for m in modules if m.text.count("\n") > MAX_FILE_LINES}
    assert not long


def test_functions_are_short(modules):
    long = {}
    for module in modules:
        text = module.text.splitlines()
        for function in functions(module.tree):
            if (count := code_lines(function, text)) > MAX_FUNCTION_LINES:
                long[module.where(function)] = count
    assert not long


def test_functions_take_few_parameters(modules):
    many = {}
    for module in modules:
        text = module.text.splitlines()
        for function in functions(module.tree):
            head = "\n".join(text[function.lineno - 1 : function.body[0].lineno])
            if len(parameters(function)) > MAX_PARAMETERS and MANY_PARAMETERS_ALLOWED not in head:
                many[module.where(function)] = parameters(function)
    assert not many


def test_classes_have_few_public_methods(modules):
    many = {}
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                public = [f.name for f in node.body if isinstance(f, Function) and not f.name.startswith("_")]
                if len(public) > MAX_METHODS:
                    many[module.where(node)] = public
    assert not many


def test_no_assert_in_the_package(modules):
    """`python -O` drops them."""
    found = [m.where(node) for m in modules for node in ast.walk(m.tree) if isinstance(node, ast.Assert)]
    assert not found


def test_no_bare_exception_is_raised(modules):
    """Errors belong to the tree of `caspia.errors` or are standard ones with a meaning."""
    found = []
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Raise) and node.exc is not None:
                raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if isinstance(raised, ast.Name) and raised.id in ("Exception", "BaseException"):
                    found.append(module.where(node))
    assert not found

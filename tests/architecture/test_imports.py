"""No circles among the modules, imports within functions included; importing is quick and does nothing."""

from __future__ import annotations

import ast
import subprocess
import sys

import grimp
import networkx


def imports(module, names):
    """Modules of the package that a module imports, at the top or within a function."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module in names:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in names else node.module


def test_no_import_circles(modules):
    names = {module.name for module in modules}
    graph = networkx.DiGraph((m.name, target) for m in modules for target in imports(m, names))
    assert [sorted(ring) for ring in networkx.strongly_connected_components(graph) if len(ring) > 1] == []
    assert list(networkx.selfloop_edges(graph)) == []


def test_the_linter_reads_the_same_graph(modules):
    """The contracts and the test of circles must not differ in what they see."""
    names = {module.name for module in modules}
    theirs = grimp.build_graph("caspia", cache_dir=None)
    for module in modules:
        assert set(imports(module, names)) == theirs.find_modules_directly_imported_by(module.name)


def test_import_of_the_package_pulls_in_nothing_heavy():
    code = "import sys, caspia; print(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pandas", "numpy", "numba", "duckdb", "altair", "shapely", "typer", "rich"}
    assert heavy.isdisjoint(done.stdout.split())

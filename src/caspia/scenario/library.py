"""Finding scenarios: the built-in ones by name, a user's by path; and what they extend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from caspia.errors import DataError, InputError, Problem
from caspia.scenario.model import Scenario, compose
from caspia.scenario.parse import MAX_SCENARIO_BYTES, parse_scenario, unknown_scenario

SUFFIX = ".toml"
Chain = tuple[str, ...]


def built_in_scenarios() -> Mapping[str, Scenario]:
    """All scenarios that come with the program, by id.

    Returns
    -------
    mapping of str to Scenario
        In the order of the alphabet.

    Examples
    --------
    >>> "northern-closed" in built_in_scenarios()
    True
    """
    return MappingProxyType({name: load_scenario(name) for name in _names()})


def load_scenario(name: str) -> Scenario:
    """Read a scenario with all that it extends.

    Parameters
    ----------
    name : str
        Name of a built-in scenario, or path of a file that ends in `.toml`.

    Returns
    -------
    Scenario
        The edits of the scenarios that it extends come first.

    Raises
    ------
    InputError
        No such scenario or file; a scenario extends itself.
    DataError
        The file breaks the rules of scenario files; every problem is listed.
    """
    return _built_in(name) if name in _names() else _resolve(name, None, ())


def built_in_text(name: str) -> str:
    """Text of a scenario that comes with the program.

    Parameters
    ----------
    name : str
        Its id.

    Returns
    -------
    str
        TOML.
    """
    return files("caspia.datasets").joinpath("scenarios", name + SUFFIX).read_text(encoding="utf-8")


@cache
def _names() -> tuple[str, ...]:
    folder = files("caspia.datasets").joinpath("scenarios")
    return tuple(sorted(item.name.removesuffix(SUFFIX) for item in folder.iterdir() if item.name.endswith(SUFFIX)))


@cache
def _built_in(name: str) -> Scenario:
    return _resolve(name, None, ())


def _resolve(name: str, folder: Path | None, chain: Chain) -> Scenario:
    """Read `name` as said in a file of `folder`; `chain` are the files that led here."""
    where = chain[-1] if chain else "scenario"
    if name in _names():
        path, label, text = None, name + SUFFIX, built_in_text(name)
    elif name.endswith(SUFFIX):
        path = Path(name) if folder is None else folder / name
        text, label = _text(path, where), str(path)
    else:
        raise unknown_scenario(name, _names(), where)
    identity = label if path is None else str(path.resolve())
    if identity in chain:
        circle = " extends ".join([*chain[chain.index(identity) :], identity])
        problem = Problem(
            "scenario extends itself", f"{label}, key extends", circle, "a tree of scenarios", "cut the circle"
        )
        raise InputError(problem)
    own = parse_scenario(text, label if path is None else path.name)
    home = folder if path is None else path.parent
    return extended(own.scenario, [_resolve(base, home, (*chain, identity)) for base in own.extends])


def extended(own: Scenario, bases: Sequence[Scenario]) -> Scenario:
    """Put the edits of the scenarios that a scenario extends before its own.

    Parameters
    ----------
    own : Scenario
        As its file declares it.
    bases : sequence of Scenario
        What it extends, in order.

    Returns
    -------
    Scenario
        Under its own name; the year is that of the bases where it has none.
    """
    if not bases:
        return own
    whole = compose(*bases, own)
    year = whole.year if own.year is None else own.year
    return replace(own, edits=whole.edits, sources=whole.sources, parts=whole.parts, year=year)


def _text(path: Path, where: str) -> str:
    try:
        if path.stat().st_size > MAX_SCENARIO_BYTES:
            got, allowed = f"{path.stat().st_size / 1e6:,.1f} MB", f"at most {MAX_SCENARIO_BYTES // 2**20} MiB"
            raise DataError([Problem("file is too large for a scenario", path.name, got, allowed, "split it")])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        got = f"{path}: {error.strerror or error}"
        problem = Problem("scenario cannot be read", where, got, "a readable file", "correct the path")
        raise InputError(problem) from error
    except UnicodeDecodeError as error:
        problem = Problem("file is not UTF-8", path.name, f"byte {error.start}", "UTF-8 text", "save it as UTF-8")
        raise DataError([problem]) from error

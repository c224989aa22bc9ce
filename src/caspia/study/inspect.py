"""What `caspia check` finds in a data folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from caspia.data import Dataset, check_folder, read_folder, type_folder
from caspia.errors import DataError, InputError, Problem
from caspia.network import Network, build_network, check_network, normalise, resolve_closure, resolve_rule
from caspia.study.claim_tests import test_of
from caspia.study.claims import read_claims
from caspia.study.corridors import CORRIDORS
from caspia.study.manifest import counts


def inspect(folder: str) -> tuple[list[Problem], dict[str, int]]:
    """Find everything that is wrong with a data folder.

    Parameters
    ----------
    folder : str
        Path or name of a built-in data set.

    Returns
    -------
    problems : list of Problem
        Errors and warnings.
    counted : dict of str to int
        Objects by table and facts by method; empty if the tables cannot be typed.
    """
    try:
        raw = read_folder(folder)
        problems = check_folder(raw)
        if problems:
            return problems, {}
        data = type_folder(raw)
    except DataError as error:
        return list(error.problems), {}
    except InputError as error:
        return [error.problem], {}
    network = build_network(data)
    problems = [
        *check_network(data),
        *_idle_rules(network, data),
        *_unknown_closures(network, data),
        *_untestable(data),
    ]
    return problems, {str(what): int(count) for what, count in counts(data).itertuples(index=False)}


def _untestable(data: Dataset) -> Iterator[Problem]:
    """Claims whose test there is not, or that ask it for something else."""
    for claim in read_claims(data):
        try:
            test_of(claim)
        except InputError as error:
            yield error.problem


def _idle_rules(network: Network, data: Dataset) -> Iterator[Problem]:
    for row, rule in enumerate(data.tables["rules"].itertuples()):
        if not resolve_rule(network, data, rule).any():
            yield Problem(
                what="rule bars nothing of the network",
                where=f"{data.where('rules', row)}, column target",
                got=f"{rule.target_kind} {rule.target}",
                allowed="what some link passes",
                repair="correct the target or remove the rule",
                severity="warning",
            )


def _unknown_closures(network: Network, data: Dataset) -> Iterator[Problem]:
    """Words that reference consignments avoid and that close nothing."""
    corridors = {normalise(corridor) for corridor in CORRIDORS}
    for row, cell in enumerate(data.tables["consignments"]["avoid"]):
        for word in filter(str.strip, cell.split(";")):
            if normalise(word) in corridors:
                continue
            try:
                resolve_closure(network, data, word)
            except InputError as error:
                yield replace(error.problem, where=f"{data.where('consignments', row)}, column avoid")

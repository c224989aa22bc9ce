"""What `caspia check` finds in a data folder."""

from __future__ import annotations

from caspia.data import check_folder, read_folder, type_folder
from caspia.errors import DataError, InputError, Problem
from caspia.network import build_network, check_network, resolve_rule
from caspia.study.reference import counts


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
    problems = check_network(data)
    network = build_network(data)
    problems += [
        Problem(
            what="rule bars nothing of the network",
            where=f"rules.csv, {rule.id}",
            got=rule.target,
            repair="correct the target or remove the rule",
            severity="warning",
        )
        for rule in data.tables["rules"].itertuples()
        if not resolve_rule(network, data, rule).any()
    ]
    return problems, {str(what): int(count) for what, count in counts(data).itertuples(index=False)}

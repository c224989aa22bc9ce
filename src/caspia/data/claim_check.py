"""What claims must be: a threshold that can be met, a tolerance where it is an equality, words that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from caspia.data.read import RawFolder
from caspia.errors import Problem

PARAMETER = re.compile(r"([a-z_]+)=([^=;]+)")


def parse_parameters(text: str) -> Mapping[str, tuple[str, ...]] | None:
    """Read the parameters of a test.

    Parameters
    ----------
    text : str
        `name=value` separated by `;`, several values by `|`.

    Returns
    -------
    mapping of str to tuple of str, or None
        None where the text has another form, a name twice, or an empty value.

    Examples
    --------
    >>> parse_parameters("corridor=Caspian;without=RU|BY")
    {'corridor': ('Caspian',), 'without': ('RU', 'BY')}
    >>> parse_parameters("corridor") is None, parse_parameters("a=1;a=2") is None
    (True, True)
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        read = PARAMETER.fullmatch(part.strip())
        if read is None or read[1] in found:
            return None
        values = tuple(value.strip() for value in read[2].split("|"))
        if not all(values):
            return None
        found[read[1]] = values
    return found


def check_claims(folder: RawFolder) -> Iterator[Problem]:
    """Check claims beyond the declared references.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One a bad cell.
    """
    table = folder.tables["claims"]
    frame = table.frame
    numbers = {name: pd.to_numeric(frame[name]) for name in ("holds_from", "fails_to", "tolerance_share")}
    yield from table.problems(
        (numbers["fails_to"] >= numbers["holds_from"]).to_numpy(),
        "fails_to",
        "probabilities of the verdict overlap",
        "below holds_from",
        "correct one of the two",
    )
    equal, stated = frame["operator"] == "=", numbers["tolerance_share"].notna()
    yield from table.problems(
        (equal & ~stated).to_numpy(), "tolerance_share", "equality without a tolerance", "0 to 1", "fill it in"
    )
    yield from table.problems(
        (~equal & stated).to_numpy(),
        "tolerance_share",
        "tolerance of a bound",
        "nothing where the operator is >= or <=",
        "empty the cell",
    )
    yield from table.problems(
        frame["parameters"].map(lambda cell: parse_parameters(cell) is None).to_numpy(dtype=bool),
        "parameters",
        "parameters cannot be read",
        "name=value, separated by ;, several values by |",
        "mend them",
    )

"""Public claims: what was said, how it is tested, and the verdict that draws give against a declared threshold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.data import Dataset
from caspia.data.claim_check import parse_parameters
from caspia.errors import InputError, Problem, UnknownName

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
HOLDS, FAILS, OPEN, UNTESTED = "holds", "fails", "open", "untested"
VERDICTS = (HOLDS, FAILS, OPEN, UNTESTED)
ROUNDING = 1e-9
"""Share of a threshold by which a value may miss it: what arithmetic in floating point is off by."""


@dataclass(frozen=True)
class Claim:
    """A public statement with its test.

    Attributes
    ----------
    id, statement, who, said_on : str
        What was said, by whom and when.
    kind : {"facts", "model"}
        Facts held against each other, or a computation.
    test : str
        Name in the registry of tests.
    parameters : mapping of str to tuple of str
        What the test is about.
    measure, unit, scope : str
        What is measured, in which unit, and what it holds for.
    operator : {">=", "<=", "="}
        How the value has to stand to the threshold.
    threshold : float
        Declared in the data.
    tolerance_share : float
        Of the operator `=`: how far off the value may be, as a share of the threshold; NaN of the others.
    reason : str
        Why this threshold.
    holds_from, fails_to : float
        Probabilities from which on the claim holds and down to which it fails.
    command : str
        Command that shows what the test rests on.
    source_id, note : str
        Where it was said, and a remark.
    where : str
        Row of the table, as messages name it.
    """

    id: str
    statement: str
    who: str
    said_on: str
    kind: str
    test: str
    parameters: Mapping[str, tuple[str, ...]]
    measure: str
    unit: str
    operator: str
    threshold: float
    tolerance_share: float
    reason: str
    scope: str
    holds_from: float
    fails_to: float
    command: str
    source_id: str
    note: str
    where: str

    def one(self, name: str, default: str | None = None) -> str:
        """A parameter that has one value.

        Parameters
        ----------
        name : str
            Of the parameter.
        default : str, optional
            Stands in where the claim does not state it.

        Returns
        -------
        str

        Raises
        ------
        InputError
            It is missing or has several values.
        """
        found = self.parameters.get(name, () if default is None else (default,))
        if len(found) != 1:
            raise self.wrong(f"parameter {name} of a claim has {len(found)} values", "one value")
        return found[0]

    def number(self, name: str, default: str | None = None) -> float:
        """A parameter that is a number; as `one`.

        Parameters
        ----------
        name : str
            Of the parameter.
        default : str, optional
            Stands in where the claim does not state it.

        Returns
        -------
        float

        Raises
        ------
        InputError
            It is missing or no number.
        """
        text = self.one(name, default)
        try:
            return float(text)
        except ValueError as error:
            raise self.wrong(f"parameter {name} of a claim is no number", "a number") from error

    def wrong(self, what: str, allowed: str) -> InputError:
        """An error that names the row of the claim.

        Parameters
        ----------
        what : str
            What is wrong.
        allowed : str
            What is allowed.

        Returns
        -------
        InputError
        """
        got = ";".join(f"{name}={'|'.join(values)}" for name, values in self.parameters.items())
        return InputError(Problem(what, f"{self.where}, column parameters", got, allowed, "mend the cell"))


@dataclass(frozen=True, eq=False)
class Sample:
    """What a test measured.

    Attributes
    ----------
    value : float
        At the values of the data.
    draws : numpy.ndarray, shape (n,)
        In draws of the facts; the value alone where nothing is in doubt.
    """

    value: float
    draws: FloatArray

    @classmethod
    def certain(cls, value: float) -> Sample:
        """A measure without doubt.

        Parameters
        ----------
        value : float
            What was measured.

        Returns
        -------
        Sample
        """
        return cls(value, np.array([value]))


@dataclass(frozen=True)
class Judged:
    """A claim with its verdict.

    Attributes
    ----------
    claim : Claim
        What was said.
    value, low, high : float
        Measure at the values of the data, and P10 and P90 of the draws.
    probability : float
        Share of the draws in which the claim holds against its threshold.
    verdict : {"holds", "fails", "open", "untested"}
        By the limits of the claim; untested where the test cannot be run on these data.
    draws : int
        Number of draws.
    why_untested : str
        Why not; empty where it was.
    """

    claim: Claim
    value: float
    low: float
    high: float
    probability: float
    verdict: str
    draws: int
    why_untested: str = ""

    @classmethod
    def untested(cls, claim: Claim, why: str) -> Judged:
        """A claim without a verdict.

        Parameters
        ----------
        claim : Claim
            What was said.
        why : str
            Why its test cannot be run.

        Returns
        -------
        Judged
        """
        return cls(claim, math.nan, math.nan, math.nan, math.nan, UNTESTED, 0, why)


def read_claims(data: Dataset, ids: tuple[str, ...] = ()) -> list[Claim]:
    """Claims of the data.

    Parameters
    ----------
    data : Dataset
        With the table claims.
    ids : tuple of str
        Those wanted, with or without `clm-`; all if empty.

    Returns
    -------
    list of Claim
        In the order of the table.

    Raises
    ------
    UnknownName
        The data have no such claim; the message lists all.
    InputError
        The parameters of a claim cannot be read.
    """
    table = data.tables["claims"]
    known = table["id"].tolist()
    wanted = {text if text in known else f"clm-{text}" for text in ids}
    if unknown := sorted(wanted - set(known)):
        allowed = ", ".join(known) or "none: the table claims is empty"
        raise UnknownName(Problem("unknown claim", "claims", ", ".join(unknown), allowed, "choose one of these"))
    rows = enumerate(table.to_dict("records"))
    return [_claim(row, data.where("claims", nth)) for nth, row in rows if not ids or row["id"] in wanted]


def _claim(row: Mapping[Any, Any], where: str) -> Claim:
    cells = {str(name): cell for name, cell in row.items()}
    parameters = parse_parameters(str(cells["parameters"]))
    if parameters is None:
        allowed = "name=value, separated by ;, several values by |"
        got = repr(cells["parameters"])
        raise InputError(Problem("parameters cannot be read", f"{where}, column parameters", got, allowed, "mend"))
    return Claim(**cells | {"parameters": parameters, "where": where})


def meets(values: FloatArray, claim: Claim) -> BoolArray:
    """Whether values stand to the threshold of a claim as it says.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Measures; NaN meets nothing.
    claim : Claim
        With operator, threshold and tolerance.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    slack = ROUNDING * abs(claim.threshold)
    if claim.operator == ">=":
        return np.asarray(values >= claim.threshold - slack)
    if claim.operator == "<=":
        return np.asarray(values <= claim.threshold + slack)
    return np.asarray(abs(values - claim.threshold) <= claim.tolerance_share * abs(claim.threshold) + slack)


def verdict_of(probability: float, holds_from: float, fails_to: float) -> str:
    """Verdict of a probability.

    Parameters
    ----------
    probability : float
        That the claim holds, 0 to 1.
    holds_from, fails_to : float
        Limits; the second below the first.

    Returns
    -------
    {"holds", "fails", "open"}

    Examples
    --------
    >>> [verdict_of(probability, 0.9, 0.1) for probability in (0.95, 0.9, 0.5, 0.1, 0.0)]
    ['holds', 'holds', 'open', 'fails', 'fails']
    """
    if probability >= holds_from:
        return HOLDS
    return FAILS if probability <= fails_to else OPEN


def judge(claim: Claim, sample: Sample) -> Judged:
    """Hold a measure against the threshold of a claim.

    Parameters
    ----------
    claim : Claim
        What was said.
    sample : Sample
        What was measured.

    Returns
    -------
    Judged

    Raises
    ------
    InputError
        The test measured nothing: no draws, or draws that are no numbers.
    """
    draws = np.asarray(sample.draws, dtype=float)
    if not len(draws) or not np.isfinite(draws).all() or not np.isfinite(sample.value):
        got = f"{int(np.isfinite(draws).sum())} numbers of {len(draws)}"
        allowed = "a number in every draw"
        raise InputError(Problem("test of a claim measured nothing", claim.where, got, allowed, "see its scope"))
    probability = float(meets(draws, claim).mean())
    low, high = np.quantile(draws, (0.1, 0.9))
    verdict = verdict_of(probability, claim.holds_from, claim.fails_to)
    return Judged(claim, sample.value, float(low), float(high), probability, verdict, len(draws))

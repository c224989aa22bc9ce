"""The answer of `caspia claims`: every claim with its verdict, and the table of a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from caspia.errors import InputError
from caspia.study.claim_tests import ClaimTest, test_of
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import VERDICTS, Claim, Judged, judge, read_claims
from caspia.study.plan import Planner
from caspia.study.study import Study

Tell = Callable[[str, int, int], None]
SIGNIFICANT = 6
CLAIM_COLUMNS = (
    "id",
    "statement",
    "verdict",
    "probability",
    "value",
    "low",
    "high",
    "unit",
    "operator",
    "threshold",
    "tolerance_share",
    "reason",
    "measure",
    "scope",
    "who",
    "said_on",
    "kind",
    "test",
    "draws",
    "holds_from",
    "fails_to",
    "command",
    "source_id",
    "note",
    "why_untested",
)


@dataclass(frozen=True, eq=False)
class ClaimsAnswer:
    """Claims with verdicts.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a claim, with the columns `CLAIM_COLUMNS` and the `source` as a title.
    seed, draws, rollout_draws, flow_draws : int
        What the probabilities rest on.
    """

    table: pd.DataFrame
    seed: int
    draws: int
    flow_draws: int
    rollout_draws: int

    def record(self) -> dict[str, Any]:
        """Everything for machines; numbers with six digits.

        Returns
        -------
        dict of str to object
        """
        rows = [{str(name): _plain(cell) for name, cell in row.items()} for row in self.table.to_dict("records")]
        counts = {verdict: int((self.table["verdict"] == verdict).sum()) for verdict in VERDICTS}
        settings = {"seed": self.seed, "draws": self.draws, "flow_draws": self.flow_draws}
        return {"claims": rows, "counts": counts, **settings, "rollout_draws": self.rollout_draws}


def claims_answer(
    study: Study, ids: Sequence[str] = (), tell: Tell | None = None, planner: Planner | None = None
) -> ClaimsAnswer:
    """Test claims and judge them by their thresholds.

    Where all claims are wanted, one whose test cannot be run on these data stays untested and says why.

    Parameters
    ----------
    study : Study
        The world that claims are about.
    ids : sequence of str
        Claims that are wanted, with or without `clm-`; all if empty.
    tell : callable, optional
        Told stage, number done and number of all.
    planner : Planner, optional
        A planner of the same study, if there is one already.

    Returns
    -------
    ClaimsAnswer

    Raises
    ------
    caspia.errors.InputError
        A claim or its test is unknown, or the test of a claim that was asked for cannot be run on these data.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    claims = read_claims(study.data, tuple(ids))
    # All are looked up before any is computed: a misspelt one is told at once.
    tests = [test_of(claim) for claim in claims]
    world = ClaimWorld(study, tell or (lambda _stage, _done, _all: None), [planner] if planner else [])
    judged = []
    world.tell("Claims", 0, len(claims))
    for done, (claim, test) in enumerate(zip(claims, tests, strict=True), start=1):
        judged.append(_judged(claim, test, world, named=bool(ids)))
        world.tell("Claims", done, len(claims))
    settings = study.settings
    return ClaimsAnswer(
        claims_frame(study, judged), settings.seed, settings.draws, settings.flow_draws, settings.rollout_draws
    )


def _judged(claim: Claim, test: ClaimTest, world: ClaimWorld, *, named: bool) -> Judged:
    try:
        return judge(claim, test.run(claim, world))
    except InputError as error:
        if named:
            raise
        return Judged.untested(claim, error.problem.what)


def claims_tables(study: Study, tell: Tell, planner: Planner | None) -> dict[str, pd.DataFrame]:
    """Claims as a table of a result.

    Parameters
    ----------
    study : Study
        The world that claims are about.
    tell : callable
        Told stage, number done and number of all.
    planner : Planner or None
        Planner of the same study; without one the settings want no plans or the data have none, and many claims
        are about what plans bring.

    Returns
    -------
    dict of str to pandas.DataFrame
        `claims`; nothing without a planner or without claims.

    Raises
    ------
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    if planner is None or study.data.tables["claims"].empty:
        return {}
    return {"claims": claims_answer(study, (), tell, planner).table}


def claims_frame(study: Study, judged: Sequence[Judged]) -> pd.DataFrame:
    """Judged claims as a table.

    Parameters
    ----------
    study : Study
        With the sources.
    judged : sequence of Judged
        Claims.

    Returns
    -------
    pandas.DataFrame
        As in `ClaimsAnswer`.
    """
    rows = []
    for item in judged:
        row = {name: getattr(item.claim, name) for name in CLAIM_COLUMNS if hasattr(item.claim, name)}
        measured = {
            name: getattr(item, name) for name in ("value", "low", "high", "probability", "verdict", "draws")
        }
        rows.append(row | measured | {"why_untested": item.why_untested})
    titles = study.data.tables["sources"].set_index("id")["title"]
    frame = pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))
    return frame.assign(source=titles.reindex(frame["source_id"]).to_numpy())


def _plain(cell: Any) -> Any:
    if isinstance(cell, float):
        return float(f"{cell:.{SIGNIFICANT}g}") if math.isfinite(cell) else None
    return cell

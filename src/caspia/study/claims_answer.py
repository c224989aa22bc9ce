"""The answer of `caspia claims`: every claim with its verdict, and the table of a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from caspia.study.claim_tests import test_of
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import VERDICTS, Judged, judge, read_claims
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
        A claim is unknown, or its test cannot be run on these data.
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    claims = read_claims(study.data, tuple(ids))
    # All are looked up before any is computed: a misspelt one is told at once.
    tests = [test_of(claim) for claim in claims]
    world = ClaimWorld(study, tell or (lambda _stage, _done, _all: None), [planner] if planner else [])
    judged = []
    for done, (claim, test) in enumerate(zip(claims, tests, strict=True), start=1):
        judged.append(judge(claim, test.run(claim, world)))
        world.tell("Claims", done, len(claims))
    settings = study.settings
    return ClaimsAnswer(
        claims_frame(study, judged), settings.seed, settings.draws, settings.flow_draws, settings.rollout_draws
    )


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
        rows.append(row | measured)
    titles = study.data.tables["sources"].set_index("id")["title"]
    frame = pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))
    return frame.assign(source=titles.reindex(frame["source_id"]).to_numpy())


def _plain(cell: Any) -> Any:
    if isinstance(cell, float):
        return float(f"{cell:.{SIGNIFICANT}g}") if math.isfinite(cell) else None
    return cell

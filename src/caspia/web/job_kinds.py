"""What each kind of job does: one function a kind, from the ask to a sentence and the record of the command.

A kind is added by a model in `models_jobs`, a function here and a line in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from caspia.errors import InputError, Problem
from caspia.scenario import Scenario, compose
from caspia.study import check_draws, flow_answer
from caspia.study.finance_answer import PORTFOLIO, FinanceQuestion, finance_answer
from caspia.study.objectives import read_aim
from caspia.study.plan import open_planner
from caspia.study.plan_answer import plan_answer
from caspia.study.plan_file import PlanFile
from caspia.study.plan_finance import FinanceRequest
from caspia.study.plan_request import PlanRequest
from caspia.study.rollout import check_draws as check_samples
from caspia.study.rollout import open_rollout, rollout
from caspia.view import finance_answers, flow_answers, plan_answers, rollout_answers
from caspia.web.bench import Bench, Found, Tell, is_job_id
from caspia.web.desk import year_world
from caspia.web.job_kinds_more import MORE
from caspia.web.models import World
from caspia.web.models_jobs import FinanceAsk, FlowIntervalsAsk, PlanAsk, RolloutAsk
from caspia.web.plain import plain
from caspia.web.worlds import world_scenarios


def flow_intervals(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """Flows with intervals, as `caspia flows`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `FlowIntervalsAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = FlowIntervalsAsk.model_validate(ask)
    check_draws(asked.draws)
    study = bench.study
    drawn = replace(study, settings=replace(study.settings, flow_draws=asked.draws))
    first = asked.world if asked.compare is None else asked.compare
    world = year_world(drawn, first, asked.year, bench.saved)
    further = "" if asked.compare is None else _further(bench, asked.world, asked.compare)
    answer = flow_answer(world, asked.year, asked.case, further, asked.users_of, tell)
    record = answer.record()
    totals = record["totals"][0]
    if answer.before is None:
        said = flow_answers.flows_answer(
            record["corridors"], record["bottlenecks"], asked.year, answer.scenario, totals
        )
    else:
        lost = sum(row["unserved_t"] for row in record["unserved"])
        lost -= sum(row["unserved_t"] for row in record["compared_with"]["unserved"])
        title = (
            f"{answer.scenario.removeprefix(answer.before.scenario).strip('+')} against {answer.before.scenario}"
        )
        said = flow_answers.moved_answer(record["corridors"], record["countries"], title, max(lost, 0.0), totals)
    return said, record


def _further(bench: Bench, world: World, compare: World) -> Scenario:
    """What a world adds to the one that it is compared with."""
    own = [world_scenarios(item, bench.study.data, bench.saved) for item in (world, compare)]
    if own[0][: len(own[1])] != own[1] or len(own[0]) == len(own[1]):
        problem = Problem(
            what="intervals of a comparison need a world that goes on from the other",
            where="compare",
            got=", ".join(item.id for item in own[1]) or "the data as they are",
            allowed="the first scenarios of world, and fewer than all; or an empty world",
            repair="compare with an empty world",
        )
        raise InputError(problem)
    return compose(*own[0][len(own[1]) :])


def plan(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """What a budget buys, as `caspia plan`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `PlanAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = PlanAsk.model_validate(ask)
    request = PlanRequest(
        budgets=tuple(asked.budgets),
        years=(asked.first_year, asked.last_year),
        aim=read_aim(asked.objective, asked.secure, tuple(asked.without)),
        corridors=tuple(asked.corridors),
        exclude=tuple(asked.exclude),
        include=tuple(asked.include),
        case=asked.case,
    )
    planner = open_planner(bench.world(asked.world), request, tell)
    record = plain(plan_answer(planner, request, tell, keep=bench.keep if asked.sweep else None).record())
    return plan_answers.plan_answer(record, record["portfolio"], record["unfunded"]), record


def finance(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """Whether loans can be served, as `caspia finance`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `FinanceAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = FinanceAsk.model_validate(ask)
    what: str | PlanFile = asked.what
    if what != PORTFOLIO and what not in set(bench.study.data.tables["projects"]["id"]):
        if not is_job_id(asked.what):
            # It would be taken for the path of a file.
            allowed = f"the id of a project, of a job of the kind plan, or {PORTFOLIO}"
            raise InputError(Problem("nothing to finance", "what", repr(what), allowed, "correct the id"))
        what = bench.plan(asked.what)
    request = FinanceRequest(asked.loan, asked.loan_share, asked.discount_pct, asked.strained)
    wanted = PlanRequest(budgets=tuple(asked.budgets), years=(asked.first_year, asked.last_year), case=asked.case)
    record = plain(finance_answer(bench.study, what, FinanceQuestion(request, wanted), tell).record())
    record["what"] = asked.what
    projects = record.get("projects") or []
    name = projects[0]["name"] if len(projects) == 1 else "The plan"
    return finance_answers.finance_answer(finance_answers.flat(record), name), record


def roll_out(bench: Bench, ask: Mapping[str, Any], tell: Tell) -> Found:
    """What works year by year to 2040, as `caspia rollout`.

    Parameters
    ----------
    bench : Bench
        What the job works with.
    ask : mapping
        Of a `RolloutAsk`.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    (str, dict)
    """
    asked = RolloutAsk.model_validate(ask)
    check_samples(asked.draws)
    starts = bench.starts(asked.plan)
    record = plain(rollout(open_rollout(bench.study, None, tell, asked.case), starts, tell, asked.draws).record())
    passed = record.get("passed")
    said = rollout_answers.rollout_answer(
        record["years"], passed if isinstance(passed, dict) else {}, record["targets"]
    )
    return said, record


KINDS: Mapping[str, Callable[[Bench, Mapping[str, Any], Tell], Found]] = {
    "flow-intervals": flow_intervals,
    "plan": plan,
    "finance": finance,
    "rollout": roll_out,
    **MORE,
}
"""Function of every kind of job."""

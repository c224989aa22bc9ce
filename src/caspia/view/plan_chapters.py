"""The chapters on investment: what a budget buys (Q4), and when the corridor works (Q10)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from caspia.view import (
    finance_answers,
    finance_chapter_tables,
    finance_charts,
    plan_answers,
    plan_chapter_tables,
    plan_charts,
    records,
    rollout_answers,
    rollout_chapter_tables,
    rollout_charts,
    rollout_terminal,
)
from caspia.view.chapters import Table
from caspia.view.evidence import Evidence, Source
from caspia.view.flow_chapters import FlowChapter, Part
from caspia.view.plan_words import names_of
from caspia.view.records import ResultLike, Row
from caspia.view.theme import Spec

BUDGET, WORKS = "budget", "works"
"""Ids of the chapters."""
_NAMES = {BUDGET: "Build: what a budget buys", WORKS: "Build: when it works"}
_EVEN = "pictures even"


@dataclass(frozen=True)
class _Tables:
    """Rows of the tables on investment of one result."""

    result: ResultLike
    catalogue: dict[str, Source] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)

    def of(self, table: str) -> list[Row]:
        return records.rows(self.result, table)

    def planned(self, table: str) -> list[Row]:
        """Rows of projects with the key of the evidence behind each as `proof`."""
        return [{**row, "proof": self.projects.get(records.text(row, "project"), "")} for row in self.of(table)]

    @property
    def summary(self) -> Row:
        """The plan in a few numbers; empty where there is none."""
        return next(iter(self.of("plan_summary")), {})

    @property
    def price_year(self) -> str:
        return str(self.result.manifest.get("price_year", ""))

    def cited(self, rows: Sequence[Row]) -> tuple[Source, ...]:
        ids = {records.text(r, "source_id") for r in rows}
        found = [self.catalogue[i] for i in ids if i in self.catalogue]
        return tuple(sorted(found, key=lambda s: s.title.lower()))


def plan_charts_of(result: ResultLike) -> dict[str, Spec]:
    """Draw all charts of the chapters on investment.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to Spec
        Charts by name; none where the result holds neither plan nor roll-out.
    """
    tables = _Tables(result)
    summary, names = tables.summary, records.country_names(result)
    found: dict[str, Spec] = {}
    funded, budgets, money = (tables.of(name) for name in ("plan", "plan_budgets", "plan_finance_years"))
    if summary and funded:
        found["plan-gantt"] = plan_charts.gantt(funded, summary)
    if summary and budgets:
        found["plan-budgets-chart"] = plan_charts.budgets(budgets, summary)
        found["plan-marginal"] = plan_charts.marginal(budgets, summary)
    if summary and money:
        found["plan-cash"] = finance_charts.cash_flow(money)
        found["plan-cumulative"] = finance_charts.cumulative(money)
    if summary and tables.of("plan_incidence"):
        found["plan-incidence-chart"] = finance_charts.incidence(tables.of("plan_incidence"), names)
    years = tables.of("rollout_years")
    if years:
        found["rollout-chart"] = rollout_charts.rollout(years, tables.of("rollout_targets"))
        if rollout_answers.times_answer(years):
            found["rollout-times"] = rollout_charts.times(years)
        stages = rollout_answers.working(tables.of("rollout_stages"))
        if stages:
            found["rollout-stages"] = rollout_charts.stages(stages)
    return found


def plan_chapters(
    result: ResultLike, proof: Evidence, catalogue: dict[str, Source], drawn: dict[str, Spec]
) -> list[FlowChapter]:
    """Make the chapters on investment.

    Parameters
    ----------
    result
        The result of a study: tables `plan_summary` (one row), `plan`, `plan_unfunded`, `plan_coming`,
        `plan_budgets`, `plan_finance_years`, `plan_finance_projects`, `plan_loans`, `plan_incidence`,
        `rollout_years`, `rollout_stages`, `rollout_targets`, `rollout_openings` and `rollout_summary` (one row:
        when the targets are passed); each may be missing.
    proof
        Evidence keys.
    catalogue
        Sources by id.
    drawn
        Charts by name.

    Returns
    -------
    list of FlowChapter
        None where the result holds neither plan nor roll-out.
    """
    tables = _Tables(result, catalogue, proof.published_keys, proof.project_keys)
    found = [_budget(tables, drawn)] if tables.summary else []
    return [*found, _works(tables, drawn)] if tables.of("rollout_years") else found


def _present(drawn: dict[str, Spec], *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if name in drawn)


def _budget(tables: _Tables, drawn: dict[str, Spec]) -> FlowChapter:
    summary, price = tables.summary, tables.price_year
    unit = records.text(summary, "unit")
    funded, unfunded = tables.of("plan"), tables.of("plan_unfunded")
    parts = [_funded(tables, drawn)]
    careful = plan_answers.averse_answer(summary, _averse(summary), names_of(funded, unfunded))
    if funded and careful:
        parts.append(Part("Against bad luck", note=careful))
    budgets = tables.of("plan_budgets")
    if budgets:
        table = ("Plans for other budgets", plan_chapter_tables.budgets(budgets, unit, price))
        said = plan_answers.sweep_answer(budgets, unit)
        parts.append(Part(said, _present(drawn, "plan-budgets-chart", "plan-marginal"), _EVEN, folded=(table,)))
    parts += _money(tables, drawn)
    return FlowChapter(
        BUDGET,
        _NAMES[BUDGET],
        plan_answers.plan_answer(summary, funded, unfunded),
        tuple(parts),
        (*_HOW_BUDGET, _certified(summary)),
    )


def _funded(tables: _Tables, drawn: dict[str, Spec]) -> Part:
    summary, price = tables.summary, tables.price_year
    unit = records.text(summary, "unit")
    funded, unfunded, coming = (tables.planned(name) for name in ("plan", "plan_unfunded", "plan_coming"))
    names = names_of(funded, unfunded)
    folded: list[tuple[str, Table]] = []
    if unfunded:
        words = f"What is not funded, and why ({len(unfunded)})"
        folded.append((words, plan_chapter_tables.unfunded(unfunded, unit, names, price)))
    if coming:
        folded.append((f"What opens anyway ({len(coming)})", plan_chapter_tables.coming(coming)))
    made = (plan_chapter_tables.funded(funded, unit, price),) if funded else ()
    return Part("", _present(drawn, "plan-gantt"), tables=made, folded=tuple(folded))


def _averse(summary: Row) -> Row:
    """The risk-averse plan, whose numbers stand in columns `averse_value`, `averse_added` and so on."""
    found = {key.removeprefix("averse_"): value for key, value in summary.items() if key.startswith("averse_")}
    return found if math.isfinite(records.real(found, "value")) else {}


def _money(tables: _Tables, drawn: dict[str, Spec]) -> list[Part]:
    summary, price = tables.summary, tables.price_year
    charts, folded = _present(drawn, "plan-cash", "plan-cumulative"), _folded_money(tables)
    found: list[Part] = []
    if math.isfinite(records.real(summary, "npv_usd")):
        said = (finance_answers.exchange_answer(summary), finance_answers.grant_answer(summary))
        title, more = finance_answers.finance_answer(summary), " ".join(filter(None, said))
        table = finance_chapter_tables.returns(summary, price)
        found.append(Part(title, charts, _EVEN, tables=(table,), folded=folded, note=more))
    elif charts or folded:
        found.append(Part("Money by year", charts, _EVEN, folded=folded))
    parties = tables.of("plan_incidence")
    if parties:
        table = finance_chapter_tables.incidence(parties, records.country_names(tables.result), price)
        charts = _present(drawn, "plan-incidence-chart")
        found.append(Part("Who pays, and who gains", charts, folded=(("Who pays and who gains", table),)))
    return found


def _folded_money(tables: _Tables) -> tuple[tuple[str, Table], ...]:
    made = (
        ("Money by year", "plan_finance_years", finance_chapter_tables.years),
        ("Finance of each project", "plan_finance_projects", finance_chapter_tables.projects),
        ("Loans", "plan_loans", finance_chapter_tables.loans),
    )
    return tuple((words, make(tables.of(name), tables.price_year)) for words, name, make in made if tables.of(name))


_HOW_BUDGET = (
    "Projects are sets of declared edits of the data. Flows find a new equilibrium with the projects that are "
    "open; the benefit of users is the rise of their logsums, and all years to the horizon are discounted. "
    "The value of a set of projects is taken to the second order around the best plan found, so that projects "
    "in series help and those in parallel hinder each other; a mixed-integer program chooses projects and "
    "years within the budgets, and the plan is valued again at its equilibria until nothing better is found.",
    "Costs bear the mean overrun and works the mean delay of their class in the reference record. What a "
    "project adds is taken as if it were the last to be added to all others: these amounts need not sum to "
    "the value of the plan.",
)


def _certified(summary: Row) -> str:
    valued = records.real(summary, "valued")
    sets = f" {valued:.0f} sets of projects were brought to their equilibrium." if math.isfinite(valued) else ""
    return (
        "Intervals hold P10–P90 of sampled worlds (growth of demand, overrun, delay, yield of each project). The "
        f"bound holds for the approximation that the program sees.{sets}"
    )


def _works(tables: _Tables, drawn: dict[str, Spec]) -> FlowChapter:
    years, targets, stages = (tables.of(name) for name in ("rollout_years", "rollout_targets", "rollout_stages"))
    price, last = tables.price_year, rollout_answers.last_year(years)
    passed = next(iter(tables.of("rollout_summary")), {})
    folded = [("Capacity, flow, time and cost by year", rollout_chapter_tables.years(years, price))]
    openings = rollout_terminal.opened(tables.of("rollout_openings"))
    if openings:
        folded.append(("When projects open", rollout_chapter_tables.openings(openings)))
    said = filter(None, (rollout_answers.openings_answer(openings), rollout_answers.sea_answer(years)))
    chart = _present(drawn, "rollout-chart")
    parts = [Part("", chart, folded=tuple(folded), note=" ".join(f"{words}." for words in said))]
    if targets:
        parts.append(Part("", tables=(rollout_chapter_tables.targets(targets, last, tables.keys),)))
    charts = _present(drawn, "rollout-stages", "rollout-times")
    if charts:
        by_year = (("Stages of the crossing by year", rollout_chapter_tables.stages(stages)),) if stages else ()
        parts.append(Part("What limits the crossing, and how long a box takes", charts, _EVEN, folded=by_year))
    answer = rollout_answers.rollout_answer(years, passed, targets)
    return FlowChapter(WORKS, _NAMES[WORKS], answer, tuple(parts), _HOW_WORKS, tables.cited(targets))


_HOW_WORKS = (
    "Year by year demand grows, projects open with delays drawn from the reference record, the level of the "
    "Caspian falls and dredging answers it, and flows find their equilibrium anew. Announced capacity counts "
    "what is said to open, in the year that is said; financed capacity what is paid for; working capacity is "
    "the most that fits through all stages of the crossing at once.",
    "Bands and brackets hold P10–P90 of sampled roll-outs. A target is passed in the first year from which on the "
    "flow stays above it.",
)

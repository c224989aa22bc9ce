"""The chapters on flows: how much flows where and what binds (Q3), who gains and who loses (Q5), and the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from caspia.view import (
    change_map,
    count_charts,
    flow_answers,
    flow_chapter_tables,
    flow_charts,
    flow_map,
    flow_ranges,
    move_charts,
    records,
)
from caspia.view.atlas import Atlas
from caspia.view.chapters import Table
from caspia.view.evidence import Evidence, Source
from caspia.view.flow_answers import amount, corridor_of, summed, whole_of
from caspia.view.formats import listed, plural
from caspia.view.records import ResultLike, Row
from caspia.view.theme import Spec

_FIRST_STATES = 12
DRAWN_T = 10_000.0
"""Tonnes a year that must move in a scenario for its charts to be drawn."""
CLOSE_UP = "Caspian"
"""Corridor of which there is a map of its own."""


@dataclass(frozen=True)
class Part:
    """One finding of a chapter: a sentence, pictures, tables."""

    title: str = ""
    charts: tuple[str, ...] = ()
    layout: str = ""
    """Class of the box around the charts; empty for one below the other."""
    legend: bool = False
    tables: tuple[Table, ...] = ()
    folded: tuple[tuple[str, Table], ...] = ()
    """Tables that open on demand, with the words to open them by."""
    note: str = ""
    """Sentences below the title."""


@dataclass(frozen=True)
class FlowChapter:
    """A question about flows: answer, parts, computation and sources."""

    id: str
    name: str
    answer: str
    parts: tuple[Part, ...] = ()
    how: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class _Tables:
    """Rows of one result by table and scenario."""

    result: ResultLike
    proof: Evidence
    catalogue: dict[str, Source] = field(default_factory=dict)

    def of(self, table: str, scenario: str) -> list[Row]:
        return [r for r in records.rows(self.result, table) if records.text(r, "scenario") == scenario]

    @property
    def price_year(self) -> str:
        return str(self.result.manifest.get("price_year", ""))

    @property
    def runs(self) -> list[Row]:
        return records.rows(self.result, "flow_runs")

    @property
    def base(self) -> Row | None:
        """The run of the base year."""
        return next((r for r in self.runs if not records.text(r, "against")), None)

    @property
    def compared(self) -> list[Row]:
        """Converged runs of scenarios."""
        return [r for r in self.runs if records.text(r, "against") and records.text(r, "status") == "converged"]

    def cited(self, rows: Sequence[Row]) -> tuple[Source, ...]:
        ids = {records.text(r, "source_id") for r in rows}
        found = [self.catalogue[i] for i in ids if i in self.catalogue]
        return tuple(sorted(found, key=lambda s: s.title.lower()))


def _converged(row: Row | None) -> bool:
    return row is not None and records.text(row, "status") == "converged"


def flow_charts_of(result: ResultLike, world: Atlas) -> dict[str, Spec]:
    """Draw all charts of the chapters on flows.

    Parameters
    ----------
    result
        The result of a study.
    world
        The projected world.

    Returns
    -------
    dict of str to Spec
        Charts by name; none where the result holds no flows.
    """
    tables = _Tables(result, _NO_PROOF)
    found: dict[str, Spec] = {}
    base = tables.base
    if base is not None and _converged(base):
        found |= _base_charts(tables, base, world)
    for nth, (unit, rows) in enumerate(count_charts.comparable(records.rows(result, "flow_counts")).items()):
        found[f"flow-counts-{nth}"] = count_charts.traffic(rows, unit)
    for run in tables.compared:
        name = records.text(run, "scenario")
        corridors, countries = tables.of("flow_corridors", name), tables.of("flow_countries", name)
        if max((abs(records.real(r, "change_t")) for r in whole_of(corridors)), default=0.0) < DRAWN_T:
            continue
        picture = change_map.change_picture(tables.of("flow_links", name), world)
        if picture.changes:
            found[f"flow-change-{name}"] = change_map.change_map(picture, change_map.change_title(picture))
        found[f"flow-moves-{name}"] = move_charts.moves(corridors, _moves_title(corridors))
        if countries:
            found[f"flow-revenues-{name}"] = move_charts.revenues(countries)
    return found


_NO_PROOF = Evidence({}, {}, {}, {}, {})


def _base_charts(tables: _Tables, base: Row, world: Atlas) -> dict[str, Spec]:
    name = records.text(base, "scenario")
    corridors, links = tables.of("flow_corridors", name), tables.of("flow_links", name)
    tight, loads = tables.of("flow_bottlenecks", name), tables.of("flow_servers", name)
    found: dict[str, Spec] = {}
    for key, only, width in (("flow-map", "", 880), ("flow-map-caspian", CLOSE_UP, 880)):
        picture = flow_map.flow_picture(links, loads, world, only)
        if picture.bands:
            found[key] = flow_map.flow_map(picture, _map_title(corridors, base, only), width)
    for key, column in (("flow-share-t", "flow_t"), ("flow-share-teu", "flow_teu")):
        if amount(whole_of(corridors), "", column) > 0:
            found[key] = flow_charts.shares(corridors, column)
    if tight:
        found["flow-bottlenecks"] = flow_charts.bottlenecks(tight)
        found["flow-shadow"] = flow_charts.shadow_values(tight)
    return found


def _map_title(corridors: Sequence[Row], base: Row, only: str) -> str:
    rows, year = whole_of(corridors), int(records.real(base, "year"))

    def carried(corridor: str) -> str:
        return flow_ranges.tonnes_text(flow_ranges.span(corridor_of(rows, corridor), "flow_t"))

    if only:
        return f"The {only} corridor in {year}, close up: {carried(only)} a year"
    lead = max((records.text(r, "corridor") for r in rows), key=lambda name: amount(rows, name))
    total = flow_ranges.tonnes_text(summed(amount(rows, ""), base, "flow_t"))
    return f"{total} moved in {year}; {lead} carried most, {carried(lead)}"


def _moves_title(corridors: Sequence[Row]) -> str:
    rows = whole_of(corridors)
    change = {records.text(r, "corridor"): records.real(r, "change_t") for r in rows}
    won = max(change, key=lambda name: change[name])
    lost = min(change, key=lambda name: change[name])
    if change[won] < 1e5 and change[lost] > -1e5:
        return "Hardly anything moves"
    said = (
        f"{name} {flow_ranges.tonnes_text(flow_ranges.span(corridor_of(rows, name), 'change_t'), signed=True)}"
        for name in (lost, won)
    )
    return ", ".join(said)


def flow_chapters(
    result: ResultLike, proof: Evidence, catalogue: dict[str, Source], drawn: dict[str, Spec]
) -> list[FlowChapter]:
    """Make the chapters on flows.

    Parameters
    ----------
    result
        The result of a study.
    proof
        Evidence keys.
    catalogue
        Sources by id.
    drawn
        Charts by name.

    Returns
    -------
    list of FlowChapter
        None where the result holds no flows; one that says why where there is no equilibrium.
    """
    tables = _Tables(result, proof, catalogue)
    base = tables.base
    if base is None:
        return []
    if not _converged(base):
        year = int(records.real(base, "year"))
        answer = f"No flows of {year} are shown: {records.text(base, 'reason')}."
        return [FlowChapter("flows", _NAMES["flows"], answer)]
    found = [_flows(tables, base, drawn)]
    if tables.compared:
        found.append(_moves(tables, drawn))
    if records.rows(result, "flow_counts") or records.rows(result, "reconciliation"):
        found.append(_traffic(tables, drawn))
    return found


_NAMES = {
    "flows": "Flows: how much flows where, and what binds?",
    "moves": "Flows: who gains, who loses?",
    "traffic": "Flows: model and counted traffic",
}
_HOW = (
    "Demand in tonnes, by origin zone, destination zone and commodity, is spread over places. For "
    "every pair routes are sought: the best, the best of each corridor, and those through other ports"
    " and crossings. Shippers choose among them by a path-size logit; ports, crossings, ferries and "
    "pipelines are servers with a queue and a price of scarcity, on which all goods meet. Choice and "
    "load agree to the gap in the table.",
    "The shadow value is the fall of all users' logsums, times the demand, when a capacity grows by a"
    " hundredth, divided by the units added. Transit revenue is what carriage, handling and borders "
    "in a state charge for what neither begins nor ends there.",
)


def _behind(run: Row) -> str:
    """What stands behind the intervals of an equilibrium, or why there are none."""
    draws, failed = records.real(run, "draws"), records.real(run, "failed_draws")
    if not draws > 0:
        return "These flows are of one equilibrium at the values of the facts, without intervals."
    note = records.text(run, "interval_note")
    said = (
        f"A number is that of the equilibrium at the values of the facts. Brackets hold P10–P90 of {draws:.0f} "
        "draws of the facts (demand, prices, times, capacities, what is felt, and the fitted choice), each an "
        "equilibrium of its own on the same routes; the value need not lie in the middle. A change is told "
        "draw by draw, with the same facts in both worlds."
    )
    return f"{said} Note: {note}." if note else f"{said} {draws - failed:.0f} of them found their equilibrium."


def _flows(tables: _Tables, base: Row, drawn: dict[str, Spec]) -> FlowChapter:
    name, year = records.text(base, "scenario"), int(records.real(base, "year"))
    corridors, tight = tables.of("flow_corridors", name), tables.of("flow_bottlenecks", name)
    price = tables.price_year
    countries = tables.of("flow_countries", name)
    shown = {key for key in drawn if key.startswith("flow-")}

    def present(*names: str) -> tuple[str, ...]:
        return tuple(n for n in names if n in shown)

    parts = [
        Part(charts=present("flow-map", "flow-map-caspian"), legend=True),
        Part(
            title="Shares by market",
            charts=present("flow-share-t", "flow-share-teu"),
            layout="pictures even",
            tables=(flow_chapter_tables.corridors(corridors, price, split=False),),
            folded=(("The same by market", flow_chapter_tables.corridors(corridors, price, split=True)),),
        ),
    ]
    if tight:
        said = flow_answers.binding(tight)
        charts = present("flow-bottlenecks", "flow-shadow")
        table = flow_chapter_tables.bottlenecks(tight, price)
        parts.append(Part(f"{said[0].upper()}{said[1:]}", charts, "pictures even", tables=(table,)))
    if countries:
        first, whole = (flow_chapter_tables.countries(countries, price, most=most) for most in (_FIRST_STATES, 0))
        rest = (("All states", whole),) if len(whole.lines) > len(first.lines) else ()
        parts.append(Part(_transit_title(countries), tables=(first,), folded=rest))
    lost = flow_ranges.span(base, "unserved_t")
    if lost.p50 > 0:
        parts.append(Part(f"{flow_ranges.tonnes_text(lost)} of demand has no open way and is not in these flows."))
    return FlowChapter(
        "flows",
        _NAMES["flows"],
        flow_answers.flows_answer(corridors, tight, year, name, base),
        tuple(parts),
        (*_HOW, _behind(base)),
    )


def _transit_title(rows: Sequence[Row]) -> str:
    ranked = sorted(rows, key=lambda r: -records.real(r, "transit_revenue_usd"))[:3]
    said = [
        f"{records.text(r, 'name')}, {flow_ranges.dollars_text(flow_ranges.span(r, 'transit_revenue_usd'))}"
        for r in ranked
    ]
    return f"Transit earns most for {'; '.join(said)} a year"


def _moves(tables: _Tables, drawn: dict[str, Spec]) -> FlowChapter:
    answers: dict[str, str] = {}
    parts = []
    most = ("", 0.0)
    for run in tables.compared:
        name = records.text(run, "scenario")
        corridors, countries = tables.of("flow_corridors", name), tables.of("flow_countries", name)
        title = records.text(run, "title") or name
        before = tables.base
        lost = records.real(run, "unserved_t") - (records.real(before, "unserved_t") if before else 0.0)
        answers[name] = flow_answers.moved_answer(corridors, countries, title, max(lost, 0.0), run)
        size = sum(abs(records.real(r, "change_t")) for r in whole_of(corridors))
        most = max(most, (name, size), key=lambda item: item[1])
        charts = [n for n in (f"flow-moves-{name}", f"flow-revenues-{name}") if n in drawn]
        moved, shifts = tables.of("flow_moved", name), tables.of("flow_shifts", name)
        folded = (
            *(
                (("What moves from where to where", flow_chapter_tables.moved(moved, name, shifts)),)
                if moved
                else ()
            ),
            *(
                (("Transit revenue by state", flow_chapter_tables.countries(countries, tables.price_year, name)),)
                if countries
                else ()
            ),
        )
        where = tuple(n for n in (f"flow-change-{name}",) if n in drawn)
        parts.append(Part(answers[name], where))
        parts.append(Part("", tuple(charts), "pictures even", folded=folded))
    how = (
        "Each scenario is a set of declared edits of the data (`caspia scenarios NAME` lists them). Its "
        "flows and those of the base are found on the same routes; demand answers to the costs that the "
        "scenario changes. Of each pair, what the losing corridors lose is given to the winning ones in "
        "the measure of what they win. On the maps the change of a link is that of all corridors and "
        "both directions together.",
        *([_behind(tables.compared[0])] if tables.compared else []),
    )
    folded = (("The equilibria", flow_chapter_tables.runs(tables.runs)),)
    parts.append(Part(_failed(tables.runs), folded=folded))
    answer = answers[most[0]] if most[0] else f"None of {plural(len(answers), 'scenario')} moves anything."
    return FlowChapter("moves", _NAMES["moves"], answer, tuple(parts), how)


def _failed(runs: Sequence[Row]) -> str:
    fine = {"converged", "in the base"}
    failed = [records.text(r, "scenario") for r in runs if records.text(r, "status") not in fine]
    return f"Not shown, since there is no equilibrium: {listed(failed)}." if failed else ""


def _traffic(tables: _Tables, drawn: dict[str, Spec]) -> FlowChapter:
    counts = records.rows(tables.result, "flow_counts")
    totals = records.rows(tables.result, "reconciliation")
    keys = tables.proof.published_keys
    charts = tuple(sorted(n for n in drawn if n.startswith("flow-counts-")))
    parts = []
    if counts:
        said = flow_answers.coverage(counts)
        parts.append(Part(said, charts, "pictures even", tables=(flow_chapter_tables.counts(counts, keys),)))
    if totals:
        table = ("Sums of demand and published totals", flow_chapter_tables.reconciliation(totals, keys))
        parts.append(Part(flow_answers.reconciliation_answer(totals), folded=(table,)))
    how = (
        "Scale and corridor constants of each group of goods are fitted to the fitted counts of the "
        "fitted years, never link by link. All other counts only judge. Factor is the greater of observed"
        " and modelled over the lesser. The GEH statistic is made for hundreds of vehicles an hour and is"
        " taken here of thousands of units a year.",
    )
    return FlowChapter(
        "traffic",
        _NAMES["traffic"],
        flow_answers.counts_answer(counts) if counts else flow_answers.reconciliation_answer(totals),
        tuple(parts),
        how,
        tables.cited([*counts, *totals]),
    )

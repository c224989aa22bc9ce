"""The chapters on security: how diversified exporters are (Q7), and how secure supply is (Q8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from caspia.view import records, secure_answers, secure_chapter_tables, secure_charts
from caspia.view.chapters import Table
from caspia.view.evidence import Source
from caspia.view.flow_chapters import FlowChapter, Part
from caspia.view.flow_ranges import share_range
from caspia.view.formats import listed
from caspia.view.plan_words import span
from caspia.view.records import ResultLike, Row
from caspia.view.theme import Spec

SUPPLY, EXPORTS = "supply", "exports"
"""Ids of the chapters."""
_EXPORTS_NAME = "Security: how diversified exports are"
_EVEN = "pictures even"
FIRST, HOME = "uranium", "JP"
"""The mineral and the importer that are shown in full."""
_LEAST = 0.005


@dataclass(frozen=True)
class _Tables:
    """Rows of the tables on security of one result."""

    result: ResultLike
    catalogue: dict[str, Source] = field(default_factory=dict)

    def of(self, table: str) -> list[Row]:
        """Rows of a table; those on supply of the importer that is shown alone."""
        found = records.rows(self.result, table)
        if not table.startswith("secure_"):
            return found
        return [row for row in found if records.text(row, "importer") == self.importer]

    @property
    def importer(self) -> str:
        known = [records.text(row, "importer") for row in records.rows(self.result, "secure_summary")]
        return HOME if HOME in known or not known else known[0]

    def elsewhere(self, table: str) -> list[Row]:
        """Rows of the other importers."""
        return [row for row in records.rows(self.result, table) if records.text(row, "importer") != self.importer]

    def own(self, table: str) -> list[Row]:
        """Rows of the mineral that is shown in full, or of the first."""
        rows = self.of(table)
        return [row for row in rows if records.text(row, "commodity") == self.first]

    @property
    def first(self) -> str:
        known = [records.text(row, "commodity") for row in self.of("secure_summary")]
        return FIRST if FIRST in known or not known else known[0]

    @property
    def head(self) -> Row:
        return next(iter(self.own("secure_summary")), {})

    @property
    def minerals(self) -> dict[str, str]:
        """Names of minerals by id."""
        return {records.text(r, "commodity"): records.text(r, "name") for r in self.of("secure_summary")}

    def cited(self, rows: Sequence[Row]) -> tuple[Source, ...]:
        ids = {records.text(row, "source_id") for row in rows}
        found = [self.catalogue[key] for key in ids if key in self.catalogue]
        return tuple(sorted(found, key=lambda source: source.title.lower()))


def secure_charts_of(result: ResultLike) -> dict[str, Spec]:
    """Draw all charts of the chapters on security.

    Parameters
    ----------
    result
        The result of a study.

    Returns
    -------
    dict of str to Spec
        Charts by name; none where the result holds no supply.
    """
    tables = _Tables(result)
    names = records.country_names(result)
    found: dict[str, Spec] = {}
    transit, waters = tables.own("secure_transit"), tables.own("secure_chokepoints")
    if transit or waters:
        title = f"What {records.text(tables.head, 'importer_name')}'s {_short(tables)} passes"
        found["secure-exposure"] = secure_charts.exposure(transit, waters, title=title)
    rows = tables.of("secure_bypass")
    if rows:
        found["secure-bypass-chart"] = secure_charts.bypass(
            rows, tables.minerals, records.text(tables.head, "importer_name")
        )
    corridors = tables.of("exporter_corridors")
    for nth, goods in enumerate(dict.fromkeys(records.text(row, "goods") for row in corridors)):
        found[f"exporters-{nth}"] = secure_charts.exporters(corridors, names, goods=goods)
    return found


def _short(tables: _Tables) -> str:
    name = records.text(tables.head, "name")
    return name[:1].lower() + name[1:]


def secure_chapters(result: ResultLike, catalogue: dict[str, Source], drawn: dict[str, Spec]) -> list[FlowChapter]:
    """Make the chapters on security.

    Parameters
    ----------
    result
        The result of a study, with the tables of `caspia.study.secure_tables.SECURED`; each may be missing.
    catalogue
        Sources by id.
    drawn
        Charts by name.

    Returns
    -------
    list of FlowChapter
        None where the result holds no supply.
    """
    tables = _Tables(result, catalogue)
    found = [_exports(tables, drawn)] if tables.of("exporters") else []
    return [*found, _supply(tables, drawn)] if tables.head else found


def _exports(tables: _Tables, drawn: dict[str, Spec]) -> FlowChapter:
    rows, names = tables.of("exporters"), records.country_names(tables.result)
    charts = tuple(name for name in drawn if name.startswith("exporters-"))
    passed = [row for row in tables.of("exporter_transit") if records.real(row, "share") >= 0.01]
    folded = [("Indices of concentration", secure_chapter_tables.exporters(rows, names))]
    if passed:
        folded.append(("States that exports pass", secure_chapter_tables.passed(passed, names)))
    part = Part("", charts, _EVEN, folded=tuple(folded), note=_EXPORT_NOTE)
    return FlowChapter(EXPORTS, _EXPORTS_NAME, _export_answer(tables, names), (part,), _HOW_EXPORTS)


def _export_answer(tables: _Tables, names: dict[str, str]) -> str:
    """One sentence on all exporters."""
    rows = tables.of("exporter_transit")
    if not rows:
        return "No exports of Central Asia pass other states"
    first = records.text(rows[0], "world")
    said = []
    for state in dict.fromkeys(records.text(row, "exporter") for row in tables.of("exporters")):
        own = [
            row
            for row in rows
            if records.text(row, "exporter") == state
            and records.text(row, "world") == first
            and records.text(row, "goods") == "all"
        ]
        if own:
            most = max(own, key=lambda row: records.real(row, "share"))
            share = share_range(span(most, "share"))
            said.append(f"{names.get(state, state)} {share} on {records.text(most, 'name')}")
    return f"For their exports depend most in transit: {listed(said)}"


_EXPORT_NOTE = (
    "Shares are of tonnes, among which oil, gas, coal and ore outweigh all else; the indices by value stand in the "
    "table. What is done without the Caspian corridor goes by the next best way."
)
_HOW_EXPORTS = (
    "Flows are those of the equilibrium of the base year. An index of one means a single corridor or partner; "
    "that of transit is the share of a passage that is met, in the mean over all passages. Without the corridor "
    "its routes are shut and flows find their equilibrium anew, demand held.",
)


def _supply(tables: _Tables, drawn: dict[str, Spec]) -> FlowChapter:
    head, transit, bypass = tables.head, tables.own("secure_transit"), tables.own("secure_bypass")
    waters, origins = tables.own("secure_chokepoints"), tables.own("secure_origins")
    shown = [row for row in origins if records.real(row, "share") >= _LEAST]
    name = _short(tables)
    parts = [
        Part(
            secure_answers.passing_title(transit, waters),
            tuple(key for key in ("secure-exposure",) if key in drawn),
            tables=(secure_chapter_tables.origins(shown, name),),
            note=" ".join(secure_answers.caveats(head)),
        ),
        Part(
            secure_answers.bypass_title(bypass),
            tables=(
                secure_chapter_tables.bypass(bypass, tables.minerals, "secure-bypass-one", f"{name}: without"),
            ),
            folded=_folded(tables),
            note=secure_answers.choice_answer(head, tables.own("secure_choice"), tables.own("secure_limits")),
        ),
    ]
    parts += [*_chain(tables), *_all_minerals(tables, drawn), *_others(tables)]
    answer = secure_answers.secure_answer(head, transit, bypass)
    return FlowChapter(
        SUPPLY,
        f"Security: how secure {records.text(head, 'importer_name')}'s supply is",
        answer,
        tuple(parts),
        _HOW_SUPPLY,
        tables.cited(tables.own("secure_events")),
    )


def _folded(tables: _Tables) -> tuple[tuple[str, Table], ...]:
    worlds, direct = tables.own("secure_worlds"), tables.own("secure_direct")
    found = []
    if worlds:
        title = secure_answers.worlds_title(worlds) or "With and without the Caspian corridor"
        found.append((title, secure_chapter_tables.worlds(worlds)))
    if direct:
        found.append(("Straight home instead of by the works abroad", secure_chapter_tables.direct(direct)))
    return tuple(found)


def _chain(tables: _Tables) -> list[Part]:
    stages = tables.own("secure_stages")
    if not stages:
        return []
    note = _CHAIN if tables.importer == HOME else ""
    return [Part("The chain, stage by stage", tables=(secure_chapter_tables.stages(stages),), note=note)]


def _all_minerals(tables: _Tables, drawn: dict[str, Spec]) -> list[Part]:
    rows = tables.of("secure_summary")
    bypass, events = tables.of("secure_bypass"), tables.of("secure_events")
    folded = [("All minerals: without states and straits", bypass and _bypass_table(bypass, tables))]
    short = [row for row in events if records.real(row, "expected_short_days") > 0]
    if short:
        folded.append(("Events on record", secure_chapter_tables.events(short, tables.minerals)))
    made = tuple((words, table) for words, table in folded if table)
    charts = tuple(key for key in ("secure-bypass-chart",) if key in drawn)
    return [
        Part(_weakest(bypass, tables.minerals), charts, tables=(secure_chapter_tables.overview(rows),), folded=made)
    ]


def _others(tables: _Tables) -> list[Part]:
    """The same for other importers, of what the data state."""
    rows = tables.elsewhere("secure_summary")
    if not rows:
        return []
    shown = secure_chapter_tables.elsewhere(rows, tables.elsewhere("secure_bypass"))
    return [Part("The same goods for other importers", tables=(shown,))]


def _bypass_table(rows: Sequence[Row], tables: _Tables) -> Table:
    return secure_chapter_tables.bypass(rows, tables.minerals, "secure-bypass-all", "All minerals: without")


def _weakest(rows: Sequence[Row], names: dict[str, str]) -> str:
    """Say of which minerals least is met without China."""
    china = sorted(
        (row for row in rows if records.text(row, "without") == "CN"),
        key=lambda r: records.real(r, "feasible_share"),
    )
    weak = [row for row in china if records.real(row, "feasible_share") < 0.5]
    if not weak:
        return "All minerals side by side"
    said = [names.get(records.text(row, "commodity"), "").lower() for row in weak]
    return f"Without China less than half of the need is met of {listed(said)}"


_CHAIN = (
    "Concentrate of Central Asia goes to converters in France and North America, not to Japan; what Japan "
    "receives is enriched uranium from Europe and the United States. Shares of converters and enrichers are not "
    "published and assumed with wide intervals."
)
_HOW_SUPPLY = (
    "Shares of origin are stated by a source or, where none states them, those of world exports; each seller's "
    "goods are spread over the best way of each corridor by the choice model of the flows, and for uranium by the "
    "observed share of the Caspian. A state or strait is passed by the share of supply whose way touches it; the "
    "part without another way has none from the same origin within a tenth of the price and thirty days more.",
    "Without a state neither its own sales nor its territory serve. What does not touch it stays; each seller "
    "sends the rest another way if there is one; what still lacks is bought at least cost from what others can "
    "spare, divided among all importers that lose alike. GeoPolRisk is the concentration of world production "
    "times imports weighted by political instability, over imports and domestic production (Gemechu and others "
    "2016, Helbig and others 2016).",
    "Prices are the same for all sellers and do not answer a closure. Expected shortfall takes closures of the "
    "record one by one; stocks are goals, and what is held is mostly secret.",
)

"""Tables of the chapters on supply security."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caspia.view import records, secure_answers
from caspia.view.chapters import Cell, Column, Line, Table, plain, raw
from caspia.view.formats import days, percent
from caspia.view.plan_chapter_tables import amount, ranged_column, share
from caspia.view.records import Row

_DAY = days(1.0)


def overview(rows: Sequence[Row]) -> Table:
    """Make the table of all minerals.

    Parameters
    ----------
    rows
        Rows of secure_summary.

    Returns
    -------
    Table
        Concentration, governance, stocks, and what is known between Kazakhstan and Japan.
    """
    columns = (
        Column("Mineral", numeric=False),
        Column("Kazakhstan and Japan", numeric=False, hint="No list of the 22 minerals was published"),
        ranged_column("Central Asia", "%"),
        ranged_column("Origins", hint="Herfindahl-Hirschman index of origins"),
        ranged_column("Transit", hint="Concentration of the states passed"),
        ranged_column("GeoPolRisk", hint="Concentration of world production times unstable imports"),
        ranged_column("Stocks", "days"),
        Column("Short in a year", "%", hint="Expected by the closures on record"),
        Column("Shares of origin", numeric=False),
    )
    lines = []
    for row in rows:
        short = 100.0 * records.real(row, "expected_shortfall_share")
        status = secure_answers.STATUS.get(records.text(row, "kz_jp"), "")
        cells = (
            plain(records.text(row, "name")),
            plain(status),
            share(row, "central_asia_share"),
            *(amount(row, name) for name in ("hhi_origin", "hhi_transit", "geopolrisk", "days_of_cover")),
            Cell(percent(short / 100.0), raw(short)),
            plain(records.text(row, "basis")),
        )
        lines.append(Line(cells))
    return Table("secure-overview", "Supply of minerals and fuels", columns, tuple(lines))


WITHOUT = {"RU": "Russia", "CN": "China", "RU,CN": "both"}
"""What other importers are shown to do without."""


def elsewhere(rows: Sequence[Row], bypass: Sequence[Row]) -> Table:
    """Make the table of importers beside the one that is shown in full.

    Parameters
    ----------
    rows
        Rows of secure_summary of these importers.
    bypass
        Their rows of secure_bypass.

    Returns
    -------
    Table
        Concentration, stocks, and what share of the need is met without Russia, China and both.
    """
    columns = (
        Column("Importer", numeric=False),
        Column("Mineral", numeric=False),
        ranged_column("Central Asia", "%"),
        ranged_column("Origins", hint="Herfindahl-Hirschman index of origins"),
        ranged_column("Transit", hint="Concentration of the states passed"),
        ranged_column("GeoPolRisk", hint="Concentration of world production times unstable imports"),
        ranged_column("Stocks", "days"),
        *(ranged_column(f"Met without {name}", "%") for name in WITHOUT.values()),
    )
    met = {tuple(records.text(row, name) for name in ("importer", "commodity", "without")): row for row in bypass}
    lines = []
    for row in rows:
        key = (records.text(row, "importer"), records.text(row, "commodity"))
        cells = (
            plain(records.text(row, "importer_name")),
            plain(records.text(row, "name")),
            share(row, "central_asia_share"),
            *(amount(row, name) for name in ("hhi_origin", "hhi_transit", "geopolrisk", "days_of_cover")),
            *(share(met.get((*key, words), {}), "feasible_share") for words in WITHOUT),
        )
        lines.append(Line(cells))
    return Table("secure-elsewhere", "Supply of other importers", columns, tuple(lines))


def origins(rows: Sequence[Row], name: str) -> Table:
    """Make the table of origins of a mineral.

    Parameters
    ----------
    rows
        Rows of secure_origins of that mineral.
    name
        Its name.

    Returns
    -------
    Table
    """
    columns = (
        Column("Origin", numeric=False),
        ranged_column("Share", "%"),
        Column("Of world production", "%"),
        Column("Carriage", "USD/t"),
        Column("Time", "days"),
        Column("Stability", hint="Worldwide Governance Indicators, -2.5 to 2.5"),
        Column("Corridors", numeric=False),
        Column("Owner", numeric=False),
    )
    lines = []
    for row in rows:
        world = records.real(row, "world_share")
        cells = (
            plain(records.text(row, "name")),
            share(row, "share"),
            Cell(percent(world), raw(100.0 * world)),
            amount(row, "usd_per_t"),
            amount(row, "time_h", _DAY),
            amount(row, "political_stability"),
            plain(", ".join(records.items(row, "corridors"))),
            plain(records.text(row, "owner")),
        )
        lines.append(Line(cells))
    return Table("secure-origins", f"Origins of {name}", columns, tuple(lines))


def bypass(rows: Sequence[Row], names: Mapping[str, str], key: str, caption: str) -> Table:
    """Make the table of what supply can do without.

    Parameters
    ----------
    rows
        Rows of secure_bypass.
    names
        Names of minerals by id; the mineral has a column where there are several.
    key
        Id of the table.
    caption
        Its caption.

    Returns
    -------
    Table
    """
    several = len({records.text(row, "commodity") for row in rows}) > 1
    columns = (
        *((Column("Mineral", numeric=False),) if several else ()),
        Column("Without", numeric=False),
        ranged_column("Stops", "%"),
        ranged_column("Is met", "%"),
        ranged_column("Rerouted", "%"),
        ranged_column("Bought elsewhere", "%"),
        ranged_column("More", "USD/t"),
        ranged_column("More", "days"),
        Column("Stocks last", "days"),
        Column("Others come after", "days"),
    )
    lines = []
    for row in rows:
        cover, answer = records.real(row, "days_of_cover"), records.real(row, "answer_days")
        mineral = records.text(row, "commodity")
        cells = (
            *((plain(names.get(mineral, mineral)),) if several else ()),
            plain(secure_answers.closing_name(row)),
            *(share(row, f"{name}_share") for name in ("lost", "feasible", "rerouted", "bought")),
            amount(row, "extra_cost_usd_per_t"),
            amount(row, "extra_time_h", _DAY),
            Cell(secure_answers.cover_text(cover), raw(cover)),
            Cell(secure_answers.cover_text(answer) if answer > 0 else "–", raw(answer)),
        )
        lines.append(Line(cells))
    return Table(key, caption, columns, tuple(lines))


def stages(rows: Sequence[Row]) -> Table:
    """Make the table of the stages of a chain.

    Parameters
    ----------
    rows
        Rows of secure_stages of one mineral.

    Returns
    -------
    Table
    """
    columns = (
        Column("Stage", numeric=False),
        ranged_column("Origins"),
        ranged_column("Transit"),
        ranged_column("GeoPolRisk"),
        ranged_column("Stocks", "days"),
        Column("Met without Russia", "%"),
        Column("without China", "%"),
        Column("without both", "%"),
    )
    lines = []
    for row in rows:
        met = [records.real(row, f"feasible_without_{name}") for name in ("ru", "cn", "ru_cn")]
        cells = (
            plain(records.text(row, "part_name")),
            *(amount(row, name) for name in ("hhi_origin", "hhi_transit", "geopolrisk", "days_of_cover")),
            *(Cell(percent(value), raw(100.0 * value)) for value in met),
        )
        lines.append(Line(cells))
    return Table("secure-stages", "The chain of uranium, stage by stage", columns, tuple(lines))


def worlds(rows: Sequence[Row]) -> Table:
    """Make the table of what the corridor changes.

    Parameters
    ----------
    rows
        Rows of secure_worlds of one mineral.

    Returns
    -------
    Table
    """
    columns = (
        Column("World", numeric=False),
        Column("Without", numeric=False),
        ranged_column("Over the Caspian", "%"),
        ranged_column("Passes Russia", "%"),
        ranged_column("Passes China", "%"),
        ranged_column("Present sellers send", "%"),
        ranged_column("Is met", "%"),
        ranged_column("More", "USD/t"),
    )
    lines = [
        Line(
            (
                plain(records.text(row, "world")),
                plain(secure_answers.closing_name(row)),
                *(share(row, name) for name in ("caspian_share", "share_ru", "share_cn")),
                *(share(row, name) for name in ("kept_share", "feasible_share")),
                amount(row, "extra_cost_usd_per_t"),
            )
        )
        for row in rows
    ]
    return Table("secure-worlds", "With and without the Caspian corridor", columns, tuple(lines))


def direct(rows: Sequence[Row]) -> Table:
    """Make the table of ways straight home.

    Parameters
    ----------
    rows
        Rows of secure_direct.

    Returns
    -------
    Table
    """
    columns = (
        Column("From", numeric=False),
        Column("Corridor", numeric=False),
        ranged_column("Carriage", "USD/t"),
        ranged_column("Time", "days"),
        Column("Passes", numeric=False),
    )
    lines = [
        Line(
            (
                plain(records.text(row, "country")),
                plain(records.text(row, "corridor")),
                amount(row, "usd_per_t"),
                amount(row, "time_h", _DAY),
                plain(" ".join(records.items(row, "states"))),
            )
        )
        for row in rows
    ]
    return Table("secure-direct", "Straight home instead of by the works abroad", columns, tuple(lines))


def events(rows: Sequence[Row], names: Mapping[str, str]) -> Table:
    """Make the table of events on record.

    Parameters
    ----------
    rows
        Rows of secure_events.
    names
        Names of minerals by id.

    Returns
    -------
    Table
    """
    columns = (
        Column("Mineral", numeric=False),
        Column("Event", numeric=False),
        ranged_column("How often", "a year"),
        ranged_column("Lasts", "days"),
        ranged_column("Stops", "%"),
        Column("Short days a year"),
    )
    lines = []
    for row in rows:
        short = records.real(row, "expected_short_days")
        cells = (
            plain(names.get(records.text(row, "commodity"), "")),
            plain(records.text(row, "event")),
            amount(row, "events_per_year"),
            amount(row, "event_days"),
            share(row, "lost_share"),
            Cell(f"{short:.2g}", raw(short)),
        )
        lines.append(Line(cells))
    return Table("secure-events", "Events on record and what they would leave short", columns, tuple(lines))


def exporters(rows: Sequence[Row], names: Mapping[str, str]) -> Table:
    """Make the table of indices of exporters.

    Parameters
    ----------
    rows
        Rows of exporters.
    names
        Names of states by code.

    Returns
    -------
    Table
    """
    columns = (
        Column("Exporter", numeric=False),
        Column("World", numeric=False),
        Column("Goods", numeric=False),
        ranged_column("Exports", "Mt"),
        ranged_column("Corridors"),
        ranged_column("Partners"),
        ranged_column("Partners by value"),
        ranged_column("Transit"),
    )
    lines = []
    for row in rows:
        state = records.text(row, "exporter")
        indices = ("corridor", "partner", "partner_value", "transit")
        cells = (
            plain(names.get(state, state)),
            plain(records.text(row, "world")),
            plain(records.text(row, "goods")),
            amount(row, "exports_t", 1e-6),
            *(amount(row, f"hhi_{name}") for name in indices),
        )
        lines.append(Line(cells))
    return Table("exporters-table", "Indices of concentration of exports", columns, tuple(lines))


def passed(rows: Sequence[Row], names: Mapping[str, str]) -> Table:
    """Make the table of states that exports pass.

    Parameters
    ----------
    rows
        Rows of exporter_transit.
    names
        Names of states by code.

    Returns
    -------
    Table
    """
    columns = (
        Column("Exporter", numeric=False),
        Column("World", numeric=False),
        Column("Goods", numeric=False),
        Column("Passes", numeric=False),
        ranged_column("Share", "%"),
    )
    lines = []
    for row in rows:
        state = records.text(row, "exporter")
        words = (names.get(state, state), *(records.text(row, name) for name in ("world", "goods", "name")))
        lines.append(Line((*(plain(word) for word in words), share(row, "share"))))
    return Table("exporters-transit", "States that exports pass", columns, tuple(lines))

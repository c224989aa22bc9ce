"""What `caspia secure` prints: origins, passages, what supply can do without, and how exporters are spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from caspia.view import records, secure_answers
from caspia.view.finance_terminal import table_rows
from caspia.view.flow_ranges import share_range
from caspia.view.formats import days, number
from caspia.view.plan_terminal import MEDIUM, WIDE
from caspia.view.plan_words import brief, span
from caspia.view.records import Row
from caspia.view.screen import NARROW, empty_table, head, open_console, say, say_next

_MOST = 12
_LEAST_NAME = 18
_BRIEF_NAMES = {
    "with the Caspian corridor": "Now",
    "without the Caspian corridor": "No Caspian",
    "with the plan": "Plan",
    "without oil and gas": "no oil, gas",
}
_LEAST = 0.005


def origins_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of origins.

    Parameters
    ----------
    rows
        Rows of origins, the largest first.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Share of supply and of world production, carriage and days.
    """
    medium, wide = (width >= least for least in (MEDIUM, WIDE))
    columns = [("Origin", "l"), ("Share", "r"), ("Of world", "r"), ("USD/t", "r"), ("Days", "r")]
    columns += [("Stability", "r")] if medium else []
    table = empty_table([*columns, ("Corridors", "l"), *([("Owner", "l")] if wide else [])], width)
    for row in rows:
        cells: list[str | Text] = [Text(records.text(row, "name")), share_range(span(row, "share"))]
        cells.append(share_range(span({"share": row.get("world_share")}, "share")))
        cells += [number(records.real(row, "usd_per_t")), number(days(records.real(row, "time_h")))]
        cells += [f"{records.real(row, 'political_stability'):.2f}"] if medium else []
        cells.append(Text(", ".join(records.items(row, "corridors"))))
        table.add_row(*cells, *([Text(records.text(row, "owner"))] if wide else []))
    return table


def passages_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make a table of states or chokepoints.

    Parameters
    ----------
    rows
        Rows of what is passed.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Share that passes, and share that has no other way within the cost and time stated.
    """
    title = "Chokepoint" if rows and "water" in rows[0] else "State"
    table = empty_table([(title, "l"), ("Passes it", "r"), ("Has no other way", "r")], width)
    for row in rows:
        cells = (share_range(span(row, "share")), share_range(span({"s": row.get("captive_share")}, "s")))
        table.add_row(Text(secure_answers.passage_name(row)), *cells)
    return table


def bypass_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of what supply can do without.

    Parameters
    ----------
    rows
        One a closing.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Shares, what carriage costs and takes more, days until stocks run out and until others arrive.
    """
    wide = width >= WIDE
    columns = [("Without", "l"), ("Stops", "r"), ("Is met", "r")]
    columns += [("Rerouted", "r"), ("Bought\nelsewhere", "r")] if wide else []
    columns += [("More\nUSD/t", "r"), ("More\ndays", "r")]
    columns += [("Stocks\nlast days", "r"), ("Others come\nafter days", "r")] if width >= NARROW else []
    table = _named(columns, width)
    for row in rows:
        cells = [_share(row, "lost_share"), _share(row, "feasible_share")]
        cells += [_share(row, "rerouted_share"), _share(row, "bought_share")] if wide else []
        more = span(row, "extra_cost_usd_per_t"), span(row, "extra_time_h", days(1.0))
        cells += [brief(value) if wide else number(value.p50) for value in more]
        if width >= NARROW:
            cells.append(secure_answers.cover_text(records.real(row, "days_of_cover")))
            answer = records.real(row, "answer_days")
            cells.append(number(answer) if answer > 0 else "–")
        table.add_row(Text(secure_answers.closing_name(row)), *cells)
    return table


def _named(columns: Sequence[tuple[str, str]], width: int) -> Table:
    """Make an empty table whose first column is never squeezed away by numbers."""
    table = empty_table(columns, width)
    table.columns[0].min_width = min(_LEAST_NAME, width // 4)
    return table


def _known(row: Row, column: str, factor: float = 1.0, *, ranged: bool = True) -> str:
    value = span(row, column, factor)
    if not math.isfinite(value.p50):
        return ""
    return brief(value) if ranged else number(value.p50)


def _share(row: Row, column: str) -> str:
    return share_range(span(row, column))


def worlds_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of worlds: what the corridor and a plan change.

    Parameters
    ----------
    rows
        Rows of worlds and closings.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Shares that pass Russia and China, and what present sellers still send without them.
    """
    wide = width >= WIDE
    columns = [("World", "l")]
    columns += [("Transit\nindex", "r")] if wide else []
    columns += [("Over the\nCaspian", "r")]
    priced = width >= NARROW
    columns += [("at\nUSD/t", "r"), ("in\ndays", "r")] if priced else []
    columns += [("Passes\nRussia", "r"), ("Passes\nChina", "r")]
    kept = ("RU", "RU,CN") if priced else ()
    columns += [("Sold on\nwithout RU", "r"), ("without\nRU, CN", "r")][: len(kept)]
    table = _named(columns, width)
    by = {(records.text(r, "world"), records.text(r, "without")): r for r in rows}
    for world in dict.fromkeys(records.text(row, "world") for row in rows):
        row = next(r for r in rows if records.text(r, "world") == world)
        cells = [brief(span(row, "hhi_transit"))] if wide else []
        cells += [_share(row, "caspian_share")]
        way = (("caspian_usd_per_t", 1.0), ("caspian_time_h", days(1.0)))
        cells += [_known(row, name, factor, ranged=wide) for name, factor in way] if priced else []
        cells += [_share(row, name) for name in ("share_ru", "share_cn")]
        cells += [_share(by.get((world, name), {}), "kept_share") for name in kept]
        table.add_row(Text(world), *cells)
    return table


def stages_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of the stages of a chain.

    Parameters
    ----------
    rows
        One a stage.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        Concentration, governance, stocks, and what is met without Russia, China or both.
    """
    measures = {"hhi_origin": "Origin\nindex", "hhi_transit": "Transit\nindex", "geopolrisk": "GeoPolRisk"}
    measures = (measures if width >= WIDE else {}) | {"days_of_cover": "Stocks, days"}
    columns = [("Stage", "l"), *((heading, "r") for heading in measures.values())]
    columns += [("Met without\nRU", "r"), ("CN", "r"), ("RU, CN", "r")]
    table = _named(columns, width)
    for row in rows:
        cells = [brief(span(row, name)) for name in measures]
        names = ("feasible_without_ru", "feasible_without_cn", "feasible_without_ru_cn")
        cells += [share_range(span({"s": row.get(name)}, "s")) for name in names]
        table.add_row(Text(records.text(row, "stage").capitalize()), *cells)
    return table


def direct_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of ways straight to the importer.

    Parameters
    ----------
    rows
        One an origin and corridor.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    table = empty_table([("From", "l"), ("Corridor", "l"), ("USD/t", "r"), ("Days", "r"), ("Passes", "l")], width)
    for row in rows:
        cells = (brief(span(row, "usd_per_t")), brief(span(row, "time_h", days(1.0))))
        passed = Text(" ".join(records.items(row, "states")))
        table.add_row(records.text(row, "country"), records.text(row, "corridor"), *cells, passed)
    return table


def events_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of events on record.

    Parameters
    ----------
    rows
        One an event that touches supply.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
        How often, how long, what stops, and days of use left short in the mean of a year.
    """
    columns = [("Event", "l"), ("A year", "r"), ("Days", "r"), ("Stops", "r"), ("Short days\na year", "r")]
    table = empty_table(columns, width)
    for row in rows:
        cells = [brief(span(row, "events_per_year")), brief(span(row, "event_days")), _share(row, "lost_share")]
        table.add_row(Text(records.text(row, "event")), *cells, number(records.real(row, "expected_short_days")))
    return table


def print_secure(record: Mapping[str, object]) -> None:
    """Print how secure supply is.

    Parameters
    ----------
    record
        As `caspia.study.secure.SecureAnswer.record`.
    """
    screen = open_console()
    width = screen.width
    names = (
        "origins",
        "transit",
        "chokepoints",
        "bypass",
        "worlds",
        "stages",
        "direct",
        "events",
        "choice",
        "limits",
    )
    rows = {name: table_rows(record, name) for name in names}
    say(screen, secure_answers.secure_answer(record, rows["transit"], rows["bypass"]))
    indices = [f"{word} {brief(span(record, name))}" for word, name in _INDICES]
    screen.print(Text(f"Index of concentration: {', '.join(indices)}", style="dim"))
    screen.print(origins_table([r for r in rows["origins"] if _shown(r)][:_MOST], width=width))
    head(screen, secure_answers.passing_title(rows["transit"], rows["chokepoints"]))
    for name in ("transit", "chokepoints"):
        listed = [row for row in rows[name] if _shown(row)][:_MOST]
        if listed:
            screen.print(passages_table(listed, width=width))
            screen.print()
    head(screen, secure_answers.bypass_title(rows["bypass"]))
    screen.print(bypass_table(rows["bypass"], width=width))
    said = secure_answers.worlds_title(rows["worlds"])
    head(screen, said or "With and without the Caspian corridor")
    screen.print(worlds_table(rows["worlds"], width=width))
    planned = secure_answers.plan_answer(rows["worlds"])
    if planned:
        say(screen, planned)
    chosen = secure_answers.choice_answer(record, rows["choice"], rows["limits"])
    if chosen:
        head(screen, "Supply at least cost")
        say(screen, chosen)
    if rows["stages"]:
        head(screen, "The chain, stage by stage")
        screen.print(stages_table(rows["stages"], width=width))
    if rows["direct"]:
        head(screen, "Straight home instead of by the works abroad")
        screen.print(direct_table(rows["direct"], width=width))
    _closures(screen, record, rows["events"], width)
    for text in secure_answers.caveats(record):
        screen.print(Text(text, style="dim"))
    importer = records.text(record, "importer")
    asked = "" if importer == "JP" else f" --importer {importer}"
    say_next(screen, f"caspia secure {records.text(record, 'commodity')}{asked} --without RU,CN --json")


def _closures(screen: Console, record: Row, events: Sequence[Row], width: int) -> None:
    if not events:
        return
    head(screen, secure_answers.events_title(record))
    ordered = sorted(events, key=lambda row: -records.real(row, "expected_short_days"))
    screen.print(events_table(ordered[:_MOST], width=width))


_INDICES = (
    ("origins", "hhi_origin"),
    ("transit", "hhi_transit"),
    ("world production", "hhi_production"),
    ("GeoPolRisk", "geopolrisk"),
)


def _shown(row: Row) -> bool:
    return records.real(row, "share") >= _LEAST


def print_exporter(record: Mapping[str, object]) -> None:
    """Print how diversified a state exports.

    Parameters
    ----------
    record
        As `caspia.study.exporters.ExporterAnswer.record`.
    """
    screen = open_console()
    width = screen.width
    worlds = table_rows(record, "worlds")
    say(screen, secure_answers.exporter_answer(record, worlds))
    screen.print(exporter_table(worlds, width=width))
    for name, title in (("corridors", "By corridor"), ("partners", "By partner"), ("transit", "In transit")):
        head(screen, title)
        screen.print(shares_table(table_rows(record, name), worlds, width=width))
    note = records.text(record, "interval_note")
    if note:
        screen.print(Text(note, style="dim"))
    say_next(screen, f"caspia flows --users {records.text(record, 'name')}")


def exporter_table(rows: Sequence[Row], *, width: int) -> Table:
    """Make the table of indices of an exporter.

    Parameters
    ----------
    rows
        One a world and kind of goods.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    columns = [("World", "l"), ("Goods", "l"), ("Mt", "r"), ("Corridors", "r"), ("Partners", "r")]
    table = empty_table([*columns, ("by value", "r"), ("Transit", "r")], width)
    for row in rows:
        cells = [brief(span(row, "exports_t", 1e-6))]
        cells += [brief(span(row, f"hhi_{name}")) for name in ("corridor", "partner", "partner_value", "transit")]
        table.add_row(records.text(row, "world"), records.text(row, "goods"), *cells)
    return table


def shares_table(rows: Sequence[Row], worlds: Sequence[Row], *, width: int) -> Table:
    """Make a table of shares by world and kind of goods, side by side.

    Parameters
    ----------
    rows
        Rows with `world`, `goods` and `share`, of corridors or states.
    worlds
        Rows of the worlds, whose order is that of the columns.
    width
        Width of the terminal in characters.

    Returns
    -------
    rich.table.Table
    """
    pairs = list(dict.fromkeys((records.text(r, "world"), records.text(r, "goods")) for r in worlds))
    if width < NARROW:
        pairs = pairs[:2]
    table = _named([("", "l"), *(("\n".join(map(_brief_name, pair)), "r") for pair in pairs)], width)
    by = {(_label(r), records.text(r, "world"), records.text(r, "goods")): r for r in rows}
    for label in list(dict.fromkeys(_label(row) for row in rows if _shown(row)))[:_MOST]:
        cells = [share_range(span(by[label, *pair], "share")) if (label, *pair) in by else "–" for pair in pairs]
        table.add_row(Text(label), *cells)
    return table


def _brief_name(text: str) -> str:
    """A heading that leaves room for six columns of numbers."""
    return _BRIEF_NAMES.get(text, text)


def _label(row: Row) -> str:
    return records.text(row, "corridor") or records.text(row, "name")

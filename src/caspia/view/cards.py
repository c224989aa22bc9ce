"""What a notebook shows of a thing: its answer, its tables and what lies behind them, as a piece of HTML.

It needs no script, loads nothing, brings its own style and touches no other output of the notebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from caspia.view import (
    answers,
    chapters,
    claims_answers,
    contents,
    evidence,
    flow_chapters,
    records,
    report,
    theme,
    worlds,
)
from caspia.view.chapters import Column, Line, Table, count, plain
from caspia.view.evidence import Evidence, Source
from caspia.view.formats import plural
from caspia.view.records import Prepared, ResultLike
from caspia.view.templating import resource, template
from caspia.view.theme import Ground

MOST_LINES = 40
"""Lines of a table that are shown; the whole is in the frame that it comes from."""


@dataclass(frozen=True)
class Card:
    """What is shown of one thing.

    Parameters
    ----------
    kicker
        What the thing is.
    answer
        What it says, in one sentence.
    notes
        Further sentences.
    tables
        Shown open.
    folded
        Opened on demand, with the words to open them by.
    findings
        Questions and their answers.
    nexts
        Calls that go on from here, with what they give.
    """

    kicker: str
    answer: str
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: tuple[tuple[str, Table], ...] = ()
    findings: tuple[tuple[str, str], ...] = ()
    nexts: tuple[tuple[str, str], ...] = ()


def escaped(text: str) -> str:
    """Write a text so that it may stand in an attribute or between elements.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str

    Examples
    --------
    >>> escaped('<"Aktau">')
    '&lt;&#34;Aktau&#34;&gt;'
    """
    return str(escape(text))


def card_html(card: Card) -> str:
    """Write a card.

    Parameters
    ----------
    card
        What is shown.

    Returns
    -------
    str
        One element ``section``.
    """
    return template("card").render(card=card, most=MOST_LINES, css=_css())


def figure_html(title: str, svg: str, tables: Sequence[Table]) -> str:
    """Write a picture with the tables behind it.

    Parameters
    ----------
    title
        What it finds.
    svg
        The drawing, fit to stand in a page.
    tables
        The numbers that it shows.

    Returns
    -------
    str
        One element ``figure``.
    """
    return template("figure").render(title=title, svg=Markup(svg), tables=tables, most=MOST_LINES, css=_css())


@cache
def _css() -> Markup:
    """Style of cards; a dark notebook, which says so itself, gets the dark tokens, in drawings too."""
    style = resource("card.css")
    grounds: dict[Ground, str] = {ground: theme.css_variables(ground) for ground in ("light", "dark")}
    dark = ("[data-jp-theme-light=false]", ".vscode-dark", ".vscode-high-contrast")
    paint = "".join(
        f'.caspia-card svg [{kind}="{light}"]{{{kind}:var(--{name})}}'
        for name, (light, _) in theme.TOKENS.items()
        for kind in ("fill", "stroke")
    )
    at_night = ",".join(f"{where} .caspia-card" for where in dark)
    return Markup(
        f".caspia-card{{{grounds['light']}color-scheme:light}}{at_night}{{{grounds['dark']}color-scheme:dark}}"
        f"{paint}{style}"
    )


def result_card(result: ResultLike) -> Card:
    """Tell what a result answers.

    Parameters
    ----------
    result
        The result of a study, or of one question.

    Returns
    -------
    Card
        One consignment with its routes, or all with a line each; flows alone with their tables; and every other
        chapter of the report by its answer.
    """
    held = Prepared(result)
    proof = evidence.evidence(held)
    catalogue = evidence.catalogue(held)
    flows = flow_chapters.flow_chapters(held, proof, catalogue, {})
    questions = records.consignments(held)
    behind = _behind(held)
    if not questions and flows:
        first = flows[0]
        shown = tuple(table for part in first.parts for table in part.tables)
        findings = [(chapter.name, chapter.answer) for chapter in flows[1:]]
        return Card(_kicker(held), first.answer, _titles(first), shown, behind, tuple(findings), _calls(held))
    later = contents.strategic_chapters(held, proof, catalogue, {})
    findings = [(chapter.name, chapter.answer) for chapter in (*flows, *later)]
    claims = records.rows(held, "claims")
    if claims:
        findings.append(("Claims", claims_answers.claims_answer(claims)))
    answer, notes, tables = _consignments(held, proof, catalogue)
    return Card(_kicker(held), answer, notes, tables, behind, tuple(findings), _calls(held))


def _titles(chapter: flow_chapters.FlowChapter) -> tuple[str, ...]:
    """Titles of parts that are sentences of their own and no heading of what is shown."""
    return tuple(part.title for part in chapter.parts if part.title and not part.tables)


def _consignments(
    held: Prepared, proof: Evidence, catalogue: Mapping[str, Source]
) -> tuple[str, tuple[str, ...], tuple[Table, ...]]:
    questions, names = records.consignments(held), records.country_names(held)
    if not questions:
        return "This result holds no consignment.", (), ()
    if len(questions) == 1:
        told = chapters.chapter(held, questions[0], proof, catalogue, names)
        notes = (*([told.choice] if told.table else []), *(bar.text for bar in told.bars))
        return told.answer, tuple(notes), (told.table,) if told.table else ()
    by_question = {question.id: held.routes_of(question.id) for question in questions}
    price_year = str(held.manifest.get("price_year", ""))
    table = chapters.overview_table(questions, by_question, proof.route_keys, price_year)
    return answers.headline(held), (), (table,)


def _kicker(held: Prepared) -> str:
    told = [f"Result of {held.manifest.get('data_name', 'a study')}"]
    if "price_year" in held.manifest:
        told.append(f"USD of {held.manifest['price_year']}")
    return " · ".join(filter(None, [*told, worlds.world_line(held.manifest)]))


def _behind(held: Prepared) -> tuple[tuple[str, Table], ...]:
    frames = [(name, frame) for name, frame in held.tables.items() if len(frame)]
    columns = (Column("Table", numeric=False), Column("Rows"), Column("Columns"))
    lines = tuple(Line((plain(name), *(count(n) for n in frame.shape))) for name, frame in frames)
    manifest = tuple(Line((plain(key), plain(value))) for key, value in report.manifest_rows(held.manifest))
    said = (Column("What", numeric=False), Column("Value", numeric=False))
    return (
        (f"Tables ({len(frames)})", Table("tables", "Data frames in result.tables", columns, lines)),
        ("How it was made", Table("manifest", "Manifest", said, manifest)),
    )


def _calls(held: Prepared) -> tuple[tuple[str, str], ...]:
    found = [("plot()", "the chart that answers first"), ("map()", "the map")]
    asked = [question.id for question in records.consignments(held) if held.routes_of(question.id)]
    if len(asked) > 1:
        found[0] = (f'plot("{asked[0]}")', f"cost against time, for any of {plural(len(asked), 'consignment')}")
        found[1] = (f'map("{asked[0]}")', "its ways, and map() those of all")
    return tuple(found)

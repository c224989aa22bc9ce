"""Cards and figures of a notebook: well-formed, whole without a network, true to the tables, readable aloud."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import html5lib
import pytest

from caspia.errors import UnknownName
from caspia.view import answers, atlas, canvas, cards, contents, evidence, figures, records, theme

DRAWN = ["map-overview", "map-ala-dui", "cost-time-ala-dui", "times-shu-bak", "validation-time-0", "methods"]


def parsed(html):
    """Parse strictly: an error of the standard is an error of the test."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=True)
    tree = parser.parse(f"<!DOCTYPE html><title>x</title>{html}")
    return tree.find("body")


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def cells_of(table):
    return [[text_of(cell) for cell in row] for row in table.iter("tr")]


def figure_of(result, name):
    return figures.figure(result, name, is_map=name.startswith("map-"))


@pytest.fixture(scope="module")
def card(result):
    return cards.card_html(cards.result_card(result))


@pytest.fixture(scope="module")
def one(result):
    """The result with the first of its consignments alone."""
    tables = dict(result.tables)
    for name in ("consignments", "routes"):
        tables[name] = tables[name][tables[name]["consignment_id"] == "ala-dui"]
    return type(result)(tables, result.manifest)


def test_a_card_is_one_section_with_a_name(card, hostile):
    (section,) = list(parsed(card))
    assert section.tag == "section"
    assert hostile in section.attrib["aria-label"]


def test_hostile_names_stay_text(card, hostile):
    assert "<script" not in card
    assert hostile in text_of(parsed(card))


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_comes_from_outside_and_nothing_runs(result, card, name):
    for html in (card, figure_of(result, name)._repr_html_()):
        assert not re.search(r"https?:|//|@import|\bsrc=|href=|\bon[a-z]+=|<script|<link|<iframe", html)
        assert set(re.findall(r"url\(([^)]*)\)", html)) <= {f"#{i}" for i in re.findall(r'id="([^"]*)"', html)}


def test_a_card_of_one_consignment_says_what_its_table_says(one):
    body = parsed(cards.card_html(cards.result_card(one)))
    question = records.consignments(one)[0]
    routes = records.routes(one, question.id)
    assert answers.consignment_answer(question, routes, records.country_names(one)) in text_of(body)
    table = cells_of(next(body.iter("table")))
    assert len(table) == 1 + len(routes)
    for route, row in zip(routes, table[1:], strict=True):
        assert route.label in row[0]
        assert route.via in row
        for value in (route.time_days, route.cost_usd, route.co2e_kg):
            assert " ".join(answers.interval_text(value).split()) in row


def test_a_card_of_a_study_has_a_line_a_consignment(result, card):
    body = parsed(card)
    assert answers.headline(result) in text_of(body)
    named = [row[0] for row in cells_of(next(body.iter("table")))[1:]]
    asked = records.consignments(result)
    assert len(named) == len(asked)
    assert all(question.name in name for question, name in zip(asked, named, strict=True))


def test_every_table_has_a_caption_and_heads(card):
    tables = list(parsed(card).iter("table"))
    assert tables
    for table in tables:
        assert text_of(table.find("caption"))
        assert {head.attrib["scope"] for head in table.find("thead").iter("th")} == {"col"}
        for row in table.find("tbody"):
            assert row[0].attrib["scope"] == "row"


def test_long_tables_are_cut_and_say_so():
    lines = tuple(cards.Line((cards.plain(str(n)),)) for n in range(cards.MOST_LINES + 7))
    table = cards.Table("long", "Long", (cards.Column("n"),), lines)
    body = parsed(cards.card_html(cards.Card("Long", "Long.", tables=(table,))))
    assert len(cells_of(next(body.iter("table")))) == 1 + cards.MOST_LINES
    assert "7 more rows" in text_of(body)


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_an_image_with_its_finding_and_the_table_behind_it(result, name):
    figure = figure_of(result, name)
    (body,) = list(parsed(figure._repr_html_()))
    assert body.tag == "figure"
    (drawing,) = [e for e in body if e.tag.endswith("svg")]
    assert drawing.attrib["role"] == "img"
    assert drawing.attrib["aria-label"] == figure.title == "".join(body.find("figcaption").itertext())
    assert sum(len(cells_of(table)) - 1 for table in body.iter("table")) > 0


def test_every_chart_of_a_result_has_a_table_behind_it(result):
    held = records.Prepared(result)
    world, proof = atlas.atlas(held), evidence.evidence(held)
    with canvas.unchecked():
        names = list(contents.all_charts(held, world, proof))
    assert set(DRAWN) <= set(names)
    assert [name for name in names if not figures._tables_behind(held, proof, name)] == []


def test_groups_draw_what_they_name(result):
    held = records.Prepared(result)
    for group in contents.chart_groups(held, atlas.atlas(held), evidence.evidence(held)):
        drawn = group.draw()
        assert all(map(group.holds, drawn))
        assert not group.exact or set(drawn) == set(group.names)


def test_drawings_of_one_page_share_no_name(result):
    ids = [set(re.findall(r'id="([^"]*)"', figure_of(result, name)._repr_html_())) for name in DRAWN[:3]]
    assert ids[0]
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_lines_are_joined_and_none_is_lost(result):
    spec = figure_of(result, "map-overview").spec
    plain = figures.picture.svg_of(spec, padding=4)
    inline = figures.inline(plain, "x")
    ElementTree.fromstring(inline)
    assert len(inline) < len(plain)
    moves = [re.findall(r"M-?\d+(?:\.\d)?", d) for d in re.findall(r' d="([^"]*)"', inline)]
    assert sum(map(len, moves)) == sum(d.count("M") for d in re.findall(r' d="([^"]*)"', plain))


def test_what_is_no_drawing_is_refused():
    with pytest.raises(ValueError, match="no drawing"):
        figures.inline("<p>", "x")


def test_a_dark_notebook_gets_dark_tokens(card):
    for name, (light, dark) in theme.TOKENS.items():
        assert f'[fill="{light}"]{{fill:var(--{name})}}' in card
        assert f"--{name}:{dark};" in card


def test_an_unknown_name_is_answered_by_those_that_there_are(result):
    with pytest.raises(UnknownName, match="map-overview, map-ala-dui, map-shu-bak") as caught:
        figures.figure(result, "moon", is_map=True)
    assert "cost-time" not in str(caught.value)
    with pytest.raises(UnknownName, match="cost-time-ala-dui"):
        figures.figure(result, "map-ala-dui")


def test_an_id_is_enough(result):
    assert figures.figure(result, "shu-bak").name == "cost-time-shu-bak"
    assert figures.figure(result, "shu-bak", is_map=True).name == "map-shu-bak"
    assert (figures.figure(result).name, figures.figure(result, is_map=True).name) == (
        "cost-time-ala-dui",
        "map-overview",
    )


def test_a_figure_is_saved(result, tmp_path):
    figure = figure_of(result, "times-ala-dui")
    assert figure.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    dark = figure.save(tmp_path / "a.svg", ground="dark").read_text(encoding="utf-8")
    assert theme.TOKENS["ground"][1] in dark
    assert "spec" not in repr(figure)
    with pytest.raises(ValueError, match="png"):
        figure.save(tmp_path / "a.pdf")


def test_what_holds_nothing_says_so(result):
    empty = type(result)({}, {})
    assert "no consignment" in text_of(parsed(cards.card_html(cards.result_card(empty))))
    with pytest.raises(UnknownName, match="nothing to draw"):
        figures.figure(empty)

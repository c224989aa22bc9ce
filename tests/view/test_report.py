"""The report: complete, self-contained, safe against hostile names, and written whole."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from caspia.view import evidence, records, report

VOID = {"meta", "br", "link", "img", "input", "hr", "path"}


class Page(HTMLParser):
    """Elements with their attributes, the text of scripts by id, and whether all elements are closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.scripts, self.open, self.broken = [], {}, [], []
        self.text = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.broken.append((tag, self.getpos()))
        else:
            self.open.pop()

    def handle_data(self, data):
        tag, attrs = self.open[-1] if self.open else ("", {})
        if tag == "script":
            self.scripts[attrs.get("id", f"code-{len(self.scripts)}")] = data
        else:
            self.text.append(data)

    def having(self, name):
        return [(tag, attrs) for tag, attrs in self.elements if name in attrs]


@pytest.fixture(scope="module")
def html(result):
    return report.render_report(result)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def proof(page):
    return json.loads(page.scripts["evidence-data"])


def test_every_element_is_closed(page):
    assert page.broken == []
    assert page.open == []


def test_it_parses_without_error_by_the_standard(html):
    html5lib = pytest.importorskip("html5lib")
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    assert [error for _, error, _ in parser.errors] == []


def test_ids_are_unique_and_references_resolve(page):
    ids = [attrs["id"] for _, attrs in page.having("id")]
    assert len(ids) == len(set(ids))
    inner = {attrs["href"][1:] for _, attrs in page.having("href") if attrs["href"].startswith("#")}
    assert inner <= set(ids)
    assert {attrs["aria-labelledby"] for _, attrs in page.having("aria-labelledby")} <= set(ids)


def test_nothing_is_loaded_from_outside(page):
    assert [
        tag for tag, attrs in page.elements if "src" in attrs or "srcset" in attrs or tag in {"link", "iframe"}
    ] == []
    outside = [(tag, a["href"]) for tag, a in page.having("href") if not a["href"].startswith("#")]
    assert {tag for tag, _ in outside} == {"a"}
    styles = "".join(text for text in page.text if "{" in text)
    assert "url(" not in styles
    assert "@import" not in styles
    policy = next(
        a["content"] for t, a in page.elements if t == "meta" and "Content-Security" in a.get("http-equiv", "")
    )
    assert policy.startswith("default-src 'none'")


def test_only_http_addresses_become_links(page, proof):
    outside = [a["href"] for _, a in page.having("href") if not a["href"].startswith("#")]
    assert outside == ["https://example.org/tariffs?a=1&b=2"]
    assert [source[3] for source in proof["sources"] if source[3]] == ["https://example.org/tariffs?a=1&b=2"]


def test_hostile_names_are_text(html, page, hostile):
    assert html.count("<script>alert(1)") == 0
    assert any(hostile in text for text in page.text)
    kinds = [attrs.get("type") for tag, attrs in page.elements if tag == "script"]
    assert kinds == ["application/json"] * 5 + ["module"] * 2
    assert [name for _, attrs in page.elements for name in attrs if name.startswith("on")] == []


def test_every_route_and_source_is_there(result, page, proof):
    for source in evidence.sources(result):
        assert any(source.title in text for text in page.text)
    assert len(proof["routes"]) == len(result.tables["routes"])
    assert len(page.having("data-legs")) == len(result.tables["routes"])
    for question in records.consignments(result):
        assert f"c-{question.id}" in {attrs["id"] for _, attrs in page.having("id")}


def test_every_number_of_the_routes_can_be_asked(html, proof):
    tables = re.findall(r'<table id="routes-.*?</table>', html, flags=re.DOTALL)
    assert len(tables) == 2
    for table in tables:
        cells = re.findall(r'<td class="num"([^>]*)>', table)
        assert cells
        for cell in cells:
            key = re.search(r'data-facts="r(\d+)\.(\w+)"', cell)
            assert key is not None
            assert int(key[1]) < len(proof["routes"])
        assert table.count('<button type="button" class="n ') == len(cells)


def test_the_evidence_leads_to_sources(proof):
    for _, legs in proof["routes"]:
        facts = [fact for leg in legs for fact in proof["legs"][leg][4]]
        assert facts
        for fact in facts:
            assert 0 <= proof["facts"][fact][9] < len(proof["sources"])


def test_equal_legs_are_kept_once(result, proof):
    assert len(proof["legs"]) == 4
    assert len(result.tables["legs"]) == 16


def test_kinds_of_numbers_are_visibly_different(html):
    for kind in ("observed", "modelled", "assumed"):
        assert f'class="n {kind}"' in html


def test_the_answer_comes_first(page):
    headings = [tag for tag, _ in page.elements if tag in {"h1", "h2", "figure", "table"}]
    assert headings[:3] == ["h1", "figure", "table"]


def test_a_question_without_answer_says_why_and_shows_nothing(html):
    chapter = re.search(r'<section id="c-lost".*?</section>', html, flags=re.DOTALL)
    assert chapter is not None
    assert "every way out crosses Iran" in chapter[0]
    assert "<table" not in chapter[0]


def test_charts_of_the_page_exist(page):
    known = json.loads(page.scripts["charts-data"])
    assert {attrs["data-chart"] for _, attrs in page.having("data-chart")} == set(known)


def test_an_empty_study_is_reported(result):
    empty = {name: frame.head(0) for name, frame in result.tables.items()}
    text = report.render_report(type(result)(empty, result.manifest))
    assert text.count("None of 0 consignments can move") == 1


def test_it_is_written_whole(result, tmp_path):
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    assert report.write_report(result, target) == target
    assert target.read_text(encoding="utf-8")[:15] == "<!DOCTYPE html>"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_failure_leaves_the_old_report(tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    monkeypatch.setattr("pathlib.Path.replace", lambda self, other: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        report.write_atomically(target, b"new")
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_it_is_the_same_every_time(result, html):
    again = report.render_report(result)
    assert (len(again), again == html) == (len(html), True)

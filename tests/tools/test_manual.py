"""The writers of the docs: tables in Markdown, formulas as MathML, what rests on a source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docutils.utils.math import MathError, latex2mathml

from manual.data_book import Rests, _rests, _safe
from manual.markdown import plural, table
from manual.result_tables import with_units

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [path for path in DOCS.rglob("*.md") if "_build" not in path.parts]


def test_a_table_keeps_what_would_break_it():
    assert table(("a", "b>"), [("x|y", 3), ("two\nlines", "")]).splitlines() == [
        "| a | b |",
        "| --- | --: |",
        "| x\\|y | 3 |",
        "| two lines |  |",
    ]
    assert (plural(1, "source"), plural(1107, "source")) == ("1 source", "1,107 sources")


def test_text_of_the_data_is_no_markup():
    assert _safe("5*3_4 [x] <b> $y$") == r"5\*3\_4 \[x\] \<b\> \$y\$"


def test_what_rests_on_a_source_is_counted():
    rests = Rests()
    rests.methods.update({"assumed": 1, "reported": 2})
    rests.attributes.update(dict.fromkeys("abcdefgh", 1))
    rests.objects["links"] = 3
    assert list(_rests(rests)) == [
        "Facts: 2 reported, 1 assumed (`a`, `b`, `c`, `d`, `e`, `f` and 2 more)",
        "rows: links 3",
    ]


def test_units_are_put_beside_the_columns_of_a_section_that_is_a_table():
    head = "| column | meaning |\n|---|---|\n"
    text = f"## other\n\n{head}| `time_h` | x |\n\n## routes\n\n{head}"
    shown = with_units(text + "| `time_h` | expected |\n| `rank` | of its corridor |").splitlines()
    assert shown[4] == "| `time_h` | x |"
    assert shown[-2:] == ["| `time_h` | hours | expected |", "| `rank` |  | of its corridor |"]


def formulas(text):
    """Formulas of a page, without its code."""
    plain = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    return [one or two for one, two in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", plain, re.DOTALL)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_formula_can_be_written(path):
    for formula in formulas(path.read_text(encoding="utf-8")):
        assert "<math" in latex2mathml.tex2mathml(formula)


def test_an_unknown_command_in_a_formula_is_told():
    with pytest.raises(MathError):
        latex2mathml.tex2mathml(r"\nosuchcommand x")
    assert len(formulas((DOCS / "method" / "flows.md").read_text(encoding="utf-8"))) > 20

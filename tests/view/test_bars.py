"""Corridors that rules bar, as people see them: on the terminal, in a chapter, beside observations."""

from __future__ import annotations

import re
from dataclasses import dataclass

import html5lib
import pandas as pd
import pytest

from caspia.view import bars, records, report, terminal
from caspia.view.formats import THIN_SPACE


@dataclass(frozen=True)
class Asked:
    commodity: str = "containers"
    avoid: tuple[str, ...] = ()
    month: int | None = None


def row(corridor, rule, reason, lifted="", consignment="ala-dui"):
    return {
        "consignment_id": consignment,
        "corridor": corridor,
        "rule_id": rule,
        "target_kind": "country",
        "target": "IR",
        "valid_from": "2018-11-05",
        "reason": reason,
        "source_id": "tariffs",
        "source": "Sanctions, Railways, 2024",
        "lifted_by": lifted,
    }


@pytest.fixture
def frame(hostile):
    return pd.DataFrame(
        [
            row("Southern", "rul-one", hostile, "all-open;own"),
            row("Southern", "rul-two", hostile, "all-open"),
            row("Eastern", "rul-three", ""),
            row("Northern", "rul-four", "A decree.", "own", consignment="lost"),
        ]
    )


def words(html):
    tree = html5lib.HTMLParser(strict=True).parse(re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    return " ".join("".join(tree.itertext()).replace(THIN_SPACE, " ").split())


def test_rules_of_one_reason_are_told_once(frame, hostile):
    rows = [dict(r) for r in frame.to_dict("records") if r["consignment_id"] == "ala-dui"]
    south, east = bars.bars(rows)
    reason = hostile.rstrip(".")
    assert south.text == (
        f"Southern: barred for this cargo: {reason} (Sanctions, Railways, 2024; rul-one and rul-two). "
        "Scenario all-open lifts it."
    )
    assert east.text == (
        "Eastern: barred for this cargo: no way through country IR (Sanctions, Railways, 2024; rul-three)."
    )
    assert bars.bars([]) == ()


@pytest.mark.parametrize("width", [60, 100, 160])
def test_the_terminal_names_barred_corridors(result, frame, capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    routes = result.tables["routes"].query("consignment_id == 'ala-dui'")
    terminal.print_routes(routes, [], ("Almaty", "Duisburg"), Asked(), frame.head(3))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "Southern: barred for this cargo:" in text
    assert "Scenario all-open lifts it." in text
    terminal.print_routes(routes, [], ("Almaty", "Duisburg"), Asked())
    assert "barred" not in capsys.readouterr().out


def test_the_report_names_barred_corridors_where_they_are_asked_for(result, frame):
    html = report.render_report(type(result)({**result.tables, "barred": frame}, result.manifest))
    first, lost = (html.partition(f'id="c-{name}"')[2].partition("</section>")[0] for name in ("ala-dui", "lost"))
    for said in (
        "<b>Southern</b>: barred for this cargo:",
        "<b>Eastern</b>: barred for this cargo: no way through",
    ):
        assert said in first
        assert said not in lost
    assert "<b>Northern</b>: barred for this cargo: A decree (" in lost
    assert "Scenario own lifts it." in lost
    assert re.search(r'\(<a href="#s\d+">Sanctions, Railways, 2024</a>; rul-four\)', lost)
    assert "undefined" not in words(html)


def test_observations_without_a_route_say_why(result, capsys, monkeypatch):
    table = result.tables["validation"]
    lost = table["status"] == "no route"
    table = table.assign(
        reason=["sanctions (Sanctions, Railways, 2024)" if one else "" for one in lost],
        barred_by=["rul-one;rul-two" if one else "" for one in lost],
        lifted_by=["all-open" if one else "" for one in lost],
    )
    (said,) = bars.unrouted(records.rows(type(result)({"validation": table}, {}), "validation"))
    assert said == (
        "Altynkol to Poti 3 (time): no route, barred by rul-one and rul-two: sanctions (Sanctions, Railways, "
        "2024). Scenario all-open lifts it."
    )
    monkeypatch.setenv("COLUMNS", "200")
    terminal.print_validation(table, pd.DataFrame())
    assert said in capsys.readouterr().out
    page = words(report.render_report(type(result)({**result.tables, "validation": table}, result.manifest)))
    assert said in page
    assert "no: barred by rul-one and rul-two" in page
    assert bars.unrouted(records.rows(result, "validation")) == []

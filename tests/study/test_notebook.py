"""What a notebook shows of a study, its network, its flows and its answers; and how they find who draws."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import html5lib
import numpy as np
import pytest
from flow_world import DRAWING, EDITS, FACTS
from tests.drawn import open_drawn

import caspia
from caspia import display, notebook
from caspia.errors import InputError, UnknownName
from caspia.network import MODES, ArcKind
from caspia.scenario import parse_scenario
from caspia.study import Flows, Result, Study, ask, counts, flows_result
from caspia.study.flow_frames import corridors_frame
from caspia.view import theme
from caspia.view.formats import number, whole
from caspia.view.modes import MODE_NAMES

SOURCES = Path(caspia.__file__).parent
BARRED = """
id = "no-ru"
title = "Nothing passes Russia"
question = "What then?"
description = "A bar."

[[edit]]
action = "ban"
table = "countries"
id = "RU"
source_id = "drawn"
note = "Drawn"
"""


def tables_of(thing: object) -> dict[str, list[list[str]]]:
    """Tables of the HTML of a thing by caption, with whitespace as single blanks; parsing must find no error."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=True)
    body = parser.parse(f"<!DOCTYPE html><title>x</title>{thing._repr_html_()}").find("body")
    return {
        plain("".join(table.find("caption").itertext())): [
            [plain("".join(cell.itertext())) for cell in row] for row in table.iter("tr")
        ]
        for table in body.iter("table")
    }


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("notebook") / "data", DRAWING, facts=FACTS, edits=EDITS)


@pytest.fixture(scope="module")
def flows(small: Study) -> Flows:
    return small.flows()


@pytest.fixture(scope="module")
def barred(small: Study) -> Flows:
    return small.with_scenario(parse_scenario(BARRED, "drawn").scenario).flows()


@pytest.fixture(scope="module")
def asked(real: Study) -> Result:
    return ask(real, "Almaty", "Duisburg", avoid="Northern")


def test_the_room_that_draws_is_there_and_offers_what_is_asked_of_it() -> None:
    assert notebook.__name__ == display.NOTEBOOK
    for name in ("html_of", "plot_of", "map_of"):
        wanted = list(inspect.signature(getattr(display.Drawing, name)).parameters)[1:]
        assert list(inspect.signature(getattr(notebook, name)).parameters) == wanted
    for name, member in vars(display.Picture).items():
        if callable(member) and (not name.startswith("_") or name == "_repr_html_"):
            assert set(inspect.signature(member).parameters) <= set(
                inspect.signature(getattr(notebook.Figure, name)).parameters
            )


def test_nothing_else_finds_a_room_by_its_name() -> None:
    dodging = re.compile(r"import_module|__import__|resolve_name|entry_points")
    found = {
        f.relative_to(SOURCES).as_posix() for f in SOURCES.rglob("*.py") if dodging.search(f.read_text("utf-8"))
    }
    assert found == {"display.py"}


def test_who_shows_nothing_imports_nothing_that_draws() -> None:
    code = "import sys, caspia.study; print(*sorted({'altair', 'vl_convert', 'caspia.view'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_study_counts_its_objects_and_facts(small: Study) -> None:
    rows = tables_of(small)["Objects and facts by method"]
    assert rows[1:] == [
        [str(row.what).replace("_", " "), plain(whole(int(row.count_)))]
        for row in counts(small.data).rename(columns={"count": "count_"}).itertuples()
    ]


def test_a_study_under_a_scenario_lists_its_edits(barred: Flows) -> None:
    study = barred.model.study
    (rows,) = [rows for caption, rows in tables_of(study).items() if caption == "Edits of no-ru"]
    assert len(rows) == 2
    assert rows[1][-1] == "drawn"
    assert "Nothing passes Russia" in study._repr_html_()


def test_a_network_counts_its_arcs(real: Study) -> None:
    arcs, found = real.network.arcs, tables_of(real.network)
    runs = {row[0]: row for row in found["Runs by mode"][1:]}
    for nth, mode in enumerate(MODES):
        own = (arcs.kind == ArcKind.LINE) & (arcs.mode == nth)
        length_km = float(real.data.values("links", "length_km")[np.unique(arcs.row[own])].sum())
        expected = [whole(int(own.sum())), whole(int((own & arcs.is_open).sum())), number(length_km / 1e3)]
        assert runs[MODE_NAMES[mode]][1:] == [plain(text) for text in expected]
    (others,) = [rows for caption, rows in found.items() if caption.startswith("Operations")]
    shown = sum(int(row[1].replace(" ", "")) for row in [*runs.values(), *others[1:]])
    assert shown == real.network.n_arcs


def test_an_answer_holds_the_numbers_of_the_table(real: Study, asked: Result) -> None:
    table = real.routes("Almaty", "Duisburg", avoid="Northern")
    shared = [name for name in table.columns if name not in ("consignment_id", "route_id")]
    assert table[shared].equals(asked.tables["routes"][shared])
    (rows,) = [rows for caption, rows in tables_of(asked).items() if caption.startswith("Routes from Almaty")]
    assert len(rows) == 1 + len(table)
    for row, route in zip(rows[1:], table.itertuples(), strict=True):
        assert route.corridor in row[0]
        days = [number(value / 24) for value in (route.time_h_p50, route.time_h_p10, route.time_h_p90)]
        cost = [number(value) for value in (route.cost_usd_p50, route.cost_usd_p10, route.cost_usd_p90)]
        for middle, low, high in (days, cost):
            assert plain(f"{middle} ({low}–{high})") in row


def test_an_answer_draws_itself(asked: Result) -> None:
    assert (asked.plot().name, asked.map().name) == ("cost-time-asked", "map-asked")
    drawn = asked.map().svg()
    shown = {look.name for look in theme.CORRIDORS.values() if f'"{look.colour}"' in drawn}
    assert shown == set(asked.tables["routes"]["corridor"])


def test_where_no_way_is_left_the_answer_says_why(small: Study) -> None:
    none = ask(small, "KZAAA", "GEDDD", avoid=("RU", "AZ"))
    assert none.tables["consignments"]["status"].tolist() == ["unreachable"]
    assert not len(none.tables["routes"])
    reason = none.tables["consignments"]["reason"][0].rstrip(".")
    assert reason in " ".join(html5lib.parse(none._repr_html_(), namespaceHTMLElements=False).itertext())
    with pytest.raises(UnknownName):
        none.plot()


def test_bad_questions_are_refused(small: Study) -> None:
    for wrong in ({"destination": "Atlantis"}, {"commodity": "dreams"}, {"avoid": "KZ"}):
        words = {"origin": "KZAAA", "destination": "GEDDD", "commodity": "grain"} | wrong
        with pytest.raises(InputError):
            ask(small, words.pop("origin"), words.pop("destination"), **words)


def test_flows_show_the_tonnes_of_their_corridors(flows: Flows) -> None:
    (rows,) = [rows for caption, rows in tables_of(flows).items() if caption.startswith("Flows by corridor")]
    tonnes = corridors_frame(flows).set_index("corridor")["flow_t"]
    shown = {row[0].split()[-1]: row[1] for row in rows[1:]}
    assert shown == {name: plain(number(t / 1e6)) for name, t in tonnes.items() if name in shown}
    assert set(tonnes.index[tonnes > 0]) <= set(shown)


def test_flows_under_a_scenario_tell_what_moves(flows: Flows, barred: Flows) -> None:
    result = flows_result(barred)
    runs = result.tables["flow_runs"]
    assert runs["against"].tolist() == ["", "base"]
    before, after = (corridors_frame(f).set_index("corridor")["flow_t"] for f in (barred.reference, barred))
    changes = result.tables["flow_corridors"].query("segment == 'All'").set_index("corridor")["change_t"]
    assert changes.to_dict() == pytest.approx((after - before).to_dict())
    assert "who gains" in barred._repr_html_()
    assert "who gains" not in flows._repr_html_()


def test_flows_are_plotted(flows: Flows) -> None:
    figure = flows.plot()
    assert figure.name == "flow-share-t"
    assert figure.svg().startswith("<svg")


def test_a_study_draws_how_firmly_it_knows(small: Study) -> None:
    assert small.plot().name == "methods"
    assert small.map().name == "map-overview"


def test_other_things_are_not_shown() -> None:
    with pytest.raises(TypeError, match="int"):
        notebook.html_of(7)

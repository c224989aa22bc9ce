"""TNTP files: what is written reads back, quirks of published files are borne, faults are named with their line."""

from __future__ import annotations

import dataclasses
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from caspia.errors import DataError, InputError
from caspia.exchange import (
    FlowTable,
    RoadNetwork,
    TripTable,
    read_flows,
    read_network,
    read_trips,
    write_flows,
    write_network,
    write_trips,
)

NETWORK = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 3
<END OF METADATA>

~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t3\t100.5\t2\t3\t0.15\t4\t60\t1.25\t1\t;
\t3\t4\t0\t1\t1\t0\t0\t0\t0\t2\t;
\t4\t2\t50\t1\t1e-3\t1.05276140898915000000E-16\t4.4683\t0\t0\t3\t;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 10.5
<END OF METADATA>

Origin 1
    2 :    7.5;
Origin \t2
    1 :    3.0;    2 :      0.0;
"""


def put(folder: Path, text: str | bytes) -> Path:
    path = folder / "drawn.tntp"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_network_is_read_with_nodes_from_zero(tmp_path: Path) -> None:
    network = read_network(put(tmp_path, NETWORK))
    assert (network.n_zones, network.n_nodes, network.n_links, network.first_thru_node) == (2, 4, 3, 2)
    assert network.tail.tolist() == [0, 2, 3]
    assert network.head.tolist() == [2, 3, 1]
    assert network.capacity.tolist() == [100.5, 0.0, 50.0]
    assert network.free_flow_time.tolist() == [3.0, 1.0, 1e-3]
    assert network.b[2] == 1.05276140898915e-16
    assert network.power.tolist() == [4.0, 0.0, 4.4683]
    assert (network.speed[0], network.toll[0], network.length[0]) == (60.0, 1.25, 2.0)
    assert network.link_type.tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        network.capacity[0] = 1.0


def test_trips_are_read(tmp_path: Path) -> None:
    assert read_trips(put(tmp_path, TRIPS)).matrix.tolist() == [[0.0, 7.5], [3.0, 0.0]]


QUIRKS = {
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh line ends": lambda text: text.replace("\n", "\r"),
    "mark of the byte order": lambda text: "\ufeff" + text,
    "blank lines and comments": lambda text: "~ made by hand\n\n" + text.replace("\n", "\n\n~ ; 7 ;\n"),
    "comments at the end of rows": lambda text: text.replace(";\n", "; ~ checked: twice;\n"),
    "lower case and wide metadata": lambda text: text.replace(
        "<NUMBER OF ZONES> 2", "< number  of Zones >\t\t2\t\t;"
    ),
    "unknown metadata": lambda text: "<ORIGINAL HEADER>~\tInit <node> ;\n" + text,
    "other order of metadata": lambda text: text.replace("<NUMBER OF ZONES> 2\n", "").replace(
        "<END", "<NUMBER OF ZONES> 2\n<END"
    ),
    "no last line end": lambda text: text.rstrip("\n"),
    "no semicolon at the end of a row": lambda text: text.replace(";\n", "\n"),
    "tabs for spaces": lambda text: text.replace("    ", "\t"),
    "comment in an old encoding": lambda text: b"~ D\xfcsseldorf\n" + text.encode(),
}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_quirks_of_published_files(tmp_path: Path, quirk: str) -> None:
    odd = read_network(put(tmp_path, QUIRKS[quirk](NETWORK)))
    straight = read_network(put(tmp_path, NETWORK))
    for name, value in vars(straight).items():
        np.testing.assert_array_equal(getattr(odd, name), value)
    odd_trips = read_trips(put(tmp_path, QUIRKS[quirk](TRIPS)))
    np.testing.assert_array_equal(odd_trips.matrix, read_trips(put(tmp_path, TRIPS)).matrix)


ROW = "\t1\t3\t100.5\t2\t3\t0.15\t4\t60\t1.25\t1\t;"
BROKEN_NETWORKS = {
    "column missing": (
        ROW,
        "\t1\t3\t100.5\t2\t3\t0.15\t4\t60\t1.25\t;",
        ":8: wrong number of columns",
        "10 numbers",
    ),
    "column too many": (ROW, "\t1" + ROW, ":8: wrong number of columns", "got 11"),
    "two rows in a line": (ROW, ROW + ROW, ":8: wrong number of columns", "got 20"),
    "word for a number": ("100.5", "many", ":8: not a number", "'many'"),
    "number with underscore": ("100.5", "1_00", ":8: not a number", "'1_00'"),
    "decimal comma": ("100.5", "100,5", ":8: not a number", "'100,5'"),
    "not a number": ("100.5", "nan", ":8: value out of range", "capacity nan"),
    "infinite": ("1.25", "inf", ":8: value out of range", "toll inf"),
    "overflow": ("1.25", "1e999", ":8: value out of range", "toll inf"),
    "negative capacity": ("100.5", "-100.5", ":8: value out of range", "capacity -100.5"),
    "negative time": ("1e-3", "-1e-3", ":10: value out of range", "free_flow_time -0.001"),
    "negative power": ("4.4683", "-4", ":10: value out of range", "power -4"),
    "zero capacity with delay": ("100.5", "0", ":8: value out of range", "above 0 where b is above 0"),
    "node zero": ("\t4\t2\t50", "\t0\t2\t50", ":10: value out of range", "init_node 0"),
    "node beyond the last": ("\t4\t2\t50", "\t4\t5\t50", ":10: value out of range", "term_node 5"),
    "half a node": ("\t4\t2\t50", "\t4\t1.5\t50", ":10: node or link type", "whole numbers"),
    "endless node": ("\t4\t2\t50", "\t4\t" + "9" * 5000 + "\t50", ":10: node or link type", "whole numbers"),
    "other number of links": ("LINKS> 3", "LINKS> 4", ":4: number of links does not match", "4 announced, 3 rows"),
    "metadata twice": ("<END", "<NUMBER OF NODES> 5\n<END", ":5: duplicated metadata", "<NUMBER OF NODES>"),
    "no end of metadata": ("<END OF METADATA>\n", "", "<END OF METADATA> is missing", "in line 7"),
    "metadata without number": ("NODES> 4", "NODES> four", ":2: <NUMBER OF NODES> cannot be used", "'four'"),
    "negative metadata": ("NODES> 4", "NODES> -4", ":2: <NUMBER OF NODES> cannot be used", "'-4'"),
    "metadata of another script": ("NODES> 4", "NODES> ٤", ":2: <NUMBER OF NODES> cannot be used", "'٤'"),
    "too many nodes to hold": ("NODES> 4", "NODES> 999999999", ":2: <NUMBER OF NODES> cannot be used", "50000000"),
    "metadata missing": ("<FIRST THRU NODE> 3\n", "", "<FIRST THRU NODE> is missing", "repair: add it"),
    "more zones than nodes": ("ZONES> 2", "ZONES> 5", ":1: <NUMBER OF ZONES> cannot be used", "from 1 to 4"),
    "columns in another order": (
        "init_node\tterm_node",
        "term_node\tinit_node",
        ":7: columns in another order",
        "",
    ),
}


@pytest.mark.parametrize("name", BROKEN_NETWORKS)
def test_broken_network(tmp_path: Path, name: str) -> None:
    old, new, *words = BROKEN_NETWORKS[name]
    text = NETWORK.replace("<END OF METADATA>\n\n", "\n<END OF METADATA>\n") if not new else NETWORK
    with pytest.raises(DataError) as refused:
        read_network(put(tmp_path, edited(text, old, new)))
    for word in ("drawn.tntp", *words):
        assert word in str(refused.value)


BROKEN_TRIPS = {
    "negative demand": ("7.5", "-7.5", ":6: value out of range", "demand -7.5 from 1 to 2"),
    "not a number": ("7.5", "NaN", ":6: value out of range", "demand nan"),
    "beyond all sums": ("7.5", "1e308", ":6: value out of range", "demand 1e+308"),
    "infinite": ("7.5", "inf", ":6: value out of range", "demand inf"),
    "word for a number": ("7.5", "some", ":6: not a row of trips", "some'"),
    "no semicolon between": ("3.0;", "3.0 ", ":8: not a row of trips", "zones 1 to 2"),
    "no colon": ("2 :    7.5", "2 7.5", ":6: not a row of trips", "'2 7.5'"),
    "no such destination": ("2 :    7.5", "3 :    7.5", ":6: not a row of trips", "zone '3'"),
    "no such origin": ("Origin 1", "Origin 9", ":5: not a row of trips", "zone '9'"),
    "origin without number": ("Origin 1", "Origin", ":5: not a row of trips", "'Origin'"),
    "cells before the first origin": ("Origin 1\n", "\n", ":6: not a row of trips", "before the first origin"),
    "pair twice": ("2 :      0.0", "1 :  0.0", ":8: pair given twice", "2 to 1"),
    "total too high": (
        "FLOW> 10.5",
        "FLOW> 10.7",
        ":2: <TOTAL OD FLOW> does not match",
        "10.7 announced, 10.5 found",
    ),
    "total of words": ("FLOW> 10.5", "FLOW> ten", ":2: <TOTAL OD FLOW> cannot be used", "'ten'"),
    "no zones": ("ZONES> 2", "ZONES> 0", ":1: <NUMBER OF ZONES> cannot be used", "from 1 to"),
    "too many zones to hold": ("ZONES> 2", "ZONES> 999999", ":1: <NUMBER OF ZONES> cannot be used", "from 1 to"),
    "no end of metadata": ("<END OF METADATA>\n", "\n", "<END OF METADATA> is missing", "'Origin 1' in line 5"),
}


@pytest.mark.parametrize("name", BROKEN_TRIPS)
def test_broken_trips(tmp_path: Path, name: str) -> None:
    old, new, *words = BROKEN_TRIPS[name]
    with pytest.raises(DataError) as refused:
        read_trips(put(tmp_path, edited(TRIPS, old, new)))
    for word in ("drawn.tntp", *words):
        assert word in str(refused.value)


@pytest.mark.parametrize("total", ["10.5", "10.50001", "11", "10"])
def test_a_total_is_compared_to_the_digits_that_it_shows(tmp_path: Path, total: str) -> None:
    assert read_trips(put(tmp_path, edited(TRIPS, "10.5", total))).matrix.sum() == 10.5


def test_every_fault_is_listed_but_not_endlessly(tmp_path: Path) -> None:
    text = NETWORK.replace("100.5", "-1").replace("4.4683", "nan")
    with pytest.raises(DataError) as refused:
        read_network(put(tmp_path, text))
    assert [problem.where.rpartition(":")[2] for problem in refused.value.problems] == ["8", "10"]
    with pytest.raises(DataError) as refused:
        read_network(put(tmp_path, NETWORK + "word\n" * 1000))
    assert len(refused.value.problems) == 20


@pytest.mark.parametrize("read", [read_network, read_trips, read_flows])
def test_files_of_another_kind(tmp_path: Path, read: object) -> None:
    for content in (b"\x89PNG\r\n\0\0", b"\xff\xfe<\0N\0"):
        with pytest.raises(InputError, match="not a text file"):
            read(put(tmp_path, content))
    with pytest.raises(InputError, match="a folder"):
        read(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nothing.tntp")


@pytest.mark.parametrize("read", [read_network, read_trips])
def test_empty_file(tmp_path: Path, read: object) -> None:
    with pytest.raises(DataError, match="END OF METADATA"):
        read(put(tmp_path, ""))


@pytest.mark.parametrize(
    "text",
    [
        "From \tTo \tVolume \tCost \n1 \t2 \t7074.9 \t1.5 \n2 \t1 \t0 \t2 \n",
        "<NUMBER OF NODES> 2\n<END OF METADATA>\n~ Tail Head : Volume Cost ;\n1 2 : 7074.9 1.5 ;\n2 1 : 0 2 ;\n",
        "~ no header\n1 2 7074.9 1.5\n2 1 0 2\n",
    ],
)
def test_flows_in_both_forms(tmp_path: Path, text: str) -> None:
    flows = read_flows(put(tmp_path, text))
    assert flows.tail.tolist() == [0, 1]
    assert flows.head.tolist() == [1, 0]
    assert flows.volume.tolist() == [7074.9, 0.0]
    assert flows.cost.tolist() == [1.5, 2.0]


@pytest.mark.parametrize("row", ["1 2 3", "0 2 3 4", "1 2 -3 4", "1 2 nan 4", "1 2 3 inf", "1 x 3 4", "1.5 2 3 4"])
def test_broken_flows(tmp_path: Path, row: str) -> None:
    with pytest.raises(DataError, match=r"drawn\.tntp:3: "):
        read_flows(put(tmp_path, f"From To Volume Cost\n1 2 3 4\n{row}\n"))


def test_no_flows_at_all(tmp_path: Path) -> None:
    assert read_flows(put(tmp_path, "From To Volume Cost\n")).volume.size == 0


amounts = st.floats(0, 1e12)
positive = st.floats(1e-12, 1e12)


@st.composite
def networks(draw: st.DrawFn) -> RoadNetwork:
    n_nodes = draw(st.integers(1, 9))
    n_links = draw(st.integers(0, 12))
    nodes = hnp.arrays(np.int32, n_links, elements=st.integers(0, n_nodes - 1))
    numbers = hnp.arrays(np.float64, n_links, elements=amounts)
    capacity = hnp.arrays(np.float64, n_links, elements=positive)
    of_links = (draw(nodes), draw(nodes), draw(capacity), *(draw(numbers) for _ in range(6)))
    types = draw(hnp.arrays(np.int32, n_links, elements=st.integers(-5, 99)))
    return RoadNetwork(*of_links, types, draw(st.integers(1, n_nodes)), n_nodes, draw(st.integers(0, n_nodes)))


@given(network=networks())
def test_networks_read_back_to_the_last_bit(tmp_path_factory: pytest.TempPathFactory, network: RoadNetwork) -> None:
    path = tmp_path_factory.getbasetemp() / "round.tntp"
    write_network(path, network)
    again = read_network(path)
    for name, value in vars(network).items():
        np.testing.assert_array_equal(getattr(again, name), value)


@given(matrix=st.integers(1, 7).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=amounts)))
def test_trips_read_back_to_the_last_bit(tmp_path_factory: pytest.TempPathFactory, matrix: np.ndarray) -> None:
    path = tmp_path_factory.getbasetemp() / "round.tntp"
    write_trips(path, TripTable(matrix))
    np.testing.assert_array_equal(read_trips(path).matrix, matrix)


@given(volume=hnp.arrays(np.float64, 5, elements=amounts), cost=hnp.arrays(np.float64, 5, elements=amounts))
def test_flows_read_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, volume: np.ndarray, cost: np.ndarray
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.tntp"
    flows = FlowTable(np.arange(5, dtype=np.int32), np.arange(5, dtype=np.int32)[::-1], volume, cost)
    write_flows(path, flows)
    again = read_flows(path)
    for name, value in vars(flows).items():
        np.testing.assert_array_equal(getattr(again, name), value)


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    network = read_network(put(tmp_path, NETWORK))
    target = tmp_path / "out.tntp"
    target.write_text("older", encoding="utf-8")
    with pytest.raises(DataError, match="capacity"):
        write_network(target, dataclasses.replace(network, capacity=np.array([1.0, 0.0, np.nan])))
    with pytest.raises(DataError, match="term_node"):
        write_network(target, dataclasses.replace(network, head=np.array([0, 1, 4], np.int32)))
    for matrix in (np.ones((2, 3)), np.ones(2), np.array([[np.nan]]), np.array([[-1.0]])):
        with pytest.raises(InputError):
            write_trips(target, TripTable(matrix))
    assert target.read_text(encoding="utf-8") == "older"


def test_interrupted_writing_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.tntp"
    target.write_text("older", encoding="utf-8")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("caspia.exchange._files.os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_trips(target, TripTable(np.ones((2, 2))))
    assert [path.name for path in tmp_path.iterdir()] == ["out.tntp"]
    assert target.read_text(encoding="utf-8") == "older"


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "none" / "out.tntp", Path(os.devnull)):
        with pytest.raises(InputError, match="file cannot be written"):
            write_trips(target, TripTable(np.ones((2, 2))))
    assert list(tmp_path.iterdir()) == []


@given(data=st.data(), read=st.sampled_from([read_network, read_trips, read_flows]))
def test_no_spoilt_file_ends_in_anything_but_a_message(tmp_path: Path, data: st.DataObject, read: object) -> None:
    text = {read_network: NETWORK, read_trips: TRIPS, read_flows: "From To Volume Cost\n1 2 3.5 4\n"}[read]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 30)))
    odd = st.sampled_from(["", "-", "9" * 400, "1e999", "nan", "~", ";", ":", "\n", "<", ">", "Origin", "٣", "1_0"])
    path = put(tmp_path, text[:begin] + data.draw(odd | st.text(max_size=5)) + text[end:])
    # Spoilt or, by luck, still sound: any other error ends the test.
    with suppress(InputError):
        read(path)

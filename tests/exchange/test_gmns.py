"""GMNS tables: what is written reads back; what breaks the specification is refused with its line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import DataError, InputError
from caspia.exchange import GmnsNetwork, read_gmns, write_gmns

NODE = """node_id,name,x_coord,y_coord,zone_id
KZAAU,Aktau,51.2,43.6,KZ
AZALY,"Alat, port",49.4,39.95,NaN
"""
LINK = """link_id,from_node_id,to_node_id,directed,length,lanes,dir_flag,allowed_uses,gauge_mm
sea,KZAAU,AZALY,false,470.5,,0,"ferry,feeder",1520
back,AZALY,KZAAU,1,NaN,2,-1,,
"""


def put(folder: Path, **tables: str) -> Path:
    for name, text in ({"node": NODE, "link": LINK} | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def test_tables_are_read_with_the_types_of_the_specification(tmp_path: Path) -> None:
    config = "dataset_name,long_length,crs,currency\ndrawn,km,EPSG:4326,\n"
    network = read_gmns(put(tmp_path, config=config))
    assert network.nodes["node_id"].tolist() == ["KZAAU", "AZALY"]
    assert network.nodes["name"].tolist() == ["Aktau", "Alat, port"]
    assert network.nodes["x_coord"].tolist() == [51.2, 49.4]
    assert network.nodes["zone_id"].tolist() == ["KZ", None]
    assert network.links["directed"].tolist() == [False, True]
    assert network.links["directed"].dtype == bool
    np.testing.assert_array_equal(network.links["length"], [470.5, np.nan])
    np.testing.assert_array_equal(network.links["lanes"], [np.nan, 2])
    assert network.links["dir_flag"].tolist() == [0, -1]
    assert network.links["allowed_uses"].tolist() == ["ferry,feeder", None]
    assert network.links["gauge_mm"].tolist() == ["1520", None]
    assert network.config == {"dataset_name": "drawn", "long_length": "km", "crs": "EPSG:4326"}


def test_quirks(tmp_path: Path) -> None:
    put(tmp_path, node="\ufeff" + NODE.replace("\n", "\r\n\r\n"))
    pd.testing.assert_frame_equal(read_gmns(tmp_path).nodes, read_gmns(put(tmp_path)).nodes)


BROKEN = {
    "no id column": ("node", "node_id,", "id,", "node.csv:1: column is missing; allowed: node_id"),
    "no id": ("node", "KZAAU,Aktau", ",Aktau", "node.csv:2: value cannot be used; got node_id ''"),
    "id twice": ("node", "AZALY,", "KZAAU,", "node.csv:3: node_id is not unique; got 'KZAAU' of line 2 again"),
    "word for a coordinate": ("node", "51.2", "east", "node.csv:2: value cannot be used; got x_coord 'east'"),
    "no coordinate": ("node", "51.2", "NaN", "node.csv:2: value cannot be used; got x_coord 'NaN'"),
    "infinite coordinate": ("node", "51.2", "inf", "node.csv:2: value cannot be used; got x_coord 'inf'"),
    "cell missing": ("node", ",43.6,KZ", ",43.6", "node.csv:2: wrong number of cells; got 4 cells"),
    "open quote": ("node", 'port"', "port", "not CSV"),
    "column twice": ("node", "name,", "node_id,", "node.csv:1: header cannot be used; got 'node_id'"),
    "negative length": ("link", "470.5", "-1", "link.csv:2: value cannot be used; got length '-1'; allowed: a num"),
    "half a lane": ("link", "NaN,2", "NaN,1.5", "link.csv:3: value cannot be used; got lanes '1.5'; allowed: a w"),
    "other flag": ("link", ",-1,", ",2,", "got dir_flag '2'; allowed: a whole number from -1 to 1"),
    "perhaps directed": ("link", "false", "perhaps", "got directed 'perhaps'; allowed: true or false"),
    "no such node": ("link", "sea,KZAAU", "sea,KZXXX", "link.csv:2: from_node_id names nothing; got 'KZXXX'"),
    "link nowhere": ("link", "KZAAU,1", ",1", "link.csv:3: value cannot be used; got to_node_id ''"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_tables(tmp_path: Path, name: str) -> None:
    table, old, new, words = BROKEN[name]
    text = {"node": NODE, "link": LINK}[table]
    assert text.count(old) == 1
    with pytest.raises(DataError) as refused:
        read_gmns(put(tmp_path, **{table: text.replace(old, new)}))
    assert words in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_line_of_a_row_behind_a_cell_of_several_lines(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"node\.csv:5: value cannot be used; got y_coord 'north'"):
        read_gmns(put(tmp_path, node=NODE.replace("Aktau", '"Ak\n\ntau"').replace("39.95", "north")))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"node\.csv: file cannot be read; got no such file"):
        read_gmns(tmp_path)
    with pytest.raises(DataError, match="got an empty file"):
        read_gmns(put(tmp_path, node=""))
    with pytest.raises(DataError, match="config has not one row; got 2 rows"):
        read_gmns(put(tmp_path, config="crs\nEPSG:4326\nEPSG:3857\n"))


# A carriage return becomes a line feed, and NaN and nothing mean a missing cell, as the specification wants.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=6)
texts = texts.filter(lambda text: text != "NaN" and not text.startswith("\ufeff"))
numbers = st.floats(-1e9, 1e9)


@st.composite
def networks(draw: st.DrawFn) -> GmnsNetwork:
    ids = draw(st.lists(texts, min_size=1, max_size=5, unique=True))
    size = len(ids)
    nodes = pd.DataFrame(
        {
            "node_id": pd.Series(ids, dtype=object),
            "name": pd.Series(draw(st.lists(st.none() | texts, min_size=size, max_size=size)), dtype=object),
            "x_coord": draw(st.lists(numbers, min_size=size, max_size=size)),
            "y_coord": draw(st.lists(numbers, min_size=size, max_size=size)),
        }
    )
    names = draw(st.lists(texts, min_size=1, max_size=5, unique=True))
    count = len(names)
    ends = st.lists(st.sampled_from(ids), min_size=count, max_size=count)
    lengths = st.lists(st.floats(0, 1e12) | st.just(np.nan), min_size=count, max_size=count)
    links = pd.DataFrame(
        {
            "link_id": pd.Series(names, dtype=object),
            "from_node_id": pd.Series(draw(ends), dtype=object),
            "to_node_id": pd.Series(draw(ends), dtype=object),
            "directed": draw(st.lists(st.booleans(), min_size=count, max_size=count)),
            "length": draw(lengths),
        }
    )
    return GmnsNetwork(nodes, links, draw(st.dictionaries(st.sampled_from(["crs", "speed"]), texts)))


@given(network=networks())
def test_networks_read_back(tmp_path: Path, network: GmnsNetwork) -> None:
    (tmp_path / "config.csv").unlink(missing_ok=True)
    write_gmns(tmp_path, network)
    again = read_gmns(tmp_path)
    pd.testing.assert_frame_equal(again.nodes, network.nodes, check_exact=True)
    pd.testing.assert_frame_equal(again.links, network.links, check_exact=True)
    assert again.config == network.config


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    good = read_gmns(put(tmp_path))
    for nodes, links in (
        (good.nodes.drop(columns="x_coord"), good.links),
        (good.nodes.assign(x_coord=[np.nan, 1.0]), good.links),
        (good.nodes, good.links.assign(link_id=["sea", "sea"])),
        (good.nodes, good.links.assign(to_node_id=["KZAAU", "KZXXX"])),
        (good.nodes, good.links.assign(length=[-1.0, 1.0])),
    ):
        with pytest.raises(DataError, match=r"(node|link)\.csv:\d"):
            write_gmns(tmp_path / "new", GmnsNetwork(nodes, links))
    assert not (tmp_path / "new").exists()


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = read_gmns(put(tmp_path))

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(InputError, match="No space left"):
        write_gmns(tmp_path / "new", network)
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="folder cannot be written"):
        write_gmns(tmp_path / "file", network)


@given(data=st.data(), name=st.sampled_from(["node", "link"]))
def test_no_spoilt_table_ends_in_anything_but_a_message(tmp_path: Path, data: st.DataObject, name: str) -> None:
    text = {"node": NODE, "link": LINK}[name]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 30)))
    odd = st.sampled_from(["", '"', ",", "\n", "9" * 400, "1e999", "nan", "NaN", "1_0", "node_id"])
    put(tmp_path, **{name: text[:begin] + data.draw(odd | st.text(max_size=5)) + text[end:]})
    # Spoilt or, by luck, still sound: any other error ends the test.
    with suppress(InputError):
        read_gmns(tmp_path)

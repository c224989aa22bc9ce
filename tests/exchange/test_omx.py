"""OMX files: matrices and zones come back, in the order asked for; what is no demand is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openmatrix
import pytest
import tables
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from caspia.errors import InputError
from caspia.exchange import MatrixSet, read_omx, write_omx

SQUARE = np.array([[0.0, 1.5], [2.5, 0.0]])


def drawn(path: Path, **matrices: np.ndarray) -> Path:
    """Write a file with the library itself, past our checks."""
    with openmatrix.open_file(str(path), "w") as file:
        for name, matrix in matrices.items():
            file[name] = matrix
    return path


@given(
    cells=st.integers(1, 6).flatmap(lambda n: hnp.arrays(np.float64, (2, n, n), elements=st.floats(0, 1e12))),
    numbered=st.booleans(),
    seed=st.randoms(use_true_random=False),
)
def test_matrices_and_zones_read_back(tmp_path: Path, cells: np.ndarray, numbered: bool, seed: object) -> None:
    size = cells.shape[1]
    numbers = seed.sample(range(1, 5000), size)
    zones = tuple(numbers) if numbered else tuple(f"Z{number}" for number in numbers)
    path = tmp_path / "round.omx"
    write_omx(path, MatrixSet({"lorries": cells[0], "wagons": cells[1]}, zones))
    again = read_omx(path)
    assert again.zones == zones
    assert list(again.matrices) == ["lorries", "wagons"]
    for name, matrix in zip(("lorries", "wagons"), cells, strict=True):
        np.testing.assert_array_equal(again.matrices[name], matrix)

    order = list(zones)
    seed.shuffle(order)
    turned = read_omx(path, ["wagons"], zones=order)
    assert turned.zones == tuple(order)
    assert list(turned.matrices) == ["wagons"]
    for row, origin in enumerate(order):
        for column, destination in enumerate(order):
            expected = cells[1][zones.index(origin), zones.index(destination)]
            assert turned.matrices["wagons"][row, column] == expected


def test_a_file_without_mapping_counts_its_zones(tmp_path: Path) -> None:
    path = drawn(tmp_path / "plain.omx", a=SQUARE)
    assert read_omx(path).zones == (1, 2)
    assert read_omx(path, zones=(2, 1)).matrices["a"].tolist() == [[0.0, 2.5], [1.5, 0.0]]


def test_matrices_of_whole_numbers(tmp_path: Path) -> None:
    path = drawn(tmp_path / "whole.omx", a=np.array([[0, 7], [8, 0]], np.int32))
    assert read_omx(path).matrices["a"].dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        read_omx(path).matrices["a"][0, 0] = 1.0


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.array([[0.0, np.nan], [1.0, 2.0]]), ("matrix a", "nan in row 1, column 2", "repair")),
        (np.array([[0.0, 1.0], [-1.0, 2.0]]), ("matrix a", "-1 in row 2, column 1")),
        (np.array([[np.inf, 1.0], [-1.0, 2.0]]), ("matrix a", "inf in row 1, column 1; 2 such cells")),
        (np.ones((2, 3)), ("matrix a has another shape", "(2, 3)")),
    ],
)
def test_what_is_no_demand(tmp_path: Path, matrix: np.ndarray, words: tuple[str, ...]) -> None:
    path = drawn(tmp_path / "bad.omx", a=matrix)
    target = tmp_path / "out.omx"
    for refuse in (
        lambda: read_omx(path),
        lambda: write_omx(target, MatrixSet({"a": matrix}, (1, 2))),
    ):
        with pytest.raises(InputError) as refused:
            refuse()
        assert all(word in str(refused.value) for word in words), refused.value
    assert [found.name for found in tmp_path.iterdir()] == ["bad.omx"]


def test_other_zones_than_those_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.omx"
    write_omx(path, MatrixSet({"a": SQUARE}, (10, 20)))
    with pytest.raises(InputError, match="file is of another size; got 2 zones; allowed: 3 zones"):
        read_omx(path, zones=(10, 20, 30))
    with pytest.raises(InputError, match="no zone 30"):
        read_omx(path, zones=(10, 30))
    with pytest.raises(InputError, match="wanted twice"):
        read_omx(path, zones=(10, 10))


def test_names_that_are_not_there(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.omx", a=SQUARE)
    with pytest.raises(InputError, match="no such matrix; got 'b'; allowed: a"):
        read_omx(path, ["b"])
    with pytest.raises(InputError, match="no such mapping; got 'taz'"):
        read_omx(path, mapping="taz")
    with pytest.raises(InputError, match="no such matrix; got none"):
        read_omx(drawn(tmp_path / "empty.omx"))


def test_mappings(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.omx", a=SQUARE)
    with openmatrix.open_file(str(path), "a") as file:
        file.create_mapping("taz", [7, 8])
        file.create_mapping("double", [9, 9])
    with pytest.raises(InputError, match=r"several mappings; got 2; allowed: double, taz"):
        read_omx(path)
    with pytest.raises(InputError, match="mapping double cannot be used; got a zone twice"):
        read_omx(path, mapping="double")
    assert read_omx(path, mapping="taz").zones == (7, 8)


def test_a_mapping_of_another_size(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.omx", a=SQUARE)
    with tables.open_file(str(path), "a") as file:
        file.create_array("/lookup", "taz", obj=np.array([1, 2, 3], np.uint32))
    with pytest.raises(InputError, match="mapping taz is of another size; got 3 zones; allowed: 2 zones"):
        read_omx(path)


def test_files_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "text.omx"
    path.write_text("From To\n", encoding="utf-8")
    with pytest.raises(InputError, match="not an OMX file"):
        read_omx(path)
    with tables.open_file(str(tmp_path / "other.omx"), "w") as file:
        file.create_array("/", "something", obj=SQUARE)
    with pytest.raises(InputError, match="not an OMX file"):
        read_omx(tmp_path / "other.omx")
    with pytest.raises(InputError, match="no such file"):
        read_omx(tmp_path / "nothing.omx")


@pytest.mark.parametrize(
    "content",
    [
        MatrixSet({}, (1, 2)),
        MatrixSet({"a": SQUARE}, (1, 1)),
        MatrixSet({"a": SQUARE}, (1, 2, 3)),
        MatrixSet({"a/b": SQUARE}, (1, 2)),
        MatrixSet({"": SQUARE}, (1, 2)),
    ],
)
def test_nothing_half_written(tmp_path: Path, content: MatrixSet) -> None:
    with pytest.raises(InputError):
        write_omx(tmp_path / "out.omx", content)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_a_file_that_was_cut_off(tmp_path: Path, part: float) -> None:
    path = tmp_path / "a.omx"
    write_omx(path, MatrixSet({"a": SQUARE}, (10, 20)))
    raw = path.read_bytes()
    path.write_bytes(raw[: int(part * len(raw))])
    with pytest.raises(InputError, match=r"a\.omx: "):
        read_omx(path)

"""Files of fixed-charge design problems: read as drawn, faults named with their line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.errors import CaspiaError, DataError, InputError
from caspia.exchange import read_dow

TEXT = """ DRAWN.DAT:
      3       2       1
       1       2      49    2846    2858       1      63
       2       3       8    4724.5    1144
       1       3      217
"""


def put(folder, text):
    path = folder / "drawn.dow"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_numbers_are_those_of_the_file(tmp_path):
    found = read_dow(put(tmp_path, TEXT))
    assert found.n_nodes == 3
    assert (found.tail.tolist(), found.head.tolist()) == ([0, 1], [1, 2])
    assert (found.unit_cost.tolist(), found.capacity.tolist()) == ([49.0, 8.0], [2846.0, 4724.5])
    assert found.fixed_cost.tolist() == [2858.0, 1144.0]
    assert (found.origin.tolist(), found.destination.tolist(), found.amount.tolist()) == ([0], [2], [217.0])


def test_line_ends_of_other_systems(tmp_path):
    assert read_dow(put(tmp_path, TEXT.replace("\n", "\r\n"))).amount.tolist() == [217.0]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("      3       2       1\n", "      3       2\n", 2, "below the title"),
        ("      3       2       1\n", "      3       2.5       1\n", 2, "below the title"),
        ("      3       2       1\n", "      3       2       2\n", 2, "number of rows"),
        ("4724.5    1144", "4724.5", 4, "columns"),
        ("4724.5", "-4724.5", 4, "out of range"),
        ("4724.5", "much", 4, "out of range"),
        ("       2       3       8", "       2       4       8", 4, "no such node"),
        ("       1       3      217", "       0       3      217", 5, "no such node"),
        ("      217", "      nan", 5, "out of range"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path, old, new, line, what):
    assert TEXT.count(old) == 1
    with pytest.raises(DataError, match=what) as caught:
        read_dow(put(tmp_path, TEXT.replace(old, new)))
    assert caught.value.problems[0].where.endswith(f":{line}")


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_dow(tmp_path / "absent.dow")


@given(st.text(alphabet="0123456789 \n.-e:x", max_size=60))
def test_any_text_is_read_or_refused(tmp_path, text):
    with suppress(CaspiaError):
        read_dow(put(tmp_path, text))

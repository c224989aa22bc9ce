"""Simple walks: the compiled test agrees with a plain count of visits, whatever numbers the groups bear."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspia.routing.walks import as_group, fresh_stamps, is_simple


@st.composite
def walks(draw: st.DrawFn) -> tuple[int, list[int], list[int]]:
    """Number of vertices, vertices of a walk, and groups."""
    n = draw(st.integers(1, 6))
    walk = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=7))
    return n, walk, draw(st.lists(st.sampled_from([-1, 0, 3, 900]), min_size=n, max_size=n))


@given(drawn=st.lists(walks(), min_size=1, max_size=3), repeat=st.booleans())
def test_no_vertex_twice_and_no_way_back(drawn: list[tuple[int, list[int], list[int]]], repeat: bool) -> None:
    for n, walk, groups in drawn:
        head = np.array([*walk[1:], 0], np.int32)
        line = np.arange(len(walk) - 1, dtype=np.int32)
        stretches = [name for name, _ in groupby(groups[vertex] for vertex in walk) if name >= 0]
        expected = len(set(walk)) == len(walk) and len(set(stretches)) == len(stretches)
        stamps = fresh_stamps(n)
        for mark in range(-1, 2 if repeat else 0):
            assert is_simple(head, as_group(groups, n), walk[0], line, stamps, mark) is expected


@given(groups=st.lists(st.sampled_from([-(2**40), -1, 0, 1, 5, 2**31, 2**40]), min_size=1, max_size=8))
def test_numbers_of_groups_do_not_matter(groups: list[int]) -> None:
    found = as_group(groups, len(groups))
    assert found.max(initial=-1) < len(groups)
    for one, name in zip(groups, found, strict=True):
        assert (one < 0) == (name < 0)
        for other, other_name in zip(groups, found, strict=True):
            if one >= 0 and other >= 0:
                assert (one == other) == (name == other_name)


@pytest.mark.parametrize("group", [[0, 1], [0.0, 1.0, 2.0], [[0, 1, 2]]])
def test_groups_of_another_shape_or_type(group: object) -> None:
    with pytest.raises(ValueError, match="group: got shape"):
        as_group(group, 3)

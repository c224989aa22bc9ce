"""A network whose facts are put anew is that which is built from the edited data."""

from dataclasses import fields

import numpy as np
import pytest

from caspia.network import Arcs, build_network, refit, same_graph
from caspia.study import Study


@pytest.mark.parametrize("name", ["base-2025", "northern-discount", "caspian-port-closures", "base-2021"])
def test_a_network_with_other_facts_is_the_one_built_anew(real: Study, name: str) -> None:
    edited = real.with_scenario(name).data
    if not same_graph(real.data, edited):
        pytest.skip("opens or closes something")
    built, found = build_network(edited), refit(real.network, edited)
    for item in fields(Arcs):
        assert np.array_equal(getattr(built.arcs, item.name), getattr(found.arcs, item.name)), item.name


def test_projects_that_only_change_numbers_keep_the_graph(real: Study) -> None:
    ids = real.data.tables["projects"]["id"]
    changed = [key for key in ids if same_graph(real.data, real.with_scenario(key).data)]
    assert len(changed) > 20
    for key in changed[::7]:
        edited = real.with_scenario(key).data
        assert np.array_equal(build_network(edited).arcs.facts, refit(real.network, edited).arcs.facts)


def test_what_closes_is_another_graph(real: Study) -> None:
    assert not same_graph(real.data, real.with_scenario("poland-belarus-closed").data)

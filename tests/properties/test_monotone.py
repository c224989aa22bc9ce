"""What theory promises of any world: dearer is never cheaper, closed is never nearer, winter is never faster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspia.cost import Lookup, arc_costs, cargo_of
from caspia.errors import ClosureError, Unreachable
from caspia.routing import shortest_path
from caspia.study import Request, Study
from caspia.study.request import open_weight, resolve
from drawn import open_drawn

WORLD = """
CNAAA -rail1435:300- KZBBB -rail1520:500- KZCCC -ferry:300- AZDDD -rail1520:400- GEEEE -rail1435:200- TRFFF
KZBBB -rail1520:900- RUGGG -rail1520:900- PLHHH -rail1435:400- TRFFF
KZCCC -road:700- IRIII -road:900- TRFFF
"""
FACTS = {
    "way.speed_kmh": (30, 50, 60),
    "way.tariff_usd_per_teu_km": (0.3, 0.5, 1.2),
    "border.border_h": (2, 8, 90),
    "KZCCC.closure_share_m01": 0.4,
    "KZCCC.closure_spell_h": 50,
}
PLACES = ["CNAAA", "KZBBB", "KZCCC", "AZDDD", "GEEEE", "RUGGG", "PLHHH", "IRIII", "TRFFF"]
pairs = st.permutations(PLACES).map(lambda order: (order[0], order[1]))
some = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_drawn(tmp_path_factory.mktemp("world") / "data", WORLD, FACTS)


def least(study: Study, ends: tuple[str, str], month: int | None = None) -> float:
    """Generalised cost of the best way."""
    request = Request(*ends, month=month)
    question = resolve(request, study.data, study.network)
    weight = open_weight(question, study.costs("containers", month))
    path = shortest_path(study.scene.graph, weight, question.source, question.target)
    return np.inf if path is None else path.cost


def dearer(study: Study, fact: int, factor: float) -> Study:
    """A study in which one fact is larger."""
    facts = study.data.facts
    bounds = {name: getattr(facts, name).copy() for name in ("value", "low", "high")}
    for array in bounds.values():
        array[fact] *= factor
    return replace(study, data=replace(study.data, facts=replace(facts, **bounds)), _costs={})


@given(pairs, st.integers(0, 10_000), st.floats(1.0, 10.0))
@some
def test_dearer_facts_never_make_the_best_way_cheaper(world, ends, pick, factor) -> None:
    names = world.data.facts.frame["attribute"]
    costly = np.flatnonzero(names.str.contains("usd_per|_h$") & ~names.str.contains("value_")).tolist()
    after = dearer(world, costly[pick % len(costly)], factor)
    assert least(after, ends) >= least(world, ends) * (1 - 1e-12)


@given(pairs, st.floats(1.0, 3.0))
@some
def test_faster_trains_never_make_the_best_way_dearer(world, ends, factor) -> None:
    (speed,) = np.flatnonzero(world.data.facts.frame["key"] == "way.speed_kmh")
    assert least(dearer(world, speed, factor), ends) <= least(world, ends) * (1 + 1e-12)


@given(pairs, st.sets(st.integers(0, 10_000), max_size=12))
@some
def test_closing_arcs_never_lowers_the_generalised_cost(world, ends, picks) -> None:
    is_open = world.network.arcs.is_open.copy()
    is_open[[pick % len(is_open) for pick in picks]] = False
    closed = world.network.with_open(is_open)
    cargo = cargo_of(world.data, "containers")
    costs = arc_costs(Lookup(closed, world.data.facts), cargo, None, world.grid_g_per_kwh)
    question = resolve(Request(*ends), world.data, closed)
    path = shortest_path(world.scene.graph, costs.generalised_usd, question.source, question.target)
    assert (np.inf if path is None else path.cost) >= least(world, ends) * (1 - 1e-12)


@given(pairs)
@some
def test_months_with_closures_are_never_better_than_months_without(world, ends) -> None:
    calm, year, stormy = (least(world, ends, month) for month in (7, None, 1))
    assert calm * (1 - 1e-12) <= year
    assert year * (1 - 1e-12) <= stormy


@given(pairs, st.sampled_from(["RU", "KZ", "IR", "AZ", "ferry", "road", "caspian-sea", "KZCCC", "PLHHH"]))
@some
def test_avoiding_never_lowers_the_generalised_cost(world, ends, word) -> None:
    free = min(item.generalised_usd for item in world.itineraries(Request(*ends)))
    try:
        bound = min(item.generalised_usd for item in world.itineraries(Request(*ends, avoid=(word,))))
    except (ClosureError, Unreachable):
        return
    assert bound >= free * (1 - 1e-12)


@given(pairs)
@some
def test_best_of_the_corridors_is_the_best_of_all(world, ends) -> None:
    found = world.itineraries(Request(*ends))
    assert found[0].generalised_usd - found[0].insurance_usd == pytest.approx(least(world, ends), rel=1e-9)
    assert [item.generalised_usd for item in found] == sorted(item.generalised_usd for item in found)

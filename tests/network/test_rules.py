"""Bars that name an operation, and bars that depend on where goods begin and end."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from caspia.network import ArcKind, resolve_rule, rule_binds
from drawn import open_drawn

DRAWING = """
KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD
KZAAA -rail1520:800- RUEEE -rail1520:700- PLFFF
"""
BLOCS = {"countries": {"PL": {"bloc": "EU"}, "KZ": {"bloc": "EAEU"}, "RU": {"bloc": "EAEU"}}}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return open_drawn(tmp_path_factory.mktemp("rules"), DRAWING, edits=BLOCS)


def rule(kind, target, *, goods="", origin="", destination=""):
    return SimpleNamespace(
        target_kind=kind, target=target, commodity_id=goods, origin=origin, destination=destination
    )


@pytest.mark.parametrize(
    ("kind", "target", "arcs"),
    [
        ("terminal", "trm-AZCCC", {ArcKind.TERMINAL}),
        ("border", "bcp-rail-RUEEE-PLFFF-RU-PL", {ArcKind.BORDER}),
        ("service", "svc-ferry-KZBBB-AZCCC", {ArcKind.WAIT}),
    ],
)
def test_operations_are_barred(study, kind, target, arcs):
    mask = resolve_rule(study.network, study.data, rule(kind, target))
    assert mask.any()
    assert {ArcKind(number) for number in study.network.arcs.kind[mask]} == arcs


@pytest.mark.parametrize(
    ("kind", "target", "crossings"),
    [
        ("entry", "RU", {"bcp-rail-KZAAA-RUEEE-KZ-RU", "bcp-rail-RUEEE-PLFFF-PL-RU"}),
        ("exit", "RU", {"bcp-rail-KZAAA-RUEEE-RU-KZ", "bcp-rail-RUEEE-PLFFF-RU-PL"}),
        ("entry", "EU", {"bcp-rail-RUEEE-PLFFF-RU-PL"}),
        ("exit", "EAEU", {"bcp-rail-RUEEE-PLFFF-RU-PL"}),
    ],
)
def test_crossings_are_barred_one_way(study, kind, target, crossings):
    mask = resolve_rule(study.network, study.data, rule(kind, target))
    arcs = study.network.arcs
    assert (arcs.kind[mask] == ArcKind.BORDER).all()
    assert set(study.data.tables["borders"]["id"].iloc[arcs.row[mask]]) == crossings


@pytest.mark.parametrize(
    ("given", "ends", "binds"),
    [
        ({}, ("KZ", "PL"), True),
        ({}, ("RU", "PL"), False),
        ({}, ("KZ", "RU"), False),
        ({"goods": "grain"}, ("KZ", "PL"), True),
        ({"goods": "oil"}, ("KZ", "PL"), False),
        ({"origin": "EU"}, ("PL", "KZ"), True),
        ({"origin": "EU"}, ("KZ", "PL"), False),
        ({"origin": "EU"}, ("PL", "RU"), False),
        ({"origin": "GE;PL"}, ("PL", "KZ"), True),
        ({"destination": "RU"}, ("PL", "RU"), True),
        ({"destination": "RU"}, ("PL", "KZ"), False),
        ({"origin": "EU", "destination": "KZ"}, ("PL", "KZ"), True),
        ({"origin": "EU", "destination": "KZ"}, ("PL", "GE"), False),
    ],
)
def test_a_bar_on_a_state_is_one_on_transit(study, given, ends, binds):
    assert rule_binds(study.data, rule("country", "RU", **given), "grain", ends) is binds


def test_a_bar_on_a_bloc_spares_its_members(study):
    assert rule_binds(study.data, rule("bloc", "EAEU"), "grain", ("PL", "GE"))
    assert not rule_binds(study.data, rule("bloc", "EAEU"), "grain", ("KZ", "GE"))
    # A bar on a mode spares nobody.
    assert rule_binds(study.data, rule("mode", "rail"), "grain", ("RU", "PL"))

"""Every component of money, time and emission against numbers worked out by hand in the test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from caspia.cost import ArcCosts, cargo_of
from caspia.errors import InputError
from caspia.network import ArcKind
from caspia.study import Study
from drawn import Edits, Number, open_drawn

LINE = "KZAAA -rail1520:100- KZBBB"
FEU_T = 20  # ten tonnes in each of two TEU
PERT = (10.0, 20.0, 60.0)
PERT_MEAN = (10 + 4 * 20 + 60) / 6


def line_cost(
    tmp_path: Path,
    facts: Mapping[str, Number | None] | None = None,
    commodity: str = "containers",
    edits: Edits | None = None,
    drawing: str = LINE,
) -> tuple[ArcCosts, int, int]:
    """Costs, and the line arcs from the first place to the second and back."""
    study = open_drawn(tmp_path, drawing, facts, edits)
    arcs = study.network.arcs
    there, back = np.flatnonzero(arcs.kind == ArcKind.LINE)[:2]
    return study.costs(commodity), int(there), int(back)


def test_rail_tariff_by_the_box(tmp_path: Path) -> None:
    costs, there, back = line_cost(tmp_path, {"way.fare_usd_per_teu": 25})
    assert costs.money.mean[there] == pytest.approx(0.5 * 100 * 2 + 25 * 2)
    assert costs.money.mean[back] == costs.money.mean[there]


def test_rail_tariff_by_the_tonne(tmp_path: Path) -> None:
    costs, there, _ = line_cost(tmp_path, {"way.fare_usd_per_t": 3}, "grain")
    assert costs.money.mean[there] == pytest.approx(0.04 * 100 + 3)


def test_backhaul_discounts_boxes_only_and_only_backwards(tmp_path: Path) -> None:
    facts = {"way.backhaul_factor": 0.4, "way.fare_usd_per_teu": 25}
    costs, there, back = line_cost(tmp_path / "boxes", facts)
    assert costs.money.mean[there] == pytest.approx(150)
    assert costs.money.mean[back] == pytest.approx(0.4 * 150)
    costs, there, back = line_cost(tmp_path / "bulk", facts, "grain")
    assert costs.money.mean[there] == costs.money.mean[back]


@pytest.mark.parametrize(("liquid", "expected"), [(0.06, 6.0), (None, 4.0)])
def test_liquids_fall_back_to_the_tariff_of_bulk(tmp_path: Path, liquid: float | None, expected: float) -> None:
    costs, there, _ = line_cost(tmp_path, {"way.tariff_liquid_usd_per_t_km": liquid}, "oil")
    assert costs.money.mean[there] == pytest.approx(expected)


def test_mean_of_an_interval_is_that_of_the_pert(tmp_path: Path) -> None:
    costs, there, _ = line_cost(tmp_path, {"way.fare_usd_per_teu": PERT, "way.tariff_usd_per_teu_km": None})
    assert costs.money.mean[there] == pytest.approx(2 * PERT_MEAN)
    variance = (PERT_MEAN - 10) * (60 - PERT_MEAN) / 7
    assert costs.money.sd[there] == pytest.approx(2 * variance**0.5)


def test_money_of_older_years_is_deflated(tmp_path: Path) -> None:
    facts = {
        "way.tariff_usd_per_teu_km": None,
        "way.tariff_usd_per_teu_km@2015": (0.25, 0.5, 0.75),
        "US.deflator_index@2015": 80,
    }
    costs, there, _ = line_cost(tmp_path, facts)
    assert costs.money.mean[there] == pytest.approx(0.5 * 100 / 80 * 100 * 2)
    assert costs.money.variables.low.min() == pytest.approx(0.25 / 0.8)


def test_way_without_a_price_carries_nothing(tmp_path: Path) -> None:
    costs, there, _ = line_cost(tmp_path, {"way.tariff_usd_per_teu_km": None})
    assert not costs.passable[there]
    assert costs.generalised_usd[there] == np.inf


def test_handling_border_and_loading(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, "KZAAA -rail1520:100- KZBBB -rail1435:100- CNCCC")
    boxes, grain = study.costs("containers"), study.costs("grain")
    arcs = study.network.arcs
    expected = {
        ArcKind.GAUGE_CHANGE: (80 * 2, 5, 12),
        ArcKind.BORDER: (30 * 2, 2, 8),
        ArcKind.LOADING: (60 * 2, 4, 10),
        ArcKind.UNLOADING: (60 * 2, 4, 10),
        ArcKind.THROUGH: (0, 0, 0),
    }
    for kind, (per_box, per_tonne, hours) in expected.items():
        own = arcs.kind == kind
        assert boxes.money.mean[own] == pytest.approx(per_box)
        assert grain.money.mean[own] == pytest.approx(per_tonne)
        assert boxes.time.mean[own] == pytest.approx(hours)


def test_war_risk_is_a_share_of_the_value(tmp_path: Path) -> None:
    plain, there, _ = line_cost(tmp_path / "plain")
    risky, _, _ = line_cost(tmp_path / "risky", {"way.war_risk_pct": 0.7})
    assert risky.money.mean[there] - plain.money.mean[there] == pytest.approx(0.007 * 3000 * FEU_T)


def test_insurance_is_a_share_of_the_value_whatever_the_way(tmp_path: Path) -> None:
    costs, _, _ = line_cost(tmp_path)
    assert costs.insurance_usd == pytest.approx(0.005 * 3000 * FEU_T)


def test_speed_is_read_inversely(tmp_path: Path) -> None:
    costs, there, _ = line_cost(tmp_path, {"way.speed_kmh": (20, 40, 80)})
    hours_per_km = (1 / 80 + 4 / 40 + 1 / 20) / 6
    assert costs.time.mean[there] == pytest.approx(100 * hours_per_km)


@pytest.mark.parametrize(("commodity", "speed"), [("containers", 50), ("grain", 40)])
def test_bulk_goes_by_its_own_speed(tmp_path: Path, commodity: str, speed: float) -> None:
    costs, there, _ = line_cost(tmp_path, None, commodity)
    assert costs.time.mean[there] == pytest.approx(100 / speed)


def test_running_time_replaces_speed(tmp_path: Path) -> None:
    costs, there, back = line_cost(tmp_path, {"rail-KZAAA-KZBBB.transit_h": 33})
    assert costs.time.mean[[there, back]] == pytest.approx([33, 33])


def test_fact_of_the_object_goes_before_that_of_its_class(tmp_path: Path) -> None:
    facts = {"rail.tariff_usd_per_teu_km": 0.7, "rail-KZAAA-KZBBB.speed_kmh": 25}
    costs, there, _ = line_cost(tmp_path, facts)
    assert costs.money.mean[there] == pytest.approx(0.7 * 100 * 2)
    assert costs.time.mean[there] == pytest.approx(4)


def test_diesel_by_the_tonne_km(tmp_path: Path) -> None:
    costs, there, _ = line_cost(tmp_path)
    assert costs.emission.mean[there] == pytest.approx(20 * 100 * FEU_T / 1000)


def test_electric_rail_by_the_grid_of_the_states_passed(tmp_path: Path) -> None:
    facts = {"rail.energy_kwh_per_t_km": 0.03, "KZ.grid_g_per_kwh": 600, "CN.grid_g_per_kwh": 500}
    wire = {"links": {"rail-KZAAA-CNBBB": {"electrified": "yes"}}}
    costs, there, _ = line_cost(tmp_path, facts, edits=wire, drawing="KZAAA -rail1520:100- CNBBB")
    assert costs.emission.mean[there] == pytest.approx(0.03 * (600 + 500) / 2 * 100 * FEU_T / 1000)


@pytest.mark.parametrize("missing", ["KZ.grid_g_per_kwh", "rail.energy_kwh_per_t_km"])
def test_electric_rail_without_facts_counts_as_diesel(tmp_path: Path, missing: str) -> None:
    facts: dict[str, Number | None] = {"rail.energy_kwh_per_t_km": 0.03, "KZ.grid_g_per_kwh": 600} | {missing: None}
    wire = {"links": {"rail-KZAAA-KZBBB": {"electrified": "yes"}}}
    costs, there, _ = line_cost(tmp_path, facts, edits=wire)
    assert costs.emission.mean[there] == pytest.approx(20 * 100 * FEU_T / 1000)


@pytest.mark.parametrize(("commodity", "grams"), [("containers", 90 * 2), ("grain", 20)])
def test_ships_emit_by_the_box_where_they_carry_boxes(tmp_path: Path, commodity: str, grams: float) -> None:
    facts = {"ferry.emission_g_per_teu_km": 90}
    costs, there, _ = line_cost(tmp_path, facts, commodity, drawing="KZAAA -ferry:100- AZBBB")
    assert costs.emission.mean[there] == pytest.approx(grams * 100 / 1000)


def test_handling_emits(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, "KZAAA -rail1520:100- KZBBB -rail1435:100- CNCCC")
    own = study.network.arcs.kind == ArcKind.GAUGE_CHANGE
    assert study.costs("containers").emission.mean[own] == pytest.approx(1 * FEU_T)


SAILING = "KZAAA -ferry:300- AZBBB"


def wait(study: Study, month: int | None = None) -> tuple[float, float]:
    """Mean and standard deviation of the wait at the first port."""
    time = study.costs("containers", month).time
    (arc, *_) = np.flatnonzero(study.network.arcs.kind == ArcKind.WAIT)
    return float(time.mean[arc]), float(time.sd[arc])


def test_wait_for_a_sailing(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, SAILING, {"service.departures_per_week": 3.5, "service.queue_h": 9})
    assert wait(study) == pytest.approx((24 + 9, 48 / 12**0.5))


def test_wait_for_the_weather(tmp_path: Path) -> None:
    facts: dict[str, Number] = {
        "service.departures_per_week": 3.5,
        "KZAAA.closure_share_m01": 0.3,
        "KZAAA.closure_spell_h": 40,
    }
    study = open_drawn(tmp_path, SAILING, facts)
    assert wait(study, 1)[0] == pytest.approx(24 + 0.3 * 40 / 2)
    assert wait(study, 7)[0] == pytest.approx(24)
    assert wait(study)[0] == pytest.approx(24 + 0.3 / 12 * 40 / 2)


def test_port_shut_all_the_month_is_not_passed(tmp_path: Path) -> None:
    facts = {"KZAAA.closure_share_m01": 1.0, "KZAAA.closure_spell_h": 700}
    study = open_drawn(tmp_path, SAILING, facts)
    (arc, *_) = np.flatnonzero(study.network.arcs.kind == ArcKind.WAIT)
    assert not study.costs("containers", 1).passable[arc]
    assert study.costs("containers", 2).passable[arc]


def test_generalised_cost(tmp_path: Path) -> None:
    costs, there, _ = line_cost(tmp_path, {"way.speed_kmh": (20, 40, 80), "containers.reliability_ratio": 1.5})
    value_of_time = 0.5 * FEU_T
    felt = costs.time.mean[there] + 1.5 * costs.time.sd[there]
    assert costs.generalised_usd[there] == pytest.approx(costs.money.mean[there] + value_of_time * felt)


def test_units_of_cargo(tmp_path: Path) -> None:
    data = open_drawn(tmp_path, LINE).data
    box, grain = cargo_of(data, "containers"), cargo_of(data, "grain")
    assert (box.unit, box.teu, box.tonnes, box.value_usd) == ("FEU", 2, 20, 60_000)
    assert (grain.unit, grain.teu, grain.tonnes, grain.value_usd) == ("t", 0, 1, 3000)


def test_commodity_without_a_fact_is_refused(tmp_path: Path) -> None:
    study = open_drawn(tmp_path, LINE, {"containers.value_usd_per_t": None})
    with pytest.raises(InputError, match=r"containers has no value_usd_per_t.*add the fact"):
        study.costs("containers")

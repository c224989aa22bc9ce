"""What empty hauls cost, what closed days take, and who feels the constant of a corridor, on a drawn world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.drawn import open_drawn
from tests.study.test_flows import DRAWING, EDITS, FACTS

from caspia.cost import Lookup, empty_haul_usd_per_t, find_servers
from caspia.network import ArcKind
from caspia.study import Study
from caspia.study.corridors import CORRIDORS
from caspia.study.loading import route_costs
from caspia.study.market import in_transit

EMPTIES = {
    "way.empty_haul_usd_per_wagon_km": 0.3,
    "way.empty_haul_usd_per_teu_km": 0.1,
    "way.wagon_payload_t": 60,
    "containers.empty_return_share": 0.25,
}
PORT = {
    "AZCCC.capacity_t_per_year": 1_000_000,
    "terminal.queue_channels": 1,
    "terminal.queue_variability": 0.5,
    "terminal.queue_batch_t": 1000,
    "terminal.overload_usd_per_t": 10,
}


def opened(folder: Path, facts: dict[str, float]) -> Study:
    return open_drawn(folder, DRAWING, facts=FACTS | facts, edits=EDITS)


def hauls(study: Study) -> np.ndarray:
    return empty_haul_usd_per_t(Lookup(study.network, study.data.facts), study.data)


def test_the_loaded_tonne_pays_for_its_empty_wagon_and_box(tmp_path: Path) -> None:
    study = opened(tmp_path, EMPTIES)
    arcs, ids = study.network.arcs, study.data.tables["commodities"]["id"].tolist()
    first = np.flatnonzero((arcs.kind == ArcKind.LINE) & np.isclose(arcs.length_km, 300))[0]
    found = hauls(study)
    tonnes = study.data.values("commodities", "cargo_t_per_teu")[ids.index("containers")]
    assert found[ids.index("grain"), first] == pytest.approx(300 * 0.3 / 60 * 0.5)
    assert found[ids.index("containers"), first] == pytest.approx(300 * 0.1 / tonnes * 0.25)
    assert (found[:, arcs.kind != ArcKind.LINE] == 0).all()


def test_an_empty_haul_adds_to_the_cost_of_a_route_and_no_price_adds_nothing(tmp_path: Path) -> None:
    bare = opened(tmp_path / "bare", {})
    priced = opened(tmp_path / "priced", EMPTIES)
    assert (hauls(bare) == 0).all()
    model = bare.flow_model()
    before, after = route_costs(bare, model.market), route_costs(priced, model.market)
    routes, goods = model.market.routes, model.market.commodity
    extra = np.add.reduceat(hauls(priced)[goods[routes.route_of_arc], routes.arcs], routes.start[:-1])
    known = np.isfinite(before)
    assert (extra[known] > 0).all()
    assert after[known] - before[known] == pytest.approx(extra[known])


@pytest.mark.parametrize("days", [30, 100])
def test_closed_days_take_capacity(tmp_path: Path, days: int) -> None:
    share = days / 365
    shut = {f"AZCCC.closure_share_m{month:02d}": share for month in range(1, 13)}
    capacity = []
    for name, facts in (("open", {}), ("shut", shut)):
        study = opened(tmp_path / name, PORT | facts)
        servers = find_servers(Lookup(study.network, study.data.facts), study.data)
        capacity.append(dict(zip(servers.key, servers.capacity, strict=True)))
    free, less = capacity
    # The ships sail between an open and a shut port both ways; the port is shut itself; the railway is not.
    for key in ("places:AZCCC#t", "fleets:flt-two>", "fleets:flt-two<"):
        assert less[key] == pytest.approx(free[key] * (1 - share))
    assert less["links:rail-KZAAA-KZBBB>"] == free["links:rail-KZAAA-KZBBB>"]


def test_a_port_that_is_always_shut_still_has_a_capacity_for_its_queue(tmp_path: Path) -> None:
    shut = {f"AZCCC.closure_share_m{month:02d}": 1 for month in range(1, 13)}
    study = opened(tmp_path, PORT | shut)
    servers = find_servers(Lookup(study.network, study.data.facts), study.data)
    assert (servers.capacity > 0).all()


def test_the_constant_of_a_corridor_is_felt_in_transit_only(tmp_path: Path) -> None:
    edits = {name: dict(rows) for name, rows in EDITS.items()}
    edits["zones"]["RU"] = {"name": "Russia", "countries": "RU"}
    edits["centroids"]["cen-RU-RUEEE"] = {"zone_id": "RU", "place_id": "RUEEE", "role": "both"}
    edits["demand"]["dem-RU-GE-grain"] = EDITS["demand"]["dem-KZ-GE-grain"] | {"origin_id": "RU"}
    facts = FACTS | {"cen-RU-RUEEE.weight": 1, "dem-RU-GE-grain.demand_t@2025": 1000}
    study = open_drawn(tmp_path, DRAWING, facts=facts, edits=edits)
    market = study.flow_model().market
    felt = in_transit(study, market)
    states = study.data.tables["places"]["country"].to_numpy(dtype=object)
    russian = (states[market.pairs.origin] == "RU")[market.routes.pair]
    northern = market.routes.kind == CORRIDORS.index("Northern")
    assert (northern & russian).any()
    assert (felt == ~(northern & russian)).all()

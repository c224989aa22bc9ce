"""Ways through given places, and the validation that asks for them."""

from __future__ import annotations

import pytest
from asked import Reader

from caspia.routing import shortest_path
from caspia.study import Request


def test_way_through_a_port_takes_the_ship(world: Reader) -> None:
    (item,) = world.ask("KZALA", "GEPTI", via=("KZAAU", "AZALA"))
    links = [link for leg in item.legs for link in leg.link_ids]
    assert len(set(links)) == len(links)
    assert "RU" not in item.countries


def test_caspian_observations_are_compared_with_caspian_routes(world: Reader) -> None:
    wrong = []
    for seen in world.study.data.tables["observations"].itertuples():
        if seen.corridor == "Caspian":
            ends = (seen.origin_id, seen.destination_id, seen.commodity_id)
            via = tuple(place for place in seen.via.split(";") if place)
            item = world.study.itineraries(Request(*ends, via=via, corridor="Caspian"))[0]
            wrong += [seen.id] if item.corridor != "Caspian" else []
    assert wrong == []


@pytest.mark.parametrize("ends", [("KZALA", "DEDUI"), ("UZTAS", "TRIST"), ("CNXIA", "DEDUI")])
def test_pareto_set_holds_the_best_routes(world: Reader, ends: tuple[str, str]) -> None:
    found = world.study.itineraries(Request(*ends), pareto=True)
    costs = world.study.costs("containers")
    first, last = found[0].arcs[[0, -1]]
    arcs = world.study.network.arcs
    money = costs.money.mean.copy()
    money[~costs.passable] = float("inf")
    cheapest = shortest_path(world.study.scene.graph, money, arcs.tail[first], arcs.head[last])
    assert cheapest is not None
    best = world.ask(*ends)[0].generalised_usd
    assert min(item.generalised_usd for item in found) <= 1.02 * best
    assert min(costs.money.mean[item.arcs].sum() for item in found) <= 1.02 * cheapest.cost


def test_alternatives_of_an_avoided_corridor_do_not_appear(world: Reader) -> None:
    avoid = ("Northern", "Ocean", "Caspian", "Other")
    found = world.ask("KZUKK", "KGFRU", avoid=avoid, alternatives=3)
    assert not {item.corridor for item in found} & set(avoid)

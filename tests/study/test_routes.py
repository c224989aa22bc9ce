"""Routes on the built-in data: labels, closures, sums, alternatives, compromises, months."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from asked import PLACES, Reader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caspia.errors import ClosureError, InputError, Unreachable
from caspia.study import Request, Study
from caspia.study.corridors import CORRIDORS
from caspia.study.find import PARETO_EPSILON
from caspia.study.itinerary import Itinerary

pairs = st.permutations(PLACES).map(lambda order: (order[0], order[1]))
words = st.sampled_from(
    [
        "RU",
        "CN",
        "IR",
        "KZ",
        "AZ",
        "GE",
        "TR",
        "TM",
        "UZ",
        "ferry",
        "road",
        "feeder",
        "deep-sea",
        "caspian-sea",
        "black-sea",
        "suez-canal",
        "EGSUEZC",
        "XZMALAC",
        "KZAAU",
        "AZALA",
        "KZDOS",
        "KZALTYN",
        "BYBQT",
        "TRKPU",
        "rail",
    ]
)
goods = st.sampled_from(["containers", "uranium-concentrate", "titanium", "grain"])
some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ask(study: Study, *ends: str, **more: object) -> list[Itinerary]:
    return study.itineraries(Request(*ends, **more))  # type: ignore[arg-type]


@given(pairs, goods)
@some
def test_labels_follow_the_written_rule(real: Study, reader: Reader, ends, commodity) -> None:
    for item in ask(real, *ends, commodity=commodity, alternatives=3):
        assert item.corridor == reader.corridor(item)


@given(pairs, st.sets(words, min_size=1, max_size=3), goods)
@some
def test_nothing_avoided_is_passed(real: Study, reader: Reader, ends, avoid, commodity) -> None:
    try:
        found = ask(real, *ends, avoid=tuple(sorted(avoid)), commodity=commodity, alternatives=3)
    except (ClosureError, Unreachable):
        return
    for item in found:
        assert not reader.passed(item) & {
            word.replace("-sea", "_sea") if word == "deep-sea" else word for word in avoid
        }


@given(pairs, st.sets(st.sampled_from(CORRIDORS), min_size=1, max_size=4))
@some
def test_avoided_corridors_do_not_appear(real: Study, ends, avoid) -> None:
    try:
        found = ask(real, *ends, avoid=tuple(sorted(avoid)), alternatives=3)
    except Unreachable:
        return
    assert not {item.corridor for item in found} & avoid


@given(pairs)
@some
def test_each_corridor_has_one_best_route(real: Study, ends) -> None:
    frame = real.routes(*ends, alternatives=3)
    first = frame[frame["rank"] == 1]
    assert first["corridor"].is_unique
    assert set(first["corridor"]) == set(frame["corridor"])
    assert frame["best"].sum() == 1
    assert frame["route_id"].is_unique
    for _, group in frame.groupby("corridor"):
        assert group["rank"].tolist() == list(range(1, len(group) + 1))
        assert group["generalised_cost_usd"].min() == group["generalised_cost_usd"].iloc[0]


@given(pairs, goods)
@some
def test_sums_of_the_legs_are_the_sums_of_the_route(real: Study, ends, commodity) -> None:
    for item in ask(real, *ends, commodity=commodity):
        assert sum(leg.cost_usd for leg in item.legs) + item.insurance_usd == pytest.approx(item.cost_usd)
        assert sum(leg.time_h for leg in item.legs) == pytest.approx(item.time_h)
        assert sum(leg.co2e_kg for leg in item.legs) == pytest.approx(item.co2e_kg)
        assert sum(leg.length_km for leg in item.legs) == pytest.approx(item.length_km)
        assert min(min(leg.cost_usd, leg.time_h, leg.co2e_kg, leg.length_km) for leg in item.legs) >= 0


@given(pairs, goods)
@some
def test_legs_join_up_and_name_their_sources(real: Study, ends, commodity) -> None:
    sources = set(real.data.tables["sources"]["id"])
    keys = set(real.data.facts.frame["key"])
    for item in ask(real, *ends, commodity=commodity):
        assert (item.legs[0].from_id, item.legs[-1].to_id) == ends
        assert [item.legs[0].operation, item.legs[-1].operation] == ["loading", "unloading"]
        for one, other in zip(item.legs, item.legs[1:], strict=False):
            assert one.to_id == other.from_id
        for leg in item.legs:
            assert leg.facts
            assert set(leg.facts) <= keys
            assert leg.sources
            assert set(leg.sources) <= sources


@given(pairs, goods)
@some
def test_intervals_hold_the_expected_value(real: Study, ends, commodity) -> None:
    for item in ask(real, *ends, commodity=commodity):
        for low, mid, high in (item.cost_usd_p, item.time_h_p, item.co2e_kg_p):
            assert 0 <= low <= mid <= high
        assert item.time_h_p[0] <= item.time_h <= item.time_h_p[2]
        assert item.cost_usd_p[0] <= item.cost_usd <= item.cost_usd_p[2]
        assert 0 <= item.assumed_share <= 1


@given(pairs, st.sampled_from([place for place in PLACES if place[:2] in ("KZ", "TR", "GE", "PL", "CN")]))
@some
def test_via_is_honoured(real: Study, reader: Reader, ends, via) -> None:
    if via in ends:
        return
    (item,) = ask(real, *ends, via=(via,))
    places = [leg.from_id for leg in item.legs] + [
        end for run in reader.runs(item) for end in (run["from_id"], run["to_id"])
    ]
    assert via in places
    assert item.generalised_usd >= min(free.generalised_usd for free in ask(real, *ends)) * (1 - 1e-12)


def test_via_in_order(real: Study) -> None:
    (item,) = ask(real, "KZALA", "DEDUI", via=("KZAAU", "AZALA", "GEPTI"))
    order = [leg.from_id for leg in item.legs]
    assert order.index("KZAAU") < order.index("AZALA") < order.index("GEPTI")
    assert item.corridor == "Caspian"


@given(pairs, st.integers(1, 6))
@some
def test_alternatives_are_few_and_dissimilar(real: Study, ends, wanted) -> None:
    best = ask(real, *ends)
    found = ask(real, *ends, alternatives=wanted)
    assert [item.arcs.tolist() for item in found[: len(best)]] == [item.arcs.tolist() for item in best]
    others = found[len(best) :]
    assert len(others) <= wanted
    assert len({tuple(item.arcs.tolist()) for item in found}) == len(found)
    length = real.network.arcs.length_km
    for one, other in combinations(others, 2):
        shared = length[np.intersect1d(one.arcs, other.arcs)].sum()
        assert shared <= 0.7 * min(one.length_km, other.length_km) + 1e-6


@pytest.mark.parametrize("ends", [("KZALA", "DEDUI"), ("UZTAS", "TRIST"), ("KZUKK", "JPYOK"), ("CNXIA", "DEDUI")])
def test_pareto_set(real: Study, ends: tuple[str, str]) -> None:
    found = real.itineraries(Request(*ends), pareto=True)
    costs = real.costs("containers")
    criteria = (costs.money.mean, costs.time.mean, costs.time.sd, costs.emission.mean)
    values = np.array([[criterion[item.arcs].sum() for criterion in criteria] for item in found])
    assert len(found) > 1
    assert (np.diff(values[:, 0]) >= 0).all()
    for one, other in combinations(values, 2):
        assert not (one <= other).all()
        assert not (other <= one).all()
    for item in ask(real, *ends, alternatives=5):
        own = np.array([criterion[item.arcs].sum() for criterion in criteria])
        in_bound = own <= 2.5 * values.min(axis=0)
        if in_bound.all():
            assert (values <= own * (1 + PARETO_EPSILON) + 1e-9).all(axis=1).any()


def test_pareto_set_of_the_command_honours_what_is_avoided(real: Study, reader: Reader) -> None:
    for item in real.itineraries(Request("KZUKK", "JPYOK", avoid=("RU", "CN")), pareto=True):
        assert not reader.passed(item) & {"RU", "CN"}


def test_best_of_every_corridor_for_the_headline_pair(real: Study) -> None:
    frame = real.routes("KZALA", "DEDUI")
    assert {"Caspian", "Northern", "Southern", "Eastern"} <= set(frame["corridor"])
    caspian = frame[frame["corridor"] == "Caspian"].iloc[0]
    assert caspian["countries"].startswith("KZ;AZ;GE")
    assert not {"RU", "IR"} & set(caspian["countries"].split(";"))


def test_japan_without_russia_and_china(real: Study, reader: Reader) -> None:
    for commodity in ("titanium", "uranium-concentrate"):
        found = ask(real, "KZUKK", "JPYOK", commodity=commodity, avoid=("RU", "CN"))
        assert all(not reader.passed(item) & {"RU", "CN"} for item in found)
        assert found[0].corridor == "Caspian"


def test_winter_delays_the_ferries(real: Study) -> None:
    for via in (("KZAAU", "AZALA"), ("TMKRW", "AZALA")):
        calm, stormy = (ask(real, "UZTAS", "GEPTI", via=via, month=month)[0] for month in (6, 1))
        assert stormy.time_h > calm.time_h
        waits = [sum(leg.time_h for leg in item.legs if leg.operation == "wait") for item in (calm, stormy)]
        assert waits[1] > waits[0]


def test_rules_of_the_goods_bind(real: Study, reader: Reader) -> None:
    """Machines do not pass Russia; uranium takes neither Iran nor a feeder; oil does not go by road."""
    barred = {"machinery": {"RU"}, "uranium-concentrate": {"IR", "feeder"}, "crude-oil": {"road", "gas_pipeline"}}
    ends = {
        "machinery": ("CNXIA", "DEDUI"),
        "uranium-concentrate": ("KZSHIEL", "TRIST"),
        "crude-oil": ("KZTGZ", "ITTRS"),
    }
    for commodity, words_barred in barred.items():
        for item in ask(real, *ends[commodity], commodity=commodity, alternatives=3):
            assert not reader.passed(item) & words_barred


def test_transit_ban_does_not_bind_at_home(real: Study) -> None:
    assert ask(real, "RUMOW", "KZALA", commodity="machinery")


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (Request("KZALA", "Atlantis"), InputError, "unknown place"),
        (Request("KZALA", "Duisbrug"), InputError, "DEDUI Duisburg"),
        (Request("KZALA", "KZALA"), InputError, "same place"),
        (Request("KZALA", "Алматы"), InputError, "same place"),
        (Request("KZALA", "DEDUI", "unobtainium"), InputError, "unknown commodity.*containers"),
        (Request("KZALA", "DEDUI", month=13), InputError, "no such month.*1 to 12"),
        (Request("KZALA", "DEDUI", month=0), InputError, "no such month"),
        (Request("KZALA", "DEDUI", alternatives=-1), InputError, "alternatives out of range"),
        (Request("KZALA", "DEDUI", alternatives=21), InputError, "0 to 20"),
        (Request("KZALA", "DEDUI", avoid=("KZ",)), ClosureError, "begins there"),
        (Request("KZALA", "DEDUI", avoid=("Germany",)), ClosureError, "ends there"),
        (Request("KZALA", "DEDUI", avoid=("Almaty",)), ClosureError, "begins there"),
        (Request("KZALA", "DEDUI", avoid=("Mordor",)), ClosureError, "unknown thing to avoid.*'Mordor'"),
        (Request("KZALA", "DEDUI", avoid=("XX",)), ClosureError, "unknown thing to avoid|nothing"),
        (Request("KZALA", "DEDUI", avoid=("rail", "road")), InputError, "cannot be honoured|cut it"),
        (Request("KZALA", "GEPTI", avoid=("RU", "caspian-sea", "IR", "CN", "AF", "PK")), Unreachable, "cut"),
        (Request("KZALA", "GEPTI", avoid=CORRIDORS), Unreachable, "only avoided corridors"),
        (Request("KZALA", "XZMALAC"), InputError, "no open link serves this place"),
    ],
)
def test_requests_that_cannot_be_answered(real: Study, request_: Request, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        real.itineraries(request_)


def test_avoiding_what_nothing_passes_is_refused(real: Study) -> None:
    unused = sorted(
        set(real.network.countries)
        - {c for i, c in enumerate(real.network.countries) if real.network.arcs.countries[:, i].any()}
    )
    assert unused, "every country of the table is passed"
    with pytest.raises(ClosureError, match="no link of the data passes it"):
        ask(real, "KZALA", "DEDUI", avoid=(unused[0],))


def test_what_cuts_a_journey_is_named(real: Study) -> None:
    with pytest.raises(Unreachable, match="it is cut by avoiding Turkmenistan|each of these cuts it"):
        ask(real, "TMMYP", "IRBND", avoid=("road", "UZ", "KZ", "caspian-sea", "AF", "IRCKT"))
    with pytest.raises(Unreachable, match="gas cargo"):
        ask(real, "KZALA", "JPYOK", commodity="natural-gas")


def test_rule_that_cuts_a_journey_is_named(real: Study) -> None:
    with pytest.raises(Unreachable, match=r"rule rul-|gas cargo"):
        ask(real, "TMMYP", "GEPTI", commodity="natural-gas")

"""The reference consignments of the built-in data, and the validation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caspia.study import Result, Study, summary

EXPECTED = (
    *("cns-almaty-duisburg", "cns-xian-duisburg", "cns-tashkent-istanbul", "cns-khorgos-constanta"),
    *("cns-titanium-yokohama", "cns-uranium-kz-yokohama", "cns-uranium-kz-yokohama-no-ru-cn"),
    *("cns-uranium-uz-yokohama", "cns-uranium-uz-yokohama-no-ru-cn", "cns-ferrochrome-rotterdam"),
    *("cns-copper-hamburg", "cns-cotton-mersin", "cns-grain-mersin", "cns-crude-ceyhan", "cns-crude-trieste"),
    "cns-machinery-almaty",
)


def test_reference_consignments_are_answered(answered: Result) -> None:
    heads = answered.tables["consignments"].set_index("consignment_id")
    assert set(EXPECTED) <= set(heads.index)
    assert (heads.loc[list(EXPECTED), "status"] == "answered").all()
    assert (heads["reason"][heads["status"] != "answered"] != "").all()


def test_routes_honour_what_their_consignment_avoids(answered: Result) -> None:
    avoid = answered.tables["consignments"].set_index("consignment_id")["avoid"]
    for route in answered.tables["routes"].itertuples():
        banned = set(filter(None, avoid[route.consignment_id].split(";")))
        assert not banned & set(route.countries.split(";"))


def test_sums_of_stored_legs_are_those_of_the_routes(answered: Result) -> None:
    legs = answered.tables["legs"].groupby("route_id")[["cost_usd", "time_h", "co2e_kg", "length_km"]].sum()
    routes = answered.tables["routes"].set_index("route_id")
    legs = legs.loc[routes.index]
    assert (legs["cost_usd"] + routes["insurance_usd"]).to_numpy() == pytest.approx(routes["cost_usd"].to_numpy())
    for column in ("time_h", "co2e_kg", "length_km"):
        assert legs[column].to_numpy() == pytest.approx(routes[column].to_numpy())


def test_route_ids_are_unique_and_legs_belong_to_them(answered: Result) -> None:
    routes, legs = answered.tables["routes"], answered.tables["legs"]
    assert routes["route_id"].is_unique
    assert set(legs["route_id"]) == set(routes["route_id"])
    assert not routes.drop(columns=["via"]).isna().any().any()


def test_facts_and_sources_of_the_legs_are_stored(answered: Result) -> None:
    stored = set(answered.tables["facts"]["key"])
    used = {key for cell in answered.tables["legs"]["facts"] for key in cell.split(";")}
    assert used <= stored
    sources = set(answered.tables["sources"]["source_id"])
    assert set(answered.tables["facts"]["source_id"]) <= sources


def test_no_observation_is_an_input_of_a_route(real: Study, answered: Result) -> None:
    observed = set(real.data.tables["observations"]["id"])
    used = {key.rpartition(".")[0] for cell in answered.tables["legs"]["facts"] for key in cell.split(";")}
    assert not used & observed
    for costs in real._costs.values():
        for quantity in (costs.money, costs.time, costs.emission):
            subjects = real.data.facts.frame["subject"].to_numpy()[quantity.variables.fact]
            assert not set(subjects) & observed


def test_validation_table(answered: Result) -> None:
    table = answered.tables["validation"]
    columns = [
        "observation_id",
        "kind",
        "corridor",
        "year",
        "scope",
        "observed",
        "modelled",
        "unit",
        "misfit",
        "status",
        "source_id",
    ]
    assert set(columns) <= set(table.columns)
    compared = table[table["status"] == "compared"]
    assert len(compared) >= 25
    assert {"Caspian", "Northern", "Southern", "Ocean"} <= set(compared["corridor"])
    assert set(compared["kind"]) == {"time", "price"}
    assert np.isfinite(compared[["observed", "modelled", "misfit"]]).all().all()
    assert compared["misfit"].to_numpy() == pytest.approx(
        (compared["modelled"] / compared["observed"] - 1).to_numpy()
    )
    assert (compared["modelled_p10"] <= compared["modelled"]).all()
    assert (compared["modelled"] <= compared["modelled_p90"]).all()
    assert set(table["source_id"]) <= set(answered.tables["sources"]["source_id"])


def test_summary_of_the_validation(answered: Result) -> None:
    table = answered.tables["validation"]
    totals = summary(table)
    for row in totals[totals["corridor"] == "all"].itertuples():
        own = table[(table["status"] == "compared") & (table["kind"] == row.kind)]
        assert row.compared == len(own)
        assert row.median_absolute_error == pytest.approx(own["misfit"].abs().median())


def test_links_name_the_corridors_of_the_best_routes(answered: Result) -> None:
    links = answered.tables["links"].set_index("link_id")["corridor"]
    routes = answered.tables["routes"]
    first = routes[routes["rank"] == 1].set_index("route_id")["corridor"]
    legs = answered.tables["legs"]
    for leg in legs[legs["route_id"].isin(first.index) & (legs["link_ids"] != "")].head(200).itertuples():
        for link in leg.link_ids.split(";"):
            assert first[leg.route_id] in links[link].split(";")


def test_counts_are_those_of_the_data(real: Study, answered: Result) -> None:
    counted = answered.tables["counts"].set_index("what")["count"]
    assert counted["places"] == len(real.data.tables["places"])
    methods = counted[[name for name in counted.index if name.startswith("facts_")]]
    assert methods.sum() == counted["facts"] == len(real.data.facts.frame)


def test_every_number_has_its_unit_in_its_name(answered: Result) -> None:
    plain = {"rank", "leg", "border_crossings", "gauge_changes", "transfers", "assumed_share", "month", "count"}
    units = ("_km", "_h", "_usd", "_kg", "_p10", "_p50", "_p90", "_sd")
    for name in ("routes", "legs"):
        frame = answered.tables[name]
        numbers = [c for c in frame.columns if pd.api.types.is_numeric_dtype(frame[c]) and frame[c].dtype != bool]
        assert [c for c in numbers if not c.endswith(units) and c not in plain] == []

"""Lengths from OpenStreetMap come out again, and published lengths agree with them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from caspia.study import Study
from osm_lengths import CLOSE, agrees, compare_routes, link_lengths, main, recompute


@pytest.fixture(scope="module")
def found(real: Study) -> pd.DataFrame:
    """All of them: reading the graphs and searching takes a few seconds."""
    return recompute(real.data)


@pytest.fixture(scope="module")
def routes(real: Study) -> pd.DataFrame:
    return compare_routes(real.data)


def test_lengths_come_out_again(found: pd.DataFrame) -> None:
    assert found["recipe"].value_counts().min() > 300
    assert (found["difference"] <= CLOSE).mean() >= 0.995
    assert agrees(found)


def test_longest_link_of_every_country_comes_out_again(found: pd.DataFrame) -> None:
    longest = found.loc[found.groupby(["recipe", "countries"])["table_km"].idxmax()]
    assert len({country for cell in longest["countries"] for country in cell.split(";")}) > 40
    large = longest[longest["table_km"] > 100]
    assert len(large) > 60
    assert large["link"][large["difference"] > CLOSE].tolist() == []


def test_wrong_lengths_are_found(real: Study) -> None:
    facts = real.data.facts
    wrong = facts.frame.assign(value=facts.frame["value"] * 1.03)
    found = recompute(replace(real.data, facts=replace(facts, frame=wrong)), sample=20)
    assert len(found) == 20
    assert (found["difference"] > 0.02).all()
    assert not agrees(found)


def test_routes_cite_sources_of_the_data(real: Study, routes: pd.DataFrame) -> None:
    assert set(routes["source_id"]) <= set(real.data.tables["sources"]["id"])
    assert routes["route"].is_unique


def test_derived_and_used_lengths_agree_with_published_ones(routes: pd.DataFrame) -> None:
    derived = abs(routes["derived_km"] / routes["published_km"] - 1)
    used = abs(routes["used_km"] / routes["published_km"] - 1)
    assert len(routes) >= 15
    assert derived.max() < 0.07
    assert derived.median() < 0.035
    assert used.max() < 0.05
    assert used.median() < 0.005


def test_published_lengths_win_over_derived_ones(real: Study) -> None:
    """Where a link has both, the published one is used; the derived one stays beside it."""
    links = link_lengths(real.data)
    both = links[links["is_published"] & links["derived_km"].notna()]
    assert len(both) > 80
    assert abs(both["derived_km"].sum() / both["used_km"].sum() - 1) < 0.03
    assert (abs(both["derived_km"] / both["used_km"] - 1) < 0.12).all()
    others = links[~links["is_published"] & links["derived_km"].notna()]
    assert (others["used_km"] == others["derived_km"]).all()


def test_command_prints_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sample", "12"]) == 0
    assert "of 12 links within 1%" in capsys.readouterr().out
    assert main(["--routes"]) == 0
    assert "| Dostyk-Moyynty | 836 |" in capsys.readouterr().out


def test_command_refuses_what_it_cannot_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", "nowhere"]) == 2
    assert "no such data folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--sample", "0"])

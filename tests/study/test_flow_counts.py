"""Observed beside modelled traffic of several years, with intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from flow_world import DOUBT, DRAWING, EDITS, FACTS
from tests.drawn import open_drawn

from caspia.errors import InputError
from caspia.network import ArcKind
from caspia.study import Settings, Study, validate_traffic
from caspia.study.flow_draws import draw_flows
from caspia.study.market import users_of

FEW = 12
COUNTED = {"cnt-ferry.count_t@2023": (80_000, 90_000, 100_000)}


def opened(folder: Path, draws: int) -> Study:
    return open_drawn(folder, DRAWING, FACTS | DOUBT | COUNTED, EDITS, Settings(flow_draws=draws))


def test_counts_have_the_intervals_of_their_year(tmp_path: Path) -> None:
    world = opened(tmp_path, FEW)
    told: list[tuple[str, int, int]] = []
    table = validate_traffic(world, lambda *said: told.append(said)).set_index("year")
    assert table["role"].to_dict() == {2023: "fitted", 2025: "judged"}
    assert (table["draws"] == FEW).all()
    for year, row in table.iterrows():
        flows = world.flows(int(year))
        drawn = draw_flows(flows, world.drawn)
        over_the_sea = users_of(flows.model.market, links_of(flows, "ferry-KZBBB-AZCCC"))
        ends = np.quantile(drawn.flow_t[over_the_sea].sum(axis=0), [0.1, 0.9])
        assert [row["modelled_p10"], row["modelled_p90"]] == pytest.approx(ends.tolist())
        assert (f"Draws {year}", FEW, FEW) in told
    assert (table["modelled_p10"] < table["modelled_p90"]).all()


def links_of(flows, link: str):
    study = flows.model.study
    row = study.data.tables["links"]["id"].tolist().index(link)
    arcs = study.network.arcs
    return (arcs.kind == ArcKind.LINE) & (arcs.row == row) & ~arcs.reverse


def test_counts_without_draws_have_no_intervals(tmp_path: Path) -> None:
    table = validate_traffic(opened(tmp_path, 0))
    assert "modelled_p10" not in table
    assert (table["draws"] == 0).all()


def test_draws_that_give_no_interval_are_refused_before_any_work(tmp_path: Path) -> None:
    told: list[object] = []
    with pytest.raises(InputError, match="10 to 1000"):
        validate_traffic(opened(tmp_path, 3), lambda *said: told.append(said))
    assert not told

"""Events that lack facts, state what they do not do, or have intervals and shares out of range."""

from __future__ import annotations

from pathlib import Path

import pytest

from broken import cell
from caspia.data import load_dataset
from caspia.errors import DataError
from drawn import draw

DRAWING = "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD"
EVENT = {
    "name": "Shut",
    "kind": "weather",
    "action": "close",
    "table": "links",
    "selectors": "mode=ferry",
}
FACTS = {
    "evt-one.events_per_year": (1, 2, 3),
    "evt-one.event_days": (1, 2, 3),
    "evt-one.event_loss_share": (0.2, 0.5, 1.0),
}


def events(**cells: str) -> dict[str, dict[str, dict[str, str]]]:
    return {"events": {"evt-one": EVENT | cells}}


def test_events_are_read(tmp_path: Path) -> None:
    data = load_dataset(str(draw(tmp_path, DRAWING, FACTS, events())))
    assert data.tables["events"]["id"].tolist() == ["evt-one"]


@pytest.mark.parametrize(
    ("facts", "cells", "words"),
    [
        ({"evt-one.event_days": None}, {}, "no event_days"),
        ({"evt-one.events_per_year": None}, {}, "no events_per_year"),
        ({}, {"action": "slow"}, "no event_delay_h"),
        ({"evt-one.event_delay_h": 5}, {}, "does not slow"),
        ({"evt-one.event_loss_share": (0.5, 0.9, 1.2)}, {}, "1.2"),
        ({"evt-one.event_loss_share": (-0.1, 0.9, 1.0)}, {}, "-0.1"),
        ({"evt-one.events_per_year": -1}, {}, "-1"),
        ({}, {"commodity_ids": "gold"}, "gold"),
        ({}, {"origin_ids": "XX"}, "XX"),
        ({}, {"months": "1;13"}, "1;13"),
        ({}, {"action": "explode"}, "explode"),
    ],
)
def test_a_bad_event_is_refused(
    tmp_path: Path, facts: dict[str, object], cells: dict[str, str], words: str
) -> None:
    folder = draw(tmp_path, DRAWING, FACTS | facts, events(**cells))  # type: ignore[arg-type]
    with pytest.raises(DataError) as caught:
        load_dataset(str(folder))
    assert words in str(caught.value)


def test_an_interval_with_low_above_high_is_refused(tmp_path: Path) -> None:
    folder = draw(tmp_path, DRAWING, FACTS, events())
    cell("facts", "evt-one.event_days", "low", "9")(folder)
    with pytest.raises(DataError, match="event_days"):
        load_dataset(str(folder))

"""The small world of these tests, and scenarios written in them."""

from __future__ import annotations

from itertools import count

import numpy as np

from caspia.data import NO_FACT, attributes, load_dataset
from caspia.scenario import parse_scenario
from drawn import draw

DRAWING = """
KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD
KZAAA -rail1520:800- RUEEE -rail1520:700- PLFFF
KZAAA -road:90- KZBBB
"""
EDITS = {
    "classes": {
        "rail-ru": {"parent_id": "rail", "applies_to": "links", "name": "Russian rail"},
        "growth": {"applies_to": "demand", "name": "Growth"},
    },
    "links": {"rail-KZAAA-RUEEE": {"class_id": "rail-ru"}, "rail-RUEEE-PLFFF": {"class_id": "rail-ru"}},
    "places": {"RUEEE": {"kind": "station"}},
    "countries": {"PL": {"bloc": "EU"}, "KZ": {"bloc": "EAEU"}, "RU": {"bloc": "EAEU"}},
    "zones": {"Z-KZ": {"countries": "KZ"}, "Z-PL": {"countries": "PL"}},
    "demand": {
        "dem-KZ-PL-grain": {
            "origin_id": "Z-KZ",
            "destination_id": "Z-PL",
            "commodity_id": "grain",
            "class_id": "growth",
        }
    },
    "rules": {
        "rul-oil-road": {"commodity_id": "oil", "action": "bar", "target_kind": "mode", "target": "road"},
    },
}
FACTS = {
    "rail.tariff_usd_per_teu_km": (0.3, 0.4, 0.6),
    "rail-ru.tariff_usd_per_teu_km": (0.2, 0.3, 0.5),
    "rail-KZAAA-KZBBB.capacity_trains_per_day": 20,
    "bcp-rail-RUEEE-PLFFF-RU-PL.border_h": (4, 10, 30),
    "KZBBB.closure_share_m01": (0.1, 0.2, 0.4),
    "KZBBB.closure_spell_h": 24,
    "dem-KZ-PL-grain.demand_t@2024": (90, 100, 120),
    "dem-KZ-PL-grain.demand_t@2025": (180, 200, 240),
    "US.deflator_index@2020": 80,
}
_NUMBER = count(1)
SOURCE = 'source_id = "drawn"\nnote = "drawn in the test"\n'


def world(folder):
    """The data set of these tests."""
    return load_dataset(str(draw(folder, DRAWING, FACTS, EDITS)))


def written(*edits, head=""):
    """A scenario of edits given as TOML; source and note are added where they are absent."""
    tables = ["[[edit]]\n" + edit + "\n" + ("" if "source_id" in edit else SOURCE) for edit in edits]
    name = f"made-{next(_NUMBER)}"
    return parse_scenario(f'id = "{name}"\ntitle = "Made"\n{head}\n' + "\n".join(tables), f"{name}.toml").scenario


def numbers(data, table, *, own=False):
    """Value, low and high of every quantity of every object, shape (3, n_objects, n_attributes); NaN where none."""
    inherited = data.class_facts if table == "classes" else data.object_facts(table)
    fact = data.own_facts(table) if own else inherited
    return np.array(
        [
            np.where(fact == NO_FACT, np.nan, array[fact])
            for array in (data.facts.value, data.facts.low, data.facts.high)
        ]
    )


def number(data, table, key, attribute):
    """Value, low and high of one quantity of one object."""
    row = data.tables[table]["id"].tolist().index(key)
    column = list(attributes()).index(attribute)
    return tuple(float(x) for x in numbers(data, table)[:, row, column])


def status(data, table, key):
    """Status of one object."""
    frame = data.tables[table]
    return frame["status"].iloc[frame["id"].tolist().index(key)]

"""What rows of object tables must be to each other beyond the declared references."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from caspia.data.parse import RawTable
from caspia.data.read import RawFolder
from caspia.data.schema import attributes
from caspia.errors import Problem

LISTS: Mapping[tuple[str, str], str] = {
    ("zones", "countries"): "countries",
    ("centroids", "commodity_ids"): "commodities",
    ("controls", "origin_ids"): "zones",
    ("controls", "destination_ids"): "zones",
    ("controls", "commodity_ids"): "commodities",
    ("counts", "origin_ids"): "zones",
    ("counts", "destination_ids"): "zones",
    ("counts", "commodity_ids"): "commodities",
    ("counts", "place_ids"): "places",
    ("counts", "link_ids"): "links",
    ("counts", "border_ids"): "borders",
    ("groups", "commodity_ids"): "commodities",
    ("fleets", "service_ids"): "services",
    ("observations", "via"): "places",
    ("events", "commodity_ids"): "commodities",
    ("events", "origin_ids"): "countries",
    ("projects", "place_ids"): "places",
    ("projects", "requires_ids"): "projects",
    ("projects", "excludes_ids"): "projects",
    ("supplies", "gates"): "places",
    ("sea_ways", "countries"): "countries",
    ("sea_ways", "mineral_ids"): "minerals",
}
"""Columns that hold ids of another table, separated by `;`."""
TABLE_OF_TARGET = {
    "country": "countries",
    "place": "places",
    "link": "links",
    "class": "classes",
    "terminal": "terminals",
    "border": "borders",
    "service": "services",
}


def check_objects(folder: RawFolder) -> Iterator[Problem]:
    """Check what services serve, what rules bar, who needs, and lists of ids.

    Parameters
    ----------
    folder : RawFolder
        Text tables.

    Yields
    ------
    Problem
        One a bad cell.
    """
    yield from _services(folder.tables["services"])
    yield from _rules(folder)
    yield from _needs(folder)
    yield from _lists(folder)


def _services(table: RawTable) -> Iterator[Problem]:
    links, places = ((table.frame[name] != "").to_numpy() for name in ("link_id", "place_id"))
    allowed = "a link (ferry, feeder) or a port (liners, tramps), and not both"
    what = "service names neither link_id nor place_id"
    yield from table.problems(~links & ~places, "link_id", what, allowed, "fill in one of the two")
    what = "service names both link_id and place_id"
    yield from table.problems(links & places, "place_id", what, allowed, "empty one of the two")


def _rules(folder: RawFolder) -> Iterator[Problem]:
    """Targets that are nothing; a water is known only by the links that pass it, so the network is asked for it."""
    table = folder.tables["rules"]
    targets = _targets(folder)
    for kind, known in targets.items():
        bad = (table.frame["target_kind"] == kind) & ~table.frame["target"].isin(known)
        home = TABLE_OF_TARGET.get(kind)
        yield from table.problems(
            bad.to_numpy(),
            "target",
            f"rule bars an unknown {kind}",
            f"an id of {home}.csv" if home else ", ".join(known),
            "correct the target or its kind, or remove the rule",
        )
    states = set(targets["entry"])
    for column in ("origin", "destination"):
        bad = ~table.frame[column].map(lambda cell: states.issuperset(filter(None, cell.split(";")))).astype(bool)
        allowed = "ids of countries.csv and blocs, separated by ;"
        repair = "correct the list or empty it"
        yield from table.problems(bad.to_numpy(), column, "rule names an unknown state or bloc", allowed, repair)


def _needs(folder: RawFolder) -> Iterator[Problem]:
    """Importers that are neither a state nor a bloc; a bloc is one by the states that name it."""
    table = folder.tables["needs"]
    bad = ~table.frame["country"].isin(_targets(folder)["entry"])
    allowed, repair = "an id of countries.csv, or a bloc", "correct the importer"
    yield from table.problems(bad.to_numpy(), "country", "need of an unknown state or bloc", allowed, repair)


def _targets(folder: RawFolder) -> Mapping[str, Collection[str]]:
    modes = next(field.enum for field in folder.tables["links"].schema.fields if field.name == "mode")
    ids = {kind: list(folder.tables[name].frame["id"]) for kind, name in TABLE_OF_TARGET.items()}
    blocs = {bloc for cell in folder.tables["countries"].frame["bloc"] for bloc in cell.split(";") if bloc}
    states = [*folder.tables["countries"].frame["id"], *sorted(blocs)]
    return ids | {"mode": modes, "bloc": sorted(blocs), "entry": states, "exit": states}


def _lists(folder: RawFolder) -> Iterator[Problem]:
    for (name, column), target in LISTS.items():
        table = folder.tables[name]
        known = set(folder.tables[target].frame["id"])
        bad = [not known.issuperset(filter(None, cell.split(";"))) for cell in table.frame[column]]
        yield from table.problems(
            np.array(bad, dtype=bool),
            column,
            f"list names something unknown in {target}.csv",
            f"ids of {target}.csv, separated by ;",
            f"correct the id or add it to {target}.csv",
        )


def check_observations(folder: RawFolder) -> Iterator[Problem]:
    """Check that every observation has one value of its kind.

    Parameters
    ----------
    folder : RawFolder
        Text tables whose numbers are numbers.

    Yields
    ------
    Problem
        One an observation without a value, or with several.
    """
    frames = [table.frame for table in folder.tables.values() if table.schema.is_facts]
    facts = pd.concat(frames, ignore_index=True)
    used = facts[pd.to_numeric(facts["rank"]) == 1]
    table = folder.tables["observations"]
    for kind in ("time", "price"):
        names = [key for key, a in attributes().items() if a.tables == ("observations",)]
        names = [key for key in names if attributes()[key].is_money == (kind == "price")]
        count = used["subject"][used["attribute"].isin(names)].value_counts()
        found = table.frame["id"].map(count).fillna(0).to_numpy()
        bad = (table.frame["kind"] == kind).to_numpy() & (found != 1)
        for row in np.flatnonzero(bad):
            yield Problem(
                what=f"observation of a {kind} needs one fact of its kind",
                where=table.where(int(row), "id"),
                got=f"{found[row]:.0f} facts of rank 1 with the subject {table.frame['id'].iloc[row]}",
                allowed=f"one fact {' or '.join(names)} of rank 1",
                repair="add the fact, or give all but one another rank",
            )

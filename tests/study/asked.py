"""What the tests of the study ask of the built-in data, and an independent reading of the routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caspia.study import Study
from caspia.study.itinerary import Itinerary

PLACES = [
    "KZALA",
    "KZUKK",
    "KZSHIEL",
    "KZAAU",
    "UZTAS",
    "TMMYP",
    "KGFRU",
    "CNXIA",
    "CNLYG",
    "JPYOK",
    "GEPTI",
    "TRIST",
    "ROCND",
    "PLMAA",
    "DEDUI",
    "NLRTM",
    "IRBND",
]
LAND = {"rail", "road", "inland_waterway", "crude_pipeline", "gas_pipeline"}
SEA = {"deep_sea", "short_sea", "ferry", "feeder"}


class Reader:
    """The tables behind the legs of routes, by id: nothing of the network's arrays is used."""

    def __init__(self, study: Study) -> None:
        self.links = study.data.tables["links"].set_index("id").to_dict("index")
        self.country = dict(study.data.tables["places"].set_index("id")["country"])

    def runs(self, item: Itinerary) -> Iterator[dict[str, Any]]:
        """Rows of links in order."""
        for leg in item.legs:
            for link in leg.link_ids:
                yield self.links[link]

    def passed(self, item: Itinerary) -> set[str]:
        """Countries, places, modes, waters and links that a route passes."""
        found: set[str] = set()
        for leg in item.legs:
            found |= {leg.from_id, leg.to_id, *leg.link_ids}
            found |= {self.country[leg.from_id], self.country[leg.to_id]}
        for link in self.runs(item):
            found |= {link["from_id"], link["to_id"], link["mode"]}
            found |= {*link["countries"].split(";"), *link["waters"].split(";")}
        return found - {""}

    def corridor(self, item: Itinerary) -> str:
        """Label by the rule as docs/corridors.md says it."""
        runs = [(link["mode"], set(link["countries"].split(";")), link) for link in self.runs(item)]
        land = [states for mode, states, _ in runs if mode in LAND]
        if self._northern(item, land):
            return "Northern"
        if any("IR" in states for states in land):
            return "Southern"
        if any(self._crosses_caspian(link) for mode, _, link in runs if mode in SEA):
            return "Caspian"
        if any("CN" in states and len(states) > 1 for states in land):
            return "Eastern"
        if any(states & {"AF", "PK"} for states in land):
            return "Other"
        return "Ocean" if any(mode in SEA for mode, _, _ in runs) else "Other"

    def _northern(self, item: Itinerary, land: list[set[str]]) -> bool:
        crosses = any("RU" in states and len(states) > 1 and "KZ" not in states for states in land)
        ends = {self.country[item.legs[0].from_id], self.country[item.legs[-1].to_id]}
        return crosses or "RU" in ends or any(self._changes_in_russia(item))

    def _changes_in_russia(self, item: Itinerary) -> Iterator[bool]:
        lines = [leg for leg in item.legs if leg.operation == "line"]
        for before, after in zip(lines, lines[1:], strict=False):
            yield self.country[after.from_id] == "RU" and (before.mode in LAND) != (after.mode in LAND)

    def _crosses_caspian(self, link: dict[str, Any]) -> bool:
        shores = [self.country[link["from_id"]], self.country[link["to_id"]]]
        return "caspian-sea" in link["waters"].split(";") and shores.count("AZ") == 1

"""What the tests of the study ask of the built-in data, and an independent reading of the routes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

from caspia.study import Request, Study
from caspia.study.itinerary import Itinerary

PLACES = (
    *("KZALA", "KZUKK", "KZSHIEL", "KZAAU", "UZTAS", "TMMYP", "KGFRU", "CNXIA", "CNLYG", "JPYOK"),
    *("GEPTI", "TRIST", "ROCND", "PLMAA", "DEDUI", "NLRTM", "IRBND"),
)
LAND = {"rail", "road", "inland_waterway", "crude_pipeline", "gas_pipeline"}
SEA = {"deep_sea", "short_sea", "ferry", "feeder"}


class Reader:
    """The tables behind the legs of routes, by id: nothing of the network's arrays is used."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.links = study.data.tables["links"].set_index("id").to_dict("index")
        self.country = dict(study.data.tables["places"].set_index("id")["country"])

    def ask(self, *ends: str, **more: Any) -> list[Itinerary]:
        """Routes of a request."""
        return self.study.itineraries(Request(*ends, **more))

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
        """Label by the rule that study/corridors.py writes down."""
        links = list(self.runs(item))
        land = [set(link["countries"].split(";")) for link in links if link["mode"] in LAND]
        borders = [states for states in land if len(states) > 1]
        northern = self._exits(item, "RU", borders, but={"KZ", "MN", "CN"})
        southern = self._exits(item, "IR", borders, but={"TM", "AF", "PK"})
        if northern and "RU" not in self._ends(item):
            return "Northern"
        if southern and "IR" not in self._ends(item):
            return "Southern"
        west = any("AZ" in states and states & {"GE", "TR", "AM"} for states in borders)
        if any(self._crosses_caspian(link) for link in links) and (west or "AZ" in self._ends(item)):
            return "Caspian"
        voyage = any(
            {"suez-canal", "cape-of-good-hope", "malacca"} & {*link["waters"].split(";")} for link in links
        )
        if (northern or southern) and voyage:
            return "Ocean"
        if northern or southern:
            return "Southern" if southern else "Northern"
        if self._exits(item, "PK", []) or "AF" in self._ends(item):
            return "Other"
        if any("CN" in states for states in borders):
            return "Eastern"
        return "Ocean" if any(link["mode"] in SEA for link in links) else "Other"

    def _exits(
        self, item: Itinerary, state: str, borders: list[set[str]], but: Collection[str] = frozenset()
    ) -> bool:
        crosses = any(state in states and not states & set(but) for states in borders)
        lines = [leg for leg in item.legs if leg.operation == "line"]
        changes = any(
            self.country[after.from_id] == state and (before.mode in LAND) != (after.mode in LAND)
            for before, after in pairwise(lines)
        )
        return crosses or changes or state in self._ends(item)

    def _ends(self, item: Itinerary) -> set[str]:
        return {self.country[item.legs[0].from_id], self.country[item.legs[-1].to_id]}

    def _crosses_caspian(self, link: dict[str, Any]) -> bool:
        shores = [self.country[link["from_id"]], self.country[link["to_id"]]]
        return link["mode"] in SEA and "caspian-sea" in link["waters"].split(";") and shores.count("AZ") == 1

"""A sea that falls: what its ports and the ships between them lose, and what dredging wins back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.cost import Servers
from caspia.cost.capacity import read_key
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.network import SEA_MODES
from caspia.study.corridors import CASPIAN_SEA

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Ends = tuple[float, float, float]
LEAST_LEFT = 0.05
"""Share of a capacity that is left however low the water: a queue needs one above 0."""


@dataclass(frozen=True, eq=False)
class FallingSea:
    """How capacities depend on the level of the sea and on dredging.

    Attributes
    ----------
    fall_m_per_year : (float, float, float)
        Low, most likely and high fall of the level a year from now on; below 0 where it rises.
    answered : (float, float, float)
        Low, most likely and high share of the fall that ports dredge away as they go, without any project.
    loss_per_m : numpy.ndarray, shape (3, n_servers)
        Low, most likely and high share of each capacity that a metre of lower water takes; 0 for what does not lie
        on the sea.
    ports : numpy.ndarray of bool, shape (n_servers, n_ports)
        Ports on whose depth each server rests: a port and its terminals on their own, a fleet on those that it
        calls at.
    dredged_m : numpy.ndarray, shape (n_projects, n_ports)
        Depth that each project wins at each port, beyond what its works add to capacities themselves.
    """

    fall_m_per_year: Ends
    answered: Ends
    loss_per_m: FloatArray
    ports: BoolArray
    dredged_m: FloatArray

    def left(
        self, fall_m: float, opened: BoolArray, answered: float | None = None, doubt: float = 0.0
    ) -> FloatArray:
        """Share of every capacity that is left.

        The fall counts at a port beyond what open projects have dredged there, and for a fleet at the worst of
        its ports.

        Parameters
        ----------
        fall_m : float
            Fall of the level since the first year.
        opened : numpy.ndarray of bool, shape (n_projects,)
            Projects that are open.
        answered : float or None
            Share of the fall that is dredged away as it comes; the most likely one by default.
        doubt : float
            Loss by the metre, everywhere at once: -1 the low one, 0 the most likely, 1 the high one.

        Returns
        -------
        numpy.ndarray, shape (n_servers,)
            At least `LEAST_LEFT`, at most 1.
        """
        felt_m = fall_m * (1.0 - (self.answered[1] if answered is None else answered))
        low, mode, high = self.loss_per_m
        loss_per_m: FloatArray = mode + doubt * (high - mode if doubt > 0 else mode - low)
        at_port = np.maximum(felt_m - self.dredged_m[opened].sum(axis=0), 0.0)
        somewhere = self.ports.any(axis=1)
        net = np.where(self.ports, at_port, 0.0).max(axis=1, initial=0.0)
        net = np.where(somewhere, net, max(felt_m, 0.0))
        left: FloatArray = np.clip(1.0 - loss_per_m * net, LEAST_LEFT, 1.0)
        return left


def falling_sea(data: Dataset, servers: Servers, project_ids: tuple[str, ...]) -> FallingSea:
    """Read what the sea takes.

    Parameters
    ----------
    data : Dataset
        With the fall of the Caspian in the table waters; the level stays where there is none.
    servers : Servers
        Capacities.
    project_ids : tuple of str
        Projects.

    Returns
    -------
    FallingSea
    """
    ids = data.tables["places"]["id"].tolist()
    loss_at = _ends(data, "places", "capacity_loss_per_m")
    on_sea = np.flatnonzero(loss_at[1] > 0)
    column = {ids[row]: nth for nth, row in enumerate(on_sea.tolist())}
    places = {key: (row, (key,)) for row, key in enumerate(ids)}
    terminals = _sea_terminals(data)
    fleets = _fleet_ports(data)
    of_fleet = _ends(data, "fleets", "capacity_loss_per_m")
    loss = np.zeros((3, servers.n_servers))
    ports = np.zeros((servers.n_servers, len(on_sea)), dtype=bool)
    for row, key in enumerate(servers.key):
        table, name, _ = read_key(key)
        if table == "fleets":
            number, names = fleets[name]
            loss[:, row] = of_fleet[:, number]
        else:
            at = name if table == "places" else terminals.get(name, "") if table == "terminals" else ""
            if at not in column:
                continue
            number, names = places[at]
            loss[:, row] = loss_at[:, number]
        ports[row, [column[port] for port in names if port in column]] = True
    fall, answered = _of_the_sea(data, "level_fall_m_per_year"), _of_the_sea(data, "dredging_answer_share")
    return FallingSea(fall, answered, loss, ports, _dredged(data, project_ids, column))


def _sea_terminals(data: Dataset) -> dict[str, str]:
    """Places of the terminals at which ships are loaded: they load less, so that berths move less."""
    frame = data.tables["terminals"]
    afloat = frame["from_mode"].isin(SEA_MODES) | frame["to_mode"].isin(SEA_MODES)
    return dict(zip(frame["id"][afloat], frame["place_id"][afloat], strict=True))


def _fleet_ports(data: Dataset) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Row and ports of every fleet."""
    links = data.tables["links"].set_index("id")[["from_id", "to_id"]]
    services = data.tables["services"].set_index("id")
    found = {}
    for row, (key, cell) in enumerate(
        zip(data.tables["fleets"]["id"], data.tables["fleets"]["service_ids"], strict=True)
    ):
        called: list[str] = []
        for service in cell.split(";"):
            link = str(services.loc[service, "link_id"])
            called += [str(end) for end in links.loc[link]] if link else [str(services.loc[service, "place_id"])]
        found[str(key)] = row, tuple(dict.fromkeys(called))
    return found


def _of_the_sea(data: Dataset, attribute: str) -> Ends:
    """Low, most likely and high value of an attribute of the Caspian; 0 where it is not stated."""
    ends = _ends(data, "waters", attribute)[:, (data.tables["waters"]["id"] == CASPIAN_SEA).to_numpy()]
    low, mode, high = ends[:, 0].tolist() if ends.size else (0.0, 0.0, 0.0)
    return low, mode, high


def _ends(data: Dataset, table: str, attribute: str) -> FloatArray:
    """Low, most likely and high value of an attribute of each object, three rows; 0 where it is not stated."""
    fact = data.object_facts(table)[:, attribute_column(attribute)]
    known, facts = fact != NO_FACT, data.facts
    row = np.where(known, fact, 0)
    return np.where(known, np.stack([facts.low[row], facts.value[row], facts.high[row]]), 0.0)


def _dredged(data: Dataset, project_ids: tuple[str, ...], column: dict[str, int]) -> FloatArray:
    found = np.zeros((len(project_ids), len(column)))
    frame = data.tables["projects"]
    depth = dict(zip(frame["id"], data.values("projects", "dredged_m", 0.0), strict=True))
    where = dict(zip(frame["id"], frame["place_ids"], strict=True))
    for row, key in enumerate(project_ids):
        for port in where[key].split(";"):
            if port in column:
                found[row, column[port]] = depth[key]
    return found

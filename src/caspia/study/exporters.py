"""How diversified the exports of a state are: by corridor, by partner, by the states that they pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.errors import InputError, Problem
from caspia.network import normalise
from caspia.security import hhi, passage_concentration
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_pairs import drawn_flows
from caspia.study.flows import BASE_YEAR, FlowModel, Flows, solve_flows
from caspia.study.secure_frames import spread
from caspia.study.study import Study
from caspia.study.supply_ways import CASPIAN
from caspia.study.transit import abroad

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Tell = Callable[[str, int, int], None]
PIPED = ("crude-oil", "natural-gas")
"""Goods that mostly go by pipeline: shown apart, since they outweigh all else."""
GOODS = {"all": True, "without oil and gas": False}
LEAST = 0.001
CENTRAL_ASIA = ("KZ", "UZ", "TM", "KG", "TJ")


@dataclass(frozen=True, eq=False)
class ExporterAnswer:
    """How diversified a state exports.

    Attributes
    ----------
    exporter, name : str
        ISO code and name.
    year : int
        Year of the flows.
    tables : mapping of str to pandas.DataFrame
        `worlds` (one row a world and kind of goods), `corridors`, `partners`, `transit`.
    interval_note : str
        What has to be said of the intervals.
    """

    exporter: str
    name: str
    year: int
    tables: Mapping[str, pd.DataFrame]
    interval_note: str = ""

    def record(self) -> dict[str, object]:
        """The answer for machines.

        Returns
        -------
        dict
            `exporter`, `hhi_corridor`, `hhi_partner` and `transit_exposure` of all goods now, and the tables.
        """
        now = self.tables["worlds"].iloc[0]
        transit = self.tables["transit"]
        own = transit[(transit["world"] == now["world"]) & (transit["goods"] == now["goods"])]
        return {
            "exporter": self.exporter,
            "name": self.name,
            "year": self.year,
            "interval_note": self.interval_note,
            **{name: now[name] for name in now.index if name not in ("exporter", "world", "goods")},
            "transit_exposure": dict(zip(own["country"], own["share"], strict=True)),
            **self.tables,
        }


@dataclass(frozen=True, eq=False)
class ExportWorlds:
    """Flows of a year, now and changed; found once for all exporters.

    Attributes
    ----------
    flows : mapping of str to Flows
        By name of the world.
    drawn : mapping of str to numpy.ndarray
        Flow of every route in draws, shape (n_routes, n_draws), of the worlds that have been drawn.
    note : str
        What has to be said of the draws.
    """

    flows: Mapping[str, Flows]
    drawn: Mapping[str, FloatArray]
    note: str = ""


def find_exporter(study: Study, text: str) -> str:
    """ISO code of an exporter.

    Parameters
    ----------
    study : Study
        Data.
    text : str
        ISO code or name of a state.

    Returns
    -------
    str

    Raises
    ------
    InputError
        No such state, or nothing of the demand begins there.
    """
    table, demand = study.data.tables["countries"], study.data.tables["demand"]
    zones = study.data.tables["zones"].set_index("id")["countries"]
    alone = {cell for cell in zones.reindex(demand["origin_id"]).dropna() if ";" not in str(cell)}
    key = normalise(text)
    pairs = zip(table["id"], table["name"], strict=True)
    codes = [code for code, name in pairs if key in (normalise(code), normalise(name))]
    if not codes or codes[0] not in alone:
        what = "exporter without demand" if codes else "unknown exporter"
        allowed = ", ".join(sorted(alone)) or "none in these data"
        raise InputError(Problem(what, "--exporter", repr(text), allowed, "choose one of these"))
    return str(codes[0])


def export_worlds(study: Study, plan: Mapping[str, int] | None, tell: Tell, *, draw: bool = True) -> ExportWorlds:
    """Flows of the base year, without the Caspian corridor, and with the projects of a plan.

    Parameters
    ----------
    study : Study
        Data.
    plan : mapping of str to int, optional
        Projects that are open, with the year in which works start.
    tell : callable
        Told stage, number done and number of all.
    draw : bool
        Whether to draw the facts behind the present flows.

    Returns
    -------
    ExportWorlds

    Raises
    ------
    NotConverged
        No equilibrium was reached.
    """
    world = study.in_year(BASE_YEAR)
    model = world.flow_model(tell)
    now = world.flows(progress=tell)
    flows = {
        "with the Caspian corridor": now,
        "without the Caspian corridor": solve_flows(_without(model, CASPIAN), BASE_YEAR),
    }
    if plan:
        flows["with the plan"] = world.with_scenario(*plan).flows(progress=tell)
    drawn: dict[str, FloatArray] = {}
    note = ""
    if draw:
        draws = drawn_flows(now, world, worth=False, progress=partial(tell, "Draws"))
        if draws is not None:
            note = draws.note
            if not draws.refused:
                drawn["with the Caspian corridor"] = draws.flow_t[:, draws.kept]
    return ExportWorlds(MappingProxyType(flows), MappingProxyType(drawn), note)


def _without(model: FlowModel, corridor: str) -> FlowModel:
    """A model whose routes of a corridor are shut."""
    shut = model.market.routes.kind == CORRIDORS.index(corridor)
    return model.with_costs(np.where(shut, np.inf, model.table.cost))


def exporter(worlds: ExportWorlds, state: str) -> ExporterAnswer:
    """Answer how diversified the exports of a state are.

    Parameters
    ----------
    worlds : ExportWorlds
        Flows.
    state : str
        ISO code.

    Returns
    -------
    ExporterAnswer
    """
    heads, corridors, partners, transit = [], [], [], []
    first = next(iter(worlds.flows.values()))
    names = first.model.study.data.tables["countries"].set_index("id")["name"]
    for name, flows in worlds.flows.items():
        amount = flows.flow_t[:, None]
        if name in worlds.drawn:
            amount = np.hstack([amount, worlds.drawn[name]])
        for goods, has_piped in GOODS.items():
            own = _own(flows, state, has_piped)
            head = {"exporter": state, "world": name, "goods": goods}
            found = _shares(flows, own, amount[own], state)
            heads.append({**head, **found.numbers})
            corridors += [{**head, **row} for row in found.corridors]
            partners += [{**head, **row} for row in found.partners]
            transit += [{**head, **row} for row in found.transit]
    tables = {"worlds": heads, "corridors": corridors, "partners": partners, "transit": transit}
    frames = {key: pd.DataFrame(rows) for key, rows in tables.items()}
    for key in ("partners", "transit"):
        if len(frames[key]):
            frames[key].insert(4, "name", frames[key]["country"].map(names).fillna(frames[key]["country"]))
    return ExporterAnswer(state, str(names[state]), first.year, MappingProxyType(frames), worlds.note)


@dataclass(frozen=True)
class _Shares:
    """Numbers of one world and kind of goods."""

    numbers: dict[str, float]
    corridors: list[dict[str, object]]
    partners: list[dict[str, object]]
    transit: list[dict[str, object]]


def _own(flows: Flows, state: str, has_piped: bool) -> npt.NDArray[np.int64]:
    """Routes of what leaves a state for another."""
    market, data = flows.model.market, flows.model.study.data
    states = data.tables["places"]["country"].to_numpy(dtype=object)
    pair = market.routes.pair
    leaves = (states[market.pairs.origin[pair]] == state) & (states[market.pairs.destination[pair]] != state)
    goods = data.tables["commodities"]["id"].to_numpy(dtype=object)[market.commodity]
    return np.flatnonzero(leaves & (has_piped | ~np.isin(goods, PIPED)))


def _shares(flows: Flows, own: npt.NDArray[np.int64], amount: FloatArray, state: str) -> _Shares:
    """Concentration of what some routes carry; amounts have values in column 0 and draws beside."""
    market, data = flows.model.market, flows.model.study.data
    states = data.tables["places"]["country"].to_numpy(dtype=object)
    to = states[market.pairs.destination[market.routes.pair[own]]]
    worth = data.values("commodities", "value_usd_per_t", 0.0)[market.commodity[own]]
    kind = market.routes.kind[own]
    whole = amount.sum(axis=0)
    by_corridor = _sums(np.array(CORRIDORS, dtype=object)[kind], amount)
    by_partner = _sums(to, amount)
    passed = _passed(flows, own, amount, state)
    values = _sums(to, amount * worth[:, None])
    shares = np.array([each / np.where(whole > 0, whole, 1.0) for each in passed.values()]).reshape(len(passed), -1)
    numbers = {
        **spread("exports_t", whole),
        **spread("value_usd", (amount * worth[:, None]).sum(axis=0)),
        **spread("hhi_corridor", hhi(np.array(list(by_corridor.values())).T)),
        **spread("hhi_partner", hhi(np.array(list(by_partner.values())).T)),
        **spread("hhi_partner_value", hhi(np.array(list(values.values())).T)),
        **spread("hhi_transit", passage_concentration(shares.T if len(passed) else np.zeros((len(whole), 1)))),
    }
    return _Shares(
        numbers,
        [{"corridor": name, **spread("share", each / whole)} for name, each in by_corridor.items()],
        _rows(by_partner, whole),
        _rows(passed, whole),
    )


def _rows(sums: Mapping[str, FloatArray], whole: FloatArray) -> list[dict[str, object]]:
    """Shares of states, the largest first."""
    rows: list[dict[str, object]] = [
        {"country": code, **spread("share", each / np.where(whole > 0, whole, 1.0))}
        for code, each in sums.items()
        if each[0] > LEAST * whole[0]
    ]
    return sorted(rows, key=lambda row: -float(str(row["share"])))


def _sums(key: npt.NDArray[np.object_], amount: FloatArray) -> dict[str, FloatArray]:
    return {str(name): amount[key == name].sum(axis=0) for name in sorted(set(key))}


def _passed(flows: Flows, own: npt.NDArray[np.int64], amount: FloatArray, state: str) -> dict[str, FloatArray]:
    """What passes each state on land, without beginning or ending there."""
    network, routes = flows.model.study.network, flows.model.market.routes
    place, code, _ = abroad(flows)
    pairs = np.unique(np.stack([routes.route_of_arc[place], code], axis=1), axis=0)
    pairs = pairs[np.isin(pairs[:, 0], own)]
    row = np.searchsorted(own, pairs[:, 0])
    found = {}
    for column in np.unique(pairs[:, 1]):
        name = network.countries[column]
        if name not in (state, "XZ"):
            found[name] = amount[row[pairs[:, 1] == column]].sum(axis=0)
    return found

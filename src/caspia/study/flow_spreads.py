"""What flows mean in every draw: the tables of `flow_frames` with a value a draw in each cell.

Sums over routes are one sparse matrix, made once and applied to all draws together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from caspia.demand import t_per_teu
from caspia.network import ArcKind
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_draws import FlowDraws
from caspia.study.flow_frames import LAND, routes_with_segment
from caspia.study.traffic import counted
from caspia.study.transit import abroad

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ENDS = ("from_corridor", "to_corridor")


@dataclass(frozen=True, eq=False)
class Spread:
    """A table in every draw.

    Attributes
    ----------
    keys : pandas.DataFrame
        What each row is of.
    columns : mapping of str to numpy.ndarray, each of shape (n_rows, n_draws)
        Numbers, a value a draw.
    """

    keys: pd.DataFrame
    columns: Mapping[str, FloatArray]

    def less(self, other: Spread, names: Mapping[str, str]) -> Spread:
        """Difference from another world, draw by draw.

        Parameters
        ----------
        other : Spread
            The same table in the same draws of the other world; a row that it lacks is 0 there.
        names : mapping of str to str
            Column to the name of its change.

        Returns
        -------
        Spread
            With these columns beside the others.
        """
        place = pd.MultiIndex.from_frame(other.keys).get_indexer(pd.MultiIndex.from_frame(self.keys))
        known = (place >= 0)[:, None]
        changes = {
            new: self.columns[old] - np.where(known, other.columns[old][place], 0.0) for old, new in names.items()
        }
        return Spread(self.keys, {**self.columns, **changes})


def _flow(draws: FlowDraws, kept: BoolArray | None) -> FloatArray:
    return draws.flow_t[:, draws.kept if kept is None else kept]


def _teu(draws: FlowDraws, flow: FloatArray) -> FloatArray:
    model = draws.flows.model
    return np.asarray(flow / t_per_teu(model.study.data)[model.market.commodity][:, None])


def _value(draws: FlowDraws, flow: FloatArray, kept: BoolArray) -> FloatArray:
    """Value of flows at the drawn value of a tonne."""
    studies = [study for study, keep in zip(draws.world.studies, kept, strict=True) if keep]
    worth = np.stack([study.data.values("commodities", "value_usd_per_t") for study in studies], axis=1)
    return np.asarray(flow * worth[draws.flows.model.market.commodity])


def _summed(frame: pd.DataFrame, by: Sequence[str], columns: Mapping[str, FloatArray]) -> Spread:
    """Sums over the rows of a frame with equal keys."""
    numbers = frame.groupby(list(by), sort=True).ngroup().to_numpy()
    keys = frame[list(by)].drop_duplicates().sort_values(list(by)).reset_index(drop=True)
    member = sparse.csr_matrix((np.ones(len(frame)), (numbers, np.arange(len(frame)))), (len(keys), len(frame)))
    return Spread(keys, {name: np.asarray(member @ values) for name, values in columns.items()})


def corridors_spread(draws: FlowDraws, *, split: bool, kept: BoolArray | None = None) -> Spread:
    """Corridors in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.
    split : bool
        Whether by market segment.
    kept : numpy.ndarray of bool, shape (n_draws,), optional
        Draws to be taken; those that are kept if left out.

    Returns
    -------
    Spread
        As `caspia.study.flow_frames.corridors_frame`.
    """
    chosen = draws.kept if kept is None else kept
    flow = _flow(draws, chosen)
    columns = {"flow_t": flow, "flow_teu": _teu(draws, flow), "value_usd": _value(draws, flow, chosen)}
    by = ("segment", "corridor") if split else ("corridor",)
    found = _summed(routes_with_segment(draws.flows), by, columns)
    segment = found.keys["segment"] if split else pd.Series("", index=found.keys.index)
    shares = {
        share: _shares(found.columns[name], segment, np.ones(len(segment), dtype=bool))
        for name, share in (("flow_t", "share"), ("flow_teu", "share_teu"), ("value_usd", "share_value"))
    }
    land = found.keys["corridor"].isin(LAND).to_numpy()
    return Spread(
        found.keys, {**found.columns, **shares, "share_land": _shares(found.columns["flow_t"], segment, land)}
    )


def _shares(values: FloatArray, segment: pd.Series, of: BoolArray) -> FloatArray:
    """Share of each row in the rows of its segment that `of` names; 0 for the others."""
    numbers = pd.factorize(segment)[0]
    own = np.where(of[:, None], values, 0.0)
    whole = np.zeros((numbers.max(initial=-1) + 1, values.shape[1]))
    np.add.at(whole, numbers, own)
    total = whole[numbers]
    return np.where(total > 0, own / np.where(total > 0, total, 1.0), 0.0)


def countries_spread(draws: FlowDraws, kept: BoolArray | None = None) -> Spread:
    """Transit through states in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.
    kept : numpy.ndarray of bool, shape (n_draws,), optional
        Draws to be taken; those that are kept if left out.

    Returns
    -------
    Spread
        As `caspia.study.flow_frames.countries_frame`.
    """
    chosen = draws.kept if kept is None else kept
    flow = _flow(draws, chosen)
    network, routes = draws.flows.model.study.network, draws.flows.model.market.routes
    place, state, share = abroad(draws.flows)
    route, n_states = routes.route_of_arc[place], len(network.countries)
    passing = np.unique(route * n_states + state)
    through = _matrix(passing % n_states, passing // n_states, np.ones(len(passing)), (n_states, len(flow)))
    # Cargo of the same goods pays alike on an arc, so that it is added up before it is priced.
    goods = draws.flows.model.market.commodity[route]
    key = (goods * network.n_arcs + routes.arcs[place]) * n_states + state
    paid, row = np.unique(key, return_inverse=True)
    carried = np.asarray(_matrix(row, route, share, (len(paid), len(flow))) @ flow)
    prices = _prices(draws, chosen, paid // n_states)
    revenue = np.asarray(
        _matrix(paid % n_states, np.arange(len(paid)), np.ones(len(paid)), (n_states, len(paid)))
        @ (carried * prices)
    )
    return Spread(
        pd.DataFrame({"country": list(network.countries)}),
        {
            "transit_t": np.asarray(through @ flow),
            "transit_teu": np.asarray(through @ _teu(draws, flow)),
            "transit_revenue_usd": revenue,
        },
    )


def _matrix(row: IntArray, column: IntArray, value: FloatArray, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((value, (row, column)), shape=shape)


def _prices(draws: FlowDraws, kept: BoolArray, key: IntArray) -> FloatArray:
    """Dollars a tonne of commodity and arc, `commodity x n_arcs + arc`, in every draw."""
    n_arcs = draws.flows.model.study.network.n_arcs
    names = draws.flows.model.study.data.tables["commodities"]["id"]
    found = np.zeros((len(key), int(kept.sum())))
    commodity, arc = key // n_arcs, key % n_arcs
    for column, nth in enumerate(np.flatnonzero(kept)):
        for row in np.unique(commodity):
            own = commodity == row
            found[own, column] = draws.world.studies[nth].money_usd_per_t(str(names.iloc[row]))[arc[own]]
    return found


def servers_spread(draws: FlowDraws) -> Spread:
    """Load of everything that has a capacity in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.

    Returns
    -------
    Spread
        As `caspia.study.flow_frames.bottlenecks_frame`, of all servers.
    """
    servers, kept = draws.flows.model.servers, draws.kept
    load, worth = draws.load[:, kept], draws.worth_usd[:, kept]
    return Spread(
        pd.DataFrame({"id": servers.key}),
        {
            "flow": load,
            "ratio": load / draws.capacity[:, kept],
            "delay_h": draws.delay_h[:, kept],
            "price_usd": draws.price_usd[:, kept],
            "shadow_value_usd": worth,
            "shadow_value_usd_per_t": worth / servers.t_per_unit[:, None],
        },
    )


def links_spread(draws: FlowDraws, kept: BoolArray | None = None) -> Spread:
    """Tonnes and boxes on every link in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.
    kept : numpy.ndarray of bool, shape (n_draws,), optional
        Draws to be taken; those that are kept if left out.

    Returns
    -------
    Spread
        As `caspia.study.flow_frames.links_frame`.
    """
    model, flow = draws.flows.model, _flow(draws, kept)
    arcs, routes = model.study.network.arcs, model.market.routes
    line = arcs.kind[routes.arcs] == ArcKind.LINE
    route, chosen = routes.route_of_arc[line], routes.arcs[line]
    kind = routes.kind[route]
    key, row = np.unique(
        (arcs.row[chosen].astype(np.int64) * len(CORRIDORS) + kind) * 2 + arcs.reverse[chosen], return_inverse=True
    )
    member = _matrix(row, route, np.ones(len(row)), (len(key), len(flow)))
    links = model.study.data.tables["links"]["id"].to_numpy()
    keys = pd.DataFrame(
        {
            "link_id": links[key // 2 // len(CORRIDORS)],
            "corridor": np.array(CORRIDORS, dtype=object)[key // 2 % len(CORRIDORS)],
            "reverse": (key % 2).astype(bool),
        }
    )
    return Spread(keys, {"flow_t": np.asarray(member @ flow), "flow_teu": np.asarray(member @ _teu(draws, flow))})


def whole_links_spread(draws: FlowDraws, kept: BoolArray | None = None) -> Spread:
    """Tonnes on every link in every draw, of all corridors and both directions together.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.
    kept : numpy.ndarray of bool, shape (n_draws,), optional
        Draws to be taken; those that are kept if left out.

    Returns
    -------
    Spread
        By `link_id`: `link_t`.
    """
    parts = links_spread(draws, kept)
    return _summed(parts.keys, ("link_id",), {"link_t": parts.columns["flow_t"]})


def users_spread(draws: FlowDraws, used: BoolArray) -> Spread:
    """Users of a place or link in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.
    used : numpy.ndarray of bool, shape (n_routes,)
        Routes that use it.

    Returns
    -------
    Spread
        As `caspia.study.flow_frames.users_frame`.
    """
    flow = _flow(draws, None)
    own = np.where(used[:, None], flow, 0.0)
    columns = {"flow_t": own, "flow_teu": _teu(draws, own), "whole": flow}
    by = ("origin_zone", "destination_zone", "commodity_id")
    found = _summed(draws.flows.route_frame, by, columns)
    part, whole = found.columns["flow_t"], found.columns["whole"]
    total = np.maximum(part.sum(axis=0), 1e-300)
    shares = {"share": part / total, "reliance": part / np.where(whole > 0, whole, 1.0)}
    return Spread(found.keys, {"flow_t": part, "flow_teu": found.columns["flow_teu"], **shares})


def unserved_spread(draws: FlowDraws) -> Spread:
    """Demand without an open route in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.

    Returns
    -------
    Spread
        By row of the demand, as `caspia.study.flow_frames.unserved_frame`.
    """
    model = draws.flows.model
    rows = model.study.data.tables["demand"]["id"].to_numpy()[model.market.pairs.demand]
    return _summed(
        pd.DataFrame({"demand_id": rows}), ("demand_id",), {"unserved_t": draws.unserved_t[:, draws.kept]}
    )


def totals_spread(draws: FlowDraws, kept: BoolArray | None = None) -> Spread:
    """All that moves and all that cannot, in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.
    kept : numpy.ndarray of bool, shape (n_draws,), optional
        Draws to be taken; those that are kept if left out.

    Returns
    -------
    Spread
        One row, as `caspia.study.flow_frames.totals_frame`.
    """
    chosen = draws.kept if kept is None else kept
    flow, lost = _flow(draws, chosen), draws.unserved_t[:, chosen].sum(axis=0, keepdims=True)
    carried = flow.sum(axis=0, keepdims=True)
    kinds = np.isin(CORRIDORS, LAND)[draws.flows.model.market.routes.kind]
    return Spread(
        pd.DataFrame({"year": [draws.flows.year]}),
        {
            "demand_t": carried + lost,
            "unserved_t": lost,
            "land_t": flow[kinds].sum(axis=0, keepdims=True),
            "flow_t": carried,
            "flow_teu": _teu(draws, flow).sum(axis=0, keepdims=True),
            "value_usd": _value(draws, flow, chosen).sum(axis=0, keepdims=True),
        },
    )


def counts_spread(draws: FlowDraws) -> Spread:
    """Modelled amount of every count in every draw.

    Parameters
    ----------
    draws : FlowDraws
        Flows in every draw.

    Returns
    -------
    Spread
        By `count_id`, `year` and `unit`: `modelled`.
    """
    model, flow = draws.flows.model, _flow(draws, None)
    members = sparse.csr_matrix(counted(model).astype(np.float64))
    ids = model.study.data.tables["counts"]["id"].to_numpy()
    parts = {"t/year": flow, "TEU/year": _teu(draws, flow)}
    keys = [pd.DataFrame({"count_id": ids, "year": draws.flows.year, "unit": unit}) for unit in parts]
    values = [np.asarray(members @ each) for each in parts.values()]
    return Spread(pd.concat(keys, ignore_index=True), {"modelled": np.concatenate(values)})


def moved_spread(draws: FlowDraws, before: FlowDraws, *, split: bool) -> Spread:
    """What moved from corridor to corridor, in every draw.

    Parameters
    ----------
    draws, before : FlowDraws
        Flows of the same pairs in two worlds, in the same draws.
    split : bool
        Whether by market segment and commodity.

    Returns
    -------
    Spread
        As `caspia.study.flow_frames.moved_frame`: `moved_t`.
    """
    kinds = (*CORRIDORS, "none")
    change = _by_corridor(draws, draws.kept) - _by_corridor(before, draws.kept)
    change[:, -1] = -change.sum(axis=1)
    lost, won = np.maximum(-change, 0.0), np.maximum(change, 0.0)
    whole = won.sum(axis=1, keepdims=True)
    share = won / np.where(whole > 0, whole, 1.0)
    by = ("segment", "commodity_id") if split else ("from_corridor",)
    of_pair = routes_with_segment(draws.flows).drop_duplicates("pair")
    rows = of_pair["pair"].to_numpy()
    parts = []
    for i, one in enumerate(kinds):
        for j, other in enumerate(kinds):
            if i != j:
                ends = of_pair.assign(from_corridor=one, to_corridor=other)
                moved = lost[rows, i] * share[rows, j]
                parts.append(_summed(ends, tuple(dict.fromkeys((*by, *ENDS))), {"moved_t": moved}))
    keys = pd.concat([part.keys for part in parts], ignore_index=True)
    return Spread(keys, {"moved_t": np.concatenate([part.columns["moved_t"] for part in parts])})


def _by_corridor(draws: FlowDraws, kept: BoolArray) -> FloatArray:
    """Tonnes by pair and corridor, shape (n_pairs, n_corridors + 1, n_draws); the last column is empty."""
    market = draws.flows.model.market
    width, n_pairs, n_routes = len(CORRIDORS) + 1, len(market.pairs.share), len(market.routes.pair)
    cell = market.routes.pair * width + market.routes.kind
    sums = _matrix(cell, np.arange(n_routes), np.ones(n_routes), (n_pairs * width, n_routes))
    return np.asarray(sums @ draws.flow_t[:, kept]).reshape(n_pairs, width, -1)

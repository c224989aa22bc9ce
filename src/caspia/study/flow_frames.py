"""What flows mean: corridors, transit revenue, bottlenecks, links, who uses a place, what a scenario moves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.assignment import Choice, capacity_worth
from caspia.cost import read_key
from caspia.network import ArcKind, find_place
from caspia.study.corridors import CORRIDORS
from caspia.study.flows import RESIDUAL, Flows
from caspia.study.transit import abroad, route_money

FloatArray = npt.NDArray[np.float64]
LAND = ("Caspian", "Northern", "Southern", "Eastern")
"""Corridors over land."""
SMALL_T = 0.5
NUDGE = 0.01
"""Share of a capacity that is added to learn what a unit more is worth."""
WATCHED = 0.4
"""Servers below this share of their capacity are no bottlenecks."""
_CENTRAL = frozenset({"KZ", "UZ", "TM", "KG", "TJ"})
_EUROPE = frozenset({"EU-NW", "EU-C", "EU-S", "EU-SE", "EU-N", "TR"})
_CHINA = frozenset({"CN-west", "CN-inland", "CN-coast"})
_CAUCASUS = frozenset({"AZ", "GE", "AM"})
_PACIFIC = frozenset({"JP", "KR"})
SEGMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "China-Europe and Türkiye": (_CHINA, _EUROPE),
    "Central Asia-Europe and Türkiye": (_CENTRAL, _EUROPE),
    "Central Asia-China": (_CENTRAL, _CHINA),
    "Central Asia-Russia": (_CENTRAL, frozenset({"RU", "BY"})),
    "Central Asia-Caucasus": (_CENTRAL, _CAUCASUS),
    "Central Asia-Japan and Korea": (_CENTRAL, _PACIFIC),
    "Japan and Korea-Europe and Türkiye": (_PACIFIC, _EUROPE),
    "China-Russia and Caucasus": (_CHINA, frozenset({"RU", "BY"}) | _CAUCASUS),
}
"""Markets, in both directions; all else is `Other`."""


def corridors_frame(flows: Flows, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """Tonnes, boxes and value by corridor.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.
    by : tuple of str
        Further columns to split by: `segment`, `commodity_id`, `origin_zone`, `destination_zone`.

    Returns
    -------
    pandas.DataFrame
        `corridor`, the columns of `by`, `flow_t`, `flow_teu`, `value_usd`, and the shares of each within the
        split: `share`, `share_teu`, `share_value`; `share_land` is that in the tonnes of the corridors over land.
    """
    frame = routes_with_segment(flows)
    keys = [*by, "corridor"]
    sums = frame.groupby(keys, sort=False)[["flow_t", "flow_teu", "value_usd"]].sum()
    if not by:
        sums = sums.reindex(list(CORRIDORS), fill_value=0.0)
        sums.index.name = "corridor"
    whole = sums.groupby(level=list(range(len(by)))).transform("sum") if by else sums.sum()
    shares = (sums / whole).fillna(0.0)
    shares.columns = ["share", "share_teu", "share_value"]
    frame = pd.concat([sums, shares], axis=1).reset_index()
    land = frame["flow_t"].where(frame["corridor"].isin(LAND), 0.0)
    total = land.groupby([frame[key] for key in by]).transform("sum") if by else land.sum()
    return frame.assign(share_land=(land / total).fillna(0.0))


def routes_with_segment(flows: Flows) -> pd.DataFrame:
    """Routes with flow, and the market that each belongs to.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    pandas.DataFrame
        As `Flows.route_frame`, with `route` and `segment`.
    """
    market, frame = flows.model.market, flows.route_frame
    demand = flows.model.study.data.tables["demand"]
    segment = np.full(len(demand), "Other", dtype=object)
    for name, (one, other) in SEGMENTS.items():
        there = demand["origin_id"].isin(one) & demand["destination_id"].isin(other)
        back = demand["origin_id"].isin(other) & demand["destination_id"].isin(one)
        segment[(there | back).to_numpy(dtype=bool)] = name
    of_route = segment[market.pairs.demand[market.routes.pair]]
    return frame.assign(route=np.arange(len(frame)), segment=of_route)


def countries_frame(flows: Flows) -> pd.DataFrame:
    """Tonnes in transit through each state and what carriage, handling and borders there earn.

    Money of an arc that belongs to two states is halved; what ships at sea pay belongs to no state. Transit is
    what neither begins nor ends in the state.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    pandas.DataFrame
        `country`, `transit_t`, `transit_teu`, `transit_revenue_usd`, in order of revenue.
    """
    network, routes = flows.model.study.network, flows.model.market.routes
    place, state, share = abroad(flows)
    owner, n_states = routes.route_of_arc[place], len(network.countries)
    earned = flows.flow_t[owner] * route_money(flows)[place] * share
    passing = np.unique(owner * n_states + state)
    through, where = passing // n_states, passing % n_states
    boxes = flows.route_frame["flow_teu"].to_numpy()
    frame = pd.DataFrame(
        {
            "country": list(network.countries),
            "transit_t": np.bincount(where, weights=flows.flow_t[through], minlength=n_states),
            "transit_teu": np.bincount(where, weights=boxes[through], minlength=n_states),
            "transit_revenue_usd": np.bincount(state, weights=earned, minlength=n_states),
        }
    )
    return frame.sort_values("transit_revenue_usd", ascending=False, ignore_index=True)


def servers_frame(flows: Flows) -> pd.DataFrame:
    """Load of everything that has a capacity.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    pandas.DataFrame
        `id`, `kind`, `name`, `unit`, `flow`, `capacity`, `ratio`, `delay_h`, `price_usd` (of scarcity, a unit).
    """
    servers = flows.model.servers
    return pd.DataFrame(
        {
            "id": servers.key,
            "kind": servers.kind,
            "name": _names(flows),
            "unit": servers.unit,
            "flow": flows.result.load,
            "capacity": servers.capacity,
            "ratio": flows.result.load / servers.capacity,
            "delay_h": flows.result.delay_h,
            "price_usd": flows.result.price,
            "t_per_unit": servers.t_per_unit,
        }
    )


def _names(flows: Flows) -> list[str]:
    tables = flows.model.study.data.tables
    keys = [read_key(key) for key in flows.model.servers.key]
    known = {
        table: dict(zip(tables[table]["id"], tables[table]["name"], strict=True))
        for table in {"places", *(table for table, _, _ in keys)}
    }
    links, places = tables["links"], known["places"]
    ends = dict(zip(links["id"], zip(links["from_id"], links["to_id"], strict=True), strict=True))
    found = []
    for table, identity, reverse in keys:
        if table == "links":
            start, end = (places[place] for place in ends[identity])
            found.append(f"{end}-{start}" if reverse else f"{start}-{end}")
        else:
            arrow = " (back)" if reverse and table != "places" else ""
            found.append(f"{known[table][identity]}{arrow}")
    return found


def bottlenecks_frame(flows: Flows, most: int = 25) -> pd.DataFrame:
    """Capacities that bind, with what a unit more is worth to all users together.

    The shadow value is the user benefit (the fall of the logsums times the demand) of a hundredth of the
    capacity more, divided by the units added; the answer of all flows to it is taken to be linear
    (`caspia.assignment.capacity_worth`), which gives that of all capacities at once.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.
    most : int
        Number of rows.

    Returns
    -------
    pandas.DataFrame
        As `servers_frame`, with `shadow_value_usd` (a year, for one unit of capacity more) and
        `shadow_value_usd_per_t`, in order of the ratio of flow to capacity.
    """
    frame = servers_frame(flows)
    frame = frame[frame["ratio"] > WATCHED].sort_values("ratio", ascending=False).head(most)
    model = flows.model
    worth = capacity_worth(model.grouping, flows.choice, model.servers, flows.result, NUDGE)
    frame["shadow_value_usd"] = worth[frame.index]
    frame["shadow_value_usd_per_t"] = frame["shadow_value_usd"] / frame["t_per_unit"]
    return frame.reset_index(drop=True)


def shadow_value(flows: Flows, server: int) -> float:
    """What one unit of capacity more is worth to all users in a year, from an equilibrium of its own.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.
    server : int
        Row of the servers.

    Returns
    -------
    float
        Dollars a year for one unit.
    """
    servers = flows.model.servers
    capacity = servers.capacity.copy()
    capacity[server] *= 1 + NUDGE
    wider = servers.with_capacity(capacity)
    after = flows.model.settle(flows.choice, servers=wider, filled=flows.filled, residual=RESIDUAL * 1e-2)
    benefit = user_benefit(flows.choice, flows.result.logsum, after.logsum)
    return float(benefit / (capacity[server] - servers.capacity[server]))


def user_benefit(choice: Choice, before: FloatArray, after: FloatArray) -> float:
    """Benefit of all users of a fall in their logsums.

    Parameters
    ----------
    choice : Choice
        Demand.
    before, after : numpy.ndarray, shape (n_pairs,)
        Logsums; pairs that are closed before or after count nothing.

    Returns
    -------
    float
        Dollars a year; the integral of the demand function between the two logsums.
    """
    known = np.isfinite(before) & np.isfinite(after)
    fall = np.where(known, before, 0.0) - np.where(known, after, 0.0)
    response = choice.response
    level = choice.amount * np.exp(
        np.where(known, response * (np.where(known, before, 0.0) - choice.reference), 0.0)
    )
    grown = np.where(response == 0, fall, -np.expm1(-response * fall) / np.where(response == 0, 1.0, response))
    return float((level * np.where(known, grown, 0.0)).sum())


def links_frame(flows: Flows) -> pd.DataFrame:
    """Tonnes on every link by corridor and direction.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    pandas.DataFrame
        `link_id`, `corridor`, `reverse`, `flow_t`, `flow_teu`; links that carry nothing are left out.
    """
    arcs, routes = flows.model.study.network.arcs, flows.model.market.routes
    route = routes.route_of_arc
    line = arcs.kind[routes.arcs] == ArcKind.LINE
    frame = flows.route_frame
    chosen = routes.arcs[line]
    table = pd.DataFrame(
        {
            "row": arcs.row[chosen],
            "corridor": frame["corridor"].to_numpy()[route[line]],
            "reverse": arcs.reverse[chosen],
            "flow_t": flows.flow_t[route[line]],
            "flow_teu": frame["flow_teu"].to_numpy()[route[line]],
        }
    )
    sums = table.groupby(["row", "corridor", "reverse"], as_index=False)[["flow_t", "flow_teu"]].sum()
    sums = sums[sums["flow_t"] > SMALL_T]
    sums.insert(0, "link_id", flows.model.study.data.tables["links"]["id"].to_numpy()[sums.pop("row")])
    return sums.reset_index(drop=True)


def unserved_frame(flows: Flows) -> pd.DataFrame:
    """Demand that has no open route: declared, never dropped.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    pandas.DataFrame
        `demand_id`, `commodity_id`, `origin_zone`, `destination_zone`, `unserved_t`.
    """
    pairs = flows.model.market.pairs
    frame = flows.model.study.data.tables["demand"].iloc[pairs.demand]
    table = pd.DataFrame(
        {
            "demand_id": frame["id"].to_numpy(),
            "commodity_id": frame["commodity_id"].to_numpy(),
            "origin_zone": frame["origin_id"].to_numpy(),
            "destination_zone": frame["destination_id"].to_numpy(),
            "unserved_t": flows.result.unserved,
        }
    )
    keys = ["demand_id", "commodity_id", "origin_zone", "destination_zone"]
    sums = table[table["unserved_t"] > 0].groupby(keys, as_index=False)["unserved_t"].sum()
    return sums.sort_values("unserved_t", ascending=False, ignore_index=True)


def touches(flows: Flows, identity: str) -> npt.NDArray[np.bool_]:
    """Routes that pass a link, a crossing, a service or a place.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.
    identity : str
        Id of a link, a crossing or a service, or a place by code or name.

    Returns
    -------
    numpy.ndarray of bool, shape (n_routes,)

    Raises
    ------
    UnknownName
        Nothing of that name is in the data.
    """
    study, routes = flows.model.study, flows.model.market.routes
    arcs, tables = study.network.arcs, study.data.tables
    for table, kind in (("links", ArcKind.LINE), ("borders", ArcKind.BORDER), ("services", ArcKind.WAIT)):
        rows = np.flatnonzero((tables[table]["id"] == identity).to_numpy())
        if len(rows):
            hit = (arcs.kind == kind) & (arcs.row == rows[0])
            break
    else:
        place = find_place(tables["places"], identity)
        at = study.network.vertices.place
        hit = (at[arcs.tail] == place) | (at[arcs.head] == place)
    route = routes.route_of_arc
    return np.bincount(route, weights=hit[routes.arcs], minlength=len(routes.pair)) > 0


def users_frame(flows: Flows, identity: str) -> pd.DataFrame:
    """Select-link analysis: who uses a link, a crossing, a service or a place.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.
    identity : str
        Id of a link, a crossing or a service, or a place by code or name.

    Returns
    -------
    pandas.DataFrame
        `origin_zone`, `destination_zone`, `commodity_id`, `flow_t`, `flow_teu`, `share` of all that uses it,
        and `reliance`, the share of the whole demand of that row that does.

    Raises
    ------
    UnknownName
        Nothing of that name is in the data.
    """
    frame = flows.route_frame
    keys = ["origin_zone", "destination_zone", "commodity_id"]
    whole = frame.groupby(keys)["flow_t"].sum()
    used = frame[touches(flows, identity)].groupby(keys)[["flow_t", "flow_teu"]].sum()
    used["share"] = used["flow_t"] / max(used["flow_t"].sum(), 1e-300)
    used["reliance"] = used["flow_t"] / whole.reindex(used.index)
    return used[used["flow_t"] > SMALL_T].sort_values("flow_t", ascending=False).reset_index()


def moved_frame(before: Flows, after: Flows) -> pd.DataFrame:
    """What moved from where to where between two flows on the same routes.

    Parameters
    ----------
    before, after : Flows
        Flows of one market.

    Returns
    -------
    pandas.DataFrame
        `segment`, `commodity_id`, `from_corridor`, `to_corridor`, `moved_t`: of each pair, what the losing
        corridors lost is given to the winning ones in the measure of what they won; what demand gained or
        lost has the corridor `none` at the other end.
    """
    a, b = (routes_with_segment(flows) for flows in (before, after))
    keys = ["pair", "segment", "commodity_id", "corridor"]
    change = b.groupby(keys)["flow_t"].sum().sub(a.groupby(keys)["flow_t"].sum(), fill_value=0.0).reset_index()
    wide = change.pivot_table(
        index=keys[:3], columns="corridor", values="flow_t", aggfunc="sum", fill_value=0.0, observed=True
    )
    wide["none"] = -wide.sum(axis=1)
    values = wide.to_numpy()
    lost, won = np.maximum(-values, 0.0), np.maximum(values, 0.0)
    share = won / np.where(won.sum(axis=1, keepdims=True) > 0, won.sum(axis=1, keepdims=True), 1.0)
    columns = list(wide.columns)
    index = wide.index.to_frame(index=False)
    rows = []
    for i, one in enumerate(columns):
        for j, other in enumerate(columns):
            moved = lost[:, i] * share[:, j]
            if i != j and moved.sum() > SMALL_T:
                part = index.assign(from_corridor=one, to_corridor=other, moved_t=moved)
                rows.append(part[part["moved_t"] > 0])
    if not rows:
        return pd.DataFrame(columns=["segment", "commodity_id", "from_corridor", "to_corridor", "moved_t"])
    table = pd.concat(rows).groupby(["segment", "commodity_id", "from_corridor", "to_corridor"], as_index=False)
    sums = table["moved_t"].sum()
    return sums[sums["moved_t"] > SMALL_T].sort_values("moved_t", ascending=False, ignore_index=True)


def totals_frame(flows: Flows) -> pd.DataFrame:
    """All that moves, and all that cannot.

    Parameters
    ----------
    flows : Flows
        Flows in equilibrium.

    Returns
    -------
    pandas.DataFrame
        One row: `year`, `demand_t` with what is unserved, `unserved_t`, `land_t` (what moves over land), `flow_t`,
        `flow_teu`, `value_usd`.
    """
    land = float(flows.route_frame.loc[flows.route_frame["corridor"].isin(LAND), "flow_t"].sum())
    carried = flows.route_frame[["flow_t", "flow_teu", "value_usd"]].sum()
    lost = float(flows.result.unserved.sum())
    head = {"year": flows.year, "demand_t": float(carried["flow_t"]) + lost, "unserved_t": lost, "land_t": land}
    return pd.DataFrame([head | carried.to_dict()])

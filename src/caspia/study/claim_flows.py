"""Tests of claims about flows of the base year: shares of corridors and states, and facilities that are full."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.demand import t_per_teu
from caspia.network import ArcKind
from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample
from caspia.study.flow_frames import LAND, routes_with_segment
from caspia.study.flows import FlowModel

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
MAINLY = 0.5
"""Share of the load of a facility from which on it is one of a corridor."""
AMOUNTS = ("t", "teu")
BOUNDS = ("land", "all")


def corridor_share(claim: Claim, world: ClaimWorld) -> Sample:
    """Share of a corridor in what moves in a market.

    Parameters
    ----------
    claim : Claim
        Parameters `corridor`, `segment` (a market of `caspia flows`), `by` (t or teu) and `within` (land or all).
    world : ClaimWorld
        With the flows of the base year.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        Nothing moves in the market.
    """
    frame = routes_with_segment(world.today[0])
    return _share(claim, world, frame, (frame["corridor"] == claim.one("corridor")).to_numpy())


def country_share(claim: Claim, world: ClaimWorld) -> Sample:
    """Share of what moves in a market that passes, leaves or enters a state.

    Parameters
    ----------
    claim : Claim
        Parameters `country` (ISO 3166 code), `segment`, `by` and `within`, as of `corridor_share`.
    world : ClaimWorld
        With the flows of the base year.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        The state is unknown, or nothing moves in the market.
    """
    flows = world.today[0]
    passes = routes_passing(flows.model, (claim.one("country"),), claim)
    return _share(claim, world, routes_with_segment(flows), passes)


def routes_passing(model: FlowModel, states: tuple[str, ...], claim: Claim) -> BoolArray:
    """Routes that run over a link in one of some states.

    Parameters
    ----------
    model : FlowModel
        With routes and network.
    states : tuple of str
        ISO 3166 codes.
    claim : Claim
        For the message where a state is unknown.

    Returns
    -------
    numpy.ndarray of bool, shape (n_routes,)

    Raises
    ------
    InputError
        A state is not one of the network.
    """
    network, routes = model.study.network, model.market.routes
    codes = list(network.countries)
    if unknown := sorted(set(states) - set(codes)):
        raise claim.wrong(f"claim names an unknown state {', '.join(unknown)}", "ISO 3166 codes of the network")
    run = network.arcs.kind == ArcKind.LINE
    within = network.arcs.countries[:, [codes.index(state) for state in states]].any(axis=1) & run
    hit = np.bincount(routes.route_of_arc, weights=within[routes.arcs], minlength=len(routes.pair))
    return np.asarray(hit > 0)


def _share(claim: Claim, world: ClaimWorld, frame: pd.DataFrame, chosen: BoolArray) -> Sample:
    by, within = claim.one("by"), claim.one("within")
    if by not in AMOUNTS or within not in BOUNDS:
        raise claim.wrong("claim counts something unknown", "by=t or teu, within=land or all")
    inside = (frame["segment"] == claim.one("segment")).to_numpy()
    if within == "land":
        inside = inside & frame["corridor"].isin(LAND).to_numpy()
    amount = world.flow_t
    if by == "teu":
        model = world.today[0].model
        amount = amount / t_per_teu(model.study.data)[model.market.commodity][:, None]
    whole = amount[inside].sum(axis=0)
    if not (whole > 0).all():
        raise claim.wrong("nothing moves in the market of a claim", "a market of `caspia flows`")
    share = amount[inside & chosen].sum(axis=0) / whole
    return Sample(float(share[0]), share[1:] if len(share) > 1 else share)


def fullest(claim: Claim, world: ClaimWorld) -> Sample:
    """Load over capacity of the fullest facility that a corridor makes at least half of the load of.

    Parameters
    ----------
    claim : Claim
        Parameters `corridor` and `least`: share of the tonnes of the corridor that has to pass a facility for it to
        count, so that a yard that few use does not speak for the whole.
    world : ClaimWorld
        With the flows of the base year and, draw by draw, their loads and capacities.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        The corridor uses nothing that has a capacity.
    """
    flows, drawn = world.today
    table, servers = flows.model.table, flows.model.servers
    own = (flows.route_frame["corridor"] == claim.one("corridor")).to_numpy()
    used = table.use * flows.flow_t[table.route_of_entry]
    whole = np.bincount(table.server, used, servers.n_servers)
    part = np.bincount(table.server, used * own[table.route_of_entry], servers.n_servers)
    tonnes = flows.flow_t * own
    passing = np.bincount(table.server, tonnes[table.route_of_entry], servers.n_servers)
    mainly = (part > 0) & (part >= MAINLY * whole) & (passing >= claim.number("least") * tonnes.sum())
    if not mainly.any():
        raise claim.wrong("corridor uses nothing of that size that has a capacity", "a corridor with flow")
    value = float((flows.result.load / servers.capacity)[mainly].max())
    if drawn is None:
        return Sample.certain(value)
    return Sample(value, (drawn.load / drawn.capacity)[mainly][:, drawn.kept].max(axis=0))

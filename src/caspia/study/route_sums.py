"""Sums over routes that are asked for again and again: links and states, as products with matrices made once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from caspia.network import ArcKind
from caspia.study.corridors import CORRIDORS
from caspia.study.flow_frames import SMALL_T, countries_frame
from caspia.study.flows import FlowModel, Flows
from caspia.study.repriced import Repriced
from caspia.study.transit import abroad, route_money

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RouteSums:
    """What each route adds to links and states; the same in all worlds on these routes that ask for the same money.

    Attributes
    ----------
    on_links : scipy.sparse.csr_matrix, shape (2 n_links, n_routes)
        How often each route passes each link; the second half against its direction.
    passing : scipy.sparse.csr_matrix, shape (n_states, n_routes)
        1 where a route is in transit through a state.
    earned_usd_per_t : scipy.sparse.csr_matrix, shape (n_states, n_routes)
        What carriage, handling and borders of a state in transit earn by a tonne.
    abroad : tuple of numpy.ndarray
        Of `transit.abroad`.
    """

    on_links: sparse.csr_matrix
    passing: sparse.csr_matrix
    earned_usd_per_t: sparse.csr_matrix
    abroad: tuple[IntArray, IntArray, FloatArray]

    def fits(self, flows: Flows) -> bool:
        """Whether flows are on these routes.

        Parameters
        ----------
        flows : Flows
            Any flows.

        Returns
        -------
        bool
        """
        return bool(len(flows.flow_t) == self.on_links.shape[1])

    def links(self, flows: Flows) -> pd.DataFrame:
        """Tonnes on links, as `flow_frames.links_frame`.

        Parameters
        ----------
        flows : Flows
            On these routes.

        Returns
        -------
        pandas.DataFrame
        """
        market = flows.model.market
        kind = np.zeros((len(market.routes.pair), len(CORRIDORS)))
        rows = np.arange(len(kind))
        found = []
        for amount in (flows.flow_t, flows.route_frame["flow_teu"].to_numpy()):
            kind[rows, market.routes.kind] = amount
            found.append(np.asarray(self.on_links @ kind))
        n_links = self.on_links.shape[0] // 2
        place, corridor = np.nonzero(found[0] > SMALL_T)
        ids = flows.model.study.data.tables["links"]["id"].to_numpy()
        return pd.DataFrame(
            {
                "link_id": ids[place % n_links],
                "corridor": np.array(CORRIDORS, dtype=object)[corridor],
                "reverse": place >= n_links,
                "flow_t": found[0][place, corridor],
                "flow_teu": found[1][place, corridor],
            }
        )

    def countries(self, flows: Flows, world: Repriced) -> pd.DataFrame:
        """Transit through states and what it earns there, as `flow_frames.countries_frame`.

        Parameters
        ----------
        flows : Flows
            On these routes.
        world : Repriced
            Their world, priced from the one that these sums were made in.

        Returns
        -------
        pandas.DataFrame
        """
        if world.same_money:
            revenue = self.earned_usd_per_t @ flows.flow_t
        elif world.money_usd_per_t is not None:
            revenue = self._revenue(flows, world.money_usd_per_t)
        else:
            return countries_frame(flows)
        frame = pd.DataFrame(
            {
                "country": list(flows.model.study.network.countries),
                "transit_t": self.passing @ flows.flow_t,
                "transit_teu": self.passing @ flows.route_frame["flow_teu"].to_numpy(),
                "transit_revenue_usd": revenue,
            }
        )
        return frame.sort_values("transit_revenue_usd", ascending=False, ignore_index=True)

    def _revenue(self, flows: Flows, money_usd_per_t: FloatArray) -> FloatArray:
        """Dollars a year of each state, where arcs ask for other money."""
        place, state, share = self.abroad
        market = flows.model.market
        owner = market.routes.route_of_arc[place]
        asked = np.where(np.isfinite(money_usd_per_t), money_usd_per_t, 0.0)
        paid = flows.flow_t[owner] * asked[market.commodity[owner], market.routes.arcs[place]] * share
        return np.bincount(state, paid, self.passing.shape[0]).astype(np.float64)


def route_sums(flows: Flows) -> RouteSums:
    """Make the matrices of some routes.

    Parameters
    ----------
    flows : Flows
        Any flows on these routes, in the world whose money counts.

    Returns
    -------
    RouteSums
    """
    network, routes = flows.model.study.network, flows.model.market.routes
    place, state, share = abroad(flows)
    shape = len(network.countries), len(routes.pair)
    owner = routes.route_of_arc[place]
    earned = sparse.csr_matrix((route_money(flows)[place] * share, (state, owner)), shape=shape)
    passing = sparse.csr_matrix((np.ones(len(place)), (state, owner)), shape=shape)
    passing.data[:] = 1.0
    return RouteSums(_on_links(flows.model), passing, earned, (place, state, share))


def _on_links(model: FlowModel) -> sparse.csr_matrix:
    arcs, routes = model.study.network.arcs, model.market.routes
    n_links = len(model.study.data.tables["links"])
    line = arcs.kind[routes.arcs] == ArcKind.LINE
    chosen = routes.arcs[line]
    row = arcs.row[chosen] + n_links * arcs.reverse[chosen]
    entries = (np.ones(len(chosen)), (row, routes.route_of_arc[line]))
    return sparse.csr_matrix(entries, shape=(2 * n_links, len(routes.pair)))

"""Bargains of transit: what a state would charge that knows how shippers answer, and what corridor states share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from caspia.errors import NotConverged, Problem
from caspia.game import CoalitionGame, Core, Leader, best_choice, coalition_game, core, shapley
from caspia.study.corridors import CORRIDORS
from caspia.study.game_outcomes import WORKERS, Outcomes
from caspia.study.project_model import RESIDUAL

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
CORRIDOR = ("KZ", "UZ", "TM", "AZ", "GE", "TR")
"""States on the Trans-Caspian corridor."""
LEADERS = ("KZ", "AZ", "GE", "TR", "RU")
"""States whose best tariff is sought."""
HIGHEST = 15.0
"""Greatest surcharge on boxes in transit, as a share of the rates."""
GAP = 0.03
NOISE = 1e-3
"""Error of traffic as a share of it, from the residual of the equilibria."""
MOST = 40


@dataclass(frozen=True, eq=False)
class Coalitions:
    """What the transit of the corridor is worth to groups of its states.

    Attributes
    ----------
    game : CoalitionGame
        Dollars a year that the members of each group earn more from transit than without the corridor, where only
        members let cargo of others pass.
    shapley_usd : numpy.ndarray, shape (n_states,)
        Share of each state by what it adds on average.
    earned_usd : numpy.ndarray, shape (n_states,)
        What each earns where all take part.
    core : Core
        Whether a sharing holds all together.
    """

    game: CoalitionGame
    shapley_usd: FloatArray
    earned_usd: FloatArray
    core: Core


def transit_money(outcomes: Outcomes, active: BoolArray) -> sparse.csr_matrix:
    """What each state earns from a tonne in transit on each route under some parts of moves.

    Parameters
    ----------
    outcomes : Outcomes
        Moves compiled.
    active : numpy.ndarray of bool, shape (n_parts,)
        Parts that hold.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (n_states, n_routes)
    """
    money = outcomes.money.transit
    for u in np.flatnonzero(active):
        money = money + outcomes.money.transit_change[u]
    return money.tocsr()


def coalitions(outcomes: Outcomes, made: Mapping[str, str]) -> Coalitions:
    """Worth of all groups of corridor states, each from an equilibrium of flows.

    Parameters
    ----------
    outcomes : Outcomes
        Moves compiled.
    made : mapping of str to str
        Moves of actors.

    Returns
    -------
    Coalitions
        Of the states that the network knows.

    Raises
    ------
    NotConverged
        No equilibrium was reached.

    References
    ----------
    Kalai, E., Zemel, E. (1982). Totally balanced games and games of flow. Mathematics of Operations Research 7 (3),
    476-478.
    """
    model, active = outcomes.moves.parts.model, outcomes.moves.active(made)
    states = [code for code in CORRIDOR if code in model.study.network.countries]
    money = transit_money(outcomes, active)[[model.study.network.countries.index(code) for code in states]]
    caspian = model.market.routes.kind == CORRIDORS.index("Caspian")
    passes = (money != 0).toarray()

    def earned(members: tuple[int, ...]) -> FloatArray:
        others = [row for row in range(len(states)) if row not in members]
        shut = caspian & passes[others].any(axis=0)
        return np.asarray(money @ outcomes.moves.world(active, shut).found.flow)

    every = [tuple(row for row in range(len(states)) if key >> row & 1) for key in range(2 ** len(states))]
    outcomes.prepare()
    with ThreadPoolExecutor(WORKERS) as pool:
        found = dict(zip(every, pool.map(earned, every), strict=True))
    none = found[()]

    def worth(members: tuple[int, ...]) -> float:
        return float((found[members] - none)[list(members)].sum())

    game = coalition_game(tuple(states), worth)
    return Coalitions(game, shapley(game), found[every[-1]] - none, core(game))


@dataclass(frozen=True, eq=False)
class Tariff:
    """Surcharge on boxes in transit that brings a state most.

    Attributes
    ----------
    state : str
        Who charges.
    margin : float
        Share of the rates that is left after operation.
    leader : Leader
        Surcharge as a share of the rates, and profit in dollars a year with its bound.
    now_usd : float
        Profit without a surcharge.
    revenue_usd, revenue_now_usd : float
        Transit revenue with and without it.
    """

    state: str
    margin: float
    leader: Leader
    now_usd: float
    revenue_usd: float
    revenue_now_usd: float


def leader_tariffs(
    outcomes: Outcomes, made: Mapping[str, str], margins: Mapping[str, float], states: Sequence[str] = LEADERS
) -> tuple[Tariff, ...]:
    """Tariffs of states that lead, each alone, while shippers of the whole world answer.

    Parameters
    ----------
    outcomes : Outcomes
        Moves compiled.
    made : mapping of str to str
        Moves of actors.
    margins : mapping of str to float
        Share of transit revenue that is left after operation, by state.
    states : sequence of str
        Who leads.

    Returns
    -------
    tuple of Tariff
        Of the states that have transit.

    Raises
    ------
    NotConverged
        No equilibrium was reached.
    """
    outcomes.prepare()
    known = [code for code in states if code in outcomes.moves.parts.model.study.network.countries]
    with ThreadPoolExecutor(WORKERS) as pool:
        found = pool.map(lambda code: _tariff(outcomes, made, code, margins.get(code, 0.35)), known)
    return tuple(item for item in found if item is not None)


def _in_boxes(outcomes: Outcomes) -> BoolArray:
    """Routes of goods in boxes; what passes pipelines and tankers is bound by contracts of many years."""
    model = outcomes.moves.parts.model
    form = model.study.data.tables["commodities"]["form"].to_numpy(dtype=object)
    return np.asarray(form[model.market.commodity] == "container")


def _tariff(outcomes: Outcomes, made: Mapping[str, str], state: str, margin: float) -> Tariff | None:
    moves = outcomes.moves
    active = moves.active(made)
    parts, base = moves.parts, moves.parts.base(*moves.when)
    row = parts.model.study.network.countries.index(state)
    paid = transit_money(outcomes, active)[row].toarray()[0] * _in_boxes(outcomes)
    if not paid.any():
        return None
    model = parts.priced(active, np.asarray(moves.bars[active].any(axis=0)))
    servers = parts.servers(active)
    filled = base.found.load / base.servers.capacity

    def volume(surcharge: float) -> float:
        """Boxes in transit at the rates of now, dollars a year."""
        charged = model.with_costs(model.table.cost + surcharge * paid)
        found = charged.settle(base.answering, servers=servers, filled=filled, residual=RESIDUAL)
        if not found.converged:
            got = f"residual {found.residual:.1e}"
            where = f"surcharge of {surcharge:g} in {state}"
            raise NotConverged(Problem("the flows have not converged", where, got, f"at most {RESIDUAL:.0e}"))
        return float(paid @ found.flow)

    leader = best_choice(lambda x: x + margin, volume, (-margin, HIGHEST), gap=GAP, noise=NOISE, most=MOST)
    now, then = volume(0.0), leader.value / (leader.choice + margin) if leader.choice > -margin else 0.0
    return Tariff(state, margin, leader, margin * now, (1.0 + leader.choice) * then, now)

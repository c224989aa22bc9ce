"""All costs of all arcs for one cargo and month, and their sum: the generalised cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.cost.cargo import Cargo
from caspia.cost.emissions import emission_terms
from caspia.cost.lookup import Lookup
from caspia.cost.money import insurance_usd, money_terms
from caspia.cost.time import time_terms
from caspia.cost.variables import FloatArray, Quantity, gather


@dataclass(frozen=True)
class ArcCosts:
    """Costs of every arc for one cargo.

    Attributes
    ----------
    cargo : Cargo
        What is carried.
    month : int or None
        Month of departure; None is the mean of the year.
    money, time, emission : Quantity
        Dollars, hours, kg CO2e per unit of cargo.
    passable : numpy.ndarray of bool, shape (n_arcs,)
        Open arcs that can carry the cargo and have a price and a time.
    generalised_usd : numpy.ndarray, shape (n_arcs,)
        Money plus the value of time and of reliability; inf where not passable.
    """

    cargo: Cargo
    month: int | None
    money: Quantity
    time: Quantity
    emission: Quantity
    passable: npt.NDArray[np.bool_]
    generalised_usd: FloatArray

    @property
    def insurance_usd(self) -> float:
        """Cargo insurance of one unit, the same on every way; war risk is within `money`."""
        return insurance_usd(self.cargo)


def arc_costs(look: Lookup, cargo: Cargo, month: int | None, grid_g_per_kwh: FloatArray) -> ArcCosts:
    """Cost every arc for a cargo.

    The generalised cost of an arc is `money + VOT (mean time + RR x sd of time)` with the value of time VOT
    and the reliability ratio RR. Standard deviations are summed over arcs, that is, delays on one journey are
    taken to come together; the sampled sd of the route, which is a little smaller, is what reports show.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    cargo : Cargo
        What is carried.
    month : int or None
        Month of departure (1-12), or None.
    grid_g_per_kwh : numpy.ndarray, shape (n_countries,)
        Intensity of electricity by state.

    Returns
    -------
    ArcCosts
        Arrays over all arcs.

    References
    ----------
    de Jong, G. et al. (2014), New SP-values of time and reliability for freight transport in the Netherlands,
    Transportation Research Part E 64, 71-87.
    """
    money, unpriced = money_terms(look, cargo)
    time, untimed = time_terms(look, cargo, month)
    n_arcs = look.n_arcs
    arcs = look.network.arcs
    passable = arcs.is_open & ((arcs.forms & cargo.form_bit) > 0) & ~unpriced & ~untimed
    money_sum, time_sum = gather("money", n_arcs, money), gather("time", n_arcs, time)
    felt_h = time_sum.mean + cargo.reliability_ratio * time_sum.sd
    generalised = money_sum.mean + cargo.value_of_time_usd_per_h * felt_h
    return ArcCosts(
        cargo=cargo,
        month=month,
        money=money_sum,
        time=time_sum,
        emission=gather("emission", n_arcs, emission_terms(look, cargo, grid_g_per_kwh)),
        passable=passable,
        generalised_usd=np.where(passable, generalised, np.inf),
    )

"""Money: carriage, fares, terminal, gauge-change, border and loading charges, insurance."""

from __future__ import annotations

import numpy as np

from caspia.cost.cargo import Cargo
from caspia.cost.lookup import Lookup
from caspia.cost.variables import Terms
from caspia.network import ArcKind

_OPERATIONS = {
    ArcKind.TERMINAL: "handling",
    ArcKind.GAUGE_CHANGE: "handling",
    ArcKind.BORDER: "border",
    ArcKind.LOADING: "loading",
    ArcKind.UNLOADING: "loading",
}


def price_attributes(stem: str, cargo: Cargo, per: str = "") -> tuple[tuple[str, float], ...]:
    """Attributes that may price an operation, best first, with the units of cargo that they are counted in.

    Parameters
    ----------
    stem : str
        `tariff`, `fare`, `handling`, `border` or `loading`.
    cargo : Cargo
        What is priced.
    per : str
        `_km` for tariffs.

    Returns
    -------
    tuple of (str, float)
        Attribute and factor from its unit to one unit of the cargo.
    """
    if cargo.form == "container":
        return ((f"{stem}_usd_per_teu{per}", cargo.teu),)
    tonne = (f"{stem}_usd_per_t{per}", cargo.tonnes)
    if cargo.form in ("liquid", "gas") and stem != "border":
        return ((f"{stem}_liquid_usd_per_t{per}", cargo.tonnes), tonne)
    return (tonne,)


def money_terms(look: Lookup, cargo: Cargo) -> tuple[list[Terms], np.ndarray]:
    """Terms of money, in dollars per unit of cargo.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    cargo : Cargo
        What is carried.

    Returns
    -------
    terms : list of Terms
    unpriced : numpy.ndarray of bool, shape (n_arcs,)
        Arcs for which the data hold no price of this form of cargo; they carry none of it.
    """
    terms: list[Terms] = []
    unpriced = np.zeros(look.n_arcs, dtype=bool)
    lines = look.arcs_of(ArcKind.LINE)
    # Backhaul prices are those of empty boxes going home; bulk has its own price each way.
    backhaul = look.value("backhaul_factor", default=1.0)
    weak = look.network.arcs.reverse & (cargo.form == "container")
    direction = np.where(weak, backhaul, 1.0)
    tariff, has_tariff = look.priced(
        lines, price_attributes("tariff", cargo, "_km"), look.network.arcs.length_km * direction
    )
    fare, has_fare = look.priced(lines, price_attributes("fare", cargo), direction)
    terms += tariff + fare
    unpriced[lines] = ~(has_tariff | has_fare)[lines]
    for kind, stem in _OPERATIONS.items():
        arcs = look.arcs_of(kind)
        charge, has_charge = look.priced(arcs, price_attributes(stem, cargo), np.ones(look.n_arcs))
        terms += charge
        unpriced[arcs] = ~has_charge[arcs]
    terms += war_risk_terms(look, cargo)
    return terms, unpriced


def war_risk_terms(look: Lookup, cargo: Cargo) -> list[Terms]:
    """Additional war-risk premium of the line arcs.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    cargo : Cargo
        What is carried.

    Returns
    -------
    list of Terms
        In dollars per unit of cargo.
    """
    share = np.full(look.n_arcs, cargo.value_usd / 100)
    return [look.direct(look.arcs_of(ArcKind.LINE), "war_risk_pct", share)]


def insurance_usd(cargo: Cargo) -> float:
    """Cargo insurance of one unit, whatever the way.

    Parameters
    ----------
    cargo : Cargo
        What is carried.

    Returns
    -------
    float
        Premium in dollars per unit of cargo.
    """
    return cargo.insurance_share * cargo.value_usd

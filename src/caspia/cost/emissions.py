"""Emissions well-to-wheel per unit of cargo, in kg CO2e.

References
----------
ISO 14083:2023, Quantification and reporting of greenhouse gas emissions arising from transport chain
operations: the emission of a transport chain element is its transport activity (t-km) times its intensity;
hubs count too.
"""

from __future__ import annotations

import numpy as np

from caspia.cost.cargo import Cargo
from caspia.cost.lookup import Lookup
from caspia.cost.variables import FloatArray, Terms
from caspia.network import ArcKind
from caspia.units import KG_PER_G


def emission_terms(look: Lookup, cargo: Cargo, grid_g_per_kwh: FloatArray) -> list[Terms]:
    """Terms of emission.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    cargo : Cargo
        What is carried.
    grid_g_per_kwh : numpy.ndarray, shape (n_countries,)
        Intensity of electricity by state; NaN where unknown.

    Returns
    -------
    list of Terms
    """
    lines = look.arcs_of(ArcKind.LINE)
    arcs = look.network.arcs
    tonne_km = arcs.length_km * cargo.tonnes * KG_PER_G
    grid = mean_grid(look, grid_g_per_kwh)
    wired = arcs.electrified & (look.network.fact("energy_kwh_per_t_km") >= 0) & np.isfinite(grid)
    boxes = (look.network.fact("emission_g_per_teu_km") >= 0) & (cargo.form == "container") & ~wired
    rest = ~wired & ~boxes
    terms = [
        look.direct(lines[wired[lines]], "energy_kwh_per_t_km", np.where(wired, tonne_km * grid, 0.0)),
        look.direct(lines[boxes[lines]], "emission_g_per_teu_km", arcs.length_km * cargo.teu * KG_PER_G),
        look.direct(lines[rest[lines]], "emission_g_per_t_km", tonne_km),
    ]
    for kind in (ArcKind.TERMINAL, ArcKind.GAUGE_CHANGE):
        hubs = look.arcs_of(kind)
        terms.append(look.direct(hubs, "handling_kg_co2e_per_t", np.full(look.n_arcs, cargo.tonnes)))
    return terms


def mean_grid(look: Lookup, grid_g_per_kwh: FloatArray) -> FloatArray:
    """Mean grid intensity of the states that each arc passes.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    grid_g_per_kwh : numpy.ndarray, shape (n_countries,)
        Intensity of electricity by state, in g CO2e per kWh; NaN where unknown.

    Returns
    -------
    numpy.ndarray, shape (n_arcs,)
        Plain mean over the states with a known intensity, in g CO2e per kWh; NaN where there is none.
    """
    passes = look.network.arcs.countries
    known = passes & np.isfinite(grid_g_per_kwh)
    count = known.sum(axis=1)
    total = known @ np.nan_to_num(grid_g_per_kwh)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

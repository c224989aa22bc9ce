"""Time: running, handling, border formalities, waiting for departures and for the weather; in hours."""

from __future__ import annotations

import numpy as np

from caspia.cost.cargo import Cargo
from caspia.cost.lookup import Lookup
from caspia.cost.variables import Terms, closure_terms, headway_terms
from caspia.network import ArcKind

ALWAYS_CLOSED_SHARE = 0.99
_OPERATIONS = {
    ArcKind.TERMINAL: "handling_h",
    ArcKind.GAUGE_CHANGE: "handling_h",
    ArcKind.BORDER: "border_h",
    ArcKind.LOADING: "loading_h",
    ArcKind.UNLOADING: "loading_h",
}


def time_terms(look: Lookup, cargo: Cargo, month: int | None) -> tuple[list[Terms], np.ndarray]:
    """Terms of time.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    cargo : Cargo
        What is carried; containers go by the speed of unitised cargo, all else by that of bulk.
    month : int or None
        Month of departure (1-12) for the weather; None takes the mean of the year.

    Returns
    -------
    terms : list of Terms
    untimed : numpy.ndarray of bool, shape (n_arcs,)
        Arcs for which the data hold no time, or which are closed all the month.
    """
    terms, untimed = _running(look, cargo)
    for kind, attribute in _OPERATIONS.items():
        arcs = look.arcs_of(kind)
        terms.append(look.direct(arcs, attribute, np.ones(look.n_arcs)))
        untimed[arcs] = look.network.fact(attribute)[arcs] < 0
    waits, shut = _waiting(look, month)
    return terms + waits, untimed | shut


def _running(look: Lookup, cargo: Cargo) -> tuple[list[Terms], np.ndarray]:
    lines = look.arcs_of(ArcKind.LINE)
    length = look.network.arcs.length_km
    scheduled = look.network.fact("transit_h") >= 0
    bulk = (look.network.fact("speed_bulk_kmh") >= 0) & (cargo.form != "container")
    unit = look.network.fact("speed_kmh") >= 0
    terms = [
        look.direct(lines, "transit_h", np.ones(look.n_arcs)),
        look.inverse(lines[~scheduled[lines] & bulk[lines]], "speed_bulk_kmh", length),
        look.inverse(lines[~scheduled[lines] & ~bulk[lines]], "speed_kmh", length),
    ]
    untimed = np.zeros(look.n_arcs, dtype=bool)
    untimed[lines] = ~(scheduled | bulk | unit)[lines]
    return terms, untimed


def _waiting(look: Lookup, month: int | None) -> tuple[list[Terms], np.ndarray]:
    waits = look.arcs_of(ArcKind.WAIT)
    departures = look.network.fact("departures_per_week")
    sailing = waits[departures[waits] >= 0]
    terms = [
        headway_terms(sailing, departures[sailing].astype(np.int64), look.bounds),
        look.direct(waits, "queue_h", np.ones(look.n_arcs)),
    ]
    months = range(1, 13) if month is None else (month,)
    names = [f"closure_share_m{number:02d}" for number in months]
    share = np.mean([look.value(name, default=0.0) for name in names], axis=0)
    spell = look.value("closure_spell_h", default=0.0)
    fact = look.network.fact(names[0]).astype(np.int64)
    stormy = waits[(share[waits] > 0) & (spell[waits] > 0) & (fact[waits] >= 0)]
    terms.append(closure_terms(stormy, fact[stormy], share[stormy], spell[stormy]))
    return terms, share >= ALWAYS_CLOSED_SHARE

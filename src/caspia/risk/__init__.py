"""Risk: seeded draws, events of a year, ensembles on many workers, and what the draws say; knows no network."""

from caspia.risk.draws import Doubts, stream_words, uniforms
from caspia.risk.ensemble import LOCAL, THREADS, Place, run_ensemble
from caspia.risk.estimators import Estimate, Exceedance, estimate, exceedance
from caspia.risk.hazards import Hazards
from caspia.risk.kept import Kept
from caspia.risk.sensitivity import Sensitivity, group_sensitivity
from caspia.risk.work import Work

__all__ = [
    "LOCAL",
    "THREADS",
    "Doubts",
    "Estimate",
    "Exceedance",
    "Hazards",
    "Kept",
    "Place",
    "Sensitivity",
    "Work",
    "estimate",
    "exceedance",
    "group_sensitivity",
    "run_ensemble",
    "stream_words",
    "uniforms",
]

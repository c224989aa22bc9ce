"""What closures, storms and a falling sea do, as tables of a result."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from caspia.study.risk import RiskRequest, risk_answer
from caspia.study.risk_events import felt_rows
from caspia.study.study import Study

Tell = Callable[[str, int, int], None]


def risk_tables(study: Study, tell: Tell) -> dict[str, pd.DataFrame]:
    """Draw years of a study for its report.

    Parameters
    ----------
    study : Study
        The world.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    dict of str to pandas.DataFrame
        `risk_metrics`, `risk_exceedance`, `risk_sensitivity`, `risk_critical`, `risk_interdiction`, `risk_events`;
        nothing where the data have no events or demand, or the settings want no draws.

    Raises
    ------
    caspia.errors.NotConverged
        Too many draws found no equilibrium.
    """
    settings = study.settings
    if not settings.risk_draws or not len(felt_rows(study.data)) or study.data.tables["demand"].empty:
        return {}
    answer = risk_answer(study, RiskRequest(n=settings.risk_draws, seed=settings.seed), tell)
    tables = {
        "risk_metrics": answer.metrics,
        "risk_exceedance": answer.curves,
        "risk_sensitivity": answer.sensitivity,
        "risk_critical": answer.critical,
        "risk_interdiction": answer.interdiction,
        "risk_events": answer.events,
    }
    return {name: frame for name, frame in tables.items() if len(frame)}

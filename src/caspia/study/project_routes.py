"""The same projects on more routes, without compiling them again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from caspia.study.flows import Flows, compile_model
from caspia.study.market import Market, users_of
from caspia.study.opened_routes import cost_at, overlaps_of
from caspia.study.project_model import ProjectModel

FloatArray = npt.NDArray[np.float64]


def on_routes(projects: ProjectModel, market: Market, busy: Flows) -> ProjectModel:
    """Put projects on other routes of the same pairs.

    Parameters
    ----------
    projects : ProjectModel
        Projects on some routes.
    market : Market
        The routes.
    busy : Flows
        Flows at whose queues the weight of what routes share is found.

    Returns
    -------
    ProjectModel
        Nothing of its worlds is kept.
    """
    model = compile_model(projects.model.study, market)
    n = len(projects.ids)
    saving = np.zeros((n, model.table.n_routes))
    needs = np.zeros(saving.shape, dtype=bool)
    for row, cheaper in enumerate(projects.cheaper):
        needs[row] = users_of(market, projects.ways[row])
        if cheaper is not None:
            saving[row] = cheaper.of_routes(market)
    overlaps = overlaps_of(model, np.asarray(projects.ways.any(axis=0)), cost_at(model, busy))
    return replace(
        projects, model=model, saving_usd_per_t=saving, needs=needs, overlaps=overlaps, _sizes={}, _bases={}
    )

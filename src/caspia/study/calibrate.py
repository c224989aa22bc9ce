"""Fitting how shippers choose to observed traffic: a scale and corridor constants for each group of goods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import least_squares

from caspia.assignment import Choice
from caspia.data import Dataset, table_schemas
from caspia.errors import InputError, Problem
from caspia.exchange import write_text
from caspia.study.corridors import CORRIDORS
from caspia.study.flows import FlowModel
from caspia.study.loading import CONSTANTS, Behaviour, behaviour, route_constants
from caspia.study.market import in_transit
from caspia.study.study import Study, Tell
from caspia.study.traffic import FIT_YEARS, amounts, counted, observed

FloatArray = npt.NDArray[np.float64]
FITTED_CORRIDORS = ("Caspian", "Northern", "Southern", "Eastern")
"""Corridors with a constant; Ocean and Other are what they are measured against."""
SOFTENING = 0.02
"""Share of a count that is added to both sides, so that a small flow cannot rule the fit."""
LEAST_SIGMA = 0.10
SCALE_SIGMA = 0.35
"""Prior standard deviation of the logarithm of a scale."""
CONSTANT_SIGMA = 2.0
"""Prior standard deviation of a constant, in log-odds at the prior scale."""
WIDEST_SIGMA_USD_PER_T = {"Caspian": 300.0, "Northern": 300.0, "Southern": 100.0, "Eastern": 300.0}
"""Most that this standard deviation may be: some 4,500 dollars a 40-foot box, a fare by land. Where the scale is
small, log-odds alone would allow constants of several fares. Over Iran it is less: no count tells of the dear
goods there, which then would take up what misfits others leave."""
Z90 = 1.2816
RESIDUAL = 1e-6
SCALE = "choice_scale_t_per_usd"
RECIPE = "calibrate"
WIDEST = 2.5
"""Standard deviations of its prior that no parameter leaves: beyond them a fit is bought with shippers whom no
expert would know."""
STEP = 0.01
"""Step of the slopes, in units of the priors' standard deviation."""
SEED, DRAWN_STARTS, START_SIGMA, EVALUATIONS = 1, 6, 0.5, 20
ROUGH_EVALUATIONS = 3000
"""Equilibria a year that a fit usually takes; only the progress bar reads it."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Fitted choice of each group.

    Attributes
    ----------
    facts : pandas.DataFrame
        Scales and constants as facts of method `derived`, with the P10-P90 of the fit as low and high.
    fit : pandas.DataFrame
        Fitted counts: observed, modelled before and after.
    evaluations : int
        Equilibria solved.
    cost : float
        Half the sum of squared residuals, priors included.
    """

    facts: pd.DataFrame
    fit: pd.DataFrame
    evaluations: int
    cost: float


class _Fit:
    """Residuals of the counts as a function of the parameters; each begins with capacities as full as the last."""

    def __init__(self, models: Mapping[int, FlowModel], tell: Callable[[int], None]) -> None:
        first = next(iter(models.values()))
        self.models, self.tell, self.solved = models, tell, 0
        data = first.study.data
        self.prior = behaviour(data)
        self.groups = data.tables["groups"]["id"]
        self.scale = np.array([_prior_scale(data, self.prior, row) for row in range(len(self.groups))])
        widest = np.array([WIDEST_SIGMA_USD_PER_T[name] for name in FITTED_CORRIDORS])
        self.sigma_usd_per_t = np.minimum(CONSTANT_SIGMA / self.scale[:, None], widest)
        self.base = {year: _without_constants(model, self.prior) for year, model in models.items()}
        self.fixed = {year: model.choice(year) for year, model in models.items()}
        self.members = {year: counted(model) for year, model in models.items()}
        self.felt = {year: in_transit(model.study, model.market) for year, model in models.items()}
        frame = observed(data)
        self.rows = frame[(frame["use"] == "fit") & frame["year"].isin(list(models))].reset_index(drop=True)
        spread = np.log(self.rows["high"].to_numpy() / np.maximum(self.rows["low"].to_numpy(), 1e-9)) / (2 * Z90)
        self.sigma = np.maximum(LEAST_SIGMA, spread)
        self.warm: dict[int, FloatArray] = {}

    def unpack(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Scale (n_groups,) and constants (n_groups, n_corridors) of a vector of parameters."""
        n = len(self.groups)
        scale = self.scale * np.exp(x[:n] * SCALE_SIGMA)
        constants = np.zeros((n, len(CORRIDORS)))
        columns = [CORRIDORS.index(name) for name in FITTED_CORRIDORS]
        constants[:, columns] = x[n:].reshape(n, -1) * self.sigma_usd_per_t
        return scale, constants

    def modelled(self, x: FloatArray) -> FloatArray:
        scale, constants = self.unpack(x)
        found = np.empty(len(self.rows))

        def of_year(year: int) -> None:
            model, own = self.models[year], self.fixed[year]
            group = self.prior.group[model.market.commodity]
            cost = self.base[year] + constants[group, model.market.routes.kind] * self.felt[year]
            pair_group = self.prior.group[model.market.pairs.commodity]
            wants = Choice(own.amount, scale[pair_group], own.response, own.reference)
            result = model.with_costs(cost).settle(wants, filled=self.warm.get(year), residual=RESIDUAL)
            self.warm[year] = result.load / model.servers.capacity
            sums = amounts(model, result.flow, self.members[year])
            for i in np.flatnonzero(self.rows["year"] == year):
                found[i] = sums[self.rows["unit"].iloc[i]][self.rows["row"].iloc[i]]

        with ThreadPoolExecutor(len(self.models)) as pool:
            list(pool.map(of_year, self.models))
        self.solved += len(self.models)
        self.tell(self.solved)
        return found

    def residuals(self, x: FloatArray) -> FloatArray:
        seen = self.rows["observed"].to_numpy()
        soft = SOFTENING * seen
        off = np.log((self.modelled(x) + soft) / (seen + soft)) / self.sigma
        return np.concatenate([off, x])

    def slopes(self, x: FloatArray) -> FloatArray:
        """Change of the residuals by each parameter, over a step that the residual of an equilibrium is lost in."""
        here = self.residuals(x)
        return np.stack([(self.residuals(x + step) - here) / STEP for step in STEP * np.eye(len(x))], axis=1)


def calibrate(models: Mapping[int, FlowModel], progress: Callable[[int], None] | None = None) -> Calibration:
    """Fit a scale and corridor constants for each group of commodities to observed traffic.

    Least squares of the logarithms of modelled over observed counts, each weighted by its doubt, with normal
    priors that hold the scale near the value of the data and the constants near zero. Only counts of use `fit`
    in the years of `models` enter; constants belong to corridors, never to links. The sum of squares has several
    hollows: the fit begins at the prior and at draws around it, and the least of all is kept.

    Parameters
    ----------
    models : mapping of int to FlowModel
        World of each fitted year, all on the same routes.
    progress : callable, optional
        Told the number of equilibria solved.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        There is no count to fit.
    """
    fit = _Fit(models, progress or (lambda _solved: None))
    if fit.rows.empty:
        raise InputError(
            Problem(
                what="nothing to calibrate with",
                where="counts.csv",
                allowed=f"counts of use fit with facts of {', '.join(map(str, FIT_YEARS))}",
                repair="add counts and their facts",
            )
        )
    prior = np.zeros(len(fit.groups) * (1 + len(FITTED_CORRIDORS)))
    before = fit.modelled(prior)
    rng = np.random.default_rng(SEED)
    starts = [prior, *rng.normal(0.0, START_SIGMA, (DRAWN_STARTS, len(prior))).clip(-2.0, 2.0)]
    tries = [
        least_squares(
            fit.residuals,
            start,
            jac=fit.slopes,
            bounds=(-WIDEST, WIDEST),
            xtol=1e-4,
            ftol=1e-4,
            max_nfev=EVALUATIONS,
        )
        for start in starts
    ]
    found = min(tries, key=lambda each: float(each.cost))
    scale, constants = fit.unpack(found.x)
    spread = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    table = fit.rows.assign(before=before, modelled=fit.modelled(found.x)).drop(columns="row")
    return Calibration(_facts(fit, (scale, constants), spread), table, fit.solved, float(found.cost))


def calibrate_study(study: Study, progress: Tell | None = None) -> Calibration:
    """Fit the choice of a study to the traffic of the years that are fitted, each in its world.

    Parameters
    ----------
    study : Study
        Data as they were read.
    progress : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    Calibration
    """
    models = {year: study.world_of(year).flow_model(progress) for year in FIT_YEARS}
    rough = len(FIT_YEARS) * ROUGH_EVALUATIONS
    return calibrate(
        models, None if progress is None else lambda solved: progress("Fit", min(solved, rough), rough)
    )


def write_facts(path: Path, calibration: Calibration) -> None:
    """Write the fitted choice as a table of facts, complete or not at all.

    Parameters
    ----------
    path : pathlib.Path
        File `facts_….csv` of a data folder.
    calibration : Calibration
        What is written.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    columns = next(schema.columns for schema in table_schemas().values() if schema.is_facts)
    write_text(path, calibration.facts[list(columns)].to_csv(index=False, lineterminator="\n"))


def _prior_scale(data: Dataset, prior: Behaviour, group: int) -> float:
    """Scale of a group before any fit: what is stated beside a fitted one, else what is used."""
    frame = data.facts.frame
    key = f"{data.tables['groups']['id'].iloc[group]}.{SCALE}"
    stated = frame[(frame["key"] == key) & (frame["recipe"] != RECIPE)].sort_values("rank")
    if len(stated):
        return float(stated["value"].iloc[0])
    return float(prior.scale_t_per_usd[np.flatnonzero(prior.group == group)[0]])


def _without_constants(model: FlowModel, prior: Behaviour) -> FloatArray:
    constants = route_constants(model.study, model.market, prior)
    return np.asarray(model.table.cost - constants, dtype=np.float64)


def _facts(fit: _Fit, fitted: tuple[FloatArray, FloatArray], spread: FloatArray) -> pd.DataFrame:
    scale, constants = fitted
    n = len(fit.groups)
    years = ", ".join(str(year) for year in fit.models)
    note = f"Least squares on the counts of use fit of {years}; low and high are P10 and P90 of the fit"
    rows = []
    for g, group in enumerate(fit.groups):
        wide = Z90 * SCALE_SIGMA * spread[g]
        low, high = scale[g] * np.exp(-wide), scale[g] * np.exp(wide)
        rows.append((group, SCALE, scale[g], "t/USD", low, high, ""))
        for c, name in enumerate(FITTED_CORRIDORS):
            column = CORRIDORS.index(name)
            wide = Z90 * fit.sigma_usd_per_t[g, c] * spread[n + g * len(FITTED_CORRIDORS) + c]
            value = constants[g, column]
            rows.append((group, CONSTANTS[column], value, "USD/t", value - wide, value + wide, "2025"))
    columns = ["subject", "attribute", "value", "unit", "low", "high", "price_year"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("value", "low", "high"):
        frame[name] = [float(f"{number:.4g}") for number in frame[name]]
    return frame.assign(
        value_year=str(max(fit.models)),
        source_id="caspia_calibration",
        locator="caspia calibrate",
        method="derived",
        recipe=RECIPE,
        rank="1",
        note=note,
    )

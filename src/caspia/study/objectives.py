"""What a plan can make greatest, and how much of it there is in a world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.demand import Case
from caspia.errors import InputError, Problem
from caspia.study.corridors import CORRIDORS
from caspia.study.market import users_of
from caspia.study.project_model import ProjectModel

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
OBJECTIVES = ("benefit", "tonnes", "security")
"""User benefit in dollars a year; tonnes a year on the Caspian corridor; share of a commodity that can reach its
buyers while states let nothing through."""
UNITS = {"benefit": "USD", "tonnes": "t", "security": "share"}


@dataclass(frozen=True)
class Aim:
    """What a plan makes greatest.

    Attributes
    ----------
    weights : tuple of (str, float)
        Objectives of `OBJECTIVES` with their weights.
    commodity : str
        Commodity whose supply is to be secure.
    without : tuple of str
        States that let nothing through where supply has to do without them.
    """

    weights: tuple[tuple[str, float], ...] = (("benefit", 1.0),)
    commodity: str = "uranium-concentrate"
    without: tuple[str, ...] = ("RU", "CN")

    @property
    def name(self) -> str:
        """Objectives with their weights, in words."""
        if len(self.weights) == 1:
            return self.weights[0][0]
        return ", ".join(f"{name}={weight:g}" for name, weight in self.weights)


def read_aim(text: str, commodity: str, without: tuple[str, ...]) -> Aim:
    """An aim as it is written: `benefit`, or a mix as `benefit=0.6,tonnes=0.4`.

    Parameters
    ----------
    text : str
        Objectives with weights.
    commodity : str
        Commodity of the objective security.
    without : tuple of str
        States of the objective security.

    Returns
    -------
    Aim

    Raises
    ------
    InputError
        An objective is unknown or named twice, or a weight is no number above zero.

    Examples
    --------
    >>> read_aim("benefit=3,tonnes=1", "steel", ()).weights
    (('benefit', 0.75), ('tonnes', 0.25))
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        if name not in OBJECTIVES or name in found:
            what = "objective named twice" if name in found else "unknown objective"
            raise InputError(Problem(what, "--objective", repr(part), ", ".join(OBJECTIVES), "name each once"))
        try:
            found[name] = float(number or 1.0)
        except ValueError:
            found[name] = np.nan
        if not 0.0 < found[name] < 1e9:
            allowed = "a number above 0, as benefit=0.6,tonnes=0.4"
            raise InputError(Problem("weight is no number above 0", "--objective", repr(part), allowed, "mend it"))
    whole = sum(found.values())
    return Aim(tuple((name, weight / whole) for name, weight in found.items()), commodity, without)


def measure(model: ProjectModel, opened: BoolArray, when: tuple[int, Case], aim: Aim) -> FloatArray:
    """How much of each objective there is where some projects are open.

    Parameters
    ----------
    model : ProjectModel
        Projects.
    opened : numpy.ndarray of bool, shape (n_projects,)
        Projects that are open.
    when : (int, str)
        Year of the demand and case of its growth.
    aim : Aim
        Objectives that count; others are not computed.

    Returns
    -------
    numpy.ndarray, shape (n_objectives,)
        Benefit against the world without projects.
    """
    wanted = {name for name, _ in aim.weights}
    world = model.world(opened, *when)
    caspian = model.model.market.routes.kind == CORRIDORS.index("Caspian")
    found = {"benefit": float(world.user_benefit_usd.sum()), "tonnes": float(world.found.flow[caspian].sum())}
    if "security" in wanted:
        found["security"] = secure_share(model, opened, when, aim)
    return np.array([found.get(name, 0.0) for name in OBJECTIVES])


def secure_share(model: ProjectModel, opened: BoolArray, when: tuple[int, Case], aim: Aim) -> float:
    """Share of a commodity that still moves where states let nothing of anybody through.

    Parameters
    ----------
    model : ProjectModel
        Projects.
    opened : numpy.ndarray of bool, shape (n_projects,)
        Projects that are open.
    when : (int, str)
        Year of the demand and case of its growth.
    aim : Aim
        Commodity and states.

    Returns
    -------
    float
        Of what is wanted between other states; demand answers to the cost of the ways that are left.

    Raises
    ------
    InputError
        No such commodity or state, or none of it moves between other states.
    """
    pairs, network = model.model.market.pairs, model.model.study.network
    data = model.model.study.data
    goods = data.tables["commodities"]["id"].tolist()
    known = set(data.tables["countries"]["id"])
    if aim.commodity not in goods or not set(aim.without) <= known:
        got = f"{aim.commodity} without {', '.join(aim.without)}"
        raise InputError(Problem("unknown commodity or state", "--secure, --without", got, ", ".join(goods)))
    states = data.tables["places"]["country"].to_numpy(dtype=object)
    outside = ~np.isin(states[pairs.origin], aim.without) & ~np.isin(states[pairs.destination], aim.without)
    counted = outside & (pairs.commodity == goods.index(aim.commodity))
    wanted = model.base(*when).choice.amount[counted].sum()
    if not wanted > 0:
        got, allowed = f"{aim.commodity} between other states", "a commodity with demand between other states"
        raise InputError(Problem("nothing to secure", "--secure, --without", got, allowed, "name another"))
    through = users_of(model.model.market, network.passing_states(list(aim.without)))
    return float(model.world(opened, *when, shut=through).found.amount[counted].sum() / wanted)

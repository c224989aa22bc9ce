"""A mineral and an importer as arrays: who makes it, who sells it to whom, stocks; with draws of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.cost import Sampler
from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem
from caspia.network import normalise

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
PREFIX = "min-"


@dataclass(frozen=True)
class FactDraws:
    """Facts with draws: the first number is the value itself, the others are draws, each fact drawn apart.

    Attributes
    ----------
    data : Dataset
        Tables and facts.
    seed, draws : int
        Of the draws.
    """

    data: Dataset
    seed: int
    draws: int

    @cached_property
    def sampler(self) -> Sampler:
        """Draws of single facts."""
        return Sampler(tuple(self.data.facts.frame["key"]), self.seed, max(self.draws, 1), 0.0)

    def of(self, table: str, rows: npt.ArrayLike, attribute: str, default: float = np.nan) -> FloatArray:
        """Values and draws of a quantity of some objects.

        Parameters
        ----------
        table : str
            Name of an object table.
        rows : array_like of int, shape (n,)
            Rows of it.
        attribute : str
            The quantity.
        default : float
            Stands in where an object has no such fact.

        Returns
        -------
        numpy.ndarray, shape (1 + draws, n)
        """
        chosen = np.asarray(rows, dtype=np.int64)
        fact = self.data.object_facts(table)[chosen, attribute_column(attribute)]
        found = np.full((1 + self.draws, len(chosen)), default)
        known = np.flatnonzero(fact != NO_FACT)
        if len(known):
            facts = self.data.facts
            found[0, known] = facts.value[fact[known]]
            if self.draws:
                bounds = (facts.low, facts.value, facts.high)
                found[1:, known] = self.sampler.facts("supply", fact[known].astype(np.int64), bounds).T
        return found


@dataclass(frozen=True, eq=False)
class SupplyCase:
    """What an importer needs of a mineral; arrays have values in row 0 and draws below.

    Attributes
    ----------
    mineral : pandas.Series
        Row of the table minerals.
    need : pandas.Series
        Row of the table needs.
    members : frozenset of str
        States that the importer is: itself, or the members of a bloc.
    origins : tuple of str
        States that sell, by ISO code.
    supply_rows : numpy.ndarray of int, shape (n_origins,)
        Row of the table supplies of each; -1 where it makes none itself.
    present : numpy.ndarray, shape (1 + draws, n_origins)
        Share of the need that each sells now.
    is_stated : bool
        Whether shares are stated; else they are those of world exports.
    production : numpy.ndarray, shape (1 + draws, n_supplies)
        Production of every state that makes it, of the rows `makers` of supplies.
    makers : numpy.ndarray of int, shape (n_supplies,)
        Rows of the table supplies.
    makers_of : numpy.ndarray of str, shape (n_supplies,)
        Their states.
    world_t, need_t, price_usd_per_t, stock_days, reorder_days, origin_limit : numpy.ndarray, shape (1 + draws,)
        World production, imports, price, stocks, time to find another seller, largest prudent share.
    exports : numpy.ndarray, shape (1 + draws, n_origins)
        What each exports to all the world, over the need.
    spare : numpy.ndarray, shape (1 + draws, n_origins)
        What each could sell beyond to whoever wants it, over the need.
    cargo_t : numpy.ndarray, shape (1 + draws,)
        Tonnes of cargo for a tonne.
    stability : numpy.ndarray, shape (1 + draws, n_origins)
        Political stability; the mean of the others where it is not known.
    caspian_share : numpy.ndarray, shape (1 + draws, n_origins)
        Observed share of the Caspian; NaN where none is.
    """

    mineral: pd.Series
    need: pd.Series
    members: frozenset[str]
    origins: tuple[str, ...]
    supply_rows: IntArray
    present: FloatArray
    is_stated: bool
    production: FloatArray
    makers: IntArray
    makers_of: npt.NDArray[np.object_]
    world_t: FloatArray
    need_t: FloatArray
    price_usd_per_t: FloatArray
    stock_days: FloatArray
    reorder_days: FloatArray
    origin_limit: FloatArray
    exports: FloatArray
    spare: FloatArray
    cargo_t: FloatArray
    stability: FloatArray
    caspian_share: FloatArray

    @property
    def importer(self) -> str:
        """ISO code of the state, or the bloc, that uses it."""
        return str(self.need["country"])

    @property
    def domestic(self) -> FloatArray:
        """What the importer makes itself, shape (1 + draws,)."""
        own = np.array([code in self.members for code in self.makers_of], dtype=bool)
        return np.asarray(self.production[:, own].sum(axis=1))

    @property
    def name(self) -> str:
        """Short name of the mineral."""
        return str(self.mineral["id"]).removeprefix(PREFIX)


def find_mineral(data: Dataset, text: str) -> int:
    """Row of a mineral given by id or name.

    Parameters
    ----------
    data : Dataset
        With the table minerals.
    text : str
        Id with or without `min-`, or name.

    Returns
    -------
    int

    Raises
    ------
    InputError
        No mineral answers to it; the message lists all.
    """
    table = data.tables["minerals"]
    key = normalise(text)
    for row, (identity, name) in enumerate(zip(table["id"], table["name"], strict=True)):
        if key in (normalise(identity), normalise(identity.removeprefix(PREFIX)), normalise(name)):
            return row
    allowed = ", ".join(identity.removeprefix(PREFIX) for identity in table["id"]) or "none in these data"
    raise InputError(Problem("unknown commodity", "COMMODITY", repr(text), allowed, "choose one of these"))


def find_need(data: Dataset, mineral: int, importer: str) -> int:
    """Row of the need of an importer.

    Parameters
    ----------
    data : Dataset
        With the table needs.
    mineral : int
        Row of the table minerals.
    importer : str
        ISO code or name of a state, or a bloc.

    Returns
    -------
    int

    Raises
    ------
    InputError
        No such state or bloc, or it has no demand in the data.
    """
    countries, needs = data.tables["countries"], data.tables["needs"]
    key = normalise(importer)
    pairs = [*zip(countries["id"], countries["name"], strict=True), *((bloc, bloc) for bloc in data.blocs)]
    codes = [code for code, name in pairs if key in (normalise(code), normalise(name))]
    identity = data.tables["minerals"]["id"].iloc[mineral]
    known = needs[needs["mineral_id"] == identity]
    allowed = ", ".join(known["country"]) or "none in these data"
    if not codes:
        what = "unknown importer"
        raise InputError(
            Problem(what, "--importer", repr(importer), f"ISO code of a state, or a bloc: {allowed}", "correct it")
        )
    found = known.index[known["country"] == codes[0]]
    if not len(found):
        what = f"importer without demand for {identity.removeprefix(PREFIX)}"
        raise InputError(Problem(what, "--importer", codes[0], allowed, "choose one of these, or add a need"))
    return int(found[0])


def members_of(data: Dataset, importer: str) -> frozenset[str]:
    """States that an importer is.

    Parameters
    ----------
    data : Dataset
        With the blocs of states.
    importer : str
        ISO code of a state, or a bloc.

    Returns
    -------
    frozenset of str
        The state itself, or the members of the bloc.
    """
    return frozenset(data.blocs.get(importer, (importer,)))


def supply_case(data: Dataset, facts: FactDraws, mineral: int, need: int) -> SupplyCase:
    """Put a mineral and an importer into arrays.

    Parameters
    ----------
    data : Dataset
        Tables.
    facts : FactDraws
        Facts and draws.
    mineral, need : int
        Rows of the tables minerals and needs.

    Returns
    -------
    SupplyCase

    Raises
    ------
    InputError
        Nobody sells it.
    """
    tables = data.tables
    row, wanted = tables["minerals"].iloc[mineral], tables["needs"].iloc[need]
    makers = np.flatnonzero(tables["supplies"]["mineral_id"] == row["id"])
    stated = np.flatnonzero(tables["imports"]["need_id"] == wanted["id"])
    members = members_of(data, str(wanted["country"]))
    codes = tables["supplies"]["country"].to_numpy(dtype=object)[makers]
    sellers = tables["imports"]["country"].to_numpy(dtype=object)[stated]
    foreign = [code for code in codes if code not in members]
    origins = tuple(dict.fromkeys([*sellers, *foreign]))
    if not origins:
        raise InputError(Problem("nobody sells it", str(row["id"]), "no supply", "rows of supplies or imports"))
    at = pd.Index(codes).get_indexer(pd.Index(origins))
    production = facts.of("supplies", makers, "production_t")
    exports = production * facts.of("supplies", makers, "export_share", 1.0)
    known = np.where(at >= 0, exports[:, at], 0.0)
    need_t = facts.of("needs", [need], "import_t")[:, 0]
    spot = facts.of("minerals", [mineral], "spot_share")[:, :1]
    over_need = np.divide(known, need_t[:, None], out=np.zeros_like(known), where=need_t[:, None] > 0)
    states = tables["countries"]["id"]
    stability = facts.of("countries", pd.Index(states).get_indexer(pd.Index(origins)), "political_stability")
    mean = np.nanmean(stability, axis=1, keepdims=True) if np.isfinite(stability).any() else 0.0
    share = np.zeros((1 + facts.draws, len(origins)))
    share[:, : len(sellers)] = facts.of("imports", stated, "import_share")
    caspian = np.full(share.shape, np.nan)
    caspian[:, at >= 0] = facts.of("supplies", makers, "caspian_share")[:, at[at >= 0]]
    return SupplyCase(
        mineral=row,
        need=wanted,
        members=members,
        origins=origins,
        supply_rows=np.where(at >= 0, makers[at], -1) if len(makers) else np.full(len(origins), -1),
        present=present_shares(share, known, len(sellers)),
        is_stated=len(sellers) > 0,
        production=production,
        makers=makers,
        makers_of=codes,
        world_t=facts.of("minerals", [mineral], "world_production_t")[:, 0],
        need_t=need_t,
        price_usd_per_t=facts.of("minerals", [mineral], "market_price_usd_per_t")[:, 0],
        stock_days=facts.of("needs", [need], "stock_days")[:, 0],
        reorder_days=facts.of("needs", [need], "reorder_days")[:, 0],
        origin_limit=facts.of("needs", [need], "origin_limit_share")[:, 0],
        exports=over_need,
        spare=spot * over_need,
        cargo_t=facts.of("minerals", [mineral], "cargo_t_per_unit", 1.0)[:, 0],
        stability=np.where(np.isfinite(stability), stability, mean),
        caspian_share=caspian,
    )


def present_shares(stated: FloatArray, exports: FloatArray, n_stated: int) -> FloatArray:
    """Shares of origin: those stated, and the rest over the other sellers as they export.

    Parameters
    ----------
    stated : numpy.ndarray, shape (n, n_origins)
        Shares, values in row 0 and draws below; what is not stated is zero.
    exports : numpy.ndarray, shape (n, n_origins)
        What each exports.
    n_stated : int
        The first so many are stated.

    Returns
    -------
    numpy.ndarray, shape (n, n_origins)
        Sum to one. Stated shares that sum to more are scaled down, and to one where there is nobody else.

    Examples
    --------
    >>> present_shares(np.array([[0.5, 0.0, 0.0]]), np.array([[9.0, 3.0, 1.0]]), 1).tolist()
    [[0.5, 0.375, 0.125]]
    """
    others = exports.copy()
    others[:, :n_stated] = 0.0
    total = others.sum(axis=1, keepdims=True)
    # What the stated shares leave is left in every draw alike: others do not gain by our doubt.
    rest = max(1.0 - float(stated[0].sum()), 0.0) if total[0, 0] > 0 else 0.0
    whole = stated + rest * np.divide(others, total, out=np.zeros_like(others), where=total > 0)
    sums = whole.sum(axis=1, keepdims=True)
    even = np.full_like(whole, 1.0 / whole.shape[1])
    return np.asarray(np.divide(whole, sums, out=even, where=sums > 0))

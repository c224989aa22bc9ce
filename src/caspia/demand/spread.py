"""From zones to places: every row of demand spread over the places where its goods are made and used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data import Dataset
from caspia.demand.cells import t_per_teu
from caspia.errors import InputError, Problem

SMALLEST_SHARE = 0.08
PLACE_OF_PAIR = 0.75
"""Share of a place of bulk that keeps a pair of its own, in units of the least share of a pair."""
ROUNDS = 30
"""Rounds of proportional fitting; the shares of a handful of places settle in a few."""
Weights = list[tuple[int, float]]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Demand between places, as columns of shape (n_pairs,), sorted by commodity, origin and destination.

    Attributes
    ----------
    demand : numpy.ndarray of int
        Row of the table demand.
    commodity : numpy.ndarray of int
        Row of the table commodities.
    origin, destination : numpy.ndarray of int
        Rows of the table places.
    share : numpy.ndarray
        Share of the row of demand; they sum to 1 for each.
    """

    demand: npt.NDArray[np.int64]
    commodity: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int64]
    destination: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]

    def amount(self, cells: pd.DataFrame, column: str = "demand_t") -> npt.NDArray[np.float64]:
        """Demand of every pair in a year.

        Parameters
        ----------
        cells : pandas.DataFrame
            Of `demand_cells`.
        column : str
            `demand_t` or `demand_teu`.

        Returns
        -------
        numpy.ndarray, shape (n_pairs,)
        """
        return np.asarray(cells[column].to_numpy()[self.demand] * self.share, dtype=np.float64)


def spread(data: Dataset, smallest_share: float = SMALLEST_SHARE) -> Pairs:
    """Spread every row of demand over pairs of places.

    The share of a pair is the product of the weights of its places among the places of their zones that have
    the role and carry the commodity; places that name the commodity stand before places that name none. Pairs
    of less than `smallest_share` are left out and their share goes to the others. A place named for bulk that would
    lose all of its pairs so keeps the greatest, with all that is its own, unless that is less than three
    quarters of `smallest_share`; the shares of what is kept are then fitted to the weights of these places.

    Parameters
    ----------
    data : Dataset
        Tables.
    smallest_share : float
        Least share of a pair, 0 to 1; a row whose pairs are all smaller keeps its greatest.

    Returns
    -------
    Pairs

    Raises
    ------
    InputError
        A zone has no place for a commodity that it sends or receives.
    """
    frame = data.tables["demand"]
    places = _centroids(data)
    columns: list[tuple[int, int, int, int, float]] = []
    boxed = np.isfinite(t_per_teu(data))
    commodity = data.rows("commodities", frame["commodity_id"])
    for row, (start, end, goods) in enumerate(
        zip(frame["origin_id"], frame["destination_id"], frame["commodity_id"], strict=True)
    ):
        origins = _of_zone(places, start, "origin", goods, str(frame["id"].iloc[row]))
        targets = _of_zone(places, end, "destination", goods, str(frame["id"].iloc[row]))
        # Fields, mines and refineries are few, and each has a way of its own; boxes begin and end everywhere.
        bulk = not boxed[commodity[row]]
        named = (start, "origin", goods) in places, (end, "destination", goods) in places
        own_places = bulk and named[0], bulk and named[1]
        for origin, target, share in _pairs(origins, targets, smallest_share, own_places):
            columns.append((int(commodity[row]), origin, target, row, share))
    columns.sort()
    goods_, origin_, target_, row_, share_ = zip(*columns, strict=True) if columns else ((),) * 5
    return Pairs(
        demand=np.array(row_, dtype=np.int64),
        commodity=np.array(goods_, dtype=np.int64),
        origin=np.array(origin_, dtype=np.int64),
        destination=np.array(target_, dtype=np.int64),
        share=np.array(share_, dtype=np.float64),
    )


def reweigh(pairs: Pairs, before: npt.NDArray[np.float64], data: Dataset) -> Pairs:
    """Share the rows of demand among pairs that are known, by the weights of other data.

    Parameters
    ----------
    pairs : Pairs
        Pairs of `spread`.
    before : numpy.ndarray, shape (n_pairs,)
        Of `pair_weights`, in the tables that they were spread with.
    data : Dataset
        Tables with the same zones and demand, and other weights of places.

    Returns
    -------
    Pairs
        The same with shares that have changed as the weights of their ends; they sum to 1 for each row of demand.
    """
    now = pair_weights(data, pairs)
    weight = pairs.share * np.where(before > 0, now / np.where(before > 0, before, 1.0), 1.0)
    whole = np.bincount(pairs.demand, weight, len(data.tables["demand"]))[pairs.demand]
    return replace(pairs, share=np.where(whole > 0, weight / np.where(whole > 0, whole, 1.0), pairs.share))


def pair_weights(data: Dataset, pairs: Pairs) -> npt.NDArray[np.float64]:
    """Weight of the origin of every pair times that of its destination, each among the places of its zone.

    Parameters
    ----------
    data : Dataset
        Tables.
    pairs : Pairs
        Pairs of `spread`.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        0 to 1; 0 where an end is no place of the zone for the commodity.
    """
    frame, places = data.tables["demand"], _centroids(data)
    rows = list(zip(frame["id"], frame["origin_id"], frame["destination_id"], frame["commodity_id"], strict=True))
    sides: dict[int, tuple[dict[int, float], dict[int, float]]] = {}
    weight = np.empty(len(pairs.share))
    ends = zip(pairs.demand.tolist(), pairs.origin.tolist(), pairs.destination.tolist(), strict=True)
    for nth, (row, origin, target) in enumerate(ends):
        if row not in sides:
            key, start, end, goods = rows[row]
            sides[row] = (
                _shares(_of_zone(places, start, "origin", goods, str(key))),
                _shares(_of_zone(places, end, "destination", goods, str(key))),
            )
        weight[nth] = sides[row][0].get(origin, 0.0) * sides[row][1].get(target, 0.0)
    return weight


def _shares(weights: Weights) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    whole = sum(weight for _, weight in weights)
    for place, weight in weights:
        found[place] += weight / whole
    return found


def _centroids(data: Dataset) -> Mapping[tuple[str, str, str], Weights]:
    """Places and weights by zone, role and commodity; the commodity is empty for places of all goods."""
    frame = data.tables["centroids"]
    weight = data.values("centroids", "weight", 1.0)
    place = data.rows("places", frame["place_id"])
    found: dict[tuple[str, str, str], Weights] = defaultdict(list)
    for row, (zone, role, cell) in enumerate(
        zip(frame["zone_id"], frame["role"], frame["commodity_ids"], strict=True)
    ):
        for side in ("origin", "destination") if role == "both" else (role,):
            for goods in cell.split(";"):
                if weight[row] > 0:
                    found[zone, side, goods].append((int(place[row]), float(weight[row])))
    return found


def _of_zone(places: Mapping[tuple[str, str, str], Weights], zone: str, role: str, goods: str, row: str) -> Weights:
    found = places.get((zone, role, goods)) or places.get((zone, role, ""))
    if not found:
        raise InputError(
            Problem(
                what=f"zone {zone} has no place where {goods} {'begins' if role == 'origin' else 'ends'}",
                where=f"demand.csv, {row}",
                got=f"no row of centroids.csv with zone {zone}, role {role} and {goods} or no commodity",
                allowed="at least one place with a weight above 0",
                repair="add a row to centroids.csv",
            )
        )
    return found


def _pairs(
    origins: Weights, targets: Weights, smallest: float, own_places: tuple[bool, bool]
) -> list[tuple[int, int, float]]:
    """Pairs of places and their shares; on the sides of `own_places` no place vanishes that has a part of it."""
    shares = [(o, d, w * v) for o, w in origins for d, v in targets if o != d]
    total = sum(share for _, _, share in shares)
    kept = {(o, d): share / total for o, d, share in shares if share >= smallest * total}
    if not kept and shares:
        o, d, share = max(shares, key=lambda pair: pair[2])
        kept[o, d] = share / total
    for side, places in enumerate((origins, targets)):
        seen = {pair[side] for pair in kept}
        of_side = sum(weight for _, weight in places)
        for place, weight in places if own_places[side] else []:
            own = [share for share in shares if share[side] == place]
            if place not in seen and own and weight >= PLACE_OF_PAIR * smallest * of_side:
                o, d, _ = max(own, key=lambda pair: pair[2])
                kept[o, d] = kept.get((o, d), 0.0) + weight / of_side
    kept = _rebalanced(kept, (origins, targets), own_places)
    whole = sum(kept.values())
    return [(o, d, share / whole) for (o, d), share in kept.items()]


def _rebalanced(
    kept: dict[tuple[int, int], float], sides: tuple[Weights, Weights], own_places: tuple[bool, bool]
) -> dict[tuple[int, int], float]:
    """Shares that give every place its own weight again, as far as the pairs that are kept allow it."""
    for _ in range(ROUNDS):
        for side, places in enumerate(sides):
            if not own_places[side]:
                continue
            sums: dict[int, float] = defaultdict(float)
            for pair, share in kept.items():
                sums[pair[side]] += share
            weight = dict(places)
            kept = {pair: share * weight[pair[side]] / sums[pair[side]] for pair, share in kept.items()}
    return kept

"""Critical places and links: what a day costs when one is cut, how often it is, what an adversary would close."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from caspia.assignment import LogitEquilibrium
from caspia.data import Dataset
from caspia.network import SEA_MODES
from caspia.security import Interdiction, worst_closures
from caspia.study.corridors import CORRIDORS
from caspia.study.flows import Flows
from caspia.study.market import users_of
from caspia.study.risk_compile import Laws, assembled
from caspia.study.risk_events import Events, arcs_of_rows, event_bounds, share_taken
from caspia.study.risk_metrics import REGION, loss_by_pair, region_of
from caspia.study.risk_model import RiskModel, World
from caspia.study.risk_outset import Outset, with_ways_round
from caspia.study.risk_year import PATIENCE_DAYS
from caspia.study.study import Study
from caspia.units import DAYS_PER_YEAR, HOURS_PER_DAY

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST_PLACES, MOST_CASPIAN, RIVALS, BUDGET = 30, 25, 14, 3
"""Places that are cut one by one, by all cargo of the region and by that of the corridor; those of which an
adversary chooses, and how many."""
SAME = 0.85
"""Share of common routes from which on two places are one bottleneck."""
NARROWS = ("bosporus", "dardanelles", "hormuz", "suez-canal", "bab-el-mandeb", "malacca", "kerch-strait")
_TOUCHED_T = 50_000.0


@dataclass(frozen=True, eq=False)
class Place:
    """Something that may be cut.

    Attributes
    ----------
    kind : str
        `border`, `port`, `line`, `pipeline` or `strait`.
    id, name : str
        As in the data.
    arcs : numpy.ndarray of bool, shape (n_arcs,)
        Arcs that are closed with it.
    routes : numpy.ndarray of bool, shape (n_routes,)
        Routes of the region that use one of them.
    place : str
        Place at which it lies on a map; empty for a link, which has its own line.
    flow_t, caspian_t : float
        Tonnes a year of the region on these, and those of them that take the Caspian corridor.
    """

    kind: str
    id: str
    name: str
    arcs: BoolArray
    routes: BoolArray
    place: str
    flow_t: float
    caspian_t: float


@dataclass(frozen=True, eq=False)
class Cuts:
    """What closing places does, at the likely values.

    Attributes
    ----------
    model : RiskModel
        The model, with routes round all of the places.
    events : Events
        Its events.
    places : tuple of Place
        Places, by the tonnes that pass.
    region : numpy.ndarray of bool, shape (n_pairs,)
        Pairs of which one end lies in the region.
    value_usd_per_t : numpy.ndarray, shape (n_pairs,)
        Value of the goods.
    taken : numpy.ndarray, shape (n_places, n_servers)
        Share of each capacity that goes with a place.
    world : World
        The likely world.
    quiet : LogitEquilibrium
        Its flows.
    """

    model: RiskModel
    events: Events
    places: tuple[Place, ...]
    region: BoolArray
    value_usd_per_t: FloatArray
    taken: FloatArray
    world: World
    quiet: LogitEquilibrium

    def closed(self, some: Sequence[int]) -> FloatArray:
        """What is lost while some places are closed.

        Parameters
        ----------
        some : sequence of int
            Places.

        Returns
        -------
        numpy.ndarray, shape (4,)
            A day: loss of users of the region and value of its stuck goods, in dollars; loss of users alone; tonnes
            of the region without an open way; tonnes that leave the Caspian corridor. NaN where no equilibrium was
            found.
        """
        shut = np.logical_or.reduce([self.places[nth].routes for nth in some])
        left = np.prod([1.0 - self.taken[nth] for nth in some], axis=0)
        found = self.world.closed(shut, left, self.quiet)
        if found is None:
            return np.full(4, np.nan)
        lost = loss_by_pair(self.quiet, found, self.world.wants(self.quiet))[self.region]
        stuck = (found.unserved - self.quiet.unserved)[self.region]
        caspian = (self.model.metrics.sums[:1] @ (self.quiet.flow - found.flow))[0]
        worth = float(lost.sum() + stuck @ self.value_usd_per_t[self.region])
        return np.array([worth, lost.sum(), stuck.sum(), caspian]) / DAYS_PER_YEAR


def find_cuts(outset: Outset, seed: int, laws: Laws) -> Cuts:
    """Find what may be cut, and make ready to cut it.

    Parameters
    ----------
    outset : Outset
        The world and its flows. For cargo that the loss of a place leaves none but dear ways, further ones are
        sought.
    seed : int
        Seed of the model.
    laws : Laws
        What rests on capacities alone.

    Returns
    -------
    Cuts
        With the likely world, in which no event happens.
    """
    study, flows = outset.study, outset.flows
    market, data = flows.model.market, study.data
    region = region_of(flows)
    value = np.nan_to_num(data.values("commodities", "value_usd_per_t", 0.0))[market.pairs.commodity]
    places = _places(study, flows, region)
    outset = with_ways_round(outset, [(place.arcs, place.routes) for place in places])
    places = tuple(_again(place, outset.flows) for place in places)
    model, events = assembled(outset, seed, laws)
    taken = [share_taken(model.servers, place.arcs) for place in places]
    world = model.likely_world()
    quiet = world.quiet()
    taken_of = np.array(taken).reshape(len(places), -1)
    return Cuts(model, events, places, region, value, taken_of, world, quiet)


def _again(place: Place, flows: Flows) -> Place:
    """The same place among more routes."""
    return replace(place, routes=users_of(flows.model.market, place.arcs))


def _places(study: Study, flows: Flows, region: BoolArray) -> tuple[Place, ...]:
    """Places by the tonnes of the region that pass, each bottleneck once."""
    market, network = flows.model.market, study.network
    known = _candidates(study)
    routes = market.routes
    ones = np.ones(len(routes.arcs))
    arcs_of = sparse.csr_matrix(
        (ones, routes.arcs.astype(np.int64), routes.start), shape=(len(routes.pair), network.n_arcs)
    )
    flow = np.where(region[routes.pair], flows.flow_t, 0.0)
    caspian = routes.kind == CORRIDORS.index("Caspian")
    passes = (arcs_of @ sparse.csr_matrix(np.array([arcs for *_, arcs in known], dtype=np.float64).T)).tocsc()
    found: list[Place] = []
    for nth, (kind, key, name, arcs) in enumerate(known):
        own = np.zeros(len(flow), dtype=bool)
        own[passes.indices[passes.indptr[nth] : passes.indptr[nth + 1]]] = True
        tonnes = float(flow[own].sum()), float((flow * caspian)[own].sum())
        place = Place(kind, key, name, arcs, own, _place_of(study, kind, key, arcs), *tonnes)
        if place.flow_t > _TOUCHED_T and not any(_is_same(place, other, flow) for other in found):
            found.append(place)
    greatest = sorted(found, key=lambda item: -item.flow_t)[:MOST_PLACES]
    along = sorted(found, key=lambda item: -item.caspian_t)[:MOST_CASPIAN]
    return tuple(sorted({id(item): item for item in [*greatest, *along]}.values(), key=lambda item: -item.flow_t))


def _place_of(study: Study, kind: str, key: str, arcs: BoolArray) -> str:
    """Where a port or strait lies: a strait at the narrow where most of its lanes begin or end."""
    if kind != "strait":
        return key if kind == "port" else ""
    network, chosen = study.network, np.flatnonzero(arcs)
    ends = np.concatenate([network.arcs.tail[chosen], network.arcs.head[chosen]])
    met = np.bincount(network.vertices.place[ends], minlength=len(network.place_ids))
    narrow = np.where((study.data.tables["places"]["kind"] == "chokepoint").to_numpy(), met, 0)
    return str(network.place_ids[int((narrow if narrow.any() else met).argmax())])


def _is_same(one: Place, other: Place, flow: FloatArray) -> bool:
    both = float(flow[one.routes & other.routes].sum())
    return both > SAME * max(one.flow_t, other.flow_t)


def _candidates(study: Study) -> list[tuple[str, str, str, BoolArray]]:
    """Kind, id, name and arcs of all that may be cut: crossings, ports and pipelines before plain lines."""
    data, network = study.data, study.network
    names = dict(zip(data.tables["places"]["id"], data.tables["places"]["name"], strict=True))
    links, borders, terminals = (data.tables[name] for name in ("links", "borders", "terminals"))
    ends = {row.id: f"{names[row.from_id]}–{names[row.to_id]}" for row in links.itertuples()}
    found = []
    for key, rows in borders.groupby("link_id").indices.items():
        mode = borders["mode"].iloc[rows[0]]
        found.append(("border", str(key), f"{ends[key]} ({mode})", arcs_of_rows(data, network, "borders", rows)))
    wet = terminals["from_mode"].isin(SEA_MODES) | terminals["to_mode"].isin(SEA_MODES)
    for key, rows in terminals[wet].groupby("place_id").groups.items():
        arcs = arcs_of_rows(data, network, "terminals", terminals.index.get_indexer(rows))
        found.append(("port", str(key), names[key], arcs))
    piped = links["mode"].str.endswith("pipeline").to_numpy()
    inside = links["countries"].map(lambda cell: bool(set(cell.split(";")) & set(REGION))).to_numpy(dtype=bool)
    by_rail = (links["mode"] == "rail").to_numpy() & inside
    for kind, chosen in (("pipeline", piped), ("line", by_rail)):
        for row in np.flatnonzero(chosen).tolist():
            arcs = arcs_of_rows(data, network, "links", [row])
            label = links["name"].iloc[row] if kind == "pipeline" else ends[links["id"].iloc[row]]
            found.append((kind, str(links["id"].iloc[row]), str(label), arcs))
    straits = [
        ("strait", water, water.replace("-", " ").title(), network.passing_waters((water,)))
        for water in NARROWS
        if water in network.waters
    ]
    last = len(found) - int(by_rail.sum())
    return [item for item in [*found[:last], *straits, *found[last:]] if item[3].any()]


def critical_frame(cuts: Cuts, data: Dataset, tell: Callable[[int, int], None] | None = None) -> pd.DataFrame:
    """Rank places by what it costs when they are cut.

    Parameters
    ----------
    cuts : Cuts
        Places.
    data : Dataset
        Facts of the events, whose record says how often a place is cut and for how long.
    tell : callable, optional
        Told the number done and the number of all.

    Returns
    -------
    pandas.DataFrame
        One row a place, by expected loss: `kind`, `id`, `name`, `place_id` (of ports and straits), `flow_t`,
        `loss_usd_per_day`, `users_usd_per_day`, `stuck_t_per_day`, `caspian_t_per_day`, `outage_days_per_year`,
        `expected_loss_usd`, `event_ids`.
    """
    record = _Record(cuts, data)
    rows = []
    for place, loss in zip(
        cuts.places, _closed(cuts, [(nth,) for nth in range(len(cuts.places))], tell), strict=True
    ):
        met, outage, expected = record.of(place, float(loss[0]))
        rows.append(
            {
                "kind": place.kind,
                "id": place.id,
                "name": place.name,
                "place_id": place.place,
                "flow_t": place.flow_t,
                "loss_usd_per_day": loss[0],
                "users_usd_per_day": loss[1],
                "stuck_t_per_day": loss[2],
                "caspian_t_per_day": loss[3],
                "outage_days_per_year": outage,
                "expected_loss_usd": expected,
                "event_ids": ";".join(cuts.events.ids[event] for event in met),
            }
        )
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values(["expected_loss_usd", "loss_usd_per_day"], ascending=False, ignore_index=True)


def _closed(
    cuts: Cuts, sets: Sequence[tuple[int, ...]], tell: Callable[[int, int], None] | None
) -> list[FloatArray]:
    """What is lost while each set of places is closed, on one thread for each core; none rests on another."""
    pool, found = ThreadPoolExecutor(max(os.cpu_count() or 1, 1)), []
    try:
        for loss in pool.map(cuts.closed, sets):
            found.append(loss)
            if tell is not None:
                tell(len(found), len(sets))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return found


def _means(ends: tuple[FloatArray, ...]) -> FloatArray:
    """Means of PERT distributions."""
    low, mode, high = ends
    return np.asarray((low + 4.0 * mode + high) / 6.0)


class _Record:
    """How often events cut places, and what they cost then; never leaves this module."""

    def __init__(self, cuts: Cuts, data: Dataset) -> None:
        events = cuts.events
        rates, self.days, losses = (_means(event_bounds(data, events, nth, 1.0)) for nth in range(3))
        self.per_year = np.where(events.facts[:, 0] >= 0, rates, 0.0) * self.days * losses
        table = data.tables["events"].iloc[events.rows]
        limited = (table[["commodity_ids", "form", "origin_ids"]] != "").any(axis=1) | (
            table["table"] == "countries"
        )
        self.whole = ((table["action"] == "close") & ~limited).to_numpy(dtype=bool)
        self.cuts = cuts
        worth = cuts.world.worth[: cuts.model.n_routes]
        in_region = cuts.region[cuts.model.grouping.table.pair]
        self.hour_usd = np.where(in_region, cuts.quiet.flow * worth, 0.0) / DAYS_PER_YEAR

    def of(self, place: Place, loss_usd_per_day: float) -> tuple[IntArray, float, float]:
        """Events that cut a place, days a year that it is cut, and dollars a year that this costs.

        What is over soon is waited out, and costs the time of what waits where that is less than the way round.
        """
        share = (self.cuts.events.arcs & place.arcs).sum(axis=1) / max(int(place.arcs.sum()), 1)
        met = np.flatnonzero(self.whole & (share >= 0.5))
        waited = float(self.hour_usd[place.routes].sum()) * self.days[met] * HOURS_PER_DAY / 2.0
        daily = np.where(self.days[met] <= PATIENCE_DAYS, np.minimum(waited, loss_usd_per_day), loss_usd_per_day)
        return met, float(self.per_year[met].sum()), float(self.per_year[met] @ daily)


COLUMNS = (
    "kind",
    "id",
    "name",
    "place_id",
    "flow_t",
    "loss_usd_per_day",
    "users_usd_per_day",
    "stuck_t_per_day",
    "caspian_t_per_day",
    "outage_days_per_year",
    "expected_loss_usd",
    "event_ids",
)


def interdiction_frame(
    cuts: Cuts, critical: pd.DataFrame, tell: Callable[[int, int], None] | None = None
) -> pd.DataFrame:
    """Say which one, two and three places an adversary would close.

    Parameters
    ----------
    cuts : Cuts
        Places.
    critical : pandas.DataFrame
        Of `critical_frame`; the places whose closure costs most a day are those to choose of.
    tell : callable, optional
        Told the number of sets looked at, and of all.

    Returns
    -------
    pandas.DataFrame
        One row a budget: `budget`, `ids` and `places` (separated by `;`), `loss_usd_per_day`, `bound_usd_per_day`,
        `exact`, `mean_usd_per_day` (of sets that chance closes), `sets`, `looked_at`, `rivals`.
    """
    row_of = {place.id: nth for nth, place in enumerate(cuts.places)}
    worst = critical.dropna(subset="loss_usd_per_day").nlargest(RIVALS, "loss_usd_per_day")
    rivals = [row_of[key] for key in worst["id"]]
    if not rivals:
        return pd.DataFrame()
    sets = [some for size in range(1, BUDGET + 1) for some in combinations(range(len(rivals)), size)]
    losses = _closed(cuts, [tuple(rivals[nth] for nth in some) for some in sets], tell)
    known = {some: float(np.nan_to_num(max(loss[0], 0.0))) for some, loss in zip(sets, losses, strict=True)}
    found = worst_closures(known.__getitem__, len(rivals), BUDGET, few_sets=len(sets))
    return pd.DataFrame([_told(cuts, [rivals[nth] for nth in item.chosen], item, len(rivals)) for item in found])


def _told(cuts: Cuts, rows: list[int], item: Interdiction, rivals: int) -> dict[str, object]:
    chosen = [cuts.places[row] for row in rows]
    return {
        "budget": item.budget,
        "ids": ";".join(place.id for place in chosen),
        "places": ";".join(place.name for place in chosen),
        "loss_usd_per_day": item.loss,
        "bound_usd_per_day": item.bound,
        "exact": item.exact,
        "mean_usd_per_day": item.mean,
        "sets": item.all_sets,
        "looked_at": item.looked_at,
        "rivals": rivals,
    }

"""Compiled loops of the stochastic equilibrium: loading all routes, and how loads answer to loads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from caspia.assignment.bundles import Bundles, Ids
from caspia.assignment.routes import Choice, Floats, Ints, RouteTable

HOPELESS = -40.0
"""Log-odds below which a route has no flow: its share is lost in the last digit of the best one's."""


class Rows(NamedTuple):
    """Routes as the loops take them: pairs, costs, and parts that lead to columns."""

    pair_start: Ints
    empty: Floats
    size: Floats
    bundle: Ids
    column_start: Ids
    server: Ids
    use: Floats
    felt: Floats
    left: Ids
    right: Ids
    owner: Ids
    part: Ids


class Patterns(NamedTuple):
    """Which bundles the routes of a pair use, as the loop of the matrix takes them."""

    class_start: Ids
    pair_order: Ids
    class_pairs: Ids
    pattern_start: Ids
    bundle_start: Ids
    bundle: Ids
    entry_start: Ids
    entry: Ids


class Wants(NamedTuple):
    """A choice as the loops take it."""

    amount: Floats
    scale: Floats
    response: Floats
    reference: Floats


def rows_of(table: RouteTable, bundles: Bundles) -> Rows:
    """Arrays of a route table, as the loops take them."""
    shared = (getattr(bundles, name) for name in Rows._fields[4:])
    # One loop over all columns is three times as fast as a short loop for each bundle.
    bundle = np.repeat(np.arange(bundles.n_bundles, dtype=np.int32), np.diff(bundles.column_start))
    return Rows(table.pair_start, table.cost, table.path_size, bundle, *shared)


def patterns_of(bundles: Bundles) -> Patterns:
    """Arrays of bundles by pair, as the loop of the matrix takes them."""
    return Patterns(*(getattr(bundles, name) for name in Patterns._fields))


def wants_of(choice: Choice) -> Wants:
    """Arrays of a choice, as the loops take them."""
    return Wants(choice.amount, choice.scale, choice.response, choice.reference)


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def route_odds(rows, scale, state, out):  # type: ignore[no-untyped-def]
    """Costs of all routes at given delays and prices, least costs of pairs, log-odds against these."""
    cost, least, odds = out
    value = np.empty(rows.column_start.size - 1 + rows.left.size)
    _prices(rows, state, value)
    cost[:] = rows.empty
    for e in range(rows.owner.size):
        cost[rows.owner[e]] += value[rows.part[e]]
    for p in range(rows.pair_start.size - 1):
        first, last = rows.pair_start[p], rows.pair_start[p + 1]
        best = np.inf
        for r in range(first, last):
            best = min(best, cost[r])
        least[p] = best
        if best < np.inf:
            for r in range(first, last):
                against = scale[p] * (best - cost[r])
                odds[r] = against if against > HOPELESS else -np.inf
        else:
            odds[first:last] = -np.inf


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def share_out(rows, wants, least, out):  # type: ignore[no-untyped-def]
    """Send demand over routes by their odds, which become flows; logsums, and loads of servers."""
    flow, logsum, load = out
    for p in range(rows.pair_start.size - 1):
        first, last = rows.pair_start[p], rows.pair_start[p + 1]
        power = 0.0
        for r in range(first, last):
            flow[r] *= rows.size[r]
            power += flow[r]
        if power > 0.0:
            logsum[p] = least[p] - np.log(power) / wants.scale[p]
            share = wants.amount[p] / power
            if wants.response[p] != 0.0:
                share *= np.exp(wants.response[p] * (logsum[p] - wants.reference[p]))
            for r in range(first, last):
                flow[r] *= share
        else:
            logsum[p] = np.inf
    _load(rows, flow, np.zeros(rows.column_start.size - 1 + rows.left.size), load)


@njit(cache=True, nogil=True)
def _load(rows, flow, value, load):  # type: ignore[no-untyped-def]
    """Add to loads of servers what flows of routes bring; `value` is zero before."""
    for e in range(rows.owner.size):
        value[rows.part[e]] += flow[rows.owner[e]]
    _spread(rows, value)
    for c in range(rows.server.size):
        load[rows.server[c]] += rows.use[c] * value[rows.bundle[c]]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _prices(rows, state, value):  # type: ignore[no-untyped-def]
    """What each bundle and section costs a unit of demand."""
    delay, price = state
    bundles = rows.column_start.size - 1
    value[:bundles] = 0.0
    for c in range(rows.server.size):
        value[rows.bundle[c]] += rows.felt[c] * delay[rows.server[c]] + rows.use[c] * price[rows.server[c]]
    for k in range(rows.left.size):
        value[bundles + k] = value[rows.left[k]] + value[rows.right[k]]


@njit(cache=True, nogil=True)
def _spread(rows, value):  # type: ignore[no-untyped-def]
    """Pass what lies on sections on to their halves, down to the bundles."""
    bundles = rows.column_start.size - 1
    for k in range(rows.left.size - 1, -1, -1):
        value[rows.left[k]] += value[bundles + k]
        value[rows.right[k]] += value[bundles + k]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def own_answers(rows, wants, flow, out):  # type: ignore[no-untyped-def]
    """Bounds of what every server loses for an hour of its own delay and for a dollar of its own price.

    First where cargo has the other ways that it has, then where every route had one as good beside it.
    """
    bundles = rows.column_start.size - 1
    value = np.zeros((bundles + rows.left.size, 2))
    weight = np.empty((flow.size, 2))
    for p in range(rows.pair_start.size - 1):
        total = 0.0
        for r in range(rows.pair_start[p], rows.pair_start[p + 1]):
            total += flow[r]
        part = 1.0 / total if total > 0.0 else 0.0
        for r in range(rows.pair_start[p], rows.pair_start[p + 1]):
            weight[r, 0] = flow[r] * (wants.scale[p] * (1.0 - flow[r] * part) - wants.response[p])
            weight[r, 1] = flow[r] * (wants.scale[p] - wants.response[p])
    for e in range(rows.owner.size):
        value[rows.part[e], 0] += weight[rows.owner[e], 0]
        value[rows.part[e], 1] += weight[rows.owner[e], 1]
    for k in range(rows.left.size - 1, -1, -1):
        for i in range(2):
            value[rows.left[k], i] += value[bundles + k, i]
            value[rows.right[k], i] += value[bundles + k, i]
    for c in range(rows.server.size):
        b, s = rows.bundle[c], rows.server[c]
        for i in range(2):
            lost = value[b, i] * rows.use[c]
            out[2 * i, s] += lost * rows.felt[c]
            out[2 * i + 1, s] += lost * rows.use[c]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def tangent(rows, wants, flow, slopes, more, scratch):  # type: ignore[no-untyped-def]
    """What servers lose for a little more load on all of them.

    `slopes` are what delays and prices rise by for a unit of load, `more` the loads added.
    """
    value, change, lost = scratch
    delay, price = slopes
    _prices(rows, (delay * more, price * more), value)
    change[:] = 0.0
    for e in range(rows.owner.size):
        change[rows.owner[e]] += value[rows.part[e]]
    for p in range(rows.pair_start.size - 1):
        first, last = rows.pair_start[p], rows.pair_start[p + 1]
        total, mean = 0.0, 0.0
        for r in range(first, last):
            total += flow[r]
            mean += flow[r] * change[r]
        if total > 0.0:
            scale = wants.scale[p]
            mean *= (scale + wants.response[p]) / total
            for r in range(first, last):
                change[r] = flow[r] * (scale * change[r] - mean)
        else:
            change[first:last] = 0.0
    value[:] = 0.0
    lost[:] = 0.0
    _load(rows, change, value, lost)


@njit(cache=True, nogil=True)
def answers(rows, patterns, wants, flow, active, out):  # type: ignore[no-untyped-def]
    """Add to two matrices what servers lose for an hour of delay and for a dollar of price at each of them.

    `active` is the row of every server in the matrices or -1, and the share of its pair below which a route is
    left out.
    """
    place, cut = active
    slot = np.full(rows.column_start.size - 1, -1, np.int32)
    start = np.zeros(slot.size + 1, np.int32)
    column = np.empty(rows.server.size, np.int32)
    scratch = _room(patterns)
    for k in range(patterns.class_pairs.size - 1):
        n, m = 0, 0
        for b in range(patterns.class_start[k], patterns.class_start[k + 1]):
            for c in range(rows.column_start[b], rows.column_start[b + 1]):
                if place[rows.server[c]] >= 0:
                    column[m] = c
                    m += 1
            if m > start[n]:
                slot[b] = n
                n += 1
                start[n] = m
        if n > 0:
            moved = np.zeros((n, n))
            for q in range(patterns.class_pairs[k], patterns.class_pairs[k + 1]):
                _moved(rows, patterns, wants, (patterns.pair_order[q], flow, slot, cut), scratch, moved)
            chosen = column[:m]
            _expand((start[: n + 1], place[rows.server[chosen]], rows.use[chosen], rows.felt[chosen]), moved, out)


@njit(cache=True, nogil=True)
def _room(patterns):  # type: ignore[no-untyped-def]
    """Scratch as long as any pair needs: what patterns carry, what leaves them, their rows and where these lie."""
    widest, longest = 0, 0
    for p in range(patterns.pattern_start.size - 1):
        first, last = patterns.pattern_start[p], patterns.pattern_start[p + 1]
        widest = max(widest, last - first)
        longest = max(longest, patterns.bundle_start[last] - patterns.bundle_start[first])
    lists = np.empty(widest, np.int32), np.empty(widest + 1, np.int32), np.empty(longest, np.int32)
    return np.empty(widest), np.empty((widest, widest)), *lists


@njit(cache=True, nogil=True, inline="always")
def _moved(rows, patterns, wants, pair, scratch, moved):  # type: ignore[no-untyped-def]
    """Add the flow that leaves bundle i of a pair for a unit of cost more on bundle j, for i up to j."""
    p, flow, slot, cut = pair
    used, leaves, told, ends, row = scratch
    first, last = rows.pair_start[p], rows.pair_start[p + 1]
    total = 0.0
    for r in range(first, last):
        total += flow[r]
    if total > 0.0:
        carried = _used(patterns, flow, (p, first, last, cut * total), used)
        # What all routes of a pair use does not tell them apart; it matters only where the demand itself answers.
        common = carried * (1.0 - 1e-13) if wants.response[p] == 0.0 else np.inf
        n = _told(patterns, slot, (p, common), used, (told, ends, row))
        if n > 0:
            weight = (wants.scale[p] + wants.response[p]) / total
            _leaves(patterns, flow, (first, last, cut * total), (wants.scale[p], weight), (used, told, n), leaves)
            _lay(leaves, n, ends, row, moved)


@njit(cache=True, nogil=True, inline="always")
def _used(patterns, flow, routes, used):  # type: ignore[no-untyped-def]
    """Flow on every pattern of a pair; the sum of those counted."""
    p, first, last, least = routes
    used[: patterns.pattern_start[p + 1] - patterns.pattern_start[p]] = 0.0
    carried = 0.0
    for r in range(first, last):
        if flow[r] > least:
            carried += flow[r]
            for e in range(patterns.entry_start[r], patterns.entry_start[r + 1]):
                used[patterns.entry[e]] += flow[r]
    return carried


@njit(cache=True, nogil=True, inline="always")
def _told(patterns, slot, pair, used, lists):  # type: ignore[no-untyped-def]
    """Patterns of a pair that tell its routes apart and have active bundles: number and rows of these."""
    p, common = pair
    told, ends, row = lists
    base = patterns.pattern_start[p]
    n, m = 0, 0
    for t in range(patterns.pattern_start[p + 1] - base):
        told[t] = -1
        if 0.0 < used[t] < common:
            before = m
            for b in range(patterns.bundle_start[base + t], patterns.bundle_start[base + t + 1]):
                row[m] = slot[patterns.bundle[b]]
                if row[m] >= 0:
                    m += 1
            if m > before:
                used[n] = used[t]
                told[t] = n
                n += 1
                ends[n] = m
    ends[0] = 0
    return n


@njit(cache=True, nogil=True, inline="always")
def _leaves(patterns, flow, routes, weights, known, leaves):  # type: ignore[no-untyped-def]
    """Flow that leaves one pattern of a pair for a unit of cost more on another."""
    first, last, least = routes
    scale, weight = weights
    used, told, n = known
    for i in range(n):
        for j in range(n):
            leaves[i, j] = -weight * used[i] * used[j]
    for r in range(first, last):
        if flow[r] > least:
            for e in range(patterns.entry_start[r], patterns.entry_start[r + 1]):
                i = told[patterns.entry[e]]
                if i >= 0:
                    for f in range(patterns.entry_start[r], patterns.entry_start[r + 1]):
                        j = told[patterns.entry[f]]
                        if j >= 0:
                            leaves[i, j] += scale * flow[r]


@njit(cache=True, nogil=True, inline="always")
def _lay(leaves, n, ends, row, moved):  # type: ignore[no-untyped-def]
    """Lay what leaves patterns on their bundles, in the upper triangle."""
    for i in range(n):
        for x in range(ends[i], ends[i + 1]):
            for y in range(ends[i], ends[i + 1]):
                if row[x] <= row[y]:
                    moved[row[x], row[y]] += leaves[i, i]
        for j in range(i + 1, n):
            for x in range(ends[i], ends[i + 1]):
                for y in range(ends[j], ends[j + 1]):
                    moved[min(row[x], row[y]), max(row[x], row[y])] += leaves[i, j]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _expand(active, moved, out):  # type: ignore[no-untyped-def]
    """From flows that leave bundles for costs of bundles to loads of servers for delays and prices of servers."""
    start, place, use, felt = active
    by_delay, by_price = out
    for x in range(moved.shape[0]):
        for y in range(x, moved.shape[0]):
            leaves = moved[x, y]
            if leaves != 0.0:
                back = leaves if x != y else 0.0
                for c in range(start[x], start[x + 1]):
                    away, dearer = leaves * use[c], back * felt[c]
                    other = back * use[c]
                    for d in range(start[y], start[y + 1]):
                        by_delay[place[c], place[d]] += away * felt[d]
                        by_price[place[c], place[d]] += away * use[d]
                        by_delay[place[d], place[c]] += dearer * use[d]
                        by_price[place[d], place[c]] += other * use[d]

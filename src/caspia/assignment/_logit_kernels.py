"""Compiled loops of the stochastic equilibrium: loading all routes, and how loads answer to loads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from caspia.assignment.bundles import Bundles, Ids
from caspia.assignment.routes import Choice, Floats, Ints, RouteTable

HOPELESS = 40.0
"""Log-odds beyond which a route has no flow: its share is lost in the last digit of the best one's."""


class Rows(NamedTuple):
    """Routes as the loops take them: pairs, costs, and parts that lead to columns."""

    pair_start: Ints
    empty: Floats
    size: Floats
    column_start: Ids
    server: Ids
    use: Floats
    felt: Floats
    left: Ids
    right: Ids
    part_start: Ids
    part: Ids


class Known(NamedTuple):
    """Which bundles the routes of a pair use, as the loop of the matrix takes them."""

    class_start: Ids
    pair_order: Ids
    class_pairs: Ids
    known_start: Ids
    known: Ids
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
    shared = (getattr(bundles, name) for name in Rows._fields[3:])
    return Rows(table.pair_start, table.cost, table.path_size, *shared)


def known_of(bundles: Bundles) -> Known:
    """Arrays of bundles by pair, as the loop of the matrix takes them."""
    return Known(*(getattr(bundles, name) for name in Known._fields))


def wants_of(choice: Choice) -> Wants:
    """Arrays of a choice, as the loops take them."""
    return Wants(choice.amount, choice.scale, choice.response, choice.reference)


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def choose(rows, wants, state, out):  # type: ignore[no-untyped-def]  # noqa: C901 - one compiled loop
    """Costs, shares, flows and loads of all routes at given delays and prices."""
    flow, cost, logsum, load = out
    value = np.empty(rows.column_start.size - 1 + rows.left.size)
    _prices(rows, state, value)
    for p in range(rows.pair_start.size - 1):
        first, last = rows.pair_start[p], rows.pair_start[p + 1]
        least = np.inf
        for r in range(first, last):
            total = rows.empty[r]
            for e in range(rows.part_start[r], rows.part_start[r + 1]):
                total += value[rows.part[e]]
            cost[r] = total
            least = min(least, total)
        if not least < np.inf:
            logsum[p] = np.inf
            flow[first:last] = 0.0
            continue
        power, scale = 0.0, wants.scale[p]
        for r in range(first, last):
            odds = scale * (cost[r] - least)
            flow[r] = rows.size[r] * np.exp(-odds) if odds < HOPELESS else 0.0
            power += flow[r]
        logsum[p] = least - np.log(power) / scale
        share = wants.amount[p] / power
        if wants.response[p] != 0.0:
            share *= np.exp(wants.response[p] * (logsum[p] - wants.reference[p]))
        for r in range(first, last):
            flow[r] *= share
    value[:] = 0.0
    for r in range(flow.size):
        if flow[r] > 0.0:
            for e in range(rows.part_start[r], rows.part_start[r + 1]):
                value[rows.part[e]] += flow[r]
    _spread(rows, value)
    for b in range(rows.column_start.size - 1):
        for c in range(rows.column_start[b], rows.column_start[b + 1]):
            load[rows.server[c]] += rows.use[c] * value[b]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _prices(rows, state, value):  # type: ignore[no-untyped-def]
    """What each bundle and section costs a unit of demand."""
    delay, price = state
    bundles = rows.column_start.size - 1
    for b in range(bundles):
        total = 0.0
        for c in range(rows.column_start[b], rows.column_start[b + 1]):
            total += rows.felt[c] * delay[rows.server[c]] + rows.use[c] * price[rows.server[c]]
        value[b] = total
    for k in range(rows.left.size):
        value[bundles + k] = value[rows.left[k]] + value[rows.right[k]]


@njit(cache=True, nogil=True)
def _spread(rows, value):  # type: ignore[no-untyped-def]
    """Pass what lies on sections on to their halves, down to the bundles."""
    bundles = rows.column_start.size - 1
    for k in range(rows.left.size - 1, -1, -1):
        value[rows.left[k]] += value[bundles + k]
        value[rows.right[k]] += value[bundles + k]


@njit(cache=True, nogil=True)
def bound(rows, wants, flow, rise, answer):  # type: ignore[no-untyped-def]
    """Bound of what every server's own load answers to one unit more of it."""
    bundles = rows.column_start.size - 1
    value = np.zeros(bundles + rows.left.size)
    for p in range(rows.pair_start.size - 1):
        first, last = rows.pair_start[p], rows.pair_start[p + 1]
        total = 0.0
        for r in range(first, last):
            total += flow[r]
        for r in range(first, last):
            if flow[r] > 0.0:
                weight = flow[r] * (wants.scale[p] * (1.0 - flow[r] / total) - wants.response[p])
                for e in range(rows.part_start[r], rows.part_start[r + 1]):
                    value[rows.part[e]] += weight
    _spread(rows, value)
    for b in range(bundles):
        for c in range(rows.column_start[b], rows.column_start[b + 1]):
            answer[rows.server[c]] += value[b] * rows.use[c] * rise[c]


@njit(cache=True, nogil=True)
def answers(rows, known, wants, flow, active, matrix):  # type: ignore[no-untyped-def]
    """Add to a matrix what the outgoing load of each active server loses for a unit more on each other.

    `active` is the row of every server in the matrix or -1, the rise of cost of every column for a unit more on
    its server, and the share of its pair below which a route is left out.
    """
    place, rise, cut = active
    slot = np.full(rows.column_start.size - 1, -1, np.int32)
    start = np.zeros(slot.size + 1, np.int32)
    column = np.empty(rows.server.size, np.int32)
    scratch = _room(rows, known)
    for k in range(known.class_pairs.size - 1):
        n, m = 0, 0
        for b in range(known.class_start[k], known.class_start[k + 1]):
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
            for q in range(known.class_pairs[k], known.class_pairs[k + 1]):
                _moved(rows, known, wants, (known.pair_order[q], flow, slot, cut), scratch, moved)
            chosen = column[:m]
            where = place[rows.server[chosen]]
            _expand((start[: n + 1], where, rows.use[chosen], rise[chosen]), moved, matrix)


@njit(cache=True, nogil=True)
def _room(rows, known):  # type: ignore[no-untyped-def]
    """Scratch as long as any pair needs: by bundle, by bundle, by bundle, by entry and by route."""
    bundles, entries, routes = 0, 0, 0
    for p in range(rows.pair_start.size - 1):
        first, last = rows.pair_start[p], rows.pair_start[p + 1]
        bundles = max(bundles, known.known_start[p + 1] - known.known_start[p])
        entries = max(entries, known.entry_start[last] - known.entry_start[first])
        routes = max(routes, last - first)
    ids = np.empty(bundles, np.int32), np.empty(bundles, np.int32)
    return np.empty(bundles), *ids, np.empty(entries, np.int32), np.empty(routes, np.int32)


@njit(cache=True, nogil=True)
def _moved(rows, known, wants, pair, scratch, moved):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912
    """Flow that leaves bundle i of a pair for a unit of cost more on bundle j, for i up to j."""
    p, flow, slot, cut = pair
    used, row_of, own, listed, ends = scratch
    first, last, base = rows.pair_start[p], rows.pair_start[p + 1], known.known_start[p]
    count = known.known_start[p + 1] - base
    total = 0.0
    for r in range(first, last):
        total += flow[r]
    if not total > 0.0:
        return
    for t in range(count):
        row_of[t] = slot[known.known[base + t]]
        used[t] = 0.0
    counted, m = 0.0, 0
    for r in range(first, last):
        if flow[r] > cut * total:
            counted += flow[r]
            for e in range(known.entry_start[r], known.entry_start[r + 1]):
                t = known.entry[e]
                if row_of[t] >= 0:
                    used[t] += flow[r]
                    listed[m] = t
                    m += 1
        ends[r - first] = m
    # What all routes of a pair use does not tell them apart; it matters only where the demand itself answers.
    common = counted * (1.0 - 1e-13) if wants.response[p] == 0.0 else np.inf
    n = 0
    for t in range(count):
        if row_of[t] >= 0 and 0.0 < used[t] < common:
            own[n] = t
            n += 1
        else:
            row_of[t] = -1
    for i in range(n):
        weight = (wants.scale[p] + wants.response[p]) / total * used[own[i]]
        line = moved[row_of[own[i]]]
        for j in range(i, n):
            line[row_of[own[j]]] -= weight * used[own[j]]
    m = 0
    for r in range(first, last):
        n = _kept(listed, m, ends[r - first], row_of, own)
        m = ends[r - first]
        for i in range(n):
            line = moved[own[i]]
            for j in range(i, n):
                line[own[j]] += wants.scale[p] * flow[r]


@njit(cache=True, nogil=True)
def _kept(listed, first, last, row_of, own):  # type: ignore[no-untyped-def]
    """Rows of those listed that have one, and how many."""
    n = 0
    for e in range(first, last):
        row = row_of[listed[e]]
        if row >= 0:
            own[n] = row
            n += 1
    return n


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _expand(active, moved, matrix):  # type: ignore[no-untyped-def]
    """From flows that leave bundles for costs of bundles to loads of servers for loads of servers."""
    start, place, use, rise = active
    n = moved.shape[0]
    line = np.empty(matrix.shape[0])
    for x in range(n):
        line[:] = 0.0
        for y in range(n):
            weight = moved[x, y] if y >= x else moved[y, x]
            if weight != 0.0:
                for c in range(start[y], start[y + 1]):
                    line[place[c]] += weight * rise[c]
        for c in range(start[x], start[x + 1]):
            row, share = matrix[place[c]], use[c]
            for j in range(row.size):
                row[j] += share * line[j]

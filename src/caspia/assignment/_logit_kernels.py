"""Compiled loops of the stochastic equilibrium: loading all routes, and how loads answer to loads."""

from __future__ import annotations

import numpy as np
from numba import njit

from caspia.assignment.routes import Choice, Floats, Ints, RouteTable


def rows_of(table: RouteTable) -> tuple[Ints, Floats, Floats, Ints, Ints, Floats, Floats]:
    """Arrays of a route table, as the kernels take them."""
    return (
        table.pair_start,
        table.cost,
        table.path_size,
        table.entry_start,
        table.server,
        table.use,
        table.felt,
    )


def wants_of(choice: Choice) -> tuple[Floats, Floats, Floats, Floats]:
    """Arrays of a choice, as the kernels take them."""
    return choice.amount, choice.scale, choice.response, choice.reference


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def choose(rows, wants, state, out):  # type: ignore[no-untyped-def]  # noqa: C901 - one compiled loop
    """Costs, shares, flows and loads of all routes at given delays and prices."""
    pair_start, empty, size, entry_start, server, use, felt = rows
    amount, scale, response, reference = wants
    delay, price = state
    flow, cost, logsum, load = out
    for p in range(pair_start.size - 1):
        first, last = pair_start[p], pair_start[p + 1]
        least = np.inf
        for r in range(first, last):
            total = empty[r]
            if total < np.inf:
                for e in range(entry_start[r], entry_start[r + 1]):
                    total += felt[e] * delay[server[e]] + use[e] * price[server[e]]
            cost[r] = total
            least = min(least, total)
        if not least < np.inf:
            logsum[p] = np.inf
            flow[first:last] = 0.0
            continue
        power = 0.0
        for r in range(first, last):
            flow[r] = size[r] * np.exp(-scale[p] * (cost[r] - least)) if cost[r] < np.inf else 0.0
            power += flow[r]
        logsum[p] = least - np.log(power) / scale[p]
        wanted = amount[p]
        if response[p] != 0.0:
            wanted *= np.exp(response[p] * (logsum[p] - reference[p]))
        for r in range(first, last):
            flow[r] *= wanted / power
            if flow[r] > 0.0:
                for e in range(entry_start[r], entry_start[r + 1]):
                    load[server[e]] += use[e] * flow[r]


@njit(cache=True, nogil=True)
def bound(rows, wants, flow, slopes, answer):  # type: ignore[no-untyped-def]
    """Bound of what every server's own load answers to one unit more of it."""
    pair_start, _, _, entry_start, server, use, felt = rows
    _, scale, response, _ = wants
    delay, price = slopes
    for p in range(pair_start.size - 1):
        first, last = pair_start[p], pair_start[p + 1]
        total = flow[first:last].sum()
        if not total > 0.0:
            continue
        for r in range(first, last):
            weight = flow[r] * (scale[p] * (1.0 - flow[r] / total) - response[p])
            for e in range(entry_start[r], entry_start[r + 1]):
                s = server[e]
                answer[s] += weight * use[e] * (felt[e] * delay[s] + use[e] * price[s])


@njit(cache=True, nogil=True)
def answers(rows, wants, state, slopes, matrix):  # type: ignore[no-untyped-def]  # noqa: C901 - one compiled loop
    """Add to the identity what the outgoing load of each active server loses for a unit more on each other."""
    pair_start, _, _, entry_start, server, use, felt = rows
    _, scale, response, _ = wants
    flow, place = state
    delay, price = slopes
    n = matrix.shape[0]
    used, dearer = np.zeros(n), np.zeros(n)
    touched = np.empty(n, np.int64)
    seen = np.zeros(n, np.bool_)
    own = np.empty(4096, np.int64)
    for p in range(pair_start.size - 1):
        count = 0
        total = 0.0
        for r in range(pair_start[p], pair_start[p + 1]):
            if not flow[r] > 0.0:
                continue
            total += flow[r]
            k = 0
            for e in range(entry_start[r], entry_start[r + 1]):
                i = place[server[e]]
                if i < 0:
                    continue
                own[k] = e
                k += 1
                if not seen[i]:
                    seen[i] = True
                    touched[count] = i
                    count += 1
                s = server[e]
                used[i] += flow[r] * use[e]
                dearer[i] += flow[r] * (felt[e] * delay[s] + use[e] * price[s])
            for a in range(k):
                weight = scale[p] * flow[r] * use[own[a]]
                row = place[server[own[a]]]
                for b in range(k):
                    e = own[b]
                    s = server[e]
                    matrix[row, place[s]] += weight * (felt[e] * delay[s] + use[e] * price[s])
        for a in range(count):
            i = touched[a]
            weight = (scale[p] + response[p]) * used[i] / total
            for b in range(count):
                matrix[i, touched[b]] -= weight * dearer[touched[b]]
        for a in range(count):
            used[touched[a]] = 0.0
            dearer[touched[a]] = 0.0
            seen[touched[a]] = False

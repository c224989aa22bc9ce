"""What the routes of a class use alike, as one, so that a loading touches a tenth of what the routes list.

Routes of a commodity run over the same lines, ports and crossings in the same order. Four steps shorten their
lists without changing a sum:

- a column is a server with the use and the felt delay that a class has of it;
- a bundle is all columns that exactly the same routes of the class use;
- a section is two bundles or sections that often follow each other, written once (pairing of digrams);
- a pattern is all bundles that exactly the same routes of a pair use.

References
----------
Larsson, N. J., Moffat, A. (2000), Off-line dictionary-based compression, Proceedings of the IEEE 88 (11),
1722-1732 (Re-Pair). Ferragina, P., et al. (2022), Improving matrix-vector multiplication via lossless
grammar-compressed matrices, Proceedings of the VLDB Endowment 15 (10), 2175-2187.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.assignment.routes import Floats, Ints, RouteTable

Ids = npt.NDArray[np.int32]
_LEAST = 4
"""A digram that follows itself less often is not worth a section."""


@dataclass(frozen=True, eq=False)
class Bundles:
    """Uses of the routes of a table in bundles and sections; costs are not part of it.

    Attributes
    ----------
    class_start : numpy.ndarray of int, shape (n_classes + 1,)
        Bundles of class k are `class_start[k]:class_start[k + 1]`.
    column_start : numpy.ndarray of int, shape (n_bundles + 1,)
        Columns of bundle b are `column_start[b]:column_start[b + 1]`.
    server : numpy.ndarray of int, shape (n_columns,)
        Server of every column.
    use, felt : numpy.ndarray, shape (n_columns,)
        As in `RouteTable`.
    left, right : numpy.ndarray of int, shape (n_sections,)
        Section `n_bundles + k` is `left[k]` and `right[k]`, which are bundles or sections before it.
    owner, part : numpy.ndarray of int, shape (n_parts,)
        A route, and a bundle or section that it consists of; by route.
    pair_order : numpy.ndarray of int, shape (n_pairs,)
        Pairs by class.
    class_pairs : numpy.ndarray of int, shape (n_classes + 1,)
        Pairs of class k are `pair_order[class_pairs[k]:class_pairs[k + 1]]`.
    pattern_start : numpy.ndarray of int, shape (n_pairs + 1,)
        Patterns of pair p are `pattern_start[p]:pattern_start[p + 1]`.
    bundle_start : numpy.ndarray of int, shape (n_patterns + 1,)
        Bundles of pattern t are `bundle[bundle_start[t]:bundle_start[t + 1]]`.
    bundle : numpy.ndarray of int
        Bundles.
    entry_start : numpy.ndarray of int, shape (n_routes + 1,)
        Patterns of route r are `entry[entry_start[r]:entry_start[r + 1]]`.
    entry : numpy.ndarray of int, shape (n_entries,)
        Each as its place among those of the pair.
    """

    class_start: Ids
    column_start: Ids
    server: Ids
    use: Floats
    felt: Floats
    left: Ids
    right: Ids
    owner: Ids
    part: Ids
    pair_order: Ids
    class_pairs: Ids
    pattern_start: Ids
    bundle_start: Ids
    bundle: Ids
    entry_start: Ids
    entry: Ids

    @property
    def n_bundles(self) -> int:
        """Number of bundles."""
        return len(self.column_start) - 1

    @property
    def class_of_column(self) -> Ints:
        """Class of every column, shape (n_columns,)."""
        of_bundle = np.repeat(np.arange(len(self.class_start) - 1), np.diff(self.class_start))
        return np.repeat(of_bundle, np.diff(self.column_start))


def bundle_routes(table: RouteTable) -> Bundles:
    """Find bundles and sections of the routes of a table.

    Parameters
    ----------
    table : RouteTable
        Routes.

    Returns
    -------
    Bundles
        Good for any costs of the same routes.
    """
    pair = table.pair
    route, server, use, felt = table.merged_uses()
    column, first = _columns(table.pair_class[pair[route]], server, use, felt)
    klass = table.pair_class[pair[route[first]]]
    bundle = _bundle_of_column(klass, column, route, len(first), table.n_routes)
    n_bundles = int(bundle.max()) + 1 if len(bundle) else 0
    order = np.argsort(bundle, kind="stable")
    column_start = np.searchsorted(bundle[order], np.arange(n_bundles + 1))
    head = np.zeros(len(first), dtype=bool)
    head[order[column_start[:-1]]] = True
    kept = head[column]
    owner, uses = route[kept], bundle[column[kept]]
    of_bundle = klass[order[column_start[:-1]]]
    n_classes = int(table.pair_class.max()) + 1 if table.n_pairs else 0
    part_route, part, left, right = _sections(owner, uses, n_bundles)
    pair_order = np.argsort(table.pair_class, kind="stable")
    return Bundles(
        class_start=_ids(np.searchsorted(of_bundle, np.arange(n_classes + 1))),
        column_start=_ids(column_start),
        server=_ids(server[first][order]),
        use=use[first][order],
        felt=felt[first][order],
        left=_ids(left),
        right=_ids(right),
        owner=_ids(part_route),
        part=_ids(part),
        pair_order=_ids(pair_order),
        class_pairs=_ids(np.searchsorted(table.pair_class[pair_order], np.arange(n_classes + 1))),
        **_patterns(table, pair, owner, uses),
    )


def _ids(values: Ints) -> Ids:
    return np.ascontiguousarray(values, dtype=np.int32)


def _columns(klass: Ints, server: Ints, use: Floats, felt: Floats) -> tuple[Ints, Ints]:
    """Column of every use, and a use of every column; columns lie by class."""
    order = np.lexsort((felt, use, server, klass))
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for key in (klass, server, use, felt):
        new[1:] |= key[order][1:] != key[order][:-1]
    column = np.empty(len(order), dtype=np.int64)
    column[order] = np.cumsum(new) - 1
    return column, order[new]


def _bundle_of_column(klass: Ints, column: Ints, route: Ints, n_columns: int, n_routes: int) -> Ints:
    """Bundle of every column; those of a class come together."""
    signature = _signatures(column, route, n_columns, n_routes)
    _, bundle = np.unique(np.stack([klass, signature], axis=1), axis=0, return_inverse=True)
    return np.asarray(bundle.ravel(), dtype=np.int64)


def _sections(owner: Ints, uses: Ints, n_bundles: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Route and symbol of every part, and the two halves of every section."""
    left, right = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    route, part, n = owner, uses, n_bundles
    while len(part) > 1:
        digram = np.where(route[:-1] == route[1:], part[:-1] * n + part[1:], -1)
        place = _frequent(digram)
        if not len(place):
            break
        made, number = np.unique(digram[place], return_inverse=True)
        left.append(made // n)
        right.append(made % n)
        part = part.copy()
        part[place] = n + number
        keep = np.ones(len(part), dtype=bool)
        keep[place + 1] = False
        route, part, n = route[keep], part[keep], n + len(made)
    return route, part, np.concatenate(left), np.concatenate(right)


def _frequent(digram: Ints) -> Ints:
    """Places of digrams that are more frequent than those that overlap them, each often enough."""
    _, inverse, count = np.unique(digram, return_inverse=True, return_counts=True)
    often = np.where(digram >= 0, count[inverse], 0)

    def beats(other: Ints, its: Ints) -> npt.NDArray[np.bool_]:
        return np.asarray((often > other) | ((often == other) & (digram > its)))

    before = beats(np.append(0, often[:-1]), np.append(-1, digram[:-1]))
    after = beats(np.append(often[1:], 0), np.append(digram[1:], -1))
    place = np.flatnonzero((often >= _LEAST) & before & after)
    _, inverse, count = np.unique(digram[place], return_inverse=True, return_counts=True)
    return np.asarray(place[count[inverse] >= _LEAST], dtype=np.int64)


def _patterns(table: RouteTable, pair: Ints, owner: Ints, uses: Ints) -> dict[str, Ids]:
    """Patterns of every pair, their bundles, and the patterns of every route."""
    width = np.int64(uses.max() + 1) if len(uses) else np.int64(1)
    keys, known = np.unique(pair[owner] * width + uses, return_inverse=True)
    signature = _signatures(known, owner, len(keys), table.n_routes)
    _, first, pattern = np.unique(
        np.stack([keys // width, signature], axis=1), axis=0, return_index=True, return_inverse=True
    )
    pattern = pattern.ravel()
    order = np.argsort(pattern, kind="stable")
    start = np.searchsorted(keys[first] // width, np.arange(table.n_pairs + 1))
    entries = np.unique(owner * np.int64(len(first) + 1) + pattern[known])
    route, entry = entries // (len(first) + 1), entries % (len(first) + 1)
    return {
        "pattern_start": _ids(start),
        "bundle_start": _ids(np.searchsorted(pattern[order], np.arange(len(first) + 1))),
        "bundle": _ids(keys[order] % width),
        "entry_start": _ids(np.searchsorted(route, np.arange(table.n_routes + 1))),
        "entry": _ids(entry - start[pair[route]]),
    }


def _signatures(item: Ints, route: Ints, n_items: int, n_routes: int) -> Ints:
    """A number of every item that is the same for those on the same routes."""
    # Sums of drawn 62-bit numbers tell sets of routes apart: two of 10,000 agree by chance once in 10^10 tables.
    mark = np.random.default_rng(7).integers(1, 2**62, n_routes)
    found = np.zeros(n_items, dtype=np.int64)
    np.add.at(found, item, mark[route])
    return found

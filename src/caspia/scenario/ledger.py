"""The facts while edits are applied one after the other; never leaves the room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from caspia.data import NO_FACT, Dataset, attribute_column, attributes
from caspia.errors import InputError, Problem
from caspia.scenario.model import Edit
from caspia.units import PRICE_YEAR

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Triple = tuple[FloatArray, FloatArray, FloatArray]
"""Value, low and high."""
DEFLATOR = "deflator_index"


@dataclass(frozen=True)
class Slots:
    """Quantities of objects that an edit may change, each of shape (n,)."""

    table: str
    attribute: str
    row: IntArray
    fact: IntArray
    """Row of the facts (of the data, or as edited so far) that each has or inherits; -1 where none."""
    year: IntArray
    """Year of a series; 0 of all else."""

    def __len__(self) -> int:
        return len(self.row)


class Ledger:
    """Facts of a data set with the changes made so far behind them.

    Parameters
    ----------
    data : Dataset
        The data, which stay as they are.
    """

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.value, self.low, self.high = data.facts.value, data.facts.low, data.facts.high
        self.slots: list[tuple[Slots, int]] = []
        self._own: dict[str, npt.NDArray[np.int32]] = {}
        self._series: dict[tuple[str, int, int], int] = {}

    @property
    def n_base(self) -> int:
        """Number of facts of the data."""
        return len(self.data.facts.value)

    def amounts(self, fact: IntArray) -> Triple:
        """Value, low and high of facts; of no fact 0.

        Parameters
        ----------
        fact : numpy.ndarray of int, shape (n,)
            Rows of facts, or -1.

        Returns
        -------
        tuple of numpy.ndarray, each of shape (n,)
        """
        is_there = fact >= 0
        value, low, high = (np.where(is_there, array[fact], 0.0) for array in (self.value, self.low, self.high))
        return value, low, high

    def find(self, table: str, rows: IntArray, attribute: str, years: tuple[int, ...] = ()) -> Slots:
        """Look up the facts of objects as the edits so far have left them.

        Parameters
        ----------
        table : str
            Table of the objects.
        rows : numpy.ndarray of int, shape (n,)
            Rows of the table.
        attribute : str
            The quantity.
        years : tuple of int
            Years of a series; empty is every year that has a number.

        Returns
        -------
        Slots
            One an object, of a series one an object and year. Of classes those are left out that inherit the
            quantity from another of the rows, since they change with it.
        """
        if attributes()[attribute].is_series:
            return self._find_series(table, rows, attribute, years)
        if table == "classes":
            rows = rows[~self._below(rows, self._owned(table)[:, attribute_column(attribute)])]
        fact = self.facts(table, attribute)[rows]
        return Slots(table, attribute, rows, fact, np.zeros(len(rows), dtype=np.int64))

    def facts(self, table: str, attribute: str) -> IntArray:
        """Fact that each object of a table has or inherits as the edits so far have left it.

        Parameters
        ----------
        table : str
            Table of the objects.
        attribute : str
            A quantity that is no series.

        Returns
        -------
        numpy.ndarray of int, shape (n_objects,)
            Row of the facts, or -1.
        """
        column = attribute_column(attribute)
        if table == "classes":
            return self._resolved(column)
        own = self._owned(table)[:, column].astype(np.int64)
        if "class_id" not in self.data.tables[table].columns:
            return own
        inherited = self._resolved(column)[self.data.rows("classes", self.data.tables[table]["class_id"])]
        return np.where(own == NO_FACT, inherited, own)

    def _find_series(self, table: str, rows: IntArray, attribute: str, years: tuple[int, ...]) -> Slots:
        known = self.data.series(table, attribute)
        fact = {
            (row, year): number
            for row, year, number in zip(known["row"], known["year"], known["fact"], strict=True)
        }
        fact |= {(row, year): number for (name, row, year), number in self._series.items() if name == attribute}
        chosen = set(rows.tolist())
        keys = [key for key in fact if key[0] in chosen and (not years or key[1] in years)]
        keys += [(row, year) for row in rows.tolist() for year in years if (row, year) not in fact]
        row, year = (np.array([key[end] for key in keys], dtype=np.int64) for end in (0, 1))
        found = np.array([fact.get(key, NO_FACT) for key in keys], dtype=np.int64)
        return Slots(table, attribute, row, found, year)

    def change(self, slots: Slots, amounts: Triple, edit: int) -> None:
        """Give quantities new numbers.

        Parameters
        ----------
        slots : Slots
            What changes.
        amounts : tuple of numpy.ndarray, each of shape (n,)
            Value, low and high in the unit of the attribute, money in dollars of `PRICE_YEAR`.
        edit : int
            Number of the edit in its scenario, from 0.
        """
        new = len(self.value) + np.arange(len(slots))
        value, low, high = amounts
        self.value, self.low, self.high = (
            np.concatenate(pair) for pair in ((self.value, value), (self.low, low), (self.high, high))
        )
        if attributes()[slots.attribute].is_series:
            for row, year, number in zip(slots.row.tolist(), slots.year.tolist(), new.tolist(), strict=True):
                self._series[slots.attribute, row, year] = number
        else:
            matrix = self._owned(slots.table)
            if slots.table not in self._own:
                self._own[slots.table] = matrix = matrix.copy()
            matrix[slots.row, attribute_column(slots.attribute)] = new
        self.slots.append((slots, edit))

    def _owned(self, table: str) -> npt.NDArray[np.int32]:
        return self._own.get(table, self.data.own_facts(table))

    @cached_property
    def _parents(self) -> IntArray:
        classes = self.data.tables["classes"]
        return self.data.rows("classes", classes["parent_id"])

    @cached_property
    def _deflator(self) -> dict[int, float]:
        series = self.data.series("countries", DEFLATOR)
        return dict(zip(series["year"].tolist(), series["value"].tolist(), strict=True))

    def _resolved(self, column: int) -> IntArray:
        """Fact of one quantity that each class has or inherits."""
        own = self._owned("classes")[:, column].astype(np.int64)
        fact, above, parent = own.copy(), self._parents.copy(), self._parents
        while (open_rows := (fact == NO_FACT) & (above >= 0)).any():
            fact[open_rows] = own[above[open_rows]]
            above[open_rows] = parent[above[open_rows]]
        return fact

    def _below(self, rows: IntArray, own: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Which of the classes inherit the quantity by way of another of them."""
        parent, chosen = self._parents, set(rows.tolist())

        def is_below(row: int) -> bool:
            while own[row] == NO_FACT and parent[row] >= 0:
                row = int(parent[row])
                if row in chosen:
                    return True
            return False

        return np.array([is_below(row) for row in rows.tolist()], dtype=bool)

    def deflation(self, edit: Edit) -> float:
        """Factor from dollars of the price year of an edit to dollars of `PRICE_YEAR`; 1 where no money.

        Parameters
        ----------
        edit : Edit
            With or without a price year.

        Returns
        -------
        float

        Raises
        ------
        InputError
            The data hold no deflator for the year.
        """
        if edit.price_year is None or edit.price_year >= PRICE_YEAR:
            return 1.0
        index = self._deflator
        if edit.price_year not in index or PRICE_YEAR not in index:
            got, allowed = str(edit.price_year), f"years from {min(index, default=PRICE_YEAR)} to {PRICE_YEAR}"
            what, where = "no deflator for the price year", f"{edit.where}, key price_year"
            raise InputError(Problem(what, where, got, allowed, "give the amount in dollars of another year"))
        return float(index[PRICE_YEAR] / index[edit.price_year])

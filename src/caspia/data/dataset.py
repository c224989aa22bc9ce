"""The data of a study: typed object tables, facts, and which fact each object has or inherits."""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.data.check import check_folder
from caspia.data.read import BUILT_IN, RawFolder, read_folder
from caspia.data.schema import attribute_column, attributes
from caspia.errors import DataError, InputError, Problem
from caspia.units import PRICE_YEAR

FactIndex = npt.NDArray[np.int32]
NO_FACT = -1


@dataclass(frozen=True)
class Facts:
    """Facts as columns; money in dollars of `PRICE_YEAR`.

    Attributes
    ----------
    frame : pandas.DataFrame
        All facts as written, typed, with a column `key` (`subject.attribute`).
    value, low, high : numpy.ndarray, shape (n_facts,)
        Numbers for use; money deflated from its price year.
    """

    frame: pd.DataFrame
    value: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Dataset:
    """Typed tables of one folder.

    Attributes
    ----------
    name : str
        Name of the data set.
    folder : pathlib.Path
        Where it was read from.
    sha256 : str
        Hash of the bytes of all tables.
    tables : mapping of str to pandas.DataFrame
        Object tables by name; the index counts rows from zero.
    facts : Facts
        All facts.
    lines : mapping of str to numpy.ndarray of int
        Line of its file on which each row of a table begins.
    """

    name: str
    folder: Path
    sha256: str
    tables: Mapping[str, pd.DataFrame]
    facts: Facts
    lines: Mapping[str, npt.NDArray[np.int64]]

    @cached_property
    def blocs(self) -> dict[str, list[str]]:
        """Members of every bloc of states: its name (`EU`, `EAEU` …) to ISO codes."""
        members: dict[str, list[str]] = defaultdict(list)
        countries = self.tables["countries"]
        for code, cell in zip(countries["id"], countries["bloc"], strict=True):
            for bloc in filter(None, cell.split(";")):
                members[bloc].append(code)
        return dict(members)

    @cached_property
    def homes(self) -> dict[str, frozenset[str]]:
        """ISO code of every state to itself and the blocs that it is a member of."""
        of: dict[str, set[str]] = {code: {code} for code in self.tables["countries"]["id"]}
        for bloc, codes in self.blocs.items():
            for code in codes:
                of[code].add(bloc)
        return {code: frozenset(found) for code, found in of.items()}

    @cached_property
    def rules(self) -> list[Any]:
        """Rows of the table rules, as named tuples."""
        return records(self.tables["rules"])

    @cached_property
    def class_facts(self) -> FactIndex:
        """Fact that each class has or inherits, shape (n_classes, n_attributes); -1 where none."""
        classes = self.tables["classes"]
        own = self.own_facts("classes").copy()
        position = {key: row for row, key in enumerate(classes["id"])}
        parents = [position.get(parent, -1) for parent in classes["parent_id"]]
        done = np.zeros(len(parents), dtype=bool)

        def resolve(row: int) -> None:
            if not done[row]:
                if parents[row] >= 0:
                    resolve(parents[row])
                    own[row] = np.where(own[row] == NO_FACT, own[parents[row]], own[row])
                done[row] = True

        for row in range(len(parents)):
            resolve(row)
        return own

    @cached_property
    def class_forms(self) -> list[str]:
        """Cargo forms of each class, inherited where its own cell is empty."""
        classes = self.tables["classes"]
        forms = dict(zip(classes["id"], classes["forms"], strict=True))
        parent = dict(zip(classes["id"], classes["parent_id"], strict=True))

        def inherited(key: str) -> str:
            return forms[key] or (inherited(parent[key]) if parent[key] else "")

        return [inherited(key) for key in classes["id"]]

    def own_facts(self, table: str) -> FactIndex:
        """Fact that each object of a table has of its own, without those of its class.

        Parameters
        ----------
        table : str
            Name of an object table.

        Returns
        -------
        numpy.ndarray of int32, shape (n_objects, n_attributes)
            Row of `facts`, or -1; not to be written to.
        """
        if table not in self._own:
            self._own[table] = self._own_facts(self.tables[table]["id"])
            self._own[table].flags.writeable = False
        return self._own[table]

    @cached_property
    def _own(self) -> dict[str, FactIndex]:
        return {}

    def object_facts(self, table: str) -> FactIndex:
        """Fact that each object of a table has or inherits through its class.

        Parameters
        ----------
        table : str
            Name of an object table.

        Returns
        -------
        numpy.ndarray of int32, shape (n_objects, n_attributes)
            Row of `facts`, or -1.
        """
        frame = self.tables[table]
        own = self.own_facts(table)
        if "class_id" in frame.columns:
            inherited = self.class_facts[self.rows("classes", frame["class_id"])]
            own = np.where(own == NO_FACT, inherited, own)
        return own

    def values(self, table: str, attribute: str, default: float = np.nan) -> npt.NDArray[np.float64]:
        """Value of a quantity of every object of a table, own or inherited.

        Parameters
        ----------
        table : str
            Name of an object table.
        attribute : str
            A quantity that is no series.
        default : float
            Stands in where an object has no such fact.

        Returns
        -------
        numpy.ndarray, shape (n_objects,)
        """
        fact = self.object_facts(table)[:, attribute_column(attribute)]
        return np.where(fact == NO_FACT, default, self.facts.value[fact])

    def series(self, table: str, attribute: str) -> pd.DataFrame:
        """Facts of every year of a quantity of which every year is used.

        Parameters
        ----------
        table : str
            Name of an object table.
        attribute : str
            A quantity that is a series.

        Returns
        -------
        pandas.DataFrame
            Columns `row` (of the table), `year`, `fact` (row of `facts`) and `value`, in order of row and year.
        """
        frame = self.facts.frame
        used = np.flatnonzero((frame["rank"] == 1) & (frame["attribute"] == attribute))
        row = self.rows(table, frame["subject"].iloc[used])
        year = frame["value_year"].to_numpy()[used].astype(int)
        columns = {"row": row, "year": year, "fact": used, "value": self.facts.value[used]}
        return pd.DataFrame(columns).sort_values(["row", "year"], ignore_index=True)

    def rows(self, table: str, ids: pd.Series) -> npt.NDArray[np.int64]:
        """Row numbers of ids in a table.

        Parameters
        ----------
        table : str
            Name of a table with ids.
        ids : pandas.Series of str, shape (n,)
            Ids to look for.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Row of each id, or -1 where absent.
        """
        return np.asarray(pd.Index(self.tables[table]["id"]).get_indexer(pd.Index(ids)), dtype=np.int64)

    def where(self, table: str, row: int) -> str:
        """Name a row as messages do.

        Parameters
        ----------
        table : str
            Name of a table with ids.
        row : int
            Row of the table.

        Returns
        -------
        str
            `links.csv, row 12, rail-KZALA-KZSHU`.
        """
        return f"{table}.csv, row {self.lines[table][row]}, {self.tables[table]['id'].iloc[row]}"

    def _own_facts(self, ids: pd.Series) -> FactIndex:
        frame = self.facts.frame
        series = [name for name, attribute in attributes().items() if attribute.is_series]
        used = np.flatnonzero((frame["rank"] == 1) & ~frame["attribute"].isin(series))
        row = pd.Index(ids).get_indexer(pd.Index(frame["subject"].to_numpy()[used]))
        column = pd.Index(list(attributes())).get_indexer(pd.Index(frame["attribute"].to_numpy()[used]))
        matrix = np.full((len(ids), len(attributes())), NO_FACT, dtype=np.int32)
        known = row >= 0
        matrix[row[known], column[known]] = used[known]
        return matrix


def records(frame: pd.DataFrame) -> list[Any]:
    """Rows of a table as named tuples, several times faster than `itertuples` on columns of text.

    Parameters
    ----------
    frame : pandas.DataFrame
        An object table.

    Returns
    -------
    list of named tuple
        With the columns as attributes.
    """
    row = namedtuple("Row", frame.columns)  # type: ignore[misc]
    return list(map(row._make, zip(*(frame[name].tolist() for name in frame.columns), strict=True)))


def load_dataset(data: str) -> Dataset:
    """Read, check and type a data folder.

    Parameters
    ----------
    data : str
        Name of a built-in data set or path of a folder.

    Returns
    -------
    Dataset
        Typed tables.

    Raises
    ------
    DataError
        The folder breaks its rules; all problems are listed.
    """
    folder = read_folder(data)
    # The built-in tables were checked when they were tested; a user's folder is checked at every load.
    problems = [] if data in BUILT_IN else check_folder(folder)
    if problems:
        raise DataError(problems)
    return type_folder(folder)


def type_folder(folder: RawFolder) -> Dataset:
    """Give types to the cells of a checked folder.

    Parameters
    ----------
    folder : RawFolder
        Text tables without problems.

    Returns
    -------
    Dataset
        Typed tables; money of facts deflated.
    """
    objects = {name: _typed(folder, name) for name, table in folder.tables.items() if not table.schema.is_facts}
    parts = [_typed(folder, name) for name, table in folder.tables.items() if table.schema.is_facts]
    frame = pd.concat(parts, ignore_index=True)
    frame["key"] = frame["subject"] + "." + frame["attribute"]
    lines = {name: folder.tables[name].lines for name in objects}
    return Dataset(
        name=folder.name,
        folder=folder.path,
        sha256=folder.sha256,
        tables=MappingProxyType(objects),
        facts=_facts(frame),
        lines=MappingProxyType(lines),
    )


def _typed(folder: RawFolder, name: str) -> pd.DataFrame:
    table = folder.tables[name]
    columns = {
        field.name: pd.to_numeric(table.frame[field.name]).astype("float64")
        if field.type in ("number", "integer")
        else table.frame[field.name]
        for field in table.schema.fields
    }
    return pd.DataFrame(columns)


def _facts(frame: pd.DataFrame) -> Facts:
    factor = _deflation(frame)
    value = frame["value"].to_numpy(dtype=float) * factor
    low = frame["low"].fillna(frame["value"]).to_numpy(dtype=float) * factor
    high = frame["high"].fillna(frame["value"]).to_numpy(dtype=float) * factor
    for array in (value, low, high):
        array.flags.writeable = False
    return Facts(frame, value, low, high)


def _deflation(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Factor from dollars of each fact's price year to dollars of `PRICE_YEAR`; 1 where no money."""
    series = frame[(frame["attribute"] == "deflator_index") & (frame["rank"] == 1)]
    index = {int(year): float(value) for year, value in zip(series["value_year"], series["value"], strict=True)}
    years = frame["price_year"].fillna(PRICE_YEAR).astype(int)
    # Dollars of a year after the series ends are taken as dollars of the price year.
    missing = sorted({int(year) for year in years if year not in index and year < PRICE_YEAR})
    if missing:
        raise InputError(
            Problem(
                what="no deflator for a price year",
                where="facts, subject US, attribute deflator_index",
                got=", ".join(map(str, missing)),
                allowed="a deflator_index fact for every price year in use",
                repair="add the missing years",
            )
        )
    base = index.get(PRICE_YEAR, 1.0)
    return np.asarray([base / index.get(int(year), base) for year in years], dtype=float)

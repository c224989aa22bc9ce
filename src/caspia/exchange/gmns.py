"""GMNS, the General Modeling Network Specification: node and link tables as CSV files of one folder.

The fields, their types and limits below are those of the published schemas of the node and link tables; further
columns are a user's own and pass through as text.

References
----------
Zephyr Foundation, General Modeling Network Specification, table schemas `node`, `link` and `config`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from caspia.errors import DataError, Problem
from caspia.exchange._files import Complaints, quoted, read_text, replacing_in
from caspia.exchange._frames import plain

MISSING = ("", "NaN")
TRUTH = {
    **dict.fromkeys(("true", "True", "TRUE", "1"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0"), False),
}


@dataclass(frozen=True)
class Field:
    """One column of the specification; `kind` is text, number, integer or boolean."""

    name: str
    kind: str = "text"
    required: bool = False
    least: float = -np.inf
    most: float = np.inf


NODE_FIELDS = (
    Field("node_id", required=True),
    Field("name"),
    Field("x_coord", "number", required=True),
    Field("y_coord", "number", required=True),
    Field("z_coord", "number"),
    Field("node_type"),
    Field("ctrl_type"),
    Field("zone_id"),
    Field("parent_node_id"),
)
LINK_FIELDS = (
    Field("link_id", required=True),
    Field("name"),
    Field("from_node_id", required=True),
    Field("to_node_id", required=True),
    Field("directed", "boolean", required=True),
    Field("geometry_id"),
    Field("geometry"),
    Field("parent_link_id"),
    Field("dir_flag", "integer", least=-1, most=1),
    Field("length", "number", least=0),
    Field("grade", "number", least=-100, most=100),
    Field("facility_type"),
    Field("capacity", "number", least=0),
    Field("free_speed", "number", least=0, most=200),
    Field("lanes", "integer", least=0),
    Field("bike_facility"),
    Field("ped_facility"),
    Field("parking"),
    Field("allowed_uses"),
    Field("toll", "number"),
    Field("jurisdiction"),
    Field("row_width", "number", least=0),
)


@dataclass(frozen=True, eq=False)
class GmnsNetwork:
    """A network in the columns of the specification.

    Attributes
    ----------
    nodes : pandas.DataFrame
        At least `node_id`, `x_coord`, `y_coord`. Text columns hold None, numbers NaN where a cell is empty.
    links : pandas.DataFrame
        At least `link_id`, `from_node_id`, `to_node_id`, `directed`.
    config : mapping of str to str
        The one row of the table config: `long_length`, `speed`, `crs` and so on; empty where there is none.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    config: Mapping[str, str] = field(default_factory=dict)


def read_gmns(folder: Path) -> GmnsNetwork:
    """Read `node.csv`, `link.csv` and, where it is there, `config.csv`.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are.

    Returns
    -------
    GmnsNetwork
        Columns of the specification typed, others as text; absent optional columns stay absent.

    Raises
    ------
    InputError
        A file cannot be read.
    DataError
        A file breaks the specification; the problems name the line.
    """
    files = {name: _Table.read(folder / f"{name}.csv") for name in ("node", "link")}
    nodes, links = files["node"].typed(NODE_FIELDS), files["link"].typed(LINK_FIELDS)
    for column, key, file in (
        ("from_node_id", nodes["node_id"], files["link"]),
        ("to_node_id", nodes["node_id"], files["link"]),
        ("parent_link_id", links["link_id"], files["link"]),
        ("parent_node_id", nodes["node_id"], files["node"]),
    ):
        file.check_reference(column, set(key))
    for file in files.values():
        file.complaints.settle()
    return GmnsNetwork(nodes, links, _read_config(folder / "config.csv"))


def write_gmns(folder: Path, network: GmnsNetwork) -> None:
    """Write `node.csv`, `link.csv` and, where there is anything to say, `config.csv`, all or none.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it does not exist; older files of these names are replaced.
    network : GmnsNetwork
        What is written.

    Raises
    ------
    InputError
        The folder cannot be written, or a column holds what no table can.
    DataError
        The network breaks the specification; the problems name the line that the row would have had.
    """
    texts = {
        "node.csv": _as_csv(network.nodes, folder / "node.csv"),
        "link.csv": _as_csv(network.links, folder / "link.csv"),
    }
    if network.config:
        texts["config.csv"] = _as_csv(pd.DataFrame([dict(network.config)]), folder / "config.csv")
    # What could not be read must not be written: the reader's own checks judge the text.
    tables = [_Table.parse(folder / name, texts[name]) for name in ("node.csv", "link.csv")]
    for table, fields in zip(tables, (NODE_FIELDS, LINK_FIELDS), strict=True):
        table.typed(fields)
        for column in ("from_node_id", "to_node_id"):
            table.check_reference(column, set(tables[0].cells("node_id")))
        table.check_reference("parent_node_id", set(tables[0].cells("node_id")))
        table.check_reference("parent_link_id", set(tables[1].cells("link_id")))
        table.complaints.settle()
    with replacing_in(folder, tuple(texts)) as made:
        for name, text in texts.items():
            (made / name).write_text(text, encoding="utf-8", newline="\n")


class _Table:
    """Cells of one file as text, with their lines."""

    def __init__(self, path: Path, header: list[str], rows: list[list[str]], lines: list[int]) -> None:
        self.complaints = Complaints(path)
        self.header = header
        self.rows = rows
        self.lines = lines

    @classmethod
    def read(cls, path: Path) -> _Table:
        return cls.parse(path, read_text(path, "CSV table of GMNS"))

    @classmethod
    def parse(cls, path: Path, text: str) -> _Table:
        table = cls(path, [], [], [])
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        begin = 1
        try:
            for row in reader:
                if row and not table.header:
                    table.header = [name.strip() for name in row]
                elif row and len(row) != len(table.header):
                    got, allowed = f"{len(row)} cells", f"{len(table.header)} as in the header"
                    table.complaints.add("wrong number of cells", begin, got=got, allowed=allowed)
                elif row:
                    table.rows.append(row)
                    table.lines.append(begin)
                begin = reader.line_num + 1
        except csv.Error as error:
            table.complaints.add("not CSV", begin, got=str(error), allowed="RFC 4180", repair="close the quotes")
        twice = sorted({name for name in table.header if table.header.count(name) > 1 or not name})
        if twice or not table.header:
            got = f"{quoted(twice[0])} twice or empty" if twice else "an empty file"
            table.complaints.add("header cannot be used", 1, got=got, allowed="every column with a name of its own")
        table.complaints.settle()
        return table

    def cells(self, name: str) -> list[str]:
        """Text of a column; nothing where the column is absent."""
        if name not in self.header:
            return []
        index = self.header.index(name)
        return [row[index] for row in self.rows]

    def typed(self, fields: tuple[Field, ...]) -> pd.DataFrame:
        """Return the table with the types of the specification; faults go to the complaints."""
        known = {rule.name: rule for rule in fields}
        for rule in fields:
            if rule.required and rule.name not in self.header:
                self.complaints.add("column is missing", 1, allowed=rule.name, repair="add the column")
        self.complaints.settle()
        frame = pd.DataFrame(
            {name: self._column(known.get(name, Field(name))) for name in self.header},
            index=pd.RangeIndex(len(self.rows)),
        )
        key = fields[0].name
        seen: dict[str, int] = {}
        for cell, line in zip(self.cells(key), self.lines, strict=True):
            if seen.setdefault(cell, line) != line and cell not in MISSING:
                got, repair = f"{quoted(cell)} of line {seen[cell]} again", "rename one of them"
                self.complaints.add(f"{key} is not unique", line, got=got, allowed="once", repair=repair)
        self.complaints.settle()
        return frame

    def check_reference(self, name: str, known: set[str]) -> None:
        """Complain of cells that name what is not there."""
        for cell, line in zip(self.cells(name), self.lines, strict=False):
            if cell not in known and cell not in MISSING:
                repair = "correct it or add the row"
                self.complaints.add(f"{name} names nothing", line, got=quoted(cell), allowed="an id", repair=repair)

    def _column(self, rule: Field) -> pd.Series:
        values: list[object] = []
        for cell, line in zip(self.cells(rule.name), self.lines, strict=True):
            value = None if cell in MISSING else _value(cell, rule)
            if value is None and (rule.required or cell not in MISSING):
                got, allowed = f"{rule.name} {quoted(cell)}", _allowed(rule)
                self.complaints.add(
                    "value cannot be used", line, got=got, allowed=allowed, repair="correct the cell"
                )
            values.append(value)
        if rule.kind in ("number", "integer"):
            return pd.Series(values, dtype=float)
        if rule.kind == "boolean" and None not in values:
            return pd.Series(values, dtype=bool)
        return pd.Series(values, dtype=object)


def _value(cell: str, rule: Field) -> object:
    """Typed cell; None where it cannot be used."""
    if rule.kind == "text":
        return cell
    if rule.kind == "boolean":
        return TRUTH.get(cell)
    try:
        number = float(cell) if "_" not in cell else np.nan
    except ValueError:
        return None
    whole = rule.kind != "integer" or number.is_integer()
    return number if np.isfinite(number) and rule.least <= number <= rule.most and whole else None


def _allowed(rule: Field) -> str:
    """Say what a column takes."""
    if rule.kind == "boolean":
        return "true or false"
    if rule.kind == "text":
        return "text"
    kind = "a whole number" if rule.kind == "integer" else "a number"
    low = f" from {rule.least:g}" if np.isfinite(rule.least) else ""
    return kind + low + (f" to {rule.most:g}" if np.isfinite(rule.most) else "")


def _read_config(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return MappingProxyType({})
    table = _Table.read(path)
    if len(table.rows) != 1:
        got = f"{len(table.rows)} rows"
        raise DataError([Problem("config has not one row", str(path), got, "one row", "keep one")])
    filled = {name: cell for name, cell in zip(table.header, table.rows[0], strict=True) if cell not in MISSING}
    return MappingProxyType(filled)


def _as_csv(frame: pd.DataFrame, path: Path) -> str:
    """Text of a table: numbers to the last digit, whole ones without a point, truth values in small letters."""
    table = plain(frame, path)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(
        zip(*([_as_cell(value) for value in table[name].tolist()] for name in table.columns), strict=True)
    )
    return buffer.getvalue()


def _as_cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return (
            "" if np.isnan(value) else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        )
    return "" if value is None else str(value)

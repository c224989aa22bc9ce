"""Reading the files of a data folder as text, before any meaning is given to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from caspia.data.parse import RawTable, parse_table
from caspia.data.schema import MAX_TABLE_BYTES, TableSchema, table_schemas
from caspia.errors import DataError, InputError, Problem

BUILT_IN = ("caspian",)


@dataclass(frozen=True)
class RawFolder:
    """All files of a folder, with the hash of their bytes."""

    name: str
    path: Path
    tables: Mapping[str, RawTable]
    sha256: str


def locate(data: str) -> Path:
    """Find the folder of a built-in data set or check that a user's folder is there.

    Parameters
    ----------
    data : str
        Name of a built-in data set or path.

    Returns
    -------
    pathlib.Path
        Folder with the tables.

    Raises
    ------
    InputError
        Neither a built-in name nor a folder.
    """
    if data in BUILT_IN:
        return Path(str(files("caspia.datasets").joinpath(data)))
    path = Path(data)
    if not path.is_dir():
        raise InputError(
            Problem(
                what="no such data folder",
                where=data,
                allowed=f"a folder with tables, or one of {', '.join(BUILT_IN)}",
                repair="give the folder that holds places.csv, links.csv …; "
                "`caspia data export DIR` writes an example",
            )
        )
    return path


def read_folder(data: str) -> RawFolder:
    """Read every declared table of a folder as text.

    Parameters
    ----------
    data : str
        Name of a built-in data set or path of a folder.

    Returns
    -------
    RawFolder
        Text tables and the hash of their bytes.

    Raises
    ------
    DataError
        A table is missing, too large, not UTF-8, or not rectangular CSV.
    """
    folder = locate(data)
    tables: dict[str, RawTable] = {}
    problems: list[Problem] = []
    digest = hashlib.sha256()
    for schema, path in _expected_files(folder):
        try:
            content = _content(path)
            tables[path.stem] = parse_table(path, content, schema)
        except DataError as error:
            problems.extend(error.problems)
        except InputError as error:
            problems.append(error.problem)
        else:
            digest.update(path.name.encode() + b"\0" + content)
    if problems:
        raise DataError(problems)
    return RawFolder(Path(data).name, folder, MappingProxyType(tables), digest.hexdigest())


def _expected_files(folder: Path) -> Iterator[tuple[TableSchema, Path]]:
    schemas = table_schemas()
    for schema in schemas.values():
        if not schema.is_facts:
            yield schema, folder / schema.path
    facts = next(schema for schema in schemas.values() if schema.is_facts)
    found = sorted(folder.glob("facts*.csv"))
    for path in found or [folder / "facts.csv"]:
        yield facts, path


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_TABLE_BYTES:
            raise InputError(
                Problem(
                    what="file is too large for a table",
                    where=path.name,
                    got=f"{size / 1e6:,.0f} MB",
                    allowed=f"at most {MAX_TABLE_BYTES // 2**20} MiB",
                    repair="split facts over several files named facts_*.csv",
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            Problem(
                what="table cannot be read",
                where=path.name,
                got=error.strerror or str(error),
                allowed="a readable CSV file in the data folder",
                repair=f"add {path.name}; `caspia data export DIR` writes an example of every table",
            )
        ) from error

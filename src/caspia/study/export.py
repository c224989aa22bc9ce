"""Writing the built-in tables into a user's folder."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from caspia.data import locate
from caspia.errors import InputError, Problem, UnknownName
from caspia.exchange import unwritable

Row = Mapping[str, str]


def export_tables(folder: Path, goods: Sequence[str] = ()) -> int:
    """Copy the built-in tables into a new folder, all or none.

    Parameters
    ----------
    folder : pathlib.Path
        Must not exist, or be empty.
    goods : sequence of str
        Ids of commodities whose demand is kept, for a world that is quick to try; all if empty.

    Returns
    -------
    int
        Number of files written.

    Raises
    ------
    InputError
        The folder holds files already, or cannot be written.
    UnknownName
        Goods that nobody demands.
    """
    _check_goods(goods)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Problem(
                what="folder is not empty",
                where=str(folder),
                allowed="a folder that does not exist yet or is empty",
                repair="choose another; nothing is overwritten",
            )
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as temporary:
            made = Path(temporary) / "tables"
            shutil.copytree(locate("caspian"), made, ignore=shutil.ignore_patterns("__pycache__"))
            if goods:
                _keep_demand(made, goods)
            count = sum(1 for _ in made.iterdir())
            if folder.exists():
                folder.rmdir()
            os.replace(made, folder)
    except OSError as error:
        raise unwritable(folder, error, "folder") from error
    return count


def _check_goods(goods: Sequence[str]) -> None:
    known = sorted({row["commodity_id"] for row in _rows(locate("caspian") / "demand.csv")})
    for name in goods:
        if name not in known:
            raise UnknownName(
                Problem("goods without demand", "--goods", name, ", ".join(known), "name some of these")
            )


def _keep_demand(folder: Path, goods: Sequence[str]) -> None:
    """Leave only the demand of some goods in a folder, and the facts on it."""
    demand = _rows(folder / "demand.csv")
    dropped = {row["id"] for row in demand if row["commodity_id"] not in goods}
    _filter(folder / "demand.csv", lambda row: row["id"] not in dropped)
    for path in sorted(folder.glob("facts*.csv")):
        _filter(path, lambda row: row["subject"] not in dropped)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _filter(path: Path, wanted: Callable[[Row], bool]) -> None:
    rows = _rows(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if wanted(row))

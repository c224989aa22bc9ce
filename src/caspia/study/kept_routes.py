"""Routes that were found before, kept in a folder: the search takes most of the time of a question on flows."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np

from caspia.data import Dataset
from caspia.demand import spread
from caspia.errors import InputError
from caspia.exchange import replacing_in
from caspia.routing import RouteRows
from caspia.study.market import Market
from caspia.study.priced import Priced

ENGINE = ("assignment", "cost", "data", "demand", "network", "routing", "scenario", "study")
"""Rooms that decide which routes are found."""
MOST_KEPT = 4
"""Files that stay: those that were written last."""
_ROWS = ("pair", "kind", "cost", "start", "arcs")


@dataclass(frozen=True)
class RoutesFolder:
    """A folder with the routes of data, each found by one program.

    What is there is read, what is not is written; where neither can be done, routes are sought as without a folder.

    Attributes
    ----------
    path : pathlib.Path
        The folder; it need not exist.
    kind : str
        Which routes, where a folder keeps several of the same data.
    """

    path: Path
    kind: str = "own"

    def load(self, study: Priced) -> Market | None:
        """Routes of some data.

        Parameters
        ----------
        study : Priced
            The data.

        Returns
        -------
        Market or None
            None where they were not found before by this program.
        """
        path = self._file(study.data)
        # A link may lead anywhere.
        return None if path.is_symlink() else load_market(path, study)

    def save(self, study: Priced, market: Market) -> None:
        """Keep routes, and drop those that were written longest ago.

        Parameters
        ----------
        study : Priced
            The data.
        market : Market
            Their routes.
        """
        name = self._file(study.data).name
        try:
            with replacing_in(self.path, [name]) as made, (made / name).open("wb") as stream:
                save_market(stream, market)
            others = sorted(self.path.glob(f"{self.kind}-*.npz"), key=lambda item: item.stat().st_mtime)
            for old in others[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        except (OSError, InputError):
            # It only spares time: a disk that is full or not ours to write is no reason to answer nothing.
            return

    def _file(self, data: Dataset) -> Path:
        return self.path / f"{self.kind}-{stamp(data)[:24]}.npz"


def user_routes() -> RoutesFolder:
    """Folder in which the programs of a user keep what can be made again, by the custom of the system.

    Returns
    -------
    RoutesFolder
    """
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return RoutesFolder(base / "caspia")


def stamp(data: Dataset, rooms: tuple[str, ...] = ENGINE) -> str:
    """What decides every answer beside the question: the data and the program, as a hash.

    Parameters
    ----------
    data : Dataset
        Tables.
    rooms : tuple of str
        Rooms of the program that decide; all if empty.

    Returns
    -------
    str
    """
    return hashlib.sha256(f"{_source_hash(rooms)} {data.sha256}".encode()).hexdigest()


@cache
def _source_hash(rooms: tuple[str, ...]) -> str:
    """Hash of the program's own source: a changed model may not show results of the former one."""
    found = hashlib.sha256()
    whole = Path(str(files("caspia")))
    for folder in [whole / room for room in rooms] or [whole]:
        for path in sorted(folder.rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def save_market(stream: BinaryIO, market: Market) -> None:
    """Write the routes of a market.

    Parameters
    ----------
    stream : binary file
        Open for writing.
    market : Market
        Routes.
    """
    rows = {name: getattr(market.routes, name) for name in _ROWS}
    np.savez(stream, first=market.start, **rows)


def load_market(path: Path, study: Priced) -> Market | None:
    """Read the routes of a market.

    Parameters
    ----------
    path : pathlib.Path
        Of `save_market`.
    study : Priced
        The data that the routes were found in.

    Returns
    -------
    Market or None
        None where there is no such file, it is damaged, or its routes do not fit the data.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as found:
            rows = RouteRows(**{name: found[name] for name in _ROWS})
            first = found["first"]
    except (OSError, ValueError, LookupError, EOFError, RuntimeError, BadZipFile, zlib.error, struct.error):
        # Whatever the readers of archives and arrays say of a damaged one.
        return None
    pairs = spread(study.data)
    fits = len(first) == len(pairs.share) + 1 and (
        len(rows.arcs) == 0 or int(rows.arcs.max()) < study.network.n_arcs
    )
    return Market(pairs, rows, first) if fits and len(rows.start) == len(rows.pair) + 1 else None

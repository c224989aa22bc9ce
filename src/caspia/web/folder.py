"""The only folder that the server reads and writes: names become paths here and nowhere else."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from caspia.errors import InputError, Problem
from caspia.exchange import unwritable

PARTS = ("scenarios", "jobs", "routes")
MARK = "caspia-server.json"
FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,120}")


class Folder:
    """A folder with scenarios, jobs and routes found before.

    Parameters
    ----------
    path : pathlib.Path
        Made at `open` if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()

    def open(self) -> None:
        """Make the folder ready.

        Raises
        ------
        InputError
            It cannot be written, or its mark says that another program or a later version made it.
        """
        try:
            for part in PARTS:
                (self.path / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error, "folder") from error
        mark = self.path / MARK
        if mark.exists():
            self._check(mark)
        else:
            self.write_text(mark, json.dumps({"program": "caspia", "format": FORMAT}))
        self._sweep()

    def _check(self, mark: Path) -> None:
        try:
            found = json.loads(mark.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            found = str(error)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise InputError(
                Problem(
                    what="the store is damaged or of another version",
                    where=str(mark),
                    got=str(found)[:80],
                    allowed=f"format {FORMAT}",
                    repair=f"delete {MARK} to keep what can be read, or start with another --folder",
                )
            )

    def _sweep(self) -> None:
        """Remove what an interrupted server left half-written."""
        for part in PARTS:
            for path in (self.path / part).glob(".writing-*"):
                path.unlink(missing_ok=True)

    def file(self, part: str, name: str) -> Path:
        """Path of a file.

        Parameters
        ----------
        part : str
            One of `PARTS`.
        name : str
            Name with its ending.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        InputError
            The name is none, or the path leads out of the folder.
        """
        path = self.path / part / name
        if part not in PARTS or not _NAME.fullmatch(name) or ".." in name:
            allowed = "small letters, digits and hyphens"
            raise InputError(Problem("name has the wrong form", part, repr(name), allowed, "rename it"))
        if not path.resolve().is_relative_to(self.path):
            raise InputError(Problem("file lies elsewhere", part, name, f"files in {self.path}", "remove the link"))
        return path

    def names(self, part: str, suffix: str) -> list[str]:
        """Names of the files of a part, without their ending.

        Parameters
        ----------
        part : str
            One of `PARTS`.
        suffix : str
            Ending.

        Returns
        -------
        list of str
            In the order of the alphabet; files whose names are no names are left out.
        """
        found = (self.path / part).glob(f"*{suffix}")
        return sorted(path.name.removesuffix(suffix) for path in found if _NAME.fullmatch(path.name))

    def write_text(self, path: Path, text: str) -> None:
        """Write a file wholly or not at all.

        Parameters
        ----------
        path : pathlib.Path
            Of `file`.
        text : str
            Its content.

        Raises
        ------
        InputError
            It cannot be written.
        """
        self.write_bytes(path, text.encode("utf-8"))

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Write a file wholly or not at all.

        Parameters
        ----------
        path : pathlib.Path
            Of `file`.
        content : bytes
            Its content.

        Raises
        ------
        InputError
            It cannot be written.
        """
        try:
            handle, made = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(made, path)
            except BaseException:
                Path(made).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise unwritable(path, error) from error

    def read_json(self, path: Path) -> Any:
        """Read a file of JSON.

        Parameters
        ----------
        path : pathlib.Path
            Of `file`.

        Returns
        -------
        object
            None where it is missing or damaged.
        """
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None

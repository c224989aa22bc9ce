"""The only folder that the server reads and writes: names become paths here and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from caspia.errors import InputError, Problem
from caspia.exchange import unwritable

ROUTES = "routes"
PARTS = ("scenarios", "jobs", ROUTES)
HALF_WRITTEN = ".writing-"
"""How the names of files begin that are not whole yet."""
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
            It cannot be written, or a part of it leads out of it.
        """
        try:
            for part in PARTS:
                (self.path / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error, "folder") from error
        for part in PARTS:
            # Names are checked one by one; a part that is a link would lead all of them elsewhere.
            if not (self.path / part).resolve().is_relative_to(self.path):
                raise _elsewhere(part, self.path)

    def sweep(self) -> None:
        """Remove what an interrupted server left half-written; no other server may work in the folder."""
        for part in PARTS:
            for path in (self.path / part).glob(f"{HALF_WRITTEN}*"):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    @property
    def routes(self) -> Path:
        """Where routes found before are kept."""
        return self.path / ROUTES

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
            raise _elsewhere(f"{part}/{name}", self.path)
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
        try:
            handle, made = tempfile.mkstemp(dir=path.parent, prefix=HALF_WRITTEN)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(text.encode("utf-8"))
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(made, path)
            except BaseException:
                Path(made).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise unwritable(path, error) from error


def _elsewhere(name: str, folder: Path) -> InputError:
    return InputError(Problem("file lies elsewhere", name, "a link", f"files in {folder}", "remove the link"))

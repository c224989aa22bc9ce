"""Writing the built-in tables into a user's folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from caspia.data import locate
from caspia.errors import InputError, Problem
from caspia.exchange import unwritable


def export_tables(folder: Path) -> int:
    """Copy the built-in tables into a new folder, all or none.

    Parameters
    ----------
    folder : pathlib.Path
        Must not exist, or be empty.

    Returns
    -------
    int
        Number of files written.

    Raises
    ------
    InputError
        The folder holds files already, or cannot be written.
    """
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
            count = sum(1 for _ in made.iterdir())
            if folder.exists():
                folder.rmdir()
            os.replace(made, folder)
    except OSError as error:
        raise unwritable(folder, error, "folder") from error
    return count

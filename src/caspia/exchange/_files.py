"""What all formats share: reading text, collecting what is wrong, and writing a file wholly or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from caspia.errors import DataError, InputError, Problem

MOST_PROBLEMS = 20
"""Reading stops here; a file of another kind would have one in every line."""


class Complaints:
    """What is wrong with one file, collected so that one reading shows more than the first fault."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(self, what: str, line: int = 0, *, got: str = "", allowed: str = "", repair: str = "") -> None:
        """Note a fault at a line counted from 1, or of the whole file where the line is 0."""
        where = f"{self.path}:{line}" if line else str(self.path)
        self.problems.append(Problem(what, where, got, allowed, repair))
        if len(self.problems) == MOST_PROBLEMS:
            self.settle()

    def settle(self) -> None:
        """Raise a DataError where anything was noted."""
        if self.problems:
            raise DataError(self.problems)


def quoted(text: str) -> str:
    """Text of a file as a message shows it: in quotation marks, and not endless."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def check_source(path: Path, kind: str) -> None:
    """Refuse a path from which no file can be read; `kind` says what it should be."""
    problem = ""
    try:
        if path.is_file():
            with path.open("rb"):
                return
        problem = "a folder" if path.is_dir() else "not a regular file" if path.exists() else "no such file"
    except OSError as error:
        problem = error.strerror or str(error)
    raise InputError(
        Problem("file cannot be read", str(path), problem, f"a readable {kind}", "check the name and the rights")
    )


def read_text(path: Path, kind: str) -> str:
    """Read a text file; line ends of any system become one kind, a mark of the byte order is dropped."""
    check_source(path, kind)
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if b"\0" in raw:
        problem = Problem("not a text file", str(path), "zero bytes", f"a {kind}", "save it as plain text in UTF-8")
        raise InputError(problem)
    # Comments of old files are in any one-byte encoding; what counts is ASCII in all of them.
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_target(path: Path, inputs: Sequence[Path] = ()) -> None:
    """Refuse a path to which no file can be written, before the work is done.

    Parameters
    ----------
    path : pathlib.Path
        File that shall be written; an older one of that name will be replaced.
    inputs : sequence of pathlib.Path
        Files that are still needed and must not be replaced.

    Raises
    ------
    InputError
        It is one of the inputs or something else than a file; its folder does not exist or may not be written.
    """
    got = ""
    if not path.parent.is_dir():
        got = f"no folder {path.parent}"
    elif path.exists() and not path.is_file():
        # A device, too: as a superuser one would replace it.
        got = "a folder of that name" if path.is_dir() else "something else than a file of that name"
    elif any(path.resolve() == other.resolve() for other in inputs):
        got = "a file that is read here"
    if got:
        raise InputError(
            Problem(
                "file cannot be written", str(path), got, "a file in a folder that exists", "choose another name"
            )
        )
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path of the same name in a folder of its own; at the end it takes the place of `path`."""
    check_target(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            made = Path(folder) / path.name
            yield made
            os.replace(made, path)
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def replacing_in(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield a folder to write in; at the end the files of the names that then stand in `names` move to `folder`."""
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as temporary:
            yield Path(temporary)
            for name in names:
                os.replace(Path(temporary) / name, folder / name)
    except OSError as error:
        raise unwritable(folder, error, "folder") from error
    finally:
        if not existed and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with Unix line ends, wholly or not at all."""
    with replacing(path) as made:
        made.write_text(text, encoding="utf-8", newline="\n")


def unwritable(path: Path, error: OSError, what: str = "file") -> InputError:
    """Say that a file or a folder cannot be written.

    Parameters
    ----------
    path : pathlib.Path
        The file or folder.
    error : OSError
        What the system answered.
    what : {"file", "folder"}
        Which of the two it is.

    Returns
    -------
    InputError
        For the caller to raise.
    """
    got = error.strerror or str(error)
    return InputError(
        Problem(f"{what} cannot be written", str(path), got, "a folder that this user may write", "choose another")
    )

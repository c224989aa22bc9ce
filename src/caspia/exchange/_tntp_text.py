"""The lines of TNTP files: metadata, rows of numbers, cells of trips; every fault with its line."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from caspia.exchange._files import Complaints, quoted

Floats = npt.NDArray[np.float64]
Metadata = dict[str, tuple[str, int]]

COLUMNS = (
    *("init_node", "term_node", "capacity", "length", "free_flow_time"),
    *("b", "power", "speed", "toll", "link_type"),
)
TOTAL_TOLERANCE = 1e-5
"""Relative; totals are published rounded, and so are the cells."""

_METADATA = re.compile(r"<([^<>]*)>(.*)", re.DOTALL)


def read_metadata(lines: list[str], complaints: Complaints) -> tuple[Metadata, int]:
    """Values of the metadata with their lines, and the index of the first line behind them."""
    found: Metadata = {}
    got = "the end of the file"
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("~"):
            continue
        match = _METADATA.fullmatch(text)
        if match is None:
            got = f"{quoted(text)} in line {number}"
            break
        key = " ".join(match[1].split()).upper()
        if key == "END OF METADATA":
            return found, number
        if key in found:
            repair = "keep one of them"
            complaints.add("duplicated metadata", number, got=f"<{key}> again", allowed="once", repair=repair)
        found[key] = match[2].partition("~")[0].strip().rstrip(";").strip(), number
    complaints.add(
        "<END OF METADATA> is missing",
        got=got,
        allowed="<NAME> value a line, then <END OF METADATA>",
        repair="is this the right file? Add the line before the first row",
    )
    complaints.settle()
    return found, len(lines)


def read_whole(metadata: Metadata, key: str, least: int, most: int, complaints: Complaints) -> int:
    """Return a whole number of the metadata, or the least allowed one after a complaint."""
    text, number = metadata.get(key, ("nothing", 0))
    # The length is looked at first: endless digits are slow to read.
    value = int(text) if len(text) <= 12 and text.isascii() and text.isdigit() else -1
    if not least <= value <= most:
        allowed = f"a whole number from {least} to {most}"
        what = f"<{key}> cannot be used" if number else f"<{key}> is missing"
        repair = "correct it" if number else "add it before <END OF METADATA>"
        complaints.add(what, number, got=quoted(text) if number else "", allowed=allowed, repair=repair)
        return least
    return value


def check_header(lines: list[str], start: int, complaints: Complaints) -> None:
    """Refuse columns in another order than the usual, where the comment above the rows names them."""
    for number, line in enumerate(lines[start:], start + 1):
        text = line.strip()
        if text and not text.startswith("~"):
            return
        names = text.strip("~; \t").lower().split()
        if sorted(names) == sorted(COLUMNS) and tuple(names) != COLUMNS:
            allowed = " ".join(COLUMNS)
            complaints.add("columns in another order", number, got=" ".join(names), allowed=allowed)


def read_rows(lines: list[str], start: int, width: int, complaints: Complaints) -> tuple[Floats, list[int]]:
    """Rows of numbers below the metadata, shape (n, width), and their lines."""
    rows: list[list[float]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines[start:], start + 1):
        content = line.partition("~")[0]
        body, _, rest = content.partition(";")
        cells = body.split()
        if not cells and not rest.strip():
            continue
        if len(cells) != width or rest.strip():
            got = f"{len(content.replace(';', ' ; ').split()) - content.count(';')} in {quoted(content.strip())}"
            repair = "one row a line, closed by a semicolon"
            complaints.add("wrong number of columns", number, got=got, allowed=f"{width} numbers", repair=repair)
            continue
        try:
            rows.append([_number(cell) for cell in cells])
        except ValueError as error:
            complaints.add("not a number", number, got=str(error), allowed="a number", repair="correct the row")
            continue
        numbers.append(number)
    return np.array(rows, np.float64).reshape(len(rows), width), numbers


def _number(text: str) -> float:
    """Read a number; ValueError with the text where it is none, and for spellings that only Python knows."""
    try:
        if "_" not in text:
            return float(text)
    except ValueError:
        pass
    raise ValueError(quoted(text))


def read_cells(
    lines: list[str], start: int, n_zones: int, complaints: Complaints
) -> tuple[list[int], list[int], list[float], list[int]]:
    """Origin, destination, demand and line of every cell of a trip table; zones counted from 1."""
    origins: list[int] = []
    destinations: list[int] = []
    demands: list[float] = []
    numbers: list[int] = []
    origin = 0
    for number, line in enumerate(lines[start:], start + 1):
        content = line.partition("~")[0].strip()
        if not content:
            continue
        try:
            if content[0] in "Oo":
                origin = _origin(content, n_zones)
                continue
            row = _row_of_trips(content, n_zones, origin)
        except ValueError as error:
            complaints.add(
                "not a row of trips",
                number,
                got=str(error),
                allowed=f"`Origin N` or `zone : demand;`, zones 1 to {n_zones}, demand a number",
                repair="correct the row",
            )
            continue
        for zone, demand in row:
            origins.append(origin)
            destinations.append(zone)
            demands.append(demand)
            numbers.append(number)
    return origins, destinations, demands, numbers


def _origin(content: str, n_zones: int) -> int:
    words = content.rstrip(";").split()
    if words[0].lower() != "origin" or len(words) != 2:
        raise ValueError(quoted(content))
    return _zone(words[1], n_zones)


def _row_of_trips(content: str, n_zones: int, origin: int) -> list[tuple[int, float]]:
    """Destination and demand of every cell of a line; most of the time of reading is spent here."""
    if not origin:
        raise ValueError("a cell before the first origin")
    # Spellings that only Python knows.
    if "_" in content or not content.isascii():
        raise ValueError(quoted(content))
    row = []
    for item in content.split(";"):
        left, _, right = item.partition(":")
        try:
            zone, demand = int(left), float(right)
        except ValueError:
            if not item.strip():
                continue
            raise ValueError(quoted(item.strip())) from None
        if not 1 <= zone <= n_zones:
            raise ValueError(f"zone {quoted(left.strip())}")
        row.append((zone, demand))
    return row


def _zone(text: str, n_zones: int) -> int:
    text = text.strip()
    zone = int(text) if len(text) <= 12 and text.isascii() and text.isdigit() else 0
    if not 1 <= zone <= n_zones:
        raise ValueError(f"zone {quoted(text)}")
    return zone


def check_once(cell: npt.NDArray[np.int64], n_zones: int, numbers: list[int], complaints: Complaints) -> None:
    """Refuse pairs that are given twice; nobody knows which demand holds."""
    order = np.argsort(cell, kind="stable")
    for index in order[1:][cell[order[1:]] == cell[order[:-1]]]:
        got = f"{cell[index] // n_zones + 1} to {cell[index] % n_zones + 1} again"
        complaints.add("pair given twice", numbers[index], got=got, allowed="once", repair="add the demands up")


def check_total(metadata: Metadata, demand: Floats, complaints: Complaints) -> None:
    """Compare the sum with the announced total, where there is one, to the digits that it shows."""
    if "TOTAL OD FLOW" not in metadata:
        return
    text, number = metadata["TOTAL OD FLOW"]
    try:
        total = _number(text)
    except ValueError:
        total = math.nan
    if not 0 <= total < math.inf:
        complaints.add("<TOTAL OD FLOW> cannot be used", number, got=quoted(text), allowed="a number from 0")
        return
    found = math.fsum(demand.tolist())
    exponent = Decimal(text).as_tuple().exponent
    shown = 0.5 * 10.0 ** min(exponent, 0) if isinstance(exponent, int) else 0.0
    if abs(found - total) > max(shown, TOTAL_TOLERANCE * total):
        complaints.add(
            "<TOTAL OD FLOW> does not match",
            number,
            got=f"{text} announced, {found:.6g} found",
            allowed="the sum of all demands",
            repair="complete the file or correct the total",
        )

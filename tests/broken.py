"""Every way to break a drawn data folder: the tests of the data and of the command share them."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

DRAWING = "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD"


@dataclass(frozen=True)
class Break:
    """What is done to a folder, where the message must point, and words that it must hold."""

    do: Callable[[Path], object]
    where: tuple[str, ...]
    words: tuple[str, ...] = ()


def cell(table: str, key: str, column: str, text: str) -> Callable[[Path], None]:
    """Put a text into a cell; `key` is the id, or subject.attribute of a fact."""

    def do(folder: Path) -> None:
        path = folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        (row,) = (r for r in rows if key in (r.get("id"), f"{r.get('subject')}.{r.get('attribute')}"))
        row[column] = text
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(row), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return do


def line(table: str, number: int, change: Callable[[str], str]) -> Callable[[Path], None]:
    """Change a line of a table; line 1 is the header."""

    def do(folder: Path) -> None:
        path = folder / f"{table}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines[number - 1] = change(lines[number - 1])
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return do


def raw(table: str, content: bytes) -> Callable[[Path], object]:
    """Replace a table by bytes."""
    return lambda folder: (folder / f"{table}.csv").write_bytes(content)


def fact(key: str, column: str, text: str) -> Callable[[Path], None]:
    """Put a text into a cell of a fact."""
    return cell("facts", key, column, text)


def derived(recipe: str) -> Callable[[Path], None]:
    """Make the hours of the border (8) a derived fact."""

    def do(folder: Path) -> None:
        fact("border.border_h", "method", "derived")(folder)
        fact("border.border_h", "recipe", recipe)(folder)

    return do


BREAKS: Mapping[str, Break] = {
    "missing table": Break(lambda f: (f / "links.csv").unlink(), ("links.csv",), ("cannot be read",)),
    "missing facts": Break(lambda f: (f / "facts.csv").unlink(), ("facts.csv",), ("cannot be read",)),
    "folder in the place of a table": Break(
        lambda f: ((f / "rules.csv").unlink(), (f / "rules.csv").mkdir()), ("rules.csv",)
    ),
    "table of a gigabyte": Break(
        lambda f: os.truncate(f / "places.csv", 2**30), ("places.csv",), ("1,074 MB", "64 MiB")
    ),
    "empty file": Break(raw("places", b""), ("places.csv",), ("file is empty",)),
    "too many cells": Break(
        line("places", 3, lambda x: x + ",more"), ("places.csv, row 3",), ("more cells than the header", "got 11")
    ),
    "too few cells": Break(
        line("places", 3, lambda _: "KZBBB,Bbb"),
        ("places.csv, row 3",),
        ("fewer cells than the header", "got 2 cells"),
    ),
    "last cell missing": Break(
        line("places", 3, lambda x: x.removesuffix(",")), ("places.csv, row 3",), ("fewer cells than the header",)
    ),
    "open quote": Break(line("places", 3, lambda x: '"' + x), ("places.csv, row 3",), ("not CSV",)),
    "text after a quote": Break(
        line("places", 3, lambda x: x.replace("Kzbbb", '"Kz"bbb')), ("places.csv, row 3",), ("not CSV",)
    ),
    "not UTF-8": Break(
        lambda f: (f / "places.csv").write_bytes((f / "places.csv").read_bytes().replace(b"Kzbbb", b"Kz\xe9")),
        ("places.csv", "row 3"),
        ("0xe9", "UTF-8"),
    ),
    "NUL bytes": Break(line("places", 3, lambda x: x + "\0"), ("places.csv",), ("NUL",)),
    "unknown column": Break(
        line("places", 1, lambda x: x.replace("lat", "latitude")),
        ("places.csv", "header"),
        ("missing lat", "unknown latitude"),
    ),
    "column twice": Break(
        line("places", 1, lambda x: x.replace("lon,lat", "lon,lon")), ("places.csv", "header"), ("missing lat",)
    ),
    "wrong type": Break(cell("places", "KZBBB", "lon", "east"), ("places.csv", "row 3", "lon"), ("'east'",)),
    "not a number": Break(cell("places", "KZBBB", "lat", "NaN"), ("places.csv", "row 3", "lat"), ("'NaN'",)),
    "infinite": Break(cell("places", "KZBBB", "lat", "inf"), ("places.csv", "row 3", "lat"), ("'inf'",)),
    "fraction of a gauge": Break(
        cell("links", "rail-KZAAA-KZBBB", "tracks", "1.5"), ("links.csv", "row 2", "tracks"), ("'1.5'", "integer")
    ),
    "off the globe": Break(cell("places", "KZBBB", "lat", "91"), ("places.csv", "row 3", "lat"), ("-90 to 90",)),
    "unknown mode": Break(
        cell("links", "rail-KZAAA-KZBBB", "mode", "airship"), ("links.csv", "row 2", "mode"), ("'airship'", "ferry")
    ),
    "unknown gauge": Break(
        cell("links", "rail-KZAAA-KZBBB", "gauge_mm", "1521"), ("links.csv", "row 2", "gauge_mm"), ("1520",)
    ),
    "wrong form": Break(cell("places", "KZBBB", "country", "Kazakhstan"), ("places.csv", "row 3", "country")),
    "way-point of two points": Break(
        cell("links", "rail-KZAAA-KZBBB", "via", "1.2.3 4"), ("links.csv, row 2", "via"), ("'1.2.3 4'",)
    ),
    "way-point without latitude": Break(
        cell("links", "rail-KZAAA-KZBBB", "via", "12;13 4"), ("links.csv, row 2", "via"), ("'12;13 4'",)
    ),
    "service of nothing": Break(
        cell("services", "svc-ferry-KZBBB-AZCCC", "link_id", ""),
        ("services.csv, row 2", "link_id"),
        ("neither link_id nor place_id",),
    ),
    "service of link and port": Break(
        cell("services", "svc-ferry-KZBBB-AZCCC", "place_id", "KZBBB"),
        ("services.csv, row 2", "place_id"),
        ("both link_id and place_id",),
    ),
    "empty cell": Break(cell("places", "KZBBB", "name", ""), ("places.csv", "row 3", "name"), ("empty",)),
    "duplicate id": Break(
        line("places", 3, lambda x: x.replace("KZBBB", "KZAAA")), ("places.csv", "row 3", "id"), ("'KZAAA'",)
    ),
    "id of another table": Break(cell("commodities", "grain", "id", "way"), (".csv",), ("'way'", "two tables")),
    "dangling place": Break(
        cell("links", "rail-KZAAA-KZBBB", "to_id", "KZXXX"), ("links.csv", "row 2", "to_id"), ("'KZXXX'", "places")
    ),
    "dangling source": Break(
        cell("places", "KZBBB", "source_id", "hearsay"), ("places.csv", "row 3", "source_id"), ("sources.csv",)
    ),
    "dangling class": Break(
        cell("terminals", "trm-KZBBB", "class_id", "none"), ("terminals.csv", "row 3", "class_id"), ("'none'",)
    ),
    "class below itself": Break(cell("classes", "way", "parent_id", "rail"), ("classes.csv",), ("itself",)),
    "fact of nothing": Break(
        fact("border.border_h", "subject", "frontier"), ("facts.csv", "subject"), ("'frontier'",)
    ),
    "fact of an unknown quantity": Break(
        fact("border.border_h", "attribute", "border_d"), ("facts.csv", "attribute"), ("'border_d'",)
    ),
    "negative time": Break(fact("border.border_h", "value", "-8"), ("facts.csv, row",), ("-8", "0 to 2000 h")),
    "time not a number": Break(fact("border.border_h", "value", "nan"), ("facts.csv", "value"), ("'nan'",)),
    "infinite time": Break(fact("border.border_h", "high", "1e999"), ("facts.csv", "high"), ("1e999",)),
    "interval beside the value": Break(fact("border.border_h", "low", "9"), ("facts.csv, row",), ("9 … 8",)),
    "high end above the range": Break(
        fact("border.border_h", "high", "1e9"), ("facts.csv, row", "high"), ("high out of range", "0 to 2000 h")
    ),
    "series of another state": Break(
        fact("US.deflator_index", "subject", "KZ"), ("facts.csv, row", "subject"), ("got KZ", "allowed: US")
    ),
    "series without a year": Break(
        fact("US.deflator_index", "value_year", ""), ("facts.csv, row", "value_year"), ("the year of the number",)
    ),
    "wrong unit": Break(fact("border.border_h", "unit", "day"), ("facts.csv, row",), ("got day", "allowed: h")),
    "fact of another table": Break(fact("border.border_h", "subject", "KZ"), ("facts.csv, row",), ("borders",)),
    "money without a year": Break(
        fact("border.border_usd_per_t", "price_year", ""), ("facts.csv, row",), ("price_year",)
    ),
    "year without money": Break(
        fact("border.border_h", "price_year", "2025"), ("facts.csv, row",), ("price_year",)
    ),
    "no deflator": Break(fact("border.border_usd_per_t", "price_year", "2011"), ("facts",), ("2011", "deflator")),
    "recipe of a reported fact": Break(
        fact("border.border_h", "recipe", "calc: 4+4"),
        ("facts.csv, row",),
        ("got method reported with recipe 'calc: 4+4'",),
    ),
    "derived without a recipe": Break(
        fact("border.border_h", "method", "derived"), ("facts.csv, row",), ("got method derived", "great_circle*F")
    ),
    "unknown recipe": Break(
        derived("nonsense"), ("facts.csv, row", "recipe"), ("got 'nonsense'", "calc: arithmetic")
    ),
    "recipe with a factor of two points": Break(
        derived("great_circle*1.2.3"), ("facts.csv, row",), ("unknown recipe",)
    ),
    "recipe of another value": Break(
        derived("calc: 3*3"), ("facts.csv, row",), ("got 'calc: 3*3' = 9", "8 within 1 %")
    ),
    "recipe that runs code": Break(derived("calc: open('x')"), ("facts.csv, row",), ("no arithmetic",)),
    "recipe without a value": Break(derived("calc: 1e400-1e400"), ("facts.csv, row",), ("finite value",)),
    "recipe of the complex plane": Break(derived("calc: (-8)**0.5"), ("facts.csv, row",), ("finite value",)),
    "recipe without an end": Break(derived("calc: " + "-" * 5000 + "8"), ("facts.csv, row",), ("at most 200",)),
}
"""By name: the folder is drawn from DRAWING."""

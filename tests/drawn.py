"""Draw a small world in the test: one line of text becomes a complete, valid data folder.

    draw(tmp_path, "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC -rail1520:200- GEDDD")

A place is five to seven capitals that begin with its country; a link is `-mode[gauge][:km]-`, open and both
ways. Places lie on the equator, so that every link is a little longer than the great circle between its ends.
What the links imply is added: a terminal `trm-PLACE` where modes meet, a gauge change `gau-PLACE` where gauges
meet, a crossing `bcp-LINK-FROM-TO` for each direction over a land border, a sailing `svc-LINK` for each ferry and
a boarding `svc-PLACE` for each port of ocean ships. Every object has the class of its kind; FACTS are theirs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from caspia.data import attributes, table_schemas
from caspia.study import Settings, Study

Number = float | tuple[float, float, float]
Row = dict[str, object]
Tables = dict[str, dict[str, Row]]
Edits = Mapping[str, Mapping[str, Mapping[str, object] | None]]

KM_PER_DEGREE = 111.2
SLACK = 1.05
"""Length of a drawn link over the great circle between its ends."""
FORMS = "container;dry_bulk;break_bulk;liquid"
WATERS = {"ferry": "caspian-sea", "deep_sea": "indian-ocean"}
COMMODITIES = {"containers": ("container", "FEU"), "grain": ("dry_bulk", "t"), "oil": ("liquid", "t")}

FACTS: dict[str, Number] = {
    "way.speed_kmh": 50,
    "way.speed_bulk_kmh": 40,
    "way.tariff_usd_per_teu_km": 0.5,
    "way.tariff_usd_per_t_km": 0.04,
    "way.emission_g_per_t_km": 20,
    "way.loading_h": 10,
    "way.loading_usd_per_teu": 60,
    "way.loading_usd_per_t": 4,
    "ferry.speed_kmh": 25,
    "deep_sea.speed_kmh": 30,
    "terminal.handling_h": 12,
    "terminal.handling_usd_per_teu": 80,
    "terminal.handling_usd_per_t": 5,
    "terminal.handling_kg_co2e_per_t": 1,
    "border.border_h": 8,
    "border.border_usd_per_teu": 30,
    "border.border_usd_per_t": 2,
    "service.departures_per_week": 7,
    "US.deflator_index@2025": 100,
} | {
    f"{goods}.{attribute}": value
    for goods in COMMODITIES
    for attribute, value in {
        "cargo_t_per_teu": 10,
        "value_usd_per_t": 3000,
        "value_of_time_usd_per_t_h": 0.5,
        "reliability_ratio": 1,
        "insurance_pct": 0.5,
    }.items()
}


@dataclass
class _Drawing:
    """Tables as they grow, by id of the row."""

    tables: Tables = field(default_factory=dict)
    lengths: dict[str, Number] = field(default_factory=dict)
    sides: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def add(self, table: str, key: str, **cells: object) -> None:
        self.tables.setdefault(table, {})[key] = {"id": key} | cells

    def place(self, key: str, lon: float) -> float:
        """Put a place on the equator, unless it has been drawn; its longitude."""
        if key not in self.tables.setdefault("places", {}):
            self.add("places", key, name=key.title(), country=key[:2], lon=round(lon, 6), lat=0, kind="station")
        return float(str(self.tables["places"][key]["lon"]))

    def link(self, start: str, mode: str, gauge: str, end: str, km: float) -> None:
        key = f"{mode}-{start}-{end}"
        states = list(dict.fromkeys([start[:2], end[:2]])) if mode in ("rail", "road") else []
        cells = {"mode": mode, "gauge_mm": gauge, "countries": ";".join(states), "waters": WATERS.get(mode, "")}
        self.add("links", key, from_id=start, to_id=end, status="open", class_id=mode, **cells)
        self.lengths[f"{key}.length_km"] = km
        if mode == "ferry":
            self.add("services", f"svc-{key}", mode=mode, link_id=key, class_id="service", status="open")
        for place in (start, end):
            self.sides.setdefault(place, set()).add((mode, gauge))
            if mode == "deep_sea":
                port = {"mode": mode, "place_id": place, "class_id": "service", "status": "open"}
                self.add("services", f"svc-{place}", **port)
        for one, other in [states, states[::-1]] if len(states) == 2 else []:
            crossing = {"from_country": one, "to_country": other, "class_id": "border", "status": "open"}
            self.add("borders", f"bcp-{key}-{one}-{other}", link_id=key, mode=mode, **crossing)

    def joins(self) -> None:
        """Terminals where modes meet and gauge changes where gauges meet."""
        for place, sides in sorted(self.sides.items()):
            ends = sorted(sides)
            for number, ((mode, gauge), (other, other_gauge)) in enumerate(pairwise(ends)):
                cells = {"from_mode": mode, "to_mode": other, "class_id": "terminal", "place_id": place}
                prefix = "gau" if mode == other else "trm"
                if mode == other:
                    cells |= {"from_gauge_mm": gauge, "to_gauge_mm": other_gauge}
                kind = "gauge_change" if mode == other else "port"
                self.add("terminals", f"{prefix}-{place}" + (f"-{number}" if number else ""), kind=kind, **cells)


def draw(
    folder: Path, drawing: str, facts: Mapping[str, Number | None] | None = None, edits: Edits | None = None
) -> Path:
    """Write a data folder from a drawing.

    `facts` are added to FACTS or replace them, by `subject.attribute` or `subject.attribute@price_year`, as a
    value or as (low, value, high); None takes one away. `edits` change, add or (None) remove rows, by table and
    id.
    """
    made = _read(drawing)
    for table, rows in (edits or {}).items():
        for key, cells in rows.items():
            old = made.tables.setdefault(table, {}).pop(key, {"id": key})
            if cells is not None:
                made.tables[table][key] = old | dict(cells)
    drawn = {key for rows in made.tables.values() for key in rows}
    stated = {key: km for key, km in (FACTS | made.lengths).items() if key.partition(".")[0] in drawn}
    kept = {key: value for key, value in (stated | dict(facts or {})).items() if value is not None}
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in table_schemas().items():
        if not schema.is_facts:
            _write(folder / schema.path, schema.columns, list(made.tables.get(name, {}).values()))
    columns = next(schema.columns for schema in table_schemas().values() if schema.is_facts)
    _write(folder / "facts.csv", columns, [_fact(key, value) for key, value in kept.items()])
    return folder


def open_drawn(
    folder: Path,
    drawing: str,
    facts: Mapping[str, Number | None] | None = None,
    edits: Edits | None = None,
    settings: Settings | None = None,
) -> Study:
    """Open a study on a drawing."""
    return Study.open(str(draw(folder, drawing, facts, edits)), settings)


def _read(drawing: str) -> _Drawing:
    made = _Drawing()
    made.add("sources", "drawn", title="Drawn in the test", publisher="Test", licence="none")
    for line in filter(None, map(str.strip, drawing.splitlines())):
        first, *rest = re.split(r"\s+-([a-z_]+?)(\d{4})?(?::([\d.]+))?-\s+", line)
        start, lon = first, made.place(first, 50.0)
        for mode, gauge, km, end in zip(*(rest[part::4] for part in range(4)), strict=True):
            length = float(km or 100)
            lon = made.place(end, lon + length / KM_PER_DEGREE / SLACK)
            made.link(start, mode, gauge or "", end, length)
            start = end
    made.joins()
    for code in {str(row["country"]) for row in made.tables["places"].values()} | {"US"}:
        made.add("countries", code, name=f"Land {code}")
    made.add("classes", "way", applies_to="links", name="Any way", forms=FORMS)
    for mode in sorted({str(row["mode"]) for row in made.tables.get("links", {}).values()}):
        made.add("classes", mode, parent_id="way", applies_to="links", name=mode)
    for kind in ("terminal", "border", "service"):
        made.add("classes", kind, applies_to=f"{kind}s", name=kind, forms=FORMS)
    for key, (form, unit) in COMMODITIES.items():
        made.add("commodities", key, name=key.title(), form=form, unit=unit)
    return made


def _fact(key: str, value: Number) -> Row:
    name, _, year = key.partition("@")
    subject, _, attribute = name.rpartition(".")
    low, mode, high = value if isinstance(value, tuple) else (value, value, value)
    known = attributes().get(attribute)
    price_year = (year or "2025") if known and known.is_money else ""
    return {
        "subject": subject,
        "attribute": attribute,
        "value": mode,
        "unit": known.unit if known else "1",
        "low": low,
        "high": high,
        "value_year": year or "2025",
        "price_year": price_year,
        "method": "reported",
        "rank": 1,
    }


def _write(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    implied = {"source_id": "drawn"}
    with path.open("w", encoding="utf-8", newline="") as handle:
        # Cells that a table has no column for, such as the name of a rule, are left out.
        table = csv.DictWriter(handle, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows({"name": row.get("id", "")} | implied | row for row in rows)

"""The tables of flows and their columns: which are values, and which of these have an interval."""

from __future__ import annotations

from collections.abc import Mapping

from caspia.study.flow_changes import EARNED_CHANGES, SPLIT_CHANGES
from caspia.study.flow_intervals import with_intervals

ALL = "All"
"""Segment of a corridor's whole."""
SPLIT = ["flow_t", "flow_teu", "value_usd"]
SHARES = ["share", "share_teu", "share_value"]
EARNED = ["transit_t", "transit_teu", "transit_revenue_usd"]
POINTS: Mapping[str, tuple[str, ...]] = {
    "flow_runs": (
        "scenario",
        "title",
        "year",
        "against",
        "status",
        "reason",
        "demand_t",
        "unserved_t",
        "flow_t",
        "land_t",
        "change_t",
        "change_unserved_t",
        "relative_gap",
        "iterations",
        "draws",
        "failed_draws",
        "interval_note",
    ),
    "flow_corridors": (
        "scenario",
        "year",
        "segment",
        "corridor",
        *SPLIT,
        *SHARES,
        "share_land",
        "change_t",
        "change_teu",
        "change_value_usd",
    ),
    "flow_countries": (
        "scenario",
        "year",
        "country",
        "name",
        *EARNED,
        "change_t",
        "change_teu",
        "change_revenue_usd",
    ),
    "flow_links": (
        *("scenario", "year", "link_id", "corridor", "reverse"),
        *("flow_t", "flow_teu", "change_t", "change_teu", "link_change_t"),
    ),
    "flow_servers": (
        "scenario",
        "year",
        "id",
        "kind",
        "name",
        "unit",
        "flow",
        "capacity",
        "ratio",
        "delay_h",
        "price_usd",
        "t_per_unit",
        "place_id",
        "link_id",
    ),
    "flow_bottlenecks": (
        "scenario",
        "year",
        "id",
        "kind",
        "name",
        "unit",
        "flow",
        "capacity",
        "ratio",
        "delay_h",
        "price_usd",
        "t_per_unit",
        "shadow_value_usd",
        "shadow_value_usd_per_t",
        "place_id",
        "link_id",
    ),
    "flow_moved": ("scenario", "year", "segment", "commodity_id", "from_corridor", "to_corridor", "moved_t"),
    "flow_shifts": ("scenario", "year", "from_corridor", "to_corridor", "moved_t"),
    "flow_counts": (
        "count_id",
        "name",
        "kind",
        "use",
        "role",
        "year",
        "unit",
        "observed",
        "low",
        "high",
        "modelled",
        "misfit",
        "factor",
        "geh",
        "source_id",
        "note",
    ),
    "reconciliation": (
        "control_id",
        "name",
        "year",
        "unit",
        "published",
        "low",
        "high",
        "modelled",
        "misfit",
        "holds",
        "source_id",
        "note",
    ),
    "unserved": (
        "scenario",
        "year",
        "demand_id",
        "commodity_id",
        "origin_zone",
        "destination_zone",
        "unserved_t",
    ),
}
"""Tables of flows and their columns of values."""
RANGED: Mapping[str, tuple[str, ...]] = {
    "flow_runs": ("demand_t", "unserved_t", "flow_t", "land_t", "change_t", "change_unserved_t"),
    "flow_corridors": (*SPLIT, *SHARES, "share_land", *SPLIT_CHANGES.values()),
    "flow_countries": (*EARNED, *EARNED_CHANGES.values()),
    "flow_links": ("flow_t", "flow_teu", "change_t", "change_teu", "link_change_t"),
    "flow_servers": ("flow", "ratio", "delay_h", "price_usd"),
    "flow_bottlenecks": (
        "flow",
        "ratio",
        "delay_h",
        "price_usd",
        "shadow_value_usd",
        "shadow_value_usd_per_t",
    ),
    "flow_moved": ("moved_t",),
    "flow_shifts": ("moved_t",),
    "flow_counts": ("modelled",),
    "unserved": ("unserved_t",),
}
"""Columns that have an interval."""
LEFT_OUT = (*RANGED["flow_runs"], "relative_gap", "iterations")
"""What a run without an equilibrium does not have."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: with_intervals(columns, RANGED.get(name, ())) for name, columns in POINTS.items()
}
"""Tables of flows and their columns."""

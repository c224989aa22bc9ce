"""A drawn world with events: a closed line, a port that storms shut, a slow border, a bar on grain."""

from __future__ import annotations

from flow_world import DOUBT, EDITS, FACTS


def event(name: str, action: str, table: str, selectors: str, **cells: str) -> dict[str, str]:
    """A row of the table events."""
    row = {"name": name, "kind": "accident", "action": action, "table": table, "selectors": selectors}
    return row | cells


EVENTS = {
    "evt-blocked": event("Line blocked", "close", "links", "id=rail-AZCCC-GEDDD"),
    "evt-grain": event("No grain over the ferry", "close", "links", "id=ferry-KZBBB-AZCCC", commodity_ids="grain"),
    "evt-russia": event("Russia closed", "close", "countries", "id=RU", kind="war"),
    "evt-withheld": event("Russia sells nothing", "withhold", "countries", "id=RU", supply="origin:RU"),
    "evt-slow": event("Slow border", "slow", "borders", "country=RU", kind="policy", months="1;2;3"),
}
RISK_EDITS = EDITS | {
    "events": EVENTS,
    "waters": {"caspian-sea": {"name": "Caspian"}},
    "consignments": {
        "cns-one": {"origin_id": "KZAAA", "destination_id": "GEDDD", "commodity_id": "containers", "name": "A box"}
    },
}
RISK_FACTS = (
    FACTS
    | DOUBT
    | {
        "evt-blocked.events_per_year": (1, 2, 4),
        "evt-blocked.event_days": (1, 5, 40),
        "evt-blocked.event_loss_share": (0.3, 0.6, 1),
        "evt-grain.events_per_year": (0.5, 1, 2),
        "evt-grain.event_days": (20, 40, 60),
        "evt-russia.events_per_year": (0.2, 0.5, 1),
        "evt-russia.event_days": (30, 60, 200),
        "evt-withheld.events_per_year": 1,
        "evt-withheld.event_days": 300,
        "evt-slow.events_per_year": (0.5, 1, 2),
        "evt-slow.event_days": (10, 20, 50),
        "evt-slow.event_delay_h": (10, 24, 72),
        "caspian-sea.level_m@2025": -29,
        "caspian-sea.level_fall_m_per_year": (0.1, 0.2, 0.3),
        "flt-two.capacity_loss_per_m": 0.1,
        "KZBBB.closure_share_m01": (0.1, 0.3, 0.6),
        "KZBBB.closure_share_m02": (0.0, 0.2, 0.4),
        "KZBBB.closure_spell_h": 48,
    }
)

"""A drawn world with a game: goods go from Kazakhstan to Georgia, by Azerbaijan or by Russia."""

from __future__ import annotations

from plan_world import DRAWING, PLAN_EDITS, PLAN_FACTS

__all__ = ["DRAWING", "GAME_EDITS", "GAME_FACTS"]


def _actor(name: str, countries: str, turn: int, default: str = "yes") -> dict[str, str]:
    return {"name": name, "countries": countries, "turn": str(turn), "is_default": default}


def _move(actor: str, name: str, kind: str, now: str = "no") -> dict[str, str]:
    return {"actor_id": actor, "name": name, "kind": kind, "is_status_quo": now}


def _measure(move: str, action: str, table: str, selectors: str, **cells: str) -> dict[str, str]:
    return {"move_id": move, "action": action, "table": table, "selectors": selectors} | cells


def _stake(move: str, kind: str, payer: str, receiver: str, conditions: str = "") -> dict[str, str]:
    return {"move_id": move, "kind": kind, "payer_id": payer, "receiver_id": receiver, "conditions": conditions}


MOVES = {
    "mov-kz-balance": _move("KZ", "Balance", "balance", "yes"),
    "mov-kz-commit": _move("KZ", "Commit", "commit"),
    "mov-az-hold": _move("AZ", "Hold", "hold", "yes"),
    "mov-az-ships": _move("AZ", "More ships", "build"),
    "mov-az-toll": _move("AZ", "Dearer rails", "toll"),
    "mov-ru-hold": _move("RU", "Hold", "hold", "yes"),
    "mov-ru-discount": _move("RU", "Cheaper rails", "discount"),
    "mov-ru-ban": _move("RU", "Transit ban", "ban"),
    "mov-ge-hold": _move("GE", "Hold", "hold", "yes"),
    "mov-ge-gift": _move("GE", "Pay for rails of Azerbaijan", "subsidy"),
}
RAIL = "tariff_usd_per_teu_km;tariff_usd_per_t_km"
GAME_EDITS = PLAN_EDITS | {
    "actors": {
        "KZ": _actor("Kazakhstan", "KZ", 1),
        "AZ": _actor("Azerbaijan", "AZ", 2),
        "RU": _actor("Russia", "RU", 3),
        "GE": _actor("Georgia", "GE", 4, "no"),
    },
    "moves": MOVES,
    "measures": {
        "msr-az-ships-1": _measure(
            "mov-az-ships", "open", "projects", "id=prj-ships", conditions="KZ=mov-kz-commit"
        ),
        "msr-az-toll-1": _measure(
            "mov-az-toll", "scale", "links", "id=rail-AZCCC-GEDDD", attributes=RAIL, transit_of="AZ"
        ),
        "msr-ru-discount-1": _measure("mov-ru-discount", "scale", "links", "country=RU", attributes=RAIL),
        "msr-ru-ban-1": _measure("mov-ru-ban", "ban", "countries", "id=RU", goods="grain"),
        "msr-ge-gift-1": _measure(
            "mov-ge-gift", "scale", "links", "id=rail-AZCCC-GEDDD", attributes=RAIL, payer_id="GE"
        ),
    },
    "stakes": {
        "stk-fine": _stake("mov-ru-ban", "money", "RU", "KZ"),
        "stk-lean": _stake("mov-kz-commit", "influence", "RU", "", "AZ=mov-az-ships"),
    },
    "preferences": {
        f"prf-{actor.lower()}-{name}": {"actor_id": actor, "component": name}
        for actor, names in {
            "KZ": ("transit", "trade", "exports", "diversification"),
            "AZ": ("transit", "trade"),
            "RU": ("transit", "trade", "influence"),
            "GE": ("transit", "trade", "security"),
        }.items()
        for name in names
    },
}
GAME_FACTS = PLAN_FACTS | {
    "msr-az-toll-1.factor": 1.5,
    "msr-ru-discount-1.factor": 0.7,
    "msr-ge-gift-1.factor": 0.5,
    "stk-fine.stake_usd_per_year": (1e5, 3e5, 9e5),
    "stk-lean.influence_points": (1, 5, 10),
    "mov-az-ships.burden_share": (0.3, 0.5, 0.8),
}
for _key in GAME_EDITS["preferences"]:
    if _key.endswith(("transit", "trade", "exports")):
        GAME_FACTS[f"{_key}.preference_weight"] = (0.2, 0.4, 0.8)
    else:
        GAME_FACTS[f"{_key}.point_value_usd_per_year"] = (1e4, 5e4, 2e5)

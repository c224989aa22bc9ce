"""Tables of a plan, of its finance and of its roll-out, drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

BILLIONS = (1.0, 2.0, 3.0, 3.7, 5.0, 7.0, 10.0, 14.0, 20.0, 25.0, 30.0)
_WORKS = (
    ("prj-single-tariff", "Single through tariff", "organisation", "KZ;AZ;GE", "agreed", 2026, 2027, 12e6, 600e6),
    ("prj-ecim", "Electronic CIM/SMGS note", "digital", "KZ;AZ;GE", "agreed", 2026, 2028, 25e6, 510e6),
    (
        "prj-timetable",
        "Feeder timetable and berth windows",
        "organisation",
        "KZ;AZ",
        "study",
        2026,
        2027,
        9e6,
        110e6,
    ),
    ("prj-dredging", "Aktau dredging, all phases", "dredging", "KZ", "construction", 2026, 2029, 120e6, 900e6),
    ("prj-ferries", "Six ferries Kuryk-Alat", "vessels", "KZ;AZ", "agreed", 2027, 2030, 310e6, 1.4e9),
    ("prj-alat-2", "Port of Baku at Alat, phase 2", "port", "AZ", "study", 2027, 2031, 680e6, 1.1e9),
    ("prj-aktau-hub", "Aktau container hub", "hub", "KZ", "construction", 2028, 2031, 280e6, 430e6),
    (
        "prj-beyneu",
        "Beyneu-Mangystau railway renewed, with sidings",
        "rail",
        "KZ",
        "agreed",
        2028,
        2033,
        1.3e9,
        1.5e9,
    ),
    (
        "prj-borders",
        "Rail joints of Kazakhstan and Uzbekistan",
        "border",
        "KZ;UZ",
        "agreed",
        2029,
        2032,
        60e6,
        90e6,
    ),
    ("prj-pipe", "Trans-Caspian pipe of methanol", "pipeline", "TM;AZ", "idea", 2030, 2036, 400e6, 405e6),
)
COLUMNS = (
    "project",
    "name",
    "kind",
    "countries",
    "status",
    "start_year",
    "opening_year",
    "cost_usd",
    "benefit_usd",
)


def portfolio():
    frame = pd.DataFrame(_WORKS, columns=list(COLUMNS)).assign(corridor="Caspian")
    frame["benefit_per_usd"] = frame["benefit_usd"] / frame["cost_usd"]
    return frame.assign(pays_yen_usd=0.6 * frame["cost_usd"], pays_private_usd=0.4 * frame["cost_usd"])


def unfunded(hostile):
    rows = [
        ("prj-tripp", "Railway over Meghri (TRIPP)", "rail", 2.9e9, 1.1e9, "money goes further elsewhere"),
        ("prj-new-port", hostile, "port", 1.4e9, -3e6, "would add nothing"),
        ("prj-old", "Old ferry", "vessels", 5e7, float("nan"), "excluded by prj-ferries, prj-alat-2"),
    ]
    columns = ["project", "name", "kind", "cost_usd", "benefit_usd", "reason"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(benefit_per_usd=frame["benefit_usd"] / frame["cost_usd"])


def coming():
    rows = [
        ("a", "Moyynty-Kyzylzhar railway", 2027),
        ("b", "Darbaza-Maktaaral railway", 2027),
        ("c", "Anaklia", 2030),
    ]
    return pd.DataFrame(rows, columns=["project", "name", "opening_year"]).assign(corridor="Caspian")


def budgets():
    rows, before = [], (0.0, 0.0)
    for billions in BILLIONS:
        value = 1.7e10 * (1.0 - 2.0 ** (-billions / 4.0)) if billions < 20 else 1.65e10
        money = billions * 1e9
        rows.append(
            {
                "budget_usd": money,
                "spent_usd": min(0.97 * money, 19e9),
                "value": value,
                "bound": 1.02 * value,
                "gap": 0.0196,
                "projects": int(4 + billions),
                "marginal_value_per_usd": (value - before[1]) / (money - before[0]),
                "portfolio": "prj-ferries",
            }
        )
        before = money, value
    return pd.DataFrame(rows)


def summary():
    return {
        "budget_usd": 3.7e9,
        "spent_usd": float(portfolio()["cost_usd"].sum()),
        "objective": "benefit",
        "unit": "USD",
        "value": 7.2e9,
        "value_low": 3.9e9,
        "value_high": 1.02e10,
        "value_at_risk": 2.6e9,
        "bound": 7.45e9,
        "gap": 0.0336,
        "greedy_value": 6.9e9,
        "valued": 512,
        "discount_pct": 5.0,
        "years": [2026, 2027, 2028, 2029, 2030],
    }


def averse():
    return {
        "value": 7.0e9,
        "value_at_risk": 2.9e9,
        "portfolio": ["prj-ferries"],
        "added": ["prj-tripp"],
        "dropped": ["prj-beyneu", "prj-alat-2"],
    }


@dataclass(frozen=True)
class PlanAnswer:
    """What `caspia plan` hands to the view."""

    summary: dict
    portfolio: pd.DataFrame
    unfunded: pd.DataFrame
    coming: pd.DataFrame = field(default_factory=coming)
    averse: dict | None = field(default_factory=averse)
    budgets: pd.DataFrame | None = field(default_factory=budgets)


def plan_answer(hostile):
    return PlanAnswer(summary(), portfolio(), unfunded(hostile))


def empty_plan(hostile):
    """A budget below the cheapest project."""
    whole = pd.concat([portfolio().assign(reason="money goes further elsewhere"), unfunded(hostile)])
    few = summary() | {"budget_usd": 1e6, "spent_usd": 0.0, "value": 0.0, "value_low": 0.0, "value_high": 0.0}
    return PlanAnswer(few | {"bound": 0.0, "gap": 0.0}, portfolio().head(0), whole, averse=None, budgets=None)

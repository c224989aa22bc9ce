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


def finance_years():
    rows = []
    for year in range(2026, 2056):
        works = 640e6 if year < 2031 else 0.0
        used = min(max(year - 2028, 0) * 60e6, 420e6)
        service = 190e6 if 2031 <= year < 2050 else 20e6 if year < 2031 else 0.0
        rows.append(
            {
                "year": year,
                "construction_usd": works,
                "drawn_usd": 0.6 * works,
                "revenue_usd": used,
                "operation_usd": 0.45 * used,
                "debt_service_usd": service,
                "dscr": 0.55 * used / service if service and year >= 2031 else float("nan"),
                "cash_usd": 0.55 * used - service - 0.4 * works,
                "benefit_usd": 2.0 * used,
            }
        )
    return pd.DataFrame(rows)


def finance_projects():
    frame = portfolio()[["project", "name", "kind", "countries", "start_year", "opening_year", "cost_usd"]]
    return frame.assign(
        loan_usd=0.6 * frame["cost_usd"],
        revenue_usd=0.09 * frame["cost_usd"],
        user_benefit_usd=0.2 * frame["cost_usd"],
        npv_usd=-0.1 * frame["cost_usd"],
        irr=[0.08, None, *[0.041] * 8],
        economic_npv_usd=frame["cost_usd"],
        eirr=0.14,
        dscr_min=[None, *[0.92] * 9],
        dscr_min_year=[None, *[2033] * 9],
        dscr_mean=1.4,
        payback_years=17.0,
    )


def loans():
    rows = [
        ("prj-ferries", "Japan International Cooperation Agency", "JPY", 186e6, 1.9, 30.0, 10.0, 38.0),
        ("prj-alat-2", "Japan International Cooperation Agency", "JPY", 400e6, 1.9, 30.0, 10.0, 38.0),
        ("prj-beyneu", "European Bank for Reconstruction and Development", "EUR", 780e6, 4.1, 15.0, 3.0, 6.0),
    ]
    columns = ["project", "lender", "currency", "amount_usd", "interest_pct", "tenor_years", "grace_years"]
    return pd.DataFrame(rows, columns=[*columns, "grant_oecd_pct"])


def incidence():
    rows = [
        ("KZ", 1.9e9, 0.0, 3.1e8, 1.4e9, 1.1e9),
        ("AZ", 1.1e9, 0.0, 1.8e8, 9e8, 2e8),
        ("CN", 0.0, 0.0, 0.0, 0.0, 1.9e9),
        ("DE", 0.0, 0.0, 0.0, 0.0, 8e8),
        ("JP", 0.0, 4.2e8, 0.0, 0.0, 1e8),
        ("RU", 0.0, 0.0, 0.0, -9e8, -5e7),
        ("other", 0.0, 7e7, 0.0, 1e8, 6e8),
    ]
    columns = ["party", "cost_usd", "given_usd", "received_usd", "revenue_usd", "user_benefit_usd"]
    frame = pd.DataFrame(rows, columns=columns)
    gains = frame["received_usd"] + frame["revenue_usd"] + frame["user_benefit_usd"]
    frame["net_usd"] = gains - frame["cost_usd"] - frame["given_usd"]
    return frame.sort_values("net_usd", ascending=False).reset_index(drop=True)


def finance_record():
    """As `caspia finance --json`."""
    return {
        "what": "portfolio",
        "npv_usd": -4.1e8,
        "irr": 0.031,
        "irr_reason": "",
        "economic_npv_usd": 4.0e9,
        "eirr": 0.124,
        "dscr_min": 0.62,
        "dscr_min_year": 2031,
        "dscr_mean": 1.21,
        "payback_years": None,
        "cost_usd": 3.2e9,
        "loan_usd": 1.37e9,
        "grant_element": {"oecd": 0.2, "imf_wb": 0.27},
        "discount_pct": 7.0,
        "social_discount_pct": 5.0,
        "exchange_case": {"npv_usd": -6.6e8, "irr": 0.018, "dscr_min": 0.41, "dscr_min_year": 2031},
        "intervals": {
            "npv_usd_p10": -9e8,
            "npv_usd_p90": 2e8,
            "economic_npv_usd_p10": 1.1e9,
            "economic_npv_usd_p90": 7.2e9,
            "irr_p10": 0.009,
            "irr_p90": 0.056,
            "eirr_p10": 0.071,
            "eirr_p90": 0.17,
            "dscr_min_p10": 0.3,
            "dscr_min_p90": 1.1,
            "without_irr": 0.05,
            "unserved": 0.84,
        },
        "years": finance_years().to_dict("records"),
        "projects": finance_projects().to_dict("records"),
        "loans": loans().to_dict("records"),
        "incidence": incidence().to_dict("records"),
    }


def rollout_years():
    rows = []
    for year in range(2025, 2041):
        grown = year - 2025
        flow, working = 4.6e6 + 0.42e6 * grown, 6.4e6 + 0.75e6 * grown
        rows.append(
            {
                "year": year,
                "announced_capacity_t": 8e6 + min(grown, 7) * 2.6e6,
                "financed_capacity_t": 7e6 + min(grown, 8) * 1.5e6,
                "capacity_t": working,
                "capacity_t_low": 0.85 * working,
                "capacity_t_high": 1.12 * working,
                "flow_t": flow,
                "flow_t_low": (1.0 - 0.015 * grown) * flow,
                "flow_t_high": (1.0 + 0.02 * grown) * flow,
                "share": 0.11 + 0.006 * grown,
                "share_low": 0.1 + 0.003 * grown,
                "share_high": 0.12 + 0.009 * grown,
                "time_h_p50": 24.0 * (26 - 0.4 * grown),
                "time_h_p50_low": 24.0 * (23 - 0.4 * grown),
                "time_h_p50_high": 24.0 * (30 - 0.4 * grown),
                "time_h_p90": 24.0 * (40 - 0.6 * grown),
                "cost_usd_per_teu": 3400.0 - 20.0 * grown,
                "fall_m": 0.19 * grown,
                "fall_m_low": 0.14 * grown,
                "fall_m_high": 0.25 * grown,
                "announced_t": 1e7 if year < 2030 else 1.1e7,
            }
        )
    return pd.DataFrame(rows)


def rollout_stages():
    rows = []
    for year in range(2025, 2041):
        sizes = {"ways to the sea": 12e6, "ports east": 7e6, "ships": 6.4e6, "ports west": 11e6, "ways onward": 9e6}
        for nth, (stage, size) in enumerate(sizes.items()):
            binds = 1.0 if (year < 2031) == (stage == "ships") and stage in ("ships", "ports east") else 0.0
            grown = (year - 2025) * (0.2 + 0.15 * nth) * 1e6
            row = {"year": year, "stage": stage, "binding": binds}
            rows.append(row | {"line": "working", "capacity_t": size + grown})
            rows.append(row | {"line": "announced", "capacity_t": 2.0 * size + grown})
    return pd.DataFrame(rows)


def rollout_targets(hostile):
    rows = [
        ("tgt-a", "Cargo on the route", "Transport minister", "t", 1e7, 2027, 5.4e6, 0.02, 2032, 2035, None, 0.2),
        ("tgt-b", "Forecast of cargo", hostile, "t", 1.1e7, 2030, 6.7e6, 0.0, 2034, None, None, 0.62),
        ("tgt-c", "Boxes on the route", "Ministry", "teu", 3e5, 2029, 1.6e5, 0.0, None, None, None, 1.0),
    ]
    columns = ["target", "name", "who", "quantity", "value", "year", "modelled", "likely"]
    columns += ["passed_year_low", "passed_year", "passed_year_high", "share_never"]
    frame = pd.DataFrame(rows, columns=columns).assign(source_id="tariffs", main=[True, False, False])
    return frame.assign(modelled_low=0.9 * frame["modelled"], modelled_high=1.2 * frame["modelled"])


def rollout_openings():
    frame = portfolio()[["project", "name", "status", "opening_year"]]
    frame = frame.assign(
        announced_year=frame["opening_year"] - [0, 1, 0, 2, 1, 3, 1, 4, 0, 6],
        opening_year_low=frame["opening_year"] - 1,
        opening_year_high=frame["opening_year"] + 3,
        stage="ships",
        stage_gain_t=4e5,
    )
    idle = {
        "project": "prj-tripp",
        "name": "Railway over Meghri (TRIPP)",
        "status": "study",
        "announced_year": 2030,
    }
    return pd.concat([frame, pd.DataFrame([idle])], ignore_index=True)


PASSED = {"year": 2036, "low": 2033, "high": None, "share_never": 0.31}


def rollout_record(hostile):
    return {
        "passed": PASSED,
        "years": rollout_years(),
        "stages": rollout_stages(),
        "targets": rollout_targets(hostile),
        "openings": rollout_openings(),
    }


def summary_table():
    """The one row of plan_summary, with the finance and the risk-averse plan in it."""
    record = finance_record()
    money = {name: record[name] for name in ("npv_usd", "irr", "economic_npv_usd", "eirr", "dscr_min", "dscr_mean")}
    ends = {
        f"{name}_{end}": record["intervals"][f"{name}_{end}"]
        for name in ("npv_usd", "economic_npv_usd", "dscr_min", "irr", "eirr")
        for end in ("p10", "p90")
    }
    bad = {f"exchange_{name}": value for name, value in record["exchange_case"].items()}
    own = {"dscr_min_year": 2031, "cost_usd": 3.2e9, "loan_usd": 1.37e9, "grant_oecd": 0.2, "grant_imf": 0.27}
    own |= {"yen_per_usd": 149.6, "unserved": 0.84}
    careful = {
        f"averse_{name}": ";".join(value) if isinstance(value, list) else value for name, value in averse().items()
    }
    plan = summary() | {"years": ";".join(map(str, summary()["years"]))}
    return pd.DataFrame([plan | money | ends | bad | own | careful])


def tables(hostile):
    """All tables of a result that the chapters on investment read."""
    return {
        "plan_summary": summary_table(),
        "plan": portfolio(),
        "plan_unfunded": unfunded(hostile),
        "plan_coming": coming(),
        "plan_budgets": budgets(),
        "plan_finance_years": finance_years(),
        "plan_incidence": incidence(),
        "plan_finance_projects": finance_projects(),
        "plan_loans": loans(),
        "rollout_years": rollout_years(),
        "rollout_stages": rollout_stages(),
        "rollout_targets": rollout_targets(hostile),
        "rollout_openings": rollout_openings(),
        "rollout_summary": pd.DataFrame([PASSED]),
    }

"""Tables that a result has where its data hold what they answer: what each is, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping

from caspia.study.workbook import by_ending

PERCENTILES = {"p10": "tenth percentile of the draws", "p90": "ninetieth percentile of the draws"}
INVESTED: dict[str, str] = {
    "plan_summary": "The plan of 3 trillion yen in a few numbers: value, bound, finance, and the risk-averse plan",
    "plan": "Funded projects in order, with cost, years and what each adds to all the others",
    "plan_unfunded": "Projects that are not funded, and why",
    "plan_coming": "Projects that are paid for and open whatever is planned",
    "plan_budgets": "Plans for budgets from 1 to 30 billion dollars",
    "plan_finance_years": "Money of the plan by year: works, loans, revenue, operation, debt service",
    "plan_incidence": "Who bears cost and who gains, in present value",
    "rollout_years": "From 2025 to 2040: capacity announced, financed and working, flow, time and cost",
    "rollout_stages": "What each stage of the Caspian crossing can carry alone, and how far it limits the whole",
    "rollout_targets": "Official targets, and when the flow passes them",
    "rollout_openings": "When projects open: as announced, and as works of their class do",
    "rollout_summary": "The year in which the flow passes the official targets for good",
}
"""Tables on investment, which a study without projects does not have."""
SECURED: dict[str, str] = {
    "secure_summary": "Supply of each mineral and fuel in a few numbers: concentration, governance, stocks",
    "secure_origins": "From where each mineral comes, what that state makes, and how the goods come",
    "secure_transit": "States that supply passes, and what has no other way",
    "secure_chokepoints": "Straits and canals that supply passes, and what has no other way",
    "secure_bypass": "Supply without states or straits: what is met, at what more, how long stocks last",
    "secure_worlds": "Supply with and without the Caspian corridor, by what is closed",
    "secure_choice": "Supply now and at least cost within prudent limits",
    "secure_limits": "What each binding limit of that choice costs",
    "secure_ways": "Every way of every origin with its cost and time",
    "secure_events": "Events of the record that supply meets, and what each would leave short",
    "secure_stages": "Stages of a chain of supply side by side",
    "secure_direct": "Ways straight home of goods that are worked abroad first",
    "exporters": "How concentrated the exports of each Central Asian state are, with and without the corridor",
    "exporter_corridors": "Shares of corridors in the exports of each state",
    "exporter_partners": "Shares of partners in the exports of each state",
    "exporter_transit": "Shares of the exports of each state that pass other states",
}
"""Tables on supply security, which a study of data without minerals does not have."""
PLAYED: dict[str, str] = {
    "game_summary": "The game in a few numbers: size, outcome in turn, the answer with its frequency",
    "game_equilibria": "Equilibria, and profiles that are stable in sampled preferences, with regret and frequency",
    "game_moves": "Moves of every player: gain against the outcome, how often best reply and how often played",
    "game_replies": "What is answered to everything that may go before, and in how many preferences",
    "game_weights": "Preferences and stakes, where each turns the outcome, what it tells of the answer",
    "game_map": "What is answered where the two most telling weights take other values",
    "game_coalitions": "What transit over the Caspian is worth to its states together and apart",
    "game_tariffs": "Surcharges on transit of states that lead, with a bound",
}
"""Tables of the game, which a study without actors does not have."""
RISKED: dict[str, str] = {
    "risk_metrics": "Years that were drawn: likely value without events, percentiles and their standard errors",
    "risk_exceedance": "Share of the drawn years in which a metric is above a value, with its band",
    "risk_sensitivity": "Shares of the variance of metrics by group of doubts: first order and total",
    "risk_critical": "Places by expected loss of users in Central Asia and the South Caucasus when they are cut",
    "risk_interdiction": "Which one, two and three places an adversary would close, beside chance and a bound",
    "risk_events": "Kinds of events: how often, how long, how much, and the share of a drawn year",
}
"""Tables on risk, which a study without events does not have."""
CLAIMED: dict[str, str] = {
    "claims": "Public claims with test, threshold declared before the result, measure, probability and verdict",
}
"""Tables on claims, which a study without claims does not have."""
OPTIONAL: dict[str, str] = INVESTED | SECURED | PLAYED | RISKED | CLAIMED
"""All tables that a result may lack, in the order of their questions."""
INVESTED_UNITS: Mapping[str, str] = {
    "_per_usd": "for a dollar",
    "_usd": "US dollars of the price year; discounted where it is a benefit or a value",
    "_usd_p10": "US dollars, tenth percentile of the samples",
    "_usd_p90": "US dollars, ninetieth percentile of the samples",
    "_usd_per_teu": "US dollars for a TEU",
    "_t": "tonnes a year",
    "_t_low": "tonnes a year, tenth percentile of the samples",
    "_t_high": "tonnes a year, ninetieth percentile of the samples",
    "_teu": "TEU a year",
    "_pct": "percent",
    "_h_p50": "hours, median",
    "_h_p90": "hours, ninetieth percentile",
    "_m": "metres",
    "share": "share of what moves over land between China or Central Asia and Europe, Türkiye and the Caucasus",
}
SECURED_UNITS: Mapping[str, str] = {
    "hhi_origin": "index of concentration, 0 to 1",
    "hhi_transit": "index of concentration, 0 to 1",
    "hhi_production": "index of concentration, 0 to 1",
    "hhi_corridor": "index of concentration, 0 to 1",
    "hhi_partner": "index of concentration, 0 to 1",
    "hhi_partner_value": "index of concentration, 0 to 1",
    "geopolrisk": "score, 0 to 1",
    "import_risk": "score, 0 to 1",
    "political_stability": "score of the Worldwide Governance Indicators, -2.5 to 2.5",
    "_usd_per_t": "US dollars of the price year for a tonne of what the mineral is counted in",
    "usd_per_t": "US dollars of the price year for a tonne of what the mineral is counted in",
    "_t": "tonnes a year of what the mineral is counted in",
    "_usd": "US dollars of the price year, a year",
    "_h": "hours",
    "_days": "days",
    "days_of_cover": "days of use",
    "events_per_year": "events a year",
    "share": "share, 0 to 1",
    "_share": "share, 0 to 1",
}
PLAYED_UNITS: Mapping[str, str] = {
    "_usd_p10": "US dollars a year, tenth percentile of the preferences",
    "_usd_p90": "US dollars a year, ninetieth percentile of the preferences",
    "_usd": "US dollars of the price year, a year",
    "_se": "standard error",
    "share": "share of the sampled preferences",
}
RISKED_UNITS: Mapping[str, str] = {
    "_usd_per_day": "US dollars of the price year, for a day of closure",
    "_t_per_day": "tonnes for a day of closure",
    "outage_days_per_year": "days a year",
    "_usd": "US dollars of the price year, a year",
    "_t": "tonnes a year",
    "_days": "days",
    "_h": "hours",
    "share_of_year": "share of a drawn year",
    "share": "share of the drawn years",
}


def optional_meaning(table: str, column: str) -> str:
    """Unit or meaning of a measured column of a table that a result may lack.

    Parameters
    ----------
    table : str
        One of `OPTIONAL`.
    column : str
        Name of a column.

    Returns
    -------
    str
        By the ending of the column; empty for one that is not measured.

    Examples
    --------
    >>> optional_meaning("plan", "cost_usd_p10"), optional_meaning("plan", "project")
    ('US dollars, tenth percentile of the samples', '')
    """
    groups = ((INVESTED, INVESTED_UNITS), (SECURED, SECURED_UNITS), (PLAYED, PLAYED_UNITS), (RISKED, RISKED_UNITS))
    units = next((units for tables, units in groups if table in tables), {})
    value, _, end = column.rpartition("_")
    if said := by_ending(units, column):
        return said
    return ", ".join(filter(None, [by_ending(units, value), PERCENTILES[end]])) if end in PERCENTILES else ""

"""How secure an importer's supply of a mineral or fuel is: origins, transit, what it can do without, stocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from caspia.errors import InputError, Problem
from caspia.study import secure_choice, secure_worlds
from caspia.study import secure_frames as frames
from caspia.study.closing import USUAL, Closing, read_closing
from caspia.study.study import Study
from caspia.study.supply_bypass import bypass
from caspia.study.supply_data import (
    PREFIX,
    FactDraws,
    SupplyCase,
    find_mineral,
    find_need,
    members_of,
    supply_case,
)
from caspia.study.supply_ways import CASPIAN, Ways, find_ways

DRAWS = 200
"""Draws of the facts behind each interval."""
MIN_DRAWS, MAX_DRAWS = 10, 1000


@dataclass(frozen=True)
class SecureRequest:
    """A question of Q8.

    Attributes
    ----------
    commodity : str
        Mineral or fuel, by id or name.
    importer : str
        State that uses it, or bloc of states.
    without : tuple of str
        States and waters to do without, beside those that every answer does without.
    plan : mapping of str to int, optional
        Projects that are open besides, with the year in which works start.
    within_cost : float
        What another way may cost more, as a share of the price, for cargo not to be captive.
    within_days : float
        What it may take longer, days.
    draws : int
        Draws of the facts.
    """

    commodity: str
    importer: str = "JP"
    without: tuple[str, ...] = ()
    plan: Mapping[str, int] | None = None
    within_cost: float = 0.1
    within_days: float = 30.0
    draws: int = DRAWS


def check_request(request: SecureRequest) -> None:
    """Refuse numbers that make no sense.

    Parameters
    ----------
    request : SecureRequest
        What is asked.

    Raises
    ------
    InputError
        A cost or time within which cargo is not captive is below zero or no number, or draws are too few.
    """
    for name, value in (("--within-cost", request.within_cost), ("--within-days", request.within_days)):
        if not 0.0 <= value < 1e6:
            raise InputError(Problem("number out of range", name, f"{value:g}", "0 or more", "correct it"))
    if request.draws != 0 and not MIN_DRAWS <= request.draws <= MAX_DRAWS:
        allowed = f"0, or {MIN_DRAWS} to {MAX_DRAWS}"
        raise InputError(Problem("draws out of range", "--draws", str(request.draws), allowed, "correct it"))


@dataclass(frozen=True, eq=False)
class SecureAnswer:
    """The answer for one mineral and one importer.

    Attributes
    ----------
    summary : mapping of str to object
        Numbers of the whole, with `_p10` and `_p90`.
    tables : mapping of str to pandas.DataFrame
        `origins`, `transit`, `chokepoints`, `bypass`, `worlds`, `events`, `choice`, `limits`, `ways`, `direct`,
        `stages`.
    """

    summary: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame]

    def record(self) -> dict[str, object]:
        """The answer for machines.

        Returns
        -------
        dict
            The summary, `transit_exposure` (ISO code to share), and the tables as lists.
        """
        transit = self.tables["transit"]
        exposure = dict(zip(transit["country"], transit["share"], strict=True))
        return {**self.summary, "transit_exposure": exposure, **self.tables}


def secure(study: Study, request: SecureRequest) -> SecureAnswer:
    """Answer how secure supply is.

    Parameters
    ----------
    study : Study
        Data and network.
    request : SecureRequest
        What is asked.

    Returns
    -------
    SecureAnswer

    Raises
    ------
    InputError
        Unknown commodity, importer, state, water or project, an importer without demand, or a closing that
        contradicts the question.
    """
    check_request(request)
    data = study.data
    mineral = find_mineral(data, request.commodity)
    need = find_need(data, mineral, request.importer)
    closings = _closings(study, request, str(data.tables["needs"]["country"].iloc[need]))
    facts = FactDraws(data, study.settings.seed, min(request.draws, study.settings.draws))
    case = supply_case(data, facts, mineral, need)
    ways = find_ways(study, case, facts, closings)
    planned = _planned(study, request)
    after = None if planned is None else find_ways(planned, case, facts, closings)
    answer = _answer(study, facts, ways, after, closings, request)
    stages = _stages(study, facts, case, closings, answer)
    return SecureAnswer(answer.summary, MappingProxyType({**answer.tables, "stages": stages}))


def _closings(study: Study, request: SecureRequest, importer: str) -> list[Closing]:
    """What every answer does without, and what is asked for."""
    known = set(study.data.tables["countries"]["id"])
    usual = [words for words in USUAL if all(word in known or not word.isupper() for word in words)]
    members = members_of(study.data, importer)
    found = [closing for words in usual for closing in [_known(study, words)] if closing is not None]
    found = [closing for closing in found if not members & {*closing.states}]
    if request.without:
        asked = read_closing(study.data, request.without)
        if own := members & {*asked.states}:
            what, got = "an importer cannot do without itself", ", ".join(sorted(own))
            raise InputError(Problem(what, "--without", got, "other states and waters", "drop it"))
        if asked.name not in {closing.name for closing in found}:
            found.insert(0, asked)
    return found


def _known(study: Study, words: tuple[str, ...]) -> Closing | None:
    """A usual closing, unless the data do not know what it names."""
    try:
        return read_closing(study.data, words)
    except InputError:
        return None


def _planned(study: Study, request: SecureRequest) -> Study | None:
    """The world with the projects of a plan."""
    return None if not request.plan else study.with_scenario(*request.plan)


def _answer(
    study: Study,
    facts: FactDraws,
    ways: Ways,
    after: Ways | None,
    closings: Sequence[Closing],
    request: SecureRequest,
) -> SecureAnswer:
    """One stage alone."""
    case = ways.case
    asked = read_closing(study.data, request.without) if request.without else secure_choice.OPEN
    found = [bypass(ways, closing) for closing in closings]
    worlds = {"with the Caspian corridor": ways, "without the Caspian corridor": ways.without(CASPIAN)}
    if after is not None:
        worlds["with the plan"] = after
    record = secure_worlds.events_frame(study.data, facts, ways)
    tables = {
        "origins": frames.origins_frame(study.data, ways),
        "transit": frames.passage_frame(study.data, ways, "states", request.within_cost, request.within_days),
        "chokepoints": frames.passage_frame(study.data, ways, "waters", request.within_cost, request.within_days),
        "bypass": frames.bypass_frame(found),
        "worlds": secure_worlds.worlds_frame(worlds, closings),
        "events": record,
        "choice": _named(study, secure_choice.choice_frame(ways, asked), "country"),
        "limits": _named(study, secure_choice.limits_frame(ways, asked), "target"),
        "ways": frames.ways_frame(ways),
        "direct": secure_worlds.direct_frame(study, case),
    }
    return SecureAnswer(frames.summary(study.data, ways, record), MappingProxyType(tables))


def _named(study: Study, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A table with the names of its states beside their codes; what is no state keeps its own name."""
    countries = study.data.tables["countries"]
    names = dict(zip(countries["id"], countries["name"], strict=True))
    return frame.assign(name=[names.get(code, code) for code in frame[column]])


def _stages(
    study: Study, facts: FactDraws, case: SupplyCase, closings: Sequence[Closing], own: SecureAnswer
) -> pd.DataFrame:
    """The stages of the chain that the mineral belongs to, in order of the table; itself alone without a chain."""
    minerals, needs = study.data.tables["minerals"], study.data.tables["needs"]
    chain = str(case.mineral["chain"])
    rows = [row for row in range(len(minerals)) if chain and minerals["chain"].iloc[row] == chain]
    order = {"mining": 0, "conversion": 1, "enrichment": 2}
    rows.sort(key=lambda row: order.get(str(minerals["stage"].iloc[row]), len(order)))
    found = []
    for row in rows:
        identity = str(minerals["id"].iloc[row])
        if identity == case.mineral["id"]:
            found.append(secure_worlds.stage_row(own.summary, own.tables["bypass"]))
            continue
        known = needs.index[(needs["mineral_id"] == identity) & (needs["country"] == case.importer)]
        if len(known):
            ways = find_ways(study, supply_case(study.data, facts, row, int(known[0])), facts, closings)
            alone = _answer(study, facts, ways, None, closings, SecureRequest(identity.removeprefix(PREFIX)))
            found.append(secure_worlds.stage_row(alone.summary, alone.tables["bypass"]))
    return pd.DataFrame(found)

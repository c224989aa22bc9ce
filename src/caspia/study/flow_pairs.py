"""Draws of two worlds side by side: the same facts in both, and demand that answers draw by draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from caspia.demand import Case
from caspia.study.flow_draws import FlowDraws, draw_flows
from caspia.study.flows import Flows
from caspia.study.study import Study

Progress = Callable[[int, int], None]


def drawn_flows(
    flows: Flows, study: Study, *, worth: bool, case: Case = "central", progress: Progress | None = None
) -> FlowDraws | None:
    """Flows of one world in every draw of its facts.

    Parameters
    ----------
    flows : Flows
        Flows at the values of the data.
    study : Study
        The world that they are of.
    worth : bool
        Whether to find what more capacity is worth.
    case : {"low", "central", "high"}
        Growth of demand after the last observation.
    progress : callable, optional
        Told the draws done and the number of all.

    Returns
    -------
    FlowDraws or None
        Without a world to tell changes against; none where the study wants no intervals.
    """
    found = _drawn(flows, study, (None, None), worth, case, progress)
    return None if found is None else replace(found, reference=None)


def drawn_beside(
    pair: tuple[Flows, Flows],
    studies: tuple[Study, Study],
    *,
    worth: bool,
    near: FlowDraws | None = None,
    case: Case = "central",
    progress: Progress | None = None,
) -> tuple[FlowDraws | None, FlowDraws | None]:
    """Flows of two worlds in the same draws, the second with the first to tell its changes against.

    Parameters
    ----------
    pair : tuple of Flows
        Flows of both at the values of the data, on the same routes.
    studies : tuple of Study
        The worlds.
    worth : bool
        Whether to find what more capacity is worth in the first as well; it is in the second.
    near : FlowDraws, optional
        The same draws of a neighbouring world, to begin the first with.
    case : {"low", "central", "high"}
        Growth of demand after the last observation.
    progress : callable, optional
        Told the draws done and the number of all.

    Returns
    -------
    tuple of FlowDraws or None
        None where the studies want no intervals.
    """
    first = _drawn(pair[0], studies[0], (None, near), worth, case, progress)
    second = _drawn(pair[1], studies[1], (first, first), True, case, progress)
    if first is None or second is None:
        return None, None
    before = replace(first, reference=None)
    return before, replace(second, reference=before)


def _drawn(
    flows: Flows,
    study: Study,
    others: tuple[FlowDraws | None, FlowDraws | None],
    worth: bool,
    case: Case,
    progress: Progress | None,
) -> FlowDraws | None:
    """Draws whose reference is the world to whose costs demand answers, if it does."""
    world = study.drawn
    if world is None:
        return None
    known, near = others
    chain = (known, None if known is None else known.reference)
    answered = next((each for each in chain if each is not None and each.flows is flows.reference), None)
    if answered is None and flows.reference is not None and study.base is not None:
        answered = _drawn(flows.reference, study.base, (None, near), False, case, progress)
    return draw_flows(flows, world, case=case, reference=answered, near=near, worth=worth, progress=progress)

"""The commands `caspia plan`, `caspia finance` and `caspia rollout`: parse, ask the study, hand on to the view."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from caspia.cli_tools import open_study, print_json, progress, records
from caspia.errors import InputError, Problem

# Heavy rooms are imported inside the commands, so that `caspia --help` answers at once.

Data = Annotated[str, typer.Option("--data", help="Built-in data set or a folder of the same form.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Case = Annotated[Literal["low", "central", "high"], typer.Option(help="Growth of demand after 2025.")]
Years = Annotated[str, typer.Option(help="First and last year in which works may start, as 2026-2030.")]
Words = Annotated[list[str] | None, typer.Option(help="Project, kind of work or country; may be repeated.")]

invest_app = typer.Typer()


def read_years(text: str) -> tuple[int, int]:
    """First and last year of an option.

    Parameters
    ----------
    text : str
        As `2026-2030`, or one year.

    Returns
    -------
    (int, int)

    Raises
    ------
    InputError
        The text is no span of years.

    Examples
    --------
    >>> read_years("2026-2030"), read_years("2027")
    ((2026, 2030), (2027, 2027))
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text.strip())
    if found is None:
        raise InputError(Problem("not a span of years", "--years", repr(text), "as 2026-2030", "mend it"))
    return int(found[1]), int(found[2] or found[1])


@invest_app.command()
def plan(  # noqa: PLR0913 - the options of a command are its parameters
    budget: Annotated[
        list[str],
        typer.Option(
            help='Money, as "3e12 JPY" or "3.7bn USD"; from one source, "yen=1e12 JPY"; in some years, '
            '"2bn USD@2026-2028". May be repeated.'
        ),
    ],
    years: Years = "2026-2030",
    objective: Annotated[
        str, typer.Option(help="benefit, tonnes or security; a mix as benefit=0.6,tonnes=0.4.")
    ] = "benefit",
    secure: Annotated[str, typer.Option(help="Commodity of the objective security.")] = "uranium-concentrate",
    without: Annotated[
        str, typer.Option(help="States that the objective security does without, separated by commas.")
    ] = "RU,CN",
    corridor: Annotated[
        list[str] | None, typer.Option(help="Corridor whose projects may be funded; may be repeated. Caspian.")
    ] = None,
    exclude: Words = None,
    include: Words = None,
    case: Case = "central",
    sweep: Annotated[
        Path | None,
        typer.Option(help="Also plan for 1 to 30 billion dollars; keep the plans in this file and go on from it."),
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Scenario by name or file; may be given several times.")
    ] = None,
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Choose what to build with a budget, and when, by what it does to the flows."""
    from caspia.study.objectives import read_aim
    from caspia.study.plan import open_planner
    from caspia.study.plan_answer import plan_answer
    from caspia.study.plan_request import PlanRequest

    request = PlanRequest(
        budgets=tuple(budget),
        years=read_years(years),
        aim=read_aim(objective, secure, tuple(filter(None, without.split(",")))),
        corridors=tuple(corridor or ("Caspian",)),
        exclude=tuple(exclude or ()),
        include=tuple(include or ()),
        case=case,
    )
    with progress() as tell:
        study = open_study(data).with_scenario(*(scenario or ()))
        answer = plan_answer(open_planner(study, request, tell), request, tell, keep=sweep)
    if as_json:
        record = answer.record()
        print_json({name: records(value) if hasattr(value, "to_dict") else value for name, value in record.items()})
        return
    from caspia.view import plan_terminal

    plan_terminal.print_plan(answer)


@invest_app.command()
def finance(  # noqa: PLR0913 - the options of a command are its parameters
    what: Annotated[
        str, typer.Argument(help="Project, plan written by `caspia plan --json`, or portfolio to plan anew.")
    ],
    budget: Annotated[list[str] | None, typer.Option(help="Money of a portfolio, as of `caspia plan`.")] = None,
    years: Years = "2026-2030",
    loan: Annotated[str, typer.Option(help="Loan that takes the place of all others, by its id.")] = "",
    loan_share: Annotated[
        float | None,
        typer.Option(help="Share of the cost that it bears, 0 to 1; by default what its lender does."),
    ] = None,
    discount: Annotated[
        float | None, typer.Option(help="Cost of capital, percent a year in constant prices.")
    ] = None,
    strained: Annotated[
        bool, typer.Option("--strained", help="Loans in strong currencies, tariffs in weak ones.")
    ] = False,
    case: Case = "central",
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Say whether the loans of a project or plan can be served, who pays and who gains."""
    from caspia.study.finance_answer import FinanceQuestion, finance_answer
    from caspia.study.plan_finance import FinanceRequest
    from caspia.study.plan_request import PlanRequest

    asked = FinanceRequest(loan, loan_share, discount, strained)
    request = PlanRequest(budgets=tuple(budget or ("3e12 JPY",)), years=read_years(years), case=case)
    with progress() as tell:
        record = finance_answer(open_study(data), what, FinanceQuestion(asked, request), tell).record()
    if as_json:
        print_json(record)
        return
    from caspia.view import finance_terminal

    finance_terminal.print_finance(record)


@invest_app.command()
def rollout(
    plan: Annotated[
        str, typer.Option(help="Plan written by `caspia plan --json`; without it what is paid for.")
    ] = "",
    draws: Annotated[
        int, typer.Option(help="Samples of delays, growth and the sea behind the intervals; 0 for none.")
    ] = 200,
    case: Case = "central",
    data: Data = "caspian",
    as_json: AsJson = False,
) -> None:
    """Roll the corridor out to 2040: what is announced, what is paid for, what works, and what moves."""
    from caspia.study.plan_file import read_plan_file
    from caspia.study.rollout import check_draws, open_rollout
    from caspia.study.rollout import rollout as roll_out

    check_draws(draws)
    with progress() as tell:
        study = open_study(data)
        starts = read_plan_file(plan, study.data).starts if plan else None
        record = roll_out(open_rollout(study, None, tell, case), starts, tell, draws).record()
    if as_json:
        print_json(record)
        return
    from caspia.view import rollout_terminal

    rollout_terminal.print_rollout(record)

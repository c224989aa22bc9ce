"""Long questions: jobs, what each kind may be asked, and how far it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from caspia.demand import LAST_YEAR, Case
from caspia.study.flows import BASE_YEAR
from caspia.web.models import Answer, Ask, Complaint, Name, Row, Word, Words, World, Year

Budget = Annotated[str, StringConstraints(min_length=1, max_length=80)]
LaterYear = Annotated[int, Field(ge=BASE_YEAR, le=LAST_YEAR)]
PlanYear = Annotated[int, Field(ge=2000, le=2100)]
Draws = Annotated[int, Field(ge=0, le=1000)]
PlanJob = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{16})?$")]
"""Id of a job of the kind `plan`, or empty."""


class FlowIntervalsAsk(Ask):
    """As `/flows`, with intervals from draws of the facts."""

    year: Year = 2025
    case: Case = "central"
    world: World = Field(default_factory=World)
    compare: World | None = None
    users_of: Annotated[str, Field(max_length=120)] = ""
    draws: Draws = 24


class PlanAsk(Ask):
    """As `caspia plan`."""

    budgets: Annotated[list[Budget], Field(min_length=1, max_length=10)] = Field(
        default_factory=lambda: ["3e12 JPY"], description='As "3e12 JPY", "yen=1e12 JPY", "2bn USD@2026-2028".'
    )
    first_year: PlanYear = 2026
    last_year: PlanYear = 2030
    objective: Word = "benefit"
    secure: Word = "uranium-concentrate"
    without: Words = Field(default_factory=lambda: ["RU", "CN"])
    corridors: Words = Field(default_factory=lambda: ["Caspian"])
    exclude: Words = Field(default_factory=list)
    include: Words = Field(default_factory=list)
    case: Case = "central"
    sweep: Annotated[bool, Field(description="Also plan for 1 to 30 billion dollars.")] = False
    world: World = Field(default_factory=World)


class FinanceAsk(Ask):
    """As `caspia finance`."""

    what: Annotated[Word, Field(description="Id of a project, of a job of the kind plan, or `portfolio`.")] = (
        "portfolio"
    )
    budgets: Annotated[list[Budget], Field(min_length=1, max_length=10)] = Field(
        default_factory=lambda: ["3e12 JPY"]
    )
    first_year: PlanYear = 2026
    last_year: PlanYear = 2030
    loan: Annotated[str, StringConstraints(max_length=80)] = ""
    loan_share: Annotated[float, Field(ge=0, le=1)] | None = None
    discount_pct: Annotated[float, Field(ge=-50, le=100)] | None = None
    strained: bool = False
    case: Case = "central"


class RolloutAsk(Ask):
    """As `caspia rollout`."""

    plan: Annotated[PlanJob, Field(description="Without it what is paid for.")] = ""
    draws: Draws = 200
    case: Case = "central"


class SecureAsk(Ask):
    """As `caspia secure COMMODITY --importer`."""

    commodity: Word
    importer: Word = "JP"
    without: Words = Field(default_factory=list)
    plan: PlanJob = ""
    within_cost_pct: Annotated[float, Field(ge=0, le=1000)] = 10.0
    within_days: Annotated[float, Field(ge=0, le=1000)] = 30.0
    draws: Draws = 200
    world: World = Field(default_factory=World)


class ExporterAsk(Ask):
    """As `caspia secure --exporter`."""

    exporter: Word
    plan: PlanJob = ""
    draws: Draws = 24
    world: World = Field(default_factory=World)


class RiskAsk(Ask):
    """As `caspia risk`."""

    n: Annotated[int, Field(ge=1, le=100_000, description="Years that are drawn.")] = 1000
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    year: LaterYear = 2025
    critical: Annotated[bool, Field(description="Also cut places one by one, and let an adversary choose.")] = True
    world: World = Field(default_factory=World)


class GameAsk(Ask):
    """As `caspia game`."""

    players: Words = Field(default_factory=list)
    year: LaterYear = 2034
    case: Case = "central"
    draws: Draws = 200
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 2025
    sample: Annotated[int, Field(ge=0, le=10_000)] = 0
    limit_s: Annotated[float, Field(gt=0, le=600)] = 10.0
    world: World = Field(default_factory=World)


class ClaimsAsk(Ask):
    """As `caspia claims`."""

    ids: Words = Field(default_factory=list)


class FlowIntervalsJob(Ask):
    """Flows with intervals."""

    kind: Literal["flow-intervals"]
    ask: FlowIntervalsAsk = FlowIntervalsAsk()


class PlanningJob(Ask):
    """What a budget buys."""

    kind: Literal["plan"]
    ask: PlanAsk = PlanAsk()


class FinanceJob(Ask):
    """Whether loans can be served."""

    kind: Literal["finance"]
    ask: FinanceAsk = FinanceAsk()


class RolloutJob(Ask):
    """Year by year to 2040."""

    kind: Literal["rollout"]
    ask: RolloutAsk = RolloutAsk()


class SecureJob(Ask):
    """Supply security of an importer."""

    kind: Literal["secure"]
    ask: SecureAsk


class ExporterJob(Ask):
    """Diversification of an exporter."""

    kind: Literal["exporter"]
    ask: ExporterAsk


class RiskJob(Ask):
    """Closures, storms and doubtful facts."""

    kind: Literal["risk"]
    ask: RiskAsk = RiskAsk()


class GameJob(Ask):
    """The game of the corridor."""

    kind: Literal["game"]
    ask: GameAsk = GameAsk()


class ClaimsJob(Ask):
    """Public claims."""

    kind: Literal["claims"]
    ask: ClaimsAsk = ClaimsAsk()


JobAsk = Annotated[
    FlowIntervalsJob
    | PlanningJob
    | FinanceJob
    | RolloutJob
    | SecureJob
    | ExporterJob
    | RiskJob
    | GameJob
    | ClaimsJob,
    Field(discriminator="kind"),
]

State = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(Answer):
    """How far a job is."""

    id: Name
    kind: str
    ask: Row
    state: State
    stage: str = ""
    done: int = 0
    all: int = 0
    created: str
    started: str | None = None
    ended: str | None = None
    error: Complaint | None = None
    sentence: str = ""


class Jobs(Answer):
    """All jobs, the newest first."""

    jobs: list[Job]


class JobResult(Answer):
    """What a job found: the record of the command's `--json`."""

    id: str
    kind: str
    ask: Row
    sentence: str
    record: Row
    version: str
    data_hash: str
    seconds: float

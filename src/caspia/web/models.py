"""What all requests and responses share: the world that is asked of, intervals, errors, health."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from caspia.demand import FIRST_YEAR, LAST_YEAR

NAME, LONGEST_NAME = r"^[a-z0-9][a-z0-9-]*$", 80
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=LONGEST_NAME)]
"""Name of a scenario, project or job: it may never be a path."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Words = Annotated[list[Word], Field(max_length=60)]
Text = Annotated[str, StringConstraints(max_length=2000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
MOST_EDITS = 200
MOST_SCENARIOS = 40


class Ask(BaseModel):
    """Base of all requests: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """Base of all responses."""

    model_config = ConfigDict(frozen=True)


class Edit(Ask):
    """One edit of the data, with the keys of a scenario file (docs/scenarios.md)."""

    action: Literal["close", "open", "ban", "scale", "set", "add"]
    table: Word
    id: Words | Word | None = None
    class_: Words | Word | None = Field(None, alias="class")
    country: Words | Word | None = None
    countries: Words | Word | None = None
    bloc: Words | Word | None = None
    mode: Words | Word | None = None
    water: Words | Word | None = None
    place: Words | Word | None = None
    link: Words | Word | None = None
    status: Words | Word | None = None
    kind: Words | Word | None = None
    commodity: Words | Word | None = None
    from_country: Words | Word | None = None
    to_country: Words | Word | None = None
    all: bool | None = None
    attribute: Words | Word | None = None
    factor: Number | None = None
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    delta: Number | None = None
    percent: Number | None = None
    unit: Annotated[str, StringConstraints(max_length=40)] | None = None
    price_year: int | None = None
    years: Annotated[list[int], Field(max_length=60)] | None = None
    months: Annotated[list[int], Field(max_length=12)] | None = None
    days: Number | None = None
    share: Number | None = None
    spell_h: Number | None = None
    goods: Words | Word | None = None
    goods_form: Word | None = None
    origin: Words | Word | None = None
    destination: Words | Word | None = None
    clip: bool | None = None
    override: bool | None = None
    source_id: Word | None = Field(None, description="Default: the user's own choice.")
    method: Word | None = None
    note: Text | None = Field(None, description="Why; default: what the edit does.")


class World(Ask):
    """The data under scenarios and edits, in this order; empty is the data as they are."""

    scenarios: Annotated[list[Name], Field(max_length=MOST_SCENARIOS)] = Field(
        default_factory=list, description="Built-in or saved scenarios, and ids of projects (`prj-…`)."
    )
    edits: Annotated[list[Edit], Field(max_length=MOST_EDITS)] = Field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is edited."""
        return not self.scenarios and not self.edits


class Interval(Answer):
    """A modelled number with its interval; null where there is none."""

    p10: float | None
    p50: float | None
    p90: float | None
    mean: float | None = None


class Complaint(Answer):
    """What is wrong and how to repair it (`caspia.errors.Problem`)."""

    what: str
    where: str = ""
    got: str = ""
    allowed: str = ""
    repair: str = ""


class Refusal(Answer):
    """Body of every response with a status from 400 on."""

    error: Complaint
    more: list[Complaint] = Field(default_factory=list, description="Further problems, where there are several.")


class Health(Answer):
    """State of the server."""

    status: Literal["warming", "ready", "failed"]
    stage: str = ""
    done: int = 0
    all: int = 0
    error: Complaint | None = None
    version: str
    data_name: str = ""
    data_hash: str = ""
    jobs_running: int = 0
    jobs_queued: int = 0


class Named(Answer):
    """An object by id and name."""

    id: str
    name: str


class Saved(Answer):
    """What was done with a saved scenario or a job."""

    name: str
    done: Literal["saved", "deleted", "imported", "cancelled"]


Row = dict[str, Any]
"""A row of a table of the study, with the unit in the name of each column."""

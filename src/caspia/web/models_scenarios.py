"""Scenarios that users save, export and import."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from caspia.web.models import Answer, Ask, Name, Row, Text, World
from caspia.web.models_answers import ScenarioLine


class ScenarioBody(Ask):
    """A world under a name."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    question: Text = ""
    description: Text = ""
    world: World


class ScenarioAnswer(Answer):
    """A scenario with its edits."""

    name: str
    title: str
    question: str
    description: str
    year: int | None
    built_in: bool
    world: World = Field(description="What makes it: scenarios it extends and projects, and its own edits.")
    edits: list[Row] = Field(description="All edits on one line each, with what they select in the data.")


class Scenarios(Answer):
    """Built-in and saved scenarios."""

    scenarios: list[ScenarioLine]


class ImportBody(Ask):
    """A scenario file."""

    toml: Annotated[str, StringConstraints(max_length=500_000)]
    name: Name | None = Field(None, description="Name to save it under; that of the file if left out.")

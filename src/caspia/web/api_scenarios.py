"""Routes of the API for scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response, status
from fastapi.responses import PlainTextResponse

from caspia.web.models import LONGEST_NAME, NAME, Saved
from caspia.web.models_scenarios import ImportBody, ScenarioAnswer, ScenarioBody, Scenarios

if TYPE_CHECKING:
    from caspia.web.server import Server

ScenarioName = Annotated[
    str, Path(pattern=NAME, max_length=LONGEST_NAME, description="Small letters, digits and hyphens")
]
TOML = "application/toml"


def scenario_router(server: Server) -> APIRouter:
    """Routes for saved and built-in scenarios.

    Parameters
    ----------
    server : Server
        What the routes share.

    Returns
    -------
    fastapi.APIRouter
    """
    router = APIRouter(tags=["scenarios"])
    saved = server.saved

    @router.get("/scenarios")
    def list_scenarios() -> Scenarios:
        """Built-in scenarios and saved ones."""
        return Scenarios(scenarios=saved.lines())

    @router.post("/scenarios/import", status_code=status.HTTP_201_CREATED)
    def import_scenario(body: ImportBody) -> Saved:
        """Save a scenario file, after the checks that every scenario passes."""
        return Saved(name=saved.take(body.toml, body.name, server.desk.root().data), done="imported")

    @router.get(
        "/scenarios/{name}.toml",
        response_class=PlainTextResponse,
        responses={200: {"content": {TOML: {"schema": {"type": "string"}}}, "description": "A scenario file"}},
    )
    def export_scenario(name: ScenarioName) -> Response:
        """A scenario as a file for `caspia --scenario FILE`."""
        headers = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
        return Response(saved.text(name), media_type=TOML, headers=headers)

    @router.get("/scenarios/{name}")
    def read_scenario(name: ScenarioName) -> ScenarioAnswer:
        """A scenario with its edits and what they select in the data."""
        return saved.read(name, server.desk.root().data)

    @router.put("/scenarios/{name}")
    def save_scenario(name: ScenarioName, body: ScenarioBody) -> Saved:
        """Save a world under a name; an older one of that name is replaced."""
        saved.put(name, body, server.desk.root().data)
        return Saved(name=name, done="saved")

    @router.delete("/scenarios/{name}")
    def delete_scenario(name: ScenarioName) -> Saved:
        """Delete a saved scenario."""
        saved.delete(name)
        return Saved(name=name, done="deleted")

    return router

"""Routes of the API for what is answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response

from caspia.web.answer_flows import flow_body
from caspia.web.answer_meta import basemap, meta, network, why_answer
from caspia.web.answer_routes import route_body
from caspia.web.job_kinds import KINDS
from caspia.web.models import Health
from caspia.web.models_answers import BaseMap, FlowAnswer, FlowAsk, Meta, Network, RouteAnswer, RouteAsk, WhyAnswer

if TYPE_CHECKING:
    from caspia.web.server import Server

JSON = "application/json"
Key = Annotated[str, Path(max_length=300, description="subject.attribute, or the id of an object, class or source")]


def ask_router(server: Server) -> APIRouter:
    """Routes for health, what there is, routes, flows and sources.

    Parameters
    ----------
    server : Server
        What the routes share.

    Returns
    -------
    fastapi.APIRouter
    """
    router = APIRouter(tags=["questions"])
    desk = server.desk

    @router.get("/health")
    def read_health() -> Health:
        """Say whether the server is ready; while it warms, how far it is."""
        running, queued = server.board.counts()
        return desk.health().model_copy(update={"jobs_running": running, "jobs_queued": queued})

    @router.get("/meta")
    def read_meta() -> Meta:
        """Say what can be asked: places apart, everything a page needs for its menus."""
        return meta(desk.root(), server.saved.lines(), tuple(KINDS))

    @router.get("/network", response_model=Network)
    def read_network() -> Response:
        """Places, links with their real way, crossings and services of the data as they are."""
        return Response(desk.kept("network", lambda: network(desk.root()).model_dump_json()), media_type=JSON)

    @router.get("/basemap", response_model=BaseMap)
    def read_basemap() -> Response:
        """Land and lakes as the report draws them."""
        return Response(desk.kept("basemap", lambda: basemap(desk.root()).model_dump_json()), media_type=JSON)

    @router.post("/routes", response_model=RouteAnswer)
    def ask_routes(ask: RouteAsk) -> Response:
        """Ways of a consignment, side by side, with intervals and legs."""
        return Response(route_body(desk, ask, server.saved.texts()), media_type=JSON)

    @router.post("/flows", response_model=FlowAnswer)
    def ask_flows(ask: FlowAsk) -> Response:
        """Flows of a year in a world, and what it moves against another; point values within a second."""
        return Response(flow_body(desk, ask, server.saved.texts()), media_type=JSON)

    @router.get("/why/{key:path}")
    def read_why(key: Key) -> WhyAnswer:
        """Where a number came from: facts, intervals, methods and sources."""
        return why_answer(desk.root(), key)

    return router

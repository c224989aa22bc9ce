"""The application: routes, refusals, the guard, the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import caspia
from caspia.web.api_asks import ask_router
from caspia.web.api_jobs import job_router
from caspia.web.api_scenarios import scenario_router
from caspia.web.built_page import add_page
from caspia.web.guard import Guard
from caspia.web.models import Refusal
from caspia.web.refusals import add_refusals
from caspia.web.server import Server
from caspia.web.settings import ServerSettings

PREFIX = "/api/v1"
REFUSED: tuple[int | str, ...] = (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503)
ABOUT = """The questions of Caspia over HTTP. Every refusal has the body `Refusal`: what is wrong, where, what
was got, what is allowed and how to repair it. Money is in dollars of the price year that `/meta` names; units are
in the names of the fields. While the server warms, flows answer 503 with `Retry-After`; `/health` says how far."""


def create_app(settings: ServerSettings) -> FastAPI:
    """Make the application; its workers start and stop with its life span.

    Parameters
    ----------
    settings : ServerSettings
        Data, folder, limits.

    Returns
    -------
    fastapi.FastAPI
        With the `Server` as `app.state.server`.

    Raises
    ------
    caspia.errors.InputError
        The folder cannot be used.
    """
    server = Server(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        server.start()
        try:
            yield
        finally:
            server.stop()

    app = FastAPI(
        title="Caspia",
        version=caspia.__version__,
        description=ABOUT,
        lifespan=lifespan,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={code: {"model": Refusal} for code in REFUSED},
    )
    app.state.server = server
    for router in (ask_router(server), job_router(server), scenario_router(server)):
        app.include_router(router, prefix=PREFIX)
    add_refusals(app)
    add_page(app)
    app.add_middleware(Guard, settings=settings)
    return app

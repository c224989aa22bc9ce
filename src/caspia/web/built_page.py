"""The built page, or a plain message where it is not built."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ABSENT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Caspia</title>
<body style="font-family:system-ui,sans-serif;max-width:40rem;margin:4rem auto;line-height:1.5">
<h1>The page is not built</h1>
<p>This copy of Caspia was installed without its page. In a checkout with Node, <code>make serve</code> builds it;
the wheel brings it along. The interface answers all the same:
<a href="/api/v1/health">/api/v1/health</a>, <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
"""


class _Page(StaticFiles):
    """Files of the page, kept by browsers as long as their names say; refusals as those of the interface."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.startswith("api/") or path == "api":
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        hashed = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`.

    Parameters
    ----------
    app : fastapi.FastAPI
        The application, after its other routes were added.
    """
    built = Path(str(files("caspia.web").joinpath("page")))
    if (built / "index.html").is_file():
        app.mount("/", _Page(directory=built, html=True), name="page")
    else:
        app.add_api_route("/", _absent, include_in_schema=False, response_class=HTMLResponse)


def _absent() -> HTMLResponse:
    return HTMLResponse(ABSENT)

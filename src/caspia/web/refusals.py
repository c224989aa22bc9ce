"""Errors as responses: what, where, what was got, what is allowed, how to repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from caspia.errors import DataError, InputError, NotConverged, Problem
from caspia.web.job_store import StoreFailed
from caspia.web.models import Complaint, Refusal

LONGEST = 300
"""Characters of what was got that a message repeats."""
MOST = 20


class Refused(Exception):
    """A request that cannot be answered now, or not at all.

    Parameters
    ----------
    status : int
        Status of the response.
    problem : Problem
        What is wrong.
    """

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(str(problem))
        self.status, self.problem = status, problem


def complaint(problem: Problem) -> Complaint:
    """A problem as JSON.

    Parameters
    ----------
    problem : Problem
        Of an error.

    Returns
    -------
    Complaint
    """
    names = ("what", "where", "got", "allowed", "repair")
    return Complaint(**{name: _short(getattr(problem, name)) for name in names})


def _short(text: str) -> str:
    kept = text if len(text) <= LONGEST * 4 else text[: LONGEST * 4] + "…"
    return kept.encode("utf-8", "replace").decode("utf-8")


def refusal(status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None) -> Response:
    """Response that says what is wrong.

    Parameters
    ----------
    status : int
        400 or above.
    problems : sequence of Problem
        At least one; the first leads.
    headers : mapping of str to str, optional
        Further headers.

    Returns
    -------
    starlette.responses.Response
    """
    first, *rest = [complaint(problem) for problem in problems[:MOST]]
    body = Refusal(error=first, more=rest).model_dump_json()
    return Response(body, status, dict(headers or {}), "application/json")


def problems_of(error: InputError) -> tuple[Problem, ...]:
    """All problems of an error.

    Parameters
    ----------
    error : InputError
        Of the study.

    Returns
    -------
    tuple of Problem
    """
    return error.problems if isinstance(error, DataError) else (error.problem,)


def add_refusals(app: FastAPI) -> None:
    """Answer errors on purpose, and those of the framework, in one form.

    Parameters
    ----------
    app : fastapi.FastAPI
        The application.
    """
    app.add_exception_handler(InputError, _input)
    # No fault of the request: the disk is full, or the file was damaged while the server ran.
    app.add_exception_handler(StoreFailed, partial(_told, 503))
    # No failure of the server: such a world has no flows that could be shown.
    app.add_exception_handler(NotConverged, partial(_told, 422))
    app.add_exception_handler(Exception, _fault)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


# The framework gives each only errors of its class, but says no more of them than that they are errors.
async def _input(_: Request, error: Any) -> Response:
    return refusal(422, problems_of(error))


async def _told(status: int, _: Request, error: Any) -> Response:
    return refusal(status, (error.problem,))


async def _fault(_: Request, error: Exception) -> Response:
    got = f"{type(error).__name__}: {error}"[:LONGEST]
    return refusal(500, (Problem("a fault of the program", "server", got, "", "report it with what was asked"),))


async def _refused(_: Request, error: Any) -> Response:
    headers = {"Retry-After": "1"} if error.status in {429, 503} else {}
    return refusal(error.status, (error.problem,), headers)


async def _invalid(_: Request, error: Any) -> Response:
    return refusal(422, [_problem(item) for item in error.errors()] or [Problem("request cannot be read")])


def _problem(item: Mapping[str, Any]) -> Problem:
    where = ".".join(str(part) for part in item.get("loc", ()))
    got = repr(item.get("input", ""))
    got = got if len(got) <= LONGEST else got[:LONGEST] + "…"
    return Problem("request does not fit", where, got, str(item.get("msg", "")), "see /api/v1/openapi.json")


async def _http(_: Request, error: Any) -> Response:
    words = {
        404: Problem("no such address", "path", "", "the addresses of /api/v1/openapi.json", "correct it"),
        405: Problem("no such method here", "method", "", "the methods of /api/v1/openapi.json", "use another"),
    }
    detail = str(error.detail) or "request cannot be answered"
    return refusal(error.status_code, (words.get(error.status_code, Problem(detail)),), error.headers)

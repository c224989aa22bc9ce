"""Routes of the API for long questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Path, Response, status
from fastapi.responses import StreamingResponse

from caspia.web.api_asks import JSON
from caspia.web.models import Saved
from caspia.web.models_jobs import Job, JobAsk, JobResult, Jobs

if TYPE_CHECKING:
    from caspia.web.server import Server

JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Id of a job")]
EVENTS = "text/event-stream"


def job_router(server: Server) -> APIRouter:
    """Routes for jobs.

    Parameters
    ----------
    server : Server
        What the routes share.

    Returns
    -------
    fastapi.APIRouter
    """
    router = APIRouter(tags=["jobs"])
    jobs, board = server.jobs, server.board

    @router.post("/jobs", status_code=status.HTTP_202_ACCEPTED)
    def start_job(ask: Annotated[JobAsk, Body()]) -> Job:
        """Start a job, or find the one that was asked the same."""
        return board.start(ask)

    @router.get("/jobs")
    def list_jobs() -> Jobs:
        """All jobs, the newest first."""
        return Jobs(jobs=jobs.jobs())

    @router.get("/jobs/{job_id}")
    def read_job(job_id: JobId) -> Job:
        """How far a job is."""
        return jobs.job(job_id)

    @router.get("/jobs/{job_id}/result", response_model=JobResult)
    def read_result(job_id: JobId) -> Response:
        """What a job found; 409 while it works, and where it failed or was cancelled."""
        return Response(jobs.result(job_id), media_type=JSON)

    @router.get(
        "/jobs/{job_id}/events",
        response_class=StreamingResponse,
        responses={200: {"content": {EVENTS: {"schema": {"type": "string"}}}, "description": "Server-sent events"}},
    )
    def follow_job(job_id: JobId) -> StreamingResponse:
        """Follow a job: events `progress`, then one of `done`, `failed` and `cancelled`; the data are a Job."""
        jobs.job(job_id)
        stream: AsyncIterator[str] = board.events(job_id)
        return StreamingResponse(stream, media_type=EVENTS, headers={"Cache-Control": "no-store"})

    @router.delete("/jobs/{job_id}")
    def cancel_job(job_id: JobId) -> Saved:
        """Cancel a job that works, or forget one that has ended."""
        return Saved(name=job_id, done=board.drop(job_id))

    return router

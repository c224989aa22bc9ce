"""A server on a drawn world, in a thread of the test, asked over a real connection."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from caspia.web import ServerSettings, create_app

API = "/api/v1"
PATIENCE_S = 240.0


@dataclass(frozen=True)
class Running:
    """A server that runs, and a client of it."""

    app: Any
    client: httpx.Client
    port: int

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.client.get(API + path, **given)

    def post(self, path: str, body: Any, **given: Any) -> httpx.Response:
        return self.client.post(API + path, json=body, **given)

    def until(self, job_id: str, *states: str) -> dict[str, Any]:
        """Wait until a job is in one of some states."""
        return wait_for(lambda: self.get(f"/jobs/{job_id}").json(), lambda job: job["state"] in states)


def wait_for(ask: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """Ask again and again until an answer holds."""
    end = time.monotonic() + PATIENCE_S
    while not holds(answer := ask()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain; last: {answer}")
        time.sleep(0.05)
    return answer


def is_alive(pid: int) -> bool:
    """Whether there is a process of an id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def running(settings: ServerSettings, *, warm: bool = True) -> Iterator[Running]:
    """Run a server and stop it."""
    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=0, http="h11", ws="none", lifespan="on", log_level="error", timeout_graceful_shutdown=2
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started or not thread.is_alive(), bool)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            if warm:
                assert app.state.server.desk.wait(PATIENCE_S)
            yield Running(app, client, port)
    finally:
        app.state.server.board.close()
        server.should_exit = True
        thread.join(PATIENCE_S)

"""Running the server until it is told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from caspia.errors import InputError, Problem
from caspia.web.app import create_app
from caspia.web.settings import ServerSettings

GRACE_S = 3
BACKLOG = 2048
"""Connections that may wait to be taken."""


class _Quiet(uvicorn.Server):
    """A server whose followers of jobs end as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_exit()
        super().handle_exit(sig, frame)


def serve(settings: ServerSettings, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    settings : ServerSettings
        Address, data, folder, limits.
    ready : callable
        Told the address once connections are taken.

    Raises
    ------
    InputError
        The port is taken, the folder or the store in it cannot be used, or another server works there.
    """
    app = create_app(settings)
    # Before the port is held: who starts a second server on one folder is told so.
    app.state.server.open()
    try:
        _serve(app, settings, ready)
    finally:
        app.state.server.store.close()


def _serve(app: FastAPI, settings: ServerSettings, ready: Callable[[str], None]) -> None:
    held = _bind(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Quiet(config, app.state.server.board.close)
    port = held.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    # Once it has stopped, the library raises the signal again for whoever handled it before.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        # Who asks at once waits until the server has started, and is not refused.
        held.listen(BACKLOG)
        ready(f"http://{shown}:{port}/")
        server.run(sockets=[held])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        held.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        held = socket.socket(family, kind, protocol)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(address)
    except OSError as error:
        got = f"{host}, port {port}: {error.strerror or error}"
        repair = "stop what listens there, or choose another --port"
        raise InputError(Problem("cannot listen here", "--host, --port", got, "a free port", repair)) from error
    return held

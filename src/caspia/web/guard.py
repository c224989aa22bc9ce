"""What stands before every request: host, origin, token, rate, size of the body; headers of every response."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import socket
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from caspia.errors import Problem
from caspia.web.refusals import refusal
from caspia.web.settings import ServerSettings

COOKIE = "caspia_token"
BURST_S = 5.0
"""Seconds of the mean rate that may come at once."""
MOST_CLIENTS = 4096
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass
class Buckets:
    """Requests that each address may still make: a bucket that fills at the mean rate.

    Attributes
    ----------
    rate_per_s : float
        Mean rate; 0 for no limit.
    """

    rate_per_s: float
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, client: str, now_s: float) -> bool:
        """Take one request of an address.

        Parameters
        ----------
        client : str
            Address.
        now_s : float
            Time of any clock that does not go back.

        Returns
        -------
        bool
            Whether there was one left.

        Examples
        --------
        >>> buckets = Buckets(0.2)
        >>> buckets.take("a", 0.0), buckets.take("a", 0.1), buckets.take("a", 6.0)
        (True, False, True)
        """
        if self.rate_per_s <= 0:
            return True
        most = max(1.0, self.rate_per_s * BURST_S)
        left, then = self._left.pop(client, (most, now_s))
        left = min(most, left + (now_s - then) * self.rate_per_s)
        self._left[client] = (left - 1.0 if left >= 1.0 else left, now_s)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return left >= 1.0


class Guard:
    """ASGI middleware that refuses what the server should never see.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    settings : ServerSettings
        Host, token and limits.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app, self.settings = app, settings
        self.buckets = Buckets(settings.rate_per_s)
        self.names = {"localhost", *(name.lower() for name in settings.names)}
        if not settings.is_loopback:
            self.names |= {settings.host.lower(), socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        answer = self._refuse(scope, headers) or self._admit(scope, headers)
        body = b""
        if answer is None:
            body, answer = await self._body(headers, receive)
        if answer is not None:
            await answer(scope, receive, _sealed(send))
            return
        await self.app(scope, _replay(body, receive), _sealed(send))

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_own(_host(hosts[0])):
            allowed = "the address at which the server was started"
            problem = Problem("unknown host", "header Host", ", ".join(hosts), allowed, "use that address")
            return refusal(403, (problem,))
        for origin in headers.getlist("origin"):
            if origin.lower() not in {f"http://{hosts[0].lower()}", f"https://{hosts[0].lower()}"}:
                problem = Problem("request of another site", "header Origin", origin, f"http://{hosts[0]}")
                return refusal(403, (problem,))
        if headers.get("sec-fetch-site", "none") == "cross-site" and scope["path"].startswith("/api"):
            return refusal(403, (Problem("request of another site", "header Sec-Fetch-Site", "cross-site"),))
        client = scope.get("client") or ("", 0)
        if not self.buckets.take(str(client[0]), time.monotonic()):
            allowed = f"{self.settings.rate_per_s:g} a second"
            problem = Problem("too many requests", "client", str(client[0]), allowed, "wait a second")
            return refusal(429, (problem,), {"Retry-After": "1"})
        return None

    def _is_own(self, host: str) -> bool:
        """Whether a request for a host is meant for this server: a page of another name may not reach it."""
        if host in self.names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        # A name can be made to lead here by whoever owns it; an address cannot.
        return address.is_loopback or not self.settings.is_loopback

    def _admit(self, scope: Scope, headers: Headers) -> Response | None:
        token = self.settings.token
        if not token:
            return None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if scope["path"] == "/" and scope["method"] == "GET" and "token" in given:
            if not _same(given.pop("token")[0], token):
                return _unknown()
            rest = urlencode(given, doseq=True)
            response = RedirectResponse("/" + (f"?{rest}" if rest else ""), 303)
            response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
            return response
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        shown = bearer.strip() if scheme.lower() == "bearer" else _cookie(headers.get("cookie", ""))
        return None if _same(shown, token) else _unknown()

    async def _body(self, headers: Headers, receive: Receive) -> tuple[bytes, Response | None]:
        most = self.settings.most_body_bytes
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return b"", refusal(400, (Problem("no length", "header Content-Length", length, "a whole number"),))
        if len(length) > 15 or int(length) > most:
            return b"", _too_large(length[:20], most)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.settings.body_timeout_s):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        return b"", refusal(400, (Problem("request was broken off"),))
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        return b"", _too_large(f"more than {most}", most)
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            allowed = f"all of it within {self.settings.body_timeout_s:g} s"
            return b"", refusal(408, (Problem("body came too slowly", "body", "", allowed, "send it again"),))
        body = b"".join(parts)
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if body and media != "application/json":
            problem = Problem("unknown kind of body", "header Content-Type", media, "application/json", "send JSON")
            return b"", refusal(415, (problem,))
        return body, None


def _host(value: str) -> str:
    """Name or address of a Host header, without port and brackets."""
    value = value.strip().lower()
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0] if value.count(":") == 1 else value


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _unknown() -> Response:
    allowed = "Authorization: Bearer TOKEN, or the address with ?token= that the server printed"
    problem = Problem("token is missing or wrong", "header Authorization", "", allowed, "use the printed address")
    return refusal(401, (problem,), {"WWW-Authenticate": "Bearer"})


def _too_large(got: str, most: int) -> Response:
    problem = Problem("body is too large", "body", f"{got} bytes", f"at most {most} bytes", "ask for less")
    # What is left of the body would be taken for the next request.
    return refusal(413, (problem,), {"Connection": "close"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once, then what the connection says."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _sealed(send: Send) -> Send:
    """Add the headers of every response."""

    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sealed

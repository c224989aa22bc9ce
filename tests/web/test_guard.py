"""What the server refuses before it reads: other hosts and sites, strangers, floods, oversized and odd bodies."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import API, running

from caspia.errors import InputError
from caspia.web import ServerSettings, is_loopback
from caspia.web.folder import Folder
from caspia.web.guard import BURST_S, COOKIE, HEADERS, Buckets

TOKEN = "a-token-of-the-test"
SOMEWHERE = Path("somewhere")


@pytest.fixture(scope="module")
def guarded(world, tmp_path_factory):
    """A server as for other machines, small bodies, quick to lose patience."""
    folder = tmp_path_factory.mktemp("guarded")
    settings = ServerSettings(
        folder, str(world), host="0.0.0.0", token=TOKEN, most_body_bytes=2000, workers=0, body_timeout_s=0.5
    )
    with running(settings) as found:
        yield found


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "", "127.0.0.1.evil.example", "localhost.evil"]
)
def test_a_name_that_leads_here_is_refused(server, host):
    assert server.get("/health", headers={"Host": host}).status_code in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:99", "[::1]:80"])
def test_names_of_this_machine_are_served(server, host):
    assert server.get("/health", headers={"Host": host}).status_code == 200


def test_an_address_is_no_name_that_could_be_rebound(server, guarded):
    other = {"Host": "192.168.1.7:8765"}
    assert server.get("/health", headers=other).status_code == 403
    assert guarded.get("/health", headers=other | bearer()).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1", "file://"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_other_sites_are_refused(server, origin, method):
    response = server.client.request(method, f"{API}/scenarios/mine", headers={"Origin": origin})
    assert response.status_code == 403
    assert "another site" in response.json()["error"]["what"]


def test_own_origin_is_served_and_cross_site_fetches_are_not(server):
    own = {"Origin": f"http://127.0.0.1:{server.port}"}
    assert server.get("/health", headers=own).status_code == 200
    assert server.get("/health", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert server.get("/health", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(
    "shown", [{}, bearer("wrong"), bearer("."), {"Authorization": TOKEN}, {"Cookie": f"{COOKIE}=x"}]
)
@pytest.mark.parametrize("path", ["/", f"{API}/health", f"{API}/openapi.json", "/assets/x.js"])
def test_strangers_are_refused_everywhere(guarded, shown, path):
    response = guarded.client.get(path, headers=shown)
    assert response.status_code == 401
    assert TOKEN not in response.text


def test_the_token_opens_as_header_and_as_cookie(guarded):
    assert guarded.get("/health", headers=bearer()).status_code == 200
    with httpx.Client(base_url=guarded.client.base_url) as client:
        refused = client.get("/", params={"token": TOKEN + "x"})
        assert refused.status_code == 401
        first = client.get("/", params={"token": TOKEN, "view": "flows"})
        assert first.status_code == 303
        assert first.headers["location"] == "/?view=flows"
        cookie = first.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert client.get(f"{API}/health").status_code == 200
        # The token in the address opens the page alone, so that no link to the interface carries it.
        client.cookies.clear()
        assert client.get(f"{API}/health", params={"token": TOKEN}).status_code == 401


def test_large_bodies_are_refused_with_and_without_a_length(guarded):
    large = b'{"a": "' + b"x" * 5000 + b'"}'
    kind = {"Content-Type": "application/json"}
    told = guarded.client.post(f"{API}/routes", content=large, headers=bearer() | kind)
    streamed = guarded.client.post(
        f"{API}/routes", content=iter([large[:2500], large[2500:]]), headers=bearer() | kind
    )
    assert (told.status_code, streamed.status_code) == (413, 413)
    assert "too large" in told.json()["error"]["what"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_bodies_that_forms_can_send_are_refused(server, kind):
    response = server.client.post(f"{API}/routes", content=b"{}", headers={"Content-Type": kind})
    assert response.status_code == 415


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"[]", b'"x"', b"[" * 900 + b"]" * 900, b'{"origin": 1e999}', b"9" * 1900]
)
def test_malformed_bodies_are_refused(guarded, body):
    kind = {"Content-Type": "application/json"}
    response = guarded.client.post(f"{API}/routes", content=body, headers=bearer() | kind)
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["what"]


def test_a_body_that_never_ends_is_given_up(guarded):
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=10) as held:
        head = f"POST {API}/routes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n"
        head += f"Authorization: Bearer {TOKEN}\r\n"
        held.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
        began = time.monotonic()
        assert b" 408 " in held.recv(100)
        assert time.monotonic() - began < 5


def test_two_hosts_are_refused(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as held:
        held.sendall(f"GET {API}/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".encode())
        assert held.recv(20).split()[1] in (b"400", b"403")


def test_a_flood_is_slowed(world, tmp_path):
    settings = ServerSettings(tmp_path, str(world), rate_per_s=2.0, workers=0)
    with running(settings, warm=False) as found:
        codes = [found.get("/health").status_code for _ in range(int(2.0 * BURST_S) + 5)]
    assert codes[0] == 200
    assert codes[-1] == 429


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.floats(0.1, 20))
def test_no_more_pass_than_the_rate_and_one_burst(gaps, rate):
    buckets, now, passed = Buckets(rate), 0.0, 0
    for gap in gaps:
        now += gap
        passed += buckets.take("a", now)
    assert passed <= max(1.0, rate * BURST_S) + rate * now + 1e-6


def test_every_response_carries_the_headers(server, guarded):
    for response in (server.get("/health"), server.get("/none"), guarded.get("/health"), server.client.get("/")):
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        f"{API}/scenarios/..%2f..%2fx",
        f"{API}/scenarios/%2e%2e.toml",
        f"{API}/scenarios/..%5cx.toml",
        f"{API}/jobs/..%2f..%2fx/result",
        f"{API}/why/../../../etc/passwd",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_paths_lead_nowhere_else(server, path, method):
    request = httpx.Request(method, server.client.base_url.join("/"), headers={"Content-Type": "application/json"})
    request.url = request.url.copy_with(raw_path=path.encode())
    response = server.client.send(request)
    assert 400 <= response.status_code < 500
    assert "root:" not in response.text


@given(st.text(max_size=30))
def test_no_name_becomes_a_path_outside_the_folder(name):
    folder = Folder(SOMEWHERE)
    try:
        path = folder.file("scenarios", name)
    except InputError:
        return
    assert path.resolve().parent == folder.path / "scenarios"


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    folder = Folder(tmp_path / "own")
    folder.open()
    (tmp_path / "secret.toml").write_text("secret", encoding="utf-8")
    (tmp_path / "own" / "scenarios" / "leak.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(InputError, match="lies elsewhere"):
        folder.file("scenarios", "leak.toml")


def test_which_hosts_are_of_this_machine_alone():
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.org", "")))

"""Fifty clients ask for routes at once: `python benchmarks/serve.py [--seconds 60] [--clients 50] [--new 0.1]`.

A server of its own on loopback; every client asks again as soon as it is answered. They ask for sixty
consignments, each of which is searched when it is asked for first and kept from then on; a share `--new` of the
asks is for pairs of places that nobody asked for before. Prints errors, rate and percentiles of both, and before
them how long a single client waits for routes, and for flows of years and scenarios, that nobody asked for before.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from itertools import product
from statistics import quantiles

POOL = 60
PARTS = ("origin", "destination", "commodity")
HEADERS = {"Content-Type": "application/json"}
REFERENCE = [
    ("KZALA", "DEDUI", "containers"),
    ("CNXIA", "DEHAM", "containers"),
    ("UZTAS", "GEPTI", "cotton"),
    ("KZALA", "JPYOK", "containers"),
    ("KZALA", "TRMER", "grain"),
    ("CNXIA", "TRMER", "containers-high-value"),
]


def call(address: str, body: dict[str, object] | None = None) -> tuple[int, bytes]:
    """Status and body of a request."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, content, HEADERS)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def asks(base: str) -> list[dict[str, object]]:
    """Asks about ports and cities that have an answer, in random order."""
    network = json.loads(call(f"{base}/network")[1])
    places = sorted(place["id"] for place in network["places"] if place["kind"] in ("port", "station"))
    pairs = [pair for pair in product(places, places) if pair[0] != pair[1]]
    return [
        {"origin": one, "destination": other}
        for one, other in random.Random(1).sample(pairs, min(60_000, len(pairs)))
    ]


def run(base: str, clients: int, seconds: float, share: float) -> tuple[dict[str, list[float]], int, int]:
    """Times in seconds by kind of ask, errors, and asks without a way."""
    drawn, lock = asks(base), threading.Lock()
    known = [{"origin": one, "destination": other, "commodity": goods} for one, other, goods in REFERENCE]
    known, new = [*known, *drawn[: POOL - len(known)]], iter(drawn[POOL:])
    times: dict[str, list[float]] = {"kept": [], "new": []}
    counted = {"errors": 0, "no way": 0}
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        draw = random.Random(number)
        while time.perf_counter() < end:
            kind = "new" if draw.random() < share else "kept"
            with lock:
                body = next(new) if kind == "new" else draw.choice(known)
            began = time.perf_counter()
            try:
                status, content = call(f"{base}/routes", body)
            except OSError:
                status, content = 599, b""
            spent = time.perf_counter() - began
            with lock:
                times[kind].append(spent)
                # Some places have no way to others; that is an answer, told with what bars it.
                if status == 422 and b"no " in content:
                    counted["no way"] += 1
                elif status != 200:
                    counted["errors"] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, counted["errors"], counted["no way"]


def alone(base: str) -> None:
    """Print how long a single client waits for what nobody asked before."""
    told("routes", [took(f"{base}/routes", dict(zip(PARTS, ask, strict=True))) for ask in REFERENCE])
    told("flows of a year", [took(f"{base}/flows", {"year": year}) for year in (2026, 2030, 2040)])
    worlds = [line["name"] for line in json.loads(call(f"{base}/meta")[1])["scenarios"] if line["year"] is None]
    edited = [{"world": {"scenarios": [name]}} for name in worlds]
    told("flows of a scenario", [took(f"{base}/flows", body) for body in edited])
    told("compared, in 2030", [took(f"{base}/flows", body | {"year": 2030, "compare": {}}) for body in edited])


def took(address: str, body: dict[str, object]) -> float:
    """Seconds until a request is answered."""
    began = time.perf_counter()
    status, _ = call(address, body)
    assert status == 200, (address, body)
    return time.perf_counter() - began


def told(name: str, seconds: list[float]) -> None:
    """Print a line of milliseconds."""
    each = ", ".join(f"{1000 * value:.0f}" for value in seconds)
    print(f"one client, first ask, {name:<20} {each} ms")


def main() -> None:
    """Start a server, ask, stop it, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--new", type=float, default=0.0, help="share of asks that nobody asked before")
    parser.add_argument("--port", type=int, default=8799)
    parser.add_argument("--folder", help="of a server that was warm before; else an empty one, and a long start")
    given = parser.parse_args()
    base = f"http://127.0.0.1:{given.port}/api/v1"
    with tempfile.TemporaryDirectory() as empty:
        folder = given.folder or empty
        command = [sys.executable, "-m", "caspia", "serve", "--port", str(given.port), "--folder", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            began = time.perf_counter()
            while json.loads(_patient(f"{base}/health"))["status"] == "warming":
                time.sleep(0.5)
            print(f"warm after {time.perf_counter() - began:.1f} s, on {os.cpu_count()} cores")
            alone(base)
            times, errors, lost = run(base, given.clients, given.seconds, given.new)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
    whole = sorted(times["kept"] + times["new"])
    print(
        f"{given.clients} clients, {given.seconds:g} s: {len(whole)} answers, {errors} errors, {lost} without a way"
    )
    for kind, values in (("all", whole), *times.items()):
        if len(values) > 20:
            cut = quantiles(values, n=100)
            print(f"  {kind:5} {len(values):6}  p50 {1000 * cut[49]:6.0f} ms  p95 {1000 * cut[94]:6.0f} ms")


def _patient(address: str) -> bytes:
    """Body of an answer, once the server listens."""
    for _ in range(300):
        try:
            return call(address)[1]
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()

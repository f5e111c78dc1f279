"""The web app under load, on the loopback only: readers that page through it while what-ifs are asked and run.

Bounded in count and in time. The server is `dayafter serve`, a process of its own. A reader goes through every page
twice without a pause, then goes on with a second between pages until the last what-if is done; a what-if is answered
at once and then run as an ensemble of the default size to its end. No answer may be an error. Prints one line a kind
with quantiles of the waiting time, which mean something only on a machine that does nothing else, and processor seconds
of server and clients apart.

`python -m benchmarks.web_load [--readers 50] [--what-ifs 4] [--members 1000]`
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Final

import httpx

PAGES: Final = (
    "/", "/places", "/places/jalawla", "/deals", "/deals/diyala-exchange", "/actors", "/settlement", "/sources",
    "/data", "/api/v1/case", "/api/v1/settle", "/static/app.css",
)  # fmt: skip
ROUNDS: Final = 2
PAUSE: Final = 1.0
MOST_SECONDS: Final = 300.0
FORMS: Final = ("written", "signed", "ratified")


@contextmanager
def _server(members: int) -> Iterator[tuple[str, int]]:
    """`dayafter serve` on a free port; its address and the id of its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        told = ["--port", str(port), "--workspace", str(Path(name) / "w"), "--members", str(members)]
        server = subprocess.Popen(
            [sys.executable, "-m", "dayafter", "serve", "iraq-2016", *told], stderr=subprocess.DEVNULL
        )
        try:
            base = f"http://localhost:{port}"
            for _ in range(600):
                if server.poll() is not None:
                    raise RuntimeError("the server did not start")
                if _answers(base):
                    break
                time.sleep(0.05)
            yield base, server.pid
        finally:
            server.terminate()
            server.wait(20)


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _read(base: str, ends: float, go_on: Event | None = None) -> tuple[list[float], list[float]]:
    """One reader: every page, some rounds, over one connection; then with pauses until `go_on` is set.

    Seconds that each answer took: without pauses, and with them.
    """
    rush: list[float] = []
    calm: list[float] = []
    with httpx.Client(base_url=base, timeout=MOST_SECONDS, trust_env=False) as client:
        rounds = 0
        while rounds < ROUNDS or (go_on is not None and not go_on.is_set()):
            for path in PAGES:
                if time.monotonic() > ends:
                    raise TimeoutError(f"the load took longer than {MOST_SECONDS:g} s")
                start = time.perf_counter()
                answer = client.get(path)
                (rush if rounds < ROUNDS else calm).append(time.perf_counter() - start)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} answered {answer.status_code}")
                if rounds >= ROUNDS and (go_on is None or go_on.wait(PAUSE)):
                    break
            rounds += 1
    return rush, calm


def _ask(base: str, number: int, members: int) -> tuple[float, float]:
    """One what-if: seconds until it was answered at once, and until its ensemble was done."""
    question = {
        "deal": "diyala-exchange",
        "steps": [{"action": "formalise", "deal": "diyala-exchange", "form": FORMS[number % len(FORMS)]}],
    }
    with httpx.Client(base_url=base, timeout=MOST_SECONDS, trust_env=False) as client:
        start = time.perf_counter()
        client.post("/api/v1/what-if", json=question).raise_for_status()
        at_once = time.perf_counter() - start
        start = time.perf_counter()
        begun = client.post("/api/v1/what-if/runs", json={**question, "members": members})
        begun.raise_for_status()
        last: dict[str, Any] = {}
        with client.stream("GET", begun.json()["events"]) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    last = json.loads(line.removeprefix("data: "))
        if last.get("state") != "done":
            raise RuntimeError(f"a what-if ended as {last.get('state')}: {last.get('error')}")
    return at_once, time.perf_counter() - start


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _seconds_of(process: int) -> float:
    """Processor seconds of another process, from Linux."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _line(name: str, waits: list[float]) -> str:
    ordered = sorted(waits)
    at = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{name:<28} {len(ordered):>6} {statistics.median(ordered):>9.3f} {at:>9.3f} {ordered[-1]:>9.3f}"


def measure(readers: int, what_ifs: int, members: int) -> list[str]:
    """Run the load and tell how it went.

    Raises
    ------
    RuntimeError : an answer was an error. TimeoutError : it took too long.
    """
    with _server(members) as (base, process), ThreadPoolExecutor(readers + what_ifs) as pool:
        _read(base, time.monotonic() + MOST_SECONDS)  # pages made, kernels compiled: a server that has been up
        _ask(base, 0, members)
        alone = _ask(base, 1, members)
        began, own, served = time.monotonic(), _own_seconds(), _seconds_of(process)
        answered = Event()
        looking = [pool.submit(_read, base, began + MOST_SECONDS, answered) for _ in range(readers)]
        asking = [pool.submit(_ask, base, number, members) for number in range(what_ifs)]
        try:
            answers = [one.result() for one in asking]
        finally:
            answered.set()
        read = [one.result() for one in looking]
        took, own, served = time.monotonic() - began, _own_seconds() - own, _seconds_of(process) - served
    return [
        f"{'seconds':<28} {'number':>6} {'median':>9} {'95 %':>9} {'longest':>9}",
        _line("what-if alone, at once", [alone[0]]),
        _line(f"what-if alone, {members} members", [alone[1]]),
        *_some("pages, in the rush", [wait for rush, _ in read for wait in rush]),
        *_some("pages, a second between", [wait for _, calm in read for wait in calm]),
        *_some("what-ifs, at once", [one for one, _ in answers]),
        *_some(f"what-ifs, {members} members", [two for _, two in answers]),
        f"no errors; {took:.1f} s in all, processor seconds: {served:.1f} of the server, {own:.1f} of the clients",
    ]


def _some(name: str, waits: list[float]) -> list[str]:
    return [_line(name, waits)] if waits else []


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50, choices=range(1, 201), metavar="1..200")
    parser.add_argument("--what-ifs", type=int, default=4, choices=range(17), metavar="0..16")
    parser.add_argument("--members", type=int, default=1000, choices=range(20, 10_001), metavar="20..10000")
    asked = parser.parse_args()
    print("\n".join(measure(asked.readers, asked.what_ifs, asked.members)))


if __name__ == "__main__":
    main()

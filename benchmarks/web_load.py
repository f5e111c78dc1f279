"""The web app under load, on the loopback only: readers that page through it while what-ifs are asked and run.

Bounded in count and in time. A reader goes through every page twice; a what-if is answered at once and then run as an
ensemble of the default size to its end. No answer may be an error. Prints one line a kind with processor seconds of the
server and quantiles of the waiting time, which mean something only on a machine that does nothing else.

`python -m benchmarks.web_load [--readers 50] [--what-ifs 4] [--members 1000]`
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx

from dayafter.web.settings import Limits, Settings
from tests.unit.web.serving import listening

PAGES: Final = (
    "/", "/places", "/places/jalawla", "/deals", "/deals/diyala-exchange", "/actors", "/settlement", "/sources",
    "/data", "/api/v1/case", "/api/v1/settle", "/static/app.css",
)  # fmt: skip
ROUNDS: Final = 2
MOST_SECONDS: Final = 300.0
FORMS: Final = ("written", "signed", "ratified")


def _read(base: str, ends: float) -> list[float]:
    """One reader: every page, some rounds, over one connection. Seconds that each answer took."""
    waits = []
    with httpx.Client(base_url=base, timeout=MOST_SECONDS, trust_env=False) as client:
        for _ in range(ROUNDS):
            for path in PAGES:
                if time.monotonic() > ends:
                    raise TimeoutError(f"the load took longer than {MOST_SECONDS:g} s")
                start = time.perf_counter()
                answer = client.get(path)
                waits.append(time.perf_counter() - start)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} answered {answer.status_code}")
    return waits


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
        begun = client.post("/api/v1/what-if/runs", json={**question, "members": members, "seed": number + 1})
        begun.raise_for_status()
        last: dict[str, Any] = {}
        with client.stream("GET", begun.json()["events"]) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    last = json.loads(line.removeprefix("data: "))
        if last.get("state") != "done":
            raise RuntimeError(f"a what-if ended as {last.get('state')}: {last.get('error')}")
    return at_once, time.perf_counter() - start


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


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
    with tempfile.TemporaryDirectory() as name:
        limits = Limits(runs_at_once=2, runs_waiting=max(8, what_ifs))
        settings = Settings(case="iraq-2016", workspace=Path(name) / "w", members=members, limits=limits, warm=False)
        with listening(settings) as base, ThreadPoolExecutor(readers + what_ifs) as pool:
            _read(base, time.monotonic() + MOST_SECONDS)  # pages made, kernels compiled: a server that has been up
            alone = _ask(base, 0, members)
            alone = _ask(base, 1, members)
            began, used = time.monotonic(), _processor_seconds()
            looking = [pool.submit(_read, base, began + MOST_SECONDS) for _ in range(readers)]
            asking = [pool.submit(_ask, base, number, members) for number in range(what_ifs)]
            waits = [wait for one in looking for wait in one.result()]
            answers = [one.result() for one in asking]
            took, spent = time.monotonic() - began, _processor_seconds() - used
    return [
        f"{'seconds':<28} {'number':>6} {'median':>9} {'95 %':>9} {'longest':>9}",
        _line("what-if alone, at once", [alone[0]]),
        _line(f"what-if alone, {members} members", [alone[1]]),
        _line("pages, under load", waits),
        *([_line("what-ifs, at once", [one for one, _ in answers])] if answers else []),
        *([_line(f"what-ifs, {members} members", [two for _, two in answers])] if answers else []),
        f"no errors; {took:.1f} s in all, {spent:.1f} processor seconds of clients and server together",
    ]


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

"""Times the predictions, beside the stored times of the toolkit's own program on a machine of this kind.

Cold is a first call in a new process with nothing kept from before: it compiles. Warm is the fastest of several calls.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from dayafter.settlement.predictions.challenge import challenge
from dayafter.settlement.predictions.exchange import exchange
from dayafter.settlement.predictions.spatial import DEFAULTS, spatial_runs
from dayafter.settlement.problem import Problem, exact_problem

TOOLKIT_SECONDS = {26: 1.2, 40: 6.6, 80: 61.0}
"""Wall times of the toolkit's command-line program with logging off, by number of actors."""
FIRST_CALL = "from benchmarks.settlement import actors_on_a_line, seconds, spatial_runs; \
print(seconds(lambda: spatial_runs(actors_on_a_line(80)), 1))"


def actors_on_a_line(n_actors: int, n_issues: int = 1, seed: int = 1) -> Problem:
    """A made problem: positions, saliences and capabilities drawn evenly."""
    rng = np.random.default_rng(seed)
    shape = (n_actors, n_issues)
    names = tuple(f"actor {a}" for a in range(n_actors)), tuple(f"issue {i}" for i in range(n_issues))
    position = np.round(rng.random(shape), 4)
    return exact_problem(*names, position, 0.25 + 0.5 * rng.random(shape), 0.5 + rng.random(n_actors)).middle


def seconds(task: Callable[[], object], repeats: int = 5) -> float:
    """The fastest of several calls."""
    best = np.inf
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - began)
    return float(best)


def cold_seconds(environment: dict[str, str]) -> float:
    """A first call in a new process, imports apart."""
    command = (sys.executable, "-c", FIRST_CALL)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> int:
    """Print the table. Returns the exit status."""
    print(f"{'challenge rounds, spatial model':40}{'turns':>7}{'seconds':>10}{'toolkit':>9}{'times':>8}")
    for n_actors, theirs in TOOLKIT_SECONDS.items():
        problem = actors_on_a_line(n_actors)
        (run,) = spatial_runs(problem, DEFAULTS)
        took = seconds(partial(spatial_runs, problem))
        print(f"{f'{n_actors} actors, warm':40}{len(run.position) - 1:7}{took:10.4f}{theirs:9.1f}{theirs / took:8.0f}")
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        for title in ("80 actors, first ever: compiles", "80 actors, first in a process"):
            took = cold_seconds(environment)
            print(f"{title:40}{'':7}{took:10.4f}{61.0:9.1f}{61.0 / took:8.1f}")
    others: list[tuple[str, Callable[[], object]]] = [
        ("expected utility, 80 actors, 10 rounds", partial(challenge, actors_on_a_line(80))),
        ("exchange, 30 actors, 7 issues", partial(exchange, actors_on_a_line(30, 7))),
    ]
    for title, task in others:
        task()
        print(f"{title:47}{seconds(task):10.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

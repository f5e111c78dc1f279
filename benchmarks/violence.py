"""Violence alone, compiled, beside the same process in plain NumPy and written with Mesa agents.

`python -m benchmarks.violence` prints place-months per second of each, in one run, and their ratios; `--world` adds
65,024 cells × 36 months × 1,000 members with maps of quantiles: every cell drawn, quiet cells skipped, and with levels.
The peers are timed on few members, since their cost is linear in members; the rate is what is compared. Absolute times
drift with the machine and with what else runs on it: processor seconds are printed beside those of the clock.

The made-up world is like ours in what costs time: trouble comes in clusters, most cells see none in a lifetime. The
shares it came to are printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dayafter.simulation.violence import (
    Members,
    ViolenceProcess,
    reference_paths,
    rounded_excitation,
)
from dayafter.simulation.violence_run import ViolenceSummary, simulate_violence
from dayafter.violence_only import LEVEL_SD

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
DISPERSION = 0.9
COLD = """
import time; began = time.perf_counter()
from benchmarks.violence import made_up_world
from dayafter.simulation.violence import Members
from dayafter.simulation.violence_run import simulate_violence
world = made_up_world(8, 8, 6)
loaded = time.perf_counter()
simulate_violence(world, Members.alike(16, dispersion=0.9), seed=1).quantiles((0.5,))
print(loaded - began, time.perf_counter() - loaded)
"""


def made_up_world(rows: int, columns: int, n_months: int, seed: int = 1) -> ViolenceProcess:
    """A grid of cells that excite themselves and their eight neighbours, over three months.

    One cell in ten is the sea. Backgrounds are log-normal about 5 events in 100,000 months; one cell in a hundred, in
    clusters, sees some 3 events in 10 months.
    """
    draw = np.random.default_rng(seed)
    n = rows * columns
    clusters = gaussian_filter(draw.standard_normal((rows, columns)), 2.0, mode="wrap").ravel()
    busy = clusters > np.quantile(clusters, 0.99)
    level = np.where(busy, draw.lognormal(np.log(0.3), 1.0, n), draw.lognormal(np.log(5e-5), 1.0, n))
    level[draw.random(n) < 0.1] = 0.0
    number = np.arange(n)
    row, column = number // columns, number % columns
    targets, sources, offspring = [number], [number], [np.full(n, 0.25)]
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            inside = (row + down >= 0) & (row + down < rows) & ((down, right) != (0, 0))
            targets.append((row + down)[inside] * columns + (column + right)[inside] % columns)
            sources.append(number[inside])
            offspring.append(np.full(int(inside.sum()), 0.1 / 8))
    return ViolenceProcess(
        background=level * draw.lognormal(0.0, 0.2, (n_months, 1)),
        things=number + 1,
        targets=np.concatenate(targets),
        sources=np.concatenate(sources),
        offspring=np.concatenate(offspring),
        lag_weights=np.array([0.6, 0.3, 0.1]),
        history=np.zeros((3, n), dtype=np.int64),
    )


def numpy_own_draws(process: ViolenceProcess, members: Members, seed: int) -> NDArray[np.int64]:
    """The process as one would write it for NumPy's own generator: whole arrays, gamma and Poisson draws."""
    draw = np.random.default_rng(seed)
    matrix, n_lags = rounded_excitation(process), process.lag_weights.size
    shape = (process.things.size, members.numbers.size)
    past = [np.zeros(shape) for _ in range(n_lags)]
    total = np.zeros(shape, dtype=np.int64)
    for mu in process.background:
        excited = matrix @ sum(w * counts for w, counts in zip(process.lag_weights, past, strict=True))
        rate = np.where(mu[:, None] > 0, mu[:, None] + excited, 0.0)
        counts = draw.poisson(rate * draw.gamma(1 / DISPERSION, DISPERSION, shape))
        past = [counts.astype(np.float64), *past[:-1]]
        total += counts
    return total


class Cell(mesa.Agent):  # type: ignore[misc]  # Mesa's classes are untyped to a checker
    """A place as an agent: asks its neighbours what happened there, then draws what happens here."""

    def __init__(self, model: World, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.past = [0.0, 0.0, 0.0]
        self.now = 0
        self.total = 0
        self.around: list[tuple[Cell, float]] = []

    def step(self) -> None:
        """This month's events, from those of the last months here and around."""
        model = self.model
        mu = model.background[model.month][self.number]
        self.now = 0
        if mu <= 0:
            return
        rate = mu + sum(
            b * (w[0] * c.past[0] + w[1] * c.past[1] + w[2] * c.past[2])
            for w in [model.weights]
            for c, b in self.around
        )
        frailty = model.random.gammavariate(1 / DISPERSION, DISPERSION)
        rate *= frailty
        chance, threshold = 1.0, np.exp(-rate)
        while (chance := chance * model.random.random()) > threshold:
            self.now += 1

    def advance(self) -> None:
        """The month passes."""
        self.past = [float(self.now), *self.past[:-1]]
        self.total += self.now


class World(mesa.Model):  # type: ignore[misc]  # Mesa's classes are untyped to a checker
    """One member: all places of one history."""

    def __init__(self, process: ViolenceProcess, seed: int) -> None:
        super().__init__(seed=seed)
        self.background = process.background.tolist()
        self.weights = process.lag_weights.tolist()
        self.month = 0
        cells = [Cell(self, number) for number in range(process.things.size)]
        for target, source, b in zip(
            process.targets.tolist(), process.sources.tolist(), process.offspring.tolist(), strict=True
        ):
            cells[target].around.append((cells[source], b))

    def step(self) -> None:
        """All places draw, then the month passes everywhere."""
        self.agents.do("step")
        self.agents.do("advance")
        self.month += 1


def mesa_total(process: ViolenceProcess, seed: int) -> int:
    """Events of one member in Mesa."""
    world = World(process, seed)
    for _ in range(process.background.shape[0]):
        world.step()
    return sum(cell.total for cell in world.agents)


def timed(function: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, of the processor, and what came back."""
    clock, processor = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - clock, time.process_time() - processor, result


def best(function: Callable[[], Any], repeats: int) -> tuple[float, float, Any]:
    """The fastest of several runs: the others were held up by something else."""
    return min((timed(function) for _ in range(repeats)), key=lambda done: done[0])


def row(title: str, place_months: float, clock: float, processor: float, kernel: float) -> float:
    """Print one line; returns place-months per second."""
    rate = place_months / clock
    ratio = f"{kernel / rate:12,.0f}" if kernel else f"{1:12}"
    print(f"{title:44}{clock:9.2f}{processor:11.2f}{rate:12.2e}{ratio}", flush=True)
    return rate


def first_run() -> None:
    """Seconds of a first run, with compilation, and of the next."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        for title in ("first run, kernels compiled", "next run, kernels kept"):
            out = subprocess.run(
                [sys.executable, "-c", COLD], env=environment, capture_output=True, text=True, check=True
            ).stdout
            imports, work = (float(x) for x in out.split())
            print(f"{title:44}{imports + work:9.2f} s, {imports:.2f} of it imports")


def world_run(threads: int, repeats: int) -> None:
    """The whole world, a thousand members."""
    world, alike = made_up_world(256, 254, 36), Members.alike(1000, dispersion=DISPERSION)
    place_months = world.background.size * 1000.0
    levels = replace(alike, level_sd=np.full(1000, LEVEL_SD))
    for title, members, skip in (
        ("world, every cell drawn", alike, False),
        ("world, quiet cells skipped", alike, True),
        ("world, each cell a level of its own", levels, False),
    ):

        def run(members: Members = members, skip: bool = skip) -> ViolenceSummary:  # noqa: FBT001  # bound by the loop
            done = simulate_violence(world, members, seed=1, threads=threads, skip_quiet=skip)
            done.quantiles(SHARES)
            return done

        clock, processor, done = best(run, repeats)
        row(f"{title}, maps of 5 quantiles", place_months, clock, processor, 0.0)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        print(
            f"  {done.mean().mean():.5f} events a cell-month, {done.p_any().mean():.5f} of cell-months with any; "
            f"peak memory of the process so far {peak:.0f} MB"
        )


def main(arguments: list[str] | None = None) -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.violence", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each; the fastest counts (default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--world", action="store_true", help="add the whole world: a minute, under 1 GB")
    options = parser.parse_args(arguments)
    first_run()
    print(f"{'10,000 cells × 36 months':44}{'seconds':>9}{'processor':>11}{'per second':>12}{'kernel is ×':>12}")
    process = made_up_world(100, 100, 36)
    cells = float(process.background.size)
    simulate_violence(process, Members.alike(16, dispersion=DISPERSION), seed=1)  # compiled before the clock starts

    def kernel() -> ViolenceSummary:
        members = Members.alike(1000, dispersion=DISPERSION)
        return simulate_violence(process, members, seed=1, threads=options.threads)

    clock, processor, _ = best(kernel, options.repeats)
    rate = row(f"kernel, {options.threads} threads, 1,000 members", cells * 1000, clock, processor, 0.0)
    few = Members.alike(32, dispersion=DISPERSION)
    clock, processor, _ = best(lambda: numpy_own_draws(process, few, 1), options.repeats)
    row("NumPy, its own generator, 32 members", cells * 32, clock, processor, rate)
    clock, processor, _ = best(lambda: reference_paths(process, few, 1), options.repeats)
    row("plain reference (same bits), 32 members", cells * 32, clock, processor, rate)
    clock, processor, _ = best(lambda: mesa_total(process, 1), 1)
    row(f"Mesa {mesa.__version__} agents, 1 member", cells, clock, processor, rate)
    if options.world:
        world_run(options.threads, options.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())

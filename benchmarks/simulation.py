"""The whole process, compiled, beside the plain reference and beside its essential part written with Mesa agents.

`python -m benchmarks.simulation` prints member-months per processor second of each, in one run, and their ratios; then
the worked case (9 policies × 1,000 members × 36 months, counted and tabulated) and 60 communities in 20 places over 52
months × 1,000 members. `--cold` adds a first run with nothing compiled, `--plot FILE` measures how cost grows with
members, places and months and draws it. Processor seconds are what the system charged, whatever else ran.

**The Mesa peer is less than the process**: places with five classes of violence that excite one another, deals with a
monthly hazard that rises with violence, communities that return, flee and leave. No control, claims, loyalty, money,
offices, remnants or record, no addressed luck: its ratio is a lower bound.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import mesa
import numpy as np
from matplotlib import pyplot as plt

from benchmarks.make_case import made_up_case
from dayafter import study
from dayafter.arrays import CompiledCase
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.simulation import compiled, reference
from dayafter.simulation.policies import NOTHING, compile_policy
from dayafter.simulation.setting import prepare

COLD = "from dayafter.study import Settings, prepare; prepare('iraq-2016', Settings()).execute(threads=2)"


class Spot(mesa.Agent):  # type: ignore[misc]  # Mesa's classes are untyped to a checker
    """A place: five classes of violence that excite one another."""

    def __init__(self, model: History, rates: list[float]) -> None:
        super().__init__(model)
        self.rates, self.lags, self.smooth = rates, [[0.0] * 5 for _ in range(3)], 0.0
        self.now = [0] * 5

    def step(self) -> None:
        """This month's events, from those of the last three."""
        past = [0.72 * a + 0.21 * b + 0.07 * c for a, b, c in zip(*self.lags, strict=True)]
        calm = 0.5 if any(deal.holds for deal in self.model.deals) else 1.0
        for k, rate in enumerate(self.rates):
            mean = calm * rate + 0.2 * past[k] + 0.03 * (sum(past[:4]) - past[k]) * (k < 4)
            mean *= self.model.random.gammavariate(1 / 0.6, 0.6)
            chance, n, least = 1.0, 0, math.exp(-mean)
            while (chance := chance * self.model.random.random()) > least:
                n += 1
            self.now[k] = n
        self.lags = [[float(n) for n in self.now], *self.lags[:2]]
        self.smooth = 0.6 * self.smooth + 0.4 * sum(self.now)


class Deal(mesa.Agent):  # type: ignore[misc]  # as above
    """A deal: ends at a hazard that rises with violence, is made again by talks."""

    def __init__(self, model: History, *, holds: bool) -> None:
        super().__init__(model)
        self.holds, self.age = holds, 0

    def step(self) -> None:
        """It ends, or is made."""
        violence = math.log1p(sum(spot.smooth for spot in self.model.spots) / len(self.model.spots))
        if self.holds:
            hazard = 0.02 * math.exp(0.34 * violence) * ((1 + self.age / 6) / (1 + 7 / 6)) ** -0.4
            self.holds, self.age = self.model.random.random() >= 1 - math.exp(-hazard), self.age + 1
        else:
            self.holds, self.age = self.model.random.random() < 0.012 * math.exp(-0.35 * violence), 0


class People(mesa.Agent):  # type: ignore[misc]  # as above
    """A community in a place: some return in batches, some flee, some leave for good."""

    def __init__(self, model: History, spot: Spot, persons: int) -> None:
        super().__init__(model)
        self.spot, self.home, self.displaced, self.left = spot, persons // 2, persons // 2, 0

    def step(self) -> None:
        """A month of moves."""
        draw, events = self.model.random.random, sum(self.spot.now)
        batch = -0.12 * math.log(1 - draw()) * math.exp(-1.5 - 0.5 * math.log1p(self.spot.smooth))
        back = int(min(batch, 1) * self.displaced) if draw() < 0.25 else 0
        fled = int(self.home * (1 - math.exp(-0.002 * events)) + draw())
        gone = min(int(0.003 * self.displaced + draw()), self.displaced - back)
        self.home += back - fled
        self.displaced += fled - back - gone
        self.left += gone


class History(mesa.Model):  # type: ignore[misc]  # as above
    """One member."""

    def __init__(self, case: CompiledCase, n_cells: int, seed: int) -> None:
        super().__init__(seed=seed)
        local = int((~case.is_national).sum())
        self.spots = [Spot(self, [0.02, 0.012, 0.05, 0.03, 0.0]) for _ in range(local)]
        self.deals = [Deal(self, holds=status.value == "in-force") for status in case.deal_status]
        for number in range(n_cells):
            People(self, self.spots[number % local], 20_000)

    def step(self) -> None:
        """Violence, then deals, then people."""
        for kind in (Spot, Deal, People):
            self.agents_by_type[kind].do("step")


def iraq() -> CompiledCase:
    """The bundled case."""
    return compile_case(load_case(find_case("iraq-2016")).case)


def sized(n_places: int) -> CompiledCase:
    """A case with three communities in each of so many places, made up."""
    return compile_case(made_up_case(n_places=n_places, n_communities=3, n_actors=30, n_rows=100 * n_places, seed=3))


def seconds(function: Callable[[], Any]) -> float:
    """Processor seconds of all threads."""
    start = time.process_time()
    function()
    return time.process_time() - start


def process_seconds(case: CompiledCase, members: int, months: int, *, repeats: int = 2) -> float:
    """Of one policy, members drawn before; the fastest of several runs."""
    policy = case.policies[-1] if case.policies else NOTHING
    setting, schedule = prepare(case, 1, np.arange(members)), compile_policy(case, policy, months)
    compiled.run(setting, schedule, 1)
    return min(seconds(lambda: compiled.run(setting, schedule, months)) for _ in range(repeats))


def worked_case(members: int, months: int, threads: int = 2) -> tuple[float, float]:
    """All policies of the bundled case as `simulate` runs them: seconds by the clock, and of the processor."""
    run = study.prepare("iraq-2016", study.Settings(members=members, months=months))
    clock, processor = time.perf_counter(), time.process_time()
    run.execute(threads=threads)
    return time.perf_counter() - clock, time.process_time() - processor


def peers(repeats: int) -> None:
    """Member-months per processor second of the kernels, the plain reference and Mesa."""
    case, months = iraq(), 36
    schedule, setting = compile_policy(case, case.policies[-1], months), prepare(case, 1, np.arange(256))
    compiled.run(setting, schedule, 1)
    cells = setting.layout.cell_place.size
    done = {
        "compiled, 256 members": (
            256,
            min(seconds(lambda: compiled.run(setting, schedule, months)) for _ in range(repeats)),
        ),
        "plain reference (same bits), 256 members": (256, seconds(lambda: reference.run(setting, schedule, months))),
        f"Mesa {mesa.__version__}, its essential part, 2 members": (
            2,
            seconds(lambda: _march([History(case, cells, n) for n in range(2)], months)),
        ),
    }
    rates = {title: members * months / used for title, (members, used) in done.items()}
    fastest = next(iter(rates.values()))
    print(f"{'iraq-2016, one policy, 36 months':52}{'member-months per processor second':>36}{'compiled is ×':>15}")
    for title, rate in rates.items():
        print(f"{title:52}{rate:36,.0f}{fastest / rate:15,.0f}", flush=True)


def _march(histories: list[History], months: int) -> None:
    for history in histories:
        for _ in range(months):
            history.step()


def first_run() -> None:
    """A first run, with nothing compiled, and the next, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        for title in ("a first run, kernels compiled", "the next, kernels kept"):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", COLD], env=environment, check=True)
            print(
                f"{title + ': the worked case, from start to end':60}{time.perf_counter() - start:8.1f} s by the clock"
            )


def plot(target: Path) -> None:
    """Cost against members, places and months, as processor seconds of one policy."""
    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "cost", "svg.fonttype": "none"}
    cases = {n: sized(n) for n in (5, 10, 20, 40)}
    lines = {
        "members": [(n, process_seconds(cases[10], n, 24)) for n in (128, 256, 512, 1024)],
        "places (three communities each)": [(n, process_seconds(case, 256, 24)) for n, case in cases.items()],
        "months": [(n, process_seconds(cases[10], 256, n)) for n in (12, 24, 48, 96)],
    }
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.8), constrained_layout=True)
    for axis, (name, points) in zip(axes, lines.items(), strict=True):
        sizes, used = zip(*points, strict=True)
        axis.loglog(sizes, used, "o-", color="#1b5e7a")
        axis.loglog(
            sizes, [used[-1] * size / sizes[-1] for size in sizes], "--", color="#999999", label="in proportion"
        )
        axis.set_xlabel(name)
        axis.set_xticks(sizes, [str(size) for size in sizes], minor=False)
        axis.minorticks_off()
        print(name, ", ".join(f"{size}: {one:.2f} s" for size, one in points), flush=True)
    axes[0].set_ylabel("processor seconds")
    axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(target, metadata={"Date": None})


def main(arguments: list[str] | None = None) -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each; the fastest counts (default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cold", action="store_true", help="add a first run with nothing compiled")
    parser.add_argument("--plot", type=Path, help="draw how cost grows, as SVG")
    options = parser.parse_args(arguments)
    if options.cold:
        first_run()
    peers(options.repeats)
    worked_case(20, 1, options.threads)
    clock, processor = worked_case(1000, 36, options.threads)
    title = f"iraq-2016, 9 policies × 1,000 members × 36 months, with tables, {options.threads} threads"
    print(f"{title:80}{clock:8.2f} s, {processor:.2f} of the processor", flush=True)
    case = sized(21)  # one of them is national
    used = process_seconds(case, 1000, 52, repeats=1)
    cells = prepare(case, 1, np.arange(1)).layout.cell_place.size
    print(f"{cells} communities in 20 places, 52 months × 1,000 members, one policy: {used:.2f} processor seconds")
    if options.plot is not None:
        plot(options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())

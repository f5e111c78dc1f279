"""Prints how long the commands take and how much memory, each beside a peer that runs in the same minute.

Absolute times drift with the machine, so the ratio to the peer is the number to compare. Each line is the fastest of
several runs: the others were held up by something else. Processor seconds are what the system charged, whatever else
ran. Peak memory is that of the whole process; since a child is first charged with the memory of what started it, this
program imports nothing large and makes the case in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

DAYAFTER = (sys.executable, "-m", "dayafter")
START = (sys.executable, "-c", "pass")
READER = """
import csv, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv")):
    with path.open(encoding="utf-8", newline="") as file:
        list(csv.reader(file))
"""
MAKE_CASE = """
import pathlib, sys
from benchmarks.make_case import make_case
print(sum(1 for _ in make_case(pathlib.Path(sys.argv[1]), n_places=300, n_actors=100, n_rows=20_000).rows()))
"""
MORE = ("benchmarks.settlement", "benchmarks.settlement_search", "benchmarks.violence", "benchmarks.simulation")
"""Benchmarks with tables of their own, each run in a process of its own and printed as it ends."""
MAKE_PANEL = """
import sys
import numpy as np, polars as pl
from benchmarks.violence import made_up_world
world = made_up_world(256, 254, 36)
counts = np.random.default_rng(1).poisson(1.5 * world.background)
rows, columns = np.divmod(np.arange(world.things.size), 254)
cells = (rows + 52) * 720 + columns + 1
months = np.repeat(np.arange(457, 493), cells.size)
table = {"month_id": months, "priogrid_gid": np.tile(cells, 36), "events": counts.ravel()}
pl.DataFrame(table).write_parquet(sys.argv[1])
"""
"""Cells of a made-up world, three years of them: what `simulate --violence-only` is given."""
READ_CSV = (sys.executable, "-c", READER)


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: seconds by the clock and of the processor, peak memory in MB, and what it printed."""

    seconds: float
    processor: float
    peak_mb: float
    printed: str


def run(command: tuple[str, ...], folder: Path) -> Run:
    """Run a command to its end and measure it. Raises `SystemExit` where it fails."""
    log = folder / "output.txt"
    began = time.perf_counter()
    with log.open("wb") as output:
        # posix_spawn and wait4 instead of subprocess: the system then says how much memory this one child took.
        actions = [(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)]
        child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    printed = log.read_text(encoding="utf-8", errors="replace")
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} failed:\n{printed}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, printed)


def best(command: tuple[str, ...], folder: Path, repeats: int) -> Run:
    """The fastest of several runs."""
    return min((run(command, folder) for _ in range(repeats)), key=lambda done: done.seconds)


def row(title: str, done: Run) -> str:
    """One line of the table, without the ratio."""
    return f"{title:36}{done.seconds:9.3f}{done.processor:11.3f}{done.peak_mb:9.0f}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each; the fastest counts (default 3)")
    repeats = parser.parse_args(arguments).repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = folder / "big"
        n_rows = int(run((sys.executable, "-c", MAKE_CASE, str(big)), folder).printed)
        start = best(START, folder, repeats)
        csv_only = best((*READ_CSV, str(big)), folder, repeats)
        python, reader = ("an empty Python", start), ("csv.reader over the same files", csv_only)
        tasks: list[tuple[str, tuple[str, ...], tuple[str, Run]]] = [
            ("dayafter --help", ("--help",), python),
            ("dayafter check iraq-2016", ("check", "iraq-2016"), python),
            (f"dayafter check, {n_rows:,} rows", ("check", str(big)), reader),
            ("dayafter assess iraq-2016", ("assess", "iraq-2016"), python),
            (f"dayafter assess, {n_rows:,} rows", ("assess", str(big), "--audience", "internal"), reader),
            ("dayafter brief iraq-2016", ("brief", "iraq-2016", "--out", str(folder / "brief.html")), python),
        ]
        print(f"Python {sys.version.split()[0]} on {sys.platform}, {os.cpu_count()} cores; best of {repeats}")
        print(f"{'':36}{'seconds':>9}{'processor':>11}{'peak MB':>9}{'ratio':>8}  beside")
        for peer_name, peer in (python, reader):
            print(row(peer_name, peer))
        for title, words, (peer_name, peer) in tasks:
            done = best((*DAYAFTER, *words), folder, repeats)
            print(f"{row(title, done)}{done.seconds / peer.seconds:8.1f}  {peer_name}", flush=True)
        panel = folder / "world.parquet"
        run((sys.executable, "-c", MAKE_PANEL, str(panel)), folder)
        done = run((*DAYAFTER, "simulate", "--violence-only", str(panel), "--members", "1000"), folder)
        print(
            f"{row('the world: 65,024 × 36 × 1,000', done)}{done.seconds / start.seconds:8.1f}  {python[0]}", flush=True
        )
        for module in MORE:
            print(f"\n{module}\n{run((sys.executable, '-m', module), folder).printed}", end="", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

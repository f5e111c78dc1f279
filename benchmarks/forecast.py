"""How long a forecast takes and how much memory: a window of countries, and one of PRIO-GRID cells; a made-up panel.

`python -m benchmarks.forecast [--draws 1000]`. Each line is a process of its own. "processor" is what the
system charged for fitting, drawing and writing, whatever else ran.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = {"countries": (191, 384, "mixture"), "cells": (13_110, 370, "mixture_grid")}


def run(kind: str, draws: int, out: Path) -> None:
    """Fit, draw and write one window, and print seconds and peak memory."""
    from dayafter.forecasting.panel import grid_pairs, make_panel  # noqa: PLC0415  # the parent stays small
    from dayafter.forecasting.run import fit_at, write_samples  # noqa: PLC0415

    n, t, model = SIZES[kind]
    luck = np.random.default_rng(1)
    rate = np.where(luck.random(n) < 0.15, luck.gamma(0.3, 20, n), 0.0)
    counts = luck.poisson(rate[:, None] * (luck.random((n, t)) < 0.2))
    units = [row * 720 + column + 1 for row in range(150, 150 + -(-n // 115)) for column in range(360, 475)][:n]
    panel = make_panel(units, 121, counts, None, grid_pairs(units))
    steps = np.arange(3, 15)
    began, charged = time.perf_counter(), time.process_time()
    fitted = fit_at(panel, model, panel.last_month, steps)
    fit_s = time.perf_counter() - began
    write_samples(fitted, panel, "unit", panel.last_month + steps, n_draws=draws, seed=1, out=out)
    total, charged = time.perf_counter() - began, time.process_time() - charged
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1000
    print(
        f"{kind:12}{n:8,}{draws:8,}{fit_s:10.1f}{total:10.1f}{charged:10.1f}{peak:10.2f}"
        f"{out.stat().st_size / 1e6:10.1f}",
        flush=True,
    )


def main() -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--only", choices=sorted(SIZES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "f.parquet"
        if options.only:
            run(options.only, options.draws, out)
            return 0
        print(
            f"{'':12}{'units':>8}{'draws':>8}{'fit s':>10}{'in all s':>10}{'processor':>10}{'peak GB':>10}"
            f"{'file MB':>10}",
            flush=True,
        )
        for kind in SIZES:
            command = [sys.executable, "-m", "benchmarks.forecast", "--only", kind, "--draws", str(options.draws)]
            subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How long a forecast and its scores take and how much memory: a window of countries, and one of PRIO-GRID cells.

`python -m benchmarks.forecast [--draws 1000]`, on a made-up panel. Each line is a process of its own. "processor" is
what the system charged for fitting, drawing and writing, or for scoring the file written, whatever else ran.
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
import polars as pl

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
    print(
        f"{kind:18}{n:8,}{draws:8,}{fit_s:10.1f}{total:10.1f}{charged:10.1f}{_peak():10.2f}"
        f"{out.stat().st_size / 1e6:10.1f}",
        flush=True,
    )


def score(kind: str, draws: int, forecast: Path) -> None:
    """Score a file of samples against made-up counts, and print seconds and peak memory."""
    from dayafter.scoring.report import score_files  # noqa: PLC0415  # the parent stays small

    luck = np.random.default_rng(2)
    keys = pl.scan_parquet(forecast).select("month_id", "unit").unique().collect(engine="streaming")
    actuals = forecast.with_name("actuals.csv")
    keys.with_columns(count=pl.Series(luck.poisson(0.1, keys.height))).write_csv(actuals)
    began, charged = time.perf_counter(), time.process_time()
    report = score_files(forecast, actuals)
    total, charged = time.perf_counter() - began, time.process_time() - charged
    print(
        f"{kind + ', scored':18}{report.units:8,}{draws:8,}{'':10}{total:10.1f}{charged:10.1f}{_peak():10.2f}",
        flush=True,
    )


def _peak() -> float:
    """Most memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1000


def main() -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--only", choices=sorted(SIZES))
    parser.add_argument("--out", type=Path, help="with --only: the file to write, or to score where it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "f.parquet"
        if options.only:
            out = options.out or out
            (score if out.is_file() else run)(options.only, options.draws, out)
            return 0
        print(
            f"{'':18}{'units':>8}{'draws':>8}{'fit s':>10}{'in all s':>10}{'processor':>10}{'peak GB':>10}"
            f"{'file MB':>10}",
            flush=True,
        )
        for kind in SIZES:
            file = Path(folder) / f"{kind}.parquet"
            command = [sys.executable, "-m", "benchmarks.forecast", "--only", kind, "--draws", str(options.draws)]
            for _ in ("forecast", "score"):
                subprocess.run([*command, "--out", str(file)], check=True)
            file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())

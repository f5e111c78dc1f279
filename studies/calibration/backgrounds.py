"""Offspring of an event, measured against five backgrounds: the spread between them is the finding.

A panel of all districts of the country is fitted by maximum likelihood, with the own-lag sum over three months and one
background for all, for each district, and for each district and block of months. The record is that of every regime,
front and occupation included, so nothing of it enters a posterior; it shows what a number without a named background is
worth (model notes, 2.3).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln

FIRST: Final = dt.date(2003, 6, 1)
MONTHS: Final = 152
BLOCKS: Final[tuple[tuple[str, int | None], ...]] = (
    ("one constant", None),
    ("per district", MONTHS),
    ("district × 24 months", 24),
    ("district × 12 months", 12),
    ("district × 6 months", 6),
)
NOUGHT: Final = 1e-3
"""An own-lag sum below which the fit says none."""
DROP: Final = 1.353
"""Log likelihood below its highest at the ends of a 90 % profile interval: half of the χ² quantile."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Own-lag sum, dispersion and decay against one background."""

    background: str
    n: tuple[float, float, float]
    """5 %, estimate, 95 % by profile likelihood."""
    alpha: float
    decay: float
    log_likelihood: float


def district_months(folder: Path) -> NDArray[np.int64]:
    """(districts, months) recorded events of all sides, placed to the district or better; quiet districts too."""
    events = pl.read_parquet(folder / "ged_iraq_to_2016_02.parquet").filter(
        (pl.col("where_prec") <= 3) & pl.col("adm2_pcode").is_not_null()
    )
    month = (events["date_start"].dt.year().cast(pl.Int64) - FIRST.year) * 12
    month = month + events["date_start"].dt.month().cast(pl.Int64) - FIRST.month
    rows = events.with_columns(month.alias("month")).filter(pl.col("month").is_between(0, MONTHS - 1))
    codes = sorted(pl.read_parquet(folder / "cod_ab_irq_adm_table.parquet")["adm2_pcode"].unique().to_list())
    found = np.zeros((len(codes), MONTHS), dtype=np.int64)
    for code, at, n in rows.group_by("adm2_pcode", "month").len().iter_rows():
        found[codes.index(code), at] = n
    return found


def fit_all(counts: NDArray[np.int64]) -> list[Fitted]:
    """Every background."""
    return [_fit(counts.astype(np.float64), name, length) for name, length in BLOCKS]


def _fit(counts: Floats, name: str, length: int | None) -> Fitted:
    y = counts[:, 3:]
    groups = _groups(y.shape, length)
    best = minimize(lambda x: -_profiled(counts, y, groups, x), np.array([-1.5, -0.8, 0.0]), method="Nelder-Mead")
    top = -float(best.fun)
    n, decay, alpha = float(np.exp(best.x[0])), float(expit(best.x[1])), float(np.exp(best.x[2]))

    def height(value: float) -> float:
        start = best.x[1:]
        found = minimize(
            lambda x: -_profiled(counts, y, groups, np.array([np.log(value), *x])), start, method="Nelder-Mead",
            options={"maxiter": 60},
        )  # fmt: skip
        return -float(found.fun)

    if n < NOUGHT:
        return Fitted(name, (0.0, 0.0, _end(height, top, NOUGHT, 0.2)), alpha, decay, top)
    low, high = _end(height, top, n, NOUGHT), _end(height, top, n, min(2 * n + 0.1, 1.2))
    return Fitted(name, (low, n, high), alpha, decay, top)


def _end(height, top: float, inside: float, outside: float) -> float:  # type: ignore[no-untyped-def]  # a profile
    """Where the profile has dropped by `DROP`, by bisection; the outer end where it never does."""
    if height(outside) > top - DROP:
        return outside
    for _ in range(12):
        middle = (inside + outside) / 2
        if height(middle) > top - DROP:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def _groups(shape: tuple[int, int], length: int | None) -> NDArray[np.int64]:
    districts, months = shape
    if length is None:
        return np.zeros(shape, dtype=np.int64)
    block = np.arange(months) // length
    return np.arange(districts)[:, None] * (int(block.max()) + 1) + block[None, :]


def _profiled(counts: Floats, y: Floats, groups: NDArray[np.int64], x: Floats) -> float:
    """Log likelihood at (log n, logit decay, log α), the background of every block at its best."""
    n, decay, alpha = float(np.exp(x[0])), float(expit(np.clip(x[1], -6, 6))), float(np.exp(np.clip(x[2], -5, 3)))
    weight = np.array([1.0, decay, decay**2])
    weight /= weight.sum()
    past = sum(weight[lag - 1] * counts[:, 3 - lag : counts.shape[1] - lag] for lag in (1, 2, 3))
    flat, at, extra = y.ravel(), groups.ravel(), n * np.asarray(past).ravel()
    size = np.bincount(at)
    level = np.bincount(at, weights=flat) / size * (1 - min(n, 0.9)) + 1e-4
    for _ in range(60):
        rate = level[at] + extra
        up = np.bincount(at, weights=flat / rate)
        down = np.bincount(at, weights=(flat + 1 / alpha) / (rate + 1 / alpha))
        level = np.maximum(level * up / down, 1e-8)
    rate = level[at] + extra
    r = 1 / alpha
    return float(
        (
            gammaln(flat + r)
            - gammaln(r)
            - gammaln(flat + 1)
            + r * np.log(r / (r + rate))
            + flat * np.log(rate / (r + rate))
        ).sum()
    )

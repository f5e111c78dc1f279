"""How often a district's count of returned families moves, and by how uneven batches: what a displacement series tells.

Such a series holds stocks by district of *return*. It has no stock of those who could still return, does not say from
where they come, and is coarser than a place. So the size of a batch, which the process takes as a share of the
displaced, is not identified, nor can chance and permission be told apart. What is: in how many months anything moved,
how districts differ in that, and how uneven batches are about their own district's mean. These numbers stand beside the
posterior and do not enter it; the default priors of returns rest on such rounds already.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.special import betaln, gammaln
from scipy.stats import beta

from dayafter.arrays import Floats
from dayafter.errors import UsageError
from dayafter.events.grid import month_expression

COLUMNS: Final = ("district", "date", "families")
_MEANS: Final = np.linspace(0.01, 0.99, 99)
_STRENGTHS: Final = np.exp(np.linspace(np.log(0.5), np.log(100.0), 25))
_SHAPES: Final = np.exp(np.linspace(np.log(0.05), np.log(20.0), 400))
_CHANCES: Final = np.linspace(0.0, 1.0, 401)
_SHARES: Final = (0.05, 0.5, 0.95)

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class DistrictReturns:
    """One district: months seen, months in which its count rose, and the chance of such a month (5, 50, 95 %)."""

    district: str
    months: int
    moved: int
    chance: Three
    families: tuple[int, int]
    """At the first and at the last round."""


@dataclass(frozen=True, slots=True)
class Returns:
    """What a series tells; every interval is 5, 50 and 95 %."""

    first: dt.date
    last: dt.date
    rounds: int
    districts: tuple[DistrictReturns, ...]
    chance: Three
    """Of a month with movement, mean over districts like these."""
    chance_elsewhere: Three
    """Of one more district like these."""
    shape: Three
    """Of a gamma about the district's own mean batch: 1 is the exponential that the process draws, less is more
    uneven."""
    batch: Three
    """Families by which a district rose in a month in which it did; quantiles of what was seen, no posterior."""


def fit_returns(series: pl.DataFrame, as_of: dt.date) -> Returns:
    """Fit the chance of movement and the unevenness of batches.

    Parameters
    ----------
    series : `district`, `date`, `families`: a stock for each district and round. as_of : later rounds do not exist.

    Raises
    ------
    UsageError : fewer than two rounds in two months by the as-of date in every district.
    """
    seen = series.filter(pl.col("date") <= as_of).sort("district", "date")
    months = (
        seen.with_columns(month_expression("date").alias("month"))
        .group_by("district", "month", maintain_order=True)
        .agg(pl.col("families").last())
        .with_columns(
            pl.col("families").diff().over("district").alias("rise"),
            pl.col("month").diff().over("district").alias("gap"),
        )
    )
    # A month without a round is merged with the next; the rise over both says nothing about either.
    steps = months.filter(pl.col("gap") == 1)
    if not steps.height:
        raise UsageError(
            f"no district has rounds in two months that follow one another by {as_of}; give a series of several months"
        )
    by_district = steps.group_by("district", maintain_order=True).agg(
        pl.len().alias("n"), (pl.col("rise") > 0).sum().alias("moved")
    )
    n, moved = by_district["n"].to_numpy().astype(np.float64), by_district["moved"].to_numpy().astype(np.float64)
    weights = _grid_weights(moved, n)
    ends = seen.group_by("district", maintain_order=True).agg(
        pl.col("families").first().alias("first"), pl.col("families").last().alias("last")
    )
    stock = {row["district"]: (int(row["first"]), int(row["last"])) for row in ends.iter_rows(named=True)}
    rises = steps.filter(pl.col("rise") > 0)
    batch = np.quantile(rises["rise"].to_numpy(), _SHARES) if rises.height else np.zeros(3)
    first, last = seen["date"].min(), seen["date"].max()
    assert isinstance(first, dt.date)  # a column of days
    assert isinstance(last, dt.date)
    return Returns(
        first,
        last,
        seen["date"].n_unique(),
        tuple(
            DistrictReturns(name, int(total), int(up), _chance(weights, up, total), stock[name])
            for name, total, up in zip(by_district["district"], n, moved, strict=True)
        ),
        _at(_MEANS, weights.sum(axis=1)),
        _chance(weights, 0.0, 0.0),
        _at(_SHAPES, _shape_weights(rises)),
        (float(batch[0]), float(batch[1]), float(batch[2])),
    )


def _grid_weights(moved: Floats, n: Floats) -> Floats:
    """(means, strengths) posterior of the beta distribution that districts' chances come from.

    Flat in the mean, flat in the logarithm of the strength; exact but for the grid. A. Gelman et al. (2013), Bayesian
    Data Analysis, 5.3.
    """
    a, b = _MEANS[:, None] * _STRENGTHS, (1 - _MEANS[:, None]) * _STRENGTHS
    log_weight = np.zeros_like(a)
    for up, total in zip(moved, n, strict=True):
        log_weight += betaln(a + up, b + total - up) - betaln(a, b)
    weight = np.exp(log_weight - log_weight.max())
    shares: Floats = weight / weight.sum()
    return shares


def _chance(weights: Floats, up: float, total: float) -> Three:
    """Quantiles of the chance of a district with so many months of movement: a mixture of beta distributions."""
    a, b = _MEANS[:, None] * _STRENGTHS, (1 - _MEANS[:, None]) * _STRENGTHS
    heavy = weights > weights.max() * 1e-3
    share = weights[heavy] / weights[heavy].sum()
    below = np.zeros_like(_CHANCES)
    for one, left, right in zip(share, a[heavy], b[heavy], strict=True):
        below += one * beta.cdf(_CHANCES, left + up, right + total - up)
    at = np.searchsorted(below, _SHARES).clip(0, _CHANCES.size - 1)
    return float(_CHANCES[at[0]]), float(_CHANCES[at[1]]), float(_CHANCES[at[2]])


def _shape_weights(rises: pl.DataFrame) -> Floats:
    """Posterior of the gamma shape of batches, each district's scale conditioned away.

    Given their sum, gamma batches of one scale are Dirichlet in their shares of it, whatever the scale.
    """
    log_weight = np.zeros_like(_SHAPES)
    for _, part in rises.group_by("district", maintain_order=True):
        sizes = part["rise"].to_numpy().astype(np.float64)
        if sizes.size < 2:
            continue
        shares = sizes / sizes.sum()
        log_weight += gammaln(_SHAPES * sizes.size) - sizes.size * gammaln(_SHAPES)
        log_weight += (_SHAPES - 1) * np.log(shares).sum()
    weight = np.exp(log_weight - log_weight.max())
    found: Floats = weight / weight.sum()
    return found


def _at(values: Floats, weights: Floats) -> Three:
    below = np.cumsum(weights)
    at = np.searchsorted(below, _SHARES).clip(0, values.size - 1)
    return float(values[at[0]]), float(values[at[1]]), float(values[at[2]])

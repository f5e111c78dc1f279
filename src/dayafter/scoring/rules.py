"""Scoring rules for samples of a count: one function each, and one line in `RULES`.

Every rule takes draws (rows, m) and what happened (rows,) and gives one number a row; lower is better except where
said. The first three are those of the VIEWS prediction challenge 2023/24, in its definitions (H. Hegre et al. 2025,
"The 2023/24 VIEWS prediction challenge: predicting the number of fatalities in armed conflict, with uncertainty").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.seeding import philox4x32, stream_key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Draws = NDArray[Any]
"""(rows, m) numbers of any type; a rule converts what it needs."""

EDGES: Final = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5)
"""Lower ends of the challenge's eleven bins; the last has no upper end."""
LEVEL: Final = 0.9
THRESHOLDS: Final = (1, 25, 100, 1000)
ROWS_AT_ONCE: Final = 4096


def _checked(draws: Draws, observed: Floats) -> tuple[Draws, Floats]:
    """The inputs, refused where they do not fit one another."""
    if draws.ndim != 2 or observed.ndim != 1 or draws.shape[0] != observed.size:
        raise ValueError(f"draws have shape {draws.shape}, observations {observed.shape}; pass (rows, m) and (rows,)")
    if draws.shape[1] == 0:
        raise ValueError("a forecast of no draws cannot be scored; pass at least one draw for each row")
    return draws, observed.astype(np.float64)


def crps(draws: Draws, observed: Floats) -> Floats:
    """Continuous ranked probability score of the empirical distribution of the draws.

    mean |x - y| - 1/(2 m²) · Σ Σ |x_i - x_j|: the ensemble form, not the fair one with 1/(m (m - 1)), so that a
    forecast of few draws pays for it. In the unit of the observations; 0 is perfect.

    Source: J. E. Matheson and R. L. Winkler (1976), Management Science 22(10), 1087-1096; T. Gneiting and
    A. E. Raftery (2007), Journal of the American Statistical Association 102, 359-378, equation 20.
    """
    draws, observed = _checked(draws, observed)
    m = draws.shape[1]
    score = np.abs(observed)
    busy = draws.any(axis=1)  # where every draw is 0, as of most grid cells, the score is what happened
    ordered = np.sort(draws[busy], axis=1).astype(np.float64)
    # Σ Σ |x_i - x_j| = 2 Σ (2k - m - 1) x_(k), k from 1 in order of size.
    spread = np.einsum("ij,j->i", ordered, 2.0 * np.arange(1, m + 1) - m - 1)  # a row's sum hangs on no other row
    score[busy] = np.abs(ordered - observed[busy, None]).mean(axis=1) - spread / m**2
    return score


def log_crps(draws: Draws, observed: Floats) -> Floats:
    """CRPS of log(1 + x): in steps of growth, so that the largest wars do not decide alone."""
    return crps(np.log1p(draws), np.log1p(observed))


def ign(draws: Draws, observed: Floats) -> Floats:
    """Ignorance: -log2 of the chance given to the bin of what happened, (count + 1) / (m + 11), in bits.

    One added to each bin keeps the score finite where no draw fell; with m draws the least is log2((m + 11)/(m + 1)).

    Source: M. S. Roulston and L. A. Smith (2002), Monthly Weather Review 130, 1653-1660; bins of the challenge.
    """
    draws, observed = _checked(draws, observed)
    edges = np.array(EDGES)
    place = np.searchsorted(edges, np.maximum(observed, 0.0), side="right") - 1
    low, high = edges[place], np.append(edges[1:], np.inf)[place]
    # Draws below 0 fall in the first bin, as they would be read as no deaths.
    floor = np.where(place == 0, -np.inf, low)
    inside = ((draws >= floor[:, None]) & (draws < high[:, None])).sum(axis=1)
    score: Floats = -np.log2((inside + 1) / (draws.shape[1] + edges.size))
    return score


def interval(draws: Draws, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Both ends (rows,) of the central interval of the draws, quantiles interpolated linearly."""
    ends = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return ends[0], ends[1]


def mis(draws: Draws, observed: Floats) -> Floats:
    """Interval score of the central 90 % interval: its width, and 20 times what lies outside it.

    Source: R. L. Winkler (1972), Journal of the American Statistical Association 67, 187-191; Gneiting and Raftery
    (2007), equation 43, with α = 0.1.
    """
    draws, observed = _checked(draws, observed)
    low, high = interval(draws)
    penalty = 2 / (1 - LEVEL)
    score: Floats = high - low + penalty * (np.maximum(low - observed, 0.0) + np.maximum(observed - high, 0.0))
    return score


def brier(draws: Draws, observed: Floats, threshold: float) -> Floats:
    """Squared error of the chance given to at least `threshold`.

    Source: G. W. Brier (1950), Monthly Weather Review 78(1), 1-3.
    """
    draws, observed = _checked(draws, observed)
    score: Floats = ((draws >= threshold).mean(axis=1) - (observed >= threshold)) ** 2
    return score


def coverage(draws: Draws, observed: Floats, level: float = LEVEL) -> Floats:
    """1 where what happened lies in the central interval, else 0; the mean should be at least the level.

    Counts pile up on few values, so an honest forecast of mostly zeros covers far more than its level: see the PIT.
    """
    draws, observed = _checked(draws, observed)
    low, high = interval(draws, level)
    inside: Floats = ((low <= observed) & (observed <= high)).astype(np.float64)
    return inside


def pit(draws: Draws, observed: Floats, months: Ints, things: Ints, seed: int) -> Floats:
    """Randomised probability integral transform: uniform on 0..1 over the rows of a calibrated forecast.

    P(X < y) + u · P(X = y), each u addressed by its month and unit, so that it is the same in any order of rows.

    Parameters
    ----------
    months, things : (rows,), month_id and stable id of the unit, each below 2**32.

    Source: C. Czado, T. Gneiting and L. Held (2009), Biometrics 65, 1254-1261, section 2.
    """
    draws, observed = _checked(draws, observed)
    counter = np.zeros((observed.size, 4), dtype=np.uint32)
    counter[:, 1], counter[:, 2] = things.astype(np.uint32), months.astype(np.uint32)
    words = philox4x32(counter, stream_key(seed, "score/pit")).astype(np.uint64)
    u = (((words[:, 0] << np.uint64(20)) ^ (words[:, 1] >> np.uint64(12))).astype(np.float64) + 0.5) * 2.0**-52
    below = (draws < observed[:, None]).mean(axis=1)
    same = (draws == observed[:, None]).mean(axis=1)
    value: Floats = below + u * same
    return value


@dataclass(frozen=True, slots=True)
class Rule:
    """A scoring rule, what a person is told about it, and its unit."""

    score: Callable[[Draws, Floats], Floats]
    title: str
    unit: str
    higher_is_better: bool = False


def _brier_at(threshold: int) -> Rule:
    def score(draws: Draws, observed: Floats) -> Floats:
        return brier(draws, observed, threshold)

    return Rule(score, f"Brier score of at least {threshold}", "squared probability")


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "crps": Rule(crps, "CRPS", "deaths"),
        "ign": Rule(ign, "IGN, log score on 11 bins", "bits"),
        "mis": Rule(mis, "MIS, 90 % interval score", "deaths"),
        "log_crps": Rule(log_crps, "CRPS of log(1 + deaths)", "log deaths"),
        **{f"brier_{threshold}": _brier_at(threshold) for threshold in THRESHOLDS},
        "coverage": Rule(coverage, "share of rows within the 90 % interval", "share", higher_is_better=True),
    }
)
"""Name to rule. A new one is one function above and one line here."""


def score_rows(draws: Draws, observed: Floats, rules: tuple[str, ...] = tuple(RULES)) -> dict[str, Floats]:
    """Each rule's score of each row.

    Parameters
    ----------
    draws : (rows, m). observed : (rows,). rules : names in `RULES`.

    Returns
    -------
    name to (rows,). Works through the rows in batches, so that memory does not grow with them.

    Raises
    ------
    ValueError : a rule is not known, or the shapes do not fit.
    """
    if unknown := [name for name in rules if name not in RULES]:
        raise ValueError(f"no scoring rule is called {unknown[0]!r}; there are {', '.join(RULES)}")
    _checked(draws, observed)
    scores = {name: np.empty(observed.size) for name in rules}
    for start in range(0, observed.size, ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        for name in rules:
            scores[name][rows] = RULES[name].score(draws[rows], observed[rows])
    return scores

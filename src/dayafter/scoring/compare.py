"""What scores say when they are put side by side: by unit, without giants, and whether a difference is luck.

Rows are unit-months; `units` numbers the unit of each row from 0. The bootstrap draws whole units, because months of
one war are not independent, and each number it needs is addressed, so that a report is the same on every machine.

Source of the bootstrap over clusters: A. C. Davison and D. V. Hinkley (1997), Bootstrap Methods and their Application,
section 3.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.scoring.rules import Bools, Floats, Ints
from dayafter.seeding import uniforms

GIANT: Final = 15_000
"""Deaths in a unit-month above which a cell decides a mean alone."""
REPLICATES: Final = 2000
_CELLS_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class UnitSkill:
    """Mean score of each unit beside that of a reference."""

    score: Floats  # (n,)
    reference: Floats  # (n,)
    defined: Bools  # (n,) where the reference is not 0, so that a ratio exists
    skill: Floats  # (n,) 1 - score / reference where defined; 0 and masked elsewhere
    improved: int  # units with a lower score than the reference
    worse: int
    equal: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean score minus mean score of a reference; below 0 the first is better (for scores where less is better)."""

    mean: float
    low: float  # 5 % quantile over bootstrap samples of units
    high: float  # 95 %
    p_better: float  # share of bootstrap samples in which the difference is below 0
    n_units: int
    n_rows: int


def unit_means(scores: Floats, units: Ints, n_units: int) -> tuple[Floats, Ints]:
    """Sum of the scores of each unit's rows divided by their number, and that number; 0 where a unit has no row."""
    rows = np.bincount(units, minlength=n_units)
    sums = np.bincount(units, weights=scores, minlength=n_units)
    return sums / np.maximum(rows, 1), rows.astype(np.int64)


def skill_by_unit(scores: Floats, reference: Floats, units: Ints, n_units: int) -> UnitSkill:
    """Each unit's mean score beside the reference's on the same rows."""
    mine, rows = unit_means(scores, units, n_units)
    theirs, _ = unit_means(reference, units, n_units)
    defined = (theirs > 0) & (rows > 0)
    skill = np.where(defined, 1 - mine / np.where(defined, theirs, 1.0), 0.0)
    return UnitSkill(
        score=mine,
        reference=theirs,
        defined=defined,
        skill=skill,
        improved=int((mine < theirs).sum()),
        worse=int((mine > theirs).sum()),
        equal=int(((mine == theirs) & (rows > 0)).sum()),
    )


def not_giant(observed: Floats, limit: float = GIANT) -> Bools:
    """(rows,), true where fewer died than in a giant cell; they are left out of a second mean, never of the first."""
    kept: Bools = observed <= limit
    return kept


def difference(
    scores: Floats, reference: Floats, units: Ints, n_units: int, *, seed: int, replicates: int = REPLICATES
) -> Difference:
    """How much lower the scores are than a reference's on the same rows, and how much of that hangs on single units.

    Parameters
    ----------
    scores, reference : (rows,). units : (rows,), 0..n_units-1. seed : of the bootstrap.

    Raises
    ------
    ValueError : the two have different numbers of rows, or there are none.
    """
    if scores.shape != reference.shape or scores.shape != units.shape or not scores.size:
        raise ValueError(
            f"{scores.shape} scores, {reference.shape} of the reference, {units.shape} units; pass the same rows"
        )
    rows = np.bincount(units, minlength=n_units).astype(np.float64)
    sums = np.bincount(units, weights=scores - reference, minlength=n_units)
    present = np.flatnonzero(rows)
    rows, sums = rows[present], sums[present]
    n = present.size
    means = np.empty(replicates)
    step = max(1, _CELLS_AT_ONCE // n)
    for start in range(0, replicates, step):
        members = np.arange(start, min(start + step, replicates), dtype=np.int64)
        chosen = (uniforms(seed, "score/bootstrap", members, np.arange(n, dtype=np.int64)) * n).astype(np.int64)
        means[members] = sums[chosen].sum(axis=1) / rows[chosen].sum(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return Difference(
        mean=float((scores - reference).mean()),
        low=float(low),
        high=float(high),
        p_better=float((means < 0).mean()),
        n_units=int(n),
        n_rows=int(scores.size),
    )

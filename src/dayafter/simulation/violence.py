"""Violence alone: counts that excite later counts, in plain NumPy, written like the model page.

For unit i (a place and a class of violence) in month t::

    λ[t,i] = μ[t,i] + Σ_l w[l] Σ_j B[i,j] N[t-l,j]      where μ[t,i] > 0, else 0: no exposure, no events
    N[t,i] ~ negative binomial, mean λ, variance λ + α λ²

μ[t,i] is the unit's background × a level that a member keeps for the whole run: log-normal, of mean 1. B holds the
offspring of one event by target and source: in the same unit, in other classes of the place, in neighbouring places.
Stable where the spectral radius of B is below 1; the mean then tends to (1 - B)⁻¹ μ.

B is rounded to multiples of 2⁻²⁴ offspring. Sums of whole counts times such numbers are exact in float64 in any order,
so that the compiled kernel, which adds them as events fall, gives the same bits. Lags are added in order, last first.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from dayafter.errors import UsageError
from dayafter.kernels import plain
from dayafter.kernels.counts import COUNT_LIMIT
from dayafter.seeding import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STREAM: Final = "violence/count"
LEVEL_STREAM: Final = "violence/level"
GRID: Final = 2.0**-24
ROW_SUM_LIMIT: Final = 512.0
"""Largest offspring into one unit; together with the limit of a count it keeps sums exact (below 2**53 steps)."""
RADIUS_STEPS: Final = 5_000
MONTHS_LIMIT: Final = 1200


@dataclass(frozen=True, slots=True)
class ViolenceProcess:
    """What every member shares. Axes: t months, i units, e pairs of units, l lags (the last month first)."""

    background: Floats
    """(t, i) events per month, μ; 0 where nobody is exposed."""
    things: Ints
    """(i,) stable ids of the units, each below 2**32 and given once."""
    targets: Ints
    """(e,) the unit that is excited."""
    sources: Ints
    """(e,) the unit whose events excite it."""
    offspring: Floats
    """(e,) B, events in the target per event in the source, over all lags."""
    lag_weights: Floats
    """(l,) w, shares that sum to 1."""
    history: Ints
    """(l, i) counts of the months before the first; the last month first."""

    def __post_init__(self) -> None:
        (n_months, n_units), n_pairs, n_lags = self.background.shape, self.offspring.size, self.lag_weights.size
        wanted = {
            "things": (n_units,),
            "targets": (n_pairs,),
            "sources": (n_pairs,),
            "offspring": (n_pairs,),
            "history": (n_lags, n_units),
        }
        for name, shape in wanted.items():
            if (got := getattr(self, name).shape) != shape:
                raise ValueError(f"{name} has shape {got}, expected {shape}")
        _check(self, n_months, n_units)
        for field in fields(self):
            getattr(self, field.name).flags.writeable = False


def _check(process: ViolenceProcess, n_months: int, n_units: int) -> None:
    """Refuse what has no meaning in the model; the texts say how to mend it."""
    if not 1 <= n_months <= MONTHS_LIMIT:
        raise UsageError(f"background has {n_months} months; give 1 to {MONTHS_LIMIT}")
    if n_units == 0:
        raise UsageError("background has no units; give at least one place and class")
    for name in ("background", "offspring", "lag_weights", "history"):
        values = getattr(process, name)
        if not np.isfinite(values).all() or (values < 0).any():
            raise UsageError(f"{name} holds a negative or missing number; rates, weights and counts are 0 or more")
    if (process.history > COUNT_LIMIT).any():
        raise UsageError(f"history holds a count above {COUNT_LIMIT:,}; check the unit of the data")
    _check_units(process, n_units)
    if abs(process.lag_weights.sum() - 1.0) > 1e-9:
        raise UsageError(f"lag_weights sum to {process.lag_weights.sum():g}; divide them by their sum")
    if excitation(process).sum(axis=1).max() > ROW_SUM_LIMIT:
        raise UsageError(f"offspring into one unit sum to more than {ROW_SUM_LIMIT:g}; give shares of one event")


def _check_units(process: ViolenceProcess, n_units: int) -> None:
    ids = process.things
    if ((ids < 0) | (ids >= 2**32)).any() or np.unique(ids).size != ids.size:
        raise UsageError(
            "things must be different whole numbers from 0 to 2**32 - 1: two units may not share their luck"
        )
    for name in ("targets", "sources"):
        index = getattr(process, name)
        if index.size and (index.min() < 0 or index.max() >= n_units):
            raise UsageError(f"{name} names a unit that is not there; units are numbered 0 to {n_units - 1}")


@dataclass(frozen=True, slots=True)
class Members:
    """What differs between members. Axis: m members."""

    numbers: Ints
    """(m,) numbers of the ensemble members: with the seed and the unit, all that a path's luck depends on."""
    dispersion: Floats
    """(m,) α ≥ 0; 0 is Poisson."""
    background_scale: Floats
    """(m,) factor on μ, 0 or more."""
    excitation_scale: Floats
    """(m,) factor on B, 0 or more."""
    level_sd: Floats
    """(m,) spread of the level that a unit keeps over the run: sd of its logarithm, 0 or more; the mean is 1."""

    def __post_init__(self) -> None:
        if self.numbers.size == 0:
            raise UsageError("there are no members; ask for at least 1")
        if ((self.numbers < 0) | (self.numbers >= 2**32)).any():
            raise UsageError("members are numbered from 0 to 2**32 - 1")
        for name in ("dispersion", "background_scale", "excitation_scale", "level_sd"):
            values = getattr(self, name)
            if values.shape != self.numbers.shape:
                raise ValueError(f"{name} has shape {values.shape}, expected {self.numbers.shape}")
            if not np.isfinite(values).all() or (values < 0).any():
                raise UsageError(f"{name} holds a negative or missing number; give 0 or more for each member")

    @classmethod
    def alike(cls, n_members: int, *, dispersion: float, first: int = 0) -> Members:
        """Members that differ by their luck only, numbered from `first`."""
        if n_members < 1:
            raise UsageError(f"members is {n_members}; ask for at least 1")
        one = np.ones(n_members)
        return cls(np.arange(first, first + n_members), dispersion * one, one, one, 0 * one)

    def part(self, start: int, stop: int) -> Members:
        """Some of the members, with their numbers."""
        cut = slice(start, stop)
        return self.take(cut)

    def take(self, which: slice | Ints) -> Members:
        """Those at the positions given."""
        return Members(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Paths:
    """Every count of every member."""

    counts: NDArray[np.int32]
    """(t, i, m) events."""
    status: Ints
    """(m,) the worst of the member's statuses: `kernels.counts` `FINE`, `OVERFLOW` or `INVALID`."""


def excitation(process: ViolenceProcess) -> csr_array:
    """B, (i, i) target by source."""
    n = process.things.size
    return csr_array((process.offspring, (process.targets, process.sources)), shape=(n, n))


def rounded_excitation(process: ViolenceProcess) -> csr_array:
    """B, (i, i) target by source, in multiples of `GRID`; each pair once."""
    matrix = excitation(process)
    matrix.sum_duplicates()
    return csr_array((np.rint(matrix.data / GRID) * GRID, matrix.indices, matrix.indptr), shape=matrix.shape)


def require_stable(process: ViolenceProcess, members: Members) -> None:
    """Refuse a process in which one event has, on the whole, one descendant or more.

    max (B^k 1) ≥ ρ(B)^k for a matrix without negative entries, so that a power below 1 proves ρ < 1. Units that are
    never exposed have no offspring and are left out.

    Raises
    ------
    UsageError : the spectral radius of B is not below 1, or not shown to be in `RADIUS_STEPS` steps.
    """
    scale = members.excitation_scale.max()
    exposed = (process.background > 0).any(axis=0)
    matrix = excitation(process)
    x = exposed.astype(np.float64)
    ratio = 0.0
    for _ in range(RADIUS_STEPS):
        after = np.where(exposed, matrix @ x, 0.0) * scale
        peak = after.max()
        if peak < 1.0:
            return
        ratio = peak / x.max()
        main = np.where(x > 1e-3 * x.max(), x, 0.0)
        if ((matrix @ main) * scale >= main)[exposed].all() or peak > 1e12:  # Collatz and Wielandt: then ρ is 1 or more
            break
        x = after
    raise UsageError(
        f"the offspring of one event, over all its descendants, do not die out: the spectral radius of the excitation "
        f"is about {ratio:.3g} and must be below 1. Lower own, cross-class or neighbour excitation, or its scale"
    )


def levels(process: ViolenceProcess, members: Members, seed: int) -> Floats:
    """(i, m), the level that each member keeps for each unit: exp(σ z − σ²/2), of mean 1."""
    z = plain.normal_quantile(uniforms(seed, LEVEL_STREAM, members.numbers, process.things, 0).T)
    sd = members.level_sd
    level: Floats = plain.exp(sd * z - 0.5 * (sd * sd))
    return level


def reference_paths(process: ViolenceProcess, members: Members, seed: int) -> Paths:
    """Every count, month by month, from the equations at the head of this module.

    Parameters
    ----------
    seed : 0 or more. The luck of a count is addressed by seed, member, unit and month.

    Returns
    -------
    counts (t, i, m); a member whose mean or count passed its limit is marked and goes on at the limit.
    """
    require_stable(process, members)
    (n_months, n_units), n_members = process.background.shape, members.numbers.size
    matrix = rounded_excitation(process)
    counts = np.zeros((n_months, n_units, n_members), dtype=np.int32)
    status = np.zeros(n_members, dtype=np.int64)
    level = levels(process, members, seed)
    for t in range(n_months):
        excited = np.zeros((n_units, n_members))
        for lag, weight in enumerate(process.lag_weights, start=1):
            before = process.history[lag - 1 - t][:, None] if t < lag else counts[t - lag]
            excited += weight * (matrix @ before.astype(np.float64))
        mu = process.background[t][:, None]
        rate = np.where(mu > 0.0, mu * (members.background_scale * level) + excited * members.excitation_scale, 0.0)
        u = uniforms(seed, STREAM, members.numbers, process.things, t).T
        counts[t], one = plain.negative_binomial(u, rate, members.dispersion)
        status = np.maximum(status, one.max(axis=0))
    return Paths(counts, status)

"""Totals over members that merge in any order to the same bytes.

Everything kept is a whole number: counts, sums, sums of squares (as two limbs, so that nothing overflows) and exact
histograms. Means, quantiles and intervals are worked out once, from the totals of all members.

Quantiles are exact as long as a cell has no more than `cap` different values; beyond, values are classed by their
leading bits (`tally_kernels`), and the largest error is reported beside the quantiles. Means are always exact. Memory:
16 bytes for each (value, count) pair, at most `cap` pairs for each row, whatever the number of members.

Members come in draws of equal size (`replicates` histories of one parameter draw). Members that went wrong are left
out; what needs whole draws (the split of the spread) reads complete draws alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.simulation import tally_kernels as kernels

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_CAP: Final = 128
DEFAULT_CAP: Final = 512
MAX_CHUNK: Final = 4096
"""Members in one call: sums of squares of a chunk fit their limbs."""
_BASE: Final = 1 << 32
_RUNS: Final = ("sizes", "levels", "values", "counts")


@dataclass(frozen=True, slots=True, eq=False)
class Wide:
    """Whole numbers of up to 95 bits: high · 2**32 + low, 0 ≤ low < 2**32. Canonical: equal sums are equal bytes."""

    high: Ints
    low: Ints

    @classmethod
    def zeros(cls, n: int) -> Wide:
        """Start of a sum."""
        return cls(np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64))

    @classmethod
    def squares(cls, rows: Ints) -> Wide:
        """Σ x² along the last axis."""
        total = cls.zeros(rows.shape[0])
        for first in range(0, rows.shape[1], MAX_CHUNK):
            part = cls.zeros(rows.shape[0])
            kernels.square_sums(np.ascontiguousarray(rows[:, first : first + MAX_CHUNK]), part.high, part.low)
            total = total.plus(part)
        return total

    def plus(self, other: Wide) -> Wide:
        """Sum, carried."""
        low = self.low + other.low
        return Wide(self.high + other.high + (low >> 32), low & (_BASE - 1))

    def as_float(self) -> Floats:
        """Nearest doubles, but for one rounding."""
        return self.high * np.float64(_BASE) + self.low

    def as_ints(self) -> list[int]:
        """Exact."""
        return [high * _BASE + low for high, low in zip(self.high.tolist(), self.low.tolist(), strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """A sorted run of (value, count) for each row, one after the other; see `tally_kernels` for levels."""

    cap: int
    sizes: Ints  # (n,) entries of each row
    levels: Ints  # (n,)
    values: Ints  # (entries,)
    counts: Ints  # (entries,)

    @classmethod
    def empty(cls, n: int, cap: int) -> Histogram:
        """No member yet."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(cap, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), nothing, nothing)

    @classmethod
    def of(cls, rows: Ints, cap: int) -> Histogram:
        """Count (n, m) values."""
        n, m = rows.shape
        if not m or not n:
            return cls.empty(n, cap)
        rows = np.ascontiguousarray(rows)
        lows, highs = rows.min(axis=1), rows.max(axis=1)
        is_narrow = (highs - lows) < kernels.NARROW
        sizes, levels = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        narrow, wide = np.flatnonzero(is_narrow), np.flatnonzero(~is_narrow)
        # A row's run is shorter than its members and than its span; after settling, than the cap.
        room = int(np.minimum(highs - lows + 1, m)[narrow].sum()) + kernels.NARROW
        values, counts = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        used = kernels.count_narrow(rows, lows, narrow, cap, (sizes, levels, values, counts))
        values, counts = values[:used], counts[:used]
        if wide.size:
            sorted_rows = _sorted(rows if wide.size == n else rows[wide], lows, highs)
            other = np.empty(wide.size * m, dtype=np.int64), np.empty(wide.size * m, dtype=np.int64)
            kernels.count_sorted(sorted_rows, wide, cap, (sizes, levels, *other))
            both = np.empty(int(sizes.sum()), dtype=np.int64), np.empty(int(sizes.sum()), dtype=np.int64)
            kernels.interleave(is_narrow, (values, counts), other, (sizes, levels, *both))
            values, counts = both
        return cls(cap, sizes, levels, values.copy(), counts.copy())

    def plus(self, other: Histogram) -> Histogram:
        """Union. ValueError where rows or caps differ."""
        if self.sizes.size != other.sizes.size or self.cap != other.cap:
            raise ValueError("histograms of different rows or caps cannot be merged; merge parts of one run")
        sizes, levels = np.zeros_like(self.sizes), np.zeros_like(self.levels)
        room = self.values.size + other.values.size
        values, counts = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        used = kernels.merge_runs(self._runs, other._runs, self.cap, (sizes, levels, values, counts))
        return Histogram(self.cap, sizes, levels, values[:used].copy(), counts[:used].copy())

    def quantiles(self, percents: tuple[int, ...], n: int) -> tuple[Floats, Floats]:
        """Smallest value that at least so many percent of the `n` members do not exceed, and its largest error.

        Returns
        -------
        (row, percent) and (row,): 0 where the row is exact; else half of the widest class met.
        """
        ranks = np.array([max(1, -(-n * percent // 100)) for percent in percents], dtype=np.int64)
        twice = np.zeros((self.sizes.size, ranks.size), dtype=np.int64)
        widest = np.ones(self.sizes.size, dtype=np.int64)
        kernels.pick_quantiles(self._runs, ranks, twice, widest)
        return twice / 2, (widest - 1) / 2

    @property
    def _runs(self) -> tuple[Ints, Ints, Ints, Ints]:
        """As kernels take it."""
        return self.sizes, self.levels, self.values, self.counts

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(part.nbytes for part in self._runs)

    def arrays(self, stem: str) -> dict[str, NDArray[np.int64]]:
        """Every number kept but the cap, by name."""
        return {f"{stem}_{part}": getattr(self, part) for part in _RUNS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.int64]], stem: str, cap: int) -> Histogram:
        """Inverse of `arrays`."""
        return cls(cap, *(arrays[f"{stem}_{part}"] for part in _RUNS))


def _sorted(rows: Ints, lows: Ints, highs: Ints) -> Ints:
    """Rows sorted along the members; as 32-bit numbers where they fit, which sorts twice as fast."""
    if lows.min() >= -(2**31) and highs.max() < 2**31:
        return np.sort(rows.astype(np.int32), axis=1).astype(np.int64)
    return np.sort(rows, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """How the members of a chunk fall into draws, and which are counted. Members of a draw stand together."""

    replicates: int
    counted: Bools  # (m,) did not go wrong

    def __post_init__(self) -> None:
        if self.counted.size % self.replicates:
            raise ValueError(f"{self.counted.size} members are no whole draws of {self.replicates}")

    @property
    def complete(self) -> Bools:
        """(draw,): every member of it is counted."""
        whole: Bools = np.logical_and.reduce(self.counted.reshape(-1, self.replicates), axis=1)
        return whole

    def complete_rows(self, rows: Ints) -> Ints:
        """(n, members) of the complete draws alone."""
        complete = self.complete
        return rows if complete.all() else rows[:, np.repeat(complete, self.replicates)]

    def sums(self, rows: Ints) -> Ints:
        """(n, draw): Σ x over each complete draw."""
        whole = np.ascontiguousarray(self.complete_rows(rows))
        if self.replicates == 1:
            return whole
        sums = np.empty((rows.shape[0], whole.shape[1] // self.replicates), dtype=np.int64)
        kernels.sum_draws(whole, self.replicates, sums)
        return sums


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over members and over draws, for each row."""

    replicates: int
    n_members: int
    total: Ints  # (n,) Σ x over the members counted
    n_draws: int
    """Complete draws; what follows is over these."""
    draws_total: Ints  # (n,) Σ x
    squares: Wide  # Σ x²
    draw_squares: Wide  # Σ over draws of (Σ x)²

    @classmethod
    def empty(cls, n: int, replicates: int) -> Moments:
        """No member yet."""
        zeros = np.zeros(n, dtype=np.int64)
        return cls(replicates, 0, zeros, 0, zeros, Wide.zeros(n), Wide.zeros(n))

    @classmethod
    def of(cls, rows: Ints, sums: Ints, grouping: Grouping) -> Moments:
        """Sums of (n, m) rows; `sums` are those of their draws."""
        draws_total = sums.sum(axis=1)
        squares = Wide.squares(sums)
        return cls(
            grouping.replicates,
            int(grouping.counted.sum()),
            draws_total if grouping.counted.all() else rows[:, grouping.counted].sum(axis=1),
            int(sums.shape[1]),
            draws_total,
            squares if grouping.replicates == 1 else Wide.squares(grouping.complete_rows(rows)),
            squares,
        )

    def plus(self, other: Moments) -> Moments:
        """Sums of both."""
        return Moments(
            self.replicates,
            self.n_members + other.n_members,
            self.total + other.total,
            self.n_draws + other.n_draws,
            self.draws_total + other.draws_total,
            self.squares.plus(other.squares),
            self.draw_squares.plus(other.draw_squares),
        )

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Every number kept, by name."""
        return {
            "scalars": np.array([self.replicates, self.n_members, self.n_draws]),
            "total": self.total,
            "draws_total": self.draws_total,
            "squares_high": self.squares.high,
            "squares_low": self.squares.low,
            "draw_squares_high": self.draw_squares.high,
            "draw_squares_low": self.draw_squares.low,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.int64]]) -> Moments:
        """Inverse of `arrays`."""
        replicates, n_members, n_draws = (int(number) for number in arrays["scalars"])
        squares = Wide(arrays["squares_high"], arrays["squares_low"])
        draw_squares = Wide(arrays["draw_squares_high"], arrays["draw_squares_low"])
        return cls(replicates, n_members, arrays["total"], n_draws, arrays["draws_total"], squares, draw_squares)

    def mean(self) -> Floats:
        """(n,), one rounding from exact."""
        mean: Floats = self.total / max(self.n_members, 1)
        return mean

    def spread(self) -> Spread:
        """Split the variance: members of a draw differ by their history, draws also by their parameters.

        One-way analysis of variance with equal groups; e.g. S. R. Searle, G. Casella and C. E. McCulloch (1992),
        Variance Components, ch. 3. A negative estimate of the parameter part is set to 0.
        """
        d, r = self.n_draws, self.replicates
        if d < 2:
            none = np.full(self.total.size, np.nan)
            return Spread(none, none, none, none)
        # (d Σ T² − (Σ T)²) is a difference of large numbers: in whole numbers nothing is lost.
        between = np.array(
            [
                (d * squares - total * total) / (d * (d - 1))
                for squares, total in zip(self.draw_squares.as_ints(), self.draws_total.tolist(), strict=True)
            ]
        ) / (r * r)  # variance of the draws' means
        if r < 2:
            none = np.full(self.total.size, np.nan)
            return Spread(between / d, between, none, none)
        within = np.array(
            [
                (r * squares - of_draws) / (r * d * (r - 1))
                for squares, of_draws in zip(self.squares.as_ints(), self.draw_squares.as_ints(), strict=True)
            ]
        )
        return Spread(between / d, between, np.maximum(between - within / r, 0), within)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Variances, (n,) each; NaN where too few draws or replicates."""

    of_mean: Floats
    """Monte Carlo: of the mean over all draws."""
    of_draw_means: Floats
    parameter: Floats
    """Of the expected outcome between parameter draws."""
    history: Floats
    """Of the outcome between histories of one draw."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What is kept of one policy, or of one contrast: moments, histograms and counts, for each row."""

    moments: Moments
    histogram: Histogram
    """Of the members counted."""
    draw_means: Histogram
    """Of Σ x over each complete draw."""
    at_least: Ints  # (n, n_thresholds) members at or above each

    @classmethod
    def empty(cls, n: int, replicates: int, cap: int, n_thresholds: int) -> Tally:
        """No member yet."""
        nothing = Histogram.empty(n, cap)
        return cls(Moments.empty(n, replicates), nothing, nothing, np.zeros((n, n_thresholds), dtype=np.int64))

    @classmethod
    def of(cls, rows: Ints, grouping: Grouping, cap: int, thresholds: tuple[int, ...] = ()) -> Tally:
        """Count (n, m) rows."""
        counted = rows if grouping.counted.all() else rows[:, grouping.counted]
        sums = grouping.sums(rows)
        histogram = Histogram.of(counted, cap)
        draw_means = histogram if grouping.replicates == 1 else Histogram.of(sums, cap)
        at_least = np.zeros((rows.shape[0], len(thresholds)), dtype=np.int64)
        for number, threshold in enumerate(thresholds):
            at_least[:, number] = (counted >= threshold).sum(axis=1)
        return cls(Moments.of(rows, sums, grouping), histogram, draw_means, at_least)

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.moments.plus(other.moments),
            self.histogram.plus(other.histogram),
            self.draw_means.plus(other.draw_means),
            self.at_least + other.at_least,
        )

    @property
    def nbytes(self) -> int:
        """Memory held, about."""
        return self.histogram.nbytes + self.draw_means.nbytes + 8 * 7 * self.moments.total.size

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Every number kept, by name: what is stored and compared."""
        arrays = self.moments.arrays() | {"cap": np.array([self.histogram.cap]), "at_least": self.at_least}
        return arrays | self.histogram.arrays("all") | self.draw_means.arrays("draw")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.int64]]) -> Tally:
        """Inverse of `arrays`."""
        cap = int(arrays["cap"][0])
        members, means = (Histogram.from_arrays(arrays, stem, cap) for stem in ("all", "draw"))
        return cls(Moments.from_arrays(arrays), members, means, arrays["at_least"])


def check_options(members: int, replicates: int, cap: int) -> None:
    """UsageError where the numbers of members, replicates or classes cannot be."""
    if members < 1:
        raise UsageError(f"members is {members}; a run needs at least 1 (1000 is the default)")
    if members >= 2**31:
        raise UsageError(f"members is {members}; the most is {2**31 - 1}")
    if replicates < 1 or members % replicates:
        raise UsageError(
            f"{members} members are no whole number of draws with {replicates} replicates each; "
            f"take {max(1, members // max(replicates, 1)) * max(replicates, 1)} members or another number of replicates"
        )
    if replicates > MAX_CHUNK:
        raise UsageError(f"replicates is {replicates}; the most is {MAX_CHUNK}")
    if not MIN_CAP <= cap <= 2**20:
        raise UsageError(f"cap is {cap}; histograms keep between {MIN_CAP} and {2**20} values a cell")

"""Totals over members that merge in any order to the same bytes.

Everything kept is a whole number: counts, sums, sums of squares (as two limbs, so that nothing overflows) and exact
histograms. Means, quantiles and intervals are worked out once, from the totals of all members.

Histograms are those of `histograms`. Means are always exact.

Members come in draws of equal size (`replicates` histories of one parameter draw). Members that went wrong are left
out; what needs whole draws (the split of the spread) reads complete draws alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.simulation import tally_kernels as kernels
from dayafter.simulation.histograms import MAX_CHUNK, Floats, Histogram, Ints, Measures, Room, Wide

Bools = NDArray[np.bool_]

MIN_CAP: Final = 128
DEFAULT_CAP: Final = 256
MEANS_CAP: Final = 128
"""Classes kept of draws' means and of residuals, which give the ends of intervals alone."""


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

    @property
    def n_draws(self) -> int:
        """Complete draws."""
        return int(self.complete.sum())

    def complete_rows(self, rows: Ints) -> Ints:
        """(n, members) of the complete draws alone."""
        complete = self.complete
        return rows if complete.all() else np.ascontiguousarray(rows[:, np.repeat(complete, self.replicates)])

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
        counted = rows if grouping.counted.all() else rows[:, grouping.counted]
        squares = Wide.squares(sums)
        return cls(
            grouping.replicates,
            int(grouping.counted.sum()),
            counted.sum(axis=1),
            int(sums.shape[1]),
            sums.sum(axis=1),
            squares if grouping.replicates == 1 else Wide.squares(grouping.complete_rows(rows)),
            squares,
        )

    @classmethod
    def joined(cls, blocks: list[Moments]) -> Moments:
        """Those of blocks of rows, one after the other, over the same members."""
        first = blocks[0]
        return cls(
            first.replicates,
            first.n_members,
            np.concatenate([one.total for one in blocks]),
            first.n_draws,
            np.concatenate([one.draws_total for one in blocks]),
            Wide.joined([one.squares for one in blocks]),
            Wide.joined([one.draw_squares for one in blocks]),
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

    def arrays(self) -> dict[str, NDArray[Any]]:
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
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Moments:
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
        between = self.draw_squares.spread(d, self.draws_total) / (d * (d - 1)) / (r * r)  # of the draws' means
        if r < 2:
            none = np.full(self.total.size, np.nan)
            return Spread(between / d, between, none, none)
        within = self.squares.times_less(r, self.draw_squares) / (r * d * (r - 1))
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
    at_least: Ints
    """Members at or above each threshold: (n, thresholds); flat, block by block, where blocks have their own."""

    @classmethod
    def empty(cls, n: int, replicates: int, cap: int, n_thresholds: int) -> Tally:
        """No member yet."""
        members = Histogram.empty(n, cap)
        means = members if replicates == 1 else Histogram.empty(n, min(cap, MEANS_CAP))
        return cls(Moments.empty(n, replicates), members, means, np.zeros((n, n_thresholds), dtype=np.int64))

    @classmethod
    def of(cls, rows: Ints, grouping: Grouping, cap: int, thresholds: tuple[int, ...] = ()) -> Tally:
        """Count (n, m) rows."""
        counter = TallyCounter(rows.shape[0], grouping, cap)
        counter.add(rows, thresholds)
        tally = counter.tally()
        return replace(tally, at_least=tally.at_least.reshape(rows.shape[0], len(thresholds)))

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

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every number kept, by name: what is stored and compared."""
        caps = np.array([self.histogram.cap, self.draw_means.cap])
        arrays = self.moments.arrays() | {"caps": caps, "at_least": self.at_least}
        return arrays | self.histogram.arrays("all") | self.draw_means.arrays("draw")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Tally:
        """Inverse of `arrays`."""
        caps = arrays["caps"].tolist()
        members, means = (
            Histogram.from_arrays(arrays, stem, cap) for stem, cap in zip(("all", "draw"), caps, strict=True)
        )
        return cls(Moments.from_arrays(arrays), members, means, arrays["at_least"])


class TallyCounter:
    """Counts rows that come block by block into one tally."""

    def __init__(self, n: int, grouping: Grouping, cap: int) -> None:
        self._grouping = grouping
        n_counted = int(grouping.counted.sum())
        self._members = Room(n, n_counted, cap)
        self._means = self._members if grouping.replicates == 1 else Room(n, grouping.n_draws, min(cap, MEANS_CAP))
        self._moments: list[Moments] = []
        self._at_least: list[Ints] = []

    def add(self, rows: Ints, thresholds: tuple[int, ...] = ()) -> None:
        """Count the next (k, m) rows."""
        grouping = self._grouping
        rows = np.ascontiguousarray(rows)
        counted = rows if grouping.counted.all() else np.ascontiguousarray(rows[:, grouping.counted])
        measures = Measures.of(counted)
        whole = grouping.complete_rows(rows)
        of_whole = measures if whole is counted else Measures.of(whole)
        sums, of_sums = whole, of_whole
        self._members.add(counted, measures)
        if grouping.replicates > 1:
            sums = grouping.sums(rows)
            of_sums = Measures.of(sums)
            self._means.add(sums, of_sums)
        self._moments.append(
            Moments(
                grouping.replicates,
                counted.shape[1],
                measures.totals,
                sums.shape[1],
                of_sums.totals,
                of_whole.squares,
                of_sums.squares,
            )
        )
        if thresholds:
            self._at_least.append(np.stack([(counted >= one).sum(axis=1) for one in thresholds], axis=1).ravel())

    def tally(self) -> Tally:
        """What was counted."""
        members = self._members.histogram()
        means = members if self._means is self._members else self._means.histogram()
        nothing = np.zeros(0, dtype=np.int64)
        return Tally(Moments.joined(self._moments), members, means, np.concatenate([nothing, *self._at_least]))


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

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
from dayafter.simulation import counting_kernels as kernels
from dayafter.simulation.counting_kernels import MAX_COUNTED
from dayafter.simulation.histograms import Floats, Histogram, Ints, Room, Take, Wide
from dayafter.simulation.source import Source

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

    @property
    def who(self) -> tuple[Ints, Ints, int, int]:
        """As `counting_kernels` take it."""
        columns = np.flatnonzero(self.counted)
        whole = np.flatnonzero(np.repeat(self.complete, self.replicates)[columns])
        return columns, whole, self.n_draws, self.replicates


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
        counter.add(Source.of_rows(rows), thresholds)
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


class Counter:
    """Counts rows that come block by block: sums, and which of the three histograms are asked for.

    Parameters
    ----------
    caps : of the histograms of members, of draws' sums, and of what is left of members; 0: not kept.
    take : where rooms for the histograms come from.
    """

    def __init__(
        self, n: int, grouping: Grouping, caps: tuple[int, int, int], *, has_signs: bool, take: Take = Room
    ) -> None:
        self._grouping, self._who, self._row = grouping, grouping.who, 0
        m = grouping.counted.size
        self._room = take(n, (m, m // grouping.replicates, m), caps)
        self._caps, self._ends = np.array(caps, dtype=np.int64), self._room.starts[:-1].copy()
        self._sums = np.zeros((6, n), dtype=np.int64)
        self.signs = np.zeros((3, n if has_signs else 0), dtype=np.int64)
        """Draws with a sum below 0 and above 0, members at 0, by row."""
        self._space = kernels.room_of(self._who)

    def add(self, source: Source, thresholds: tuple[int, ...] = (), beside: Counter | None = None) -> Ints:
        """Count the next rows, without the patch of the source. Returns (rows, thresholds): members at or above each.

        Parameters
        ----------
        beside : counts the same rows of the same members with the patch.
        """
        reach = np.zeros((source.n_rows, len(thresholds)), dtype=np.int64)
        into = self.into(source.n_rows, reach)
        other = into if beside is None else beside.into(source.n_rows, reach.copy())
        if self._who[0].size:
            kernels.count_rows(
                source.arrays(self._who[0]), self._who, np.array(thresholds, dtype=np.int64), self._row - source.n_rows,
                self._space, into, other, beside is not None,
            )  # fmt: skip
        return reach

    def into(self, n_rows: int, reach: Ints) -> tuple[Any, ...]:
        """What the next rows are counted into, as `counting_kernels` take it."""
        self._row += n_rows
        room = self._room
        return (
            self._sums, room.sizes, room.levels, room.values, room.counts, self._ends, self._caps, reach, self.signs,
        )  # fmt: skip

    def histogram(self, kind: int) -> Histogram:
        """One of the three."""
        return self._room.histogram(kind, int(self._ends[kind]))

    def moments(self) -> Moments:
        """What was summed."""
        total, draws_total, high, low, draw_high, draw_low = self._sums
        return Moments(
            self._grouping.replicates,
            int(self._grouping.counted.sum()),
            total,
            self._grouping.n_draws,
            draws_total,
            Wide(high, low),
            Wide(draw_high, draw_low),
        )


class TallyCounter:
    """Counts rows that come block by block into one tally."""

    def __init__(self, n: int, grouping: Grouping, cap: int, take: Take = Room) -> None:
        means_cap = 0 if grouping.replicates == 1 else min(cap, MEANS_CAP)  # with one replicate members are draws
        self._counter = Counter(n, grouping, (cap, means_cap, 0), has_signs=False, take=take)
        self._is_one = means_cap == 0
        self._at_least: list[Ints] = []

    def add(self, source: Source, thresholds: tuple[int, ...] = ()) -> None:
        """Count the next rows."""
        self._at_least.append(self._counter.add(source, thresholds).ravel())

    def tally(self) -> Tally:
        """What was counted."""
        members = self._counter.histogram(0)
        means = members if self._is_one else self._counter.histogram(1)
        nothing = np.zeros(0, dtype=np.int64)
        return Tally(self._counter.moments(), members, means, np.concatenate([nothing, *self._at_least]))


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
    if replicates > MAX_COUNTED:
        raise UsageError(f"replicates is {replicates}; the most is {MAX_COUNTED}")
    if not MIN_CAP <= cap <= 2**20:
        raise UsageError(f"cap is {cap}; histograms keep between {MIN_CAP} and {2**20} values a cell")

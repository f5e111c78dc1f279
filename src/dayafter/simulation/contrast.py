"""Two policies compared member by member: each member meets the same luck under both, so a difference is no noise.

Two contrasts stand side by side. *Total* is the whole difference. *Conditional* takes out that one policy makes deals
sooner than the other, or more surely: imposing sets a date, mediating only raises a chance. A process says which of two
ways it has: *forced*, the baseline is run again with the signing months that the policy had; or *dated*, both are run
with deals signed on the dates of their steps in every member.

Not given: the share of members that fare better. Under common luck most members do not change at all, and the rest
change the same way; the share of *parameter draws* in which the mean difference has a sign is given instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dayafter.simulation.accumulate import Grouping, Histogram, Ints, Moments


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Totals of paired differences, policy less baseline, for each row."""

    moments: Moments
    draw_means: Histogram
    """Of Σ difference over each complete draw."""
    residuals: Histogram
    """Of replicates · difference − Σ over its draw: the history alone, times the replicates."""
    n_less: Ints  # (n,) complete draws with Σ below 0
    n_more: Ints  # (n,)
    n_same: Ints  # (n,) members counted in which nothing differs

    @classmethod
    def empty(cls, n: int, replicates: int, cap: int) -> Contrast:
        """No member yet."""
        nothing, zeros = Histogram.empty(n, cap), np.zeros(n, dtype=np.int64)
        return cls(Moments.empty(n, replicates), nothing, nothing, zeros, zeros, zeros)

    @classmethod
    def of(cls, rows: Ints, grouping: Grouping, cap: int) -> Contrast:
        """Count (n, m) differences."""
        sums = grouping.sums(rows)
        residuals = Histogram.empty(rows.shape[0], cap)
        if grouping.replicates > 1:
            whole = grouping.complete_rows(rows)
            residuals = Histogram.of(grouping.replicates * whole - np.repeat(sums, grouping.replicates, axis=1), cap)
        counted = rows if grouping.counted.all() else rows[:, grouping.counted]
        return cls(
            Moments.of(rows, sums, grouping),
            Histogram.of(sums, cap),
            residuals,
            (sums < 0).sum(axis=1),
            (sums > 0).sum(axis=1),
            (counted == 0).sum(axis=1),
        )

    def plus(self, other: Contrast) -> Contrast:
        """Both together."""
        return Contrast(
            self.moments.plus(other.moments),
            self.draw_means.plus(other.draw_means),
            self.residuals.plus(other.residuals),
            self.n_less + other.n_less,
            self.n_more + other.n_more,
            self.n_same + other.n_same,
        )

    @property
    def nbytes(self) -> int:
        """Memory held, about."""
        return self.draw_means.nbytes + self.residuals.nbytes + 8 * 10 * self.n_same.size

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Every number kept, by name."""
        arrays = {
            **self.moments.arrays(),
            "cap": np.array([self.draw_means.cap]),
            "less": self.n_less,
            "more": self.n_more,
            "same": self.n_same,
        }
        return arrays | self.draw_means.arrays("draw") | self.residuals.arrays("residual")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.int64]]) -> Contrast:
        """Inverse of `arrays`."""
        cap = int(arrays["cap"][0])
        means, residuals = (Histogram.from_arrays(arrays, stem, cap) for stem in ("draw", "residual"))
        return cls(Moments.from_arrays(arrays), means, residuals, arrays["less"], arrays["more"], arrays["same"])

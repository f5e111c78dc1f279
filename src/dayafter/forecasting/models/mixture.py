"""A weighted mixture: each member comes whole from one of several models.

Which one is a matter of the member's number alone, so a member is one world, and units that are summed up keep what
the models say about them together. Members are dealt out by a sequence with even gaps, so that any first part of
the members holds the models in nearly their weights.

Source of the sequence: H. Weyl (1916), Mathematische Annalen 77, 313-352, with the golden ratio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.forecasting.fitted import Fit, Fitted
from dayafter.forecasting.panel import Counts, Floats, Ints, Panel
from dayafter.seeding import uniforms

GOLDEN: Final = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class FittedMixture:
    """The parts, fitted, and where each one's share of 0..1 ends."""

    parts: tuple[Fitted, ...]
    ends: Floats  # (parts,)
    n_steps: int

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `dayafter.forecasting.fitted.Fitted`."""
        part_of = self.part_of(members, seed)
        out = np.zeros((rows.size, self.n_steps, members.size), dtype=np.int32)
        for number, part in enumerate(self.parts):
            mine = np.flatnonzero(part_of == number)
            if mine.size:
                out[:, :, mine] = part.sample(rows, members[mine], seed)
        return out

    def part_of(self, members: Ints, seed: int) -> Ints:
        """(m,), the number of the part that each member comes from."""
        nobody = np.zeros(1, dtype=np.int64)
        first = float(uniforms(seed, "forecast/mixture", nobody, nobody)[0, 0])
        place = np.searchsorted(self.ends, (first + members * GOLDEN) % 1.0, side="right")
        return np.minimum(place, len(self.parts) - 1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Mixture:
    """The parts and their weights; calling it fits them. Weights need not sum to one."""

    parts: Mapping[str, tuple[Fit, float]]

    def __call__(self, panel: Panel, steps: Ints) -> Fitted:
        """See `dayafter.forecasting.fitted.Fit`.

        Raises
        ------
        ValueError : a weight is negative, or all are 0.
        """
        weights = np.array([weight for _, weight in self.parts.values()])
        if (weights < 0).any() or not weights.sum() > 0:
            raise ValueError(f"weights of a mixture are {weights.tolist()}; none may be negative, one must be above 0")
        used = [(fit, weight) for fit, weight in self.parts.values() if weight > 0]
        ends = np.cumsum([weight for _, weight in used]) / weights.sum()
        return FittedMixture(tuple(fit(panel, steps) for fit, _ in used), ends, steps.size)

"""Where the rows that are counted come from: a run's outcomes, and which cells of them are added up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Rows of a block: (group × month), each the sum of the group's cells, month by month or to date."""

    values: NDArray[Any]  # (cell, month, M) of 32 or 64 bits
    base: NDArray[Any]  # (cell, month, M) of the run that is subtracted; (0, month, M) for none
    patch: NDArray[Any]  # (cell, month, n) in place of some columns of the base
    at: Ints  # (n,) those columns
    group_of: Ints  # cells of group i: cells[group_of[i] : group_of[i + 1]]
    cells: Ints
    to_date: bool

    @classmethod
    def of_rows(cls, rows: Any) -> Source:
        """Rows as they are, (n, m)."""
        values = np.ascontiguousarray(rows, dtype=np.int64)[:, None]
        n, nothing = values.shape[0], values[:0]
        return cls(values, nothing, nothing, np.zeros(0, np.int64), np.arange(n + 1), np.arange(n), to_date=False)

    def without_patch(self) -> Source:
        """The same on the base as it is."""
        return replace(self, patch=self.values[:0], at=self.at[:0]) if self.at.size else self

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return (len(self.group_of) - 1) * int(self.values.shape[1])

    def arrays(self, columns: Ints) -> tuple[Any, ...]:
        """As `counting_kernels` take it, where the members at `columns` are counted."""
        words = self.values.itemsize // 4
        values, base, patch = (one.view(np.int32) for one in (self.values, self.base, self.patch))
        spots = np.minimum(np.searchsorted(columns, self.at), columns.size - 1)
        spots = np.where(columns[spots] == self.at, spots, -1)
        months = self.values.shape[1]
        return values, base, patch, self.at, spots, words, self.group_of, self.cells, months, self.to_date

    def rows(self) -> Ints:
        """The rows themselves, (group × month, M)."""
        chosen = self.values[self.cells].astype(np.int64)
        if self.base.shape[0]:
            base = self.base[self.cells]
            if self.at.size:
                base[:, :, self.at] = self.patch[self.cells]
            chosen -= base
        _, months, m = self.values.shape
        groups = len(self.group_of) - 1
        summed = np.add.reduceat(chosen, self.group_of[:-1], axis=0) if groups else np.zeros((0, months, m), np.int64)
        rows: Ints = (summed.cumsum(axis=1) if self.to_date else summed).reshape(-1, m)
        return rows

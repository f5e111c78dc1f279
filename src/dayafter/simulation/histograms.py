"""Exact histograms and sums of rows of whole numbers, which merge in any order to the same bytes.

Quantiles are exact as long as a cell has no more than `cap` different values; beyond, values are classed by their
leading bits (`tally_kernels`), and the largest error is reported beside the quantiles. Memory: 12 bytes for each
(value, count) pair, at most `cap` pairs for each row, whatever the number of members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.simulation import tally_kernels as kernels
from dayafter.simulation.memory import fresh

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BASE: Final = 1 << 32
_NARROW_HIGH: Final = 1 << 29
"""Below this times 2**32 a sum and a small multiple of it fit 63 bits."""
_ROOT: Final = 1 << 31
Take = Callable[[int, tuple[int, ...], tuple[int, ...]], "Room"]
"""Makes or lends a room, as `Room` is made."""
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

    def plus(self, other: Wide) -> Wide:
        """Sum, carried."""
        low = self.low + other.low
        return Wide(self.high + other.high + (low >> 32), low & (_BASE - 1))

    @classmethod
    def joined(cls, parts: list[Wide]) -> Wide:
        """One after the other."""
        return cls(np.concatenate([one.high for one in parts]), np.concatenate([one.low for one in parts]))

    def spread(self, n: int, totals: Ints) -> Floats:
        """N times these less the squares of `totals`, worked out in whole numbers and rounded once."""
        small = (self.high < _NARROW_HIGH // max(n, 1)) & (np.abs(totals) < _ROOT)
        safe = np.where(small, self.high * _BASE + self.low, 0)
        found: Floats = (n * safe - np.where(small, totals, 0) ** 2).astype(np.float64)
        for row in np.flatnonzero(~small).tolist():
            found[row] = float(n * self.as_int(row) - int(totals[row]) ** 2)
        return found

    def times_less(self, n: int, other: Wide) -> Floats:
        """N times these less others, worked out in whole numbers and rounded once."""
        small = (self.high < _NARROW_HIGH // max(n, 1)) & (other.high < _NARROW_HIGH)
        mine, theirs = (np.where(small, one.high * _BASE + one.low, 0) for one in (self, other))
        found: Floats = (n * mine - theirs).astype(np.float64)
        for row in np.flatnonzero(~small).tolist():
            found[row] = float(n * self.as_int(row) - other.as_int(row))
        return found

    def as_int(self, row: int) -> int:
        """One of them, exact."""
        return int(self.high[row]) * _BASE + int(self.low[row])

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
    counts: NDArray[np.int32]  # (entries,)

    @classmethod
    def empty(cls, n: int, cap: int) -> Histogram:
        """No member yet."""
        nothing, none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        return cls(cap, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), nothing, none)

    def plus(self, other: Histogram) -> Histogram:
        """Union. ValueError where rows or caps differ."""
        if self.sizes.size != other.sizes.size or self.cap != other.cap:
            raise ValueError("histograms of different rows or caps cannot be merged; merge parts of one run")
        sizes, levels = np.zeros_like(self.sizes), np.zeros_like(self.levels)
        room = self.values.size + other.values.size
        values, counts = fresh(room, np.int64), fresh(room, np.int32)
        used = kernels.merge_runs(self._runs, other._runs, self.cap, (sizes, levels, values, counts))
        return Histogram(self.cap, sizes, levels, values[:used], counts[:used])  # what is not used is never touched

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
    def _runs(self) -> tuple[Ints, Ints, Ints, NDArray[np.int32]]:
        """As kernels take it."""
        return self.sizes, self.levels, self.values, self.counts

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(part.nbytes for part in self._runs)

    def arrays(self, stem: str) -> dict[str, NDArray[Any]]:
        """Every number kept but the cap, by name."""
        return {f"{stem}_{part}": getattr(self, part) for part in _RUNS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], stem: str, cap: int) -> Histogram:
        """Inverse of `arrays`."""
        return cls(cap, *(arrays[f"{stem}_{part}"] for part in _RUNS))


class Room:
    """Histograms of some kinds of rows that come block by block, written row after row by `counting_kernels`.

    Parameters
    ----------
    n : rows. sizes : most values of a row of each kind. caps : classes kept of each; 0: not kept.
    """

    def __init__(self, n: int, sizes: tuple[int, ...], caps: tuple[int, ...]) -> None:
        self.shape = (n, sizes, caps)
        self.sizes, self.levels = np.zeros((2, len(caps), n), dtype=np.int64)
        needed = [n * min(size, cap) + size if cap else 0 for size, cap in zip(sizes, caps, strict=True)]
        self.starts = np.cumsum([0, *needed])
        """First entry of each kind."""
        self.values, self.counts = fresh(int(self.starts[-1]), np.int64), fresh(int(self.starts[-1]), np.int32)

    def histogram(self, kind: int, end: int) -> Histogram:
        """What was counted of a kind, up to an entry."""
        span = slice(self.starts[kind], end)
        return Histogram(self.shape[2][kind], self.sizes[kind], self.levels[kind], self.values[span], self.counts[span])

    def wipe(self) -> None:
        """Forget what was counted; what `histogram` gave must not be read any more."""
        self.sizes.fill(0)
        self.levels.fill(0)


class Rooms:
    """Rooms that are used again once nobody reads them: fresh memory costs time. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._free: list[Room] = []

    def take(self, n: int, sizes: tuple[int, ...], caps: tuple[int, ...]) -> Room:
        """A room as `Room` would make it."""
        with self._lock:
            room = next((one for one in self._free if one.shape == (n, sizes, caps)), None)
            if room is None:
                return Room(n, sizes, caps)
            self._free = [one for one in self._free if one is not room]
        room.wipe()
        return room

    def give_back(self, rooms: Iterable[Room]) -> None:
        """Rooms of which no histogram is read any more."""
        with self._lock:
            self._free += rooms

"""Run the violence-only kernels on threads, and what comes back: integer sums, and maps of quantiles.

The result depends on the process, the members and the seed alone: not on threads, blocks or order. Each thread adds
to sums of its own, which are integers, and these are added at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.kernels import histogram as bins
from dayafter.kernels.counts import FINE
from dayafter.kernels.philox import ROW, round_keys
from dayafter.seeding import stream_key
from dayafter.simulation.violence import (
    LEVEL_STREAM,
    STREAM,
    Members,
    ViolenceProcess,
    require_stable,
    rounded_excitation,
)
from dayafter.simulation.violence_kernel import dense_rows, quiet_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_STREAM: Final = "violence/first-month"
SIZE_STREAM: Final = "violence/first-count"
BITS: Final = 6
"""Of the histograms: totals below 64 are exact, larger ones are reported low by less than 1 part in 32."""
TOTAL_LIMIT: Final = (1 << 20) - 1
"""Largest total of a member's unit in a window that has a bin."""
SMALL_ENSEMBLE: Final = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True)
class ViolenceSummary:
    """What an ensemble of members came to. Axes: t months, i units, w windows of months, b bins, m members."""

    windows: tuple[tuple[int, int], ...]
    """First month and the month after the last of each window."""
    numbers: Ints
    """(m,) the members' numbers, rising."""
    status: Ints
    """(m,) the worst of each member's statuses."""
    sums: Ints
    """(t, i) events, added over members."""
    hits: NDArray[np.int32]
    """(t, i) members with at least one event."""
    histogram: bins.Histogram
    """(w, i, b) members by the total of the window; bin 0, no event, is not counted."""
    bits: int
    beyond: int
    """Totals above the last bin, counted in it."""
    paths: NDArray[np.int32] | None
    """(t, i, m) every count, where asked for."""

    @property
    def n_wrong(self) -> int:
        """Members in which a mean or a count passed its limit; they are in every sum, at the limit."""
        return int((self.status != FINE).sum())

    def mean(self) -> Floats:
        """(t, i) mean events of a month."""
        mean: Floats = self.sums / self.numbers.size
        return mean

    def p_any(self) -> Floats:
        """(t, i) share of members with at least one event in the month."""
        share: Floats = self.hits / self.numbers.size
        return share

    def quantiles(self, shares: Sequence[float]) -> Ints:
        """(q, w, i), the smallest total that at least this share of members does not pass.

        Exact below 2**bits, else the low end of the bin. Raises `UsageError` for a share outside 0..1.
        """
        if any(not 0.0 <= share <= 1.0 for share in shares):
            raise UsageError(f"quantiles at {list(shares)}; give shares from 0 to 1")
        n = self.numbers.size
        ranks = np.maximum(1, np.ceil(np.array(shares, dtype=np.float64) * n)).astype(np.int64)
        order = np.argsort(ranks, kind="stable")
        out = np.zeros((len(shares), *self.histogram.shape[:2]), dtype=np.int64)
        bins.quantiles(self.histogram, ranks[order], n, self.bits, out)
        result: Ints = out[np.argsort(order, kind="stable")]
        return result

    def merge(self, other: ViolenceSummary) -> ViolenceSummary:
        """The summary of both sets of members: the same bytes in whatever order parts are merged.

        Raises
        ------
        UsageError : a member is in both, or windows, months or units differ.
        """
        if np.intersect1d(self.numbers, other.numbers).size:
            raise UsageError("the two parts share members; give each part its own numbers")
        if (self.windows, self.bits, self.sums.shape) != (other.windows, other.bits, other.sums.shape):
            raise UsageError("the two parts differ in windows, months or units; simulate both from one process")
        numbers = np.concatenate([self.numbers, other.numbers])
        order = np.argsort(numbers, kind="stable")
        kind = _histogram_kind(numbers.size)
        kept = (
            None
            if self.paths is None or other.paths is None
            else np.concatenate([self.paths, other.paths], axis=2)[:, :, order]
        )
        return ViolenceSummary(
            windows=self.windows,
            numbers=numbers[order],
            status=np.concatenate([self.status, other.status])[order],
            sums=self.sums + other.sums,
            hits=self.hits + other.hits,
            histogram=self.histogram.astype(kind) + other.histogram.astype(kind),
            bits=self.bits,
            beyond=self.beyond + other.beyond,
            paths=kept,
        )


def simulate_violence(
    process: ViolenceProcess,
    members: Members,
    *,
    seed: int,
    threads: int | None = None,
    windows: Sequence[tuple[int, int]] | None = None,
    keep_paths: bool = False,
    skip_quiet: bool = False,
    rows_per_block: int = 1,
    bits: int = BITS,
) -> ViolenceSummary:
    """Simulate violence alone for every unit, month and member.

    Parameters
    ----------
    seed : 0 or more. threads : 1 or more; the processor's cores unless said. They do not change a byte.
    windows : months to total for the quantiles, each (first, month after the last); all months unless said.
    keep_paths : keep every count, 4 bytes each.
    skip_quiet : pass over units while nothing happens there or nearby. The same law, other luck than without.
    rows_per_block : rows of `ROW` members that a thread takes at a time; does not change a byte.
    bits : precision of the histograms, 2 to 20: totals below 2**bits are exact.

    Raises
    ------
    UsageError : the process does not die out (`require_stable`), or an argument is out of range.
    """
    chosen = _windows(process, windows)
    workers = (os.cpu_count() or 1) if threads is None else threads
    if workers < 1 or rows_per_block < 1:
        raise UsageError(f"threads is {workers} and rows_per_block {rows_per_block}; give 1 or more of each")
    if not 2 <= bits <= 20:
        raise UsageError(f"bits is {bits}; give 2 to 20")
    require_stable(process, members)
    order = np.argsort(members.numbers, kind="stable")
    if (np.diff(members.numbers[order]) == 0).any():
        raise UsageError("a member is named twice; give each its own number")
    ordered = members.take(order)
    kernel = _quiet_kernel(process, ordered, seed) if skip_quiet else _dense_kernel(process, ordered, seed)
    numbers = ordered.numbers
    n_rows = -(-numbers.size // ROW)
    status = np.zeros(numbers.size, dtype=np.int64)
    (n_months, n_units), n_members = process.background.shape, numbers.size
    paths = np.zeros((n_months, n_units, n_members) if keep_paths else (0, 0, 0), dtype=np.int32)
    blocks = iter(range(0, n_rows, rows_per_block))
    run = _Run(
        kernel,
        _histogram_kind(n_members),
        np.array(chosen, dtype=np.int64).reshape(-1, 2),
        bits,
        n_rows,
        rows_per_block,
    )
    parts = run.on_threads(min(workers, n_rows), blocks, (n_months, n_units), status, paths)
    total = parts[0]
    for part in parts[1:]:
        total.add(part)
    return ViolenceSummary(
        windows=chosen, numbers=numbers, status=status, sums=total.sums, hits=total.hits, histogram=total.histogram,
        bits=bits, beyond=total.beyond, paths=paths if keep_paths else None,
    )  # fmt: skip


def _windows(process: ViolenceProcess, windows: Sequence[tuple[int, int]] | None) -> tuple[tuple[int, int], ...]:
    n_months = process.background.shape[0]
    chosen = ((0, n_months),) if windows is None else tuple(windows)
    for start, stop in chosen:
        if not 0 <= start < stop <= n_months:
            raise UsageError(f"window ({start}, {stop}) is not within the {n_months} months; give 0 ≤ first < last + 1")
    return chosen


def _histogram_kind(n_members: int) -> type[np.uint16 | np.uint32]:
    return np.uint16 if n_members <= SMALL_ENSEMBLE else np.uint32


@dataclass(slots=True)
class _Sums:
    """What one thread adds to."""

    sums: Ints
    hits: NDArray[np.int32]
    histogram: bins.Histogram
    beyond: int = 0

    def add(self, other: _Sums) -> None:
        """Take over another thread's sums."""
        self.sums += other.sums
        self.hits += other.hits
        np.add(self.histogram, other.histogram, out=self.histogram)
        self.beyond += other.beyond


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a thread's kernel writes; what the threads share they write apart."""

    windows: Ints
    bits: int
    mine: _Sums
    status: Ints
    paths: NDArray[np.int32]


_Kernel = Callable[[tuple[int, int], _Place], int]
"""A compiled kernel with what stays the same bound: takes rows and a place, returns totals above the last bin."""


@dataclass(frozen=True, slots=True)
class _Run:
    kernel: _Kernel
    kind: type[np.uint16 | np.uint32]
    windows: Ints
    bits: int
    n_rows: int
    rows_per_block: int

    def on_threads(
        self, workers: int, blocks: Iterator[int], shape: tuple[int, int], status: Ints, paths: NDArray[np.int32]
    ) -> list[_Sums]:
        """Let threads take blocks of rows until none is left. An error of any of them is raised here."""
        lock = Lock()
        n_bins = int(bins.bin_of(TOTAL_LIMIT, self.bits)) + 1

        def work() -> _Sums:
            mine = _Sums(
                np.zeros(shape, dtype=np.int64),
                np.zeros(shape, dtype=np.int32),
                np.zeros((len(self.windows), shape[1], n_bins), dtype=self.kind),
            )
            place = _Place(self.windows, self.bits, mine, status, paths)
            while True:
                with lock:
                    start = next(blocks, None)
                if start is None:
                    return mine
                rows = (start, min(start + self.rows_per_block, self.n_rows))
                mine.beyond += self.kernel(rows, place)

        with ThreadPoolExecutor(workers) as pool:
            return [future.result() for future in [pool.submit(work) for _ in range(workers)]]


def _network(process: ViolenceProcess) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """What each unit excites: starts (i + 1), targets (e), offspring (e); lag weights (l); past pushes (l, i)."""
    matrix = rounded_excitation(process)
    by_source = matrix.tocsc()
    return (
        by_source.indptr.astype(np.int64),
        by_source.indices.astype(np.int64),
        by_source.data,
        process.lag_weights,
        np.ascontiguousarray((matrix @ process.history.T.astype(np.float64)).T),
    )


def _dense_kernel(process: ViolenceProcess, members: Members, seed: int) -> _Kernel:
    keys, level_keys = (round_keys(*stream_key(seed, stream)) for stream in (STREAM, LEVEL_STREAM))
    things, background = process.things.astype(np.uint64), np.ascontiguousarray(process.background)
    starts, targets, offspring, weights, initial = _network(process)

    def run(rows: tuple[int, int], to: _Place) -> int:
        return dense_rows(
            rows, members.numbers, members.dispersion, members.background_scale, members.excitation_scale,
            members.level_sd, keys, level_keys, things, background, starts, targets, offspring, weights, initial,
            to.windows, to.bits, to.mine.sums, to.mine.hits, to.mine.histogram, to.status, to.paths,
        )  # fmt: skip

    return run


def _quiet_kernel(process: ViolenceProcess, members: Members, seed: int) -> _Kernel:
    keys, level_keys, first_keys, size_keys = (
        round_keys(*stream_key(seed, stream)) for stream in (STREAM, LEVEL_STREAM, FIRST_STREAM, SIZE_STREAM)
    )
    things, background = process.things.astype(np.uint64), np.ascontiguousarray(process.background)
    tails = np.zeros((background.shape[0] + 1, background.shape[1]))
    tails[:-1] = np.cumsum(background[::-1], axis=0)[::-1]
    starts, targets, offspring, weights, initial = _network(process)

    def run(rows: tuple[int, int], to: _Place) -> int:
        return quiet_rows(
            rows, members.numbers, members.dispersion, members.background_scale, members.excitation_scale,
            members.level_sd, keys, level_keys, first_keys, size_keys, things, background, tails, starts, targets,
            offspring, weights, initial, to.windows, to.bits, to.mine.sums, to.mine.hits, to.mine.histogram, to.status,
            to.paths,
        )  # fmt: skip

    return run

"""Counting outcomes of members: exact sparse histograms, kept small by a rule that no order of merging can change.

A histogram is a sorted run of (value, count). A *level* coarsens values by cutting their magnitude to fewer leading
bits: level 0 keeps every integer, level n keeps 41 − n bits, so that each level's classes are unions of the finer
level's. A histogram stands at the lowest level at which it has no more than `cap` classes. The number of classes at a
level can only grow as members are added; so the level of a union is at least that of each part, and merging in any
order, in any grouping, ends at the same level with the same classes and counts.

Values are below 2**40 in magnitude (`accumulate` checks). Plain twins are in the tests.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled

Ints = NDArray[np.int64]

BITS: Final = 40
"""Magnitudes stay below two to this power."""
TOP_LEVEL: Final = BITS
"""One leading bit is left: at most 2 · 40 + 1 classes."""
NARROW: Final = 512
"""A row whose values span less than this is counted, not sorted."""
_SMALL: Final = 1 << 25
_HALF: Final = 16
_MASK32: Final = (1 << 32) - 1


@compiled
def coarsen(value: Any, level: Any) -> Any:
    """Name of the class that holds `value` at a level: its end nearest to zero."""
    if level == 0:
        return value
    keep = np.int64(1) << np.int64(BITS + 1 - level)
    magnitude = np.int64(abs(value))
    shift = np.int64(0)
    while (magnitude >> shift) >= keep:
        shift += np.int64(1)
    cut = (magnitude >> shift) << shift
    return cut if value >= 0 else -cut


@compiled
def class_width(name: Any, level: Any) -> Any:
    """Number of integers in a class."""
    if level == 0:
        return 1
    keep = np.int64(1) << np.int64(BITS + 1 - level)
    magnitude = np.int64(abs(name))
    shift = np.int64(0)
    while (magnitude >> shift) >= keep:
        shift += np.int64(1)
    return np.int64(1) << shift


@compiled
def settle_level(run: Any, span: tuple[int, int], level: int, cap: int) -> tuple[int, int]:
    """Coarsen one run in place to the lowest level, from `level` on, with no more than `cap` classes.

    `run` is (values, counts), `span` its first entry and one past the last. Returns the new end and the level.
    """
    values, counts = run
    start, stop = span
    if stop - start > cap:  # levels that keep every bit of the largest value change nothing: step over them
        biggest, n_bits = max(abs(values[start]), abs(values[stop - 1])), 0
        while biggest >> n_bits:
            n_bits += 1
        level = max(level, BITS + 1 - n_bits)
    while stop - start > cap and level < TOP_LEVEL:
        level += 1
        at = start
        values[at] = coarsen(values[start], level)
        for i in range(start + 1, stop):
            name = coarsen(values[i], level)
            if name == values[at]:
                counts[at] += counts[i]
            else:
                at += 1
                values[at] = name
                counts[at] = counts[i]
        stop = at + 1
    return stop, level


@compiled
def count_narrow(rows: Any, lows: Any, chosen: Any, cap: int, out: Any) -> int:
    """Histograms of the chosen rows, whose values span less than `NARROW`, by counting. Returns the entries written.

    `out` is a histogram to fill: sizes and levels by row, values and counts one run after the other.
    """
    sizes, levels, values, counts = out
    table = np.zeros(NARROW, dtype=np.int64)
    end = 0
    for j in range(chosen.size):
        row, low, high = chosen[j], lows[chosen[j]], 0
        for i in range(rows.shape[1]):
            offset = rows[row, i] - low
            table[offset] += 1
            high = max(high, offset)
        start = end
        for offset in range(high + 1):
            if table[offset]:
                values[end] = low + offset
                counts[end] = table[offset]
                table[offset] = 0
                end += 1
        end, levels[row] = settle_level((values, counts), (start, end), 0, cap)
        sizes[row] = end - start
    return end


@compiled
def count_sorted(rows: Any, chosen: Any, cap: int, out: Any) -> int:
    """Histograms of rows already sorted, `chosen[j]` being the number of `rows[j]`. Returns the entries written."""
    sizes, levels, values, counts = out
    end = 0
    for j in range(chosen.size):
        start = end
        values[end] = rows[j, 0]
        counts[end] = 1
        for i in range(1, rows.shape[1]):
            if rows[j, i] == values[end]:
                counts[end] += 1
            else:
                end += 1
                values[end] = rows[j, i]
                counts[end] = 1
        end, levels[chosen[j]] = settle_level((values, counts), (start, end + 1), 0, cap)
        sizes[chosen[j]] = end - start
    return end


@compiled
def interleave(is_narrow: Any, narrow: Any, other: Any, out: Any) -> None:
    """Lay the runs (values, counts) of narrow rows and of the other rows out in the order of rows into `out`."""
    values_a, counts_a = narrow
    values_b, counts_b = other
    sizes, _, values, counts = out
    a, b, at = 0, 0, 0
    for row in range(sizes.size):
        for i in range(sizes[row]):
            if is_narrow[row]:
                values[at + i], counts[at + i] = values_a[a + i], counts_a[a + i]
            else:
                values[at + i], counts[at + i] = values_b[b + i], counts_b[b + i]
        at += sizes[row]
        if is_narrow[row]:
            a += sizes[row]
        else:
            b += sizes[row]


@compiled
def merge_runs(one: Any, other: Any, cap: int, out: Any) -> int:
    """Union of two histograms for each row, into `out`. Returns the entries written."""
    sizes_a, levels_a, values_a, counts_a = one
    sizes_b, levels_b, values_b, counts_b = other
    sizes, levels, values, counts = out
    a, b, end = 0, 0, 0
    for row in range(sizes_a.size):
        level = max(levels_a[row], levels_b[row])
        stop_a, stop_b, start = a + sizes_a[row], b + sizes_b[row], end
        while a < stop_a or b < stop_b:
            if b >= stop_b or (a < stop_a and values_a[a] <= values_b[b]):
                name, count = coarsen(values_a[a], level), counts_a[a]
                a += 1
            else:
                name, count = coarsen(values_b[b], level), counts_b[b]
                b += 1
            if end > start and values[end - 1] == name:
                counts[end - 1] += count
            else:
                values[end] = name
                counts[end] = count
                end += 1
        end, levels[row] = settle_level((values, counts), (start, end), level, cap)
        sizes[row] = end - start
    return end


@compiled
def pick_quantiles(histogram: Any, ranks: Any, twice: Any, widest: Any) -> None:
    """Middle of the class that holds each rank, doubled (so that it is an integer), and the widest class met.

    `ranks` (n_ranks,) from 1, rising; `twice` (n, n_ranks) and `widest` (n,) are filled.
    """
    sizes, levels, values, counts = histogram
    start = 0
    for row in range(sizes.size):
        seen, q = 0, 0
        for i in range(start, start + sizes[row]):
            seen += counts[i]
            while q < ranks.size and seen >= ranks[q]:
                width = class_width(values[i], levels[row])
                reach = width - 1 if values[i] >= 0 else 1 - width
                twice[row, q] = 2 * values[i] + reach
                widest[row] = max(widest[row], width)
                q += 1
        start += sizes[row]


@compiled
def square_sums(rows: Any, high: Any, low: Any) -> None:
    """Σ x² of each row as high · 2**32 + low, with 0 ≤ low < 2**32; for at most 4096 values below 2**40."""
    for row in range(rows.shape[0]):
        biggest = np.int64(0)
        for i in range(rows.shape[1]):
            biggest = max(biggest, abs(rows[row, i]))
        if biggest < _SMALL:
            total = np.int64(0)
            for i in range(rows.shape[1]):
                total += rows[row, i] * rows[row, i]
            high[row], low[row] = total >> 32, total & _MASK32
            continue
        squares, crosses, rests = np.int64(0), np.int64(0), np.int64(0)
        for i in range(rows.shape[1]):
            magnitude = abs(rows[row, i])
            upper, lower = magnitude >> _HALF, magnitude & ((1 << _HALF) - 1)
            squares += upper * upper
            crosses += 2 * upper * lower
            rests += lower * lower
        rests += (crosses & 0xFFFF) << _HALF
        high[row] = squares + (crosses >> _HALF) + (rests >> 32)
        low[row] = rests & _MASK32


@compiled
def sum_draws(rows: Any, replicates: int, sums: Any) -> None:
    """Σ x over each draw of (n, draws · replicates) rows into (n, draws)."""
    for row in range(rows.shape[0]):
        for draw in range(sums.shape[1]):
            total = np.int64(0)
            for i in range(draw * replicates, (draw + 1) * replicates):
                total += rows[row, i]
            sums[row, draw] = total

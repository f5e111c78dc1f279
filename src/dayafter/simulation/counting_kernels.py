"""Rows of outcomes counted one at a time: filled, measured and put into a histogram while they lie in the cache.

A row is a cell, or a sum of cells, in one month: one whole number for each member. Nothing of a row is kept but what
`accumulate` and `contrast` want of it, so that counting takes no fresh memory however many rows there are. Plain twins
are in the tests.

Arguments in groups, so that calls stay readable:

`source` : (values, base, words, group_of, cells, months, to_date), as `source.Source` has them. `values` (cell, month,
M · words) of a run, 32 bits each: a number is one word, or two, the lower first; `base` the same of the run that is
subtracted, or without cells. Cells of group i: `cells[group_of[i]:group_of[i + 1]]`; group i, month t is row
i · months + t.
`who` : (columns, whole, draws, replicates): the members counted; which of those are of complete draws, not read where
all are; how many complete draws there are and how many members each has.
`run` : (sizes, levels, values, counts) of histograms, rows one after the other; see `tally_kernels`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.simulation.tally_kernels import TOP_LEVEL, bit_length, settle_level

MAX_COUNTED: Final = 4096
"""Members in one call: sums of squares fit their limbs."""
NARROW: Final = 2048
"""A row whose values span less than this is counted, not sorted."""
_DIGIT: Final = 10
"""Bits that one pass of sorting orders, at most."""
_SMALL: Final = 1 << 25
_HALF: Final = 16
_MASK32: Final = (1 << 32) - 1


@compiled
def _find_busy(source: Any, busy: Any) -> None:
    """Whether a cell differs from the base, or from 0, in any member of the run, into (cell, month)."""
    values, base = source[0], source[1]
    for cell in range(busy.shape[0]):
        for month in range(busy.shape[1]):
            found = False
            if base.shape[0]:
                for j in range(values.shape[2]):
                    if values[cell, month, j] != base[cell, month, j]:
                        found = True
                        break
            else:
                for j in range(values.shape[2]):
                    if values[cell, month, j] != 0:
                        found = True
                        break
            busy[cell, month] = found


@compiled
def _add(values: Any, cell: int, month: int, words: int, columns: Any, sign: int, x: Any) -> None:
    """Add a cell of a run to a row, or take it off."""
    if words == 2:
        for j in range(x.size):
            low = np.int64(values[cell, month, 2 * columns[j]]) & np.int64(_MASK32)
            x[j] += sign * (low + (np.int64(values[cell, month, 2 * columns[j] + 1]) << 32))
    elif columns.size < values.shape[2]:
        for j in range(x.size):
            x[j] += sign * values[cell, month, columns[j]]
    elif sign > 0:
        for j in range(x.size):
            x[j] += values[cell, month, j]
    else:
        for j in range(x.size):
            x[j] -= values[cell, month, j]


@compiled
def _add_cells(source: Any, group: int, month: int, columns: Any, busy: Any, x: Any) -> bool:
    """Add the cells of a group to a row, less those of the base. Returns whether there was anything to add."""
    values, base, words, group_of, cells, _, _ = source
    found = False
    for at in range(group_of[group], group_of[group + 1]):
        cell = cells[at]
        if busy[cell, month]:
            found = True
            _add(values, cell, month, words, columns, 1, x)
            if base.shape[0]:
                _add(base, cell, month, words, columns, -1, x)
    return found


@compiled
def _measure(x: Any) -> Any:
    """Least, largest and Σ x."""
    least, most, total = x[0], x[0], np.int64(0)
    for i in range(x.size):
        least, most = min(least, x[i]), max(most, x[i])
        total += x[i]
    return least, most, total


@compiled
def _square_sum(x: Any, biggest: Any) -> Any:
    """Σ x² as high · 2**32 + low, with 0 ≤ low < 2**32; at most 4096 values of a size up to `biggest`, below 2**40."""
    if biggest < _SMALL:
        total = np.int64(0)
        for i in range(x.size):
            total += x[i] * x[i]
        return total >> 32, total & _MASK32
    squares, crosses, rests = np.int64(0), np.int64(0), np.int64(0)
    for i in range(x.size):
        magnitude = abs(x[i])
        upper, lower = magnitude >> _HALF, magnitude & ((1 << _HALF) - 1)
        squares += upper * upper
        crosses += 2 * upper * lower
        rests += lower * lower
    rests += (crosses & 0xFFFF) << _HALF
    return squares + (crosses >> _HALF) + (rests >> 32), rests & _MASK32


@compiled
def _count_narrow(x: Any, least: int, most: int, tables: Any, run: Any, end: int) -> int:
    """Run of a row that spans less than `NARROW`. Two tables, 0 before and after: equal neighbours need not wait."""
    _, _, values, counts = run
    for i in range(0, x.size - 1, 2):
        tables[0, x[i] - least] += 1
        tables[1, x[i + 1] - least] += 1
    if x.size % 2:
        tables[0, x[x.size - 1] - least] += 1
    for offset in range(most - least + 1):
        count = tables[0, offset] + tables[1, offset]
        if count:
            values[end], counts[end] = least + offset, count
            tables[0, offset], tables[1, offset] = 0, 0
            end += 1
    return end


@compiled
def _sort(x: Any, least: int, most: int, keys: Any, heads: Any) -> Any:
    """Values less the least, in order, by digits of bits, the lowest first. `keys` (2, m), `heads`: working space."""
    ordered, other = keys[0, : x.size], keys[1, : x.size]
    for i in range(x.size):
        ordered[i] = x[i] - least
    bits = bit_length(most - least)
    passes = (bits + _DIGIT - 1) // _DIGIT
    digit = (bits + passes - 1) // passes
    mask = (1 << digit) - 1
    for number in range(passes):
        shift = number * digit
        heads[: mask + 2] = 0
        for i in range(x.size):
            heads[((ordered[i] >> shift) & mask) + 1] += 1
        for name in range(1, mask + 1):
            heads[name] += heads[name - 1]
        for i in range(x.size):
            name = (ordered[i] >> shift) & mask
            other[heads[name]] = ordered[i]
            heads[name] += 1
        ordered, other = other, ordered
    return ordered


@compiled
def _count(x: Any, least: int, most: int, room: Any, run: Any, row: int, end: int, cap: int) -> int:
    """Histogram of a row, written from entry `end` on. Returns the new end. `room` is working space."""
    sizes, levels, values, counts = run
    tables, keys, heads, meets = room
    start = end
    if least == most:
        values[end], counts[end] = least, x.size
        end += 1
    elif most - least < NARROW:
        end = _count_narrow(x, least, most, tables, run, end)
    else:
        ordered = _sort(x, least, most, keys, heads)
        values[end], counts[end] = ordered[0] + least, 1
        for i in range(1, x.size):
            if ordered[i] == ordered[i - 1]:
                counts[end] += 1
            else:
                end += 1
                values[end], counts[end] = ordered[i] + least, 1
        end += 1
    end, levels[row] = settle_level((values, counts), (start, end), 0, cap, meets)
    sizes[row] = end - start
    return end


@compiled
def _count_zeros(n: int, run: Any, row: int, end: int) -> int:
    """As `_count`, of a row of `n` zeros."""
    sizes, levels, values, counts = run
    if n:
        values[end], counts[end] = 0, n
        sizes[row], levels[row] = 1, 0
        end += 1
    return end


@compiled
def _room(n: int) -> Any:
    """Working space of `_count` for rows of up to `n` members."""
    return (
        np.zeros((2, NARROW), dtype=np.int32),
        np.empty((2, n), dtype=np.int64),
        np.empty((1 << _DIGIT) + 1, dtype=np.int64),
        np.empty(TOP_LEVEL + 2, dtype=np.int64),
    )


@compiled
def _whole(x: Any, whole: Any, z: Any) -> Any:
    """The members of complete draws."""
    if z.size == x.size:
        return x
    for i in range(z.size):
        z[i] = x[whole[i]]
    return z


@compiled
def _draw_sums(x: Any, replicates: int, sums: Any) -> None:
    """Σ x over each draw."""
    for draw in range(sums.size):
        total = np.int64(0)
        for i in range(draw * replicates, (draw + 1) * replicates):
            total += x[i]
        sums[draw] = total


@compiled
def _sum_up(of: Any, row: int, z: Any, sums: Any, replicates: int) -> tuple[int, int]:
    """Sums of squares of the members `z` of complete draws, sums of their draws and those squared.

    `of` : (totals of draws, squares high, low, squares of draws high, low) by row. `sums` is filled. Returns the least
    and the largest of the sums.
    """
    totals, high, low, draw_high, draw_low = of
    least, most, total = _measure(z)
    high[row], low[row] = _square_sum(z, max(abs(least), abs(most)))
    if replicates == 1:
        sums[:] = z
        totals[row], draw_high[row], draw_low[row] = total, high[row], low[row]
        return least, most
    if least == most:
        sums[:] = least * replicates
    else:
        _draw_sums(z, replicates, sums)
    least, most, totals[row] = _measure(sums)
    draw_high[row], draw_low[row] = _square_sum(sums, max(abs(least), abs(most)))
    return least, most


@compiled
def tally_rows(
    source: Any,
    who: Any,
    thresholds: Any,
    caps: Any,
    first: int,
    totals: Any,
    of: Any,
    runs: Any,
    ends: Any,
    reach: Any,
) -> None:
    """Count the rows of a block into those from row `first` on.

    `caps`, `runs`, `ends` : of the histograms of members and of draws' sums; the latter are left out with one
    replicate, when both are one. `totals` : Σ x by row; `of` as in `_sum_up`. `reach` (rows, thresholds): members at
    or above each threshold.
    """
    values, _, _, group_of, _, months, to_date = source
    columns, whole, draws, replicates = who
    busy = np.empty((values.shape[0], months), dtype=np.bool_)
    _find_busy(source, busy)
    x = np.zeros(columns.size, dtype=np.int64)
    z, sums = np.empty(draws * replicates, dtype=np.int64), np.empty(draws, dtype=np.int64)
    room = _room(columns.size)
    for row in range((group_of.size - 1) * months):
        group, month = row // months, row % months
        if month == 0 or not to_date:
            x[:] = 0
        _add_cells(source, group, month, columns, busy, x)
        least, most, totals[first + row] = _measure(x)
        ends[0] = _count(x, least, most, room, runs[0], first + row, ends[0], caps[0])
        for number in range(thresholds.size):
            n = 0
            for i in range(x.size):
                n += x[i] >= thresholds[number]
            reach[row, number] = n
        if draws == 0:
            continue
        least, most = _sum_up(of, first + row, _whole(x, whole, z), sums, replicates)
        if replicates > 1:
            ends[1] = _count(sums, least, most, room, runs[1], first + row, ends[1], caps[1])


@compiled
def contrast_rows(
    source: Any, who: Any, cap: int, first: int, totals: Any, of: Any, runs: Any, ends: Any, signs: Any
) -> None:
    """Count the rows of a block, which are differences, into those from row `first` on.

    `runs`, `ends` : of the histograms of draws' sums and of what is left of members, replicates · x − Σ x over the
    draw; the latter with several replicates alone. `signs` (3, n): draws with a sum below 0, above 0, members at 0.
    """
    values, _, _, group_of, _, months, to_date = source
    columns, whole, draws, replicates = who
    busy = np.empty((values.shape[0], months), dtype=np.bool_)
    _find_busy(source, busy)
    x, is_zero = np.zeros(columns.size, dtype=np.int64), True
    z, rest = np.empty((2, draws * replicates), dtype=np.int64)
    sums = np.empty(draws, dtype=np.int64)
    room = _room(columns.size)
    for row in range((group_of.size - 1) * months):
        group, month = row // months, row % months
        if not is_zero and (month == 0 or not to_date):
            x[:] = 0
            is_zero = True
        if _add_cells(source, group, month, columns, busy, x):
            is_zero = False
        if is_zero:  # most are: nothing to measure, and what is not written is 0 already
            signs[2, first + row] = x.size
            ends[0] = _count_zeros(draws, runs[0], first + row, ends[0])
            if replicates > 1:
                ends[1] = _count_zeros(draws * replicates, runs[1], first + row, ends[1])
            continue
        least, most, totals[first + row] = _measure(x)
        same = 0
        for i in range(x.size):
            same += x[i] == 0
        signs[2, first + row] = same
        if draws == 0:
            continue
        y = _whole(x, whole, z)
        least, most = _sum_up(of, first + row, y, sums, replicates)
        ends[0] = _count(sums, least, most, room, runs[0], first + row, ends[0], cap)
        less, more = 0, 0
        for draw in range(sums.size):
            less += sums[draw] < 0
            more += sums[draw] > 0
        signs[0, first + row], signs[1, first + row] = less, more
        if replicates > 1:
            for draw in range(sums.size):
                for i in range(draw * replicates, (draw + 1) * replicates):
                    rest[i] = replicates * y[i] - sums[draw]
            least, most, _ = _measure(rest)
            ends[1] = _count(rest, least, most, room, runs[1], first + row, ends[1], cap)

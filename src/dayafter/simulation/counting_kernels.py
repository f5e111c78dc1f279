"""Rows of outcomes counted one at a time: filled, measured and put into a histogram while they lie in the cache.

A row is a cell, or a sum of cells, in one month: one whole number for each member. Nothing of a row is kept but what
`accumulate` and `contrast` want of it, so that counting takes no fresh memory however many rows there are. Plain twins
are in the tests.

Arguments in groups, so that calls stay readable:

`source` : (values, base, patch, at, spots, words, group_of, cells, months, to_date), as `source.Source` has them.
`values` (cell, month, M · words) of a run, 32 bits each: a number is one word, or two, the lower first; `base` the same
of the run that is subtracted, or without cells; `patch` (cell, month, n · words) stands for its columns `at`, which are
the members `spots` of a row, −1 for those that are not counted. Cells of group i: `cells[group_of[i]:group_of[i + 1]]`;
group i, month t is row i · months + t.
`who` : (columns, whole, draws, replicates): the members counted; which of those are of complete draws, not read where
all are; how many complete draws there are and how many members each has.
`run` : (sizes, levels, values, counts) of histograms, rows one after the other; see `tally_kernels`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

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
    values, base, patch, at, _, words = source[:6]
    for cell in range(busy.shape[0]):
        for month in range(busy.shape[1]):
            found = False
            for j in range(values.shape[2]):
                if values[cell, month, j] != (base[cell, month, j] if base.shape[0] else 0):
                    found = True
                    break
            for k in range(at.size * words):
                if found:
                    break
                column = at[k // words] * words + k % words
                found = patch[cell, month, k] != base[cell, month, column]
            busy[cell, month] = found


@compiled
def _number(values: Any, cell: int, month: int, j: int, words: int) -> Any:
    """One number of a run."""
    if words == 1:
        return np.int64(values[cell, month, j])
    low = np.int64(values[cell, month, 2 * j]) & np.int64(_MASK32)
    return low + (np.int64(values[cell, month, 2 * j + 1]) << 32)


@compiled
def _add_cells(source: Any, group: int, month: int, columns: Any, busy: Any, x: Any) -> bool:
    """Add the cells of a group to a row, less those of the base. Returns whether there was anything to add."""
    values, base, patch, at, spots, words, group_of, cells, _, _ = source
    is_plain = words == 1 and columns.size == values.shape[2]
    has_base = base.shape[0] > 0
    found = False
    for i in range(group_of[group], group_of[group + 1]):
        cell = cells[i]
        if not busy[cell, month]:
            continue
        found = True
        if is_plain:
            for j in range(x.size):
                x[j] += values[cell, month, j]
            if has_base:
                for j in range(x.size):
                    x[j] -= base[cell, month, j]
        else:
            for j in range(x.size):
                x[j] += _number(values, cell, month, columns[j], words)
                if has_base:
                    x[j] -= _number(base, cell, month, columns[j], words)
        for k in range(at.size):
            if spots[k] >= 0:
                x[spots[k]] += _number(base, cell, month, at[k], words) - _number(patch, cell, month, k, words)
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
def _sort(x: Any, least: int, most: int, one: Any, other: Any, heads: Any) -> Any:
    """Values less the least, in order, by digits of bits, the lowest first. The last three are working space."""
    ordered, free = one[: x.size], other[: x.size]
    for i in range(x.size):
        ordered[i] = x[i] - least
    bits = bit_length(most - least)
    passes = (bits + _DIGIT - 1) // _DIGIT
    digit = (bits + passes - 1) // passes
    mask = (1 << digit) - 1
    for number in range(passes):
        shift = number * digit
        for name in range(mask + 2):
            heads[name] = 0
        for i in range(x.size):
            heads[((ordered[i] >> shift) & mask) + 1] += 1
        for name in range(1, mask + 1):
            heads[name] += heads[name - 1]
        for i in range(x.size):
            name = (ordered[i] >> shift) & mask
            free[heads[name]] = ordered[i]
            heads[name] += 1
        ordered, free = free, ordered
    return ordered


@compiled
def _count(x: Any, least: int, most: int, room: Any, run: Any, row: int, end: int, cap: int) -> int:
    """Histogram of a row, written from entry `end` on. Returns the new end."""
    sizes, levels, values, counts = run
    start = end
    if least == most:
        values[end], counts[end] = least, x.size
        end += 1
    elif most - least < NARROW:
        end = _count_narrow(x, least, most, room[4], run, end)
    else:
        ordered = _sort(x, least, most, room[5], room[6], room[7])
        values[end], counts[end] = ordered[0] + least, 1
        for i in range(1, x.size):
            if ordered[i] == ordered[i - 1]:
                counts[end] += 1
            else:
                end += 1
                values[end], counts[end] = ordered[i] + least, 1
        end += 1
    end, levels[row] = settle_level((values, counts), (start, end), 0, cap, room[8])
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
    least, most, _ = _measure(z)
    high[row], low[row] = _square_sum(z, max(abs(least), abs(most)))
    _draw_sums(z, replicates, sums)
    least, most, totals[row] = _measure(sums)
    draw_high[row], draw_low[row] = _square_sum(sums, max(abs(least), abs(most)))
    return least, most


@compiled
def _count_signs(x: Any, sums: Any, signs: Any, row: int) -> None:
    """Draws with a sum below 0, above 0, and members at 0."""
    less, more, same = 0, 0, 0
    for draw in range(sums.size):
        less += sums[draw] < 0
        more += sums[draw] > 0
    for i in range(x.size):
        same += x[i] == 0
    signs[0, row], signs[1, row], signs[2, row] = less, more, same


@compiled
def count_rows(
    source: Any, who: Any, thresholds: Any, first: int, room: Any, totals: Any, of: Any, runs: Any, ends: Any,
    caps: Any, reach: Any, signs: Any,
) -> None:  # fmt: skip
    """Count the rows of a block into those from row `first` on.

    `room` : working space, see `room_of`. `totals` : Σ x by row; `of` as in `_sum_up`. `runs`, `ends`, `caps`: of three
    histograms, of members, of draws' sums, and of what is left of members, replicates · x − Σ x over the draw; those
    with a cap of 0 are not kept. `reach` (rows, thresholds): members at or above each. `signs` (3, n): draws with a sum
    below 0, above 0, members at 0; without columns: not kept.
    """
    group_of, months, to_date = source[6], source[8], source[9]
    columns, whole, draws, replicates = who
    x, z, rest, sums = room[0], room[1], room[2], room[3]
    busy = np.empty((source[0].shape[0], months), dtype=np.bool_)
    _find_busy(source, busy)
    is_zero = False
    for row in range((group_of.size - 1) * months):
        group, month, to = row // months, row % months, first + row
        if not is_zero and (month == 0 or not to_date):
            for j in range(x.size):
                x[j] = 0
            is_zero = True
        if _add_cells(source, group, month, columns, busy, x):
            is_zero = False
        for number in range(thresholds.size):
            n = 0
            for j in range(x.size):
                n += x[j] >= thresholds[number]
            reach[row, number] = n
        if is_zero:  # many are: nothing to measure, and sums that are not written are 0
            for kind, n in enumerate((x.size, draws, draws * replicates)):
                if caps[kind]:
                    ends[kind] = _count_zeros(n, runs[kind], to, ends[kind])
            if signs.shape[1]:
                signs[2, to] = x.size
            continue
        least, most, totals[to] = _measure(x)
        if caps[0]:
            ends[0] = _count(x, least, most, room, runs[0], to, ends[0], caps[0])
        if draws:
            y = _whole(x, whole, z)
            least, most = _sum_up(of, to, y, sums, replicates)
            if caps[1]:
                ends[1] = _count(sums, least, most, room, runs[1], to, ends[1], caps[1])
            if caps[2]:
                for draw in range(draws):
                    for j in range(draw * replicates, (draw + 1) * replicates):
                        rest[j] = replicates * y[j] - sums[draw]
                least, most, _ = _measure(rest)
                ends[2] = _count(rest, least, most, room, runs[2], to, ends[2], caps[2])
        if signs.shape[1]:
            _count_signs(x, sums, signs, to)


def room_of(who: Any) -> tuple[NDArray[Any], ...]:
    """Working space for rows of these members: x, those of complete draws, what is left, sums; of `_count` the rest."""
    columns, _, draws, replicates = who
    m, n = columns.size, draws * replicates
    sizes = (m, n, n, draws)
    rows = [np.zeros(size, dtype=np.int64) for size in sizes]
    tables = np.zeros((2, NARROW), dtype=np.int32)
    more = (m, m, (1 << _DIGIT) + 1, TOP_LEVEL + 2)
    return (*rows, tables, *(np.zeros(size, dtype=np.int64) for size in more))

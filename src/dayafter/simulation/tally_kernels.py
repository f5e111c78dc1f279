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
def bit_length(magnitude: Any) -> Any:
    """Number of binary digits of a whole number from 0 to 2**53, read off the exponent of its double."""
    if magnitude == 0:
        return np.int64(0)
    return (np.float64(magnitude).view(np.int64) >> np.int64(52)) - np.int64(1022)


@compiled
def coarsen(value: Any, level: Any) -> Any:
    """Name of the class that holds `value` at a level: its end nearest to zero."""
    if level == 0:
        return value
    magnitude = np.int64(abs(value))
    shift = max(bit_length(magnitude) - np.int64(BITS + 1 - level), np.int64(0))
    cut = (magnitude >> shift) << shift
    return cut if value >= 0 else -cut


@compiled
def class_width(name: Any, level: Any) -> Any:
    """Number of integers in a class."""
    if level == 0:
        return np.int64(1)
    return np.int64(1) << max(bit_length(np.int64(abs(name))) - np.int64(BITS + 1 - level), np.int64(0))


@compiled
def meeting_level(one: Any, other: Any) -> Any:
    """Lowest level at which two different values are of one class; above `TOP_LEVEL` where there is none.

    They must agree in sign and in number of digits, and the digits that they keep end before the first that differs.
    """
    first, second = np.int64(abs(one)), np.int64(abs(other))
    digits = bit_length(first)
    if (one < 0) != (other < 0) or digits != bit_length(second) or digits == 0:
        return np.int64(TOP_LEVEL + 1)
    return max(np.int64(BITS + 1) - digits + bit_length(first ^ second), np.int64(1))


@compiled
def settle_level(run: Any, span: tuple[int, int], level: int, cap: int, meets: Any) -> Any:
    """Coarsen one run in place to the lowest level, from `level` on, with no more than `cap` classes.

    `run` is (values, counts), `span` its first entry and one past the last; `meets` (`TOP_LEVEL` + 2,) is working
    space. Neighbours in a sorted run that meet at a level are one class less from there on. Returns the new end and
    the level.
    """
    values, counts = run
    start, stop = span
    if stop - start <= cap:
        return stop, level
    meets[:] = 0
    for i in range(start + 1, stop):
        meets[meeting_level(values[i - 1], values[i])] += 1
    classes, target = stop - start, np.int64(0)
    while target < TOP_LEVEL and (classes > cap or target < level):
        target += 1
        classes -= meets[target]
    at = start
    values[at] = coarsen(values[start], target)
    for i in range(start + 1, stop):
        name = coarsen(values[i], target)
        if name == values[at]:
            counts[at] += counts[i]
        else:
            at += 1
            values[at] = name
            counts[at] = counts[i]
    return at + 1, target


@compiled
def _count_narrow(row: Any, low: int, high: int, table: Any, values: Any, counts: Any, end: int) -> int:
    """Run of a row whose values span less than `NARROW`, by counting in `table`, which is 0 before and after."""
    if low == high:
        values[end], counts[end] = low, row.size
        return end + 1
    for i in range(row.size):
        table[row[i] - low] += 1
    for offset in range(high - low + 1):
        if table[offset]:
            values[end], counts[end] = low + offset, table[offset]
            table[offset] = 0
            end += 1
    return end


@compiled
def _count_sorted(row: Any, values: Any, counts: Any, end: int) -> int:
    """Run of a row already sorted."""
    values[end], counts[end] = row[0], 1
    for i in range(1, row.size):
        if row[i] == values[end]:
            counts[end] += 1
        else:
            end += 1
            values[end], counts[end] = row[i], 1
    return end + 1


@compiled
def count_rows(rows: Any, lows: Any, highs: Any, ordered: Any, first: int, end: int, cap: int, out: Any) -> int:
    """Histograms of (n, m) rows into those from row `first` and entry `end` on of `out`. Returns the new end.

    `ordered` (w, m): the rows that span `NARROW` or more, sorted, in the order of the rows. `out`: sizes and levels by
    row, values and counts one run after the other.
    """
    sizes, levels, values, counts = out
    table, meets, at = np.zeros(NARROW, dtype=np.int64), np.zeros(TOP_LEVEL + 2, dtype=np.int64), 0
    for i in range(rows.shape[0]):
        start = end
        if highs[i] - lows[i] < NARROW:
            end = _count_narrow(rows[i], lows[i], highs[i], table, values, counts, end)
        else:
            end = _count_sorted(ordered[at], values, counts, end)
            at += 1
        end, levels[first + i] = settle_level((values, counts), (start, end), 0, cap, meets)
        sizes[first + i] = end - start
    return end


@compiled
def merge_runs(one: Any, other: Any, cap: int, out: Any) -> int:
    """Union of two histograms for each row, into `out`. Returns the entries written."""
    sizes_a, levels_a, values_a, counts_a = one
    sizes_b, levels_b, values_b, counts_b = other
    sizes, levels, values, counts = out
    meets = np.zeros(TOP_LEVEL + 2, dtype=np.int64)
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
        end, levels[row] = settle_level((values, counts), (start, end), level, cap, meets)
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
def _square_sum(row: Any, biggest: Any) -> Any:
    """Σ x² as high · 2**32 + low, with 0 ≤ low < 2**32; at most 4096 values of a size up to `biggest`, below 2**40."""
    if biggest < _SMALL:
        total = np.int64(0)
        for i in range(row.size):
            total += row[i] * row[i]
        return total >> 32, total & _MASK32
    squares, crosses, rests = np.int64(0), np.int64(0), np.int64(0)
    for i in range(row.size):
        magnitude = abs(row[i])
        upper, lower = magnitude >> _HALF, magnitude & ((1 << _HALF) - 1)
        squares += upper * upper
        crosses += 2 * upper * lower
        rests += lower * lower
    rests += (crosses & 0xFFFF) << _HALF
    return squares + (crosses >> _HALF) + (rests >> 32), rests & _MASK32


@compiled
def measure(rows: Any, lows: Any, highs: Any, totals: Any, high: Any, low: Any) -> None:
    """Least, largest, Σ x and Σ x² of each row; see `_square_sum`."""
    for i in range(rows.shape[0]):
        least, most, total = rows[i, 0], rows[i, 0], np.int64(0)
        for j in range(rows.shape[1]):
            least, most = min(least, rows[i, j]), max(most, rows[i, j])
            total += rows[i, j]
        lows[i], highs[i], totals[i] = least, most, total
        high[i], low[i] = _square_sum(rows[i], max(abs(least), abs(most)))


@compiled
def sum_draws(rows: Any, replicates: int, sums: Any) -> None:
    """Σ x over each draw of (n, draws · replicates) rows into (n, draws)."""
    for row in range(rows.shape[0]):
        for draw in range(sums.shape[1]):
            total = np.int64(0)
            for i in range(draw * replicates, (draw + 1) * replicates):
                total += rows[row, i]
            sums[row, draw] = total


@compiled
def residuals(rows: Any, sums: Any, replicates: int, out: Any) -> None:
    """Replicates · x − Σ x over the draw."""
    for row in range(rows.shape[0]):
        for draw in range(sums.shape[1]):
            for i in range(draw * replicates, (draw + 1) * replicates):
                out[row, i] = replicates * rows[row, i] - sums[row, draw]


@compiled
def count_signs(rows: Any, sums: Any, less: Any, more: Any, same: Any) -> None:
    """Draws with a sum below and above 0, and members at 0, of each row."""
    for row in range(rows.shape[0]):
        less[row], more[row], same[row] = 0, 0, 0
        for draw in range(sums.shape[1]):
            less[row] += sums[row, draw] < 0
            more[row] += sums[row, draw] > 0
        for i in range(rows.shape[1]):
            same[row] += rows[row, i] == 0


@compiled
def extent(values: Any) -> tuple[int, int]:
    """Least and largest of (n, m) whole numbers, n and m at least 1."""
    least, most = values[0, 0], values[0, 0]
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            least, most = min(least, values[i, j]), max(most, values[i, j])
    return least, most


@compiled
def fill_rows(
    values: Any, steps: tuple[int, int], group_of: Any, cells: Any, columns: Any, to_date: Any, out: Any
) -> None:
    """Rows of a block, (group × month, m): the cells of a group added up, month by month or to date.

    `values` (cells × months, m): a cell's month stands `steps[0]` rows after the cell before, `steps[1]` after the
    month before. Cells of group i: `cells[group_of[i]:group_of[i + 1]]`. `columns`: the members wanted; empty: all.
    """
    months = out.shape[0] // (group_of.size - 1)
    for group in range(group_of.size - 1):
        for t in range(months):
            row = group * months + t
            for j in range(out.shape[1]):
                out[row, j] = out[row - 1, j] if to_date and t > 0 else 0
            for at in range(group_of[group], group_of[group + 1]):
                one = cells[at] * steps[0] + t * steps[1]
                if columns.size:
                    for j in range(out.shape[1]):
                        out[row, j] += values[one, columns[j]]
                else:
                    for j in range(out.shape[1]):
                        out[row, j] += values[one, j]


@compiled
def subtract(one: Any, other: Any, out: Any) -> None:
    """Differences of rows."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = one[i, j] - other[i, j]

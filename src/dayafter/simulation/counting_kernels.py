"""Rows of outcomes counted one at a time: filled, measured and put into a histogram while they lie in the cache.

A row is a cell, or a sum of cells, in one month: one whole number for each member. Nothing of a row is kept but what
`accumulate` and `contrast` want of it, so that counting takes no fresh memory however many rows there are. Plain twins
are in the tests.

Arguments in groups, so that calls stay readable:

`source` : (values, base, patch, at, spots, words, group_of, cells, months, to_date), as `source.Source` has them.
`values` (cell, month, M · words) of a run, 32 bits each: a number is one word, or two, the lower first; `base` the same
of the run that is subtracted, or without cells; `patch` (cell, month, n · words) stands, in what is counted beside, for
its columns `at`, which are the members `spots` of a row, −1 for those that are not counted. Cells of group i:
`cells[group_of[i]:group_of[i + 1]]`; group i, month t is row i · months + t.
`who` : (columns, whole, draws, replicates): the members counted; which of those are of complete draws, not read where
all are; how many complete draws there are and how many members each has.
`into` : (sums, sizes, levels, values, counts, ends, caps, reach, signs), what rows are counted into. `sums` (6, n):
Σ x, and of complete draws Σ x, Σ x² high and low, and Σ over draws of (Σ x)² high and low. `sizes`, `levels` (3, n),
`values`, `counts` (entries,): three histograms, of members, of draws' sums, and of what is left of members,
replicates · x − Σ x over the draw; `ends` (3,): where the next entry of each goes; `caps` (3,): 0 for one that is not
kept; see `tally_kernels`. `reach` (rows of the block, thresholds): members at or above each. `signs` (3, n): draws with
a sum below 0, above 0, members at 0; without columns: not kept.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.simulation import histogram_kernels
from dayafter.simulation.histogram_kernels import count_row

MAX_COUNTED: Final = 4096
"""Members in one call: sums of squares fit their limbs."""
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
            for j in range(values.shape[2]):
                if values[cell, month, j] != (base[cell, month, j] if base.shape[0] else 0):
                    found = True
                    break
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
    values, base, _, _, _, words, group_of, cells, _, _ = source
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
    return found


@compiled
def _add_patch(source: Any, group: int, month: int, shift: Any) -> bool:
    """Add what the patch makes of the cells of a group, member by member of it. Returns whether it makes anything."""
    _, base, patch, at, spots, words, group_of, cells, _, _ = source
    found = False
    for k in range(at.size):
        if spots[k] >= 0:
            for i in range(group_of[group], group_of[group + 1]):
                cell = cells[i]
                shift[k] += _number(base, cell, month, at[k], words) - _number(patch, cell, month, k, words)
        found |= shift[k] != 0
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
def _sum_up(sums: Any, row: int, z: Any, of_draws: Any, replicates: int) -> Any:
    """Sums over the members `z` of complete draws. `of_draws` is filled. Returns its least and largest."""
    least, most, _ = _measure(z)
    sums[2, row], sums[3, row] = _square_sum(z, max(abs(least), abs(most)))
    _draw_sums(z, replicates, of_draws)
    least, most, sums[1, row] = _measure(of_draws)
    sums[4, row], sums[5, row] = _square_sum(of_draws, max(abs(least), abs(most)))
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
def _shift(x: Any, spots: Any, shift: Any, times: int) -> None:
    """Add what a patch makes of a row, so many times."""
    for k in range(spots.size if times else 0):
        if spots[k] >= 0:
            x[spots[k]] += times * shift[k]


@compiled
def _take_stock(kind: int, x: Any, who: Any, room: Any, sums: Any, to: int) -> Any:
    """Sum up what histogram `kind` is of. Returns it, and its least and largest."""
    _, whole, draws, replicates = who
    _, z, rest, of_draws, _ = room
    if kind == 0:
        least, most, sums[0, to] = _measure(x)
        return x, least, most
    y = _whole(x, whole, z)
    if kind == 1:
        least, most = _sum_up(sums, to, y, of_draws, replicates)
        return of_draws, least, most
    for draw in range(draws):
        for j in range(draw * replicates, (draw + 1) * replicates):
            rest[j] = replicates * y[j] - of_draws[draw]
    least, most, _ = _measure(rest)
    return rest, least, most


@compiled
def _count_reach(x: Any, thresholds: Any, reach: Any, number: int) -> None:
    """Members at or above each threshold."""
    for level in range(thresholds.size):
        n = 0
        for j in range(x.size):
            n += x[j] >= thresholds[level]
        reach[number, level] = n


@compiled
def _count_nothing(who: Any, thresholds: Any, into: Any, to: int, number: int) -> None:
    """Count a row of zeros: nothing to measure, and sums that are not written are 0."""
    _, sizes, _, values, counts, ends, caps, reach, signs = into
    columns, _, draws, replicates = who
    for level in range(thresholds.size):
        reach[number, level] = columns.size if thresholds[level] <= 0 else 0
    for kind in range(3):
        n = columns.size if kind == 0 else draws if kind == 1 else draws * replicates
        if caps[kind] and n:
            values[ends[kind]], counts[ends[kind]] = 0, n
            sizes[kind, to] = 1
            ends[kind] += 1
    if signs.shape[1]:
        signs[2, to] = columns.size


@compiled
def _copy_row(one: Any, other: Any, to: int, number: int) -> None:
    """Write into `other` what `one` has of a row just counted."""
    sums, sizes, levels, values, counts, ends, caps, reach, signs = one
    other_sums, other_sizes, other_levels, other_values, other_counts, other_ends, _, other_reach, other_signs = other
    for k in range(sums.shape[0]):
        other_sums[k, to] = sums[k, to]
    for kind in range(3):
        if caps[kind]:
            size = sizes[kind, to]
            other_sizes[kind, to], other_levels[kind, to] = size, levels[kind, to]
            start, end = ends[kind] - size, other_ends[kind]
            for i in range(size):
                other_values[end + i], other_counts[end + i] = values[start + i], counts[start + i]
            other_ends[kind] = end + size
    for level in range(reach.shape[1]):
        other_reach[number, level] = reach[number, level]
    for k in range(signs.shape[0] if signs.shape[1] else 0):
        other_signs[k, to] = signs[k, to]


@compiled
def count_rows(
    source: Any, who: Any, thresholds: Any, first: int, room: Any, into: Any, beside: Any, has_patch: Any
) -> None:  # fmt: skip
    """Count the rows of a block into those from row `first` on; with the patch, where that is asked, into `beside`.

    `room` : working space, see `room_of`.
    """
    at, spots, group_of, months, to_date = source[3], source[4], source[6], source[8], source[9]
    x, draws, caps = room[0], who[2], into[6]
    busy, shift = np.empty((source[0].shape[0], months), dtype=np.bool_), np.zeros(at.size, dtype=np.int64)
    _find_busy(source, busy)
    is_zero = False
    for number in range((group_of.size - 1) * months):
        group, month, to = number // months, number % months, first + number
        if month == 0 or not to_date:
            if not is_zero:
                for j in range(x.size):
                    x[j] = 0
                is_zero = True
            for k in range(at.size):
                shift[k] = 0
        if _add_cells(source, group, month, who[0], busy, x):
            is_zero = False
        for turn in range(2 if has_patch else 1):
            out = beside if turn else into
            if turn and not _add_patch(source, group, month, shift):
                _copy_row(into, beside, to, number)
            elif turn or not is_zero:
                _shift(x, spots, shift, turn)
                sums, sizes, levels, values, counts, ends, _, reach, signs = out
                _count_reach(x, thresholds, reach, number)
                for kind in range((3 if caps[2] else 2) if draws else 1):  # a loop: the compiler meets `count_row` once
                    row, least, most = _take_stock(kind, x, who, room, sums, to)
                    if caps[kind]:
                        end = ends[kind]
                        ends[kind], levels[kind, to] = count_row(
                            row, least, most, room[4], (values, counts), end, caps[kind]
                        )
                        sizes[kind, to] = ends[kind] - end
                if signs.shape[1]:
                    _count_signs(x, room[3], signs, to)
                _shift(x, spots, shift, -turn)
            else:  # many are
                _count_nothing(who, thresholds, into, to, number)


def room_of(who: Any) -> tuple[Any, ...]:
    """Working space for rows of these members: x, those of complete draws, what is left, sums; of `count_row`."""
    columns, _, draws, replicates = who
    m, n = columns.size, draws * replicates
    return (*(np.zeros(size, dtype=np.int64) for size in (m, n, n, draws)), histogram_kernels.room_of(m))

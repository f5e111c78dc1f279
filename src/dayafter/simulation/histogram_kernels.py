"""The histogram of one row of whole numbers, as `tally_kernels` has it, by whichever way is shortest for the row.

A row that spans little is counted in a table of its values. One with a few values far out is too, and those few are
sorted. Of any other the table holds classes: as many leading bits of each value as the table has room for, then one
bit less again and again until the classes are few enough. Only where even the finest table has few enough, so that the
level could be a finer one, is the row sorted. All ways end with the same entries. A plain twin is in the tests.

`run` : (values, counts), the entries of histograms, row after row; they are written from `end` on.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.simulation.tally_kernels import BITS, TOP_LEVEL, bit_length, settle_level

NARROW: Final = 512
"""A row whose values span less than this is counted, not sorted."""
_FAR: Final = 8
"""One part in so many of a row may lie far out."""
_CLASSES: Final = 2048
"""Classes that the finest table has, at most."""
_DIGIT: Final = 10
"""Bits that one pass of sorting orders, at most."""
_FEW: Final = 24
"""So many values are sorted one by one."""
_MANY: Final = 200
"""Of fewer, smaller digits are sorted by."""
_SMALL_DIGIT: Final = 6
_TOGETHER: Final = 4
"""Places of a table looked at together."""
_BIAS: Final = 1022
_MANTISSA: Final = 52


@compiled
def count_row(x: Any, least: int, most: int, room: Any, run: Any, end: int, cap: int) -> Any:
    """Histogram of a row from its `least` to its `most`. Returns the new end and the level. `room`: see `room_of`.

    Each of the ways stands here once, or the compiler would take them over and over.
    """
    values, counts = run
    tables, lists, heads, meets, classes = room
    start, level = end, np.int64(-1)
    low = max(least, -NARROW // 2) if most - least >= NARROW else least
    is_wide = most - least >= NARROW and _number_far(x, low) * _FAR > x.size
    for turn in range(2):
        if turn == 1 or not is_wide:
            end = _entries(x, least, most, most + 1 if turn == 1 else low, tables, lists, heads, run, end)
        if turn == 0 and (is_wide or end - start > cap):
            shape = _shape_of(least, most)
            if is_wide:
                _put_in_classes(x, shape, classes[0])
            else:
                for i in range(start, end):
                    classes[0, _class_of(values[i], shape)] += counts[i]
            top, level = _settle_classes(shape, least, most, classes, run, start, cap)
            if level >= 0:
                end = top
        if level >= 0 or not is_wide:
            break
    if level < 0:
        end, level = settle_level(run, (start, end), np.int64(0), cap, meets)
    return end, level


@compiled
def _write_near(low: int, span: Any, tables: Any, run: Any, end: int) -> int:
    """Entries of the tables, which are emptied. Most of a table is empty: some places are looked at together."""
    values, counts = run
    one, other = tables[0], tables[1]
    for block in range(0, span, _TOGETHER):
        found = np.int32(0)
        for offset in range(block, block + _TOGETHER):
            found |= one[offset] | other[offset]
        if found:
            for offset in range(block, block + _TOGETHER):
                count = one[offset] + other[offset]
                values[end], counts[end] = low + offset, count
                end += count != 0
                one[offset], other[offset] = 0, 0
    return end


@compiled
def _number_far(x: Any, low: int) -> int:
    """How many values are not in [low, low + NARROW)."""
    far = 0
    for i in range(x.size):
        far += (x[i] < low) | (x[i] >= low + NARROW)
    return far


@compiled
def _entries(
    x: Any, least: int, most: int, low: int, tables: Any, lists: Any, heads: Any, run: Any, end: int
) -> int:  # fmt: skip
    """Entries of a row: of values in [low, low + NARROW) by a table of them, between the others, sorted.

    `tables`, 0 before and after, are two: equal neighbours need not wait for one another.
    """
    far, below, above, top = lists[2], 0, x.size, np.int64(-1)
    if most - least < NARROW:
        top = np.int64(most - low)
        for i in range(0, x.size - 1, 2):
            tables[0, x[i] - low] += 1
            tables[1, x[i + 1] - low] += 1
        if x.size % 2:
            tables[0, x[x.size - 1] - low] += 1
    else:
        for i in range(x.size):
            offset = x[i] - low
            is_near = (offset >= 0) & (offset < NARROW)
            tables[i & 1, offset if is_near else NARROW] += 1
            top = max(top, offset if is_near else np.int64(-1))
            far[below] = x[i]
            below += offset < 0
            far[above - 1] = x[i]
            above -= offset >= NARROW
        tables[0, NARROW], tables[1, NARROW] = 0, 0
    for part in range(2):
        first, stop = (above, x.size) if part else (0, below)
        if part:
            end = _write_near(low, top + 1, tables, run, end)
        if first < stop:
            end = _count_sorted(far[first:stop], lists, heads, run, end)
    return end


@compiled
def _count_sorted(x: Any, lists: Any, heads: Any, run: Any, end: int) -> int:
    """Entries of any row, by sorting it."""
    values, counts = run
    least, most = x[0], x[0]
    for i in range(x.size):
        least, most = min(least, x[i]), max(most, x[i])
    ordered = _sort(x, least, most, lists, heads)
    values[end], counts[end] = ordered[0] + least, 1
    for i in range(1, x.size):
        if ordered[i] == ordered[i - 1]:
            counts[end] += 1
        else:
            end += 1
            values[end], counts[end] = ordered[i] + least, 1
    return end + 1


@compiled
def _sort(x: Any, least: int, most: int, lists: Any, heads: Any) -> Any:
    """Values less the least, in order, by digits of bits, the lowest first. The last two are working space."""
    ordered, free = lists[0][: x.size], lists[1][: x.size]
    if x.size <= _FEW:
        for i in range(x.size):
            value, j = x[i] - least, i
            while j > 0 and ordered[j - 1] > value:
                ordered[j] = ordered[j - 1]
                j -= 1
            ordered[j] = value
        return ordered
    for i in range(x.size):
        ordered[i] = x[i] - least
    bits = bit_length(most - least)
    most_digit = _DIGIT if x.size > _MANY else _SMALL_DIGIT
    passes = (bits + most_digit - 1) // most_digit
    digit = (bits + passes - 1) // max(passes, 1)
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
def _shape_of(least: int, most: int) -> Any:
    """How a table of classes is laid out for values from `least` to `most`.

    A double holds its value's leading bits in order, so that class names are those bits. Returns the bits of the
    smallest magnitude, not 0; octaves; the bits kept after the first; where values above 0 begin, those below 0 before
    them; and the place of 0, which is the last.
    """
    lowest = np.int64(1)
    if least > 0 or most < 0:
        lowest = bit_length(min(abs(least), abs(most)))
    highest = bit_length(max(abs(least), abs(most)))
    octaves = highest - lowest + 1
    n_sides = np.int64(least < 0) + np.int64(most > 0)
    kept = np.int64(0)
    while kept < highest - 1 and (n_sides * octaves) << (kept + 1) <= _CLASSES:
        kept += 1
    side = octaves << kept
    return lowest, octaves, kept, (side if least < 0 else np.int64(0)), n_sides * side


@compiled
def _class_of(value: Any, shape: Any) -> Any:
    """Place of a value in a table."""
    lowest, _, kept, above, zero = shape
    leading = np.float64(abs(value)).view(np.int64) >> (np.int64(_MANTISSA) - kept)
    place = leading - ((lowest + np.int64(_BIAS)) << kept) + (above if value > 0 else np.int64(0))
    return place if value != 0 else zero


@compiled
def _put_in_classes(x: Any, shape: Any, table: Any) -> None:
    for i in range(x.size):
        table[_class_of(x[i], shape)] += 1


@compiled
def _settle_classes(shape: Any, least: int, most: int, tables: Any, run: Any, end: int, cap: int) -> Any:
    """Entries of a row that is in the first table, at its level, and that level; −1, and nothing written, if unknown.

    The tables are left empty.
    """
    lowest, octaves, kept, _, zero = shape
    table, other = tables[0], tables[1]
    n_zero = table[zero]
    table[zero] = 0
    size, n_classes = zero, np.int64(n_zero > 0)
    for place in range(size):
        n_classes += table[place] != 0
    level = np.int64(BITS) - kept
    if n_classes <= cap:  # a finer level may do, unless no bit is cut
        is_exact = kept == lowest + octaves - 2
        level = np.int64(0) if is_exact else np.int64(-1)
    while n_classes > cap:
        size, kept, level = size // 2, kept - 1, level + 1
        n_classes = np.int64(n_zero > 0)
        for place in range(size):
            count = table[2 * place] + table[2 * place + 1]
            other[place] = count
            n_classes += count != 0
        for place in range(2 * size):
            table[place] = 0
        table, other = other, table
    if level >= 0:
        end = _write_classes(table, n_zero, (least < 0, most > 0, lowest, octaves, kept), run, end)
    for place in range(size):
        table[place] = 0
    return end, level


@compiled
def _write_classes(table: Any, n_zero: int, shape: Any, run: Any, end: int) -> int:
    """Entries of a table of classes. What is written of an empty class is written over."""
    values, counts = run
    has_below, has_above, lowest, octaves, kept = shape
    whole = np.int64(1) << kept
    side = octaves << kept
    if has_below:
        for number in range(side):
            name = side - 1 - number
            values[end] = -(((whole + (name & (whole - 1))) << (lowest - 1 + (name >> kept))) >> kept)
            counts[end] = table[name]
            end += table[name] != 0
    if n_zero:
        values[end], counts[end] = 0, n_zero
        end += 1
    if has_above:
        start = side if has_below else 0
        for name in range(side):
            values[end] = ((whole + (name & (whole - 1))) << (lowest - 1 + (name >> kept))) >> kept
            counts[end] = table[start + name]
            end += table[start + name] != 0
    return end


def room_of(n: int) -> tuple[Any, ...]:
    """Working space of `count_row` for rows of up to `n` values."""
    lists = tuple(np.zeros(n, dtype=np.int64) for _ in range(3))
    heads = np.zeros((1 << _DIGIT) + 1, dtype=np.int64)
    meets = np.zeros(TOP_LEVEL + 2, dtype=np.int64)
    return (
        np.zeros((2, NARROW + _TOGETHER), dtype=np.int32),
        lists,
        heads,
        meets,
        np.zeros((2, _CLASSES + 1), dtype=np.int32),
    )

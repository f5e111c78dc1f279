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
def settle_level(run: Any, span: Any, level: Any, cap: int, meets: Any) -> Any:
    """Coarsen one run in place to the lowest level, from `level` on, with no more than `cap` classes.

    `run` is (values, counts), `span` its first entry and one past the last; `meets` (`TOP_LEVEL` + 2,) is working
    space. Neighbours in a sorted run that meet at a level are one class less from there on. Returns the new end and
    the level.
    """
    values, counts = run
    start, stop = span
    if stop - start <= cap:
        return stop, level
    for i in range(meets.size):
        meets[i] = 0
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
def merge_runs(one: Any, other: Any, cap: int, out: Any) -> Any:
    """Union of two histograms for each row, into `out`. Returns the entries written."""
    sizes_a, levels_a, values_a, counts_a = one
    sizes_b, levels_b, values_b, counts_b = other
    sizes, levels, values, counts = out
    meets = np.zeros(TOP_LEVEL + 2, dtype=np.int64)
    a, b, end = np.int64(0), np.int64(0), np.int64(0)  # of one type from the start: nothing is compiled twice
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

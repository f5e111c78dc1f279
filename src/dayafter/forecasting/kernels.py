"""Compiled sampling: one addressed uniform a number, inverted. Plain twins are in `reference`.

Addresses: (member, unit, step, purpose) under the key of (seed, stream). Nothing depends on which rows or members are
asked for together, so chunks of any size give the same numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled
from dayafter.kernels.counts import negative_binomial
from dayafter.kernels.counts import poisson as poisson_count
from dayafter.kernels.elementary import exp
from dayafter.kernels.philox import uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int32]

COUNT_LIMIT = 1_000_000
"""Largest number of deaths in a unit-month that a regression may draw: it bounds the time of an inversion."""
EXPONENT_LIMIT = 13.0


@compiled
def _chosen(cumulative: Floats, first: int, last: int, u: float) -> int:
    """The first place in first..last-1 whose cumulative weight is at least u of the whole."""
    wanted = u * cumulative[last - 1]
    low, high = first, last - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def months_bootstrap(
    values: Counts,
    cumulative: Floats,
    start: Ints,
    end: Ints,
    rows: Ints,
    things: Ints,
    members: Ints,
    keys: Ints,
    out: Counts,
) -> None:
    """Each number an earlier one, drawn anew for each step.

    Parameters
    ----------
    values, cumulative : (k,), the numbers to choose from and their weights, summed up from each part's first.
    start, end : (n,), each unit's part of them; units may share one.
    rows : (r,), units asked for. things : (n,). members : (m,).
    keys : (2,), of the stream. out : (r, steps, m), written; 0 for a unit with nothing to choose from.
    """
    k0, k1 = np.uint64(keys[0]), np.uint64(keys[1])
    for i in range(rows.size):
        unit = rows[i]
        first, last = start[unit], end[unit]
        thing = np.uint64(things[unit])
        for step in range(out.shape[1]):
            if first == last or (last - first == 1 and values[first] == 0):
                out[i, step, :] = 0
                continue
            for j in range(members.size):
                u = uniform(k0, k1, np.uint64(members[j]), thing, np.uint64(step), np.uint64(0))
                out[i, step, j] = values[_chosen(cumulative, first, last, u)]


@compiled
def paths_bootstrap(
    counts: Counts,
    unit_of: Ints,
    month_of: Ints,
    ratio: Floats,
    cumulative: Floats,
    start: Ints,
    end: Ints,
    lead: Ints,
    rows: Ints,
    things: Ints,
    members: Ints,
    keys: Ints,
    out: Counts,
) -> None:
    """Each draw what followed one earlier month of some unit, all steps of it, in that unit's proportion.

    Parameters
    ----------
    counts : (n, t). unit_of, month_of, ratio, cumulative : (k,), the earlier months to choose from, the factor by which
        what followed is multiplied, weights summed up from each unit's first.
    start, end : (n,), each unit's part of them; units may share one.
    lead : (steps,), months ahead. rows, things, members, keys, out : see `months_bootstrap`.
    """
    k0, k1 = np.uint64(keys[0]), np.uint64(keys[1])
    for i in range(rows.size):
        unit = rows[i]
        first, last = start[unit], end[unit]
        thing = np.uint64(things[unit])
        for j in range(members.size):
            if first == last:
                out[i, :, j] = 0
                continue
            place = _chosen(
                cumulative, first, last, uniform(k0, k1, np.uint64(members[j]), thing, np.uint64(0), np.uint64(0))
            )
            for step in range(lead.size):
                then = counts[unit_of[place], month_of[place] + lead[step]]
                # Somebody died then, so at least one dies now: a proportion cannot turn war into peace.
                out[i, step, j] = 0 if then == 0 else min(max(1, int(np.rint(then * ratio[place]))), 2147483647)


@compiled
def regression(
    states: Floats,
    mean_of: Floats,
    dispersion_of: Floats,
    group: Ints,
    log_mean_limit: float,
    rows: Ints,
    things: Ints,
    members: Ints,
    keys: Ints,
    out: Counts,
) -> None:
    """Negative binomial numbers whose mean and dispersion are log-linear in a unit's state.

    Parameters
    ----------
    states : (n, f), the first of them 1. mean_of, dispersion_of : (groups, m, f), each member's own parameters.
    group : (steps,), which parameters a step takes. log_mean_limit : the largest log mean of a draw.
    rows, things, members, keys, out : see `months_bootstrap`.
    """
    k0, k1 = np.uint64(keys[0]), np.uint64(keys[1])
    n_groups = mean_of.shape[0]
    mean, dispersion = np.empty(n_groups), np.empty(n_groups)
    for i in range(rows.size):
        unit = rows[i]
        thing = np.uint64(things[unit])
        for j in range(members.size):
            for g in range(n_groups):
                a, b = 0.0, 0.0
                for f in range(states.shape[1]):
                    a += states[unit, f] * mean_of[g, j, f]
                    b += states[unit, f] * dispersion_of[g, j, f]
                mean[g] = exp(min(max(a, -30.0), log_mean_limit))
                dispersion[g] = exp(min(max(b, -EXPONENT_LIMIT), EXPONENT_LIMIT))
            for step in range(group.size):
                u = uniform(k0, k1, np.uint64(members[j]), thing, np.uint64(step), np.uint64(0))
                count, _ = negative_binomial(u, mean[group[step]], dispersion[group[step]], COUNT_LIMIT)
                out[i, step, j] = count


@compiled
def poisson(mean: Floats, rows: Ints, things: Ints, members: Ints, keys: Ints, out: Counts) -> None:
    """Poisson numbers around each unit's mean (n,); the rest as in `months_bootstrap`."""
    k0, k1 = np.uint64(keys[0]), np.uint64(keys[1])
    for i in range(rows.size):
        unit = rows[i]
        for step in range(out.shape[1]):
            for j in range(members.size):
                u = uniform(k0, k1, np.uint64(members[j]), np.uint64(things[unit]), np.uint64(step), np.uint64(0))
                count, _ = poisson_count(u, mean[unit], COUNT_LIMIT)
                out[i, step, j] = count

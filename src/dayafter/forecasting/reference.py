"""The plain twins of the compiled sampling, written to be read: one number at a time, the same bits."""

from __future__ import annotations

import numpy as np

from dayafter.forecasting.panel import Counts, Floats, Ints
from dayafter.kernels import plain
from dayafter.seeding import philox4x32


def uniform(keys: Ints, member: int, thing: int, step: int) -> float:
    """The uniform of an address, in (0, 1)."""
    counter = np.array([member, thing, step, 0], dtype=np.uint32)
    word = philox4x32(counter, (int(keys[0]), int(keys[1]))).astype(np.uint64)
    bits = (word[0] << np.uint64(20)) ^ (word[1] >> np.uint64(12))
    return (float(bits) + 0.5) * 2.0**-52


def months_bootstrap(  # noqa: PLR0917  # what the compiled twin takes
    values: Counts, cumulative: Floats, start: Ints, end: Ints, things: Ints, n_steps: int, members: Ints, keys: Ints
) -> Counts:
    """See `kernels.months_bootstrap`; all units, (n, steps, m)."""
    out = np.zeros((things.size, n_steps, members.size), dtype=np.int32)
    for unit in range(things.size):
        part = slice(start[unit], end[unit])
        if part.start == part.stop:
            continue
        for step in range(n_steps):
            for j, member in enumerate(members):
                wanted = uniform(keys, int(member), int(things[unit]), step) * cumulative[part][-1]
                out[unit, step, j] = values[part][np.searchsorted(cumulative[part], wanted)]
    return out


def paths_bootstrap(  # noqa: PLR0917  # what the compiled twin takes
    counts: Counts,
    unit_of: Ints,
    month_of: Ints,
    ratio: Floats,
    cumulative: Floats,
    start: Ints,
    end: Ints,
    lead: Ints,
    things: Ints,
    members: Ints,
    keys: Ints,
) -> Counts:
    """See `kernels.paths_bootstrap`; all units, (n, steps, m)."""
    out = np.zeros((things.size, lead.size, members.size), dtype=np.int32)
    for unit in range(things.size):
        part = slice(start[unit], end[unit])
        if part.start == part.stop:
            continue
        for j, member in enumerate(members):
            wanted = uniform(keys, int(member), int(things[unit]), 0) * cumulative[part][-1]
            place = int(start[unit]) + int(np.searchsorted(cumulative[part], wanted))
            then = counts[unit_of[place], month_of[place] + lead]
            now = np.clip(np.rint(then * ratio[place]), 1, 2**31 - 1)
            out[unit, :, j] = np.where(then == 0, 0, now)
    return out


def poisson(  # noqa: PLR0917  # what the compiled twin takes
    mean: Floats, things: Ints, n_steps: int, members: Ints, keys: Ints, limit: int
) -> Counts:
    """See `kernels.poisson`; all units, (n, steps, m)."""
    luck = np.array(
        [[[uniform(keys, int(j), int(thing), step) for j in members] for step in range(n_steps)] for thing in things]
    )
    count, _ = plain.poisson(luck, mean[:, None, None], limit)
    return np.asarray(count, dtype=np.int32)

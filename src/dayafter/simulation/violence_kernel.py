"""The violence-only process compiled: members in rows of `ROW`, the row innermost, one row after another.

The shell (`violence_run`) gives threads whole rows; nothing here starts a thread. A row costs one block of random words
per unit and month; a unit that no event has excited compares the first word of each member with one limit, computed
once for the row, and is done. Events are rare, so they push their offspring forward, instead of each unit asking its
neighbours. Every sum that leaves a row is an integer.

All numbers are float64: μ and λ are added once, and sums of whole counts times multiples of 2⁻²⁴ are exact in any
order. In float32 they would not be, and the time goes into the random words, not into the rates.

Codes: a member's status is the worst of `kernels.counts`; in `schedule`, the month of the next event of a member's
unit, `n_months` means never.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled
from dayafter.kernels.counts import (
    COUNT_LIMIT,
    MEAN_LIMIT,
    OVERFLOW,
    count_given_log_zero,
    log_zero_chance,
    negative_binomial,
    surely_zero_below,
    zero_chance,
)
from dayafter.kernels.elementary import exp, log, normal_quantile
from dayafter.kernels.histogram import Histogram, add_row
from dayafter.kernels.philox import ROW, philox_row, philox_row_members, uniform, uniform_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int32]
Flags = NDArray[np.uint8]
Words = NDArray[np.uint64]
Months = NDArray[np.int16]

_NEVER: Final = -30000
_TWO32: Final = 4294967296.0
_SAFE: Final = 1.0 + 1e-9
"""Keeps a bound above what it bounds, whatever rounding does."""


@compiled
def _record(
    n: int, t: int, i: int, lane: int, windows: Ints, sums: Ints, hits: Counts, totals: Counts, touched: Flags
) -> None:
    """Add one count to the sums over members and to its member's totals of the windows (w, 2) of months."""
    sums[t, i] += n
    hits[t, i] += 1
    touched[i] = 1
    for w in range(windows.shape[0]):
        if windows[w, 0] <= t < windows[w, 1]:
            totals[w, i, lane] += n


@compiled
def _push(
    n: int, t: int, i: int, lane: int, n_lags: int, starts: Ints, targets: Ints, offspring: Floats, pushed: Floats,
    peaks: Floats, stamps: Months, until: Months,
) -> None:  # fmt: skip
    """Give the offspring of n events to the units that they excite, in the slot of this month.

    The slot of a unit holds what month `stamps` gave it, and the largest of it; a stale one is cleared by the first
    who gives. `until` is the last month in which a unit is excited.
    """
    slot = t % (n_lags + 1)
    for e in range(starts[i], starts[i + 1]):
        j = targets[e]
        if stamps[slot, j] != t:
            stamps[slot, j] = t
            until[j] = t + n_lags
            peaks[slot, j] = 0.0
            for other in range(ROW):
                pushed[slot, j, other] = 0.0
        pushed[slot, j, lane] += offspring[e] * n
        peaks[slot, j] = max(peaks[slot, j], pushed[slot, j, lane])


@compiled
def _begin_row(initial: Floats, pushed: Floats, peaks: Floats, stamps: Months, until: Months) -> None:
    """What the months before the first give, (l, i), the same for every member."""
    stamps[:] = _NEVER
    until[:] = _NEVER
    n_lags, n_units = initial.shape
    for lag in range(n_lags, 0, -1):
        slot = -lag % (n_lags + 1)
        for i in range(n_units):
            if initial[lag - 1, i] > 0.0:
                stamps[slot, i] = -lag
                until[i] = n_lags - lag
                peaks[slot, i] = initial[lag - 1, i]
                for lane in range(ROW):
                    pushed[slot, i, lane] = initial[lag - 1, i]


@compiled
def _slots_of(t: int, slots: Ints) -> None:
    """The slot of each month that is still felt in month t, the last first; (l,), written."""
    for lag in range(1, slots.size + 1):
        slots[lag - 1] = (t - lag) % (slots.size + 1)


@compiled
def _gather(t: int, i: int, slots: Ints, weights: Floats, pushed: Floats, stamps: Months, extra: Floats) -> None:
    """Excitation of one unit this month for a row of members, the last month first."""
    for lane in range(ROW):
        extra[lane] = 0.0
    for back in range(weights.size):
        slot = slots[back]
        if stamps[slot, i] == t - back - 1:
            w = weights[back]
            for lane in range(ROW):
                extra[lane] += w * pushed[slot, i, lane]


@compiled
def _gather_peak(t: int, i: int, slots: Ints, weights: Floats, peaks: Floats, stamps: Months) -> float:
    """No less than the excitation of any member of the row: the same sum as in `_gather`, of the largest."""
    extra = 0.0
    for back in range(weights.size):
        slot = slots[back]
        if stamps[slot, i] == t - back - 1:
            extra += weights[back] * peaks[slot, i]
    return extra


@compiled
def _any_above(words: Words, limit: np.int64) -> bool:
    """Whether any word of a row is `limit` or more; without a branch, so that several are compared at once."""
    signs = np.int64(0)
    for lane in range(ROW):
        signs |= limit - np.int64(1) - np.int64(words[lane])
    return bool(signs < 0)


@compiled
def _load_row(
    first: int, n_lanes: int, numbers: Ints, dispersion: Floats, scale: Floats, gain: Floats, spread: Floats,
    lanes: Words, row_dispersion: Floats, row_scale: Floats, row_gain: Floats, row_spread: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Copy a row's members; the last one stands in for lanes without one. Returns the largest scale and gain."""
    largest, strongest = 0.0, 0.0
    for lane in range(ROW):
        m = first + min(lane, n_lanes - 1)
        lanes[lane] = np.uint64(numbers[m])
        row_dispersion[lane], row_scale[lane], row_gain[lane], row_spread[lane] = (
            dispersion[m], scale[m], gain[m], spread[m],
        )  # fmt: skip
        largest, strongest = max(largest, scale[m]), max(strongest, gain[m])
    return largest, strongest


@compiled
def _level_row(
    product: Words, low: Words, keys: Words, thing: np.uint64, scale: Floats, spread: Floats, w0: Words, w1: Words,
    factor: Floats,
) -> float:  # fmt: skip
    """What multiplies a unit's background in each member of the row: scale × level. Returns the largest."""
    philox_row(product, low, thing, np.uint64(0), keys, w0, w1)
    peak = 0.0
    for lane in range(ROW):
        sd = spread[lane]
        z = normal_quantile(uniform_of(w0[lane], w1[lane]))
        factor[lane] = scale[lane] * exp(sd * z - 0.5 * (sd * sd))
        peak = max(peak, factor[lane])
    return peak


@compiled
def _level_bound(
    product: Words, low: Words, keys: Words, thing: np.uint64, largest: float, widest: float, w0: Words, w1: Words
) -> float:  # fmt: skip
    """No less than what `_level_row` returns, from the largest uniform of the row alone.

    exp(σ z − σ²/2) rises with z, and over σ ≤ `widest` is largest at σ = z, at `widest`, or at 0.
    """
    philox_row(product, low, thing, np.uint64(0), keys, w0, w1)
    u = 0.0
    for lane in range(ROW):
        u = max(u, uniform_of(w0[lane], w1[lane]))
    z = normal_quantile(u)
    sd = min(max(z, 0.0), widest)
    return largest * exp(sd * z - 0.5 * (sd * sd)) * _SAFE


@compiled
def dense_rows(
    rows: tuple[int, int], numbers: Ints, dispersion: Floats, scale: Floats, gain: Floats, spread: Floats,
    keys: Words, level_keys: Words, things: Words,
    background: Floats, starts: Ints, targets: Ints, offspring: Floats, weights: Floats, initial: Floats,
    windows: Ints, bits: int, sums: Ints, hits: Counts, histogram: Histogram, status: Ints, paths: Counts,
) -> int:  # fmt: skip
    """Simulate rows rows[0] ≤ r < rows[1] of members, one draw for each unit and month.

    Parameters
    ----------
    numbers, dispersion, scale, gain, spread : (m,), of `violence.Members`.
    keys, level_keys : (20,), of the streams of counts and of levels. things : (i,). background : (t, i).
    starts : (i + 1,), targets : (e,), offspring : (e,) : what unit i excites, by source. weights : (l,), of the lags.
    initial : (l, i), what the months before the first give, the last month first.
    windows : (w, 2), first month and the month after the last. bits : of the histogram.
    sums (t, i), hits (t, i), histogram (w, i, b) : added to. status (m,) : set.
    paths : (t, i, m) every count, or empty to keep none.

    Returns
    -------
    how many totals lay above the last bin of the histogram.
    """
    n_months, n_units = background.shape
    n_lags = weights.size
    pushed, peaks = np.zeros((n_lags + 1, n_units, ROW)), np.zeros((n_lags + 1, n_units))
    stamps, until = np.zeros((n_lags + 1, n_units), np.int16), np.zeros(n_units, np.int16)
    totals = np.zeros((windows.shape[0], n_units, ROW), np.int32)
    touched = np.zeros(n_units, np.uint8)
    lanes, product, low, w0, w1 = (
        np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64),
        np.zeros(ROW, np.uint64),
    )  # fmt: skip
    alpha, scales, excite, rates, sds = np.zeros(ROW), np.zeros(ROW), np.zeros(ROW), np.zeros(ROW), np.zeros(ROW)
    spreads = bool(spread.max() > 0.0)
    factors = np.zeros((n_units if spreads else 1, ROW))  # of one row of members: levels last as long as it does
    highs = np.zeros(n_units if spreads else 1)
    slots = np.zeros(n_lags, np.int64)
    keep = paths.size > 0
    beyond = 0
    for row in range(rows[0], rows[1]):
        first = row * ROW
        n_lanes = min(ROW, numbers.size - first)
        largest, strongest = _load_row(
            first, n_lanes, numbers, dispersion, scale, gain, spread, lanes, alpha, scales, excite, sds
        )
        factors[0, :] = scales
        highs[0] = largest
        if spreads:
            philox_row_members(lanes, level_keys, product, low)
            for i in range(n_units):
                highs[i] = _level_row(product, low, level_keys, things[i], scales, sds, w0, w1, factors[i])
        philox_row_members(lanes, keys, product, low)
        _begin_row(initial, pushed, peaks, stamps, until)
        for t in range(n_months):
            _slots_of(t, slots)
            for i in range(n_units):
                mu = background[t, i]
                if mu <= 0.0:
                    continue
                philox_row(product, low, things[i], np.uint64(t), keys, w0, w1)
                woken = t <= until[i]
                # One limit for the row, from no less than its largest rate: no member is passed over. A step of
                # 2**-32 lower than that, since the bound may round up.
                own = i if spreads else 0
                highest = mu * highs[own]
                if woken:
                    highest += _gather_peak(t, i, slots, weights, peaks, stamps) * strongest
                if not _any_above(w0, np.int64(max(0.0, surely_zero_below(highest)) * _TWO32) - 1):
                    continue
                if woken:
                    _gather(t, i, slots, weights, pushed, stamps, rates)
                    for lane in range(ROW):
                        rates[lane] = mu * factors[own, lane] + rates[lane] * excite[lane]
                else:
                    for lane in range(ROW):
                        rates[lane] = mu * factors[own, lane]
                known_rate, known_alpha, log_p0, p0 = -1.0, -1.0, 0.0, 1.0
                for lane in range(n_lanes):
                    u, rate = uniform_of(w0[lane], w1[lane]), rates[lane]
                    if rate <= 0.0 or u <= surely_zero_below(rate):
                        continue
                    if rate != known_rate or alpha[lane] != known_alpha:  # often the same for the whole row
                        known_rate, known_alpha = rate, alpha[lane]
                        log_p0 = log_zero_chance(min(rate, MEAN_LIMIT), known_alpha)
                        p0 = exp(log_p0)
                    if u <= p0:
                        if rate > MEAN_LIMIT:
                            status[first + lane] = max(status[first + lane], OVERFLOW)
                        continue
                    n, code = count_given_log_zero(u, rate, known_alpha, log_p0, COUNT_LIMIT)
                    status[first + lane] = max(status[first + lane], code)
                    if n > 0:
                        _record(n, t, i, lane, windows, sums, hits, totals, touched)
                        _push(n, t, i, lane, n_lags, starts, targets, offspring, pushed, peaks, stamps, until)
                        if keep:
                            paths[t, i, first + lane] = n
        beyond += add_row(totals, touched, n_lanes, bits, histogram)
        touched[:] = 0
    return beyond


@compiled
def first_month(u: float, i: int, start: int, factor: float, alpha: float, background: Floats) -> int:
    """The month ≥ `start` of a quiet unit's first event, by inversion; the number of months if none.

    P(no event from start to s) = Π P(0); the event falls in the first s with u above it.
    """
    n_months = int(background.shape[0])
    reached = -log(u)
    for t in range(start, n_months):
        reached += log_zero_chance(min(background[t, i] * factor, MEAN_LIMIT), alpha)
        if reached < 0.0:
            return t
    return n_months


@compiled
def _first_count(v: float, mean: float, alpha: float) -> tuple[int, int]:
    """A count given that it is at least 1, from one uniform."""
    nothing = zero_chance(mean, alpha)
    n, code = negative_binomial(nothing + v * (1.0 - nothing), mean, alpha, COUNT_LIMIT)
    return max(1, n), code


@compiled
def _may_happen(
    i: int, start: int, peak: float, tails: Floats, product: Words, low: Words, keys: Words, thing: np.uint64,
    schedule: Months, w0: Words, w1: Words,
) -> bool:  # fmt: skip
    """Draw one block for all months from `start` on; whether any member of the row may see an event while it is quiet.

    Parameters
    ----------
    peak : no less than any of the row's factors. tails : (t + 1, i), sum of the background from t on.
    schedule : (i, lane), set to never. w0, w1 : (lane,), written.
    """
    schedule[i, :] = tails.shape[0] - 1
    expected = tails[start, i]
    if expected <= 0.0:
        return False
    philox_row(product, low, thing, np.uint64(start), keys, w0, w1)
    return _any_above(w0, np.int64(max(0.0, surely_zero_below(expected * peak)) * _TWO32) - 1)


@compiled
def _schedule(
    i: int, start: int, factors: Floats, alpha: Floats, background: Floats, tails: Floats, n_lanes: int,
    schedule: Months, due: Flags, w0: Words, w1: Words,
) -> None:  # fmt: skip
    """The month, from `start` on, of the unit's first event as long as it is quiet, for each member of the row.

    A member whose uniform lies below a bound of P(no event) has none, without a logarithm.

    Parameters
    ----------
    factors : (lane,). w0, w1 : (lane,), of `_may_happen`.
    """
    for lane in range(n_lanes):
        u = uniform_of(w0[lane], w1[lane])
        if u > surely_zero_below(tails[start, i] * factors[lane]):
            t = first_month(u, i, start, factors[lane], alpha[lane], background)
            schedule[i, lane] = t
            due[t, i] = 1


@compiled
def quiet_rows(
    rows: tuple[int, int], numbers: Ints, dispersion: Floats, scale: Floats, gain: Floats, spread: Floats,
    keys: Words, level_keys: Words, first_keys: Words, size_keys: Words, things: Words, background: Floats,
    tails: Floats, starts: Ints, targets: Ints, offspring: Floats, weights: Floats, initial: Floats, windows: Ints,
    bits: int, sums: Ints, hits: Counts, histogram: Histogram, status: Ints, paths: Counts,
) -> int:  # fmt: skip
    """Simulate rows of members as `dense_rows` does, in the same law, passing over units while they are quiet.

    One uniform gives a member's unit the month of its next event over all months left, as long as nothing excites it.
    Of that month only this much is used before it comes, that it has not come yet. So where an event there or nearby,
    in any member of the row, wakes the unit first, what is left is the process given no event since: the month is
    forgotten, the unit is drawn month by month as `dense_rows` draws it, and once its excitation is spent a fresh
    uniform from that month on draws from the same law.

    Parameters
    ----------
    As in `dense_rows`. first_keys, size_keys : (20,), of the streams of first months and of their counts.
    tails : (t + 1, i), sum of the background from a month on.
    """
    n_months, n_units = background.shape
    n_lags = weights.size
    pushed, peaks = np.zeros((n_lags + 1, n_units, ROW)), np.zeros((n_lags + 1, n_units))
    stamps, until = np.zeros((n_lags + 1, n_units), np.int16), np.zeros(n_units, np.int16)
    due, awake = np.zeros((n_months + 1, n_units), np.uint8), np.zeros(n_units, np.uint8)
    totals = np.zeros((windows.shape[0], n_units, ROW), np.int32)
    touched = np.zeros(n_units, np.uint8)
    schedule = np.zeros((n_units, ROW), np.int16)
    lanes, w0, w1 = np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64)
    spare0, spare1 = np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64)
    counted, counted_low = np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64)
    first, first_low = np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64)
    alpha, scales, excite, rates, sds = np.zeros(ROW), np.zeros(ROW), np.zeros(ROW), np.zeros(ROW), np.zeros(ROW)
    spreads = bool(spread.max() > 0.0)
    widest = spread.max()
    drawn = np.zeros(
        n_units if spreads else 1, np.uint8
    )  # whether a unit's levels are drawn: of quiet ones a bound does
    level, level_low = np.zeros(ROW, np.uint64), np.zeros(ROW, np.uint64)
    factors = np.zeros((n_units if spreads else 1, ROW))
    highs = np.zeros(n_units if spreads else 1)
    slots = np.zeros(n_lags, np.int64)
    keep = paths.size > 0
    zero = np.uint64(0)
    beyond = 0
    for row in range(rows[0], rows[1]):
        at = row * ROW
        n_lanes = min(ROW, numbers.size - at)
        largest, strongest = _load_row(
            at, n_lanes, numbers, dispersion, scale, gain, spread, lanes, alpha, scales, excite, sds
        )
        factors[0, :] = scales
        highs[0] = largest
        drawn[0] = 1
        if spreads:
            drawn[:] = 0
            philox_row_members(lanes, level_keys, level, level_low)
            for i in range(n_units):
                highs[i] = _level_bound(level, level_low, level_keys, things[i], largest, widest, w0, w1)
        philox_row_members(lanes, keys, counted, counted_low)
        philox_row_members(lanes, first_keys, first, first_low)
        due[:] = 0
        _begin_row(initial, pushed, peaks, stamps, until)
        for i in range(n_units):
            own = i if spreads else 0
            awake[i] = until[i] >= 0  # history excites every member alike
            if awake[i] == 0 and _may_happen(
                i, 0, highs[own], tails, first, first_low, first_keys, things[i], schedule, w0, w1
            ):
                if drawn[own] == 0:
                    drawn[own] = 1
                    highs[own] = _level_row(
                        level, level_low, level_keys, things[i], scales, sds, spare0, spare1, factors[own]
                    )
                _schedule(i, 0, factors[own], alpha, background, tails, n_lanes, schedule, due, w0, w1)
        for t in range(n_months):
            _slots_of(t, slots)
            for i in range(n_units):
                own = i if spreads else 0
                if until[i] < t:
                    if awake[i] != 0:
                        awake[i] = 0
                        if _may_happen(
                            i, t, highs[own], tails, first, first_low, first_keys, things[i], schedule, w0, w1
                        ):
                            if drawn[own] == 0:
                                drawn[own] = 1
                                highs[own] = _level_row(
                                    level, level_low, level_keys, things[i], scales, sds, spare0, spare1, factors[own]
                                )
                            _schedule(i, t, factors[own], alpha, background, tails, n_lanes, schedule, due, w0, w1)
                    if due[t, i] == 0:
                        continue
                    for lane in range(n_lanes):
                        if schedule[i, lane] == t:
                            v = uniform(size_keys[0], size_keys[1], lanes[lane], things[i], np.uint64(t), zero)
                            n, code = _first_count(v, background[t, i] * factors[own, lane], alpha[lane])
                            status[at + lane] = max(status[at + lane], code)
                            _record(n, t, i, lane, windows, sums, hits, totals, touched)
                            _push(n, t, i, lane, n_lags, starts, targets, offspring, pushed, peaks, stamps, until)
                            if keep:
                                paths[t, i, at + lane] = n
                    until[i] = max(until[i], t + 1)  # its next event is still to be drawn, also if it excites nobody
                    continue
                awake[i] = 1
                mu = background[t, i]
                if mu <= 0.0:
                    continue
                if drawn[own] == 0:
                    drawn[own] = 1
                    highs[own] = _level_row(level, level_low, level_keys, things[i], scales, sds, w0, w1, factors[own])
                philox_row(counted, counted_low, things[i], np.uint64(t), keys, w0, w1)
                highest = mu * highs[own] + _gather_peak(t, i, slots, weights, peaks, stamps) * strongest
                if not _any_above(w0, np.int64(max(0.0, surely_zero_below(highest)) * _TWO32) - 1):
                    continue
                _gather(t, i, slots, weights, pushed, stamps, rates)
                for lane in range(ROW):
                    rates[lane] = mu * factors[own, lane] + rates[lane] * excite[lane]
                for lane in range(n_lanes):
                    u, rate = uniform_of(w0[lane], w1[lane]), rates[lane]
                    if rate <= 0.0 or u <= surely_zero_below(rate):
                        continue
                    log_p0 = log_zero_chance(min(rate, MEAN_LIMIT), alpha[lane])
                    n, code = count_given_log_zero(u, rate, alpha[lane], log_p0, COUNT_LIMIT)
                    status[at + lane] = max(status[at + lane], code)
                    if n > 0:
                        _record(n, t, i, lane, windows, sums, hits, totals, touched)
                        _push(n, t, i, lane, n_lags, starts, targets, offspring, pushed, peaks, stamps, until)
                        if keep:
                            paths[t, i, at + lane] = n
        beyond += add_row(totals, touched, n_lanes, bits, histogram)
        touched[:] = 0
    return beyond

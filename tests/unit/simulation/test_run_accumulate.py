"""Totals over members: equal to plain counting, and the same bytes in any order of merging."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.simulation import tally_kernels as kernels
from dayafter.simulation.accumulate import (
    MIN_CAP,
    Grouping,
    Tally,
    check_options,
)
from dayafter.simulation.contrast import Contrast, ContrastCounter
from dayafter.simulation.histograms import Histogram, Wide
from dayafter.simulation.source import Source

Ints = NDArray[np.int64]
CAP = MIN_CAP
seeds = st.integers(0, 2**32 - 1)
spans = st.sampled_from([2, 30, 500, 600, 50_000, 2**30, 2**39])


def rows_of(seed: int, span: int, n: int = 5, m: int = 240) -> Ints:
    return np.random.default_rng(seed).integers(-span if seed % 2 else 0, span, (n, m))


def all_fine(m: int, replicates: int = 4) -> Grouping:
    return Grouping(replicates, np.ones(m, dtype=np.bool_))


def histogram_of(rows: Ints) -> Histogram:
    return Tally.of(rows, all_fine(rows.shape[1], 1), CAP).histogram


def squares_of(rows: Ints) -> Wide:
    return Tally.of(rows, all_fine(rows.shape[1], 1), CAP).moments.squares


def joined(parts: list[Tally]) -> Tally:
    return functools.reduce(Tally.plus, parts)


def same(a: Tally | Contrast, b: Tally | Contrast) -> bool:
    one, other = a.arrays(), b.arrays()
    return list(one) == list(other) and all(one[name].tobytes() == other[name].tobytes() for name in one)


def plain_coarse(value: int, level: int) -> int:
    """The class of a value, written with Python's integers: keep the leading 41 − level bits."""
    if level == 0:
        return value
    drop = max(abs(value).bit_length() - (kernels.BITS + 1 - level), 0)
    return (abs(value) >> drop << drop) * (1 if value >= 0 else -1)


def plain_histogram(values: list[int], cap: int) -> tuple[int, dict[int, int]]:
    """Lowest level at which there are no more than `cap` classes, by trying them all."""
    for level in range(kernels.TOP_LEVEL + 1):
        found: dict[int, int] = {}
        for value in values:
            name = plain_coarse(value, level)
            found[name] = found.get(name, 0) + 1
        if len(found) <= cap:
            return level, dict(sorted(found.items()))
    raise AssertionError


Shape = Callable[[np.random.Generator], Ints]


def even(low: int, high: int) -> Shape:
    return lambda rng: rng.integers(low, high, 240, dtype=np.int64)


def heavy_tailed(rng: np.random.Generator) -> Ints:
    """Most near 0, a few far out on both sides: a table between values that are sorted."""
    sizes: Ints = np.rint(rng.lognormal(3, 2, 240)).astype(np.int64)
    return sizes * np.where(rng.random(240) < 0.25, -1, 1)


def few_and_far(rng: np.random.Generator) -> Ints:
    """A few large values that differ in their last digits: no table of classes tells them apart."""
    return rng.choice(2**39 + rng.integers(-200, 200, 60), 240)


def many_and_alike(rng: np.random.Generator) -> Ints:
    """More different values than are kept, most of one class of every table."""
    return np.concatenate([np.array([0, -5]), 2**38 + rng.permutation(3000)[:238]])


def of_all_sizes(rng: np.random.Generator) -> Ints:
    """As many of each number of digits, ends of classes among them."""
    sizes: Ints = 2 ** rng.integers(0, 39, 240) + rng.integers(-1, 2, 240)
    return sizes * np.where(rng.random(240) < 0.5, -1, 1)


def low_and_spread(rng: np.random.Generator) -> Ints:
    """Too wide for a table of values, narrow enough for every value to be a class."""
    return rng.choice(np.arange(-700, 300, 9), 240)


SHAPES: dict[str, Shape] = {
    **{f"even below {high}": even(0, high) for high in (2, 500, 600, 50_000, 2**39)},
    **{f"even within {high}": even(-high, high) for high in (2, 600, 50_000, 2**39)},
    **{shape.__name__: shape for shape in (heavy_tailed, few_and_far, many_and_alike, of_all_sizes, low_and_spread)},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_histogram_equals_plain_counting_at_the_lowest_level_that_fits(shape: str) -> None:
    rows = np.stack([SHAPES[shape](np.random.default_rng(seed)) for seed in range(12)])
    rows = np.concatenate([rows, rows.max(axis=1, keepdims=True) - rows])  # from the other end, and away from 0
    histogram = histogram_of(rows)
    start = 0
    for row in range(len(rows)):
        level, counts = plain_histogram(rows[row].tolist(), CAP)
        stop = start + histogram.sizes[row]
        assert histogram.levels[row] == level
        assert histogram.values[start:stop].tolist() == list(counts)
        assert histogram.counts[start:stop].tolist() == list(counts.values())
        start = stop


@settings(deadline=None, max_examples=25)
@given(seeds, st.sampled_from([2, 400, 50_000, 2**30]), st.integers(0, 30), st.booleans())
def test_counting_beside_is_counting_with_the_patch(seed: int, span: int, n: int, to_date: bool) -> None:
    rng = np.random.default_rng(seed)
    values, base = rng.integers(0, span, (2, 6, 5, 240), dtype=np.int32)
    base[rng.random((6, 5)) < 0.5] = values[rng.random((6, 5)) < 0.5][0]
    at = np.sort(rng.permutation(240)[:n])
    patch = np.ascontiguousarray(base[:, :, at])
    patch[:3, 2:] = rng.integers(0, span, (3, 3, n))  # the other cells, and the first months, stay as they are
    source = Source(values, base, patch, at, np.array([0, 1, 3, 6]), np.array([4, 0, 5, 1, 2, 3]), to_date)
    grouping = Grouping(4, rng.random(240) > 0.05)
    total, beside = (ContrastCounter(source.n_rows, grouping, CAP) for _ in range(2))
    total.add(source, beside)
    assert same(total.contrast(), Contrast.of(source.without_patch().rows(), grouping, CAP))
    assert same(beside.contrast(), Contrast.of(source.rows(), grouping, CAP))


@settings(deadline=None, max_examples=30)
@given(seeds, spans, st.lists(st.integers(1, 59), max_size=6, unique=True), st.randoms(use_true_random=False))
def test_tallies_and_contrasts_merge_in_any_order_and_split_to_the_same_bytes(
    seed: int, span: int, cuts: list[int], random: object
) -> None:
    rows = rows_of(seed, span)
    counted = np.random.default_rng(seed).random(240) > 0.1
    ends = [0, *sorted(4 * cut for cut in cuts), 240]
    spots = [slice(a, b) for a, b in itertools.pairwise(ends)]
    random.shuffle(spots)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for kind in ("tally", "contrast"):

        def count(part: Ints, fine: NDArray[np.bool_], kind: str = kind) -> Tally | Contrast:
            grouping = Grouping(4, fine)
            return Tally.of(part, grouping, CAP, (1, 9)) if kind == "tally" else Contrast.of(part, grouping, CAP)

        merged: Tally | Contrast | None = None
        for spot in spots:
            part = count(rows[:, spot], counted[spot])
            merged = part if merged is None else merged.plus(part)  # type: ignore[arg-type]  # of one kind
        assert merged is not None
        assert same(merged, count(rows, counted))


def test_the_comparison_of_bytes_sees_one_member_moved() -> None:
    rows = rows_of(2, 30)
    other = rows.copy()
    other[0, 0] += 1
    assert not same(Tally.of(rows, all_fine(240), CAP), Tally.of(other, all_fine(240), CAP))


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([2, 30, 100]), st.integers(1, 300))
def test_quantiles_are_those_of_all_draws_while_values_are_few(seed: int, span: int, m: int) -> None:
    rows = rows_of(seed, span // 2, m=m)
    found, error = histogram_of(rows).quantiles((5, 25, 50, 75, 95), m)
    wanted = np.quantile(rows, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1, method="inverted_cdf").T
    # numpy multiplies 0.95 by m in doubles and may land one rank off where the product is whole; ranks here are exact.
    ordered = np.sort(rows, axis=1)
    exact = np.stack([ordered[:, max(1, -(-m * p // 100)) - 1] for p in (5, 25, 50, 75, 95)], axis=1)
    np.testing.assert_array_equal(found, exact)
    assert (error == 0).all()
    if m % 20:
        np.testing.assert_array_equal(found, wanted)


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([50_000, 2**30, 2**39]))
def test_quantiles_beyond_the_cap_are_off_by_no_more_than_they_say(seed: int, span: int) -> None:
    rows = rows_of(seed, span, m=400)
    found, error = histogram_of(rows).quantiles((5, 50, 95), 400)
    exact = np.quantile(rows, [0.05, 0.5, 0.95], axis=1, method="inverted_cdf").T
    assert (np.abs(found - exact) <= error[:, None]).all()
    assert (error > 0).all()
    assert (error <= np.abs(rows).max(axis=1) / 8).all()


@settings(deadline=None, max_examples=40)
@given(seeds, st.sampled_from([3, 2**20, 2**25, 2**30, 2**40]))
def test_sums_of_squares_are_exact(seed: int, span: int) -> None:
    rows = np.random.default_rng(seed).integers(1 - span, span, (3, 500))
    wanted = [sum(value * value for value in row) for row in rows.tolist()]
    halves = squares_of(rows[:, :200]).plus(squares_of(rows[:, 200:]))
    assert squares_of(rows).as_ints() == wanted
    assert halves.as_ints() == wanted
    assert halves.low.tobytes() == squares_of(rows).low.tobytes()


def test_the_spread_splits_into_parameters_and_histories() -> None:
    rng = np.random.default_rng(5)
    draws, r = 3000, 8
    level = rng.normal(100, 7, draws)
    rows = np.rint(level[:, None] + rng.normal(0, 3, (draws, r))).astype(np.int64).reshape(1, -1)
    moments = joined([Tally.of(part, all_fine(part.shape[1], r), CAP) for part in np.split(rows, 10, axis=1)]).moments
    spread = moments.spread()
    assert moments.mean()[0] == pytest.approx(rows.mean(), abs=1e-12)
    assert np.sqrt(spread.parameter[0]) == pytest.approx(7, rel=0.05)
    assert np.sqrt(spread.history[0]) == pytest.approx(3, rel=0.02)
    assert spread.of_mean[0] == pytest.approx((49 + 9 / r) / draws, rel=0.06)


def test_members_that_went_wrong_are_in_no_number() -> None:
    rows = rows_of(4, 30)
    fine = np.ones(240, dtype=np.bool_)
    fine[[3, 77]] = False
    spoilt = rows.copy()
    spoilt[:, ~fine] = 10**9
    assert same(Tally.of(spoilt, Grouping(4, fine), CAP, (3,)), Tally.of(rows, Grouping(4, fine), CAP, (3,)))
    tally = Tally.of(rows, Grouping(4, fine), CAP, (3,))
    assert (tally.moments.n_members, tally.moments.n_draws) == (238, 58)
    assert tally.at_least[:, 0].tolist() == (rows[:, fine] >= 3).sum(axis=1).tolist()


def test_everything_kept_survives_being_stored() -> None:
    rows = rows_of(6, 50_000)
    tally, contrast = Tally.of(rows, all_fine(240), CAP, (2,)), Contrast.of(rows, all_fine(240), CAP)
    assert same(Tally.from_arrays(tally.arrays()), tally)
    assert same(Contrast.from_arrays(contrast.arrays()), contrast)


@pytest.mark.parametrize(
    ("members", "replicates", "cap", "complaint"),
    [
        (0, 1, 512, "members is 0"),
        (2**31, 1, 512, "the most is"),
        (100, 7, 512, "take 98 members or another number of replicates"),
        (100, 0, 512, "no whole number of draws"),
        (100, 1, 5, "between 128 and"),
    ],
)
def test_options_that_cannot_be_are_refused(members: int, replicates: int, cap: int, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        check_options(members, replicates, cap)

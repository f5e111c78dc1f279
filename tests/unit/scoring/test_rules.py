from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dayafter.scoring.rules import RULES, Floats, brier, coverage, crps, ign, log_crps, mis, pit, score_rows

samples = st.integers(1, 30).flatmap(lambda m: arrays(np.float64, (4, m), elements=st.integers(0, 2000).map(float)))
truths = arrays(np.float64, (4,), elements=st.integers(0, 2000).map(float))


@pytest.fixture(scope="module")
def library() -> ModuleType:
    """Rules as others wrote them. It compiles for seconds when it is imported, so whoever needs it asks for it here."""
    import scoringrules

    found: ModuleType = scoringrules
    return found


@given(samples, truths)
def test_crps_is_the_mean_error_less_half_the_mean_distance_of_two_draws(draws: Floats, observed: Floats) -> None:
    error = np.abs(draws - observed[:, None]).mean(axis=1)
    distance = np.abs(draws[:, :, None] - draws[:, None, :]).mean(axis=(1, 2))
    np.testing.assert_allclose(crps(draws, observed), error - distance / 2, atol=1e-9)


@given(samples, truths)
def test_crps_is_that_of_a_library(library: ModuleType, draws: Floats, observed: Floats) -> None:
    theirs = library.crps_ensemble(observed, draws, estimator="nrg")
    np.testing.assert_allclose(crps(draws, observed), theirs, atol=1e-6)


@given(samples, truths)
def test_interval_score_is_that_of_a_library(library: ModuleType, draws: Floats, observed: Floats) -> None:
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    theirs = library.interval_score(observed, low, high, 0.1)
    np.testing.assert_allclose(mis(draws, observed), theirs, rtol=1e-9, atol=1e-6)


@given(samples, truths)
def test_brier_score_is_that_of_a_library(library: ModuleType, draws: Floats, observed: Floats) -> None:
    theirs = library.brier_score((observed >= 25).astype(float), (draws >= 25).mean(axis=1))
    np.testing.assert_allclose(brier(draws, observed, 25), theirs, atol=1e-12)


@given(samples, truths, st.randoms(use_true_random=False))
def test_the_order_of_draws_does_not_matter(draws: Floats, observed: Floats, random: object) -> None:
    turned = draws[:, ::-1]
    for name, rule in RULES.items():
        np.testing.assert_allclose(rule.score(turned, observed), rule.score(draws, observed), atol=1e-9, err_msg=name)


def test_ign_by_hand() -> None:
    draws = np.array([[0.0, 0.0, 1.0, 2.0], [600.0, 5000.0, 1001.0, 1000.0]])
    observed = np.array([0.0, 90_000.0])  # the first bin holds two draws, the open last one two
    np.testing.assert_allclose(ign(draws, observed), -np.log2([3 / 15, 3 / 15]))


@pytest.mark.parametrize(("value", "same_bin"), [(2.0, 1.0), (3.0, 5.0), (1000.0, 501.0), (1001.0, 1e9)])
def test_the_bins_end_at_half_numbers(value: float, same_bin: float) -> None:
    draws = np.full((1, 989), same_bin)
    assert ign(draws, np.array([value]))[0] == pytest.approx(-np.log2(990 / 1000))


def test_a_certain_and_right_forecast_costs_nothing() -> None:
    draws, observed = np.full((3, 10), 7), np.full(3, 7.0)
    for score in (crps, log_crps, mis):
        np.testing.assert_allclose(score(draws, observed), 0.0, atol=1e-12)
    assert coverage(draws, observed).tolist() == [1.0, 1.0, 1.0]


def test_log_crps_sees_growth_not_size() -> None:
    small = log_crps(np.array([[9.0]]), np.array([19.0]))
    large = log_crps(np.array([[9999.0]]), np.array([19_999.0]))
    assert small[0] == pytest.approx(large[0])


def test_pit_of_a_calibrated_forecast_is_uniform() -> None:
    luck = np.random.default_rng(5)
    draws, observed = luck.poisson(1.5, (20_000, 200)), luck.poisson(1.5, 20_000).astype(float)
    rows = np.arange(20_000)
    values = pit(draws, observed, rows % 100, rows // 100, seed=1)
    shares = np.histogram(values, bins=10, range=(0, 1))[0] / values.size
    # Standard deviation of a share of one tenth of 20,000 rows: 0.0021.
    np.testing.assert_allclose(shares, 0.1, atol=0.009)
    wrong = pit(draws + 1, observed, rows % 100, rows // 100, seed=1)
    assert np.histogram(wrong, bins=10, range=(0, 1))[0].max() / wrong.size > 0.15


def test_pit_does_not_depend_on_the_order_of_rows() -> None:
    draws, observed = np.tile(np.arange(5), (6, 1)), np.array([0.0, 1, 2, 3, 4, 4])
    months, things = np.array([1, 1, 1, 2, 2, 2]), np.array([7, 8, 9, 7, 8, 9])
    values = pit(draws, observed, months, things, seed=3)
    order = np.array([5, 0, 3, 1, 4, 2])
    np.testing.assert_array_equal(pit(draws[order], observed[order], months[order], things[order], 3), values[order])


def test_rows_are_scored_alike_in_batches_and_at_once() -> None:
    luck = np.random.default_rng(2)
    draws, observed = luck.integers(0, 50, (9000, 3)), luck.integers(0, 50, 9000).astype(float)
    together = score_rows(draws, observed)
    for name, rule in RULES.items():
        np.testing.assert_allclose(together[name], rule.score(draws, observed), atol=1e-9)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"draws have shape \(3, 2\), observations \(2,\)"):
        crps(np.zeros((3, 2)), np.zeros(2))
    with pytest.raises(ValueError, match="no draws cannot be scored"):
        crps(np.zeros((3, 0)), np.zeros(3))
    with pytest.raises(ValueError, match="no scoring rule is called 'rmse'; there are crps"):
        score_rows(np.zeros((1, 1)), np.zeros(1), ("rmse",))

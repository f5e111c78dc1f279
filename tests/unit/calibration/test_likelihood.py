"""The filter against what is known in closed form, by quadrature, and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from dayafter.calibration.forward import draw_records
from dayafter.calibration.likelihood import log_likelihood
from dayafter.simulation.layout import INSURGENT, INTERBLOC
from tests.unit.calibration.small import exposed, record

COUNTS = [[0, 1], [2, 0], [0, 0], [1, 3], [0, 0], [0, 1]]


def log_nb(y: int, mean: float, alpha: float) -> float:
    return float(nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mean)))


def test_without_drift_and_offspring_it_is_a_thinned_negative_binomial() -> None:
    found = log_likelihood(exposed(2), record(COUNTS), 1, particles=3)[0]
    assert found == pytest.approx(sum(log_nb(y, 0.6 * 0.5, 0.8) for row in COUNTS for y in row), abs=1e-9)


def test_where_everything_is_recorded_offspring_follow_from_the_record() -> None:
    shares = np.full((5, 1), 1 - 1e-12)
    rates = np.array([[0.4], [0.0], [0.1]])
    near = np.array([0, 1]), np.array([1, 0])
    one = exposed(2, shares=shares, rates=rates, near_from=near[0], near_to=near[1])
    weight = np.array([1, 0.3, 0.09]) / 1.39
    expected = 0.0
    for t, row in enumerate(COUNTS):
        for p, y in enumerate(row):
            past = [sum(weight[lag] * COUNTS[t - 1 - lag][q] for lag in range(min(3, t))) for q in (p, 1 - p)]
            expected += log_nb(y, 0.5 + 0.4 * past[0] + 0.1 * past[1], 0.8)
    assert log_likelihood(one, record(COUNTS), 1, particles=4)[0] == pytest.approx(expected, abs=1e-6)


def test_a_drift_is_integrated_out() -> None:
    sigma = 0.9
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    expected = np.log(
        sum(
            w * np.exp(log_nb(3, 0.3 * np.exp(sigma * z - sigma**2 / 2), 0.8))
            for z, w in zip(nodes, weights, strict=True)
        )
    )
    one = exposed(1, 400, sigma=np.full(400, sigma))
    found = np.exp(log_likelihood(one, record([[3]]), 1, particles=64))
    assert np.log(found.mean()) == pytest.approx(expected, abs=4 * found.std() / 20 / found.mean())


def test_missed_events_leave_offspring_too() -> None:
    """Mean likelihood by the filter against the share of records drawn forward that are this one."""
    n = 12_000
    sigma, rates = np.full(n, 0.6), np.tile(np.array([[0.4], [0.1], [0.05]]), n)
    one = exposed(2, n, sigma=sigma, rates=rates)
    one.mu[:, INTERBLOC] = 0.4
    seen = record([[0, 1], [0, 1], [0, 0]])
    drawn = draw_records(one, seen, 7)
    hit = (drawn == seen.counts[..., None]).all(axis=(0, 1, 2)).mean()
    part = exposed(2, 800, sigma=sigma[:800], rates=rates[:, :800])
    part.mu[:, INTERBLOC] = 0.4
    filtered = np.exp(log_likelihood(part, seen, 1, particles=16))
    error = np.hypot(np.sqrt(hit * (1 - hit) / n), filtered.std() / np.sqrt(800))
    assert hit > 0.001
    assert filtered.mean() == pytest.approx(hit, abs=4 * error)


def test_silence_below_the_threshold_says_nothing_about_how_much_is_recorded() -> None:
    low, high = (exposed(1, 300, shares=np.full((5, 300), share)) for share in (0.05, 0.9))
    for one in (low, high):
        one.mu[:, INTERBLOC] = 0.02
        one.mu[:, INSURGENT] = 0.0
    silent = record([[0]] * 6)
    weights = [np.exp(log_likelihood(one, silent, 1, particles=8)).mean() for one in (low, high)]
    assert weights[0] == pytest.approx(weights[1], abs=0.01)
    without = [
        np.exp(log_likelihood(one, record([[0]] * 6, threshold=0), 1, particles=8)).mean() for one in (low, high)
    ]
    assert without[0] - without[1] > 0.05


def test_months_that_may_not_speak_change_nothing() -> None:
    used = [[False, True]] * 3 + [[True, True]] * 3
    one = exposed(2, 8, sigma=np.full(8, 0.5), rates=np.full((3, 8), 0.1))
    loud = [[9, 1], [9, 0], [9, 0], *COUNTS[3:]]
    quiet = [[0, 1], [0, 0], [0, 0], *COUNTS[3:]]
    found = [log_likelihood(one, record(counts, used=used), 1) for counts in (loud, quiet)]
    assert np.array_equal(found[0], found[1])


def test_threads_and_blocks_change_no_bit() -> None:
    one = exposed(2, 600, sigma=np.full(600, 0.5), rates=np.full((3, 600), 0.1))
    assert np.array_equal(
        log_likelihood(one, record(COUNTS), 1, particles=4),
        log_likelihood(one, record(COUNTS), 1, particles=4, threads=3),
    )

"""Addressed luck: known quantiles, limits of the distributions, monotone coupling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.arrays import Floats
from dayafter.seeding import uniforms
from dayafter.simulation.draws import COUNT_CAP, binomial, marks, negative_binomial, uniform_pair

MEMBERS = np.arange(40_000)
THING = np.array([7], dtype=np.int64)


def _uniforms(n: int, purpose: str = "test") -> Floats:
    drawn: Floats = uniform_pair(3, purpose, np.arange(n), THING, 1)[0][0]
    return drawn


def test_the_first_of_a_pair_is_the_uniform_of_that_address() -> None:
    things = np.array([5, 9], dtype=np.int64)
    first, second = uniform_pair(3, "x", MEMBERS[:50], things, 4)
    np.testing.assert_array_equal(first, uniforms(3, "x", MEMBERS[:50], things, 4).T)
    assert not (first == second).any()


def test_pairs_are_uniform_and_independent() -> None:
    first, second = uniform_pair(3, "x", MEMBERS, THING, 4)
    assert abs(first.mean() - 0.5) < 0.006
    assert abs(second.mean() - 0.5) < 0.006
    assert abs(np.corrcoef(first[0], second[0])[0, 1]) < 0.02


def test_counts_are_poisson_at_zero_dispersion() -> None:
    rate = np.full(40_000, 2.5)
    count = negative_binomial(_uniforms(40_000), rate, np.zeros(1))
    assert abs(count.mean() - 2.5) < 4 * np.sqrt(2.5 / 40_000)
    assert abs(count.var() / count.mean() - 1) < 0.03
    assert abs((count == 0).mean() - np.exp(-2.5)) < 0.006
    near = negative_binomial(_uniforms(40_000), rate, np.full(1, 1e-9))
    assert (near != count).mean() < 1e-3


def test_counts_have_the_variance_of_the_negative_binomial() -> None:
    rate, alpha = np.full(40_000, 3.0), np.full(1, 0.6)
    count = negative_binomial(_uniforms(40_000), rate, alpha)
    assert abs(count.mean() - 3) < 0.06
    assert abs(count.var() - (3 + 0.6 * 9)) < 0.5


@given(
    st.floats(1e-9, 1 - 1e-9),
    st.floats(0, 50),
    st.floats(0, 50),
    st.floats(0, 3),
)
def test_a_higher_rate_never_gives_fewer_events(u: float, one: float, other: float, alpha: float) -> None:
    low, high = sorted((one, other))
    counts = negative_binomial(np.array([u, u]), np.array([low, high]), np.array(alpha))
    assert counts[0] <= counts[1]


@given(st.floats(1e-9, 1 - 1e-9), st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_more_events_never_give_fewer_fatal_ones(u: float, one: int, other: int, chance: float) -> None:
    low, high = sorted((one, other))
    found = binomial(np.array([u, u]), np.array([low, high]), np.array(chance))
    assert found[0] <= found[1] <= high


def test_binomial_counts_have_their_mean_and_variance() -> None:
    found = binomial(_uniforms(40_000), np.full(40_000, 12), np.full(1, 0.3))
    assert abs(found.mean() - 3.6) < 0.04
    assert abs(found.var() - 12 * 0.3 * 0.7) < 0.1


def test_a_rate_without_bound_stops_at_the_cap() -> None:
    assert negative_binomial(np.array([0.999]), np.array([1e6]), np.array([1.0]))[0] <= COUNT_CAP


def test_a_rate_of_zero_gives_no_event_at_any_luck() -> None:
    assert not negative_binomial(np.array([1e-12, 0.5, 1 - 1e-12]), np.zeros(3), np.array(0.6)).any()


@pytest.mark.parametrize(("level", "known"), [(0.5, 4), (0.9, 24), (0.95, 40), (0.99, 100), (0.999, 284)])
def test_deaths_of_a_fatal_event_have_the_known_quantiles(level: float, known: int) -> None:
    n = 400_000
    deaths = marks(uniform_pair(11, "mark", np.arange(n), THING, 1)[0][0])
    # Order statistics that bracket the quantile at four standard errors.
    spread = 4 * np.sqrt(level * (1 - level) / n)
    low, high = np.quantile(deaths, (level - spread, min(level + spread, 1)))
    assert low <= known <= high
    assert deaths.min() == 1

"""Mix, distrust, exclusion, claims: known answers by hand, and what is not defined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dayafter.arrays import Floats
from dayafter.indices import people
from dayafter.indices.forces import normalised

WEIGHT = np.array([[0.6, 0.4]])
ALL = np.ones((2, 2), dtype=np.bool_)


def test_the_mix_of_60_and_40_is_48() -> None:
    assert people.mix(WEIGHT).sum() == pytest.approx(0.48)
    assert people.mix(np.array([[1.0, 0.0]])).sum() == 0


def test_mean_distrust_has_a_direction_and_weighs_pairs() -> None:
    distrust = np.array([[[0.0, 0.2], [0.8, 0.0]]])
    parts = people.mean_distrust(WEIGHT, distrust, ALL)
    assert parts is not None
    assert parts.sum() == pytest.approx(0.5)
    assert parts[0, 1, 0] == pytest.approx(0.4)


def test_mean_distrust_is_taken_over_the_pairs_with_an_account() -> None:
    distrust, known = np.array([[[0.0, 0.0], [0.8, 0.0]]]), np.array([[False, False], [True, False]])
    parts = people.mean_distrust(WEIGHT, distrust, known)
    assert parts is not None
    assert parts.sum() == pytest.approx(0.8)


def test_mean_distrust_of_a_homogeneous_place_is_undefined_and_not_0() -> None:
    assert people.mean_distrust(np.array([[1.0, 0.0]]), np.ones((1, 2, 2)), ALL) is None
    assert people.mean_distrust(np.array([[1.0]]), np.ones((1, 1, 1)), np.ones((1, 1), dtype=np.bool_)) is None
    assert people.mean_distrust(WEIGHT, np.ones((1, 2, 2)), ~ALL) is None


def test_exclusion_counts_communities_by_their_size_before_the_war() -> None:
    parts = people.exclusion(WEIGHT, np.array([[1.0, 0.25]]), np.array([True, True]))
    assert parts is not None
    assert parts.sum() == pytest.approx(0.4 * 0.75)
    some = people.exclusion(WEIGHT, np.array([[0.0, 0.25]]), np.array([False, True]))
    assert some is not None
    assert some.sum() == pytest.approx(0.75)
    assert people.exclusion(WEIGHT, np.zeros((1, 2)), np.array([False, False])) is None


@given(arrays(np.float64, (3, 4), elements=st.floats(0.01, 1)), arrays(np.float64, (3, 4, 4), elements=st.floats(0, 1)))
def test_distrust_mix_and_exclusion_stay_between_0_and_1(strength: Floats, distrust: Floats) -> None:
    weight = normalised(strength)
    mean = people.mean_distrust(weight, distrust, np.ones((4, 4), dtype=np.bool_))
    shut_out = people.exclusion(weight, distrust[:, 0], np.ones(4, dtype=np.bool_))
    assert mean is not None
    assert shut_out is not None
    for parts in (mean.reshape(3, -1), shut_out, people.mix(weight)):
        assert (parts >= 0).all()
        assert (parts.sum(axis=1) <= 1 + 1e-12).all()


def test_claim_pressure_is_the_mean_of_the_strongest_claims_of_two_blocs() -> None:
    claims = np.array([[0.9, 0.7, 0.5, 0.6]])
    parts = people.claim_pressure(claims, np.array([0, 0, 1, 2]))
    np.testing.assert_allclose(parts, [[0.45, 0, 0, 0.3]])


def test_claims_of_one_bloc_press_on_nobody() -> None:
    assert people.claim_pressure(np.array([[0.9, 0.7]]), np.array([0, 0])).sum() == 0
    assert people.claim_pressure(np.array([[0.9, 0.0]]), np.array([0, 1])).sum() == 0

"""Indices of force: known answers by hand, and what must hold for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dayafter.arrays import Floats
from dayafter.indices import forces

K, N, M = 4, 3, 2
unit = st.floats(0, 1)
strengths = arrays(np.float64, (M, K), elements=st.floats(0.01, 1))
loyalties = arrays(np.float64, (M, K, N), elements=unit)
squares = arrays(np.float64, (M, K, K), elements=unit)


def _symmetric(square: Floats) -> Floats:
    both: Floats = (square + square.transpose(0, 2, 1)) / 2
    return both


def test_two_equal_hostile_unbound_actors_of_two_patrons_make_a_half() -> None:
    share, one, none = np.array([[0.5, 0.5]]), np.ones((1, 2, 2)), np.zeros((1, 2, 2))
    inter, intra = forces.contestation(share, one, one, none, none)
    assert inter.sum() == 0.5
    assert intra.sum() == 0


def test_two_equal_rivals_of_one_patron_contest_within_their_bloc_alone() -> None:
    share, one, none = np.array([[0.5, 0.5]]), np.ones((1, 2, 2)), np.zeros((1, 2, 2))
    inter, intra = forces.contestation(share, none, 0.15 * one, one, none)
    assert inter.sum() == 0
    assert intra.sum() == pytest.approx(0.075)


def test_a_single_actor_contests_nothing() -> None:
    one = np.ones((1, 1, 1))
    inter, intra = forces.contestation(np.ones((1, 1)), one, one, 0 * one, 0 * one)
    assert inter.shape == intra.shape == (1, 0)


@given(strengths, squares, squares, loyalties, st.permutations(range(K)))
def test_contestation_is_bounded_and_does_not_care_who_is_listed_first(
    strength: Floats, hostility: Floats, rivalry: Floats, loyalty: Floats, order: list[int]
) -> None:
    share = forces.normalised(strength)
    shared = forces.overlap(forces.loyalty_profile(loyalty)[0])
    hostility, rivalry = _symmetric(hostility), _symmetric(rivalry)
    free = np.zeros_like(shared)
    inter, intra = forces.contestation(share, hostility, rivalry, shared, free)
    assert (inter.sum(axis=1) + intra.sum(axis=1) <= 1 - 1 / K + 1e-12).all()
    assert (inter >= 0).all()
    assert (intra >= 0).all()
    turned = [square[:, order][:, :, order] for square in (hostility, rivalry, shared, free)]
    again = forces.contestation(share[:, order], *turned)
    np.testing.assert_allclose(again[0].sum(axis=1), inter.sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(again[1].sum(axis=1), intra.sum(axis=1), atol=1e-12)


@given(strengths, squares, squares)
def test_total_binding_ends_contestation_and_more_binding_never_raises_it(
    strength: Floats, hostility: Floats, tied: Floats
) -> None:
    share, none, tied = forces.normalised(strength), np.zeros((M, K, K)), _symmetric(tied)
    bound = forces.contestation(share, hostility, hostility, none, np.ones((M, K, K)))
    assert bound[0].sum() == bound[1].sum() == 0
    looser = forces.contestation(share, hostility, hostility, none, tied)[0]
    tighter = forces.contestation(share, hostility, hostility, none, np.sqrt(tied))[0]
    assert (tighter <= looser + 1e-15).all()


@given(loyalties)
def test_a_loyalty_profile_sums_to_one_and_hostility_is_the_total_variation(loyalty: Floats) -> None:
    to_patrons, own = forces.loyalty_profile(loyalty)
    np.testing.assert_allclose(to_patrons.sum(axis=2) + own, 1)
    hostility = forces.default_hostility(forces.overlap(to_patrons))
    for a in range(K):
        for b in range(K):
            if a != b:
                apart = np.abs(to_patrons[:, a] - to_patrons[:, b]).sum(axis=1) + own[:, a] + own[:, b]
                np.testing.assert_allclose(hostility[:, a, b], apart / 2, atol=1e-12)


def test_loyalty_that_is_dual_leaves_the_rest_to_the_actor_itself() -> None:
    to_patrons, own = forces.loyalty_profile(np.array([[[0.5, 0.3], [0.9, 0.6]]]))
    np.testing.assert_allclose(to_patrons[0], [[0.5, 0.3], [0.6, 0.4]])
    np.testing.assert_allclose(own[0], [0.2, 0])


def test_a_parents_signature_binds_as_far_as_command_reaches() -> None:
    command = np.array([[0.0, 0.8, 0.5]])  # 1 answers to 0, and 2 to 1
    signs = np.array([[True, False, False], [False, True, False]])
    degree = forces.bound(command, [[0], [1, 0], [2, 1, 0]], signs)
    np.testing.assert_allclose(degree[0], np.array([[1.0, 0.0], [0.8, 1.0], [0.4, 0.5]]))


def test_several_deals_bind_more_than_one() -> None:
    degree = np.ones((1, 2, 2))
    tied = forces.binding(degree, np.array([[0.7, 0.4]]))
    assert tied[0, 0, 1] == pytest.approx(1 - 0.3 * 0.6)
    assert (forces.binding(degree[:, :, :0], np.zeros((1, 0))) == 0).all()


def test_a_command_is_climbed_while_it_holds() -> None:
    command = np.array([[0.0, 0.6, 0.5], [0.0, 0.4, 0.9]])
    heads = forces.command_of(command, [[0], [1, 0], [2, 1, 0]])
    assert heads.tolist() == [[0, 0, 0], [0, 1, 1]]


def test_two_equal_commands_count_as_two_and_hold_half_a_monopoly() -> None:
    shares = forces.group_shares(np.array([[0.25, 0.25, 0.5]]), np.array([[7, 7, 3]]), [3, 7])
    assert shares.tolist() == [[0.5, 0.5]]
    assert forces.effective_number(shares).sum() == 2
    assert forces.monopoly(shares).sum() == 0.5


def test_unity_adds_patrons_of_one_bloc_together() -> None:
    share, to_patrons, own = np.array([[0.5, 0.5]]), np.array([[[1.0, 0.0], [0.0, 0.6]]]), np.array([[0.0, 0.4]])
    one_bloc = forces.unity(share, to_patrons, own, np.array([0, 0]), 1)
    two_blocs = forces.unity(share, to_patrons, own, np.array([0, 1]), 2)
    assert one_bloc.sum() == pytest.approx(0.8**2 + 0.2**2)
    assert two_blocs.sum() == pytest.approx(0.5**2 + 0.3**2 + 0.2**2)


def test_nobody_has_no_share() -> None:
    assert forces.normalised(np.zeros((1, 2))).tolist() == [[0, 0]]

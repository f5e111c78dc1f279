"""Does it hold: coalitions, cores, moves, commitment, guarantors, spoilers. Known answers worked by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayafter.settlement import plain
from dayafter.settlement.bargain import Role
from dayafter.settlement.guarantee import Guarantor, Response, answer_spoiler, penalties
from dayafter.settlement.reservation import chances, contest, handed_in
from dayafter.settlement.stability import (
    BreakerKind,
    best_break,
    breaking_values,
    coalitions,
    commitment_margin,
    graph_stability,
    kind_of,
    least_core,
    minimal_breaking_sets,
)

SEEDS = st.integers(0, 10_000)
MANY = settings(deadline=None, max_examples=20, derandomize=True)


def test_a_contest_of_two_is_worth_the_odds_less_the_cost() -> None:
    # Ideal points 1 and 0, capability 3 to 1: the strong one expects 0.75, the weak one 0.25; each pays 0.1.
    ideal, weight = np.array([[[1.0], [0.0]]]), np.ones((1, 2, 1))
    value = contest(weight, ideal, np.array([[[3.0], [1.0]]]), np.ones((2, 1), dtype=np.bool_), np.full((1, 2), 0.1))
    np.testing.assert_allclose(value, [[0.65, 0.15]])


def test_without_any_capability_the_odds_are_even() -> None:
    odds = chances(np.zeros((1, 3, 1)), np.array([[True], [True], [False]]))
    np.testing.assert_allclose(odds[0, :, 0], [0.5, 0.5, 0])


def test_values_of_no_deal_may_be_handed_in_as_an_array_or_a_function_and_are_checked() -> None:
    np.testing.assert_allclose(handed_in(np.array([0.1, 0.2]), ("a", "b"), 3), [[0.1, 0.2]] * 3)
    np.testing.assert_allclose(handed_in(lambda who: np.zeros(len(who)), ("a", "b"), 1), [[0, 0]])
    with pytest.raises(ValueError, match="in this order: a, b"):
        handed_in(np.zeros(3), ("a", "b"), 1)
    with pytest.raises(ValueError, match="not finite"):
        handed_in(np.array([0.1, np.nan]), ("a", "b"), 1)


def test_a_coalition_fights_for_its_own_compromise_against_that_of_the_rest() -> None:
    # One slot; ideals 0, 1, 1; capability 2, 1, 1. Together the last two win half the time, and get 1 or 0.
    weight, ideal = np.ones((1, 3, 1)), np.array([[[0.0], [1.0], [1.0]]])
    capability, cost = np.array([[[2.0], [1.0], [1.0]]]), np.zeros((1, 3))
    members = coalitions(3)
    values = breaking_values(weight, ideal, capability, cost, members)[0]
    pair = next(c for c, row in enumerate(members.tolist()) if row == [False, True, True])
    np.testing.assert_allclose(values[pair], [0.5, 0.5, 0.5])
    alone = members.tolist().index([False, True, False])
    # Wins 1/4 with its own point; else the rest's mean (2·0 + 1·1)/3 = 1/3.
    assert values[alone][1] == pytest.approx(0.25 * 1 + 0.75 * (1 / 3))


@MANY
@given(SEEDS)
def test_the_best_coalition_is_what_trying_each_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    members = coalitions(4)
    values, utility = rng.random((2, members.shape[0], 4)), rng.random((2, 3, 4))
    found = best_break(values, members, utility)
    for m in range(2):
        for n in range(3):
            gain, who = plain.best_coalition(values[m], members, utility[m, n])
            assert (found.gain[m, n], found.coalition[m, n]) == (pytest.approx(gain), who)


@MANY
@given(SEEDS, st.floats(0, 1), st.floats(0, 1))
def test_a_guarantor_acceptable_to_itself_never_shrinks_the_stable_set(seed: int, p: float, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    members, names = coalitions(4), ("a", "b", "c", "d")
    values, utility = rng.random((3, members.shape[0], 4)), rng.random((3, 5, 4))
    guarantor = Guarantor("un", p, penalty, stake=1.0, cost=0.5)
    assert guarantor.takes_part
    without = best_break(values, members, utility).gain <= 0
    with_it = best_break(values, members, utility, penalties((guarantor,), names)).gain <= 0
    assert (with_it | ~without).all()


def test_a_guarantor_for_whom_it_does_not_pay_deters_nobody() -> None:
    willing = Guarantor("un", 0.5, 0.4, stake=0.2, cost=0.3)
    unwilling = Guarantor("un", 0.5, 0.4, stake=0.1, cost=0.3)
    assert penalties((willing,), ("a", "un")).tolist() == [0.2, 0.0]
    assert penalties((unwilling,), ("a", "un")).tolist() == [0.0, 0.0]


def test_a_breaker_is_named_by_its_strongest_standing() -> None:
    roles = (Role.OUTSIDER, Role.SIGNATORY, Role.SIGNATORY, Role.PATRON)
    command, parent = np.array([0.0, 0.3, 0.9, 0.0]), np.array([False, True, True, False])

    def kind(*inside: int) -> BreakerKind:
        member = np.zeros(4, dtype=np.bool_)
        member[list(inside)] = True
        return kind_of(member, roles, command, parent)

    assert kind(0) is BreakerKind.OUTSIDER
    assert kind(0, 1) is BreakerKind.LOCAL_FACTION
    assert kind(1, 2) is BreakerKind.SIGNATORY
    assert kind(2, 3) is BreakerKind.PATRON


def test_minimal_breaking_sets_hold_no_smaller_one() -> None:
    members = coalitions(3)
    gain = np.where((members.sum(axis=1) >= 2) | members[:, 0], 0.1, -0.1)
    found = [members[c].tolist() for c in minimal_breaking_sets(gain, members)]
    assert found == [[True, False, False], [False, True, True]]


def test_the_least_core_of_three_who_decide_by_majority_is_a_third_each() -> None:
    # v = 1 for two or more: every division leaves a pair at most 2/3, so epsilon = 1/3.
    values = np.array([float(mask.bit_count() >= 2) for mask in range(8)])
    core = least_core(values)
    assert core.epsilon == pytest.approx(1 / 3)
    assert core.core_is_empty
    np.testing.assert_allclose(core.allocation, [1 / 3] * 3, atol=1e-9)


def test_a_pair_of_left_and_right_gloves_has_a_core() -> None:
    # One left glove (party 0), two right ones: the core gives all to the left glove.
    values = np.array([float((mask & 1) and mask > 1) for mask in range(8)])
    core = least_core(values)
    assert not core.core_is_empty
    assert core.allocation[0] == pytest.approx(1.0)


def test_in_the_prisoners_dilemma_defection_is_nash_and_cooperation_is_sequentially_stable() -> None:
    # States: CC, CD, DC, DD. Fang, Hipel and Kilgour (1993): DD is stable by every concept; CC by GMR, SMR and SEQ,
    # not by Nash.
    payoff = np.array([[3.0, 1.0, 4.0, 2.0], [3.0, 4.0, 1.0, 2.0]])
    reach = np.zeros((2, 4, 4), dtype=np.bool_)
    for a, b in ((0, 2), (1, 3)):
        reach[0, a, b] = reach[0, b, a] = True
    for a, b in ((0, 1), (2, 3)):
        reach[1, a, b] = reach[1, b, a] = True
    stable = graph_stability(payoff, reach)
    assert stable.nash.all(axis=0).tolist() == [False, False, False, True]
    for concept in (stable.gmr, stable.smr, stable.seq):
        assert concept.all(axis=0).tolist() == [True, False, False, True]


@MANY
@given(SEEDS)
def test_concepts_of_stability_nest_as_proven(seed: int) -> None:
    rng = np.random.default_rng(seed)
    payoff, reach = rng.random((3, 6)), rng.random((3, 6, 6)) < 0.35
    reach[:, np.arange(6), np.arange(6)] = False
    stable = graph_stability(payoff, reach)
    for inner, outer in pairwise((stable.nash, stable.smr, stable.gmr)):
        assert (outer | ~inner).all()
    assert (stable.gmr | ~stable.seq).all()


def test_a_deal_breaks_exactly_when_the_shift_in_power_exceeds_the_cost_of_war() -> None:
    # δ p' − p against (1 − δ)(c + δ c'): 0.9·0.7 − 0.5 = 0.13; 0.1·(0.2 + 0.9·0.2) = 0.038.
    margin = commitment_margin(np.array(0.5), np.array(0.7), np.array(0.2), np.array(0.2), 0.9)
    assert margin == pytest.approx(0.038 - 0.13)
    # The declining party's two choices, written out: the whole of today's pie and what is left it, or war.
    peace = 1 + 0.9 * ((1 - 0.7) / 0.1 + 0.2)
    war = (1 - 0.5) / 0.1 - 0.2
    assert (war - peace) * 0.1 == pytest.approx(-margin)
    assert commitment_margin(np.array(0.5), np.array(0.55), np.array(0.2), np.array(0.2), 0.9) > 0


def test_the_cheapest_answer_to_a_spoiler_follows_its_strength() -> None:
    assert answer_spoiler("x", 0.05, 0.9, 1.0, 0.0).cheapest is Response.INDUCEMENT
    assert answer_spoiler("x", 0.5, 0.1, 1.0, 0.0).cheapest is Response.EXCLUSION
    assert answer_spoiler("x", 0.2, 0.1, 9.0, 0.9).cheapest is Response.COERCION

"""Bargaining solutions: axioms, and textbook problems solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayafter.arrays import Floats
from dayafter.settlement import acceptable
from dayafter.settlement.solutions import (
    Pick,
    first_best,
    kalai_smorodinsky_value,
    minimax_regret,
    nash_value,
    regret,
    scaled_least,
    solve,
)
from tests.unit.settlement.bargains import direct, generated

SEEDS = st.integers(0, 10_000)
MANY = settings(deadline=None, max_examples=20, derandomize=True)
SPLITS = np.arange(0, 101) / 100


def _objective(pick: Pick, margins: Floats, ideal: Floats) -> float:
    """What a rule makes as large as it can, at the margins of one package."""
    if pick is Pick.NASH:
        return float(nash_value(margins[None], np.ones(margins.size))[0])
    if pick is Pick.KALAI_SMORODINSKY:
        return float(scaled_least(margins[None], ideal)[0])
    return float(margins.min() if pick is Pick.EGALITARIAN else margins.sum())


def test_two_equal_parties_split_a_cake_in_half_and_a_better_fallback_shifts_it() -> None:
    cake = np.column_stack([SPLITS, 1 - SPLITS])
    assert SPLITS[first_best(nash_value(cake, np.ones(2)), cake)] == 0.5
    fallback = cake - np.array([0.2, 0.0])  # Nash: 0.2 + (1 − 0.2) / 2
    assert SPLITS[first_best(nash_value(fallback, np.ones(2)), fallback)] == 0.6


def test_a_risk_averse_party_gets_less_by_nash() -> None:
    # u = √x against u = 1 − x: maximise √x (1 − x), so x = 1/3 (a standard exercise).
    split = np.arange(0, 3001) / 3000
    gains = np.column_stack([np.sqrt(split), 1 - split])
    assert split[first_best(nash_value(gains, np.ones(2)), gains)] == pytest.approx(1 / 3)


def test_bargaining_weights_divide_the_cake_in_their_proportion() -> None:
    cake = np.column_stack([SPLITS, 1 - SPLITS])
    assert SPLITS[first_best(nash_value(cake, np.array([3.0, 1.0])), cake)] == 0.75


def test_kalai_smorodinsky_equals_shares_of_the_ideal_points() -> None:
    # The triangle under u1 + 2 u2 = 2: ideal points 2 and 1, so u1 = 2 u2 and (1, 1/2); Nash agrees there.
    # Cut off at u2 ≤ 1/2: ideal points 2 and 1/2, so u1 = 4 u2: (4/3, 1/3). Nash stays at (1, 1/2).
    first = np.arange(0, 6001) / 3000
    second = np.minimum((2 - first) / 2, 0.5)
    gains = np.column_stack([first, second])
    row = first_best(kalai_smorodinsky_value(gains), gains)
    assert gains[row] == pytest.approx([4 / 3, 1 / 3], abs=1e-3)
    assert gains[first_best(nash_value(gains, np.ones(2)), gains)] == pytest.approx([1, 0.5], abs=1e-3)


@MANY
@given(SEEDS, st.lists(st.floats(0.1, 9), min_size=4, max_size=4), st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_nash_and_kalai_smorodinsky_ignore_the_scale_and_origin_of_a_utility(
    seed: int, scale: list[float], shift: list[float]
) -> None:
    bargain = generated(seed, floor=0.45)
    by, to = np.array(scale), np.array(shift)
    worth = bargain.worth * by[:, None, None]
    worth[:, 0] += to[:, None]
    turned = bargain.replaced(worth=worth, reservation=bargain.reservation * by + to)
    before, after = solve(bargain), solve(turned)
    assert before.n_acceptable == after.n_acceptable
    if not before.picks:
        return
    ideal = (acceptable.acceptable_set(bargain).utility - bargain.reservation)[:, bargain.veto].max(axis=0)
    for n, pick in enumerate((Pick.NASH, Pick.KALAI_SMORODINSKY)):
        both = [bargain.margins(found.picks[n].package)[0][bargain.veto] for found in (before, after)]
        assert _objective(pick, both[1], ideal) == pytest.approx(_objective(pick, both[0], ideal), abs=1e-9)


@MANY
@given(SEEDS, st.permutations(range(4)), st.permutations(range(5)))
def test_relabelling_parties_and_issues_changes_nothing(seed: int, parties: list[int], slots: list[int]) -> None:
    bargain = generated(seed, floor=0.45)
    turned = bargain.replaced(
        parties=tuple(bargain.parties[j] for j in parties),
        worth=bargain.worth[parties][:, slots],
        forbidden=bargain.forbidden[parties][:, slots],
        available=bargain.available[slots],
        veto=bargain.veto[parties],
        reservation=bargain.reservation[parties],
    )
    before, after = solve(bargain), solve(turned)
    assert (before.n_packages, before.n_acceptable, before.n_efficient) == (
        after.n_packages,
        after.n_acceptable,
        after.n_efficient,
    )
    assert after.least_margin == pytest.approx(before.least_margin)
    ideal = (acceptable.acceptable_set(bargain).utility - bargain.reservation).max(axis=0, initial=0)[bargain.veto]
    for one, two in zip(before.picks, after.picks, strict=True):
        gained = bargain.margins(one.package)[0][bargain.veto]
        again = turned.margins(two.package)[0][np.argsort(parties)][bargain.veto]
        value = _objective(one.pick, gained, ideal)
        assert _objective(one.pick, again, ideal) == pytest.approx(value, abs=1e-9)


@MANY
@given(SEEDS)
def test_every_pick_is_acceptable_and_efficient(seed: int) -> None:
    bargain = generated(seed, floor=0.45)
    solution = solve(bargain)
    listed = acceptable.acceptable_set(bargain)
    for solved in solution.picks:
        assert bargain.accepts(solved.package)[0]
        own = bargain.margins(solved.package)[0][bargain.veto]
        others = (listed.utility - bargain.reservation)[:, bargain.veto]
        assert not ((others >= own).all(axis=1) & (others > own + 1e-9).any(axis=1)).any()


def test_search_picks_what_the_list_picks(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(6):
        bargain = generated(seed, floor=0.4)
        with monkeypatch.context() as patch:
            listed = solve(bargain)
            patch.setattr(acceptable, "ENUMERATE", 1)
            searched = solve(bargain)
        assert searched.least_margin == pytest.approx(listed.least_margin)
        nash = {one.pick: bargain.margins(one.package)[0][bargain.veto] for one in searched.picks}
        for one in listed.picks:
            gained = bargain.margins(one.package)[0][bargain.veto]
            if one.pick is Pick.NASH:
                assert np.log(nash[one.pick]).sum() == pytest.approx(np.log(gained).sum())
            if one.pick is Pick.UTILITARIAN:
                assert nash[one.pick].sum() == pytest.approx(gained.sum())
            if one.pick is Pick.EGALITARIAN:
                assert nash[one.pick].min() == pytest.approx(gained.min())


def test_regret_is_counted_by_hand_and_its_largest_is_made_small() -> None:
    # Two draws, three packages, one party: least margins (1, 0, 0.6) and (0, 1, 0.5).
    margins = np.array([[[1.0], [0.0], [0.6]], [[0.0], [1.0], [0.5]]])
    np.testing.assert_allclose(regret(margins), [1.0, 1.0, 0.5])
    assert minimax_regret(margins) == 2


def test_nothing_acceptable_gives_no_picks_and_the_nearest_package() -> None:
    bargain = direct(np.array([[[1.0, 0.0]], [[0.0, 1.0]]]), np.array([0.6, 0.6]))
    solution = solve(bargain)
    assert solution.picks == ()
    assert solution.least_margin == pytest.approx(-0.6)
    assert solution.nearest.size == 1

"""Search over packages: compiled against plain, enumeration against programs, known answers."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayafter.errors import UsageError
from dayafter.settlement import plain
from dayafter.settlement.acceptable import (
    Aim,
    acceptable_set,
    best_package,
    constraint_solver,
    decide,
    pack,
    pareto,
    pareto_packages,
)
from dayafter.settlement.bargain import SidePayment
from dayafter.settlement.programs import least_money, shadow_prices, solve_program
from tests.unit.settlement.bargains import direct, generated

SEEDS = st.integers(0, 10_000)
MANY = settings(deadline=None, max_examples=25, derandomize=True)


@MANY
@given(SEEDS)
def test_the_acceptable_set_is_exactly_what_trying_every_package_gives(seed: int) -> None:
    bargain = generated(seed)
    np.testing.assert_array_equal(acceptable_set(bargain).packages, plain.acceptable(bargain))


@MANY
@given(SEEDS)
def test_no_acceptable_package_crosses_a_red_line_or_leaves_a_veto_player_below_its_reservation(seed: int) -> None:
    bargain = generated(seed, floor=0.45)
    packages = acceptable_set(bargain).packages
    assert (bargain.margins(packages)[:, bargain.veto] >= -1e-9).all()
    assert not bargain.crosses_red_line(packages)[:, bargain.veto].any()


@MANY
@given(SEEDS, st.integers(1, 5), st.integers(1, 300))
def test_the_pareto_set_is_what_comparing_each_with_each_gives(seed: int, d: int, n: int) -> None:
    values = np.random.default_rng(seed).integers(0, 6, (n, d)).astype(np.float64)  # many ties
    np.testing.assert_array_equal(pareto(values), plain.undominated(values))


@MANY
@given(SEEDS)
def test_joining_slots_one_by_one_loses_no_efficient_package(seed: int) -> None:
    bargain = generated(seed)
    packages = plain.all_packages(bargain)
    if not packages.size:
        assert pareto_packages(bargain).shape == (0, len(bargain.slots))
        return
    kept = packages[plain.undominated(np.round(bargain.utility(packages)[:, bargain.veto], 12))]
    found = {tuple(row) for row in pareto_packages(bargain).tolist()}
    assert found == {tuple(row) for row in kept.tolist()}


@MANY
@given(SEEDS)
def test_branch_and_bound_finds_what_enumeration_finds(seed: int) -> None:
    bargain = generated(seed, floor=0.5)
    best = best_package(bargain, Aim.EGALITARIAN)
    assert best.gap == 0
    assert best.value == pytest.approx(plain.largest_least_margin(bargain), abs=1e-9)


@settings(deadline=None, max_examples=12, derandomize=True)
@given(SEEDS)
def test_programs_find_what_enumeration_finds(seed: int) -> None:
    bargain = generated(seed, n_slots=4, floor=0.45)
    packed = pack(bargain, veto_only=True)
    listed = acceptable_set(bargain)
    if not listed.packages.size:
        return
    margins = (listed.utility - bargain.reservation)[:, bargain.veto]
    ones = np.ones(margins.shape[1])
    wanted = {Aim.EGALITARIAN: margins.min(axis=1).max(), Aim.UTILITARIAN: margins.sum(axis=1).max()}
    if (margins > 1e-6).all(axis=1).any():
        wanted[Aim.NASH] = np.log(margins[(margins > 1e-6).all(axis=1)]).sum(axis=1).max()
    for aim, value in wanted.items():
        program, search = solve_program(packed, aim, ones), best_package(bargain, aim)
        assert program.value == pytest.approx(value, abs=1e-6)
        assert search.value == pytest.approx(value, abs=1e-6)
        assert program.gap <= 1e-6
        assert search.gap == 0


@MANY
@given(SEEDS)
def test_the_sign_of_the_largest_least_margin_is_decided_exactly(seed: int) -> None:
    bargains = [generated(seed, floor=floor) for floor in (0.4, 0.55, 0.6, 0.65, 0.8)]
    lower, upper = decide(bargains)
    for bargain, low, high in zip(bargains, lower, upper, strict=True):
        exact = plain.largest_least_margin(bargain)
        assert low <= exact + 1e-9
        assert high >= exact - 1e-9
        assert (low >= -1e-9) == (exact >= -1e-9) == (high >= -1e-9)


def test_an_unfinished_search_prints_its_gap() -> None:
    bargain = generated(3, n_parties=8, n_slots=12, n_options=6, floor=0.5)
    bargain = bargain.replaced(forbidden=np.zeros_like(bargain.forbidden))
    cut_short = best_package(bargain, Aim.EGALITARIAN, nodes=10, seconds=0.02)
    proven = best_package(bargain, Aim.EGALITARIAN)
    assert proven.gap == 0
    assert cut_short.value <= proven.value + 1e-9
    assert cut_short.bound >= proven.value - 1e-9
    assert cut_short.gap == pytest.approx(cut_short.bound - cut_short.value)


def test_a_list_too_long_is_refused_and_names_what_to_use_instead() -> None:
    with pytest.raises(ValueError, match="use best_package"):
        acceptable_set(generated(1), limit=10)


def test_no_option_left_in_a_slot_gives_an_empty_set_and_never_a_crash() -> None:
    bargain = generated(1)
    forbidden = bargain.forbidden.copy()
    forbidden[0, 2, :2], forbidden[1, 2, 2:] = True, True
    clash = bargain.replaced(forbidden=forbidden)
    assert clash.n_packages == 0
    assert clash.blocked_slots() == (2,)
    assert acceptable_set(clash).packages.shape == (0, 5)
    assert best_package(clash, Aim.NASH).value == -np.inf
    assert decide([clash])[1][0] == -np.inf


def test_cp_sat_without_the_extra_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match=r"dayafter\[solver\]"):
        constraint_solver()


def test_the_least_money_is_what_the_cheapest_package_lacks() -> None:
    bargain = generated(5, floor=0.75)
    packages = plain.all_packages(bargain)
    missing = np.maximum(-bargain.margins(packages)[:, bargain.veto], 0).sum(axis=1).min()
    assert missing > 0
    assert acceptable_set(bargain).least_missing == pytest.approx(missing)
    assert least_money(pack(bargain, veto_only=True)).value == pytest.approx(-missing, abs=1e-7)


def test_shadow_prices_sum_to_one_and_fall_on_who_is_hardest_to_please() -> None:
    worth = np.array([[[0.0, 1.0]], [[1.0, 0.0]]])
    prices = shadow_prices(pack(direct(worth, np.array([0.9, 0.2])), veto_only=True))
    np.testing.assert_allclose(prices, [0.5, 0.5])  # the margins meet at a lottery: both bind
    alone = shadow_prices(pack(direct(np.array([[[0.2]], [[0.9]]]), np.zeros(2)), veto_only=True))
    np.testing.assert_allclose(alone, [1, 0])


def test_money_without_leverage_buys_no_term_and_full_leverage_buys_it_all() -> None:
    worth = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    bargain = direct(worth, np.array([0.4, 0.5]))
    condition = np.array([False, True])
    for credibility, fungibility, extra in ((0.0, 0.0, 0.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.5), (0.5, 0.5, 0.125)):
        paid = bargain.with_payments((SidePayment(0, 0, condition, 0.5, credibility, fungibility),))
        assert np.ptp(paid.worth[0, 0] - worth[0, 0]) == pytest.approx(extra)
    paid = bargain.with_payments((SidePayment(0, 0, condition, 0.5, 1.0, 0.0),))
    assert acceptable_set(bargain).packages.size == 0
    assert acceptable_set(paid).packages.tolist() == [[1]]

"""The three ways to search agree with one another, and with trying every package; a missing extra is named."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from dayafter.errors import UsageError
from dayafter.settlement import plain, programs, solutions
from dayafter.settlement.acceptable import Aim, Solver, best_package, pack
from dayafter.settlement.programs import solve_program
from dayafter.settlement.settle import settle
from dayafter.settlement.solutions import solve
from tests.unit.settlement.bargains import generated, two_party_case


def by_hand(aim: Aim, seed: int, scale: np.ndarray) -> float:
    """Largest value over every package."""
    bargain = generated(seed)
    packages = plain.all_packages(bargain)
    margins = bargain.margins(packages)[:, bargain.veto]
    if aim is Aim.EGALITARIAN:
        return float((margins / scale).min(axis=1).max())
    accepted = margins[(margins >= -1e-9).all(axis=1)]
    return float((accepted @ scale).max()) if accepted.size else -np.inf


@pytest.mark.parametrize("solver", list(Solver))
@pytest.mark.parametrize("aim", [Aim.EGALITARIAN, Aim.UTILITARIAN])
@pytest.mark.parametrize("seed", range(6))
def test_every_solver_finds_what_trying_every_package_finds(solver: Solver, aim: Aim, seed: int) -> None:
    for scale in (np.ones(3), np.array([0.3, 1.0, 2.5])):
        found = best_package(generated(seed), aim, scale, solver=solver)
        assert found.value == pytest.approx(by_hand(aim, seed, scale), abs=1e-7)
        assert found.gap == 0.0


@pytest.mark.parametrize("solver", list(Solver))
def test_whoever_counts_nothing_in_the_aim_must_still_accept(solver: Solver) -> None:
    checked = 0
    for seed in range(8):
        bargain = generated(seed)
        for one in np.eye(3):
            found = best_package(bargain, Aim.UTILITARIAN, one, solver=solver)
            if found.package.size:
                assert bargain.accepts(found.package).all()
                checked += 1
            assert found.value == pytest.approx(by_hand(Aim.UTILITARIAN, seed, one), abs=1e-7)
    assert checked


@pytest.mark.parametrize("solver", [Solver.HIGHS, Solver.CP_SAT])
def test_the_solvers_agree_on_a_problem_too_large_to_list(solver: Solver) -> None:
    bargain = generated(3, n_parties=6, n_slots=12, n_options=6, floor=0.5)
    assert bargain.n_packages > 10**7
    for aim in (Aim.EGALITARIAN, Aim.UTILITARIAN):
        ours, theirs = best_package(bargain, aim), best_package(bargain, aim, solver=solver)
        assert ours.value == pytest.approx(theirs.value, abs=1e-7)
        assert theirs.gap <= 1e-6
        assert theirs.method in {"mixed-integer program", "CP-SAT"}


def test_a_nash_product_is_not_linear_and_cp_sat_leaves_it_to_the_others() -> None:
    bargain = generated(2)
    assert best_package(bargain, Aim.NASH, solver=Solver.CP_SAT).value == pytest.approx(
        best_package(bargain, Aim.NASH, solver=Solver.HIGHS).value, abs=1e-6
    )
    with pytest.raises(ValueError, match="linear"):
        solve_program(pack(bargain, veto_only=True), Aim.NASH, np.ones(3), solver="cp-sat")


def test_all_rules_have_a_pick_from_every_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dayafter.settlement.acceptable.ENUMERATE", 10)
    listed = {pick.pick: pick for pick in solutions._listed(generated(2)).picks}
    for solver in Solver:
        found = solve(generated(2), solver=solver)
        assert found.method != "enumeration"
        assert {pick.pick for pick in found.picks} == set(listed)
        assert all(pick.gap <= 1e-6 for pick in found.picks)


def test_a_search_that_is_cut_off_says_how_much_better_another_package_might_be() -> None:
    bargain = generated(4, n_parties=8, n_slots=24, n_options=8, floor=0.3)
    best = best_package(bargain, Aim.EGALITARIAN, nodes=10, seconds=0.01)
    sure = best_package(bargain, Aim.EGALITARIAN)
    assert best.gap > 0
    assert best.value <= sure.value + 1e-9
    assert best.bound >= sure.value - 1e-9


def test_without_the_extra_nothing_is_done_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "ortools"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ortools", None)
    with pytest.raises(UsageError, match=r"dayafter\[solver\]"):
        settle(two_party_case(), ("town",), draws=5, solver="cp-sat")
    assert settle(two_party_case(), ("town",), draws=5).scopes  # nothing else needs it


def test_a_solver_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="auto, highs, cp-sat"):
        settle(two_party_case(), ("town",), draws=5, solver="gurobi")


def test_cp_sat_counts_finely_enough() -> None:
    assert programs._SCALE >= 1 / programs.TOLERANCE

"""Values of no deal read off a simulation: who holds a place, and what the chance of a fight costs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dayafter.arrays import CompiledCase
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.results.result import SimulationResult
from dayafter.settlement.frame import central_stakes, frame_of, problems_of
from dayafter.settlement.reservation import Ensemble, contest, ensemble_value
from dayafter.settlement.settle import settle
from dayafter.settling import no_deal_of
from dayafter.study import simulate
from tests.unit.settlement.bargains import two_party_case

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
ONE_SLOT = np.ones((1, 2, 1))
IDEAL, FORCE = np.array([[[1.0], [0.0]]]), np.array([[[3.0], [1.0]]])
STAKE = np.ones((2, 1), dtype=np.bool_)
COST = np.full((1, 2), 0.1)


@cache
def simulated() -> tuple[CaseFile, CompiledCase, SimulationResult]:
    case = load_case(EXAMPLE).case
    result = simulate(case, policies=[], members=40, replicates=2, months=2, threads=1)
    return case, compile_case(case), result


def value(ensemble: Ensemble) -> list[float]:
    found = ensemble_value(ensemble, ("a", "b"), ("town",), ONE_SLOT, IDEAL, FORCE, STAKE, COST)
    return [float(one) for one in found[0]]


def test_whoever_holds_a_place_decides_and_a_fight_costs_what_its_chance_says() -> None:
    by_hand = Ensemble({"town": ((("a",), 0.8), (("b",), 0.2))}, {"town": 0.5})
    assert value(by_hand) == pytest.approx([0.8 - 0.05, 0.2 - 0.05])


def test_a_holder_without_a_stake_speaks_through_the_nearest_above_it() -> None:
    by_hand = Ensemble({"town": ((("militia", "a"), 0.6), (("b",), 0.4), (("stranger",), 0.0))}, {})
    assert value(by_hand) == pytest.approx([0.6, 0.4])


def test_where_nobody_with_a_stake_holds_it_the_contest_decides() -> None:
    ruled_by_none = Ensemble({"elsewhere": ((("a",), 1.0),)}, {"town": 1.0})
    assert value(ruled_by_none) == pytest.approx(contest(ONE_SLOT, IDEAL, FORCE, STAKE, COST)[0])


def test_the_chances_are_those_of_the_run_at_its_end() -> None:
    _, compiled, result = simulated()
    found = no_deal_of(result, compiled)
    assert set(found.holders) >= {"nearbridge", "midbridge", "farbridge"}
    for rows in found.holders.values():
        assert sum(chance for _, chance in rows) <= 1 + 1e-9
    guard = next(chain for chain, _ in found.holders["midbridge"] if chain[0] == "river-guard")
    assert guard == ("river-guard", "river-government")
    held = result.summary(policy=result.baseline, outcome="held", month=2, place="midbridge", actor="river-guard")
    assert dict(found.holders["midbridge"])[guard] == held["mean"].item()


def test_settle_takes_a_simulation_for_every_scope_and_says_so() -> None:
    _, compiled, result = simulated()
    found = settle(compiled, draws=10, no_deal=no_deal_of(result, compiled))
    assert found.no_deal == "simulated"
    assert len(found.scopes) == 4
    frame = frame_of(compiled, ("nearbridge",))
    problems = problems_of(frame, central_stakes(compiled, frame), no_deal_of(result, compiled))
    assert found.scopes[0].parties[0].reservation.central == pytest.approx(problems.reservation[0, 0])


def test_a_function_of_the_parties_and_an_array_are_taken_too() -> None:
    case = two_party_case()
    by_array = settle(case, ("town",), draws=6, no_deal=np.array([[0.2, 0.3], [0.4, 0.5]]))
    assert by_array.scopes[0].parties[0].reservation.p95 == pytest.approx(0.4)
    by_call = settle(case, ("town",), draws=6, no_deal=lambda who: np.linspace(0.1, 0.2, len(who)))
    assert [one.reservation.central for one in by_call.scopes[-1].parties] == pytest.approx([0.1, 0.2])


def test_results_of_another_case_or_with_a_plan_for_baseline_are_refused() -> None:
    _, _, result = simulated()
    with pytest.raises(UsageError, match="simulate this case"):
        no_deal_of(result, two_party_case())
    case, compiled, _ = simulated()
    plan = next(one.id for one in compiled.policies if one.steps)
    other = simulate(case, policies=[plan], baseline=plan, members=4, replicates=1, months=1, threads=1)
    with pytest.raises(UsageError, match="not doing nothing"):
        no_deal_of(other, compiled)

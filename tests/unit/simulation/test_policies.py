"""Policies as data: what they lay down by month, and how a fault in one is reported."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dayafter.arrays import Policy, Step
from dayafter.errors import UsageError
from dayafter.simulation.policies import compile_policy, find_policy
from dayafter.vocabulary import Action, DealForm, DealLevel
from tests.unit.simulation.small import case

CASE = case()
MARCH, MAY, JULY = dt.date(2016, 3, 1), dt.date(2016, 5, 10), dt.date(2016, 7, 31)


def _plan(*steps: Step) -> Policy:
    return Policy("plan", "Plan", steps)


def test_a_step_acts_from_the_month_of_its_date_to_that_of_its_end() -> None:
    schedule = compile_policy(CASE, _plan(Step(Action.FACILITATE, MAY, JULY, deal="pact", actor="north")), 8)
    assert np.flatnonzero(schedule.facilitates[:, 0, 0]).tolist() == [2, 3, 4]  # month 3 is the third after February
    assert not schedule.facilitates[:, 0, 1].any()


def test_a_guarantor_that_leaves_is_missed_for_six_months() -> None:
    schedule = compile_policy(CASE, _plan(Step(Action.GUARANTEE, MARCH, MAY, deal="pact", actor="north")), 12)
    assert np.flatnonzero(schedule.guarantor_left[:, 0]).tolist() == [3, 4, 5, 6, 7, 8]


def test_a_withdrawal_ends_what_a_policy_began() -> None:
    steps = (
        Step(Action.WITHDRAW, MAY, actor="north"),
        Step(Action.FACILITATE, MARCH, deal="pact", actor="north"),
        Step(Action.WITHDRAW, MAY, aid="grant"),
    )
    schedule = compile_policy(CASE, _plan(*steps), 6)
    assert np.flatnonzero(schedule.facilitates[:, 0, 0]).tolist() == [0, 1]
    assert np.flatnonzero(schedule.patron_out.any(axis=1)).tolist() == [2]
    assert schedule.stopped[:, 0].tolist() == [False, False, True, True, True, True]


def test_policies_compose_step_by_step() -> None:
    one = Step(Action.FORMALISE, MARCH, deal="pact", form=DealForm.WRITTEN, levels=(DealLevel.NATIONAL,))
    two = Step(Action.FORMALISE, MAY, deal="pact", form=DealForm.SIGNED)
    schedule = compile_policy(CASE, _plan(one, two), 4)
    assert schedule.form_to[:, 0].tolist() == [1, 1, 2, 2]
    assert schedule.level_to[:, 0, 1].all()


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (Step(Action.MAKE_DEAL, MAY, deal="pakt"), r"deal 'pakt'.*did you mean 'pact'"),
        (Step(Action.MAKE_DEAL, MAY), "make-deal needs a deal; add it"),
        (Step(Action.FORMALISE, MAY, deal="pact"), "formalise needs a form"),
        (Step(Action.ADD_PARTY, MAY, deal="pact"), "add-party needs a actor or community"),
        (Step(Action.FACILITATE, MAY, actor="north"), "facilitate needs a deal or place"),
        (Step(Action.SET_CONDITION, MAY, aid="grant"), "set-condition needs a condition"),
        (Step(Action.INCLUDE, MAY, place="town"), "include needs a community"),
        (Step(Action.GIVE_AID, MAY, aid="gift"), "aid 'gift'"),
        (Step(Action.BACK_BROKER, MAY, broker="x"), "broker 'x'"),
        (Step(Action.WITHDRAW, MAY), "withdraw needs a actor or aid or broker"),
        (Step(Action.MAKE_DEAL, dt.date(2016, 2, 1), deal="pact"), r"before the first month of the run \(2016-03\)"),
        (Step(Action.MAKE_DEAL, MAY, MARCH, deal="pact"), "ends on 2016-03-01, before it starts"),
        (Step(Action.INCLUDE, MAY, place="valley", community="hill"), "place 'valley', which the case does not assess"),
    ],
)
def test_a_faulty_step_is_refused_with_its_name_and_the_mend(step: Step, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        compile_policy(CASE, _plan(step), 6)


def test_months_below_one_and_unknown_policies_are_refused() -> None:
    with pytest.raises(UsageError, match="months is 0"):
        compile_policy(CASE, _plan(), 0)
    with pytest.raises(UsageError, match="no policy 'impos'"):
        find_policy(CASE, "impos")
    assert find_policy(CASE, "impose").id == "impose"


def test_a_schedule_cannot_be_written_to() -> None:
    schedule = compile_policy(CASE, _plan(), 3)
    with pytest.raises(ValueError, match="read-only"):
        schedule.table[0, 0] = True


def test_every_policy_of_the_bundled_case_compiles_and_runs() -> None:
    from dayafter.casefile.bundled import find_case
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.simulation.reference import simulate_reference

    iraq = compile_case(load_case(find_case("iraq-2016")))
    assert len(iraq.policies) == 8
    for policy in iraq.policies:
        paths = simulate_reference(iraq, policy, members=20, months=12)
        whole = paths.home + paths.displaced + paths.left
        assert (whole == whole[0]).all()
        assert np.isfinite(paths.claim).all()

"""Policies as data: what they lay down by month, and how a fault in one is reported."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dayafter.arrays import CompiledCase, Policy, Step
from dayafter.casefile.schema import Actor
from dayafter.errors import UsageError
from dayafter.simulation.policies import compile_policy, find_policy
from dayafter.simulation.reference import simulate_reference
from dayafter.vocabulary import Action, ConditionKind, DealForm, DealLevel
from tests.unit.simulation.small import case, of, tables

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
    assert len(iraq.policies) == 9
    for policy in iraq.policies:
        paths = simulate_reference(iraq, policy, members=20, months=12)
        whole = paths.home + paths.displaced + paths.left
        assert (whole == whole[0]).all()
        assert np.isfinite(paths.claim).all()


JUNE = dt.date(2016, 6, 1)
SIGNED = DealForm.SIGNED
LOCAL, NATIONAL = DealLevel.LOCAL, DealLevel.NATIONAL
KINDS: dict[str, tuple[Step, ...]] = {
    "formalise": (Step(Action.FORMALISE, MARCH, deal="pact", form=DealForm.RATIFIED),),
    "local": (Step(Action.MAKE_DEAL, MAY, deal="pact", form=SIGNED, levels=(LOCAL,)),),
    "national": (Step(Action.MAKE_DEAL, MAY, deal="pact", form=SIGNED, levels=(NATIONAL,)),),
    "both": (Step(Action.MAKE_DEAL, MAY, deal="pact", form=SIGNED, levels=(LOCAL, NATIONAL)),),
    "broker once": (Step(Action.FACILITATE, MAY, dt.date(2016, 5, 31), deal="pact", actor="outsider"),),
    "broker sustained": (Step(Action.FACILITATE, MAY, deal="pact", actor="outsider", levels=(LOCAL, NATIONAL)),),
    "guarantee": (Step(Action.GUARANTEE, MARCH, deal="pact", actor="outsider"),),
    "aid unconditional": (Step(Action.SET_CONDITION, MARCH, aid="grant", condition=ConditionKind.NONE),),
    "aid economic": (Step(Action.SET_CONDITION, MARCH, aid="grant", condition=ConditionKind.ECONOMIC),),
    "aid inclusion": (Step(Action.SET_CONDITION, MARCH, aid="grant", condition=ConditionKind.INCLUSION),),
    "imposed": (Step(Action.IMPOSE, MAY, deal="pact", actor="outsider", form=SIGNED, levels=(NATIONAL,)),),
    "withdrawal": (
        Step(Action.GUARANTEE, MARCH, deal="pact", actor="outsider"),
        Step(Action.WITHDRAW, JUNE, deal="pact", actor="outsider"),
    ),
}
"""Every kind of policy of model.md, 5, besides doing nothing."""
ON_MISSING = ("local", "national", "both", "broker once", "broker sustained", "imposed")


def outsider_case(**deal: str) -> CompiledCase:
    rows = tables(**deal)
    rows["actors"].append(Actor(id="outsider", name="Outsider", kind="international"))
    return of(rows)


def test_every_kind_of_policy_can_be_said_and_each_says_something_else() -> None:
    compiled = outsider_case()
    plans = {name: compile_policy(compiled, Policy(name, name, steps), 12) for name, steps in KINDS.items()}
    plans["nothing"] = compile_policy(compiled, Policy("nothing", "Nothing"), 12)
    said = {
        name: tuple(
            getattr(plan, field).tobytes() for field in plan.__dataclass_fields__ if field != "id"
        )
        for name, plan in plans.items()
    }  # fmt: skip
    assert len(set(said.values())) == len(said) == 13
    assert plans["broker once"].facilitates[:, 0].any(axis=1).sum() == 1
    assert plans["broker sustained"].facilitates[:, 0].any(axis=1).sum() == 10
    assert plans["guarantee"].guarantees[:, 0].any(axis=1).all()
    assert plans["withdrawal"].guarantees[:, 0].any(axis=1).tolist() == [True] * 3 + [False] * 9
    assert not plans["withdrawal"].patron_out.any()  # it leaves the deal, not the country
    assert [bool(level) for level in plans["national"].table_level[4, 0]] == [False, True]
    assert plans["imposed"].imposed[2, 0]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_policy_changes_what_happens(name: str) -> None:
    compiled = outsider_case(status="missing", form="signed") if name in ON_MISSING else outsider_case()
    plan = Policy(name, name, KINDS[name])
    dated = name in {"local", "national", "both"}
    fixed = {"formation": 1.0} if name.startswith("broker") else {"hr_form": 0.2, "h_base": 0.2, "hr_guarantor": 0.05}
    one, two = (
        simulate_reference(compiled, policy, members=24, months=18, fixed=fixed, dated=dated)
        for policy in (Policy("nothing", "Nothing"), plan)
    )
    assert any(
        not np.array_equal(getattr(one, field), getattr(two, field))
        for field in ("in_force", "made", "ended_by", "released", "withheld", "events")
    )

"""The whole process: the compiled twin equals the plain one to the bit, on cases made up and on the bundled one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dayafter.arrays import CompiledCase, Policy, Step
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.priors.tables import PriorKind
from dayafter.simulation import compiled, reference
from dayafter.simulation.parameters import default_priors, draw_parameters
from dayafter.simulation.policies import NOTHING, compile_policy
from dayafter.simulation.setting import Setting, prepare
from dayafter.simulation.state import DIMS, Paths
from dayafter.vocabulary import Action, ConditionKind, DealForm, DealLevel
from tests.strategies import cases
from tests.unit.simulation.small import case as small_case

FIELDS = (*DIMS, "explosive", "overflow")


def assert_same(one: Paths, other: Paths) -> None:
    for name in FIELDS:
        a, b = getattr(one, name), getattr(other, name)
        assert a.dtype == b.dtype, name
        np.testing.assert_array_equal(a, b, err_msg=name)


def assert_twins(setting: Setting, policy: Policy, months: int, **how: Any) -> Paths:
    schedule = compile_policy(setting.case, policy, months)
    plain = reference.run(setting, schedule, months, **how)
    assert_same(compiled.run(setting, schedule, months, **how), plain)
    return plain


@cache
def iraq() -> CompiledCase:
    return compile_case(load_case(find_case("iraq-2016")).case)


@pytest.mark.parametrize("policy", iraq().policies, ids=lambda policy: policy.id)
def test_every_policy_of_the_bundled_case_has_the_same_bits(policy: Policy) -> None:
    paths = assert_twins(prepare(iraq(), 7, np.arange(48)), policy, 18)
    assert paths.events.any()
    assert paths.returned.any()


def test_dated_deals_have_the_same_bits() -> None:
    dated = [policy for policy in iraq().policies if compile_policy(iraq(), policy, 12).sign.any()]
    assert dated
    for policy in dated:
        assert assert_twins(prepare(iraq(), 7, np.arange(40)), policy, 12, dated=True).made.any()


def test_deals_signed_by_order_have_the_same_bits_and_only_in_the_months_asked_for() -> None:
    setting = prepare(iraq(), 7, np.arange(40))
    policy = next(one for one in iraq().policies if one.id == "package")
    asked = np.ascontiguousarray(assert_twins(setting, policy, 12).made.swapaxes(0, 1))
    assert asked.any()
    paths = assert_twins(setting, NOTHING, 12, signing=asked)
    made = paths.made.swapaxes(0, 1)
    assert (made <= asked).all()
    before = np.concatenate([setting.world.in_force[:, None], paths.in_force.swapaxes(0, 1)[:, :-1]], axis=1)
    assert (made | before | (paths.ended_by.swapaxes(0, 1) > 0))[asked].all(), "one was not signed though asked for"


@pytest.mark.parametrize("policy", ["nothing", "imposed", "package"])
def test_a_policy_told_to_sign_when_it_signs_is_itself(policy: str) -> None:
    setting = prepare(iraq(), 7, np.arange(40))
    schedule = compile_policy(iraq(), next(one for one in iraq().policies if one.id == policy), 12)
    paths = compiled.run(setting, schedule, 12)
    assert_same(compiled.run(setting, schedule, 12, signing=np.ascontiguousarray(paths.made.swapaxes(0, 1))), paths)


@cache
def every_step() -> Policy:
    """A policy of the small case in which every action has its turn."""
    spring, summer = dt.date(2016, 4, 1), dt.date(2016, 8, 1)
    both = (DealLevel.LOCAL, DealLevel.NATIONAL)
    return Policy(
        "all",
        "All",
        (
            Step(Action.MAKE_DEAL, spring, deal="pact", form=DealForm.SIGNED),
            Step(Action.IMPOSE, summer, deal="pact", actor="north", form=DealForm.RATIFIED, levels=both),
            Step(Action.FORMALISE, summer, deal="pact", form=DealForm.RATIFIED),
            Step(Action.ADD_LEVEL, spring, deal="pact", levels=both),
            Step(Action.ADD_PARTY, spring, deal="pact", actor="watch"),
            Step(Action.ADD_PARTY, summer, deal="pact", community="hill"),
            Step(Action.FACILITATE, spring, until=summer, deal="pact", actor="south", levels=both),
            Step(Action.GUARANTEE, summer, deal="pact", actor="guards", place="town"),
            Step(Action.SET_CONDITION, spring, aid="grant", condition=ConditionKind.ECONOMIC),
            Step(Action.SET_CONDITION, summer, aid="grant", condition=ConditionKind.SECURITY),
            Step(Action.STATE_DISTRIBUTOR, summer, aid="grant"),
            Step(Action.INCLUDE, spring, place="town", community="river"),
            Step(Action.WITHDRAW, dt.date(2016, 10, 1), actor="guards"),
            Step(Action.WITHDRAW, dt.date(2017, 3, 1), aid="grant"),
        ),
    )


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(("in-force", "missing", "proposed")),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**32),
    st.integers(1, 40),
    st.integers(1, 20),
)
def test_every_action_on_the_small_case_has_the_same_bits(  # noqa: PLR0917  # one of each thing that varies
    status: str, acts: bool, dated: bool, seed: int, members: int, months: int
) -> None:
    silent = {} if status == "in-force" else {"form": None, "agreed_on": None, "kept_share": None}
    here = small_case(status=status, **silent)
    policy = every_step() if acts else NOTHING
    assert_twins(prepare(here, seed, np.arange(members)), policy, months, dated=dated)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(n_rows=160), st.integers(0, 2**32), st.integers(1, 16))
def test_cases_made_up_have_the_same_bits(file: CaseFile, seed: int, months: int) -> None:
    here = compile_case(file)
    for policy in here.policies or (NOTHING,):
        assert_twins(prepare(here, seed, np.arange(5)), policy, months)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_with_any_mechanism_turned_off_or_up_the_twins_agree(data: st.DataObject) -> None:
    priors = {name: prior for name, prior in default_priors().items() if prior.kind is not PriorKind.DIRICHLET}
    chosen = data.draw(st.lists(st.sampled_from(sorted(priors)), min_size=1, max_size=12, unique=True))
    at: dict[str, float] = {}
    for name in chosen:
        known = [end for end in (priors[name].low, priors[name].median, priors[name].high) if end is not None]
        at[name] = data.draw(st.sampled_from(known))
    off = [name for name in chosen if priors[name].kind is PriorKind.NORMAL]
    at |= dict.fromkeys(off[: len(off) // 2], 0.0)
    assert_twins(prepare(small_case(), 3, np.arange(12), fixed=at), every_step(), 9)


def test_where_deals_break_and_form_all_the_time_the_twins_agree() -> None:
    busy = {"h_base": 0.3, "formation": 0.6, "splinter": 0.8, "control_base": 0.2, "control_shock": 0.5}
    paths = assert_twins(prepare(small_case(), 5, np.arange(60), fixed=busy), every_step(), 24)
    for name in ("ended_by", "made", "change_fought", "change_unopposed", "upgraded"):
        assert getattr(paths, name).any(), name


def test_members_that_explode_are_the_same_in_both_to_the_cap() -> None:
    drawn = draw_parameters(1, np.arange(4000))
    numbers = np.flatnonzero(drawn["excitation_own"] + 3 * drawn["excitation_cross"] >= 1)[:6]
    rates = {"rate_interbloc": 30.0, "rate_communal": 60.0}
    paths = assert_twins(prepare(small_case(), 1, numbers, fixed=rates), NOTHING, 14)
    assert paths.explosive.all()
    assert paths.overflow.any()


def test_a_chunk_is_the_same_whoever_else_is_in_it() -> None:
    schedule = compile_policy(iraq(), iraq().policies[-1], 8)
    whole = compiled.run(prepare(iraq(), 2, np.arange(30)), schedule, 8)
    part = compiled.run(prepare(iraq(), 2, np.arange(11, 19)), schedule, 8)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(whole, name)[..., 11:19], getattr(part, name), err_msg=name)


def test_the_comparison_can_fail() -> None:
    setting = prepare(small_case(), 1, np.arange(30))
    schedule = compile_policy(small_case(), NOTHING, 6)
    moved = replace(setting, credibility=setting.credibility * 0, seed=2)
    with pytest.raises(AssertionError):
        assert_same(compiled.run(moved, schedule, 6), reference.run(setting, schedule, 6))

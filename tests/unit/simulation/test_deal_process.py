"""Deals in the process: causes, spells, gates, parties, and what a third party does and does not do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dayafter.arrays import Floats, Policy, Step
from dayafter.simulation import steps_deals as deals
from dayafter.simulation import steps_violence as fights
from dayafter.simulation.layout import COMMUNAL, INTERBLOC
from dayafter.simulation.policies import Schedule, compile_policy
from dayafter.simulation.reference import Setting, prepare, simulate_reference
from dayafter.simulation.state import State, start_state
from dayafter.simulation.steps_violence import Derived
from dayafter.vocabulary import Action, DealForm, DealLevel
from tests.unit.simulation.small import case

MEMBERS = np.arange(200)
APRIL = dt.date(2016, 4, 1)


def _ready(policy: Policy | None = None, **fixed: float) -> tuple[Setting, Schedule, State, Derived]:
    here = case()
    setting = prepare(here, 1, MEMBERS, fixed=fixed)
    schedule = compile_policy(here, policy or here.policies[0], 12)
    state = start_state(here, setting.world, setting.parameters, schedule)
    return setting, schedule, state, fights.derive(setting, state)


def test_cause_specific_hazards_sum_to_the_chance_of_ending() -> None:
    setting, schedule, state, x = _ready(h_base=0.3)
    members = np.arange(20_000)
    setting = prepare(setting.case, 1, members, fixed={"h_base": 0.3})
    state = start_state(setting.case, setting.world, setting.parameters, schedule)
    x = fights.derive(setting, state)
    least = np.zeros(state.age.shape)
    states = deals.end_states(setting, schedule, state, x, 1)
    hazard = deals.cause_hazards(setting, state, states, least, least=least, violence=x.total_violence)
    assert (hazard > 0).all()
    ended = deals.ends(setting, state.in_force, hazard, 1)
    expected = -np.expm1(-hazard.sum(axis=1))
    assert abs((ended > 0).mean() - expected.mean()) < 0.012
    for cause in range(4):
        share = (expected * hazard[:, cause] / hazard.sum(axis=1)).mean()
        assert abs((ended == cause + 1).mean() - share) < 0.008


def test_each_lever_acts_on_the_causes_that_are_its_own() -> None:
    setting, schedule, state, x = _ready()
    none = np.zeros(state.age.shape)
    states = deals.end_states(setting, schedule, state, x, 1)

    def hazard(**changes: Floats) -> Floats:
        shocked = changes.pop("shocked", none)
        return deals.cause_hazards(setting, state, states | changes, shocked, least=none, violence=x.total_violence)

    plain = hazard()
    for change, causes in (
        ({"unbound": states["unbound"] + 0.3}, [0]),
        ({"shocked": none + 1}, [3]),
        ({"facilitator": none + 1}, [1, 2]),
        ({"national": none + 1}, [2, 3]),
        ({"form": states["form"] + 1}, [0, 1, 2, 3]),
    ):
        moved = (hazard(**change) != plain).any(axis=(0, 2))
        assert np.flatnonzero(moved).tolist() == causes


def test_a_deal_made_again_is_a_new_spell_and_an_upgrade_keeps_its_age() -> None:
    steps = (
        Step(Action.FORMALISE, APRIL, deal="pact", form=DealForm.SIGNED),
        Step(Action.MAKE_DEAL, APRIL, deal="pact"),
    )
    setting, schedule, state, _ = _ready(policy=Policy("p", "P", steps), h_base=1e-9)
    age = state.age.copy()
    margin = np.ones((setting.layout.veto_deal.size, MEMBERS.size))
    changed = deals.renegotiate(setting, schedule, state, margin, 2)
    assert changed.all()
    assert (state.form == 2).all()
    np.testing.assert_array_equal(state.age, age)
    assert (age > 0).all()
    state.in_force[:] = False
    chance = np.ones(state.age.shape)
    made = deals.form_deals(setting, schedule, state, chance, 2, least=chance, dated=False)
    assert made.all()
    assert not state.age.any()
    assert (state.spell == 2).all()
    assert (state.kept == 0.5).all()


def test_a_new_party_joins_only_with_a_margin_and_patrons_must_ratify_the_national_level() -> None:
    steps = (
        Step(Action.ADD_PARTY, APRIL, deal="pact", actor="watch"),
        Step(Action.ADD_LEVEL, APRIL, deal="pact", levels=(DealLevel.NATIONAL,)),
    )
    setting, schedule, state, _ = _ready(policy=Policy("p", "P", steps))
    watch = setting.case.actors.index("watch")
    margin = np.ones((setting.layout.veto_deal.size, MEMBERS.size))
    margin[setting.layout.veto_actor == watch, :100] = -1
    patrons = [int(a) for a in setting.case.patron_actor]
    ratifiers = [v for v, a in enumerate(setting.layout.veto_actor) if int(a) in patrons]
    assert ratifiers
    margin[ratifiers[0], 100:150] = -1
    deals.renegotiate(setting, schedule, state, margin, 2)
    assert not state.signs[0, watch, :100].any()
    assert state.signs[0, watch, 100:].all()
    tied = setting.layout.patron_tied[0]
    if tied.any():
        assert state.level[0, 1, 150:].all()


def test_a_member_who_splits_off_is_bound_no_more() -> None:
    setting, _, state, x = _ready(splinter=0.999)
    watch = setting.case.actors.index("watch")
    tie = next(e for e, s in enumerate(setting.layout.tie_slot) if setting.layout.slot_actor[s] == watch)
    assert (x.degree[tie] > 0).all()
    state.fresh[:] = True
    share = state.share.copy()
    deals.splinter(setting, state, 3)
    assert (state.command[watch] == 0).mean() > 0.95
    guards = setting.case.actors.index("guards")
    assert (state.command[guards] == 0.8).all(), "well commanded members stay"
    np.testing.assert_array_equal(state.share, share)
    after = fights.derive(setting, state)
    assert (after.degree[tie] == 0).mean() > 0.95
    assert (after.x_inter >= x.x_inter - 1e-15).all()


def test_form_and_levels_act_on_the_hazard_and_on_nothing_else() -> None:
    setting, _, state, x = _ready()
    state.form[:] = 3
    state.level[:] = True
    after = fights.derive(setting, state)
    for name in ("x_inter", "x_intra", "cover", "bound", "unity"):
        np.testing.assert_array_equal(getattr(after, name), getattr(x, name))
    exposure, again = (fights.exposures(setting, state, one) for one in (x, after))
    np.testing.assert_array_equal(exposure, again)


def test_an_unarmed_outsider_touches_communal_violence_alone_and_an_armed_one_the_armed_classes() -> None:
    talk = Policy("t", "T", (Step(Action.FACILITATE, APRIL, deal="pact", place="town", actor="south"),))
    guard = Policy("g", "G", (Step(Action.GUARANTEE, APRIL, deal="pact", place="town", actor="guards"),))
    for policy, classes in ((talk, [COMMUNAL]), (guard, [0, 1, 2])):
        setting, schedule, state, x = _ready(policy=policy)
        town = setting.case.places.index("town")
        before = fights.levers(setting, schedule, state, x, 1)
        during = fights.levers(setting, schedule, state, x, 2)
        changed = (before != during).any(axis=2)
        assert np.flatnonzero(changed[town]).tolist() == classes
        assert not changed[[p for p in range(3) if p != town]].any()


def test_honesty_grows_with_presence_at_both_levels_and_a_patron_starts_at_half() -> None:
    both = Policy(
        "b",
        "B",
        (Step(Action.FACILITATE, APRIL, deal="pact", actor="south", levels=(DealLevel.LOCAL, DealLevel.NATIONAL)),),
    )
    one = Policy("o", "O", (Step(Action.FACILITATE, APRIL, deal="pact", actor="watch"),))
    setting, schedule, state, _ = _ready(policy=both)
    start = state.honesty.copy()
    np.testing.assert_allclose(start[0], setting.parameters["honesty_start"] / 2)  # south is a party
    deals.honesty(setting.parameters, schedule, state, 1)
    np.testing.assert_array_equal(state.honesty, start)
    deals.honesty(setting.parameters, schedule, state, 2)
    gain = setting.parameters["honesty_gain"]
    np.testing.assert_allclose(state.honesty, start + gain * (1 - start))
    setting, schedule, state, _ = _ready(policy=one)
    start = state.honesty.copy()
    deals.honesty(setting.parameters, schedule, state, 2)
    np.testing.assert_allclose(state.honesty, np.clip(start + gain / 2 * (1 - start), 0, 1))


def test_a_deal_that_binds_lowers_contestation_and_softens_claims_less_than_no_deal_hardens_them() -> None:
    bound, free = (
        simulate_reference(case(status=status), members=300, months=12, fixed={"h_base": 1e-9, "formation": 1e-9})
        for status in ("in-force", "missing")
    )
    town = bound.places.index("town")
    assert (bound.events[:, town, INTERBLOC] <= free.events[:, town, INTERBLOC]).mean() > 0.99
    assert bound.events[:, town, INTERBLOC].sum() < free.events[:, town, INTERBLOC].sum()


def test_ends_are_counted_by_cause_and_put_a_deal_out_of_force() -> None:
    paths = simulate_reference(case(), members=300, months=24, fixed={"h_base": 0.2})
    assert set(np.unique(paths.ended_by)) == {0, 1, 2, 3, 4}
    over = paths.ended_by > 0
    assert not (paths.in_force & over & ~paths.made).any()
    assert over.any(axis=0).mean() > 0.7


@pytest.mark.parametrize("months", [1, 7])
def test_runs_of_any_length_share_their_first_months(months: int) -> None:
    long, short = (simulate_reference(case(), members=30, months=n) for n in (12, months))
    for name in ("events", "deaths", "home", "in_force", "destroyed"):
        np.testing.assert_array_equal(getattr(long, name)[:months], getattr(short, name))

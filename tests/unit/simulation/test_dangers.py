"""The three most dangerous flaws of the prototype, each with the test that keeps it from returning (model notes, 1)."""

from __future__ import annotations

import datetime as dt

import numpy as np

from dayafter.arrays import Policy, Step
from dayafter.casefile.schema import Actor, Presence
from dayafter.simulation import steps_deals as deals
from dayafter.simulation import steps_violence as fights
from dayafter.simulation.layout import COMMUNAL, EXTERNAL, INSURGENT, INTERBLOC, INTRABLOC
from dayafter.simulation.policies import compile_policy
from dayafter.simulation.reference import prepare, run, simulate_reference, step
from dayafter.simulation.state import empty_paths, start_state
from dayafter.simulation.surplus import Surplus
from dayafter.vocabulary import Action, DealForm
from tests.unit.simulation.small import case, of, tables

IMPOSE = Policy(
    "impose", "Impose", (Step(Action.IMPOSE, dt.date(2016, 4, 1), deal="pact", actor="north", form=DealForm.SIGNED),)
)


def test_record_is_not_process_a_source_sees_only_part_of_what_happens() -> None:
    paths = simulate_reference(case(), members=400, months=36)
    assert (paths.recorded <= paths.events).all()
    assert paths.events[:, :, INTERBLOC].sum() > 1000
    share = [paths.recorded[:, :, k].sum() / paths.events[:, :, k].sum() for k in (INSURGENT, INTERBLOC, COMMUNAL)]
    assert 0.4 < share[0] < 0.8
    assert share[1] < 0.35
    assert share[2] < 0.3


def test_record_is_not_process_a_dyad_below_the_threshold_is_not_recorded() -> None:
    paths = simulate_reference(case(), members=300, months=12, fixed={"recorded_interbloc": 0.999})
    below = paths.deaths[:, :, INTERBLOC].sum(axis=(0, 1)) < 25
    fought = paths.events[:, :, INTERBLOC].sum(axis=(0, 1)) > 0
    assert (below & fought).any()
    assert (~below).any()
    assert not paths.recorded[:, :, INTERBLOC][..., below].any()
    assert paths.recorded[:, :, INTERBLOC][..., ~below].sum() > 0
    assert not paths.recorded[:, :, INTRABLOC][..., paths.deaths[:, :, INTRABLOC].sum(axis=(0, 1)) < 25].any()


def test_breaking_has_a_cost_violence_rises_after_a_breakdown_and_the_rise_decays_by_a_fifth_a_month() -> None:

    here = case(levels="local")
    setting = prepare(here, 1, np.arange(200), fixed={"breakdown_bump": 1.0, "h_base": 0.4})
    schedule = compile_policy(here, here.policies[0], 6)
    state = start_state(here, setting.world, setting.parameters, schedule)
    distrust, honesty, claim = state.distrust.copy(), state.honesty.copy(), state.claim.copy()
    over = np.zeros(state.in_force.shape, dtype=np.bool_)
    over[:, :50] = True
    deals.break_deals(setting, state, over)
    town = here.places.index("town")
    assert (state.bump[town, :50] == 1).all()
    assert not state.bump[town, 50:].any()
    rows = setting.layout.q_place == town
    np.testing.assert_allclose(state.distrust[rows, :50], np.minimum(distrust[rows, :50] + 0.05, 1))
    np.testing.assert_array_equal(state.distrust[:, 50:], distrust[:, 50:])
    np.testing.assert_allclose(state.honesty[:, :50], 0.8 * honesty[:, :50])
    assert (state.claim >= claim).all()
    assert (state.grievance[:, :50] > 0).all()
    paths = empty_paths(here, setting.layout, setting.world, "x", months=1, radius=setting.radius)
    state.in_force[:] = False
    x = fights.derive(setting, state)
    lever = fights.levers(setting, schedule, state, x, 1)
    assert (lever[town, INTERBLOC, :50] > lever[town, INTERBLOC, 50:100].max() + 0.5).mean() > 0.5
    np.testing.assert_array_equal(lever[town, INSURGENT, :50] * 0, np.zeros(50))
    step(setting, schedule, state, x, paths, month=1, dated=False)
    kept = ~paths.ended_by[0].any(axis=0) & ~paths.made[0].any(axis=0)
    np.testing.assert_allclose(state.bump[town, :50][kept[:50]], 0.8)


def test_breaking_has_a_cost_an_imposed_deal_that_breaks_leaves_more_violence_than_with_no_such_cost() -> None:
    here = case(status="missing", form=None, agreed_on=None, kept_share=None)
    hard = {"h_base": 0.25, "hr_author": 2.0}
    with_cost, without = (
        simulate_reference(here, IMPOSE, members=600, months=36, dated=True, fixed=hard | {"breakdown_bump": bump})
        for bump in (1.5, 0.0)
    )
    assert (with_cost.ended_by > 0).any(axis=(0, 1)).mean() > 0.8
    kinds = (INTERBLOC, COMMUNAL)
    cost, free = (paths.events[:, :, kinds].sum(axis=(0, 1, 2)) for paths in (with_cost, without))
    assert cost.mean() > free.mean()
    # One uniform a cell: more ω never gives fewer events in the month after the first break.
    assert (cost >= free).mean() > 0.9


def test_an_imposed_deal_needs_the_assent_gate() -> None:
    here = case(status="missing", form=None, agreed_on=None, kept_share=None)
    setting = prepare(here, 1, np.arange(100))
    v = setting.layout.veto_deal.size
    schedule = compile_policy(here, IMPOSE, 6)
    for margin, share in ((0.5, 1.0), (-0.5, 0.0)):
        base = np.full((v, 100), 0.5)
        base[0] = margin
        surplus = Surplus(base, np.zeros((v, 4)), np.ones(v, dtype=np.bool_))
        paths = run(prepare(here, 1, np.arange(100), surplus=surplus), schedule, 6)
        assert paths.made[1].mean() == share
    assert run(setting, schedule, 6, dated=True).made[1].all(), (
        "the conditional contrast signs in the month of the step"
    )


def test_structural_zero_one_bloc_has_no_interbloc_violence_in_any_member() -> None:
    rows = tables()
    rows["presence"] = [
        Presence(place="town", actor="guards", role="holds", strength="0.6"),
        Presence(place="town", actor="youth", role="challenges", strength="0.4"),
    ]
    rows["actors"] = [*rows["actors"], Actor(id="youth", name="Youth", kind="militia", parent="north", armed="yes")]
    rows["relations"] = []
    paths = simulate_reference(of(rows), members=500, months=36)
    assert not paths.events[:, :, INTERBLOC].any()
    assert paths.events[:, :, INTRABLOC].any()


def test_structural_zero_nobody_armed_and_one_community_leave_remnants_alone() -> None:
    rows = tables()
    rows["presence"] = []
    rows["population"] = [row for row in rows["population"] if row.community == "hill"]
    rows["perceptions"] = []
    paths = simulate_reference(of(rows), members=300, months=24)
    for k in (INTERBLOC, INTRABLOC, COMMUNAL, EXTERNAL):
        assert not paths.events[:, :, k].any()
    assert paths.events[:, :2, INSURGENT].any()


def test_structural_zero_a_foreign_state_acts_only_where_it_stands_and_is_hostile() -> None:
    rows = tables()
    rows["actors"] = [*rows["actors"], Actor(id="empire", name="Empire", kind="foreign-state", armed="yes")]
    quiet = simulate_reference(of(rows), members=200, months=24, fixed={"rate_external": 0.5})
    assert not quiet.events[:, :, EXTERNAL].any()
    from dayafter.casefile.schema import Relation

    rows["presence"] = [*rows["presence"], Presence(place="town", actor="empire", role="operates")]
    rows["relations"] = [Relation(actor="empire", other="watch", kind="hostility", strength="0.9")]
    here = of(rows)
    loud = simulate_reference(here, members=200, months=24, fixed={"rate_external": 0.5})
    assert loud.events[:, here.places.index("town"), EXTERNAL].any()
    assert not loud.events[:, here.places.index("mill"), EXTERNAL].any()

"""The limits of the model page: what must hold whatever the priors."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from dayafter.arrays import Policy, Step
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import Presence
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.simulation import steps_violence as fights
from dayafter.simulation.draws import negative_binomial, uniform_pair
from dayafter.simulation.layout import INTERBLOC
from dayafter.simulation.parameters import spectral_radius
from dayafter.simulation.policies import compile_policy
from dayafter.simulation.reference import prepare, simulate_reference, step
from dayafter.simulation.state import DIMS, Paths, empty_paths, start_state
from dayafter.vocabulary import Action, ConditionKind
from tests.unit.simulation.small import case, of, tables

CASE = case()


def _same(one: Paths, two: Paths) -> None:
    for name in DIMS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


def test_the_one_class_process_has_the_stationary_mean_of_its_background() -> None:
    own, mu, m = 0.5, 0.4, 4000
    setting = prepare(CASE, 5, np.arange(m), fixed={"excitation_own": own, "excitation_cross": 0, "dispersion": 0.1})
    lags = np.zeros((3, 3, 5, m))
    seen = []
    for month in range(1, 61):
        rate = mu + fights.excitation(setting.layout, setting.parameters, lags)[0, 0]
        u, _ = uniform_pair(5, "stationary", np.arange(m), np.array([1]), month)
        events = negative_binomial(u[0], rate, np.array(0.1))
        lags = np.concatenate([np.zeros((1, 3, 5, m)), lags[:-1]])
        lags[0, 0, 0] = events
        seen.append(events.mean())
    assert abs(np.mean(seen[20:]) - mu / (1 - own)) < 0.03


def test_a_branching_ratio_of_one_or_more_is_refused_with_the_mend() -> None:
    with pytest.raises(UsageError, match=r"branching ratio is 1\.09.*lower excitation_own"):
        simulate_reference(CASE, members=5, months=2, fixed={"excitation_own": 1.0})
    with pytest.raises(UsageError, match="branching ratio"):
        prepare(CASE, 1, np.arange(3), fixed={"excitation_cross": 0.3})


def test_members_whose_branching_explodes_are_reported_and_kept() -> None:
    setting = prepare(CASE, 1, np.arange(20_000))
    radius = spectral_radius(setting.parameters, setting.layout.neighbours)
    wild = np.flatnonzero(radius >= 1)
    assert 0 < wild.size < 1000
    paths = simulate_reference(CASE, members=np.concatenate([wild[:2], [0]]), months=3)
    assert paths.explosive.tolist() == [True, True, False]
    assert paths.events.shape[-1] == 3
    assert paths.gone_wrong.tolist() == [True, True, False], "what the parameters decide is out under every policy"
    assert not (paths.at_cap & paths.gone_wrong).any()


def test_the_radius_is_that_of_the_whole_matrix() -> None:
    setting = prepare(CASE, 1, np.arange(3))
    q, near = setting.parameters, setting.layout.neighbours
    for m in range(3):
        own, cross, side = (q[f"excitation_{name}"][m] for name in ("own", "cross", "neighbour"))
        within = own * np.eye(4) + cross * (1 - np.eye(4))
        whole = np.kron(np.eye(3), within) + side * np.kron(near, np.eye(4))
        assert abs(setting.radius[m] - np.abs(np.linalg.eigvals(whole)).max()) < 1e-12


def test_no_exposure_no_events_and_no_offspring_either() -> None:
    rows = tables()
    rows["presence"] = [Presence(place="town", actor="guards", role="holds", strength="1")]
    paths = simulate_reference(of(rows), members=400, months=24)
    assert not paths.events[:, :, INTERBLOC].any(), "one armed actor alone fought another bloc"
    assert not paths.events[:, :, 1].any()
    assert paths.events[:, 0, 2:4].any(), "the neighbours in class were silent too, so that the test shows nothing"
    assert not paths.events[:, 2].any(), "the national arena has no places to fight over"


def test_people_are_conserved_exactly_in_whole_numbers() -> None:
    paths = simulate_reference(CASE, members=200, months=24)
    whole = paths.home + paths.displaced + paths.left
    assert whole.dtype == np.int64
    assert (whole == whole[0]).all()
    world = prepare(CASE, 1, np.arange(200)).world
    assert (whole[0] == world.home + world.displaced + world.left).all()
    assert paths.returned.any()
    assert paths.left[-1].any()
    assert (paths.home >= 0).all()
    assert (paths.displaced >= 0).all()


def test_money_is_conserved_exactly_in_whole_units() -> None:
    setting = prepare(CASE, 1, np.arange(300))
    schedule = compile_policy(CASE, CASE.policies[0], 24)
    state = start_state(CASE, setting.world, setting.parameters, schedule)
    paths = empty_paths(CASE, setting.layout, setting.world, "x", months=24, radius=setting.radius)
    start = fights.derive(setting, state)
    for month in range(1, 25):
        step(setting, schedule, state, start, paths, month=month, dated=False)
        spent = state.captured + state.on_repair + state.elsewhere
        whole = state.pending + state.flowing + state.withheld + spent
        assert whole.dtype == np.int64
        np.testing.assert_array_equal(whole, setting.world.tranche_units)
    assert state.on_repair.any()
    assert state.captured.any()
    assert state.withheld.any()
    mended = (setting.world.destroyed - state.destroyed).sum(axis=0)
    bought = state.on_repair.sum(axis=0) / setting.parameters["dwelling_cost"]
    np.testing.assert_allclose(mended, bought, atol=1e-6)


def test_identical_policies_give_identical_paths() -> None:
    plan = Policy("other-name", "Another name", ())
    _same(
        simulate_reference(CASE, "nothing", members=60, months=12),
        simulate_reference(CASE, plan, members=60, months=12),
    )


def test_a_policy_that_changes_nothing_changes_no_byte() -> None:
    rows = tables()
    rows["tranches"] = [rows["tranches"][0]]
    idle = Policy(
        "idle",
        "Sets the condition that holds",
        (Step(Action.SET_CONDITION, _day(), aid="grant", condition=ConditionKind.NONE),),
    )
    here = of(rows)
    _same(
        simulate_reference(here, "nothing", members=60, months=12),
        simulate_reference(here, idle, members=60, months=12),
    )


def test_a_policy_that_changes_something_changes_something() -> None:
    plan = Policy("p", "P", (Step(Action.INCLUDE, _day(), place="town", community="river"),))
    one = simulate_reference(CASE, "nothing", members=60, months=24)
    two = simulate_reference(CASE, plan, members=60, months=24)
    assert (one.exclusion != two.exclusion).any()


def test_results_are_equal_for_any_chunking_of_members() -> None:
    whole = simulate_reference(CASE, members=57, months=12)
    parts = [simulate_reference(CASE, members=np.arange(a, b), months=12) for a, b in ((0, 1), (1, 20), (20, 57))]
    for name in DIMS:
        joined = np.concatenate([getattr(part, name) for part in parts], axis=-1)
        np.testing.assert_array_equal(joined, getattr(whole, name), err_msg=name)


def test_the_order_of_rows_changes_no_bit() -> None:
    file = load_case(find_case("iraq-2016")).case
    names = [name for name in type(file).model_fields if name != "info"]
    back = file.model_copy(update={name: tuple(reversed(getattr(file, name))) for name in names})
    one, two = compile_case(file), compile_case(back)
    a, b = (simulate_reference(here, "package", members=40, months=18) for here in (one, two))
    places = [two.places.index(label) for label in one.places]
    cells = [b.cells.index(cell) for cell in a.cells]
    for name in ("events", "deaths", "recorded", "destroyed", "claim", "distrust", "remnant", "change_fought"):
        np.testing.assert_array_equal(getattr(b, name)[:, places], getattr(a, name), err_msg=name)
    for name in ("home", "displaced", "left"):
        np.testing.assert_array_equal(getattr(b, name)[:, cells], getattr(a, name), err_msg=name)
    deals, aid = [two.deals.index(label) for label in one.deals], [two.aid.index(label) for label in one.aid]
    for name in ("ended_by", "made", "kept", "upgraded"):
        np.testing.assert_array_equal(getattr(b, name)[:, deals], getattr(a, name), err_msg=name)
    for name in ("released", "withheld", "captured"):
        np.testing.assert_array_equal(getattr(b, name)[:, aid], getattr(a, name), err_msg=name)
    assert (b.holder < 0).sum() == (a.holder < 0).sum()


def test_a_seed_gives_its_own_futures() -> None:
    one, two = (simulate_reference(CASE, seed=seed, members=40, months=12) for seed in (1, 2))
    assert (one.events != two.events).any()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"members": 0}, "members is 0"),
        ({"months": 0}, "months is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"policy": "nothin"}, r"no policy 'nothin' \(did you mean 'nothing'\?\)"),
        ({"fixed": {"kapa": 1.0}}, "no parameter is called .kapa.; did you mean kappa"),
        ({"fixed": {"dispersion": -1.0}}, "cannot be negative"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        simulate_reference(CASE, **({"members": 3, "months": 2} | changes))


def test_every_field_of_the_paths_has_its_axes_and_unit() -> None:
    paths = simulate_reference(CASE, members=4, months=3)
    sizes = {"month": 3, "place": 3, "class": 5, "member": 4, "cell": 4, "deal": 1, "aid": 1}
    for name in DIMS:
        assert getattr(paths, name).shape == tuple(sizes[axis] for axis in paths.dims(name)), name
        assert paths.unit(name)
    assert set(DIMS) <= {item.name for item in fields(Paths)}


def test_contestation_at_the_start_is_that_of_the_assessment() -> None:
    from dayafter.indices import forces

    setting = prepare(CASE, 3, np.arange(20))
    state = start_state(CASE, setting.world, setting.parameters, compile_policy(CASE, CASE.policies[0], 1))
    x = fights.derive(setting, state)
    share = setting.world.share[:2].T
    to_patrons = np.moveaxis(setting.world.loyalty, 2, 0)[:, setting.layout.slot_force[:2], :-1]
    shared = forces.overlap(to_patrons)
    chains = [setting.layout.chains[a] for a in setting.layout.slot_actor[:2]]
    degree = forces.bound(setting.world.command.T, chains, CASE.signs)
    tied = forces.binding(degree, 0.4 + 0.6 * setting.world.kept.T)
    inter, _ = forces.contestation(share, forces.default_hostility(shared), np.full_like(shared, 0.15), shared, tied)
    place = setting.layout.slot_place[0]
    np.testing.assert_allclose(x.x_inter[place], inter[:, 0] if CASE.covers[0, place] else x.x_inter[place], atol=1e-12)


def test_a_world_cannot_be_written_to() -> None:
    setting = prepare(CASE, 1, np.arange(3))
    with pytest.raises(ValueError, match="read-only"):
        setting.world.share[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        replace(setting).parameters.values[0, 0] = 1


def _day() -> Any:
    import datetime as dt

    return dt.date(2016, 4, 1)

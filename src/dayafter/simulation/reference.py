"""The process as written on the model page: one policy, all members at once, month by month, in plain NumPy.

The compiled engine must give the same numbers; this module says what they are. Order within a month (model notes, 3):
0 interventions and shocks, 1 derived indices, 2 violence, 3 breakdown, 4 splinter and renegotiation, 5 formation,
6 control, 7 claims, loyalty, trust, expectation, 8 population, 9 money, 10 offices, 11 remnants, 12 record. Steps read
the state as the steps before them left it, violence and its smoothed level as they stood at the end of the month
before; only breakdown reads V_t. Indices of step 1 stand for the whole month.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints, Policy
from dayafter.kernels.plain import exp
from dayafter.simulation import steps_deals as deals
from dayafter.simulation import steps_people as people
from dayafter.simulation import steps_society as society
from dayafter.simulation import steps_violence as fights
from dayafter.simulation.layout import any_of
from dayafter.simulation.policies import Schedule, compile_policy, find_policy
from dayafter.simulation.setting import Setting, prepare
from dayafter.simulation.state import Paths, State, room_for, start_state
from dayafter.simulation.surplus import Surplus
from dayafter.vocabulary import ShockKind

__all__ = ["MONTHS", "Setting", "prepare", "run", "simulate_reference", "step"]

MONTHS: Final = 36


def simulate_reference(
    case: CompiledCase,
    policy: str | Policy = "nothing",
    seed: int = 1,
    members: int | Ints = 1000,
    months: int = MONTHS,
    *,
    surplus: Surplus | None = None,
    fixed: Mapping[str, float] | None = None,
    dated: bool = False,
) -> Paths:
    """Simulate one policy.

    Parameters
    ----------
    policy : its id in the case, or a policy. members : how many, or their numbers.
    dated : deals that the policy makes are signed in the month of the step in every member, and others made at most
        once; else signing takes assent and luck (*total*).
    surplus, fixed : see `prepare`.

    Raises
    ------
    UsageError : see `prepare` and `compile_policy`.
    """
    numbers = np.arange(members, dtype=np.int64) if isinstance(members, int) else np.asarray(members, dtype=np.int64)
    schedule = compile_policy(case, find_policy(case, policy), months)
    return run(prepare(case, seed, numbers, surplus=surplus, fixed=fixed), schedule, months, dated=dated)


def run(
    setting: Setting,
    schedule: Schedule,
    months: int,
    *,
    dated: bool = False,
    state: State | None = None,
    signing: Bools | None = None,
    paths: Paths | None = None,
) -> Paths:
    """Simulate one compiled policy for members already drawn.

    Parameters
    ----------
    dated : deals that the policy makes are signed in the month of the step in every member.
    signing : (d, T, m), the *conditional* contrast: deals are signed in these months and in no others, whoever would
        agree; a deal in force then stays as it is.
    state : what to start from, left as it is after the last month; that of the world where None.
    paths : of the same case and as many members, to be written over; fresh ones where None.
    """
    case, layout, world = setting.case, setting.layout, setting.world
    if state is None:
        state = start_state(case, world, setting.parameters, schedule)
    paths = room_for(paths, case, layout, world, schedule.id, months, setting.radius)
    start = fights.derive(setting, state)
    for month in range(1, months + 1):
        asked = None if signing is None else signing[:, month - 1]
        step(setting, schedule, state, start, paths, month=month, dated=dated, asked=asked)
    paths.recorded[:] = fights.record(setting, paths.events, paths.deaths)
    paths.overflow[:] = state.overflow
    return paths


def step(
    setting: Setting,
    schedule: Schedule,
    state: State,
    start: fights.Derived,
    paths: Paths,
    *,
    month: int,
    dated: bool,
    asked: Bools | None = None,
) -> None:
    """One month, all steps in order; writes month `month` of `paths`. `asked` (d, m): deals to be signed, by order."""
    case, layout, q, t = setting.case, setting.layout, setting.parameters, month - 1
    shocked = deals.shocks(setting, month)
    shock_at = _places_hit(case, shocked)
    x = fights.derive(setting, state)
    exposure = fights.exposures(setting, state, x)
    lever = fights.levers(setting, schedule, state, x, month)
    events, deaths = fights.violence(setting, state, exposure, lever, month)
    violence = fights.smoothed(state.violence, events)
    margin, least = _margins(setting, schedule, state, start, x, month=month)
    hazard = _hazard(setting, schedule, state, x, shock_at, least=least, violence=violence, month=month)
    ended = deals.ends(setting, state.in_force, hazard, month)
    how = {"dated": dated, "asked": asked}
    _deal_steps(setting, schedule, state, x, paths, ended=ended, margin=margin, least=least, month=month, how=how)
    fought, unopposed, causes = society.control(setting, schedule, state, shock_at, month)
    deals.break_deals(setting, state, causes > 0)
    paths.ended_by[t] = np.where(causes > 0, causes, ended)
    society.claims(layout, q, state, x)
    society.loyalties(setting, state, x)
    society.trust(layout, q, state, x)
    returned, fled = people.population(setting, state, x, month)
    society.expectations(layout, state, x)
    state.fiscal = np.where(_budget_hit(case, shocked, state), 0, state.fiscal + 1)
    lever_now, _ = deals.aid_lever(setting, schedule, state, month)
    people.money(setting, schedule, state, month)
    people.offices(setting, schedule, state, lever_now, month)
    people.remnants(setting, state, x)
    deals.brokers_leave(setting, state, x, month)
    state.lags = np.concatenate([events[None].astype(np.float64), state.lags[:-1]])
    state.violence = violence
    _write(setting, state, paths, x, t)
    paths.events[t], paths.deaths[t], paths.returned[t], paths.fled[t] = events, deaths, returned, fled
    paths.change_fought[t], paths.change_unopposed[t] = fought, unopposed


def _margins(
    setting: Setting, schedule: Schedule, state: State, start: fights.Derived, x: fights.Derived, *, month: int
) -> tuple[Floats, Floats]:
    """(V, m) margins of veto players and (d, m) the least of each deal."""
    _, lever = deals.aid_lever(setting, schedule, state, month)
    guaranteed = deals.guarantee(setting.world, state, schedule, month)
    margin = deals.margins(setting, state, x, start, lever=lever, guaranteed=guaranteed)
    return margin, deals.least_margin(setting.case, setting.layout, setting.surplus, margin)


def _hazard(
    setting: Setting,
    schedule: Schedule,
    state: State,
    x: fights.Derived,
    shock_at: Bools,
    *,
    least: Floats,
    violence: Floats,
    month: int,
) -> Floats:
    """(d, j, m): hazards of step 3, with V_t."""
    total = violence[:, 0].copy()
    for k in range(1, violence.shape[1]):
        total += violence[:, k]
    hit = any_of(setting.case.covers[:, :, None] & shock_at[None], 1).astype(np.float64)
    states = deals.end_states(setting, schedule, state, x, month)
    return deals.cause_hazards(setting, state, states, hit, least=least, violence=total)


def _deal_steps(
    setting: Setting,
    schedule: Schedule,
    state: State,
    x: fights.Derived,
    paths: Paths,
    *,
    ended: Ints,
    margin: Floats,
    least: Floats,
    month: int,
    how: Mapping[str, Any],
) -> None:
    """What follows from the ends of step 3, and steps 4 and 5."""
    t = month - 1
    state.bump *= deals.BUMP_DECAY
    state.precedent = np.maximum(state.precedent - 1, 0)
    state.broken = np.maximum(state.broken - 1, 0)
    state.age += state.in_force
    deals.break_deals(setting, state, ended > 0)
    deals.splinter(setting, state, month)
    paths.upgraded[t] = deals.renegotiate(setting, schedule, state, margin, month)
    deals.keep_terms(setting, state)
    ties = deals.broker_ties(setting, schedule, state, month)
    chance = deals.formation_chance(setting, schedule, state, x, month, least=least, ties=ties)
    paths.made[t] = deals.form_deals(setting, schedule, state, chance, month, least=least, **how)
    deals.honesty(setting.parameters, schedule, state, month)


def _places_hit(case: CompiledCase, shocked: Bools) -> Bools:
    hit = np.zeros((len(case.places), shocked.shape[1]), dtype=np.bool_)
    for number in range(shocked.shape[0]):
        hit |= case.shock_places[number][:, None] & shocked[number]
    return hit


def _budget_hit(case: CompiledCase, shocked: Bools, state: State) -> Bools:
    hit = np.zeros(state.fiscal.shape, dtype=np.bool_)
    for number, kind in enumerate(case.shock_kind):
        if kind is ShockKind.BUDGET:
            hit |= shocked[number]
    return hit


def _write(setting: Setting, state: State, paths: Paths, x: fights.Derived, t: int) -> None:
    layout, case = setting.layout, setting.case
    slots = np.maximum(state.holder, 0)
    actors = layout.slot_actor[slots] if layout.slot_actor.size else slots
    paths.holder[t] = np.where(state.holder >= 0, actors, -1)
    paths.home[t], paths.displaced[t], paths.left[t] = state.home, state.displaced, state.left
    paths.in_force[t], paths.kept[t] = state.in_force, np.where(state.in_force, state.kept, 0.0)
    paths.destroyed[t] = state.destroyed
    paths.repaired[t] = setting.world.destroyed - state.destroyed
    for z in range(len(case.tranche_label)):
        g = case.tranche_aid[z]
        spent = state.captured[z] + state.on_repair[z] + state.elsewhere[z]
        paths.released[t, g] += state.flowing[z] + spent
        paths.withheld[t, g] += state.withheld[z]
        paths.captured[t, g] += state.captured[z]
    paths.remnant[t] = 1 / (1 + exp(-state.remnant_logit))
    paths.claim[t], paths.distrust[t], paths.exclusion[t] = x.claim, x.mean_distrust, x.exclusion

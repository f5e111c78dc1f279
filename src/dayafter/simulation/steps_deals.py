"""Steps 0, 3, 4 and 5: shocks; how deals break, by cause; who splits off; what is renegotiated; how deals are made."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.indices.hazard import AGE_SCALE, BASE_AGE, CAUSES, FEATURES
from dayafter.kernels.plain import exp, expm1, log, log1p
from dayafter.seeding import stable_id
from dayafter.simulation.draws import BROKER, DEAL_END, DEAL_MADE, SHOCK, SPLINTER, uniform_pair
from dayafter.simulation.layout import Layout, any_of
from dayafter.simulation.parameters import CAUSE_WEIGHTS, Parameters
from dayafter.simulation.policies import CONDITIONS, Schedule
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import State
from dayafter.simulation.steps_violence import Derived
from dayafter.simulation.surplus import Surplus
from dayafter.simulation.world import World
from dayafter.vocabulary import ConditionKind

OUTSIDER, SIGNATORY, PATRON, SHOCKED = 1, 2, 3, 4
"""Codes of `Paths.ended_by`, in the order of the causes; 0 is no end."""
BUMP_DECAY: Final = 0.8
BREAK_DISTRUST: Final = 0.05
BREAK_CLAIM: Final = 0.05
BREAK_HONESTY: Final = 0.8
BREAK_GRIEVANCE: Final = 0.02
"""What a breakdown does besides ω (model notes, 2.4); the notes give no size for the grievance: assumed."""
PRECEDENT_MONTHS: Final = 6
KEPT_AT_SIGNING: Final = 0.5
WEAK: Final = 0.5
"""Command below which a member may leave at a signing (model notes, 2.4)."""
FAILED_ROUNDS: Final = 3
FAILED_FACTOR: Final = 0.8
HONESTY_LOSS: Final = 0.03
HONESTY_RELIEF: Final = 0.7
"""Share of the effect of distrust that an honest third party can take away (model notes, 2.5)."""
SIGNED: Final = 2
RATIFIED: Final = 3
OLD: Final = 1 + BASE_AGE / AGE_SCALE
_BASES: Final = {"hr_command": 0.5, "hr_patron_assent": 0.5, "hr_kept": 0.5, "hr_margin": 0.0}
"""State at which the base hazard is quoted for the levers that only the simulation has."""


def shocks(setting: Setting, month: int) -> Bools:
    """Step 0. (shock, m): those of this month, by their date or with chance 1 − exp(−rate). Common to all policies."""
    seed, layout, world = setting.seed, setting.layout, setting.world
    if not layout.shock_ids.size:
        return np.zeros((0, world.members.size), dtype=np.bool_)
    u, _ = uniform_pair(seed, SHOCK, world.members, layout.shock_ids, month)
    hit: Bools = (world.shock_month == month) | (u < -expm1(-world.shock_rate))
    return hit


def over_places(case: CompiledCase, layout: Layout, values: Floats, *, local: bool = True) -> Floats:
    """(d, m): mean over the contested places that a deal covers, by label; 0 where it covers none."""
    mean = np.zeros((len(case.deals), values.shape[1]))
    for d in range(len(case.deals)):
        number = 0
        for p in layout.place_order:
            if case.covers[d, p] and not (local and case.is_national[p]):
                mean[d] += values[p]
                number += 1
        if number:
            mean[d] /= number
    return mean


def unbound_share(case: CompiledCase, layout: Layout, state: State, x: Derived) -> Floats:
    """(d, m): armed men whom a deal does not bind, mean over its places with presence. M-10, M-11."""
    loose = np.zeros((len(case.deals), state.share.shape[1]))
    for e in range(layout.tie_slot.size):
        loose[layout.tie_deal[e]] += state.share[layout.tie_slot[e]] * (1 - x.degree[e])
    for d in range(len(case.deals)):
        places = dict.fromkeys(int(layout.slot_place[s]) for s in layout.tie_slot[layout.tie_deal == d])
        if places:
            loose[d] /= len(places)
    return loose


def own_command(layout: Layout, state: State, case: CompiledCase) -> Floats:
    """(d, m): mean command of a deal's signatories over the armed members below them in its places; 0.5 if none."""
    total = np.zeros((len(case.deals), state.share.shape[1]))
    number = np.zeros_like(total)
    for e in range(layout.tie_slot.size):
        chain, d = layout.chains[layout.slot_actor[layout.tie_slot[e]]], layout.tie_deal[e]
        for below, above in pairwise(chain):
            under = state.signs[d, above] & ~state.signs[d, chain[0]]
            total[d] += np.where(under, state.command[below], 0.0)
            number[d] += under
    return np.divide(total, number, out=np.full_like(total, 0.5), where=number > 0)


def guarantee(world: World, state: State, schedule: Schedule, month: int) -> Floats:
    """(d, m): acceptance of a guarantor present, as recorded by whoever accepts it least, else its honesty. M-14."""
    there = schedule.guarantees[month - 1].any(axis=1)[:, None]
    accepted = np.where(world.acceptance_given[:, None], world.acceptance, state.honesty)
    return np.where(there, accepted, 0.0)


def margins(
    setting: Setting,
    state: State,
    x: Derived,
    start: Derived,
    *,
    lever: Floats,
    guaranteed: Floats,
) -> Floats:
    """(V, m): margin of each veto player above its reservation value: `Surplus`, less grievances. M-07, M-16.

    Parameters
    ----------
    start : indices at the start. lever : (d, m) conditional aid. guaranteed : (d, m).
    """
    case, layout, surplus = setting.case, setting.layout, setting.surplus
    claim = over_places(case, layout, x.claim) - over_places(case, layout, start.claim)
    distrust = over_places(case, layout, x.mean_distrust) - over_places(case, layout, start.mean_distrust)
    margin = surplus.base.copy()
    for number, moved in enumerate((claim, distrust, lever, guaranteed)):
        margin += surplus.slopes[:, number, None] * moved[layout.veto_deal]
    margin -= state.grievance[layout.veto_deal]
    return np.where(surplus.has_stake[:, None], margin, 0.0)


def least_margin(case: CompiledCase, layout: Layout, surplus: Surplus, margin: Floats) -> Floats:
    """(d, m): the least margin of veto players with a stake; 0 if none has one. The assent gate is ≥ 0. M-12, M-15."""
    least = np.full((len(case.deals), margin.shape[1]), np.inf)
    for v in range(layout.veto_deal.size):
        if surplus.has_stake[v]:
            least[layout.veto_deal[v]] = np.minimum(least[layout.veto_deal[v]], margin[v])
    return np.where(np.isfinite(least), least, 0.0)


def end_states(setting: Setting, schedule: Schedule, state: State, x: Derived, month: int) -> dict[str, Floats]:
    """State of each lever of the hazard, (d, m). Form and levels act here and nowhere else. M-10, M-12, M-14, M-15."""
    case, layout, world = setting.case, setting.layout, setting.world
    return {
        "form": state.form.astype(np.float64),
        "local": state.level[:, 0].astype(np.float64),
        "national": state.level[:, 1].astype(np.float64),
        "guarantee": guarantee(world, state, schedule, month),
        "guarantor_left": np.broadcast_to(schedule.guarantor_left[month - 1][:, None], state.age.shape).astype(float),
        "facilitator": np.broadcast_to(schedule.facilitates[month - 1].any(axis=1)[:, None], state.age.shape).astype(
            float
        ),
        "author": state.authored.astype(np.float64),
        "assent": world.assent,
        "communities": state.communities.astype(np.float64),
        "commission": world.commission.astype(np.float64),
        "unbound": unbound_share(case, layout, state, x),
    }


def cause_hazards(
    setting: Setting,
    state: State,
    states: dict[str, Floats],
    shocked: Floats,
    *,
    least: Floats,
    violence: Floats,
) -> Floats:
    """(d, j, m): h_j = h₀ π_j exp(x'b_j) · frailty · age, cause by cause. Model notes, 2.4; M-10, M-11.

    On all causes: form, guarantor, its departure, author, log(1 + V_t). On some: as `indices.hazard` lays down.
    Signatories alone: command over members, terms kept, least margin. Patrons alone: their assent. Shocks alone: a
    shock in the month.
    """
    case, layout, world, q, ratios = setting.case, setting.layout, setting.world, setting.parameters, setting.ratios
    effect = np.zeros((len(case.deals), len(CAUSES), world.members.size))
    for group in FEATURES.values():
        for lever in group:
            size = (states[lever.state] - lever.base) / lever.step * ratios[lever.prior]
            for j, acts in enumerate(lever.acts_on):
                if acts:
                    effect[:, j] += size
    hurt = ratios["hr_violence"] * log1p(over_places(case, layout, violence))
    for j in range(len(CAUSES)):
        effect[:, j] += hurt
    own = {"hr_command": own_command(layout, state, case), "hr_kept": state.kept, "hr_margin": least}
    for name, value in own.items():
        effect[:, 1] += ratios[name] * (value - _BASES[name])
    effect[:, 2] += ratios["hr_patron_assent"] * (world.patron_assent - _BASES["hr_patron_assent"])
    effect[:, 3] += ratios["hr_shock"] * shocked
    common = q["h_base"] * world.frailty * exp(-q["age_power"] * log((1 + state.age / AGE_SCALE) / OLD))
    hazard = np.empty_like(effect)
    for j, weight in enumerate(CAUSE_WEIGHTS):
        hazard[:, j] = common * q[weight] * exp(effect[:, j])
    return hazard


def ends(setting: Setting, in_force: Bools, hazard: Floats, month: int) -> Ints:
    """(d, m): 0 or the cause. Ends with chance 1 − exp(−Σ h_j) by one uniform; the type ∝ h_j by another."""
    seed, layout, world = setting.seed, setting.layout, setting.world
    total = hazard[:, 0].copy()
    for j in range(1, hazard.shape[1]):
        total += hazard[:, j]
    u, v = uniform_pair(seed, DEAL_END, world.members, layout.deal_ids, month)
    over = in_force & (u < -expm1(-total))
    cause = np.full(over.shape, hazard.shape[1], dtype=np.int64)
    upto = total.copy()
    for j in range(hazard.shape[1] - 1, 0, -1):
        upto -= hazard[:, j]
        cause = np.where(v * total < upto, j, cause)
    return np.where(over, cause, 0)


def break_deals(setting: Setting, state: State, ended: Bools) -> None:
    """What a breakdown does. Without it an imposed deal could do no harm (model notes, 1 and 2.4).

    In every place that it covers ω rises by the bump, distrust and claims by 0.05; the third party's honesty shrinks by
    0.8; reservation values of its parties rise; akin deals are harder to make for six months [M-21]. Deals by label.
    """
    case, layout, q = setting.case, setting.layout, setting.parameters
    for d in layout.deal_order:
        over = ended[d]
        if not over.any():
            continue
        for p in np.flatnonzero(case.covers[d] & ~case.is_national):
            state.bump[p] += np.where(over, q["breakdown_bump"], 0.0)
            _raise(state.distrust, layout.q_place == p, over, BREAK_DISTRUST)
            _raise(state.claim, layout.claim_place == p, over, BREAK_CLAIM)
        state.honesty[d] *= np.where(over, BREAK_HONESTY, 1.0)
        state.grievance[d] += np.where(over, BREAK_GRIEVANCE, 0.0)
        for other in np.flatnonzero(layout.akin[d]):
            state.precedent[other] = np.where(over, PRECEDENT_MONTHS, state.precedent[other])
        state.broken[d] = np.where(over, PRECEDENT_MONTHS, state.broken[d])
        state.in_force[d] &= ~over
        state.fresh[d] &= ~over
        state.failed[d] = np.where(over, 0, state.failed[d])


def _raise(values: Floats, rows: Bools, over: Bools, step: float) -> None:
    values[rows] = np.where(over, np.minimum(values[rows] + step, 1), values[rows])


def splinter(setting: Setting, state: State, month: int) -> None:
    """Step 4. After a signing each weakly commanded member (u < 0.5) of a signatory leaves with chance p_s.

    It stays in the place with its men, and no signature of its parent binds it any more. Model notes, 2.4; M-04.
    """
    seed, case, layout, world, q = setting.seed, setting.case, setting.layout, setting.world, setting.parameters
    if not state.fresh.any():
        return
    members_of = [a for a in range(len(case.actors)) if case.has_parent[a]]
    for d in layout.deal_order:
        if not state.fresh[d].any() or not members_of:
            continue
        labels = [stable_id(case.deals[d], case.actors[a]) for a in members_of]
        u, _ = uniform_pair(seed, SPLINTER, world.members, np.array(labels, dtype=np.int64), month)
        for number, a in enumerate(members_of):
            weak = state.fresh[d] & state.signs[d, case.parent[a]] & ~state.signs[d, a] & (state.command[a] < WEAK)
            state.command[a] = np.where(weak & (u[number] < q["splinter"]), 0.0, state.command[a])
    state.fresh[:] = False


def renegotiate(setting: Setting, schedule: Schedule, state: State, margin: Floats, month: int) -> Bools:
    """Step 4. Form, levels and parties that a policy seeks for deals in force; the clock of the deal runs on.

    Form rises, levels are added and parties sign where those who are *added* pass the gate: a party its own margin, the
    national level all patrons of the parties. Who signed already has shown assent. (d, m): changed this month. M-12.
    """
    case, layout = setting.case, setting.layout
    t, changed = month - 1, np.zeros(state.in_force.shape, dtype=np.bool_)
    patrons = {int(actor): n for n, actor in enumerate(case.patron_actor)}
    for d in layout.deal_order:
        live = state.in_force[d]
        rows = np.flatnonzero(layout.veto_deal == d)
        ratified = np.ones(live.shape, dtype=np.bool_)
        for v in rows:
            n = patrons.get(int(layout.veto_actor[v]))
            if n is not None and layout.patron_tied[d, n]:
                ratified &= margin[v] >= 0
        wanted = int(schedule.form_to[t, d])
        if wanted >= 0:
            able = live & (state.form[d] < wanted) & (ratified | (wanted < RATIFIED))
            state.fresh[d] |= able & (state.form[d] < SIGNED) & (wanted >= SIGNED)
            state.form[d] = np.where(able, wanted, state.form[d])
            changed[d] |= able
        for level, gate in ((0, live), (1, live & ratified)):
            if schedule.level_to[t, d, level]:
                changed[d] |= gate & ~state.level[d, level]
                state.level[d, level] |= gate
        for a in np.flatnonzero(schedule.party_to[t, d]):
            own = [v for v in rows if layout.veto_actor[v] == a]
            joins = live & ~state.signs[d, a] & (margin[own[0]] >= 0 if own else True)
            state.signs[d, a] |= joins
            changed[d] |= joins
        if schedule.community_to[t, d]:
            changed[d] |= live & ~state.communities[d]
            state.communities[d] |= live
    return changed


def broker_ties(setting: Setting, schedule: Schedule, state: State, month: int) -> Floats:
    """(d, m): 1 − Π (1 − tie) over the go-betweens of a deal's places who are still at it. M-13, C-26.

    A go-between with current ties into two blocs counts 1, with ties into one 0.5; half of that unless backed.
    """
    case = setting.case
    ties = np.zeros((len(case.deals), state.age.shape[1]))
    order = sorted(range(len(case.brokers)), key=lambda b: case.brokers[b])
    for d in range(len(case.deals)):
        free = np.ones(state.age.shape[1])
        for b in order:
            if not (case.broker_placed[b] and case.covers[d, case.broker_place[b]]):
                continue
            size = bridging(case, b) * (1.0 if schedule.backed[month - 1, b] else 0.5)
            free = free * np.where(state.broker[b], 1 - size, 1.0)
        ties[d] = 1 - free
    return ties


def bridging(case: CompiledCase, b: int) -> float:
    """How far a go-between bridges: 1 with current ties into two blocs or more, 0.5 with ties into one."""
    name, blocs = case.brokers[b], set()
    for tie in case.ties:
        if tie.is_current and name in (tie.who, tie.whom) and tie.kind.value != "detention":
            other = tie.whom if tie.who == name else tie.who
            if other in case.actors:
                blocs.add(int(case.bloc[case.actors.index(other)]))
    return 1.0 if len(blocs) > 1 else 0.5 * len(blocs)


def brokers_leave(setting: Setting, state: State, x: Derived, month: int) -> None:
    """Go-betweens stop at a hazard that rises with violence where they work: exit · (1 + V). Model notes, 2.6; G-10."""
    seed, case, layout, world, q = setting.seed, setting.case, setting.layout, setting.world, setting.parameters
    if not len(case.brokers):
        return
    u, _ = uniform_pair(seed, BROKER, world.members, layout.broker_ids, month)
    for b in range(len(case.brokers)):
        around = x.total_violence[case.broker_place[b]] if case.broker_placed[b] else np.zeros(world.members.size)
        state.broker[b] &= u[b] >= -expm1(-q["broker_exit"] * (1 + around))


def aid_lever(setting: Setting, schedule: Schedule, state: State, month: int) -> tuple[Floats, Floats]:
    """(g, m) and (d, m): inclusion-conditional aid still to be won.

    credibility × (1 − fungibility), half of it where nobody states who hands it out. The largest pledge over a deal's
    places counts. Model notes, 2.9; M-16, M-17.
    """
    case, credibility, fungibility = setting.case, setting.credibility, setting.fungibility
    t, m = month - 1, state.age.shape[1]
    lever = np.zeros((len(case.aid), m))
    waiting = np.zeros((len(case.aid), m), dtype=np.bool_)
    for z in range(len(case.tranche_label)):
        g = case.tranche_aid[z]
        if condition_of(case, schedule, z, month) is ConditionKind.INCLUSION:
            waiting[g] |= state.pending[z] > 0
    for g in range(len(case.aid)):
        stated = 1.0 if schedule.distributor[t, g] else 0.5
        lever[g] = np.where(
            waiting[g] & (not schedule.stopped[t, g]), credibility[g] * (1 - fungibility[g]) * stated, 0.0
        )
    on_deal = np.zeros((len(case.deals), m))
    for d in range(len(case.deals)):
        for g in range(len(case.aid)):
            if not case.aid_places[g].any() or (case.aid_places[g] & case.covers[d]).any():
                on_deal[d] = np.maximum(on_deal[d], lever[g])
    return lever, on_deal


def condition_of(case: CompiledCase, schedule: Schedule, z: int, month: int) -> ConditionKind:
    """Condition of a tranche in a month: as the policy sets it, else as recorded."""
    changed = int(schedule.condition[month - 1, case.tranche_aid[z]])
    return case.tranche_condition[z] if changed < 0 else CONDITIONS[changed]


def formation_chance(
    setting: Setting,
    schedule: Schedule,
    state: State,
    x: Derived,
    month: int,
    *,
    least: Floats,
    ties: Floats,
) -> Floats:
    """(d, m): the chance 1 − exp(−r) that a month of talks brings agreement.

    r = exp(f₀ + f_S surplus + f_T hon levels − f_Q (Q̄ − 0.5)(1 − 0.7 hon) + f_B ties − f_V log(1 + V)).

    `levels` is the share of the two levels at which a third party is present; `hon` relieves distrust only while it is
    there. × 0.8 for every three failed months; × exp(precedent) for six months after an akin deal broke.
    Model notes, 2.5; M-05, M-13, M-14, M-21.
    """
    case, layout, q = setting.case, setting.layout, setting.parameters
    there = (schedule.facilitates[month - 1] | schedule.guarantees[month - 1]).astype(np.float64)
    levels = ((there[:, 0] + there[:, 1]) / 2)[:, None]
    honest = np.where(levels > 0, state.honesty, 0.0)
    has_pairs = any_of(case.covers & (layout.n_pairs_of_distrust > 0)[None, :], 1)[:, None]
    apart = np.where(has_pairs, over_places(case, layout, x.mean_distrust) - 0.5, 0.0)
    log_rate = log(q["formation"]) + q["form_surplus"] * least
    log_rate = log_rate + q["form_third_party"] * honest * levels
    log_rate = log_rate - q["form_distrust"] * apart * (1 - HONESTY_RELIEF * honest)
    log_rate = log_rate + q["form_broker"] * ties
    log_rate = log_rate - q["form_violence"] * log1p(over_places(case, layout, x.total_violence))
    log_rate = log_rate + np.where(state.precedent > 0, q["precedent"], 0.0)
    rate = exp(log_rate) * exp((state.failed // FAILED_ROUNDS) * log(FAILED_FACTOR))
    chance: Floats = -expm1(-rate)
    return chance


def form_deals(
    setting: Setting,
    schedule: Schedule,
    state: State,
    chance: Floats,
    month: int,
    *,
    least: Floats,
    dated: bool,
    asked: Bools | None = None,
) -> Bools:
    """Step 5. (d, m): made this month. M-09, M-12, M-13, M-14, M-15.

    A deal can be made where somebody talks about it: a source says so, a third party is on it, or a policy puts it on
    the table. Every veto player must stand at or above its reservation value: also for a deal that is imposed, which
    otherwise takes no luck the first time. `dated`: a deal that the policy makes is signed in the month of the step, in
    every member, and no other is made again. `asked` (d, m), for the conditional contrast: these are signed, no others.
    """
    seed, layout, world = setting.seed, setting.layout, setting.world
    t = month - 1
    present = any_of(schedule.facilitates[t] | schedule.guarantees[t], 1)
    open_ = layout.can_form & (layout.talks | present | schedule.table[t])
    u, _ = uniform_pair(seed, DEAL_MADE, world.members, layout.deal_ids, month)
    assent = least >= 0
    trying = open_[:, None] & ~state.in_force
    if asked is not None:
        made = ~state.in_force & asked
    elif dated:
        named = any_of(schedule.sign, 0)
        made = ~state.in_force & schedule.sign[t][:, None]
        made |= trying & ~named[:, None] & assent & (u < chance) & (state.spell == 0)
    else:
        made = trying & assent & ((schedule.imposed[t][:, None] & (state.spell == 0)) | (u < chance))
    state.failed = np.where(trying & ~made, state.failed + 1, np.where(made, 0, state.failed))
    for d in layout.deal_order:
        if made[d].any():
            _sign(setting, schedule, state, int(d), made[d], helped=bool(present[d]), t=t)
    signed: Bools = made
    return signed


def _sign(setting: Setting, schedule: Schedule, state: State, d: int, made: Bools, *, helped: bool, t: int) -> None:
    """A new spell: age 0, terms half kept, whoever must agree has signed."""
    case = setting.case
    on_table = bool(schedule.table[t, d])
    form = int(schedule.table_form[t, d]) if on_table else -1
    form = form if form >= 0 else (SIGNED if helped else 0)
    level = schedule.table_level[t, d] if on_table and schedule.table_level[t, d].any() else case.level[d]
    level = level if level.any() else np.array([True, False])
    state.in_force[d] |= made
    state.age[d] = np.where(made, 0.0, state.age[d])
    state.spell[d] += made
    state.kept[d] = np.where(made, KEPT_AT_SIGNING, state.kept[d])
    state.form[d] = np.where(made, form, state.form[d])
    for one in (0, 1):
        state.level[d, one] = np.where(made, bool(level[one]), state.level[d, one])
    state.authored[d] = np.where(made, bool(schedule.imposed[t, d]), state.authored[d])
    state.communities[d] = np.where(made, bool(case.party_communities[d].any()), state.communities[d])
    state.fresh[d] |= made
    for a in np.flatnonzero(case.needed[d] | case.signs[d]):
        state.signs[d, a] |= made


def honesty(q: Parameters, schedule: Schedule, state: State, month: int) -> None:
    """Hon += f_h (1 − hon) a month present at both levels, half at one; −0.03 hon when gone. Model notes, 2.5; M-14.

    Before anybody has come it stands where it started.
    """
    there = schedule.facilitates[month - 1] | schedule.guarantees[month - 1]
    levels = (there[:, 0].astype(np.float64) + there[:, 1]) / 2
    state.third_came |= (levels > 0)[:, None]
    gain = q["honesty_gain"] * levels[:, None] * (1 - state.honesty)
    loss = np.where(state.third_came & (levels == 0)[:, None], HONESTY_LOSS * state.honesty, 0.0)
    state.honesty = np.clip(state.honesty + gain - loss, 0, 1)


def keep_terms(setting: Setting, state: State) -> None:
    """Terms kept += up (1 − kept) − down · kept · min(V_inter, 1) · command.

    A member's breach counts for its parent by the degree of command.
    """
    case, layout, q = setting.case, setting.layout, setting.parameters
    fighting = np.minimum(over_places(case, layout, state.violence[:, 0]), 1)
    command = own_command(layout, state, case)
    moved = state.kept + q["kept_up"] * (1 - state.kept) - q["kept_down"] * state.kept * fighting * command
    state.kept = np.where(state.in_force, np.clip(moved, 0, 1), state.kept)

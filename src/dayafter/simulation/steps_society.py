"""Steps 6 and 7: who holds a place, what is claimed, whom forces answer to, who trusts whom, what people expect."""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.indices.forces import COMMANDED
from dayafter.kernels.plain import exp, log, log1p
from dayafter.simulation.draws import CONTROL, uniform_pair
from dayafter.simulation.layout import COMMUNAL, INTERBLOC, Layout
from dayafter.simulation.parameters import Parameters
from dayafter.simulation.policies import Schedule
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import State, at_home_share
from dayafter.simulation.steps_deals import OUTSIDER, PATRON, SHOCKED, SIGNATORY
from dayafter.simulation.steps_violence import Derived
from dayafter.simulation.world import World, sum_by

TRANSFER: Final = 0.5
"""Share of the loser's armed men in the place that goes over to whoever takes it (model notes, 2.7)."""
MOST_EVENTS: Final = 5
"""Events of a month beyond which distrust does not fall faster (model notes, 2.6)."""
ADAPTS: Final = 0.1
"""Share of the gap between what people expect and what they see that closes in a month. Assumed."""


def control(
    setting: Setting,
    schedule: Schedule,
    state: State,
    shock_at: Bools,
    month: int,
) -> tuple[Bools, Bools, Ints]:
    """Step 6. Changes of hands, fought or unopposed: (p, m) each, and the ends they bring, (d, m).

    Fought: logit p = logit(base) + b (best challenger's s − holder's s) + c log(1 + N_inter of last month), where there
    is a challenger. Unopposed: at a shock that hits the place, or when the holder's patron withdraws. Half of the
    loser's men go over; communities lose trust in a holder that was driven out [M-06]; offices move half-way to those
    who trust the new one. A change that no deal in force foresees ends it, by the side that took it. Model notes, 2.7.
    """
    seed, layout, world, q = setting.seed, setting.layout, setting.world, setting.parameters
    n_places, m = state.holder.shape
    u, v = uniform_pair(seed, CONTROL, world.members, layout.place_ids, month)
    fought, unopposed = np.zeros((n_places, m), dtype=np.bool_), np.zeros((n_places, m), dtype=np.bool_)
    causes = np.zeros(state.in_force.shape, dtype=np.int64)
    base = log(q["control_base"] / (1 - q["control_base"]))
    for p in layout.place_order:
        slots = np.flatnonzero(layout.slot_place == p)
        if not slots.size:
            continue
        held = state.holder[p] >= 0
        own = np.zeros(m)
        best, rival = np.zeros(m), np.full(m, -1, dtype=np.int64)
        for s in slots:
            mine = state.holder[p] == s
            own = np.where(mine, state.share[s], own)
            better = ~mine & (state.share[s] > best)
            best, rival = np.where(better, state.share[s], best), np.where(better, s, rival)
        events = state.lags[0, p, INTERBLOC]
        logit = base + q["control_balance"] * (best - own) + q["control_violence"] * log1p(events)
        fought[p] = held & (rival >= 0) & (u[p] < 1 / (1 + exp(-logit)))
        left = _patron_leaves(setting, schedule, state, p, month)
        unopposed[p] = (rival >= 0) & ~fought[p] & (shock_at[p] | left) & (v[p] < q["control_shock"])
        _change_hands(setting, state, int(p), fought[p] | unopposed[p], rival, fought=fought[p])
        _end_by_taking(
            setting,
            state,
            causes,
            int(p),
            rival,
            fought=fought[p],
            shocked=unopposed[p] & ~left,
            left=unopposed[p] & left,
        )
    return fought, unopposed, causes


def _patron_leaves(setting: Setting, schedule: Schedule, state: State, p: int, month: int) -> Bools:
    """(m,): an actor that withdraws this month is the holder, or a patron to which it answers by 0.3 or more."""
    case, layout = setting.case, setting.layout
    out = schedule.patron_out[month - 1]
    left = np.zeros(state.holder.shape[1], dtype=np.bool_)
    if not out.any():
        return left
    for s in np.flatnonzero(layout.slot_place == p):
        mine = state.holder[p] == s
        left |= mine & bool(out[layout.slot_actor[s]])
        for n, patron in enumerate(layout.patron):
            if out[case.patron_actor[patron]]:
                left |= mine & (state.loyalty[layout.slot_force[s], n] >= 0.3)
    return left


def _change_hands(setting: Setting, state: State, p: int, taken: Bools, winner: Ints, *, fought: Bools) -> None:
    layout, q = setting.layout, setting.parameters
    if not taken.any():
        return
    loser = state.holder[p].copy()
    for s in np.flatnonzero(layout.slot_place == p):
        gone = np.where(taken & (loser == s), TRANSFER * state.share[s], 0.0)
        state.share[s] -= gone
        for w in np.flatnonzero(layout.slot_place == p):
            state.share[w] += np.where(winner == w, gone, 0.0)
    for t in range(layout.trust_cell.size):
        if layout.cell_place[layout.trust_cell[t]] == p:
            lost = fought & (loser == layout.trust_slot[t])
            state.deficit[t] = np.where(
                lost, 1 - (1 - state.deficit[t]) * (1 - q["abandonment_loss"]), state.deficit[t]
            )
    for t in range(layout.trust_cell.size):
        cell = layout.trust_cell[t]
        if layout.cell_place[cell] == p:
            here = taken & (winner == layout.trust_slot[t])
            trusted = state.trust[t] * (1 - state.deficit[t])
            state.represented[cell] = np.where(here, (state.represented[cell] + trusted) / 2, state.represented[cell])
    state.holder[p] = np.where(taken, winner, state.holder[p])


def _end_by_taking(
    setting: Setting,
    state: State,
    causes: Ints,
    p: int,
    winner: Ints,
    *,
    fought: Bools,
    shocked: Bools,
    left: Bools,
) -> None:
    """Mark in `causes` deals over the place that do not give it to the winner or to one above it."""
    case, layout = setting.case, setting.layout
    for d in layout.deal_order:
        if not case.covers[d, p]:
            continue
        for w in np.flatnonzero(layout.slot_place == p):
            chain = layout.chains[layout.slot_actor[w]]
            if any(case.gives[d, p, a] for a in chain):
                continue
            here = (winner == w) & state.in_force[d] & (causes[d] == 0)
            signed = np.zeros(here.shape, dtype=np.bool_)
            reach = np.ones(here.shape)
            for position, a in enumerate(chain):
                if position:
                    reach = reach * state.command[chain[position - 1]]
                signed |= state.signs[d, a] & (reach >= COMMANDED)
            by = np.where(signed, SIGNATORY, OUTSIDER)
            causes[d] = np.where(here & fought, by, causes[d])
            causes[d] = np.where(here & shocked, SHOCKED, causes[d])
            causes[d] = np.where(here & left, PATRON, causes[d])


def claims(layout: Layout, q: Parameters, state: State, x: Derived) -> None:
    """Claim += c₊ (1 − claim)(1 − cover) − c₋ claim · cover. Model notes, 2.6; M-02, C-04."""
    cover = x.cover[layout.claim_place]
    up = q["claim_up"] * (1 - state.claim) * (1 - cover)
    down = q["claim_down"] * state.claim * cover
    state.claim = np.clip(state.claim + up - down, 0, 1)


def loyalties(setting: Setting, state: State, x: Derived) -> None:
    """A share of loyalty moves a month towards ℓ₀ exp(recognition + trust − exclusion − burden), scaled to sum to 1.

    ℓ₀ at the start; recognition: 1 if actor and patron are party to one deal in force; exclusion: E of its places,
    mean, × how far their holders answer to the patron; trust: as exclusion, of the communities in the holder, less a
    half; burden: of economic conditions on whoever receives the money. What it keeps for itself has none of these.
    Model notes, 2.6; M-06, M-07, M-08; C-10, C-11.
    """
    case, layout, world, q = setting.case, setting.layout, setting.world, setting.parameters
    n, m = layout.patron.size, world.members.size
    shut = np.zeros((layout.force_actor.size, n, m))
    number = np.zeros(layout.force_actor.size)
    members = np.arange(m)
    trusted = _trust_in_holder(layout, world, state, len(case.places))
    for s in range(layout.slot_place.size):
        f, p = layout.slot_force[s], layout.slot_place[s]
        held = state.holder[p] >= 0
        holder_force = layout.slot_force[np.maximum(state.holder[p], 0)]
        pull = np.where(held, trusted[p] - 0.5 - x.exclusion[p], 0.0)
        for patron in range(n):
            shut[f, patron] += pull * state.loyalty[holder_force, patron, members]
        number[f] += 1
    paying = {int(case.aid_recipient[g]) for g in range(len(case.aid)) if case.aid_has_recipient[g]}
    target = np.empty_like(state.loyalty)
    for f in range(layout.force_actor.size):
        whole = np.zeros(m)
        for patron in range(n):
            actor = int(case.patron_actor[layout.patron[patron]])
            score = _recognised(layout, state, f, actor) + shut[f, patron] / number[f]
            if actor in paying:
                score = score - state.burden
            target[f, patron] = world.loyalty[f, patron] * exp(score)
            whole = whole + target[f, patron]
        target[f, n] = world.loyalty[f, n]
        target[f] /= whole + target[f, n]
    state.loyalty += np.minimum(q["loyalty_speed"], 1) * (target - state.loyalty)


def _recognised(layout: Layout, state: State, f: int, patron: int) -> Floats:
    both = np.zeros(state.in_force.shape[1], dtype=np.bool_)
    for d in layout.deal_order:
        both |= state.in_force[d] & state.signs[d, layout.force_actor[f]] & state.signs[d, patron]
    return both.astype(np.float64)


def _trust_in_holder(layout: Layout, world: World, state: State, n_places: int) -> Floats:
    """(p, m): trust of the communities in whoever holds the place, by weight; 0.5 where nobody holds it."""
    held = np.zeros(state.trust.shape)
    for t in range(layout.trust_cell.size):
        cell = layout.trust_cell[t]
        mine = state.holder[layout.cell_place[cell]] == layout.trust_slot[t]
        held[t] = np.where(mine, world.weight[cell] * state.trust[t] * (1 - state.deficit[t]), 0.0)
    places = layout.cell_place[layout.trust_cell]
    return np.where(state.holder >= 0, sum_by(held, places, n_places), 0.5)


def trust(layout: Layout, q: Parameters, state: State, x: Derived) -> None:
    """Distrust += t₋ min(N, 5)(1 − q) − t₊ cover · q; what abandonment took comes back by its own half-life.

    N: interbloc and communal events of last month. Fast down, slow up. Model notes, 2.6; M-05, M-06; C-08.
    """
    events = np.minimum(state.lags[0, :, INTERBLOC] + state.lags[0, :, COMMUNAL], MOST_EVENTS)[layout.q_place]
    down = q["trust_down"] * events * (1 - state.distrust)
    up = q["trust_up"] * x.cover[layout.q_place] * state.distrust
    state.distrust = np.clip(state.distrust + down - up, 0, 1)
    state.deficit *= exp(log(0.5) / q["abandonment_half_life"])


def achieved(layout: Layout, state: State, x: Derived) -> Floats:
    """(C, m): share of a community at home × 1 / (1 + V): return and security as people see them. C-27."""
    return at_home_share(state.home, state.displaced) / (1 + x.total_violence[layout.cell_place])


def expectations(layout: Layout, state: State, x: Derived) -> None:
    """E += 0.1 (achieved − e). The gap that is left is disappointment; it drives people out [M-20, C-27]."""
    state.expect += ADAPTS * (achieved(layout, state, x) - state.expect)

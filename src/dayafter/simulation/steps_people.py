"""Steps 8 to 11: people, money, offices, remnants. Persons and money are whole numbers, so that nothing is lost."""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.kernels.plain import exp, expm1, log, log1p
from dayafter.simulation.draws import BATCH, ROUNDING, TRANCHE, rounded, uniform_pair
from dayafter.simulation.layout import COMMUNAL, INTERBLOC, Layout
from dayafter.simulation.parameters import Parameters
from dayafter.simulation.policies import Schedule
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import State
from dayafter.simulation.steps_deals import condition_of
from dayafter.simulation.steps_society import achieved
from dayafter.simulation.steps_violence import Derived
from dayafter.simulation.world import sum_by
from dayafter.vocabulary import ConditionKind

SPEND_MONTHS: Final = 12
"""Months over which a tranche is handed out. Assumed."""
STUCK: Final = 0.5
"""Share of what would be repaired that is not where nobody states who hands the money out. Assumed; C-23."""
INCLUDED_FROM: Final = 0.5
"""Mean representation, by weight before the war, from which an inclusion condition holds. Assumed."""
READING_ERROR: Final = 0.1
"""Half-width of the error with which it is verified. Assumed."""
FISCAL_WITHIN: Final = 6
"""Months: a security condition fails if a deal over the places broke since, an economic one if the budget was hit."""
FISCAL_BURDEN: Final = 0.5
UNITY_AT: Final = 0.7


def permission(setting: Setting, state: State) -> Floats:
    """(C, m): the holder's gate × community, overridden by a term in force. M-09, M-22.

    The gate lets in a community as far as it is represented; everybody where nobody holds the place. A deal in force
    over the place opens it by Δ · kept; a term on return opens it at least to the share of terms kept.
    """
    case, layout, q = setting.case, setting.layout, setting.parameters
    gate = np.where(state.holder[layout.cell_place] >= 0, state.represented, 1.0)
    for d in layout.deal_order:
        for p in np.flatnonzero(case.covers[d] & ~case.is_national):
            rows = layout.cell_place == p
            opened = np.where(state.in_force[d], q["gate_opened"] * state.kept[d], 0.0)
            gate[rows] += opened
            if case.covers_question[d, p, 2]:  # a term on return
                gate[rows] = np.maximum(gate[rows], np.where(state.in_force[d], state.kept[d], 0.0))
    return np.clip(gate, 0, 1)


def population(setting: Setting, state: State, x: Derived, month: int) -> tuple[Ints, Ints]:
    """Step 8. (C, m) persons who return and who flee this month; exit for good changes the state alone.

    Returns: with chance p_batch · permission a batch moves: displaced × size × Exp(1) × exp(−r_Q Q̄ − r_D destroyed
    − r_V log(1 + V)), at most all. Flight: home × (1 − exp(−f (N_inter + N_comm) of last month)). Exit: displaced ×
    base × exp(slope × disappointment) [M-20]. Whole persons; home + displaced + left never changes. A batch raises the
    community's trust in the holder who let it in [M-22]. Model notes, 2.8; M-05, M-19.
    """
    seed, case, layout, world, q = setting.seed, setting.case, setting.layout, setting.world, setting.parameters
    u, v = uniform_pair(seed, BATCH, world.members, layout.cell_ids, month)
    r, s = uniform_pair(seed, ROUNDING, world.members, layout.cell_ids, month)
    place = layout.cell_place
    damage = np.divide(state.destroyed, world.dwellings, out=np.zeros_like(state.destroyed), where=world.dwellings > 0)
    hurdle = (
        q["return_distrust"] * x.mean_distrust
        + q["return_destruction"] * damage
        + q["return_violence"] * log1p(x.total_violence)
    )[place]
    size = np.minimum(q["batch_size"] * -log(v) * exp(-hurdle), 1)
    moves = u < q["batch_chance"] * permission(setting, state)
    returned = np.where(moves, np.floor(state.displaced * size).astype(np.int64), 0)
    events = (state.lags[0, :, INTERBLOC] + state.lags[0, :, COMMUNAL])[place]
    fled = np.minimum(
        rounded(state.home.astype(np.float64) * -expm1(-q["displaced_per_event"] * events), r), state.home
    )
    gloom = np.maximum(state.expect - achieved(layout, state, x), 0)
    rate = -expm1(-q["exit_base"] * exp(q["exit_slope"] * gloom))
    gone = np.minimum(rounded(state.displaced.astype(np.float64) * rate, s), state.displaced - returned)
    state.home += returned - fled
    state.displaced += fled - returned - gone
    state.left += gone
    flow = sum_by(returned.astype(np.float64), place, len(case.places))
    state.return_flow = np.divide(flow, world.before, out=np.zeros_like(flow), where=world.before > 0)
    _sponsor(layout, q, state, returned)
    return returned, fled


def _sponsor(layout: Layout, q: Parameters, state: State, returned: Ints) -> None:
    for t in range(layout.trust_cell.size):
        cell = layout.trust_cell[t]
        came = returned[cell] / np.maximum(state.home[cell], 1)
        gain = np.minimum(q["loyalty_speed"], 1) * came * (1 - state.trust[t])
        mine = state.holder[layout.cell_place[cell]] == layout.trust_slot[t]
        state.trust[t] += np.where(mine, gain, 0.0)


def money(
    setting: Setting,
    schedule: Schedule,
    state: State,
    month: int,
) -> None:
    """Step 9. Tranches fall due, are released or withheld, are handed out over a year, captured, spent on dwellings.

    A condition that fails is enforced with the donor's credibility. Each has a target of its own: inclusion tests mean
    representation (read with an error), security whether a deal broke within six months, economic whether the budget
    was hit within six; an economic condition also burdens whoever receives the money. Of what is handed out the part
    that reaches the case's places is captured by `capture`, more where nobody states who hands it out; the rest repairs
    dwellings at their cost, as long as there are any. Whole units; each tranche is conserved.
    Model notes, 2.9; M-16, M-17, M-19; C-13, C-22, C-23.
    """
    seed, case, layout, world, credibility = (
        setting.seed,
        setting.case,
        setting.layout,
        setting.world,
        setting.credibility,
    )
    u, v = uniform_pair(seed, TRANCHE, world.members, layout.tranche_ids, month)
    state.aid_a_head = np.zeros_like(state.aid_a_head)
    spent_economic = np.zeros(world.members.size)
    for z in sorted(range(len(case.tranche_label)), key=lambda z: case.tranche_label[z]):
        g, kind = int(case.tranche_aid[z]), condition_of(case, schedule, z, month)
        due = np.where(case.tranche_due.exists[z] | (schedule.given[g] == 0), world.tranche_due[z], schedule.given[g])
        ripe = (state.pending[z] > 0) & (due <= month)
        if schedule.stopped[month - 1, g]:
            ripe = state.pending[z] > 0
            refused = ripe.copy()
        else:
            refused = ripe & ~_holds(setting, state, kind, g, u[z]) & (v[z] < credibility[g])
        released = ripe & ~refused
        state.withheld[z] += np.where(refused, state.pending[z], 0)
        state.flowing[z] += np.where(released, state.pending[z], 0)
        state.rate_out[z] = np.where(released, (state.pending[z] + SPEND_MONTHS - 1) // SPEND_MONTHS, state.rate_out[z])
        state.pending[z] = np.where(ripe, 0, state.pending[z])
        out = np.minimum(state.rate_out[z], state.flowing[z])
        state.flowing[z] -= out
        if kind is ConditionKind.ECONOMIC:
            spent_economic = np.where(out > 0, 1.0, spent_economic)
        _hand_out(setting, schedule, state, z, out, month=month)
    state.burden = FISCAL_BURDEN * spent_economic


def _holds(setting: Setting, state: State, kind: ConditionKind, g: int, u: Floats) -> Bools:
    case, layout, world = setting.case, setting.layout, setting.world
    if kind is ConditionKind.INCLUSION:
        total, weight = np.zeros(u.shape), np.zeros(u.shape)
        for cell, p in enumerate(layout.cell_place):
            if not case.aid_places[g].any() or case.aid_places[g, p]:
                total = total + world.weight[cell] * state.represented[cell]
                weight = weight + world.weight[cell]
        mean = np.divide(total, weight, out=np.ones_like(total), where=weight > 0)
        return mean + READING_ERROR * (2 * u - 1) >= INCLUDED_FROM
    if kind is ConditionKind.SECURITY:
        broken = np.zeros(u.shape, dtype=np.bool_)
        for d in layout.deal_order:
            if not case.aid_places[g].any() or (case.aid_places[g] & case.covers[d]).any():
                broken |= state.broken[d] > 0
        return ~broken
    if kind is ConditionKind.ECONOMIC:
        return state.fiscal >= FISCAL_WITHIN
    return np.ones(u.shape, dtype=np.bool_)


def _hand_out(
    setting: Setting,
    schedule: Schedule,
    state: State,
    z: int,
    out: Ints,
    *,
    month: int,
) -> None:
    case, layout, world, q = setting.case, setting.layout, setting.world, setting.parameters
    g = int(case.tranche_aid[z])
    stated = bool(schedule.distributor[month - 1, g])
    taken = q["capture"] if stated else q["capture"] + (1 - q["capture"]) * STUCK
    local = np.floor(out * world.reach[g]).astype(np.int64)
    left = local.copy()
    for p in layout.place_order:
        here = np.minimum(np.floor(local * world.part[g, p]).astype(np.int64), left)
        left -= here
        captured = np.floor(here * taken).astype(np.int64)
        needed = np.floor(state.destroyed[p] * q["dwelling_cost"]).astype(np.int64)
        repair = np.minimum(here - captured, needed)
        state.captured[z] += captured
        state.on_repair[z] += repair
        state.elsewhere[z] += here - captured - repair
        state.destroyed[p] = np.maximum(state.destroyed[p] - repair / q["dwelling_cost"], 0)
        state.aid_a_head[p] += np.divide(here, world.before[p], out=np.zeros(out.shape), where=world.before[p] > 0)
    state.elsewhere[z] += out - local + left


def offices(setting: Setting, schedule: Schedule, state: State, lever: Floats, month: int) -> None:
    """Step 10. represented += (kept + included) r_d / 12 + lever r_a / 12, between 0 and 1. M-07, M-16; C-22.

    A deal in force counts over its places where communities are party to it or a term settles who governs. `included`:
    a policy asks for this community here. `lever`: the largest inclusion-conditional pledge over the place.
    """
    case, layout, q = setting.case, setting.layout, setting.parameters
    n_places, m = state.holder.shape
    inclusive, aid = np.zeros((n_places, m)), np.zeros((n_places, m))
    for d in layout.deal_order:
        for p in np.flatnonzero(case.covers[d] & ~case.is_national):
            counts = state.in_force[d] & (state.communities[d] | bool(case.covers_question[d, p, 1]))
            inclusive[p] = np.maximum(inclusive[p], np.where(counts, state.kept[d], 0.0))
    for g in range(len(case.aid)):
        for place in range(n_places):
            if case.aid_places[g, place] or not case.aid_places[g].any():
                aid[place] = np.maximum(aid[place], lever[g])
    asked = schedule.include[month - 1][layout.cell_place, layout.cell_community].astype(np.float64)
    push = (inclusive[layout.cell_place] + asked[:, None]) * q["represented_by_deal"] / 12
    pull = aid[layout.cell_place] * q["aid_inclusion"] / 12
    state.represented = np.clip(state.represented + push + pull, 0, 1)


def remnants(setting: Setting, state: State, x: Derived) -> None:
    """Step 11. Remnants: logit ρ += ε (ι₀ + ι_E E (1 − U) + ι_V log(1 + V_local) − ι_U (U − 0.7) − logit ρ).

    ι₀ is the logit at the start.
    Local fighting feeds remnants here and nowhere else [C-02]. Model notes, 2.10; M-18, C-24, C-25.
    """
    case, q = setting.case, setting.parameters
    start = log(q["remnant_start"] / (1 - q["remnant_start"]))
    rest = (
        start
        + q["remnant_exclusion"] * x.exclusion * (1 - x.unity)
        + q["remnant_violence"] * log1p(x.local_violence)
        - q["remnant_unity"] * (x.unity - UNITY_AT)
    )
    moved = state.remnant_logit + np.minimum(q["remnant_speed"], 1) * (rest - state.remnant_logit)
    state.remnant_logit = np.where(case.is_national[:, None], state.remnant_logit, moved)

"""Steps 1, 2 and 12: how forces stand, what violence follows, what a source records of it.

Equations and order of sums are those of `docs/why/simulation.md`. Every sum runs along a list of the layout in its
order; nothing is added up by a library routine whose order could vary.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.indices.forces import COMMANDED
from dayafter.kernels.plain import exp, log
from dayafter.simulation.draws import (
    COUNT_CAP,
    MARK,
    RECORD,
    VIOLENCE,
    binomial,
    marks,
    negative_binomial,
    uniform_pair,
)
from dayafter.simulation.layout import CLASSES, COMMUNAL, EXTERNAL, INSURGENT, INTERBLOC, INTRABLOC, Layout
from dayafter.simulation.parameters import Parameters
from dayafter.simulation.policies import Schedule
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import N_LAGS, State
from dayafter.simulation.world import World, sum_by

X_INTER_AT: Final = 0.10
X_INTRA_AT: Final = 0.05
REMNANT_AT: Final = 0.05
CLAIM_AT: Final = 0.6
SEAM_AT: Final = 0.4
FORCE_AT: Final = 0.5
COMMUNAL_AT: Final = 0.25
RETURN_AT: Final = 0.02
"""Points at which the rates are quoted (model notes, 2.2)."""
AID_CAP: Final = 10.0
"""Currency a head and month up to which the effect of aid on violence is taken as linear."""
HELD_FROM: Final = 0.5
"""Share of armed men from which on a place counts as held by its holder."""
SMOOTH_OLD, SMOOTH_NEW = 0.6, 0.4
DYAD_DEATHS: Final = 25
"""Deaths a year below which UCDP GED does not record a dyad."""
_ARMED: Final = (INTERBLOC, INTRABLOC, INSURGENT)
_CROSSING: Final = (INTERBLOC, INTRABLOC, INSURGENT, COMMUNAL)


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """Indices at the end of the month before."""

    degree: Floats  # (E, m) how far a deal binds a slot's actor
    overlap: Floats  # (R, m)
    bound: Floats  # (R, m) g
    x_inter: Floats  # (p, m)
    x_intra: Floats  # (p, m)
    cover: Floats  # (p, m) binding over the place's parties
    unity: Floats  # (p, m)
    force: Floats  # (p, m) monopoly of force
    seam: Floats  # (p, m)
    mix: Floats  # (p, m)
    mean_distrust: Floats  # (p, m); 0 where there is no pair
    claim: Floats  # (p, m)
    exclusion: Floats  # (p, m)
    total_violence: Floats  # (p, m) Σ_k V
    local_violence: Floats  # (p, m) V of interbloc, intrabloc and communal


def degrees(layout: Layout, command: Floats, signs: Bools) -> Floats:
    """(E, m): 1 for a signatory, else the largest product of command on the way up to one. Model notes, 2.1; M-04."""
    degree = np.zeros((layout.tie_slot.size, command.shape[1]))
    for e in range(layout.tie_slot.size):
        chain, d = layout.chains[layout.slot_actor[layout.tie_slot[e]]], layout.tie_deal[e]
        reach = np.ones(command.shape[1])
        for position, actor in enumerate(chain):
            if position:
                reach = reach * command[chain[position - 1]]
            degree[e] = np.maximum(degree[e], np.where(signs[d, actor], reach, 0.0))
    return degree


def overlaps(layout: Layout, loyalty: Floats, first: Ints, second: Ints) -> Floats:
    """(pairs, m): o = Σ_patron min(ℓ_a, ℓ_b), patrons by label, self left out. Model notes, 2.1."""
    total = np.zeros((first.size, loyalty.shape[2]))
    for n in range(layout.patron.size):
        total += np.minimum(loyalty[first, n], loyalty[second, n])
    return total


def derive(setting: Setting, state: State) -> Derived:
    """Step 1. Indices of model notes, 2.1: M-01 (contestation), M-03 (monopoly of force), M-04 (command)."""
    case, layout, world = setting.case, setting.layout, setting.world
    p, first, second = len(case.places), layout.pair_first, layout.pair_second
    degree = degrees(layout, state.command, state.signs)
    strength = np.where(state.in_force, 0.4 + 0.6 * state.kept, 0.0)
    free = np.ones((layout.pair_place.size, world.members.size))
    for b in range(layout.bond_pair.size):
        tied = strength[layout.bond_deal[b]] * degree[layout.bond_first[b]] * degree[layout.bond_second[b]]
        free[layout.bond_pair[b]] *= 1 - tied
    overlap = overlaps(layout, state.loyalty, layout.slot_force[first], layout.slot_force[second])
    hostility = np.where(world.hostility_given[:, None], world.hostility, 1 - overlap)
    both = 2 * state.share[first] * state.share[second]
    x_inter = sum_by(both * hostility * (1 - overlap) * free, layout.pair_place, p)
    x_intra = sum_by(both * world.rivalry * overlap * free, layout.pair_place, p)
    met = sum_by(both, layout.pair_place, p)
    cover = np.divide(sum_by(both * (1 - free), layout.pair_place, p), met, out=np.zeros_like(met), where=met > 0)
    unity = unities(case, layout, state)
    distrust, mix = _distrust(layout, world, state, p)
    shut_out = sum_by(world.weight * (1 - state.represented), layout.cell_place, p)
    total = state.violence[:, 0].copy()
    for k in range(1, len(CLASSES)):
        total += state.violence[:, k]
    local = state.violence[:, INTERBLOC] + state.violence[:, INTRABLOC] + state.violence[:, COMMUNAL]
    return Derived(
        degree=degree,
        overlap=overlap,
        bound=1 - free,
        x_inter=x_inter,
        x_intra=x_intra,
        cover=cover,
        unity=unity,
        force=monopolies(layout, state, p),
        seam=seams(layout, state, unity),
        mix=mix,
        mean_distrust=distrust,
        claim=claim_pressure(case, layout, state.claim),
        exclusion=shut_out,
        total_violence=total,
        local_violence=local,
    )


def unities(case: CompiledCase, layout: Layout, state: State) -> Floats:
    """(p, m): U = Σ_bloc (Σ_a s_a ℓ_a,bloc)² + Σ_a (s_a ℓ_a,self)², fractional membership. Model notes, 2.1."""
    n = layout.patron.size
    blocs = list(dict.fromkeys(int(case.bloc[case.patron_actor[patron]]) for patron in layout.patron))
    unity = np.zeros((len(case.places), state.share.shape[1]))
    for bloc in blocs:
        mass = np.zeros_like(unity)
        for number, patron in enumerate(layout.patron):
            if case.bloc[case.patron_actor[patron]] == bloc:
                mass += sum_by(state.share * state.loyalty[layout.slot_force, number], layout.slot_place, len(unity))
        unity += mass * mass
    own = state.share * state.loyalty[layout.slot_force, n]
    unity += sum_by(own * own, layout.slot_place, len(unity))
    return unity


def monopolies(layout: Layout, state: State, n_places: int) -> Floats:
    """(p, m): F = Σ_group share² = Σ s² + 2 Σ_pairs s s' of one command; 0 without armed men. M-03."""
    heads = np.empty(state.share.shape, dtype=np.int64)
    for s in range(layout.slot_actor.size):
        chain = layout.chains[layout.slot_actor[s]]
        heads[s] = chain[0]
        climbing = np.ones(state.share.shape[1], dtype=np.bool_)
        for below, above in pairwise(chain):
            climbing &= state.command[below] >= COMMANDED
            heads[s] = np.where(climbing, above, heads[s])
    force = sum_by(state.share * state.share, layout.slot_place, n_places)
    first, second = layout.pair_first, layout.pair_second
    together = np.where(heads[first] == heads[second], 2 * state.share[first] * state.share[second], 0.0)
    force += sum_by(together, layout.pair_place, n_places)
    return force


def seams(layout: Layout, state: State, unity: Floats) -> Floats:
    """(p, m): 1 − U, or more where the holders of neighbouring places answer to different patrons (1 − o).

    0 where nobody is armed. Model notes, 2.1.
    """
    seam = np.where(unity > 0, 1 - unity, 0.0)
    members = np.arange(seam.shape[1])
    for p, q in zip(layout.near_from, layout.near_to, strict=True):
        mine, other = state.holder[p], state.holder[q]
        held = (mine >= 0) & (other >= 0)
        one, two = layout.slot_force[np.maximum(mine, 0)], layout.slot_force[np.maximum(other, 0)]
        shared = np.zeros(seam.shape[1])
        for n in range(layout.patron.size):
            shared += np.minimum(state.loyalty[one, n, members], state.loyalty[two, n, members])
        apart = np.where(one == two, 0.0, 1 - shared)
        seam[p] = np.where(held, np.maximum(seam[p], apart), seam[p])
    return seam


def _distrust(layout: Layout, world: World, state: State, n_places: int) -> tuple[Floats, Floats]:
    """Q̄ = Σ w w' q / Σ w w' and mix = 1 − Σ w², quoted apart. Model notes, 2.1; M-05."""
    both = world.weight[layout.q_from] * world.weight[layout.q_to]
    met = sum_by(both, layout.q_place, n_places)
    mean = np.divide(
        sum_by(both * state.distrust, layout.q_place, n_places), met, out=np.zeros_like(met), where=met > 0
    )
    return mean, met


def claim_pressure(case: CompiledCase, layout: Layout, claim: Floats) -> Floats:
    """(p, m): mean of the strongest claims of the two most claiming blocs; 0 with a single one. M-02."""
    pressure = np.zeros((len(case.places), claim.shape[1]))
    for p in range(len(case.places)):
        rows = np.flatnonzero(layout.claim_place == p)
        blocs = list(dict.fromkeys(int(case.bloc[layout.claim_actor[row]]) for row in rows))
        if len(blocs) < 2:
            continue
        first, second = np.zeros(claim.shape[1]), np.zeros(claim.shape[1])
        for bloc in blocs:
            height = np.zeros(claim.shape[1])
            for row in rows:
                if case.bloc[layout.claim_actor[row]] == bloc:
                    height = np.maximum(height, claim[row])
            second = np.maximum(second, np.minimum(first, height))
            first = np.maximum(first, height)
        pressure[p] = np.where(second > 0, (first + second) / 2, 0.0)
    return pressure


def exposures(setting: Setting, state: State, x: Derived) -> Floats:
    """(p, k, m): O_k, relative to the points of reference; exactly 0 where there is nobody to do it. Model notes, 2.2.

    M-01 and M-02 (interbloc: contestation, claims), M-04 (intrabloc), M-11 and M-18 (insurgents: remnants, seam),
    M-05 (communal: mix, distrust, returns).
    """
    case, layout, world, q = setting.case, setting.layout, setting.world, setting.parameters
    exposure = np.zeros((len(case.places), len(CLASSES), world.members.size))
    exposure[:, INTERBLOC] = _power(x.x_inter / X_INTER_AT, q["kappa"]) * exp(q["beta_claim"] * (x.claim - CLAIM_AT))
    exposure[:, INTRABLOC] = _power(x.x_intra / X_INTRA_AT, q["kappa"])
    remnant = 1 / (1 + exp(-state.remnant_logit))
    seam = exp(q["beta_seam"] * (x.seam - SEAM_AT))
    exposure[:, INSURGENT] = _power(remnant / REMNANT_AT, q["kappa_remnant"]) * seam
    at_home = sum_by(state.home.astype(np.float64), layout.cell_place, len(case.places))
    part = np.divide(at_home, world.before, out=np.zeros_like(at_home), where=world.before > 0)
    flow = 0.4 + 0.6 * np.minimum(state.return_flow / RETURN_AT, 3)
    exposure[:, COMMUNAL] = x.mix * x.mean_distrust * np.minimum(part, 1) / COMMUNAL_AT * flow
    exposure[:, EXTERNAL] = world.external
    exposure[case.is_national] = 0
    return exposure


def _power(base: Floats, exponent: Floats) -> Floats:
    """base^exponent, and 0 at 0 whatever the exponent."""
    return np.where(base > 0, exp(exponent * log(np.where(base > 0, base, 1.0))), 0.0)


def levers(setting: Setting, schedule: Schedule, state: State, x: Derived, month: int) -> Floats:
    """(p, k, m): what multiplies the background, on the log scale.

    −β_F (F − 0.5) on armed activity [M-03]; armed outsiders on the same, unarmed dialogue on communal violence alone,
    nothing else of an outsider's presence [M-14]; ω after a breakdown on bloc and communal violence;
    aid by control [M-17].
    """
    q = setting.parameters
    log_rate = np.zeros((x.force.shape[0], len(CLASSES), x.force.shape[1]))
    aid = np.minimum(state.aid_a_head, AID_CAP)
    slot = np.maximum(state.holder, 0)
    share = np.take_along_axis(state.share, slot, axis=0) if state.share.size else np.zeros(slot.shape)
    held = (state.holder >= 0) & (share >= HELD_FROM)
    money = aid * np.where(held, q["aid_held"], q["aid_contested"])
    for k in _ARMED:
        log_rate[:, k] -= q["beta_force"] * (x.force - FORCE_AT)
        log_rate[:, k] += np.where(schedule.armed[month - 1][:, None], q["armed_outsiders"], 0.0)
    log_rate[:, COMMUNAL] += np.where(schedule.dialogue[month - 1][:, None], q["unarmed_dialogue"], 0.0)
    for k in (INTERBLOC, INTRABLOC, COMMUNAL):
        log_rate[:, k] += state.bump
    for k in _CROSSING:
        log_rate[:, k] += money
    return log_rate


def excitation(layout: Layout, q: Parameters, lags: Floats) -> Floats:
    """(p, k, m): Σ_l w_l B N_{t−l}, w ∝ (1 − δ) δ^(l−1) over three months.

    B: own class and place; each other class of the place but `external`; the same class in each neighbour.
    Model notes, 2.3; M-21 between places. Order: lags, then own, cross (classes in order), neighbours (by label).
    """
    decay = q["excitation_decay"]
    weights = [np.ones_like(decay), decay, decay * decay]
    whole = weights[0] + weights[1] + weights[2]
    past = np.zeros(lags.shape[1:])
    for lag in range(N_LAGS):
        past += (weights[lag] / whole) * lags[lag]
    children = q["excitation_own"] * past
    for k in _CROSSING:
        for other in _CROSSING:
            if other != k:
                children[:, k] += q["excitation_cross"] * past[:, other]
    for place, near in zip(layout.near_from, layout.near_to, strict=True):
        children[place] += q["excitation_neighbour"] * past[near]
    return children


def violence(setting: Setting, state: State, exposure: Floats, lever: Floats, month: int) -> tuple[Ints, Ints]:
    """Step 2: events and deaths of month t, (p, k, m) each.

    μ = O exp(η + u + v + levers); λ = μ + 1[O > 0] · offspring; N negative binomial by inversion at one uniform; fatal
    events binomial at a second; deaths one mark for each fatal event. Model notes, 2.2 and 2.3.
    """
    seed, layout, world, q = setting.seed, setting.layout, setting.world, setting.parameters
    active = exposure > 0
    rate = np.where(active, exposure * exp(world.log_rate + lever) + excitation(layout, q, state.lags), 0.0)
    state.overflow |= (~np.isfinite(rate)).any(axis=(0, 1))
    rate = np.where(np.isfinite(rate), np.minimum(rate, COUNT_CAP / 2), COUNT_CAP / 2)
    n_places, n_classes, m = rate.shape
    u, v = uniform_pair(seed, VIOLENCE, world.members, layout.class_ids, month)
    events = negative_binomial(u.reshape(rate.shape), rate, q["dispersion"])
    state.overflow |= (events >= COUNT_CAP).any(axis=(0, 1))
    chance = np.empty((n_places, n_classes, m))
    chance[:] = q["fatal_other"]
    chance[:, INSURGENT] = q["fatal_insurgent"]
    fatal = binomial(v.reshape(rate.shape), events, chance)
    return events, death_toll(seed, layout, world.members, fatal, month)


def death_toll(seed: int, layout: Layout, members: Ints, fatal: Ints, month: int) -> Ints:
    """(p, k, m): deaths summed over fatal events, each with a mark of its own address; only those that happened."""
    flat = fatal.reshape(-1, fatal.shape[2])
    deaths = np.zeros(flat.shape, dtype=np.int64)
    for row in range(flat.shape[0]):
        for number in range(int(flat[row].max(initial=0))):
            there = np.flatnonzero(flat[row] > number)
            u, _ = uniform_pair(seed, MARK, members[there], layout.class_ids[row : row + 1], month, number=number)
            deaths[row, there] += marks(u[0])
    return deaths.reshape(fatal.shape)


def smoothed(violence_before: Floats, events: Ints) -> Floats:
    """V_t = 0.6 V_{t−1} + 0.4 N_t, by place and class."""
    return SMOOTH_OLD * violence_before + SMOOTH_NEW * events


def record(setting: Setting, events: Ints, deaths: Ints) -> Ints:
    """Step 12, for all months at once: what UCDP GED would hold, (t, p, k, m).

    Each event is recorded with the share of its class; then, year by year of the run, a class stays only where its
    deaths over all places reach 25, the data set's threshold for a dyad. Insurgent and external dyads fight elsewhere
    too and pass it always. Model notes, 2.2.
    """
    seed, layout, members = setting.seed, setting.layout, setting.world.members
    share = np.broadcast_to(recorded_shares(setting.parameters), events.shape[1:])
    seen = np.empty(events.shape, dtype=np.int64)
    for t in range(events.shape[0]):
        u, _ = uniform_pair(seed, RECORD, members, layout.class_ids, t + 1)
        seen[t] = binomial(u.reshape(share.shape), events[t], share)
    drop_small_dyads(seen, deaths)
    return seen


def recorded_shares(q: Parameters) -> Floats:
    """(k, m), the share of each class's events that a source records."""
    shares = dict.fromkeys(range(len(CLASSES)), "recorded_interbloc")
    shares |= {INSURGENT: "recorded_insurgent", EXTERNAL: "recorded_insurgent", COMMUNAL: "recorded_communal"}
    return np.stack([q[shares[k]] for k in range(len(CLASSES))])


def drop_small_dyads(seen: Ints, deaths: Ints) -> None:
    """Take out of `seen`, year by year, the classes whose deaths over all places stay below the threshold."""
    for year in range(0, seen.shape[0], 12):
        span = slice(year, year + 12)
        toll = deaths[span].sum(axis=(0, 1))  # whole numbers: any order
        for k in (INTERBLOC, INTRABLOC, COMMUNAL):
            seen[span, :, k] *= toll[k] >= DYAD_DEATHS

"""Steps 1, 2 and 12 compiled: the twins of `steps_violence`, for a chunk of members, members innermost.

Serial loops over things, and within each over the members: a row of members is what the processor works on at a time.
Every sum runs in the order of the reference, every function is one of `kernels.elementary`: the same bits. A row in
which nothing can happen, and the luck of events that do not happen, are passed over; each draw has its own address, so
that nothing shifts.

Slots, pairs, cells, claims and pairs of cells stand by place: those of place p are `x_of[p, 0]` to `x_of[p, 1]`.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.kernels.counts import binomial, deaths_of_event, negative_binomial, surely_zero_below
from dayafter.kernels.elementary import exp, log
from dayafter.kernels.philox import pair_rows, uniform

INTERBLOC, INTRABLOC, INSURGENT, COMMUNAL, EXTERNAL, N_CLASSES, N_CROSSING = 0, 1, 2, 3, 4, 5, 4
COUNT_CAP: Final = 2000
COUNT_LIMIT: Final = (1 << 20) - 1
ZERO: Final = np.uint64(0)
NOBODY: Final = -1.0
"""In place of a rate: nobody is there to do it."""
LOG_MARK_MEDIAN: Final = math.log(4.3)
MARK_SPREAD: Final = 1.35
_CAP: Any = np.int64(COUNT_CAP)  # of one type with other limits: a number written out has a type of its own

(
    KAPPA, KAPPA_REMNANT, BETA_CLAIM, BETA_SEAM, BETA_FORCE, OWN, CROSS, NEIGHBOUR, DECAY, DISPERSION,
    FATAL_INSURGENT, FATAL_OTHER, ARMED_OUTSIDERS, DIALOGUE, AID_CONTESTED, AID_HELD,
) = range(16)  # fmt: skip
"""Rows of the parameters that violence reads; `compiled.VIOLENCE` names them."""


@compiled
def degrees(command: Any, signs: Any, tie_deal: Any, chain_of: Any, chain: Any, degree: Any) -> None:
    """`steps_violence.degrees`. The chain of tie e is `chain[chain_of[e]:chain_of[e + 1]]`, itself first."""
    for e in range(tie_deal.size):
        d, start = tie_deal[e], chain_of[e]
        for m in range(degree.shape[1]):
            degree[e, m] = 1.0 if signs[d, chain[start], m] else 0.0
        for at in range(start + 1, chain_of[e + 1]):
            for m in range(degree.shape[1]):
                reach = 1.0
                for below in range(start, at):
                    reach = reach * command[chain[below], m]
                if signs[d, chain[at], m]:
                    degree[e, m] = max(degree[e, m], reach)


@compiled
def contestation(
    in_force: Any, kept: Any, degree: Any, share: Any, loyalty: Any, is_live: Any, hostility: Any, given: Any,
    rivalry: Any, slot_force: Any, pair_place: Any, pair_first: Any, pair_second: Any, bond_of: Any, bonds: Any,
    x_inter: Any, x_intra: Any, cover: Any,
) -> None:  # fmt: skip
    """Overlap, binding, contestation and cover of `steps_violence.derive`.

    `bonds` (B, 3): deal, first and second tie, by pair, `bond_of[r]` to `bond_of[r + 1]`. `is_live` (F, N): a loyalty
    that some member has.
    """
    n_members = share.shape[1]
    free, overlap, met = np.empty(n_members), np.empty(n_members), np.zeros(cover.shape)
    x_inter[:], x_intra[:], cover[:] = 0.0, 0.0, 0.0
    for r in range(pair_place.size):
        p, first, second = pair_place[r], pair_first[r], pair_second[r]
        one, two = slot_force[first], slot_force[second]
        free[:], overlap[:] = 1.0, 0.0
        for b in range(bond_of[r], bond_of[r + 1]):
            d, i, j = bonds[b, 0], bonds[b, 1], bonds[b, 2]
            for m in range(n_members):
                strength = 0.4 + 0.6 * kept[d, m] if in_force[d, m] else 0.0
                free[m] *= 1 - strength * degree[i, m] * degree[j, m]
        for n in range(is_live.shape[1] - 1):
            if is_live[one, n] and is_live[two, n]:
                for m in range(n_members):
                    overlap[m] += min(loyalty[one, n, m], loyalty[two, n, m])
        for m in range(n_members):
            both = 2 * share[first, m] * share[second, m]
            hostile = hostility[r, m] if given[r] else 1 - overlap[m]
            x_inter[p, m] += both * hostile * (1 - overlap[m]) * free[m]
            x_intra[p, m] += both * rivalry[r, m] * overlap[m] * free[m]
            met[p, m] += both
            cover[p, m] += both * (1 - free[m])
    for p in range(met.shape[0]):
        for m in range(n_members):
            cover[p, m] = cover[p, m] / met[p, m] if met[p, m] > 0 else 0.0


@compiled
def unities(
    share: Any, loyalty: Any, is_live: Any, slot_place: Any, slot_force: Any, patron_bloc: Any, unity: Any
) -> None:
    """`steps_violence.unities`. `patron_bloc` (N,): number of the bloc of a patron, blocs in order of appearance."""
    n_patrons, n_members = patron_bloc.size, share.shape[1]
    n_blocs = 0
    for n in range(n_patrons):
        n_blocs = max(n_blocs, patron_bloc[n] + 1)
    mass, part = np.empty(unity.shape), np.empty(unity.shape)
    unity[:] = 0.0
    for bloc in range(n_blocs + 1):  # the last stands for what each keeps for itself
        mass[:] = 0.0
        for n in range(n_patrons):
            if bloc < n_blocs and patron_bloc[n] == bloc:
                part[:] = 0.0
                for s in range(slot_place.size):
                    if is_live[slot_force[s], n]:
                        for m in range(n_members):
                            part[slot_place[s], m] += share[s, m] * loyalty[slot_force[s], n, m]
                for p in range(unity.shape[0]):
                    for m in range(n_members):
                        mass[p, m] += part[p, m]
        if bloc == n_blocs:
            for s in range(slot_place.size):
                for m in range(n_members):
                    own = share[s, m] * loyalty[slot_force[s], n_patrons, m]
                    mass[slot_place[s], m] += own * own
        for p in range(unity.shape[0]):
            for m in range(n_members):
                unity[p, m] += mass[p, m] if bloc == n_blocs else mass[p, m] * mass[p, m]


@compiled
def monopolies(
    share: Any, command: Any, commanded: float, slot_place: Any, slot_chain_of: Any, slot_chain: Any, pair_place: Any,
    pair_first: Any, pair_second: Any, force: Any,
) -> None:  # fmt: skip
    """`steps_violence.monopolies`."""
    n_members = share.shape[1]
    heads, climbing = np.empty(share.shape, dtype=np.int64), np.empty(n_members, dtype=np.bool_)
    together = np.zeros(force.shape)
    force[:] = 0.0
    for s in range(slot_place.size):
        heads[s] = slot_chain[slot_chain_of[s]]
        climbing[:] = True
        for at in range(slot_chain_of[s] + 1, slot_chain_of[s + 1]):
            for m in range(n_members):
                climbing[m] = climbing[m] and command[slot_chain[at - 1], m] >= commanded
                heads[s, m] = slot_chain[at] if climbing[m] else heads[s, m]
        for m in range(n_members):
            force[slot_place[s], m] += share[s, m] * share[s, m]
    for r in range(pair_place.size):
        first, second = pair_first[r], pair_second[r]
        for m in range(n_members):
            one = 2 * share[first, m] * share[second, m]
            together[pair_place[r], m] += one if heads[first, m] == heads[second, m] else 0.0
    for p in range(force.shape[0]):
        for m in range(n_members):
            force[p, m] += together[p, m]


@compiled
def seams(unity: Any, holder: Any, loyalty: Any, slot_force: Any, near_from: Any, near_to: Any, seam: Any) -> None:
    """`steps_violence.seams`."""
    for p in range(unity.shape[0]):
        for m in range(unity.shape[1]):
            seam[p, m] = 1 - unity[p, m] if unity[p, m] > 0 else 0.0
    for x in range(near_from.size):
        p, q = near_from[x], near_to[x]
        for m in range(unity.shape[1]):
            if holder[p, m] >= 0 and holder[q, m] >= 0:
                one, two = slot_force[holder[p, m]], slot_force[holder[q, m]]
                if one != two:
                    shared = 0.0
                    for n in range(loyalty.shape[1] - 1):
                        shared += min(loyalty[one, n, m], loyalty[two, n, m])
                    seam[p, m] = max(seam[p, m], 1 - shared)


@compiled
def people_indices(
    weight: Any, distrust: Any, represented: Any, cell_place: Any, q_place: Any, q_from: Any, q_to: Any, mix: Any,
    mean_distrust: Any, exclusion: Any,
) -> None:  # fmt: skip
    """Mix, mean distrust and exclusion of `steps_violence.derive`."""
    n_members = weight.shape[1]
    mix[:], mean_distrust[:], exclusion[:] = 0.0, 0.0, 0.0
    for q in range(q_place.size):
        for m in range(n_members):
            both = weight[q_from[q], m] * weight[q_to[q], m]
            mix[q_place[q], m] += both
            mean_distrust[q_place[q], m] += both * distrust[q, m]
    for p in range(mix.shape[0]):
        for m in range(n_members):
            mean_distrust[p, m] = mean_distrust[p, m] / mix[p, m] if mix[p, m] > 0 else 0.0
    for c in range(cell_place.size):
        for m in range(n_members):
            exclusion[cell_place[c], m] += weight[c, m] * (1 - represented[c, m])


@compiled
def claim_pressure(claim: Any, bloc_of: Any, row_of: Any, rows: Any, pressure: Any) -> None:
    """`steps_violence.claim_pressure`. Blocs of place p: `bloc_of[p]` to `bloc_of[p + 1]`; claims of one: `rows`."""
    n_members = pressure.shape[1]
    first, second, height = np.empty(n_members), np.empty(n_members), np.empty(n_members)
    pressure[:] = 0.0
    for p in range(pressure.shape[0]):
        if bloc_of[p + 1] - bloc_of[p] < 2:
            continue
        first[:], second[:] = 0.0, 0.0
        for bloc in range(bloc_of[p], bloc_of[p + 1]):
            height[:] = 0.0
            for at in range(row_of[bloc], row_of[bloc + 1]):
                for m in range(n_members):
                    height[m] = max(height[m], claim[rows[at], m])
            for m in range(n_members):
                second[m] = max(second[m], min(first[m], height[m]))
                first[m] = max(first[m], height[m])
        for m in range(n_members):
            pressure[p, m] = (first[m] + second[m]) / 2 if second[m] > 0 else 0.0


@compiled
def backgrounds(
    q: Any, x_inter: Any, x_intra: Any, claim: Any, seam: Any, mix: Any, mean_distrust: Any, force: Any,
    remnant: Any, home: Any, before: Any, return_flow: Any, external: Any, is_national: Any, cell_of: Any, bump: Any,
    aid_a_head: Any, holder: Any, share: Any, armed: Any, dialogue: Any, log_rate: Any, rate: Any,
) -> None:  # fmt: skip
    """Exposure times exp(η + u + v + levers): `steps_violence.exposures` and `levers`; `NOBODY` without exposure."""
    n_members = share.shape[1]
    exposure, lever = np.empty((N_CLASSES, n_members)), np.empty((N_CLASSES, n_members))
    for p in range(is_national.size):
        if is_national[p]:
            rate[p] = NOBODY
            continue
        for m in range(n_members):  # powers are written out: of a call the compiler takes one member at a time
            base = x_inter[p, m] / 0.10
            raised = exp(q[KAPPA, m] * log(base))
            exposure[INTERBLOC, m] = (raised if base > 0 else 0.0) * exp(q[BETA_CLAIM, m] * (claim[p, m] - 0.6))
        for m in range(n_members):
            base = x_intra[p, m] / 0.05
            raised = exp(q[KAPPA, m] * log(base))
            exposure[INTRABLOC, m] = raised if base > 0 else 0.0
        for m in range(n_members):
            base = remnant[p, m] / 0.05
            raised = exp(q[KAPPA_REMNANT, m] * log(base))
            exposure[INSURGENT, m] = (raised if base > 0 else 0.0) * exp(q[BETA_SEAM, m] * (seam[p, m] - 0.4))
            exposure[EXTERNAL, m] = external[p, m]
        for m in range(n_members):
            at_home = 0.0
            for c in range(cell_of[p, 0], cell_of[p, 1]):
                at_home += float(home[c, m])
            part = at_home / before[p, m] if before[p, m] > 0 else 0.0
            flow = 0.4 + 0.6 * min(return_flow[p, m] / 0.02, 3.0)
            exposure[COMMUNAL, m] = mix[p, m] * mean_distrust[p, m] * min(part, 1.0) / 0.25 * flow
            own = share[holder[p, m], m] if holder[p, m] >= 0 else 0.0
            money = min(aid_a_head[p, m], 10.0) * (q[AID_HELD, m] if own >= 0.5 else q[AID_CONTESTED, m])
            common = -(q[BETA_FORCE, m] * (force[p, m] - 0.5)) + (q[ARMED_OUTSIDERS, m] if armed[p] else 0.0)
            lever[INTERBLOC, m] = common + bump[p, m] + money
            lever[INTRABLOC, m] = common + bump[p, m] + money
            lever[INSURGENT, m] = common + money
            lever[COMMUNAL, m] = (q[DIALOGUE, m] if dialogue[p] else 0.0) + bump[p, m] + money
            lever[EXTERNAL, m] = 0.0
        for k in range(rate.shape[1]):
            for m in range(n_members):
                raised = exposure[k, m] * exp(log_rate[p, k, m] + lever[k, m])
                rate[p, k, m] = raised if exposure[k, m] > 0 else NOBODY


@compiled
def excite(q: Any, lags: Any, near_from: Any, near_to: Any, children: Any) -> None:
    """`steps_violence.excitation`."""
    n_places, n_classes, n_members = children.shape
    past = np.empty(children.shape)
    for p in range(n_places):
        for k in range(n_classes):
            for m in range(n_members):
                one, two = q[DECAY, m], q[DECAY, m] * q[DECAY, m]
                whole = 1.0 + one + two
                past[p, k, m] = (
                    0.0 + (1.0 / whole) * lags[0, p, k, m] + (one / whole) * lags[1, p, k, m]
                    + (two / whole) * lags[2, p, k, m]
                )  # fmt: skip
                children[p, k, m] = q[OWN, m] * past[p, k, m]
        for pair in range(N_CROSSING * N_CROSSING):
            k, other = pair // N_CROSSING, pair % N_CROSSING
            if other != k:
                _add_times(q[CROSS], past[p, other], children[p, k])
    for x in range(near_from.size):
        for k in range(n_classes):
            _add_times(q[NEIGHBOUR], past[near_to[x], k], children[near_from[x], k])


@compiled
def _add_times(times: Any, what: Any, to: Any) -> None:
    for m in range(to.size):
        to[m] += times[m] * what[m]


@compiled
def events_of_month(
    q: Any, rate: Any, children: Any, members: Any, class_ids: Any, keys: Any, month: np.uint64, overflow: Any,
    events: Any, deaths: Any,
) -> None:  # fmt: skip
    """`steps_violence.violence`. `keys` (2, 2): of counts and of marks. `rate` is that of the background."""
    n_members = members.size
    u, v, mean = np.empty(n_members), np.empty(n_members), np.empty(n_members)
    for p in range(rate.shape[0]):
        for k in range(rate.shape[1]):
            is_exposed = False
            for m in range(n_members):
                mean[m] = rate[p, k, m] + children[p, k, m] if rate[p, k, m] != NOBODY else 0.0
                is_exposed |= rate[p, k, m] != NOBODY
                events[p, k, m] = 0
                deaths[p, k, m] = 0
            if not is_exposed:
                continue
            pair_rows(keys[0, 0], keys[0, 1], members, class_ids[p, k], month, ZERO, u, v)
            for m in range(n_members):
                if u[m] <= surely_zero_below(mean[m]):
                    continue
                if not np.isfinite(mean[m]):
                    overflow[m] = True
                    mean[m] = COUNT_CAP / 2
                n, _ = negative_binomial(u[m], min(mean[m], COUNT_CAP / 2), q[DISPERSION, m], _CAP)
                if n == 0:
                    continue
                overflow[m] = overflow[m] or n >= COUNT_CAP
                fatal, _ = binomial(v[m], n, q[FATAL_INSURGENT, m] if k == INSURGENT else q[FATAL_OTHER, m])
                killed = 0
                for number in range(fatal):
                    w = uniform(keys[1, 0], keys[1, 1], members[m], class_ids[p, k], month, np.uint64(number))
                    killed += deaths_of_event(w, 1.0, LOG_MARK_MEDIAN, MARK_SPREAD, COUNT_LIMIT)[0]
                events[p, k, m] = n
                deaths[p, k, m] = killed


@compiled
def smooth(violence: Any, events: Any, after: Any, total_after: Any) -> None:
    """V_t = 0.6 V_{t−1} + 0.4 N_t, and its sum over classes: `steps_violence.smoothed`."""
    for p in range(events.shape[0]):
        total_after[p] = 0.0
        for k in range(events.shape[1]):
            for m in range(events.shape[2]):
                after[p, k, m] = 0.6 * violence[p, k, m] + 0.4 * events[p, k, m]
                total_after[p, m] += after[p, k, m]


@compiled
def totals(violence: Any, total: Any, local: Any) -> None:
    """Σ_k V, and V of interbloc, intrabloc and communal."""
    for p in range(total.shape[0]):
        for m in range(total.shape[1]):
            first = violence[p, INTERBLOC, m] + violence[p, INTRABLOC, m]
            total[p, m] = first + violence[p, INSURGENT, m] + violence[p, COMMUNAL, m] + violence[p, EXTERNAL, m]
            local[p, m] = first + violence[p, COMMUNAL, m]


@compiled
def recorded(shares: Any, events: Any, members: Any, class_ids: Any, key: Any, seen: Any) -> None:
    """The events of `steps_violence.record` before the threshold, (t, p, k, m). `shares` (5, m), by class."""
    for t in range(events.shape[0]):
        for p in range(events.shape[1]):
            for k in range(N_CLASSES):
                for m in range(events.shape[3]):
                    if events[t, p, k, m] > 0:
                        u = uniform(key[0], key[1], members[m], class_ids[p, k], np.uint64(t + 1), ZERO)
                        seen[t, p, k, m] = binomial(u, events[t, p, k, m], shares[k, m])[0]

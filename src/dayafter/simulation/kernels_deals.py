"""Steps 0, 3, 4 and 5 compiled: the twins of `steps_deals`, for a chunk of members, members innermost.

The same bits as the reference (see `kernels_violence`). Hazards are worked out only where a deal is in force, chances
only where everybody would agree: elsewhere nothing reads them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.kernels.elementary import exp, expm1, log, log1p
from dayafter.kernels.philox import pair_rows, uniform
from dayafter.simulation.kernels_violence import ZERO

(
    H_BASE, AGE_POWER, W_FIRST, W_SECOND, W_THIRD, W_FOURTH, BUMP, SPLINTER, LOG_FORMATION, FORM_SURPLUS, FORM_DISTRUST,
    FORM_THIRD_PARTY, FORM_BROKER, FORM_VIOLENCE, PRECEDENT, HONESTY_GAIN, KEPT_UP, KEPT_DOWN, BROKER_EXIT,
) = range(19)  # fmt: skip
"""Rows of the parameters that deals read; `compiled.DEALS` names them."""
(
    R_VIOLENCE, R_COMMAND, R_PATRON_ASSENT, R_SHOCK, R_KEPT, R_MARGIN, R_LEVERS,
) = range(7)  # fmt: skip
"""Rows of the log hazard ratios; those of the levers follow, in the order of `indices.hazard.FEATURES`."""
(
    S_FORM, S_LOCAL, S_NATIONAL, S_GUARANTEE, S_GUARANTOR_LEFT, S_FACILITATOR, S_AUTHOR, S_ASSENT, S_COMMUNITIES,
    S_COMMISSION, S_UNBOUND, N_STATES,
) = range(12)  # fmt: skip
"""States of the levers of a deal's end, in the order of `indices.hazard.FEATURES`."""
TOTAL, DATED, FORCED = 0, 1, 2
"""How deals are made: by assent and luck; dated by the policy's steps; in given months."""
N_CAUSES = 4
NOT_DECIDED = -1


@compiled
def shocks(
    month_due: Any, rate: Any, members: Any, shock_ids: Any, key: Any, month: np.uint64, shock_places: Any,
    shock_budget: Any, at_place: Any, budget: Any,
) -> None:  # fmt: skip
    """`steps_deals.shocks`, as the places that are hit, (p, m), and whether the budget is, (m,)."""
    n_members = members.size
    u, v = np.empty(n_members), np.empty(n_members)
    at_place[:], budget[:] = False, False
    for s in range(shock_ids.size):
        pair_rows(key[0], key[1], members, shock_ids[s], month, ZERO, u, v)
        for m in range(n_members):
            if np.uint64(month_due[s, m]) == month or u[m] < -expm1(-rate[s, m]):
                budget[m] = budget[m] or shock_budget[s]
                for p in range(at_place.shape[0]):
                    at_place[p, m] = at_place[p, m] or shock_places[s, p]


@compiled
def over_places(place_of: Any, places: Any, values: Any, mean: Any) -> None:
    """`steps_deals.over_places`. Contested places of deal d, by label: `places[place_of[d]:place_of[d + 1]]`."""
    for d in range(mean.shape[0]):
        mean[d] = 0.0
        number = place_of[d + 1] - place_of[d]
        for at in range(place_of[d], place_of[d + 1]):
            for m in range(mean.shape[1]):
                mean[d, m] += values[places[at], m]
        if number:
            for m in range(mean.shape[1]):
                mean[d, m] /= number


@compiled
def guarantee(is_there: Any, acceptance: Any, given: Any, honesty: Any, accepted: Any) -> None:
    """`steps_deals.guarantee`."""
    for d in range(accepted.shape[0]):
        for m in range(accepted.shape[1]):
            found = acceptance[d, m] if given[d] else honesty[d, m]
            accepted[d, m] = found if is_there[d] else 0.0


@compiled
def margins(
    base: Any, slopes: Any, has_stake: Any, veto_deal: Any, claim: Any, claim_start: Any, distrust: Any,
    distrust_start: Any, lever: Any, guaranteed: Any, grievance: Any, margin: Any, least: Any,
) -> None:  # fmt: skip
    """`steps_deals.margins` and `least_margin`; claim, distrust and their starts are means over a deal's places."""
    least[:] = np.inf
    for v in range(veto_deal.size):
        d = veto_deal[v]
        if not has_stake[v]:
            margin[v] = 0.0
            continue
        for m in range(margin.shape[1]):
            found = base[v, m] + slopes[v, 0] * (claim[d, m] - claim_start[d, m])
            found = found + slopes[v, 1] * (distrust[d, m] - distrust_start[d, m])
            found = found + slopes[v, 2] * lever[d, m] + slopes[v, 3] * guaranteed[d, m] - grievance[d, m]
            margin[v, m] = found
            least[d, m] = min(least[d, m], found)
    for d in range(least.shape[0]):
        for m in range(least.shape[1]):
            least[d, m] = least[d, m] if np.isfinite(least[d, m]) else 0.0


@compiled
def own_command(
    command: Any, signs: Any, tie_deal: Any, chain_of: Any, chain: Any, wanted: Any, total: Any, number: Any
) -> None:
    """`steps_deals.own_command` into `total` where the deal is `wanted` (d,); `number` is working space."""
    total[:], number[:] = 0.0, 0.0
    for e in range(tie_deal.size):
        d, start = tie_deal[e], chain_of[e]
        if not wanted[d]:
            continue
        for at in range(start + 1, chain_of[e + 1]):
            below, above = chain[at - 1], chain[at]
            for m in range(total.shape[1]):
                under = signs[d, above, m] and not signs[d, chain[start], m]
                total[d, m] += command[below, m] if under else 0.0
                number[d, m] += 1.0 if under else 0.0
    for d in range(total.shape[0]):
        for m in range(total.shape[1]):
            total[d, m] = total[d, m] / number[d, m] if number[d, m] > 0 else 0.5


@compiled
def unbound_share(
    share: Any, degree: Any, tie_slot: Any, tie_deal: Any, n_places: Any, wanted: Any, loose: Any
) -> None:
    """`steps_deals.unbound_share` where the deal is wanted. `n_places` (d,): places of it with presence."""
    loose[:] = 0.0
    for e in range(tie_deal.size):
        if wanted[tie_deal[e]]:
            for m in range(loose.shape[1]):
                loose[tie_deal[e], m] += share[tie_slot[e], m] * (1 - degree[e, m])
    for d in range(loose.shape[0]):
        if n_places[d]:
            for m in range(loose.shape[1]):
                loose[d, m] /= n_places[d]


@compiled
def ends(
    q: Any, ratios: Any, levers: Any, state: Any, in_force: Any, age: Any, kept: Any, form: Any, level: Any,
    authored: Any, communities: Any, commission: Any, assent: Any, patron_assent: Any, frailty: Any, guaranteed: Any,
    loose: Any, command: Any, least: Any, violence: Any, covers: Any, at_place: Any, left: Any, facilitated: Any,
    members: Any, deal_ids: Any, key: Any, month: np.uint64, ended: Any,
) -> None:  # fmt: skip
    """`steps_deals.end_states`, `cause_hazards` and `ends`.

    `levers` (l, 6): base, step and the four causes of each lever of `indices.hazard.FEATURES`. `state` (11,): working
    space. `covers` (d, p), `at_place` (p, m): where a shock hit. `left`, `facilitated` (d,).
    """
    hazard, effect = np.empty(N_CAUSES), np.empty(N_CAUSES)
    u, v = np.empty(members.size), np.empty(members.size)
    ended[:] = 0
    for d in range(ended.shape[0]):
        wanted = False
        for m in range(members.size):
            wanted |= in_force[d, m]
        if not wanted:
            continue
        pair_rows(key[0], key[1], members, deal_ids[d], month, ZERO, u, v)
        for m in range(members.size):
            if not in_force[d, m]:
                continue
            state[S_FORM], state[S_LOCAL] = float(form[d, m]), (1.0 if level[d, 0, m] else 0.0)
            state[S_NATIONAL], state[S_GUARANTEE] = (1.0 if level[d, 1, m] else 0.0), guaranteed[d, m]
            state[S_GUARANTOR_LEFT], state[S_FACILITATOR] = (1.0 if left[d] else 0.0), (1.0 if facilitated[d] else 0.0)
            state[S_AUTHOR], state[S_ASSENT] = (1.0 if authored[d, m] else 0.0), assent[d, m]
            state[S_COMMUNITIES], state[S_COMMISSION] = (
                (1.0 if communities[d, m] else 0.0),
                (1.0 if commission[d, m] else 0.0),
            )
            state[S_UNBOUND] = loose[d, m]
            effect[:] = 0.0
            for lever in range(N_STATES):
                size = (state[lever] - levers[lever, 0]) / levers[lever, 1] * ratios[R_LEVERS + lever, m]
                for j in range(N_CAUSES):
                    if levers[lever, 2 + j] > 0:
                        effect[j] += size
            hurt = ratios[R_VIOLENCE, m] * log1p(violence[d, m])
            for j in range(N_CAUSES):
                effect[j] += hurt
            effect[1] += ratios[R_COMMAND, m] * (command[d, m] - 0.5)
            effect[1] += ratios[R_KEPT, m] * (kept[d, m] - 0.5)
            effect[1] += ratios[R_MARGIN, m] * (least[d, m] - 0.0)
            effect[2] += ratios[R_PATRON_ASSENT, m] * (patron_assent[d, m] - 0.5)
            shocked = False
            for p in range(covers.shape[1]):
                shocked = shocked or (covers[d, p] and at_place[p, m])
            effect[3] += ratios[R_SHOCK, m] * (1.0 if shocked else 0.0)
            aged = exp(-q[AGE_POWER, m] * log((1 + age[d, m] / 6.0) / (1 + 7.0 / 6.0)))
            common = q[H_BASE, m] * frailty[d, m] * aged
            total = 0.0
            for j in range(N_CAUSES):
                hazard[j] = common * q[W_FIRST + j, m] * exp(effect[j])
                total += hazard[j]
            if u[m] < -expm1(-total):
                ended[d, m] = N_CAUSES
                upto = total
                for j in range(N_CAUSES - 1, 0, -1):
                    upto -= hazard[j]
                    if v[m] * total < upto:
                        ended[d, m] = j


@compiled
def pass_month(bump: Any, precedent: Any, broken: Any, age: Any, in_force: Any) -> None:
    """What the end of a month takes off, and the age of deals in force."""
    for p in range(bump.shape[0]):
        for m in range(bump.shape[1]):
            bump[p, m] *= 0.8
    for d in range(age.shape[0]):
        for m in range(age.shape[1]):
            precedent[d, m] = max(precedent[d, m] - 1, 0)
            broken[d, m] = max(broken[d, m] - 1, 0)
            age[d, m] += 1.0 if in_force[d, m] else 0.0


@compiled
def break_deals(
    q: Any, ended: Any, deal_order: Any, place_of: Any, places: Any, q_of: Any, claim_of: Any, akin: Any, bump: Any,
    distrust: Any, claim: Any, honesty: Any, grievance: Any, precedent: Any, broken: Any, in_force: Any, fresh: Any,
    failed: Any,
) -> None:  # fmt: skip
    """`steps_deals.break_deals`."""
    for d in deal_order:
        for m in range(ended.shape[1]):
            if ended[d, m] == 0:
                continue
            for at in range(place_of[d], place_of[d + 1]):
                p = places[at]
                bump[p, m] += q[BUMP, m]
                for row in range(q_of[p, 0], q_of[p, 1]):
                    distrust[row, m] = min(distrust[row, m] + 0.05, 1.0)
                for row in range(claim_of[p, 0], claim_of[p, 1]):
                    claim[row, m] = min(claim[row, m] + 0.05, 1.0)
            honesty[d, m] *= 0.8
            grievance[d, m] += 0.02
            for other in range(akin.shape[1]):
                if akin[d, other]:
                    precedent[other, m] = 6
            broken[d, m] = 6
            in_force[d, m] = False
            fresh[d, m] = False
            failed[d, m] = 0


@compiled
def splinter(
    q: Any, fresh: Any, signs: Any, command: Any, child: Any, parent: Any, ids: Any, deal_order: Any, members: Any,
    key: Any, month: np.uint64,
) -> None:  # fmt: skip
    """`steps_deals.splinter`. `child`, `parent` (n,): actors that have a parent; `ids` (d, n): addresses."""
    for d in deal_order:
        for m in range(members.size):
            if not fresh[d, m]:
                continue
            fresh[d, m] = False
            for n in range(child.size):
                a = child[n]
                weak = signs[d, parent[n], m] and not signs[d, a, m] and command[a, m] < 0.5
                if weak and uniform(key[0], key[1], members[m], ids[d, n], month, ZERO) < q[SPLINTER, m]:
                    command[a, m] = 0.0


@compiled
def renegotiate(
    margin: Any, in_force: Any, fresh: Any, form: Any, level: Any, signs: Any, communities: Any, deal_order: Any,
    veto_of: Any, is_ratifier: Any, form_to: Any, level_to: Any, party_to: Any, own_veto: Any, community_to: Any,
    changed: Any,
) -> None:  # fmt: skip
    """`steps_deals.renegotiate`.

    `is_ratifier` (V,): a patron of a party. `own_veto` (d, a): row of an actor among the veto players, −1 none.
    """
    changed[:] = False
    for d in deal_order:
        for m in range(margin.shape[1]):
            if not in_force[d, m]:
                continue
            ratified = True
            for v in range(veto_of[d, 0], veto_of[d, 1]):
                ratified = ratified and (not is_ratifier[v] or margin[v, m] >= 0)
            wanted = form_to[d]
            if wanted >= 0 and form[d, m] < wanted and (ratified or wanted < 3):
                fresh[d, m] = fresh[d, m] or (form[d, m] < 2 and wanted >= 2)
                form[d, m] = wanted
                changed[d, m] = True
            for one in range(2):
                if level_to[d, one] and (one == 0 or ratified):
                    changed[d, m] = changed[d, m] or not level[d, one, m]
                    level[d, one, m] = True
            for a in range(party_to.shape[1]):
                if party_to[d, a] and not signs[d, a, m] and (own_veto[d, a] < 0 or margin[own_veto[d, a], m] >= 0):
                    signs[d, a, m] = True
                    changed[d, m] = True
            if community_to[d]:
                changed[d, m] = changed[d, m] or not communities[d, m]
                communities[d, m] = True


@compiled
def keep_terms(q: Any, kept: Any, in_force: Any, fighting: Any, command: Any) -> None:
    """`steps_deals.keep_terms`; `fighting` is interbloc V over a deal's places."""
    for d in range(kept.shape[0]):
        for m in range(kept.shape[1]):
            if in_force[d, m]:
                down = q[KEPT_DOWN, m] * kept[d, m] * min(fighting[d, m], 1.0) * command[d, m]
                moved = kept[d, m] + q[KEPT_UP, m] * (1 - kept[d, m]) - down
                kept[d, m] = min(max(moved, 0.0), 1.0)


@compiled
def broker_ties(at_work: Any, broker_of: Any, brokers: Any, size: Any, free: Any) -> None:
    """`steps_deals.broker_ties`. Go-betweens of deal d by label; `size` (b,): how far each bridges this month."""
    for d in range(free.shape[0]):
        free[d] = 1.0
        for at in range(broker_of[d], broker_of[d + 1]):
            b = brokers[at]
            for m in range(free.shape[1]):
                free[d, m] = free[d, m] * (1 - size[b] if at_work[b, m] else 1.0)
        for m in range(free.shape[1]):
            free[d, m] = 1 - free[d, m]


@compiled
def brokers_leave(
    q: Any, at_work: Any, place: Any, total_violence: Any, members: Any, broker_ids: Any, key: Any, month: np.uint64
) -> None:
    """`steps_deals.brokers_leave`. `place` (b,): −1 where none is known."""
    u, v = np.empty(members.size), np.empty(members.size)
    for b in range(place.size):
        pair_rows(key[0], key[1], members, broker_ids[b], month, ZERO, u, v)
        for m in range(members.size):
            around = total_violence[place[b], m] if place[b] >= 0 else 0.0
            at_work[b, m] = at_work[b, m] and u[m] >= -expm1(-q[BROKER_EXIT, m] * (1 + around))


@compiled
def aid_lever(
    pending: Any, tranche_aid: Any, is_inclusion: Any, stated: Any, stopped: Any, credibility: Any, fungibility: Any,
    bears_on: Any, lever: Any, on_deal: Any,
) -> None:  # fmt: skip
    """`steps_deals.aid_lever`. `is_inclusion` (z,) this month; `bears_on` (d, g): pledges that a deal can win."""
    lever[:], on_deal[:] = 0.0, 0.0
    for z in range(tranche_aid.size):
        g = tranche_aid[z]
        if is_inclusion[z] and not stopped[g]:
            for m in range(lever.shape[1]):
                if pending[z, m] > 0:
                    lever[g, m] = credibility[g, m] * (1 - fungibility[g, m]) * (1.0 if stated[g] else 0.5)
    for d in range(on_deal.shape[0]):
        for g in range(lever.shape[0]):
            if bears_on[d, g]:
                for m in range(lever.shape[1]):
                    on_deal[d, m] = max(on_deal[d, m], lever[g, m])


@compiled
def form_deals(
    q: Any, mode: int, asked: Any, is_open: Any, is_named: Any, imposed: Any, levels_there: Any, has_pairs: Any,
    in_force: Any, spell: Any, failed: Any, precedent: Any, honesty: Any, least: Any, distrust: Any, violence: Any,
    ties: Any, members: Any, deal_ids: Any, key: Any, month: np.uint64, made: Any,
) -> None:  # fmt: skip
    """`steps_deals.formation_chance` and the choice in `form_deals`. `asked` (d, m): signed this month by order.

    `levels_there` (d,): share of the two levels at which a third party is.
    """
    u, v = np.empty(members.size), np.empty(members.size)
    for d in range(made.shape[0]):
        drawn = False
        for m in range(members.size):
            made[d, m] = mode != TOTAL and asked[d, m] and not in_force[d, m]
            if not is_open[d] or in_force[d, m]:
                failed[d, m] = 0 if made[d, m] else failed[d, m]
                continue
            by_luck = mode == TOTAL or (mode == DATED and not is_named[d] and spell[d, m] == 0)
            if by_luck and least[d, m] >= 0:
                if mode == TOTAL and imposed[d] and spell[d, m] == 0:
                    made[d, m] = True
                else:
                    if not drawn:
                        pair_rows(key[0], key[1], members, deal_ids[d], month, ZERO, u, v)
                        drawn = True
                    honest = honesty[d, m] if levels_there[d] > 0 else 0.0
                    apart = distrust[d, m] - 0.5 if has_pairs[d] else 0.0
                    log_rate = q[LOG_FORMATION, m] + q[FORM_SURPLUS, m] * least[d, m]
                    log_rate = log_rate + q[FORM_THIRD_PARTY, m] * honest * levels_there[d]
                    log_rate = log_rate - q[FORM_DISTRUST, m] * apart * (1 - 0.7 * honest)
                    log_rate = log_rate + q[FORM_BROKER, m] * ties[d, m]
                    log_rate = log_rate - q[FORM_VIOLENCE, m] * log1p(violence[d, m])
                    log_rate = log_rate + (q[PRECEDENT, m] if precedent[d, m] > 0 else 0.0)
                    rate = exp(log_rate) * exp((failed[d, m] // 3) * log(0.8))
                    made[d, m] = made[d, m] or u[m] < -expm1(-rate)
            failed[d, m] = 0 if made[d, m] else failed[d, m] + 1


@compiled
def sign(
    made: Any, form_now: Any, level_now: Any, imposed: Any, party_communities: Any, signer_of: Any, signers: Any,
    in_force: Any, age: Any, spell: Any, kept: Any, form: Any, level: Any, authored: Any, communities: Any,
    fresh: Any, signs: Any,
) -> None:  # fmt: skip
    """`steps_deals._sign`: a new spell. `form_now` (d,) and `level_now` (d, 2): what signing brings this month."""
    for d in range(made.shape[0]):
        for m in range(made.shape[1]):
            if made[d, m]:
                in_force[d, m] = True
                age[d, m] = 0.0
                spell[d, m] += 1
                kept[d, m] = 0.5
                form[d, m] = form_now[d]
                level[d, 0, m], level[d, 1, m] = level_now[d, 0], level_now[d, 1]
                authored[d, m] = imposed[d]
                communities[d, m] = party_communities[d]
                fresh[d, m] = True
                for at in range(signer_of[d], signer_of[d + 1]):
                    signs[d, signers[at], m] = True


@compiled
def honesty(q: Any, levels_there: Any, third_came: Any, honest: Any) -> None:
    """`steps_deals.honesty`."""
    for d in range(honest.shape[0]):
        for m in range(honest.shape[1]):
            third_came[d, m] = third_came[d, m] or levels_there[d] > 0
            gain = q[HONESTY_GAIN, m] * levels_there[d] * (1 - honest[d, m])
            loss = 0.03 * honest[d, m] if third_came[d, m] and levels_there[d] == 0 else 0.0
            honest[d, m] = min(max(honest[d, m] + gain - loss, 0.0), 1.0)

"""Steps 8 to 11 compiled: the twins of `steps_people`, for a chunk of members, members innermost; the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.kernels.elementary import exp, expm1, log, log1p
from dayafter.kernels.philox import pair_rows, uniform_pair
from dayafter.simulation.kernels_society import at_home_share
from dayafter.simulation.kernels_violence import COMMUNAL, INTERBLOC, ZERO

(
    BATCH_CHANCE, BATCH_SIZE, RETURN_DISTRUST, RETURN_DESTRUCTION, RETURN_VIOLENCE, GATE_OPENED, EXIT_BASE, EXIT_SLOPE,
    DISPLACED_PER_EVENT, P_LOYALTY_SPEED, DWELLING_COST, CAPTURE, AID_INCLUSION, REPRESENTED_BY_DEAL, LOGIT_REMNANT,
    REMNANT_EXCLUSION, REMNANT_VIOLENCE, REMNANT_UNITY, REMNANT_SPEED,
) = range(19)  # fmt: skip
"""Rows of the parameters that people read; `compiled.PEOPLE` names them."""
NONE, INCLUSION, SECURITY, ECONOMIC = 0, 1, 2, 3
"""Conditions of a tranche, as `compiled.CONDITION_CODES` gives them."""


@compiled
def permission(
    q: Any, deal_order: Any, place_of: Any, places: Any, cell_of: Any, on_return: Any, in_force: Any, kept: Any,
    holder: Any, represented: Any, cell_place: Any, gate: Any,
) -> None:  # fmt: skip
    """`steps_people.permission`. `on_return` (d, p): the deal has a term on return there."""
    for c in range(cell_place.size):
        for m in range(gate.shape[1]):
            gate[c, m] = represented[c, m] if holder[cell_place[c], m] >= 0 else 1.0
    for d in deal_order:
        for at in range(place_of[d], place_of[d + 1]):
            p = places[at]
            for c in range(cell_of[p, 0], cell_of[p, 1]):
                for m in range(gate.shape[1]):
                    gate[c, m] += q[GATE_OPENED, m] * kept[d, m] if in_force[d, m] else 0.0
                    if on_return[d, p]:
                        gate[c, m] = max(gate[c, m], kept[d, m] if in_force[d, m] else 0.0)
    for c in range(cell_place.size):
        for m in range(gate.shape[1]):
            gate[c, m] = min(max(gate[c, m], 0.0), 1.0)


@compiled
def population(
    q: Any, gate: Any, mean_distrust: Any, total_violence: Any, destroyed: Any, dwellings: Any, before: Any, lags: Any,
    cell_of: Any, trust_of: Any, trust_cell: Any, trust_slot: Any, holder: Any, trust: Any, expect: Any, members: Any,
    cell_ids: Any, keys: Any, month: np.uint64, home: Any, displaced: Any, left: Any, return_flow: Any, returned: Any,
    fled: Any,
) -> None:  # fmt: skip
    """`steps_people.population` and `_sponsor`. `keys` (2, 2): of batches and of rounding."""
    n_members = members.size
    u, v, r, s = np.empty(n_members), np.empty(n_members), np.empty(n_members), np.empty(n_members)
    eased, flow, events = np.empty(n_members), np.empty(n_members), np.empty(n_members)
    for p in range(before.shape[0]):
        for m in range(n_members):
            damage = destroyed[p, m] / dwellings[p, m] if dwellings[p, m] > 0 else 0.0
            hurdle = (
                q[RETURN_DISTRUST, m] * mean_distrust[p, m] + q[RETURN_DESTRUCTION, m] * damage
                + q[RETURN_VIOLENCE, m] * log1p(total_violence[p, m])
            )  # fmt: skip
            eased[m] = exp(-hurdle)
            events[m] = lags[0, p, INTERBLOC, m] + lags[0, p, COMMUNAL, m]
            flow[m] = 0.0
        for c in range(cell_of[p, 0], cell_of[p, 1]):
            pair_rows(keys[0, 0], keys[0, 1], members, cell_ids[c], month, ZERO, u, v)
            pair_rows(keys[1, 0], keys[1, 1], members, cell_ids[c], month, ZERO, r, s)
            for m in range(n_members):
                returned[c, m], fled[c, m] = 0, 0
                if u[m] < q[BATCH_CHANCE, m] * gate[c, m]:
                    size = min(q[BATCH_SIZE, m] * -log(v[m]) * eased[m], 1.0)
                    returned[c, m] = int(np.floor(displaced[c, m] * size))
                if events[m] > 0:
                    chance = -expm1(-q[DISPLACED_PER_EVENT, m] * events[m])
                    fled[c, m] = min(int(np.floor(float(home[c, m]) * chance + r[m])), home[c, m])
                flow[m] += float(returned[c, m])
            for m in range(n_members):
                achieved = at_home_share(home[c, m], displaced[c, m]) / (1 + total_violence[p, m])
                gloom = max(expect[c, m] - achieved, 0.0)
                rate = -expm1(-q[EXIT_BASE, m] * exp(q[EXIT_SLOPE, m] * gloom))
                gone = min(int(np.floor(float(displaced[c, m]) * rate + s[m])), displaced[c, m] - returned[c, m])
                home[c, m] += returned[c, m] - fled[c, m]
                displaced[c, m] += fled[c, m] - returned[c, m] - gone
                left[c, m] += gone
        for m in range(n_members):
            return_flow[p, m] = flow[m] / before[p, m] if before[p, m] > 0 else 0.0
        for t in range(trust_of[p, 0], trust_of[p, 1]):
            c = trust_cell[t]
            for m in range(n_members):
                if returned[c, m] > 0 and holder[p, m] == trust_slot[t]:
                    came = returned[c, m] / max(home[c, m], 1)
                    trust[t, m] += min(q[P_LOYALTY_SPEED, m], 1.0) * came * (1 - trust[t, m])


@compiled
def money(
    q: Any, tranche_order: Any, tranche_aid: Any, condition: Any, due: Any, stopped: Any, stated: Any, bears_on: Any,
    reaches: Any, cell_place: Any, weight: Any, represented: Any, broken: Any, fiscal: Any, credibility: Any,
    reach: Any, part: Any, before: Any, place_order: Any, members: Any, tranche_ids: Any, key: Any, month: np.uint64,
    pending: Any, flowing: Any, rate_out: Any, withheld: Any, captured: Any, elsewhere: Any, on_repair: Any,
    destroyed: Any, aid_a_head: Any, burden: Any,
) -> None:  # fmt: skip
    """`steps_people.money`. `bears_on` (d, g) and `reaches` (g, p): deals and places that a pledge is about."""
    burden[:] = 0.0
    aid_a_head[:] = 0.0
    for z in tranche_order:
        g = tranche_aid[z]
        for m in range(members.size):
            if pending[z, m] > 0 and (stopped[g] or due[z, m] <= np.int64(month)):
                refused = stopped[g]
                if not refused and condition[z] != NONE:
                    u, v = uniform_pair(key[0], key[1], members[m], tranche_ids[z], month, ZERO)
                    holds = True
                    if condition[z] == INCLUSION:
                        total, whole = 0.0, 0.0
                        for c in range(cell_place.size):
                            if reaches[g, cell_place[c]]:
                                total = total + weight[c, m] * represented[c, m]
                                whole = whole + weight[c, m]
                        mean = total / whole if whole > 0 else 1.0
                        holds = bool(mean + 0.1 * (2 * u - 1) >= 0.5)
                    elif condition[z] == SECURITY:
                        for d in range(broken.shape[0]):
                            holds = holds and not (bears_on[d, g] and broken[d, m] > 0)
                    else:
                        holds = fiscal[m] >= 6
                    refused = not holds and v < credibility[g, m]
                if refused:
                    withheld[z, m] += pending[z, m]
                else:
                    flowing[z, m] += pending[z, m]
                    rate_out[z, m] = (pending[z, m] + 11) // 12
                pending[z, m] = 0
            out = min(rate_out[z, m], flowing[z, m])
            if out <= 0:
                continue
            flowing[z, m] -= out
            if condition[z] == ECONOMIC:
                burden[m] = 0.5 * 1.0
            local = int(np.floor(out * reach[g, m]))
            rest = local
            kept_back = q[CAPTURE, m] if stated[g] else q[CAPTURE, m] + (1 - q[CAPTURE, m]) * 0.5
            for p in place_order:
                here = min(int(np.floor(local * part[g, p, m])), rest)
                if here == 0:
                    continue
                rest -= here
                gone = int(np.floor(here * kept_back))
                repair = min(here - gone, int(np.floor(destroyed[p, m] * q[DWELLING_COST, m])))
                captured[z, m] += gone
                on_repair[z, m] += repair
                elsewhere[z, m] += here - gone - repair
                destroyed[p, m] = max(destroyed[p, m] - repair / q[DWELLING_COST, m], 0.0)
                if before[p, m] > 0:
                    aid_a_head[p, m] += here / before[p, m]
            elsewhere[z, m] += out - local + rest


@compiled
def offices(
    q: Any, deal_order: Any, place_of: Any, places: Any, cell_of: Any, on_government: Any, reaches: Any, include: Any,
    in_force: Any, communities: Any, kept: Any, lever: Any, represented: Any,
) -> None:  # fmt: skip
    """`steps_people.offices`. `on_government` (d, p): a term settles who governs. `include` (C,): a policy asks."""
    n_members = represented.shape[1]
    inclusive, aid = np.zeros((cell_of.shape[0], n_members)), np.zeros(n_members)
    for d in deal_order:
        for at in range(place_of[d], place_of[d + 1]):
            p = places[at]
            for m in range(n_members):
                if in_force[d, m] and (communities[d, m] or on_government[d, p]):
                    inclusive[p, m] = max(inclusive[p, m], kept[d, m])
    for p in range(cell_of.shape[0]):
        aid[:] = 0.0
        for g in range(lever.shape[0]):
            if reaches[g, p]:
                for m in range(n_members):
                    aid[m] = max(aid[m], lever[g, m])
        for c in range(cell_of[p, 0], cell_of[p, 1]):
            for m in range(n_members):
                push = (inclusive[p, m] + include[c]) * q[REPRESENTED_BY_DEAL, m] / 12
                pull = aid[m] * q[AID_INCLUSION, m] / 12
                represented[c, m] = min(max(represented[c, m] + push + pull, 0.0), 1.0)


@compiled
def remnants(
    q: Any, exclusion: Any, unity: Any, local_violence: Any, is_national: Any, logit: Any, remnant: Any
) -> None:
    """`steps_people.remnants`, and ρ itself."""
    for p in range(logit.shape[0]):
        for m in range(logit.shape[1]):
            if not is_national[p]:
                rest = (
                    q[LOGIT_REMNANT, m] + q[REMNANT_EXCLUSION, m] * exclusion[p, m] * (1 - unity[p, m])
                    + q[REMNANT_VIOLENCE, m] * log1p(local_violence[p, m])
                    - q[REMNANT_UNITY, m] * (unity[p, m] - 0.7)
                )  # fmt: skip
                logit[p, m] = logit[p, m] + min(q[REMNANT_SPEED, m], 1.0) * (rest - logit[p, m])
            remnant[p, m] = 1 / (1 + exp(-logit[p, m]))


@compiled
def write_holder(slot_actor: Any, holder: Any, actor: Any) -> None:
    """Who holds each place, as an actor."""
    for p in range(holder.shape[0]):
        for m in range(holder.shape[1]):
            actor[p, m] = slot_actor[holder[p, m]] if holder[p, m] >= 0 else -1


@compiled
def write_money(
    tranche_aid: Any, flowing: Any, withheld: Any, captured: Any, on_repair: Any, elsewhere: Any, released_to: Any,
    withheld_to: Any, captured_to: Any,
) -> None:  # fmt: skip
    """Money to date by pledge."""
    for z in range(tranche_aid.size):
        g = tranche_aid[z]
        for m in range(flowing.shape[1]):
            released_to[g, m] += flowing[z, m] + captured[z, m] + on_repair[z, m] + elsewhere[z, m]
            withheld_to[g, m] += withheld[z, m]
            captured_to[g, m] += captured[z, m]

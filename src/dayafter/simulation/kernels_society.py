"""Steps 6 and 7 compiled: the twins of `steps_society`, for a chunk of members, members innermost; the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from dayafter.kernels.cache import compiled
from dayafter.kernels.elementary import exp, log1p
from dayafter.kernels.philox import pair_rows
from dayafter.simulation.kernels_violence import COMMUNAL, INTERBLOC, ZERO

(
    LOGIT_CONTROL, CONTROL_BALANCE, CONTROL_VIOLENCE, CONTROL_SHOCK, ABANDONMENT_LOSS, DEFICIT_LEFT, CLAIM_UP,
    CLAIM_DOWN, TRUST_DOWN, TRUST_UP, LOYALTY_SPEED,
) = range(11)  # fmt: skip
"""Rows of the parameters that society reads; `compiled.SOCIETY` names them."""
OUTSIDER, SIGNATORY, PATRON, SHOCKED = 1, 2, 3, 4


@compiled
def control(
    q: Any, slot_of: Any, place_order: Any, slot_force: Any, is_out: Any, out_patron: Any, at_place: Any, lags: Any,
    loyalty: Any, share: Any, holder: Any, members: Any, place_ids: Any, key: Any, month: np.uint64, rivals: Any,
    fought: Any, unopposed: Any, left: Any,
) -> None:  # fmt: skip
    """Who takes a place this month: the choice in `steps_society.control`; `take` does the rest.

    `is_out` (S,): the slot's actor withdraws; `out_patron` (N,): a patron does. `rivals` (p, m): slot of the best
    challenger.
    """
    u, v = np.empty(members.size), np.empty(members.size)
    anybody = is_out.any() or out_patron.any()
    for p in place_order:
        fought[p], unopposed[p], left[p], rivals[p] = False, False, False, -1
        if slot_of[p, 0] == slot_of[p, 1]:
            continue
        pair_rows(key[0], key[1], members, place_ids[p], month, ZERO, u, v)
        for m in range(members.size):
            own, best, rival = 0.0, 0.0, -1
            for s in range(slot_of[p, 0], slot_of[p, 1]):
                if holder[p, m] == s:
                    own = share[s, m]
                elif share[s, m] > best:
                    best, rival = share[s, m], s
            if rival < 0:
                continue
            rivals[p, m] = rival
            if holder[p, m] >= 0:
                logit = q[LOGIT_CONTROL, m] + q[CONTROL_BALANCE, m] * (best - own)
                logit = logit + q[CONTROL_VIOLENCE, m] * log1p(lags[0, p, INTERBLOC, m])
                fought[p, m] = u[m] < 1 / (1 + exp(-logit))
                if anybody:
                    s = holder[p, m]
                    left[p, m] = is_out[s]
                    for n in range(out_patron.size):
                        left[p, m] = left[p, m] or (out_patron[n] and loyalty[slot_force[s], n, m] >= 0.3)
            if not fought[p, m] and (at_place[p, m] or left[p, m]):
                unopposed[p, m] = v[m] < q[CONTROL_SHOCK, m]


@compiled
def take(
    q: Any, place_order: Any, trust_of: Any, trust_cell: Any, trust_slot: Any, rivals: Any, fought: Any, unopposed: Any,
    left: Any, covers: Any, foresees: Any, deal_order: Any, slot_chain_of: Any, slot_chain: Any, command: Any,
    signs: Any, in_force: Any, commanded: float, share: Any, deficit: Any, trust: Any, represented: Any, holder: Any,
    causes: Any,
) -> None:  # fmt: skip
    """Places change hands: `steps_society._change_hands` and `_end_by_taking`.

    `foresees` (d, S): the deal gives the slot's place to its actor or to one above it.
    """
    for at_p in range(place_order.size * holder.shape[1]):
        p, m = place_order[at_p // holder.shape[1]], at_p % holder.shape[1]
        if not (fought[p, m] or unopposed[p, m]):
            continue
        winner, loser = rivals[p, m], holder[p, m]
        if loser >= 0:
            gone = 0.5 * share[loser, m]
            share[loser, m] -= gone
            share[winner, m] += gone
        for t in range(trust_of[p, 0], trust_of[p, 1]):
            if fought[p, m] and trust_slot[t] == loser:
                deficit[t, m] = 1 - (1 - deficit[t, m]) * (1 - q[ABANDONMENT_LOSS, m])
        for t in range(trust_of[p, 0], trust_of[p, 1]):
            if trust_slot[t] == winner:
                trusted = trust[t, m] * (1 - deficit[t, m])
                represented[trust_cell[t], m] = (represented[trust_cell[t], m] + trusted) / 2
        holder[p, m] = winner
        for d in deal_order:
            if not covers[d, p] or foresees[d, winner] or not in_force[d, m] or causes[d, m] != 0:
                continue
            signed, reach = False, 1.0
            for at in range(slot_chain_of[winner], slot_chain_of[winner + 1]):
                if at > slot_chain_of[winner]:
                    reach = reach * command[slot_chain[at - 1], m]
                signed = signed or (signs[d, slot_chain[at], m] and reach >= commanded)
            if fought[p, m]:
                causes[d, m] = SIGNATORY if signed else OUTSIDER
            else:
                causes[d, m] = PATRON if left[p, m] else SHOCKED


@compiled
def claims(q: Any, claim_place: Any, cover: Any, claim: Any) -> None:
    """`steps_society.claims`."""
    for row in range(claim_place.size):
        p = claim_place[row]
        for m in range(claim.shape[1]):
            up = q[CLAIM_UP, m] * (1 - claim[row, m]) * (1 - cover[p, m])
            down = q[CLAIM_DOWN, m] * claim[row, m] * cover[p, m]
            claim[row, m] = min(max(claim[row, m] + up - down, 0.0), 1.0)


@compiled
def trust_in_holder(
    weight: Any, trust: Any, deficit: Any, holder: Any, trust_of: Any, trust_cell: Any, trust_slot: Any, held: Any
) -> None:
    """`steps_society._trust_in_holder`."""
    for p in range(holder.shape[0]):
        for m in range(holder.shape[1]):
            held[p, m] = 0.0 if holder[p, m] >= 0 else 0.5
        for t in range(trust_of[p, 0], trust_of[p, 1]):
            for m in range(holder.shape[1]):
                if holder[p, m] == trust_slot[t]:
                    held[p, m] += weight[trust_cell[t], m] * trust[t, m] * (1 - deficit[t, m])


@compiled
def loyalties(
    q: Any, start: Any, is_live: Any, slot_place: Any, slot_force: Any, number: Any, force_actor: Any,
    patron_actor: Any, is_paying: Any, signs: Any, in_force: Any, trusted: Any, exclusion: Any, burden: Any,
    holder: Any, loyalty: Any,
) -> None:  # fmt: skip
    """`steps_society.loyalties`.

    `start` (F, N + 1, m): ℓ₀. `number` (F,): slots of a force. `patron_actor`, `is_paying` (N,).
    """
    n_forces, n_patrons, n_members = start.shape[0], patron_actor.size, burden.size
    shut, pull = np.zeros((n_forces, n_patrons, n_members)), np.empty(n_members)
    target, whole = np.empty((n_patrons, n_members)), np.empty(n_members)
    known = np.empty(n_members, dtype=np.bool_)
    for s in range(slot_place.size):
        f, p = slot_force[s], slot_place[s]
        for m in range(n_members):
            pull[m] = trusted[p, m] - 0.5 - exclusion[p, m] if holder[p, m] >= 0 else 0.0
        for n in range(n_patrons):
            if is_live[f, n]:
                for m in range(n_members):
                    if holder[p, m] >= 0:
                        shut[f, n, m] += pull[m] * loyalty[slot_force[holder[p, m]], n, m]
    for f in range(n_forces):
        whole[:] = 0.0
        for n in range(n_patrons):
            if not is_live[f, n]:
                continue
            known[:] = False
            for d in range(in_force.shape[0]):
                for m in range(n_members):
                    known[m] |= in_force[d, m] & signs[d, force_actor[f], m] & signs[d, patron_actor[n], m]
            for m in range(n_members):
                score = (1.0 if known[m] else 0.0) + shut[f, n, m] / number[f]
                if is_paying[n]:
                    score = score - burden[m]
                target[n, m] = start[f, n, m] * exp(score)
                whole[m] = whole[m] + target[n, m]
        shut[f, :, :] = 0.0
        for n in range(n_patrons):
            if is_live[f, n]:
                for m in range(n_members):
                    shut[f, n, m] = target[n, m] / (whole[m] + start[f, n_patrons, m])
        for m in range(n_members):  # read by forces to come only as `shut`, so that loyalty may move at the end
            whole[m] = start[f, n_patrons, m] / (whole[m] + start[f, n_patrons, m])
            speed = min(q[LOYALTY_SPEED, m], 1.0)
            loyalty[f, n_patrons, m] += speed * (whole[m] - loyalty[f, n_patrons, m])
    for f in range(n_forces):
        for n in range(n_patrons):
            if is_live[f, n]:
                for m in range(n_members):
                    speed = min(q[LOYALTY_SPEED, m], 1.0)
                    loyalty[f, n, m] += speed * (shut[f, n, m] - loyalty[f, n, m])


@compiled
def trust(q: Any, lags: Any, cover: Any, q_place: Any, distrust: Any, deficit: Any) -> None:
    """`steps_society.trust`."""
    for row in range(q_place.size):
        p = q_place[row]
        for m in range(distrust.shape[1]):
            events = min(lags[0, p, INTERBLOC, m] + lags[0, p, COMMUNAL, m], 5.0)
            down = q[TRUST_DOWN, m] * events * (1 - distrust[row, m])
            up = q[TRUST_UP, m] * cover[p, m] * distrust[row, m]
            distrust[row, m] = min(max(distrust[row, m] + down - up, 0.0), 1.0)
    for t in range(deficit.shape[0]):
        for m in range(deficit.shape[1]):
            deficit[t, m] *= q[DEFICIT_LEFT, m]


@compiled
def at_home_share(home: int, displaced: int) -> float:
    """`state.at_home_share` of one cell."""
    whole = home + displaced
    return float(home) / float(whole) if whole > 0 else 1.0


@compiled
def expectations(home: Any, displaced: Any, total_violence: Any, cell_place: Any, expect: Any) -> None:
    """`steps_society.achieved` and `expectations`."""
    for c in range(cell_place.size):
        for m in range(expect.shape[1]):
            achieved = at_home_share(home[c, m], displaced[c, m]) / (1 + total_violence[cell_place[c], m])
            expect[c, m] += 0.1 * (achieved - expect[c, m])

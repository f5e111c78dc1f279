"""Does a deal hold, beyond coalitions that fight: single moves, shifts of power, and what money could mend.

All at the central values. Axes: j parties, k slots, o options, s states.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.settlement.backing import Backing
from dayafter.settlement.bargain import UNIT_TOLERANCE, Slot
from dayafter.settlement.frame import Frame, Problems
from dayafter.settlement.records import BackingKind, BackingRow, Moves, Shift
from dayafter.settlement.robust import range_of, share_of
from dayafter.settlement.scope import Table
from dayafter.settlement.stability import FULL, breaking_values, coalitions, graph_stability, least_core

DISCOUNT: Final = 0.9
"""Weight of tomorrow against today, a year apart, in the test of commitment. Assumed."""
SHOWN: Final = 3


def single_moves(case: CompiledCase, frame: Frame, one: Problems, package: Ints) -> Moves:
    """Stability of a package against single moves, by the graph model.

    States: the package, every package that differs from it in one term, and no deal. A party that must agree can quit;
    a party that holds or shares a place can change a term there, one at a time, and change it back. From no deal nobody
    returns alone.
    """
    states = [package]
    slot_of = [-1]
    for k in range(len(frame.slots)):
        for o in np.flatnonzero(frame.available[k]):
            if o != package[k]:
                other = package.copy()
                other[k] = o
                states.append(other)
                slot_of.append(k)
    rows = np.stack(states)
    payoff = np.concatenate([one.utility(rows)[0], one.reservation], axis=0).T  # the last state is no deal
    reach = _reach(frame, _held(case, frame), np.array(slot_of))
    found = graph_stability(payoff, reach, (0,))
    better = reach[:, 0] & (payoff > payoff[:, :1] + UNIT_TOLERANCE)
    improvers: list[tuple[str, Slot | None, float]] = []
    for j in np.flatnonzero(better.any(axis=1)):
        s = int(np.argmax(np.where(better[j], payoff[j], -np.inf)))
        slot = frame.slots[slot_of[s]] if s < len(slot_of) else None
        improvers.append((frame.parties[j], slot, float(payoff[j, s] - payoff[j, 0])))
    order = sorted(improvers, key=lambda one: (-one[2], one[0]))
    holds = {name: bool(getattr(found, name)[:, 0].all()) for name in ("nash", "gmr", "smr", "seq")}
    return Moves(tuple(order[:SHOWN]), **holds)


def _held(case: CompiledCase, frame: Frame) -> Bools:
    """(j, k) whether a party holds or shares the place of a slot."""
    held: Bools = case.holds[frame.slot_index[:, 0][None, :], frame.actor[:, None]]
    return held


def _reach(frame: Frame, held: Bools, slot_of: Ints) -> Bools:
    """(j, s, s'): between states that differ in one slot which the party holds; to no deal for who must agree."""
    n = slot_of.size
    reach = np.zeros((len(frame.parties), n + 1, n + 1), dtype=np.bool_)
    for k in range(len(frame.slots)):
        inside = np.flatnonzero((slot_of == k) | (slot_of == -1))
        for j in np.flatnonzero(held[:, k]):
            reach[np.ix_([j], inside, inside)] = True
    reach[:, :n, n] = frame.veto[:, None]
    reach[:, np.arange(n + 1), np.arange(n + 1)] = False
    return reach


def power_shifts(case: CompiledCase, table: Table) -> tuple[Shift, ...]:
    """For each party: how far its odds could rise within its ranges, and from where on the others would fight today.

    War is better for the others where δ p' − p > (1 − δ)(c + δ c'), so p' may rise to (p + c + δ c') / δ where costs
    are, as here, shares of all that is at stake rather than of one year of it. p is the party's share of capability
    over the slots, weighted by what they are worth to the others; c is the mean cost of a fight to them, c' its own.
    Those without a veto are left out: no deal is made with them. Source: R. Powell (2006); see `stability`.
    """
    frame, central = table.frame, table.central
    force, weight, cost = np.where(frame.stake, central.capability[0], 0.0), table.one.weight[0], central.cost[0]
    found = []
    for j, party in enumerate(frame.parties):
        others = np.arange(len(frame.parties)) != j
        if not frame.veto[j] or not frame.stake[j].any() or not weight[others].any():
            continue
        share = weight[others].sum(axis=0) / weight[others].sum()
        high = force.copy()
        for k in np.flatnonzero(frame.stake[j]):
            p, i = (int(x) for x in frame.slot_index[k])
            cell = (p, int(frame.actor[j]), i)
            if case.capability.known[cell]:
                high[j, k] = case.capability.high[cell]
        now, then = _odds(force, j, share), _odds(high, j, share)
        room = float(cost[others].mean()) + DISCOUNT * float(cost[j])
        rows = tuple(
            dict.fromkeys(
                row
                for k in np.flatnonzero(frame.stake[j])
                for row in case.rows_of(
                    "capability", int(frame.slot_index[k, 0]), int(frame.actor[j]), int(frame.slot_index[k, 1])
                )
            )
        )
        found.append(Shift(party, now, then, min((now + room) / DISCOUNT, 1.0), rows))
    found.sort(key=lambda one: (one.odds_break - one.odds_high, one.party))
    return tuple(found)


def _odds(force: Floats, j: int, share: Floats) -> float:
    total = force.sum(axis=0)
    odds = np.divide(force[j], total, out=np.full(total.shape, 1 / force.shape[0]), where=total > 0)
    return float((odds * share).sum())


def core_of(table: Table, power: float = 1.0) -> float | None:
    """ε of the least core, could utility be handed over: None where coalitions are too many, or nobody can agree.

    A coalition is worth what its members expect together from breaking; all together are worth the package with the
    largest sum of utilities within the red lines.
    """
    frame, central, one = table.frame, table.central, table.one
    n = len(frame.parties)
    bargain = one.one(0)
    if n > FULL or bargain.blocked_slots() or not frame.slots:
        return None
    members = coalitions(n)
    broken = breaking_values(one.weight, central.ideal, central.capability, central.cost, members, power)[0]
    values = np.zeros(2**n)
    for c, inside in enumerate(members):
        values[int((inside << np.arange(n)).sum())] = float((broken[c] - central.deters[0])[inside].sum())
    values[-1] = float(np.where(bargain.allowed, bargain.worth.sum(axis=0), -np.inf).max(axis=1).sum())
    return least_core(values).epsilon


def backing_rows(frame: Frame, now: Backing, drawn: Backing) -> tuple[BackingRow, ...]:
    """Money and guarantors of the case behind deals at this table, as records."""
    rows = []
    for one, many in zip(now.money, drawn.money, strict=True):
        meets = tuple(option for option, met in zip(frame.options[one.slot], one.meets, strict=False) if met)
        size = range_of(float(one.size[0]), many.size)
        slot, recipient = frame.slots[one.slot], (frame.parties[one.party],)
        everywhere = share_of(np.ones(many.size.size, dtype=np.bool_))
        rows.append(BackingRow(BackingKind.MONEY, one.aid, recipient, slot, meets, size, everywhere, one.rows))
    for guard, draws in zip(now.guarantees, drawn.guarantees, strict=True):
        who = tuple(party for party in frame.parties if party != guard.actor)
        size = range_of(float(guard.deters[0].mean()), draws.deters.mean(axis=1))
        part = share_of(draws.enforces > 0)
        rows.append(BackingRow(BackingKind.GUARANTEE, guard.actor, who, None, (), size, part, guard.rows))
    return tuple(rows)

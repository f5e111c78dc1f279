"""Does a deal hold: against coalitions that fight, against moves to other deals, and as power shifts.

Axes: m draws, n packages, c coalitions, j parties, k slots, s states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

import numpy as np
from scipy.optimize import linprog

from dayafter.arrays import Bools, Floats, Ints
from dayafter.indices.forces import COMMANDED
from dayafter.settlement import package_kernels as kernels
from dayafter.settlement.bargain import Role, closeness

FULL: Final = 10
"""Up to this many parties every coalition is tried."""
CORE_SIZE: Final = 3
"""With more parties, coalitions of at most this many."""


class BreakerKind(StrEnum):
    """Who breaks."""

    OUTSIDER = "outsider"
    SIGNATORY = "signatory"
    PATRON = "patron-or-state"
    LOCAL_FACTION = "local-faction-under-weak-command"


def coalitions(n_parties: int, largest: int | None = None) -> Bools:
    """(c, j), every coalition of up to `largest` parties, smallest first; all sizes where there are few parties."""
    top = largest if largest is not None else (n_parties if n_parties <= FULL else CORE_SIZE)
    rows = [chosen for size in range(1, min(top, n_parties) + 1) for chosen in combinations(range(n_parties), size)]
    members = np.zeros((len(rows), n_parties), dtype=np.bool_)
    for c, chosen in enumerate(rows):
        members[c, list(chosen)] = True
    return members


def breaking_values(  # noqa: PLR0917  # arrays of one model, in the order of its formula
    weight: Floats, ideal: Floats, capability: Floats, cost: Floats, members: Bools, power: float = 1.0
) -> Floats:
    """What each party expects when a coalition breaks the deal and fights the rest.

    In each slot the coalition prevails with probability of its share of capability, and then its own compromise comes
    about (mean of ideals, weighted by capability times salience); else that of the rest. Where neither has any
    capability the odds are even. v_j = Σ_k w_jk (p_k near(x_S) + (1 − p_k) near(x_rest)) − cost_j.

    Parameters
    ----------
    weight, ideal, capability : (m, j, k), weight 0 without a stake. cost : (m, j). members : (c, j).

    Returns
    -------
    (m, c, j). Source: model.md, 4.3; the contest is that of the reservation values, between two sides.
    """
    force = np.where(weight > 0, capability, 0.0)
    pull = force * weight
    value = np.empty((weight.shape[0], *members.shape))
    whole, whole_pull, whole_ideal = force.sum(axis=1), pull.sum(axis=1), (pull * ideal).sum(axis=1)
    simple = ideal.mean(axis=1)
    inside, inside_pull = np.einsum("cj,mjk->mck", members, force), np.einsum("cj,mjk->mck", members, pull)
    inside_ideal = np.einsum("cj,mjk->mck", members, pull * ideal)
    for c in range(members.shape[0]):
        odds = np.divide(inside[:, c], whole, out=np.full_like(whole, 0.5), where=whole > 0)
        own = _mean(inside_ideal[:, c], inside_pull[:, c], simple)
        theirs = _mean(whole_ideal - inside_ideal[:, c], whole_pull - inside_pull[:, c], own)
        near = odds[:, None] * closeness(own[:, None], ideal, power)
        near += (1 - odds)[:, None] * closeness(theirs[:, None], ideal, power)
        value[:, c] = (weight * near).sum(axis=2) - cost
    return value


def _mean(total: Floats, pull: Floats, otherwise: Floats) -> Floats:
    mean: Floats = np.divide(total, pull, out=otherwise.copy(), where=pull > 1e-12)
    return mean


@dataclass(frozen=True, slots=True, eq=False)
class Breaks:
    """The coalition that gains most from breaking each package, in each draw."""

    gain: Floats  # (m, n) what its member that gains least gains; the deal holds where it is 0 or less
    coalition: Ints  # (m, n)


def best_break(break_value: Floats, members: Bools, utility: Floats, penalty: Floats | None = None) -> Breaks:
    """The best coalition against each package.

    Parameters
    ----------
    break_value : (m, c, j). members : (c, j). utility : (m, n, j).
    penalty : (j,) or (m, j), expected loss of a member for breaking, from a guarantor that takes part; None: none.
    """
    net = break_value if penalty is None else break_value - np.atleast_2d(penalty)[:, None, :]
    gain = np.empty(utility.shape[:2])
    who = np.empty(utility.shape[:2], dtype=np.int64)
    kernels.gains_of_breaking(np.ascontiguousarray(net), members, np.ascontiguousarray(utility), gain, who)
    return Breaks(gain, who)


def kind_of(member: Bools, roles: tuple[Role, ...], command: Floats, has_parent: Bools) -> BreakerKind:
    """Who a coalition is, by its strongest standing: a patron or state, a signatory, a weakly led faction, outsiders.

    Parameters
    ----------
    member : (j,). command : (j,), read only where the party has a parent.
    """
    inside = np.flatnonzero(member)
    if any(roles[j] is Role.PATRON for j in inside):
        return BreakerKind.PATRON
    signers = [j for j in inside if roles[j] is Role.SIGNATORY]
    if not signers:
        return BreakerKind.OUTSIDER
    if all(has_parent[j] and command[j] < COMMANDED for j in signers):
        return BreakerKind.LOCAL_FACTION
    return BreakerKind.SIGNATORY


def minimal_breaking_sets(gain: Floats, members: Bools, tolerance: float = 1e-9) -> tuple[int, ...]:
    """Coalitions that gain by breaking and hold no smaller one that does.

    Parameters
    ----------
    gain : (c,), the least gain within each coalition. members : (c, j), smallest first.
    """
    found: list[int] = []
    for c in np.flatnonzero(gain > tolerance):
        if not any((members[other] <= members[c]).all() for other in found):
            found.append(int(c))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class LeastCore:
    """The least core of a game with transferable utility."""

    epsilon: float
    """Smallest ε such that no coalition can gain more than ε by leaving; the core is empty where it is above 0."""
    allocation: tuple[float, ...]

    @property
    def core_is_empty(self) -> bool:
        """Whether every division of the whole leaves some coalition better off alone."""
        return self.epsilon > 1e-9


def least_core(values: Floats) -> LeastCore:
    """Least core by a linear program: min ε, Σ_{j∈S} x_j ≥ v(S) − ε for each proper coalition, Σ x = v(all).

    Parameters
    ----------
    values : (2^j,), by bit mask; values[0] = 0.

    Source: M. Maschler, B. Peleg and L. S. Shapley (1979), Mathematics of Operations Research 4(4), 303-338.
    """
    n = int(values.size).bit_length() - 1
    if values.size != 2**n or n < 1:
        raise ValueError(f"{values.size} values of coalitions; give one for each of the 2^j sets of j ≥ 1 parties")
    if n == 1:
        return LeastCore(float("-inf"), (float(values[1]),))
    masks = np.arange(1, values.size - 1)
    inside = (masks[:, None] >> np.arange(n)) & 1
    answer = linprog(
        np.append(np.zeros(n), 1.0),
        A_ub=np.column_stack([-inside, -np.ones(masks.size)]),
        b_ub=-values[masks],
        A_eq=np.append(np.ones(n), 0.0)[None],
        b_eq=values[-1:],
        bounds=(None, None),
        method="highs",
    )
    return LeastCore(float(answer.x[-1]), tuple(float(x) for x in answer.x[:n]))


@dataclass(frozen=True, slots=True, eq=False)
class MoveStability:
    """Stability of each state for each party under the four concepts of the graph model."""

    nash: Bools  # (j, s) no better state in reach
    gmr: Bools  # (j, s) each better move can be answered to the mover's loss, at any cost to those who answer
    smr: Bools  # (j, s) and the mover cannot get out of it again
    seq: Bools  # (j, s) each better move can be answered by moves that those who answer prefer


def graph_stability(payoff: Floats, reach: Bools, states: Sequence[int] | None = None) -> MoveStability:
    """Nash, general metarational, symmetric metarational and sequential stability.

    Those who answer may move in turn, no party twice running, as many as there are; with two parties this is one move
    of the other.

    Parameters
    ----------
    payoff : (j, s), only its order counts. reach : (j, s, s'), whether a party alone can move from s to s'.
    states : those to judge; all where None. Others are left as stable.

    Source: L. Fang, K. W. Hipel and D. M. Kilgour, Interactive Decision Making: The Graph Model for Conflict
    Resolution (1993), ch. 3.
    """
    n_parties, n_states = payoff.shape
    if reach.shape != (n_parties, n_states, n_states):
        raise ValueError(f"reach has shape {reach.shape}, expected {(n_parties, n_states, n_states)}")
    stable = [np.ones((n_parties, n_states), dtype=np.bool_) for _ in range(4)]
    nash, gmr, smr, seq = stable
    better = reach & (payoff[:, None, :] > payoff[:, :, None])
    for j in range(n_parties):
        others = [i for i in range(n_parties) if i != j]
        for s in range(n_states) if states is None else states:
            for target in np.flatnonzero(better[j, s]):
                nash[j, s] = False
                answers = _reached(reach, others, int(target))
                bad = [t for t in answers if payoff[j, t] <= payoff[j, s]]
                gmr[j, s] &= bool(bad)
                smr[j, s] &= any((payoff[j][reach[j, t]] <= payoff[j, s]).all() for t in bad)
                credible = _reached(better, others, int(target))
                seq[j, s] &= any(payoff[j, t] <= payoff[j, s] for t in credible)
    return MoveStability(nash, gmr, smr, seq)


def _reached(moves: Bools, who: list[int], start: int) -> list[int]:
    """States that a group reaches by legal sequences of moves, no party twice running."""
    seen: set[tuple[int, int]] = set()
    reached: list[int] = []
    frontier = [(start, -1)]
    while frontier:
        state, last = frontier.pop()
        for i in who:
            if i == last:
                continue
            for target in np.flatnonzero(moves[i, state]):
                if (int(target), i) not in seen:
                    seen.add((int(target), i))
                    frontier.append((int(target), i))
                    if int(target) not in reached:
                        reached.append(int(target))
    return reached


def commitment_margin(
    odds_now: Floats, odds_later: Floats, cost: Floats, cost_rising: Floats, discount: float
) -> Floats:
    """How far a deal is from breaking because power shifts: (1 − δ)(c + δ c') − (δ p' − p).

    Today the declining party can have at most the whole of today's pie and, from tomorrow, what the risen one must
    leave it: 1 + δ[(1 − p')/(1 − δ) + c']. War today gives (1 − p)/(1 − δ) − c. War is better where δ p' − p exceeds
    (1 − δ)(c + δ c'), whatever is offered. Negative: no terms hold, unless somebody ties the rising party's hands.

    Parameters
    ----------
    odds_now, odds_later : p and p', the rising party's odds today and tomorrow. cost, cost_rising : c of the declining
    and c' of the rising party, as shares of one period's pie. discount : δ in (0, 1).

    Source: R. Powell (2006), International Organization 60(1), 169-203; J. D. Fearon (1995), section on commitment.
    """
    if not 0 < discount < 1:
        raise ValueError(f"discount is {discount}; give a number between 0 and 1, both excluded")
    margin: Floats = (1 - discount) * (np.asarray(cost) + discount * np.asarray(cost_rising)) - (
        discount * np.asarray(odds_later) - np.asarray(odds_now)
    )
    return margin

"""How armed actors stand in a place: shares, loyalties, binding, contestation, commands. Functions of arrays.

Axes: m members, k actors present in the place, n patrons, d deals that cover it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints

DEFAULT_RIVALRY: Final = 0.15
"""Rivalry of two actors of one patron where none is stated (model notes, 2.1)."""
COMMANDED: Final = 0.5
"""From this degree of command a member counts as part of its parent's command."""


def normalised(strength: Floats) -> Floats:
    """Shares that sum to 1 in every member: s_a = x_a / Σ x; all 0 where there is nobody.

    Parameters
    ----------
    strength : (m, k), 0 or more.

    Returns
    -------
    (m, k). Source: model notes, 2.1 (presence).
    """
    total = strength.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(strength, total, out=np.zeros_like(strength), where=total > 0)
    return shares


def loyalty_profile(loyalty: Floats) -> tuple[Floats, Floats]:
    """Whom each actor answers to, itself included, as shares that sum to 1.

    self_a = max(0, 1 − Σ_n L_an), then ℓ_a = (L_a, self_a) / Σ.

    Parameters
    ----------
    loyalty : (m, k, n), 0 to 1; rows need not sum to 1, as loyalty may be dual.

    Returns
    -------
    to patrons (m, k, n) and to itself (m, k). Source: model notes, 2.1 (loyalty row).
    """
    total = loyalty.sum(axis=2)
    own = np.maximum(0, 1 - total)
    whole = total + own
    return loyalty / whole[:, :, None], own / whole


def overlap(to_patrons: Floats) -> Floats:
    """Shared patronage of each pair: o_ab = Σ_n min(ℓ_an, ℓ_bn).

    Returns
    -------
    (m, k, k), 0 none to 1 the same. Source: model notes, 2.1; it takes the place of a 'leading patron'.
    """
    m, k, n = to_patrons.shape
    shared = np.zeros((m, k, k))
    for patron in range(n):
        column = to_patrons[:, :, patron]
        shared += np.minimum(column[:, :, None], column[:, None, :])
    return shared


def default_hostility(shared: Floats) -> Floats:
    """Hostility where none is stated: the total variation of two loyalty rows, ½ Σ |ℓ_a − ℓ_b|.

    What an actor keeps for itself is its own alone, never shared with another's self; and rows sum to 1. Then the
    total variation is 1 − Σ min, hence 1 − o.

    Parameters
    ----------
    shared : (m, k, k), the overlap.

    Returns
    -------
    (m, k, k), 0 to 1. Source: model notes, 2.1 (in place of a cosine, which is blind to size).
    """
    hostility: Floats = 1 - shared
    return hostility


def bound(command: Floats, chains: Sequence[Sequence[int]], signs: Bools) -> Floats:
    """How far each deal binds each actor: 1 for a signatory, else max over the chain of parents of Π command.

    Parameters
    ----------
    command : (m, a), how far its parent's signature binds each actor of the case.
    chains : for each of the k actors, itself and those above it, nearest first, as positions in a.
    signs : (d, a).

    Returns
    -------
    (m, k, d), 0 to 1. Source: model notes, 2.1 (binding).
    """
    degree = np.zeros((command.shape[0], len(chains), signs.shape[0]))
    for number, chain in enumerate(chains):
        reach = np.ones(command.shape[0])
        for below, actor in zip((None, *chain[:-1]), chain, strict=True):
            if below is not None:
                reach = reach * command[:, below]
            for d in np.flatnonzero(signs[:, actor]):
                degree[:, number, d] = np.maximum(degree[:, number, d], reach)
    return degree


def binding(degree: Floats, strength: Floats) -> Floats:
    """How far the deals in force bind each pair: g_ab = 1 − Π_d (1 − strength_d · bind_ad · bind_bd).

    Parameters
    ----------
    degree : (m, k, d), see `bound`. strength : (m, d), 0.4 + 0.6 · share of the due terms kept.

    Returns
    -------
    (m, k, k), 0 unbound to 1. Form and levels act on the hazard of a deal only. Source: model notes, 2.1.
    """
    m, k, n_deals = degree.shape
    free = np.ones((m, k, k))
    for d in range(n_deals):
        one = degree[:, :, d]
        free *= 1 - strength[:, d, None, None] * one[:, :, None] * one[:, None, :]
    tied: Floats = 1 - free
    return tied


def contestation(
    share: Floats, hostility: Floats, rivalry: Floats, shared: Floats, tied: Floats
) -> tuple[Floats, Floats]:
    """Contestation between and within blocs, by pair.

    X_inter = Σ_{a≠b} s_a s_b h_ab (1 − o_ab) (1 − g_ab) and X_intra = Σ_{a≠b} s_a s_b r_ab o_ab (1 − g_ab): the
    overlap of patrons shares a pair out between the two. At most 1 − 1/k. References: 0.10 and 0.05.

    Parameters
    ----------
    share : (m, k). hostility, rivalry, shared, tied : (m, k, k), symmetric.

    Returns
    -------
    between and within, each (m, pairs): both orders of a pair together, pairs as in `pairs_of(k)`.
    Source: model.md, 3, as corrected by model notes, 2.1.
    """
    first, second = pairs_of(share.shape[1])
    weight = 2 * share[:, first] * share[:, second] * (1 - tied[:, first, second])
    o = shared[:, first, second]
    return weight * hostility[:, first, second] * (1 - o), weight * rivalry[:, first, second] * o


def pairs_of(k: int) -> tuple[Ints, Ints]:
    """First and second of each unordered pair of k."""
    first, second = np.triu_indices(k, 1)
    return first.astype(np.int64), second.astype(np.int64)


def command_of(command: Floats, chains: Sequence[Sequence[int]]) -> Ints:
    """Head of the command to which each actor belongs: one climbs to the parent as long as its command is ≥ 0.5.

    Parameters
    ----------
    command : (m, a). chains : as in `bound`.

    Returns
    -------
    (m, k), positions in a. Source: model notes, 2.1 (command group).
    """
    heads = np.empty((command.shape[0], len(chains)), dtype=np.int64)
    for number, chain in enumerate(chains):
        heads[:, number] = chain[0]
        climbing = np.ones(command.shape[0], dtype=np.bool_)
        for below, above in pairwise(chain):
            climbing &= command[:, below] >= COMMANDED
            heads[climbing, number] = above
    return heads


def group_shares(share: Floats, heads: Ints, candidates: Sequence[int]) -> Floats:
    """Share of armed men under each head of a command.

    Parameters
    ----------
    share, heads : (m, k). candidates : every position that may be a head.

    Returns
    -------
    (m, candidates), each row sums to the sum of `share`.
    """
    return np.stack([(share * (heads == one)).sum(axis=1) for one in candidates], axis=1)


def monopoly(shares: Floats) -> Floats:
    """Monopoly of force by command: the parts of F = Σ_group share², 1 where one command has all.

    Source: model notes, 2.1; the sum is the index of A. O. Hirschman (1945) and O. C. Herfindahl (1950).
    """
    return shares**2


def effective_number(shares: Floats) -> Floats:
    """The parts of the effective number of commands, 1 / Σ share²: to each command its share of the number.

    Parameters
    ----------
    shares : (m, groups), each row sums to 1.

    Source: M. Laakso and R. Taagepera (1979), Comparative Political Studies 12(1), 3-27.
    """
    parts: Floats = shares / (shares**2).sum(axis=1, keepdims=True)
    return parts


def unity(share: Floats, to_patrons: Floats, own: Floats, bloc_of_patron: Ints, n_blocs: int) -> Floats:
    """The parts of U = Σ share², over blocs with fractional membership, and over what actors keep for themselves.

    Parameters
    ----------
    share : (m, k). to_patrons : (m, k, n). own : (m, k). bloc_of_patron : (n,).

    Returns
    -------
    (m, n_blocs + k): blocs first, then each actor for itself. Source: model notes, 2.1 (unity).
    """
    blocs = np.zeros((share.shape[0], n_blocs))
    for n, bloc in enumerate(bloc_of_patron):
        blocs[:, bloc] += (share * to_patrons[:, :, n]).sum(axis=1)
    parts: Floats = np.concatenate([blocs, share * own], axis=1) ** 2
    return parts

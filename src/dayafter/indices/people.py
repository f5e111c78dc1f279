"""How communities stand in a place: their mix, their distrust, who is shut out; and what is claimed.

Axes: m members, c communities, a actors.
"""

from __future__ import annotations

import numpy as np

from dayafter.arrays import Bools, Floats, Ints


def mix(weight: Floats) -> Floats:
    """The parts of mix = 1 − Σ w²: to each community w (1 − w). 0 in a homogeneous place.

    Parameters
    ----------
    weight : (m, c), shares of the inhabitants before the war, so that the expelled count; each row sums to 1.

    Returns
    -------
    (m, c). Source: model notes, 2.1; E. H. Simpson (1949), Nature 163, 688.
    """
    parts: Floats = weight * (1 - weight)
    return parts


def mean_distrust(weight: Floats, distrust: Floats, known: Bools) -> Floats | None:
    """The parts of Q̄ = Σ_{c≠c'} w_c w_c' q_cc' / Σ_{c≠c'} w_c w_c', over the directed pairs with an account.

    With every pair known the divisor is the mix. Quoted apart from the mix: their product would call a
    homogeneous town trusting.

    Parameters
    ----------
    weight : (m, c). distrust : (m, c, c'), of c towards c'. known : (c, c').

    Returns
    -------
    (m, c, c'), 0 where there is no account; None where no pair has weight in every member (a homogeneous place).
    Source: model notes, 2.1.
    """
    pairs = known & ~np.eye(known.shape[0], dtype=np.bool_)
    products = weight[:, :, None] * weight[:, None, :] * pairs
    whole = products.sum(axis=(1, 2))
    if not (whole > 0).all():
        return None
    parts: Floats = products * distrust / whole[:, None, None]
    return parts


def exclusion(weight: Floats, represented: Floats, known: Bools) -> Floats | None:
    """The parts of E = Σ_c w_c (1 − represented_c) / Σ_c w_c, over the communities with an account.

    Parameters
    ----------
    weight, represented : (m, c). known : (c,).

    Returns
    -------
    (m, c); None where no community with an account has weight in every member. Source: model.md, 3.
    """
    counted = weight * known
    whole = counted.sum(axis=1)
    if not (whole > 0).all():
        return None
    parts: Floats = counted * (1 - represented) / whole[:, None]
    return parts


def claim_pressure(claims: Floats, bloc: Ints) -> Floats:
    """The parts of the mean strength of the strongest claims of the two most claiming blocs; 0 with a single bloc.

    Parameters
    ----------
    claims : (m, a), the strongest claim of each actor. bloc : (a,), labels of its bloc, any integers.

    Returns
    -------
    (m, a): half a claim for the two actors that stand for their blocs, 0 for the others. Of equal claims the
    first counts. Source: this project; the notes use a claim level without defining it (2.2).
    """
    parts = np.zeros_like(claims)
    blocs = list(dict.fromkeys(bloc.tolist()))
    if len(blocs) < 2:
        return parts
    members = np.arange(claims.shape[0])
    leaders, heights = [], []
    for one in blocs:
        own = np.flatnonzero(bloc == one)
        leader = own[np.argmax(claims[:, own], axis=1)]
        leaders.append(leader)
        heights.append(claims[members, leader])
    leader, height = np.stack(leaders, axis=1), np.stack(heights, axis=1)
    top = np.argsort(-height, axis=1, kind="stable")[:, :2]
    both = height[members[:, None], top]
    counts = (both[:, 1] > 0)[:, None]
    np.put_along_axis(parts, leader[members[:, None], top], np.where(counts, both / 2, 0.0), axis=1)
    return parts

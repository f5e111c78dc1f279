"""Draws from priors: functions of their address, as all random numbers are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dayafter.priors.tables import Prior, PriorKind
from dayafter.seeding import Floats, stable_id, uniforms

Ints = NDArray[np.int64]


def standard_normals(seed: int, stream: str, members: Ints, things: Ints, number: int = 0) -> Floats:
    """One standard normal for each (member, thing), from two addressed uniforms.

    `number` tells several draws for one address apart. Never infinite, as a uniform is never 0.

    Source: G. E. P. Box and M. E. Muller (1958), Annals of Mathematical Statistics 29(2), 610-611.
    """
    radius = np.sqrt(-2 * np.log(uniforms(seed, stream, members, things, 2 * number)))
    normals: Floats = radius * np.cos(2 * np.pi * uniforms(seed, stream, members, things, 2 * number + 1))
    return normals


def draw_prior(prior: Prior, seed: int, members: Ints) -> Floats:
    """One value of a parameter for each member.

    A normal with one standard deviation below the median and another above, so that the median and the 90 % interval
    are those of the table: on the log scale, on the logit scale for a share, or on the scale itself. Never truncated:
    a prior that leans keeps its chance of the other sign.

    Returns
    -------
    (m,), in the prior's unit.

    Raises
    ------
    ValueError : the prior is a weight; draw weights together with `draw_shares`.

    Source: the two-piece normal, here in quantile form; K. F. Wallis (2014), Statistical Science 29(1), 106-112.
    """
    if prior.kind is PriorKind.DIRICHLET:
        raise ValueError(f"prior {prior.symbol} is a weight; draw it with draw_shares, together with the others")
    things = np.array([stable_id(prior.symbol)])
    return bend(prior, standard_normals(seed, f"prior/{prior.symbol}", members, things)[:, 0])


def bend(prior: Prior, z: Floats) -> Floats:
    """Values of a parameter at standard normals (m,): the two pieces of `draw_prior`, in the prior's unit."""
    below, above = prior.spread
    step: Floats = z * np.where(z < 0, below, above)
    if prior.kind is PriorKind.NORMAL:
        return prior.median + step
    if prior.kind is PriorKind.SHARE:
        share: Floats = 1 / (1 + np.exp(-(prior.on_scale(prior.median) + step)))
        return share
    values: Floats = prior.median * np.exp(step)
    return values


def draw_shares(weights: Sequence[Prior], seed: int, members: Ints) -> Floats:
    """Shares of a whole for each member: Dirichlet with these weights.

    A gamma variable of shape n is a sum of n exponentials, and half a squared normal adds a half; hence weights are
    multiples of 0.5 and no draw is ever rejected.

    Returns
    -------
    (m, weights), positive, each row sums to 1.

    Source: L. Devroye (1986), Non-Uniform Random Variate Generation, ch. IX and XI.
    """
    parts = []
    for prior in weights:
        stream, things = f"prior/{prior.symbol}", np.array([stable_id(prior.symbol)])
        gamma = np.zeros(members.size)
        for number in range(int(prior.median)):
            gamma -= np.log(uniforms(seed, stream, members, things, number)[:, 0])
        if prior.median % 1:
            gamma += standard_normals(seed, f"{stream}/half", members, things)[:, 0] ** 2 / 2
        parts.append(gamma)
    drawn = np.stack(parts, axis=1)
    shares: Floats = drawn / drawn.sum(axis=1, keepdims=True)
    return shares


def draw_frailty(sd: Floats, seed: int, members: Ints, processes: Ints) -> Floats:
    """What a deal process has of its own: a factor on all its hazards, log-normal with median 1.

    Parameters
    ----------
    sd : (m,), standard deviation of the log. processes : (d,), stable ids.

    Returns
    -------
    (m, d), positive.
    """
    frailty: Floats = np.exp(sd[:, None] * standard_normals(seed, "frailty", members, processes))
    return frailty

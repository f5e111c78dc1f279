"""What a party has without a deal: the contest, things as they stand, or what a simulation says.

Axes: m draws, j parties, k slots. The lottery over who prevails is that of costly-lottery models of war: J. D. Fearon
(1995), International Organization 49(3), 379-414; with capability as the odds, B. Bueno de Mesquita (1985).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dayafter.arrays import Bools, Floats
from dayafter.settlement.bargain import closeness


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What a simulation without a deal says of each place: who holds it at the end, and whether it comes to a fight."""

    holders: Mapping[str, tuple[tuple[tuple[str, ...], float], ...]]
    """Place to its holders with their chances. A holder is its label and the labels above it, the nearest first."""
    fights: Mapping[str, float]
    """Place to the chance that forces of different blocs fight there."""


NoDeal: TypeAlias = Floats | Callable[[tuple[str, ...]], Floats] | Ensemble
"""Values of no deal: (j,) or (m, j), or a function of the parties' labels that returns them; or a simulation's."""


def chances(force: Floats, stake: Bools) -> Floats:
    """Who prevails in each slot: force_jk / Σ force; even odds among those with a stake where nobody has force.

    Parameters
    ----------
    force : (m, j, k), 0 or more. stake : (j, k), who has a position there.

    Returns
    -------
    (m, j, k), each slot sums to 1 over the parties, or to 0 where nobody has a stake.
    """
    held = np.where(stake, force, 0.0)
    total = held.sum(axis=1, keepdims=True)
    among = stake.sum(axis=0)
    even = np.divide(stake, among, out=np.zeros(stake.shape), where=among > 0)
    odds: Floats = np.where(total > 0, np.divide(held, total, out=np.zeros_like(held), where=total > 0), even)
    return odds


def lottery(weight: Floats, ideal: Floats, odds: Floats, power: float = 1.0) -> Floats:
    """Expected utility where one of the parties imposes its ideal point in each slot.

    v_j = Σ_k w_jk Σ_b odds_bk (1 − |ideal_bk − ideal_jk|^power).

    Parameters
    ----------
    weight, ideal, odds : (m, j, k).

    Returns
    -------
    (m, j).
    """
    value = np.zeros(weight.shape[:2])
    for b in range(weight.shape[1]):
        near = closeness(ideal[:, b, None, :], ideal, power)
        value += (weight * near * odds[:, b, None, :]).sum(axis=2)
    return value


def contest(  # noqa: PLR0917  # arrays of one model, in the order of its formula
    weight: Floats, ideal: Floats, capability: Floats, stake: Bools, cost: Floats, power: float = 1.0
) -> Floats:
    """(m, j): the lottery of who prevails, by capability, less the cost of fighting (m, j) in units of utility."""
    value: Floats = lottery(weight, ideal, chances(capability, stake), power) - cost
    return value


def status_quo(weight: Floats, ideal: Floats, holding: Floats, stake: Bools, power: float = 1.0) -> Floats:
    """(m, j): those who hold a place decide there, by their share of the armed men; nobody fights, so nothing is lost.

    Parameters
    ----------
    holding : (m, j, k), share of armed men of the holders in the place of each slot; all 0 where nobody holds it.
    """
    return lottery(weight, ideal, chances(holding, stake), power)


def ensemble_value(  # noqa: PLR0917  # arrays of one model, in the order of its formula
    given: Ensemble,
    parties: tuple[str, ...],
    places: tuple[str, ...],
    weight: Floats,
    ideal: Floats,
    capability: Floats,
    stake: Bools,
    cost: Floats,
    power: float = 1.0,
) -> Floats:
    """(m, j): in each slot whoever holds its place at the end of the simulation decides, with the chances of the run.

    A holder without a stake speaks through the nearest above it that has one. Where nobody who has a stake holds a
    place, as at national level, the contest by capability decides. A fight costs `cost` (m, j) times the chance of one
    in the place, weighted by what the slots are worth to the party.

    Parameters
    ----------
    places : (k,), of each slot. weight, ideal, capability : (m, j, k). stake : (j, k).
    """
    odds = chances(capability, stake)
    at = {party: j for j, party in enumerate(parties)}
    for k, place in enumerate(places):
        held = np.zeros(len(parties))
        for chain, chance in given.holders.get(place, ()):
            speaker = next((at[one] for one in chain if one in at and stake[at[one], k]), None)
            if speaker is not None:
                held[speaker] += chance
        if held.sum() > 0:
            odds[:, :, k] = held / held.sum()
    fought = np.array([given.fights.get(place, 0.0) for place in places])
    value: Floats = lottery(weight, ideal, odds, power) - cost * (weight * fought).sum(axis=2)
    return value


def handed_in(given: Floats | Callable[[tuple[str, ...]], Floats], parties: tuple[str, ...], n_draws: int) -> Floats:
    """(m, j) from an array or a function; a row for each draw, taken in turn where there are fewer.

    Raises
    ------
    ValueError : the values do not match the parties, or one of them is not finite.
    """
    values = np.asarray(given(parties) if callable(given) else given, dtype=np.float64)
    rows = np.atleast_2d(values)
    if rows.ndim != 2 or rows.shape[1] != len(parties) or not rows.size:
        raise ValueError(
            f"values of no deal have shape {values.shape}; pass one for each of the {len(parties)} parties, "
            f"in this order: {', '.join(parties)}"
        )
    if not np.isfinite(rows).all():
        raise ValueError("values of no deal hold a number that is not finite; leave no party without a value")
    taken: Floats = rows[np.arange(n_draws) % rows.shape[0]]
    return taken

"""What a guarantor adds to a deal, and how a spoiler is best answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dayafter.arrays import Floats


@dataclass(frozen=True, slots=True)
class Guarantor:
    """A third party that would punish whoever breaks."""

    actor: str
    probability: float
    """That it enforces when called upon."""
    penalty: float
    """Loss of a breaker that is punished, in units of its utility."""
    stake: float
    """What the deal is worth to the guarantor."""
    cost: float
    """What it pays when it enforces."""
    calls: float = 1.0
    """Expected number of times that it is called upon."""

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"guarantor {self.actor}: probability is {self.probability}; give one between 0 and 1")
        if min(self.penalty, self.cost, self.calls) < 0:
            raise ValueError(f"guarantor {self.actor}: penalty, cost and calls cannot be negative")

    @property
    def takes_part(self) -> bool:
        """Its own participation constraint: the deal is worth at least what guaranteeing it is expected to cost."""
        return self.stake >= self.probability * self.cost * self.calls

    @property
    def deterrent(self) -> float:
        """Expected loss of one who breaks: probability × penalty; 0 from a guarantor that would not take part."""
        return self.probability * self.penalty if self.takes_part else 0.0


def penalties(guarantors: tuple[Guarantor, ...], parties: tuple[str, ...]) -> Floats:
    """(j,), expected loss of each party for breaking; a guarantor does not deter itself. Several add up."""
    total = np.zeros(len(parties))
    for one in guarantors:
        total += np.array([0.0 if party == one.actor else one.deterrent for party in parties])
    return total


class Response(StrEnum):
    """How a spoiler may be answered."""

    INDUCEMENT = "inducement"
    EXCLUSION = "exclusion"
    COERCION = "coercion"


@dataclass(frozen=True, slots=True)
class SpoilerAnswer:
    """A party that gains by breaking, and the cheapest way to answer it. Costs in units of utility of those who hold.

    Source of the three ways: S. J. Stedman (1997), International Security 22(2), 5-53.
    """

    actor: str
    gain: float
    capacity: float
    """Share of the capability in what is at stake, 0 to 1."""
    costs: tuple[tuple[Response, float], ...]
    """Cheapest first."""

    @property
    def cheapest(self) -> Response:
        """The way that costs least."""
        return self.costs[0][0]


def answer_spoiler(actor: str, gain: float, capacity: float, harm: float, enforcement: float) -> SpoilerAnswer:
    """Price the three answers.

    Inducement pays the gain. Exclusion goes ahead without the party and bears the fight that it can put up: its
    capacity times the harm. Coercion must threaten gain / enforcement and carries it out at that price in the share of
    cases in which the threat is called, taken as the party's capacity; impossible without a chance of enforcement.

    Parameters
    ----------
    gain : what the party gains by breaking, positive. capacity : 0 to 1. harm : what a fight costs those who hold.
    enforcement : probability that a threat is carried out.
    """
    coercion = gain / enforcement * capacity if enforcement > 0 else float("inf")
    costs = {Response.INDUCEMENT: gain, Response.EXCLUSION: capacity * harm, Response.COERCION: coercion}
    order = sorted(costs.items(), key=lambda item: (item[1], list(Response).index(item[0])))
    return SpoilerAnswer(actor, gain, capacity, tuple(order))

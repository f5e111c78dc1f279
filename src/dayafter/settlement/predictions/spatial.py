"""The spatial model of the KAPSARC toolkit: challenges in several dimensions at once, with its options.

Each turn: how likely each position is to win against all others gives attitudes to risk; every actor challenges the
target that promises most, as it sees things; initiator and target get a bargain between their positions; each
settles for the bargain that would win among those it is part of. It ends when movement dies down.

Written from the formulas of B. P. Wise, L. Lester and B. Efird, "An introduction to the KAPSARC Toolkit for Behavioral
Analysis (KTAB) using one-dimensional spatial models" (2015), and the published descriptions of its options.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from dayafter.arrays import Floats, Ints
from dayafter.settlement.predictions.spatial_kernel import spatial_rounds
from dayafter.settlement.problem import Problem


class Voting(StrEnum):
    """How much an actor throws in for a gain in utility."""

    PROPORTIONAL = "proportional"
    BINARY = "binary"
    PROPORTIONAL_BINARY = "proportional-binary"
    PROPORTIONAL_CUBIC = "proportional-cubic"
    CUBIC = "cubic"
    ASYMMETRIC = "asymmetric"


class Equilibrium(StrEnum):
    """How pairwise contests become probabilities of all options."""

    CONDITIONAL = "conditional"
    MARKOV_UNIFORM = "markov-uniform"
    MARKOV_INCENTIVE = "markov-incentive"


class RiskRange(StrEnum):
    """Attitudes to risk from 0 to 1, −½ to 1, or −1 to 1."""

    MIN = "min"
    MID = "mid"
    MAX = "max"


class ThirdParty(StrEnum):
    """Whether a third party bears the outcome of the side it joins: never, if that side wins or loses, always."""

    NONE = "none"
    SEMI = "semi"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class SpatialOptions:
    """The options of the model. The defaults are those of the stored runs that it is checked against."""

    voting: Voting = Voting.PROPORTIONAL
    equilibrium: Equilibrium = Equilibrium.CONDITIONAL
    risk_range: RiskRange = RiskRange.MID
    third_party: ThirdParty = ThirdParty.SEMI
    victory_exponent: float = 1.0
    """1 linear, 2 square, 4 quartic, 8 octic."""
    risk_adjustment: float = 1 / 3
    """How far an actor allows that others differ from it in their attitude to risk: 0 not at all, 1 wholly."""
    bargain_power: int = 2
    """Bargains are means weighted by (salience × probability) to this power: 1 or 2."""
    min_rounds: int = 2
    max_rounds: int = 100
    rest: float = 0.02
    """It ends when less is moved in a turn than this share of what was moved in the first."""

    def __post_init__(self) -> None:
        if not 0 <= self.risk_adjustment <= 1:
            raise ValueError(f"risk_adjustment is {self.risk_adjustment:g}; it lies within 0 to 1")
        if self.bargain_power not in {1, 2}:
            raise ValueError(f"bargain_power is {self.bargain_power}; it is 1 or 2")
        if self.victory_exponent <= 0:
            raise ValueError(f"victory_exponent is {self.victory_exponent:g}; it is above 0")
        if not 1 <= self.min_rounds <= self.max_rounds:
            raise ValueError(f"min_rounds {self.min_rounds} and max_rounds {self.max_rounds} must rise from 1")


@dataclass(frozen=True, slots=True, eq=False)
class SpatialRun:
    """What happened turn by turn. Axes: t turns, a actors, d dimensions (issues)."""

    actors: tuple[str, ...]
    dimensions: tuple[str, ...]
    position: Floats  # (t, a, d) 0 to 1
    win_probability: Floats  # (t, a) that the actor's position wins; those who share a position share it

    @property
    def outcome(self) -> Floats:
        """(d,) mean of the last positions, weighted by their probabilities of winning."""
        share = self.win_probability[-1] / self.win_probability[-1].sum()
        mean: Floats = share @ self.position[-1]
        return mean


DEFAULTS: Final = SpatialOptions()


def spatial_runs(problem: Problem, options: SpatialOptions = DEFAULTS) -> tuple[SpatialRun, ...]:
    """Run the model: once over all issues as dimensions where that is possible, else once for each issue.

    It is possible where every actor takes part in every issue with one and the same capability, and no actor's
    saliences sum to more than 1: they are shares of its attention.
    """
    if _is_joint(problem):
        everyone = np.arange(len(problem.actors))
        return (_run(problem, everyone, np.arange(len(problem.issues)), options),)
    each = range(len(problem.issues))
    return tuple(_run(problem, np.flatnonzero(problem.takes_part[:, i]), np.array([i]), options) for i in each)


def _is_joint(problem: Problem) -> bool:
    same = (problem.capability == problem.capability[:, :1]).all()
    return bool(problem.takes_part.all() and same and (problem.salience.sum(axis=1) <= 1 + 1e-9).all())


def _run(problem: Problem, who: Ints, which: Ints, options: SpatialOptions) -> SpatialRun:
    rules = np.array(
        [
            list(Voting).index(options.voting),
            list(Equilibrium).index(options.equilibrium),
            list(RiskRange).index(options.risk_range),
            list(ThirdParty).index(options.third_party),
            options.bargain_power,
        ]
    )
    reals = np.array([options.victory_exponent, options.risk_adjustment, options.rest])
    limits = np.array([options.min_rounds, options.max_rounds])
    at = np.ix_(who, which)
    capability = problem.capability[who, which[0]]
    path, wins, n_turns = spatial_rounds(
        problem.position[at].copy(), problem.salience[at].copy(), capability.copy(), rules, reals, limits
    )
    actors = tuple(problem.actors[a] for a in who)
    return SpatialRun(actors, tuple(problem.issues[i] for i in which), path[:n_turns], wins[:n_turns])


def ktab(problem: Problem, options: SpatialOptions = DEFAULTS) -> Floats:
    """(i,) mean of the last positions, weighted by their probabilities of winning."""
    outcomes: Floats = np.concatenate([run.outcome for run in spatial_runs(problem, options)])
    return outcomes

"""Which acceptable package to choose: the bargaining solutions, and minimax regret where inputs are uncertain.

All work on margins over the reservation values of those who must agree: (n, j), one row a package. Ties go to the
larger sum of margins, then to the first package in the order of options, never to an order of parties.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np

from dayafter.arrays import Floats, Ints
from dayafter.settlement.acceptable import (
    AcceptableSet,
    Aim,
    Best,
    Solver,
    acceptable_set,
    best_package,
    pareto,
    pareto_packages,
)
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain

_COMPARED: Final = 5_000
"""Largest number of acceptable packages that are compared with each other directly; a matter of speed alone."""


class Pick(StrEnum):
    """A rule by which one package is chosen."""

    NASH = "nash"
    KALAI_SMORODINSKY = "kalai-smorodinsky"
    EGALITARIAN = "egalitarian"
    UTILITARIAN = "utilitarian"
    MINIMAX_REGRET = "minimax-regret"


def nash_value(margins: Floats, weight: Floats) -> Floats:
    """Σ_j a_j log m_j, the logarithm of the weighted product; −inf where a party gains nothing.

    Source: J. F. Nash (1950), Econometrica 18(2), 155-162; weights: J. C. Harsanyi and R. Selten (1972).
    """
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(margins, 0.0))
    value: Floats = (logs * weight).sum(axis=1)
    return value


def kalai_smorodinsky_value(margins: Floats) -> Floats:
    """Least share of its ideal point (the most it could have from an acceptable package) that a party gets.

    A party whose ideal point is no gain at all is left out: no package can favour it.

    Source: E. Kalai and M. Smorodinsky (1975), Econometrica 43(3), 513-518; on a finite set the largest least share.
    """
    return scaled_least(margins, margins.max(axis=0))


def scaled_least(margins: Floats, ideal: Floats) -> Floats:
    """Least of m_j / ideal_j over the parties with an ideal point above zero; 0 where there is none."""
    counts = ideal > UNIT_TOLERANCE
    if not counts.any():
        return np.zeros(margins.shape[0])
    value: Floats = (margins[:, counts] / ideal[counts]).min(axis=1)
    return value


def egalitarian_value(margins: Floats) -> Floats:
    """The least margin. Source: E. Kalai (1977), Econometrica 45(7), 1623-1630. It compares scales of utility."""
    value: Floats = margins.min(axis=1)
    return value


def utilitarian_value(margins: Floats) -> Floats:
    """Sum of margins. It compares scales of utility, and asks nothing of how they are shared."""
    value: Floats = margins.sum(axis=1)
    return value


def first_best(value: Floats, margins: Floats) -> int:
    """Row with the largest value; among equals (to 1e-12) the larger sum of margins, then the first."""
    tied = np.flatnonzero(value >= value.max() - 1e-12 * max(1.0, abs(float(value.max()))))
    if not tied.size:  # every value is −inf
        tied = np.arange(value.size)
    sums = margins[tied].sum(axis=1)
    return int(tied[np.flatnonzero(sums >= sums.max() - 1e-12)[0]])


def regret(margins: Floats) -> Floats:
    """(n,), the largest loss over draws of the least margin, against the best package of each draw.

    Parameters
    ----------
    margins : (m, n, j), of the same packages in each draw.

    Source: L. J. Savage (1951), Journal of the American Statistical Association 46, 55-67.
    """
    least = margins.min(axis=2)
    worst: Floats = (least.max(axis=1, keepdims=True) - least).max(axis=0)
    return worst


def minimax_regret(margins: Floats) -> int:
    """The package whose largest regret over the draws is smallest; ties go to the larger mean of the least margin."""
    worst = regret(margins)
    tied = np.flatnonzero(worst <= worst.min() + 1e-12)
    return int(tied[np.argmax(margins[:, tied].min(axis=2).mean(axis=0))])


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A chosen package and what is proven about the choice."""

    pick: Pick
    package: Ints  # (k,)
    gap: float
    """How much better by the rule's own objective another package might be; 0 where the choice is proven."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What one definite bargaining problem yields."""

    n_packages: int
    """Packages within the red lines."""
    n_acceptable: int | None
    """None where there are too many packages to list; then `least_margin` says whether there is any."""
    n_efficient: int | None
    """Acceptable packages that no other dominates; None where they are not listed."""
    picks: tuple[Solved, ...]
    """Empty where nothing is acceptable."""
    least_margin: float
    """Largest least margin of those who must agree, over all packages; −inf where red lines leave none."""
    nearest: Ints  # (k,) the package that reaches it; empty where there is none
    gap: float
    """How much larger the least margin might be; 0 where it is proven."""
    acceptable: AcceptableSet | None
    method: str


def solve(bargain: Bargain, seconds: float = 20.0, solver: Solver = Solver.AUTO) -> Solution:
    """The acceptable set, its efficient part and the picks; by enumeration where small, by search where large.

    Raises
    ------
    ValueError : nobody has a veto. UsageError : `solver` is not installed.
    """
    from dayafter.settlement.acceptable import ENUMERATE  # noqa: PLC0415  # read when called, so that a test may lower it

    if bargain.n_packages <= ENUMERATE:
        return _listed(bargain)
    return _searched(bargain, seconds, solver)


def _listed(bargain: Bargain) -> Solution:
    listed = acceptable_set(bargain)
    picks: tuple[Solved, ...] = ()
    n_efficient = 0
    if listed.packages.shape[0]:
        ideal = (listed.utility.max(axis=0) - bargain.reservation)[bargain.veto]
        efficient = _efficient(bargain, listed)
        n_efficient = efficient.shape[0]
        rows = bargain.margins(efficient)[:, bargain.veto]
        values = {
            Pick.NASH: nash_value(rows, bargain.weight[bargain.veto]),
            Pick.KALAI_SMORODINSKY: scaled_least(rows, ideal),
            Pick.EGALITARIAN: egalitarian_value(rows),
            Pick.UTILITARIAN: utilitarian_value(rows),
        }
        picks = tuple(Solved(pick, efficient[first_best(value, rows)], 0.0) for pick, value in values.items())
    return Solution(
        listed.n_within_red_lines,
        listed.packages.shape[0],
        n_efficient,
        picks,
        listed.best_least_margin,
        listed.best_package,
        0.0,
        listed,
        "enumeration",
    )


def _efficient(bargain: Bargain, listed: AcceptableSet) -> Ints:
    """Acceptable packages that none dominates: by comparing them where they are few, else by joining slots."""
    if listed.packages.shape[0] <= _COMPARED:
        return listed.packages[pareto((listed.utility - bargain.reservation)[:, bargain.veto])]
    joined = pareto_packages(bargain)
    return joined[bargain.accepts(joined)]


def _searched(bargain: Bargain, seconds: float, solver: Solver) -> Solution:
    best_of = partial(best_package, bargain, seconds=seconds, solver=solver)
    fair = best_of(Aim.EGALITARIAN)
    picks: list[Solved] = []
    if fair.value >= -UNIT_TOLERANCE:
        n_veto = int(bargain.veto.sum())
        ideals = [best_of(Aim.UTILITARIAN, one) for one in np.eye(n_veto)]
        ideal = np.array([one.value for one in ideals])
        found: dict[Pick, Best] = {Pick.NASH: best_of(Aim.NASH)}
        counted = np.where(ideal > UNIT_TOLERANCE, ideal, 1e6)  # a party that cannot gain: any margin is share enough
        if (ideal > UNIT_TOLERANCE).all():
            found[Pick.KALAI_SMORODINSKY] = best_of(Aim.EGALITARIAN, counted)
        found[Pick.EGALITARIAN] = fair
        found[Pick.UTILITARIAN] = best_of(Aim.UTILITARIAN)
        slack = max(one.gap for one in ideals)
        for pick, best in found.items():
            if best.package.size:
                extra = slack if pick is Pick.KALAI_SMORODINSKY else 0.0
                picks.append(Solved(pick, _improved(bargain, best.package), best.gap + extra))
    return Solution(bargain.n_packages, None, None, tuple(picks), fair.value, fair.package, fair.gap, None, fair.method)


def _improved(bargain: Bargain, package: Ints) -> Ints:
    """A package at least as good for every veto player, and better for one where changing one or two slots allows it.

    A rule that looks at the least margin alone does not care what the others have.
    """
    current, allowed, veto = package.copy(), bargain.allowed, np.flatnonzero(bargain.veto)
    worth = bargain.worth[veto]
    improved = True
    while improved:
        improved = False
        for k in range(current.size):
            step = worth[:, k, :] - worth[:, k, current[k], None]
            better = allowed[k] & (step >= -1e-12).all(axis=0) & (step > 1e-9).any(axis=0)
            if better.any():
                current[k] = int(np.flatnonzero(better)[np.argmax(step[:, better].sum(axis=0))])
                improved = True
    return current

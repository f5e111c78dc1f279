"""How far an answer stands up to what is uncertain: draws over the intervals of positions, salience and capability."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints, RowKey
from dayafter.settlement.acceptable import decide
from dayafter.settlement.bargain import UNIT_TOLERANCE
from dayafter.settlement.frame import COST, Frame, Problems, Stakes, problems_of
from dayafter.settlement.records import Driver, Flip, Range, Share
from dayafter.settlement.reservation import NoDeal
from dayafter.settlement.solutions import nash_value, regret
from dayafter.settlement.stability import Breaks, best_break, breaking_values, coalitions

INPUTS: Final = ("ideal", "salience", "capability")
DRAWN: Final = (
    *INPUTS, "below", "above", "holding", "cost", "payment", "spares", "deters", "command",
)  # fmt: skip
"""Fields of `Stakes` that have a draw in front."""
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """Some packages in all draws."""

    packages: Ints  # (n, k)
    utility: Floats  # (m, n, j)
    margins: Floats  # (m, n, j)
    crossed: Bools  # (m, n, j)
    accepted: Bools  # (m, n)
    breaks: Breaks
    members: Bools  # (c, j)
    best: Floats  # (n,) share of draws
    regret: Floats  # (n,)


def try_packages(
    problems: Problems, stakes: Stakes, packages: Ints, penalty: Floats | None = None, power: float = 1.0
) -> Tried:
    """Margins, acceptance, stability, and which is best, of the same packages in every draw.

    Parameters
    ----------
    packages : (n, k). penalty : (j,), expected loss of a breaker from guarantors beyond those of the case; None: none.
    """
    veto = problems.frame.veto
    utility = problems.utility(packages)
    margins = utility - problems.reservation[:, None, :]
    crossed = problems.crosses(packages)
    willing: Bools = (margins >= -UNIT_TOLERANCE) & ~crossed
    accepted: Bools = np.all(willing[:, :, veto], axis=2)
    members = coalitions(len(problems.frame.parties))
    values = breaking_values(problems.weight, stakes.ideal, stakes.capability, stakes.cost, members, power)
    kept = margins[:, :, veto]
    n_draws, n = kept.shape[:2]
    nash = nash_value(kept.reshape(n_draws * n, -1), np.ones(int(veto.sum()))).reshape(n_draws, n)
    nash[~accepted] = -np.inf
    wins = np.zeros(n)
    some = np.any(accepted, axis=1)
    np.add.at(wins, nash[some].argmax(axis=1), 1.0)
    return Tried(
        packages,
        utility,
        margins,
        crossed,
        accepted,
        best_break(values, members, utility, stakes.deters + (0.0 if penalty is None else penalty)),
        members,
        wins / n_draws,
        regret(kept),
    )


def any_acceptable(problems: Problems) -> Share:
    """Share of draws in which something is acceptable; exact unless some draws stay open within their limits."""
    lower, upper = decide([problems.one(m) for m in range(problems.n_draws)])
    return Share(float((lower >= -UNIT_TOLERANCE).mean()), float((upper >= -UNIT_TOLERANCE).mean()), problems.n_draws)


def share_of(answers: Bools) -> Share:
    """Of exact answers."""
    share = float(answers.mean())
    return Share(share, share, answers.size)


def range_of(central: float, drawn: Floats) -> Range:
    """The central value and the range that holds nine in ten draws."""
    low, high = np.quantile(drawn, [0.05, 0.95])
    return Range(float(central), float(low), float(high))


def drivers_of(case: CompiledCase, frame: Frame, stakes: Stakes, value: Floats) -> tuple[Driver, ...]:
    """The inputs with the largest rank correlation with a value (m,), such as the least margin; three at most.

    Source: C. Spearman (1904); ranks because the answer to an input is monotone more often than linear.
    """
    if value.size < 3 or np.ptp(value) == 0:
        return ()
    target = _ranks(value[:, None])
    found: list[Driver] = []
    for name in INPUTS:
        drawn: Floats = getattr(stakes, name)
        correlation = (_ranks(drawn.reshape(value.size, -1)) * target).mean(axis=0).reshape(drawn.shape[1:])
        for j, k in np.argwhere(frame.stake):
            if correlation[j, k]:
                rows = _rows(case, frame, name, int(j), int(k))
                found.append(Driver(name, frame.parties[j], frame.slots[k], float(correlation[j, k]), rows))
    for j, strength in enumerate((_ranks(stakes.cost) * target).mean(axis=0)):
        if strength:
            found.append(Driver("cost", frame.parties[j], None, float(strength)))
    return tuple(
        sorted(found, key=lambda one: (-abs(one.correlation), one.party, one.input, one.slot or frame.slots[0]))
    )[:_SHOWN]


def _ranks(values: Floats) -> Floats:
    """(m, n), ranks of each column, standardised; 0 for a constant one."""
    ranks = values.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable").astype(np.float64)
    ranks = (ranks - ranks.mean(axis=0)) / max(float(ranks[:, :1].std()), 1e-12)
    ranks[:, np.ptp(values, axis=0) == 0] = 0.0
    standard: Floats = ranks
    return standard


def _rows(case: CompiledCase, frame: Frame, name: str, j: int, k: int) -> tuple[RowKey, ...]:
    p, i = frame.slot_index[k]
    return case.rows_of(name, int(p), int(frame.actor[j]), int(i))


def flips_of(  # noqa: PLR0917  # a case, its table, a package and the rule
    case: CompiledCase,
    frame: Frame,
    central: Stakes,
    package: Ints,
    no_deal: NoDeal | str = "contest",
    power: float = 1.0,
) -> tuple[Flip, ...]:
    """What turns an acceptable package first, one input at a time from its central value to each end of its interval.

    The least margin is computed at the end and taken as linear on the way. At most three, nearest first. Values handed
    in for no deal do not move with the inputs.
    """
    ends = _end_points(case, frame, central)
    if not ends:
        return ()
    moved = _moved(central, ends)
    margins = _least(problems_of(frame, moved, no_deal, power), package)
    now = float(_least(problems_of(frame, central, no_deal, power), package)[0])
    found: list[Flip] = []
    for (name, j, k, toward, _), then in zip(ends, margins, strict=True):
        if now >= -UNIT_TOLERANCE and then < -UNIT_TOLERANCE:
            fraction = max(now, 0.0) / (max(now, 0.0) - float(then))
            slot = frame.slots[k] if k is not None else None
            rows = () if k is None else _rows(case, frame, name, j, k)
            found.append(Flip(name, frame.parties[j], slot, toward, fraction, rows))
    return tuple(sorted(found, key=lambda one: (one.fraction, one.party, one.input, one.toward))[:_SHOWN])


_End = tuple[str, int, int | None, str, float]


def _end_points(case: CompiledCase, frame: Frame, central: Stakes) -> list[_End]:
    ends: list[_End] = []
    for name in INPUTS:
        field = getattr(case, name)
        for j, k in np.argwhere(frame.stake):
            cell = (int(frame.slot_index[k, 0]), int(frame.actor[j]), int(frame.slot_index[k, 1]))
            for toward in ("low", "high"):
                end = float(getattr(field, toward)[cell])
                if field.exists[cell] and end != getattr(central, name)[0, j, k]:
                    ends.append((name, int(j), int(k), toward, end))
    ends += [("cost", j, None, "low", COST[0]) for j in range(len(frame.parties))]
    return ends


def _moved(central: Stakes, ends: list[_End]) -> Stakes:
    arrays = {name: np.repeat(getattr(central, name), len(ends), axis=0) for name in DRAWN}
    for row, (name, j, k, _, end) in enumerate(ends):
        if k is None:
            arrays[name][row, j] = end
        else:
            arrays[name][row, j, k] = end
    return replace(central, **arrays)


def _least(problems: Problems, package: Ints) -> Floats:
    """(m,), least margin of those who must agree."""
    total = np.zeros((problems.n_draws, len(problems.frame.parties)))
    for k, option in enumerate(package):
        total += problems.worth[:, :, k, option]
    least: Floats = (total - problems.reservation)[:, problems.frame.veto].min(axis=1)
    return least

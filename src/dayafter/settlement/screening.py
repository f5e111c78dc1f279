"""Beyond what the rules pick: the efficient packages that stand up best to what is uncertain."""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Floats, Ints
from dayafter.settlement.acceptable import pareto
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain
from dayafter.settlement.frame import Problems, Stakes
from dayafter.settlement.robust import try_packages
from dayafter.settlement.solutions import Solution, nash_value

TRIED: Final = 64
"""Efficient packages that are tried in all draws: those with the largest Nash product at the central values."""


def steadiest(  # noqa: PLR0917  # a problem, its draws and its rule
    bargain: Bargain, solution: Solution, problems: Problems, stakes: Stakes, penalty: Floats, power: float = 1.0
) -> Ints:
    """(n, k) efficient acceptable packages, first those accepted and held in most draws, then accepted in most.

    Empty where packages are too many to list: then only what the rules pick is at hand.

    Parameters
    ----------
    bargain, solution : at the central values. problems, stakes : of the draws. penalty : (j,), as in `try_packages`.
    """
    if solution.acceptable is None or not solution.acceptable.packages.size:
        return np.empty((0, len(bargain.slots)), dtype=np.int64)
    margins = (solution.acceptable.utility - bargain.reservation)[:, bargain.veto]
    kept = np.flatnonzero(pareto(margins))
    order = np.argsort(-nash_value(margins[kept], bargain.weight[bargain.veto]), kind="stable")
    rows = solution.acceptable.packages[kept[order][:TRIED]]
    tried = try_packages(problems, stakes, rows, penalty, power)
    held = (tried.accepted & (tried.breaks.gain <= UNIT_TOLERANCE)).mean(axis=0)
    ranks = np.lexsort((np.arange(rows.shape[0]), -tried.accepted.mean(axis=0), -held))
    steady: Ints = rows[ranks]
    return steady

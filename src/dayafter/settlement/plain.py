"""Plain twins of the compiled searches: every package in turn, written to be read. For tests and small problems."""

from __future__ import annotations

from itertools import product

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.settlement.bargain import Bargain


def all_packages(bargain: Bargain) -> Ints:
    """(n, k), every package within the red lines, the last slot fastest."""
    allowed = [np.flatnonzero(row) for row in bargain.allowed]
    rows = [[int(option) for option in package] for package in product(*allowed)]
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(bargain.slots))


def acceptable(bargain: Bargain) -> Ints:
    """(n, k), the packages that every veto player accepts."""
    packages = all_packages(bargain)
    return packages[bargain.accepts(packages)] if packages.size else packages


def undominated(values: Floats) -> Bools:
    """(n,), rows that no other row dominates, each compared with each."""
    keep = np.ones(values.shape[0], dtype=np.bool_)
    for n, row in enumerate(values):
        at_least, better = (values >= row).all(axis=1), (values > row).any(axis=1)
        keep[n] = not (at_least & better).any()
    return keep


def largest_least_margin(bargain: Bargain) -> float:
    """Over all packages within the red lines; −inf where there are none."""
    packages = all_packages(bargain)
    if not packages.size:
        return -np.inf
    return float(bargain.margins(packages)[:, bargain.veto].min(axis=1).max())


def best_coalition(break_value: Floats, members: Bools, utility: Floats) -> tuple[float, int]:
    """Gain of the coalition whose member that gains least gains most, and its number. (c, j), (c, j), (j,)."""
    least = [float((break_value[c] - utility)[inside].min()) for c, inside in enumerate(members)]
    return max(least), int(np.argmax(least))

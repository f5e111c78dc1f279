"""A change is called stable only where nobody is left who would break the package."""

from __future__ import annotations

import numpy as np

from dayafter.settlement.records import ChangeKind
from dayafter.settlement.unlock import KEEPS_IN, STABLE, unlock_stability
from tests.unit.settlement.bargains import direct

WORTH = np.array([[[0.6, 0.4]], [[0.6, 0.4]], [[0.6, 0.4]]])
BARGAIN = direct(WORTH, np.full(3, 0.5))
SOLO = np.array([0.1, 0.05, 0.0])


def _achieves(minimal_sets: list[tuple[str, ...]], breakers: tuple[str, ...] = ("p0",)) -> dict[ChangeKind, str]:
    changes = unlock_stability(BARGAIN, np.array([0]), 0.1, breakers, SOLO, minimal_sets=minimal_sets)
    return {one.kind: one.achieves for one in changes}


def test_a_guarantee_to_the_only_breaker_makes_the_package_stable() -> None:
    assert _achieves([("p0",)]) == {ChangeKind.GUARANTEE: STABLE, ChangeKind.MONEY: STABLE}


def test_it_only_keeps_them_in_where_another_would_break_it_too() -> None:
    assert _achieves([("p0",), ("p1",)]) == {ChangeKind.GUARANTEE: KEEPS_IN, ChangeKind.MONEY: KEEPS_IN}


def test_paying_one_of_two_is_enough_only_where_every_set_needs_that_one() -> None:
    both = ("p0", "p1")
    assert _achieves([both], both)[ChangeKind.MONEY] == STABLE
    assert _achieves([both, ("p1", "p2")], both) == {ChangeKind.GUARANTEE: STABLE, ChangeKind.MONEY: KEEPS_IN}

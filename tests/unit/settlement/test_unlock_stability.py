"""A change is called stable only where no coalition gains by breaking any more."""

from __future__ import annotations

import numpy as np

from dayafter.arrays import Floats
from dayafter.settlement.records import Change, ChangeKind
from dayafter.settlement.unlock import KEEPS_IN, STABLE, unlock_stability
from tests.unit.settlement.bargains import direct

WORTH = np.array([[[0.6, 0.4]], [[0.6, 0.4]], [[0.6, 0.4]]])
BARGAIN = direct(WORTH, np.full(3, 0.5))
SOLO = np.array([0.1, 0.05, 0.0])
Nets = dict[tuple[str, ...], tuple[float, ...]]
"""Coalition to what each of its members gains by breaking."""


def changes(nets: Nets, breakers: tuple[str, ...]) -> tuple[Change, ...]:
    """What would make a package hold that just these coalitions would break; the largest least gain is 0.1."""

    def holds(loss: Floats) -> bool:
        lost = dict(zip(BARGAIN.parties, loss, strict=True))
        return all(
            min(gain - lost[who] for who, gain in zip(one, gains, strict=True)) <= 0 for one, gains in nets.items()
        )

    return unlock_stability(BARGAIN, np.array([0]), 0.1, breakers, SOLO, minimal_sets=tuple(nets), holds=holds)


def achieved(nets: Nets, breakers: tuple[str, ...] = ("p0",)) -> dict[ChangeKind, str]:
    """What a change in favour of the likely breaker achieves, by its kind."""
    return {one.kind: one.achieves for one in changes(nets, breakers) if one.who}


def test_a_guarantee_to_the_only_breaker_makes_the_package_stable() -> None:
    assert achieved({("p0",): (0.1,)}) == {ChangeKind.GUARANTEE: STABLE, ChangeKind.MONEY: STABLE}


def test_it_only_keeps_them_in_where_another_would_break_it_too() -> None:
    found = achieved({("p0",): (0.1,), ("p1",): (0.05,)})
    assert found == {ChangeKind.GUARANTEE: KEEPS_IN, ChangeKind.MONEY: KEEPS_IN}


def test_paying_one_of_two_is_enough_only_where_no_set_gains_without_that_one() -> None:
    both = ("p0", "p1")
    assert achieved({both: (0.1, 0.2)}, both)[ChangeKind.MONEY] == STABLE
    found = achieved({both: (0.1, 0.1), ("p1", "p2"): (0.05, 0.05)}, both)
    assert found == {ChangeKind.GUARANTEE: STABLE, ChangeKind.MONEY: KEEPS_IN}


def test_who_gains_more_than_the_guarantee_takes_still_breaks_with_others() -> None:
    # p0 alone gains 0.1; with p1 it gains 0.5, and p1 0.08: losing 0.1 leaves p0 willing there.
    found = achieved({("p0",): (0.1,), ("p0", "p1"): (0.5, 0.08)})
    assert found[ChangeKind.GUARANTEE] == KEEPS_IN


def test_a_guarantee_against_whoever_breaks_it_always_holds_and_is_offered_where_several_would() -> None:
    nets: Nets = {("p0",): (0.1,), ("p1",): (0.05,)}
    (against_all,) = (one for one in changes(nets, ("p0",)) if not one.who)
    assert (against_all.kind, against_all.achieves, against_all.size) == (ChangeKind.GUARANTEE, STABLE, 0.1)
    assert against_all.cost == 0.2
    assert [one for one in changes({("p0",): (0.1,)}, ("p0",)) if not one.who] == []

"""Single moves, shifts of power and the core of a settlement, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dayafter.casefile.schema import Position
from dayafter.settlement.frame import COST, central_stakes, frame_of, problems_of
from dayafter.settlement.holding import DISCOUNT, single_moves
from dayafter.settlement.settle import settle
from dayafter.settlement.stability import commitment_margin
from tests.unit.assessment.small import compiled
from tests.unit.settlement.bargains import two_party_case, two_party_tables


def test_the_holder_of_a_place_can_shift_a_term_its_own_way_and_the_other_can_only_quit() -> None:
    case = two_party_case()  # guards hold the town and stand at 0.9; the watch at 0.1
    frame = frame_of(case, ("town",))
    one = problems_of(frame, central_stakes(case, frame))
    joint = single_moves(case, frame, one, np.array([1]))
    assert [(who, slot is not None) for who, slot, _ in joint.improvers] == [("guards", True)]
    assert joint.improvers[0][2] == pytest.approx(0.3)  # from 1 − 0.4 to 1 − 0.1
    assert not joint.nash
    assert joint.gmr  # the watch quits, and the guards have less than under the deal


def test_a_package_that_the_holder_wants_as_it_is_is_left_only_by_who_gains_by_quitting() -> None:
    case = two_party_case()
    frame = frame_of(case, ("town",))
    one = problems_of(frame, central_stakes(case, frame))
    north = single_moves(case, frame, one, np.array([2]))
    assert [(who, slot) for who, slot, _ in north.improvers] == [("watch", None)]
    assert not north.nash


def test_the_odds_at_which_no_terms_hold_are_those_of_the_commitment_condition() -> None:
    scope = settle(two_party_case(), ("town",), draws=20).scopes[0]
    one = next(shift for shift in scope.shifts if shift.party == "guards")
    assert one.odds_now == pytest.approx(0.5)
    assert one.odds_break == pytest.approx((0.5 + COST[1] * (1 + DISCOUNT)) / DISCOUNT)
    per_year = np.array(COST[1] / (1 - DISCOUNT))
    margin = commitment_margin(np.array(0.5), np.array(one.odds_break), per_year, per_year, DISCOUNT)
    assert float(margin) == pytest.approx(0.0)
    assert not one.breaks


def test_a_party_whose_range_of_capability_reaches_far_enough_breaks_any_terms() -> None:
    tables = two_party_tables()
    tables["positions"] = [
        row
        if row.actor == "watch"
        else Position(
            place="town", actor="guards", issue="police", ideal="0.9", salience="0.5", capability="0.1 [0.1, 1]"
        )
        for row in tables["positions"]
    ]
    scope = settle(compiled(tables), ("town",), draws=20).scopes[0]
    first = scope.shifts[0]
    assert first.party == "guards"
    assert first.odds_now == pytest.approx(0.1 / 0.6)
    assert first.odds_high == pytest.approx(1 / 1.5)
    assert first.breaks


def test_the_core_of_two_who_share_what_a_fight_would_cost() -> None:
    # Utilities sum to 2 − 0.8 whatever is agreed; fighting gives the lottery less the cost: together 1.2 − 0.1. Each
    # alone can have half of that, so the tightest division leaves each coalition 0.05 short.
    scope = settle(two_party_case(), ("town",), draws=20).scopes[0]
    assert scope.least_core == pytest.approx(-COST[1])


def test_red_lines_that_leave_nothing_leave_no_core_to_speak_of() -> None:
    case = two_party_case(guards={"red_line_below": "0.6"}, watch={"red_line_above": "0.4"})
    assert settle(case, ("town",), draws=20).scopes[0].least_core is None

"""What moves a case, as arrays: neighbours, shocks, money, terms of control, plans."""

from __future__ import annotations

import datetime as dt

import numpy as np

from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import Shock, Term
from dayafter.compiler import compile_case
from dayafter.compiler.means import month_index, months_after
from dayafter.quantities import When
from dayafter.vocabulary import Action, ConditionKind, ShockKind
from tests.unit.simulation.small import of, tables

AS_OF = dt.date(2016, 2, 22)
IRAQ = compile_case(load_case(find_case("iraq-2016")))


def test_contested_places_of_one_parent_lie_side_by_side() -> None:
    names = {frozenset((IRAQ.places[p], IRAQ.places[q])) for p, q in np.argwhere(IRAQ.adjacent)}
    assert names == {
        frozenset(("sinjar", "rabiaa")),
        frozenset(("tuz-khurmatu", "sleiman-beg")),
        frozenset(("jalawla", "saadiya")),
    }
    assert (IRAQ.adjacent == IRAQ.adjacent.T).all()


def test_a_pledge_without_tranches_is_one_tranche_of_the_whole() -> None:
    rows = tables()
    rows["tranches"] = []
    here = of(rows)
    assert here.tranche_label == ("grant/1",)
    assert here.tranche_share.middle.tolist() == [1]
    assert here.tranche_share.assumed.all()
    assert here.tranche_condition == (ConditionKind.NOT_STATED,)


def test_a_term_says_to_whom_it_gives_a_place() -> None:
    rows = tables()
    rows["terms"] = [Term(deal="pact", id="hold", question="govern", gives="south")]
    given = of(rows).gives
    here = of(rows)
    assert np.argwhere(given).tolist() == [[0, here.places.index("town"), here.actors.index("south")]]


def test_a_shock_has_a_date_or_a_rate() -> None:
    rows = tables()
    rows["shocks"] = [
        Shock(id="vote", name="Vote", kind="election", date="2016-05", actors="north"),
        Shock(id="crisis", name="Crisis", kind="budget", rate_per_month="0.1"),
    ]
    here = of(rows)
    assert here.shock_due.known.tolist() == [True, False]
    assert here.shock_rate.known.tolist() == [False, True]
    assert here.shock_kind == (ShockKind.ELECTION, ShockKind.BUDGET)
    assert 2 < here.shock_due.low[0] < here.shock_due.high[0] < 3.5


def test_plans_come_with_their_dated_steps() -> None:
    plan = next(one for one in IRAQ.policies if one.id == "guarantor")
    assert plan.steps[0].action is Action.GUARANTEE
    assert plan.steps[0].start == dt.date(2016, 5, 1)
    assert plan.steps[0].until == dt.date(2017, 3, 31)
    assert next(one for one in IRAQ.policies if one.id == "nothing").steps == ()


def test_months_are_counted_from_the_as_of_date() -> None:
    assert month_index(dt.date(2016, 3, 31), AS_OF) == 1
    assert month_index(dt.date(2017, 2, 1), AS_OF) == 12
    assert months_after(When.parse("..2016-05"), AS_OF) is None
    past = months_after(When.parse("2015"), AS_OF)
    assert past is not None
    assert (past.low, past.high) == (0, 0)

"""Money tied to terms and guarantors of the case: what they add, by hand, and who must not be told of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dayafter.arrays import CompiledCase
from dayafter.casefile.schema import Acceptance, Actor, Aid, Engagement, Tranche
from dayafter.findings import settlements
from dayafter.redaction import Gate
from dayafter.settlement import backing
from dayafter.settlement.frame import backing_at, central_stakes, frame_of, problems_of, stakes_of
from dayafter.settlement.records import BackingKind, FindingCode
from dayafter.settlement.settle import settle
from dayafter.vocabulary import Audience
from tests.unit.assessment.small import build, compiled
from tests.unit.settlement.bargains import two_party_tables

JOINT = 1  # of the options south, joint, north


def with_aid(**tranche: Any) -> dict[str, list[Any]]:
    """A pledge to the watch, half of which would be withheld with credibility 0.5 and is replaced to 0.2."""
    tables = two_party_tables()
    tables["actors"].append(Actor(id="fund", name="Fund", kind="donor"))
    pledge = {"id": "roofs", "name": "Roofs", "donor": "fund", "recipient": "watch", "kind": "grant", "amount": "100"}
    tables["aid"] = [Aid(**pledge, places="town", withholding_credibility="0.5", fungibility="0.2")]
    known = {"aid": "roofs", "number": 1, "share": "0.5", "condition": "inclusion"}
    rest = {"aid": "roofs", "number": 2, "share": "0.5", "condition": "none"}
    tables["tranches"] = [Tranche(**(known | tranche)), Tranche(**rest)]
    return tables


def with_guarantor(**engagement: Any) -> dict[str, list[Any]]:
    """A third party that guarantees deals in the town; the guards accept it fully, of the watch nothing is known."""
    tables = two_party_tables()
    tables["actors"].append(Actor(id="mission", name="Mission", kind="international"))
    known = {
        "id": "watchers",
        "actor": "mission",
        "role": "guarantor",
        "place": "town",
        "since": "2015-01",
        "armed": "no",
    }
    tables["engagements"] = [Engagement(**(known | engagement))]
    tables["acceptances"] = [Acceptance(of="watchers", side="guards", acceptance="1")]
    return tables


def now(case: CompiledCase) -> backing.Backing:
    frame = frame_of(case, ("town",))
    return backing_at(case, frame, central_stakes(case, frame).cost)


def test_money_adds_to_the_options_that_meet_its_condition_what_would_be_withheld() -> None:
    case = compiled(with_aid(issue="police", met_from="0.4", met_to="0.6"))
    found = now(case)
    by_hand = backing.WORTH[1] * 0.5 * 0.5 * (1 - 0.2)
    frame = frame_of(case, ("town",))
    j = frame.parties.index("watch")
    wanted = np.zeros((1, 2, 1, 3))
    wanted[0, j, 0, JOINT] = by_hand
    assert np.allclose(found.payment, wanted)
    plain = problems_of(frame, central_stakes(compiled(two_party_tables()), frame_of(case, ("town",))))
    paid = problems_of(frame, central_stakes(case, frame))
    assert np.allclose(paid.worth - plain.worth, wanted)
    assert np.allclose(paid.reservation, plain.reservation)


def test_money_that_is_worth_enough_makes_a_package_acceptable(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = with_aid(issue="police", met_from="0.4", met_to="0.6")
    watch = next(row for row in tables["positions"] if row.actor == "watch")
    tables["positions"] = [
        row if row is not watch else watch.model_copy(update={"capability": row.capability.__class__(0.99, 0.99)})
        for row in tables["positions"]
    ]
    before = settle(compiled(tables), ("town",), draws=20).scopes[0]
    monkeypatch.setattr(backing, "WORTH", (2.0, 2.0, 2.0))
    after = settle(compiled(tables), ("town",), draws=20).scopes[0]
    joint = [one for one in after.packages if one.choices[0].option == "joint"]
    assert after.least_margin is not None
    assert before.least_margin is not None
    assert after.least_margin > before.least_margin
    assert joint
    assert joint[0].is_acceptable


def test_a_condition_that_names_no_term_moves_nothing_and_is_reported() -> None:
    case = compiled(with_aid())
    assert not now(case).payment.any()
    scope = settle(case, ("town",), draws=20).scopes[0]
    assert [one.parties for one in scope.findings if one.code is FindingCode.AID_UNTIED] == [("watch",)]
    assert scope.backing == ()


def test_money_already_paid_moves_nothing() -> None:
    found = now(compiled(with_aid(issue="police", met_from="0.4", released="yes")))
    assert not found.payment.any()


def test_a_guarantor_deters_by_probability_times_penalty_as_far_as_a_side_accepts_it() -> None:
    case = compiled(with_guarantor())
    frame, found = frame_of(case, ("town",)), now(compiled(with_guarantor()))
    enforces, penalty, cost = backing.ENFORCES[False][1], backing.PENALTY[1], 0.05
    accepts = {"guards": 1.0, "watch": backing.ACCEPTED[1]}
    by_hand = [enforces * penalty * accepts[party] for party in frame.parties]
    assert np.allclose(found.deters[0], by_hand)
    assert np.allclose(found.spares[0], [enforces * cost * accepts[party] for party in frame.parties])


def test_arms_make_a_guarantor_more_of_one() -> None:
    unarmed, armed = (now(compiled(with_guarantor(armed=arms))) for arms in ("no", "yes"))
    assert (armed.deters > unarmed.deters).all()


def test_a_guarantor_to_whom_the_deal_is_worth_less_than_standing_by_it_deters_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backing, "STAKE", (0.0, 0.0, 0.0))
    case = compiled(with_guarantor())
    assert not now(case).deters.any()
    scope = settle(case, ("town",), draws=20).scopes[0]
    assert [one.kind for one in scope.backing] == [BackingKind.GUARANTEE]
    assert scope.backing[0].takes_part.high < 0.2  # only draws in which enforcing costs nothing


@pytest.mark.parametrize("change", [{"role": "facilitator"}, {"until": "2015-06"}])
def test_who_does_not_guarantee_or_has_left_stands_behind_nothing(change: dict[str, str]) -> None:
    assert now(compiled(with_guarantor(**change))).guarantees == ()


def test_draws_are_addressed_so_that_order_and_number_change_nothing() -> None:
    case = compiled(with_guarantor())
    frame = frame_of(case, ("town",))
    all_of, last = (stakes_of(case, frame, 5, np.arange(a, 9)) for a in (0, 6))
    assert np.array_equal(all_of.deters[6:], last.deters)
    assert np.ptp(all_of.deters[:, 0]) > 0


def test_what_a_guarantor_adds_to_the_share_of_draws_that_hold_is_said() -> None:
    case = compiled(with_guarantor(armed="yes"))
    for one in settle(case, ("town",), draws=60).scopes[0].packages:
        assert one.stable_alone is not None
        assert one.stable_alone.low <= one.stable.low
    assert settle(compiled(two_party_tables()), ("town",), draws=20).scopes[0].packages[0].stable_alone is None


def test_the_tables_say_what_stands_behind_a_deal_and_nothing_of_what_is_withheld() -> None:
    for tables, said in (
        (with_guarantor(), "Mission guarantees deals here"),
        (with_aid(issue="police", met_from="0.4", met_to="0.6"), "Roofs is tied to"),
        (with_aid(), "no condition of it names a term"),
    ):
        case = build(tables)
        text = " ".join(
            settlements.to_text(settle(compiled(tables), ("town",), draws=20), Gate(case, Audience.INTERNAL)).split()
        )
        assert said in text


def test_a_guarantor_that_the_audience_must_not_know_of_is_not_given_away() -> None:
    secret = with_guarantor(sensitivity="severe")
    case = build(secret)
    case = case.model_copy(update={"info": case.info.model_copy(update={"audience": Audience.PUBLIC})})
    shown = settlements.to_text(settle(compiled(secret), ("town",), draws=20), Gate(case, Audience.PUBLIC))
    assert "guarantees deals here" not in shown
    assert "Without the guarantors" not in shown
    assert "Mission" not in shown

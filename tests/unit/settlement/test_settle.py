"""Settlement of cases: the bundled one, small ones, and bad ones."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from dayafter.arrays import CompiledCase
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import Actor, Deal, Position
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.settlement.bargain import Role, Slot
from dayafter.settlement.frame import central_stakes, frame_of, problems_of, stakes_of
from dayafter.settlement.guarantee import Guarantor
from dayafter.settlement.records import ChangeKind, FindingCode, ScopeReport
from dayafter.settlement.settle import settle
from dayafter.settlement.solutions import Pick, solve
from tests.unit.assessment.small import compiled
from tests.unit.settlement.bargains import two_party_case, two_party_tables, with_issue


@cache
def iraq() -> CompiledCase:
    return compile_case(load_case(find_case("iraq-2016")))


def _alone(case: CompiledCase, **options: Any) -> ScopeReport:
    return settle(case, ("town",), draws=20, **options).scopes[0]


def _codes(scope: ScopeReport) -> set[FindingCode]:
    return {finding.code for finding in scope.findings}


def test_options_of_an_issue_come_in_the_order_of_their_positions() -> None:
    case = iraq()
    secure = case.issues.index("secure-forces")
    assert case.options[secure] == ("baghdad", "baghdad-led", "local", "erbil-led", "erbil")
    assert case.option_position[secure] == (0.0, 0.3, 0.5, 0.7, 1.0)


def test_who_must_agree_are_the_named_parties_and_their_patrons_not_the_aggrieved() -> None:
    frame = frame_of(iraq(), ("jalawla",))
    roles = dict(zip(frame.parties, frame.roles, strict=True))
    assert roles["puk"] is roles["badr"] is Role.SIGNATORY
    assert roles["krg"] is roles["federal-government"] is Role.PATRON
    assert roles["aggrieved-sunni-arabs"] is Role.OUTSIDER
    assert "iran" in frame.silent  # a patron of Badr, of whom the case records no position
    assert ("hashd", "federal-government") in frame.spoken_for


def test_two_red_lines_in_sinjar_leave_nothing_and_either_side_could_give_way() -> None:
    scope = settle(iraq(), ("sinjar",), draws=20).scopes[0]
    clash = next(one for one in scope.findings if one.code is FindingCode.RED_LINES_CLASH)
    assert clash.parties == ("kdp", "hpe")
    assert clash.slot == Slot("sinjar", "govern-share")
    assert {row.table for row in clash.rows} == {"positions"}
    assert scope.n_packages == 0
    assert scope.any_acceptable.high == 0
    eased = [one for one in scope.changes if one.kind is ChangeKind.RED_LINE and one.achieves == "acceptable"]
    assert {one.who for one in eased} == {("hpe",), ("kdp",)}


_EXCHANGE = {
    Slot("jalawla", "secure-forces"): "erbil",
    Slot("jalawla", "govern-authority"): "erbil",
    Slot("saadiya", "secure-forces"): "baghdad",
    Slot("saadiya", "govern-authority"): "baghdad",
}


def test_the_recorded_exchange_is_acceptable_as_a_whole_and_neither_half_is() -> None:
    # Default rule, central values; control of a place goes wholly to one side, as the recorded deal has it.
    found = {}
    for places in (("jalawla",), ("saadiya",), ("jalawla", "saadiya")):
        frame = frame_of(iraq(), places)
        bargain = problems_of(frame, central_stakes(iraq(), frame)).one(0)
        available = bargain.available.copy()
        for k, slot in enumerate(frame.slots):
            if slot in _EXCHANGE:
                available[k] = False
                available[k, frame.options[k].index(_EXCHANGE[slot])] = True
        narrowed = bargain.replaced(available=available)
        found[places] = (solve(narrowed), narrowed)
    assert found["jalawla",][0].n_acceptable == 0
    assert found["saadiya",][0].n_acceptable == 0
    solution, bargain = found["jalawla", "saadiya"]
    assert solution.n_acceptable
    margins = dict(zip(bargain.parties, bargain.margins(solution.picks[0].package)[0], strict=True))
    assert min(margins[party] for party in ("puk", "badr", "krg", "federal-government")) >= 0
    assert margins["aggrieved-sunni-arabs"] < 0  # nobody asked them


@pytest.mark.parametrize("cost", [0.06, 0.08, 0.1])
def test_jalawla_and_saadiya_are_traded_where_neither_can_be_settled_alone(cost: float) -> None:
    # What each has without a deal: those who hold a place decide there, and a standoff costs each side `cost`.
    margins = {}
    for places in (("jalawla",), ("saadiya",), ("jalawla", "saadiya")):
        frame = frame_of(iraq(), places)
        stakes = central_stakes(iraq(), frame)
        problems = problems_of(frame, stakes, "status-quo")
        bargain = problems.one(0).replaced(reservation=problems.reservation[0] - cost)
        margins[places] = solve(bargain)
    assert margins["jalawla",].n_acceptable == 0
    assert margins["saadiya",].n_acceptable == 0
    joint = margins["jalawla", "saadiya"]
    assert joint.n_acceptable
    terms = dict(zip(frame.slots, (frame.options[k][o] for k, o in enumerate(joint.picks[0].package)), strict=True))
    assert terms[Slot("jalawla", "secure-forces")] in {"erbil-led", "erbil"}
    assert terms[Slot("saadiya", "secure-forces")] in {"baghdad-led", "baghdad"}


def test_where_fighting_costs_nothing_jalawla_is_settled_only_together_with_saadiya() -> None:
    found = {}
    for places in (("jalawla",), ("jalawla", "saadiya")):
        frame = frame_of(iraq(), places)
        problems = problems_of(frame, central_stakes(iraq(), frame))
        found[places] = solve(problems.one(0).replaced(reservation=problems.reservation[0] + 0.05)).n_acceptable
    assert found["jalawla",] == 0
    assert found["jalawla", "saadiya"]


def test_a_joint_settlement_reports_the_blocked_whole_and_the_open_rest() -> None:
    settlement = settle(iraq(), ("sinjar", "jalawla"), joint=True, draws=20)
    assert [scope.places for scope in settlement.scopes] == [("sinjar", "jalawla"), ("jalawla",)]
    assert settlement.scopes[1].left_out == ("sinjar",)
    assert settlement.scopes[1].packages


def test_a_report_holds_ratifiers_gains_breakers_and_rows() -> None:
    scope = settle(iraq(), ("jalawla",), draws=60).scopes[0]
    first = scope.packages[0]
    assert Pick.NASH in first.picks
    assert first.is_acceptable
    assert first.gap == 0
    assert {gain.party for gain in first.gains if gain.veto} == {"puk", "badr", "krg", "federal-government"}
    assert all(gain.margin.central >= 0 for gain in first.gains if gain.veto)
    assert first.breaking is not None
    assert first.breaking.largest_tried == 5
    assert first.stable.high <= first.acceptable.high <= scope.any_acceptable.high
    assert first.drivers


def test_the_same_seed_gives_the_same_report_and_another_seed_other_draws() -> None:
    one, two, three = (settle(iraq(), ("rabiaa",), draws=30, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one.scopes[0].packages[0].acceptable.low != three.scopes[0].packages[0].acceptable.low or (
        one.scopes[0].parties != three.scopes[0].parties
    )


def test_a_draw_does_not_depend_on_how_many_are_drawn() -> None:
    frame = frame_of(iraq(), ("tuz-khurmatu",))
    few, many = (stakes_of(iraq(), frame, 3, np.arange(n)) for n in (5, 50))
    np.testing.assert_array_equal(few.ideal, many.ideal[:5])
    np.testing.assert_array_equal(few.cost, many.cost[:5])


def test_a_guarantor_that_takes_part_can_only_raise_the_stable_share() -> None:
    guard = Guarantor("united-nations", 0.8, 0.5, stake=1.0, cost=0.1)
    shares = [
        settle(iraq(), ("tuz-khurmatu",), draws=80, guarantors=who).scopes[0].packages[0].stable.low
        for who in ((), (guard,))
    ]
    assert shares[1] >= shares[0]


def test_two_sides_of_one_town_meet_in_the_middle() -> None:
    scope = _alone(two_party_case())
    assert [choice.option for choice in scope.packages[0].choices] == ["joint"]
    # Ideals 0.9 and 0.1, odds even: no deal is worth 0.5·1 + 0.5·0.2 − 0.05 = 0.55; the middle 0.6.
    assert scope.packages[0].gains[0].margin.central == pytest.approx(0.05)
    assert [row.reservation.central for row in scope.parties] == pytest.approx([0.55, 0.55])


def test_values_handed_in_replace_the_contest() -> None:
    settlement = settle(two_party_case(), ("town",), draws=5, no_deal=np.array([0.7, 0.7]))
    assert settlement.no_deal == "given"
    scope = settlement.scopes[0]
    assert FindingCode.NOTHING_ACCEPTABLE in _codes(scope)
    money = next(one for one in scope.changes if one.kind is ChangeKind.MONEY)
    assert money.size == pytest.approx(0.2)  # each lacks 0.1 at the middle
    guarantee = next(one for one in scope.changes if one.kind is ChangeKind.GUARANTEE)
    assert guarantee.size == pytest.approx(0.1)


def test_a_single_party_is_a_finding() -> None:
    tables = two_party_tables()
    tables["positions"] = tables["positions"][:1]
    scope = _alone(compiled(tables))
    assert FindingCode.ONE_PARTY in _codes(scope)
    assert scope.packages == ()


def test_a_place_without_positions_or_without_options_is_a_finding() -> None:
    tables = two_party_tables()
    tables["positions"] = []
    assert FindingCode.NO_POSITION in _codes(_alone(compiled(tables)))
    bare = two_party_tables()
    bare["options"] = []
    assert {FindingCode.NO_POSITION, FindingCode.NO_OPTIONS} <= _codes(_alone(compiled(bare)))
    mixed = two_party_tables()
    with_issue(mixed, "mayor")
    mixed["positions"].append(Position(place="town", actor="watch", issue="mayor", ideal="0.3"))
    scope = _alone(compiled(mixed))
    assert FindingCode.NO_OPTIONS in _codes(scope)
    assert scope.packages


def test_no_capability_anywhere_is_a_finding_and_the_odds_are_even() -> None:
    none = {"capability": "0"}
    scope = _alone(two_party_case(guards=none, watch=none))
    assert FindingCode.NO_CAPABILITY in _codes(scope)
    assert scope.packages[0].gains[0].margin.central == pytest.approx(0.05)


def test_an_issue_nobody_cares_about_is_a_finding() -> None:
    none = {"salience": "0"}
    scope = _alone(two_party_case(guards=none, watch=none))
    assert {FindingCode.NOBODY_CARES, FindingCode.NO_INTEREST} <= _codes(scope)
    assert scope.packages


def test_red_lines_that_contradict_each_other_are_a_finding_that_names_both() -> None:
    scope = _alone(two_party_case(guards={"red_line_below": "0.8"}, watch={"red_line_above": "0.2"}))
    clash = next(one for one in scope.findings if one.code is FindingCode.RED_LINES_CLASH)
    assert clash.parties == ("guards", "watch")
    assert scope.least_margin is None
    assert scope.changes


def test_an_actor_without_a_position_speaks_through_the_one_above_it() -> None:
    tables = two_party_tables()
    tables["actors"].append(Actor(id="scouts", name="Scouts", kind="militia", parent="guards"))
    tables["deals"] = [Deal(id="pact", name="Pact", status="missing", places=["town"], needed=["scouts", "watch"])]
    frame = frame_of(compiled(tables), ("town",))
    assert frame.spoken_for == (("scouts", "guards"),)
    assert frame.veto.all()


def test_wrong_questions_are_refused_with_advice() -> None:
    case = two_party_case()
    with pytest.raises(UsageError, match="choose among town, land"):
        settle(case, ("city",))
    with pytest.raises(UsageError, match="each place once"):
        settle(case, ("town", "town"), joint=True)
    with pytest.raises(UsageError, match="at least 2"):
        settle(case, ("town",), draws=1)
    with pytest.raises(UsageError, match="use contest or status-quo"):
        settle(case, ("town",), draws=5, no_deal="hope")
    with pytest.raises(UsageError, match="for one scope"):
        settle(case, draws=5, no_deal=np.zeros(2))

"""What `settle` prints: every code in words, numbers by the rounding rules, nothing withheld."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import Any

import pytest

from dayafter.arrays import RowKey
from dayafter.casefile.schema import CaseFile
from dayafter.errors import RedactionError
from dayafter.findings import settlement_words as plain
from dayafter.findings import settlements
from dayafter.redaction import Gate
from dayafter.settlement.bargain import Role, Slot
from dayafter.settlement.guarantee import answer_spoiler
from dayafter.settlement.records import (
    Break,
    Change,
    ChangeKind,
    Choice,
    Driver,
    FindingCode,
    Flip,
    PackageReport,
    PartyGain,
    PartyRow,
    Range,
    ScopeReport,
    Settlement,
    SettlementFinding,
    Share,
)
from dayafter.settlement.solutions import Pick
from dayafter.settlement.stability import BreakerKind
from dayafter.vocabulary import Audience

CASE: dict[str, Any] = {
    "info": {"id": "valley", "title": "The valley", "question": "Whom?", "as_of": "2016-02-22", "audience": "public"},
    "places": [
        {"id": "land", "name": "Land", "kind": "country", "scope": "national"},
        {"id": "ford", "name": "Ford", "kind": "district", "parent": "land", "scope": "contested"},
        {"id": "cave", "name": "Cavern", "kind": "town", "parent": "ford", "scope": "contested", "sensitivity": "high"},
    ],
    "actors": [
        {"id": "guard", "name": "=River Guard", "kind": "militia"},
        {"id": "crown", "name": "The Crown", "kind": "state"},
        {"id": "shadow", "name": "Umbral Men", "kind": "militia", "seat": "cave", "sensitivity": "high"},
    ],
    "issues": [
        {"id": "who-holds", "question": "secure", "title": "Who holds the bridge", "low_end": "A", "high_end": "B"}
    ],
    "options": [
        {"issue": "who-holds", "id": "theirs", "position": 0, "label": "The guard alone"},
        {"issue": "who-holds", "id": "both", "position": 0.5, "label": "Both at once"},
    ],
    "positions": [
        {"place": "ford", "actor": "guard", "issue": "who-holds", "ideal": 0},
        {"place": "ford", "actor": "crown", "issue": "who-holds", "ideal": 1, "sensitivity": "severe"},
        {"place": "ford", "actor": "shadow", "issue": "who-holds", "ideal": 1, "sensitivity": "high"},
    ],
}  # fmt: skip
SLOT, HIDDEN = Slot("ford", "who-holds"), Slot("cave", "who-holds")
NAMES = ("guard", "crown", "shadow")
SECRETS = ("Umbral", "shadow", "Cavern", "cave")
RANGE = Range(0.0549, 0.021, 0.1312)
SEVERE_ROW = RowKey("positions", "ford/crown/who-holds")


def gate(audience: Audience = Audience.PUBLIC) -> Gate:
    return Gate(CaseFile.model_validate(CASE), audience)


def a_package(**changed: Any) -> PackageReport:
    breaking = Break(
        ("shadow",), BreakerKind.LOCAL_FACTION, Range(0.03, 0.01, 0.05), (("guard",), ("shadow",)),
        ((BreakerKind.LOCAL_FACTION, 0.5),), 3, (answer_spoiler("guard", 0.03, 0.4, 0.1, 0.0),),
    )  # fmt: skip
    package = PackageReport(
        picks=(Pick.NASH,),
        choices=(Choice(SLOT, "both", 0.5), Choice(HIDDEN, "theirs", 0.0)),
        gains=tuple(
            PartyGain(name, Role.SIGNATORY, True, RANGE, RANGE, Share(0.4, 0.6, 200), False, SLOT) for name in NAMES
        ),
        is_acceptable=True,
        acceptable=Share(0.999, 0.999, 1000),
        stable=Share(0.0, 0.0, 1000),
        best=1.0,
        n_compared=2,
        regret=0.04,
        breaking=breaking,
        flips=(Flip("cost", "guard", None, "low", 0.25), Flip("ideal", "crown", SLOT, "high", 0.3, (SEVERE_ROW,))),
        drivers=(Driver("cost", "guard", None, 0.51), Driver("salience", "shadow", SLOT, -0.4)),
        gap=0.0,
    )
    return dataclasses.replace(package, **changed)


def a_settlement(**changed: Any) -> Settlement:
    scope = ScopeReport(
        places=("ford", "cave"),
        left_out=(),
        parties=tuple(PartyRow(name, Role.SIGNATORY, True, Range(0.744, 0.656, 0.77)) for name in NAMES),
        slots=(SLOT, HIDDEN),
        n_packages=12345,
        n_acceptable=3,
        n_efficient=1,
        least_margin=0.05,
        gap=0.0,
        method="enumeration",
        any_acceptable=Share(1.0, 1.0, 1000),
        packages=(a_package(),),
        changes=(),
        findings=(),
    )
    return Settlement("valley", "2016-02-22", 1, 1000, "contest", (dataclasses.replace(scope, **changed),))


def scope_names(audience: Audience = Audience.INTERNAL) -> plain.Names:
    return plain.Names(gate(audience), a_settlement().scopes[0])


@pytest.mark.parametrize("code", list(FindingCode))
def test_every_finding_has_a_sentence_without_a_gap_in_it(code: FindingCode) -> None:
    text = plain.finding(SettlementFinding(code, ("guard", "crown"), SLOT), scope_names())
    assert text is not None
    assert text.endswith(".")
    assert "{" not in text
    assert "“”" not in text
    assert code.value not in text or code is FindingCode.SILENT


@pytest.mark.parametrize("kind", list(ChangeKind))
@pytest.mark.parametrize("achieves", ["acceptable", "stable", "keeps-in", "nearer"])
def test_every_change_says_whom_it_asks_and_what_it_achieves(kind: ChangeKind, achieves: str) -> None:
    one = Change(kind, ("guard",), SLOT, "both", ("ford", "land"), 0.05, 0.05, 0.1, achieves, 0.5, (0.1, 0.25))
    text = plain.change(one, scope_names())
    assert text is not None
    assert plain.ACHIEVES[achieves] in text
    assert ("Ford and Land" if kind is ChangeKind.PLACES else "=River Guard") in text


def test_a_change_that_reaches_one_breaker_names_the_others_who_would_still_gain() -> None:
    one = Change(ChangeKind.GUARANTEE, ("shadow",), None, None, (), 0.03, 0.03, 0.05, "keeps-in")
    text = plain.change(one, scope_names(), a_package())
    assert text is not None
    assert "Others still would: =River Guard." in text
    both = plain.change(dataclasses.replace(one, who=("shadow", "guard")), scope_names(), a_package())
    assert both is not None
    assert "Others" not in both


def test_every_term_of_the_records_has_words() -> None:
    assert set(plain.PICKS) == set(Pick)
    assert set(plain.KINDS) == set(BreakerKind)
    assert set(plain.ROLES) == set(Role)


def test_numbers_are_rounded_to_what_their_range_bears_and_shares_reach_all_only_when_all_did() -> None:
    assert plain.gain(RANGE, 500) == "+5 points (+2 to +13)"
    assert plain.gain(Range(0.02, -0.01, 0.09), 500) == "no clear change (+2, −1 to +9)"
    assert plain.level(Range(0.744, 0.656, 0.77), 500) == "0.74 (0.66–0.77)"
    assert plain.share(Share(0.999, 0.999, 1000)) == "99\u202f%"
    assert plain.share(Share(1.0, 1.0, 1000)) == "all"
    assert plain.share(Share(0.0, 0.0, 1000)) == "none"
    assert plain.share(Share(0.4, 0.6, 10)) == "40\u202f% to 60\u202f%"


def test_the_text_gives_terms_gains_breakers_flips_and_the_assumed_cost() -> None:
    text = " ".join(settlements.to_text(a_settlement(), gate(Audience.INTERNAL)).split())
    for said in (
        "Ford and Cavern, settled together", "Of 12\u202f345 packages within the red lines 3 are acceptable",
        "Ford: Who holds the bridge", "Both at once", "+5 points (+2 to +13)",
        "acceptable and stable in none", "Likely breaker: Umbral Men (a local faction under weak command), +3 points",
        "25\u202f% of the way to the low end", "fighting costs a party 5 points of 100",
        "Estimated under stated assumptions", "no threat is credible without a guarantor",
    ):  # fmt: skip
        assert " ".join(said.split()) in text, said


def test_the_gap_is_printed_exactly_where_it_is_not_zero() -> None:
    assert "gap" not in settlements.to_text(a_settlement(), gate())
    text = settlements.to_text(a_settlement(gap=0.03, packages=(a_package(gap=0.125),)), gate())
    assert "up to 3 points more (optimality gap" in " ".join(text.split())
    assert "0.12" in text
    rows = settlements.settlement_rows(a_settlement(gap=0.03), gate())
    assert [row.value for row in rows if row.name == "gap"] == [pytest.approx(3)]


@pytest.mark.parametrize("write", [settlements.to_text, settlements.to_json, settlements.to_csv])
def test_nothing_withheld_reaches_the_public_and_all_of_it_reaches_those_inside(write: Any) -> None:
    public, inside = write(a_settlement(), gate()), write(a_settlement(), gate(Audience.INTERNAL))
    assert [secret for secret in SECRETS if secret in public] == []
    assert "Umbral Men" in inside
    assert "Cavern" in inside
    assert "Ford" in public


def test_who_has_only_withheld_positions_is_not_shown_to_have_a_part() -> None:
    rows = settlements.settlement_rows(a_settlement(), gate())
    assert {row.name for row in rows if row.section == "party"} == {"guard"}
    assert {row.label for row in rows if row.section == "flip"} == {"=River Guard"}
    assert all("Crown" not in row.text + row.label + row.name for row in rows)


def test_a_red_line_known_from_a_withheld_row_is_not_told() -> None:
    clash = SettlementFinding(FindingCode.RED_LINES_CLASH, ("guard", "crown"), SLOT, (SEVERE_ROW,))
    softer = Change(ChangeKind.RED_LINE, ("crown",), SLOT, "both", (), 0.1, 0.1, 0.1, "acceptable")
    settlement = a_settlement(findings=(clash,), changes=(softer,))
    assert "red lines of" not in settlements.to_text(settlement, gate())
    assert "red line of" not in settlements.to_text(settlement, gate())
    inside = settlements.to_text(settlement, gate(Audience.INTERNAL))
    assert "red lines of" in inside
    assert "red line of" in inside


def test_a_settlement_of_withheld_places_alone_says_that_nothing_may_be_shown() -> None:
    text = settlements.to_text(a_settlement(places=("cave",), slots=(HIDDEN,)), gate())
    assert "Nothing of what was asked may be shown" in text
    assert "Package 1" not in text


def test_every_writer_reads_its_text_once_more_before_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain.Names, "option", lambda *_: "as the Umbral Men wish")
    for write in (settlements.to_text, settlements.to_json, settlements.to_csv):
        with pytest.raises(RedactionError):
            write(a_settlement(), gate())


def test_the_csv_holds_the_manifest_on_every_line_and_no_cell_that_a_spreadsheet_runs() -> None:
    lines = list(csv.DictReader(io.StringIO(settlements.to_csv(a_settlement(), gate()))))
    assert {(line["case"], line["seed"], line["n_draws"], line["audience"]) for line in lines} == {
        ("valley", "1", "1000", "public")
    }
    assert "'=River Guard" in {line["label"] for line in lines}
    assert not any(str(cell).startswith("=") for line in lines for cell in line.values())


def test_the_json_gives_every_number_with_unit_and_range_and_names_what_is_assumed() -> None:
    body = json.loads(settlements.to_json(a_settlement(), gate()))
    assert body["manifest"]["no_deal"] == "contest"
    assert any("fighting costs" in line for line in body["assumptions"])
    gains = [row for row in body["rows"] if row["section"] == "gain" and row["unit"] == plain.GAIN_UNIT]
    assert [(row["low"], row["value"], row["high"]) for row in gains] == [pytest.approx((2.1, 5.49, 13.12))]
    undecided = [row for row in body["rows"] if row["section"] == "gain" and row["unit"] == plain.SHARE_UNIT]
    assert [(row["low"], row["high"], "value" in row) for row in undecided] == [(0.4, 0.6, False)]

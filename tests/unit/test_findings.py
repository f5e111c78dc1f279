"""Findings: statements composed by rule, with references, through the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dayafter.assessment.assess import assess
from dayafter.assessment.report import Assessment, Breaker, RowRef, Spread
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile, CaseInfo
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.findings import build_findings, words
from dayafter.findings.compose import chance, counted, deals_sentence, joined, ledger_sentence, out_of, range_note
from dayafter.findings.deals import of_hundred
from dayafter.findings.export_rows import assessment_rows
from dayafter.findings.phrases import cause
from dayafter.findings.records import Estimate, Findings
from dayafter.findings.rows import Rows
from dayafter.quantities import When
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience, DealStatus, EndedBy, LedgerState, Question, Sensitivity

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
MEMBERS = 60


def _assessed(case: CaseFile) -> Assessment:
    return assess(compile_case(case), seed=7, n_members=MEMBERS, horizon_months=None)


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def assessment(case: CaseFile) -> Assessment:
    return _assessed(case)


@pytest.fixture(scope="module")
def findings(case: CaseFile, assessment: Assessment) -> Findings:
    return build_findings(case, assessment, Gate(case, Audience.INTERNAL))


def _empty() -> CaseFile:
    info = CaseInfo(id="nowhere", title="Nowhere", question="What is open?", as_of=When.parse("2019-05-31"))
    return CaseFile(info=info)


def test_the_bottom_line_is_two_sentences_that_hold_word_number_range_and_horizon(findings: Findings) -> None:
    first, second = findings.bottom_line
    deal = findings.deals[0]
    assert first.text.endswith(".")
    assert first.text.startswith(f"Of {findings.ledger.n_cells} questions")
    assert deal.p_end.word in second.text
    assert deal.p_end.text in second.text
    assert deal.p_end.range in second.text
    assert "within 12 months" in second.text
    assert second.estimates == (deal.p_end,)


def test_no_sentence_speaks_of_likelihood_and_confidence_at_once(findings: Findings) -> None:
    statements = [*findings.bottom_line, *findings.key_facts, *findings.method]
    assert not [s.text for s in statements if words.mixes_likelihood_and_confidence(s.text)]
    assert words.mixes_likelihood_and_confidence("We hold with high confidence that it is likely to end.")


def test_nothing_is_called_simulated(findings: Findings) -> None:
    texts = [s.text for s in (*findings.bottom_line, *findings.key_facts, *findings.method)]
    assert not [text for text in texts if "simulated" in text and "Nothing has been simulated" not in text]
    assert any("estimated from published effects and stated assumptions" in text for text in texts)
    assert findings.outlook is not None
    assert "no calibration can be shown" in findings.outlook.calibration.text


def test_a_case_without_anything_still_has_a_bottom_line() -> None:
    case = _empty()
    found = build_findings(case, _assessed(case), Gate(case, Audience.INTERNAL))
    assert found.headline == (
        "The case names no contested place, so none of the four questions can be read off it. "
        "No deal is in force, and the case names none that is missing."
    )
    assert found.ledger.title == "No open question is recorded"
    assert found.deals == ()


def test_the_tally_counts_every_cell_once(findings: Findings) -> None:
    marks = [mark for row in findings.ledger.rows for mark in row.marks]
    assert findings.ledger.n_cells == len(marks)
    assert findings.ledger.count(LedgerState.CONTESTED) == sum(m.state is LedgerState.CONTESTED for m in marks)


def test_contested_cells_lead_down_to_a_source(findings: Findings) -> None:
    for row in findings.ledger.rows:
        for mark in row.marks:
            if mark.state is LedgerState.CONTESTED:
                numbers = [cited.source for reference in mark.references for cited in reference.cited]
                assert numbers
                assert max(numbers) <= len(findings.sources)


def test_every_account_of_a_dispute_is_shown_and_at_most_one_is_used(findings: Findings, case: CaseFile) -> None:
    assert findings.disputes
    for dispute in findings.disputes:
        assert len(dispute.accounts) > 1
        assert sum(account.used for account in dispute.accounts) <= 1
        assert dispute.rule
    assert sum(len(dispute.accounts) for dispute in findings.disputes) <= len(case.accounts)


def test_deals_come_by_falling_chance_of_ending(findings: Findings) -> None:
    chances = [deal.p_end.mean for deal in findings.deals]
    assert chances == sorted(chances, reverse=True)


def test_breakers_sum_to_a_hundred(findings: Findings) -> None:
    assert {sum(breaker.of_100 for breaker in deal.breakers) for deal in findings.deals} == {100}


def test_shares_of_a_hundred_go_by_largest_remainder() -> None:
    thirds = tuple(Breaker(kind, Spread(1 / 3, 0.1, 0.5, 10), ()) for kind in list(EndedBy)[:3])
    assert of_hundred(thirds) == (34, 33, 33)
    assert of_hundred(()) == ()


def test_assumptions_are_ranked_by_how_many_findings_lean_on_them(findings: Findings) -> None:
    counts = [assumption.n_findings for assumption in findings.assumptions]
    assert counts == sorted(counts, reverse=True)
    assert all(counts)


def test_missing_names_are_listed_by_language(findings: Findings) -> None:
    languages = dict(findings.ledger.missing_names)
    for row in findings.ledger.rows:
        for name in row.place.names:
            if not name.text and not row.place.national:
                assert row.place.name in languages[name.language]


def test_the_gate_of_another_case_is_refused(case: CaseFile, assessment: Assessment) -> None:
    with pytest.raises(UsageError, match="gate was made for another case"):
        build_findings(case, assessment, Gate(_empty(), Audience.INTERNAL))


def _with_sensitive(case: CaseFile, table: str, wanted: Callable[[object], bool]) -> CaseFile:
    rows = tuple(
        row.model_copy(update={"sensitivity": Sensitivity.SEVERE}) if wanted(row) else row
        for row in getattr(case, table)
    )
    return case.model_copy(update={table: rows})


def test_a_withheld_deal_is_not_among_the_deals_and_is_not_counted_on_the_map(case: CaseFile) -> None:
    hidden = next(deal for deal in case.deals if deal.status is DealStatus.IN_FORCE)
    secret = _with_sensitive(case, "deals", lambda row: getattr(row, "id", "") == hidden.id)
    open_count = sum(deal.status is DealStatus.IN_FORCE for deal in case.deals)
    found = build_findings(secret, _assessed(secret), Gate(secret, Audience.PARTNERS))
    assert len(found.deals) == open_count - 1
    assert hidden.name not in str(found)
    assert {row.place.n_deals for row in found.ledger.rows if not row.place.national} <= {open_count - 1}


def test_a_withheld_cell_of_the_ledger_says_nothing_and_shows_no_row(case: CaseFile) -> None:
    cell = next(row for row in case.ledger if row.state is LedgerState.CONTESTED and row.summary)
    secret = _with_sensitive(case, "ledger", lambda row: row is cell)
    gate = Gate(secret, Audience.PARTNERS)
    found = build_findings(secret, _assessed(secret), gate)
    assert cell.summary not in str(found)
    place = gate.label(cell.place)
    mark = next(
        m for row in found.ledger.rows if row.place.name == place for m in row.marks if m.question is cell.question
    )
    assert (mark.state, mark.references, mark.talks) == (LedgerState.NO_ACCOUNT, (), False)
    assert "withheld in this edition" in found.headline


def test_a_withheld_row_has_no_reference(case: CaseFile) -> None:
    secret = _with_sensitive(case, "presence", lambda row: True)
    rows = Rows(secret, Gate(secret, Audience.PARTNERS))
    assert rows.reference(RowRef("presence", secret.presence[0].key)) is None
    assert rows.reference(RowRef("deals", secret.deals[0].key)) is not None


def test_counts_read_as_words_under_ten() -> None:
    assert [counted(n, "deal") for n in (0, 1, 2, 12)] == ["no deals", "one deal", "two deals", "12 deals"]
    assert [out_of(*n, "deal") for n in ((2, 2), (3, 3), (1, 3))] == [
        "both deals",
        "all three deals",
        "one of three deals",
    ]
    assert joined(["A", "B", "C", "D"], 2) == "A, B and 2 more"


def test_chances_are_grammatical_whatever_the_word() -> None:
    even = Estimate("50 %", "30–70", "roughly even chance", "percent", 0.5, 0.3, 0.7, 12)
    assert chance(even, "to end soon") == "has a roughly even chance (50 %, 30–70) of ending soon"
    assert chance(replace(even, word="likely"), "to end soon") == "is likely (50 %, 30–70) to end soon"
    rare = replace(even, word="almost no chance", range="")
    assert chance(rare, "to end soon") == "has almost no chance (50 %) of ending soon"
    sure = replace(even, word="almost certain", text="97 %", range="")
    assert chance(sure, "to end soon") == "is almost certain (97 %) to end soon"


def test_one_sentence_reads_well_for_one_deal_and_none_missing(findings: Findings) -> None:
    text = deals_sentence(findings.deals[:1], (), 12)
    assert text.startswith(f"The only deal in force, “{findings.deals[0].name}”, ")
    assert "missing" not in text
    assert deals_sentence((), findings.missing[:1], 12) == "No deal is in force."
    assert f"; one deal that is needed is missing: “{findings.missing[0].name}”." in ledger_sentence(
        findings.ledger, findings.missing[:1]
    )


def test_names_of_missing_deals_stay_as_written_and_are_counted_beyond_three(findings: Findings) -> None:
    names = ("Accord of A and B", "the Compact", "ميثاق العودة", "E", "F")
    missing = tuple(replace(findings.missing[0], name=name) for name in names)
    text = ledger_sentence(findings.ledger, missing)
    assert text.endswith("missing: “Accord of A and B”, “the Compact”, “ميثاق العودة” and two more.")


def test_the_ledger_sentence_is_grammatical_where_nothing_is_informal(findings: Findings) -> None:
    wanted = {LedgerState.AGREED_FORMALLY: 2, LedgerState.CONTESTED: 1}
    ledger = replace(findings.ledger, tally=tuple((s, wanted.get(s, 0)) for s in LedgerState), some_withheld=False)
    assert ledger_sentence(ledger).endswith("two are agreed formally, none informally, and one is contested.")


def test_wide_ranges_are_called_wide_and_narrow_ones_are_not(findings: Findings) -> None:
    deal = findings.deals[0]
    wide, narrow = (replace(deal, p_end=replace(deal.p_end, p05=0.1, p95=top)) for top in (0.9, 0.2))
    assert range_note((wide,)) == "The range is wide: read it with its reasons, not as a level."
    assert "wide and overlap" in range_note((wide, wide))
    assert range_note((narrow, wide)) == ""


def test_features_become_parts_of_a_sentence() -> None:
    assert [cause(label) for label in ("no accepted guarantor", "only understood, not signed", "form not known")] == [
        "no accepted guarantor",
        "that it is only understood, not signed",
        "that its form is not known",
    ]


def test_open_questions_are_named_and_not_withheld_for_the_ties_behind_talks() -> None:
    case = load_case(find_case("iraq-2016")).case
    rows = assessment_rows(_assessed(case), Gate(case, Audience.PUBLIC))
    open_cells = {(row.place, row.name) for row in rows if row.of == "unresolved" and row.section == "contribution"}
    assert {name for _, name in open_cells} <= {question.value for question in Question}
    assert ("sinjar", "govern") in open_cells
    assert not [row for row in rows if row.of == "unresolved" and row.about]


def test_places_carry_codes_and_the_area_that_holds_them(findings: Findings) -> None:
    by_name = {row.place.name: row.place for row in findings.ledger.rows}
    assert by_name["Nearbridge"].codes
    assert by_name["Nearbridge"].region == "Orla Valley"
    assert by_name["Vessaria"].region == ""


def test_a_withheld_code_is_not_shown(case: CaseFile) -> None:
    secret = _with_sensitive(case, "place_codes", lambda row: True)
    found = build_findings(secret, _assessed(secret), Gate(secret, Audience.PARTNERS))
    assert {row.place.codes for row in found.ledger.rows} == {()}


def test_a_ledger_without_any_account_says_so(findings: Findings) -> None:
    silent = tuple(
        replace(row, marks=tuple(replace(m, state=LedgerState.NO_ACCOUNT) for m in row.marks))
        for row in findings.ledger.rows
    )
    n = findings.ledger.n_cells
    ledger = replace(
        findings.ledger, rows=silent, tally=tuple((s, n if s is LedgerState.NO_ACCOUNT else 0) for s in LedgerState)
    )
    assert ledger_sentence(ledger).startswith(f"Sources are silent on every one of {n} questions")

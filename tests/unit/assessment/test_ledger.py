"""The ledger: a coder's word stands; otherwise the first rule that applies; silence is no account."""

from __future__ import annotations

from typing import Any

import pytest

from dayafter.assessment import ledger
from dayafter.assessment.report import LedgerCell
from dayafter.casefile.schema import Actor, Claim, Contact, LedgerEntry, Observation, Position
from dayafter.vocabulary import LedgerState, Question
from tests.unit.assessment.small import compiled, small_tables, with_deal


def _cell(tables: dict[str, list[Any]], question: Question = Question.SECURE, place: str = "town") -> LedgerCell:
    cells = ledger.ledger_cells(compiled(tables))
    return next(cell for cell in cells if cell.place == place and cell.question is question)


def test_every_place_has_a_cell_for_each_question_the_national_ones_too() -> None:
    cells = ledger.ledger_cells(compiled())
    assert [(cell.place, str(cell.question)) for cell in cells] == [
        (place, question) for place in ("town", "land") for question in ("secure", "govern", "return", "pay")
    ]


def test_silence_is_no_account() -> None:
    cell = _cell(small_tables(), Question.PAY)
    assert (cell.state, cell.rule, cell.rows) == (LedgerState.NO_ACCOUNT, ledger.RULE_SILENT, ())
    assert cell.talks is None


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ("ratified", LedgerState.AGREED_FORMALLY),
        ("signed", LedgerState.AGREED_FORMALLY),
        ("written", LedgerState.AGREED_INFORMALLY),
        ("understood", LedgerState.AGREED_INFORMALLY),
        (None, LedgerState.AGREED_INFORMALLY),
    ],
)
def test_a_term_of_a_deal_in_force_is_agreement_formal_if_signed(form: str | None, state: LedgerState) -> None:
    cell = _cell(with_deal(form=form))
    assert (cell.state, cell.deals, cell.derived) == (state, ("pact",), True)
    assert [row.key for row in cell.rows] == ["pact", "pact/police"]


def test_a_deal_that_ended_settles_nothing_but_its_terms_touch_the_question() -> None:
    cell = _cell(with_deal(status="ended", ended_on="2015-12"))
    assert (cell.state, cell.deals) == (LedgerState.UNADDRESSED, ())


@pytest.mark.parametrize(("ideal", "is_contested"), [("0.7", True), ("0.69", False)])
def test_positions_half_the_scale_apart_make_a_question_contested(ideal: str, is_contested: bool) -> None:
    tables = small_tables()
    tables["positions"] = [
        Position(place="town", actor="guards", issue="police", ideal="0.2"),
        Position(place="town", actor="watch", issue="police", ideal=ideal),
    ]
    cell = _cell(tables)
    assert cell.state is (LedgerState.CONTESTED if is_contested else LedgerState.UNADDRESSED)
    assert len(cell.rows) == 2


def test_positions_within_one_bloc_do_not_contest() -> None:
    tables = small_tables()
    tables["positions"] = [
        Position(place="town", actor="guards", issue="police", ideal="0"),
        Position(place="town", actor="north", issue="police", ideal="1"),
    ]
    assert _cell(tables).state is LedgerState.UNADDRESSED


def test_two_strong_claims_contest_the_questions_that_they_bear_on() -> None:
    tables = small_tables()
    tables["claims"] = [
        Claim(place="town", actor="north", kind="control", strength="0.9"),
        Claim(place="town", actor="south", kind="security", strength="0.5"),
    ]
    assert _cell(tables).state is LedgerState.CONTESTED
    assert _cell(tables, Question.GOVERN).state is LedgerState.UNADDRESSED
    assert _cell(tables, Question.PAY).state is LedgerState.NO_ACCOUNT


def test_a_row_that_touches_a_question_leaves_it_unaddressed() -> None:
    tables = small_tables()
    tables["observations"] = [Observation(id="slow", indicator="returns", place="town", direction="absent")]
    cell = _cell(tables, Question.RETURN)
    assert (cell.state, cell.rule) == (LedgerState.UNADDRESSED, ledger.RULE_TOUCHED)
    assert [row.table for row in cell.rows] == ["observations"]


def test_a_coders_word_stands_over_every_rule() -> None:
    tables = with_deal(form="signed")
    tables["ledger"] = [
        LedgerEntry(
            place="town", question="secure", state="contested", talks="no", rule="both sides say so", coded_by="B"
        )
    ]
    cell = _cell(tables)
    assert (cell.state, cell.talks, cell.derived) == (LedgerState.CONTESTED, False, False)
    assert (cell.rule, cell.coded_by, cell.checked_on) == ("both sides say so", "B", "2016-02-22")


def test_a_cell_without_its_own_coder_has_that_of_the_case() -> None:
    assert _cell(small_tables()).coded_by == "a coder"


def test_another_question_has_a_cell_only_where_it_was_coded() -> None:
    tables = small_tables()
    tables["ledger"] = [LedgerEntry(place="town", question="other", state="unaddressed")]
    assert _cell(tables, Question.OTHER).rule == ledger.CODED
    assert len(ledger.ledger_cells(compiled(tables))) == 9


def test_talks_are_on_where_a_current_tie_names_the_question_here() -> None:
    tables = small_tables()
    tables["contacts"] = [
        Contact(who="north", whom="south", kind="talks", place="town", questions="secure"),
        Contact(who="north", whom="south", kind="talks", place="land", questions="pay", until="2015"),
        Contact(who="guards", whom="watch", kind="kinship", place="town", questions="return"),
    ]
    assert _cell(tables).talks is True
    assert _cell(tables, Question.RETURN).talks is None
    assert _cell(tables, Question.PAY, "land").talks is None


def test_the_tally_counts_silence_apart_from_open_questions() -> None:
    tables = with_deal()
    tables["actors"][0] = Actor(id="north", name="North", kind="state")
    tables["claims"] = [Claim(place="town", actor="north", kind="governance", strength="0.9")]
    unresolved, silent = ledger.tally(ledger.ledger_cells(compiled(tables)), "town", 10)
    assert unresolved.value is not None
    assert silent.value is not None
    assert (unresolved.value.mean, silent.value.mean) == (1, 2)
    assert [one.name for one in unresolved.contributions] == ["govern"]
    assert unresolved.value.is_exact

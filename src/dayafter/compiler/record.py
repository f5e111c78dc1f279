"""The ledger as coded, ties, rival accounts, and which rows touch on which question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dayafter.arrays import CLAIM_QUESTIONS, LedgerRecord, RivalRecord, RowKey, Tie
from dayafter.casefile.schema import Account, CaseFile, Row
from dayafter.compiler.builders import Axes, is_current, key_of
from dayafter.quantities import Quantity, QuantityError, When
from dayafter.vocabulary import FOUR_QUESTIONS, Indicator, Question, YesNo

_INDICATOR_QUESTIONS: Final = {
    Indicator.RETURNS: Question.RETURN,
    Indicator.PROPERTY: Question.RETURN,
    Indicator.SECURITY: Question.SECURE,
    Indicator.MILITARISATION: Question.SECURE,
    Indicator.RECONSTRUCTION: Question.PAY,
    Indicator.MONEY: Question.PAY,
    Indicator.BUDGET: Question.PAY,
}

RULE_MARKED: Final = "the account marked as used"
RULE_EQUAL: Final = "the account equal to the value in the table"
RULE_HULL: Final = "the table's interval spans the accounts"
RULE_TABLE: Final = "the value in the table; no account equals it"
RULE_NONE: Final = "the table leaves the field empty; no account is used"


def compile_ledger(axes: Axes) -> tuple[LedgerRecord, ...]:
    """Cells that a coder wrote. Who coded them and when they were checked fall back to the head of the case."""
    info = axes.case.info
    return tuple(
        LedgerRecord(
            place=axes.places[row.place],
            question=row.question,
            state=row.state,
            talks={YesNo.YES: True, YesNo.NO: False}.get(row.talks) if row.talks else None,
            deal=row.deal or "",
            rule=row.rule,
            summary=row.summary,
            coded_by=row.coded_by or info.coded_by,
            checked_on=str(row.checked_on or info.as_of),
            row=key_of("ledger", row),
        )
        for row in axes.case.ledger
        if row.place in axes.places
    )


def compile_ties(axes: Axes) -> dict[str, Any]:
    """Brokers and ties between them and actors."""
    ties = tuple(
        Tie(
            who=row.who,
            whom=row.whom,
            kind=row.kind,
            place=None if row.place is None else axes.places.get(row.place),
            questions=row.questions,
            is_current=is_current(row.since, row.until, axes.as_of),
            row=key_of("contacts", row),
        )
        for row in axes.case.contacts
    )
    return {"brokers": tuple(row.id for row in axes.case.brokers), "ties": ties}


def compile_addressed(axes: Axes) -> dict[tuple[int, int], tuple[RowKey, ...]]:
    """Rows that touch on a question in a place, for cells that nobody coded."""
    found: dict[tuple[int, int], dict[RowKey, None]] = {}
    for place, question, key in (*_about_wants(axes), *_about_acts(axes)):
        if place is not None and question in FOUR_QUESTIONS:
            for p in axes.covered_by.get(place, ()):
                found.setdefault((p, FOUR_QUESTIONS.index(question)), {})[key] = None
    return {cell: tuple(rows) for cell, rows in found.items()}


def _about_wants(axes: Axes) -> Iterator[tuple[str | None, Question, RowKey]]:
    """Positions, claims and terms."""
    case = axes.case
    asked = {row.id: row.question for row in case.issues}
    for position in case.positions:
        yield position.place, asked[position.issue], key_of("positions", position)
    for claim in case.claims:
        for question in CLAIM_QUESTIONS[claim.kind]:
            yield claim.place, question, key_of("claims", claim)
    places_of = {deal.id: deal.places for deal in case.deals}
    for term in case.terms:
        for place in (term.place,) if term.place is not None else places_of.get(term.deal, ()):
            yield place, term.question, key_of("terms", term)


def _about_acts(axes: Axes) -> Iterator[tuple[str | None, Question, RowKey]]:
    """Contacts, money and observations."""
    case = axes.case
    for contact in case.contacts:
        for question in contact.questions:
            yield contact.place, question, key_of("contacts", contact)
    for aid in case.aid:
        for place in aid.places:
            yield place, Question.PAY, key_of("aid", aid)
    for seen in case.observations:
        if seen.indicator in _INDICATOR_QUESTIONS:
            yield seen.place, _INDICATOR_QUESTIONS[seen.indicator], key_of("observations", seen)


def compile_rivals(case: CaseFile) -> tuple[RivalRecord, ...]:
    """Fields with more than one account, or one that the table does not follow. The table's value is the one used."""
    groups: dict[tuple[str, str, str], list[Account]] = {}
    for account in case.accounts:
        groups.setdefault((account.table, account.row, account.field), []).append(account)
    index = {(table, row.key): row for table, _, row in case.rows()}
    rivals = []
    for (table, key, field), accounts in groups.items():
        used, rule = _used_account(index.get((table, key)), field, accounts)
        rows = tuple(key_of("accounts", account) for account in accounts)
        rivals.append(RivalRecord(table, key, field, rows, used, rule))
    return tuple(rivals)


def _used_account(row: Row | None, field: str, accounts: list[Account]) -> tuple[int | None, str]:
    for number, account in enumerate(accounts):
        if account.used is YesNo.YES:
            return number, RULE_MARKED
    value = getattr(row, field, None) if row is not None else None
    if value is None or value == ():
        return None, RULE_NONE
    for number, account in enumerate(accounts):
        if _same(value, account.value):
            return number, RULE_EQUAL
    return None, RULE_HULL if _spans(value, accounts) else RULE_TABLE


def _same(value: object, text: str) -> bool:
    try:
        if isinstance(value, Quantity):
            return value == Quantity.parse(text)
        if isinstance(value, When):
            return value == When.parse(text)
    except QuantityError:
        return False
    if isinstance(value, tuple):
        return "; ".join(map(str, value)) == text.strip()
    return str(value) == text.strip()


def _spans(value: object, accounts: list[Account]) -> bool:
    """Whether an interval holds every account that is a number or a date."""
    try:
        if isinstance(value, Quantity):
            read = [Quantity.parse(account.value) for account in accounts]
            return all(value.low <= one.low and one.high <= value.high for one in read)
        if isinstance(value, When) and value.earliest and value.latest:
            dates = [When.parse(account.value) for account in accounts]
            return all(
                one.earliest and one.latest and value.earliest <= one.earliest and one.latest <= value.latest
                for one in dates
            )
    except QuantityError:
        return False
    return False

"""The ledger of open questions: what a coder wrote, else what a stated rule makes of the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dayafter.arrays import CLAIM_KINDS, CLAIM_QUESTIONS, CompiledCase, LedgerRecord, RowKey
from dayafter.assessment.report import Index, LedgerCell
from dayafter.assessment.summary import Part, Parts, index_record, refs
from dayafter.vocabulary import ContactKind, DealStatus, LedgerState, Question

APART: Final = 0.5
"""Two positions of different blocs at least this far apart make a question contested."""
STRONG: Final = 0.5
"""Claims of two blocs at least this strong make a question contested."""
SIGNED: Final = 2
"""Forms from signed upwards count as formal. Something written that nobody signed binds nobody formally."""

RULE_FORMAL: Final = "a term of a deal in force, signed or ratified, settles it here"
RULE_INFORMAL: Final = "a term of a deal in force settles it here; the deal is unsigned or its form is not stated"
RULE_POSITIONS: Final = "actors of different blocs stand at least 0.5 apart on it"
RULE_CLAIMS: Final = "two blocs claim it with a strength of at least 0.5"
RULE_TOUCHED: Final = "rows touch on it; no deal in force settles it and no dispute over it is recorded"
RULE_SILENT: Final = "no row touches on it"
CODED: Final = "as coded"

_AGREED: Final = (LedgerState.AGREED_FORMALLY, LedgerState.AGREED_INFORMALLY)


def ledger_cells(case: CompiledCase) -> tuple[LedgerCell, ...]:
    """One cell for each place and each of the four questions, and for `other` where a coder wrote one.

    What a person coded stands. Otherwise, the first rule that applies: a term of a deal in force settles the
    question here (formally if signed or ratified, else informally); positions far apart or two strong claims make it
    contested; rows that touch on it without a settlement leave it unaddressed; without any row there is no account.
    Talks are on where a current tie of kind `talks` names the question here, or the coder says so.
    """
    coded = {(record.place, record.question): record for record in case.ledger}
    cells = []
    for p in range(len(case.places)):
        for question in Question:
            record = coded.get((p, question))
            if record is None and question not in case.questions:
                continue
            cells.append(_derived(case, p, question) if record is None else _as_coded(case, p, record))
    return tuple(cells)


def _as_coded(case: CompiledCase, p: int, record: LedgerRecord) -> LedgerCell:
    tied, talk_rows = _talks(case, p, record.question)
    named = (record.deal,) if record.deal else ()
    return LedgerCell(
        place=case.places[p],
        question=record.question,
        state=record.state,
        talks=record.talks if record.talks is not None else tied,
        deals=tuple(dict.fromkeys((*named, *(case.deals[d] for d in _settling(case, p, record.question))))),
        summary=record.summary,
        rule=record.rule or CODED,
        derived=False,
        coded_by=record.coded_by,
        checked_on=record.checked_on,
        rows=refs((record.row, *talk_rows)),
    )


def _derived(case: CompiledCase, p: int, question: Question) -> LedgerCell:
    state, rule, rows = _apply_rules(case, p, question)
    talks, talk_rows = _talks(case, p, question)
    return LedgerCell(
        place=case.places[p],
        question=question,
        state=state,
        talks=talks,
        deals=tuple(case.deals[d] for d in _settling(case, p, question)),
        summary="",
        rule=rule,
        derived=True,
        coded_by=case.coded_by,
        checked_on=case.as_of.isoformat(),
        rows=refs((*rows, *talk_rows)),
    )


def _settling(case: CompiledCase, p: int, question: Question) -> list[int]:
    if question not in case.questions:
        return []
    q = case.questions.index(question)
    return [
        d
        for d, status in enumerate(case.deal_status)
        if status is DealStatus.IN_FORCE and case.covers[d, p] and case.covers_question[d, p, q]
    ]


def _apply_rules(case: CompiledCase, p: int, question: Question) -> tuple[LedgerState, str, Sequence[RowKey]]:
    if settling := _settling(case, p, question):
        rows = [row for d in settling for field in ("deal", "terms") for row in case.rows_of(field, d)]
        if any(case.form_low[d] >= SIGNED for d in settling):
            return LedgerState.AGREED_FORMALLY, RULE_FORMAL, rows
        return LedgerState.AGREED_INFORMALLY, RULE_INFORMAL, rows
    if rows := _positions_apart(case, p, question):
        return LedgerState.CONTESTED, RULE_POSITIONS, rows
    if rows := _strong_claims(case, p, question):
        return LedgerState.CONTESTED, RULE_CLAIMS, rows
    touched = case.addressed.get((p, case.questions.index(question)), ())
    if touched:
        return LedgerState.UNADDRESSED, RULE_TOUCHED, touched
    return LedgerState.NO_ACCOUNT, RULE_SILENT, ()


def _positions_apart(case: CompiledCase, p: int, question: Question) -> list[RowKey]:
    """Rows of the positions of different blocs that stand far apart on an issue of the question; by best values."""
    found: dict[RowKey, None] = {}
    ideal, known = case.ideal.middle[p], case.ideal.known[p]
    for i, asked in enumerate(case.issue_question):
        if asked is not question:
            continue
        holders = [int(a) for a in np.flatnonzero(known[:, i])]
        for number, a in enumerate(holders):
            for b in holders[number + 1 :]:
                # Rounded, so that 0.7 − 0.2 reaches 0.5 as it does on paper.
                if case.bloc[a] != case.bloc[b] and round(abs(ideal[a, i] - ideal[b, i]), 9) >= APART:
                    for row in (*case.rows_of("ideal", p, a, i), *case.rows_of("ideal", p, b, i)):
                        found[row] = None
    return list(found)


def _strong_claims(case: CompiledCase, p: int, question: Question) -> list[RowKey]:
    """Rows of the strong claims that bear on the question, where two blocs make them; by best values."""
    strength = case.claims.middle[p]
    strong = [
        (int(a), k)
        for k, kind in enumerate(CLAIM_KINDS)
        if question in CLAIM_QUESTIONS[kind]
        for a in np.flatnonzero(case.claims.known[p, :, k] & (strength[:, k] >= STRONG))
    ]
    if len({int(case.bloc[a]) for a, _ in strong}) < 2:
        return []
    return [row for a, k in strong for row in case.rows_of("claims", p, a, k)]


def _talks(case: CompiledCase, p: int, question: Question) -> tuple[bool | None, tuple[RowKey, ...]]:
    """True where a tie says so, None where the record is silent: that nobody talks only a coder can say."""
    rows = tuple(
        tie.row
        for tie in case.ties
        if tie.kind is ContactKind.TALKS and tie.is_current and tie.place == p and question in tie.questions
    )
    return (True if rows else None), rows


def tally(cells: Sequence[LedgerCell], place: str, n_members: int) -> tuple[Index, Index]:
    """How many of the four questions are open (contested or unaddressed), and how many are without account.

    Exact: the ledger holds states, not intervals. Agreed informally is agreed; silence is counted apart.
    Source: model.md, 3 (unresolved stock).
    """
    four = [cell for cell in cells if cell.place == place and cell.question is not Question.OTHER]
    # A coded state rests on the coder's row; rows behind talks say nothing of it and may be more sensitive.
    parts = tuple(
        Part(
            str(cell.question),
            (),
            tuple(RowKey(row.table, row.key) for row in cell.rows if cell.derived or row.table == "ledger"),
        )
        for cell in four
    )
    silent = np.array([cell.state is LedgerState.NO_ACCOUNT for cell in four], dtype=np.float64)
    is_open = np.array([cell.state not in (*_AGREED, LedgerState.NO_ACCOUNT) for cell in four], dtype=np.float64)
    missing = tuple(f"ledger {place}/{cell.question}" for cell in four if cell.state is LedgerState.NO_ACCOUNT)
    unit = "questions of 4"
    return (
        index_record(Parts("unresolved", unit, parts, np.tile(is_open, (n_members, 1)), missing), place),
        index_record(Parts("no_account", unit, parts, np.tile(silent, (n_members, 1)), missing), place),
    )

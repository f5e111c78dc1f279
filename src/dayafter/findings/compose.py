"""Sentences made by rule from numbers: the bottom line without options, titles that state the finding.

Each takes a `Wording`, which says it in the language of the edition; English where none is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dayafter.findings import words
from dayafter.findings.counting import capitalised, counted, joined, out_of, short, spelled
from dayafter.findings.phrases import cause
from dayafter.findings.records import DealView, Estimate, Ledger, OtherDeal
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.vocabulary import LedgerState, Question

__all__ = [
    "capitalised", "chance", "counted", "deals_sentence", "gerund", "is_wide", "joined", "ledger_lead",
    "ledger_sentence", "ledger_title", "out_of", "question_tallies", "quoted", "range_note", "short", "spelled",
    "weakest_question", "where_words",
]  # fmt: skip

QUESTION_PHRASES: Final = {
    Question.SECURE: "who secures",
    Question.GOVERN: "who governs",
    Question.RETURN: "who may return",
    Question.PAY: "who pays",
    Question.OTHER: "the further question",
}
_AGREED: Final = (LedgerState.AGREED_FORMALLY, LedgerState.AGREED_INFORMALLY)
WIDE: Final = 0.4
"""A 90 % range wider than this leaves open which word of likelihood holds."""


def chance(estimate: Estimate, what: str, say: Wording = ENGLISH) -> str:
    """`is likely (60 %, 40–75) to end`: the event in the infinitive; `has a roughly even chance (50 %) of ending`."""
    if say.language != "en":
        return say("{word} that it ends", word=say.chance(estimate))
    if estimate.word.startswith(("almost no", "roughly even")):
        article = "has almost no chance" if estimate.word.startswith("almost no") else "has a roughly even chance"
        inner = estimate.text if not estimate.range else f"{estimate.text}, {estimate.range}"
        return f"{article} ({inner}) {gerund(what)}"
    return f"is {estimate.full} {what}"


def gerund(infinitive: str) -> str:
    """`to end within …` to `of ending within …`, as a chance takes it."""
    return infinitive.replace("to end", "of ending", 1)


def where_words(n_places: int, n_national: int, say: Wording = ENGLISH) -> str:
    """`in eight places and at national level`."""
    parts = [say("in {places}", places=say.counted(n_places, "place"))] if n_places else []
    if n_national:
        parts.append(say("at national level"))
    return say(" and ").join(parts)


def quoted(name: str, say: Wording = ENGLISH) -> str:
    """A name as written, in quotation marks: no article or capital of the sentence touches it in any language."""
    return say.quoted(name)


def ledger_sentence(ledger: Ledger, missing: Sequence[OtherDeal] = (), say: Wording = ENGLISH) -> str:
    """First sentence of the bottom line: how much is agreed, and which deals are needed and do not exist."""
    n = ledger.n_cells
    tail = _missing_tail(missing, say)
    if not n:
        return say(
            "The case names no contested place, so none of the four questions can be read off it{tail}.", tail=tail
        )
    where = where_words(
        sum(not row.place.national for row in ledger.rows), sum(row.place.national for row in ledger.rows), say
    )
    formal, informal = (ledger.count(state) for state in _AGREED)
    contested, silent = ledger.count(LedgerState.CONTESTED), ledger.count(LedgerState.NO_ACCOUNT)
    quiet = say("silent, or withheld in this edition,") if ledger.some_withheld else say("silent")
    questions = say.counted(n, "question")
    if n == silent:
        return say(
            "Sources are {quiet} on every one of {questions} {where}{tail}.",
            quiet=quiet, questions=questions, where=where, tail=tail,
        )  # fmt: skip
    if silent and (ledger.some_withheld or not missing):
        quiet_tail = say("; sources are {quiet} on {silent}", quiet=quiet, silent=say.number(silent))
        tail = f"{quiet_tail}{tail}"
    values = {
        "questions": questions, "where": where, "tail": tail, "contested": _of(contested), "formal": _of(formal),
        "informal": _none(informal), "n_formal": formal, "n_informal": informal, "n_contested": contested,
    }  # fmt: skip
    if not formal and not informal:
        return say(
            "Of {questions} {where}, none is agreed, formally or informally, and {contested} contested{tail}.", **values
        )
    return say(
        "Of {questions} {where}, {formal} agreed formally, {informal} informally, and {contested} contested{tail}.",
        **values,
    )


def _missing_tail(missing: Sequence[OtherDeal], say: Wording) -> str:
    """`; three deals that are needed are missing: “A”, “B” and “C”`."""
    if not missing:
        return ""
    message = (
        "; {deals} that is needed is missing: {names}"
        if len(missing) == 1
        else "; {deals} that are needed are missing: {names}"
    )
    names = _listed([m.name for m in missing], 3, say)
    return say(message, deals=say.counted(len(missing), "deal"), names=names)


def _none(number: int) -> str:
    return "none" if number == 0 else spelled(number)


def _of(number: int) -> str:
    return "none is" if number == 0 else f"{spelled(number)} {'is' if number == 1 else 'are'}"


def is_wide(estimate: Estimate) -> bool:
    """Whether the range of a probability is so wide that its level says little."""
    return estimate.p95 - estimate.p05 > WIDE


def deals_sentence(
    deals: Sequence[DealView], missing: Sequence[OtherDeal], horizon_months: int, say: Wording = ENGLISH
) -> str:
    """Second sentence: the most fragile deal in force, how likely it is to end, and what most adds to that."""
    if not deals:
        return (
            say("No deal is in force.")
            if missing
            else say("No deal is in force, and the case names none that is missing.")
        )
    first = deals[0]
    months = say.counted(horizon_months, "month")
    raising = sorted((p for p in first.parts if p.value.mean > 0), key=lambda p: -p.value.mean)[:2]
    causes = say.joined([cause(p.label) if say.language == "en" else p.label for p in raising])
    why = say("; what adds most to that: {causes}", causes=causes) if raising else ""
    message = (
        "The only deal in force, {deal}, {chance}{why}."
        if len(deals) == 1
        else "The most fragile of {deals} in force, {deal}, {chance}{why}."
    )
    return say(
        message,
        deals=say.counted(len(deals), "deal"),
        deal=quoted(first.name, say),
        chance=chance(first.p_end, f"to end within {months}", say),
        months=months,
        why=why,
    )


def range_note(deals: Sequence[DealView], say: Wording = ENGLISH) -> str:
    """What to make of wide ranges, said plainly; empty where the level of the first deal is known well enough."""
    if not deals or not is_wide(deals[0].p_end):
        return ""
    first = deals[0].p_end
    overlap = len(deals) > 1 and any(deal.p_end.p95 >= first.p05 for deal in deals[1:])
    if overlap:
        return say(
            "The ranges are wide and overlap: read them as a weak order with its reasons, not as levels. "
            "The first ranks first in {n} of 100 draws.",
            n=words.percent(deals[0].p_ranks_first),
        )
    return say("The range is wide: read it with its reasons, not as a level.")


def _listed(names: Sequence[str], limit: int, say: Wording) -> str:
    """Names of deals as written, in quotation marks, so that an `and` within one does not read as the list's."""
    shown = [quoted(name, say) for name in names[:limit]]
    rest = len(names) - limit
    return say.joined([*shown, say("{n} more", n=say.number(rest))] if rest > 0 else shown)


def ledger_title(ledger: Ledger, say: Wording = ENGLISH) -> str:
    """The finding of the ledger."""
    n, formal, informal = ledger.n_cells, *(ledger.count(state) for state in _AGREED)
    silent = ledger.count(LedgerState.NO_ACCOUNT)
    if not n:
        return say("No open question is recorded")
    if silent * 2 > n:
        return say("Sources are silent on {silent} of {n} questions", silent=say.number(silent), n=say.number(n))
    if formal == n:
        return say("Every question is agreed formally")
    if not formal and not informal:
        return say("Nothing is agreed")
    if not formal:
        return say("Nothing is agreed formally")
    message = "{formal} of {n} questions is agreed formally" if formal == 1 else (
        "{formal} of {n} questions are agreed formally"
    )  # fmt: skip
    return say.capitalised(say(message, formal=say.number(formal), n=say.number(n)))


def question_tallies(ledger: Ledger) -> tuple[tuple[Question, int, int], ...]:
    """Per question: cells agreed in any form, and cells in all."""
    out = []
    for question in ledger.questions:
        marks = [mark for row in ledger.rows for mark in row.marks if mark.question is question]
        out.append((question, sum(mark.state in _AGREED for mark in marks), len(marks)))
    return tuple(out)


def weakest_question(ledger: Ledger, say: Wording = ENGLISH) -> str:
    """Which question is agreed in the fewest places; empty where there is none."""
    tallies = [tally for tally in question_tallies(ledger) if tally[2]]
    if not tallies:
        return ""
    fewest = min(agreed for _, agreed, _ in tallies)
    which = [say(QUESTION_PHRASES[question]) for question, agreed, _ in tallies if agreed == fewest]
    n = max(total for _, _, total in tallies)
    arenas = say.counted(n, "arena" if any(row.place.national for row in ledger.rows) else "place")
    values = {"questions": say.joined(which), "agreed": say.number(fewest), "arenas": arenas}
    if len(which) == len(tallies) and len(tallies) > 1:
        if not fewest:
            return say("No question is agreed anywhere, in any form.")
        return say("Each question is agreed in {agreed} of {arenas}, in any form.", **values)
    one = len(which) == 1
    if not fewest:
        message = (
            "{questions} is agreed nowhere, in any form." if one else "{questions} are agreed nowhere, in any form."
        )
    else:
        message = (
            "{questions} is agreed in {agreed} of {arenas}, in any form."
            if one
            else "{questions} are agreed in {agreed} of {arenas}, in any form."
        )
    return say.capitalised(say(message, **values))


def ledger_lead(ledger: Ledger, say: Wording = ENGLISH) -> str:
    """What stands under the ledger's title."""
    n = ledger.n_cells
    if not n:
        return ""
    parts = [
        say(message, n=say.number(ledger.count(state)))
        for state, message in (
            (LedgerState.AGREED_INFORMALLY, "{n} agreed informally"),
            (LedgerState.CONTESTED, "{n} contested"),
            (LedgerState.UNADDRESSED, "{n} unaddressed"),
            (LedgerState.NO_ACCOUNT, "{n} without any account"),
        )
        if ledger.count(state)
    ]
    weakest = weakest_question(ledger, say)
    if not parts:
        return weakest
    of = say("Of {questions}: {parts}.", questions=say.counted(n, "question"), parts=say.joined(parts))
    return say.sentences(of, weakest)

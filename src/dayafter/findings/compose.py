"""Sentences made by rule from numbers: counts in words, the bottom line, titles that state the finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dayafter.findings import words
from dayafter.findings.phrases import cause
from dayafter.findings.records import DealView, Estimate, Ledger, OtherDeal
from dayafter.vocabulary import LedgerState, Question

QUESTION_PHRASES: Final = {
    Question.SECURE: "who secures",
    Question.GOVERN: "who governs",
    Question.RETURN: "who may return",
    Question.PAY: "who pays",
    Question.OTHER: "the further question",
}
_SMALL: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_AGREED: Final = (LedgerState.AGREED_FORMALLY, LedgerState.AGREED_INFORMALLY)
MAX_NAME: Final = 70
"""Longest name inside a sentence of the bottom line; longer ones are cut, and stand in full on the deals' page."""
WIDE: Final = 0.4
"""A 90 % range wider than this leaves open which word of likelihood holds."""


def spelled(number: int) -> str:
    """Counts up to ten as words."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`one deal`, `three deals`, `12 deals`."""
    return f"{spelled(number)} {noun if number == 1 else plural or noun + 's'}"


def out_of(number: int, total: int, noun: str) -> str:
    """`both deals`, `all four deals`, `two of four deals`."""
    if number == total > 1:
        return f"both {noun}s" if total == 2 else f"all {counted(total, noun)}"
    return f"{spelled(number)} of {counted(total, noun)}"


def joined(items: Sequence[str], limit: int = 99) -> str:
    """`A`, `A and B`, `A, B and C`; beyond the limit `A, B and 3 more`."""
    if len(items) > limit:
        return f"{', '.join(items[:limit])} and {len(items) - limit} more"
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} and {items[-1]}"


def capitalised(text: str) -> str:
    """First letter large; names keep theirs."""
    return text[:1].upper() + text[1:]


def short(name: str) -> str:
    """A name cut to what a sentence bears."""
    name = " ".join(name.split())
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def chance(estimate: Estimate, what: str) -> str:
    """`likely (60 %, 40–75) to end`: `is` before it, the event in the infinitive after it."""
    if estimate.word.startswith(("almost no", "roughly even")):
        article = "has almost no chance" if estimate.word.startswith("almost no") else "has a roughly even chance"
        inner = estimate.text if not estimate.range else f"{estimate.text}, {estimate.range}"
        return f"{article} ({inner}) {gerund(what)}"
    return f"is {estimate.full} {what}"


def gerund(infinitive: str) -> str:
    """`to end within …` to `of ending within …`, as a chance takes it."""
    return infinitive.replace("to end", "of ending", 1)


def where_words(n_places: int, n_national: int) -> str:
    """`in eight places and at national level`."""
    parts = [f"in {counted(n_places, 'place')}"] if n_places else []
    if n_national:
        parts.append("at national level")
    return " and ".join(parts)


def quoted(name: str) -> str:
    """A name as written, in quotation marks: no article or capital of the sentence touches it in any language."""
    return f"“{short(name)}”"


def ledger_sentence(ledger: Ledger, missing: Sequence[OtherDeal] = ()) -> str:
    """First sentence of the bottom line: how much is agreed, and which deals are needed and do not exist."""
    n = ledger.n_cells
    if not n:
        none = "The case names no contested place, so none of the four questions can be read off it"
        return f"{none}{_missing_tail(missing)}."
    where = where_words(
        sum(not row.place.national for row in ledger.rows), sum(row.place.national for row in ledger.rows)
    )
    formal, informal = (ledger.count(state) for state in _AGREED)
    contested, silent = ledger.count(LedgerState.CONTESTED), ledger.count(LedgerState.NO_ACCOUNT)
    quiet = "silent, or withheld in this edition," if ledger.some_withheld else "silent"
    if n == silent:
        return f"Sources are {quiet} on every one of {counted(n, 'question')} {where}{_missing_tail(missing)}."
    head = f"Of {counted(n, 'question')} {where}, "
    if not formal and not informal:
        text = f"{head}none is agreed, formally or informally, and {_of(contested)} contested"
    else:
        text = f"{head}{_of(formal)} agreed formally, {_none(informal)} informally, and {_of(contested)} contested"
    if silent and (ledger.some_withheld or not missing):
        text += f"; sources are {quiet} on {spelled(silent)}"
    return f"{text}{_missing_tail(missing)}."


def _missing_tail(missing: Sequence[OtherDeal]) -> str:
    """`; three deals that are needed are missing: “A”, “B” and “C”`."""
    if not missing:
        return ""
    verb = "is" if len(missing) == 1 else "are"
    which = f"{counted(len(missing), 'deal')} that {verb} needed {verb} missing"
    return f"; {which}: {_listed([m.name for m in missing], 3)}"


def _none(number: int) -> str:
    return "none" if number == 0 else spelled(number)


def _of(number: int) -> str:
    return "none is" if number == 0 else f"{spelled(number)} {'is' if number == 1 else 'are'}"


def is_wide(estimate: Estimate) -> bool:
    """Whether the range of a probability is so wide that its level says little."""
    return estimate.p95 - estimate.p05 > WIDE


def deals_sentence(deals: Sequence[DealView], missing: Sequence[OtherDeal], horizon_months: int) -> str:
    """Second sentence: the most fragile deal in force, how likely it is to end, and what most adds to that."""
    if not deals:
        return "No deal is in force." if missing else "No deal is in force, and the case names none that is missing."
    first = deals[0]
    within = f"to end within {counted(horizon_months, 'month')}"
    rank = (
        f"The only deal in force, {quoted(first.name)},"
        if len(deals) == 1
        else f"The most fragile of {counted(len(deals), 'deal')} in force, {quoted(first.name)},"
    )
    raising = sorted((p for p in first.parts if p.value.mean > 0), key=lambda p: -p.value.mean)[:2]
    why = f"; what adds most to that: {joined([cause(p.label) for p in raising])}" if raising else ""
    return f"{rank} {chance(first.p_end, within)}{why}."


def range_note(deals: Sequence[DealView]) -> str:
    """What to make of wide ranges, said plainly; empty where the level of the first deal is known well enough."""
    if not deals or not is_wide(deals[0].p_end):
        return ""
    first = deals[0].p_end
    overlap = len(deals) > 1 and any(deal.p_end.p95 >= first.p05 for deal in deals[1:])
    if overlap:
        return (
            "The ranges are wide and overlap: read them as a weak order with its reasons, not as levels. "
            f"The first ranks first in {words.percent(deals[0].p_ranks_first)} of 100 draws."
        )
    return "The range is wide: read it with its reasons, not as a level."


def _listed(names: Sequence[str], limit: int) -> str:
    """Names of deals as written, in quotation marks, so that an `and` within one does not read as the list's."""
    shown = [quoted(name) for name in names[:limit]]
    rest = len(names) - limit
    return joined([*shown, f"{spelled(rest)} more"] if rest > 0 else shown)


def ledger_title(ledger: Ledger) -> str:
    """The finding of the ledger."""
    n, formal, informal = ledger.n_cells, *(ledger.count(state) for state in _AGREED)
    silent = ledger.count(LedgerState.NO_ACCOUNT)
    if not n:
        return "No open question is recorded"
    if silent * 2 > n:
        return f"Sources are silent on {spelled(silent)} of {spelled(n)} questions"
    if formal == n:
        return "Every question is agreed formally"
    if not formal and not informal:
        return "Nothing is agreed"
    if not formal:
        return "Nothing is agreed formally"
    return f"{capitalised(spelled(formal))} of {spelled(n)} questions {'is' if formal == 1 else 'are'} agreed formally"


def question_tallies(ledger: Ledger) -> tuple[tuple[Question, int, int], ...]:
    """Per question: cells agreed in any form, and cells in all."""
    out = []
    for question in ledger.questions:
        marks = [mark for row in ledger.rows for mark in row.marks if mark.question is question]
        out.append((question, sum(mark.state in _AGREED for mark in marks), len(marks)))
    return tuple(out)


def weakest_question(ledger: Ledger) -> str:
    """Which question is agreed in the fewest places; empty where there is none."""
    tallies = [tally for tally in question_tallies(ledger) if tally[2]]
    if not tallies:
        return ""
    fewest = min(agreed for _, agreed, _ in tallies)
    which = [QUESTION_PHRASES[question] for question, agreed, _ in tallies if agreed == fewest]
    n = max(total for _, _, total in tallies)
    unit = "arena" if any(row.place.national for row in ledger.rows) else "place"
    if len(which) == len(tallies) and len(tallies) > 1:
        extent = "nowhere" if fewest == 0 else f"in {spelled(fewest)} of {counted(n, unit)}"
        return (
            f"Each question is agreed {extent}, in any form."
            if fewest
            else "No question is agreed anywhere, in any form."
        )
    verb = "is" if len(which) == 1 else "are"
    extent = "nowhere" if fewest == 0 else f"in {spelled(fewest)} of {counted(n, unit)}"
    return f"{capitalised(joined(which))} {verb} agreed {extent}, in any form."


def ledger_lead(ledger: Ledger) -> str:
    """What stands under the ledger's title."""
    n = ledger.n_cells
    if not n:
        return ""
    parts = [
        f"{spelled(ledger.count(state))} {word}"
        for state, word in (
            (LedgerState.AGREED_INFORMALLY, "agreed informally"),
            (LedgerState.CONTESTED, "contested"),
            (LedgerState.UNADDRESSED, "unaddressed"),
            (LedgerState.NO_ACCOUNT, "without any account"),
        )
        if ledger.count(state)
    ]
    return (
        f"Of {counted(n, 'question')}: {joined(parts)}. {weakest_question(ledger)}".strip()
        if parts
        else weakest_question(ledger)
    )

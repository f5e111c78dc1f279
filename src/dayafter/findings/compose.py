"""Sentences made by rule from numbers: counts in words, the bottom line, titles that state the finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dayafter.findings.records import DealView, Estimate, Ledger, OtherDeal
from dayafter.vocabulary import LedgerState, Question

QUESTION_PHRASES: Final = {
    Question.SECURE: "who secures",
    Question.GOVERN: "who governs",
    Question.RETURN: "who may return",
    Question.PAY: "who pays",
    Question.OTHER: "the further question",
}
_SMALL: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_AGREED: Final = (LedgerState.AGREED_FORMALLY, LedgerState.AGREED_INFORMALLY)
MAX_NAME: Final = 70
"""Longest name inside a sentence of the bottom line; longer ones are cut, and stand in full on the deals' page."""


def spelled(number: int) -> str:
    """Counts under ten as words."""
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


def ledger_sentence(ledger: Ledger) -> str:
    """First sentence of the bottom line: how many questions are agreed, and how firmly."""
    n = ledger.n_cells
    if not n:
        return "The case names no contested place, so none of the four questions can be read off it."
    where = where_words(
        sum(not row.place.national for row in ledger.rows), sum(row.place.national for row in ledger.rows)
    )
    formal, informal = (ledger.count(state) for state in _AGREED)
    contested, silent = ledger.count(LedgerState.CONTESTED), ledger.count(LedgerState.NO_ACCOUNT)
    quiet = "silent, or withheld in this edition," if ledger.some_withheld else "silent"
    if n == silent:
        return f"Sources are {quiet} on every one of {counted(n, 'question')} {where}."
    head = f"Of {counted(n, 'question')} {where}, {_of(formal)} agreed formally"
    rest = [f"{informal if informal > 9 else spelled(informal)} informally", f"{_of(contested)} contested"]
    text = (
        f"{head}, {rest[0]}, and {rest[1]}"
        if formal or informal
        else f"Of {counted(n, 'question')} {where}, none is agreed, formally or informally, and {rest[1]}"
    )
    return f"{text}; sources are {quiet} on {spelled(silent)}." if silent else f"{text}."


def _of(number: int) -> str:
    return "none is" if number == 0 else f"{spelled(number)} {'is' if number == 1 else 'are'}"


def deals_sentence(deals: Sequence[DealView], missing: Sequence[OtherDeal], horizon_months: int) -> str:
    """Second sentence: the most fragile deal in force, and the deals that are missing."""
    tail = ""
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        which = f"{counted(len(missing), 'deal')} that {verb} needed {verb} missing"
        tail = f", and {which}: {_listed([short(m.name) for m in missing], 3)}"
    within = f"to end within {counted(horizon_months, 'month')}"
    if not deals:
        return (
            f"No deal is in force{tail}."
            if missing
            else "No deal is in force, and the case names none that is missing."
        )
    first = deals[0]
    rank = (
        "the only deal in force" if len(deals) == 1 else f"the most fragile of {counted(len(deals), 'deal')} in force"
    )
    return f"{capitalised(short(first.name))}, {rank}, {chance(first.p_end, within)}{tail}."


def _listed(names: Sequence[str], limit: int) -> str:
    """Names of deals, set apart by semicolons: they hold `and` themselves."""
    rest = len(names) - limit
    return "; ".join([*names[:limit], *([f"and {spelled(rest)} more"] if rest > 0 else [])])


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

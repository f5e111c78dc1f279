"""Words and tables that the main part and the annex of a brief without pages share."""

from __future__ import annotations

from collections.abc import Sequence

from dayafter.brief import heads
from dayafter.brief.blocks import Table
from dayafter.findings import words
from dayafter.findings.option_records import EventMark
from dayafter.findings.records import Basis, Estimate, Findings, LedgerRow, Reference
from dayafter.findings.views import Mover, RedLine
from dayafter.findings.wording import Wording


def dash() -> str:
    """Where nothing is on record."""
    return "–"


def resting(basis: Basis | None) -> str:
    """What a finding rests on, in a cell."""
    return dash() if basis is None else basis.short


def chance(estimate: Estimate, say: Wording) -> str:
    """`45 % unlikely, 5–90`."""
    text = f"{estimate.text} {estimate.word}".strip()
    return say("{number}, {range}", number=text, range=estimate.range) if estimate.range else text


def mark_words(mark: EventMark, say: Wording) -> str:
    """A chance, and its change against doing nothing."""
    if mark.change is None:
        return chance(mark.chance, say)
    return say("{number}; {change}", number=chance(mark.chance, say), change=mark.change.short)


def cites(references: Sequence[Reference]) -> str:
    """`S1 R-11, S2`."""
    return ", ".join(" ".join((f"S{cited.source}", *cited.spots)) for cited in heads.merge_citations(references)[:4])


def half_way_note(say: Wording) -> str:
    """What the range of an indicator's chance is, where its date lies before the horizon."""
    return say(
        "Ranges of chances by a date before the horizon count the error of so many futures alone; what is not known is "
        "as wide as on page 1."
    )


def mover_words(mover: Mover, say: Wording) -> str:
    """An assumption under the event that it moves: `Fatal clash in Jalawla: how often …*`; a star: assumed."""
    label = f"{mover.label}{'*' if mover.is_assumed else ''}"
    return say("{what}: {field}", what=mover.about, field=label) if mover.about else label


def red_lines(lines: Sequence[RedLine], n_places: int, say: Wording) -> str:
    """What an actor cannot accept, and where, each with so many places."""
    told = [f"{one.issue}{say(': ')}{one.text} ({say.joined(one.places, n_places)})" for one in lines]
    return say.clauses(told) or say("no red line on record")


def ledger_table(f: Findings, rows: Sequence[LedgerRow], say: Wording) -> Table:
    """Places and where their questions stand, and what each row rests on."""
    states, questions = words.STATES[say.language], words.QUESTIONS[say.language]
    told = []
    for row in rows:
        names = say(", ").join(name.text for name in row.place.names if name.text)
        cells = []
        for mark in row.marks:
            state = states[mark.state]
            text = say("{what}: {field}", what=state, field=mark.summary) if mark.summary else state
            talks = f" ({say('talks under way')})" if mark.talks else ""
            cells.append(" ".join(part for part in (f"{text}{talks}", f"[{cites(mark.references)}]") if part != "[]"))
        told.append((f"{row.place.name} ({names})" if names else row.place.name, *cells, resting(row.rests)))
    return Table(
        say("Where each open question stands in each place"),
        (say("Place"), *(questions[q] for q in f.ledger.questions), say("Rests on")),
        tuple(told),
    )

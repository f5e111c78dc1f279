"""The annex of a brief without pages: every table whole, under the same letters as on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from dayafter.brief import heads
from dayafter.brief.blocks import Block, Figure, Heading, Lines, PageBreak, Paragraph, Table
from dayafter.brief.drawn import whole_points
from dayafter.brief.outline_words import chance, dash, ledger_table, mark_words, mover_words, red_lines, resting
from dayafter.brief.selection import N_INDICATORS, annex_of
from dayafter.findings import words
from dayafter.findings.actors import red_lines_at
from dayafter.findings.records import DealView, Findings
from dayafter.findings.resting import of_record
from dayafter.findings.simulated import RECORDED, told_as
from dayafter.findings.wording import Wording


def annex_blocks(f: Findings, say: Wording) -> Iterator[Block]:
    """Every part of the annex that this brief has; ledgers in other scripts stand on the page alone."""
    yield PageBreak()
    yield Heading(2, say("Annex: every table whole"))
    for part in annex_of(f, say):
        if part.key in _PARTS:
            yield Heading(2, f"{say('Annex {letter}', letter=part.letter)} · {part.title}")
            yield from _PARTS[part.key](f, say)


def _ledger(f: Findings, say: Wording) -> Iterator[Block]:
    yield ledger_table(f, f.ledger.rows, say)


def _options(f: Findings, say: Wording) -> Iterator[Block]:
    if f.options is None:
        return
    o = f.options
    events = tuple(f"{event.title} ({event.channel})" for event in o.events)
    yield Table(
        say("Chance of each event under each option"),
        (say("Option"), *events),
        (
            *((f"{x.letter} {x.name}".strip(), *(mark_words(mark, say) for mark in x.marks)) for x in o.options),
            (say("Rests on"), *(resting(event.rests) for event in o.events)),
        ),
    )
    yield Lines(tuple(say("{what}: {field}", what=event.title, field=event.rule) for event in o.events))
    yield Lines(tuple(fact.text for fact in o.facts))
    if o.measures:
        rows = (
            (
                f"{x.letter} {x.name}".strip(),
                *(
                    say("{number}; {change}", number=m.marks[n].median.full, change=m.marks[n].change)
                    if m.marks[n].change
                    else m.marks[n].median.full
                    for m in o.measures
                ),
            )
            for n, x in enumerate(o.options)
        )
        yield Table(
            say("Counts under each option"),
            (say("Option"), *(f"{measure.name} ({measure.unit})" for measure in o.measures)),
            (*rows, (say("Rests on"), *(resting(measure.rests) for measure in o.measures))),
        )
    yield Table(
        say("What is done, what it costs whom, and the least bad fallback"),
        (say("Option"), say("What is done"), say("What it costs whom"), say("If it cannot be had")),
        tuple(
            (
                f"{x.letter} {x.name}",
                say.clauses(x.steps),
                " ".join(
                    say("{what}: {field}", what=cost.who, field=cost.text) for cost in x.costs if not cost.is_party
                ),
                x.fallback,
            )
            for x in o.options
            if x.letter
        ),
    )
    if o.parties:
        yield Table(
            say("What each party gains, and where it gives most"),
            (say("Who"), say("What it costs whom")),
            tuple((cost.who, cost.text) for cost in o.parties),
        )


def _deals(f: Findings, say: Wording) -> Iterator[Block]:
    for number, deal in enumerate(f.deals):
        yield Heading(3, deal.title)
        yield Lines(tuple(say("{what}: {field}", what=fact.label, field=fact.text) for fact in deal.facts))
        yield Figure(f"deal-{number}", _deal_alt(deal, say))
        yield Table(say("Why: from a firm deal to this one"), (say("Part"), say("points")), _contributions(deal, say))
        yield Table(
            say("If it breaks, by whom: of 100 breaks"),
            (say("Who"), say("of 100"), say("Names")),
            tuple((b.label, str(b.of_100), say.joined(b.actors, 4)) for b in deal.breakers),
        )
        absent = tuple(say("{what}: {field}", what=one.name, field=one.reason) for one in deal.absent)
        if absent:
            yield Paragraph(say("Who is not at the table"), strong=True)
            yield Lines(absent)
        if lines := red_lines_at(deal, f.actors):
            yield Paragraph(say("Red lines of its parties there:"), strong=True)
            told = (say("{what}: {field}", what=who, field=red_lines(own, 3, say)) for who, own in lines)
            yield Lines(tuple(told))
        rests = say.sentences(say("Rests on:"), f"{resting(deal.rests)}.")
        yield Paragraph(say.sentences(rests, say("Last checked {date}.", date=deal.checked_on)), small=True)
    if f.missing:
        yield Table(
            say("Deals that are needed and do not exist"),
            (say("Deal"), say("Where"), say("Whose agreement it would need")),
            tuple((d.name, say.joined(d.places), say.joined(d.needed) or say("not recorded")) for d in f.missing),
        )
    if f.other_deals:
        yield Table(
            say("Other deals on record"),
            (say("Deal"), say("Status"), say("Where")),
            tuple(
                (d.name, say(", ").join(p for p in (d.status, d.ended) if p), say.joined(d.places))
                for d in f.other_deals
            ),
        )


def _contributions(deal: DealView, say: Wording) -> tuple[tuple[str, str], ...]:
    """From a firm deal to this one; with a run, what the record alone gives stands before what the run adds."""
    rows = [(say("A firm deal"), str(words.percent(deal.reference.mean)))]
    at = words.percent(deal.reference.mean)
    for part, points in zip(deal.parts, whole_points(deal), strict=True):
        if part.is_simulated:
            rows.append((say.capitalised(say(RECORDED)), str(at)))
        at += points
        if points:
            rows.append((f"{part.label}{'' if part.evidence else '*'}", words.signed(points)))
    return (*rows, (say.capitalised(told_as(deal, say)[0][0]), str(words.percent(deal.p_end.mean))))


def _deal_alt(deal: DealView, say: Wording) -> str:
    parts = say(", ").join(f"{label} {points}" for label, points in _contributions(deal, say))
    return say("Contributions to the chance that the deal ends: {list}.", list=parts)


def _actors(f: Findings, say: Wording) -> Iterator[Block]:
    yield Table(
        say("Actors, what they want and what they cannot accept"),
        (say("Actor"), say("Wants"), say("Cannot accept less, or more, than"), say("Last checked")),
        tuple(
            (
                say.clauses(
                    [
                        say("{what}: {field}", what=actor.name, field=actor.kind),
                        *([say("answers to {patrons}", patrons=actor.answers_to)] if actor.answers_to else []),
                    ]
                ),
                say.clauses(actor.wants),
                red_lines(actor.red_lines, 3, say),
                actor.checked_on,
            )
            for actor in f.actors
        ),
    )


def _risks(f: Findings, say: Wording) -> Iterator[Block]:
    if f.spoilers:
        yield Table(
            say("Who could break deals"),
            (say("Who"), say("As what"), say("Which deals")),
            tuple((one.name, one.as_what, say.joined(one.deals)) for one in f.spoilers),
        )
    if f.shocks:
        yield Table(
            say("Shocks from above"),
            (say("Shock"), say("Chance or date"), say("Whom it strains"), say("What it would do")),
            tuple(
                (
                    one.name,
                    chance(one.chance, say) if one.chance else one.when or say("not known"),
                    say.joined(one.strains),
                    one.text,
                )
                for one in f.shocks
            ),
        )
    if f.aid:
        yield Table(
            say("Aid: conditions, distributor, cost of withholding"),
            (say("Pledge"), say("Condition"), say("Who hands it out, by which rules"), say("What withholding moves")),
            tuple(
                (
                    say.clauses([one.name, one.amount, one.path]),
                    one.conditions,
                    one.handed,
                    one.bite,
                )
                for one in f.aid
            ),
        )


def _watch(f: Findings, say: Wording) -> Iterator[Block]:
    outlook = f.outlook
    if outlook is not None and len(outlook.indicators) > N_INDICATORS:
        yield Table(
            say("Indicators"),
            (say("If we see"), say("by"), say("our chance of it"), say("then")),
            tuple((i.see, i.by, chance(i.expected, say) if i.expected else dash(), i.then) for i in outlook.indicators),
        )
    if outlook is not None and outlook.movers:
        more = say(
            "For any outcome, policy or place: dayafter why RUN, or the page What moves the answer of dayafter serve."
        )
        yield Paragraph(say.sentences(outlook.movers_note, more), small=True)
        yield Table(
            say("Assumptions by how far they move the answer"),
            (say("Assumed"), say("Taken as, nine in ten draws; what that rests on"), outlook.movers[0].unit),
            tuple((mover_words(m, say), m.basis or say("rows of the case"), m.size.text) for m in outlook.movers),
        )
    if f.assumptions:
        yield Table(
            say("Assumptions"),
            (say("Row"), say("Assumed"), say("Findings that lean on it")),
            tuple((say.clauses([a.label, a.table]), a.text, str(a.n_findings)) for a in f.assumptions),
        )


def _possible(f: Findings, say: Wording) -> Iterator[Block]:
    if f.possible is None:
        return
    yield Paragraph(say.sentences(f"{f.possible.title}.", f.possible.lead))
    yield Paragraph(f.possible.basis, small=True)
    for deal in f.possible.deals:
        yield Heading(3, deal.place)
        yield Paragraph(deal.lead.text)
        yield Paragraph(
            say.sentences(say("Rests on:"), f"{resting(of_record(deal.lead.references, say))}."), small=True
        )
        if deal.terms:
            yield Lines(tuple(say("{what}: {field}", what=one.question, field=one.settled_as) for one in deal.terms))
        if deal.gains:
            yield Lines(tuple(say("{what}: {field}", what=one.party, field=one.gain.text) for one in deal.gains))
        told = (*deal.holds, *deal.changes, *deal.known)
        if told:
            yield Lines(tuple(statement.text for statement in told))


def _disputes(f: Findings, say: Wording) -> Iterator[Block]:
    yield Table(
        say("Disputed accounts"),
        (say("Fact"), say("Account"), say("Who"), say("Source")),
        tuple(
            (
                dispute.title,
                f"{account.value} ({say('used')})" if account.used else account.value,
                account.who,
                f"{account.cited} {account.grade}".strip(),
            )
            for dispute in f.disputes
            for account in dispute.accounts
        ),
    )


def _indices(f: Findings, say: Wording) -> Iterator[Block]:
    yield Table(
        say("What drives each place"),
        (say("Place"), *(name for name, _ in f.indices.columns), say("Rests on")),
        tuple(
            (
                row.place,
                *(dash() if cell is None or cell.value is None else cell.value.full for cell in row.cells),
                resting(row.rests),
            )
            for row in f.indices.rows
        ),
    )


def _sources(f: Findings, say: Wording) -> Iterator[Block]:
    yield Table(
        say("Sources"),
        ("S", say("Grade"), say("Source")),
        tuple((f"S{s.number}", s.grade or dash(), s.text) for s in f.sources),
    )


def _method(f: Findings, say: Wording) -> Iterator[Block]:
    yield Lines(f.coverage.sentences)
    for statement in f.method:
        yield Paragraph(statement.text)
    yield Lines(tuple(say("{what}: {field}", what=term, field=text) for term, text in heads.reproduction(f, say)))


_PARTS: Final[Mapping[str, Callable[[Findings, Wording], Iterator[Block]]]] = {
    "ledger": _ledger,
    "options": _options,
    "deals": _deals,
    "actors": _actors,
    "risks": _risks,
    "watch": _watch,
    "possible": _possible,
    "disputes": _disputes,
    "indices": _indices,
    "sources": _sources,
    "method": _method,
}

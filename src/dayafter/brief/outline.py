"""The brief as a sequence of blocks, for forms that have no page of their own: Word and Markdown.

Same findings, same order, same words as the page; what the page draws stands here as a table or as a figure to draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dayafter.brief import heads
from dayafter.brief.drawn import whole_points
from dayafter.findings import words
from dayafter.findings.compose import range_note
from dayafter.findings.option_records import EventMark
from dayafter.findings.records import DealView, Estimate, Findings, Reference
from dayafter.findings.wording import Wording


@dataclass(frozen=True, slots=True)
class Heading:
    """A head; level 1 is the title of the brief."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `strong` for the bottom line, `small` for captions."""

    text: str
    strong: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A list without order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column heads its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing by name, with what it shows in words. Its numbers stand in the table beside it."""

    name: str
    """`options`, `map` or `deal-N`."""
    alt: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Lines | Table | Figure | PageBreak
_MAX_ACTORS: Final = 14


def outline(findings: Findings, say: Wording) -> tuple[Block, ...]:
    """Every block of the brief, the first page first."""
    return tuple(
        block
        for part in (_first, _ledger, _options, _deals, _people, _outlook, _trust)
        for block in part(findings, say)
    )


def chance(estimate: Estimate, say: Wording) -> str:
    """`45 % unlikely, 5–90`."""
    text = f"{estimate.text} {estimate.word}".strip()
    return say("{number}, {range}", number=text, range=estimate.range) if estimate.range else text


def _mark(mark: EventMark, say: Wording) -> str:
    if mark.change is None:
        return chance(mark.chance, say)
    return say("{number}; {change}", number=chance(mark.chance, say), change=mark.change.short)


def cites(references: Sequence[Reference]) -> str:
    """`S1 R-11, S2`."""
    return ", ".join(" ".join((f"S{cited.source}", *cited.spots)) for cited in heads.merge_citations(references)[:4])


def _first(f: Findings, say: Wording) -> Iterator[Block]:
    e = f.edition
    yield Paragraph(e.handling, small=True)
    yield Heading(1, e.title)
    if e.region:
        yield Paragraph(e.region, small=True)
    yield Paragraph(e.question)
    yield Table(say("Edition"), (say("Decide by"), say("Evidence closes"), say("Reader"), say("Horizon")), (
        tuple(text for _, text in heads.head_line(f, say)),
    ))  # fmt: skip
    yield Heading(2, say("Bottom line"))
    yield Paragraph(f.headline, strong=True)
    if f.options is not None:
        events = f.options.events[: f.options.n_first_page]
        yield Heading(2, f.options.title)
        yield Figure("options", _options_alt(f, say))
        yield Table(
            say("Chance of each event under each option"),
            (say("Option"), *(f"{event.title} ({event.channel})" for event in events)),
            tuple(
                (f"{option.letter} {option.name}".strip(), *(_mark(mark, say) for mark in option.marks[: len(events)]))
                for option in f.options.first_page
            ),
        )
    column, _, _ = heads.deals_heads(f, say)
    yield Heading(2, column)
    for deal in f.deals[:3]:
        parts = sorted((p for p in deal.parts if p.value.mean > 0 and not p.is_simulated), key=lambda p: -p.value.mean)
        why = say("; what adds most to that: {causes}", causes=say.joined([part.label for part in parts[:2]]))
        yield Paragraph(f"{deal.title}{why if parts else ''}.")
    yield Heading(2, say("Who is harmed, or could be"))
    yield Lines(tuple(say("{what}: {field}", what=h.label, field=heads.harmed(h, 400, say=say)) for h in f.harms))
    if f.outlook is not None and f.outlook.trigger:
        yield Paragraph(f"{say('What would change our mind:')} {f.outlook.trigger}")
    yield Paragraph(heads.foot(f, say), small=True)


def _options_alt(f: Findings, say: Wording) -> str:
    if f.options is None:
        return ""
    n = f.options.n_first_page
    marks = []
    for option in f.options.first_page:
        told = say(", ").join(chance(mark.chance, say) for mark in option.marks[:n])
        marks.append(say("{what}: {field}", what=option.name, field=told))
    return say("Chances under each option, with ranges. {list}.", list=say.clauses(marks))


def _ledger(f: Findings, say: Wording) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(2, f.ledger.title)
    if f.ledger.lead:
        yield Paragraph(f.ledger.lead)
    if f.ledger.rows:
        states, questions = words.STATES[say.language], words.QUESTIONS[say.language]
        yield Figure("map", say("Map of the places with the state of their four questions. Schematic, not a boundary."))
        rows = []
        for row in f.ledger.rows:
            names = say(", ").join(name.text for name in row.place.names if name.text)
            cells = []
            for mark in row.marks:
                text = say("{what}: {field}", what=states[mark.state], field=mark.summary) if mark.summary else (
                    states[mark.state]
                )  # fmt: skip
                talks = f" ({say('talks under way')})" if mark.talks else ""
                cells.append(
                    " ".join(part for part in (f"{text}{talks}", f"[{cites(mark.references)}]") if part != "[]")
                )
            rows.append((f"{row.place.name} ({names})" if names else row.place.name, *cells))
        yield Table(
            say("Where each open question stands in each place"),
            (say("Place"), *(questions[q] for q in f.ledger.questions)),
            tuple(rows),
        )
        yield Paragraph(say("“No account” means that the sources are silent, not that the matter is calm."), small=True)


def _options(f: Findings, say: Wording) -> Iterator[Block]:
    if f.options is None:
        return
    o = f.options
    yield PageBreak()
    yield Heading(2, say("The options"))
    yield Paragraph(o.basis.text, small=True)
    yield Table(
        say("Chance of each event under each option"),
        (say("Option"), *(f"{event.title} ({event.channel})" for event in o.events)),
        tuple((f"{x.letter} {x.name}".strip(), *(_mark(mark, say) for mark in x.marks)) for x in o.options),
    )
    yield Lines(tuple(say("{what}: {field}", what=event.title, field=event.rule) for event in o.events))
    yield Lines(tuple(fact.text for fact in o.facts))
    if o.measures:
        yield Table(
            say("Counts under each option"),
            (say("Option"), *(f"{measure.name} ({measure.unit})" for measure in o.measures)),
            tuple(
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
            ),
        )
    yield Table(
        say("What is done, what it costs whom, and the least bad fallback"),
        (say("Option"), say("What is done"), say("What it costs whom"), say("If it cannot be had")),
        tuple(
            (
                f"{x.letter} {x.name}",
                say.clauses(x.steps),
                " ".join(say("{what}: {field}", what=cost.who, field=cost.text) for cost in x.costs),
                x.fallback,
            )
            for x in o.options
            if x.letter
        ),
    )


def _deals(f: Findings, say: Wording) -> Iterator[Block]:
    _, title, lead = heads.deals_heads(f, say)
    yield PageBreak()
    yield Heading(2, title)
    yield Paragraph(lead)
    if note := range_note(f.deals, say):
        yield Paragraph(note, small=True)
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
        yield Paragraph(say("Last checked {date}.", date=deal.checked_on), small=True)
    if f.missing:
        yield Table(
            say("Deals that are needed and do not exist"),
            (say("Deal"), say("Where"), say("Whose agreement it would need")),
            tuple((d.name, say.joined(d.places), say.joined(d.needed) or say("not recorded")) for d in f.missing),
        )


def _contributions(deal: DealView, say: Wording) -> tuple[tuple[str, str], ...]:
    said = zip(deal.parts, whole_points(deal), strict=True)
    parts = [(f"{part.label}{'' if part.evidence else '*'}", words.signed(n)) for part, n in said if n]
    first = (say("A firm deal"), str(words.percent(deal.reference.mean)))
    return (first, *parts, (say("As it stands"), str(words.percent(deal.p_end.mean))))


def _deal_alt(deal: DealView, say: Wording) -> str:
    parts = say(", ").join(f"{label} {points}" for label, points in _contributions(deal, say))
    return say("Contributions to the chance that the deal ends: {list}.", list=parts)


def _people(f: Findings, say: Wording) -> Iterator[Block]:
    if f.actors:
        yield Heading(2, say("What each side cannot give up"))
        yield Table(
            say("Actors, what they want and what they cannot accept"),
            (say("Actor"), say("Wants"), say("Cannot accept less, or more, than"), say("Last checked")),
            tuple(
                (
                    say("{what}: {field}", what=actor.name, field=actor.kind),
                    say.clauses(actor.wants),
                    say.clauses([f"{x.issue}{say(': ')}{x.text} ({say.joined(x.places, 3)})" for x in actor.red_lines])
                    or say("no red line on record"),
                    actor.checked_on,
                )
                for actor in f.actors[:_MAX_ACTORS]
            ),
        )
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
                    say.clauses([one.distributor, one.rules]),
                    one.bite,
                )
                for one in f.aid
            ),
        )


def _outlook(f: Findings, say: Wording) -> Iterator[Block]:
    if f.outlook is None:
        return
    yield PageBreak()
    yield Heading(2, say("What to watch, and who could say we are wrong"))
    yield Table(
        say("Indicators"),
        (say("If we see"), say("by"), say("our chance of it"), say("then")),
        tuple((i.see, i.by, chance(i.expected, say) if i.expected else "–", i.then) for i in f.outlook.indicators),
    )
    if f.outlook.movers:
        yield Heading(3, say("Assumptions by how far they move the answer"))
        yield Paragraph(f.outlook.movers_note, small=True)
        yield Table(
            say("Assumptions by how far they move the answer"),
            (say("Assumed"), say("Correlation")),
            tuple((f"{m.label}{'*' if m.is_assumed else ''}", m.size.text) for m in f.outlook.movers),
        )
    yield Heading(3, say("A dissenting reading"))
    for statement in f.outlook.dissent:
        yield Paragraph(statement.text)
    yield Heading(3, say("Calibration record"))
    yield Paragraph(f.outlook.calibration.text)


def _trust(f: Findings, say: Wording) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(2, heads.trust_title(f, say))
    if say.awaits_review:
        yield Paragraph(
            say(
                "The wording of this edition awaits a native reader. Names and texts of the case stand as they were "
                "written."
            )
        )
    yield Lines(f.coverage.sentences)
    if f.withheld:
        yield Paragraph(" ".join(f.withheld))
    if f.disputes:
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
    if f.assumptions:
        yield Table(
            say("Assumptions"),
            (say("Row"), say("Assumed"), say("Findings that lean on it")),
            tuple((a.label, a.text, str(a.n_findings)) for a in f.assumptions[:8]),
        )
    if f.sources:
        yield Table(
            say("Sources"),
            ("S", say("Grade"), say("Source")),
            tuple((f"S{s.number}", s.grade or "–", s.text) for s in f.sources),
        )
    yield Heading(3, say("How this was made"))
    for statement in f.method:
        yield Paragraph(statement.text)
    yield Lines(tuple(say("{what}: {field}", what=term, field=text) for term, text in heads.reproduction(f, say)))

"""The brief as a sequence of blocks, for forms that have no page of their own: Word and Markdown.

Same findings, same order, same words as the page: the first page, the main part by the same rules of choice, and the
annex. What the page draws stands here as a table or as a figure to draw.
"""

from __future__ import annotations

from collections.abc import Iterator

from dayafter.brief import heads
from dayafter.brief.annex_outline import annex_blocks
from dayafter.brief.blocks import Block, Figure, Heading, Lines, PageBreak, Paragraph, Table
from dayafter.brief.drawn import main_deal, other_events
from dayafter.brief.matrix import CostMatrix, cost_matrix
from dayafter.brief.outline_words import chance, dash, half_way_note, ledger_table, mark_words, mover_words, resting
from dayafter.brief.selection import Selection, annex_of, select
from dayafter.findings.compose import range_note
from dayafter.findings.option_records import Options
from dayafter.findings.records import Findings
from dayafter.findings.simulated import told_once
from dayafter.findings.wording import Wording

__all__ = ("outline",)


def outline(findings: Findings, say: Wording) -> tuple[Block, ...]:
    """Every block of the brief, the first page first, the annex last."""
    chosen = select(findings, say)
    main = (_known, _choices, _standing, _watching)
    return (
        *_first(findings, say),
        *(block for part in main for block in part(findings, chosen, say)),
        *annex_blocks(findings, say),
    )


def _rule(rule: str) -> Iterator[Block]:
    """By which rule rows were chosen, where not all are shown."""
    if rule:
        yield Paragraph(rule, small=True)


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
                (
                    f"{option.letter} {option.name}".strip(),
                    *(mark_words(mark, say) for mark in option.marks[: len(events)]),
                )
                for option in f.options.first_page
            ),
        )
    column, _, _ = heads.deals_heads(f, say)
    yield Heading(2, column)
    if f.deals:
        months = say.counted(f.edition.horizon_months, "month")
        text = say(
            "Chance of ending within {months}, {told}, and what adds most to it, in percentage points",
            months=months, told=told_once(f.deals, say),
        )  # fmt: skip
        yield Paragraph(text, small=True)
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


def _known(f: Findings, chosen: Selection, say: Wording) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(2, f.ledger.title)
    if f.ledger.lead:
        yield Paragraph(f.ledger.lead)
    if chosen.places.rows:
        yield Figure("map", say("Map of the places with the state of their four questions. Schematic, not a boundary."))
        yield ledger_table(f, chosen.places.rows, say)
        yield from _rule(chosen.places.rule)
        yield Paragraph(say("“No account” means that the sources are silent, not that the matter is calm."), small=True)
    if chosen.disputes.rows:
        yield Table(
            say("What is disputed, and by whom"),
            (say("Fact"), say("Account")),
            tuple(
                (
                    dispute.title,
                    say.clauses(
                        [
                            say(", ").join(
                                part
                                for part in (
                                    f"{account.value} ({say('used')})" if account.used else account.value,
                                    account.who,
                                    f"{account.cited} {account.grade}".strip(),
                                )
                                if part
                            )
                            for account in dispute.accounts
                        ]
                    ),
                )
                for dispute in chosen.disputes.rows
            ),
        )
        yield from _rule(chosen.disputes.rule)


def _choices(f: Findings, chosen: Selection, say: Wording) -> Iterator[Block]:
    if f.options is None:
        return
    o, n = f.options, f.options.n_first_page
    matrix = cost_matrix(o, chosen.options.rows, say)
    nothing = tuple(chance(mark.chance, say) for mark in o.nothing.marks[:n])
    yield Heading(2, o.title)
    yield Table(
        say("What each option changes, what it asks of third parties, and the least bad fallback"),
        (
            say("Option"),
            *(event.title for event in o.events[:n]),
            say("Donors and third parties"),
            say("If it cannot be had"),
        ),
        (
            (o.nothing.name, *nothing, "", ""),
            *(
                (
                    f"{row.view.letter} {row.view.name}",
                    *(mark.change.short if mark.change else "" for mark in row.view.marks[:n]),
                    say.clauses([say("{what}: {field}", what=who, field=what) for who, what in row.asks]),
                    row.view.fallback_short,
                )
                for row in matrix.rows
            ),
        ),
    )
    yield from _rule(chosen.options.rule)
    yield from _reading(o, say)
    if matrix.parties:
        yield from _parties(f, matrix, say)


def _reading(o: Options, say: Wording) -> Iterator[Block]:
    """How to read what options change, what it rests on, and what else was compared."""
    n = o.n_first_page
    yield Paragraph(
        say(
            "Events: change against doing nothing in points, with its range. If an option cannot be had: what else "
            "helps most on the first event that it helps, and by how much. Where no money stands, no pledge is part of "
            "the option."
        ),
        small=True,
    )
    rests = [say("{what}: {field}", what=e.title, field=resting(e.rests)) for e in o.events[:n] if e.rests]
    yield Paragraph(say.sentences(say("Rests on:"), f"{say.clauses(rests)}."), small=True)
    more = [
        say(", ").join(
            (
                f"{event.title} ({event.channel}) {chance(mark.chance, say)}",
                say("clearly changed by {options}", options=say.joined(letters))
                if letters
                else say("no option clearly changes it"),
            )
        )
        for event, mark, letters in other_events(o)
    ]
    if more:
        yield Paragraph(
            say.sentences(say("Also compared, if nothing more is done:"), f"{say.clauses(more)}."), small=True
        )


def _parties(f: Findings, matrix: CostMatrix, say: Wording) -> Iterator[Block]:
    """What each option gains or costs each party."""
    yield Heading(3, say("What each option means for the parties"))
    yield Paragraph(
        say(
            "In points of 100 of what each cares about: + gains against no deal, lowest to highest over the "
            "places where a deal is acceptable; − what the cheapest red line in the way would cost it; a dash: nothing "
            "on record."
        ),
        small=True,
    )
    if matrix.n_left_out:
        letter = next(part.letter for part in annex_of(f, say) if part.key == "options")
        text = say(
            "Parties with a column: those that most options touch; of {n} more, annex {letter}.",
            n=matrix.n_left_out, letter=letter,
        )  # fmt: skip
        yield Paragraph(text, small=True)
    rows = tuple(
        (f"{row.view.letter} {row.view.name}", *(cell or dash() for cell in row.parties)) for row in matrix.rows
    )
    yield Table(say("What each option means for the parties"), (say("Option"), *matrix.parties), rows)


def _standing(f: Findings, chosen: Selection, say: Wording) -> Iterator[Block]:
    _, title, lead = heads.deals_heads(f, say)
    yield Heading(2, title)
    yield Paragraph(lead)
    if chosen.deals.rows:
        rows = [main_deal(deal, say) for deal in chosen.deals.rows]
        yield Table(
            say("Deals in force with their weakest link"),
            (
                say("Deal"),
                say("Ends within {months}", months=say.counted(f.edition.horizon_months, "month")),
                say("Rests on"),
                say("Weakest link, and what else adds"),
                say("If it breaks, by whom: of 100 breaks"),
                say("Who is not at the table"),
            ),
            tuple(
                (
                    say.clauses([row.view.name, row.held]),
                    say.clauses([f"{chance(one, say)} {name}" for name, one in row.told]),
                    resting(row.view.rests),
                    say.clauses([f"{label}{'*' if assumed else ''} {n}" for label, n, assumed in row.adds]),
                    say.clauses([f"{label} {n}" for label, n, _ in row.breakers]),
                    row.absent,
                )
                for row in rows
            ),
        )
        yield from _rule(chosen.deals.rule)
    if note := range_note(f.deals, say):
        yield Paragraph(note, small=True)
    if chosen.missing.rows:
        named = [f"{deal.name} ({say.joined(deal.places, 3)})" for deal in chosen.missing.rows]
        yield Paragraph(say.sentences(say("Needed and missing:"), f"{say.clauses(named)}."))
        yield from _rule(chosen.missing.rule)
    if f.possible is not None:
        yield Paragraph(say.sentences(say("Deals that could hold:"), f"{f.possible.title}.", f.possible.lead))
    if chosen.actors.rows:
        yield Table(
            say("Actors, what they want and what they cannot accept"),
            (say("Actor"), say("Wants"), say("Cannot accept less, or more, than"), say("Last checked")),
            tuple(
                (
                    say("{what}: {field}", what=actor.name, field=actor.kind),
                    "".join(actor.wants[:1]),
                    say.clauses(
                        [f"{x.issue}{say(': ')}{x.text} ({say.joined(x.places, 2)})" for x in actor.red_lines[:2]]
                    )
                    or say("no red line on record"),
                    actor.checked_on,
                )
                for actor in chosen.actors.rows
            ),
        )
        yield from _rule(chosen.actors.rule)


def _watching(f: Findings, chosen: Selection, say: Wording) -> Iterator[Block]:
    yield Heading(2, say("What could break it, and what would change our mind"))
    if chosen.spoilers.rows:
        named = [
            f"{one.name} ({one.as_what}{say('; ')}{say.counted(len(one.deals), 'deal')})"
            for one in chosen.spoilers.rows
        ]
        yield Paragraph(say.sentences(say("Who could break deals:"), f"{say.clauses(named)}.", chosen.spoilers.rule))
    yield from _shocks_and_aid(chosen, say)
    if chosen.indicators.rows:
        yield Table(
            say("Indicators"),
            (say("If we see"), say("by"), say("our chance of it"), say("then")),
            tuple(
                (i.see, i.by, chance(i.expected, say) if i.expected else dash(), i.then) for i in chosen.indicators.rows
            ),
        )
        yield from _rule(chosen.indicators.rule)
        if f.options is not None:
            yield Paragraph(half_way_note(say), small=True)
    outlook = f.outlook
    if outlook is not None and chosen.movers.rows:
        yield Heading(3, say("Assumptions by how far they move the answer"))
        yield Paragraph(outlook.movers_note, small=True)
        yield Table(
            say("Assumptions by how far they move the answer"),
            (say("Assumed"), outlook.movers[0].unit),
            tuple((mover_words(m, say), m.size.text) for m in chosen.movers.rows),
        )
        yield from _rule(chosen.movers.rule)
    if outlook is not None:
        yield Heading(3, say("A dissenting reading"))
        for statement in outlook.dissent[:3]:
            yield Paragraph(statement.text)
    yield from _trust(f, chosen, say)


def _shocks_and_aid(chosen: Selection, say: Wording) -> Iterator[Block]:
    if chosen.shocks.rows:
        yield Table(
            say("Shocks from above"),
            (say("Shock"), say("Chance or date"), say("Whom it strains")),
            tuple(
                (
                    one.name,
                    chance(one.chance, say) if one.chance else one.when or say("not known"),
                    say.joined(one.strains),
                )
                for one in chosen.shocks.rows
            ),
        )
        yield from _rule(chosen.shocks.rule)
    if chosen.aid.rows:
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
                for one in chosen.aid.rows
            ),
        )
        yield from _rule(chosen.aid.rule)


def _trust(f: Findings, chosen: Selection, say: Wording) -> Iterator[Block]:
    yield Heading(3, heads.trust_title(f, say))
    if chosen.sources.rows:
        yield Lines(tuple(f"S{s.number} {s.grade or dash()} {s.text} ({s.n_rows})" for s in chosen.sources.rows))
        yield from _rule(chosen.sources.rule)
    if f.outlook is not None:
        yield Heading(3, say("Calibration record"))
        yield Paragraph(f.outlook.calibration.text)
    told = (say("{what}: {field}", what=term, field=text) for term, text in heads.reproduction(f, say))
    yield Paragraph(" · ".join(told), small=True)
    if f.withheld:
        yield Paragraph(" ".join(f.withheld), small=True)
    if say.awaits_review:
        yield Paragraph(
            say(
                "The wording of this edition awaits a native reader. Names and texts of the case stand as they were "
                "written."
            )
        )
    yield Paragraph(
        say("End of the brief. The annex follows: every table whole, and what stands behind each number."), strong=True
    )

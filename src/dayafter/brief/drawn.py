"""Findings with drawings: waterfalls of deals, marks of options, accounts on an axis, ledgers in other scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dayafter.brief import labels
from dayafter.brief.figures import (
    ACCENT,
    GREY,
    INK,
    Axis,
    account_dots,
    bar,
    centred_bar,
    chance_mark,
    date_dots,
    plain_bar,
    round_axis,
)
from dayafter.brief.selection import script_languages
from dayafter.findings import words
from dayafter.findings.actors import red_lines_at
from dayafter.findings.option_records import Change, EventMark, EventView, Options, OptionView
from dayafter.findings.records import (
    AbsentView,
    BreakerView,
    DealView,
    Dispute,
    Estimate,
    Findings,
    LedgerRow,
    Part,
    Reference,
)
from dayafter.findings.simulated import RECORDED, told_as
from dayafter.findings.views import ActorView, Mover, RedLine
from dayafter.findings.wording import Wording
from dayafter.vocabulary import LedgerState, Question

N_TOP_DEALS: Final = 3
N_ADDS: Final = 3
"""Features of a deal in its row of the main part."""
_NO_EFFECT: Final = 0.0005


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """What a feature adds, as a bar."""

    view: Part
    bar: Markup
    points: str
    """Whole points; in a waterfall they sum to the total that stands under them."""


@dataclass(frozen=True, slots=True)
class DrawnBreaker:
    """Of 100 ends, how many by one kind, as a bar."""

    view: BreakerView
    bar: Markup


@dataclass(frozen=True, slots=True)
class TopDeal:
    """A deal of the first page."""

    view: DealView
    parts: tuple[DrawnPart, ...]
    breaker: str


@dataclass(frozen=True, slots=True)
class DrawnDeal:
    """A deal of the deals' page."""

    view: DealView
    absent: tuple[tuple[str, tuple[str, ...], tuple[Reference, ...]], ...]
    reference_bar: Markup
    reference_points: int
    parts: tuple[DrawnPart, ...]
    record: tuple[str, Markup, int] | None
    """What is read from the record alone, before the simulation adds to it: name, bar, points; None without a run."""
    red_lines: tuple[tuple[str, tuple[RedLine, ...]], ...]
    """Of its parties, in its places."""
    total_name: str
    total_bar: Markup
    total_points: int
    breakers: tuple[DrawnBreaker, ...]
    range_note: str


@dataclass(frozen=True, slots=True)
class MainDeal:
    """A deal of the main part, as one row of a table."""

    view: DealView
    held: str
    """Where, in which form, at which level."""
    told: tuple[tuple[str, Estimate], ...]
    """Its chances of ending, each with its name."""
    adds: tuple[tuple[str, str, bool], ...]
    """What adds most to a firm deal: label, points, whether it rests on assumption; the weakest link first."""
    breakers: tuple[tuple[str, int, str], ...]
    """Kind, of 100 breaks, who."""
    absent: str


@dataclass(frozen=True, slots=True)
class DrawnDispute:
    """A dispute with its axis, where its accounts are numbers or dates."""

    view: Dispute
    dots: Markup | None


@dataclass(frozen=True, slots=True)
class Script:
    """The ledger in one language that runs from the right."""

    language: str
    name: str
    place: str
    questions: dict[Question, str]
    states: dict[LedgerState, str]
    rows: tuple[tuple[LedgerRow, str], ...]


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """An event under one option, as a mark."""

    view: EventMark
    event: EventView
    mark: Markup


@dataclass(frozen=True, slots=True)
class DrawnOption:
    """An option with its marks on the events of the first page."""

    view: OptionView
    marks: tuple[DrawnMark, ...]


@dataclass(frozen=True, slots=True)
class DrawnMover:
    """An assumption with a bar of how far it moves the answer."""

    view: Mover
    bar: Markup


def top_deals(deals: Sequence[DealView], say: Wording, n_parts: int = 3) -> tuple[TopDeal, ...]:
    """The most fragile deals with what adds most to each, all bars on one scale."""
    chosen = deals[:N_TOP_DEALS]
    raising = [
        sorted(
            (part for part in deal.parts if part.value.mean > 0 and not part.is_simulated),
            key=lambda part: -part.value.mean,
        )[:n_parts]
        for deal in chosen
    ]
    largest = max((part.value.mean for parts in raising for part in parts), default=0.0)
    out = []
    for deal, parts in zip(chosen, raising, strict=True):
        first = max(deal.breakers, key=lambda b: b.of_100, default=None)
        breaker = "" if first is None else say("Likeliest breaker: {who}, {n} of 100", who=first.label, n=first.of_100)
        said = dict(zip(deal.parts, whole_points(deal), strict=True))
        drawn = tuple(DrawnPart(part, plain_bar(part.value.mean, largest), words.signed(said[part])) for part in parts)
        out.append(TopDeal(deal, drawn, breaker))
    return tuple(out)


def whole_points(deal: DealView) -> tuple[int, ...]:
    """What each part adds, in whole points that sum to the step from the reference deal to this one."""
    step = words.percent(deal.p_end.mean) - words.percent(deal.reference.mean)
    return words.whole_parts([100 * part.value.mean for part in deal.parts], step)


def drawn_deal(deal: DealView, say: Wording, actors: Sequence[ActorView] = ()) -> DrawnDeal:
    """The waterfall from the reference deal to this one, and the bars of who could break it."""
    at = deal.reference.mean
    steps = []
    shown = [part for part in deal.parts if abs(part.value.mean) >= _NO_EFFECT]
    for part in shown:
        steps.append((part, at, at + part.value.mean))
        at += part.value.mean
    ends = [0.0, deal.reference.mean, deal.p_end.mean, *(end for _, _, end in steps)]
    axis = round_axis(min(ends), max(ends))
    said = dict(zip(deal.parts, whole_points(deal), strict=True))
    parts = tuple(
        DrawnPart(
            part,
            bar(start, end, axis, hollow=end < start, colour=ACCENT if end >= start else INK),
            words.signed(said[part]),
        )
        for part, start, end in steps
    )
    breakers = tuple(DrawnBreaker(b, plain_bar(b.of_100, 100)) for b in deal.breakers)
    notes = []
    if deal.p_end.range:
        notes.append(say("Nine in ten draws lie in {range} %.", range=deal.p_end.range))
    if silent := [part.label for part in deal.parts if abs(part.value.mean) < _NO_EFFECT]:
        notes.append(say("Without effect here: {what}.", what=say(", ").join(silent)))
    record = None
    if deal.recorded is not None and deal.is_simulated:
        at_record = words.percent(deal.reference.mean) + sum(said[part] for part in deal.parts if not part.is_simulated)
        record = (say.capitalised(say(RECORDED)), bar(axis_floor(axis), deal.recorded.mean, axis), at_record)
    return DrawnDeal(
        deal, _absent_groups(deal.absent), bar(axis_floor(axis), deal.reference.mean, axis, colour=GREY),
        words.percent(deal.reference.mean), parts, record, red_lines_at(deal, actors),
        say.capitalised(told_as(deal, say)[0][0]),
        bar(axis_floor(axis), deal.p_end.mean, axis), words.percent(deal.p_end.mean), breakers, " ".join(notes),
    )  # fmt: skip


def main_deal(deal: DealView, say: Wording) -> MainDeal:
    """A deal in one row."""
    said = [(part, n) for part, n in zip(deal.parts, whole_points(deal), strict=True) if n > 0]
    features = sorted((one for one in said if not one[0].is_simulated), key=lambda one: -one[1])[:N_ADDS]
    told = (*features, *(one for one in said if one[0].is_simulated))
    held = [say.joined(deal.places, 3), *(fact.text for fact in deal.facts[4:6])]
    breakers = sorted(deal.breakers, key=lambda one: -one.of_100)
    return MainDeal(
        view=deal,
        held=say.clauses(held),
        told=told_as(deal, say),
        adds=tuple((part.label, words.signed(n), not part.evidence) for part, n in told),
        breakers=tuple((one.label, one.of_100, say.joined(one.actors, 2)) for one in breakers),
        absent=say.joined(list(dict.fromkeys(one.name for one in deal.absent)), 3) or say("nobody on record"),
    )


def axis_floor(axis: Axis) -> float:
    """Where a bar that stands on the axis begins: at 0, or at its low end where 0 is not on it."""
    return min(max(0.0, axis.low), axis.high)


def _absent_groups(people: Sequence[AbsentView]) -> tuple[tuple[str, tuple[str, ...], tuple[Reference, ...]], ...]:
    """The absent by why they matter: (reason, names, rows)."""
    names: dict[str, list[str]] = {}
    rows: dict[str, list[Reference]] = {}
    for one in people:
        names.setdefault(one.reason, []).append(one.name)
        rows.setdefault(one.reason, []).extend(one.references)
    return tuple((why, tuple(who), tuple(rows[why])) for why, who in names.items())


def drawn_dispute(dispute: Dispute) -> DrawnDispute:
    """Every account of a number or a date on one axis."""
    if len(dispute.accounts) < 2 or not (dispute.is_numeric or dispute.is_dated):
        return DrawnDispute(dispute, None)
    if dispute.is_dated:
        days = [(*account.days, account.used) for account in dispute.accounts if account.days is not None]
        return DrawnDispute(dispute, date_dots(days))
    spans = [(*account.numbers, account.used) for account in dispute.accounts if account.numbers is not None]
    return DrawnDispute(dispute, account_dots(spans))


def scripts(findings: Findings, say: Wording) -> tuple[Script, ...]:
    """One table for each right-to-left language in which at least one place has a name, that of the page left out."""
    out = []
    for language in script_languages(findings):
        rows = tuple(
            (row, next((name.text for name in row.place.names if name.language == language), ""))
            for row in findings.ledger.rows
        )
        out.append(
            Script(
                language, say(words.language(language)), labels.PLACE[language],
                words.QUESTIONS[language], words.STATES[language], rows,
            )
        )  # fmt: skip
    return tuple(out)


def drawn_options(options: Options, most: int = 4) -> tuple[DrawnOption, ...]:
    """The options of the first page with their marks; at most so many beside doing nothing, the best."""
    n = options.n_first_page
    nothing = options.nothing.marks
    out = []
    for option in options.first_page:
        if not option.is_nothing and option.rank >= most:
            continue
        marks = []
        for number, event in enumerate(options.events[:n]):
            mark, base = option.marks[number], nothing[number].chance
            middle = None if mark.chance.p25 is None or mark.chance.p75 is None else (mark.chance.p25, mark.chance.p75)
            drawing = chance_mark(
                mark.chance.mean, (mark.chance.p05, mark.chance.p95), middle, (base.mean, (base.p05, base.p95)),
                is_clear=is_clear(mark.change), is_nothing=option.is_nothing,
            )  # fmt: skip
            marks.append(DrawnMark(mark, event, drawing))
        out.append(DrawnOption(option, tuple(marks)))
    return tuple(out)


def other_events(options: Options) -> tuple[tuple[EventView, EventMark, tuple[str, ...]], ...]:
    """Events beside those of the first page: under doing nothing, and which options clearly change each."""
    return tuple(
        (
            event,
            options.nothing.marks[number],
            tuple(one.letter for one in options.options if one.letter and is_clear(one.marks[number].change)),
        )
        for number, event in enumerate(options.events)
        if number >= options.n_first_page
    )


def is_clear(change: Change | None) -> bool:
    """Whether there is a change and it is clear."""
    return change is not None and change.is_clear


def by_event(movers: Sequence[DrawnMover]) -> tuple[tuple[str, tuple[DrawnMover, ...]], ...]:
    """Assumptions under the event that they move, in the order in which the first of each comes."""
    found: dict[str, list[DrawnMover]] = {}
    for one in movers:
        found.setdefault(one.view.about, []).append(one)
    return tuple((about, tuple(group)) for about, group in found.items())


def drawn_movers(movers: Sequence[Mover]) -> tuple[DrawnMover, ...]:
    """Assumptions with bars around 0, all on one scale."""
    reach = max((max(abs(m.size.p05), abs(m.size.p95), abs(m.size.mean)) for m in movers), default=0.0)
    return tuple(
        DrawnMover(
            mover,
            centred_bar(min(mover.size.p05, mover.size.mean, 0.0), max(mover.size.p95, mover.size.mean, 0.0), reach),
        )
        for mover in movers
    )

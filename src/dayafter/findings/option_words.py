"""Sentences on options: the finding, the bottom line, what else the futures show, and what to fall back on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.option_records import Change, EventMark, EventView, Options, OptionView
from dayafter.findings.records import Estimate, Statement
from dayafter.findings.wording import Wording

_NEVER: Final = 0.005
_HAS: Final = ("almost no", "roughly even")


def likely(event: str, estimate: Estimate, say: Wording) -> str:
    """`a clash in Sinjar is unlikely (40 %, 5–80)`: the event as a subject, then word, number and range."""
    if say.language == "en" and estimate.word.startswith(_HAS):
        article = "" if estimate.word.startswith("almost no") else "a "
        return f"{event} has {article}{say.chance(estimate)}"
    return say("{event} is {chance}", event=event, chance=say.chance(estimate))


def named(option: OptionView, say: Wording) -> str:
    """`B “Talks”`; doing nothing by its name."""
    return say("{letter} {name}", letter=option.letter, name=say.quoted(option.name)) if option.letter else option.name


WORTH_SAYING: Final = 0.01
"""Mean change of a chance from which on the head of the comparison says that an option helps: one point."""


def _good(event: EventView, change: Change | None) -> float:
    """How much a change helps; 0 where it is not clear."""
    if change is None or not change.is_clear:
        return 0.0
    return -change.mean if event.is_harm else change.mean


def best_for(
    options: Sequence[OptionView],
    number: int,
    event: EventView,
    pick: Callable[[EventMark], Change | None] | None = None,
) -> OptionView | None:
    """The option that clearly helps most on one event; None where none does."""
    which = pick or (lambda mark: mark.change)
    scored = [(_good(event, which(option.marks[number])), option) for option in options if option.letter]
    top = max((score for score, _ in scored), default=0.0)
    return next((option for score, option in scored if score == top), None) if top > 0 else None


def title(options: Options, say: Wording) -> str:
    """The finding, as the head of the comparison: which options help on which of its events, by a point or more."""
    helped = [
        [o.letter for o in options.options if o.letter and _good(event, o.marks[number].change) >= WORTH_SAYING]
        for number, event in enumerate(options.events[: options.n_first_page])
    ]
    if not any(helped):
        return _no_help(options, say)
    if len(helped) == 1:
        return say("Clear help: {letters}", letters=say.joined(helped[0]))
    first, second = (say.joined(letters) for letters in helped)
    if first == second:
        return say("Clear help on both: {letters}", letters=first)
    if not second:
        return say("Clear help on the first: {letters}; none on the second", letters=first)
    if not first:
        return say("Clear help on the second: {letters}; none on the first", letters=second)
    return say("Clear help on the first: {first}; on the second: {second}", first=first, second=second)


def _no_help(options: Options, say: Wording) -> str:
    """The head where nothing helps: no change is clear, all that are clear are small, or some only harm."""
    marks = [mark for option in options.options for mark in option.marks[: options.n_first_page]]
    clear = [abs(mark.change.mean) for mark in marks if mark.change is not None and mark.change.is_clear]
    if not clear:
        return say("No option compared clearly changes the outlook")
    if max(clear) < WORTH_SAYING:
        return say("No option compared moves the outlook by a point")
    return say("No option compared clearly helps")


def bottom_line(options: Options, say: Wording) -> tuple[Statement, Statement]:
    """Two sentences: what is to be expected if nothing more is done, and which option changes it by how much."""
    events = options.events[: options.n_first_page]
    marks = options.nothing.marks
    expected = [likely(event.noun, marks[number].chance, say) for number, event in enumerate(events)]
    first = say(
        "If nothing more is done, within {months} {events}.", months=options.horizon, events=say.joined(expected)
    )
    estimates = tuple(marks[number].chance for number in range(len(events)))
    return Statement(first, estimates), Statement(_advice(options, events, say))


_ORDER: Final = ("the first", "the second")


def _advice(options: Options, events: Sequence[EventView], say: Wording) -> str:
    clauses, unmoved = [], []
    both = _both(options, events, say)
    if both:
        return both
    for number, event in enumerate(events):
        best = best_for(options.options, number, event)
        which = say(_ORDER[number]) if len(events) > 1 else say("it")
        if best is None:
            unmoved.append(which)
            continue
        change = best.marks[number].change
        assert change is not None  # it helps
        message = (
            "{option} lowers the chance of {which} most, by {size}"
            if change.mean < 0
            else "{option} raises the chance of {which} most, by {size}"
        )
        clauses.append(say(message, option=named(best, say), which=which, size=_size(change, say)))
    n = say.counted(len(options.options) - 1, "option")
    if not clauses:
        return say("Of {n} compared, none clearly changes the chance of {which}.", n=n, which=_either(unmoved, say))
    if unmoved:
        clauses.append(say("none clearly changes that of {which}", which=_either(unmoved, say)))
    return say("Of {n} compared, {clauses}.", n=n, clauses=say.clauses(clauses))


def _both(options: Options, events: Sequence[EventView], say: Wording) -> str:
    """One sentence where one option helps most on both events; else empty."""
    best = [best_for(options.options, number, event) for number, event in enumerate(events)]
    first = best[0] if len(best) == 2 else None
    if first is None or best[1] is None or first.key != best[1].key or not all(event.is_harm for event in events):
        return ""
    sizes = [_size(change, say) for mark in first.marks[:2] if (change := mark.change) is not None]
    return say(
        "Of {n} compared, {option} lowers both most: the first by {first}, the second by {second}.",
        n=say.counted(len(options.options) - 1, "option"), option=named(first, say), first=sizes[0], second=sizes[1],
    )  # fmt: skip


def _either(which: Sequence[str], say: Wording) -> str:
    return which[0] if len(which) == 1 else say("{first} or {second}", first=which[0], second=which[1])


def _size(change: Change, say: Wording) -> str:
    """`5 points (2 to 9)`: a change whose direction the verb says."""
    ends = words.change_points(Spread(change.mean, change.p05, change.p95, 0))
    low, size, high = (end[1:] for end in (ends if change.mean > 0 else reversed(ends)))
    points = say.measured(size, "point")
    return points if low == high else say("{n} ({span})", n=points, span=say("{low} to {high}", low=low, high=high))


def facts(options: Options, say: Wording) -> tuple[Statement, ...]:
    """What else the futures show: deals that are not made, what they would do if signed, options that do harm."""
    found: list[str] = []
    for number, event in enumerate(options.events):
        if not event.is_harm and all(o.marks[number].chance.mean < _NEVER for o in options.options):
            found.append(
                say(
                    "Under every option there is almost no chance (1 %) of {event} within {months}.",
                    event=event.noun,
                    months=options.horizon,
                )
            )
    for number, event in enumerate(options.events[: options.n_first_page]):
        best = best_for(options.options, number, event, lambda mark: mark.if_signed)
        change = None if best is None else best.marks[number].if_signed
        if best is not None and change is not None:
            found.append(
                say(
                    "Were its deals signed on their dates in every future, {option} would change the chance of {event} "
                    "by {change}.",
                    option=named(best, say), event=event.noun, change=change.text,
                )
            )  # fmt: skip
        worse = [
            named(option, say)
            for option in options.options
            if option.letter and _good(event, option.marks[number].change) < 0
        ]
        if worse:
            found.append(say("{options} clearly worsen {event}.", options=say.joined(worse), event=event.noun))
    if options.n_gone_wrong:
        found.append(
            say(
                "{n} of {total} futures ran away (violence bred itself without end) and are left out of every number.",
                n=options.n_gone_wrong, total=options.n_members,
            )
        )  # fmt: skip
    return tuple(Statement(text) for text in found)


def fallback(
    option: OptionView, options: Sequence[OptionView], events: Sequence[EventView], n_first: int, say: Wording
) -> tuple[str, str]:
    """The least bad way if an option cannot be had: what else helps most where this one helps, else doing nothing.

    As a sentence and for a cell. An option that holds every step of this one is no way out: it fails with it.
    """
    if not option.letter:
        return "", ""
    nothing = say("doing nothing more")
    own = set(option.steps)
    others = [one for one in options if one.letter and one.key != option.key and not (own and own <= set(one.steps))]
    for number, event in enumerate(events[:n_first]):
        if _good(event, option.marks[number].change) <= 0:
            continue
        best = best_for(others, number, event)
        if best is None:
            text = say(
                "Nothing else compared clearly helps on {event}; doing nothing more is the fallback.", event=event.noun
            )
            return text, nothing
        change = best.marks[number].change
        assert change is not None  # it helps
        text = say("{option}: {change} on {event}.", option=named(best, say), change=change.text, event=event.noun)
        return text, say("{what}: {field}", what=best.letter, field=change.short)
    return say("It clearly changes neither event, so doing nothing more costs nothing that was measured."), nothing

"""Rules on dates: no fact is later than the as-of date, and nothing ends before it begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from dayafter.casefile.checks.context import Context, grouped
from dayafter.errors import Issue
from dayafter.quantities import When
from dayafter.vocabulary import SourceKind

_FACTS: Final = {
    "places": ("freed_on",),
    "presence": ("since", "until"),
    "relations": ("since", "until"),
    "perceptions": ("since",),
    "deals": ("agreed_on", "ended_on"),
    "engagements": ("since", "until"),
    "contacts": ("since", "until"),
    "aid": ("announced_on",),
    "incidents": ("date",),
    "observations": ("date",),
}
"""Dates of things that have happened. A shock, a tranche and a step of a policy may lie ahead; a row may be checked
and a source be printed later than the day that they speak of."""

_SPANS: Final = (
    ("presence", "since", "until"),
    ("relations", "since", "until"),
    ("engagements", "since", "until"),
    ("contacts", "since", "until"),
    ("deals", "agreed_on", "ended_on"),
    ("interventions", "date", "until"),
)


def as_of_is_a_day(context: Context) -> Iterator[Issue]:
    """The as-of date says which facts count: it is not open at an end. The decision is not due before it."""
    as_of, decide_by = context.as_of, context.case.info.decide_by
    if as_of.earliest is None or as_of.latest is None:
        yield context.fault_of_head(
            "case.as-of-open",
            "as_of",
            f"'{as_of}' is open at one end; no fact is later than the as-of date, so it needs a last day",
            "write a day, such as 2016-02-22",
        )
    elif context.as_of_is_known and decide_by is not None and decide_by.certainly_before(as_of):
        yield context.fault_of_head(
            "case.decide-by-before-as-of",
            "decide_by",
            f"the decision is due by {decide_by}, before the as-of date {as_of}",
            "correct decide_by or as_of",
        )


def facts_after_as_of(context: Context) -> Iterator[Issue]:
    """No fact is later than the as-of date."""
    for table, fields in _FACTS.items():
        for number, row in enumerate(context.rows(table)):
            for field in fields:
                date: When | None = getattr(row, field)
                if date is not None and context.as_of.certainly_before(date):
                    yield context.fault(
                        "date.after-as-of",
                        (table, number, field),
                        f"{date} is later than the case's as-of date {context.as_of}; no fact is later than that",
                        "correct the date, empty an end that lies ahead, or move as_of",
                    )


def spans_upside_down(context: Context) -> Iterator[Issue]:
    """Nothing ends before it begins."""
    for table, begins, ends in _SPANS:
        for number, row in enumerate(context.rows(table)):
            first: When | None = getattr(row, begins)
            last: When | None = getattr(row, ends)
            if first is not None and last is not None and last.certainly_before(first):
                yield context.fault(
                    "date.ends-before-it-begins",
                    (table, number, ends),
                    f"{ends} {last} comes before {begins} {first}",
                    f"swap the two, or correct {begins} or {ends}",
                )


def sources_after_as_of(context: Context) -> Iterator[Issue]:
    """A text printed after the as-of date may know what nobody could know on it."""
    for number, source in enumerate(context.case.sources):
        if source.kind in (SourceKind.DATASET, SourceKind.ASSUMPTION) or source.published_on is None:
            continue
        if context.as_of.certainly_before(source.published_on):
            yield context.fault(
                "source.after-as-of",
                ("sources", number, "published_on"),
                f"{source.id} was published {source.published_on}, after the as-of date {context.as_of}: "
                "it may know what came later",
                "take from it only what was known by then, and say so in its note",
            )


def steps_in_order(context: Context) -> Iterator[Issue]:
    """Tranches fall due and the steps of a policy come in the order of their numbers; no step lies in the past."""
    for table, group, order, field in (
        ("tranches", "aid", "number", "due_on"),
        ("interventions", "policy", "step", "date"),
    ):
        for key, rows in grouped(context.rows(table), group).items():
            dated = sorted(
                ((getattr(row, order), number, getattr(row, field)) for number, row in rows if getattr(row, field)),
                key=lambda entry: entry[:2],
            )
            for (earlier, _, before), (later, number, after) in itertools.pairwise(dated):
                if after.certainly_before(before):
                    yield context.fault(
                        "date.out-of-order",
                        (table, number, field),
                        f"{order} {later} of {key} is dated {after}, before {order} {earlier} ({before})",
                        f"number them by their dates, or correct {field}",
                    )
    for number, step in enumerate(context.case.interventions):
        if context.as_of_is_known and step.date.certainly_before(context.as_of):
            yield context.fault(
                "intervention.in-the-past",
                ("interventions", number, "date"),
                f"step {step.step} of {step.policy} is dated {step.date}, before the as-of date {context.as_of}",
                "date it from the as-of date on: what has happened is a fact, not a step of a plan",
            )

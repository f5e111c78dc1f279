"""What is asked: every question with its window, its source and the rule by which it resolves.

Nothing here looks at a run. Thresholds and windows are constants of this module, fixed before the first forecast; a
question that nobody could resolve from outside is not asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dayafter.arrays import CompiledCase
from dayafter.errors import UsageError
from dayafter.simulation.layout import CLASSES, build_layout
from dayafter.vocabulary import DealStatus

QUARTER: Final = 3
"""Months."""
EVENT_THRESHOLDS: Final = (1, 5, 20)
CONTROL_MONTHS: Final = (12, 24, 36)
DEAL_MONTHS: Final = (6, 12, 24, 36)
CAUSES: Final = ("outsider", "signatory", "patron", "shock")
FORCES: Final = ("interbloc", "intrabloc")
"""Classes of violence between forces that were on one side of the war."""


class Kind(StrEnum):
    """What a question resolves to."""

    BINARY = "binary"
    """Yes or no."""
    COUNT = "count"
    """A whole number."""


class Measure(StrEnum):
    """What is read off a simulated future."""

    RECORDED = "recorded"
    FATAL = "fatal"
    CONTROL = "control"
    ENDED = "ended"
    ENDED_BY = "ended-by"
    RETURNED = "returned"
    CLASH = "clash"
    SUSTAINED = "sustained"
    DEALS_MADE = "deals-made"
    SURVIVES = "survives"
    EVERY_QUARTER = "every-quarter"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Months count from 1, the month after that of the as-of date."""

    id: str
    kind: Kind
    measure: Measure
    text: str
    unit: str
    first: int
    """First month of the window."""
    last: int
    opens: dt.date
    closes: dt.date
    """Last day of the window."""
    source: str
    rule: str
    about: str = ""
    """Id of the forecast of the essay that it makes operational (X-01 …)."""
    place: str = ""
    violence_class: str = ""
    deal: str = ""
    ended_by: str = ""
    condition: str = ""
    """Under what the forecast holds; the question is void where it is not met."""
    recorded: bool = False
    """Of clashes: as UCDP GED would hold them, not as they happen."""


GED: Final = "UCDP GED, the last final release that covers the window (say which)"
GED_RULE: Final = (
    "Events of the class by who fought whom (dayafter.events.classes), placed to a site or within 25 km (where_prec 1 "
    "or 2; of a district also 3) in the place's unit (table place_codes), begun in the window. Count of events."
)
REPORTS: Final = "Reports of any kind, two that do not depend on one another (UCDP GED, ACLED, UNAMI, press)"
FATAL_RULE: Final = (
    "Events of the class in the place, begun in the window, in which somebody was killed; merged by hand, with a list "
    "of the reports. No source holds them all: the number found is a lower bound, and is scored as one."
)
CONTROL_RULE: Final = (
    "Yes where another actor than at the start of the window holds the place at any time in it, by force or without: "
    "it appoints who runs the town or commands most of the armed men there."
)
DEAL_RULE: Final = (
    "Yes where a party says that the deal no longer holds, or a term of it on who secures or governs a place is broken "
    "for a month or longer. Suspended, replaced or renegotiated by its parties is not ended."
)
CAUSE_RULE: Final = (
    "By whose act the deal ended first: one outside it (militia, remnants, residents), a signatory, a patron of one, "
    "or a shock from elsewhere (vote, budget, campaign). Void where it did not end in the window."
)
DTM: Final = "IOM DTM Iraq, master list of returnees"
DTM_RULE: Final = (
    "Families at locations in the place's unit (table place_codes, by coordinates) at the last round of the window, "
    "less those at the last round before it, times 6 persons; a fall counts as 0. Void without a round in either."
)


def general_questions(case: CompiledCase, months: int) -> tuple[Question, ...]:
    """What is asked of every case for so many months, in the order of the tables.

    Raises
    ------
    UsageError : the months are no whole number of quarters.
    """
    if months % QUARTER:
        raise UsageError(f"months is {months}; a frozen forecast covers whole quarters")
    return tuple(_general(case, months))


def window(case: CompiledCase, first: int, last: int) -> tuple[dt.date, dt.date]:
    """First and last day of months `first` to `last`."""

    def start(month: int) -> dt.date:
        year, position = divmod(case.as_of.year * 12 + case.as_of.month - 1 + month, 12)
        return dt.date(year, position + 1, 1)

    return start(first), start(last + 1) - dt.timedelta(days=1)


def asked(
    case: CompiledCase, ident: str, kind: Kind, measure: Measure, span: tuple[int, int], **more: object
) -> Question:
    """A question about months `span`; `more` holds the other fields by name."""
    opens, closes = window(case, *span)
    return Question(ident, kind, measure, first=span[0], last=span[1], opens=opens, closes=closes, **more)  # type: ignore[arg-type]  # fields by name


def exposed_classes(case: CompiledCase) -> tuple[str, ...]:
    """Classes that can happen in the case at all: a foreign state's only where one stands."""
    layout = build_layout(case)
    foreign = any(case.foreign_state[a] for a in layout.slot_actor)
    return tuple(kind.value for kind in CLASSES if foreign or kind.value != "external")


def _general(case: CompiledCase, months: int) -> Iterator[Question]:
    places = [place for place, national in zip(case.places, case.is_national, strict=True) if not national]
    quarters = [(first, first + QUARTER - 1) for first in range(1, months, QUARTER)]
    for place in places:
        for kind in exposed_classes(case):
            for number, span in enumerate(quarters, start=1):
                at = f"{place}/{kind}/q{number:02}"
                words = f"{kind} events in {place}"
                yield asked(
                    case, f"recorded/{at}", Kind.COUNT, Measure.RECORDED, span, text=f"How many {words} are recorded?",
                    unit="events", source=GED, rule=GED_RULE, place=place, violence_class=kind,
                )  # fmt: skip
                yield asked(
                    case, f"fatal/{at}", Kind.COUNT, Measure.FATAL, span, text=f"How many {words} kill somebody?",
                    unit="events", source=REPORTS, rule=FATAL_RULE, place=place, violence_class=kind,
                )  # fmt: skip
        for number, span in enumerate(quarters, start=1):
            yield asked(
                case, f"returned/{place}/q{number:02}", Kind.COUNT, Measure.RETURNED, span,
                text=f"How many persons return to {place}?", unit="persons", source=DTM, rule=DTM_RULE, place=place,
            )  # fmt: skip
        for last in (n for n in CONTROL_MONTHS if n <= months):
            yield asked(
                case, f"control/{place}/m{last:02}", Kind.BINARY, Measure.CONTROL, (1, last),
                text=f"Does {place} change hands?", unit="probability", source=REPORTS, rule=CONTROL_RULE, place=place,
            )  # fmt: skip
    for number, deal in enumerate(case.deals):
        if case.deal_status[number] is not DealStatus.IN_FORCE:
            continue
        for last in (n for n in DEAL_MONTHS if n <= months):
            yield asked(
                case, f"ended/{deal}/m{last:02}", Kind.BINARY, Measure.ENDED, (1, last), text=f"Does {deal} end?",
                unit="probability", source=REPORTS, rule=DEAL_RULE, deal=deal,
            )  # fmt: skip
        for cause in CAUSES:
            yield asked(
                case, f"ended-by/{deal}/{cause}", Kind.BINARY, Measure.ENDED_BY, (1, months),
                text=f"If {deal} ends: is it ended by a {cause}?", unit="probability", source=REPORTS, rule=CAUSE_RULE,
                deal=deal, ended_by=cause, condition="the deal ends in the window",
            )  # fmt: skip

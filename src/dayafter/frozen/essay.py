"""The seven forecasts of the essay behind `iraq-2016`, each made a question that can be answered.

The essay says "not hard to imagine", "almost certainly", "soon"; here stand windows, sources and rules. Thresholds were
fixed before anything was run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.arrays import CompiledCase
from dayafter.frozen.questions import (
    CAUSE_RULE,
    CAUSES,
    CONTROL_RULE,
    DEAL_RULE,
    GED,
    GED_RULE,
    QUARTER,
    REPORTS,
    Kind,
    Measure,
    Question,
    asked,
    general_questions,
)
from dayafter.vocabulary import DealStatus

SINJAR: Final = "sinjar"
TUZ: Final = "tuz-khurmatu"
TOWNS: Final = ("jalawla", "saadiya")
SWAP: Final = "diyala-exchange"
THREE_PARTY: Final = "sinjar-three-party"
SUSTAINED_OF: Final = (4, 8)
"""Quarters with a recorded insurgent event, of how many, from which attacks count as sustained."""
CLASH_RULE: Final = (
    "Yes where one event between forces opposed to the Islamic State, across the line or within one side of it, kills "
    "somebody in the place."
)


def questions_of(case: CompiledCase, months: int) -> tuple[Question, ...]:
    """What is asked of every case, and the essay's forecasts where the case has their places and deals.

    Raises
    ------
    UsageError : the months are no whole number of quarters.
    """
    general = general_questions(case, months)
    if not ({SINJAR, TUZ, *TOWNS} <= set(case.places) and {SWAP, THREE_PARTY} <= set(case.deals)):
        return general
    parts = (_clashes(case), _swap(case, months), _foothold(case), _unaided(case, months), _tuz(case))
    return (*general, *(question for part in parts for question in part if question.last <= months))


def _clashes(case: CompiledCase) -> Iterator[Question]:
    """X-01 and X-02: scenes like those of Tuz in Sinjar; without a three-party deal."""
    clash = "Is there a fatal clash between forces opposed to the Islamic State in Sinjar?"
    for last in (12, 24):
        for name, source, recorded in (("actual", REPORTS, False), ("recorded", GED, True)):
            yield asked(
                case, f"x-01/{name}/m{last}", Kind.BINARY, Measure.CLASH, (1, last), text=clash, unit="probability",
                source=source, rule=CLASH_RULE, about="X-01", place=SINJAR, recorded=recorded,
            )  # fmt: skip
    for last in (12, 24, 36):
        yield asked(
            case, f"x-02/actual/m{last}", Kind.BINARY, Measure.CLASH, (1, last),
            text="Without a three-party deal: is there such a clash in Sinjar?",
            unit="probability", source=REPORTS, rule=CLASH_RULE, about="X-02", place=SINJAR, deal=THREE_PARTY,
            condition="no three-party deal on Sinjar is signed in the window",
        )  # fmt: skip


def _swap(case: CompiledCase, months: int) -> Iterator[Question]:
    """X-03 and X-04: the Diyala deal is challenged and broken, and by whom."""
    for last in (6, 12, 24):
        yield asked(
            case, f"x-03/m{last:02}", Kind.BINARY, Measure.CONTROL, (1, last),
            text="Is Jalawla or Saadiya held by another side than the Diyala deal gave it to?", unit="probability",
            source=REPORTS, rule=CONTROL_RULE, about="X-03", place="; ".join(TOWNS),
        )  # fmt: skip
    for cause in CAUSES:
        yield asked(
            case, f"x-04/{cause}", Kind.BINARY, Measure.ENDED_BY, (1, months),
            text=f"If the Diyala deal ends: is it ended by a {cause}?", unit="probability", source=REPORTS,
            rule=CAUSE_RULE, about="X-04", deal=SWAP, ended_by=cause, condition="the deal ends in the window",
        )  # fmt: skip


def _foothold(case: CompiledCase) -> Iterator[Question]:
    """X-05: an insurgent foothold. The essay's 60 months are beyond what is simulated, and are not asked."""
    for place in (p for p, national in zip(case.places, case.is_national, strict=True) if not national):
        yield asked(
            case, f"x-05/{place}", Kind.BINARY, Measure.SUSTAINED, (1, 24),
            text=f"Are insurgent attacks in {place} sustained?", unit="probability", source=GED,
            rule=f"{GED_RULE} Yes where {SUSTAINED_OF[0]} or more of the {SUSTAINED_OF[1]} quarters have one or more.",
            about="X-05", place=place, violence_class="insurgent",
        )  # fmt: skip


def _unaided(case: CompiledCase, months: int) -> Iterator[Question]:
    """X-06: deals without outside help: how many, and which last."""
    made = "Deals on who secures, governs or returns to a place of the case, made or made again, that two reports date."
    yield asked(
        case, f"x-06/made/m{months}", Kind.COUNT, Measure.DEALS_MADE, (1, months),
        text="How many deals are made with no more outside help than on the day of issue?", unit="deals",
        source=REPORTS, rule=made, about="X-06",
    )  # fmt: skip
    for number, deal in enumerate(case.deals):
        if case.deal_status[number] is DealStatus.IN_FORCE:
            yield asked(
                case, f"x-06/survives/{deal}", Kind.BINARY, Measure.SURVIVES, (1, months),
                text=f"Is {deal} in force at the end, never having ended?", unit="probability", source=REPORTS,
                rule=DEAL_RULE, about="X-06", deal=deal,
            )  # fmt: skip


def _tuz(case: CompiledCase) -> Iterator[Question]:
    """X-07: violence in Tuz goes on."""
    for number in range(1, 9):
        span = (QUARTER * (number - 1) + 1, QUARTER * number)
        yield asked(
            case, f"x-07/actual/q{number:02}", Kind.BINARY, Measure.CLASH, span,
            text="Is there a fatal clash between forces opposed to the Islamic State in Tuz Khurmatu?",
            unit="probability", source=REPORTS, rule=CLASH_RULE, about="X-07", place=TUZ,
        )  # fmt: skip
    yield asked(
        case, "x-07/actual/all", Kind.BINARY, Measure.EVERY_QUARTER, (1, 24),
        text="Is there such a clash in Tuz Khurmatu in each of eight quarters?", unit="probability", source=REPORTS,
        rule=CLASH_RULE, about="X-07", place=TUZ,
    )  # fmt: skip

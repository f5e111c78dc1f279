"""What moves a case: shocks and their times, money and its conditions, and the plans to compare."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np

from dayafter.arrays import Bools, Ints, Policy, Step
from dayafter.casefile.schema import Intervention, Tranche
from dayafter.compiler.builders import (
    DAYS_PER_MONTH,
    Axes,
    Field,
    empty_bools,
    empty_ints,
    is_current,
    key_of,
)
from dayafter.errors import UsageError
from dayafter.quantities import Quantity, When
from dayafter.vocabulary import ActorKind, ConditionKind, DealLevel, PlaceScope, Question, YesNo

_CONTROL: Final = (Question.SECURE, Question.GOVERN)


def months_after(when: When | None, as_of: dt.date) -> Quantity | None:
    """Months from the as-of date until something, as an interval over what the date can mean; None where it is open.

    What is past counts as now.
    """
    if when is None or when.earliest is None or when.latest is None:
        return None
    first = max((when.earliest - as_of).days, 0) / DAYS_PER_MONTH
    last = max((when.latest - as_of).days, 0) / DAYS_PER_MONTH
    return Quantity(first, last, first if first == last else None)


def compile_grounds(axes: Axes) -> dict[str, Any]:
    """Which places lie side by side, which actors are foreign states, where third parties and brokers work."""
    case, p, rows = axes.case, len(axes.places), axes.case.engagements
    parents = {place.id: place.parent for place in case.places}
    contested = [row.id for row in case.places if row.scope is PlaceScope.CONTESTED]
    adjacent = empty_bools(p, p)
    for one in contested:
        for other in contested:
            siblings = parents[one] is not None and parents[one] == parents[other]
            nested = parents[one] == other or parents[other] == one
            adjacent[axes.places[one], axes.places[other]] = one != other and (siblings or nested)
    values: dict[str, Any] = {
        "adjacent": adjacent,
        "foreign_state": np.array([row.kind is ActorKind.FOREIGN_STATE for row in case.actors], dtype=np.bool_),
        "engagement_places": empty_bools(len(rows), p),
        "engagement_level": empty_bools(len(rows), 2),
        "engagement_armed": np.array([row.armed is YesNo.YES for row in rows], dtype=np.bool_),
        "engagement_months": empty_ints(len(rows)),
        "engagement_ends": empty_bools(len(rows)),
        "broker_place": empty_ints(len(case.brokers)),
        "broker_placed": empty_bools(len(case.brokers)),
    }
    places_of = {deal.id: deal.places for deal in case.deals}
    for number, row in enumerate(rows):
        labels = (row.place,) if row.place is not None else places_of.get(row.deal or "", ())
        for label in labels:
            values["engagement_places"][number, list(axes.covered_by.get(label, ()))] = True
        values["engagement_level"][number] = [DealLevel.LOCAL in row.levels, DealLevel.NATIONAL in row.levels]
        if row.until is not None and row.until.latest is not None and is_current(row.since, row.until, axes.as_of):
            values["engagement_ends"][number] = True
            values["engagement_months"][number] = month_index(row.until.latest, axes.as_of)
    for number, broker in enumerate(case.brokers):
        if broker.place is not None and broker.place in axes.places:
            values["broker_place"][number] = axes.places[broker.place]
            values["broker_placed"][number] = True
    return values


def month_index(day: dt.date, as_of: dt.date) -> int:
    """Calendar months from the month of the as-of date to that of a day; the run's month 1 is the first after it."""
    return (day.year - as_of.year) * 12 + day.month - as_of.month


def compile_terms_of_control(axes: Axes, covers: Bools) -> Bools:
    """(d, p, a): to whom terms on security or government give a place. Any other taker is one not foreseen."""
    gives = empty_bools(len(axes.deals), len(axes.places), len(axes.actors))
    for term in axes.case.terms:
        if term.gives is None or term.question not in _CONTROL:
            continue
        d, a = axes.find("deals", term.deal, f"term {term.key}"), axes.find("actors", term.gives, f"term {term.key}")
        here: Ints = np.flatnonzero(covers[d])
        where = here if term.place is None else np.array(axes.covered_by.get(term.place, ()), dtype=np.int64)
        gives[d, where, a] = True
    return gives


def compile_shock_times(axes: Axes) -> tuple[dict[str, Any], dict[str, Field]]:
    """When shocks come: a date as an interval of months, or a rate. Rows as in `compile_shocks`."""
    rows = [
        row for row in axes.case.shocks if row.date is None or row.date.latest is None or row.date.latest >= axes.as_of
    ]
    due, rate = Field("shock_due", (len(rows),)), Field("shock_rate", (len(rows),))
    actors = empty_bools(len(rows), len(axes.actors))
    for number, row in enumerate(rows):
        due.put((number,), months_after(row.date, axes.as_of), row.id, key_of("shocks", row))
        rate.put((number,), row.rate_per_month, row.id, key_of("shocks", row))
        for label in row.actors:
            actors[number, axes.find("actors", label, f"shock {row.id}")] = True
    return {"shock_actors": actors, "shock_kind": tuple(row.kind for row in rows)}, {
        "shock_due": due,
        "shock_rate": rate,
    }


def compile_aid(axes: Axes) -> tuple[dict[str, Any], dict[str, Field]]:
    """Pledges and their tranches. A pledge without tranches is one tranche of the whole without a date."""
    case, pledges = axes.case, axes.case.aid
    numbers = {row.id: number for number, row in enumerate(pledges)}
    if len(numbers) != len(pledges):
        raise UsageError("the aid of the case holds an id twice; run `dayafter check` on the case")
    values: dict[str, Any] = {
        "aid": tuple(numbers),
        "aid_kind": tuple(row.kind for row in pledges),
        "aid_recipient": empty_ints(len(pledges)),
        "aid_has_recipient": np.array([row.recipient is not None for row in pledges], dtype=np.bool_),
        "aid_places": empty_bools(len(pledges), len(axes.places)),
        "aid_distributed": np.array([row.distributor is not None for row in pledges], dtype=np.bool_),
    }
    fields = {name: Field(name, (len(pledges),)) for name in ("aid_amount", "aid_credibility", "aid_fungibility")}
    for number, row in enumerate(pledges):
        key = key_of("aid", row)
        fields["aid_amount"].put((number,), row.amount, row.id, key)
        fields["aid_credibility"].put((number,), row.withholding_credibility, row.id, key)
        fields["aid_fungibility"].put((number,), row.fungibility, row.id, key)
        if row.recipient is not None:
            values["aid_recipient"][number] = axes.find("actors", row.recipient, f"aid {row.id}")
        for label in row.places:
            values["aid_places"][number, list(axes.covered_by.get(label, ()))] = True
    rows: list[tuple[str, str, Tranche | None]] = [
        (row.aid, row.key, row)
        for row in sorted(case.tranches, key=lambda row: (numbers.get(row.aid, 0), row.number))
        if row.aid in numbers
    ]
    whole = [label for label in numbers if all(label != aid for aid, _, _ in rows)]
    rows += [(label, f"{label}/1", None) for label in whole]
    share, due = Field("tranche_share", (len(rows),)), Field("tranche_due", (len(rows),))
    for z, (label, name, tranche) in enumerate(rows):
        if tranche is not None:
            share.put((z,), tranche.share, name, key_of("tranches", tranche))
            due.put((z,), months_after(tranche.due_on, axes.as_of), name, key_of("tranches", tranche))
        even = 1 / sum(one == label for one, _, _ in rows)
        share.assume((z,), even, even, name)
    values |= {
        "tranche_aid": np.array([numbers[label] for label, _, _ in rows], dtype=np.int64),
        "tranche_label": tuple(name for _, name, _ in rows),
        "tranche_condition": tuple(ConditionKind.NOT_STATED if row is None else row.condition for _, _, row in rows),
        "tranche_paid": np.array([row is not None and row.released is YesNo.YES for _, _, row in rows], dtype=np.bool_),
        "tranche_issue": np.array([_issue(axes, row) or 0 for _, _, row in rows], dtype=np.int64),
        "tranche_has_issue": np.array([_issue(axes, row) is not None for _, _, row in rows], dtype=np.bool_),
        "tranche_met": np.array([_met(row) for _, _, row in rows], dtype=np.float64).reshape(len(rows), 2),
    }
    return values, fields | {"tranche_share": share, "tranche_due": due}


def _issue(axes: Axes, row: Tranche | None) -> int | None:
    """Position of the issue that a tranche is tied to."""
    return None if row is None or row.issue is None else axes.find("issues", row.issue, f"tranche {row.key}")


def _met(row: Tranche | None) -> tuple[float, float]:
    """The stretch of the scale that meets a condition; of a range the ends that ask least."""
    low = 0.0 if row is None or row.met_from is None else row.met_from.low
    return low, 1.0 if row is None or row.met_to is None else row.met_to.high


def compile_policies(axes: Axes) -> tuple[Policy, ...]:
    """Plans and their steps, in the order of their dates and numbers."""
    return tuple(
        Policy(
            row.id,
            row.name,
            tuple(_step(one) for one in axes.case.interventions if one.policy == row.id),
        )
        for row in axes.case.policies
    )


def _step(row: Intervention) -> Step:
    start = row.date.earliest or row.date.latest
    if start is None:
        raise UsageError(f"intervention {row.key} is dated '{row.date}', open at both ends; write a month")
    return Step(
        action=row.action,
        start=start,
        until=None if row.until is None else row.until.latest,
        deal=row.deal,
        place=row.place,
        actor=row.actor,
        community=row.community,
        broker=row.broker,
        aid=row.aid,
        form=row.form,
        levels=row.levels,
        condition=row.condition,
        label=row.key,
    )

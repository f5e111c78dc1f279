"""What the form of a what-if offers: third parties, whom to invite, pledges, patrons, numbers that could move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from dayafter.assessment.report import RowRef
from dayafter.casefile.build import metadata_of
from dayafter.casefile.cells import Unit
from dayafter.casefile.schema import Deal, Row
from dayafter.findings.rows import field_words, quantity_words, table_words
from dayafter.quantities import Quantity
from dayafter.redaction.policy import OUTSIDE_KINDS
from dayafter.vocabulary import DealForm, DealStatus
from dayafter.web.edition import Edition
from dayafter.web.views.deals import find_deal
from dayafter.web.views.lines import Link, link
from dayafter.web.whatif.answer import places_of

MOST_INPUTS: Final = 400


@dataclass(frozen=True, slots=True)
class Input:
    """A number of the case that could move."""

    table: str
    row: str
    field: str
    label: str
    group: str
    value: str
    said: str
    low: float
    high: float
    """As the case has it."""
    least: float
    most: float
    """The ends of a slider: the limits of the column, or twice the value where it has none."""
    step: float
    floor: float | None
    ceiling: float | None
    """The limits of the column itself."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be asked about one deal."""

    deal: Link
    id: str
    in_force: bool
    form: str
    forms: tuple[str, ...]
    levels: tuple[str, ...]
    third_parties: tuple[tuple[str, str], ...]
    actors: tuple[tuple[str, str], ...]
    communities: tuple[tuple[str, str], ...]
    pledges: tuple[tuple[str, str], ...]
    patrons: tuple[tuple[str, str], ...]
    donors: tuple[tuple[str, str], ...]
    policies: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]
    """Other deals in force, to ask about instead."""
    inputs: tuple[Input, ...]
    horizon_months: int
    currency: str


def choices(edition: Edition, shown_deal: str) -> Choices:
    """The form for a deal by its public id. UsageError where there is none."""
    own = find_deal(edition, shown_deal)
    row = next(one for one in edition.case.deals if one.id == own)
    outside = [one.id for one in edition.case.actors if one.kind in OUTSIDE_KINDS]
    table = {*row.parties}
    invited = [one for one in row.needed if one not in table]
    patrons = _patrons(edition, row)
    in_force = [
        one for one, other in edition.deals.items()
        if one != shown_deal and next(d for d in edition.case.deals if d.id == other).status is DealStatus.IN_FORCE
    ]  # fmt: skip
    return Choices(
        deal=link(edition, "deals", shown_deal),
        id=shown_deal,
        in_force=row.status is DealStatus.IN_FORCE,
        form=row.form.value if row.form else "",
        forms=tuple(form.value for form in DealForm),
        levels=tuple(level.value for level in row.levels),
        third_parties=_named(edition, "actors", outside),
        actors=_named(edition, "actors", invited),
        communities=_named(
            edition, "communities", [one for one in row.needed_communities if one not in row.communities]
        ),
        pledges=_named(edition, "aid", [one.id for one in edition.case.aid]),
        patrons=_named(edition, "actors", patrons),
        donors=_named(edition, "actors", outside),
        policies=_named(edition, "policies", [one.id for one in edition.case.policies if _open_plan(edition, one.id)]),
        others=tuple((one, edition.rows.name(one)) for one in in_force),
        inputs=inputs(edition, shown_deal),
        horizon_months=edition.assessment.horizon_months,
        currency=edition.case.info.currency,
    )


def _named(edition: Edition, table: str, ids: list[str]) -> tuple[tuple[str, str], ...]:
    """Public id and name of those that the audience may know."""
    gate = edition.gate
    return tuple(
        (gate.alias(one, table), edition.rows.gate_label(one, table))
        for one in dict.fromkeys(ids)
        if not gate.hides(one, table)
    )


def _open_plan(edition: Edition, policy: str) -> bool:
    """Whether no step of a plan is withheld: what a hidden step does would show in the difference."""
    return not any(
        edition.gate.is_withheld(RowRef("interventions", row.key))
        for row in edition.case.interventions
        if row.policy == policy
    )


def _patrons(edition: Edition, deal: Deal) -> list[str]:
    """Patrons of those at the table whose tie the audience may know, the strongest first."""
    table = {*deal.parties, *deal.needed}
    ties = [
        row
        for row in edition.case.loyalties
        if row.actor in table and not edition.gate.is_withheld(RowRef("loyalties", row.key))
    ]
    ties.sort(key=lambda row: -row.loyalty.middle)
    return [row.patron for row in ties]


def inputs(edition: Edition, shown_deal: str) -> tuple[Input, ...]:
    """Numbers that bear on a deal: its own, of those at the table, of its places. Withheld rows are left out."""
    own = find_deal(edition, shown_deal)
    deal = next(one for one in edition.case.deals if one.id == own)
    table, places = {*deal.parties, *deal.needed}, set(places_of(edition, own))
    wanted: tuple[tuple[str, Any], ...] = (
        ("deals", lambda row: row.id == own),
        ("acceptances", lambda row: row.of == own),
        ("actors", lambda row: row.id in table),
        ("loyalties", lambda row: row.actor in table),
        ("positions", lambda row: row.place in places and row.actor in table),
        ("presence", lambda row: row.place in places),
        ("population", lambda row: row.place in places),
        ("places", lambda row: row.id in places),
    )
    found: list[Input] = []
    for name, is_wanted in wanted:
        for row, shown in zip(getattr(edition.case, name), getattr(edition.shown, name), strict=False):
            if is_wanted(row) and not edition.gate.is_withheld(RowRef(name, row.key)):
                found += _inputs_of(edition, name, shown)
    return tuple(found[:MOST_INPUTS])


def _inputs_of(edition: Edition, table: str, row: Row) -> list[Input]:
    label = edition.rows.label(row)
    return [
        Input(
            table, row.key, name, f"{label}: {field_words(name)}", table_words(table), str(value),
            quantity_words(value), value.low, value.high, *scale(value, limits(type(row), name)),
        )
        for name in type(row).model_fields
        if isinstance(value := getattr(row, name), Quantity)
    ]  # fmt: skip


def limits(kind: type[Row], field: str) -> tuple[float | None, float | None]:
    """Least and most that a column takes; None where it has no such limit."""
    marks = [mark for mark in metadata_of(kind, field) if isinstance(mark, Unit)]
    return (marks[0].low, marks[0].high) if marks else (None, None)


def scale(
    value: Quantity, limit: tuple[float | None, float | None]
) -> tuple[float, float, float, float | None, float | None]:
    """The ends and the step of a slider for a number, and the limits of its column."""
    reach = max(abs(value.low), abs(value.high), 1e-9)
    unit = 10.0 ** math.floor(math.log10(2 * reach))
    least, most = limit
    top = most if most is not None else unit * math.ceil(2 * reach / unit)
    bottom = least if least is not None else -top
    step = 0.01 if most == 1 else unit / 20 if value.high < 100 else max(1.0, unit / 20)
    return bottom, top, step, least, most

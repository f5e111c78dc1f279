"""A what-if as somebody asks it: dated steps in the words of a policy, intervals that move, a new pledge.

Ids are public ones. `resolve` turns a question into the ids of the case; what the audience must not know of is
answered like what is not there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dayafter.arrays import Step
from dayafter.assessment.report import RowRef
from dayafter.casefile.cell_text import row_texts
from dayafter.casefile.schema import TABLES, Row, columns
from dayafter.errors import UsageError
from dayafter.quantities import Quantity, QuantityError
from dayafter.redaction import Gate
from dayafter.vocabulary import Action, AidKind, ConditionKind, DealForm, DealLevel
from dayafter.web.edition import Edition

Id = Annotated[str, Field(min_length=1, max_length=100)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
MOST: Final = 20
ACTIONS: Final = (
    Action.FORMALISE,
    Action.ADD_LEVEL,
    Action.ADD_PARTY,
    Action.FACILITATE,
    Action.GUARANTEE,
    Action.GIVE_AID,
    Action.SET_CONDITION,
    Action.WITHDRAW,
)
"""What can be asked; a case may hold more."""
NEW_PLEDGE: Final = "what-if-pledge"


class Asked(BaseModel):
    """Strict: a word that is not known is an error, not a thing to be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StepAsked(Asked):
    """One dated step of a policy."""

    action: Annotated[Action, Field(description="formalise, add-level, add-party, facilitate, guarantee, give-aid, "
                                                "set-condition or withdraw")]  # fmt: skip
    date: Annotated[Month | None, Field(description="When it begins; the first month of the run where not given")] = (
        None
    )
    until: Annotated[Month | None, Field(description="When it ends; it lasts where not given")] = None
    deal: Annotated[Id | None, Field(description="On which deal")] = None
    place: Annotated[Id | None, Field(description="Where")] = None
    actor: Annotated[Id | None, Field(description="By or with which actor")] = None
    community: Annotated[Id | None, Field(description="With which community")] = None
    aid: Annotated[Id | None, Field(description="With which pledge")] = None
    form: Annotated[DealForm | None, Field(description="The form that it gives a deal")] = None
    levels: Annotated[tuple[DealLevel, ...], Field(description="The levels that it adds", max_length=2)] = ()
    condition: Annotated[ConditionKind | None, Field(description="The condition that it sets")] = None


class IntervalAsked(Asked):
    """A number of the case that is taken to be otherwise."""

    table: Id
    row: Annotated[
        str, Field(min_length=1, max_length=400, description="Key of the row, as `dayafter assess` prints it")
    ]
    field: Id
    value: Annotated[str, Field(max_length=80, description="`0.6`, `0.4..0.8` or `0.6 [0.4, 0.8]`")]


class PledgeAsked(Asked):
    """Money that nobody has promised yet."""

    donor: Id
    recipient: Id | None = None
    amount: Annotated[float, Field(gt=0, le=1e12, description="In the currency of the case")]
    kind: AidKind = AidKind.GRANT
    condition: ConditionKind = ConditionKind.NONE
    places: Annotated[tuple[Id, ...], Field(max_length=50)] = ()


class WhatIfAsked(Asked):
    """A what-if about a deal."""

    deal: Annotated[Id, Field(description="The deal that is asked about")]
    steps: Annotated[tuple[StepAsked, ...], Field(max_length=MOST)] = ()
    intervals: Annotated[tuple[IntervalAsked, ...], Field(max_length=MOST)] = ()
    pledge: PledgeAsked | None = None
    policy: Annotated[Id | None, Field(description="Steps are added to this policy, which they are compared with; "
                                                   "doing nothing more where not given")] = None  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """A field of a row, by its position in the case, with its new value."""

    table: str
    number: int
    field: str
    value: Quantity


@dataclass(frozen=True, slots=True)
class Pledge:
    """A new pledge, by ids of the case."""

    donor: str
    recipient: str | None
    amount: float
    kind: AidKind
    condition: ConditionKind
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question in ids of the case."""

    deal: str
    steps: tuple[Step, ...]
    moved: tuple[Moved, ...]
    pledge: Pledge | None
    policy: str | None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for no change."""
        return not (self.steps or self.moved or self.pledge)


_AXES: Final[Mapping[str, str]] = {
    "deal": "deals",
    "place": "places",
    "actor": "actors",
    "community": "communities",
    "aid": "aid",
}


def resolve(edition: Edition, asked: WhatIfAsked) -> Resolved:
    """A question in ids of the case.

    Raises
    ------
    UsageError : an id that the audience does not know, a date or a number that cannot be; says which.
    """
    gate = edition.gate
    known = {table: public_ids(edition, table) for table in (*_AXES.values(), "policies")}
    if asked.pledge is not None:
        known["aid"] = {**known["aid"], NEW_PLEDGE: NEW_PLEDGE}
    return Resolved(
        deal=_own(known, "deals", asked.deal),
        steps=tuple(_step(edition, known, step, number) for number, step in enumerate(asked.steps, 1)),
        moved=tuple(_moved(edition, gate, one) for one in asked.intervals),
        pledge=_pledge(known, asked.pledge),
        policy=None if asked.policy is None else _own(known, "policies", asked.policy),
    )


def public_ids(edition: Edition, table: str) -> dict[str, str]:
    """Public id to id of the case, of the rows of a table that the audience may know."""
    gate = edition.gate
    return {gate.alias(row.id, table): row.id for row in getattr(edition.case, table) if not gate.hides(row.id, table)}


def _own(known: Mapping[str, Mapping[str, str]], table: str, shown: str) -> str:
    found = known[table].get(shown)
    if found is None:
        raise UsageError(f"there is no '{shown}' among the {table} here; it has {', '.join(list(known[table])[:12])}")
    return found


def first_month(edition: Edition) -> dt.date:
    """The first month of a run: the one after the as-of date."""
    later = edition.compiled.as_of.year * 12 + edition.compiled.as_of.month
    return dt.date(later // 12, later % 12 + 1, 1)


def _step(edition: Edition, known: Mapping[str, Mapping[str, str]], step: StepAsked, number: int) -> Step:
    if step.action not in ACTIONS:
        words = ", ".join(action.value for action in ACTIONS)
        raise UsageError(f"step {number}: '{step.action.value}' cannot be asked here; ask {words}")
    own = {
        name: _own(known, table, value) for name, table in _AXES.items() if (value := getattr(step, name)) is not None
    }
    start = first_month(edition) if step.date is None else _month(step.date, number)
    until = None if step.until is None else _month(step.until, number)
    return Step(
        step.action, start, until, form=step.form, levels=step.levels, condition=step.condition,
        label=f"{number}", **own,
    )  # fmt: skip


def _month(text: str, number: int) -> dt.date:
    year, month = map(int, text.split("-"))
    if not (1 <= month <= 12 and 1 <= year <= 9998):
        raise UsageError(f"step {number}: '{text}' is no month; write year-month, such as 2016-05")
    return dt.date(year, month, 1)


def _pledge(known: Mapping[str, Mapping[str, str]], asked: PledgeAsked | None) -> Pledge | None:
    if asked is None:
        return None
    return Pledge(
        _own(known, "actors", asked.donor),
        None if asked.recipient is None else _own(known, "actors", asked.recipient),
        asked.amount, asked.kind, asked.condition, tuple(_own(known, "places", one) for one in asked.places),
    )  # fmt: skip


def _moved(edition: Edition, gate: Gate, asked: IntervalAsked) -> Moved:
    name = f"{asked.table}/{asked.row}, {asked.field}"
    found = _find(edition, gate, asked.table, asked.row)
    if found is None:
        raise UsageError(f"there is no row {asked.table}/{asked.row} here; copy its key from the list of inputs")
    number, row = found
    if asked.field not in type(row).model_fields or not isinstance(getattr(row, asked.field), Quantity):
        raise UsageError(f"{name} holds no number that could move")
    try:
        value = Quantity.parse(asked.value)
    except QuantityError as error:
        raise UsageError(f"{name}: {error}") from error
    _check_range(asked.table, row, asked.field, value, name)
    return Moved(asked.table, number, asked.field, value)


def _find(edition: Edition, gate: Gate, table: str, key: str) -> tuple[int, Row] | None:
    """Position and row of the case behind a public key; None where the audience knows no such row."""
    if table not in TABLES:
        return None
    pairs = zip(getattr(edition.case, table), getattr(edition.shown, table), strict=False)
    for number, (own, shown) in enumerate(pairs):
        if shown.key == key and not gate.is_withheld(RowRef(table, own.key)):
            return number, own
    return None


def _check_range(table: str, row: Row, field: str, value: Quantity, name: str) -> None:
    """The value has to fit its column, as it would in a file."""
    texts = dict(zip(columns(table), row_texts(table, row), strict=True))
    try:
        type(row).model_validate({name: text for name, text in {**texts, field: str(value)}.items() if text})
    except ValidationError as error:
        raise UsageError(f"{name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error

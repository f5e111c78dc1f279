"""Axes matched by label, and fields filled cell by cell with the rows that they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from dayafter.arrays import Bools, Flags, Ints, RowKey, Uncertain
from dayafter.casefile.schema import CaseFile, Row
from dayafter.errors import UsageError
from dayafter.quantities import Quantity, When
from dayafter.seeding import stable_id
from dayafter.vocabulary import PlaceScope, YesNo

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Axes:
    """Every label of a case and its position; shared by all parts of the compiler."""

    case: CaseFile
    as_of: dt.date
    places: Mapping[str, int]
    """Assessed places alone: contested, then national."""
    covered_by: Mapping[str, tuple[int, ...]]
    """Any place to the assessed places that a deal over it covers."""
    communities: Mapping[str, int]
    actors: Mapping[str, int]
    patrons: Mapping[str, int]
    deals: Mapping[str, int]
    issues: Mapping[str, int]

    def find(self, axis: str, label: str, row: str) -> int:
        """Position of a label. UsageError where it is not there: labels are matched exactly, never guessed."""
        table: Mapping[str, int] = getattr(self, axis)
        if label not in table:
            raise UsageError(f"{row} names '{label}', which is not among the {axis}; run `dayafter check` on the case")
        return table[label]


def build_axes(case: CaseFile) -> Axes:
    """Lay out the axes of a case."""
    as_of = case.info.as_of.latest or case.info.as_of.earliest
    if as_of is None:
        raise UsageError("case.yaml as_of is open at both ends; write a day")
    contested = [place.id for place in case.places if place.scope is PlaceScope.CONTESTED]
    national = [place.id for place in case.places if place.scope is PlaceScope.NATIONAL]
    places = _positions([*contested, *national], "places")
    parents = {place.id: place.parent for place in case.places}
    covered: dict[str, list[int]] = {place.id: [] for place in case.places}
    for label in [*contested, *national]:
        covered[label].append(places[label])
    for label in contested:
        for above in _chain(label, parents)[1:]:
            if above in covered and above not in national:  # a national deal is no deal over every place
                covered[above].append(places[label])
    wanted = {row.patron for row in case.loyalties}
    return Axes(
        case=case,
        as_of=as_of,
        places=places,
        covered_by={label: tuple(sorted(positions)) for label, positions in covered.items()},
        communities=_positions([row.id for row in case.communities], "communities"),
        actors=_positions([row.id for row in case.actors], "actors"),
        patrons=_positions([row.id for row in case.actors if row.id in wanted], "patrons"),
        deals=_positions([row.id for row in case.deals], "deals"),
        issues=_positions([row.id for row in case.issues], "issues"),
    )


def _positions(labels: list[str], axis: str) -> dict[str, int]:
    positions = {label: number for number, label in enumerate(labels)}
    if len(positions) != len(labels):
        raise UsageError(f"the {axis} of the case hold an id twice; run `dayafter check` on the case")
    return positions


def _chain(label: str, parents: Mapping[str, str | None]) -> list[str]:
    """A label and what stands above it, nearest first. UsageError at a cycle."""
    chain = [label]
    while (above := parents.get(chain[-1])) is not None:
        if above in chain:
            raise UsageError(f"'{label}' stands below itself: {' < '.join([*chain, above])}; correct a parent")
        chain.append(above)
    return chain


def root_of(label: str, parents: Mapping[str, str | None]) -> str:
    """The top of the chain of parents."""
    return _chain(label, parents)[-1]


@dataclass(slots=True)
class Field:
    """A field of numbers being filled. Later values do not overwrite earlier ones: feed rows in a stated order."""

    name: str
    shape: tuple[int, ...]
    cells: dict[tuple[int, ...], tuple[Quantity, str, bool]] = field(default_factory=dict)
    rows: dict[tuple[int, ...], tuple[RowKey, ...]] = field(default_factory=dict)

    def put(self, index: tuple[int, ...], value: Quantity | None, label: str, row: RowKey | None = None) -> None:
        """Record a known value. Nothing happens where it is None or the cell is filled."""
        if row is not None and (value is not None or index not in self.cells):
            self.rows[index] = tuple(dict.fromkeys((*self.rows.get(index, ()), row)))
        if value is not None and index not in self.cells:
            self.cells[index] = (value, label, False)

    def assume(self, index: tuple[int, ...], low: float, high: float, label: str) -> None:
        """Where the case is silent: the possibilities. Nothing happens where the cell is filled."""
        if index not in self.cells:
            self.cells[index] = (Quantity(low, high, low if low == high else None), label, True)

    def build(self) -> Uncertain:
        """The field as arrays."""
        low, high, best = np.zeros(self.shape), np.zeros(self.shape), np.zeros(self.shape)
        has_best, known, assumed = (np.zeros(self.shape, dtype=np.bool_) for _ in range(3))
        ids = np.zeros(self.shape, dtype=np.int64)
        for index, (value, label, is_assumed) in self.cells.items():
            low[index], high[index] = value.low, value.high
            best[index] = value.low if value.best is None else value.best
            has_best[index] = value.best is not None
            assumed[index], known[index] = is_assumed, not is_assumed
            ids[index] = stable_id(label)
        return Uncertain(self.name, low, high, best, has_best, known, assumed, ids)


def build_flags(name: str, answers: Iterable[tuple[str, YesNo | None]]) -> Flags:
    """Answers in the order given; `disputed` and no answer are both not known."""
    listed = list(answers)
    return Flags(
        name,
        yes=np.array([answer is YesNo.YES for _, answer in listed], dtype=np.bool_),
        known=np.array([answer in (YesNo.YES, YesNo.NO) for _, answer in listed], dtype=np.bool_),
        ids=np.array([stable_id(label) for label, _ in listed], dtype=np.int64),
    )


def key_of(table: str, row: Row) -> RowKey:
    """The reference of a row."""
    return RowKey(table, row.key)


def is_current(since: When | None, until: When | None, as_of: dt.date) -> bool:
    """Whether something that runs from `since` to `until` may still run at the date."""
    if since is not None and since.earliest is not None and since.earliest > as_of:
        return False
    return until is None or until.latest is None or until.latest >= as_of


def months_before(when: When | None, as_of: dt.date) -> Quantity | None:
    """Age in months at the as-of date, as an interval over what the date can mean; None where it is open."""
    if when is None or when.earliest is None or when.latest is None:
        return None
    oldest = max((as_of - when.earliest).days, 0) / DAYS_PER_MONTH
    youngest = max((as_of - when.latest).days, 0) / DAYS_PER_MONTH
    return Quantity(youngest, oldest, youngest if youngest == oldest else None)


def empty_bools(*shape: int) -> Bools:
    """All false."""
    return np.zeros(shape, dtype=np.bool_)


def empty_ints(*shape: int) -> Ints:
    """All zero."""
    return np.zeros(shape, dtype=np.int64)

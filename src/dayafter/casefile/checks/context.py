"""What every rule looks at: the case, indexed once, and the way to name a spot in it.

A rule is a plain function from `Context` to issues. Rows whose ids repeat are indexed by the first of them; the
repetition is a fault of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel

from dayafter.casefile.cells import Ref
from dayafter.casefile.codes import CODES
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.raw import fault
from dayafter.casefile.schema import (
    TABLES,
    Actor,
    CaseFile,
    CaseIssue,
    Community,
    Deal,
    Place,
    Population,
    Presence,
    Row,
)
from dayafter.errors import Issue, Where
from dayafter.quantities import When

R = TypeVar("R", bound=Row)
Spot = tuple[str, int, str | None]
"""Table, number of the row from 0, and field."""
Numbered = tuple[int, R]
"""A row with its number in its table, from 0."""

TOLERANCE: Final = 0.005
"""Shares rounded to two digits may miss their sum by this much for each of them."""


@dataclass(frozen=True, slots=True)
class ReferenceField:
    """A field that names rows of other tables."""

    table: str
    field: str
    targets: tuple[str, ...]
    part: str | None = None
    """The attribute that holds the id, where the field holds records: a citation's source."""

    def ids(self, row: Row) -> Iterator[str]:
        """The ids that one row writes in this field."""
        value = getattr(row, self.field)
        if value is None or value == ():
            return
        for one in value if isinstance(value, tuple) else (value,):
            yield one if self.part is None else getattr(one, self.part)


def _references(annotation: Any, metadata: Iterable[object] = ()) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Targets and part of every `Ref` marker within an annotation, whatever wraps it."""
    for marker in metadata:
        if isinstance(marker, Ref):
            yield marker.tables, None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for targets, _ in _references(field.annotation, field.metadata):
                yield targets, name
    for argument in get_args(annotation):
        yield from _references(argument, getattr(argument, "__metadata__", ()))


def reference_fields(table: str, model: type[Row]) -> tuple[ReferenceField, ...]:
    """List the fields of a table that name rows, found by the `Ref` markers in the model's annotations."""
    return tuple(
        ReferenceField(table, name, targets, part)
        for name, field in model.model_fields.items()
        for targets, part in dict.fromkeys(_references(field.annotation, field.metadata))
    )


REFERENCES: Final[Mapping[str, tuple[ReferenceField, ...]]] = {
    table: reference_fields(table, model) for table, model in TABLES.items()
}
"""Every table's reference fields."""


@dataclass(frozen=True)
class Context:
    """A case with its indices, made once for all rules.

    `known_ids` holds, a table, the ids as written, also of rows that could not be read: a reference to one of them
    is no further fault. A table that is not in it could not be read at all. None stands for a case without files.
    """

    loaded: LoadedCase
    known_ids: Mapping[str, frozenset[str]] | None = None
    incomplete: frozenset[str] = frozenset()
    """Tables of which some rows could not be read: nothing that they lack can be called missing."""

    def known(self, table: str) -> frozenset[str]:
        """The ids that a table writes, its unreadable rows included."""
        return frozenset() if self.known_ids is None else self.known_ids.get(table, frozenset())

    def whole(self, *tables: str) -> bool:
        """Whether every row of these tables could be read, so that what they lack is lacking."""
        return self.incomplete.isdisjoint(tables)

    def was_read(self, table: str) -> bool:
        """Whether it is known which ids a table holds."""
        return self.known_ids is None or table in self.known_ids or TABLES[table].KEY != ("id",)

    @property
    def case(self) -> CaseFile:
        """The rows."""
        return self.loaded.case

    def rows(self, table: str) -> tuple[Row, ...]:
        """The rows of a table."""
        rows: tuple[Row, ...] = getattr(self.case, table)
        return rows

    def fault(self, code: str, spot: Spot, what: str, remedy: str) -> Issue:
        """Make an issue at a field of a row; its severity is the code's."""
        return fault(code, self.loaded.where(*spot), what, remedy, CODES[code].severity)

    def fault_of_head(self, code: str, field: str, what: str, remedy: str) -> Issue:
        """Make an issue at a field of the head of the case."""
        where = self.loaded.info_origins.get(field) or Where("case.yaml", field=field)
        return fault(code, where, what, remedy, CODES[code].severity)

    # Indices ---------------------------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> dict[str, dict[str, int]]:
        """Table to key to the number of the first row of that key."""
        found: dict[str, dict[str, int]] = {}
        for table in TABLES:
            of_table = found[table] = {}
            for number, row in enumerate(self.rows(table)):
                of_table.setdefault(row.key, number)
        return found

    @cached_property
    def ids(self) -> dict[str, frozenset[str]]:
        """Table to the ids that may be referred to, those of unreadable rows included."""
        return {
            table: frozenset(self.numbers[table]) | self.known(table)
            for table, model in TABLES.items()
            if model.KEY == ("id",)
        }

    @cached_property
    def places(self) -> dict[str, Place]:
        """Id to place."""
        return first_of(self.case.places)

    @cached_property
    def communities(self) -> dict[str, Community]:
        """Id to community."""
        return first_of(self.case.communities)

    @cached_property
    def actors(self) -> dict[str, Actor]:
        """Id to actor."""
        return first_of(self.case.actors)

    @cached_property
    def deals(self) -> dict[str, Deal]:
        """Id to deal."""
        return first_of(self.case.deals)

    @cached_property
    def issues(self) -> dict[str, CaseIssue]:
        """Id to issue of the case."""
        return first_of(self.case.issues)

    @cached_property
    def population_of(self) -> dict[str, list[Numbered[Population]]]:
        """Place to its rows of `population`."""
        return grouped(self.case.population, "place")

    @cached_property
    def presence_of(self) -> dict[str, list[Numbered[Presence]]]:
        """Place to its rows of `presence`."""
        return grouped(self.case.presence, "place")

    @cached_property
    def names_of(self) -> dict[str, list[str]]:
        """Id to the names that the table `names` gives, in the order of the file."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.case.names:
            if name.name:
                found[name.entity].append(name.name)
        return dict(found)

    @cached_property
    def as_of(self) -> When:
        """The as-of date of the case."""
        return self.case.info.as_of

    @cached_property
    def as_of_is_known(self) -> bool:
        """Whether the case says its as-of date; the last day there is stands in for one that could not be read."""
        return self.as_of.latest != dt.date.max

    @cached_property
    def _bearers(self) -> dict[tuple[str, ...], dict[str, tuple[str, ...]]]:
        return {}

    def bearers(self, *tables: str) -> dict[str, tuple[str, ...]]:
        """Id to names of every row of these tables, for a did-you-mean."""
        if tables not in self._bearers:
            self._bearers[tables] = self._collect_bearers(tables)
        return self._bearers[tables]

    def _collect_bearers(self, tables: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for table in tables:
            for row in self.rows(table):
                own = getattr(row, "name", getattr(row, "title", ""))
                found.setdefault(row.key, (own, *self.names_of.get(row.key, ())))
            for known in sorted(self.known(table)):
                found.setdefault(known, ())
        return found

    # Kinship of places and communities -------------------------------------------------------------------------

    @cached_property
    def _ancestors_of_place(self) -> dict[str, tuple[str, ...]]:
        parents = {key: place.parent for key, place in self.places.items()}
        return {key: tuple(ancestors(key, parents)) for key in parents}

    def place_lies_in(self, place: str, other: str) -> bool:
        """Whether a place is another or lies within it."""
        return place == other or other in self._ancestors_of_place.get(place, ())

    def places_touch(self, place: str, other: str) -> bool:
        """Whether one of two places is the other or holds it."""
        return self.place_lies_in(place, other) or self.place_lies_in(other, place)

    @cached_property
    def ancestors_of_community(self) -> dict[str, tuple[str, ...]]:
        """Community to the communities that it is a part of, nearest first."""
        parents = {key: community.parent for key, community in self.communities.items()}
        return {key: tuple(ancestors(key, parents)) for key in parents}


def first_of(rows: Iterable[R]) -> dict[str, R]:
    """Index rows by key, keeping the first of each."""
    found: dict[str, R] = {}
    for row in rows:
        found.setdefault(row.key, row)
    return found


def grouped(rows: Iterable[R], field: str) -> dict[str, list[Numbered[R]]]:
    """Group numbered rows by a field, in the order of the file."""
    found: dict[str, list[Numbered[R]]] = defaultdict(list)
    for number, row in enumerate(rows):
        found[getattr(row, field)].append((number, row))
    return dict(found)


def ancestors(key: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Walk up from a row, nearest first; stops where a circle of parents would begin again."""
    seen = {key}
    above = parents.get(key)
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        above = parents.get(above)


def listed(words: Iterable[str], at_most: int = 5) -> str:
    """Write words as a list for a sentence; a long one is cut and counted."""
    unique = list(dict.fromkeys(words))
    rest = len(unique) - at_most
    return ", ".join(unique) if rest <= 0 else f"{', '.join(unique[:at_most])} and {rest} more"

"""Redacting one row.

A row above the ceiling keeps its category and nothing else that tells who, where or when. A row under it is shown as it
stands, without what it says of withheld ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from dayafter.casefile.cells import Citation
from dayafter.casefile.schema import TABLES, Account, Actor, Community, Place, Row, Source
from dayafter.quantities import Quantity, QuantityError, When
from dayafter.redaction.coarse import coarser_date, coarser_place, small_count_hidden
from dayafter.redaction.fields import Column, Shape, columns_of, row_columns
from dayafter.redaction.levels import PERSON_TABLES
from dayafter.redaction.policy import WITHHELD_TEXT
from dayafter.vocabulary import ActorKind, CommunityKind, PlaceKind, Sensitivity, SourceKind

_STRUCTURE: Final = ("issues", "deals", "aid", "policies", "engagements")
"""What a withheld row may go on hanging under, where that is visible itself."""
_STAND_INS: Final = ("places", "actors", "communities", "sources")
"""What a withheld row refers to instead of a visible row that it must not name."""
_PEOPLE: Final = re.compile(
    r"\b(person|people|famil|famili|man|men|woman|women|child|killed|dead|fighter|soldier)", re.IGNORECASE
)
_TOLD_APART_BY_PLACE: Final = ("ledger", "place_codes")
"""Tables whose rows would be taken for one another if their places were made coarser."""
_SECOND_ENDS: Final = ("whom", "other", "patron", "toward")
"""Columns that name the other end of a tie."""
_ANY_DEGREE: Final = Quantity(0.0, 1.0)
"""What stands in a required degree: nothing is said about it. Every required quantity is a degree from 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A withheld row, how strictly it is handled, and the how-many-th withheld row of its table it is, from 1."""

    table: str
    number: int
    row: Row
    level: Sensitivity
    count: int


@dataclass(slots=True)
class RowRedactor:
    """Redacts rows for one audience. Rows must come in the order of the case."""

    places: Mapping[str, Place]
    known: Mapping[str, AbstractSet[str]]
    """Entity table to the ids in it."""
    visible: Mapping[str, AbstractSet[str]]
    """Entity table to the ids that may be shown."""
    alias: Callable[[str, str], str]
    """(table, id) to what is printed instead."""
    label: Callable[[str, int], str]
    """(table, number) to what is printed instead of the name of a withheld row."""
    scrub: Callable[[str], str]
    as_of: When
    coder: Callable[[str], str]
    """The name of a coder to what is printed instead."""
    hide_small_counts: bool
    published: AbstractSet[str]
    """Ids of the sources that anybody can read."""
    counts: dict[str, int] = field(default_factory=dict)
    """Table to the number of its rows withheld so far."""
    stand_ins: dict[str, dict[str, Row]] = field(default_factory=lambda: {table: {} for table in _STAND_INS})

    def visible_row(self, row: Row) -> Row:
        """A row under the ceiling, without what it says of withheld ones."""
        update: dict[str, Any] = {}
        for column in row_columns(row):
            value = getattr(row, column.name)
            if value is None or value in ("", ()):
                continue
            new = self._visible_value(row, column, value)
            if new != value:
                update[column.name] = new
        return row.model_copy(update=update) if update else row

    def _visible_value(self, row: Row, column: Column, value: Any) -> Any:
        new = value
        match column.shape:
            case Shape.ID:
                new = self.alias(_TABLE_OF[type(row)], value) if row.KEY == ("id",) else self._part_id(value)
            case Shape.REF:
                new = self._visible_ref(column, value)
            case Shape.REFS:
                found = [self._visible_ref(column, target) for target in value]
                new = tuple(dict.fromkeys(target for target in found if target is not None))
            case Shape.CITATIONS:
                new = tuple(self._visible_citation(citation) for citation in value)
            case Shape.PERSONS | Shape.QUANTITY if self._hides_count(row, column, value):
                new = small_count_hidden(value)
            case Shape.TEXT:
                new = self._visible_text(row, column, value)
        return new

    def _hides_count(self, row: Row, column: Column, value: Quantity) -> bool:
        """Whether a number counts persons, by its type or by the unit beside it, and was not published."""
        if not self.hide_small_counts or (column.name == "killed" and self._is_published(row)):
            return False
        if column.shape is Shape.PERSONS:
            return True
        return value.low >= 0 and column.name == "value" and bool(_PEOPLE.search(getattr(row, "unit", "")))

    def _is_published(self, row: Row) -> bool:
        return any(citation.source in self.published for citation in row.source)

    def _part_id(self, value: str) -> str:
        """An id of a term or option, without protected words."""
        return value if self.scrub(value) == value else f"part-{self._next('ids'):03d}"

    def _visible_text(self, row: Row, column: Column, value: str) -> str:
        if column.name == "coded_by":
            return self.coder(value)
        if column.name == "geometry":
            return value if self.scrub(value) == value else ""
        if isinstance(row, Account) and column.name == "value" and self.hide_small_counts:
            return self.scrub(self._account_value(row))
        new = self.scrub(value)
        if column.name == "summary" and len(new) > 80:  # the column's limit
            return WITHHELD_TEXT
        return new

    def _account_value(self, account: Account) -> str:
        model = TABLES.get(account.table)
        shapes = {column.name: column.shape for column in columns_of(model)} if model else {}
        published = account.field == "killed" and self._is_published(account)
        if shapes.get(account.field) is not Shape.PERSONS or published:
            return account.value
        try:
            return str(small_count_hidden(Quantity.parse(account.value)))
        except QuantityError:
            return WITHHELD_TEXT

    def _visible_ref(self, column: Column, target: str) -> str | None:
        for table in column.tables:
            if target in self.visible.get(table, ()):
                return self.alias(table, target)
        if column.tables == ("places",) and not column.required and target in self.places:
            coarse = coarser_place(target, self.places[target].handled_as, self.places, self.visible["places"])
            return None if coarse is None else self.alias("places", coarse)
        if column.required:
            return self.alias(column.tables[0], target)
        return None

    def _visible_citation(self, citation: Citation) -> Citation:
        alias = self.alias("sources", citation.source)
        if citation.source not in self.visible["sources"]:
            return Citation(source=alias)
        spot = self.scrub(citation.spot)
        return Citation(source=alias, spot="" if spot != citation.spot else spot)

    def withheld_row(self, table: str, number: int, row: Row, level: Sensitivity) -> Row:
        """A row above the ceiling, emptied. `level` is how strictly it is handled."""
        spot = _Spot(table, number, row, level, self._next(table))
        update = {column.name: self._withheld_value(spot, column) for column in row_columns(row)}
        update["sensitivity"] = Sensitivity.HIGH  # one level for all: which were severe is not shown
        return row.model_copy(update=update)

    def _withheld_value(self, spot: _Spot, column: Column) -> Any:
        value = getattr(spot.row, column.name)
        new = column.default
        match column.shape:
            case Shape.ID:
                new = self.alias(spot.table, value) if spot.row.KEY == ("id",) else f"withheld-{spot.count:03d}"
            case Shape.REF if value is not None:
                new = self._withheld_ref(spot, column, value)
            case Shape.REFS:
                new = self._withheld_refs(spot, column, value)
            case Shape.CITATIONS if isinstance(spot.row, Account):  # its key needs one
                new = (Citation(source=self._stand_in("sources", "001"), spot=str(spot.count)),)
            case Shape.DATE if value is not None and column.name != "checked_on":
                new = self._withheld_date(spot, column, value)
            case Shape.TEXT:
                new = self._withheld_text(spot, column)
            case Shape.QUANTITY if column.required:
                new = _ANY_DEGREE
            case Shape.NUMBER | Shape.CATEGORY | Shape.CATEGORIES if _stays(spot.table, column):
                new = value
        return new

    def _withheld_date(self, spot: _Spot, column: Column, value: When) -> When | None:
        if spot.level is Sensitivity.SEVERE and not column.required:
            return None
        return coarser_date(value, spot.level, self.as_of)

    def _withheld_refs(self, spot: _Spot, column: Column, value: tuple[str, ...]) -> tuple[str, ...]:
        if column.tables == ("places",):
            found = [coarser_place(one, spot.level, self.places, self.visible["places"]) for one in value]
            return tuple(dict.fromkeys(self.alias("places", one) for one in found if one is not None))
        if spot.table == "deals" and column.name == "parties" and value:  # a deal joins at least two
            return tuple(self._stand_in("actors", f"{spot.count:03d}{end}") for end in "de")
        return ()

    def _withheld_text(self, spot: _Spot, column: Column) -> str:
        if isinstance(spot.row, Account) and column.name in {"table", "row", "field"}:
            return str(getattr(spot.row, column.name))  # `row` is set anew once every key is known
        if column.name == "language":
            return "und"
        if column.name == "scheme":
            return f"withheld-{spot.count:03d}"
        if spot.table == "names" and column.name == "name":
            return f"{WITHHELD_TEXT} {spot.count}"
        if not column.required:
            return ""
        return self.label(spot.table, spot.number) if column.name in {"name", "title"} else WITHHELD_TEXT

    def _withheld_ref(self, spot: _Spot, column: Column, value: str) -> str | None:
        table = next((one for one in column.tables if value in self.known[one]), None)
        needed = column.required or spot.table == "interventions"  # what its action is about must be there
        if table is not None and table in PERSON_TABLES and value not in self.visible[table]:
            return self.alias(table, value)
        if needed and table is not None and (value not in self.visible[table] or table in _STRUCTURE):
            return self.alias(table, value)  # hidden itself, so it has an alias; or what the row hangs under
        if column.tables == ("places",) and not (column.required and spot.table in _TOLD_APART_BY_PLACE):
            coarse = coarser_place(value, spot.level, self.places, self.visible["places"])
            if coarse is not None:
                return self.alias("places", coarse)
        if not needed:
            return None
        other = next((one for one in _STAND_INS if one in column.tables), None)
        if other is None:  # where it is required, only a faulty case, whose deal or issue is not there
            return "withheld" if column.required else None
        second = "b" if column.name in _SECOND_ENDS else ""
        return self._stand_in(other, f"{spot.count:03d}{second}")

    def _next(self, table: str) -> int:
        self.counts[table] = self.counts.get(table, 0) + 1
        return self.counts[table]

    def apart(self, table: str, row: Row) -> Row:
        """A withheld row whose key another has already, told apart from it by a stand-in."""
        for column in row_columns(row):
            other = next((other for other in _STAND_INS if other in column.tables), None)
            if column.shape is Shape.REF and column.required and column.name in row.KEY and other is not None:
                return row.model_copy(update={column.name: self._stand_in(other, f"{self.counts[table]:03d}c")})
        return row

    def _stand_in(self, table: str, mark: str) -> str:
        ident = self.alias(table, f"{table}-withheld-{mark}")
        if ident not in self.stand_ins[table]:
            self.stand_ins[table][ident] = _STAND_IN_ROWS[table](ident)
        return ident


def _stays(table: str, column: Column) -> bool:
    """Whether a withheld row keeps a category or number: one that it must have, or that its action needs."""
    return column.required or column.name in {"scope", "status"} or (table == "interventions" and column.name in _STEP)


_STEP: Final = ("form", "levels", "condition")
_TABLE_OF: Final = {model: table for table, model in TABLES.items()}
_NOTE: Final = "Stands for what a withheld row names."


def _stand_in_name(ident: str) -> str:
    return f"{WITHHELD_TEXT} {ident.rsplit('-', maxsplit=1)[-1]}"


_STAND_IN_ROWS: Final[dict[str, Callable[[str], Row]]] = {
    "places": lambda ident: Place(id=ident, name=_stand_in_name(ident), kind=PlaceKind.AREA, note=_NOTE),
    "actors": lambda ident: Actor(id=ident, name=_stand_in_name(ident), kind=ActorKind.CIVIL_SOCIETY, note=_NOTE),
    "communities": lambda ident: Community(id=ident, name=_stand_in_name(ident), kind=CommunityKind.OTHER, note=_NOTE),
    "sources": lambda ident: Source(id=ident, title=WITHHELD_TEXT, kind=SourceKind.ASSUMPTION, note=_NOTE),
}

"""From a row that the assessment names to what readers may see of it: its label, its sources, its values.

Everything is read from the gate's redacted view, which holds the same rows in the same order as the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from typing import Final

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import COMMON_COLUMNS, CaseFile, Row, Source
from dayafter.findings.records import Cited, Reference
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.quantities import Quantity, When
from dayafter.redaction import Gate
from dayafter.vocabulary import IncidentKind, Indicator, NameKind, SourceKind

TABLE_WORDS: Final = {
    "place_codes": "codes of places",
    "population": "population",
    "presence": "presence",
    "ledger": "ledger",
    "loyalties": "loyalties",
}
_NAMED: Final = (
    "places",
    "communities",
    "actors",
    "deals",
    "brokers",
    "aid",
    "issues",
    "sources",
    "shocks",
    "policies",
)


_ABOUT: Final = ("kind", "indicator", "role", "actor", "community", "deal", "place", "date")


def table_words(table: str) -> str:
    """The name of a table for readers."""
    return TABLE_WORDS.get(table, table.replace("_", " "))


def field_words(field: str) -> str:
    """The name of a field for readers."""
    return field.replace("_", " ")


class Rows:
    """Looks rows up by table and key, and shows them as the gate lets them be seen.

    Parameters
    ----------
    case : the case itself; used to find the position of a row, never to show it.
    gate : the gate whose redacted view is shown.
    say : the language of labels and of what is composed from them. Names are those of the language where the case
        gives them, else as written.
    """

    def __init__(self, case: CaseFile, gate: Gate, say: Wording = ENGLISH) -> None:
        self.gate = gate
        self.say = say
        self.shown = gate.case
        self.original_place_ids = tuple(place.id for place in case.places)
        self._position: dict[tuple[str, str], int] = {}
        for table, number, row in case.rows():
            self._position.setdefault((table, row.key), number)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Shown id to shown name, over all tables whose rows have a name."""
        found: dict[str, str] = {}
        for table in _NAMED:
            for row in getattr(self.shown, table):
                found.setdefault(row.id, getattr(row, "name", "") or getattr(row, "title", "") or row.id)
        return found | self._local

    @cached_property
    def _local(self) -> dict[str, str]:
        """Shown id to its official name, else its first alias, in the language of the edition; none in English."""
        local: dict[str, str] = {}
        if self.say.language != "en":
            for kind in (NameKind.OFFICIAL, NameKind.ALIAS):
                for name in self.shown.names:
                    if name.language == self.say.language and name.kind is kind and name.name:
                        local.setdefault(name.entity, name.name)
        return local

    def gate_label(self, entity_id: str, table: str | None = None) -> str:
        """What the gate calls something, in the language of the edition."""
        return self.gate.label(entity_id, self.say.language, table)

    @cached_property
    def source_numbers(self) -> Mapping[str, int]:
        """Shown id of each source to its number in the list, from 1."""
        return {source.id: number for number, source in enumerate(self.shown.sources, start=1)}

    @cached_property
    def _sources(self) -> Mapping[str, Source]:
        return {source.id: source for source in self.shown.sources}

    def find(self, ref: RowRef) -> Row | None:
        """The row as the gate shows it; None where the case has none under that key."""
        number = self._position.get((ref.table, ref.key))
        return None if number is None else getattr(self.shown, ref.table)[number]

    def name(self, shown_id: str) -> str:
        """The name behind an id of the redacted view."""
        return self.names.get(shown_id, shown_id)

    def listed(self, shown_ids: Iterable[str]) -> tuple[str, ...]:
        """Names behind ids, each once."""
        return tuple(dict.fromkeys(self.name(one) for one in shown_ids))

    def cited(self, row: Row) -> tuple[Cited, ...]:
        """The sources of a shown row by number, with their spots."""
        spots: dict[int, dict[str, None]] = {}
        for citation in row.source:
            number = self.source_numbers.get(citation.source)
            if number is not None:
                spots.setdefault(number, {}).update({citation.spot: None} if citation.spot else {})
        return tuple(Cited(number, tuple(found)) for number, found in spots.items())

    def is_assumed(self, row: Row) -> bool:
        """Whether every source of a shown row is an assumption of the case."""
        kinds = [self._sources[c.source].kind for c in row.source if c.source in self._sources]
        return bool(kinds) and all(kind is SourceKind.ASSUMPTION for kind in kinds)

    def label(self, row: Row) -> str:
        """A row's name, or its key in words; a row that only an id names is called after what it is about."""
        own = getattr(row, "name", "") or getattr(row, "title", "")
        if row.KEY == ("id",):
            return self._local.get(getattr(row, "id", ""), own) or self._about(row) or self.say("a row")
        parts = []
        for field in row.KEY:
            value = getattr(row, field)
            if value not in (None, "", ()):
                parts.append(self.value_words(value))
        return self.say(", ").join(parts) or self.say("a row")

    def _about(self, row: Row) -> str:
        """What a nameless row is about: its kind, whom and where it concerns, and when."""
        said = [getattr(row, field, None) for field in _ABOUT]
        return self.say(", ").join(
            self.value_words(v) for v in said if v not in (None, "", (), Indicator.OTHER, IncidentKind.OTHER)
        )

    def value_words(self, value: object) -> str:
        """A cell's value in words: names for ids, plain numbers, dates in full."""
        if isinstance(value, Enum):
            return self.say(str(value.value).replace("-", " "))
        if isinstance(value, Quantity):
            return quantity_words(value, self.say)
        if isinstance(value, When):
            return self.say.date(value)
        if isinstance(value, tuple):
            return self.say(", ").join(self.value_words(part) for part in value)
        text = str(value)
        if text not in self.names and ";" in text:  # a list of ids, as an account of a list gives it
            parts = [part.strip() for part in text.split(";")]
            if all(part in self.names for part in parts):
                return self.say(", ").join(self.names[part] for part in parts)
        return self.names.get(text, text)

    def values(self, row: Row) -> str:
        """What a row states beyond its key, as `field value` pairs; its note where it states nothing else."""
        parts = []
        for field in type(row).model_fields:
            if field in COMMON_COLUMNS or field in row.KEY or field in ("name", "title", "reason"):
                continue
            value = getattr(row, field)
            if value not in (None, "", ()):
                parts.append(f"{self.say(field_words(field))} {self.value_words(value)}")
        reason = str(getattr(row, "reason", "") or row.note)
        return "; ".join([*parts, *([reason] if reason else [])])

    def reference(self, ref: RowRef) -> Reference | None:
        """What readers may see of a row; None where the case has none, or it is withheld: only counted."""
        row = self.find(ref)
        if row is None or self.gate.is_withheld(ref):
            return None
        return Reference(self.say(table_words(ref.table)), self.label(row), self.cited(row), self.is_assumed(row))

    def references(self, refs: Iterable[RowRef]) -> tuple[Reference, ...]:
        """What readers may see of several rows, each once."""
        found = (self.reference(ref) for ref in dict.fromkeys(refs))
        return tuple(dict.fromkeys(reference for reference in found if reference is not None))


def quantity_words(value: Quantity, say: Wording = ENGLISH) -> str:
    """A number of the case: `0.6`, `0.4 to 0.8`, or `0.6 (0.4 to 0.8)`; nothing is rounded."""
    if value.is_point:
        return f"{value.low:,.10g}"
    span = say("{low} to {high}", low=f"{value.low:,.10g}", high=f"{value.high:,.10g}")
    return span if value.best is None else f"{value.best:,.10g} ({span})"

"""What the pages share: links to pages, and rows of the case as the audience may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import Row
from dayafter.findings import words
from dayafter.findings.records import Reference
from dayafter.web.edition import Edition

PAGES: Final = {"places": "places", "actors": "actors", "deals": "deals"}
"""Table to the path under which each of its rows has a page."""
AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Link:
    """A name, and where it leads: empty where the audience may not go there."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Something the record says: who or what, and what of it, with the rows behind it."""

    subject: Link
    label: str = ""
    text: str = ""
    references: tuple[Reference, ...] = ()


def link(edition: Edition, table: str, shown_id: str) -> Link:
    """The name behind an id of the redacted view, with its page."""
    known = {"places": edition.places, "actors": edition.actors, "deals": edition.deals}.get(table, {})
    href = f"/{PAGES[table]}/{shown_id}" if shown_id in known else ""
    return Link(edition.rows.name(shown_id), href)


def visible(edition: Edition, table: str, kind: type[AnyRow]) -> Iterator[tuple[AnyRow, Reference | None]]:
    """Rows of a table that are not withheld, as the audience sees them, each with its reference."""
    pairs = zip(getattr(edition.case, table), getattr(edition.shown, table), strict=False)
    for own, shown in pairs:
        ref = RowRef(table, own.key)
        if not edition.gate.is_withheld(ref) and isinstance(shown, kind):
            yield shown, edition.rows.reference(ref)


def lines(  # noqa: PLR0917  # what each line is made of, in the order of its fields
    edition: Edition,
    table: str,
    kind: type[AnyRow],
    wanted: Callable[[AnyRow], bool],
    subject: Callable[[AnyRow], Link],
    label: Callable[[AnyRow], str],
    text: Callable[[AnyRow], str],
) -> tuple[Line, ...]:
    """The visible rows of a table that are wanted, as lines."""
    return tuple(
        Line(subject(row), label(row), text(row), (reference,) if reference is not None else ())
        for row, reference in visible(edition, table, kind)
        if wanted(row)
    )


def said(edition: Edition, *parts: str) -> str:
    """Parts of a text that say something, with semicolons between."""
    return edition.say.clauses(parts)


def named(label: str, value: object, edition: Edition) -> str:
    """`label value`, or nothing where there is no value."""
    return "" if value in (None, "", ()) else f"{edition.tell(label)} {edition.rows.value_words(value)}"


def termed(edition: Edition, term: StrEnum | None) -> str:
    """A term of the vocabulary in the language of the edition; nothing where there is none."""
    return edition.tell(words.term(term.value)) if term else ""


def known(names: Iterable[str], most: int = 12) -> str:
    """What there is, for an error that says what there is not: the first names, or `none`."""
    found = list(names)
    more = [f"{len(found) - most} more"] if len(found) > most else []
    return ", ".join((*found[:most], *more)) or "none"

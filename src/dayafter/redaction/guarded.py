"""Which strings of a case an audience must not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Final

from dayafter.casefile.schema import TABLES, Actor, Broker, CaseFile, Community, Name, Place, Row
from dayafter.redaction.fields import ENTITY_TABLES, Shape, row_columns
from dayafter.redaction.levels import RowAt
from dayafter.redaction.normalise import plain
from dayafter.redaction.policy import COARSE
from dayafter.redaction.secrets import Searcher, Secret

_NAMES: Final = frozenset({"name", "title"})
"""Columns that name the row's own subject: protected wherever they stand."""
_NAMING: Final = _NAMES | {"author", "publisher", "url", "code", "geometry", "attribution"}
"""Columns that name something; protected however short, unless a visible row says the same."""
_PUBLIC_WORDS: Final = frozenset({"currency", "language", "grade", "licence", "table", "field", "scheme", "unit"})
_PROSE_WORDS: Final = 3
_PROSE_LETTERS: Final = 12
"""Other text is searched for where it is long enough to be known again: three words or twelve letters."""
_PART_LETTERS: Final = 4
_TITLES: Final = frozenset(
    plain(
        """shaykh sheikh sheik sayyid sayid haji hajji mullah mulla imam colonel general brigadier captain major
        lieutenant commander director mayor governor minister deputy doctor professor engineer father bishop agha
        abdul abdal shaykhs sheikhs elders leaders from local unnamed other others group several persons people with and
        the"""
    )
)
"""Parts of a name that are not its bearer's own."""


@cache
def program_words() -> frozenset[str]:
    """Words that the program itself prints: tables, columns and enumerations. They cannot be secrets."""
    found: set[str] = set()
    for table, model in TABLES.items():
        found.update(plain(table))
        for name, info in model.model_fields.items():
            found.update(plain(name.replace("_", " ")))
            for kind in (info.annotation, *getattr(info.annotation, "__args__", ())):
                for member in getattr(kind, "__members__", {}).values():
                    found.update(plain(str(member)))
    for text in COARSE.values():
        found.update(plain(text))
    return frozenset(found)


def names_of(case: CaseFile) -> dict[str, list[str]]:
    """Id to every name of its bearer, in every script."""
    found: dict[str, list[str]] = {}
    for table in ENTITY_TABLES:
        for row in getattr(case, table):
            text = getattr(row, "name", None) or getattr(row, "title", None)
            if text:
                found.setdefault(row.id, []).append(text)
    for name in case.names:
        if name.name:
            found.setdefault(name.entity, []).append(name.name)
    return found


def _row_secrets(
    table: str, number: int, row: Row, said: AbstractSet[str], shown: AbstractSet[str]
) -> Iterator[Secret]:
    """Every text of a withheld row that is worth looking for. `said`: texts of visible rows, which are no secret."""
    for column in row_columns(row):
        if column.shape is not Shape.TEXT or not (text := getattr(row, column.name)):
            continue
        if column.name in _PUBLIC_WORDS or (column.name not in _NAMES and text in said):
            continue
        secret = Secret(text, table, number, column.name)
        run = plain(text)
        harmless = program_words() if isinstance(row, Broker | Name) else shown
        if not run or set(run) <= harmless or (len(run) == 1 and len(run[0]) < 2):
            continue
        if all(word.isdigit() for word in run):
            continue  # a number stands in many places for many things
        if column.name in _NAMING or len(run) >= _PROSE_WORDS or sum(map(len, run)) >= _PROSE_LETTERS:
            yield secret
    for citation in row.source:
        if len(plain(citation.spot)) >= _PROSE_WORDS:
            yield Secret(citation.spot, table, number, "source")


def _guard_office(searcher: Searcher, names: Mapping[str, list[str]], number: int, broker: Broker) -> None:
    """An office together with its place, its people or its party is a name."""
    if not broker.role:
        return
    near = [
        name
        for target in (broker.place, broker.community, broker.affiliation, broker.leads)
        if target is not None
        for name in names.get(target, ())
    ]
    secret = Secret(broker.role, "brokers", number, "role")
    office = broker.role
    for mark in (" of ", " in ", " for ", ",", " at "):
        office = office.split(mark)[0]
    searcher.add_office(secret, office, near)
    if office != broker.role:
        searcher.add_office(secret, broker.role, near)
    if len(plain(broker.role)) > 1:
        searcher.add(secret)


def guard(case: CaseFile, withheld: AbstractSet[RowAt], coders: Mapping[str, RowAt]) -> tuple[Searcher, Searcher]:
    """What must not be in an export of a case.

    Parameters
    ----------
    case : the whole case.
    withheld : the rows above the audience's ceiling.
    coders : names of coders to protect, with a row that each coded.

    Returns
    -------
    What the last door searches finished files for, and what is cut out of the texts of a case: the same and, besides,
    the single parts of the names of brokers, which are too common to refuse a whole file for.
    """
    visible = [(table, row) for table, number, row in case.rows() if (table, number) not in withheld]
    said = {
        text for _, row in visible for column in row_columns(row) if isinstance(text := getattr(row, column.name), str)
    }
    visible_ids = {getattr(row, "id", "") for table, row in visible if table in ENTITY_TABLES}
    hidden = [(table, number, row) for table, number, row in case.rows() if (table, number) in withheld]
    names = names_of(case)
    shown_words = program_words() | _words_of_names(visible)
    door, knife = Searcher(), Searcher()
    for searcher in (door, knife):
        searcher.visible_ids.update(visible_ids)
        for _, row in visible:
            if isinstance(row, Place | Community):
                searcher.add_visible_name(row.name)
        for table, number, row in hidden:
            for secret in _row_secrets(table, number, row, said, shown_words):
                if secret.column != "role":  # a role of one word is protected only beside its place or party
                    searcher.add(secret, whole=secret.column in _NAMING)
            ident = getattr(row, "id", "") if table in ENTITY_TABLES else ""
            if ident not in visible_ids and not program_words().issuperset(plain(ident)):
                searcher.add_id(Secret(ident, table, number, "id"))
            if isinstance(row, Broker):
                _guard_office(searcher, names, number, row)
        for coder, (table, number) in coders.items():
            searcher.add(Secret(coder, table, number, "coded_by"))
    _guard_parts(knife, case, hidden, visible)
    return door, knife


def _words_of_names(visible: Sequence[tuple[str, Row]]) -> frozenset[str]:
    """The words of names that everybody may see."""
    named = (row for _, row in visible if isinstance(row, Place | Community | Actor | Name))
    return frozenset(word for row in named for word in plain(row.name))


def _guard_parts(
    knife: Searcher, case: CaseFile, hidden: Sequence[tuple[str, int, Row]], visible: Sequence[tuple[str, Row]]
) -> None:
    """A broker's first or last name alone, unless it is a title, short, or part of a name that everybody may see."""
    brokers = {broker.id for broker in case.brokers}
    common = program_words() | _words_of_names(visible)
    for table, number, row in hidden:
        if not (isinstance(row, Broker) or (isinstance(row, Name) and row.entity in brokers)):
            continue
        for part in plain(row.name):
            if len(part) >= _PART_LETTERS and part not in _TITLES and part not in common:
                knife.add(Secret(part, table, number, "name"), whole=False)

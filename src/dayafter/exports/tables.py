"""The tables of an export: tidy, one fact a row, numbers as numbers with their range and unit beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dayafter.casefile.cell_text import cell_text
from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.schema import TABLES, Row
from dayafter.casefile.schema import columns as columns_in_order
from dayafter.exports.material import CaseMaterial
from dayafter.findings.export_rows import ExportRow
from dayafter.quantities import Quantity
from dayafter.redaction.fields import Shape, columns_of

Cell = str | float | int | None

_RECORD: Final = (
    "places", "place_codes", "names", "communities", "population", "actors", "loyalties", "presence", "claims",
    "relations", "perceptions", "issues", "options", "positions", "deals", "terms", "engagements", "acceptances",
    "aid", "tranches", "incidents", "observations", "shocks", "policies", "interventions", "sources",
)  # fmt: skip
"""Tables of the record that an export shows; brokers and contacts never leave this way, whatever the audience."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and what it holds, with the unit of a number."""

    name: str
    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an export. Empty cells are None: no account, never 0."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


_PLACE: Final = (
    Column("place", "Id of the place; several separated by semicolons."),
    Column("place_label", "Its name."),
)
_NUMBER: Final = (
    Column("value", "Mean over the draws, in the unit of the row.", is_number=True),
    Column("p05", "Lower end of the 90 % range.", is_number=True),
    Column("p95", "Upper end of the 90 % range.", is_number=True),
    Column("unit", "Unit of the three numbers."),
)
_BEHIND: Final = (
    Column("rows", "Rows of the record behind it."),
    Column("sources", "What those rows cite."),
    Column("assumptions", "What rests on assumption alone, and the published effects behind coefficients."),
)


def _words(**texts: str) -> tuple[Column, ...]:
    return tuple(Column(name, text) for name, text in texts.items())


_FINDINGS: Final = (
    ("finding_ledger", "Where each question stands in each place", ("ledger",), (
        *_PLACE, *_words(
            name="The question.", state="Where it stands; `no account`: sources are silent, which is not calm.",
            talks="Whether talks are under way.", deals="Deals that settle it.", text="The coder's summary.",
            rule="Why this state.", coded_by="Who read the sources; `rule`: the program.",
            checked_on="When it was last checked."), *_BEHIND)),
    ("finding_indices", "Indices of each place", ("index",), (
        *_PLACE, *_words(name="The index."), *_NUMBER, *_BEHIND)),
    ("finding_contributions", "What makes up each index and each probability", ("contribution", "feature"), (
        *_PLACE, *_words(of="The index, or the id of the deal.", name="What contributes.", about="Whom it is about."),
        *_NUMBER, *_BEHIND)),
    ("finding_deals", "Deals: how likely each is to end", ("deal", "missing"), (
        *_PLACE, *_words(of="Id of the deal.", name="Its name.", state="Whether it binds today."), *_NUMBER,
        *_words(word="The likelihood word of ICD 203."), *_BEHIND)),
    ("finding_breakers", "Who would end a deal, if it ends", ("breaker",), (
        *_PLACE, *_words(of="Id of the deal.", name="Kind of end.", about="Who could bring it about."), *_NUMBER)),
    ("finding_absent", "Whose agreement a deal lacks", ("absent",), (
        *_PLACE, *_words(of="Id of the deal.", name="Id of who is absent.", about="The name.", text="Why."), *_BEHIND)),
    ("finding_accounts", "Accounts that differ", ("account",), (
        *_PLACE, *_words(
            of="The row in question.", name="The field.", text="What this account says.", about="Who says so.",
            state="Whether the case follows it.", rule="Why."), *_BEHIND)),
)  # fmt: skip


def case_tables(material: CaseMaterial) -> tuple[Table, ...]:
    """Every table of a case: findings first, then the record; tables without a row are left out."""
    found = [*_finding_tables(material), *(record_table(name, material.shown(name)) for name in _RECORD)]
    return (about_table(material), *(table for table in found if table.rows))


def about_table(material: CaseMaterial) -> Table:
    """What the file is, who may read it, what it takes to make it again, what is withheld."""
    info = material.case.info
    told: list[tuple[str, Cell]] = [
        ("title", info.title),
        ("question", info.question),
        *((name, str(value)) for name, value in material.about.items()),
        ("numbers", "Mean over the draws and 90 % range, computed under the assumptions that each row names"),
        ("empty cells", "No account; never 0"),
        ("licence", info.licence or None),
        *(("withheld", str(one)) for one in material.gate.withheld),
    ]
    return Table("about", "About this file", _words(field="What.", value="The answer."), tuple(told))


def _finding_tables(material: CaseMaterial) -> Iterator[Table]:
    for name, title, sections, columns in _FINDINGS:
        rows = tuple(_cells(row, columns) for row in material.section(*sections))
        yield Table(name, title, columns, rows)


def _cells(row: ExportRow, columns: Sequence[Column]) -> tuple[Cell, ...]:
    values = (getattr(row, column.name) for column in columns)
    return tuple(None if value == "" else value for value in values)


def record_table(name: str, rows: Iterable[Row]) -> Table:
    """A table of the record: each uncertain number as three columns, its best value and the limits of the possible."""
    columns: list[Column] = []
    fields = columns_in_order(name)
    shapes = {column.name: column.shape for column in columns_of(TABLES[name])}
    for field in fields:
        text = " ".join(meaning_of(TABLES[name], field).split())
        if shapes[field] in {Shape.QUANTITY, Shape.PERSONS}:
            columns += [
                Column(field, f"{text} Best value; empty where only a range is known.", is_number=True),
                Column(f"{field}_low", "The least that the coder thinks possible.", is_number=True),
                Column(f"{field}_high", "The most that the coder thinks possible.", is_number=True),
            ]
        else:
            columns.append(Column(field, text, is_number=shapes[field] is Shape.NUMBER))
    body = tuple(tuple(cell for field in fields for cell in _record_cells(row, field, shapes[field])) for row in rows)
    return Table(name, f"The record: {name.replace('_', ' ')}", tuple(columns), body)


def _record_cells(row: Row, field: str, shape: Shape) -> Iterator[Cell]:
    value = getattr(row, field)
    if shape in {Shape.QUANTITY, Shape.PERSONS}:
        if isinstance(value, Quantity):
            yield from (value.best, value.low, value.high)
        else:
            yield from (None, None, None)
    elif shape is Shape.NUMBER:
        yield value
    else:
        yield cell_text(value) or None

"""How strictly each row is handled: at least as strictly as everything that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.casefile.schema import TABLES, Account, CaseFile, Intervention, Row
from dayafter.redaction.fields import ENTITY_TABLES, Column, Shape, row_columns
from dayafter.redaction.policy import RANK
from dayafter.vocabulary import Sensitivity

PERSON_TABLES: Final = ("brokers",)
"""A row that names one of these in any column is about that person."""

RowAt = tuple[str, int]
"""Table and number in it, from 0."""


def targets(row: Row, column: Column) -> tuple[str, ...]:
    """The ids that a reference column of a row names."""
    value = getattr(row, column.name)
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def entity_index(case: CaseFile) -> dict[tuple[str, str], list[int]]:
    """(table, id) to the numbers of the rows that bear the id; more than one only in a faulty case."""
    index: dict[tuple[str, str], list[int]] = {}
    for table in ENTITY_TABLES:
        for number, row in enumerate(getattr(case, table)):
            index.setdefault((table, row.id), []).append(number)
    return index


def _about(row: Row) -> Iterator[tuple[str, str]]:
    """(table, id) of everything that a row is about: what it must name, and any person that it names."""
    for column in row_columns(row):
        if column.shape not in {Shape.REF, Shape.REFS}:
            continue
        needed = column.required or isinstance(row, Intervention)  # a step of a plan is about all that it names
        tables = column.tables if needed else tuple(t for t in column.tables if t in PERSON_TABLES)
        for target in targets(row, column):
            for table in tables:
                yield table, target


def row_levels(case: CaseFile) -> dict[RowAt, Sensitivity]:
    """The sensitivity at which every row is handled.

    A row takes the strictest of its own sensitivity and that of each entity that it must name (the place of an
    incident, the deal of a term) or, for brokers, names at all; an account takes that of the row that it is about.
    Other references do not raise a row: what they name is cut out of it instead.
    """
    levels = {(table, number): row.handled_as for table, number, row in case.rows()}
    index = entity_index(case)
    keys: dict[tuple[str, str], list[int]] = {}
    for table, number, row in case.rows():
        keys.setdefault((table, row.key), []).append(number)
    about: dict[RowAt, list[RowAt]] = {}
    for table, number, row in case.rows():
        found = [(other, n) for other, target in _about(row) for n in index.get((other, target), ())]
        if isinstance(row, Account) and row.table in TABLES:
            found += [(row.table, n) for n in keys.get((row.table, row.row), ())]
        if found:
            about[table, number] = found
    changed = True
    while changed:  # ends: levels only rise, and there are four
        changed = False
        for at, found in about.items():
            strictest = max((levels[at], *(levels[other] for other in found)), key=RANK.__getitem__)
            if strictest is not levels[at]:
                levels[at] = strictest
                changed = True
    return levels

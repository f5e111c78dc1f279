"""The shape of each table's columns, read once from the schema, so that a new column is redacted by its type.

A column of a type that is not known here is an error at once: nothing slips through because nobody thought of it.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin

from dayafter.casefile.cells import Citation, Ref, Unit
from dayafter.casefile.schema import TABLES, FileModel, Row
from dayafter.quantities import Quantity, When


class Shape(StrEnum):
    """What a column holds."""

    ID = "id"
    REF = "ref"
    REFS = "refs"
    CITATIONS = "citations"
    DATE = "date"
    PERSONS = "persons"
    QUANTITY = "quantity"
    NUMBER = "number"
    CATEGORY = "category"
    CATEGORIES = "categories"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its shape, the tables that it refers to, and whether a row must have it."""

    name: str
    shape: Shape
    tables: tuple[str, ...]
    required: bool
    default: Any
    """What an empty cell means."""


ENTITY_TABLES: Final = tuple(
    table for table, model in TABLES.items() if model.KEY == ("id",) and "id" in model.model_fields
)
"""Tables whose rows other rows can name."""


def _flatten(annotation: Any) -> Iterator[Any]:
    """Every type and mark inside an annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *marks = get_args(annotation)
        yield from _flatten(base)
        yield from marks
    elif origin in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _flatten(part)
    elif origin is tuple:
        yield tuple
        yield from _flatten(get_args(annotation)[0])
    else:
        yield annotation


def _shape(name: str, parts: list[Any]) -> Shape:
    kinds = [part for part in parts if isinstance(part, type)]
    many = tuple in kinds
    if any(isinstance(part, Ref) for part in parts):
        return Shape.REFS if many else Shape.REF
    if name == "id":
        return Shape.ID
    simple = {Citation: Shape.CITATIONS, When: Shape.DATE, int: Shape.NUMBER, float: Shape.NUMBER, str: Shape.TEXT}
    for kind in kinds:
        if issubclass(kind, Enum):
            return Shape.CATEGORIES if many else Shape.CATEGORY
        if kind is Quantity:
            persons = any(isinstance(part, Unit) and part.unit == "persons" for part in parts)
            return Shape.PERSONS if persons else Shape.QUANTITY
        if kind in simple:
            return simple[kind]
    raise TypeError(f"the redaction gate does not know how to treat column {name}; add its type to redaction/fields.py")


@cache
def columns_of(model: type[FileModel]) -> tuple[Column, ...]:
    """The columns of a row model, in the order of the schema."""
    found = []
    for name, info in model.model_fields.items():
        parts = [*_flatten(info.annotation), *info.metadata]
        tables = tuple(table for part in parts if isinstance(part, Ref) for table in part.tables)
        default = None if info.is_required() else info.default
        found.append(Column(name, _shape(name, parts), tables, info.is_required(), default))
    return tuple(found)


def row_columns(row: Row) -> tuple[Column, ...]:
    """The columns of a row."""
    return columns_of(type(row))

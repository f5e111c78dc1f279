"""Writes `docs/reference/case-format.md` from the row models: every table, column, type, unit and meaning."""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable, Collection, Iterator

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from dayafter.casefile.cells import Citation, Ref, Slug, Unit
from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.schema import COMMON_COLUMNS, FORMAT_VERSION, TABLES, CaseInfo, FileModel, Row
from dayafter.quantities import Quantity, When
from dayafter.vocabulary import DealLevel, Question

_HEAD = """\
# The case format

Version {version} of the format. This page is made from the code (`tools/format_reference.py`); the same as a
[JSON Schema](case.schema.json). How to fill the tables in is in [Write a case](../howto/write-a-case.md).

## A folder or a workbook

A case is a folder or one XLSX workbook.

- **Folder**: `case.yaml` with the head of the case, and one CSV file a table, named as below: `places.csv`. UTF-8,
  fields separated by commas, the first line names the columns. A table without rows need not be there.
- **Workbook**: a sheet `case` with the head, and one sheet a table, under the same names.

Columns may stand in any order. A column that is left out counts as empty.

## What a cell may hold

| Kind | Write | Meaning |
| --- | --- | --- |
| empty | | No account. Never zero, never "no". |
| number | `0.6`, `0.4..0.8`, `0.6 [0.4, 0.8]` | A point, an interval, a best value within an interval. The \
ends are what is thought possible. |
| date | `2015-11-12`, `2015-11`, `2015`, `2015-summer`, `2014-10..2014-11`, `..2014-06`, `2014-06..` | As precise \
as it is known. Summer is June to August; winter is of the year in which it begins. |
| id | `tuz-khurmatu` | Lower-case Latin letters, digits, and single `-`, `_` or `.` between them; 80 at most. |
| several | `kdp; puk` | Separated by semicolons. |
| citation | `essay [E-03]; who-2015 [p. 4]` | The id of a source, and the spot in it in brackets. |
| one of | `in-force` | A word of the list; each is explained in the [glossary](../glossary.md). |
"""

_HANDLED = "Where `sensitivity` is empty, a row is handled as `{}`."


def _members(annotation: object) -> type[enum.Enum] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, enum.Enum) else None


def _glossary(kind: type[enum.Enum]) -> str:
    words = ", ".join(f"`{member.value}`" for member in kind)
    return f"one of [{kind.__name__}](../glossary.md#{kind.__name__.lower()}): {words}"


def _parts(annotation: object) -> Iterator[object]:
    """The annotation and everything inside it: metadata of Annotated, arguments of unions and tuples."""
    yield annotation
    for inner in typing.get_args(annotation):
        yield from _parts(inner)


def _references(parts: list[object]) -> str:
    tables = next((part.tables for part in parts if isinstance(part, Ref)), ())
    return " or ".join(f"[{table}](#{table})" for table in tables)


def _limits(parts: list[object]) -> str:
    low = next((part.ge for part in parts if isinstance(part, Ge)), None)
    high = next((part.le for part in parts if isinstance(part, Le)), None)
    if low is None and high is None:
        return ""
    return f", {low:g} to {high:g}" if high is not None else f", {low:g} or more"


def _several(parts: list[object]) -> str:
    if Citation in parts:
        return "citations"
    if references := _references(parts):
        return f"ids from {references}, several with semicolons"
    for kind in (DealLevel, Question):
        if kind in parts:
            return f"several with semicolons, each {_glossary(kind)}"
    return "several, separated by semicolons"


def _number(parts: list[object]) -> str:
    unit = next(part for part in parts if isinstance(part, Unit))
    if unit.unit == "0 to 1" or unit.low is None:
        return f"number, unit: {unit.unit}"
    reach = f"{unit.low:g} or more" if unit.high is None else f"{unit.low:g} to {unit.high:g}"
    return f"number, unit: {unit.unit}, {reach}"


def _text(parts: list[object]) -> str:
    patterns = (getattr(part, "pattern", None) for part in parts)
    pattern = next((pattern for pattern in patterns if pattern), None)
    return "text" if pattern is None else f"text of the form `{pattern}`".replace("|", "\\|")


def describe_type(field: FieldInfo) -> str:
    """What a cell of this column may hold, in words, with links."""
    parts = [*field.metadata, *_parts(field.annotation)]
    for part in list(parts):  # pydantic keeps some limits inside a `Field` of their own
        parts.extend(getattr(part, "metadata", ()))
    members = next((kind for kind in map(_members, parts) if kind is not None), None)
    kinds: tuple[tuple[bool, Callable[[], str]], ...] = (
        (any(typing.get_origin(part) is tuple for part in parts), lambda: _several(parts)),
        (Quantity in parts, lambda: _number(parts)),
        (When in parts, lambda: "date"),
        (bool(_references(parts)), lambda: f"id from {_references(parts)}"),
        (members is not None, lambda: "" if members is None else _glossary(members)),
        (int in parts, lambda: f"whole number{_limits(parts)}"),
        (float in parts, lambda: f"decimal number{_limits(parts)}"),
        (any(part in typing.get_args(Slug) for part in field.metadata), lambda: "id"),
    )
    return next((describe() for applies, describe in kinds if applies), _text(parts))


def _row(name: str, field: FieldInfo, text: str) -> str:
    kind = describe_type(field)
    default = field.get_default()
    if field.is_required():
        need = "**yes**"
    elif default in (None, (), ""):
        need = "no"
    else:
        value = default.value if isinstance(default, enum.Enum) else default
        need = f"no, else `{value}`"
    meaning = " ".join(text.split()).replace("|", "\\|")
    return f"| `{name}` | {need} | {kind} | {meaning} |"


def _table(model: type[FileModel], *, without: Collection[str] = ()) -> list[str]:
    head = ["| Column | Required | Holds | Meaning |", "| --- | --- | --- | --- |"]
    fields = {name: field for name, field in model.model_fields.items() if name not in without}
    return [*head, *(_row(name, field, meaning_of(model, name)) for name, field in fields.items())]


def _summary(model: type[object]) -> str:
    return " ".join((model.__doc__ or "").split())


def page() -> str:
    """The whole page, in Markdown."""
    lines = [_HEAD.format(version=FORMAT_VERSION)]
    lines += ["## case", "", f"{_summary(CaseInfo)} Written as `name: value`, one a line.", ""]
    lines += [*_table(CaseInfo), ""]
    lines += ["## Columns of every table", "", f"{_summary(Row)} Each table may have these columns.", ""]
    lines += [*_table(Row), ""]
    for table, model in TABLES.items():
        key = ", ".join(f"`{name}`" for name in model.KEY)
        lines += [f"## {table}", "", _summary(model), ""]
        lines += [f"A row is named by {key}; no two rows share it.", _HANDLED.format(model.DEFAULT_SENSITIVITY.value)]
        lines += ["", *_table(model, without=COMMON_COLUMNS), ""]
    return "\n".join(lines).rstrip() + "\n"

"""From cells of text to the rows of a case: every cell read by its field's type, every fault an issue at its cell."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dayafter.casefile.checks.context import REFERENCES
from dayafter.casefile.didyoumean import closest
from dayafter.casefile.loaded import Origin
from dayafter.casefile.raw import MAX_CELL_UNITS, HeadValue, RawCase, RawTable, fault, shown, units
from dayafter.casefile.schema import TABLES, CaseFile, CaseInfo, Row
from dayafter.errors import Issue, Where
from dayafter.quantities import When

_NUMBER_ERRORS: Final = frozenset({"int_parsing", "int_from_float", "int_type", "float_parsing", "float_type"})
_RANGE_ERRORS: Final = frozenset(
    {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "finite_number", "int_parsing_size"}
)
_FORMS: Final = {
    "currency": "write the three capital letters of the currency, such as IQD",
    "language": "write a language tag, such as en, ar, ckb or kmr-Latn",
    "languages": "write language tags, such as en, ar, ckb or kmr-Latn",
    "grade": "write a letter A to F and a digit 1 to 6, such as B2",
}
"""How to mend a text that does not fit its field's pattern, by the name of the field."""


@dataclass(frozen=True, slots=True)
class NameForId:
    """A reference that is no id, such as a name: the rules know names and say which id is meant."""

    issue: int
    """Its position among the issues."""
    table: str
    field: str
    text: str


class LazyOrigins(Mapping[tuple[str, int], Origin]):
    """Where each row stands, worked out when asked for: a case without faults pays nothing for positions."""

    def __init__(self, tables: Mapping[str, RawTable], numbers: Mapping[str, Sequence[int]]) -> None:
        self._tables = tables
        self._numbers = numbers

    def __getitem__(self, key: tuple[str, int]) -> Origin:
        table, number = key
        numbers = self._numbers[table]
        if not 0 <= number < len(numbers):
            raise KeyError(key)
        return self._tables[table].origin(numbers[number])

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((table, number) for table, numbers in self._numbers.items() for number in range(len(numbers)))

    def __len__(self) -> int:
        return sum(map(len, self._numbers.values()))


@dataclass(slots=True)
class Built:
    """What could be made of a case: all its good rows, and what was wrong with the others."""

    case: CaseFile
    origins: LazyOrigins
    info_origins: dict[str, Where]
    known_ids: dict[str, frozenset[str]]
    """Per table, the keys as written, those of faulty rows included. Of a table that could not be read, whatever other
    rows refer to: it may be there."""
    issues: list[Issue] = field(default_factory=list)
    incomplete: frozenset[str] = frozenset()
    """Tables of which some rows, or all, could not be read."""
    names_for_ids: list[NameForId] = field(default_factory=list)


def build(raw: RawCase) -> Built:
    """Read every cell of a case by the type of its field."""
    issues: list[Issue] = []
    info = _build_info(raw, issues)
    rows: dict[str, tuple[Row, ...]] = {}
    numbers: dict[str, list[int]] = {}
    names_for_ids: list[NameForId] = []
    for name, table in raw.tables.items():
        rows[name], numbers[name] = _build_rows(table, issues, names_for_ids)
    case = CaseFile.model_validate({"info": info, **rows})  # the rows are models already and are taken as they are
    known = {name: _keys(raw.tables[name]) if name in raw.tables else frozenset[str]() for name in TABLES}
    for name in raw.unread:
        known[name] = _wanted(case, name, known)
    where = {} if raw.head is None else {name: value.where for name, value in raw.head.items()}
    incomplete = raw.unread | {name for name, table in raw.tables.items() if len(numbers[name]) < len(table.rows)}
    return Built(case, LazyOrigins(raw.tables, numbers), where, known, issues, incomplete, names_for_ids)


def _keys(table: RawTable) -> frozenset[str]:
    """The keys of all rows as written, good and faulty."""
    key = TABLES[table.name].KEY
    positions = [table.header.index(name) for name in key if name in table.header]
    if len(positions) < len(key):
        return frozenset()
    return frozenset("/".join(cells[position] for position in positions) for cells in table.rows)


def _wanted(case: CaseFile, table: str, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The keys by which rows refer to a table that could not be read, and which no other table explains."""
    wanted = {account.row for account in case.accounts if account.table == table}
    for fields in REFERENCES.values():
        for reference in fields:
            if table in reference.targets:
                others = [known[name] for name in reference.targets if name != table]
                ids = (one for row in getattr(case, reference.table) for one in reference.ids(row))
                wanted.update(one for one in ids if not any(one in keys for keys in others))
    return frozenset(wanted)


def _build_rows(
    table: RawTable, issues: list[Issue], names_for_ids: list[NameForId]
) -> tuple[tuple[Row, ...], list[int]]:
    """The rows that are right, and their numbers in the table as written."""
    model = TABLES[table.name]
    known = [(position, name) for position, name in enumerate(table.header) if name in model.model_fields]
    known = [(position, name) for position, name in known if table.header.index(name) == position]
    rows: list[Row] = []
    numbers: list[int] = []
    for number, cells in enumerate(table.rows):
        if number in table.broken_rows:
            continue
        values = {name: cells[position] for position, name in known if cells[position]}
        try:
            rows.append(model.model_validate(values))
        except ValidationError as error:
            for issue, details in _row_issues(table, number, error):
                if issue.code == "cell.id" and issue.where.field is not None:
                    text = str(details["input"])
                    names_for_ids.append(NameForId(len(issues), table.name, issue.where.field, text))
                issues.append(issue)
        else:
            numbers.append(number)
    return tuple(rows), numbers


def _row_issues(table: RawTable, number: int, error: ValidationError) -> Iterator[tuple[Issue, ErrorDetails]]:
    origin = table.origin(number)
    for details in error.errors(include_url=False):
        name = str(details["loc"][0]) if details["loc"] else None
        if details["type"] == "missing" and name not in table.header:
            continue  # the column as a whole is reported
        yield issue_of(details, TABLES[table.name], origin.where(name)), details


def _build_info(raw: RawCase, issues: list[Issue]) -> CaseInfo:
    """Read the head; where it is not whole, a stand-in that carries what is right, so that rows can be checked."""
    if raw.head is None:
        return _stand_in({})
    values = {name: value for name, head in raw.head.items() if (value := _head_value(name, head, issues))}
    try:
        return CaseInfo.model_validate(values)
    except ValidationError as error:
        bad = set()
        for details in error.errors(include_url=False):
            name = str(details["loc"][0])
            bad.add(name)
            head = raw.head.get(name)
            spot = raw.head_where
            where = head.where if head else Where(spot.file, spot.sheet, line=spot.line, field=name)
            issues.append(issue_of(details, CaseInfo, where))
        return _stand_in({name: value for name, value in values.items() if name not in bad})


def _head_value(name: str, head: HeadValue, issues: list[Issue]) -> str | tuple[str, ...]:
    value = head.value
    if name == "languages":
        pieces = value.split(";") if isinstance(value, str) else value
        return tuple(text for piece in pieces if (text := piece.strip()))
    if isinstance(value, tuple):
        what = f"'{name}' holds a list; it takes one value"
        issues.append(fault("case.shape", head.where, what, f"write `{name}: value`"))
        return "; ".join(value)
    if units(value) > MAX_CELL_UNITS:
        what = f"the text has {units(value):,} characters; it may have {MAX_CELL_UNITS:,}"
        issues.append(fault("cell.too-long", head.where, what, "shorten the text"))
    return value


def _stand_in(values: Mapping[str, object]) -> CaseInfo:
    """A head for checking rows where the case's own is faulty; never leaves `load`."""
    rest = {"id": "unnamed", "title": "unnamed", "question": "unnamed", "as_of": When.parse("9999-12-31")}
    return CaseInfo.model_validate({**rest, **values})


def issue_of(details: ErrorDetails, model: type[BaseModel], where: Where) -> Issue:
    """Put a validation error into the words of the format."""
    kind, context = details["type"], details.get("ctx", {})
    name = str(details["loc"][0]) if details["loc"] else ""
    if "." in kind:  # raised by one of the format's own types, which bring their words
        return fault(kind, where, str(context["what"]), str(context["remedy"]))
    if kind == "missing":
        return _missing(name, model, where)
    if kind == "enum":
        return _enum_issue(name, model, str(details["input"]), where)
    code, what, remedy = _wording(details, name, model)
    return fault(code, where, what, remedy)


def _wording(details: ErrorDetails, name: str, model: type[BaseModel]) -> tuple[str, str, str]:
    """Code, fault and mend for the errors of plain numbers and texts."""
    kind, context = details["type"], details.get("ctx", {})
    value = shown(str(details["input"]), 80)
    if kind in _NUMBER_ERRORS:
        noun = "whole number" if kind.startswith("int") else "number"
        return "cell.number", f"'{value}' is not a {noun}", f"write a {noun} in Western digits"
    if kind in _RANGE_ERRORS:
        low, high = _limits(name, model)
        return "cell.out-of-range", f"{value} is out of range: {low} to {high}", f"write a number from {low} to {high}"
    if kind == "string_too_long":
        most = context["max_length"]
        what = f"the text has {len(str(details['input']))} characters; it may have {most}"
        return "cell.too-long", what, f"shorten it to {most} characters"
    if kind == "string_pattern_mismatch":
        remedy = _FORMS.get(name, f"write it in the form {context.get('pattern', '')}")
        return "cell.pattern", f"'{value}' has the wrong form", remedy
    what = f"'{value}' cannot be read: {details['msg']}"
    return "cell.invalid", what, "correct the cell; the reference page of the format says how"


def _missing(name: str, model: type[BaseModel], where: Where) -> Issue:
    allowed = [member.value for member in enum_of(model, name)]
    remedy = f"write one of {', '.join(allowed)}" if allowed else "fill it in, or delete the row"
    if issubclass(model, CaseInfo):
        remedy = f"add a line `{name}: …`" if where.sheet is None else f"add a row for {name}"
        return fault("case.missing-field", where, f"the head of the case has no {name}", remedy)
    return fault("cell.missing", where, f"{name} is empty; every row of the table needs it", remedy)


def _enum_issue(name: str, model: type[BaseModel], value: str, where: Where) -> Issue:
    allowed = [member.value for member in enum_of(model, name)]
    guess = closest(value, allowed)
    what = f"'{shown(value, 80)}' is none of {', '.join(allowed)}"
    return fault("cell.enum", where, what, f"write {guess}" if guess else f"write one of {', '.join(allowed)}")


def _limits(name: str, model: type[BaseModel]) -> tuple[str, str]:
    """The least and greatest value of a numeric field, as text."""
    low, high = "any", "any"
    for metadata in metadata_of(model, name):
        low = f"{metadata.ge:g}" if getattr(metadata, "ge", None) is not None else low
        high = f"{metadata.le:g}" if getattr(metadata, "le", None) is not None else high
    return low, high


@lru_cache(maxsize=1024)
def enum_of(model: type[BaseModel], name: str) -> tuple[StrEnum, ...]:
    """The words that a field takes; empty where it takes others."""
    info = model.model_fields.get(name)
    for part in () if info is None else _parts(info.annotation):
        if isinstance(part, type) and issubclass(part, StrEnum):
            return tuple(part)
    return ()


def metadata_of(model: type[BaseModel], name: str) -> tuple[Any, ...]:
    """Everything that annotates a field, also inside `X | None`."""
    info = model.model_fields[name]
    marks = [*info.metadata, *_parts(info.annotation)]
    return tuple(mark for outer in marks for mark in (outer, *getattr(outer, "metadata", ())))


def _parts(annotation: Any) -> Iterator[Any]:
    """The types, and what annotates them, that a field's annotation is made of."""
    if get_origin(annotation) in {Union, types.UnionType, tuple}:
        for part in get_args(annotation):
            yield from _parts(part)
    elif hasattr(annotation, "__metadata__"):
        yield from _parts(annotation.__origin__)
        yield from annotation.__metadata__
    else:
        yield annotation

"""From a publisher's columns to the canonical ones: a provider is a list of fields, and this reads them.

Every cell that cannot be read as what its field is refuses its row, by code and line; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from dayafter.events.reading import FIELDS, LINE, RawTable

REFUSED_SCHEMA: Final = {"file": pl.String(), "line": pl.Int64(), "code": pl.String(), "what": pl.String()}


class Kind(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    WHOLE = "whole"
    """A whole number, also written `12.0`."""
    NUMBER = "number"
    DATE = "date"
    """A day in one of the field's formats; a time of day after it is ignored."""
    CODE = "code"
    """A word or number of the publisher, looked up in `codes`."""
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical column and where a publisher has it."""

    target: str
    columns: tuple[str, ...]
    """Names that it has had, the newest first; the first that a file has is read."""
    kind: Kind = Kind.TEXT
    required: bool = False
    """Whether a row without it is refused; a file without the column is not read by this provider."""
    codes: Mapping[str, str] | None = None
    formats: tuple[str, ...] = ("%Y-%m-%d",)
    constant: str | None = None
    """Value of every row, where the publisher has no column for it."""
    extra: bool = False
    """Whether the publisher's own files lack it, so that nobody need be told where it is missing."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of the rows of one file."""

    rows: pl.DataFrame
    """The fields' targets and `LINE`."""
    refused: pl.DataFrame
    """`REFUSED_SCHEMA`; a row may be refused for more than one reason."""
    absent: tuple[str, ...]
    """Targets for which the file has no column."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One source of events or displacement."""

    name: str
    title: str
    table: str
    """`events` or `displacement`."""
    fields: tuple[Field, ...]
    recognises: Callable[[frozenset[str]], bool]
    """Whether a file with these columns, in lower case, is one of its files."""
    release_of: Callable[[RawTable], str | None]
    """The release that a file says it is of, by a column or its name."""
    finish: Callable[[pl.DataFrame, RawTable], pl.DataFrame] = lambda rows, _: rows
    """Fills what follows from several columns at once."""
    has_releases: bool = False
    """Whether it is published in numbered releases that replace one another."""
    order_of: Callable[[str], tuple[int, ...] | None] = lambda _: None
    """Sorts releases, the newest last; None for one that it does not know."""
    covers_until: Callable[[str], str | None] = lambda _: None
    """Last day that a final release covers, as 2024-12-31; None for candidate releases."""
    source_of: Callable[[str | None], str] | None = None
    """Name of the source for a release, where it is not the provider's own."""


_DTYPES: Final = {
    Kind.TEXT: pl.String(),
    Kind.CODE: pl.String(),
    Kind.WHOLE: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.DATE: pl.Date(),
    Kind.YES_NO: pl.Boolean(),
}
_ABSENT: Final = ("NA", "N/A", "NaN", "nan", "NULL", "null")
"""How statistics programs write an empty cell; read so in numbers and dates only: NA is also a name."""
_TIME: Final = re.compile(r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?")
_YES_NO: Final = {"true": "1", "1": "1", "yes": "1", "1.0": "1", "false": "0", "0": "0", "no": "0", "0.0": "0"}


def trimmed(cells: pl.Series) -> pl.Series:
    """Cells without the white space around them; null where nothing is left."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped == "", None) if (stripped == "").any() else stripped


def _present(field: Field, cells: pl.Series) -> pl.Series:
    """Cells without those by which a statistics program says that there is nothing."""
    if field.kind in {Kind.TEXT, Kind.CODE}:
        return cells
    absent = cells.is_in(_ABSENT)
    return cells.set(absent, None) if absent.any() else cells


def _looked_up(cells: pl.Series, codes: Mapping[str, str]) -> pl.Series:
    keys = cells.str.strip_suffix(".0").str.to_lowercase()
    return keys.replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)


def _parsed(field: Field, cells: pl.Series) -> pl.Series:
    """The values, null where they cannot be read."""
    if field.kind is Kind.TEXT:
        return cells
    if field.kind is Kind.CODE:
        return _looked_up(cells, field.codes or {})
    if field.kind is Kind.YES_NO:
        return _looked_up(cells, _YES_NO) == "1"
    if field.kind is Kind.DATE:
        return _days(cells, field.formats)
    return _whole(cells) if field.kind is Kind.WHOLE else _numbers(cells)


def _numbers(cells: pl.Series) -> pl.Series:
    numbers = cells.cast(pl.Float64, strict=False)
    return numbers.set(~numbers.is_finite(), None)


def _whole(cells: pl.Series) -> pl.Series:
    whole = cells.cast(pl.Int64, strict=False)
    if whole.null_count() == cells.null_count():
        return whole  # the common case; the slower one reads 12.0 as well
    numbers = _numbers(cells)
    return numbers.set((numbers != numbers.round(0)) | (numbers.abs() >= 2**53), None).cast(pl.Int64)


def _days(cells: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Days in the first format that fits, without the time of day that may follow."""
    if cells.str.slice(10).n_unique() == 1 and (tail := cells.str.slice(10)[0]) is not None:
        days = cells.str.slice(0, 10) if tail == "" or _TIME.fullmatch(tail) else cells  # the common case: all alike
    else:
        days = cells.str.replace(f"(?:{_TIME.pattern})$", "")
    found = [days.str.to_date(form, strict=False, exact=True) for form in formats]
    return pl.DataFrame([one.alias(str(n)) for n, one in enumerate(found)]).select(pl.coalesce(pl.all()))[:, 0]


_EMPTY: Final = ("events.missing-value", "{column} is empty")


def _what(field: Field, column: str) -> tuple[str, str]:
    """Code and words for a cell that cannot be read."""
    if field.kind is Kind.CODE:
        known = ", ".join(list(field.codes or {})[:8])
        return "events.unknown-code", f"{column} is '{{}}', none of the codes {known}"
    wanted = {
        Kind.WHOLE: "a whole number",
        Kind.NUMBER: "a number",
        Kind.DATE: "a day like 2016-02-22",
        Kind.YES_NO: "true or false",
        Kind.TEXT: "a text",
    }[field.kind]
    return "events.unreadable", f"{column} is '{{}}', not {wanted}"


def refusals(rows: pl.DataFrame, file: str, code: str, bad: pl.Expr, what: pl.Expr) -> pl.DataFrame:
    """List the rows for which `bad` holds, with the words of `what`."""
    found = rows.filter(bad.fill_null(value=False))
    return found.select(
        pl.lit(file).alias("file"), pl.col(LINE).alias("line"), pl.lit(code).alias("code"), what.alias("what")
    ).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]  # polars takes instances where its hints name classes


def no_refusals() -> pl.DataFrame:
    """An empty list of refused rows."""
    return pl.DataFrame(schema=REFUSED_SCHEMA)


def _quoted(column: str) -> pl.Expr:
    """A cell for a message: no control characters, cut where it is long."""
    return pl.col(column).str.replace_all(r"\p{C}", "·").str.slice(0, 60)


def convert(raw: RawTable, provider: Provider) -> Converted:
    """Read the fields of a provider.

    Returns
    -------
    The rows that can be read, with the targets of the provider's fields as columns, and those that cannot.
    """
    there = set(raw.columns)
    chosen = {field.target: next((name for name in field.columns if name in there), None) for field in provider.fields}
    used = dict.fromkeys(column for column in chosen.values() if column is not None)
    cells = {column: trimmed(raw.rows[column]) for column in used}
    values: list[pl.Series] = [raw.rows[LINE]]
    uneven = raw.rows[FIELDS] != raw.n_columns
    bad = uneven
    found: list[pl.DataFrame] = []
    if uneven.any():
        counted = pl.format(f"the row has {{}} fields, the header {raw.n_columns}", pl.col(FIELDS))
        found.append(refusals(raw.rows, raw.file, "events.field-count", pl.lit(uneven), counted))
    for field in provider.fields:
        column = chosen[field.target]
        if column is None:
            constant = pl.Series(field.target, [field.constant], dtype=pl.String).cast(_DTYPES[field.kind])
            values.append(constant.new_from_index(0, raw.rows.height))
            continue
        present = _present(field, cells[column])
        value = _parsed(field, present).alias(field.target)
        values.append(value)
        unread = (value.is_null() & present.is_not_null() & ~uneven) if value.null_count() else None
        empty = (present.is_null() & ~uneven) if field.required and present.null_count() else None
        for mask, (code, words) in ((unread, _what(field, column)), (empty, _EMPTY)):
            if mask is not None and mask.any():
                rows = pl.DataFrame([raw.rows[LINE], cells[column].alias("cell"), mask.alias("bad")])
                what = pl.format(words.replace("{column}", column), *[_quoted("cell")] * words.count("{}"))
                found.append(refusals(rows, raw.file, code, pl.col("bad"), what))
                bad = bad | mask
    rows = pl.DataFrame(values)
    kept = rows.filter(~bad) if bad.any() else rows
    absent = tuple(f.target for f in provider.fields if chosen[f.target] is None and f.constant is None and not f.extra)
    return Converted(provider.finish(kept, raw), pl.concat([no_refusals(), *found]), absent)

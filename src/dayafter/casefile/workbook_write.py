"""Writing a case as one workbook that is pleasant to fill in: notes on the headers, drop-downs, frozen headings.

Every cell is text, so that nothing turns `2015-11` into a date or `0123` into a number. The one module that uses
XlsxWriter.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from dayafter.casefile.build import enum_of, metadata_of
from dayafter.casefile.cell_text import row_texts
from dayafter.casefile.cells import Ref, Unit
from dayafter.casefile.injection import neutralise
from dayafter.casefile.loaded import column_letters
from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.raw import GEOMETRY_SHEET, HEAD_SHEET, LISTS_SHEET
from dayafter.casefile.schema import COMMON_COLUMNS, TABLES, CaseFile, CaseInfo, FileModel, columns
from dayafter.casefile.write import head_texts
from dayafter.errors import UsageError

GEOMETRY_HEADER: Final = ("file", "part", "text")
_CHUNK: Final = 16_000
"""Characters of a geometry file in one cell: at most 32,000 UTF-16 units, below what a cell holds."""
_FILLABLE_ROWS: Final = 5000
"""Rows that have drop-downs, beyond those that the case fills."""
_CREATED: Final = dt.datetime(2016, 2, 22)  # noqa: DTZ001  # a fixed date, so that the same case gives the same bytes
_AMBIGUOUS_ESCAPE: Final = re.compile("_x[0-9A-Fa-f]{4}_(?=x[0-9A-Fa-f]{4}_)")
_LONG_TEXT: Final = frozenset({"note", "text", "reason", "title", "summary", "question", "rules", "purpose", "basis"})


def write_workbook(case: CaseFile, path: Path, geometry: Mapping[str, str]) -> None:
    """Write every sheet of a case. The caller gives a path that may be left half-written, and renames it."""
    # In memory: no part of a case is left in the system's folder for temporary files.
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": case.info.title[:255], "created": _CREATED})
        writer = _Writer(book)
        writer.head(case.info)
        lists = _list_ranges()
        for table in TABLES:
            writer.table(table, [row_texts(table, row) for row in getattr(case, table)], lists)
        if geometry:
            writer.geometry(geometry)
        writer.lists(lists)


def _list_ranges() -> dict[type[StrEnum], int]:
    """Every enumeration that a column takes, and its column on the sheet of lists."""
    found: dict[type[StrEnum], None] = {}
    models: tuple[type[FileModel], ...] = (CaseInfo, *TABLES.values())
    for model in models:
        for name in model.model_fields:
            words = enum_of(model, name)
            if words:
                found.setdefault(type(words[0]))
    return {words: position for position, words in enumerate(found)}


def header_note(table: str, name: str) -> str:
    """What the note on a column's header says: whether it must be filled, what it means, its unit, what it takes."""
    field = TABLES[table].model_fields[name]
    marks = metadata_of(TABLES[table], name)
    parts = ["Needed." if field.is_required() else "May stay empty."]
    if meaning := meaning_of(TABLES[table], name):
        parts.append(" ".join(meaning.replace("`", "").split()))
    parts.extend(f"Unit: {mark.unit}." for mark in marks if isinstance(mark, Unit))
    parts.extend(f"An id from {' or '.join(mark.tables)}." for mark in marks if isinstance(mark, Ref))
    words = enum_of(TABLES[table], name)
    if words:
        parts.append(f"One of: {', '.join(words)}.")
    return "\n".join(dict.fromkeys(parts))


class _Writer:
    """The sheets of one workbook."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": False})
        self.header = book.add_format(
            {"num_format": "@", "bold": True, "bottom": 1, "valign": "top", "bg_color": "#E8ECEF"}
        )

    def _put(self, sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
        """Write one text; what the container cannot hold exactly is refused, never bent."""
        if not text:
            return
        if _AMBIGUOUS_ESCAPE.search(text):
            spot = f"{sheet.name}!{column_letters(column)}{row + 1}"
            raise UsageError(f"{spot}: a workbook cannot hold a text in which _xHHHH_ follows _xHHHH_; write a folder")
        sheet.write_string(row, column, text, style or self.text)

    def _sheet(self, name: str, header: tuple[str, ...], widths: Iterator[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for position, (title, width) in enumerate(zip(header, widths, strict=True)):
            sheet.set_column(position, position, width, self.text)
            self._put(sheet, 0, position, neutralise(title), self.header)
        sheet.freeze_panes(1, 0)
        letters = column_letters(len(header) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{letters}1048576"})
        return sheet

    def head(self, info: CaseInfo) -> None:
        """The sheet `case`: one field a row, every field of the format, filled or not."""
        sheet = self._sheet(HEAD_SHEET, ("field", "value"), iter((18, 90)))
        filled = dict(head_texts(info))
        wrap = self.book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        for row, (name, field) in enumerate(CaseInfo.model_fields.items(), start=1):
            value = filled.get(name, "")
            self._put(sheet, row, 0, name)
            self._put(sheet, row, 1, neutralise("; ".join(value) if isinstance(value, tuple) else value), wrap)
            note = "Needed." if field.is_required() else "May stay empty."
            if meaning := meaning_of(CaseInfo, name):
                note += "\n" + " ".join(meaning.replace("`", "").split())
            sheet.write_comment(row, 0, note, {"x_scale": 2})
            words = enum_of(CaseInfo, name)
            if words:
                sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": [word.value for word in words]})

    def table(self, name: str, rows: list[list[str]], lists: Mapping[type[StrEnum], int]) -> None:
        """One table as a sheet, with its notes and drop-downs."""
        header = columns(name)
        sheet = self._sheet(name, header, _widths(header, rows))
        for number, row in enumerate(rows, start=1):
            for position, text in enumerate(row):
                if text:
                    self._put(sheet, number, position, neutralise(text))
        last = len(rows) + _FILLABLE_ROWS
        for position, column in enumerate(header):
            sheet.write_comment(0, position, header_note(name, column), {"x_scale": 2, "y_scale": 1.5})
            rule = _drop_down(name, column, lists)
            if rule is not None:
                sheet.data_validation(1, position, last, position, rule)

    def geometry(self, geometry: Mapping[str, str]) -> None:
        """The geometry files, in parts that fit a cell."""
        sheet = self._sheet(GEOMETRY_SHEET, GEOMETRY_HEADER, iter((30, 8, 80)))
        row = 1
        for name, text in geometry.items():
            for part, chunk in enumerate(_chunks(text), start=1):
                for position, cell in enumerate((neutralise(name), str(part), neutralise(chunk))):
                    self._put(sheet, row, position, cell)
                row += 1

    def lists(self, lists: Mapping[type[StrEnum], int]) -> None:
        """The allowed words of every enumeration, a column each: what the drop-downs show."""
        header = tuple(words.__name__ for words in lists)
        sheet = self._sheet(LISTS_SHEET, header, iter([20] * len(header)))
        for words, position in lists.items():
            for row, word in enumerate(words, start=1):
                self._put(sheet, row, position, word.value)


def _chunks(text: str) -> Iterator[str]:
    """Cut a text into cells, the last of which may be short; an empty text is one empty cell."""
    yield from (text[start : start + _CHUNK] for start in range(0, max(len(text), 1), _CHUNK))


def _drop_down(table: str, column: str, lists: Mapping[type[StrEnum], int]) -> dict[str, object] | None:
    """The rule of a column's drop-down: the words of its enumeration, or the ids of the table it refers to."""
    model = TABLES[table]
    if model.model_fields[column].annotation is None or _takes_several(table, column):
        return None
    words = enum_of(model, column)
    if words:
        letters = column_letters(lists[type(words[0])])
        source = f"={LISTS_SHEET}!${letters}$2:${letters}${len(words) + 1}"
        message = f"Choose one of: {', '.join(words)}"
        return {
            "validate": "list",
            "source": source,
            "error_title": column[:32],
            "error_message": message if len(message) <= 255 else f"{message[:250]} …",
        }
    tables = [mark.tables for mark in metadata_of(model, column) if isinstance(mark, Ref)]
    if tables and len(tables[0]) == 1:
        letters = column_letters(columns(tables[0][0]).index("id"))
        return {"validate": "list", "source": f"={tables[0][0]}!${letters}$2:${letters}$1000", "show_error": False}
    return None


def _takes_several(table: str, column: str) -> bool:
    return "tuple[" in str(TABLES[table].model_fields[column].annotation)


def _widths(header: tuple[str, ...], rows: list[list[str]]) -> Iterator[int]:
    """Column widths that show the first rows without one column pushing the others off the screen."""
    for position, name in enumerate(header):
        longest = max((len(row[position].partition("\n")[0]) for row in rows[:200]), default=0)
        most = 60 if name in _LONG_TEXT else 36
        least = 12 if name in COMMON_COLUMNS else 10
        yield max(least, len(name) + 3, min(longest + 2, most))

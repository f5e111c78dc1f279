"""Tables for spreadsheets: one XLSX workbook, or a folder of CSV files. Nothing in either can be run as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from dayafter.casefile.injection import neutralise
from dayafter.casefile.loaded import column_letters
from dayafter.errors import UsageError
from dayafter.exports.tables import Cell, Table
from dayafter.redaction import Gate, release_workbook

_MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
_LONGEST: Final = 32_767
"""Characters of a cell of a sheet."""
_WIDEST: Final = 50
_LINE: Final = 15.0
"""Points of a line of text."""
_MOST_LINES: Final = 6
"""Of a row: longer texts are whole in their cell, and seen when it is opened."""
_A4, _A3 = 9, 8
_ON_A4, _ON_A3 = 170, 260
"""Letters that a line of the page holds."""
_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"text_wrap": True},
    "whole": {"num_format": "#,##0_)"},
    "number": {"num_format": "#,##0.000_)"},
}
"""How cells are shown; the numbers in them keep their full precision."""
_CREATED: Final = dt.datetime(2016, 2, 22)  # noqa: DTZ001  # a fixed date, so that the same tables give the same bytes


def write_xlsx(tables: Sequence[Table], gate: Gate | None, path: Path) -> None:
    """One sheet a table: filters, frozen headers with notes, numbers as numbers, no formula anywhere.

    Parameters
    ----------
    gate : whose last door the file passes; None for tables that have passed it before.

    Raises
    ------
    UsageError : a table has more rows, or a cell more text, than a sheet holds.
    RedactionError : something protected is left in it; nothing is written.
    """
    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        handling = gate.handling if gate is not None else ""
        book.set_properties({"title": "dayafter", "comments": handling, "created": _CREATED})
        head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "bg_color": "#E8ECEF"})
        looks = {name: book.add_format({"valign": "top", **more}) for name, more in _LOOKS.items()}
        for table in tables:
            _sheet(book, table, head, looks)
    content = stream.getvalue()
    path.write_bytes(content if gate is None else release_workbook(gate, content, path.name))


def _sheet(book: Any, table: Table, head: Any, looks: Mapping[str, Any]) -> None:
    if len(table.rows) > _MOST_ROWS:
        raise UsageError(
            f"the table {table.name} has {len(table.rows):,} rows and a sheet holds {_MOST_ROWS:,}; "
            "export it as csv or parquet"
        )
    sheet = book.add_worksheet(table.name[:31])
    sheet.freeze_panes(1, 0)
    widths = [_width(table, number) for number in range(len(table.columns))]
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, neutralise(column.name), head)
        sheet.write_comment(0, number, column.text or column.name, {"x_scale": 2})
        sheet.set_column(number, number, widths[number], looks["text"])
    for line, row in enumerate(table.rows, start=1):
        if (height := _height(row, widths)) > _LINE:
            sheet.set_row(line, height)
        for number, cell in enumerate(row):
            if isinstance(cell, str):
                _text(sheet, (line, number), cell, looks["text"])
            elif cell is not None:
                sheet.write_number(line, number, cell, looks["whole" if cell == int(cell) else "number"])
    _page(sheet, table, sum(widths))
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)
    last = column_letters(len(table.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{last}1048576"})


def _page(sheet: Any, table: Table, width: int) -> None:
    """As it is printed: on its side, not too small to read, the header and which sheet it is on each page."""
    sheet.set_landscape()
    sheet.set_paper(_A4 if width <= _ON_A4 else _A3)
    sheet.fit_to_pages(1 if width <= _ON_A4 else -(-width // _ON_A3), 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header(f"&L{table.title.replace('&', '&&')}")
    sheet.set_footer("&R&P / &N")


def _text(sheet: Any, at: tuple[int, int], text: str, style: Any) -> None:
    if len(text) >= _LONGEST:
        spot = f"{sheet.name}!{column_letters(at[1])}{at[0] + 1}"
        raise UsageError(f"{spot}: a text of {len(text):,} characters does not fit a cell; export as csv")
    sheet.write_string(*at, neutralise(text), style)


def _width(table: Table, number: int) -> int:
    cells = [row[number] for row in table.rows[:200]]
    shown = [cell if isinstance(cell, str) else f"{cell:,.3f}" for cell in cells if cell is not None]
    longest = max(map(len, shown), default=0)
    return max(len(table.columns[number].name) + 3, min(longest + 2, _WIDEST))


def _height(row: Sequence[Cell], widths: Sequence[int]) -> float:
    """Points of a row whose texts are broken at the width of their column; not every program works it out itself."""
    texts = zip(row, widths, strict=True)
    lines = max((-(-len(cell) // max(width - 2, 1)) for cell, width in texts if isinstance(cell, str)), default=1)
    return _LINE * min(max(lines, 1), _MOST_LINES)


def write_csv(tables: Sequence[Table], gate: Gate | None, folder: Path) -> None:
    """One file a table, UTF-8 with a byte-order mark, so that Excel reads Arabic as it stands; `gate` as above.

    Raises
    ------
    RedactionError : something protected is left in one; the folder is to be thrown away.
    """
    folder.mkdir()
    for table in tables:
        text = csv_text(table)
        if gate is not None:
            gate.release(text, f"{table.name}.csv")
        (folder / f"{table.name}.csv").write_text(text, encoding="utf-8-sig", newline="")


def csv_text(table: Table) -> str:
    """A table as CSV; numbers in full precision, texts that a spreadsheet would run made harmless."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([neutralise(column.name) for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return stream.getvalue()


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return neutralise(cell) if isinstance(cell, str) else repr(cell)

"""Reading a case from one `.xlsx` workbook: the sheet `case` for the head, and a sheet a table.

Only values count: a formula, an error, merged cells and a hidden sheet are issues, because what a person sees and
what a program reads would differ. The one module that uses openpyxl.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from dayafter.casefile.archive import archive_fault
from dayafter.casefile.didyoumean import closest
from dayafter.casefile.head import HEAD_FIELDS, unknown_field
from dayafter.casefile.injection import denaturalise
from dayafter.casefile.loaded import column_letters
from dayafter.casefile.raw import (
    GEOMETRY_SHEET,
    HEAD_SHEET,
    LISTS_SHEET,
    MAX_COLUMNS,
    MAX_ROWS,
    HeadValue,
    RawCase,
    RawTable,
    fault,
    shown,
    tidy,
)
from dayafter.casefile.schema import TABLES
from dayafter.casefile.tables import finish_table
from dayafter.errors import Issue, Where
from dayafter.vocabulary import YesNo

_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_SHEETS: Final = (HEAD_SHEET, *TABLES, GEOMETRY_SHEET, LISTS_SHEET)
_VALUES_ONLY: Final = "copy the sheet's cells and paste them as values"
GEOMETRY_HEADER: Final = ("file", "part", "text")


def unescape(text: str) -> str:
    """Undo the way in which a workbook writes characters that XML cannot hold: `_x000D_` for a carriage return."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPE.sub(character, text) if "_x" in text else text


def _content(node: Any) -> str:
    """The text of a shared string, its differently formatted runs joined."""
    text = Text.from_tree(node)
    return "" if text is None else str(text.content)


class _Reader(ExcelReader):
    """Opens the container, and lists the sheets in place of reading them all."""

    def read_strings(self) -> None:
        """Read the shared texts, undoing their escapes exactly; openpyxl's own reader loses `x005F_`."""
        package: Any = self.package
        part = package.find(SHARED_STRINGS)
        self.shared_strings = []
        if part is None:
            return
        tag = f"{{{SHEET_MAIN_NS}}}si"
        with self.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == tag:
                    self.shared_strings.append(unescape(_content(node)))
                    node.clear()

    def read_worksheets(self) -> None:
        """Note each sheet's name, whether it shows, and the part that holds it."""
        self.sheets = [
            (sheet.name, sheet.state, None if "chartsheet" in rel.Type else rel.target)
            for sheet, rel in self.parser.find_sheets()
            if rel.target in self.valid_files
        ]


class _Sheet:
    """The rows of one sheet as texts. Cells that hold no plain value become issues."""

    def __init__(self, reader: _Reader, file: str, name: str, part: str) -> None:
        self.reader = reader
        self.file = file
        self.name = name
        self.part = part
        self.issues: list[Issue] = []

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that has a cell, with its number; at most as many rows and columns as the format admits."""
        book: Any = self.reader.wb
        with self.reader.archive.open(self.part) as source:
            parser = WorkSheetParser(
                source,
                self.reader.shared_strings,
                epoch=book.epoch,
                date_formats=book._date_formats,  # noqa: SLF001  # openpyxl hands them to its own sheets the same way
                timedelta_formats=book._timedelta_formats,  # noqa: SLF001
            )
            for n_rows, (number, cells) in enumerate(parser.parse()):
                if n_rows > MAX_ROWS + 1:
                    break
                yield number, self._row(cells)
        if parser.merged_cells is not None:
            for merged in parser.merged_cells.mergeCell:
                where = Where(self.file, sheet=self.name, cell=str(merged.ref).partition(":")[0])
                what = f"the cells {merged.ref} are merged; only the first of them has a value"
                self.issues.append(fault("xlsx.merged-cells", where, what, "unmerge them, and fill each cell"))

    def _row(self, cells: list[dict[str, Any]]) -> list[str]:
        texts: list[str] = []
        for cell in cells:
            if cell["value"] is None:
                continue
            position = min(cell["column"] - 1, MAX_COLUMNS)  # one more than allowed is enough for the issue
            texts.extend("" for _ in range(position + 1 - len(texts)))
            texts[position] = self._text(cell)
        return texts

    def _text(self, cell: dict[str, Any]) -> str:
        value, kind = cell["value"], cell["data_type"]
        if kind == "s":
            return str(value)
        if kind in {"f", "e"}:
            self.issues.append(self._no_value(cell))
            return ""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, (dt.datetime, dt.date)):
            return self._date(value, cell["style_id"])
        if isinstance(value, float) and not (value.is_integer() and abs(value) < 1e15):
            return repr(value)
        return str(int(value)) if isinstance(value, float) else str(value)

    def _no_value(self, cell: dict[str, Any]) -> Issue:
        value, row = cell["value"], cell["row"]
        where = Where(self.file, sheet=self.name, cell=f"{column_letters(cell['column'] - 1)}{row}", line=row)
        if cell["data_type"] == "e":
            what = f"the cell holds the error {shown(str(value), 40)}"
            return fault("xlsx.error-value", where, what, "write the value, or empty the cell")
        formula = shown(str(getattr(value, "text", value)), 80)
        what = f"the cell holds a formula: {formula}"
        return fault("xlsx.formula", where, what, f"write its value; or {_VALUES_ONLY}")

    def _date(self, value: dt.datetime | dt.date, style: int) -> str:
        """Canonical text of a date cell: as precise as the cell shows it, because Excel makes a day of each month."""
        day = value.date() if isinstance(value, dt.datetime) else value
        if isinstance(value, dt.datetime) and value.time() != dt.time():
            return value.isoformat(sep=" ")
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", self._number_format(style)).lower()
        if "d" in code:
            return day.isoformat()
        return day.isoformat()[:7] if "m" in code else day.isoformat()[:4]

    def _number_format(self, style: int) -> str:
        book: Any = self.reader.wb
        number = book._cell_styles[style].numFmtId  # noqa: SLF001  # no public way from a style to its format
        if number in BUILTIN_FORMATS:
            return str(BUILTIN_FORMATS[number])
        custom = book._number_formats  # noqa: SLF001
        return str(custom[number - 164]) if 0 <= number - 164 < len(custom) else "d"


def read_workbook(path: Path) -> RawCase:
    """Read every sheet of a workbook; what cannot be read is an issue."""
    file = path.name
    raw = RawCase(None, Where(file, sheet=HEAD_SHEET), {}, lambda _name: (None, ()), [])
    if (unsafe := archive_fault(path)) is not None:
        raw.issues.append(unsafe)
        raw.unread = frozenset(TABLES)
        return raw
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out: pictures, old extensions
            reader = _Reader(str(path), read_only=True, keep_links=False)
            with reader.archive:
                reader.read()
                _read_sheets(reader, file, raw)
    except (
        *(KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError, OverflowError),
        *(SyntaxError, DefusedXmlException, zipfile.BadZipFile, NotImplementedError, RecursionError),
    ) as error:  # openpyxl raises any of these on a damaged part
        # Which parser openpyxl finds, and so how a fault of XML is worded, differs between machines.
        why = "a part is no XML" if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"
        what = f"the workbook is damaged or was written by an odd program: {why}"
        remedy = "open it in a spreadsheet and save it again as .xlsx"
        raw.issues.append(fault("xlsx.not-readable", Where(file), what, remedy))
        raw.unread = frozenset(TABLES) - frozenset(raw.tables)
    return raw


def _read_sheets(reader: _Reader, file: str, raw: RawCase) -> None:
    parts: dict[str, str] = {}
    for name, state, part in reader.sheets:
        where = Where(file, sheet=shown(name, 40))
        if state != "visible":
            what = f"the sheet '{shown(name, 40)}' is hidden"
            raw.issues.append(fault("xlsx.hidden-sheet", where, what, "show the sheet and look at it, or delete it"))
        if part is None or name not in _SHEETS:
            guess = closest(name, _SHEETS)
            remedy = (
                f"rename it to {guess}, or delete it" if guess else f"delete it; the sheets are {', '.join(_SHEETS)}"
            )
            what = f"'{shown(name, 40)}' is no sheet of a case"
            raw.issues.append(fault("xlsx.unknown-sheet", where, what, remedy))
        else:
            parts[name] = part
    if HEAD_SHEET in parts:
        raw.head = _read_head(_Sheet(reader, file, HEAD_SHEET, parts[HEAD_SHEET]), raw.issues)
    else:
        remedy = f"add a sheet {HEAD_SHEET} with the columns field and value, or start a workbook with `dayafter init`"
        what = f"this is no case: the workbook has no sheet '{HEAD_SHEET}'"
        raw.issues.append(fault("case.no-head", Where(file), what, remedy))
    for name in TABLES:
        if name in parts:
            sheet = _Sheet(reader, file, name, parts[name])
            table = _read_table(sheet, raw.issues)
            if table is not None:
                raw.tables[name] = table
    geometry = {}
    if GEOMETRY_SHEET in parts:
        geometry = _read_geometry(_Sheet(reader, file, GEOMETRY_SHEET, parts[GEOMETRY_SHEET]), raw.issues)
    raw.read_geometry = lambda name: (geometry.get(name), ())


def _read_table(sheet: _Sheet, issues: list[Issue]) -> RawTable | None:
    """One sheet as a table; None where it is wholly empty, which is as good as not there."""
    records = ((number, list(map(tidy, cells))) for number, cells in sheet.rows())
    header_line, header = next(((number, cells) for number, cells in records if any(cells)), (1, []))
    table: RawTable | None = None
    if header:
        table = RawTable(sheet.name, sheet.file, tuple(header), sheet=sheet.name, header_line=header_line)
        answers = [position for position, name in enumerate(header) if _takes_yes_no(sheet.name, name)]
        issues.extend(finish_table(table, records))
        for row in table.rows:
            for position in answers:
                if position < len(row):
                    row[position] = {"TRUE": YesNo.YES, "FALSE": YesNo.NO}.get(row[position], row[position])
    issues.extend(sheet.issues)
    return table


def _takes_yes_no(table: str, column: str) -> bool:
    field = TABLES[table].model_fields.get(column)
    return field is not None and "YesNo" in str(field.annotation)


def _read_head(sheet: _Sheet, issues: list[Issue]) -> dict[str, HeadValue]:
    """The head from rows of field and value, under a header."""
    head: dict[str, HeadValue] = {}
    for position, (number, row) in enumerate(sheet.rows()):
        cells = [*map(tidy, row), "", ""]
        name, value = cells[0], cells[1]
        if position == 0 and name == "field":
            continue
        where = Where(sheet.file, sheet=sheet.name, cell=f"A{number}", line=number)
        if not name and not value:
            continue
        if name in head:
            issues.append(
                fault("case.duplicate-field", where, f"the field '{name}' stands twice", "keep one of the two")
            )
        elif name not in HEAD_FIELDS:
            issues.append(unknown_field(name, where))
        else:
            spot = Where(sheet.file, sheet=sheet.name, cell=f"B{number}", line=number, field=name)
            head[name] = HeadValue(value, spot)
    issues.extend(sheet.issues)
    return head


def _read_geometry(sheet: _Sheet, issues: list[Issue]) -> dict[str, str]:
    """The geometry files from rows of file, part and text; parts of a file follow one another."""
    texts: dict[str, list[str]] = {}
    for position, (number, row) in enumerate(sheet.rows()):
        cells = [*row, "", "", ""]
        if position == 0 or not any(cells):
            continue
        name, part = tidy(cells[0]), tidy(cells[1])
        chunks = texts.setdefault(name, [])
        if part != str(len(chunks) + 1):
            where = Where(sheet.file, sheet=sheet.name, cell=f"B{number}", line=number)
            what = f"part '{shown(part, 20)}' of {shown(name, 80)} follows part {len(chunks)}"
            issues.append(fault("xlsx.geometry-parts", where, what, "put the parts back in order, none left out"))
        chunks.append(denaturalise(cells[2]))
    issues.extend(sheet.issues)
    return {name: "".join(chunks) for name, chunks in texts.items()}

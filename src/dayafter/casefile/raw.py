r"""A case as cells of text: what both kinds of file are read into, before any rule of the format is applied.

White space around a cell is dropped on reading, in every kind of file; a line break inside a cell is kept as `\n`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from dayafter.casefile.csv_text import CsvText
from dayafter.casefile.injection import denaturalise
from dayafter.casefile.loaded import Origin, column_letters
from dayafter.errors import Issue, Severity, Where

HEAD_FILE: Final = "case.yaml"
HEAD_SHEET: Final = "case"
LISTS_SHEET: Final = "lists"
"""The sheet of allowed words behind a workbook's drop-downs; not read."""
GEOMETRY_SHEET: Final = "geometry"
MAX_FILE_BYTES: Final = 64 * 2**20
MAX_ROWS: Final = 1_048_575
"""As many as a sheet of a workbook holds under its header, so that every case can be a workbook."""
MAX_COLUMNS: Final = 200
MAX_CELL_UNITS: Final = 32_767
"""UTF-16 units in one cell: what a cell of a workbook holds."""

_UNSHOWABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def shown(text: str, limit: int = 160) -> str:
    """Text from a file as it may stand in a message: no control or direction characters, and cut where long."""
    if len(text) > limit:
        text = f"{text[: limit - 20]}… ({len(text)} characters)"
    return _UNSHOWABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def fault(code: str, where: Where, what: str, remedy: str, severity: Severity = Severity.ERROR) -> Issue:
    """Make an issue whose texts are safe to print."""
    return Issue(code, where, shown(what, 600), shown(remedy, 600), severity)


def tidy(cell: str) -> str:
    """The text of a cell as the format takes it: without white space around it and without its guard apostrophe."""
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    cell = cell.strip()
    return denaturalise(cell).strip() if cell.startswith("'") else cell


def units(text: str) -> int:
    """Length of a text as a workbook counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class RawTable:
    """One table as written: its header, and the rows that are not blank, every one as long as the header."""

    name: str
    file: str
    header: tuple[str, ...]
    """Column names in the file's own order; an empty one where a column has neither name nor content."""
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """The line, or the row of the sheet, on which each row begins."""
    sheet: str | None = None
    header_line: int = 1
    text: CsvText | None = None
    """The text of the file, from which the columns of cells are worked out when an issue asks."""
    broken_rows: frozenset[int] = frozenset()
    """Rows with too few or too many cells: reported, and not read any further."""

    def origin(self, number: int) -> Origin:
        """Where a row stands."""
        line = self.lines[number]
        if self.text is None:
            return Origin(self.file, line, self.header, self.sheet)
        lines, offsets = self.text.fields_at(line)
        return Origin(self.file, line, self.header, offsets=offsets, lines=lines)

    def header_where(self, position: int | None = None) -> Where:
        """Where the header, or one cell of it, stands."""
        if position is None:
            return Where(self.file, sheet=self.sheet, line=self.header_line)
        name = shown(self.header[position], 80) if position < len(self.header) else None
        if self.text is None:
            cell = f"{column_letters(position)}{self.header_line}"
            return Where(self.file, self.sheet, cell, self.header_line, field=name or None)
        lines, offsets = self.text.fields_at(self.header_line)
        if position >= len(offsets):
            return Where(self.file, line=self.header_line, field=name or None)
        return Where(self.file, line=lines[position], column=offsets[position], field=name or None)


@dataclass(frozen=True, slots=True)
class HeadValue:
    """One field of the head of a case: a text, or several."""

    value: str | tuple[str, ...]
    where: Where


@dataclass(slots=True)
class RawCase:
    """A case as cells of text, and what could not even be read."""

    head: dict[str, HeadValue] | None
    """None where the head is missing or cannot be read."""
    head_where: Where
    tables: dict[str, RawTable]
    read_geometry: Callable[[str], tuple[str | None, tuple[Issue, ...]]]
    """Gives the text of a geometry file by the name by which places refer to it, and what is wrong with the file;
    None and no issue where there is none."""
    issues: list[Issue]
    unread: frozenset[str] = frozenset()
    """Tables that are there and cannot be read: nothing is known about what they hold."""


EMITTED_CODES: Final = frozenset(
    {
        *("file.duplicate", "file.encoding", "file.name-case", "file.not-a-case", "file.not-a-file", "file.nul-byte"),
        *("file.outside", "file.too-large", "file.unknown-table", "file.unreadable"),
        *("yaml.alias", "yaml.character", "yaml.duplicate-key", "yaml.key", "yaml.several-documents", "yaml.syntax"),
        *("yaml.tag", "yaml.too-deep", "yaml.too-long"),
        *("csv.quote", "csv.separator", "csv.too-few-cells", "csv.too-many-cells", "csv.unclosed-quote"),
        *("xlsx.cell-without-column", "xlsx.entities", "xlsx.error-value", "xlsx.formula", "xlsx.geometry-parts"),
        *("xlsx.hidden-sheet", "xlsx.merged-cells", "xlsx.not-readable", "xlsx.too-large-inside", "xlsx.unknown-sheet"),
        *("table.duplicate-column", "table.empty-header", "table.missing-column", "table.no-header"),
        *("table.too-many-columns", "table.too-many-rows", "table.unknown-column"),
        *("cell.best-outside", "cell.citation", "cell.control-character", "cell.date", "cell.enum", "cell.id"),
        *("cell.interval-upside-down", "cell.invalid", "cell.missing", "cell.number", "cell.out-of-range"),
        *("cell.pattern", "cell.too-long"),
        *("case.duplicate-field", "case.geometry-feature", "case.geometry-format", "case.geometry-missing"),
        *("case.geometry-path", "case.missing-field", "case.newer-format", "case.no-format", "case.no-head"),
        *("case.not-a-mapping", "case.shape", "case.unknown-field", "case.unknown-format"),
    }
)
"""Every code that reading reports, the types of `cells.py` included; rules across rows have their own."""

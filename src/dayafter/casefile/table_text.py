"""Bytes of a text file to text, and the text of a CSV file to a table; every fault with its line and column."""

from __future__ import annotations

import codecs
import csv
from typing import Final

from dayafter.casefile.csv_text import CsvText
from dayafter.casefile.raw import MAX_CELL_UNITS, RawTable, fault, shown, tidy
from dayafter.casefile.schema import columns
from dayafter.casefile.tables import finish_table
from dayafter.errors import Issue, Where

_SAVE_AS_UTF8: Final = "save it as UTF-8 (in Excel: Save As, CSV UTF-8; in an editor: Save with encoding UTF-8)"
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_ARABIC_1256: Final = frozenset(
    b"\x81\x8d\x8e\x90\x98\x9a\x9f\xaa\xc0\xff" + bytes(range(0xC1, 0xE0)) + b"\xe1\xe3\xe4\xe5\xe6\xec\xed"
)


def decode(data: bytes, file: str) -> tuple[str | None, tuple[Issue, ...]]:
    """Read bytes as UTF-8, with or without its byte order mark.

    Returns
    -------
    The text without the mark, or None; and an issue that names the byte that is not UTF-8.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            what = f"the file is {name} (its first bytes say so), not UTF-8"
            return None, (fault("file.encoding", Where(file, line=1, column=1), what, _SAVE_AS_UTF8),)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, (_undecodable(data, error.start, file),)
    if (position := text.find("\0")) >= 0:
        what = "the file holds a NUL byte"
        if text.count("\0") > len(text) // 4:
            what += "; it looks like UTF-16"
        where = Where(file, line=text.count("\n", 0, position) + 1, column=position - text.rfind("\n", 0, position))
        return None, (fault("file.nul-byte", where, what, _SAVE_AS_UTF8),)
    return text, ()


def _undecodable(data: bytes, start: int, file: str) -> Issue:
    line_start = data.rfind(b"\n", 0, start) + 1
    column = len(data[line_start:start].decode("utf-8", "replace")) + 1
    high = [byte for byte in data if byte >= 0x80]
    arabic = sum(byte in _ARABIC_1256 for byte in high)
    guess = "Windows-1256 (Arabic)" if arabic > 0.8 * len(high) and len(high) > 3 else "Windows-1252 or Latin-1"
    what = f"byte {start + 1} of the file (0x{data[start]:02X}) is not UTF-8; the file may be {guess}"
    where = Where(file, line=data.count(b"\n", 0, start) + 1, column=column)
    return fault("file.encoding", where, what, _SAVE_AS_UTF8)


def read_table(name: str, data: bytes, file: str) -> tuple[RawTable | None, tuple[Issue, ...]]:
    """Read a CSV file as the table `name`; None where nothing of it can be used."""
    text, issues = decode(data, file)
    if text is None:
        return None, issues
    source = CsvText.of(text)
    if wrong := _wrong_separator(source, name, file):
        return None, (wrong,)
    records: list[tuple[int, list[str]]] = []
    found: list[Issue] = []
    try:
        records.extend((line, record) for line, record in source.records() if record)
    except csv.Error as error:
        line = _next_line(source, records)
        found.append(_unreadable(source, line, file, str(error)))
    if not records:
        if not found:
            remedy = "write the names of the columns on the first line, or delete the file"
            found.append(fault("table.no-header", Where(file, line=1), "the file is empty", remedy))
        return None, tuple(found)
    (header_line, header), *rest = records
    table = RawTable(name, file, tuple(map(tidy, header)), header_line=header_line, text=source)
    found.extend(finish_table(table, ((line, list(map(tidy, record))) for line, record in rest)))
    return table, tuple(found)


def _next_line(source: CsvText, records: list[tuple[int, list[str]]]) -> int:
    """The line on which the record after the last good one begins; blank lines are skipped."""
    line = source.line_after(records[-1][0]) if records else 1
    while line < len(source.lines) and not source.lines[line - 1].strip("\r\n"):
        line += 1
    return line


def _wrong_separator(source: CsvText, name: str, file: str) -> Issue | None:
    """Say so where the header is separated by something else than commas."""
    first = next((line for line in source.lines if line.strip()), "").strip()
    if first.lower().startswith("sep=") and len(first) <= 5:
        what, remedy = f"'{shown(first)}' is not a header", "delete this line, and separate the columns by commas"
        return fault("csv.separator", Where(file, line=1, column=1), what, remedy)
    known = set(columns(name))
    by = {mark: sum(cell.strip(' "') in known for cell in first.split(mark)) for mark in (",", ";", "\t", "|")}
    best = max(by, key=lambda mark: by[mark])
    if best == "," or by[best] <= by[","]:
        return None
    word = {";": "semicolons", "\t": "tabs", "|": "bars"}[best]
    remedy = "save it with commas (in Excel: CSV UTF-8, with a comma as the list separator of the system), or use .xlsx"
    return fault("csv.separator", Where(file, line=1, column=1), f"the columns are separated by {word}", remedy)


def _unreadable(source: CsvText, line: int, file: str, why: str) -> Issue:
    """What the CSV reader stumbled on, in the record that begins on `line`."""
    if "field larger than" in why or "unexpected end" in why:
        is_open = "unexpected end" in why
        at, column = source.open_quote(line) if is_open else source.longest_cell(line)
        where = Where(file, line=at, column=column)
        if is_open:
            what = "a quote opens here and is never closed; nothing after it was read"
            return fault("csv.unclosed-quote", where, what, 'close the cell with a quote; write a quote inside as ""')
        what = (
            f"the cell is longer than the {MAX_CELL_UNITS:,} characters that one may hold; or its quote is not closed"
        )
        return fault("cell.too-long", where, what, "shorten the text or close the quote")
    what = f"the row cannot be read ({why}); nothing after it was read"
    remedy = 'put the whole cell in quotes and write each quote inside it as ""'
    return fault("csv.quote", Where(file, line=line), what, remedy)

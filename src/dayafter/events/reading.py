"""Files as published, read as rows of texts with the line on which each begins.

Delimited texts are read twice: once by a scan of the bytes, which alone knows on which line a row begins when reports
with line breaks stand between quotes, and how many fields it has; once by polars, which is fast. Both must count the
same rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dayafter.errors import DayafterError, Issue, UsageError, Where

LINE: Final = "(line)"
"""Column of the line number; no publisher's column is named so."""
FIELDS: Final = "(fields)"
"""Column of the number of fields of the row."""
MAX_BYTES: Final = 4 * 1024**3
_CHUNK: Final = 1 << 20
"""Bytes scanned at a time: what fits into a processor's cache is several times faster."""
_DELIMITERS: Final = (",", ";", "\t", "|")
_BOM: Final = b"\xef\xbb\xbf"
_HEADER_WORDS: Final = ("governorate", "district", "latitude", "longitude")
_ENVELOPES: Final = ("Result", "data", "result")
"""Under which name the services put the rows of a page."""


class EventFileError(DayafterError):
    """Files of events cannot be read or hold rows that cannot be trusted; carries every issue."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__(issues)  # keeps it picklable across worker processes
        self.issues = issues

    def __str__(self) -> str:
        return "\n".join(map(str, self.issues))


@dataclass(frozen=True, slots=True)
class RawTable:
    """One file: every cell a text as it stands, or null; names of columns in lower case."""

    file: str
    sha256: str
    rows: pl.DataFrame
    """The columns of the file, and `LINE` and `FIELDS`."""
    n_columns: int
    sheet: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the file's own columns."""
        return tuple(name for name in self.rows.columns if name not in {LINE, FIELDS})


def shown(text: str, at_most: int = 60) -> str:
    """A text from a file, safe to print: no control characters, cut where it is long."""
    clean = "".join(ch if ch.isprintable() else "·" for ch in text[: at_most + 1])
    return clean if len(clean) <= at_most else clean[: at_most - 1] + "…"


def _stop(file: str, code: str, what: str, remedy: str, line: int | None = None) -> EventFileError:
    return EventFileError((Issue(code, Where(file, line=line), what, remedy),))


def read_raw(path: Path) -> tuple[RawTable, ...]:
    """Read one file: CSV or any delimited text, JSON, lines of JSON, Parquet, or the sheets of a workbook.

    Raises
    ------
    UsageError : there is no such file.
    EventFileError : the file cannot be read as what its name says.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    if path.stat().st_size > MAX_BYTES:
        raise _stop(
            path.name, "events.file-too-large", "the file is larger than 4 GB", "split it, by year for instance"
        )
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    suffix = path.suffix.lower()
    if suffix in {".parquet", ".pq"}:
        return (_parquet(raw, path.name, digest),)
    if suffix in {".xlsx", ".xlsm"}:
        return _workbook(raw, path.name, digest)
    if suffix in {".json", ".jsonl", ".ndjson"}:
        return (_json(raw, path.name, digest, by_line=suffix != ".json"),)
    if suffix in {".zip", ".gz", ".xls", ".rda", ".rds", ".dta"}:
        remedy = "unpack it, or save it as CSV, Parquet or .xlsx"
        raise _stop(path.name, "events.file-kind", f"files of the kind {suffix} are not read", remedy)
    return (_delimited(raw, path.name, digest),)


def _finish(frame: pl.DataFrame, file: str, digest: str, sheet: str | None = None) -> RawTable:
    """Put names of columns in lower case. Raises where two columns share a name."""
    names = {name: name.strip().lower() for name in frame.columns}
    if len(set(names.values())) < len(names):
        twice = next(name for name in names.values() if list(names.values()).count(name) > 1)
        raise _stop(file, "events.header", f"two columns are named '{shown(twice)}'", "rename one of them", line=1)
    texts = [name for name in frame.columns if name not in {LINE, FIELDS}]
    return RawTable(file, digest, frame.rename(names), len(texts), sheet)


# ---- delimited text --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scan:
    """Where the rows of a text begin, and how many separators each has, the header included."""

    lines: NDArray[np.int64]  # (row,) line on which it begins, from 1
    separators: NDArray[np.int64]  # (row,)
    open_quote: int | None
    """Line on which a quote opens that nothing closes."""


def scan(raw: bytes, delimiter: str) -> _Scan:
    """Find the rows of a delimited text by counting quotes; blank lines are no rows."""
    data = np.frombuffer(raw, dtype=np.uint8)
    ends: list[NDArray[np.int64]] = []
    breaks: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.int64]] = []
    inside, last_quote, n_separators = 0, 0, 0
    for at in range(0, data.size, _CHUNK):
        part = data[at : at + _CHUNK]
        quote = part == 34
        # The running number of quotes, modulo 256: where it is even, nothing is quoted.
        outside = np.add.accumulate(quote.view(np.uint8), dtype=np.uint8)
        outside += np.uint8(inside ^ 1)
        outside &= 1
        newline = part == 10
        end = np.flatnonzero(newline & outside.view(np.bool_))
        separator = np.flatnonzero((part == ord(delimiter)) & outside.view(np.bool_))
        breaks.append(np.flatnonzero(newline) + at)
        ends.append(end + at)
        counts.append(np.searchsorted(separator, end) + n_separators)
        n_separators += separator.size
        inside = int(outside[-1]) ^ 1
        if quote.any():
            last_quote = int(np.flatnonzero(quote)[-1]) + at
    every_break = np.concatenate([*breaks, np.empty(0, np.int64)]).astype(np.int64)
    end = np.concatenate([*ends, np.array([data.size], np.int64)]).astype(np.int64)
    count = np.diff(np.concatenate([[0], *counts, [n_separators]])).astype(np.int64)
    begin = np.concatenate([np.zeros(1, np.int64), end[:-1] + 1])
    stop = end - ((end > begin) & (data[np.maximum(end - 1, 0)] == 13)) if data.size else end
    real = stop > begin
    lines = (np.searchsorted(every_break, begin[real]) + 1).astype(np.int64)
    open_line = int(np.searchsorted(every_break, last_quote)) + 1 if inside else None
    return _Scan(lines, count[real], open_line)


def _delimited(raw: bytes, file: str, digest: str) -> RawTable:
    raw = raw.removeprefix(_BOM)
    try:
        head = raw.split(b"\n", 1)[0].decode("utf-8")
        if not raw.isascii():
            raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        remedy = "save it as UTF-8, or fetch the publisher's own file again"
        raise _stop(file, "events.encoding", "the file is no UTF-8", remedy, line=line) from None
    if not head.strip():
        raise _stop(
            file, "events.header", "the first line is empty; it must name the columns", "add the header", line=1
        )
    delimiter = max(_DELIMITERS, key=head.count)
    found = scan(raw, delimiter)
    if found.open_quote is not None:
        remedy = "close it; if this is the last row, the file was cut off: fetch it again"
        raise _stop(file, "events.open-quote", "a quote opens and nothing closes it", remedy, line=found.open_quote)
    rows = _by_polars(raw, delimiter)
    if rows is None or rows.height != found.lines.size - 1:
        rows = _by_csv(raw, delimiter, file)
    if rows.height != found.lines.size - 1:
        what = f"{rows.height:,} rows are read and {found.lines.size - 1:,} counted: quotes stand within fields"
        raise _stop(file, "events.quotes", what, "write a quote within a quoted field twice")
    rows = rows.with_columns(pl.Series(LINE, found.lines[1:]), pl.Series(FIELDS, found.separators[1:] + 1))
    return _finish(rows, file, digest)


def _by_polars(raw: bytes, delimiter: str) -> pl.DataFrame | None:
    """Read texts; None where polars gives up, which the slower reader then explains."""
    try:
        return pl.read_csv(
            io.BytesIO(raw),
            separator=delimiter,
            infer_schema_length=0,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        return None


def _by_csv(raw: bytes, delimiter: str, file: str) -> pl.DataFrame:
    """Read texts row by row; for files that polars reads otherwise than the scan."""
    reader = csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), delimiter=delimiter)
    usual = csv.field_size_limit(1 << 27)  # of the whole process, and cells of a case keep to the usual one
    try:
        header = next(reader)
        width = len(header)
        rows = [(row + [""] * width)[:width] for row in reader if row]
    except csv.Error as error:
        line = reader.line_num
        raise _stop(file, "events.quotes", f"cannot be read: {error}", "mend the quotes of this row", line) from None
    finally:
        csv.field_size_limit(usual)
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String()), orient="row")


# ---- JSON, Parquet, workbooks ----------------------------------------------------------------------------------------


def _json(raw: bytes, file: str, digest: str, *, by_line: bool) -> RawTable:
    try:
        text = raw.decode("utf-8-sig")
        tree: Any = [json.loads(line) for line in text.splitlines() if line.strip()] if by_line else json.loads(text)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        spot = getattr(error, "lineno", None)
        what = f"no whole JSON: {shown(str(error), 120)}"
        raise _stop(file, "events.json", what, "fetch it again: it may have been cut off", line=spot) from None
    rows = tree if isinstance(tree, list) else None
    if isinstance(tree, dict):
        rows = next((tree[name] for name in _ENVELOPES if isinstance(tree.get(name), list)), None)
    if rows is None or not all(isinstance(row, dict) for row in rows):
        what = "neither a list of events nor an answer with a list named 'Result' or 'data'"
        raise _stop(file, "events.json", what, "give the service's answer as it came")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [_cell(row.get(name)) for row in rows] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))
    return _finish(_numbered(frame, first=1), file, digest)


def _cell(value: object) -> str | None:
    """One value as text; structures as JSON, so that nothing is lost silently."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    lines = np.arange(first, first + frame.height, dtype=np.int64)
    return frame.with_columns(pl.Series(LINE, lines), pl.lit(frame.width, dtype=pl.Int64).alias(FIELDS))


def _parquet(raw: bytes, file: str, digest: str) -> RawTable:
    try:
        frame = pl.read_parquet(io.BytesIO(raw))
    except (pl.exceptions.PolarsError, OSError) as error:
        what = f"no Parquet: {shown(str(error), 120)}"
        raise _stop(file, "events.parquet", what, "fetch or write it again") from None
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype == pl.Binary]
    return _finish(_numbered(frame.drop(nested).cast(pl.String), first=1), file, digest)


def _workbook(raw: bytes, file: str, digest: str) -> tuple[RawTable, ...]:
    """Every sheet with a header within its first rows: titles and logos stand above it in published sheets."""
    import openpyxl  # noqa: PLC0415  # only workbooks pay for loading it

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001  # openpyxl raises whatever its parts raise; all mean: no workbook
        what = f"no workbook: {shown(str(error), 120)}"
        raise _stop(file, "events.workbook", what, "save it anew as .xlsx") from None
    tables: list[RawTable] = []
    for sheet in book.worksheets:
        rows = [[_sheet_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        at = next((n for n, row in enumerate(rows[:15]) if _is_header(row)), None)
        if at is None:
            continue
        named = [(n, " ".join(name.split())) for n, name in enumerate(rows[at]) if name and name.strip()]
        body = [(at + 2 + n, row) for n, row in enumerate(rows[at + 1 :]) if any(row)]
        columns = {name: [row[n] if n < len(row) else None for _, row in body] for n, name in reversed(named)}
        frame = pl.DataFrame(columns, schema=dict.fromkeys([name for _, name in named], pl.String()))
        numbers = pl.Series(LINE, [line for line, _ in body], dtype=pl.Int64)
        frame = frame.with_columns(numbers, pl.lit(len(named), dtype=pl.Int64).alias(FIELDS))
        tables.append(_finish(frame, file, digest, sheet.title))
    book.close()
    if not tables:
        what = "no sheet has a row that names its columns (governorate, district, latitude, longitude, …)"
        raise _stop(file, "events.header", what, "add the header, or give the publisher's own workbook")
    return tuple(tables)


def _sheet_cell(value: object) -> str | None:
    return None if value is None else str(value)


def _is_header(row: list[str | None]) -> bool:
    words = {name.strip().lower() for name in row if name}
    return len(words) >= 4 and (len(words & set(_HEADER_WORDS)) >= 2 or "date_start" in words or "event_date" in words)

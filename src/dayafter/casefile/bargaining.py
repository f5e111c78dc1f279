"""Tables of bargaining positions that are no case: the layout of the KAPSARC toolkit, and a long table.

The toolkit's layout: a line with name, description, number of actors and number of dimensions; a line of column names;
then an actor a line with description, capability, and a position and a salience for each dimension, 0 to 100.
The long table has the columns issue, actor, position, salience, capability, in any order; its numbers may be intervals
as in a case (`40 [30, 55]`). A column of positions or saliences that never exceeds 1 is read as shares, else as
0 to 100.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np

from dayafter.arrays import Uncertain
from dayafter.casefile.csv_text import CsvText
from dayafter.casefile.didyoumean import closest, or_one_of
from dayafter.casefile.raw import MAX_FILE_BYTES, fault, shown, tidy
from dayafter.casefile.table_text import decode
from dayafter.errors import Issue, PositionsFileError, Where
from dayafter.quantities import Quantity, QuantityError
from dayafter.seeding import stable_id

COLUMNS: Final = ("issue", "actor", "position", "salience", "capability")
NUMBERS: Final = COLUMNS[2:]
_HEAD_CELLS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class BargainingTable:
    """Positions, saliences and capabilities as read; (a, i), the first two as shares of their scale."""

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    position: Uncertain
    salience: Uncertain
    capability: Uncertain
    scale: float
    """What a position of 1 is in the file: 1 or 100."""
    layout: str
    """`ktab` or `long`."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One actor on one issue: its three numbers, and where each stands."""

    issue: str
    actor: str
    numbers: tuple[Quantity, Quantity, Quantity]
    wheres: tuple[Where, Where, Where]


class _Reader:
    """A file's records with the place of every cell, and the faults found so far."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.source = CsvText.of(text)
        self.issues: list[Issue] = []
        self.records: list[tuple[int, list[str]]] = []
        try:
            for line, record in self.source.records():
                cells = [tidy(cell) for cell in record]
                if any(cells):
                    self.records.append((line, cells))
        except csv.Error as error:
            line = self.source.line_after(self.records[-1][0]) if self.records else 1
            what = f"the row cannot be read ({error}); nothing after it was read"
            remedy = 'put the whole cell in quotes and write each quote inside it as ""'
            self.issues.append(fault("csv.quote", Where(file, line=line), what, remedy))

    def where(self, line: int, position: int, field: str | None = None) -> Where:
        """The spot of a cell; of its row where the row is shorter."""
        lines, offsets = self.source.fields_at(line)
        if position >= len(offsets):
            return Where(self.file, line=line, field=field)
        return Where(self.file, line=lines[position], column=offsets[position], field=field)

    def wrong(self, code: str, where: Where, what: str, remedy: str) -> None:
        """Keep a fault."""
        self.issues.append(fault(code, where, what, remedy))

    def number(self, text: str, where: Where) -> Quantity | None:
        """Read a number or an interval; keep the fault where it is none."""
        if not text:
            self.wrong("cell.missing", where, "the cell is empty; a number belongs here", "write a number, such as 40")
            return None
        try:
            return Quantity.parse(text)
        except QuantityError as error:
            self.wrong(error.code, where, error.what, error.remedy)
            return None


def read_bargaining(path: str | PathLike[str]) -> BargainingTable:
    """Read a table of positions in either layout.

    Raises
    ------
    PositionsFileError : with every fault of the file, each with its line and column.
    """
    path = Path(path)
    file = path.name
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        remedy = "name a file that is there and can be read"
        raise PositionsFileError((fault("file.unreadable", Where(file), f"{reason}: {path}", remedy),)) from None
    if size > MAX_FILE_BYTES:
        what = f"the file has {size:,} bytes; a table of positions has {MAX_FILE_BYTES:,} at most"
        raise PositionsFileError((fault("file.too-large", Where(file), what, "split it by issue"),))
    text, issues = decode(data, file)
    if text is None:
        raise PositionsFileError(issues)
    return parse_bargaining(text, file)


def parse_bargaining(text: str, file: str) -> BargainingTable:
    """Read the text of a table of positions; `file` is what errors call it. Raises `PositionsFileError`."""
    reader = _Reader(text, file)
    if not reader.records:
        if not reader.issues:
            remedy = f"write the columns {', '.join(COLUMNS)} and a row for each actor on each issue"
            reader.wrong("table.no-header", Where(file, line=1), "the file is empty", remedy)
        raise PositionsFileError(tuple(reader.issues))
    layout = "ktab" if _looks_like_ktab(reader.records[0][1]) else "long"
    entries = list(_ktab_entries(reader) if layout == "ktab" else _long_entries(reader))
    scales = [100.0, 100.0] if layout == "ktab" else [_scale(entries, 0), _scale(entries, 1)]
    for entry in entries:
        _check(reader, entry, (*scales, np.inf))
    if reader.issues:
        raise PositionsFileError(tuple(reader.issues))
    if not entries:
        where = Where(file, line=reader.records[-1][0])
        remedy = "write a row for each actor on each issue"
        raise PositionsFileError((fault("cell.missing", where, "the table has no rows", remedy),))
    return _table(entries, scales, layout)


def _looks_like_ktab(cells: list[str]) -> bool:
    """Whether a first line has two counts in its third and fourth cell."""
    return len(cells) >= _HEAD_CELLS and all(cell.isascii() and cell.isdigit() for cell in cells[2:_HEAD_CELLS])


def _scale(entries: list[_Entry], column: int) -> float:
    return 1.0 if all(entry.numbers[column].high <= 1 for entry in entries) else 100.0


def _check(reader: _Reader, entry: _Entry, tops: tuple[float, ...]) -> None:
    for name, number, where, top in zip(NUMBERS, entry.numbers, entry.wheres, tops, strict=True):
        if number.low < 0 or number.high > top:
            rule = "is 0 or more" if top == np.inf else f"lies within 0 to {top:g}"
            what = f"the {name} {number} of '{shown(entry.actor, 60)}' is outside the scale; a {name} {rule}"
            reader.wrong("cell.out-of-range", where, what, "correct the number")


def _ktab_entries(reader: _Reader) -> Iterator[_Entry]:
    """The rows of the toolkit's layout."""
    (head_line, head), *rest = reader.records
    n_actors, n_dims = int(head[2]), int(head[3])
    if n_dims < 1:
        what, remedy = "the number of dimensions is 0", "write how many dimensions the table has"
        reader.wrong("cell.invalid", reader.where(head_line, 3), what, remedy)
        return
    if not rest:
        remedy = "write the line of column names and a line for each actor"
        reader.wrong("table.no-header", reader.where(head_line, 0), "nothing follows the first line", remedy)
        return
    (names_line, names), *rows = rest
    wanted = 3 + 2 * n_dims
    if len(names) < wanted:
        what = f"the line of names has {len(names)} cells; {n_dims} dimensions take {wanted}"
        remedy = "name actor, description, capability, then a position and a salience for each dimension"
        reader.wrong("csv.too-few-cells", reader.where(names_line, len(names)), what, remedy)
        return
    if len(rows) != n_actors:
        what = f"the first line says {n_actors} actors; {len(rows)} lines follow the names"
        reader.wrong("cell.invalid", reader.where(head_line, 2), what, f"write {len(rows)}, or add the missing lines")
    dims = [names[3 + 2 * d] or f"dimension {d + 1}" for d in range(n_dims)]
    seen: dict[str, int] = {}
    for line, row in rows:
        if len(row) < wanted:
            what = f"the line has {len(row)} cells; {n_dims} dimensions take {wanted}"
            reader.wrong("csv.too-few-cells", reader.where(line, len(row)), what, "add the missing numbers")
            continue
        if extra := next((at for at in range(wanted, len(row)) if row[at]), None):
            what = f"the line has more than the {wanted} cells that {n_dims} dimensions take"
            reader.wrong("csv.too-many-cells", reader.where(line, extra), what, "remove the extra cell")
            continue
        if _known(
            reader, row[0], seen, line=line, called=f"actor '{shown(row[0], 60)}'", where=reader.where(line, 0, "actor")
        ):
            continue
        yield from _ktab_row(reader, line, row, dims)


def _ktab_row(reader: _Reader, line: int, row: list[str], dims: list[str]) -> Iterator[_Entry]:
    capability_at = reader.where(line, 2, "capability")
    capability = reader.number(row[2], capability_at)
    for d, dim in enumerate(dims):
        spots = reader.where(line, 3 + 2 * d, dim), reader.where(line, 4 + 2 * d, f"salience of {dim}")
        position, salience = (
            reader.number(row[at], spot) for at, spot in zip((3 + 2 * d, 4 + 2 * d), spots, strict=True)
        )
        if position is not None and salience is not None and capability is not None:
            yield _Entry(dim, row[0], (position, salience, capability), (*spots, capability_at))


def _long_columns(reader: _Reader) -> dict[str, int]:
    """Where each column of a long table stands; keeps what is wrong with the header."""
    head_line, header = reader.records[0]
    names = [name.lower() for name in header]
    at: dict[str, int] = {}
    for position, name in enumerate(names):
        where = reader.where(head_line, position, shown(name, 80) or None)
        if name in at:
            reader.wrong("table.duplicate-column", where, f"the column {name} is there twice", "remove one of them")
        elif name in COLUMNS:
            at[name] = position
        elif name:
            meant = closest(name, COLUMNS)
            hint = f"write {meant}" if meant and meant not in names else "remove it"
            what = f"'{shown(name, 80)}' is no column of a table of positions; they are {or_one_of(COLUMNS)}"
            reader.wrong("table.unknown-column", where, what, hint)
    for name in COLUMNS:
        if name not in at:
            what = f"the column {name} is missing; found {', '.join(shown(cell, 40) for cell in header if cell)}"
            reader.wrong("table.missing-column", reader.where(head_line, 0), what, f"add the column {name}")
    return at


def _long_entries(reader: _Reader) -> Iterator[_Entry]:
    """The rows of a long table."""
    at = _long_columns(reader)
    if reader.issues:
        return
    n_columns = len(reader.records[0][1])
    seen: dict[str, int] = {}
    for line, row in reader.records[1:]:
        if len(row) < n_columns:
            what = f"the row has {len(row)} cells; the header has {n_columns}"
            reader.wrong("csv.too-few-cells", reader.where(line, len(row)), what, "add the missing cells")
        elif any(row[n_columns:]):
            what = f"the row has {len(row)} cells; the header has {n_columns}"
            remedy = "remove the extra cell, or put a cell that holds a comma in quotes"
            reader.wrong("csv.too-many-cells", reader.where(line, n_columns), what, remedy)
        elif (entry := _long_row(reader, line, row, at, seen)) is not None:
            yield entry


def _long_row(reader: _Reader, line: int, row: list[str], at: dict[str, int], seen: dict[str, int]) -> _Entry | None:
    issue, actor = row[at["issue"]], row[at["actor"]]
    for name, text in (("issue", issue), ("actor", actor)):
        if not text:
            where = reader.where(line, at[name], name)
            reader.wrong("cell.missing", where, f"the {name} is empty", f"name the {name}")
    spots = tuple(reader.where(line, at[name], name) for name in NUMBERS)
    numbers = [reader.number(row[at[name]], spot) for name, spot in zip(NUMBERS, spots, strict=True)]
    if not issue or not actor:
        return None
    called = f"actor '{shown(actor, 60)}' on issue '{shown(issue, 60)}'"
    if _known(
        reader, f"{issue}\x1f{actor}", seen, line=line, called=called, where=reader.where(line, at["actor"], "actor")
    ):
        return None
    position, salience, capability = numbers
    if position is None or salience is None or capability is None:
        return None
    return _Entry(issue, actor, (position, salience, capability), (spots[0], spots[1], spots[2]))


def _known(reader: _Reader, key: str, seen: dict[str, int], *, line: int, called: str, where: Where) -> bool:
    """Whether a key stood before; keeps the fault, or the key."""
    if not key:
        reader.wrong("cell.missing", where, "the actor is empty", "name the actor")
        return True
    if key in seen:
        what = f"{called} stands in line {seen[key]} already"
        reader.wrong("row.duplicate-key", where, what, "remove one of the lines, or correct the name")
        return True
    seen[key] = line
    return False


def _table(entries: list[_Entry], scales: list[float], layout: str) -> BargainingTable:
    actors = tuple(dict.fromkeys(entry.actor for entry in entries))
    issues = tuple(dict.fromkeys(entry.issue for entry in entries))
    row = {actor: a for a, actor in enumerate(actors)}
    column = {issue: i for i, issue in enumerate(issues)}
    shape = (len(actors), len(issues))
    ids = np.array([[stable_id(actor, issue) for issue in issues] for actor in actors], dtype=np.int64).reshape(shape)
    fields = []
    for number, (name, unit) in enumerate(zip(NUMBERS, (*scales, 1.0), strict=True)):
        low, best, high = (np.zeros(shape) for _ in range(3))
        has_best, known = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        for entry in entries:
            cell, found = (row[entry.actor], column[entry.issue]), entry.numbers[number]
            low[cell], high[cell] = found.low / unit, found.high / unit
            has_best[cell] = found.best is not None
            best[cell] = (found.low if found.best is None else found.best) / unit
            known[cell] = True
        none = np.zeros(shape, np.bool_)
        fields.append(Uncertain(f"bargaining/{name}", low, high, best, has_best, known, none, ids.copy()))
    position, salience, capability = fields
    return BargainingTable(actors, issues, position, salience, capability, scales[0], layout)

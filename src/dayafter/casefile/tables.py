"""Rules that any table obeys, whatever kind of file it stands in: its header, and rows as long as the header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dayafter.casefile.didyoumean import closest
from dayafter.casefile.loaded import column_letters
from dayafter.casefile.raw import MAX_CELL_UNITS, MAX_COLUMNS, MAX_ROWS, RawTable, fault, shown, units
from dayafter.casefile.schema import TABLES, columns
from dayafter.errors import Issue, Where


def finish_table(table: RawTable, records: Iterable[tuple[int, list[str]]]) -> Iterator[Issue]:
    """Check the header and fill the table with the records, each with its line; blank rows are skipped.

    A row that is too short or too long is kept for its ids and marked as broken.
    """
    if len(table.header) > MAX_COLUMNS:
        what = f"{len(table.header):,} columns; a table has {MAX_COLUMNS} at most"
        yield fault(
            "table.too-many-columns", table.header_where(), what, "delete the columns that are not the format's"
        )
        return
    n_written = len(table.header)
    while table.header and not table.header[-1]:  # a spreadsheet may write empty columns at the right
        table.header = table.header[:-1]
    yield from _header_issues(table)
    width = len(table.header)
    broken: list[int] = []
    nameless: set[int] = set()
    for line, cells in records:
        if not any(cells):
            continue
        if len(table.rows) == MAX_ROWS:
            what = f"more than {MAX_ROWS:,} rows"
            yield fault("table.too-many-rows", _row_where(table, line), what, "split the case, or count by month")
            break
        nameless.update(_fit(table, cells, n_written))
        if len(cells) != width:
            broken.append(len(table.rows))
            yield _ragged(table, line, len(cells))
            cells = [*cells, *("" for _ in range(width - len(cells)))][:width]  # noqa: PLW2901
        table.rows.append(cells)
        table.lines.append(line)
        if max(map(len, cells)) * 2 > MAX_CELL_UNITS:
            yield from _long_cells(table, len(table.rows) - 1)
    table.broken_rows = frozenset(broken)
    yield from (_nameless_column(table, position) for position in sorted(nameless | _unnamed(table)))


def _fit(table: RawTable, cells: list[str], n_written: int) -> set[int]:
    """Bring a row to the header's length where nothing is lost; return the nameless columns that it fills."""
    width = len(table.header)
    while len(cells) > width and not cells[-1]:
        cells.pop()
    filled: set[int] = set()
    if width < len(cells) <= n_written:  # the columns at the right are not empty after all
        filled = {position for position in range(width, len(cells)) if cells[position]}
        del cells[width:]
    if table.sheet is not None:  # a sheet keeps no empty cells at the end of a row
        cells.extend("" for _ in range(width - len(cells)))
    return filled


def _unnamed(table: RawTable) -> set[int]:
    """Columns without a name, before the last that has one, that hold cells."""
    return {
        position for position, name in enumerate(table.header) if not name and any(row[position] for row in table.rows)
    }


def _row_where(table: RawTable, line: int) -> Where:
    return Where(table.file, sheet=table.sheet, line=line)


def _ragged(table: RawTable, line: int, n_cells: int) -> Issue:
    width = len(table.header)
    what = f"the row has {n_cells} cells; the header has {width} columns"
    if n_cells < width:
        remedy = f"write the {width - n_cells} missing commas, also for cells that stay empty"
        return fault("csv.too-few-cells", _row_where(table, line), what, remedy)
    remedy = "put a cell that holds a comma in quotes, or delete what is too much"
    if table.sheet is not None:
        remedy = "delete what stands to the right of the last column, or name its column"
        return fault("xlsx.cell-without-column", _row_where(table, line), what, remedy)
    return fault("csv.too-many-cells", _row_where(table, line), what, remedy)


def _header_issues(table: RawTable) -> Iterator[Issue]:
    known = columns(table.name)
    first: dict[str, int] = {}
    for position, name in enumerate(table.header):
        if not name:
            continue
        if name in first:
            what = f"the column '{shown(name, 80)}' stands twice; first as column {first[name] + 1}"
            where = table.header_where(position)
            yield fault("table.duplicate-column", where, what, "delete or rename one of the two")
        elif name not in known:
            free = tuple(column for column in known if column not in table.header)
            guess = closest(name, free) or closest(name, known)
            remedy = f"write {guess}" if guess else f"delete it; the columns are {', '.join(known)}"
            what = f"'{shown(name, 80)}' is no column of {table.name}"
            yield fault("table.unknown-column", table.header_where(position), what, remedy)
        first.setdefault(name, position)
    for name, field in TABLES[table.name].model_fields.items():
        if field.is_required() and name not in first:
            what = f"the column '{name}' is missing; every row of {table.name} needs it"
            yield fault("table.missing-column", table.header_where(), what, f"add the column {name}")


def _nameless_column(table: RawTable, position: int) -> Issue:
    what = f"column {position + 1} ({column_letters(position)}) holds cells and has no name"
    return fault(
        "table.empty-header", table.header_where(position), what, "name the column in the header, or delete it"
    )


def _long_cells(table: RawTable, number: int) -> Iterator[Issue]:
    for position, cell in enumerate(table.rows[number]):
        if len(cell) * 2 > MAX_CELL_UNITS and (length := units(cell)) > MAX_CELL_UNITS:
            what = f"the cell holds {length:,} characters; it may hold {MAX_CELL_UNITS:,}"
            where = table.origin(number).where(table.header[position])
            yield fault(
                "cell.too-long", where, what, "shorten the text; keep long documents as a source with an address"
            )

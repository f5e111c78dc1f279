"""The two canonical tables, of events and of displacement: every column, its unit, what may be absent.

A table is a polars frame in exactly these columns. Absence is null, never a number that stands for it. Each row says
from which file and line of which release it came, so that any number can be followed back to what was read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from dayafter.errors import DayafterError, UsageError

FORMAT: Final = "1"
"""Version of the two tables; written into each Parquet file."""

DATE_PRECISIONS: Final = ("day", "days", "week", "month", "year")
"""How well the date is known: to the day, within 2 to 6 days, the week, the month, or less well than that."""
PLACE_PRECISIONS: Final = ("site", "near", "district", "province", "line", "country", "beyond")
"""How well the place is known, best first: the spot; within some 25 km of it; the second-order district; the
first-order province; a line or a vague area; the country only; international waters or air."""
LOCAL_PRECISIONS: Final = ("site", "near")
"""Precise enough for a cell, a district or a place of a case."""
VIOLENCE_TYPES: Final = ("state-based", "non-state", "one-sided", "other")
"""State-based: a government is a side. Non-state: organised groups, none of them a government. One-sided: against
civilians. Other: what the source counts as an event and no such violence (riots, protests, arrests)."""
SERIES: Final = ("displaced", "returned")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table."""

    name: str
    dtype: pl.DataType
    text: str
    required: bool = False
    """Whether every row has a value."""
    words: tuple[str, ...] = ()
    """The only values, where it is a word of a list."""
    low: float | None = None
    high: float | None = None


def _text(name: str, text: str, *, required: bool = False, words: tuple[str, ...] = ()) -> Column:
    return Column(name, pl.String(), text, required, words)


def _count(name: str, text: str, *, required: bool = False, low: float | None = 0) -> Column:
    return Column(name, pl.Int64(), text, required, low=low)


_PROVENANCE: Final = (
    _text("source", "Who published it: the provider's name.", required=True),
    _text("release", "Version of the publication, as `25.1`; null where neither the file nor its name says."),
    _text("file", "Name of the file that it was read from.", required=True),
    _count(
        "line",
        "Line of a text file on which the row begins; row of a sheet; number of the record in JSON or Parquet, from 1.",
        required=True,
        low=1,
    ),
)
_COORDINATES: Final = (
    Column("latitude", pl.Float64(), "Degrees north, WGS84.", low=-90, high=90),
    Column("longitude", pl.Float64(), "Degrees east, WGS84.", low=-180, high=180),
)

EVENT_COLUMNS: Final = (
    _text("event_uid", "`source:source_id`; unique.", required=True),
    *_PROVENANCE,
    _text("source_id", "The event's id at its source.", required=True),
    Column("date_start", pl.Date(), "First day on which it can have happened.", required=True),
    Column("date_end", pl.Date(), "Last day.", required=True),
    _text("date_precision", "How well the date is known.", words=DATE_PRECISIONS),
    _text("place_precision", "How well the place is known.", words=PLACE_PRECISIONS),
    *_COORDINATES,
    _text("place_name", "Where, in the source's words."),
    _text("adm_1", "First-order division, in the source's words."),
    _text("adm_2", "Second-order division, in the source's words."),
    _text("place_code", "Code of the place in a gazetteer, where the source gives one."),
    _text("country_name", "Country, in the source's words."),
    _count("country_gw", "Country, by its Gleditsch–Ward code.", low=1),
    Column(
        "priogrid_gid",
        pl.Int64(),
        "PRIO-GRID cell, computed from the coordinates.",
        low=1,
        high=259_200,
    ),
    _text("violence_type", "Kind of violence.", required=True, words=VIOLENCE_TYPES),
    _text("source_type", "The kind of event in the source's words or code."),
    _text("conflict_id", "The conflict's id at the source."),
    _text("conflict_name", "The conflict, in the source's words."),
    _text("dyad_id", "The id of the pair of sides at the source."),
    _text("dyad_name", "The pair of sides, in the source's words."),
    _text("side_a_id", "The first side's id at the source."),
    _text("side_a", "The first side; of one-sided violence the one who did it."),
    _text("side_b_id", "The second side's id at the source."),
    _text("side_b", "The second side; `Civilians` of one-sided violence."),
    _count("side_a_gw", "Gleditsch–Ward code of the first side, where it is a government.", low=1),
    _count("side_b_gw", "Gleditsch–Ward code of the second side, where it is a government.", low=1),
    _count("deaths_low", "Persons killed, low estimate; never above `deaths_best`."),
    _count("deaths_best", "Persons killed, best estimate.", required=True),
    _count("deaths_high", "Persons killed, high estimate; never below `deaths_best`."),
    _count("deaths_a", "Of the best estimate: dead of the first side."),
    _count("deaths_b", "Of the best estimate: dead of the second side."),
    _count("deaths_civilians", "Of the best estimate: civilians."),
    _count("deaths_unknown", "Of the best estimate: nobody knows of which side."),
    _count("n_sources", "Reports that the source counted."),
    Column(
        "is_clear",
        pl.Boolean(),
        "False where the source itself is not sure that it is an event by its definition (candidate releases).",
    ),
    _text("flags", "Codes of what was noticed in the row or mended, parted by blanks; null where there is nothing."),
)

DISPLACEMENT_COLUMNS: Final = (
    *_PROVENANCE,
    Column("date", pl.Date(), "Day for which the numbers hold.", required=True),
    _text("series", "Persons displaced to the place, or returned to it.", required=True, words=SERIES),
    _text("location_id", "The location's id at the source.", required=True),
    _text("place_name", "The location, in Latin letters."),
    _text("place_name_local", "The location, in its own script."),
    _text("adm_1", "Governorate, in the source's words."),
    _text("adm_2", "District, in the source's words."),
    _text("place_code", "Code of the district in a gazetteer, where the source gives one."),
    *_COORDINATES,
    _count("families", "Families there on that day: a stock, not a flow.", required=True),
    _count("individuals", "Persons there on that day."),
    Column(
        "individuals_by_rule",
        pl.Boolean(),
        "True where persons are exactly six times families: a convention, no count.",
    ),
    _text("flags", "Codes of what was noticed in the row or mended, parted by blanks; null where there is nothing."),
)
TABLES: Final[Mapping[str, tuple[Column, ...]]] = {"events": EVENT_COLUMNS, "displacement": DISPLACEMENT_COLUMNS}


class EventTableError(DayafterError):
    """A frame is not the table that it is said to be."""


def schema_of(table: str) -> dict[str, pl.DataType]:
    """Names and types of the columns of a table, in order."""
    return {column.name: column.dtype for column in TABLES[table]}


def empty_table(table: str) -> pl.DataFrame:
    """A table with no rows."""
    return pl.DataFrame(schema=schema_of(table))


def faults(frame: pl.DataFrame, table: str) -> Iterator[str]:
    """Everything in which a frame differs from the schema, one sentence each."""
    wanted = schema_of(table)
    if missing := [name for name in wanted if name not in frame.columns]:
        yield f"it lacks the column {', '.join(missing)}"
    if unknown := [name for name in frame.columns if name not in wanted]:
        yield f"it has the unknown column {', '.join(unknown)}"
    for column in TABLES[table]:
        if column.name in frame.columns:
            yield from _column_faults(frame[column.name], column)
    if table == "events" and not {"event_uid", "date_start", "date_end"} - set(frame.columns):
        if n_twice := frame.height - frame["event_uid"].n_unique():
            yield f"event_uid is not unique: {n_twice:,} rows too many"
        if n_reversed := int((frame["date_end"] < frame["date_start"]).sum()):
            yield f"date_end is before date_start in {n_reversed:,} rows"


def _column_faults(values: pl.Series, column: Column) -> Iterator[str]:
    if values.dtype != column.dtype:
        yield f"{column.name} is of type {values.dtype}, not {column.dtype}"
        return
    if column.required and (n_absent := values.null_count()):
        yield f"{column.name} is empty in {n_absent:,} rows"
    if column.words and (n_other := int((~values.drop_nulls().is_in(list(column.words))).sum())):
        yield f"{column.name} is in {n_other:,} rows none of {', '.join(column.words)}"
    below = 0 if column.low is None else int((values < column.low).sum())
    above = 0 if column.high is None else int((values > column.high).sum())
    if below or above:
        yield f"{column.name} is outside its range in {below + above:,} rows"


def check_table(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give the frame back, its columns in order. Raises `EventTableError` where it breaks the schema."""
    if found := list(faults(frame, table)):
        raise EventTableError(f"this is no table of {table}:\n" + "\n".join(f"  {fault}" for fault in found))
    return frame.select(list(schema_of(table)))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all: under another name first. Raises `UsageError` where it cannot stand there."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"cannot write {path}: name a file in a folder that is there")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_table(frame: pl.DataFrame, path: Path, table: str) -> None:
    """Write a table as Parquet, whole or not at all. Raises `EventTableError`, `UsageError`."""
    checked = check_table(frame, table)
    label = {"dayafter.table": f"{table}/{FORMAT}"}
    write_whole(path, lambda file: checked.write_parquet(file, compression="zstd", metadata=label))


def read_table(path: Path, table: str = "events") -> pl.DataFrame:
    """Read a table that `write_table` wrote. Raises `EventTableError`, `UsageError`."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}; make it with `dayafter events import`")
    try:
        label = pl.read_parquet_metadata(path).get("dayafter.table", "")
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise EventTableError(f"{path} is no Parquet file: {error}") from error
    if label != f"{table}/{FORMAT}":
        said = f"says '{label}'" if label else "was not written by `dayafter events import`"
        raise EventTableError(f"{path} {said}; wanted is a table of {table}, format {FORMAT}; import its files again")
    return check_table(frame, table)


def table_markdown() -> str:
    """The page `docs/reference/event-table.md`."""
    from dayafter.events.codes import codes_markdown  # noqa: PLC0415  # only the generator of the page needs it

    lines = ["# The event table", "", "Generated from `src/dayafter/events/table.py` and `codes.py` beside it.", ""]
    for table, title in (("events", "Events"), ("displacement", "Displacement")):
        lines += [f"## {title}", "", "| Column | Type | Always there | What it is |", "| --- | --- | --- | --- |"]
        for column in TABLES[table]:
            words = f" One of {', '.join(f'`{word}`' for word in column.words)}." if column.words else ""
            yes = "yes" if column.required else ""
            lines.append(f"| `{column.name}` | {str(column.dtype).lower()} | {yes} | {column.text}{words} |")
        lines.append("")
    return "\n".join([*lines, codes_markdown()])

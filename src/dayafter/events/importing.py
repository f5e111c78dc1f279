"""Files of others made into one canonical table, with a report of everything that was noticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from dayafter.errors import Issue, UsageError, Where
from dayafter.events.codes import CODES
from dayafter.events.convert import Converted, Provider, convert, no_refusals
from dayafter.events.providers import dtm
from dayafter.events.providers.generic import read_mapping
from dayafter.events.reading import LINE, EventFileError, RawTable, read_raw
from dayafter.events.registry import PROVIDERS, provider_named, provider_of
from dayafter.events.table import TABLES, empty_table, schema_of, write_table
from dayafter.events.traps import Note, across_files, mend_and_mark, refuse, refuse_contradictions

_AT_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file gave."""

    file: str
    sheet: str | None
    sha256: str
    provider: str
    release: str | None
    n_rows: int
    n_refused: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import."""

    table: str
    rows: pl.DataFrame
    """The canonical table."""
    files: tuple[FileReport, ...]
    refused: pl.DataFrame
    """Every refused row: file, line, code, what. A row may stand here for several reasons."""
    notes: tuple[Note, ...]
    out: Path | None
    """The file that was written."""

    @property
    def n_refused(self) -> int:
        """Rows refused, each counted once."""
        return self.refused.select("file", "line").unique().height

    def issues(self) -> tuple[Issue, ...]:
        """Every refused row as an issue, in the order of files and lines."""
        return tuple(_issues(self.refused))

    def as_dict(self) -> dict[str, object]:
        """Plain types, for JSON."""
        return {
            "table": self.table,
            "n_rows": self.rows.height,
            "n_refused": self.n_refused,
            "out": None if self.out is None else str(self.out),
            "files": [
                {
                    "file": one.file,
                    "sheet": one.sheet,
                    "sha256": one.sha256,
                    "provider": one.provider,
                    "release": one.release,
                    "n_rows": one.n_rows,
                    "n_refused": one.n_refused,
                }
                for one in self.files
            ],
            "notes": [
                {
                    "code": note.code,
                    "verdict": CODES[note.code].verdict.value,
                    "file": note.file,
                    "n_rows": note.n_rows,
                    "lines": list(note.lines),
                    "what": note.what,
                }
                for note in self.notes
            ],
            "refused": self.refused.to_dicts(),
        }

    def to_text(self) -> str:
        """The report for a person; every refused row is listed."""
        lines = []
        for one in self.files:
            sheet = "" if one.sheet is None else f" [{one.sheet}]"
            release = "release unknown" if one.release is None else f"release {one.release}"
            lines.append(
                f"{one.file}{sheet}: {one.provider}, {release}, {one.n_rows:,} rows, {one.n_refused:,} refused"
            )
        lines += [str(note) for note in self.notes]
        lines += [str(issue) for issue in self.issues()]
        goes = "" if self.out is None else f", written to {self.out}"
        lines.append(f"{self.rows.height:,} rows of {self.table}{goes}")
        return "\n".join(lines)


def _issues(refused: pl.DataFrame) -> Iterator[Issue]:
    for file, line, code, what in refused.sort("file", "line", "code").iter_rows():
        yield Issue(code, Where(file, line=line), what, CODES[code].remedy)


def import_events(
    files: Sequence[Path],
    provider: str | None = None,
    out: Path | None = None,
    *,
    keep_going: bool = False,
    release: str | None = None,
    mapping: Path | None = None,
) -> ImportReport:
    """Read files of events or of displacement into one canonical table.

    Parameters
    ----------
    files : as published: CSV, JSON, Parquet or workbooks. All of one import become one table.
    provider : name in the registry; without it each file is recognised by its columns.
    out : Parquet file to write, whole or not at all; nothing is written without it.
    keep_going : leave refused rows out instead of stopping.
    release : of all files, where neither they nor their names say it.
    mapping : TOML file that says which column is what, for a source that the registry has not.

    Raises
    ------
    UsageError : no such file or provider; events and displacement at once; options that contradict.
    EventFileError : a file cannot be read, or rows are refused and `keep_going` is not said; it lists them all, and
        nothing was written.
    """
    if not files:
        raise UsageError("name at least one file to import")
    if provider is not None and mapping is not None:
        raise UsageError("say either a provider or a mapping file, not both")
    named = read_mapping(mapping) if mapping is not None else provider_named(provider) if provider else None
    tables = [raw for path in files for raw in read_raw(Path(path))]
    chosen = [_chosen(raw, named) for raw in tables]
    kinds = list(dict.fromkeys(one.table for one in chosen))
    if len(kinds) > 1:
        raise UsageError("these files hold events and displacement; import the two apart")
    parts = [_one_file(raw, one, release) for raw, one in zip(tables, chosen, strict=True)]
    refused = pl.concat([no_refusals(), *(part.refused for part in parts)])
    notes = [note for part in parts for note in part.notes]
    rows, more, further = _together(parts, chosen, kinds[0])
    refused = pl.concat([refused, more]).unique(maintain_order=True)
    notes += further
    if refused.height and not keep_going:
        raise EventFileError(tuple(_issues(refused)))
    if out is not None:
        write_table(rows, Path(out), kinds[0])
    return ImportReport(kinds[0], rows, tuple(part.report for part in parts), refused, tuple(notes), out)


@dataclass(frozen=True, slots=True)
class _Part:
    report: FileReport
    rows: pl.DataFrame
    refused: pl.DataFrame
    notes: tuple[Note, ...]


def _chosen(raw: RawTable, named: Provider | None) -> Provider:
    """The provider of a file. Raises `EventFileError` where its columns are nobody's, or not those of the one named."""
    found = named or provider_of(raw)
    line = None if raw.sheet else 1
    if found is None:
        has = ", ".join(raw.columns[:8])
        what = f"its columns are those of no provider ({', '.join(PROVIDERS)}); it has {has}"
        remedy = "give the publisher's own file, or a mapping file that says which column is what"
        raise EventFileError((Issue("events.unknown-columns", Where(raw.file, line=line), what, remedy),))
    there = set(raw.columns)
    lacks = [f for f in found.fields if f.required and f.constant is None and not there & set(f.columns)]
    if lacks:
        what = f"it lacks {', '.join(field.columns[0] for field in lacks)}, which {found.name} cannot do without"
        remedy = "give the publisher's own file, or another provider"
        raise EventFileError((Issue("events.columns-lacking", Where(raw.file, line=line), what, remedy),))
    return found


def _one_file(raw: RawTable, provider: Provider, stated: str | None) -> _Part:
    release = stated or provider.release_of(raw)
    done: Converted = convert(raw, provider)
    source = provider.source_of(release) if provider.source_of else provider.name
    rows = done.rows.with_columns(
        pl.lit(source).alias("source"),
        pl.lit(release, dtype=pl.String).alias("release"),
        pl.lit(raw.file).alias("file"),
        pl.col(LINE).alias("line"),
    )
    notes: list[Note] = []
    if provider.has_releases and release is None:
        notes.append(Note("events.release-unknown", raw.file, rows.height, (), "nothing says which release it is"))
    if lacking := [name for name in done.absent if name in schema_of(provider.table) and name != "date_end"]:
        notes.append(Note("events.columns-missing", raw.file, rows.height, (), f"it has no {', '.join(lacking)}"))
    if provider.table == "displacement":
        rows, refused, found = dtm.check(rows, raw)
    else:
        rows, refused, found = _events(rows, raw.file)
    refused = pl.concat([done.refused, refused])
    n_refused = refused.select("line").unique().height
    report = FileReport(raw.file, raw.sheet, raw.sha256, provider.name, release, raw.rows.height, n_refused)
    return _Part(report, rows, refused, (*notes, *found))


def _events(rows: pl.DataFrame, file: str) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Note, ...]]:
    """Fill the canonical columns and run the traps of single rows."""
    schema = schema_of("events")
    has_end = "date_end" in rows.columns and rows["date_end"].null_count() < max(rows.height, 1)
    lacking = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns]
    rows = rows.with_columns(lacking)
    rows = rows.with_columns(
        pl.coalesce("date_end", "date_start").alias("date_end"),
        pl.concat_str("source", pl.lit(":"), "source_id").alias("event_uid"),
    )
    kept, refused = refuse(rows, file)
    marked, notes = mend_and_mark(kept, file, has_end=has_end)
    return marked.select(list(schema)), refused, notes


def _together(
    parts: Sequence[_Part], chosen: Sequence[Provider], table: str
) -> tuple[pl.DataFrame, pl.DataFrame, list[Note]]:
    """Join the files of each provider, resolve what they have in common, and join the providers."""
    if table == "displacement":
        return dtm.join([part.rows for part in parts])
    tables: list[pl.DataFrame] = []
    refused: list[pl.DataFrame] = [no_refusals()]
    notes: list[Note] = []
    for name in dict.fromkeys(provider.name for provider in chosen):
        own = [part.rows for part, provider in zip(parts, chosen, strict=True) if provider.name == name]
        provider = next(one for one in chosen if one.name == name)
        frame, contradicting = refuse_contradictions(pl.concat(own))
        refused.append(contradicting)
        frame, found = across_files(frame, provider)
        notes += found
        tables.append(frame)
    whole = pl.concat([empty_table(table), *tables]).select([column.name for column in TABLES[table]])
    publishers = list(dict.fromkeys(provider.name for provider in chosen))
    if len(publishers) > 1:
        what = f"{len(publishers)} publishers together: {', '.join(publishers)}"
        notes.append(Note("events.mixed-sources", None, whole.height, (), what))
    return whole, pl.concat(refused), notes

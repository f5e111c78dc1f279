"""What is wrong with events that can be read: found, then refused, mended or marked, and always counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from dayafter.events.codes import CODES, Verdict
from dayafter.events.convert import Provider, no_refusals, refusals
from dayafter.events.grid import gid_expression
from dayafter.events.reading import LINE
from dayafter.events.table import LOCAL_PRECISIONS

LONG_DAYS: Final = 31
_FLAGS: Final = "flags"
_VAGUE: Final = ("district", "province", "line", "country", "beyond")


@dataclass(frozen=True, slots=True)
class Note:
    """One kind of thing that was noticed in one file, or in all of them."""

    code: str
    file: str | None
    """None where it is about the files together."""
    n_rows: int
    lines: tuple[int, ...]
    """The first few, as examples."""
    what: str

    def __str__(self) -> str:
        trap = CODES[self.code]
        at = "" if self.file is None else self.file
        if self.file is not None and self.lines:
            at += ":" + ",".join(map(str, self.lines)) + (",…" if self.n_rows > len(self.lines) else "")
        spot = f"{at}\n  " if at else ""
        return f"{spot}{trap.verdict.value}: {self.what}\n  {trap.remedy}  [{self.code}]"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A trap that one row alone shows."""

    code: str
    bad: pl.Expr
    what: pl.Expr | str
    """Words for a row that is refused, or for a count of rows."""


def _named(name: str) -> pl.Expr:
    return pl.col(name)


def _refusing() -> tuple[_Rule, ...]:
    lat, lon = _named("latitude"), _named("longitude")
    off = (lat.abs() > 90) | (lon.abs() > 180) | (lat.is_null() != lon.is_null()) | ((lat == 0) & (lon == 0))
    dead = pl.min_horizontal(
        "deaths_low", "deaths_best", "deaths_high", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"
    )
    return (
        _Rule(
            "events.end-before-start",
            _named("date_end") < _named("date_start"),
            pl.format("it ends on {}, before it begins on {}", "date_end", "date_start"),
        ),
        _Rule(
            "events.outside-the-globe",
            off,
            pl.format(
                "latitude {}, longitude {}",
                lat.cast(pl.String).fill_null("missing"),
                lon.cast(pl.String).fill_null("missing"),
            ),
        ),
        _Rule("events.negative-deaths", dead < 0, pl.format("a number of dead is {}", dead)),
    )


def refuse(rows: pl.DataFrame, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part rows that cannot be trusted from the others.

    Returns
    -------
    The rows kept, and the list of those refused.
    """
    found = [refusals(rows, file, rule.code, rule.bad, _words(rule.what)) for rule in _refusing()]
    refused = pl.concat([no_refusals(), *found])
    if not refused.height:
        return rows, refused
    lines = refused.select(pl.col("line").alias(LINE)).unique()
    return rows.join(lines, on=LINE, how="anti", maintain_order="left"), refused


def _words(what: pl.Expr | str) -> pl.Expr:
    return pl.lit(what) if isinstance(what, str) else what


def _noting(*, has_grid: bool, has_year: bool) -> Iterator[_Rule]:
    best, low, high = _named("deaths_best"), _named("deaths_low"), _named("deaths_high")
    parts = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
    days = (_named("date_end") - _named("date_start")).dt.total_days() + 1
    yield _Rule(
        "events.best-outside",
        (low > best) | (high < best),
        "the best estimate is below low or above high; the bound was moved to it",
    )
    yield _Rule("events.long", days > LONG_DAYS, f"longer than {LONG_DAYS} days")
    yield _Rule(
        "events.vague-place", _named("place_precision").is_in(_VAGUE), "the place is known to the district at best"
    )
    yield _Rule("events.no-coordinates", _named("latitude").is_null(), "no coordinates")
    yield _Rule("events.not-clear", ~_named("is_clear"), "the publisher is not sure that it is an event")
    yield _Rule(
        "events.parts-differ",
        pl.sum_horizontal([_named(part) for part in parts], ignore_nulls=False) != best,
        "the dead by side do not add up to the best estimate",
    )
    if has_grid:
        yield _Rule(
            "events.grid-differs",
            _named("grid_in_file") != gid_expression(),
            "the PRIO-GRID cell in the file is not that of the coordinates",
        )
    if has_year:
        year = _named("year").cast(pl.Int64)
        in_years = (year == _named("date_start").dt.year()) | (year == _named("date_end").dt.year())
        yield _Rule("events.year-differs", ~in_years, "the year in the file is that of neither day")


def mend_and_mark(rows: pl.DataFrame, file: str, *, has_end: bool) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Apply the stated rules to rows that are kept; every one is counted.

    Parameters
    ----------
    has_end : whether the file has a column of last days.

    Returns
    -------
    The rows with `flags` and without the columns that only the checks needed, and the notes.
    """
    notes: list[Note] = []
    if not has_end and rows.height:
        words = "there is no column of last days; the first day was taken"
        notes.append(Note("events.no-end-date", file, rows.height, (), words))
    rules = list(_noting(has_grid="grid_in_file" in rows.columns, has_year="year" in rows.columns))
    marks = rows.select([rule.bad.fill_null(value=False).alias(rule.code) for rule in rules])
    flags: list[pl.Series] = []
    for rule in rules:
        mark = marks[rule.code]
        if n_rows := int(mark.sum()):
            lines = rows.filter(mark)[LINE].head(5).to_list()
            notes.append(
                Note(rule.code, file, n_rows, tuple(lines), f"{n_rows:,} of {rows.height:,} rows: {rule.what}")
            )
            if CODES[rule.code].verdict in {Verdict.MENDED, Verdict.MARKED}:
                flags.append(mark)
    joined = pl.concat_str(
        [pl.when(pl.col(mark.name)).then(pl.lit(mark.name)) for mark in flags], separator=" ", ignore_nulls=True
    )
    text = marks.select(pl.when(joined != "").then(joined).alias(_FLAGS)) if flags else None
    best, low, high = pl.col("deaths_best"), pl.col("deaths_low"), pl.col("deaths_high")
    mended = rows.with_columns(
        pl.when(low > best).then(best).otherwise(low).alias("deaths_low"),
        pl.when(high < best).then(best).otherwise(high).alias("deaths_high"),
        gid_expression().alias("priogrid_gid"),
        text[_FLAGS] if text is not None else pl.lit(None, dtype=pl.String).alias(_FLAGS),
    )
    return mended.drop("grid_in_file", "year", strict=False), tuple(notes)


def _dropped(frame: pl.DataFrame, kept: pl.DataFrame, code: str, what: str) -> Iterator[Note]:
    """One note for each file that lost rows."""
    gone = frame.join(kept.select("(n)"), on="(n)", how="anti")
    for (file,), rows in gone.sort("(n)").group_by("file", maintain_order=True):
        lines = tuple(rows["line"].head(5).to_list())
        yield Note(code, str(file), rows.height, lines, f"{rows.height:,} rows: {what}")


_ID: Final = ("source", "release", "source_id")


def refuse_contradictions(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refuse every row but the first of those that share an id in one release and differ.

    Returns
    -------
    The rows kept (rows that stand twice alike among them), and the list of those refused.
    """
    if not frame["source_id"].is_duplicated().any():
        return frame, no_refusals()
    twice = frame.with_row_index("(n)").filter(pl.struct(_ID).is_duplicated())
    if not twice.height:
        return frame, no_refusals()
    first = {
        name: pl.col(name).first().over(_ID, order_by="(n)").alias(f"({name})") for name in ("file", "line", "(n)")
    }
    said = pl.struct(pl.exclude("file", "line", "(n)"))
    kinds = twice.with_columns(said.n_unique().over(_ID).alias("(kinds)"), *first.values())
    bad = kinds.filter((pl.col("(kinds)") > 1) & (pl.col("(n)") != pl.col("((n))")))
    what = pl.format("id {} stands in {}:{} too, with other values", "source_id", "(file)", "(line)")
    refused = bad.select("file", "line", pl.lit("events.duplicate-in-release").alias("code"), what.alias("what"))
    kept = frame.with_row_index("(n)").join(bad.select("(n)"), on="(n)", how="anti", maintain_order="left")
    return kept.drop("(n)"), refused


def across_files(frame: pl.DataFrame, provider: Provider) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Resolve what only several releases together show. `frame` holds the events of one provider.

    The newest release of an event is kept; candidate events go where a final release covers their last day.
    """
    notes: list[Note] = []
    if not frame.height or (frame["release"].n_unique() == 1 and not frame["source_id"].is_duplicated().any()):
        return frame, ()  # the common case: one release, every event once
    frame = frame.with_row_index("(n)")
    once = frame.unique(subset=list(_ID), keep="first", maintain_order=True)
    notes += _dropped(frame, once, "events.repeated-row", "they stand in the same release before")
    frame = once
    releases = frame["release"].unique().drop_nulls().sort().to_list()
    order = {name: provider.order_of(name) for name in releases}
    final_days = [day for name in releases if (day := provider.covers_until(name))]
    if final_days:
        last = date.fromisoformat(max(final_days))
        final = [name for name in releases if provider.covers_until(name)]
        candidate = ~pl.col("release").is_in(final) & pl.col("release").is_not_null()
        kept = frame.filter(~(candidate & (pl.col("date_end") <= last)))
        notes += _dropped(
            frame, kept, "events.superseded-candidate", f"candidates up to {last}, which {max(final)} covers"
        )
        frame = kept
    ranked = {name: n for n, name in enumerate(sorted(releases, key=lambda name: order[name] or ()), start=1)}
    rank = pl.col("release").replace_strict(list(ranked), list(ranked.values()), default=0, return_dtype=pl.Int64)
    newest = frame.with_columns(rank.alias("(rank)")).sort("(rank)", descending=True, maintain_order=True)
    kept = newest.unique(subset="source_id", keep="first", maintain_order=True).sort("(n)")
    notes += _dropped(frame, kept, "events.older-release", "a newer release has the event too")
    left = kept["release"].unique().sort().to_list()
    if len(left) > 1:
        named = ", ".join("one unknown" if name is None else str(name) for name in left)
        notes.append(Note("events.mixed-releases", None, kept.height, (), f"{len(left)} releases together: {named}"))
    return kept.drop("(n)", "(rank)"), tuple(notes)


def is_local() -> pl.Expr:
    """Events precise enough for a cell or a place; those of a source that says nothing of precision are."""
    known = pl.col("place_precision")
    return pl.col("latitude").is_not_null() & (known.is_null() | known.is_in(LOCAL_PRECISIONS))

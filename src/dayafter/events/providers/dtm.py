"""IOM Displacement Tracking Matrix: the master lists of displaced and of returned persons, as workbooks or CSV.

One row a location and round. Persons are families times six throughout: a convention of the publisher, so families are
what was counted. Columns changed their names from round to round; each field lists what it was called. The day is a
column, or stands in the name of the file or the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from dayafter.events.convert import Field, Kind, Provider, no_refusals, refusals
from dayafter.events.reading import LINE, RawTable
from dayafter.events.table import schema_of
from dayafter.events.traps import Note

PERSONS_PER_FAMILY: Final = 6
_FAR_DEGREES: Final = 5.0
"""A pair of coordinates further than this from the middle of its file, and swapped nearer than this, was swapped."""

_DAY: Final = ("date", "reporting date", "reporting_date", "round date")
_COMMON: Final = (
    Field("location_id", ("place id", "place_id", "location id", "location_id", "place code"), required=True),
    Field(
        "place_name",
        ("location name in english", "location name", "location_name", "location", "place"),
    ),
    Field("place_name_local", ("location name in arabic", "arabic name", "arabic_name")),
    Field("adm_1", ("governorate", "admin1", "adm1_en"), required=True),
    Field("adm_2", ("district", "admin2", "adm2_en")),
    Field("place_code", ("ocha admin 2", "ocha adm2 pcode", "adm2_pcode", "ocha pcode", "ocha_pcode", "pcode")),
    Field("latitude", ("latitude", "lat"), Kind.NUMBER),
    Field("longitude", ("longitude", "long", "lon"), Kind.NUMBER),
    Field("date", _DAY, Kind.DATE),
)
_INDIVIDUALS: Final = ("individuals", "no. of individuals")
DISPLACED_FIELDS: Final = (
    *_COMMON,
    Field("series", (), constant="displaced"),
    Field(
        "families",
        ("idps families", "families", "households", "master families", "idp families", "idp households"),
        Kind.WHOLE,
        required=True,
    ),
    Field("individuals", ("idps individuals", "idp individuals", *_INDIVIDUALS), Kind.WHOLE),
)
RETURNED_FIELDS: Final = (
    *_COMMON,
    Field("series", (), constant="returned"),
    Field(
        "families",
        (
            "returnee families",
            "returnees families",
            "returnee households",
            "returned families",
            "families",
            "households",
        ),
        Kind.WHOLE,
        required=True,
    ),
    Field("individuals", ("returnee individuals", "returnees individuals", *_INDIVIDUALS), Kind.WHOLE),
)
_OF_RETURN: Final = (
    "returnee families",
    "returnees families",
    "returnee households",
    "returned families",
    "governorate of last displacement",
)

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES: Final = "|".join(_MONTHS)
_NUMERIC: Final = re.compile(r"(20\d{2})[-_. ]?(0[1-9]|1[0-2])[-_. ]?([0-2]\d|3[01])(?!\d)")
_MONTH_FIRST: Final = re.compile(rf"({_NAMES})[a-z]*[-_. ]+(\d{{1,2}})[,-_. ]+(20\d{{2}})", re.IGNORECASE)
_DAY_FIRST: Final = re.compile(rf"(?<!\d)(\d{{1,2}})[-_. ]+({_NAMES})[a-z]*[-_., ]+(20\d{{2}})", re.IGNORECASE)
_YEAR_FIRST: Final = re.compile(rf"(20\d{{2}})[-_. ]+({_NAMES})[a-z]*[-_. ]+(\d{{1,2}})(?!\d)", re.IGNORECASE)
_ROUND: Final = re.compile(r"round[-_ ]*(\d{1,3})(?!\d)", re.IGNORECASE)


def day_in_name(name: str) -> date | None:
    """The day in the name of a file or sheet: `2016-01-07`, `Feb 02, 2017`, `25 Apr 2015`, `2015_January_15`."""
    found: list[tuple[str, int, str]] = []
    if match := _NUMERIC.search(name):
        found.append((match[1], int(match[2]), match[3]))
    if match := _MONTH_FIRST.search(name):
        found.append((match[3], _MONTHS.index(match[1].lower()) + 1, match[2]))
    if match := _DAY_FIRST.search(name):
        found.append((match[3], _MONTHS.index(match[2].lower()) + 1, match[1]))
    if match := _YEAR_FIRST.search(name):
        found.append((match[1], _MONTHS.index(match[2].lower()) + 1, match[3]))
    for year, month, day in found:
        try:
            return date(int(year), month, int(day))
        except ValueError:
            continue
    return None


def _release(raw: RawTable) -> str | None:
    found = _ROUND.search(raw.file)
    return f"round {int(found[1])}" if found else None


def _is_master_list(columns: frozenset[str]) -> bool:
    return "governorate" in columns and bool(columns & set(_COMMON[0].columns))


def _is_returned(columns: frozenset[str]) -> bool:
    return _is_master_list(columns) and bool(columns & set(_OF_RETURN))


def _is_displaced(columns: frozenset[str]) -> bool:
    return _is_master_list(columns) and bool(columns & set(DISPLACED_FIELDS[-2].columns))


def _finish(rows: pl.DataFrame, raw: RawTable) -> pl.DataFrame:
    day = day_in_name(raw.sheet or "") or day_in_name(raw.file)
    return rows.with_columns(
        pl.col("date").fill_null(pl.lit(day, dtype=pl.Date)), pl.col("location_id").str.strip_suffix(".0")
    )


def check(rows: pl.DataFrame, raw: RawTable) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Note, ...]]:
    """Refuse what cannot be trusted in a master list; mend and mark the rest.

    Returns
    -------
    The canonical rows, those refused, and what was noticed.
    """
    file = raw.file
    schema = schema_of("displacement")
    lacking = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns]
    rows = rows.with_columns(lacking)
    no_day = pl.lit("no column has the day, nor has the name of the file or sheet")
    refused = pl.concat(
        [
            no_refusals(),
            refusals(rows, file, "events.missing-value", pl.col("date").is_null(), no_day),
            refusals(
                rows,
                file,
                "events.unreadable",
                (pl.col("families") < 0) | (pl.col("individuals") < 0),
                pl.format("families is {}: a count cannot be below zero", "families"),
            ),
            refusals(
                rows,
                file,
                "events.duplicate-in-release",
                pl.struct("location_id", "date", "series").is_duplicated()
                & (pl.col(LINE) != pl.col(LINE).min().over("location_id", "date", "series")),
                pl.format("location {} stands twice for {}", "location_id", "date"),
            ),
        ]
    )
    kept = rows.join(refused.select(pl.col("line").alias(LINE)).unique(), on=LINE, how="anti", maintain_order="left")
    return _mend(kept, file, refused)


def _mend(rows: pl.DataFrame, file: str, refused: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Note, ...]]:
    schema = schema_of("displacement")
    notes: list[Note] = []
    lat, lon = pl.col("latitude"), pl.col("longitude")
    middle_lat, middle_lon = lat.median(), lon.median()
    far = ((lat - middle_lat).abs() > _FAR_DEGREES) | ((lon - middle_lon).abs() > _FAR_DEGREES)
    near = ((lon - middle_lat).abs() < _FAR_DEGREES) & ((lat - middle_lon).abs() < _FAR_DEGREES)
    swapped = rows.select((far & near).fill_null(value=False)).to_series()
    code = "events.swapped-coordinates"
    if n_swapped := int(swapped.sum()):
        lines = tuple(rows.filter(swapped)["line"].head(5).to_list())
        notes.append(Note(code, file, n_swapped, lines, f"{n_swapped:,} pairs of coordinates were swapped back"))
    rows = rows.with_columns(swapped.alias("(swapped)")).with_columns(
        pl.when("(swapped)").then(lon).otherwise(lat).alias("latitude"),
        pl.when("(swapped)").then(lat).otherwise(lon).alias("longitude"),
        pl.when("(swapped)").then(pl.lit(code)).alias("flags"),
        (pl.col("individuals") == PERSONS_PER_FAMILY * pl.col("families")).alias("individuals_by_rule"),
    )
    off = (pl.col("latitude").abs() > 90) | (pl.col("longitude").abs() > 180)
    words = pl.format("latitude {}, longitude {}", "latitude", "longitude")
    gone = refusals(rows, file, "events.outside-the-globe", off, words)
    rows = rows.filter(~off.fill_null(value=False))
    stated = rows["individuals_by_rule"].drop_nulls()
    if stated.len() and bool(stated.all()):
        words_by_rule = f"persons are {PERSONS_PER_FAMILY} times families in every row"
        notes.append(Note("events.individuals-by-rule", file, rows.height, (), words_by_rule))
    return rows.select(list(schema)), pl.concat([refused, gone]), tuple(notes)


def join(parts: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame, list[Note]]:
    """Put rounds together. The same location, day and series in two files is refused in the later one."""
    whole = pl.concat(parts).with_row_index("(n)")
    key = ("source", "location_id", "date", "series")
    bad = whole.filter(pl.struct(key).is_duplicated() & (pl.col("(n)") != pl.col("(n)").min().over(key)))
    what = pl.format("location {} stands for {} in another file too", "location_id", "date")
    refused = bad.select("file", "line", pl.lit("events.duplicate-in-release").alias("code"), what.alias("what"))
    return whole.join(bad.select("(n)"), on="(n)", how="anti", maintain_order="left").drop("(n)"), refused, []


DISPLACED: Final = Provider(
    name="dtm-displaced",
    title="IOM DTM master list of displaced families by place of refuge",
    table="displacement",
    fields=DISPLACED_FIELDS,
    recognises=_is_displaced,
    release_of=_release,
    finish=_finish,
)
RETURNED: Final = Provider(
    name="dtm-returned",
    title="IOM DTM master list of returned families by place of return",
    table="displacement",
    fields=RETURNED_FIELDS,
    recognises=_is_returned,
    release_of=_release,
    finish=_finish,
)

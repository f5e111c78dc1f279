"""ACLED: the CSV export and the service's JSON. Its terms forbid passing rows on; an import stays with who made it.

ACLED has no low and high estimate and counts events that kill nobody. Its kinds of event are not UCDP's: the table
below says which of UCDP's three kinds an event would be, by kind and by who takes part. That is our reading, no
equivalence, and panels of the two are never added up.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from dayafter.events.convert import Field, Kind, Provider
from dayafter.events.countries import gw_by_iso
from dayafter.events.reading import RawTable

DATE_PRECISION: Final = {"1": "day", "2": "week", "3": "month"}
PLACE_PRECISION: Final = {"1": "site", "2": "near", "3": "province"}
STATE_ACTORS: Final = ("1", "state forces", "8", "external/other forces", "external forces", "other")
CIVILIANS: Final = ("7", "civilians")
FIGHTING: Final = ("battles", "explosions/remote violence")
AGAINST_CIVILIANS: Final = ("violence against civilians",)
NO_SUCH_VIOLENCE: Final = ("riots", "protests", "strategic developments")
_KINDS: Final = {kind: kind for kind in (*FIGHTING, *AGAINST_CIVILIANS, *NO_SUCH_VIOLENCE)}

FIELDS: Final = (
    Field("source_id", ("event_id_cnty", "data_id"), required=True),
    Field(
        "date_start", ("event_date",), Kind.DATE, required=True,
        formats=("%Y-%m-%d", "%d %B %Y", "%d-%B-%Y", "%d %b %Y", "%d-%b-%Y"),
    ),
    Field("year", ("year",), Kind.WHOLE),
    Field("date_precision", ("time_precision",), Kind.CODE, codes=DATE_PRECISION),
    Field("place_precision", ("geo_precision",), Kind.CODE, codes=PLACE_PRECISION),
    Field("latitude", ("latitude",), Kind.NUMBER),
    Field("longitude", ("longitude",), Kind.NUMBER),
    Field("place_name", ("location",)),
    Field("adm_1", ("admin1",)),
    Field("adm_2", ("admin2",)),
    Field("country_name", ("country",)),
    Field("iso", ("iso",), Kind.WHOLE),
    Field("kind", ("event_type",), Kind.CODE, required=True, codes=_KINDS),
    Field("event_type", ("event_type",)),
    Field("sub_event_type", ("sub_event_type",)),
    Field("side_a", ("actor1",)),
    Field("side_b", ("actor2",)),
    Field("inter1", ("inter1",)),
    Field("inter2", ("inter2",)),
    Field("deaths_best", ("fatalities",), Kind.WHOLE, required=True),
)  # fmt: skip


def _recognises(columns: frozenset[str]) -> bool:
    return {"event_id_cnty", "event_date", "event_type", "fatalities"} <= columns


def _one_of(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).str.to_lowercase().is_in(words).fill_null(value=False)


def _violence_type() -> pl.Expr:
    """Kind and sides, first line that fits: civilians, then governments, then other organised groups."""
    fighting = pl.col("kind").is_in(FIGHTING)
    civilians = _one_of("inter1", CIVILIANS) | _one_of("inter2", CIVILIANS)
    states = _one_of("inter1", STATE_ACTORS) | _one_of("inter2", STATE_ACTORS)
    return (
        pl.when(pl.col("kind").is_in(AGAINST_CIVILIANS) | (fighting & civilians))
        .then(pl.lit("one-sided"))
        .when(fighting & states)
        .then(pl.lit("state-based"))
        .when(fighting)
        .then(pl.lit("non-state"))
        .otherwise(pl.lit("other"))
    )


def _finish(rows: pl.DataFrame, _raw: RawTable) -> pl.DataFrame:
    gw = gw_by_iso()
    sides = pl.concat_str(pl.col("side_a"), pl.lit(" - "), pl.col("side_b"))
    return rows.with_columns(
        _violence_type().alias("violence_type"),
        pl.concat_str([pl.col("event_type"), pl.col("sub_event_type")], separator=": ", ignore_nulls=True).alias(
            "source_type"
        ),
        pl.col("iso")
        .replace_strict(list(gw), list(gw.values()), default=None, return_dtype=pl.Int64)
        .alias("country_gw"),
        pl.coalesce(sides, pl.col("side_a")).alias("dyad_name"),
        pl.col("date_start").alias("date_end"),
    ).drop("iso", "kind", "event_type", "sub_event_type", "inter1", "inter2")


PROVIDER: Final = Provider(
    name="acled",
    title="ACLED, CSV export and the service's JSON",
    table="events",
    fields=FIELDS,
    recognises=_recognises,
    release_of=lambda _: None,
    finish=_finish,
)

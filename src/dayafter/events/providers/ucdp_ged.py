"""UCDP Georeferenced Event Dataset: final releases 19.1 to 26.1, candidate releases, and the service's JSON.

Names of columns changed over the years (`conflict_new_id` was `conflict_id`, `side_a_new_id` was `side_a_id`, and so
on): each field lists all that it has had. Codes are those of the codebook: Högbladh (2019 and later), UCDP GED
Codebook, Uppsala University.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from dayafter.events.convert import Field, Kind, Provider
from dayafter.events.reading import RawTable

DATE_PRECISION: Final = {"1": "day", "2": "days", "3": "week", "4": "month", "5": "year"}
PLACE_PRECISION: Final = {
    "1": "site",
    "2": "near",
    "3": "district",
    "4": "province",
    "5": "line",
    "6": "country",
    "7": "beyond",
}
VIOLENCE: Final = {"1": "state-based", "2": "non-state", "3": "one-sided"}
CLEAR: Final = "clear"

FIELDS: Final = (
    Field("source_id", ("id", "event_id"), required=True),
    Field("date_start", ("date_start", "date"), Kind.DATE, required=True),
    Field("date_end", ("date_end",), Kind.DATE),
    Field("year", ("year",), Kind.WHOLE),
    Field("date_precision", ("date_prec",), Kind.CODE, codes=DATE_PRECISION),
    Field("place_precision", ("where_prec",), Kind.CODE, codes=PLACE_PRECISION),
    Field("latitude", ("latitude",), Kind.NUMBER),
    Field("longitude", ("longitude",), Kind.NUMBER),
    Field("place_name", ("where_coordinates",)),
    Field("adm_1", ("adm_1",)),
    Field("adm_2", ("adm_2",)),
    Field("place_code", ("adm3_pcode", "adm2_pcode"), extra=True),
    Field("country_name", ("country",)),
    Field("country_gw", ("country_id",), Kind.WHOLE),
    Field("grid_in_file", ("priogrid_gid",), Kind.WHOLE),
    Field("violence_type", ("type_of_violence",), Kind.CODE, required=True, codes=VIOLENCE),
    Field("source_type", ("type_of_violence",)),
    Field("conflict_id", ("conflict_new_id", "conflict_id"), Kind.WHOLE),
    Field("conflict_name", ("conflict_name",)),
    Field("dyad_id", ("dyad_new_id", "dyad_id"), Kind.WHOLE),
    Field("dyad_name", ("dyad_name",)),
    Field("side_a_id", ("side_a_new_id", "side_a_id"), Kind.WHOLE),
    Field("side_a", ("side_a",)),
    Field("side_b_id", ("side_b_new_id", "side_b_id"), Kind.WHOLE),
    Field("side_b", ("side_b",)),
    Field("side_a_gw", ("gwnoa",), Kind.WHOLE),
    Field("side_b_gw", ("gwnob",), Kind.WHOLE),
    Field("deaths_low", ("low", "low_est"), Kind.WHOLE),
    Field("deaths_best", ("best", "best_est"), Kind.WHOLE, required=True),
    Field("deaths_high", ("high", "high_est"), Kind.WHOLE),
    Field("deaths_a", ("deaths_a",), Kind.WHOLE),
    Field("deaths_b", ("deaths_b",), Kind.WHOLE),
    Field("deaths_civilians", ("deaths_civilians",), Kind.WHOLE),
    Field("deaths_unknown", ("deaths_unknown",), Kind.WHOLE),
    Field("n_sources", ("number_of_sources",), Kind.WHOLE),
    Field("code_status", ("code_status",)),
    Field("version", ("version",)),
)

_IN_NAME: Final = re.compile(
    r"(?:^|[^0-9])v?(\d{2})[._](0?\d)(?:[._](\d{1,2}))?(?:[._](\d{1,2}))?(?![0-9])",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(r"ged(\d{2})(\d)(?![0-9])", re.IGNORECASE)
_COLUMN: Final = re.compile(r"(\d{2})\.(\d{1,2})(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?")


def _recognises(columns: frozenset[str]) -> bool:
    return {"id", "type_of_violence", "best"} <= columns and bool(columns & {"date_start", "date"})


def _release(raw: RawTable) -> str | None:
    """`25.1` and the like, from a column, else from the name: `GEDEvent_v25_1.csv`, `ged251.csv`."""
    if "version" in raw.rows.columns and (stated := raw.rows["version"].drop_nulls()).len():
        found = _COLUMN.search(str(stated[0]))
        return ".".join(part for part in found.groups() if part) if found else None
    stem = raw.file.rpartition(".")[0]
    found = _SHORT.search(stem) or _IN_NAME.search(stem)
    return ".".join(part for part in found.groups() if part) if found else None


def _numbers(release: str) -> tuple[int, ...] | None:
    parts = release.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) and len(parts) >= 2 else None


def _is_candidate(numbers: tuple[int, ...]) -> bool:
    """Candidate releases are 23.0.10 (a month) or 26.01.26.06 (several); final ones have two numbers."""
    return len(numbers) > 2


def _order(release: str) -> tuple[int, ...] | None:
    """Sort by when it was published: the final release 25.1 covers 2024 and is newer than any candidate of 2024."""
    numbers = _numbers(release)
    if numbers is None:
        return None
    if _is_candidate(numbers):
        return (numbers[0], 0, numbers[-1])
    return (numbers[0], 1, 0)


def _covers_until(release: str) -> str | None:
    numbers = _numbers(release)
    if numbers is None or _is_candidate(numbers):
        return None
    return f"{2000 + numbers[0] - 1}-12-31"


def _source(release: str | None) -> str:
    numbers = _numbers(release) if release else None
    return "ucdp-candidate" if numbers is not None and _is_candidate(numbers) else "ucdp-ged"


def _finish(rows: pl.DataFrame, _raw: RawTable) -> pl.DataFrame:
    ids = ("conflict_id", "dyad_id", "side_a_id", "side_b_id")
    known = pl.col("code_status").is_not_null()
    return rows.with_columns(
        pl.col(ids).cast(pl.String),
        pl.col("source_id").str.strip_suffix(".0"),
        pl.col("source_type").str.strip_suffix(".0"),
        pl.when(pl.col("side_a_gw") > 0).then(pl.col("side_a_gw")).alias("side_a_gw"),
        pl.when(pl.col("side_b_gw") > 0).then(pl.col("side_b_gw")).alias("side_b_gw"),
        pl.when(known).then(pl.col("code_status").str.to_lowercase() == CLEAR).alias("is_clear"),
        pl.when(pl.col("n_sources") >= 0).then(pl.col("n_sources")).alias("n_sources"),  # -1: not counted
    ).drop("code_status", "version")


PROVIDER: Final = Provider(
    name="ucdp-ged",
    title="UCDP Georeferenced Event Dataset, final and candidate releases",
    table="events",
    fields=FIELDS,
    recognises=_recognises,
    release_of=_release,
    finish=_finish,
    has_releases=True,
    order_of=_order,
    covers_until=_covers_until,
    source_of=_source,
)

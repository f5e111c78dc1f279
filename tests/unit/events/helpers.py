"""Rows as publishers write them, and small canonical tables. Nothing in them is about a real event."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from dayafter.events.grid import gid_expression
from dayafter.events.table import check_table, schema_of

UCDP_19 = (
    "id", "year", "active_year", "type_of_violence", "conflict_new_id", "conflict_name", "dyad_new_id", "dyad_name",
    "side_a_new_id", "gwnoa", "side_a", "side_b_new_id", "gwnob", "side_b", "number_of_sources", "source_article",
    "source_office", "source_date", "source_headline", "source_original", "where_prec", "where_coordinates", "adm_1",
    "adm_2", "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "low", "best",
    "high",
)  # fmt: skip
UCDP_20 = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office", "source_date",
    "source_headline", "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high",
    "low", "gwnoa", "gwnob",
)  # fmt: skip
UCDP_EVENT = {
    "id": "101", "relid": "X-1", "year": "2015", "active_year": "1", "code_status": "Clear", "type_of_violence": "1",
    "conflict_new_id": "259", "conflict_name": "A: Government", "dyad_new_id": "524",
    "dyad_name": "Government of A - B", "side_a_new_id": "116", "gwnoa": "645", "side_a": "Government of A",
    "side_b_new_id": "234", "gwnob": "", "side_b": "B", "number_of_sources": "2",
    "source_article": 'Agency, "Two dead\nin clash"', "where_prec": "1", "where_coordinates": "Riverside town",
    "adm_1": "North", "adm_2": "Hills", "latitude": "35.25", "longitude": "43.75", "priogrid_gid": "180448",
    "country": "A", "country_id": "645", "region": "Here", "event_clarity": "1", "date_prec": "1",
    "date_start": "2015-11-12 00:00:00.000", "date_end": "2015-11-12 00:00:00.000", "deaths_a": "1", "deaths_b": "2",
    "deaths_civilians": "0", "deaths_unknown": "0", "low": "2", "best": "3", "high": "5",
}  # fmt: skip
ACLED_EVENT = {
    "event_id_cnty": "IRQ1", "event_date": "12 November 2015", "year": "2015", "time_precision": "1",
    "disorder_type": "Political violence", "event_type": "Battles", "sub_event_type": "Armed clash",
    "actor1": "Military Forces of A", "assoc_actor_1": "", "inter1": "State forces", "actor2": "B",
    "assoc_actor_2": "", "inter2": "Rebel group", "interaction": "State forces-Rebel group",
    "civilian_targeting": "", "iso": "368", "region": "Middle East", "country": "Iraq", "admin1": "North",
    "admin2": "Hills", "admin3": "", "location": "Riverside", "latitude": "35.25", "longitude": "43.75",
    "geo_precision": "1", "source": "Agency", "source_scale": "National", "notes": "Shots,\nthen quiet.",
    "fatalities": "3", "tags": "", "timestamp": "1700000000",
}  # fmt: skip


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> Path:
    """Write a CSV as a publisher would, quotes where they are needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def ucdp_file(folder: Path, *changes: Mapping[str, str], name: str = "GEDEvent_v25_1.csv") -> Path:
    """One row for each change of the standard event; ids are counted up unless changed."""
    rows = [{**UCDP_EVENT, "id": str(101 + n), **change} for n, change in enumerate(changes)]
    return write_rows(folder / name, UCDP_20, rows)


def acled_file(folder: Path, *changes: Mapping[str, str], name: str = "acled.csv") -> Path:
    rows = [{**ACLED_EVENT, "event_id_cnty": f"IRQ{n}", **change} for n, change in enumerate(changes)]
    return write_rows(folder / name, tuple(ACLED_EVENT), rows)


def events_table(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """A canonical table; what a row does not say is that of a small clash on 12 November 2015."""
    schema = schema_of("events")
    standard: dict[str, object] = {
        "source": "ucdp-ged", "release": "25.1", "file": "made-up.csv", "date_start": date(2015, 11, 12),
        "place_precision": "site", "latitude": 35.25, "longitude": 43.75, "country_gw": 645,
        "violence_type": "state-based", "side_a": "Government of A", "side_b": "B", "deaths_low": 2, "deaths_best": 3,
        "deaths_high": 5,
    }  # fmt: skip
    whole: list[dict[str, object]] = []
    for n, row in enumerate(rows):
        one = {**standard, "source_id": str(n), "line": n + 2, **row}
        one.setdefault("date_end", one["date_start"])
        one["event_uid"] = f"{one['source']}:{one['source_id']}"
        whole.append({name: one.get(name) for name in schema})
    frame = pl.DataFrame(whole, schema=schema, orient="row")
    return check_table(frame.with_columns(gid_expression().alias("priogrid_gid")), "events")

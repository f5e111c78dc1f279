"""Files as published become the canonical table; each row says where it came from."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.errors import UsageError
from dayafter.events import reading
from dayafter.events.importing import import_events
from dayafter.events.providers.dtm import day_in_name
from dayafter.events.reading import EventFileError, read_raw, scan
from dayafter.events.registry import PROVIDERS
from dayafter.events.table import read_table
from tests.unit.events.helpers import ACLED_EVENT, UCDP_19, UCDP_20, UCDP_EVENT, acled_file, ucdp_file, write_rows


def test_a_row_after_one_with_line_breaks_knows_its_line(tmp_path: Path) -> None:
    rows = import_events([ucdp_file(tmp_path, {}, {"best": "4"}, {"source_article": ""})]).rows
    assert rows["line"].to_list() == [2, 4, 6]
    assert rows["deaths_best"].to_list() == [3, 4, 3]


@pytest.mark.parametrize("columns", [UCDP_19, UCDP_20], ids=["19.1", "20.1 and later"])
def test_every_column_set_of_ucdp_gives_the_same_event(tmp_path: Path, columns: tuple[str, ...]) -> None:
    path = write_rows(tmp_path / "ged.csv", columns, [UCDP_EVENT])
    event = import_events([path], release="25.1").rows.row(0, named=True)
    assert event["event_uid"] == "ucdp-ged:101"
    assert (event["date_start"], event["date_end"]) == (date(2015, 11, 12), date(2015, 11, 12))
    assert (event["date_precision"], event["place_precision"], event["violence_type"]) == ("day", "site", "state-based")
    assert (event["deaths_low"], event["deaths_best"], event["deaths_high"]) == (2, 3, 5)
    assert (event["dyad_id"], event["side_a"], event["side_a_gw"], event["side_b_gw"]) == (
        "524",
        "Government of A",
        645,
        None,
    )
    assert event["priogrid_gid"] == 180448
    assert event["flags"] is None


def test_older_names_of_the_id_columns_are_read(tmp_path: Path) -> None:
    renamed = {"conflict_id": "259", "dyad_id": "524", "side_a_id": "116", "side_b_id": "234"}
    columns = tuple(name.replace("_new_id", "_id") for name in UCDP_19)
    event = import_events([write_rows(tmp_path / "ged171.csv", columns, [{**UCDP_EVENT, **renamed}])]).rows
    assert event.select("release", "conflict_id", "side_b_id").row(0) == ("17.1", "259", "234")


@pytest.mark.parametrize(
    ("name", "release", "source"),
    [
        ("GEDEvent_v25_1.csv", "25.1", "ucdp-ged"),
        ("ged251.csv", "25.1", "ucdp-ged"),
        ("ged191-global.csv", "19.1", "ucdp-ged"),
        ("GEDEvent_v23_0_10.csv", "23.0.10", "ucdp-candidate"),
        ("GEDEvent_v26_01_26_06.csv", "26.01.26.06", "ucdp-candidate"),
        ("ucdp-26.1-page-00000.csv", "26.1", "ucdp-ged"),
        ("events_2016_02.csv", None, "ucdp-ged"),
    ],
)
def test_the_release_is_read_from_the_name(tmp_path: Path, name: str, release: str | None, source: str) -> None:
    report = import_events([ucdp_file(tmp_path, {}, name=name)])
    assert report.rows.select("release", "source").row(0) == (release, source)
    assert ("events.release-unknown" in [note.code for note in report.notes]) == (release is None)


def test_numbers_written_as_fractions_and_times_of_day_are_read(tmp_path: Path) -> None:
    path = ucdp_file(tmp_path, {"best": "3.0", "country_id": "645.0", "date_end": "2015-11-13"}, {})
    rows = import_events([path]).rows
    assert rows["deaths_best"].to_list() == [3, 3]
    assert rows["date_end"].to_list() == [date(2015, 11, 13), date(2015, 11, 12)]
    assert rows["country_gw"].to_list() == [645, 645]


def test_the_service_s_json_and_parquet_give_what_the_csv_gives(tmp_path: Path) -> None:
    by_csv = import_events([ucdp_file(tmp_path, {})]).rows.drop("file", "line")
    row = {**UCDP_EVENT, "best": 3, "gwnob": None, "latitude": 35.25}
    (tmp_path / "GEDEvent_v25_1.json").write_text(json.dumps({"TotalCount": 1, "Result": [row]}), encoding="utf-8")
    pl.DataFrame([UCDP_EVENT]).cast({"best": pl.Float64}).write_parquet(tmp_path / "GEDEvent_v25_1.parquet")
    for name in ("GEDEvent_v25_1.json", "GEDEvent_v25_1.parquet"):
        assert import_events([tmp_path / name]).rows.drop("file", "line").equals(by_csv)


def test_acled_is_read_with_its_own_words_kept(tmp_path: Path) -> None:
    rows = import_events([acled_file(tmp_path, {}, {"event_date": "2015-11-13"})]).rows
    first = rows.row(0, named=True)
    assert first["event_uid"] == "acled:IRQ0"
    assert rows["date_end"].to_list() == [date(2015, 11, 12), date(2015, 11, 13)]
    assert (first["source_type"], first["dyad_name"]) == ("Battles: Armed clash", "Military Forces of A - B")
    assert (first["country_gw"], first["deaths_low"], first["deaths_best"]) == (645, None, 3)
    assert rows["line"].to_list() == [2, 4]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "state-based"),
        ({"inter1": "1", "inter2": "2"}, "state-based"),
        ({"inter1": "Rebel group"}, "non-state"),
        ({"event_type": "Violence against civilians", "inter2": "Civilians"}, "one-sided"),
        ({"event_type": "Explosions/Remote violence", "inter2": "7"}, "one-sided"),
        ({"event_type": "Protests"}, "other"),
    ],
)
def test_acled_s_kinds_go_by_who_takes_part(tmp_path: Path, change: dict[str, str], kind: str) -> None:
    assert import_events([acled_file(tmp_path, change)]).rows["violence_type"].to_list() == [kind]


def test_acled_s_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "acled-page-00000.json"
    path.write_text(json.dumps({"status": 200, "success": True, "count": 1, "data": [ACLED_EVENT]}), encoding="utf-8")
    assert import_events([path]).rows["source"].to_list() == ["acled"]


MAPPING = """
name = "district-police"
[columns]
source_id = "No"
date_start = "Day"
deaths_best = "Killed"
place_precision = "Known to"
[constants]
violence_type = "non-state"
[dates]
formats = ["%d/%m/%Y"]
[codes.place_precision]
village = "site"
"""


def test_a_mapping_file_reads_anything_else(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    rows = [{"No": "7", "Day": "03/11/2015", "Killed": "2", "Known to": "Village"}]
    path = write_rows(tmp_path / "police.csv", ("No", "Day", "Killed", "Known to"), rows, delimiter=";")
    event = import_events([path], mapping=tmp_path / "map.toml").rows.row(0, named=True)
    assert (event["event_uid"], event["date_start"]) == ("district-police:7", date(2015, 11, 3))
    assert (event["place_precision"], event["violence_type"], event["latitude"]) == ("site", "non-state", None)


def test_every_fault_of_a_mapping_file_is_told_at_once(tmp_path: Path) -> None:
    text = 'name = "a:b"\nextra = 1\n[columns]\nkilled = "Killed"\n[constants]\nviolence_type = "war"\n'
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EventFileError) as caught:
        import_events([ucdp_file(tmp_path, {})], mapping=tmp_path / "map.toml")
    said = str(caught.value)
    assert "map.toml  extra\n  'extra' is no part of a mapping" in said
    assert "the source needs a name of its own" in said
    assert "'killed' is no column of events" in said
    assert "nothing says what date_start is" in said
    assert "'war' is no value of violence_type" in said


def dtm_book(path: Path, *, returned: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "DTM DATASET"
    sheet.append(["IOM Displacement Tracking Matrix"])
    sheet.append([])
    families = "Returnee Families" if returned else "Families"
    sheet.append(
        ["Place id", "Governorate", "District", "Location name", "Latitude", "Longitude", families, "Individuals"]
    )
    sheet.append([11, "North", "Hills", "Riverside", 35.2, 43.7, 10, 60])
    sheet.append([12, "North", "Hills", "Ford", 43.8, 35.3, 5, 30])
    sheet.append([13, "North", "Hills", "Well", 35.1, 43.6, 1, 6])
    book.save(path)
    return path


def test_a_master_list_of_displaced_is_read_from_its_sheet(tmp_path: Path) -> None:
    report = import_events([dtm_book(tmp_path / "Round36_Master_List_IDP_2016_January_07_IOM_DTM.xlsx")])
    assert report.table == "displacement"
    rows = report.rows
    assert rows["date"].to_list() == [date(2016, 1, 7)] * 3
    assert rows["release"].to_list() == ["round 36"] * 3
    assert rows["line"].to_list() == [4, 5, 6]
    assert rows["families"].to_list() == [10, 5, 1]
    assert rows.select("latitude", "longitude", "flags").row(1) == (35.3, 43.8, "events.swapped-coordinates")
    assert rows["individuals_by_rule"].to_list() == [True] * 3
    assert {note.code for note in report.notes} >= {"events.swapped-coordinates", "events.individuals-by-rule"}


def test_returned_families_are_another_series(tmp_path: Path) -> None:
    path = dtm_book(tmp_path / "Returnee_Master_List_2016-02-04.xlsx", returned=True)
    assert import_events([path]).rows.select("series", "source").row(0) == ("returned", "dtm-returned")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Round36_Master_List_IDP_2016_January_07_IOM_DTM.xlsx", date(2016, 1, 7)),
        ("IDPs_MasterList_dataset_DTM_IOMFeb 02, 2017_Round64.xlsx", date(2017, 2, 2)),
        ("05_IOM DTM Master_List_IDP_Round 51_20160803.xlsx", date(2016, 8, 3)),
        ("MasterList Date 25 Apr 2015", date(2015, 4, 25)),
        ("Round124_Master_List_IDP_2021-21-31_IOM_DTM.xlsx", None),
    ],
)
def test_the_day_of_a_round_is_read_from_names(name: str, day: date | None) -> None:
    assert day_in_name(name) == day


def test_what_is_written_is_what_is_read_back(tmp_path: Path) -> None:
    report = import_events([ucdp_file(tmp_path, {}, {})], out=tmp_path / "events.parquet")
    assert read_table(tmp_path / "events.parquet").equals(report.rows)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_report_is_plain_types_and_words(tmp_path: Path) -> None:
    report = import_events([ucdp_file(tmp_path, {}, {"best": "9"})], out=tmp_path / "events.parquet")
    said = json.loads(json.dumps(report.as_dict()))
    assert (said["n_rows"], said["n_refused"]) == (2, 0)
    assert len(said["files"][0]["sha256"]) == 64
    assert "GEDEvent_v25_1.csv: ucdp-ged, release 25.1, 2 rows, 0 refused" in report.to_text()
    assert "GEDEvent_v25_1.csv:4\n  mended: 1 of 2 rows: the best estimate is below low" in report.to_text()


def test_events_and_displacement_are_not_imported_together(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="import the two apart"):
        import_events([ucdp_file(tmp_path, {}), dtm_book(tmp_path / "IDP_2016-01-07.xlsx")])


def test_a_provider_that_is_not_there_is_told_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no provider 'gdelt'; there are ucdp-ged, acled, dtm-returned"):
        import_events([ucdp_file(tmp_path, {})], "gdelt")
    assert all(name == provider.name for name, provider in PROVIDERS.items())


def test_the_scan_agrees_with_a_plain_reader() -> None:
    raw = b'a,b\n1,"x\ny, ""z"""\n\n2,"w"\r\n3,v'
    found = scan(raw, ",")
    assert found.lines.tolist() == [1, 2, 5, 6]
    assert found.separators.tolist() == [1, 1, 1, 1]
    assert found.open_quote is None


@given(st.lists(st.lists(st.text('ab,;"\n\r é', max_size=6), min_size=2, max_size=3), min_size=1, max_size=6))
def test_the_scan_counts_rows_lines_and_fields_as_the_plain_reader(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    raw = text.getvalue().encode()
    found = scan(raw, ",")
    assert (found.separators + 1).tolist() == [len(row) for row in rows]
    begins = [1]
    for row in rows[:-1]:
        begins.append(begins[-1] + 1 + sum(cell.count("\n") for cell in row))
    assert found.lines.tolist() == begins
    assert scan(raw + b'"', ",").open_quote == raw.count(b"\n") + 1


def test_the_scan_is_the_same_for_any_size_of_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b'a,b\n1,"x\ny, ""z"""\n\n2,"w"\r\n3,v'
    for size in range(1, 12):
        monkeypatch.setattr("dayafter.events.reading._CHUNK", size)
        assert scan(raw, ",").lines.tolist() == [1, 2, 5, 6]
        assert scan(raw, ",").separators.tolist() == [1, 1, 1, 1]


def test_blank_lines_and_another_separator_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbfid;best\r\n\r\n1;2\r\n\r\n3;4\r\n")
    (raw,) = read_raw(path)
    assert raw.columns == ("id", "best")
    assert raw.rows["(line)"].to_list() == [3, 5]
    assert raw.rows["best"].to_list() == ["2", "4"]


def test_reading_long_fields_leaves_the_limit_of_cells_as_it_was() -> None:
    limit = csv.field_size_limit()
    long = "x" * (limit + 1)
    rows = reading._by_csv(f"a,b\n1,{long}\n".encode(), ",", "long.csv")
    assert rows["b"].to_list() == [long]
    assert csv.field_size_limit() == limit

"""Each trap is found, told with file and line, and dealt with as its page says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from dayafter.events.codes import CODES, Verdict
from dayafter.events.importing import ImportReport, import_events
from dayafter.events.reading import EventFileError
from dayafter.events.table import EventTableError, check_table, empty_table, read_table, table_markdown, write_table
from tests.unit.events.helpers import UCDP_20, UCDP_EVENT, acled_file, events_table, ucdp_file

REFUSED: list[tuple[str, Mapping[str, str], str]] = [
    ("events.missing-value", {"date_start": ""}, "date_start is empty"),
    ("events.missing-value", {"best": " "}, "best is empty"),
    ("events.unreadable", {"best": "many"}, "best is 'many', not a whole number"),
    ("events.unreadable", {"best": "2.5"}, "best is '2.5', not a whole number"),
    ("events.unreadable", {"latitude": "inf"}, "latitude is 'inf', not a number"),
    ("events.unreadable", {"date_start": "2015-02-30"}, "date_start is '2015-02-30', not a day like 2016-02-22"),
    ("events.unreadable", {"date_start": "12/11/2015"}, "date_start is '12/11/2015', not a day like 2016-02-22"),
    ("events.unknown-code", {"type_of_violence": "4"}, "type_of_violence is '4', none of the codes 1, 2, 3"),
    ("events.unknown-code", {"where_prec": "9"}, "where_prec is '9', none of the codes 1, 2, 3, 4, 5, 6, 7"),
    (
        "events.end-before-start",
        {"date_end": "2015-11-11"},
        "it ends on 2015-11-11, before it begins on 2015-11-12",
    ),
    ("events.outside-the-globe", {"latitude": "95"}, "latitude 95.0, longitude 43.75"),
    ("events.outside-the-globe", {"longitude": ""}, "latitude 35.25, longitude missing"),
    ("events.outside-the-globe", {"latitude": "0", "longitude": "0"}, "latitude 0.0, longitude 0.0"),
    ("events.negative-deaths", {"deaths_a": "-1"}, "a number of dead is -1"),
]


@pytest.mark.parametrize(("code", "change", "what"), REFUSED, ids=[f"{c}:{next(iter(x))}" for c, x, _ in REFUSED])
def test_a_row_that_cannot_be_trusted_is_refused_by_file_and_line(
    tmp_path: Path, code: str, change: Mapping[str, str], what: str
) -> None:
    path = ucdp_file(tmp_path, {}, change, {})
    with pytest.raises(EventFileError) as caught:
        import_events([path], out=tmp_path / "events.parquet")
    assert str(caught.value) == f"GEDEvent_v25_1.csv:4\n  {what}\n  {CODES[code].remedy}  [{code}]"
    assert not (tmp_path / "events.parquet").exists()
    report = import_events([path], keep_going=True)
    assert report.rows["source_id"].to_list() == ["101", "103"]
    assert report.n_refused == 1


def test_every_refused_row_is_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(EventFileError) as caught:
        import_events([ucdp_file(tmp_path, {"best": "x"}, {}, {"date_start": "", "best": "y"})])
    assert [(issue.where.line, issue.code) for issue in caught.value.issues] == [
        (2, "events.unreadable"),
        (6, "events.missing-value"),
        (6, "events.unreadable"),
    ]


def test_a_row_with_too_few_fields_is_refused(tmp_path: Path) -> None:
    path = ucdp_file(tmp_path, {"source_article": ""}, {"source_article": ""})
    text = path.read_text(encoding="utf-8").rstrip("\n").removesuffix(",645,")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EventFileError, match=r"GEDEvent_v25_1.csv:3\n  the row has 47 fields, the header 49"):
        import_events([path])


def test_a_file_that_was_cut_off_within_quotes_is_not_read(tmp_path: Path) -> None:
    path = ucdp_file(tmp_path, {}, {})
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.rindex(b"in clash")])
    with pytest.raises(EventFileError, match=r"GEDEvent_v25_1.csv:4\n  a quote opens and nothing closes it"):
        import_events([path], keep_going=True)


def test_a_cell_with_control_characters_is_shown_harmless(tmp_path: Path) -> None:
    with pytest.raises(EventFileError) as caught:
        import_events([ucdp_file(tmp_path, {"best": "\x1b[31m" + "9" * 200})])
    assert "\x1b" not in str(caught.value)
    assert "best is '·[31m9999" in str(caught.value)
    assert "9" * 70 not in str(caught.value)


def test_one_id_with_two_contents_in_one_release_is_refused(tmp_path: Path) -> None:
    path = ucdp_file(tmp_path, {"id": "7"}, {"id": "7", "best": "4"}, {"id": "7"})
    with pytest.raises(EventFileError, match=r"csv:4\n  id 7 stands in GEDEvent_v25_1.csv:2 too, with other values"):
        import_events([path])
    assert import_events([path], keep_going=True).rows["line"].to_list() == [2]


def noted(report: ImportReport) -> dict[str, int]:
    return {note.code: note.n_rows for note in report.notes}


MARKED: list[tuple[str, Mapping[str, str]]] = [
    ("events.best-outside", {"best": "9", "deaths_a": "7"}),
    ("events.best-outside", {"low": "4"}),
    ("events.long", {"date_end": "2015-12-13"}),
    ("events.vague-place", {"where_prec": "4"}),
    ("events.no-coordinates", {"latitude": "", "longitude": "", "priogrid_gid": ""}),
    ("events.not-clear", {"code_status": "Check deaths"}),
    ("events.parts-differ", {"deaths_unknown": "1"}),
    ("events.grid-differs", {"priogrid_gid": "5"}),
    ("events.year-differs", {"year": "2014"}),
]


@pytest.mark.parametrize(("code", "change"), MARKED, ids=[f"{c}:{next(iter(x))}" for c, x in MARKED])
def test_what_is_noticed_is_counted_and_stands_in_the_row(tmp_path: Path, code: str, change: Mapping[str, str]) -> None:
    report = import_events([ucdp_file(tmp_path, {}, change)])
    assert noted(report)[code] == 1
    assert report.rows["flags"].to_list() == [None, code]


def test_a_best_estimate_outside_its_bounds_moves_the_bounds(tmp_path: Path) -> None:
    rows = import_events([ucdp_file(tmp_path, {"best": "9", "deaths_a": "7"}, {"low": "4"})]).rows
    assert rows.select("deaths_low", "deaths_best", "deaths_high").rows() == [(2, 9, 9), (3, 3, 5)]


def test_a_month_of_31_days_is_not_long(tmp_path: Path) -> None:
    path = ucdp_file(tmp_path, {"date_start": "2015-12-01", "date_end": "2015-12-31"})
    assert "events.long" not in noted(import_events([path]))


def test_the_newest_release_of_an_event_is_kept(tmp_path: Path) -> None:
    old = ucdp_file(tmp_path, {"best": "3"}, {}, name="GEDEvent_v24_1.csv")
    new = ucdp_file(tmp_path, {"best": "4", "deaths_a": "2"}, name="GEDEvent_v25_1.csv")
    for files in ([old, new], [new, old]):
        report = import_events(files)
        assert sorted(report.rows.select("release", "deaths_best").rows()) == [("24.1", 3), ("25.1", 4)]
        assert noted(report)["events.older-release"] == 1
        assert noted(report)["events.mixed-releases"] == 2
        assert report.refused.is_empty()


def test_candidates_go_where_a_final_release_covers_them(tmp_path: Path) -> None:
    candidate = ucdp_file(
        tmp_path, {"id": "901"}, {"id": "902", "date_start": "2025-01-05", "date_end": "2025-01-05", "year": "2025"},
        name="GEDEvent_v25_0_1.csv",
    )  # fmt: skip
    report = import_events([candidate, ucdp_file(tmp_path, {})])
    assert sorted(report.rows["event_uid"].to_list()) == ["ucdp-candidate:902", "ucdp-ged:101"]
    assert noted(report)["events.superseded-candidate"] == 1


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    path = ucdp_file(tmp_path, {}, {})
    report = import_events([path, path])
    assert report.rows.height == 2
    assert noted(report)["events.repeated-row"] == 2


def test_two_publishers_together_are_noted(tmp_path: Path) -> None:
    report = import_events([ucdp_file(tmp_path, {}), acled_file(tmp_path, {})])
    assert noted(report)["events.mixed-sources"] == 2


def test_missing_columns_and_last_days_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "ged_v25_1.csv"
    path.write_text("id,date,type_of_violence,best\n1,2015-11-12,1,3\n", encoding="utf-8")
    report = import_events([path])
    assert {"events.columns-missing", "events.no-end-date", "events.no-coordinates"} <= set(noted(report))
    assert report.rows.select("date_end").item() == report.rows.select("date_start").item()


def test_columns_that_are_nobody_s_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("place,dead\na,3\n", encoding="utf-8")
    with pytest.raises(EventFileError, match=r"x.csv:1\n  its columns are those of no provider \(ucdp-ged, acled"):
        import_events([path])
    with pytest.raises(EventFileError, match="it lacks id, date_start, type_of_violence, best, which ucdp-ged cannot"):
        import_events([path], "ucdp-ged")


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        ("x.csv", b"id,best\n1,\xff\n", "x.csv:2\n  the file is no UTF-8"),
        ("x.csv", b"", "the first line is empty"),
        ("x.csv", b"id,ID\n1,2\n", "two columns are named 'id'"),
        ("x.json", b'{"Result": [{"id"', "no whole JSON"),
        ("x.json", b'{"rows": []}', "neither a list of events nor an answer"),
        ("x.parquet", b"PAR1", "no Parquet"),
        ("x.xlsx", b"PK", "no workbook"),
        ("x.zip", b"PK", "files of the kind .zip are not read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, raw: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(EventFileError) as caught:
        import_events([tmp_path / name])
    assert what in str(caught.value)


def test_every_code_that_marks_or_refuses_has_a_test() -> None:
    tried = {code for code, _, _ in REFUSED} | {code for code, _ in MARKED}
    elsewhere = {"events.field-count", "events.duplicate-in-release"}
    wanted = {name for name, code in CODES.items() if code.verdict in {Verdict.REFUSED, Verdict.MARKED}}
    assert wanted - tried == elsewhere


def test_a_table_that_breaks_its_schema_is_told_how(tmp_path: Path) -> None:
    good = events_table([{}, {}])
    bad = good.with_columns(
        pl.lit("x").alias("event_uid"), pl.lit("war").alias("violence_type"), pl.lit(-1, pl.Int64).alias("deaths_best")
    ).drop("release")
    with pytest.raises(EventTableError) as caught:
        write_table(bad, tmp_path / "x.parquet", "events")
    said = str(caught.value)
    assert "it lacks the column release" in said
    assert "event_uid is not unique: 1 rows too many" in said
    assert "violence_type is in 2 rows none of state-based" in said
    assert "deaths_best is outside its range in 2 rows" in said
    assert not (tmp_path / "x.parquet").exists()


def test_a_parquet_of_somebody_else_is_no_event_table(tmp_path: Path) -> None:
    events_table([{}]).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(EventTableError, match="was not written by `dayafter events import`"):
        read_table(tmp_path / "x.parquet")


def test_an_empty_table_is_a_table() -> None:
    assert check_table(empty_table("events"), "events").height == 0
    assert check_table(empty_table("displacement"), "displacement").height == 0


def test_the_reference_page_has_every_column_and_code() -> None:
    page = table_markdown()
    assert [code for code in CODES if f"| `{code}` |" not in page] == []
    assert [name for name in events_table([{}]).columns if f"| `{name}` |" not in page] == []


def test_the_standard_row_is_without_fault(tmp_path: Path) -> None:
    report = import_events([ucdp_file(tmp_path, {})])
    assert (report.refused.height, report.notes) == (0, ())
    assert set(UCDP_EVENT) <= set(UCDP_20)

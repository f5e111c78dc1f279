"""Events from the command line: read, placed, counted; refused rows listed; nothing merged unasked."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from dayafter.cli import app
from dayafter.errors import UsageError
from dayafter.events.importing import import_events
from tests.cli.program import run, run_apart
from tests.unit.events.helpers import UCDP_20, UCDP_EVENT, write_rows
from tests.unit.events.test_fetch import TOKEN, serving

HERE = {
    "Jalawla town": {"country": "Iraq", "where_coordinates": "Jalawla town", "latitude": "34.27", "longitude": "45.17"},
}


def ucdp(folder: Path, *changes: dict[str, str], name: str = "GEDEvent_v25_1.csv") -> Path:
    rows = [{**UCDP_EVENT, "id": str(n), **change} for n, change in enumerate(changes, start=1)]
    return write_rows(folder / name, UCDP_20, rows)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Two events in places that the bundled case names, one elsewhere."""
    ucdp(
        tmp_path,
        HERE["Jalawla town"],
        {**HERE["Jalawla town"], "date_start": "2015-12-05", "date_end": "2015-12-05"},
        {"where_coordinates": "Nowhere in particular"},
    )
    done = run("events", "import", "GEDEvent_v25_1.csv", "--out", "events.parquet", at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 rows of events, written to events.parquet" in done.stdout
    return tmp_path / "events.parquet"


def test_a_refused_row_is_listed_and_nothing_written_unless_told_to_keep_going(tmp_path: Path) -> None:
    ucdp(tmp_path, {}, {"date_end": "2015-11-01"}, {"best": "many"})
    command = ("events", "import", "GEDEvent_v25_1.csv", "--out", "e.parquet")
    stopped = run(*command, at=tmp_path)
    assert stopped.returncode == 2
    assert "GEDEvent_v25_1.csv:4\n" in stopped.stderr  # a quoted line break above: rows are not lines
    assert "GEDEvent_v25_1.csv:6\n" in stopped.stderr
    assert "[events.end-before-start]" in stopped.stderr
    assert "best is 'many', not a whole number" in stopped.stderr
    assert "nothing was written" in stopped.stderr
    assert not (tmp_path / "e.parquet").exists()
    went_on = run(*command, "--keep-going", "--format", "json", at=tmp_path)
    assert went_on.returncode == 0, went_on.stderr
    report = json.loads(went_on.stdout)
    assert (report["n_rows"], report["n_refused"]) == (1, 2)
    assert {row["line"] for row in report["refused"]} == {4, 6}
    assert pl.read_parquet(tmp_path / "e.parquet").height == 1


def test_a_match_is_a_suggestion_and_an_assignment_is_what_a_person_wrote(events: Path) -> None:
    folder = events.parent
    done = run("events", "match", events.name, "iraq-2016", "--suggestions", "s.csv", "--out", "a.csv", at=folder)
    assert done.returncode == 0, done.stderr
    jalawla = next(line.split() for line in done.stdout.splitlines() if line.startswith("jalawla "))
    assert jalawla == ["jalawla", "0", "0", "2", "2", "6"]
    assert "2 of 3 events taken" in done.stderr
    assert "1 fit no place" in done.stderr
    with (folder / "s.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["place"] for row in rows} == {"jalawla"}
    assert all(row["by"] == "name" and 0 < float(row["score"]) <= 0.9 for row in rows)
    (folder / "a.csv").write_text("event_uid,place\nucdp-ged:3,saadiya\n", encoding="utf-8")
    panel = ("events", "panel", events.name, "--unit", "place", "--case", "iraq-2016", "--out", "p.csv")
    counted = run(*panel, "--assignment", "a.csv", at=folder)
    assert counted.returncode == 0, counted.stderr
    wide = pl.read_csv(folder / "p.csv").filter(pl.col("ged_sb_best") > 0)
    assert wide.select("place", "ged_sb_best").rows() == [("saadiya", 3)]
    (folder / "a.csv").write_text("event_uid,place\nucdp-ged:3,atlantis\n", encoding="utf-8")
    refused = run(*panel, "--assignment", "a.csv", at=folder)
    assert refused.returncode == 2
    assert "a.csv:2: 'atlantis' is none of" in refused.stderr


def test_outlines_place_what_no_name_does(events: Path) -> None:
    box = [[[43, 35], [44, 35], [44, 36], [43, 36], [43, 35]]]
    feature = {
        "type": "Feature",
        "id": "saadiya",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": box},
    }
    (events.parent / "o.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    command = ("events", "match", events.name, "iraq-2016", "--outlines", "o.geojson", "--format", "json")
    done = run_apart(*command, at=events.parent)
    found = {row["place"]: row["by geometry"] for row in json.loads(done.stdout)}
    assert found["saadiya"] == 1
    (events.parent / "o.geojson").write_text("{}", encoding="utf-8")
    assert "no feature bears the id or a code" in run(*command, at=events.parent).stderr


def test_a_panel_sees_nothing_after_its_day(events: Path) -> None:
    folder = events.parent
    command = ("events", "panel", events.name, "--unit", "country", "--as-of", "2015-11-30")
    done = run(*command, "--out", "before.csv", at=folder)
    assert "1 units, 1 months, as of 2015-11-30" in done.stdout
    ucdp(folder, HERE["Jalawla town"], {"id": "3"}, name="ged251.csv")
    assert run_apart("events", "import", "ged251.csv", "--out", events.name, at=folder).returncode == 0
    assert run_apart(*command, "--out", "without.csv", at=folder).returncode == 0
    assert (folder / "before.csv").read_bytes() == (folder / "without.csv").read_bytes()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--unit", "village"), "'village' is none of country, priogrid, district, place"),
        (("--unit", "place"), "name it with --case"),
        (("--unit", "country", "--case", "iraq-2016"), "'country' is no kind of place of a case"),
        (("--unit", "country", "--long-events", "forget"), "'forget' is none of"),
        (("--unit", "country", "--out", "p.txt"), ".parquet or .csv"),
        (("--unit", "country", "--units", "nowhere.csv"), "there is no file nowhere.csv"),
        (("--unit", "country", "--as-of", "1990-01-01", "--start", "1991-01-01"), "after its as-of date"),
    ],
)
def test_a_panel_that_cannot_be_had_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    import_events([ucdp(tmp_path, HERE["Jalawla town"])], out=tmp_path / "e.parquet")
    done = CliRunner().invoke(app, ["events", "panel", "e.parquet", "--out", "p.csv", *more])
    assert isinstance(done.exception, UsageError)
    assert says in str(done.exception)
    assert not (tmp_path / "p.csv").exists()


def test_a_fetch_that_cannot_be_met_is_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words, says in (
        (["ucdp", "--release", "25.1", "--offline"], "not whole in fetched"),
        (["ucdp"], "name the release of UCDP"),
        (["acled", "--where", "iso"], "write NAME=VALUE"),
    ):
        done = CliRunner().invoke(app, ["events", "fetch", *words])
        assert isinstance(done.exception, UsageError)
        assert says in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_fetch_keeps_the_pages_says_how_to_import_them_and_never_asks_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UCDP_API_TOKEN", TOKEN)
    command = ["events", "fetch", "ucdp", "--release", "25.1", "--where", "Country=645"]
    with serving() as server:
        command += ["--base-url", server.address]
        done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "ucdp: 5 records in 3 pages (0 from the cache)" in done.output
    assert TOKEN not in done.output
    again = CliRunner().invoke(app, [*command, "--offline"])  # the server is gone
    assert "5 records in 3 pages (3 from the cache)" in again.output
    next_step = done.output.split("next: dayafter ")[1].split()
    pages = [str(path) for path in sorted(tmp_path.glob(next_step[2]))]
    read = CliRunner().invoke(app, ["events", "import", *pages, *next_step[3:]])
    assert "5 rows of events, written to events.parquet" in read.output

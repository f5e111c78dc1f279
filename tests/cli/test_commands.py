"""The command line as a user meets it: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.program import run, run_apart

CASE = "iraq-2016"
BROKERS = ("Talib", "Shesho", "Yawar", "Lheibi")


def test_check_of_a_clean_case_says_what_it_holds_and_ends_well() -> None:
    done = run("check", CASE)
    assert done.returncode == 0
    assert done.stdout.startswith("iraq-2016: ok")
    assert "16 places" in done.stdout
    assert "7 deals" in done.stdout


def test_check_reports_every_fault_at_once_and_ends_with_2(tmp_path: Path) -> None:
    assert run("init", "mine", "--from", CASE, at=tmp_path).returncode == 0
    places = tmp_path / "mine" / "places.csv"
    places.write_text(places.read_text(encoding="utf-8").replace(",town,", ",twon,"), encoding="utf-8")
    loyalties = tmp_path / "mine" / "loyalties.csv"
    loyalties.write_text(loyalties.read_text(encoding="utf-8").replace("\nhpe,", "\nhpee,"), encoding="utf-8")
    done = run("check", "mine", at=tmp_path)
    assert done.returncode == 2
    assert "[cell.enum]" in done.stdout
    assert "write town" in done.stdout
    assert "[ref.unknown]" in done.stdout
    assert "did you mean hpe?" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("mine: ")


def test_check_for_machines_is_json_with_the_same_faults(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "case.yaml").write_text("id: x\n", encoding="utf-8")
    done = run_apart("check", "bad", "--format", "json", at=tmp_path)
    body = json.loads(done.stdout)
    assert done.returncode == 2
    assert body["ok"] is False
    assert {"case.missing-field"} <= {issue["code"] for issue in body["issues"]}
    assert all({"code", "where", "what", "remedy", "severity"} <= issue.keys() for issue in body["issues"])


def test_strict_counts_warnings_as_faults(tmp_path: Path) -> None:
    assert run_apart("convert", CASE, "public", "--audience", "public", at=tmp_path).returncode == 0
    assert run("check", "public", at=tmp_path).returncode == 0
    assert run("check", "public", "--strict", at=tmp_path).returncode == 2


def test_a_case_goes_to_a_workbook_and_back_to_the_same_bytes(tmp_path: Path) -> None:
    for source, target in ((CASE, "one"), ("one", "one.xlsx"), ("one.xlsx", "two")):
        assert run("convert", source, target, at=tmp_path).returncode == 0
    one = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    two = {file.name: file.read_bytes() for file in (tmp_path / "two").iterdir()}
    assert one == two
    assert len(one) == 32


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    assert run("init", "mine", at=tmp_path).returncode == 0
    again = run("init", "mine", at=tmp_path)
    assert again.returncode == 2
    assert "--overwrite" in again.stderr
    assert run("init", "mine", "--overwrite", at=tmp_path).returncode == 0


def test_init_xlsx_starts_a_workbook_that_passes_the_check(tmp_path: Path) -> None:
    assert run_apart("init", "book", "--xlsx", at=tmp_path).returncode == 0
    assert run("check", "book.xlsx", at=tmp_path).returncode == 0


@pytest.mark.parametrize("audience", ["public", "partners"])
@pytest.mark.parametrize("target", ["copy", "copy.xlsx"])
def test_a_redacted_copy_names_no_broker_and_can_be_read_again(audience: str, target: str, tmp_path: Path) -> None:
    assert run("convert", CASE, target, "--audience", audience, at=tmp_path).returncode == 0
    assert run("check", target, at=tmp_path).returncode == 0
    back = run("convert", target, "read", at=tmp_path)
    assert back.returncode == 0
    text = "\n".join(file.read_text(encoding="utf-8") for file in (tmp_path / "read").iterdir())
    assert not [name for name in BROKERS if name in text]
    full = run("convert", CASE, "full", at=tmp_path)
    assert full.returncode == 0
    unredacted = "\n".join(file.read_text(encoding="utf-8") for file in (tmp_path / "full").iterdir())
    assert all(name in unredacted for name in BROKERS)  # so the search above can fail


@pytest.mark.parametrize("audience", ["public", "partners"])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_assess_names_no_broker_to_outsiders(audience: str, form: str) -> None:
    done = run("assess", CASE, "--audience", audience, "--format", form, "--members", "50")
    assert done.returncode == 0
    assert not [name for name in BROKERS if name in done.stdout]


def test_assess_takes_a_place_by_a_name_in_another_script() -> None:
    by_id = run("assess", CASE, "--place", "sinjar", "--members", "50")
    by_name = run("assess", CASE, "--place", "شنگال", "--members", "50")
    assert by_id.returncode == 0
    assert by_id.stdout == by_name.stdout


def test_assess_as_csv_is_a_table_with_units_and_references() -> None:
    done = run("assess", CASE, "--format", "csv", "--members", "50")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    valued = [row for row in rows if row["value"]]
    assert valued
    assert all(row["unit"] for row in valued)
    assert {"place", "section", "value", "p05", "p95", "rows", "sources"} <= rows[0].keys()


def test_assess_as_json_carries_what_it_takes_to_run_again() -> None:
    body = json.loads(run("assess", CASE, "--format", "json", "--members", "50", "--seed", "3").stdout)
    text = json.dumps(body)
    assert '"seed": 3' in text
    assert '"2016-02-22"' in text


def test_an_unknown_place_is_refused_with_the_likely_one() -> None:
    done = run_apart("assess", CASE, "--place", "sinjaar", "--members", "50")
    assert done.returncode == 2
    assert "sinjar" in done.stderr


def test_brief_says_where_it_lies_and_its_headline(tmp_path: Path) -> None:
    done = run("brief", CASE, "--out", "out.html", "--members", "50", "--futures", "100", at=tmp_path)
    assert done.returncode == 0
    first, _, headline = done.stdout.partition("\n\n")
    assert first == "out.html"
    assert headline.strip()
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert not [name for name in BROKERS if name in page]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "iraq-2061"), "iraq-2016"),
        (("brief", "nowhere/at/all"), "nowhere/at/all"),
        (("assess", CASE, "--members", "3"), "20"),
        (("assess", CASE, "--audience", "everybody"), "public"),
        (("brief", CASE, "--members", "50", "--out", "/dev/null/x.html"), "/dev/null"),
        (("brief", CASE, "--horizon", "0"), "greater than or equal to 1"),
        (("convert", CASE), "TARGET"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_why(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = run(*arguments, at=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_case_gets_no_brief_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "case.yaml").write_text("id: x\n", encoding="utf-8")
    done = run_apart("brief", "bad", at=tmp_path)
    assert done.returncode == 2
    assert "[case.missing-field]" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad"]


def test_schema_is_json_and_names_every_table() -> None:
    body = json.loads(run_apart("schema").stdout)
    assert "positions" in body["properties"]


def test_the_bundled_cases_are_listed() -> None:
    assert CASE in run_apart("cases").stdout.splitlines()


def test_the_models_that_predict_offers_are_those_of_the_registry() -> None:
    from dayafter.cli.bargaining import PredictionModel
    from dayafter.settlement.predictions.models import PREDICTIONS

    assert {model.value for model in PredictionModel} == set(PREDICTIONS)


def test_predict_reads_a_table_and_gives_the_weighted_mean_with_a_range(tmp_path: Path) -> None:
    table = "issue,actor,position,salience,capability\ngate,North,0,0.9,3\ngate,South,1,0.6,2\n"
    (tmp_path / "gate.csv").write_text(table, encoding="utf-8")
    done = run_apart("predict", "gate.csv", "--format", "csv", at=tmp_path)
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert float(row["prediction"]) == pytest.approx(1.2 / 3.9)
    assert 0 <= float(row["low"]) < float(row["prediction"]) < float(row["high"]) <= 1


def test_predict_of_a_case_gives_every_place_that_has_positions() -> None:
    done = run("predict", CASE, "--format", "json", "--draws", "20")
    rows = json.loads(done.stdout)
    assert {"sinjar", "jalawla", "saadiya"} <= {row["place"] for row in rows}
    assert all(row["low"] <= row["prediction"] <= row["high"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("predict", "one.csv"), "bargaining takes two"),
        (("predict", CASE, "--turns"), "--model ktab"),
        (("predict", CASE, "--place", "erbil"), "context"),
    ],
)
def test_predict_refuses_in_words(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(
        "issue,actor,position,salience,capability\ngate,North,0,0.9,3\n", encoding="utf-8"
    )
    done = run(*arguments, at=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr

"""`export` and `diff` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import run, run_apart


@pytest.mark.parametrize(("to", "name"), [("geojson", "iraq-2016.geojson"), ("iati", "iraq-2016-iati.xml")])
def test_export_names_its_file_for_the_case_and_says_who_may_read_it(tmp_path: Path, to: str, name: str) -> None:
    done = run("export", "iraq-2016", "--to", to, "--members", "20", at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"wrote {name}: ")
    assert "PUBLIC" in done.stdout
    assert (tmp_path / name).is_file()


def test_export_to_what_is_there_ends_with_2_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.xlsx").write_text("mine")
    done = run_apart("export", "iraq-2016", "--to", "xlsx", "--out", "mine.xlsx", "--members", "20", at=tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert (tmp_path / "mine.xlsx").read_text() == "mine"


def test_diff_of_an_edited_case_tells_the_fact_and_what_it_did(tmp_path: Path) -> None:
    assert run("init", "mine", "--from", "iraq-2016", at=tmp_path).returncode == 0
    deals = tmp_path / "mine" / "deals.csv"
    text = deals.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("diyala-exchange,"))
    deals.write_text(text.replace(line, line.replace("0.3..0.7", "0.9..1")), encoding="utf-8")
    done = run_apart("diff", "iraq-2016", "mine", "--members", "50", "--draws", "20", "--format", "json", at=tmp_path)
    assert done.returncode == 0, done.stderr
    kinds = {change["kind"] for change in json.loads(done.stdout)["changes"]}
    assert "fact" in kinds


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--policy", "guarantor"), "--policy goes with --futures"),
        (("--draws", "1"), "a spread takes two or more"),
        (("--out", "changes.docx"), "a change brief ends in .html"),
        (("--lang", "ar", "--format", "csv"), "--lang ar is for people: csv is in English"),
    ],
)
def test_diff_refuses_what_cannot_be_and_says_how_to_mend_it(tmp_path: Path, words: tuple[str, ...], what: str) -> None:
    done = run("diff", "iraq-2016", "iraq-2016", "--members", "20", *words, at=tmp_path)
    assert done.returncode == 2
    assert what in done.stderr


def test_diff_of_a_case_and_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text("{}")
    done = run("diff", "iraq-2016", "run", at=tmp_path)
    assert done.returncode == 2
    assert "give two cases or two runs" in done.stderr

"""Bargains that cannot be struck: `settle` and `predict` say what is wrong and how to mend it, and never crash."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dayafter.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
Change = Callable[[dict[str, str]], dict[str, str] | None]
Run = Callable[..., tuple[int, str, str]]
HEAD = "issue,actor,position,salience,capability\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit status, standard output and standard error of a command, in this process."""

    def called(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dayafter", *words])
        code: object = 0
        try:
            main()
        except SystemExit as done:
            code = done.code
        said = capsys.readouterr()
        return int(str(code or 0)), " ".join(said.out.split()), " ".join(said.err.split())

    return called


def changed(folder: Path, positions: Change | None = None, options: Change | None = None) -> str:
    """The example with rows changed, or left out where the change gives none."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("expected"))
    for table, change in (("positions", positions), ("options", options)):
        if change is None:
            continue
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in map(change, rows) if row is not None)
    return str(folder)


def only_the_river_guard(row: dict[str, str]) -> dict[str, str] | None:
    return row if row["actor"] == "river-guard" else None


def red_lines_apart(row: dict[str, str]) -> dict[str, str]:
    if row["issue"] != "guards":
        return row
    below, above = ("", "0.2") if row["actor"] == "river-guard" else ("0.8", "")
    return row | {"red_line_below": below, "red_line_above": above}


def uncared_for(row: dict[str, str]) -> dict[str, str]:
    return row | {"salience": "0"} if row["issue"] == "guards" else row


def powerless(row: dict[str, str]) -> dict[str, str]:
    return row | {"capability": "0"}


def left_out(row: dict[str, str]) -> None:
    return None


@pytest.mark.parametrize(
    ("positions", "options", "code", "said"),
    [
        (only_the_river_guard, None, 3, "Only River Guard has a position here; bargaining takes two."),
        (left_out, None, 3, "Nobody has a position here, so there is nothing to bargain over"),
        (powerless, None, 0, "Nobody has any capability on"),
        (uncared_for, None, 0, "Nobody cares about “Nearbridge: Whose guard secures the town”, so it decides nothing."),
        (red_lines_apart, None, 0, "The red lines of River Guard and Upland Guard leave no option for"),
        (None, left_out, 3, "There is no option for “Nearbridge: Who governs the town”, so it is left out"),
    ],
)
def test_settle_says_what_stands_in_the_way(  # noqa: PLR0917  # a case of the table, and fixtures
    positions: Change | None,
    options: Change | None,
    code: int,
    said: str,
    tmp_path: Path,
    run: Run,
) -> None:
    case = changed(tmp_path / "case", positions, options)
    for form in ("table", "json", "csv"):
        ended, out, err = run("settle", case, "--draws", "5", "--format", form)
        assert (ended, err) == (code, "")
        assert said.split(" “", maxsplit=1)[0] in out
    assert run("settle", case, "--draws", "5", "--joint")[0] in {0, code}


@pytest.mark.parametrize(
    ("positions", "code", "said"),
    [
        (only_the_river_guard, 2, "no issue has the positions of two actors"),
        (powerless, 2, "every actor has a capability of 0, so nothing can decide it"),
        (uncared_for, 0, "3 × issue left out: nobody cares"),
        (red_lines_apart, 0, ""),
    ],
)
def test_predict_of_a_case_says_what_stands_in_the_way(
    positions: Change,
    code: int,
    said: str,
    tmp_path: Path,
    run: Run,
) -> None:
    ended, out, err = run("predict", changed(tmp_path / "case", positions), "--draws", "20")
    assert ended == code
    assert said in err
    assert bool(out) == (code == 0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("gate,a,0.2,0.5,1\n", "only 'a' has a position; bargaining takes two"),
        ("gate,a,0.2,0.5,0\ngate,b,0.8,0.5,0\n", "every actor has a capability of 0"),
        ("gate,a,0.2,0,1\ngate,b,0.8,0,1\n", "cares about it (salience 0)"),
        ("", "the table has no rows"),
        ("gate,a,0.2,0.5,x\n", "'x' is not a number"),
    ],
)
def test_predict_of_a_table_says_what_stands_in_the_way(rows: str, said: str, tmp_path: Path, run: Run) -> None:
    table = tmp_path / "table.csv"
    table.write_text(HEAD + rows, encoding="utf-8")
    code, out, err = run("predict", str(table))
    assert (code, out) == (2, "")
    assert said in err


def test_faults_of_a_table_end_with_the_command_that_reads_tables(tmp_path: Path, run: Run) -> None:
    table = tmp_path / "table.csv"
    table.write_text(HEAD + "gate,a,0.2,0.5,x\n", encoding="utf-8")
    _, _, err = run("predict", str(table))
    assert err.endswith("mend the table and run `dayafter predict` again (`dayafter check` reads only cases)")
    _, _, err = run("predict", str(tmp_path / "no-such-case"))
    assert "dayafter check" not in err or "lists the same faults" in err


@pytest.mark.parametrize("model", ["compromise", "mean", "median", "challenge", "ktab", "exchange"])
def test_two_actors_at_the_ends_are_an_issue_like_any_other(model: str, tmp_path: Path, run: Run) -> None:
    table = tmp_path / "table.csv"
    table.write_text(HEAD + "gate,a,0,0.5,1\ngate,b,100,0.5,1\n", encoding="utf-8")
    code, out, _ = run("predict", str(table), "--model", model)
    assert code == 0
    assert f"gate {model} 50 0 100" in out

"""`dayafter settle` as a user meets it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dayafter.cli.bargaining import SearchSolver
from dayafter.settlement.acceptable import Solver
from tests.cli.program import run, run_apart

CASE = "iraq-2016"
BROKERS = ("Talib", "Shesho", "Yawar", "Lheibi")
PAIR = ("--place", "jalawla", "--place", "saadiya")
FEW = ("--draws", "20")


def test_two_places_settled_together_give_terms_gains_and_who_could_break_it() -> None:
    done = run("settle", CASE, *PAIR, "--joint", *FEW)
    assert done.returncode == 0, done.stderr
    for said in (
        "Jalawla and Saadiya, settled together",
        "Joint force led by Erbil",
        "points",
        "by breaking it",
        "Badr",
    ):
        assert said in done.stdout


def test_all_places_together_say_which_red_lines_clash_and_settle_the_rest() -> None:
    done = run("settle", CASE, "--joint", *FEW)
    text = " ".join(done.stdout.split())
    assert done.returncode == 0, done.stderr
    assert "The red lines of" in text
    assert "What would unlock it" in text
    assert "Without Sinjar: red lines leave nothing there" in text
    assert [name for name in BROKERS if name in done.stdout] == []


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_machines_get_each_place_by_itself_with_its_manifest(kind: str) -> None:
    done = run("settle", CASE, *PAIR, "--format", kind, *FEW, "--seed", "3")
    assert done.returncode == 0, done.stderr
    if kind == "json":
        body = json.loads(done.stdout)
        rows, made = body["rows"], body["manifest"]
        assert made["n_draws"] == 20
    else:
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        made = rows[0]
    assert (made["case"], str(made["seed"]), made["audience"]) == (CASE, "3", "public")
    assert list(dict.fromkeys(row["places"] for row in rows)) == ["jalawla", "saadiya"]
    assert [name for name in BROKERS if name in done.stdout] == []


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (
        run("settle", CASE, "--place", "jalawla", "--format", "csv", *FEW, "--seed", n).stdout for n in ("1", "1", "2")
    )
    assert first == again
    assert first.replace(",1,20,", ",2,20,") != other


def test_the_solvers_of_the_command_are_those_of_the_program_and_the_choice_is_told() -> None:
    assert [one.value for one in SearchSolver] == [one.value for one in Solver]
    done = run_apart("settle", CASE, "--joint", "--draws", "2", "--solver", "cp-sat")
    assert done.returncode == 0, done.stderr
    assert "searched by CP-SAT" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((CASE, "--place", "jalawlla"), "did you mean jalawla?"),
        ((CASE, "--place", "erbil"), "context"),
        ((CASE, "--draws", "1"), "draws"),
        ((CASE, "--format", "xml"), "format"),
        ((CASE, "--results", "tests"), "manifest.json"),
        ((CASE, "--model", "ktab"), "No such option"),
    ],
)
def test_what_cannot_be_settled_is_refused_in_words(arguments: tuple[str, ...], said: str) -> None:
    done = run("settle", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not done.stdout

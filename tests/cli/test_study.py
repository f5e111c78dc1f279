"""`dayafter study` as a user meets it."""

from __future__ import annotations

import json

import pytest

from dayafter.cli.bargaining import StudyMeasure
from dayafter.studying.records import Measure
from tests.cli.program import run, run_apart

EXAMPLE = "examples/three-bridges"
FEW = ("--draws", "20", "--members", "40", "--months", "3")


def test_the_example_gives_ranked_packages_with_their_terms() -> None:
    done = run_apart("study", EXAMPLE, *FEW)
    assert done.returncode == 0, done.stderr
    assert "packages by outcome" in done.stdout
    assert "Shared rule" in done.stdout
    assert "no package to simulate" in done.stdout


def test_machines_get_the_manifest_and_one_number_a_line() -> None:
    done = run("study", "iraq-2016", "--place", "saadiya", "--keep", "1", *FEW, "--format", "json", "--by", "home")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body["manifest"]["ranked_by"] == "home"
    assert {row["places"] for row in body["rows"]} == {"saadiya"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("iraq-2016", "--place", "sinjar", *FEW), 3, "no package is left to simulate in sinjar"),
        (("iraq-2016", "--place", "sinjarr"), 2, "did you mean sinjar?"),
        (("iraq-2016", "--members", "3"), 2, "members"),
        (("nowhere",), 2, "nowhere"),
    ],
)
def test_what_cannot_be_studied_is_refused_in_words(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run("study", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert not done.stdout


def test_the_measures_of_the_command_are_those_of_the_program() -> None:
    assert [one.value for one in StudyMeasure] == [one.value for one in Measure]

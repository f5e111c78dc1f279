"""`calibrate`, `freeze` and `score-frozen` from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dayafter.calibrating import calibrate, read_sides
from dayafter.casefile.schema import PlaceCode
from dayafter.casefile.write import write_case
from dayafter.errors import DayafterError, UsageError
from dayafter.priors import read_posterior
from dayafter.study import simulate
from tests.cli.program import run, run_apart
from tests.unit.assessment.small import build, small_tables
from tests.unit.events.helpers import ucdp_file

CLASHES = [
    {"date_start": f"2015-{month:02}-10", "date_end": f"2015-{month:02}-10", "where_coordinates": "Stonebridge"}
    for month in (3, 9, 10, 11)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose town was freed in August 2015, its events and a table of sides beside it."""
    home = tmp_path_factory.mktemp("calibrate")
    rows = small_tables()
    rows["places"] = [
        row.model_copy(update={"freed_on": "2015-08"}) if row.id == "town" else row for row in rows["places"]
    ]
    rows["place_codes"] = [PlaceCode(place="town", scheme="ucdp-name", code="Stonebridge")]
    write_case(build(rows), home / "case")
    ucdp_file(home, *CLASHES)
    ucdp_file(home, {"date_start": "2016-03-01", "date_end": "2016-03-01"}, name="GEDEvent_v24_1.csv")
    (home / "sides.csv").write_text("name,role,bloc\nGovernment of A,claimant,north\nB,enemy,\n", encoding="utf-8")
    return home


def arguments(folder: Path, *more: str, events: str = "GEDEvent_v25_1.csv") -> tuple[str, ...]:
    return (
        "calibrate", str(folder / "case"), "--events", str(folder / events), "--sides", str(folder / "sides.csv"),
        "--members", "4000", *more,
    )  # fmt: skip


def test_a_case_of_ones_own_is_calibrated_and_simulated_with_it(folder: Path) -> None:
    out = folder / "case" / "posterior.json"
    done = run_apart(*arguments(folder, "--out", str(out), "--format", "json"))
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body["about"]["record"]["recorded_events"]["insurgent"] == 3
    assert body["about"]["record"]["freed_place_months"] == 5
    rate = next(one for one in body["parameters"] if one["name"] == "rate_insurgent")
    assert rate["informed"]
    assert rate["variance_ratio"] < 0.9
    posterior = read_posterior(out)
    assert posterior.about["source"]["releases"] == ["25.1"]
    assert "Riverside" not in out.read_text(encoding="utf-8")
    made = simulate(folder / "case", members=40, months=3)
    assert made.manifest["run"]["parameters"]["sha256"] == posterior.sha256
    alone = simulate(folder / "case", members=40, months=3, prior=True)
    assert alone.manifest["run"]["parameters"] == {"from": "priors"}
    again = run(*arguments(folder, "--out", str(out)))
    assert again.returncode == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"events": "nothing.csv"}, "there is no file"),
        ({"events": "GEDEvent_v24_1.csv"}, "no event lies in a place of the case"),
        ({"fronts": ("town",)}, "no place of the case has a whole month between its freeing and 2016-02-22"),
        ({"events": "sides.csv"}, "its columns are those of no provider"),
        ({"sides": ()}, r"Government of A \(4 events\)"),
        ({"members": 10}, "needs 1,000 or more"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_in_words(folder: Path, change: dict[str, Any], said: str) -> None:
    given = {"events": "GEDEvent_v25_1.csv", "sides": read_sides(folder / "sides.csv"), **change}
    with pytest.raises(DayafterError, match=said):
        calibrate(folder / "case", folder / given.pop("events"), **given)


def test_a_table_of_sides_without_its_columns_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="lacks the column name"):
        read_sides(folder / "GEDEvent_v25_1.csv")


def test_a_forecast_is_frozen_and_scored(folder: Path) -> None:
    made = run_apart(
        "freeze", str(folder / "case"), "--out", str(folder / "forecast"), "--members", "40", "--replicates", "4",
        "--months", "6", "--prior",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "questions, issued as of 2016-02-22" in made.stdout
    answers = folder / "answers.csv"
    answers.write_text("id,answer,reports\nrecorded/town/insurgent/q01,2,GED 25.1\n", encoding="utf-8")
    scored = run("score-frozen", str(folder / "forecast"), "--answers", str(answers))
    assert scored.returncode == 0, scored.stderr
    assert scored.stdout.startswith("1 questions scored, 0 void")
    answers.write_text("id,answer,reports\nno/such,2,GED\n", encoding="utf-8")
    refused = run_apart("score-frozen", str(folder / "forecast"), "--answers", str(answers))
    assert refused.returncode == 2
    assert "asks no question 'no/such'" in refused.stderr

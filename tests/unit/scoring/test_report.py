from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from dayafter.errors import UsageError
from dayafter.scoring.report import score_files

Rows = list[tuple[int, int, int, int]]
GOOD: Rows = [(m, c, d, 10 * c + d) for m in (457, 458) for c in (1, 2) for d in (0, 1, 2)]


def forecast(folder: Path, rows: Rows, name: str = "f.parquet") -> Path:
    frame = pl.DataFrame(rows, schema=["month_id", "country_id", "draw", "outcome"], orient="row")
    frame.write_parquet(folder / name)
    return folder / name


def actuals(folder: Path, values: dict[tuple[int, int], int | None]) -> Path:
    rows = [(month, country, value, month % 12) for (month, country), value in values.items()]
    frame = pl.DataFrame(rows, schema=["month_id", "country_id", "ged_sb_best", "month"], orient="row")
    frame.write_csv(folder / "a.csv")
    return folder / "a.csv"


TRUTH = {(457, 1): 11, (457, 2): 30, (458, 1): 11, (458, 2): 21}


def test_a_file_is_scored_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    first = score_files(forecast(tmp_path, GOOD), actuals(tmp_path, dict(TRUTH)))
    second = score_files(forecast(tmp_path, GOOD[::-1], "g.parquet"), actuals(tmp_path, dict(TRUTH)))
    assert first.as_dict() == second.as_dict()
    # Draws 10, 11, 12 at 11 (twice) and 20, 21, 22 at 30 and 21: errors 2/3, 9, 2/3; half the mean distance 4/9.
    assert first.means["crps"] == pytest.approx((2 / 3 * 3 + 9) / 4 - 4 / 9)
    assert (first.rows, first.units, first.draws, first.months) == (4, 2, 3, (457, 458))


def test_a_forecast_against_itself_differs_by_nought(tmp_path: Path) -> None:
    path = forecast(tmp_path, GOOD)
    report = score_files(path, actuals(tmp_path, dict(TRUTH)), path)
    assert report.differences is not None
    assert {name: found.mean for name, found in report.differences.items()} == {
        "crps": 0.0, "ign": 0.0, "mis": 0.0, "log_crps": 0.0
    }  # fmt: skip
    assert (report.improved, report.worse, report.equal) == (0, 0, 2)


def test_text_and_json_say_the_mean(tmp_path: Path) -> None:
    report = score_files(forecast(tmp_path, GOOD), actuals(tmp_path, dict(TRUTH)))
    assert f"{report.means['crps']:.4f}" in report.as_text()
    assert json.loads(report.as_json())["means"]["crps"] == report.means["crps"]


def test_a_row_of_which_nothing_is_known_is_left_out_and_counted(tmp_path: Path) -> None:
    report = score_files(forecast(tmp_path, GOOD), actuals(tmp_path, {**TRUTH, (457, 2): None}))
    assert (report.rows, report.not_known) == (3, 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.drop("draw"), "there is no column draw; it has month_id, country_id, outcome"),
        (lambda f: f.with_columns(outcome=pl.Series([*f["outcome"][:-1], None])), "column outcome, row 12: empty"),
        (lambda f: f.with_columns(outcome=-f["outcome"]), "column outcome, row 1: -10; it must be from 0"),
        (lambda f: f.with_columns(outcome=f["outcome"].cast(pl.String)), "column outcome holds String"),
        (lambda f: f.head(11), "country_id 2 has 2 draws in month 458, country_id 1 has 3 in month 457"),
        (lambda f: f.with_columns(draw=pl.lit(0)), "draw 0 of country_id 1 in month 457 stands twice"),
        (lambda f: f.with_columns(place=pl.lit(0)), "which column names the unit cannot be told"),
        (lambda f: f.head(0), "there are no rows"),
    ],
)
def test_a_faulty_forecast_is_refused_with_column_and_row(change: object, says: str, tmp_path: Path) -> None:
    path = forecast(tmp_path, GOOD)
    assert callable(change)
    change(pl.read_parquet(path)).write_parquet(path)
    with pytest.raises(UsageError) as refused:
        score_files(path, actuals(tmp_path, dict(TRUTH)))
    assert says in str(refused.value)


def test_a_unit_month_that_the_actuals_lack_is_named(tmp_path: Path) -> None:
    short = {key: value for key, value in TRUTH.items() if key != (458, 2)}
    with pytest.raises(UsageError, match="no row for country_id 2 in month 458"):
        score_files(forecast(tmp_path, GOOD), actuals(tmp_path, dict(short)))


def test_forecasts_of_different_rows_are_not_compared(tmp_path: Path) -> None:
    other = forecast(tmp_path, [row for row in GOOD if row[0] == 457], "g.parquet")
    with pytest.raises(UsageError, match="no forecast of 1 in month 458"):
        score_files(forecast(tmp_path, GOOD), actuals(tmp_path, dict(TRUTH)), other)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        score_files(tmp_path / "none.parquet", tmp_path / "a.csv")

"""Forecasting and scoring from the command line, on a panel small enough to know by hand."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.test_commands import run

MONTHS = range(1, 61)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """Unit 1 is quiet, unit 2 has three deaths in every month."""
    rows = [{"month_id": month, "country_id": unit, "deaths": 3 * (unit - 1)} for month in MONTHS for unit in (1, 2)]
    path = tmp_path / "panel.parquet"
    pl.DataFrame(rows).write_parquet(path)
    return path


def _forecast(panel: Path, *more: str, out: str = "f.parquet") -> Path:
    done = run(
        "forecast", "--panel", str(panel), "--unit-column", "country_id", "--target", "deaths", "--origin", "48",
        "--steps", "1-6", "--draws", "40", "--out", out, *more, at=panel.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return panel.parent / out


def test_a_forecast_is_long_and_sees_nothing_after_its_origin(panel: Path) -> None:
    before = pl.read_parquet(_forecast(panel, "--model", "mixture"))
    assert before.columns == ["month_id", "country_id", "draw", "outcome"]
    assert before.shape == (6 * 2 * 40, 4)
    late = pl.read_parquet(panel).with_columns(
        deaths=pl.when(pl.col("month_id") > 48).then(999).otherwise(pl.col("deaths"))
    )
    late.write_parquet(panel)
    assert pl.read_parquet(_forecast(panel, "--model", "mixture")).equals(before)


def test_the_score_of_a_sure_and_right_forecast_is_nearly_nothing(panel: Path) -> None:
    sure = _forecast(panel, "--model", "conflictology")
    zero = _forecast(panel, "--model", "zero", out="zero.parquet")
    done = run("score", sure.name, "--actuals", panel.name, "--against", zero.name, "--format", "json", at=panel.parent)
    report = json.loads(done.stdout)
    assert report["means"]["crps"] == 0
    assert report["against"]["crps"] == pytest.approx(1.5)  # three deaths in every month of one unit of two


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--model", "magic"), "no model is called 'magic'"),
        (("--steps", "6-1"), "6-1"),
        (("--target", "victims"), "victims"),
        (("--out", "f.csv"), ".parquet"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_words(panel: Path, change: tuple[str, str], said: str) -> None:
    arguments = {
        "--panel": str(panel), "--unit-column": "country_id", "--target": "deaths", "--origin": "48",
        "--out": "f.parquet",
    }  # fmt: skip
    arguments[change[0]] = change[1]
    done = run("forecast", *(word for pair in arguments.items() for word in pair), at=panel.parent)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(path.name for path in panel.parent.iterdir()) == ["panel.parquet"]

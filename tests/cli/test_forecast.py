"""Forecasting and scoring from the command line, on a panel small enough to know by hand."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from dayafter.backtest import BASELINES
from dayafter.cli import app
from dayafter.errors import UsageError
from dayafter.events.importing import import_events
from dayafter.forecasting.panel import touching_cells
from tests.cli.program import run, run_apart
from tests.unit.events.helpers import UCDP_20, UCDP_EVENT, write_rows

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
    done = run_apart(
        "score", sure.name, "--actuals", panel.name, "--against", zero.name, "--format", "json", at=panel.parent
    )
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


def test_events_are_forecast_as_the_panel_that_they_make(tmp_path: Path) -> None:
    rows = [
        {**UCDP_EVENT, "id": str(n), "date_start": f"{year}-{month:02}-03", "date_end": f"{year}-{month:02}-03"}
        for n, (year, month) in enumerate((year, month) for year in range(2012, 2016) for month in range(1, 13))
    ]
    write_rows(tmp_path / "GEDEvent_v25_1.csv", UCDP_20, rows)
    import_events([tmp_path / "GEDEvent_v25_1.csv"], out=tmp_path / "e.parquet")
    command = ("forecast", "--events", "e.parquet", "--unit", "priogrid", "--as-of", "2015-12-20", "--draws", "20")
    done = run(*command, "--out", "f.parquet", at=tmp_path)
    assert (done.returncode, done.stderr.strip()) == (0, "")  # and no library complains
    assert "9 units, months 434 to 445 seen from month 431, 20 draws of the model mixture_grid" in done.stdout
    assert pl.read_parquet(tmp_path / "f.parquet")["priogrid_gid"].n_unique() == 9  # the cell and those that touch it
    cells = touching_cells([180448])
    pl.DataFrame({"cell": cells}).write_csv(tmp_path / "cells.csv")
    panel = ("events", "panel", "e.parquet", "--unit", "priogrid", "--as-of", "2015-12-20", "--units", "cells.csv")
    assert run(*panel, "--out", "p.parquet", at=tmp_path).returncode == 0
    again = run_apart(
        "forecast", "--panel", "p.parquet", "--unit-column", "priogrid_gid", "--target", "ged_sb_best",
        "--origin", "431", "--draws", "20", "--out", "g.parquet", at=tmp_path,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert pl.read_parquet(tmp_path / "f.parquet").equals(pl.read_parquet(tmp_path / "g.parquet"))


def test_a_backtest_always_reports_the_baselines_and_draws_its_plots(panel: Path) -> None:
    done = run_apart(
        "backtest", "--panel", panel.name, "--unit-column", "country_id", "--target", "deaths", "--origins", "40,46",
        "--steps", "1-6", "--draws", "40", "--model", "decayed", "--format", "json", "--plots", "plots",
        at=panel.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {row["model"]: row for row in json.loads(done.stdout)}
    assert list(found) == [*BASELINES, "decayed"]
    assert found["decayed"]["crps"] == 0
    assert found["zero"]["crps"] == pytest.approx(1.5)
    assert found["zero"]["crps against"] == pytest.approx(1.5)  # conflictology makes no error here
    assert sorted(path.name for path in (panel.parent / "plots").iterdir()) == [
        "25.svg", "any.svg", "pit-war.svg", "pit.svg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["forecast"], "either a panel with --panel or a table of events with --events"),
        (["forecast", "--events", "e.parquet"], "events need --unit"),
        (["forecast", "--events", "e.parquet", "--unit", "place"], "there is no file e.parquet"),
        (["forecast", "--panel", "panel.parquet"], "--unit-column and --target"),
        (["forecast", "--panel", "panel.parquet", "--unit-column", "country_id", "--target", "deaths"], "--origin"),
        (["backtest", "--panel", "panel.parquet", "--unit-column", "country_id", "--target", "deaths"], "--years"),
    ],
)
def test_a_request_that_says_too_little_is_told_what_is_missing(
    panel: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(panel.parent)
    done = CliRunner().invoke(app, [*words, *(["--out", "f.parquet"] if words[0] == "forecast" else [])])
    assert isinstance(done.exception, UsageError)
    assert says in str(done.exception)

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dayafter.backtest import backtest, challenge_origin
from dayafter.errors import UsageError
from dayafter.forecasting.panel import grid_pairs, make_panel, read_panel
from dayafter.forecasting.run import fit_at, forecast_panel, parse_steps, sample_chunks
from dayafter.scoring.report import score_files
from tests.unit.forecasting.worlds import FIRST, made_up


def panel_file(folder: Path) -> Path:
    panel = made_up()
    n, t = panel.counts.shape
    frame = pl.DataFrame(
        {
            "month_id": np.tile(np.arange(FIRST, FIRST + t), n),
            "country_id": np.repeat(np.array(panel.units), t),
            "deaths": panel.counts.ravel(),
            "_seen": panel.seen.ravel(),
        }
    )
    frame = (
        frame.with_columns(deaths=pl.when("_seen").then("deaths"))
        .drop("_seen")
        .sample(fraction=1, shuffle=True, seed=1)
    )
    frame.write_parquet(folder / "panel.parquet")
    return folder / "panel.parquet"


def test_a_panel_read_from_a_file_is_the_one_written(tmp_path: Path) -> None:
    panel, original = read_panel(panel_file(tmp_path), "country_id", "deaths"), made_up()
    np.testing.assert_array_equal(panel.counts, np.where(original.seen, original.counts, 0))
    np.testing.assert_array_equal(panel.seen, original.seen)
    assert (panel.units, panel.first_month) == (original.units, original.first_month)


def test_a_forecast_is_written_in_the_long_format_and_can_be_scored(tmp_path: Path) -> None:
    path, out = panel_file(tmp_path), tmp_path / "f.parquet"
    done: list[int] = []
    pl.DataFrame({"one": range(1, 8), "other": range(2, 9)}).write_csv(tmp_path / "near.csv")
    summary = forecast_panel(
        path, "country_id", "deaths", origin=FIRST + 69, steps=parse_steps("3-6"), draws=50, model="mixture", out=out,
        neighbours=tmp_path / "near.csv",
        progress=lambda units, _: done.append(units),
    )  # fmt: skip
    frame = pl.read_parquet(out)
    assert frame.columns == ["month_id", "country_id", "draw", "outcome"]
    assert frame.height == summary.rows == 8 * 4 * 50
    assert (summary.months, done[-1]) == ((FIRST + 72, FIRST + 75), 8)
    direct = fit_at(made_up(), "mixture", FIRST + 69, parse_steps("3-6")).sample(np.arange(8), np.arange(50), 1)
    np.testing.assert_array_equal(frame["outcome"].to_numpy().reshape(8, 4, 50), direct)
    report = score_files(out, path)
    assert (report.rows, report.draws, report.units) == (32, 50, 8)


def test_chunks_join_to_the_same_draws() -> None:
    fitted = fit_at(made_up(), "mixture", FIRST + 69, parse_steps("3,5"))
    one, many = (
        np.concatenate([draws for _, draws in sample_chunks(fitted, 8, 2, n_draws=30, seed=4, at_once=size)])
        for size in (10**6, 60)
    )
    np.testing.assert_array_equal(one, many)


@pytest.mark.parametrize(("text", "wanted"), [("3-5", [3, 4, 5]), ("6,1,3", [1, 3, 6]), ("2", [2])])
def test_steps_are_read(text: str, wanted: list[int]) -> None:
    assert parse_steps(text).tolist() == wanted


@pytest.mark.parametrize("text", ["", "0-3", "5-3", "a", "1-200", "3-"])
def test_steps_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="steps"):
        parse_steps(text)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": "oracle"}, "no model is called 'oracle'; there are zero"),
        ({"origin": 999}, "origin 999 is not a month of the panel, which runs from 121 to 210"),
        ({"draws": 0}, "draws 0: ask for 1 to"),
        ({"target": "killed"}, "there is no column killed"),
        ({"out": Path("f.csv")}, "name a file that ends in .parquet"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(change: dict[str, object], says: str, tmp_path: Path) -> None:
    wanted: dict[str, object] = {
        "path": panel_file(tmp_path), "unit_column": "country_id", "target": "deaths", "origin": 190,
        "steps": parse_steps("3"), "draws": 5, "model": "zero", "out": tmp_path / "f.parquet",
    }  # fmt: skip
    with pytest.raises(UsageError) as refused:
        forecast_panel(**{**wanted, **change})  # type: ignore[arg-type]  # one of them is wrong on purpose
    assert says in str(refused.value)


def test_a_negative_count_is_refused_with_its_row(tmp_path: Path) -> None:
    frame = pl.DataFrame({"month_id": [1, 2], "country_id": [1, 1], "deaths": [3, -1]})
    frame.write_parquet(tmp_path / "p.parquet")
    with pytest.raises(UsageError, match="column deaths, row 2: -1; a count is a whole number"):
        read_panel(tmp_path / "p.parquet", "country_id", "deaths")
    frame.with_columns(deaths=1, month_id=1).write_parquet(tmp_path / "p.parquet")
    with pytest.raises(UsageError, match="country_id 1 stands twice in month 1"):
        read_panel(tmp_path / "p.parquet", "country_id", "deaths")


def test_grid_cells_that_touch_are_neighbours_also_across_the_date_line() -> None:
    pairs = {frozenset(pair) for pair in grid_pairs([1, 2, 720, 721, 722, 1440])}
    assert {frozenset(p) for p in ((1, 2), (1, 720), (1, 721), (1, 722), (1, 1440), (720, 1440), (720, 721))} <= pairs
    assert frozenset((2, 720)) not in pairs


def test_a_backtest_scores_only_what_is_known_and_cannot_look_ahead() -> None:
    whole = made_up(n_months=120)
    origins = [FIRST + 80, FIRST + 100]
    found = backtest(whole, origins, models=("zero", "decayed"), n_draws=40)
    assert found.models == ("zero", "decayed")
    assert found.of("zero", origins[0]).observed.size == 8 * 12
    truth, _ = whole.window(origins[1] + 3, origins[1] + 14)
    assert found.mean("zero", "crps", origins[1]) == pytest.approx(truth[:, :].mean())
    assert found.of("decayed", origins[1]).observed.size == 8 * 12
    assert found.against("zero", "zero", "crps").mean == 0.0
    with pytest.raises(UsageError, match="nothing is known of the months"):
        backtest(whole, [whole.last_month], models=("zero",))


def test_a_window_of_the_challenge_starts_three_months_after_its_origin() -> None:
    assert challenge_origin(2018) == 454  # October 2017; the window is months 457 to 468


def test_a_unit_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="a unit stands twice"):
        make_panel([1, 1], 1, np.zeros((2, 3)))

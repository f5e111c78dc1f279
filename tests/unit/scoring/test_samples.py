"""Files of samples read in parts: the same scores however small the part and however the rows stand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dayafter.errors import UsageError
from dayafter.scoring import samples as streamed
from dayafter.scoring.report import ScoreReport, score_files
from dayafter.scoring.rules import RULES, score_rows
from dayafter.scoring.samples import open_samples

MONTHS, UNITS, DRAWS = (457, 458, 459), ("Badra", "Sinjar", "Tel Keppe", "Tuz"), 7


def made() -> pl.DataFrame:
    """A forecast in the order in which `dayafter forecast` writes: unit, month, draw; one unit is always at peace."""
    luck = np.random.default_rng(4)
    keys = [(month, unit, draw) for unit in UNITS for month in MONTHS for draw in range(DRAWS)]
    frame = pl.DataFrame(keys, schema=["month_id", "unit", "draw"], orient="row")
    counts = luck.poisson(luck.gamma(0.5, 20, frame.height)) * (frame["unit"].to_numpy() != "Tuz")
    return frame.with_columns(outcome=pl.Series(counts, dtype=pl.Int32))


def happened(folder: Path) -> Path:
    luck = np.random.default_rng(5)
    rows = [(month, unit, int(luck.poisson(9)) if unit != "Badra" else None) for month in MONTHS for unit in UNITS]
    pl.DataFrame(rows, schema=["month_id", "unit", "deaths"], orient="row").write_csv(folder / "a.csv")
    return folder / "a.csv"


def scored(folder: Path, frame: pl.DataFrame, name: str = "f.parquet") -> ScoreReport:
    path = folder / name
    frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    return score_files(path, happened(folder))


def test_means_are_those_of_all_rows_at_once_to_the_bit(tmp_path: Path) -> None:
    report = scored(tmp_path, made())
    ordered = made().filter(pl.col("unit") != "Badra").sort("month_id", "unit", "draw")
    observed = pl.read_csv(tmp_path / "a.csv").filter(pl.col("unit") != "Badra").sort("month_id", "unit")["deaths"]
    whole = score_rows(ordered["outcome"].to_numpy().reshape(-1, DRAWS), observed.cast(pl.Float64).to_numpy())
    assert report.means == {name: float(whole[name].mean()) for name in RULES}
    assert (report.rows, report.not_known) == (9, 3)


@pytest.mark.parametrize("part", [1, DRAWS, 3 * DRAWS, 10**6])
@pytest.mark.parametrize("order", [["unit", "month_id"], ["month_id", "unit", "draw"], ["draw", "unit"], ["outcome"]])
def test_no_order_of_rows_and_no_size_of_part_changes_a_number(
    part: int, order: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scored(tmp_path, made())
    monkeypatch.setattr(streamed.Samples.parts, "__defaults__", (part,))
    assert scored(tmp_path, made().sort(order), "g.parquet") == whole
    assert scored(tmp_path, made().sort(order).select("outcome", "unit", "draw", "month_id"), "g.csv") == whole


def test_a_part_holds_whole_unit_months_and_every_one_is_given_once(tmp_path: Path) -> None:
    made().write_parquet(tmp_path / "f.parquet", row_group_size=5)
    with open_samples(tmp_path / "f.parquet") as samples:
        given = [(rows, draws) for rows, draws in samples.parts(2 * DRAWS)]
        assert samples.first is not None
    assert sorted(np.concatenate([rows for rows, _ in given])) == list(range(12))
    assert {draws.shape for _, draws in given} == {(2, DRAWS)}
    for rows, draws in given:
        for row, numbers in zip(rows, draws, strict=True):
            own = made().filter(month_id=int(samples.months[row]), unit=str(samples.units[row]))
            assert numbers.tolist() == own["outcome"].to_list()


def test_a_draw_that_stands_twice_is_found_in_any_part(tmp_path: Path) -> None:
    frame = made().with_columns(
        draw=pl.when((pl.col("unit") == "Tuz") & (pl.col("month_id") == 459) & (pl.col("draw") == 3))
        .then(2)
        .otherwise(pl.col("draw"))
    )
    for order in (["unit", "month_id"], ["draw"]):
        with pytest.raises(UsageError, match="draw 2 of unit Tuz in month 459 stands twice"):
            scored(tmp_path, frame.sort(order))


def test_a_csv_leaves_nothing_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    scored(tmp_path, made(), "f.csv")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_row_of_a_csv_that_is_wrong_is_named_by_its_number(tmp_path: Path) -> None:
    made().with_columns(outcome=pl.when(pl.int_range(pl.len()) == 40).then(-3).otherwise(pl.col("outcome"))).write_csv(
        tmp_path / "f.csv"
    )
    with pytest.raises(UsageError, match="column outcome, row 41: -3; it must be from 0"):
        score_files(tmp_path / "f.csv", happened(tmp_path))

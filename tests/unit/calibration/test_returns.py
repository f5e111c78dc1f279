"""How often a district moves and how uneven its batches are, against made-up series."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from dayafter.calibration.returns import fit_returns
from dayafter.errors import UsageError

AS_OF = date(2016, 2, 22)


def series(rises: dict[str, list[float]]) -> pl.DataFrame:
    """One round a month from January 2013 on; each number is what a district rises by."""
    rows = [
        (name, date(2013 + month // 12, month % 12 + 1, 15), int(total))
        for name, steps in rises.items()
        for month, total in enumerate(np.cumsum([100.0, *steps]))
    ]
    return pl.DataFrame(rows, schema=["district", "date", "families"], orient="row")


def test_districts_that_always_move_and_never_move_are_told_apart() -> None:
    found = fit_returns(series({"all": [10.0] * 20, "none": [0.0] * 20}), AS_OF)
    by_name = {one.district: one for one in found.districts}
    assert by_name["all"].chance[0] > 0.75
    assert by_name["none"].chance[2] < 0.25
    assert (by_name["all"].moved, by_name["none"].moved, by_name["all"].months) == (20, 0, 20)
    assert found.chance_elsewhere[2] - found.chance_elsewhere[0] > 0.6


@pytest.mark.parametrize("shape", [0.4, 1.0, 3.0])
def test_the_shape_of_batches_is_found_whatever_their_scale(shape: float) -> None:
    rng = np.random.default_rng(3)
    rises = {f"d{n}": list(rng.gamma(shape, 50_000 * 10.0**n, 30)) for n in range(4)}
    low, middle, high = fit_returns(series(rises), AS_OF).shape
    assert low < shape < high
    assert middle == pytest.approx(shape, rel=0.35)


def test_what_came_after_the_day_changes_nothing() -> None:
    whole = series({"a": [5.0, 0.0, 7.0] * 15})
    assert fit_returns(whole, AS_OF) == fit_returns(whole.filter(pl.col("date") <= AS_OF), AS_OF)
    early = date(2013, 12, 31)
    assert fit_returns(whole, early).last <= early


def test_months_without_a_round_say_nothing_of_either() -> None:
    whole = series({"a": [5.0] * 6})
    gap = whole.filter(pl.col("date") != date(2013, 4, 15))
    assert fit_returns(gap, AS_OF).districts[0].months == 4


def test_a_single_round_is_refused() -> None:
    with pytest.raises(UsageError, match="two months that follow one another"):
        fit_returns(series({"a": []}), AS_OF)

"""Our scores held against those that the public challenge's own program gave, row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.signal import resample

from dayafter.scoring.rules import Floats, crps, ign, mis

VIEWS = Path(__file__).parents[3] / "shared" / "data" / "views"
pytestmark = pytest.mark.skipif(
    not (VIEWS / "cm_benchmark_scores_2018_2021.parquet").is_file(),
    reason="the published scores lie beside the checkout and are not there",
)
KEY = ["month_id", "country_id"]


def scored(model: str) -> pl.DataFrame:
    """Published scores of a benchmark beside what happened, in order of month and country."""
    scores = pl.read_parquet(VIEWS / "cm_benchmark_scores_2018_2021.parquet").filter(pl.col("model") == model)
    happened = pl.read_parquet(VIEWS / "cm_state_based_1990_2021.parquet").select(*KEY, "ged_sb_best")
    return scores.join(happened, on=KEY).sort(KEY)


def conflictology() -> tuple[Floats, Floats, pl.DataFrame]:
    """Its twelve draws (rows, 12), in their order, what happened, and the published scores."""
    rows = scored("bm_conflictology")
    draws = pl.read_parquet(VIEWS / "bm_conflictology_draws_2018_2021.parquet").sort(*KEY, "draw")
    assert draws.height == 12 * rows.height
    return draws["outcome"].to_numpy().reshape(-1, 12).astype(float), rows["ged_sb_best"].to_numpy().astype(float), rows


def test_crps_and_mis_of_conflictology_are_reproduced_row_by_row() -> None:
    draws, happened, rows = conflictology()
    assert rows.height == 4 * 2292
    np.testing.assert_allclose(crps(draws, happened), rows["crps"].to_numpy(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(mis(draws, happened), rows["mis"].to_numpy(), rtol=1e-6, atol=1e-5)


def test_ign_of_conflictology_is_reproduced_once_its_draws_are_stretched_to_1000_as_the_challenge_does() -> None:
    draws, happened, rows = conflictology()
    stretched = np.maximum(resample(draws, 1000, axis=1), 0.0)
    np.testing.assert_allclose(ign(stretched, happened), rows["ign"].to_numpy(), atol=1e-6)
    assert np.abs(ign(draws, happened) - rows["ign"].to_numpy()).max() > 1  # unstretched, it is another number


def test_all_three_scores_of_the_zero_forecast_are_reproduced_row_by_row() -> None:
    rows = scored("bm_zero")
    happened = rows["ged_sb_best"].to_numpy().astype(float)
    draws = np.zeros((happened.size, 1000), dtype=np.int32)
    for rule, name in ((crps, "crps"), (ign, "ign"), (mis, "mis")):
        np.testing.assert_allclose(rule(draws, happened), rows[name].to_numpy(), rtol=1e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("model", ["bm_boot_240", "bm_last_historical_poisson"])
def test_our_own_draws_of_a_random_benchmark_score_as_the_published_ones(model: str) -> None:
    from dayafter.backtest import backtest, challenge_origin
    from dayafter.forecasting.panel import read_panel

    panel = read_panel(VIEWS / "cm_state_based_1990_2021.parquet", "country_id", "ged_sb_best")
    ours = {"bm_boot_240": "bootstrap_240", "bm_last_historical_poisson": "last_poisson"}[model]
    found = backtest(panel, [challenge_origin(2019)], models=[ours], rules=("crps",)).mean(ours, "crps")
    published = scored(model).filter(pl.col("window") == "Y2019")["crps"].cast(pl.Float64).mean()
    assert found == pytest.approx(published, rel=0.01)  # the draws of the benchmark are not kept, so luck differs

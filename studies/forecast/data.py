"""The panels of the study, from the public files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from dayafter.forecasting.panel import Panel, Unit, grid_pairs, make_panel, read_panel

CHALLENGE_YEARS: Final = (2018, 2019, 2020, 2021)
CHOICE_YEARS: Final = tuple(range(2006, 2018))
GRID_YEARS: Final = (2018, 2019, 2020)
GRID_CHOICE_YEARS: Final = (2012, 2014, 2015, 2017)
GRID_MODELS: Final = ("zero", "conflictology", "analogue", "indexed", "mixture_grid")
FIRST_GRID_MONTH: Final = 109
LAST_GRID_MONTH: Final = 492
"""January 1989 to December 2020, what the events cover."""


def countries(data: Path) -> Panel:
    """State-based deaths by country-month; countries are neighbours where their PRIO-GRID cells touch."""
    cells = pl.read_parquet(data / "reference" / "priogrid_cells.parquet").drop_nulls("views_country_id")
    country = dict(zip(cells["priogrid_gid"].to_list(), cells["views_country_id"].to_list(), strict=True))
    touching = ((country[a], country[b]) for a, b in grid_pairs(list(country)))
    pairs: list[tuple[Unit, Unit]] = sorted({(min(a, b), max(a, b)) for a, b in touching if a != b})
    return read_panel(data / "views" / "cm_state_based_1990_2021.parquet", "country_id", "ged_sb_best", pairs)


def grid(data: Path) -> Panel:
    """State-based deaths by PRIO-GRID cell and month of Africa and the Middle East, by the day an event began.

    Only events placed within about 25 km are in the file, so levels do not compare with the challenge's.
    """
    ids = pl.read_parquet(data / "views" / "pgm_cells.parquet")["priogrid_gid"].sort()
    month = (pl.col("date_start").dt.year().cast(pl.Int64) - 1980) * 12 + pl.col("date_start").dt.month()
    place = pl.DataFrame({"priogrid_gid": ids.cast(pl.Int64), "place": np.arange(ids.len())})
    deaths = (
        pl.read_parquet(data / "ucdp" / "ged_global_v21_1_whereprec12.parquet")
        .filter(pl.col("type_of_violence") == 1)
        .select(pl.col("priogrid_gid").cast(pl.Int64), month.alias("month"), "best")
        .group_by("priogrid_gid", "month")
        .agg(pl.col("best").sum())
        .join(place, on="priogrid_gid")
    )
    counts = np.zeros((ids.len(), LAST_GRID_MONTH - FIRST_GRID_MONTH + 1))
    counts[deaths["place"].to_numpy(), deaths["month"].to_numpy() - FIRST_GRID_MONTH] = deaths["best"].to_numpy()
    cells = ids.to_list()
    return make_panel(cells, FIRST_GRID_MONTH, counts, None, grid_pairs(cells))


def published(data: Path) -> pl.DataFrame:
    """Mean scores by benchmark and window, as its authors computed them."""
    rows = pl.read_parquet(data / "views" / "cm_benchmark_scores_2018_2021.parquet")
    return (
        rows.group_by("model", "window")
        .agg(pl.col("crps", "ign", "mis").cast(pl.Float64).mean())
        .sort("model", "window")
    )

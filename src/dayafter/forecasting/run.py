"""`dayafter forecast`: reads a panel, cuts it at the origin, fits a model, draws, writes the long format.

Works through the units in chunks, so that memory does not grow with their number; a number is the same for any chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from dayafter.errors import UsageError
from dayafter.forecasting.fitted import Fitted
from dayafter.forecasting.models import MODELS, Model
from dayafter.forecasting.panel import MONTH, Counts, Ints, Panel, read_pairs, read_panel

NUMBERS_AT_ONCE: Final = 3_000_000
DRAWS_AT_MOST: Final = 100_000
Progress = Callable[[int, int], None]
"""Told how many units are done, and of how many."""


@dataclass(frozen=True, slots=True)
class ForecastSummary:
    """What a forecast wrote."""

    out: Path
    model: str
    units: int
    origin: int
    months: tuple[int, int]
    draws: int
    rows: int
    seed: int


def parse_steps(text: str) -> Ints:
    """Months ahead from "3-14" or "1,3,6"; rising, from 1.

    Raises
    ------
    UsageError : it is neither, or a number is below 1 or above 120.
    """
    try:
        first, dash, last = text.partition("-")
        steps = list(range(int(first), int(last) + 1)) if dash else sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise UsageError(f"steps {text!r}: write the months ahead as 3-14 or 1,3,6") from None
    if not steps or steps[0] < 1 or steps[-1] > 120:
        raise UsageError(f"steps {text!r}: months ahead run from 1 to 120, the first before the last")
    return np.array(steps, dtype=np.int64)


def fit_at(panel: Panel, model: str, origin: int, steps: Ints, models: Mapping[str, Model] = MODELS) -> Fitted:
    """A model, by its name among those given, fitted to what was seen up to the origin.

    Raises
    ------
    UsageError : the model is not known, or the origin is not a month of the panel.
    """
    if model not in models:
        raise UsageError(f"no model is called {model!r}; there are {', '.join(models)}")
    if not panel.first_month <= origin <= panel.last_month:
        raise UsageError(
            f"origin {origin} is not a month of the panel, which runs from {panel.first_month} to {panel.last_month}"
        )
    return models[model].fit(panel.as_of(origin), steps)


def sample_chunks(
    fitted: Fitted, n_units: int, n_steps: int, *, n_draws: int, seed: int, at_once: int = NUMBERS_AT_ONCE
) -> Iterator[tuple[Ints, Counts]]:
    """All draws, some units at a time: places of the units (r,) and their draws (r, steps, m)."""
    members = np.arange(n_draws, dtype=np.int64)
    step = max(1, at_once // (n_steps * n_draws))
    for first in range(0, n_units, step):
        rows = np.arange(first, min(first + step, n_units), dtype=np.int64)
        yield rows, fitted.sample(rows, members, seed)


def default_model(unit_column: str) -> str:
    """The model to take where none is named: the mixture chosen on countries, or that chosen on grid cells."""
    return "mixture_grid" if unit_column == "priogrid_gid" else "mixture"


def forecast_counts(
    panel: Panel,
    unit_column: str,
    *,
    origin: int,
    steps: Ints,
    draws: int,
    out: Path,
    model: str | None = None,
    models: Mapping[str, Model] = MODELS,
    seed: int = 1,
    progress: Progress | None = None,
) -> ForecastSummary:
    """Forecast a panel into a file of samples; the function behind `dayafter forecast`.

    Parameters
    ----------
    unit_column : what the file calls the unit. origin : the last month that may be seen.
    steps : months ahead of the origin (`parse_steps`). draws : for each unit-month.
    model : a name in `models`; else `default_model`. out : Parquet file to write: month_id, the unit, draw from 0,
        outcome; whole or not at all.

    Raises
    ------
    UsageError : a file or an option is not as it should be.
    """
    if not 1 <= draws <= DRAWS_AT_MOST:
        raise UsageError(f"draws {draws}: ask for 1 to {DRAWS_AT_MOST}")
    if out.suffix != ".parquet":
        raise UsageError(f"{out}: forecasts are written as Parquet; name a file that ends in .parquet")
    chosen = model or default_model(unit_column)
    fitted = fit_at(panel, chosen, origin, steps, models)
    write_samples(fitted, panel, unit_column, origin + steps, n_draws=draws, seed=seed, out=out, progress=progress)
    return ForecastSummary(
        out=out,
        model=chosen,
        units=len(panel.units),
        origin=origin,
        months=(int(origin + steps[0]), int(origin + steps[-1])),
        draws=draws,
        rows=len(panel.units) * steps.size * draws,
        seed=seed,
    )


def forecast_panel(
    path: Path,
    unit_column: str,
    target: str,
    *,
    origin: int,
    steps: Ints,
    draws: int,
    out: Path,
    model: str | None = None,
    neighbours: Path | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> ForecastSummary:
    """Forecast a panel's file: `read_panel`, then `forecast_counts`. `neighbours` : see `read_pairs`."""
    panel = read_panel(path, unit_column, target, None if neighbours is None else read_pairs(neighbours))
    return forecast_counts(
        panel, unit_column, origin=origin, steps=steps, draws=draws, out=out, model=model, seed=seed, progress=progress
    )


def write_samples(
    fitted: Fitted,
    panel: Panel,
    unit_column: str,
    months: Ints,
    *,
    n_draws: int,
    seed: int,
    out: Path,
    progress: Progress | None = None,
) -> None:
    """Write the long format, a chunk of units at a time; the file is there when it is whole."""
    labels = pl.Series(unit_column, panel.units)
    labels = labels if labels.dtype == pl.String else labels.cast(pl.Int64)
    schema = pl.Schema({MONTH: pl.Int32(), unit_column: labels.dtype, "draw": pl.Int32(), "outcome": pl.Int32()})

    def frames(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del predicate, n_rows, batch_size  # everything is written
        for rows, numbers in sample_chunks(fitted, len(panel.units), months.size, n_draws=n_draws, seed=seed):
            each = months.size * n_draws
            frame = pl.DataFrame(
                {
                    MONTH: np.tile(np.repeat(months.astype(np.int32), n_draws), rows.size),
                    unit_column: labels.gather(np.repeat(rows, each)),
                    "draw": np.tile(np.arange(n_draws, dtype=np.int32), rows.size * months.size),
                    "outcome": numbers.ravel(),
                },
                schema=schema,
            )
            yield frame if with_columns is None else frame.select(with_columns)
            if progress is not None:
                progress(int(rows[-1]) + 1, len(panel.units))

    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    try:
        register_io_source(frames, schema=schema).sink_parquet(part, compression="zstd")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)

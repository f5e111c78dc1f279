"""Reads samples and observations in the long format of the public prediction challenge.

A forecast has the columns month_id (1 is January 1980), one column that names the unit, draw and outcome; the
observations have month_id, the unit and a count. Parquet or CSV. Rows may stand in any order. Whatever is wrong is said
with the column and the row, counted from 1 without the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.scoring.rules import Bools, Floats, Ints
from dayafter.seeding import stable_id

MONTH: Final = "month_id"
DRAW: Final = "draw"
OUTCOME: Final = "outcome"
FORECAST_COLUMNS: Final = (MONTH, DRAW, OUTCOME)
LARGEST: Final = 2**31 - 1
"""A count of deaths in a unit-month above this is a slip of the keyboard; it also keeps draws in 32 bits."""
Counts = NDArray[np.int32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ForecastTable:
    """Samples by unit-month, rows in order of month and unit."""

    unit_column: str
    months: Ints  # (rows,)
    units: tuple[int | str, ...]  # (rows,), the label of each row's unit
    draws: Counts  # (rows, m)


@dataclass(frozen=True, slots=True)
class Actuals:
    """What happened, on the rows of a forecast."""

    observed: Floats  # (rows,), 0 where not known
    known: Bools  # (rows,)


def unit_things(units: tuple[int | str, ...]) -> Ints:
    """(n,), the address of each unit in random numbers: an id of 0 or more is itself, a name is hashed."""
    return np.array([u if isinstance(u, int) and 0 <= u < 2**32 else stable_id(str(u)) for u in units], dtype=np.int64)


def read_table(path: Path) -> pl.DataFrame:
    """A Parquet or CSV file as it stands.

    Raises
    ------
    UsageError : it is not there, has another ending, or cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a Parquet or CSV file")
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".csv":
            return pl.read_csv(path, infer_schema_length=None)
    except pl.exceptions.PolarsError as fault:
        raise UsageError(f"{path}: cannot be read ({str(fault).splitlines()[0]}); save it anew") from fault
    raise UsageError(f"{path}: ends in {path.suffix or 'nothing'}; name a file that ends in .parquet or .csv")


def require_columns(path: Path, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table without one of the columns."""
    for column in columns:
        if column not in frame.columns:
            raise UsageError(
                f"{path}: there is no column {column}; it has {', '.join(frame.columns)}. "
                f"Rename the one that is meant, or name it with an option"
            )


def require_values(path: Path, frame: pl.DataFrame, column: str, *, numeric: bool) -> None:
    """Refuse a column with an empty cell or, where numbers are wanted, with anything else or with a negative one."""
    series = frame[column]
    if series.null_count():
        row = int(series.is_null().arg_true()[0]) + 1
        raise UsageError(f"{path}: column {column}, row {row}: empty; every row needs a value there")
    if not numeric:
        if series.dtype.is_float():
            raise UsageError(f"{path}: column {column} holds fractions; a unit is a whole number or a name")
        return
    if not series.dtype.is_numeric():
        raise UsageError(f"{path}: column {column} holds {series.dtype}; it must hold numbers")
    bad = (series < 0) | (series > LARGEST) if series.dtype.is_integer() else ~series.is_between(0, LARGEST)
    if bad.any():
        row = int(bad.arg_true()[0]) + 1
        raise UsageError(f"{path}: column {column}, row {row}: {series[row - 1]}; it must be from 0 to {LARGEST}")


def find_unit_column(path: Path, frame: pl.DataFrame, wanted: str | None) -> str:
    """The column that names the unit: the one wanted, or the only one that is none of the others."""
    if wanted is not None:
        require_columns(path, frame, (wanted,))
        return wanted
    rest = [name for name in frame.columns if name not in FORECAST_COLUMNS]
    if len(rest) != 1:
        found = ", ".join(rest) if rest else "none"
        raise UsageError(
            f"{path}: which column names the unit cannot be told (candidates: {found}); name it with an option"
        )
    return rest[0]


def read_forecast(path: Path, unit_column: str | None = None) -> ForecastTable:
    """Samples of a file, each unit-month with the same number of draws.

    Raises
    ------
    UsageError : a column is missing, a value is empty, negative or no number, a draw stands twice, or unit-months
        have different numbers of draws.
    """
    frame = read_table(path)
    require_columns(path, frame, FORECAST_COLUMNS)
    unit = find_unit_column(path, frame, unit_column)
    for column in FORECAST_COLUMNS:
        require_values(path, frame, column, numeric=True)
    require_values(path, frame, unit, numeric=False)
    if not frame.height:
        raise UsageError(f"{path}: there are no rows")
    frame = frame.select(MONTH, unit, DRAW, OUTCOME).sort(MONTH, unit, DRAW)
    sizes = frame.group_by(MONTH, unit, maintain_order=True).len()
    number = int(sizes["len"][0])
    if (odd := sizes.filter(pl.col("len") != number)).height:
        month, label, count = odd.row(0)
        raise UsageError(
            f"{path}: column {DRAW}: {unit} {label} has {count} draws in month {month}, {unit} "
            f"{sizes[unit][0]} has {number} in month {sizes[MONTH][0]}; every unit-month needs the same number"
        )
    numbers = frame[DRAW].to_numpy().reshape(-1, number)
    if number > 1 and (twice := np.argwhere(np.diff(numbers, axis=1) == 0)).size:
        row, place = (int(x) for x in twice[0])
        raise UsageError(
            f"{path}: column {DRAW}: draw {numbers[row, place]} of {unit} {sizes[unit][row]} in month "
            f"{sizes[MONTH][row]} stands twice; number the draws of a unit-month differently"
        )
    whole = frame[OUTCOME].dtype.is_integer()
    outcome = frame[OUTCOME].cast(pl.Int32 if whole else pl.Float64).to_numpy()
    return ForecastTable(
        unit_column=unit,
        months=sizes[MONTH].cast(pl.Int64).to_numpy(),
        units=tuple(sizes[unit].to_list()),
        draws=outcome.reshape(-1, number),
    )


def find_target(path: Path, frame: pl.DataFrame, unit_column: str, wanted: str | None) -> str:
    """The column of counts: the one wanted, or `outcome`, or the only number that is left."""
    if wanted is not None:
        require_columns(path, frame, (wanted,))
        return wanted
    if OUTCOME in frame.columns:
        return OUTCOME
    rest = [
        name
        for name, dtype in frame.schema.items()
        if dtype.is_numeric() and name not in {MONTH, unit_column, "year", "month"}
    ]
    if len(rest) != 1:
        found = ", ".join(rest) if rest else "none"
        raise UsageError(
            f"{path}: which column holds the counts cannot be told (candidates: {found}); name it with an option"
        )
    return rest[0]


def read_actuals(path: Path, forecast: ForecastTable, target: str | None = None) -> Actuals:
    """What happened on the rows of a forecast; further rows of the file are not looked at.

    An empty cell is a unit-month of which nothing is known (a state that did not exist): it is not scored.

    Raises
    ------
    UsageError : as `read_forecast`, or a unit-month of the forecast is not in the file.
    """
    frame = read_table(path)
    unit = forecast.unit_column
    require_columns(path, frame, (MONTH, unit))
    column = find_target(path, frame, unit, target)
    require_values(path, frame, MONTH, numeric=True)
    require_values(path, frame, unit, numeric=False)
    require_values(path, frame.filter(pl.col(column).is_not_null()), column, numeric=True)
    if (twice := frame.filter(pl.struct(MONTH, unit).is_duplicated())).height:
        raise UsageError(f"{path}: {unit} {twice[unit][0]} stands twice in month {twice[MONTH][0]}; keep one row")
    is_text = frame[unit].dtype == pl.String
    if is_text != isinstance(forecast.units[0], str):
        raise UsageError(f"{path}: column {unit} holds {frame[unit].dtype}, the forecast names units otherwise")
    rows = pl.DataFrame(
        {MONTH: forecast.months, unit: pl.Series(forecast.units, dtype=pl.String if is_text else pl.Int64)}
    )
    labels = pl.String if is_text else pl.Int64
    found = rows.join(
        frame.select(
            pl.col(MONTH).cast(pl.Int64),
            pl.col(unit).cast(labels),
            pl.col(column).cast(pl.Float64).alias("_count"),
            pl.lit(value=True).alias("_there"),
        ),
        on=[MONTH, unit],
        how="left",
        maintain_order="left",
    )
    if (missing := found.filter(pl.col("_there").is_null())).height:
        raise UsageError(
            f"{path}: there is no row for {unit} {missing[unit][0]} in month {missing[MONTH][0]} "
            f"({missing.height} unit-months of the forecast are not there); leave them out of the forecast or add them"
        )
    known = found["_count"].is_not_null().to_numpy()
    return Actuals(observed=found["_count"].fill_null(0.0).to_numpy().astype(np.float64), known=known)

"""A file of samples, read a part at a time: first which unit-months it holds, then the draws of some of them.

A forecast of a grid has hundreds of millions of rows; memory holds a part of them and the list of unit-months. Rows may
stand in any order. Where those of a unit-month stand together, as `dayafter forecast` writes them, the file is read
once more; where they are scattered, once more for each part. A CSV file is kept as Parquet in a temporary folder
meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.scoring.rules import Ints
from dayafter.scoring.table import (
    MONTH,
    find_unit_column,
    readable,
    require_columns,
    require_values,
    scan_table,
)

DRAW: Final = "draw"
OUTCOME: Final = "outcome"
COLUMNS: Final = (MONTH, DRAW, OUTCOME)
PART: Final = 4_000_000
"""Rows of the file in memory at a time; a single unit-month is never cut, nor a row group of the file."""
Counts = NDArray[np.int32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Which unit-months a file has, in order of month and unit, and where their draws are."""

    name: Path
    """What errors call the file."""
    source: Path
    """The Parquet file that is read."""
    unit_column: str
    months: Ints  # (rows,)
    units: tuple[int | str, ...]  # (rows,), the label of each row's unit
    n_draws: int
    """Of each unit-month."""
    first: Ints | None  # (rows,), where in the file each unit-month begins; None where they do not stand together

    def parts(self, part: int = PART) -> Iterator[tuple[Ints, Counts]]:
        """Unit-months by their numbers (k,), from 0, and their draws (k, m), until each was given once.

        Raises
        ------
        UsageError : a draw of a unit-month stands twice.
        """
        order = np.arange(self.months.size) if self.first is None else np.argsort(self.first)
        step = max(1, part // self.n_draws)
        for start in range(0, order.size, step):
            rows = order[start : start + step]
            with readable(self.name):
                frame = self._scattered(rows) if self.first is None else self._together(int(self.first[rows[0]]), rows)
            self._check_draws(rows, frame[DRAW].to_numpy().reshape(rows.size, self.n_draws))
            whole = frame[OUTCOME].dtype.is_integer()
            numbers = frame[OUTCOME].cast(pl.Int32 if whole else pl.Float64).to_numpy()
            yield rows, numbers.reshape(rows.size, self.n_draws)

    def _together(self, start: int, rows: Ints) -> pl.DataFrame:
        lazy = pl.scan_parquet(self.source).select(DRAW, OUTCOME)
        return lazy.slice(start, rows.size * self.n_draws).collect(engine="streaming")

    def _scattered(self, rows: Ints) -> pl.DataFrame:
        lazy = pl.scan_parquet(self.source).select(MONTH, self.unit_column, DRAW, OUTCOME)
        types = lazy.collect_schema()
        wanted = pl.LazyFrame({MONTH: self.months[rows], self.unit_column: [self.units[row] for row in rows]}).select(
            pl.col(MONTH).cast(types[MONTH]), pl.col(self.unit_column).cast(types[self.unit_column])
        )
        mine = lazy.join(wanted, on=[MONTH, self.unit_column], how="semi")
        return mine.sort(MONTH, self.unit_column).collect(engine="streaming")

    def _check_draws(self, rows: Ints, numbers: NDArray[np.generic]) -> None:
        ordered = np.sort(numbers, axis=1)
        twice = np.argwhere(ordered[:, 1:] == ordered[:, :-1])
        if twice.size:
            place, which = (int(x) for x in twice[0])
            row = int(rows[place])
            raise UsageError(
                f"{self.name}: column {DRAW}: draw {ordered[place, which]} of {self.unit_column} {self.units[row]} in "
                f"month {self.months[row]} stands twice; number the draws of a unit-month differently"
            )


@contextmanager
def open_samples(path: Path, unit_column: str | None = None) -> Iterator[Samples]:
    """The samples of a file, each unit-month with the same number of draws; Parquet or CSV.

    Raises
    ------
    UsageError : a column is missing, a value is empty, negative or no number, or unit-months have different numbers of
        draws.
    """
    lazy = scan_table(path)
    with readable(path):
        require_columns(path, lazy, COLUMNS)
        unit = find_unit_column(path, lazy, unit_column, COLUMNS)
    with tempfile.TemporaryDirectory(prefix="dayafter-") as folder:
        source = path
        with readable(path):
            if path.suffix != ".parquet":
                source = Path(folder) / "samples.parquet"
                lazy.select(MONTH, unit, DRAW, OUTCOME).sink_parquet(source)
            table = pl.scan_parquet(source)
            for column in COLUMNS:
                require_values(path, table, column, numeric=True)
            require_values(path, table, unit, numeric=False)
        yield _listed(path, source, unit)


def _listed(path: Path, source: Path, unit: str) -> Samples:
    """The unit-months of a file."""
    with readable(path):
        found = (
            pl.scan_parquet(source)
            .select(MONTH, unit)
            .with_row_index("_row")
            .group_by(MONTH, unit)
            .agg(pl.len().alias("_n"), pl.col("_row").min().alias("_first"), pl.col("_row").max().alias("_last"))
            .collect(engine="streaming")
            .sort(MONTH, unit)
        )
    if not found.height:
        raise UsageError(f"{path}: there are no rows")
    number = int(found["_n"][0])
    if (odd := found.filter(pl.col("_n") != number)).height:
        month, label, count = odd.row(0)[:3]
        raise UsageError(
            f"{path}: column {DRAW}: {unit} {label} has {count} draws in month {month}, {unit} "
            f"{found[unit][0]} has {number} in month {found[MONTH][0]}; every unit-month needs the same number"
        )
    together = bool((found["_last"] - found["_first"] + 1 == found["_n"]).all())
    return Samples(
        name=path,
        source=source,
        unit_column=unit,
        months=found[MONTH].cast(pl.Int64).to_numpy(),
        units=tuple(found[unit].to_list()),
        n_draws=number,
        first=found["_first"].cast(pl.Int64).to_numpy() if together else None,
    )

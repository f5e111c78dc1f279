"""A panel of counts by unit and month, as arrays, cut off at a date.

Models never see anything but the panel that `as_of` returns, so a forecast cannot look ahead. Months are numbered as
in the public prediction challenge: 1 is January 1980.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from dayafter.errors import UsageError
from dayafter.seeding import stable_id

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int32]
Unit = int | str

MONTH: Final = "month_id"
COMPLETE: Final = "complete"
"""A column that says of a month whether it had ended when it was counted; one that had not is not seen."""
LARGEST: Final = 2**31 - 1
GRID_COLUMNS: Final = 720
"""PRIO-GRID cells in a row; the id of a cell is (row - 1) · 720 + column, both from 1."""
GRID_ROWS: Final = 360
MONTHS_AT_MOST: Final = 12_000


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts by unit and month, read-only.

    Axes: n units, t months. Neighbours as two arrays: those of unit i are `near[near_start[i]:near_start[i + 1]]`.
    """

    units: tuple[Unit, ...]
    first_month: int  # month_id of the first column
    counts: Counts  # (n, t), 0 where not seen
    seen: Bools  # (n, t), false where a unit did not exist or nothing is known
    near_start: Ints  # (n + 1,)
    near: Ints  # (k,)

    def __post_init__(self) -> None:
        n, t = self.counts.shape
        if len(self.units) != n or self.seen.shape != (n, t) or self.near_start.shape != (n + 1,):
            raise ValueError(
                f"{len(self.units)} units, counts {self.counts.shape}, seen {self.seen.shape}, neighbour starts "
                f"{self.near_start.shape}; all must be of the same units and months"
            )
        for field in fields(self):
            if isinstance(value := getattr(self, field.name), np.ndarray):
                value.flags.writeable = False

    @property
    def last_month(self) -> int:
        """month_id of the last column."""
        return self.first_month + int(self.counts.shape[1]) - 1

    @property
    def things(self) -> Ints:
        """(n,), the address of each unit in random numbers: an id of 0 or more is itself, a name is hashed."""
        return np.array(
            [u if isinstance(u, int) and 0 <= u < 2**32 else stable_id(str(u)) for u in self.units], dtype=np.int64
        )

    def as_of(self, month: int) -> Panel:
        """The panel up to and including a month; what came later is gone, not masked.

        Raises
        ------
        ValueError : the month is not among the panel's.
        """
        if not self.first_month <= month <= self.last_month:
            raise ValueError(
                f"month {month} is not in the panel, which runs from {self.first_month} to {self.last_month}"
            )
        kept = month - self.first_month + 1
        return Panel(
            units=self.units,
            first_month=self.first_month,
            counts=self.counts[:, :kept].copy(),
            seen=self.seen[:, :kept].copy(),
            near_start=self.near_start,
            near=self.near,
        )

    def neighbours(self) -> sparse.csr_array:
        """(n, n), 1 where two units are neighbours."""
        n = len(self.units)
        return sparse.csr_array((np.ones(self.near.size), self.near, self.near_start), shape=(n, n))

    def window(self, first: int, last: int) -> tuple[Floats, Bools]:
        """Counts and what is known of them (n, months) from one month to another; months outside are not known."""
        n = len(self.units)
        counts, known = np.zeros((n, last - first + 1)), np.zeros((n, last - first + 1), dtype=np.bool_)
        low, high = max(first, self.first_month), min(last, self.last_month)
        if low <= high:
            mine, there = (
                slice(low - self.first_month, high - self.first_month + 1),
                slice(low - first, high - first + 1),
            )
            counts[:, there], known[:, there] = self.counts[:, mine], self.seen[:, mine]
        return counts, known


def make_panel(
    units: Sequence[Unit],
    first_month: int,
    counts: NDArray[np.integer] | Floats,
    seen: Bools | None = None,
    pairs: Iterable[tuple[Unit, Unit]] = (),
) -> Panel:
    """A panel from arrays.

    Parameters
    ----------
    counts : (n, t), whole numbers of 0 or more. seen : (n, t); everything, if left out.
    pairs : units that are neighbours, each pair in one order or both. Pairs with a unit not in the panel are left out.

    Raises
    ------
    ValueError : a unit stands twice, or a count is negative, a fraction or too large.
    """
    place = {unit: i for i, unit in enumerate(units)}
    if len(place) != len(units):
        raise ValueError("a unit stands twice; name each once")
    known = np.ones(counts.shape, dtype=np.bool_) if seen is None else seen.copy()
    values = np.where(known, counts, 0)
    if values.size and (values.min() < 0 or values.max() > LARGEST or (values != np.floor(values)).any()):
        raise ValueError(f"counts must be whole numbers from 0 to {LARGEST}")
    both = sorted(
        {(place[x], place[y]) for a, b in pairs if a in place and b in place and a != b for x, y in ((a, b), (b, a))}
    )
    start = np.zeros(len(units) + 1, dtype=np.int64)
    np.cumsum(np.bincount([i for i, _ in both], minlength=len(units)), out=start[1:])
    return Panel(
        units=tuple(units),
        first_month=first_month,
        counts=values.astype(np.int32),
        seen=known,
        near_start=start,
        near=np.array([j for _, j in both], dtype=np.int64),
    )


def grid_pairs(cells: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of PRIO-GRID cells that touch, corners included; the grid closes at 180° of longitude."""
    there = dict.fromkeys(cells)
    found = []
    for cell in cells:
        row, column = divmod(cell - 1, GRID_COLUMNS)
        for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
            other = (row + down) * GRID_COLUMNS + (column + right) % GRID_COLUMNS + 1
            if other in there:
                found.append((cell, other))
    return found


def touching_cells(cells: Iterable[int]) -> list[int]:
    """The cells and those that touch them, corners included, sorted; the grid closes at 180° of longitude."""
    found: set[int] = set()
    for cell in cells:
        row, column = divmod(cell - 1, GRID_COLUMNS)
        for down in (-1, 0, 1):
            if 0 <= row + down < GRID_ROWS:
                found |= {(row + down) * GRID_COLUMNS + (column + right) % GRID_COLUMNS + 1 for right in (-1, 0, 1)}
    return sorted(found)


def read_panel(path: Path, unit_column: str, target: str, pairs: Iterable[tuple[Unit, Unit]] | None = None) -> Panel:
    """A panel from a long table: month_id, a unit, a count; Parquet or CSV, rows in any order.

    A unit-month without a row, with an empty count, or said not to be `complete`, is not seen. Units stand in order of
    their labels. Where `unit_column` is `priogrid_gid` and no pairs are given, cells that touch are neighbours.

    Raises
    ------
    UsageError : the file is not there or not readable, a column is missing, a count is negative or a fraction, or a
        unit-month stands twice.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a panel in Parquet or CSV")
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    except pl.exceptions.PolarsError as fault:
        raise UsageError(f"{path}: cannot be read ({str(fault).splitlines()[0]}); save it anew") from fault
    for column in (MONTH, unit_column, target):
        if column not in frame.columns:
            raise UsageError(f"{path}: there is no column {column}; it has {', '.join(frame.columns)}")
    _check(path, frame, unit_column, target)
    first, last = int(frame[MONTH].min()), int(frame[MONTH].max())  # type: ignore[arg-type]  # checked to be whole numbers
    if last - first > MONTHS_AT_MOST:
        raise UsageError(f"{path}: column {MONTH} runs from {first} to {last}; months are numbered one by one")
    units = frame[unit_column].unique().sort()
    place = (
        frame.select(unit_column)
        .join(pl.DataFrame({unit_column: units, "_i": np.arange(units.len())}), on=unit_column, maintain_order="left")[
            "_i"
        ]
        .to_numpy()
    )
    month = frame[MONTH].to_numpy() - first
    counts = np.zeros((units.len(), last - first + 1))
    seen = np.zeros(counts.shape, dtype=np.bool_)
    counts[place, month] = frame[target].fill_null(0).to_numpy()
    seen[place, month] = frame[target].is_not_null().to_numpy()
    if COMPLETE in frame.columns and frame[COMPLETE].dtype == pl.Boolean:
        seen[place, month] &= frame[COMPLETE].fill_null(value=True).to_numpy()
    labels: list[Unit] = units.to_list()
    if pairs is None:
        pairs = grid_pairs([u for u in labels if isinstance(u, int)]) if unit_column == "priogrid_gid" else ()
    return make_panel(labels, first, counts, seen, pairs)


def _check(path: Path, frame: pl.DataFrame, unit_column: str, target: str) -> None:
    """Refuse what would go wrong later, with the column and the row."""
    if not frame.height:
        raise UsageError(f"{path}: there are no rows")
    for column in (MONTH, unit_column):
        if frame[column].null_count():
            row = int(frame[column].is_null().arg_true()[0]) + 1
            raise UsageError(f"{path}: column {column}, row {row}: empty; every row needs a value there")
    if not frame[MONTH].dtype.is_integer():
        raise UsageError(f"{path}: column {MONTH} holds {frame[MONTH].dtype}; months are whole numbers")
    if frame[unit_column].dtype.is_float():
        raise UsageError(f"{path}: column {unit_column} holds fractions; a unit is a whole number or a name")
    series = frame[target]
    if not series.dtype.is_numeric():
        raise UsageError(f"{path}: column {target} holds {series.dtype}; it must hold counts")
    bad = ((series < 0) | (series > LARGEST) | (series != series.floor())).fill_null(value=False)
    if bad.any():
        row = int(bad.arg_true()[0]) + 1
        raise UsageError(f"{path}: column {target}, row {row}: {series[row - 1]}; a count is a whole number, 0 or more")
    twice = frame.select(MONTH, unit_column).is_duplicated()
    if twice.any():
        row = int(twice.arg_true()[0])
        raise UsageError(
            f"{path}: {unit_column} {frame[unit_column][row]} stands twice in month {frame[MONTH][row]}; keep one row"
        )


def read_pairs(path: Path) -> list[tuple[Unit, Unit]]:
    """Neighbours from a table of two columns, one pair a row; Parquet or CSV.

    Raises
    ------
    UsageError : the file is not there or has not two columns.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a table of two columns of units")
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    if frame.width != 2:
        raise UsageError(f"{path}: {frame.width} columns; a table of neighbours has two, one pair of units a row")
    return [(a, b) for a, b in frame.rows()]

"""Reads what happened in the long format of the public prediction challenge, and checks tables of that format.

The observations have month_id (1 is January 1980), one column that names the unit, and a count. Parquet or CSV. Rows
may stand in any order. Whatever is wrong is said with the column and the row, counted from 1 without the head. Files
are checked as they stream by and never held whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from dayafter.errors import UsageError
from dayafter.scoring.rules import Bools, Floats, Ints
from dayafter.seeding import stable_id

MONTH: Final = "month_id"
COUNT: Final = "outcome"
"""The column of counts where it is not named and several could be it."""
LARGEST: Final = 2**31 - 1
"""A count of deaths in a unit-month above this is a slip of the keyboard; it also keeps draws in 32 bits."""


@dataclass(frozen=True, slots=True)
class Actuals:
    """What happened, on the rows of a forecast."""

    observed: Floats  # (rows,), 0 where not known
    known: Bools  # (rows,)


def unit_things(units: tuple[int | str, ...]) -> Ints:
    """(n,), the address of each unit in random numbers: an id of 0 or more is itself, a name is hashed."""
    return np.array([u if isinstance(u, int) and 0 <= u < 2**32 else stable_id(str(u)) for u in units], dtype=np.int64)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what the reader cannot read into a UsageError that names the file."""
    try:
        yield
    except pl.exceptions.PolarsError as fault:
        raise UsageError(f"{path}: cannot be read ({str(fault).splitlines()[0]}); save it anew") from fault


def scan_table(path: Path) -> pl.LazyFrame:
    """A Parquet or CSV file as it stands, not read yet.

    Raises
    ------
    UsageError : it is not there, has another ending, or its head cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a Parquet or CSV file")
    if path.suffix not in {".parquet", ".csv"}:
        raise UsageError(f"{path}: ends in {path.suffix or 'nothing'}; name a file that ends in .parquet or .csv")
    with readable(path):
        if path.suffix == ".parquet":
            lazy = pl.scan_parquet(path)
            lazy.collect_schema()
            return lazy
        types = pl.scan_csv(path, infer_schema_length=None).collect_schema()  # once, from every row
        return pl.scan_csv(path, schema=types)


def require_columns(path: Path, table: pl.LazyFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table without one of the columns."""
    there = table.collect_schema().names()
    for column in columns:
        if column not in there:
            raise UsageError(
                f"{path}: there is no column {column}; it has {', '.join(there)}. "
                f"Rename the one that is meant, or name it with an option"
            )


def require_values(path: Path, table: pl.LazyFrame, column: str, *, numeric: bool, empty: bool = False) -> None:
    """Refuse a column with an empty cell or, where numbers are wanted, with anything else or with a negative one.

    Parameters
    ----------
    empty : whether cells may be empty.
    """
    kind, own = table.collect_schema()[column], pl.col(column)
    if not empty and (found := _first(table, column, own.is_null())) is not None:
        raise UsageError(f"{path}: column {column}, row {found[0]}: empty; every row needs a value there")
    if not numeric:
        if kind.is_float():
            raise UsageError(f"{path}: column {column} holds fractions; a unit is a whole number or a name")
        return
    if not kind.is_numeric() and not (empty and kind == pl.Null):
        raise UsageError(f"{path}: column {column} holds {kind}; it must hold numbers")
    bad = (own < 0) | (own > LARGEST) if kind.is_integer() else ~own.is_between(0, LARGEST)
    if (found := _first(table, column, bad)) is not None:
        row, value = found
        raise UsageError(f"{path}: column {column}, row {row}: {value}; it must be from 0 to {LARGEST}")


def _first(table: pl.LazyFrame, column: str, wrong: pl.Expr) -> tuple[int, object] | None:
    """Number, from 1, and value of the first cell of a column that is wrong; None where none is."""
    cells = table.select(pl.col(column).alias("value"), wrong.alias("wrong")).with_row_index("row", 1)
    found = cells.filter("wrong").head(1).collect(engine="streaming")
    return (int(found["row"][0]), found["value"][0]) if found.height else None


def find_unit_column(path: Path, table: pl.LazyFrame, wanted: str | None, others: tuple[str, ...]) -> str:
    """The column that names the unit: the one wanted, or the only one that is none of the others."""
    if wanted is not None:
        require_columns(path, table, (wanted,))
        return wanted
    rest = [name for name in table.collect_schema().names() if name not in others]
    if len(rest) != 1:
        found = ", ".join(rest) if rest else "none"
        raise UsageError(
            f"{path}: which column names the unit cannot be told (candidates: {found}); name it with an option"
        )
    return rest[0]


def find_target(path: Path, table: pl.LazyFrame, unit_column: str, wanted: str | None) -> str:
    """The column of counts: the one wanted, or `outcome`, or the only number that is left."""
    if wanted is not None:
        require_columns(path, table, (wanted,))
        return wanted
    types = table.collect_schema()
    if COUNT in types:
        return COUNT
    rest = [
        name for name, kind in types.items() if kind.is_numeric() and name not in {MONTH, unit_column, "year", "month"}
    ]
    if len(rest) != 1:
        found = ", ".join(rest) if rest else "none"
        raise UsageError(
            f"{path}: which column holds the counts cannot be told (candidates: {found}); name it with an option"
        )
    return rest[0]


def read_actuals(
    path: Path, months: Ints, units: tuple[int | str, ...], unit: str, target: str | None = None
) -> Actuals:
    """What happened on the rows of a forecast; unit-months of the file that it has not are not looked at.

    An empty cell is a unit-month of which nothing is known (a state that did not exist): it is not scored.

    Parameters
    ----------
    months, units : (rows,), of the forecast. unit : the column that names the unit. target : the column of counts.

    Raises
    ------
    UsageError : a column is missing, a value is no number, or a unit-month of the forecast is not in the file.
    """
    table = scan_table(path)
    require_columns(path, table, (MONTH, unit))
    column = find_target(path, table, unit, target)
    with readable(path):
        require_values(path, table, MONTH, numeric=True)
        require_values(path, table, unit, numeric=False)
        require_values(path, table, column, numeric=True, empty=True)
    is_text = table.collect_schema()[unit] == pl.String
    if is_text != isinstance(units[0], str):
        raise UsageError(
            f"{path}: column {unit} holds {table.collect_schema()[unit]}, the forecast names units otherwise"
        )
    label = pl.String if is_text else pl.Int64
    rows = pl.DataFrame({MONTH: months, unit: pl.Series(units, dtype=label)})
    asked = rows.lazy().select(MONTH).unique()
    with readable(path):
        there = (
            table.select(
                pl.col(MONTH).cast(pl.Int64), pl.col(unit).cast(label), pl.col(column).cast(pl.Float64).alias("_count"),
                pl.lit(value=True).alias("_there"),
            )
            .join(asked, on=MONTH, how="semi")
            .collect(engine="streaming")
        )  # fmt: skip
    if (twice := there.filter(pl.struct(MONTH, unit).is_duplicated())).height:
        raise UsageError(f"{path}: {unit} {twice[unit][0]} stands twice in month {twice[MONTH][0]}; keep one row")
    found = rows.join(there, on=[MONTH, unit], how="left", maintain_order="left")
    if (missing := found.filter(pl.col("_there").is_null())).height:
        raise UsageError(
            f"{path}: there is no row for {unit} {missing[unit][0]} in month {missing[MONTH][0]} "
            f"({missing.height} unit-months of the forecast are not there); leave them out of the forecast or add them"
        )
    known = found["_count"].is_not_null().to_numpy()
    return Actuals(observed=found["_count"].fill_null(0.0).to_numpy().astype(np.float64), known=known)

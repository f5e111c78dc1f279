"""Tables for notebooks: a folder of Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from dayafter.exports.spreadsheets import csv_text
from dayafter.exports.tables import Table
from dayafter.redaction import Gate


def write_parquet(tables: Sequence[Table], gate: Gate | None, folder: Path) -> None:
    """One file a table. Numbers are floats, everything else text, empty cells null. `gate` as of `write_xlsx`.

    Raises
    ------
    RedactionError : something protected is left in one; the folder is to be thrown away.
    """
    folder.mkdir()
    for table in tables:
        if gate is not None:
            gate.release(csv_text(table), f"{table.name}.parquet")
        frame(table).write_parquet(folder / f"{table.name}.parquet", compression="zstd")


def frame(table: Table) -> pl.DataFrame:
    """A table as a data frame."""
    return pl.DataFrame(
        {
            column.name: pl.Series(
                [row[number] for row in table.rows], dtype=pl.Float64 if column.is_number else pl.String, strict=False
            )
            for number, column in enumerate(table.columns)
        }
    )

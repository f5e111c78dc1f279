"""The tables of a run for spreadsheets and notebooks.

The folder of a run has passed the gate when it was written, for the audience that its manifest names; here its tables
change their container, never their content, so that nothing needs to be withheld again. A workbook holds the last month
alone, and no single members: all months of a case with eight policies are half a million rows, and single members more
than a sheet holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from dayafter.errors import UsageError
from dayafter.exports import parquet, spreadsheets
from dayafter.exports.tables import Cell, Column, Table
from dayafter.exports.whole import whole
from dayafter.results.lab import write_netcdf
from dayafter.results.result import SimulationResult
from dayafter.results.schema import TABLES
from dayafter.vocabulary import Audience

FORMATS: Final = {"xlsx": ".xlsx", "csv": "", "parquet": "", "netcdf": ".nc"}
"""Formats of a run and what the name of each ends in; nothing where it is a folder."""
_SINGLE_MEMBERS: Final = ("events", "draws")
"""Tables of single members, which no workbook holds."""


def audience_of(result: SimulationResult) -> Audience:
    """Who may read a run that was written to a folder."""
    return Audience(result.manifest["redaction"]["audience"])


def run_tables(result: SimulationResult, *, for_workbook: bool) -> tuple[Table, ...]:
    """What the run is, then every table that has a row; for a workbook the last month, and no single members."""
    found = [_about(result, for_workbook=for_workbook)]
    for name, frame in result.tables.items():
        if for_workbook and name in _SINGLE_MEMBERS:
            continue
        chosen = frame
        if for_workbook and "month" in frame.columns and frame.height:
            chosen = frame.filter(pl.col("month") == frame["month"].max())
        if chosen.height:
            columns = tuple(Column(one.name, one.text, is_number=one.dtype != "text") for one in TABLES[name])
            found.append(Table(name, name, columns, tuple(chosen.select([one.name for one in columns]).iter_rows())))
    return tuple(found)


def _about(result: SimulationResult, *, for_workbook: bool) -> Table:
    run = result.manifest["run"]
    told: list[tuple[Cell, ...]] = [
        ("case", str(run["case"]["id"])),
        *((name, str(run[name])) for name in ("seed", "members", "months", "baseline", "version")),
        *((f"policy {plan['id']}", str(plan["name"] or plan["id"])) for plan in run["policies"]),
        ("audience", str(audience_of(result).value)),
        ("hash", str(result.manifest["hash"])),
        ("numbers", "Simulated under stated assumptions; each interval says in its name what it spans"),
        ("empty cells", "Over all, or no number; never 0"),
    ]
    if for_workbook:
        told.append(("months shown", "The last; export csv, parquet or netcdf for all"))
        if any(name in result.tables for name in _SINGLE_MEMBERS):
            told.append(("single members", "Not in a workbook; export csv or parquet for them"))
    columns = (Column("field", "What."), Column("value", "The answer."))
    return Table("about", "About this file", columns, tuple(told))


def export_run(result: SimulationResult, to: str, target: Path, *, overwrite: bool = False) -> None:
    """Write the tables of a run in one format, whole or not at all.

    Raises
    ------
    UsageError : a format that a run does not have; a name that ends otherwise; the target is there; the extra `lab` is
        not installed and netcdf was asked for.
    """
    if to not in FORMATS:
        raise UsageError(f"a run has no places or ties to write as {to}; its formats are {', '.join(FORMATS)}")
    suffix = FORMATS[to]
    if target.suffix.lower() != suffix:
        wanted = f"a name ending in {suffix}" if suffix else "the name of a folder, without an ending"
        raise UsageError(f"{to} is written to {wanted}, not to {target.name}")
    with whole(target, is_folder=not suffix, overwrite=overwrite) as temporary:
        if to == "netcdf":
            write_netcdf(result, temporary)
        elif to == "xlsx":
            spreadsheets.write_xlsx(run_tables(result, for_workbook=True), None, temporary)
        elif to == "csv":
            spreadsheets.write_csv(run_tables(result, for_workbook=False), None, temporary)
        else:
            parquet.write_parquet(run_tables(result, for_workbook=False), None, temporary)

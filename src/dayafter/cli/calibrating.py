"""Command on calibration: calibrate."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument, OverwriteOption, SeedOption
from dayafter.errors import UsageError


class ReportFormat(StrEnum):
    """How `calibrate` reports."""

    TEXT = "text"
    JSON = "json"


@app.command()
def calibrate(
    case: CaseArgument,
    events: Annotated[
        Path,
        typer.Option(help="Events of UCDP GED, as `dayafter events import` writes them or as published."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Write the posterior here; posterior.json in the case's folder is used by default there."),
    ] = None,
    front: Annotated[
        list[str] | None,
        typer.Option(help="This place counts as front to the end, since part of it was still held; give it for each."),
    ] = None,
    sides: Annotated[
        Path | None, typer.Option(help="CSV file that says what the sides of the events are: name, role, bloc.")
    ] = None,
    returns: Annotated[
        Path | None, typer.Option(help="A series of returned families by district; reported beside the posterior.")
    ] = None,
    format: Annotated[ReportFormat, typer.Option(help="text for people, json for machines.")] = ReportFormat.TEXT,
    audience: AudienceOption = None,
    seed: SeedOption = 1,
    members: Annotated[int, typer.Option(min=1000, max=1_000_000, help="Draws of the last stage.")] = 16384,
    overwrite: OverwriteOption = False,
) -> None:
    """Fit the simulation's violence to the record of a case's own places.

    Only what is recorded up to the case's as-of date, in months after a place was freed, enters. It says what the
    record informs and what stays at its prior.
    """
    from dayafter.calibrating import calibrate as calibrate_case
    from dayafter.calibrating import read_returns, read_sides
    from dayafter.calibration.returns import fit_returns
    from dayafter.casefile.load import load_case
    from dayafter.findings import calibration as report
    from dayafter.findings.export import find_place
    from dayafter.redaction import Gate

    if out is not None and out.exists() and not overwrite:
        raise UsageError(f"{out} is there already; choose another name, or say --overwrite to replace it")
    if out is not None and not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}; make it first")
    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    moved = None if returns is None else read_returns(returns)
    found = calibrate_case(
        loaded,
        events,
        fronts=tuple(dict.fromkeys(find_place(loaded.case, one) for one in front or ())),
        sides=None if sides is None else read_sides(sides),
        seed=seed,
        members=members,
        threads=os.cpu_count() or 1,
        progress=lambda done, most: typer.echo(f"stage {done + 1} of at most {most}", err=True),
    )
    fitted = None if moved is None else fit_returns(moved, found.as_of)
    write = {ReportFormat.TEXT: report.to_text, ReportFormat.JSON: report.to_json}
    typer.echo(write[format](found, fitted, gate).rstrip("\n"))
    if out is not None:
        part = out.with_name(f".{out.name}.part")
        part.write_text(gate.release(found.posterior.to_json(), out.name), encoding="utf-8")
        part.replace(out)
        typer.echo(f"wrote {out}", err=True)

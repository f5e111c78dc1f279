"""Commands for files that other tools read, and for what changed: export, diff."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import (
    AudienceOption,
    HorizonOption,
    MembersOption,
    OverwriteOption,
    SeedOption,
    TableFormat,
)


class ExportFormat(StrEnum):
    """The formats that `export` knows; a test compares them with the registry."""

    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    GRAPHML = "graphml"
    IATI = "iati"


@app.command()
def export(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="A case folder, an .xlsx workbook, or the name of a bundled case.")
    ],
    to: Annotated[ExportFormat, typer.Option(help="The kind of file.")],
    out: Annotated[
        Path | None, typer.Option(help="The file or folder to write; without it, named for the case.")
    ] = None,
    audience: AudienceOption = None,
    reporting_org: Annotated[
        str | None, typer.Option(help="For iati: the registered identifier of the reporting organisation.")
    ] = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write the record and the assessment for Excel, QGIS, notebooks, network programs or aid registers.

    Every file passes the redaction gate; nothing is half-written.
    """
    from dayafter.exports.iati import UNREGISTERED
    from dayafter.exports.material import gather
    from dayafter.exports.registry import FORMATS, export_case

    material = gather(case, audience, seed=seed, members=members, horizon=horizon)
    suffix, ident = FORMATS[to.value].suffix, material.case.info.id
    own = (
        f"{ident}{suffix}"
        if suffix == f".{to.value}" and to is not ExportFormat.XLSX
        else f"{ident}-{to.value}{suffix}"
    )
    target = out if out is not None else Path(own)
    export_case(material, to.value, target, reporter=reporting_org or UNREGISTERED, overwrite=overwrite)
    typer.echo(f"wrote {target}: {FORMATS[to.value].text}; {material.gate.handling}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier case, or the folder of an earlier run.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later one, of the same kind.")],
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
) -> None:
    """Say what changed between two versions of a case, or two runs.

    Of cases: the facts, and what that did to the findings. Of runs: what they are made of, and the outcomes that moved.
    """
    from dayafter.comparing import compare_cases, compare_runs, text
    from dayafter.errors import UsageError
    from dayafter.results.store import MANIFEST, load_results

    runs = [(Path(one) / MANIFEST).is_file() for one in (before, after)]
    if runs[0] is not runs[1]:
        raise UsageError("one of the two is a run and the other a case; give two cases or two runs")
    write = {TableFormat.CSV: text.to_csv, TableFormat.JSON: text.to_json, TableFormat.TABLE: text.to_text}[format]
    if all(runs):
        typer.echo(write(compare_runs(load_results(before), load_results(after))), nl=False)
        return
    from dayafter.casefile.load import load_case
    from dayafter.redaction import Gate

    old, new = load_case(before).case, load_case(after).case
    found = compare_cases(old, new, audience=audience, seed=seed, members=members, horizon=horizon)
    reader = found.audience or old.info.audience
    gates = [Gate(case, reader) for case in (old, new)]
    typer.echo(write(found, gates), nl=False)

"""The command that assesses a case."""

from __future__ import annotations

from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument, HorizonOption, MembersOption, SeedOption, TableFormat


@app.command()
def assess(
    case: CaseArgument,
    place: Annotated[str | None, typer.Option(help="Only this place: its id, its name or an alias.")] = None,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
) -> None:
    """Say what is open in each place and which deals are fragile.

    With contributions, spread, likely breakers, absent parties and the rows and sources behind each.
    """
    from dayafter.assessment.assess import assess as assess_case
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.findings import export
    from dayafter.redaction import Gate

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    place_id = None if place is None else export.find_place(loaded.case, place)
    assessment = assess_case(compile_case(loaded.case), seed=seed, n_members=members, horizon_months=horizon)
    if format is TableFormat.JSON:
        typer.echo(export.to_json(assessment, gate, place=place_id))
    elif format is TableFormat.CSV:
        typer.echo(export.to_csv(assessment, gate, place=place_id), nl=False)
    else:
        typer.echo(export.to_text(assessment, gate, place=place_id), nl=False)

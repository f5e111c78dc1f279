"""Commands that explain the simulation: claims, why."""

from __future__ import annotations

from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, TableFormat


@app.command()
def claims(
    claim: Annotated[list[str] | None, typer.Argument(metavar="[CLAIM]...", help="Such as C-18; else all.")] = None,
    case: Annotated[str, typer.Option(help="The case to put them to.")] = "iraq-2016",
    members: Annotated[int, typer.Option(help="Futures of each arm: parameter draws × histories.")] = 3000,
    months: Annotated[int, typer.Option(min=1, max=240, help="Months of each future.")] = 36,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random number.")] = 1,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
) -> None:
    """Put the claims of the essay to the simulation, as experiments.

    Each is run three times; most say what was typed in, and are said to. Each ends with the data that would settle it.
    """
    from rich.console import Console
    from rich.progress import Progress

    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.explaining.examine import examine
    from dayafter.findings import claims as tables
    from dayafter.redaction import Gate

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("experiments", total=None)
        found = examine(
            compile_case(loaded.case), claims=claim or None, members=members, months=months, seed=seed,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )  # fmt: skip
    if format is TableFormat.TABLE:
        typer.echo(tables.to_text(found, gate).rstrip("\n"))
    else:
        typer.echo(tables.to_machine(found, gate, as_json=format is TableFormat.JSON).rstrip("\n"))

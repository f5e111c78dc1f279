"""Commands on bargaining: predict, settle."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument, TableFormat
from dayafter.errors import UsageError


class PredictionModel(StrEnum):
    """The models that `predict` knows; a test compares them with the registry."""

    COMPROMISE = "compromise"
    MEAN = "mean"
    MEDIAN = "median"
    CHALLENGE = "challenge"
    KTAB = "ktab"
    EXCHANGE = "exchange"


@app.command()
def predict(
    source: Annotated[
        str,
        typer.Argument(metavar="CASE|FILE", help="A case, or a CSV table of positions, saliences and capabilities."),
    ],
    model: Annotated[PredictionModel, typer.Option(help="What to predict with.")] = PredictionModel.COMPROMISE,
    place: Annotated[str | None, typer.Option(help="Of a case, only this place.")] = None,
    turns: Annotated[
        bool, typer.Option("--turns", help="For ktab: every turn's positions and chances to win.")
    ] = False,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws over uncertain inputs.")] = 1,
    draws: Annotated[int, typer.Option(min=1, max=1_000_000, help="Number of draws over uncertain inputs.")] = 500,
) -> None:
    """Predict what bargaining power alone would yield.

    It knows of no red line and says nothing on whether a deal would be accepted or hold.
    """
    from dayafter.findings import predictions as tables
    from dayafter.settling import predict_case, predict_file

    if turns and model is not PredictionModel.KTAB:
        raise UsageError(f"--turns goes with --model ktab; {model.value} has no turns")
    if Path(source).is_file() and Path(source).suffix.lower() != ".xlsx":
        prediction = predict_file(source, model.value, seed=seed, n_draws=draws)
        columns, rows = tables.rows_of_file(prediction, turns=turns)
        release: Callable[[str], str] = str
    else:
        from dayafter.casefile.load import load_case
        from dayafter.compiler import compile_case
        from dayafter.findings.export import find_place
        from dayafter.redaction import Gate

        loaded = load_case(source)
        gate = Gate(loaded.case, audience or loaded.case.info.audience)
        places = () if place is None else (find_place(loaded.case, place),)
        found = predict_case(compile_case(loaded.case), model.value, places=places, seed=seed, n_draws=draws)
        columns, rows = tables.rows_of_case(found, gate, turns=turns)
        release = partial(gate.release, what="predict")
    write = {TableFormat.CSV: tables.to_csv, TableFormat.JSON: tables.to_json, TableFormat.TABLE: tables.to_text}
    typer.echo(release(write[format](columns, rows)).rstrip("\n"))


@app.command()
def settle(
    case: CaseArgument,
    place: Annotated[
        list[str] | None,
        typer.Option(help="Only this place: its id, its name or an alias; give it several times for several."),
    ] = None,
    joint: Annotated[
        bool, typer.Option("--joint", help="Bargain over the places together, so that one is traded for another.")
    ] = False,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws over uncertain inputs.")] = 1,
    draws: Annotated[int, typer.Option(min=2, max=1_000_000, help="Number of draws over uncertain inputs.")] = 500,
) -> None:
    """Say which deals would be accepted, and which would hold.

    With who gains what, who must be convinced, how each could break, and what would unlock or turn it.
    """
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.findings import settlements
    from dayafter.findings.export import find_place
    from dayafter.redaction import Gate
    from dayafter.settlement.settle import settle as settle_case

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    places = tuple(dict.fromkeys(find_place(loaded.case, one) for one in place or ())) or None
    found = settle_case(compile_case(loaded.case), places, joint=joint, draws=draws, seed=seed)
    write = {
        TableFormat.CSV: settlements.to_csv,
        TableFormat.JSON: settlements.to_json,
        TableFormat.TABLE: settlements.to_text,
    }
    typer.echo(write[format](found, gate).rstrip("\n"))

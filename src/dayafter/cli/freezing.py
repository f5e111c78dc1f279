"""Commands on frozen forecasts: freeze, score-frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import CaseArgument, OverwriteOption, SeedOption, TextFormat


@app.command()
def freeze(
    case: CaseArgument,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the forecast to.")],
    members: Annotated[int, typer.Option(min=40, help="Futures; a whole number of replicates.")] = 4000,
    replicates: Annotated[int, typer.Option(min=2, help="Histories of each parameter draw.")] = 20,
    months: Annotated[int, typer.Option(min=3, max=240, help="Months, a whole number of quarters.")] = 36,
    seed: SeedOption = 1,
    prior: Annotated[bool, typer.Option("--prior", help="Leave the posterior beside the case unused.")] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Issue a forecast that others can score: questions, sources, rules, chances.

    Of doing nothing more, as of the case's as-of date; simulated under stated assumptions. Files: questions.csv,
    rules.csv, manifest.json.
    """
    from dayafter.casefile.load import load_case
    from dayafter.errors import UsageError
    from dayafter.frozen.freeze import freeze as freeze_case
    from dayafter.frozen.store import texts, write_forecast
    from dayafter.redaction import Gate

    if out.exists() and not overwrite:
        raise UsageError(f"{out} is there already; choose another name, or say --overwrite to replace it")
    loaded = load_case(case)
    gate = Gate(loaded.case, loaded.case.info.audience)
    made = freeze_case(
        loaded,
        members=members,
        replicates=replicates,
        months=months,
        seed=seed,
        prior=prior,
        progress=lambda done, of: typer.echo(f"\r{done:,} of {of:,} futures", nl=done == of, err=True),
    )
    for name, text in texts(made).items():
        gate.release(text, name)
    write_forecast(made, out, overwrite=overwrite)
    typer.echo(f"wrote {out}: {len(made.answered)} questions, issued as of {made.manifest['issued']}")


@app.command(name="score-frozen")
def score_frozen(
    forecast: Annotated[
        str, typer.Argument(metavar="CASE|DIR", help="A frozen forecast, or a case in whose folder one lies.")
    ],
    answers: Annotated[Path, typer.Option(help="CSV file: id, answer (yes, no, a count, void), reports.")],
    format: Annotated[TextFormat, typer.Option(help="text for people, json for machines.")] = TextFormat.TEXT,
) -> None:
    """Score a frozen forecast against answers that you looked up.

    Brier score and bits for a yes or no; CRPS, CRPS of the logarithm and coverage for counts.
    """
    from dayafter.frozen.score import read_answers, score, to_json, to_text
    from dayafter.frozen.store import find_forecast, read_forecast

    found = score(read_forecast(find_forecast(forecast)), read_answers(answers))
    typer.echo((to_json(found) if format is TextFormat.JSON else to_text(found)).rstrip("\n"))

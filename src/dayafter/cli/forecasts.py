"""Commands on forecasts of violence: forecast, score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import TextFormat


@app.command()
def forecast(
    panel: Annotated[Path, typer.Option(help="Parquet or CSV: month_id (1 is January 1980), unit, count.")],
    unit_column: Annotated[str, typer.Option(help="The column that names the unit, such as country_id.")],
    target: Annotated[str, typer.Option(help="The column of counts to forecast, such as ged_sb_best.")],
    origin: Annotated[int, typer.Option(min=1, help="The last month that may be seen.")],
    out: Annotated[Path, typer.Option(help="The Parquet file to write: month_id, unit, draw, outcome.")],
    steps: Annotated[str, typer.Option(help="Months ahead of the origin: 3-14, or 1,2,3.")] = "3-14",
    draws: Annotated[int, typer.Option(min=1, help="Samples for each unit and month.")] = 1000,
    model: Annotated[str, typer.Option(help="A model; an unknown name lists them.")] = "mixture",
    neighbours: Annotated[Path | None, typer.Option(help="Pairs of neighbouring units; of PRIO-GRID computed.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 1,
) -> None:
    """Forecast counts of violence as samples, from a panel.

    Nothing after the origin is seen. Progress goes to standard error.
    """
    from rich.console import Console
    from rich.progress import Progress

    from dayafter.forecasting.run import forecast_panel, parse_steps

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("units", total=None)
        summary = forecast_panel(
            panel, unit_column, target, origin=origin, steps=parse_steps(steps), draws=draws, model=model, out=out,
            neighbours=neighbours, seed=seed, progress=lambda done, of: bar.update(task, completed=done, total=of),
        )  # fmt: skip
    first, last = summary.months
    typer.echo(f"wrote {out}: {summary.units} units, months {first} to {last}, {draws} draws of the model {model}")


@app.command()
def score(
    samples: Annotated[
        Path, typer.Argument(metavar="FORECAST", help="A file of samples: month_id, unit, draw, outcome.")
    ],
    actuals: Annotated[Path, typer.Option(help="What happened: month_id, unit, a column of counts.")],
    against: Annotated[Path | None, typer.Option(help="Another forecast of the same rows, to compare with.")] = None,
    unit_column: Annotated[str | None, typer.Option(help="Where it cannot be told from the head of the file.")] = None,
    target: Annotated[str | None, typer.Option(help="The column of counts, where there are several.")] = None,
    format: Annotated[TextFormat, typer.Option(help="text for people, json for machines.")] = TextFormat.TEXT,
) -> None:
    """Score a forecast against what happened.

    CRPS, IGN, MIS and more, as means over rows; lower is better.
    """
    from dayafter.scoring.report import score_files

    report = score_files(samples, actuals, against, unit_column=unit_column, target=target)
    typer.echo(report.as_json() if format is TextFormat.JSON else report.as_text())

"""Commands on forecasts of violence: forecast, score, backtest."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.events import assign_to_case
from dayafter.cli.options import AudienceOption, TableFormat, TextFormat
from dayafter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dayafter.forecasting.panel import Panel
    from dayafter.forecasting.run import Progress
    from dayafter.vocabulary import Audience

PanelOption = Annotated[
    Path | None, typer.Option(help="Parquet or CSV: month_id (1 is January 1980), unit, count; or give --events.")
]
UnitColumnOption = Annotated[
    str | None, typer.Option(help="Of a panel: the column that names the unit, such as country_id.")
]
TargetOption = Annotated[
    str | None,
    typer.Option(
        help="The column of counts, such as ged_sb_best; of events without it deaths of state-based violence."
    ),
]
EventsOption = Annotated[
    Path | None, typer.Option(help="A table of events that `events import` wrote, in place of a panel.")
]
UnitOption = Annotated[str | None, typer.Option(help="Of events: country, priogrid, district or place.")]
CaseOption = Annotated[
    str | None, typer.Option(help="Of events by place or district: the case whose places are meant.")
]
AssignmentOption = Annotated[
    Path | None, typer.Option(help="CSV file of event_uid and place, from `events match --out`; else matched anew.")
]
UnitsOption = Annotated[
    Path | None, typer.Option(help="Of events: a table whose first column lists the units, those without events too.")
]
SourceOption = Annotated[str | None, typer.Option(help="Of events: whose, where the table holds several publishers'.")]
NeighboursOption = Annotated[Path | None, typer.Option(help="Pairs of neighbouring units; of PRIO-GRID computed.")]


def _panel(
    panel: Path | None,
    unit_column: str | None,
    target: str | None,
    neighbours: Path | None,
    events: Path | None,
    unit: str | None,
    case: str | None,
    assignment: Path | None,
    units: Path | None,
    source: str | None,
    as_of: date | None,
    audience: Audience | None,
) -> tuple[Panel, str]:
    """The panel that the options name, and its column of units: a file, or events counted."""
    from dayafter.forecasting.panel import read_pairs, read_panel

    if (panel is None) == (events is None):
        raise UsageError("name either a panel with --panel or a table of events with --events")
    pairs = None if neighbours is None else read_pairs(neighbours)
    if panel is not None:
        if unit_column is None or target is None:
            raise UsageError("a panel needs --unit-column and --target: which column names the unit, which the count")
        if unit is not None or case is not None or as_of is not None or units is not None:
            raise UsageError("--unit, --case, --units and --as-of are of events; a panel is counted already")
        return read_panel(panel, unit_column, target, pairs), unit_column
    from dayafter.counting import panel_of_events, read_units
    from dayafter.events.table import read_table

    assert events is not None  # one of the two is there
    if unit is None:
        raise UsageError("events need --unit: country, priogrid, district or place")
    table = read_table(events)
    placed, wanted = None, None if units is None else read_units(units)
    if case is not None:
        placed, places = assign_to_case(table, case, unit, assignment, audience=audience)
        wanted = wanted or list(places)
    elif unit in {"place", "district"}:
        raise UsageError("places and districts are those of a case; name it with --case")
    counted, column, _ = panel_of_events(
        table, unit, as_of=as_of, target=target, units=wanted, assignment=placed, source=source, pairs=pairs
    )
    return counted, column


@app.command()
def forecast(
    out: Annotated[Path, typer.Option(help="The Parquet file to write: month_id, unit, draw, outcome.")],
    panel: PanelOption = None,
    unit_column: UnitColumnOption = None,
    target: TargetOption = None,
    origin: Annotated[
        int | None, typer.Option(min=1, help="The last month that may be seen; of events the last complete one.")
    ] = None,
    events: EventsOption = None,
    unit: UnitOption = None,
    case: CaseOption = None,
    assignment: AssignmentOption = None,
    units: UnitsOption = None,
    source: SourceOption = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Of events: what had not ended by this day does not exist."),
    ] = None,
    steps: Annotated[str, typer.Option(help="Months ahead of the origin: 3-14, or 1,2,3.")] = "3-14",
    draws: Annotated[int, typer.Option(min=1, help="Samples for each unit and month.")] = 1000,
    model: Annotated[
        str | None,
        typer.Option(help="A model; an unknown name lists them. Else the mixture, of PRIO-GRID that for cells."),
    ] = None,
    neighbours: NeighboursOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 1,
    audience: AudienceOption = None,
) -> None:
    """Forecast counts of violence as samples, from a panel or from events.

    Nothing after the origin is seen. Progress goes to standard error.
    """
    from dayafter.backtest import FORECASTERS
    from dayafter.forecasting.run import forecast_counts, parse_steps

    counts, column = _panel(
        panel, unit_column, target, neighbours, events, unit, case, assignment, units, source,
        None if as_of is None else as_of.date(), audience,
    )  # fmt: skip
    if origin is None and panel is not None:
        raise UsageError("a panel needs --origin: the last month that may be seen")
    with _units_bar() as progress:
        summary = forecast_counts(
            counts, column, origin=origin or counts.last_month, steps=parse_steps(steps), draws=draws, model=model,
            models=FORECASTERS, out=out, seed=seed, progress=progress,
        )  # fmt: skip
    first, last = summary.months
    typer.echo(
        f"wrote {out}: {summary.units:,} units, months {first} to {last} seen from month {summary.origin}, "
        f"{draws} draws of the model {summary.model}"
    )


@contextmanager
def _units_bar() -> Iterator[Progress]:
    """A bar of units on standard error, gone when it is done."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("units", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


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


@app.command()
def backtest(
    panel: PanelOption = None,
    unit_column: UnitColumnOption = None,
    target: TargetOption = None,
    years: Annotated[
        str | None, typer.Option(help="Windows of calendar years, 2018-2021; what is seen ends in the October before.")
    ] = None,
    origins: Annotated[str | None, typer.Option(help="Or the last months seen, 454,466.")] = None,
    events: EventsOption = None,
    unit: UnitOption = None,
    case: CaseOption = None,
    assignment: AssignmentOption = None,
    units: UnitsOption = None,
    source: SourceOption = None,
    steps: Annotated[str, typer.Option(help="Months ahead of each origin: 3-14, or 1,2,3.")] = "3-14",
    draws: Annotated[int, typer.Option(min=1, help="Samples for each unit and month.")] = 1000,
    model: Annotated[
        list[str] | None, typer.Option(help="A model beside the baselines, which are always there; else all.")
    ] = None,
    against: Annotated[
        str, typer.Option(help="The model from which the others' CRPS is told apart.")
    ] = "conflictology",
    neighbours: NeighboursOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 1,
    windows: Annotated[bool, typer.Option("--windows", help="One row a model and window, with every score.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for plots of reliability and PIT of the last model named.")
    ] = None,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
) -> None:
    """Score models on windows of the past, each seeing only what came before.

    Means over rows; lower is better. The baselines are always reported.
    """
    from dayafter import backtest as rolling
    from dayafter.findings import predictions as tables
    from dayafter.forecasting.run import parse_steps

    counts, _ = _panel(
        panel, unit_column, target, neighbours, events, unit, case, assignment, units, source, None, None
    )  # fmt: skip
    names = tuple(dict.fromkeys((*rolling.BASELINES, against, *(model or rolling.FORECASTERS))))
    found = rolling.backtest(
        counts, rolling.parse_origins(origins, years), models=names, steps=parse_steps(steps), n_draws=draws,
        seed=seed, say=lambda what: typer.echo(what, err=True),
    )  # fmt: skip
    rows = found.table() if windows else rolling.summary_rows(found, against)
    write = {TableFormat.CSV: tables.to_csv, TableFormat.JSON: tables.to_json, TableFormat.TABLE: tables.to_text}
    typer.echo(write[format](tuple(rows[0]), rows).rstrip("\n"))
    if plots is not None:
        plots.mkdir(parents=True, exist_ok=True)
        for name, text in rolling.reliability_plots(found, names[-1]).items():
            (plots / name).write_text(text, encoding="utf-8")
            typer.echo(f"wrote {plots / name}", err=True)

"""The command line: each command calls one public function and takes the same words.

Data goes to standard output, progress and remarks to standard error. Exit 0 done, 1 a fault of ours, 2 unusable
input or usage, 3 ran but found no answer. Commands import what they call inside their bodies, so that `--help`
starts at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dayafter import __version__
from dayafter.errors import CaseFileError, DayafterError, Issue, Severity, UsageError
from dayafter.vocabulary import Audience

if TYPE_CHECKING:
    from dayafter.casefile.load import CheckReport

app = typer.Typer(
    name="dayafter",
    help="Record, assess and brief the open questions of the day after a war.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class TextFormat(StrEnum):
    """How `check` reports."""

    TEXT = "text"
    JSON = "json"


class TableFormat(StrEnum):
    """How `assess` reports."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="A case folder, an .xlsx workbook, or the name of a bundled case such as iraq-2016."
    ),
]
AudienceOption = Annotated[
    Audience | None,
    typer.Option(help="Who will read it; decides what the redaction gate withholds. Else the audience of the case."),
]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of the draws over uncertain inputs and parameters.")]
MembersOption = Annotated[int, typer.Option(min=20, max=1_000_000, help="Number of draws (ensemble members).")]
HorizonOption = Annotated[
    int | None, typer.Option(min=1, max=240, help="Months to look ahead, 1 to 240; else the horizon of the case.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace the target if it exists.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"dayafter {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Record, assess and brief the open questions of the day after a war."""


@app.command()
def check(
    case: CaseArgument,
    format: Annotated[TextFormat, typer.Option(help="text for people, json for machines.")] = TextFormat.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as faults.")] = False,
) -> None:
    """Report every fault of a case at once, and how to mend it.

    Each says where it is, what is wrong and the smallest mend. Exit 2 if there is an error.
    """
    from dayafter.casefile.load import check_case

    report = check_case(case)
    if format is TextFormat.JSON:
        typer.echo(_check_json(case, report))
    else:
        for issue in report.issues:
            typer.echo(str(issue))
        typer.echo(_check_line(case, report))
    if not report.ok or (strict and report.issues):
        raise typer.Exit(2)


def _check_line(case: str, report: CheckReport) -> str:
    """One line that says how the check went and what the case holds."""
    n_errors = sum(issue.severity is Severity.ERROR for issue in report.issues)
    n_warnings = len(report.issues) - n_errors
    warned = f", {_counted(n_warnings, 'warning')}" if n_warnings else ""
    if n_errors:
        return f"{case}: {_counted(n_errors, 'error')}{warned}"
    holds = ", ".join(f"{n} {table.replace('_', ' ')}" for table, n in report.counts.items() if n)
    return f"{case}: ok{warned}; holds {holds or 'no rows yet'}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _check_json(case: str, report: CheckReport) -> str:
    import json

    body = {
        "case": case,
        "ok": report.ok,
        "counts": dict(report.counts),
        "issues": [issue.as_dict() for issue in report.issues],
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


@app.command()
def convert(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A case folder, an .xlsx workbook, or a bundled case's name.")
    ],
    target: Annotated[
        Path,
        typer.Argument(metavar="TARGET", help="Where to write: a name ending in .xlsx is a workbook, else a folder."),
    ],
    audience: Annotated[
        Audience | None, typer.Option(help="Write a copy redacted for this audience; without it nothing is lost.")
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Turn a folder into a workbook or back, without loss.

    With --audience: write a redacted copy of it instead.
    """
    from dayafter.casefile.convert import convert as convert_case

    if audience is None:
        convert_case(source, target, overwrite=overwrite)
    else:
        from dayafter.casefile.load import load_case
        from dayafter.redaction import write_redacted

        write_redacted(load_case(source), audience, target, overwrite=overwrite)
    typer.echo(f"wrote {target}")


@app.command()
def init(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="The folder or .xlsx workbook to start.")],
    from_case: Annotated[str | None, typer.Option("--from", help="A case to copy, such as iraq-2016.")] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Start a workbook; .xlsx is added to the name.")] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Start a case of your own, empty or from another case."""
    from dayafter.casefile.scaffold import init_case

    target = name.with_name(name.name + ".xlsx") if xlsx and name.suffix.lower() != ".xlsx" else name
    init_case(target, from_case=from_case, overwrite=overwrite)
    typer.echo(f"wrote {target}; next: fill it in, then `dayafter check {target}`")


@app.command()
def cases() -> None:
    """List the bundled cases."""
    from dayafter.casefile.bundled import bundled_cases

    for name in bundled_cases():
        typer.echo(name)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(help="Write to this file; without it, to standard output.")] = None,
) -> None:
    """Print the JSON Schema of the case format."""
    import json

    from dayafter.casefile.json_schema import case_json_schema, write_json_schema

    if out is None:
        typer.echo(json.dumps(case_json_schema(), ensure_ascii=False, indent=2))
    else:
        write_json_schema(out)
        typer.echo(f"wrote {out}", err=True)


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


@app.command()
def brief(
    case: CaseArgument,
    out: Annotated[Path | None, typer.Option(help="The HTML file to write; without it, CASE-brief.html here.")] = None,
    audience: AudienceOption = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
) -> None:
    """Write the brief: one HTML file that prints on A4.

    It needs no network. Prints where it lies and its headline.
    """
    from dayafter.assessment.assess import assess as assess_case
    from dayafter.brief import write_brief
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.findings import build_findings
    from dayafter.redaction import Gate

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    assessment = assess_case(compile_case(loaded.case), seed=seed, n_members=members, horizon_months=horizon)
    findings = build_findings(loaded.case, assessment, gate)
    target = out if out is not None else Path(f"{loaded.case.info.id}-brief.html")
    write_brief(findings, gate, target)
    typer.echo(f"{target}\n\n{findings.headline}")


def _say(issues: tuple[Issue, ...]) -> None:
    for issue in issues:
        typer.echo(str(issue), err=True)


def main() -> None:
    """Run the command line; every error raised on purpose becomes a message and exit 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except CaseFileError as error:
        _say(error.issues)
        typer.echo("nothing was written; `dayafter check` lists the same faults", err=True)
        sys.exit(2)
    except DayafterError as error:
        typer.echo(f"dayafter: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        typer.echo(f"dayafter: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        sys.exit(2)

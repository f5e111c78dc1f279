"""Commands on events that others recorded: events import, fetch, match, panel."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, TableFormat, TextFormat
from dayafter.errors import UsageError
from dayafter.vocabulary import Audience

if TYPE_CHECKING:
    import polars as pl

    from dayafter.redaction import Gate

group = typer.Typer(
    name="events",
    help="Read, fetch, place and count events of UCDP, ACLED, IOM DTM or your own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(group)

EventsArgument = Annotated[Path, typer.Argument(metavar="EVENTS", help="A table of events that `events import` wrote.")]
OutlinesOption = Annotated[
    Path | None,
    typer.Option(help="GeoJSON of outlines, also .gz; a feature belongs to the place whose id or code it bears."),
]
AtLeastOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="Lowest score of a match to take, 0 to 1.")]
WaysOption = Annotated[str, typer.Option("--by", help="Ways of matching to take: code, geometry, name.")]


@group.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files as published: CSV, JSON, Parquet, xlsx.")
    ],
    out: Annotated[Path, typer.Option(help="The Parquet file to write.")],
    provider: Annotated[
        str | None,
        typer.Option(help="Whose files they are; without it told by the columns. An unknown name lists them."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML file that says which column is what, for any other source.")
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Release of all files, where neither they nor their names say it.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave refused rows out instead of stopping; all are listed.")
    ] = False,
    format: Annotated[TextFormat, typer.Option(help="text for people, json for machines.")] = TextFormat.TEXT,
) -> None:
    """Make one table of files of events, or of displacement.

    Every row that cannot be trusted is listed with file and line; then nothing is written, unless --keep-going.
    """
    import json

    from dayafter.events.importing import import_events
    from dayafter.events.reading import EventFileError

    try:
        report = import_events(files, provider, out, keep_going=keep_going, release=release, mapping=mapping)
    except EventFileError as error:
        for issue in error.issues:
            typer.echo(str(issue), err=True)
        typer.echo("nothing was written; mend the rows, or leave those refused out with --keep-going", err=True)
        raise typer.Exit(2) from None
    typer.echo(
        json.dumps(report.as_dict(), ensure_ascii=False, indent=1) if format is TextFormat.JSON else report.to_text()
    )


@group.command()
def fetch(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="ucdp or acled.")],
    release: Annotated[str | None, typer.Option(help="Release of UCDP, as 25.1 or 26.0.8; ACLED has none.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What to ask for, in the service's words, as Country=645."),
    ] = None,
    cache: Annotated[Path, typer.Option(help="Folder that keeps the pages as they came.")] = Path("fetched"),
    offline: Annotated[bool, typer.Option("--offline", help="Send nothing; use what the cache holds whole.")] = False,
    base_url: Annotated[str | None, typer.Option(help="Another address of the service, a mirror for instance.")] = None,
) -> None:
    """Fetch events from UCDP's or ACLED's service, with your own token.

    The only command that sends anything. It goes on where it was cut off; a whole request is never sent again.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from dayafter.events.fetch import fetch as fetch_pages

    asked: dict[str, str] = {}
    for pair in where or ():
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--where {pair}: write NAME=VALUE, as Country=645")
        asked[name] = value
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("asking", total=None)
        report = fetch_pages(
            service, cache, release=release, parameters=asked, offline=offline, base_url=base_url,
            progress=lambda here, of: bar.update(
                task, description=f"{here:,} records" + ("" if of is None else f" of {of:,}")
            ),
        )  # fmt: skip
    typer.echo(
        f"{report.provider}: {report.n_records:,} records in {len(report.files)} pages "
        f"({report.n_from_cache} from the cache), the last of {report.fetched_at}\n{report.folder}\n"
        f"next: dayafter events import {report.folder}/{service}*.json --out events.parquet"
    )


@group.command()
def match(
    events: EventsArgument,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case whose places are meant.")],
    unit: Annotated[str, typer.Option(help="Which places: place (those that are assessed) or district.")] = "place",
    outlines: OutlinesOption = None,
    at_least: AtLeastOption = 0.7,
    by: WaysOption = "code,geometry,name",
    suggestions: Annotated[
        Path | None, typer.Option(help="CSV file to write with every suggestion and its score.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write with the events taken: event_uid, place. Edit it freely.")
    ] = None,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
) -> None:
    """Suggest for events the places of a case.

    By code, by outline and by name, each with a score.

    Nothing is merged: what is taken is what you name with --out, and give to `events panel --assignment`.
    """
    from dayafter.casefile.load import load_case
    from dayafter.events.table import read_table
    from dayafter.findings import predictions as tables
    from dayafter.findings.matching import match_case, match_remarks, match_rows
    from dayafter.redaction import Gate

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    table = read_table(events)
    found = match_case(table, loaded, gate, unit, outlines=outlines, at_least=at_least, ways=_ways(by))
    for target, frame in ((suggestions, found.suggestions), (out, found.taken.rows)):
        if target is not None:
            _write_csv(frame, target, gate)
    rows = match_rows(table, found, lambda place: gate.alias(place, "places"))
    columns = ("place", "by code", "by geometry", "by name", "taken", "dead of these")
    write = {TableFormat.CSV: tables.to_csv, TableFormat.JSON: tables.to_json, TableFormat.TABLE: tables.to_text}
    typer.echo(gate.release(write[format](columns, rows), "match").rstrip("\n"))
    for remark in match_remarks(table, found):
        typer.echo(remark, err=True)


def _ways(by: str) -> list[str]:
    return [way.strip() for way in by.split(",")]


def _write_csv(frame: pl.DataFrame, target: Path, gate: Gate) -> None:
    """A table of matches as CSV, through the gate and harmless for a spreadsheet."""
    import polars as pl

    from dayafter.events.table import write_whole
    from dayafter.findings.predictions import to_csv

    words = frame.with_columns(pl.when(pl.col(pl.Boolean)).then(pl.lit("yes")).otherwise(pl.lit("no")).name.keep())
    text = gate.release(to_csv(frame.columns, words.to_dicts()), target.name)
    write_whole(target, lambda file: file.write_bytes(text.encode("utf-8")))
    typer.echo(f"wrote {target}: {frame.height:,} rows", err=True)


@group.command()
def panel(
    events: EventsArgument,
    unit: Annotated[str, typer.Option(help="country (Gleditsch–Ward code), priogrid, district or place.")],
    out: Annotated[Path, typer.Option(help="The file to write, .parquet or .csv: one row a unit and month.")],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="What had not ended by this day does not exist; else the last day of the table."
        ),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Count from this month on; else from that of the first event."),
    ] = None,
    case: Annotated[str | None, typer.Option(help="The case whose places or districts are counted.")] = None,
    assignment: Annotated[
        Path | None, typer.Option(help="CSV file of event_uid and place, from `events match --out`; else matched anew.")
    ] = None,
    outlines: OutlinesOption = None,
    at_least: AtLeastOption = 0.7,
    by: WaysOption = "code,geometry,name",
    units: Annotated[
        Path | None,
        typer.Option(help="Parquet or CSV whose first column lists the units to count, those without events too."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Whose events to count, where the table holds several publishers'.")
    ] = None,
    long_events: Annotated[
        str, typer.Option(help="What becomes of events across months: spread, start, end or exclude.")
    ] = "spread",
    audience: AudienceOption = None,
) -> None:
    """Count events by unit and month, as of a day."""
    from dayafter.counting import last_day, read_units
    from dayafter.events.panel import build_panel, prefix_of, write_panel
    from dayafter.events.table import read_table

    table = read_table(events)
    wanted = None if units is None else read_units(units)
    placed = None
    if case is not None:
        placed, places = assign_to_case(table, case, unit, assignment, outlines, at_least, by, audience)
        wanted = wanted or list(places)
    elif assignment is not None or unit in {"place", "district"}:
        raise UsageError("places and districts are those of a case; name it with --case")
    day = last_day(table) if as_of is None else as_of.date()
    counted = build_panel(
        table, unit, day, start=None if start is None else start.date(), units=wanted, assignment=placed,
        source=source, long_events=long_events,
    )  # fmt: skip
    write_panel(counted, out, prefix_of(table, source))
    n_units, n_months = counted.rows["unit"].n_unique(), counted.rows["month_id"].n_unique()
    typer.echo(f"wrote {out}: {n_units:,} units, {n_months:,} months, as of {day}")
    for reason, number in counted.left_out.items():
        typer.echo(f"left out, {reason}: {number:,} events")


def assign_to_case(
    events: pl.DataFrame,
    case: str,
    unit: str,
    assignment: Path | None,
    outlines: Path | None = None,
    at_least: float = 0.7,
    by: str = "code,geometry,name",
    audience: Audience | None = None,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Which event is in which place, and every place: as a person decided, else matched, with what that leaves open."""
    from dayafter.casefile.load import load_case
    from dayafter.findings.matching import match_case, match_remarks, read_assignment
    from dayafter.redaction import Gate

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    found = match_case(events, loaded, gate, unit, outlines=outlines, at_least=at_least, ways=_ways(by))
    if assignment is not None:
        return read_assignment(assignment, found.places), found.places
    for remark in match_remarks(events, found):
        typer.echo(remark, err=True)
    return found.taken.rows, found.places

"""Commands on the record: check, convert, init, cases, schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import CaseArgument, OverwriteOption, TextFormat
from dayafter.errors import Severity
from dayafter.vocabulary import Audience

if TYPE_CHECKING:
    from dayafter.casefile.load import CheckReport


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
    from dayafter.casefile.load import load_case

    if audience is None:
        convert_case(source, target, overwrite=overwrite)
    else:
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

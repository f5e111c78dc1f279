"""The command that simulates a case under rival policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from dayafter.study import Settings

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument, TableFormat
from dayafter.errors import UsageError

HORIZON: Final = "horizon"
INTERRUPTED: Final = 130
"""Exit status of a run that the user stopped: 128 + the number of SIGINT, as shells have it."""

_OPTIONS: Final = {"fixed": "fix"}

PoliciesOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="Only these policies, apart by commas or given several times; else all."),
]
MonthsOption = Annotated[str, typer.Option(metavar="N", help="Months, 1 to 240; or horizon, for that of the case.")]
FixOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="Hold a parameter at one value in every member.")
]


@app.command()
def simulate(
    case: CaseArgument,
    policies: PoliciesOption = None,
    baseline: Annotated[str | None, typer.Option(help="Compare with this policy; else with doing nothing.")] = None,
    members: Annotated[int, typer.Option(help="Futures of each policy.")] = 1000,
    months: MonthsOption = "36",
    seed: Annotated[int, typer.Option(help="Seed of every random number.")] = 1,
    fix: FixOption = None,
    priors: Annotated[Path | None, typer.Option(help="CSV of priors of your own: symbol, median, low, high.")] = None,
    prior: Annotated[
        bool, typer.Option("--prior", help="Leave the posterior that lies beside the case unused; priors alone.")
    ] = False,
    posterior: Annotated[
        Path | None, typer.Option(help="Posterior that `dayafter calibrate` wrote; else the one beside the case.")
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Make this result of the case again; takes all from it but --audience."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder to write the tables to.")] = None,
    events: Annotated[bool, typer.Option("--events", help="Also write each future's violence.")] = False,
    draws: Annotated[bool, typer.Option("--draws", help="Also write each future's outcomes at the end.")] = False,
    netcdf: Annotated[
        bool, typer.Option("--netcdf", help="Also write one file for xarray; needs the extra lab.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run of this DIR that was stopped.")] = False,
    threads: Annotated[int | None, typer.Option(help="At work at a time; else one for each processor.")] = None,
    max_memory: Annotated[
        int | None, typer.Option(metavar="MB", help="Refuse a run that needs more; else nine tenths of what is free.")
    ] = None,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
) -> None:
    """Simulate thousands of futures under rival policies.

    Paired differences to doing nothing, with their uncertainty; simulated under stated assumptions. The plan and the
    progress go to standard error. Ctrl-C leaves nothing half-written; with --out, --resume goes on from there.
    """  # fmt: skip
    from dayafter import study
    from dayafter.casefile.load import load_case
    from dayafter.findings import simulations
    from dayafter.simulation.plan import memory_limit, refuse_too_large

    loaded = load_case(case)
    settings = study.Settings(
        policies=_names(policies), baseline=baseline, members=members, months=_months(months), seed=seed,
        fixed=_values(fix), priors=priors, events=events, draws=draws, netcdf=netcdf, audience=audience,
        prior=prior, posterior=posterior,
    )  # fmt: skip
    if again is not None:
        _refuse_besides_again(settings)
        settings = study.settings_of(loaded, again)
        settings = settings if audience is None else replace(settings, audience=audience)
    run = study.prepare(loaded, settings, out=out, resume=resume)
    plan = run.plan(threads=threads)
    typer.echo(str(plan), err=True)
    refuse_too_large(plan, memory_limit() if max_memory is None else max_memory * 1_000_000)
    try:
        with _progress() as progress:
            result = run.execute(threads=threads, progress=progress)
    except KeyboardInterrupt:
        typer.echo(_stopped(out), err=True)
        raise typer.Exit(INTERRUPTED) from None
    write = {
        TableFormat.CSV: simulations.to_csv,
        TableFormat.JSON: simulations.to_json,
        TableFormat.TABLE: simulations.to_text,
    }
    typer.echo(write[format](run.release(result), run.gate).rstrip("\n"))
    if out is not None:
        typer.echo(f"wrote {out} for the audience {run.gate.audience}", err=True)


def _refuse_besides_again(settings: Settings) -> None:
    """UsageError where an option was given that --again takes from the result."""
    for spec in fields(settings):
        if spec.name != "audience" and getattr(settings, spec.name) not in {spec.default, None}:
            option = _OPTIONS.get(spec.name, spec.name)
            raise UsageError(f"--again takes {option} from the result; leave out --{option}")


def _names(policies: list[str] | None) -> list[str] | None:
    """Ids apart by commas or given one at a time."""
    if policies is None:
        return None
    names = [name.strip() for part in policies for name in part.split(",")]
    if not all(names):
        raise UsageError("--policies holds an empty name; write ids apart by commas, without one at the end")
    return names


def _months(text: str) -> int | None:
    if text == HORIZON:
        return None
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"months is '{text}'; pass a whole number, or {HORIZON} for that of the case") from None


def _values(fix: list[str] | None) -> dict[str, float] | None:
    found: dict[str, float] = {}
    for part in fix or ():
        name, _, text = part.partition("=")
        try:
            found[name.strip()] = float(text)
        except ValueError:
            raise UsageError(f"--fix {part} is not NAME=VALUE with a number; write --fix kappa=1.2") from None
    return found or None


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, in member-policies."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("futures", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _stopped(out: Path | None) -> str:
    kept = "" if out is None else "; what was finished is kept: the same command with --resume goes on from there"
    return f"dayafter: stopped; nothing was written{kept}"

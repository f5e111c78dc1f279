"""The command that simulates a case under rival policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from dayafter.simulation.cluster import Cluster
    from dayafter.study import Settings

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, TableFormat
from dayafter.errors import UsageError

HORIZON: Final = "horizon"
INTERRUPTED: Final = 130
"""Exit status of a run that the user stopped: 128 + the number of SIGINT, as shells have it."""

_OPTIONS: Final = {"fixed": "fix"}

OptionalCase = Annotated[
    str | None,
    typer.Argument(
        metavar="CASE", help="A case folder, an .xlsx workbook, or the name of a bundled case such as iraq-2016."
    ),
]
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
    case: OptionalCase = None,
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
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Workers of this Dask scheduler, or local:N; needs the extra cluster."),
    ] = None,
    max_memory: Annotated[
        int | None, typer.Option(metavar="MB", help="Refuse a run that needs more; else nine tenths of what is free.")
    ] = None,
    chunk: Annotated[
        int | None, typer.Option(help="Members that a thread works on at a time; fewer need less memory.")
    ] = None,
    cap: Annotated[
        int | None, typer.Option(help="Different values of a number kept apart; beyond, quantiles are classed.")
    ] = None,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    violence_only: Annotated[
        Path | None,
        typer.Option(metavar="PANEL", help="In place of a case: carry the violence of a panel on, nothing else."),
    ] = None,
    unit_column: Annotated[
        str, typer.Option(help="With --violence-only: the column that names the unit.")
    ] = "priogrid_gid",
    target: Annotated[
        str | None, typer.Option(help="With --violence-only: the column of counts, where there are several.")
    ] = None,
    neighbours: Annotated[
        Path | None, typer.Option(help="With --violence-only: pairs of neighbours; of PRIO-GRID computed.")
    ] = None,
) -> None:
    """Simulate thousands of futures under rival policies.

    Paired differences to doing nothing, with their uncertainty; simulated under stated assumptions. The plan and the
    progress go to standard error. Ctrl-C leaves nothing half-written; with --out, --resume goes on from there.

    With --violence-only a panel of counts takes the place of the case: month_id, a unit, a count.
    """  # fmt: skip
    if violence_only is not None:
        given = (policies, baseline, fix, priors, again, cluster, audience)
        if case is not None or any(given) or events or draws or netcdf or resume:
            raise UsageError("--violence-only takes a panel and no case: leave out the case and what goes with it")
        columns = (unit_column, target, neighbours)
        limit = None if max_memory is None else max_memory * 1_000_000
        span = _months(months)
        if span is None:
            raise UsageError("a panel has no horizon of its own; give --months a number")
        _violence_only(violence_only, columns, span, members, seed, threads, limit, out, format)
        return
    if case is None:
        raise UsageError("simulate needs a case, such as iraq-2016; or --violence-only with a panel")
    from dayafter import study
    from dayafter.casefile.load import load_case
    from dayafter.findings import simulations
    from dayafter.simulation.accumulate import DEFAULT_CAP
    from dayafter.simulation.plan import memory_limit, refuse_too_large
    from dayafter.simulation.run import DEFAULT_CHUNK

    loaded = load_case(case)
    settings = study.Settings(
        policies=_names(policies), baseline=baseline, members=members, months=_months(months), seed=seed,
        fixed=_values(fix), priors=priors, events=events, draws=draws, netcdf=netcdf, audience=audience,
        prior=prior, posterior=posterior, cap=DEFAULT_CAP if cap is None else cap,
    )  # fmt: skip
    if again is not None:
        _refuse_besides_again(settings)
        settings = study.settings_of(loaded, again)
        settings = settings if audience is None else replace(settings, audience=audience)
    run = study.prepare(loaded, settings, out=out, resume=resume)
    limit = memory_limit() if max_memory is None else max_memory * 1_000_000
    try:
        with _workers(cluster) as workers:
            size = DEFAULT_CHUNK if chunk is None else chunk
            plan = run.plan(threads=threads if workers is None else workers.n_workers, chunk=size)
            typer.echo(str(plan), err=True)
            refuse_too_large(plan, limit)
            with _progress() as progress:
                result = run.execute(threads=threads, chunk=size, progress=progress, cluster=workers)
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


@contextmanager
def _workers(address: str | None) -> Iterator[Cluster | None]:
    """The workers of a cluster while the run lasts; None where this machine does it."""
    if address is None:
        yield None
        return
    from dayafter.simulation.cluster import open_cluster

    with open_cluster(address) as cluster:
        yield cluster


def _violence_only(
    path: Path,
    columns: tuple[str, str | None, Path | None],
    months: int,
    members: int,
    seed: int,
    threads: int | None,
    limit: int | None,
    out: Path | None,
    format: TableFormat,
) -> None:
    """Plan, run and print what `violence_only` finds."""
    from dayafter import violence_only
    from dayafter.simulation.plan import memory_limit

    panel = violence_only.open_panel(path, *columns)
    plan = violence_only.plan_violence_only(panel, months=months, members=members, threads=threads, seed=seed)
    typer.echo(str(plan), err=True)
    violence_only.refuse_too_large(plan, memory_limit() if limit is None else limit)
    with _progress() as progress:
        done = violence_only.simulate_violence_only(
            panel, months=months, members=members, seed=seed, threads=threads, out=out, progress=progress
        )
    write = {
        TableFormat.CSV: violence_only.to_csv,
        TableFormat.JSON: violence_only.to_json,
        TableFormat.TABLE: violence_only.to_text,
    }
    typer.echo(write[format](done).rstrip("\n"))
    if out is not None:
        typer.echo(f"wrote {out}", err=True)


def _refuse_besides_again(settings: Settings) -> None:
    """UsageError where an option was given that --again takes from the result."""
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if spec.name != "audience" and value is not None and value != spec.default:
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

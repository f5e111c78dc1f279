"""Commands that explain the simulation: claims, why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, TableFormat
from dayafter.vocabulary import Audience

if TYPE_CHECKING:
    from dayafter.arrays import Policy
    from dayafter.casefile.schema import CaseFile


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
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.explaining.examine import examine
    from dayafter.findings import claims as tables
    from dayafter.redaction import Gate

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    with _progress("experiments") as progress:
        found = examine(
            compile_case(loaded.case), claims=claim or None, members=members, months=months, seed=seed,
            progress=progress,
        )  # fmt: skip
    if format is TableFormat.TABLE:
        typer.echo(tables.to_text(found, gate).rstrip("\n"))
    else:
        typer.echo(tables.to_machine(found, gate, as_json=format is TableFormat.JSON).rstrip("\n"))


@app.command()
def why(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `simulate --out` wrote.")],
    place: Annotated[
        str | None, typer.Option(help="A place: its id, name or alias; without, which inputs move the whole run.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="The policy to explain; else the one that changes violent events there most clearly."),
    ] = None,
    case: Annotated[str | None, typer.Option(help="The case of the run; else the bundled one of its name.")] = None,
    members: Annotated[
        int | None, typer.Option(min=20, help="Futures of the run to take, the first: 400 with --place, else all.")
    ] = None,
    traced: Annotated[int, typer.Option(min=1, help="Futures to trace month by month, the first.")] = 100,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
) -> None:
    """Say why a policy does better or worse at a place, or which inputs matter.

    With --place: the difference by mechanism, chains from tactic to driver to outcome, what ended deals and control.
    Without: which inputs move each outcome, and what it is worth to know them. The run is made again, on the same luck.
    """
    from dayafter.findings.export import find_place
    from dayafter.redaction import Gate

    if place is None:
        _inputs(run, case, members, format, audience)
        return
    from dayafter.explaining.run import explain, of_run
    from dayafter.findings import reasons as tables

    again = of_run(run, case, policy, partial(_clearest, run, place, audience))
    gate = Gate(again.case, audience or again.audience)
    spot = find_place(again.case, place)
    tables.refuse_withheld(again.ids, again.plans, spot, gate)
    with _progress("mechanisms") as progress:
        found, happenings = explain(again, spot, members=members or 400, traced=traced, progress=progress)
    reasons = tables.Reasons(found, happenings, again.traced(traced), again.case)
    if format is TableFormat.TABLE:
        typer.echo(tables.to_text(reasons, gate).rstrip("\n"))
    else:
        typer.echo(tables.to_machine(reasons, gate, as_json=format is TableFormat.JSON).rstrip("\n"))


def _clearest(  # the first three are bound, the rest is what a choice is made of
    run: Path,
    place: str,
    audience: Audience | None,
    case: CaseFile,
    plans: Sequence[Policy],
    base: Policy,
    default: Audience,
) -> str:
    """The policy to explain where none is named; says on standard error which, why, and which others there are."""
    from dayafter.errors import UsageError
    from dayafter.findings import reasons as tables
    from dayafter.findings.export import find_place
    from dayafter.redaction import Gate
    from dayafter.results.store import load_results
    from dayafter.study import policy_data

    gate, spot = Gate(case, audience or default), find_place(case, place)
    told = []
    for one in plans:
        try:
            tables.refuse_withheld((one.id, base.id), (policy_data(one), policy_data(base)), spot, gate)
        except UsageError as error:
            refused = error
        else:
            told.append(one.id)
    if not told:
        raise refused
    chosen = tables.clearest(load_results(run), spot, told)
    others = ", ".join(one for one in told if one != chosen) or "none that may be explained"
    text = (
        f"explains {chosen}, which changes violent events in {gate.label(spot, table='places')} most clearly; "
        f"name another with --policy: {others}"
    )
    typer.echo(gate.release(text, "why"), err=True)
    return chosen


def _inputs(run: Path, case: str | None, members: int | None, format: TableFormat, audience: Audience | None) -> None:
    """Print which inputs move the whole run."""
    from dayafter.explaining.run import inputs_of
    from dayafter.findings import worth as tables
    from dayafter.redaction import Gate

    with _progress("inputs") as progress:
        found, whole, default = inputs_of(run, case, members=members, progress=progress)
    gate = Gate(whole, audience or default)
    if format is TableFormat.TABLE:
        typer.echo(tables.to_text(found, gate, whole).rstrip("\n"))
    else:
        typer.echo(tables.to_machine(found, gate, whole, as_json=format is TableFormat.JSON).rstrip("\n"))


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)

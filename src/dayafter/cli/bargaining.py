"""Commands on bargaining: predict, settle, study."""

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


class StudyMeasure(StrEnum):
    """What `study` ranks by; a test compares them with the program's own."""

    EVENTS = "events"
    FATALITIES = "fatalities"
    HOME = "home"
    IN_FORCE = "in-force"


class SearchSolver(StrEnum):
    """The solvers that `settle` knows; a test compares them with the program's own."""

    AUTO = "auto"
    HIGHS = "highs"
    CP_SAT = "cp-sat"


PlacesOption = Annotated[
    list[str] | None,
    typer.Option("--place", help="Only this place: its id, its name or an alias; give it several times for several."),
]
JointOption = Annotated[
    bool, typer.Option("--joint", help="Bargain over the places together, so that one is traded for another.")
]


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
        _remark(
            sum(len(one.left_out) for one in found.values()), "issue", "left out: nobody cares, or nobody can decide it"
        )
        _remark(
            sum(len(one.silent) for one in found.values()),
            "salience or capability",
            "not recorded and drawn from 0 to 1",
        )
    write = {TableFormat.CSV: tables.to_csv, TableFormat.JSON: tables.to_json, TableFormat.TABLE: tables.to_text}
    typer.echo(release(write[format](columns, rows)).rstrip("\n"))


@app.command()
def settle(
    case: CaseArgument,
    place: PlacesOption = None,
    joint: JointOption = False,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws over uncertain inputs.")] = 1,
    draws: Annotated[int, typer.Option(min=2, max=1_000_000, help="Number of draws over uncertain inputs.")] = 500,
    results: Annotated[
        Path | None,
        typer.Option(help="A folder that `simulate` wrote: without a deal parties have what it says; else a contest."),
    ] = None,
    solver: Annotated[
        SearchSolver,
        typer.Option(help="What searches where packages are too many to list; cp-sat needs the extra solver."),
    ] = SearchSolver.AUTO,
) -> None:
    """Say which deals would be accepted, and which would hold.

    With who gains what, who must be convinced, how each could break, and what would unlock or turn it. Exit 3 if there
    is nothing to bargain over anywhere.
    """
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.findings import settlements
    from dayafter.findings.export import find_place
    from dayafter.redaction import Gate
    from dayafter.results.store import load_results
    from dayafter.settlement.reservation import NoDeal
    from dayafter.settlement.settle import settle as settle_case
    from dayafter.settling import no_deal_of

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    places = tuple(dict.fromkeys(find_place(loaded.case, one) for one in place or ())) or None
    compiled = compile_case(loaded.case)
    no_deal: NoDeal | str = "contest" if results is None else no_deal_of(load_results(results), compiled)
    found = settle_case(compiled, places, joint=joint, draws=draws, seed=seed, no_deal=no_deal, solver=solver.value)
    write = {
        TableFormat.CSV: settlements.to_csv,
        TableFormat.JSON: settlements.to_json,
        TableFormat.TABLE: settlements.to_text,
    }
    typer.echo(write[format](found, gate).rstrip("\n"))
    if all(scope.method == "none" for scope in found.scopes):
        raise typer.Exit(3)


def _remark(number: int, what: str, text: str) -> None:
    """A remark on standard error: counts alone, so that it names nobody."""
    if number:
        typer.echo(f"{number} × {what} {text}", err=True)


def _told(done: int, n_all: int) -> None:
    """Progress on standard error where a person looks on."""
    import sys

    if sys.stderr.isatty():
        end = "\n" if done >= n_all else ""
        sys.stderr.write(f"\rsimulated {100 * done // max(n_all, 1)} %{end}")
        sys.stderr.flush()


@app.command()
def study(
    case: CaseArgument,
    place: PlacesOption = None,
    joint: JointOption = False,
    keep: Annotated[int, typer.Option(min=1, max=20, help="Packages to simulate in each place.")] = 2,
    by: Annotated[StudyMeasure, typer.Option(help="The outcome that ranks them.")] = StudyMeasure.EVENTS,
    months: Annotated[int, typer.Option(min=1, max=240, help="Months to simulate.")] = 36,
    members: Annotated[int, typer.Option(min=40, max=1_000_000, help="Futures of each package.")] = 400,
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random number.")] = 1,
    draws: Annotated[int, typer.Option(min=2, max=1_000_000, help="Draws by which settlement screens.")] = 500,
) -> None:
    """Screen packages by settlement, simulate the best few, rank them again by outcome.

    Each package is a deal with its terms and a policy of its own, against doing nothing more. Exit 3 if there is no
    package to simulate.
    """
    from dayafter.casefile.load import load_case
    from dayafter.findings import settlement_study as tables
    from dayafter.findings.export import find_place
    from dayafter.redaction import Gate
    from dayafter.studying.records import Measure, NoPackageError
    from dayafter.studying.run import study as study_case

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    places = tuple(dict.fromkeys(find_place(loaded.case, one) for one in place or ())) or None
    try:
        found = study_case(
            loaded.case, places, joint=joint, keep=keep, measure=Measure(by.value), months=months, members=members,
            seed=seed, draws=draws, progress=_told,
        )  # fmt: skip
    except NoPackageError as error:
        typer.echo(f"dayafter: {error}", err=True)
        raise typer.Exit(3) from None
    write = {TableFormat.CSV: tables.to_csv, TableFormat.JSON: tables.to_json, TableFormat.TABLE: tables.to_text}
    typer.echo(write[format](found, gate).rstrip("\n"))

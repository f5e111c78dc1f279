"""Commands that serve: serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument


@app.command()
def serve(
    case: CaseArgument,
    results: Annotated[
        Path | None, typer.Option(help="The folder that `simulate --out` wrote, to compare policies.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="CASE", help="An earlier edition of the case, to show what changed.")
    ] = None,
    audience: AudienceOption = None,
    workspace: Annotated[
        Path | None,
        typer.Option(help="The one folder that is written to: a copy of the case, the log; else CASE-workspace here."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to bind. Anything but the loopback needs --people.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to bind.")] = 8000,
    people: Annotated[
        Path | None, typer.Option(help="A CSV file with name, role (reader or editor) and token of who may come in.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A name under which readers reach the server; several times for several.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of settlements and what-ifs.")] = 1,
    members: Annotated[int, typer.Option(min=20, max=10_000, help="Members of a what-if's ensemble.")] = 1000,
) -> None:
    """Show the case in a browser: look, ask what if, save to a copy.

    On this machine alone unless told otherwise; needs no network. Ctrl-C ends it.
    """
    from dayafter.casefile.bundled import find_case
    from dayafter.web.serve import serve as serve_case
    from dayafter.web.settings import Settings, read_people

    found = find_case(case)
    settings = Settings(
        case=case,
        workspace=workspace if workspace is not None else Path(f"{found.stem}-workspace"),
        results=results,
        since=since,
        audience=audience,
        host=host,
        port=port,
        allowed_hosts=tuple(allow_host or ()),
        people=() if people is None else read_people(people),
        seed=seed,
        members=members,
    )
    shown = "localhost" if settings.is_loopback else (settings.allowed_hosts or (host,))[0]
    typer.echo(f"serving {found.name} at http://{shown}:{port}/ for {_who(settings.people)}; Ctrl-C ends it", err=True)
    if not settings.is_loopback:
        typer.echo("without TLS: put it behind a proxy that encrypts, or tokens can be read on the way", err=True)
    serve_case(settings)


def _who(people: tuple[object, ...]) -> str:
    return f"{len(people)} with tokens" if people else "whoever sits at this machine"

"""The application that the modules of commands add to, and what it says of itself."""

from __future__ import annotations

from typing import Annotated

import typer

from dayafter import __version__

app = typer.Typer(
    name="dayafter",
    help="Record, assess and brief the open questions of the day after a war.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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

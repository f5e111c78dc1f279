"""The command line: each command calls one public function and takes the same words.

Data goes to standard output, progress and remarks to standard error. Exit 0 done, 1 a fault of ours, 2 unusable
input or usage, 3 ran but found no answer. Commands import what they call inside their bodies, so that `--help`
starts at once. The order of the imports below is the order of the help.
"""

from __future__ import annotations

import sys

import typer

from dayafter.cli.app import app
from dayafter.errors import CaseFileError, DayafterError, Issue

# isort: off
from dayafter.cli import record
from dayafter.cli import assessing
from dayafter.cli import bargaining
from dayafter.cli import simulating
from dayafter.cli import explaining
from dayafter.cli import events
from dayafter.cli import forecasts
from dayafter.cli import calibrating
from dayafter.cli import freezing
from dayafter.cli import presenting
from dayafter.cli import exporting
from dayafter.cli import serving
# isort: on

_COMMANDS = (
    record,
    assessing,
    bargaining,
    simulating,
    explaining,
    events,
    forecasts,
    calibrating,
    freezing,
    presenting,
    exporting,
    serving,
)
"""Each adds its commands when it is imported."""


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
        typer.echo(error.hint, err=True)
        sys.exit(2)
    except DayafterError as error:
        typer.echo(f"dayafter: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        typer.echo(f"dayafter: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        sys.exit(2)


__all__ = ["app", "main"]

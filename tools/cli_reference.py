"""Writes `docs/reference/cli.md` from the command line itself: every command, argument and option."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterator

import typer
from typer.models import ArgumentInfo, CommandInfo, OptionInfo

from dayafter.cli import app

_HEAD = """\
# The command line

This page is made from the code (`tools/cli_reference.py`). `dayafter COMMAND --help` says the same.

Data goes to standard output, remarks to standard error. Where a command takes `CASE`, that is a case folder, an
`.xlsx` workbook, or the name of a bundled case such as `iraq-2016`.

| Exit status | Meaning |
| --- | --- |
| 0 | Done. |
| 1 | A fault of ours: please report it. |
| 2 | The input or the way of calling cannot be used; what is wrong and how to mend it has been printed. |
| 3 | It ran, and found no answer. |

## dayafter

{root}

"""


def _plain(annotation: object) -> tuple[object, ArgumentInfo | OptionInfo]:
    """The type of a parameter, without Annotated and None, and what typer knows about it."""
    kind, info = typing.get_args(annotation)[:2]
    if not isinstance(info, ArgumentInfo | OptionInfo):
        raise TypeError(f"a parameter of the command line is annotated with {info!r}, not with an argument or option")
    if isinstance(kind, types.UnionType):
        kind = next(part for part in typing.get_args(kind) if part is not types.NoneType)
    return kind, info


def _holds(kind: object, info: ArgumentInfo | OptionInfo) -> str:
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return " or ".join(f"`{member.value}`" for member in kind)
    if typing.get_origin(kind) is list:
        return f"{_holds(typing.get_args(kind)[0], info)}, any number of times"
    if kind is bool:
        return "nothing: it is a switch"
    words = {int: "whole number", float: "number", str: "text"}
    word = words.get(typing.cast("type", kind), "path")
    if info.min is not None and info.max is not None:
        return f"{word}, {info.min} to {info.max}"
    return word if info.min is None else f"{word}, {info.min} or more"


def _written(name: str, kind: object, info: ArgumentInfo | OptionInfo) -> str:
    if isinstance(info, ArgumentInfo):
        return info.metavar or name.upper()
    names = info.param_decls or ()
    if isinstance(info.default, str):  # inside Annotated, typer takes the first name for a default
        names = (info.default, *names)
    if not names:
        names = (f"--{name.replace('_', '-')}",)
        names = (*names, f"--no-{name.replace('_', '-')}") if kind is bool else names
    return ", ".join(names)


def _default(value: object) -> str:
    if value is inspect.Parameter.empty:
        return "**required**"
    if value is None or value is False:
        return ""
    return f"`{value.value if isinstance(value, enum.Enum) else value}`"


def _parameters(function: Callable[..., object]) -> tuple[list[str], list[str]]:
    """The usage words and the table of one command."""
    hints = typing.get_type_hints(function, include_extras=True)
    usage, rows = [], []
    for name, parameter in inspect.signature(function).parameters.items():
        kind, info = _plain(hints[name])
        written = _written(name, kind, info)
        if isinstance(info, ArgumentInfo):
            usage.append(written)
        help_text = " ".join((info.help or "").split()).replace("|", "\\|")
        rows.append(f"| `{written}` | {_holds(kind, info)} | {_default(parameter.default)} | {help_text} |")
    return usage, rows


def _table(rows: list[str]) -> list[str]:
    return ["| Write | Holds | Default | Meaning |", "| --- | --- | --- | --- |", *rows] if rows else []


def commands(application: typer.Typer = app, prefix: str = "") -> Iterator[tuple[str, CommandInfo]]:
    """Every command with its full name, those of groups (`events import`) after the others."""
    for command in application.registered_commands:
        yield prefix + _name(command), command
    for group in application.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{prefix}{group.typer_instance.info.name} ")


def command_names(application: typer.Typer = app) -> list[str]:
    """The full names of all commands."""
    return [name for name, _ in commands(application)]


def _name(command: CommandInfo) -> str:
    if command.name:
        return command.name
    if command.callback is None:
        raise TypeError("a command of the command line has neither a name nor a function")
    return command.callback.__name__.replace("_", "-")


def page(application: typer.Typer = app) -> str:
    """The whole page, in Markdown."""
    root = application.registered_callback
    root_rows = _parameters(root.callback)[1] if root is not None and root.callback is not None else []
    lines = [_HEAD.format(root="\n".join(_table(root_rows))).rstrip(), ""]
    for name, command in commands(application):
        function = command.callback
        if function is None:
            continue
        usage, rows = _parameters(function)
        call = " ".join(["dayafter", name, *(["[OPTIONS]"] if len(rows) > len(usage) else []), *usage])
        lines += [f"## dayafter {name}", "", inspect.cleandoc(function.__doc__ or ""), "", "```text", call, "```", ""]
        lines += [*_table(rows), ""] if rows else []
    return "\n".join(lines).rstrip() + "\n"

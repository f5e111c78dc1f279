"""Importing the package and asking for help load nothing heavy: the cause of a fast start, tested without a clock."""

from __future__ import annotations

import pytest

from tests.house.checkout import run_python

HEAVY = (
    "numpy",
    "pydantic",
    "openpyxl",
    "xlsxwriter",
    "jinja2",
    "fontTools",
    "yaml",
    "rapidfuzz",
    "defusedxml",
    "polars",
    "matplotlib",
    "docx",
    "networkx",
    "fastapi",
    "uvicorn",
    "scipy",
    "numba",
    "dayafter.casefile",
    "dayafter.brief",
)
REPORT = f"""
import sys
loaded = sorted(name for name in {HEAVY!r} if name in sys.modules)
print("loaded:", *loaded, file=sys.stderr)
"""
HELP = """
import sys
sys.argv = ["dayafter", *{words!r}]
from dayafter.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def loaded_by(program: str) -> tuple[list[str], str]:
    """The heavy modules that a program has loaded at its end, and what it printed."""
    outcome = run_python(["-c", program + REPORT])
    assert outcome.returncode == 0, outcome.stderr
    last = outcome.stderr.splitlines()[-1]
    return last.removeprefix("loaded:").split(), outcome.stdout


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import dayafter\nassert dayafter.__version__\n") == ([], "")


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_asking_for_help_loads_nothing_heavy(word: str) -> None:
    loaded, printed = loaded_by(HELP.format(words=[word]))
    assert loaded == []
    assert "dayafter" in printed


@pytest.mark.parametrize("command", ["check", "convert", "init", "assess", "brief", "simulate"])
def test_asking_a_command_for_help_loads_nothing_of_ours(command: str) -> None:
    loaded, printed = loaded_by(HELP.format(words=[command, "--help"]))
    assert set(loaded) <= {"pydantic"}  # typer reads the types of a command's options with it, where it is installed
    assert f"dayafter {command}" in printed


def test_the_check_sees_a_heavy_import() -> None:
    assert loaded_by("import dayafter.seeding\n")[0] == ["numpy"]


def test_every_public_name_can_be_had_and_is_listed() -> None:
    program = """
import dayafter
for name in dayafter._HOME:
    assert callable(getattr(dayafter, name))
    assert name in dir(dayafter)
"""
    assert "numpy" in loaded_by(program)[0]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    outcome = run_python(["-c", "import dayafter; dayafter.settle_everything"])
    assert "AttributeError: module 'dayafter' has no attribute 'settle_everything'" in outcome.stderr

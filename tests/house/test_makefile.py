"""The first command that a newcomer types: it finds a Python that works, or says what to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from studies import __main__ as study
from tests.house.checkout import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")

WITHOUT_VENV = """#!/bin/sh
case "$2" in *sys.exit*) exit 1;; esac
printf 3.12
echo "Traceback (most recent call last):" >&2
echo "ModuleNotFoundError: No module named 'ensurepip'" >&2
exit 1
"""
TOO_OLD = """#!/bin/sh
case "$2" in *sys.exit*) exit 1;; esac
printf 3.9
"""
GOOD = """#!/bin/sh
[ "$1" = -V ] && echo "Python 3.12.1"
[ "$2" = venv ] && mkdir -p "$4"
exit 0
"""


def program(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def make_environment(folder: Path, *pythons: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = [
        "make",
        "--no-print-directory",
        f"VENV={folder}/env",
        f"PYTHON={' '.join(pythons)}",
        f"{folder}/env/.made",
    ]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_where_no_python_works_it_says_what_was_tried_and_what_to_do(tmp_path: Path) -> None:
    tried = [
        program(tmp_path, "bare", WITHOUT_VENV),
        program(tmp_path, "old", TOO_OLD),
        str(tmp_path / "not-there"),
    ]
    outcome = make_environment(tmp_path, *tried)
    assert outcome.returncode == 2
    lines = outcome.stdout.splitlines()
    assert lines[0] == "dayafter needs Python 3.11 to 3.14 with its venv module. Tried:"
    assert lines[1] == f"  {tried[0]}: 3.12 without venv: as root, apt install python3-venv"
    assert lines[2] == f"  {tried[1]}: 3.9"
    assert lines[3] == f"  {tried[2]}: does not run"
    assert lines[4] == "Or name one: make PYTHON=/path/to/python3.12"
    assert not (tmp_path / "env").exists()


def test_the_first_python_that_works_is_taken(tmp_path: Path) -> None:
    good = program(tmp_path, "good", GOOD)
    outcome = make_environment(tmp_path, program(tmp_path, "bare", WITHOUT_VENV), good)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "with Python 3.12.1; the first time takes a minute or two" in outcome.stdout
    assert (tmp_path / "env" / ".made").exists()


def test_ci_runs_what_everybody_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert re.search(r"^make test$", script, flags=re.MULTILINE)
    assert "set -euo pipefail" in script
    assert "|| true" not in script


def test_every_tool_that_is_configured_is_run_by_make_test() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^test:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    assert re.search(r"\$\(MAKE\) .*lint docs\n.*-m pytest", recipe)
    for tool in ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "pytest", "sphinx -q -E -n -W"):
        assert re.search(rf"^\t\$\(BIN\)/.*{re.escape(tool)}", makefile, flags=re.MULTILINE), tool


def test_every_target_that_is_no_file_is_said_to_be_none() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[0].split())
    assert set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)) == phony


def test_make_study_runs_every_study_and_says_which_has_no_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {"deal_durability", "forecast"} <= set(study.studies())
    status = {"forecast": 2}
    monkeypatch.setattr(study, "run", lambda name: status.get(name, 0))
    assert study.main([]) == 0
    said = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if not line.startswith("=="))
    assert set(said) == set(study.studies())
    assert said["forecast"] == "skipped: its data are not there"
    assert said["deal_durability"] == "written"
    status["forecast"] = 1
    assert study.main(["forecast"]) == 1
    assert "failed with 1" in capsys.readouterr().out

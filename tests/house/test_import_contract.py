"""Imports point down the list of layers; and the check of it can fail."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.checkout import ROOT, run_python

LINT = (
    "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run(['--no-cache', '--no-logo']))"
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return run_python(["-c", LINT], cwd=folder, environment={"PYTHONPATH": str(folder / "src")})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "*.ttf", "cases")
    shutil.copytree(ROOT / "src" / "dayafter", tmp_path / "src" / "dayafter", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_import_of_the_package_points_down(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "0 broken" in outcome.stdout


@pytest.mark.parametrize(
    ("module", "planted", "complaint"),
    [
        ("quantities.py", "import dayafter.compiler", "dayafter.quantities is not allowed to import dayafter.compiler"),
        ("assessment/report.py", "import dayafter.casefile.schema", "dayafter.assessment is not allowed to import"),
        ("assessment/report.py", "import pydantic", "is not allowed to import pydantic"),
    ],
)
def test_a_forbidden_import_is_refused(copy: Path, module: str, planted: str, complaint: str) -> None:
    path = copy / "src" / "dayafter" / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{planted}\n", encoding="utf-8")
    outcome = lint(copy)
    assert outcome.returncode != 0
    assert complaint in " ".join(outcome.stdout.split())


def test_a_module_that_nobody_placed_is_refused(copy: Path) -> None:
    (copy / "src" / "dayafter" / "utils.py").write_text('"""Odds and ends."""\n', encoding="utf-8")
    outcome = lint(copy)
    assert outcome.returncode != 0
    assert "utils" in outcome.stdout

"""The wheel installs and runs away from the checkout, with its data, and carries nothing else."""

from __future__ import annotations

import site
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.checkout import ROOT, pyproject, run_python

NAME = f"dayafter-{pyproject()['project']['version']}"
BUILD = "import sys, flit_core.buildapi as b; print(b.build_wheel(sys.argv[1])); print(b.build_sdist(sys.argv[1]))"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    outcome = run_python(["-c", BUILD, str(folder)], environment={"SOURCE_DATE_EPOCH": "1456099200"})
    assert outcome.returncode == 0, outcome.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return built / f"{NAME}-py3-none-any.whl"


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second environment with the wheel in it, which sees the libraries of this one through a .pth file."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    packages = next((folder / "venv" / "lib").glob("python3.*/site-packages"))
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    outcome = run_python(install, environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    assert outcome.returncode == 0, outcome.stderr
    # Only now: pip would otherwise find the editable install through it. A .pth file that is named in another is
    # not read, so the checkout itself stays out of sight.
    libraries = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (packages / "libraries.pth").write_text("\n".join(libraries) + "\n", encoding="utf-8")
    return folder


def run_elsewhere(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    away = folder / "away"
    away.mkdir(exist_ok=True)
    outcome = run_python(arguments, cwd=away, python=str(folder / "venv" / "bin" / "python"), environment=environment)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout.strip()


def test_the_wheel_carries_its_data_and_its_licences(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "dayafter/py.typed",
        "dayafter/priors/evidence.csv",
        "dayafter/cases/iraq-2016/case.yaml",
        "dayafter/cases/iraq-2016/places.csv",
        "dayafter/brief/fonts/OFL.txt",
        f"{NAME}.dist-info/licenses/LICENSE",
        f"{NAME}.dist-info/licenses/NOTICE",
        f"{NAME}.dist-info/entry_points.txt",
    }
    assert wanted - names == set()
    assert any(name.startswith("dayafter/brief/fonts/") and name.endswith(".ttf") for name in names)
    assert any(name.startswith("dayafter/brief/templates/") for name in names)


def test_the_wheel_carries_the_whole_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "dayafter").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == package


def test_the_source_archive_carries_the_package_and_no_tests(built: Path) -> None:
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "src/dayafter/py.typed"} <= names
    assert [name for name in names if name.startswith(("tests/", "docs/", "constraints/", "."))] == []


def test_the_wheel_is_the_same_whenever_it_is_built(wheel: Path, tmp_path: Path) -> None:
    outcome = run_python(["-c", BUILD, str(tmp_path)], environment={"SOURCE_DATE_EPOCH": "1456099200"})
    assert outcome.returncode == 0, outcome.stderr
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_installed_program_has_the_bundled_case(elsewhere: Path) -> None:
    program = str(elsewhere / "venv" / "bin" / "dayafter")
    assert run_elsewhere(elsewhere, program, "check", "iraq-2016").startswith("iraq-2016: ok")


def test_the_program_that_runs_elsewhere_is_the_installed_one(elsewhere: Path) -> None:
    where = Path(run_elsewhere(elsewhere, "-c", "import dayafter; print(dayafter.__file__)"))
    assert where.is_relative_to(elsewhere / "venv")
    assert not where.is_relative_to(ROOT / "src")


def test_the_installed_program_writes_the_brief_away_from_the_checkout(elsewhere: Path) -> None:
    program = str(elsewhere / "venv" / "bin" / "dayafter")
    example = str(ROOT / "examples" / "three-bridges")
    command = (program, "brief", example, "--futures", "0", "--members", "20", "--out", "brief.html")
    # Elsewhere nothing is compiled yet, which would take longer than the few draws do uncompiled.
    printed = run_elsewhere(elsewhere, *command, environment={"NUMBA_DISABLE_JIT": "1"})
    assert printed.startswith("brief.html")
    text = (elsewhere / "away" / "brief.html").read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert str(ROOT) not in text
    assert str(elsewhere) not in text

"""One version, everywhere; and every file that says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import dayafter
from tests.house.checkout import ROOT, pyproject


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_package_and_the_project_have_the_same_version() -> None:
    assert dayafter.__version__ == pyproject()["project"]["version"]


def test_the_newest_entry_of_the_changelog_is_the_current_version() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert versions[0] == dayafter.__version__


def test_every_version_of_the_changelog_says_what_moved() -> None:
    entries = re.split(r"^## \[", text("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    for entry in entries:
        assert re.findall(r"^### (.+)$", entry, flags=re.MULTILINE) == ["Added", "Changed", "Fixed", "Results changed"]


def test_the_citation_has_the_current_version_and_licence() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == dayafter.__version__
    assert citation["license"] == pyproject()["project"]["license"]


def test_the_licence_is_whole() -> None:
    licence = text("LICENSE")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert len(licence) > 10_000


@pytest.mark.parametrize("name", pyproject()["project"]["license-files"])
def test_every_licence_file_is_there_and_not_empty(name: str) -> None:
    assert (ROOT / name).stat().st_size > 1000


def test_the_font_licence_names_the_family_that_is_bundled() -> None:
    fonts = sorted(path.name for path in Path(ROOT / "src/dayafter/brief/fonts").glob("*.ttf"))
    assert fonts
    licence = text("src/dayafter/brief/fonts/OFL.txt")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Noto" in licence


def test_every_supported_python_is_declared() -> None:
    classifiers = pyproject()["project"]["classifiers"]
    named = [entry.rpartition(" ")[2] for entry in classifiers if re.search(r"Python :: 3\.\d+$", entry)]
    assert named == ["3.11", "3.12", "3.13", "3.14"]
    assert pyproject()["project"]["requires-python"] == ">=3.11,<3.15"

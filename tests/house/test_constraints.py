"""The pinned versions: hashes everywhere, addresses nowhere, and the small list is part of the large one."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import ROOT, pyproject

CORE, DEV = ROOT / "constraints" / "core.txt", ROOT / "constraints" / "dev.txt"
ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|@\s*file|^\s*-[if]\b", re.MULTILINE)


def pins(text: str) -> dict[str, tuple[str, int]]:
    """Name to (pinned requirement, number of hashes)."""
    found: dict[str, tuple[str, int]] = {}
    for entry in re.split(r"(?<!\\)\n", text):
        stripped = entry.strip()
        if stripped and not stripped.startswith("#"):
            pinned = stripped.split("--hash")[0].replace("\\", "").strip()
            found[canonicalize_name(Requirement(pinned).name)] = (pinned, stripped.count("--hash=sha256:"))
    return found


def third_party_imports(folder: Path) -> Iterator[str]:
    """Top-level modules from outside the standard library that any module of the package imports."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top != "dayafter":
                    yield top


@pytest.mark.parametrize("path", [CORE, DEV], ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(path: Path) -> None:
    listed = pins(path.read_text(encoding="utf-8"))
    assert len(listed) > 10
    assert [pinned for pinned, n_hashes in listed.values() if "==" not in pinned or not n_hashes] == []


@pytest.mark.parametrize("path", [CORE, DEV], ids=lambda path: path.name)
def test_no_line_has_an_address(path: Path) -> None:
    assert ADDRESS.search(path.read_text(encoding="utf-8")) is None


def test_an_address_would_be_seen() -> None:
    assert ADDRESS.search("--index-url https://example.org/simple\n")
    assert ADDRESS.search("numpy @ file:///somewhere\n")


def test_a_package_without_a_hash_would_be_seen() -> None:
    assert pins("numpy==2.0 \\\n    --hash=sha256:00\nrich==14.0\n") == {
        "numpy": ("numpy==2.0", 1),
        "rich": ("rich==14.0", 0),
    }


def test_core_is_part_of_dev_with_the_same_versions() -> None:
    core, dev = pins(CORE.read_text(encoding="utf-8")), pins(DEV.read_text(encoding="utf-8"))
    assert {name: pinned for name, (pinned, _) in core.items()} == {
        name: dev[name][0] if name in dev else "not there" for name in core
    }


def test_what_the_project_asks_for_is_pinned_and_allowed() -> None:
    listed = pins(CORE.read_text(encoding="utf-8"))
    wanted = [
        Requirement(text)
        for text in (*pyproject()["project"]["dependencies"], *pyproject()["build-system"]["requires"])
    ]
    for requirement in wanted:
        pinned, _ = listed[canonicalize_name(requirement.name)]
        version = next(iter(Requirement(pinned).specifier)).version
        assert requirement.specifier.contains(version), pinned


def extras() -> set[str]:
    """Packages that only an extra brings."""
    optional = pyproject()["project"]["optional-dependencies"]
    return {canonicalize_name(Requirement(text).name) for texts in optional.values() for text in texts}


def test_what_the_package_imports_and_what_it_depends_on_are_the_same() -> None:
    homes = packages_distributions()
    imported = {canonicalize_name(homes[module][0]) for module in third_party_imports(ROOT / "src" / "dayafter")}
    # Parts of pydantic, Jinja and FastAPI, each of which asks for its own.
    transitive = {"pydantic-core", "markupsafe", "starlette", "anyio"}
    by_others = {"python-multipart"}  # FastAPI imports it where a form is sent
    asked_for = {canonicalize_name(Requirement(text).name) for text in pyproject()["project"]["dependencies"]}
    assert imported - transitive - extras() == asked_for - by_others


def test_what_an_extra_brings_is_imported_inside_functions_alone() -> None:
    homes, wanted = packages_distributions(), extras()
    found = []
    for path in sorted((ROOT / "src" / "dayafter").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            tops = {name.partition(".")[0] for name in names}
            found += [
                (path.name, top) for top in tops if {canonicalize_name(one) for one in homes.get(top, ())} & wanted
            ]
    assert found == []

from __future__ import annotations

from pathlib import Path

import pytest

from dayafter.casefile.bundled import bundled_cases, find_case
from dayafter.casefile.convert import convert
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import load_case

ROOT = Path(__file__).parents[2]
CASES = [find_case(name) for name in bundled_cases()] + sorted(
    path.parent for path in (ROOT / "examples").glob("*/case.yaml")
)


@pytest.mark.parametrize("source", CASES, ids=lambda path: path.name)
def test_a_case_that_comes_with_the_project_goes_to_a_workbook_and_back_unchanged(source: Path, tmp_path: Path) -> None:
    original = load_case(source).case
    convert(source, tmp_path / "one")
    convert(tmp_path / "one", tmp_path / "two.xlsx")
    convert(tmp_path / "two.xlsx", tmp_path / "three")
    assert load_case(tmp_path / "two.xlsx").case == original
    assert load_case(tmp_path / "three").case == original
    assert read_geometries(tmp_path / "three", original) == read_geometries(source, original)
    for path in sorted((tmp_path / "one").rglob("*.*")):
        assert (tmp_path / "three" / path.relative_to(tmp_path / "one")).read_bytes() == path.read_bytes(), path.name


def test_there_is_a_case_to_try() -> None:
    assert CASES

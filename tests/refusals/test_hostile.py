"""Cases made to hurt, or by programs that write other things than they should, are refused in time and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dayafter.casefile import tables
from dayafter.casefile.build import issue_of
from dayafter.casefile.load import check_case
from dayafter.casefile.schema import Source
from dayafter.errors import Where
from tests.refusals.hostile import HOSTILE_CASES
from tests.refusals.overlay import BASE, HOSTILE, base_in, expected_text

CODES_TRIGGERED_HERE = frozenset({"table.too-many-rows", "cell.invalid"})
"""Codes that the tests of this module read one by one."""


@pytest.mark.parametrize("make", HOSTILE_CASES, ids=lambda make: str(make.__name__))
def test_a_hostile_case_is_refused_in_words(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    report = check_case(path)
    found = "".join(f"{issue}\n" for issue in report.issues)
    assert found == expected_text(HOSTILE / f"{make.__name__}.txt", found)
    assert not report.ok
    assert str(tmp_path) not in found


@pytest.mark.parametrize(
    "make",
    [make for make in HOSTILE_CASES if make.__name__ in {"a_table_of_200_mb", "a_zip_bomb", "yaml_nested_200000_deep"}],
    ids=lambda make: str(make.__name__),
)
def test_what_would_fill_the_memory_is_refused_before_it_does(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    assert not check_case(path).ok
    assert time.process_time() - began < 5
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 64 * 1024  # the file on its own, unpacked, has twice that and more


def test_a_table_longer_than_a_sheet_is_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 9)
    issues = check_case(base_in(tmp_path)).issues
    assert [str(issue) for issue in issues if issue.code == "table.too-many-rows"] == []
    monkeypatch.setattr(tables, "MAX_ROWS", 5)
    text = [str(issue) for issue in check_case(BASE).issues if issue.code == "table.too-many-rows"]
    assert text[0].startswith("actors.csv:7\n  more than 5 rows\n  split the case, or count by month")


def test_an_error_of_a_kind_that_nobody_foresaw_still_names_the_cell() -> None:
    details = {"type": "url_parsing", "loc": ("url",), "msg": "no address", "input": "ht!tp"}
    issue = issue_of(details, Source, Where("sources.csv", line=2, field="url"))  # type: ignore[arg-type]  # as pydantic gives it
    assert issue.code == "cell.invalid"
    assert "'ht!tp' cannot be read: no address" in str(issue)

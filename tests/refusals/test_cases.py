"""Each broken case says exactly what is wrong with it, where, and how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dayafter.casefile.checks import run_checks
from dayafter.casefile.codes import CODES
from dayafter.casefile.load import CheckReport, check_case, load_case
from dayafter.errors import CaseFileError, Severity
from tests.refusals.overlay import BASE, CASES, EXPECTED, case_names, expected_text, overlaid


def text_of(report: CheckReport) -> str:
    return "".join(f"{issue}\n" for issue in report.issues)


def test_the_base_has_nothing_wrong_and_something_in_every_table() -> None:
    report = check_case(BASE)
    assert text_of(report) == ""
    assert report.ok
    assert report.loaded is not None
    assert [table for table, n_rows in report.counts.items() if n_rows == 0] == []
    assert list(run_checks(report.loaded)) == []


@pytest.mark.parametrize("name", case_names())
def test_a_broken_case_says_what_is_wrong_where_and_how_to_mend_it(name: str, tmp_path: Path) -> None:
    report = check_case(overlaid(name, tmp_path))
    found = text_of(report)
    assert found == expected_text(CASES / name / EXPECTED, found)
    codes = {issue.code for issue in report.issues}
    assert name.startswith("several-faults") or any(name == code or name.startswith(f"{code}-") for code in codes), (
        codes
    )
    assert report.ok is not any(issue.severity is Severity.ERROR for issue in report.issues)
    for issue in report.issues:
        assert issue.severity is CODES[issue.code].severity, issue.code
        assert issue.where.line is not None or issue.code.startswith(("file.", "case."))
        assert not re.search(r"\bNone\b|<|PosixPath", issue.what + issue.remedy), issue


def test_faults_in_several_files_come_back_at_once_in_reading_order(tmp_path: Path) -> None:
    folder = overlaid("several-faults-in-several-files", tmp_path)
    report = check_case(folder)
    spots = [(issue.where.file, issue.where.line or 0, issue.where.column or 0) for issue in report.issues]
    assert spots == sorted(spots)
    assert len({file for file, _, _ in spots}) >= 4
    with pytest.raises(CaseFileError) as raised:
        load_case(folder)
    assert raised.value.issues == report.issues
    assert text_of(report) == f"{raised.value}\n"


def test_there_are_enough_broken_cases() -> None:
    assert len(case_names()) >= 45

"""Reading a case, and saying everything that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from dayafter.casefile.build import Built, build
from dayafter.casefile.bundled import find_case
from dayafter.casefile.checks import id_reader, run_checks
from dayafter.casefile.folder import read_folder
from dayafter.casefile.geometry import geometry_issues
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.migrations import migrate
from dayafter.casefile.raw import HEAD_FILE, RawCase, fault
from dayafter.casefile.schema import TABLES
from dayafter.errors import CaseFileError, Issue, Severity, Where


@dataclass(frozen=True, slots=True)
class CheckReport:
    """How a check went."""

    issues: tuple[Issue, ...]
    """Every fault and warning, by file, line and column."""
    loaded: LoadedCase | None
    """The case; None where there is an error."""
    counts: Mapping[str, int]
    """Rows per table as written, faulty ones included, in the order of the format."""

    @property
    def ok(self) -> bool:
        """Whether the case can be used: warnings may remain."""
        return self.loaded is not None


def load_case(path: str | PathLike[str]) -> LoadedCase:
    """Read a case from a folder, a workbook or the package.

    Parameters
    ----------
    path : a folder with `case.yaml`, an `.xlsx` file, or the name of a bundled case.

    Raises
    ------
    CaseFileError : the case breaks a rule; it carries every issue.
    UsageError : there is no such file, folder or bundled case.
    """
    report = check_case(path)
    if report.loaded is None:
        raise CaseFileError(report.issues)
    return report.loaded


def check_case(path: str | PathLike[str]) -> CheckReport:
    """Read a case and report every fault at once. Raises `UsageError` where there is no such file or folder."""
    found = find_case(path)
    raw = read_raw(found)
    migrate(raw)
    built = build(raw)
    loaded = LoadedCase(built.case, built.origins, built.info_origins, found)
    issues = [*raw.issues, *_with_ids_meant(loaded, built)]
    if raw.head is not None or raw.tables:  # else there is nothing to check, and what is missing is said
        issues.extend(run_checks(loaded, built.known_ids, built.incomplete))
        issues.extend(geometry_issues(loaded, raw.read_geometry))
    issues = sorted(dict.fromkeys(issues), key=_reading_order)
    usable = raw.head is not None and all(issue.severity is not Severity.ERROR for issue in issues)
    counts = {table: len(raw.tables[table].rows) if table in raw.tables else 0 for table in TABLES}
    return CheckReport(tuple(issues), loaded if usable else None, counts)


def _with_ids_meant(loaded: LoadedCase, built: Built) -> list[Issue]:
    """The faults of single cells; where a name stands for an id, the remedy says which id it is the name of."""
    issues = list(built.issues)
    id_meant = id_reader(loaded)
    for slip in built.names_for_ids:
        if (meant := id_meant(slip.table, slip.field, slip.text)) is not None:
            issues[slip.issue] = replace(issues[slip.issue], remedy=f"did you mean {meant}? Write the id, not the name")
    return issues


def read_raw(path: Path) -> RawCase:
    """Read a folder or workbook as cells of text."""
    if path.is_dir():
        return read_folder(path)
    if path.suffix.lower() == ".xlsx":
        from dayafter.casefile.workbook import read_workbook  # noqa: PLC0415  # only a workbook pays for loading it

        return read_workbook(path)
    raw = RawCase(None, Where(path.name), {}, lambda _name: (None, ()), [], frozenset(TABLES))
    what = f"'{path.name}' is neither a folder nor an .xlsx workbook"
    remedy = "save the workbook as .xlsx"
    if path.name == HEAD_FILE or path.suffix.lower() == ".csv":
        remedy = "give the folder that holds the file, not the file"
    raw.issues.append(fault("file.not-a-case", Where(path.name), what, remedy))
    return raw


_CELL = re.compile(r"^([A-Z]+)(\d+)$")


def _reading_order(issue: Issue) -> tuple[str, str, int, int, str, str]:
    """By file, sheet, line and column; then by code, so that the order never depends on anything else."""
    where = issue.where
    line, column = where.line or 0, where.column or 0
    if where.cell is not None and (match := _CELL.match(where.cell)):
        line = int(match[2])
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
    return where.file, where.sheet or "", line, column, issue.code, issue.what

"""The error family, and the one shape in which a fault in a file is reported.

Errors raised on purpose derive from `DayafterError`. What is wrong with a file is collected as `Issue`s and
raised together, so that a person mends a file once, not once a fault.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import ClassVar


class DayafterError(Exception):
    """Base of every error raised on purpose."""


class Severity(StrEnum):
    """Whether an issue stops the work."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A spot in a file: line and column of a text, or sheet and cell of a workbook. Counted from 1."""

    file: str
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None
    """The name of the table's column, or the dotted path in `case.yaml`."""

    def __str__(self) -> str:
        spot = self.file
        if self.sheet is not None:
            spot += f" [{self.sheet}]" if self.cell is None else f" [{self.sheet}!{self.cell}]"
        elif self.line is not None:
            spot += f":{self.line}" if self.column is None else f":{self.line}:{self.column}"
        return spot if self.field is None else f"{spot}  {self.field}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: where it is, what is wrong, how to mend it. `code` is stable and documented."""

    code: str
    where: Where
    what: str
    """The value found and the rule that it breaks."""
    remedy: str
    """The smallest edit that satisfies the rule."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        mark = "" if self.severity is Severity.ERROR else "warning: "
        return f"{self.where}\n  {mark}{self.what}\n  {self.remedy}  [{self.code}]"

    def as_dict(self) -> dict[str, object]:
        """Plain types, for JSON."""
        return {**asdict(self), "severity": self.severity.value, "where": asdict(self.where)}


class CaseFileError(DayafterError):
    """A case cannot be read or breaks a rule; carries every issue found, warnings included."""

    hint: ClassVar[str] = "nothing was written; `dayafter check` lists the same faults"
    """What the command line says below the issues."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__(issues)  # keeps it picklable across worker processes
        self.issues = issues

    def __str__(self) -> str:
        return "\n".join(map(str, self.issues))


class PositionsFileError(CaseFileError):
    """The same of a table of positions that is no case."""

    hint = "nothing was predicted; mend the table and run `dayafter predict` again (`dayafter check` reads only cases)"


class UsageError(DayafterError):
    """A request that cannot be met as put: an unknown name, a file that is not there, options that contradict."""


class RedactionError(DayafterError):
    """An export would have carried what its audience must not see. Nothing was written."""

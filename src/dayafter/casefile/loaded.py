"""A case as it was read: the rows, and where in which file each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dayafter.casefile.schema import CaseFile
from dayafter.errors import Where


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one row stands. `columns` gives the field names in the order of the file's own columns."""

    file: str
    line: int
    """First line of the row in a text file, or the row number in a sheet; from 1."""
    columns: tuple[str, ...] = ()
    sheet: str | None = None
    offsets: tuple[int, ...] = ()
    """For a text file: the character column, from 1, at which each field begins; empty where not worked out."""
    lines: tuple[int, ...] = ()
    """For a text file: the line on which each field begins; empty where all begin on `line`."""

    def where(self, name: str | None = None) -> Where:
        """The spot of one field of this row, or of the row."""
        position = self.columns.index(name) if name in self.columns else None
        if self.sheet is not None:
            cell = None if position is None else f"{column_letters(position)}{self.line}"
            return Where(self.file, sheet=self.sheet, cell=cell, line=self.line, field=name)
        column = self.offsets[position] if position is not None and position < len(self.offsets) else None
        line = self.lines[position] if position is not None and position < len(self.lines) else self.line
        return Where(self.file, line=line, column=column, field=name)


def column_letters(index: int) -> str:
    """The letters of a sheet's column, from index 0: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case and the origin of every row. Equality looks at the case alone."""

    case: CaseFile
    origins: Mapping[tuple[str, int], Origin] = field(compare=False, default_factory=dict)
    """(table, row number from 0 in `case`) to origin."""
    info_origins: Mapping[str, Where] = field(compare=False, default_factory=dict)
    """Dotted path in the head of the case to its spot."""
    path: Path | None = field(compare=False, default=None)

    def where(self, table: str, number: int, name: str | None = None) -> Where:
        """The spot of a row, or of one of its fields; the table's name where the case was made in memory."""
        origin = self.origins.get((table, number))
        return Where(table, line=number + 1, field=name) if origin is None else origin.where(name)

"""The text of a CSV file, and where in it each cell begins.

The rows themselves are read by the standard library; this finds a cell's line and column again when an issue needs
them, so that a faultless file pays nothing for positions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

DELIMITER: Final = ","


class _State(Enum):
    """Where in a cell the scan is."""

    START = auto()
    PLAIN = auto()
    QUOTED = auto()
    QUOTE = auto()
    """Behind a quote inside a quoted cell: it ends the cell, or the next character doubles it."""


def _step(state: _State, ch: str) -> _State:
    if state is _State.QUOTED:
        return _State.QUOTE if ch == '"' else state
    if ch == DELIMITER:
        return _State.START
    if ch == '"' and state is not _State.PLAIN:  # opens the cell, or is the second of a doubled quote
        return _State.QUOTED
    return _State.PLAIN


@dataclass(frozen=True, slots=True)
class CsvText:
    """The lines of a file, each with its line break: as many as the reader counts."""

    lines: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> CsvText:
        """Split where the CSV reader splits: at CR, LF and CR LF, and nowhere else."""
        return cls(tuple(io.StringIO(text, newline="")))

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record with the number, from 1, of the line on which it begins. Raises `csv.Error`."""
        reader = csv.reader(iter(self.lines), delimiter=DELIMITER, strict=True)
        line = 1
        for record in reader:
            yield line, record
            line = reader.line_num + 1

    def fields_at(self, line: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where the cells of the record that begins on `line` begin: their lines and character columns, from 1."""
        lines, offsets = [line], [1]
        state = _State.START
        for number in range(line, len(self.lines) + 1):
            for column, ch in enumerate(self.lines[number - 1], start=1):
                if ch == DELIMITER and state is not _State.QUOTED:
                    lines.append(number)
                    offsets.append(column + 1)
                state = _step(state, ch)
            if state is not _State.QUOTED:
                break
        return tuple(lines), tuple(offsets)

    def line_after(self, line: int) -> int:
        """The line after the record that begins on `line`; where it is never closed, the one after the last."""
        state = _State.START
        for number in range(line, len(self.lines) + 1):
            for ch in self.lines[number - 1]:
                state = _step(state, ch)
            if state is not _State.QUOTED:
                return number + 1
        return len(self.lines) + 1

    def open_quote(self, line: int) -> tuple[int, int]:
        """Line and column of the last cell of a record that never ends: the one whose quote is not closed."""
        lines, offsets = self.fields_at(line)
        return lines[-1], offsets[-1]

    def longest_cell(self, line: int) -> tuple[int, int]:
        """Line and column of the longest cell of a record; of the last where cells hold line breaks."""
        lines, offsets = self.fields_at(line)
        if lines[-1] != line:
            return self.open_quote(line)
        ends = (*offsets[1:], len(self.lines[line - 1]))
        longest = max(range(len(offsets)), key=lambda position: ends[position] - offsets[position])
        return line, offsets[longest]

"""Priors that a user puts in place of the default ones: from a file or as numbers, checked like the others."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from dayafter.errors import UsageError
from dayafter.priors.tables import Prior, PriorKind, load_priors, load_simulation_priors

COLUMNS: Final = ("symbol", "median", "low", "high")
Interval = tuple[float, float, float]
"""Low, median and high: the 5, 50 and 95 % points."""


def own_priors(given: Mapping[str, Interval]) -> dict[str, Prior]:
    """Priors by symbol with the median and the 90 % interval that the user gives; all else as in the default.

    Parameters
    ----------
    given : symbol to (low, median, high); of a Dirichlet weight the median alone is read.

    Raises
    ------
    UsageError : an unknown symbol, or an interval that is upside down or outside what the parameter can be.
    """
    return {symbol: _prior(symbol, interval, symbol) for symbol, interval in given.items()}


def read_own_priors(path: Path) -> dict[str, Prior]:
    """The same from a CSV file with the columns symbol, median, low and high; others, such as note, are not read.

    Raises
    ------
    UsageError : the file cannot be read as such, with every fault by its line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text; save it as CSV in UTF-8") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UsageError(f"{path}, line 1 lacks the column {missing[0]}; a table of priors has {', '.join(COLUMNS)}")
    found: dict[str, Prior] = {}
    faults: list[str] = []
    for line, row in _lines(rows):
        symbol = (row["symbol"] or "").strip()
        where = f"{path}, line {line}"
        try:
            _once(symbol, found, where)
            interval = (_number(row, "low", where), _number(row, "median", where), _number(row, "high", where))
            found[symbol] = _prior(symbol, interval, f"{where}: {symbol}")
        except UsageError as error:
            faults.append(str(error))
    if faults:
        raise UsageError("\n".join(faults))
    return found


def _lines(rows: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str | None]]]:
    for row in rows:
        yield rows.line_num, dict(row)


def _once(symbol: str, found: Mapping[str, Prior], where: str) -> None:
    if symbol in found:
        raise UsageError(f"{where}: {symbol} stands twice; leave one line")


def _number(row: Mapping[str, str | None], column: str, where: str) -> float:
    text = (row[column] or "").strip()
    try:
        return float(text) if text or column == "median" else float("nan")
    except ValueError:
        raise UsageError(f"{where}: {column} is '{text}', which is no number") from None


def _prior(symbol: str, interval: Interval, where: str) -> Prior:
    known = {**load_priors(), **load_simulation_priors()}
    if symbol not in known:
        near = difflib.get_close_matches(symbol, known, 1)
        hint = f"did you mean {near[0]}?" if near else "the model page lists what there is"
        raise UsageError(f"{where}: no parameter is called '{symbol}'; {hint}")
    default = known[symbol]
    low, median, high = interval
    if default.kind is PriorKind.DIRICHLET:
        ends: tuple[float | None, float | None] = (None, None)
    else:
        ends = (low, high)
        if low > high:
            raise UsageError(f"{where}: the interval {low:g} to {high:g} is upside down; swap its ends")
    try:
        return replace(
            default, median=median, low=ends[0], high=ends[1], evidence=(), from_data=False, assumed=True,
            note="given by the user",
        )  # fmt: skip
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None

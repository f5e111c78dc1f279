"""A flat table as CSV and JSON: one row type, one way to write its cells, what it takes to make it again beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from dayafter.casefile.injection import neutralise
from dayafter.redaction import Gate

DIGITS: Final = 6
"""Significant ones, of a number that readers compare."""
Cell = str | float | None


def as_csv(
    rows: Iterable[object], columns: Sequence[str], manifest: Mapping[str, object], *, digits: int = DIGITS
) -> str:
    """A line for each row, ending with the manifest, so that a line torn from its file still says what it is.

    No cell of it is one that a spreadsheet would run.

    Parameters
    ----------
    columns : attributes of a row, each text, a number or None for an empty cell. digits : significant ones of numbers.
    """
    tail = tuple(str(value) for value in manifest.values())
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow([neutralise(name) for name in (*columns, *manifest)])
    for row in rows:
        table.writerow([cell(value, digits) for value in (*(getattr(row, name) for name in columns), *tail)])
    return stream.getvalue()


def cell(value: Cell, digits: int = DIGITS) -> str:
    """A cell as text: an empty one for None, never 0."""
    if value is None:
        return ""
    return neutralise(value) if isinstance(value, str) else f"{value:.{digits}g}"


def as_json(
    rows: Iterable[Any],
    gate: Gate,
    manifest: Mapping[str, object],
    *,
    handling: str | None = None,
    **more: Any,
) -> str:
    """The manifest, the handling label, whatever else, what is withheld, and the rows without their empty cells.

    Parameters
    ----------
    rows : dataclasses. handling : the label in the language of the rows; that of the gate where None.
    """
    document = {
        "manifest": manifest,
        "handling": gate.handling if handling is None else handling,
        **more,
        "withheld": [asdict(withheld) for withheld in gate.withheld],
        "rows": [{name: value for name, value in asdict(row).items() if value not in {"", None}} for row in rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)

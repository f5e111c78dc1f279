"""Predictions as tables, JSON and CSV. Those of a case pass the redaction gate; those of a bare table have no names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Final

from dayafter.casefile.injection import neutralise
from dayafter.findings.flat import cell
from dayafter.redaction import Gate
from dayafter.settlement.predictions.predict import (
    PREDICTION_COLUMNS,
    TURN_COLUMNS,
    Prediction,
    prediction_rows,
    turn_rows,
)

DIGITS: Final = 10
PredictionRow = dict[str, str | int | float]


def rows_of_file(prediction: Prediction, *, turns: bool = False) -> tuple[tuple[str, ...], list[PredictionRow]]:
    """Columns and rows of one prediction: an issue a row, or with `turns` a turn, actor and dimension a row."""
    if turns:
        return TURN_COLUMNS, [dict(row) for row in turn_rows(prediction)]
    return PREDICTION_COLUMNS, [dict(row) for row in prediction_rows(prediction)]


def rows_of_case(
    predictions: Mapping[str, Prediction], gate: Gate, *, turns: bool = False
) -> tuple[tuple[str, ...], list[PredictionRow]]:
    """The same for every place of a case, with ids as the gate lets them through; withheld places are left out."""
    columns: tuple[str, ...] = TURN_COLUMNS if turns else PREDICTION_COLUMNS
    tables = {"issue": "issues", "dimension": "issues", "actor": "actors"}
    found: list[PredictionRow] = []
    for place, prediction in predictions.items():
        if gate.hides(place, "places"):
            continue
        for row in rows_of_file(prediction, turns=turns)[1]:
            shown = {name: gate.alias(str(row[name]), table) for name, table in tables.items() if name in row}
            found.append({"place": gate.alias(place, "places"), **row, **shown})
    return ("place", *columns), found


def to_csv(columns: Sequence[str], rows: Sequence[PredictionRow]) -> str:
    """CSV, every cell harmless for a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(neutralise(name) for name in columns)
    writer.writerows([cell(row[name], DIGITS) for name in columns] for row in rows)
    return stream.getvalue()


def to_json(columns: Sequence[str], rows: Sequence[PredictionRow]) -> str:
    """A list of objects with these keys."""
    return json.dumps([{name: row[name] for name in columns} for row in rows], ensure_ascii=False, indent=1)


def to_text(columns: Sequence[str], rows: Sequence[PredictionRow]) -> str:
    """Aligned columns for a terminal, numbers to the right."""
    cells = [list(columns), *([_shown(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[number]) for line in cells) for number in range(len(columns))]
    numeric = [all(not isinstance(row[name], str) for row in rows) for name in columns]
    lines = (
        "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    )
    return "\n".join(lines) + "\n"


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"

"""A comparison as tables for people, as JSON and as CSV, every one past the last door of both cases' gates."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

from dayafter.casefile.injection import neutralise
from dayafter.comparing.records import COLUMNS, Change, Comparison
from dayafter.comparing.telling import end_in_words, fact_in_words
from dayafter.findings.export_tables import Sheet, drawn
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate

TITLES: Final = {
    "made-of": "what the runs are made of",
    "fact": "facts",
    "ledger": "questions that stand elsewhere now",
    "index": "indices that moved",
    "deal": "deals",
    "settlement": "deals that could be made",
    "outcome": "outcomes that moved",
}
_HEADS: Final = ("what", "about", "field", "before", "after", "change", "unit", "note")
_WIDTH: Final = 140
_MOST: Final = 60
"""Changes of a kind that a table for people shows."""


def written(comparison: Comparison, form: str, gates: Sequence[Gate] = (), say: Wording = ENGLISH) -> str:
    """The comparison as `table`, in its language, or for machines as `json` or `csv`."""
    if form == "table":
        return to_text(comparison, gates, say)
    return to_json(comparison, gates) if form == "json" else to_csv(comparison, gates)


def to_text(comparison: Comparison, gates: Sequence[Gate] = (), say: Wording = ENGLISH) -> str:
    """The changes, one table a kind, and how to read them; says so where nothing differs.

    `say` : the language that the comparison was made in.
    """
    ends = " → ".join(end_in_words(side, say) for side in (comparison.before, comparison.after))
    lines = [f"{say(comparison.of)}: {ends}", ""]
    kinds = [kind for kind in TITLES if comparison.of_kind(kind)]
    sheets = [sheet_of(kind, comparison.of_kind(kind), most=_MOST, say=say) for kind in kinds]
    sheets = [replace(sheet, columns=tuple(say(name) for name in sheet.columns)) for sheet in sheets]
    lines.append(drawn(sheets, _WIDTH).rstrip() if sheets else say("Nothing differs."))
    lines += ["", *comparison.remarks]
    return released("\n".join(lines) + "\n", gates)


def sheet_of(kind: str, changes: Sequence[Change], *, most: int | None = None, say: Wording = ENGLISH) -> Sheet:
    """The changes of a kind as a table of the columns that say something, the first `most` of them.

    Columns are codes of `Change`; in English so are tables, columns and codes of a case, else they are said in words.
    """
    if kind == "fact" and say.language != "en":
        changes = [fact_in_words(change, say) for change in changes]
    used = [name for name in _HEADS if any(getattr(change, name) for change in changes) or name in {"before", "after"}]
    if all(change.change for change in changes):
        used.remove("unit")  # a change is told with its unit
    rows = tuple(tuple(getattr(change, name) for name in used) for change in changes[:most])
    left = len(changes) - len(rows)
    title = say(TITLES[kind])
    if left:
        message = "{what}; the first {n} of {total}, all with --format csv"
        title = say(message, what=title, n=len(rows), total=len(changes))
    return Sheet(title, tuple(used), rows)


def to_json(comparison: Comparison, gates: Sequence[Gate] = ()) -> str:
    """Everything, as one document."""
    return released(json.dumps(asdict(comparison), ensure_ascii=False, indent=1) + "\n", gates)


def to_csv(comparison: Comparison, gates: Sequence[Gate] = ()) -> str:
    """The changes alone, one a line."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for change in comparison.changes:
        writer.writerow([_cell(getattr(change, name)) for name in COLUMNS])
    return released(stream.getvalue(), gates)


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    return neutralise(value) if isinstance(value, str) else f"{value:.10g}"


def released(text: str, gates: Sequence[Gate]) -> str:
    """The text, when the last door of every gate has read it. RedactionError where something protected is left."""
    for gate in gates:
        gate.release(text, "the comparison")
    return text

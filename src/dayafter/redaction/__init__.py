"""The redaction gate: what an audience may see of a case, and the last check before anything is written."""

from __future__ import annotations

from dayafter.redaction.copy import write_redacted
from dayafter.redaction.gate import Gate, Withheld
from dayafter.redaction.policy import CEILING, HANDLING, POLICY, SMALL_COUNT, WITHHELD_TEXT, Rule
from dayafter.redaction.workbook import release_workbook

__all__ = [
    "CEILING",
    "HANDLING",
    "POLICY",
    "SMALL_COUNT",
    "WITHHELD_TEXT",
    "Gate",
    "Rule",
    "Withheld",
    "release_workbook",
    "write_redacted",
]

"""What changed between two versions of a case, or two runs, and what that did to the findings."""

from __future__ import annotations

from dayafter.comparing.cases import compare_cases
from dayafter.comparing.records import COLUMNS, Change, Comparison
from dayafter.comparing.runs import compare_runs

__all__ = ["COLUMNS", "Change", "Comparison", "compare_cases", "compare_runs"]

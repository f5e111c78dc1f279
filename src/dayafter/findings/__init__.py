"""Findings: what an assessment says, as statements with number, unit, spread, assumptions and sources.

Names are resolved on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dayafter.findings.build import build_findings as build_findings
    from dayafter.findings.records import Findings as Findings

__all__ = ("Findings", "build_findings")


def __getattr__(name: str) -> object:
    if name == "build_findings":
        from dayafter.findings.build import build_findings  # noqa: PLC0415  # pydantic is not needed to import this

        return build_findings
    if name == "Findings":
        from dayafter.findings.records import Findings  # noqa: PLC0415

        return Findings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

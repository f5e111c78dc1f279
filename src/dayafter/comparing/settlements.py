"""Two settlements of one case: where deals are accepted more or less often, on which terms, what would unlock one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from dayafter.comparing.records import Change
from dayafter.findings import words
from dayafter.findings.settlement_rows import SettlementRow, settlement_rows
from dayafter.findings.settlement_words import SHARE_UNIT, share_text
from dayafter.redaction import Gate
from dayafter.settlement.records import Settlement

_MEASURED: Final = {
    ("scope", "any-acceptable"): "some package is accepted by all who must agree",
    ("scope", "acceptable-packages"): "packages accepted at the best values",
    ("scope", "least-margin"): "what the worst off who must agree gains by the best package",
    ("package", "acceptable"): "the best package is accepted",
    ("package", "stable"): "the best package is accepted and nobody gains by breaking it",
}
_KNOWN: Final = ("finding", "change")
"""Sections that say what must be known, and what would unlock a deal or turn it."""
_TOLD: Final = {"finding": "what must be known", "change": "what would unlock or turn it"}
_Key = tuple[str, str]
"""Places and what is said of them."""


def settlement_changes(
    before: tuple[Settlement | None, Gate], after: tuple[Settlement | None, Gate]
) -> Iterator[Change]:
    """What moved between two settlements, place by place, each through its own gate; None: nothing to settle."""
    old, new = (_said(settlement, gate) for settlement, gate in (before, after))
    for key in dict.fromkeys((*old, *new)):
        (left, unit), (right, unit_after) = old.get(key, ("", "")), new.get(key, ("", ""))
        if left != right:
            yield Change("settlement", key[1], key[0], "", left, right, unit or unit_after)


def _said(settlement: Settlement | None, gate: Gate) -> Mapping[_Key, tuple[str, str]]:
    """What a settlement says by place: text and unit. Of packages the first alone, which the rules choose."""
    found: dict[_Key, tuple[str, str]] = {}
    for row in () if settlement is None else settlement_rows(settlement, gate):
        if row.package not in {None, 1}:
            continue
        if (what := _MEASURED.get((row.section, row.name))) is not None:
            found[row.places, what] = (_shown(row), row.unit)
        elif row.section == "term":
            found[row.places, f"the best package: {row.label}"] = (row.text, "")
        elif row.section in _KNOWN:
            what = _TOLD[row.section]
            earlier, _ = found.get((row.places, what), ("", ""))
            found[row.places, what] = (f"{earlier} {row.text}".strip(), "")
    return found


def _shown(row: SettlementRow) -> str:
    if row.unit == SHARE_UNIT and row.low is not None and row.high is not None:
        low, high = share_text(row.low), share_text(row.high)
        return high if low == high else f"{low} to {high}"
    return "" if row.value is None else words.number(row.value)

"""Two settlements of one case: where deals are accepted more or less often, on which terms, what would unlock one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dayafter.comparing.records import Change
from dayafter.findings import words
from dayafter.findings.settlement_rows import SettlementRow, settlement_rows
from dayafter.findings.settlement_words import SHARE_UNIT, share_text
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate
from dayafter.settlement.records import Settlement

_MEASURED: Final = {
    ("scope", "any-acceptable"): "some package is accepted by all who must agree",
    ("scope", "acceptable-packages"): "packages accepted at the best values",
    ("scope", "least-margin"): "what the worst off who must agree gains by the best package",
    ("package", "acceptable"): "the best package is accepted",
    ("package", "stable"): "the best package is accepted and nobody gains by breaking it",
}
_KNOWN: Final = "what must be known"
_CHEAPEST: Final = "what would unlock or turn it, cheapest first"
_Key = tuple[str, str]
"""Places and what is said of them."""


def settlement_changes(
    before: tuple[Settlement | None, Gate], after: tuple[Settlement | None, Gate], say: Wording = ENGLISH
) -> Iterator[Change]:
    """What moved between two settlements, place by place, each through its own gate; None: nothing to settle."""
    old, new = (_rows(settlement, gate, say) for settlement, gate in (before, after))
    left, right = _said(old, say), _said(new, say)
    for key in dict.fromkeys((*left, *right)):
        (was, unit), (now, unit_now) = left.get(key, ("", "")), right.get(key, ("", ""))
        if was != now:
            yield Change("settlement", key[1], key[0], "", was, now, unit or unit_now)
    known, known_now = _sentences(old), _sentences(new)
    for places, text in dict.fromkeys((*known, *known_now)):
        if (places, text) not in known_now:
            yield Change("settlement", say(_KNOWN), places, "", text, "")
        elif (places, text) not in known:
            yield Change("settlement", say(_KNOWN), places, "", "", text)


def _rows(settlement: Settlement | None, gate: Gate, say: Wording) -> tuple[SettlementRow, ...]:
    """What a settlement says, places by name; of packages the first alone, which the rules choose."""
    rows = () if settlement is None else settlement_rows(settlement, gate, say)
    named = {one.id: one.name for one in gate.case.places}
    return tuple(
        replace(row, places="; ".join(named.get(one, one) for one in row.places.split("; ")))
        for row in rows
        if row.package in {None, 1}
    )


def _said(rows: Sequence[SettlementRow], say: Wording) -> Mapping[_Key, tuple[str, str]]:
    """Text and unit of what has one answer in each place."""
    found: dict[_Key, tuple[str, str]] = {}
    for row in rows:
        if (what := _MEASURED.get((row.section, row.name))) is not None:
            found[row.places, say(what)] = (_shown(row, say), row.unit)
        elif row.section == "term":
            found[row.places, say("the best package: {term}", term=row.label)] = (row.text, "")
        elif row.section == "change":
            found.setdefault((row.places, say(_CHEAPEST)), (row.text, ""))
    return found


def _sentences(rows: Sequence[SettlementRow]) -> dict[_Key, None]:
    """What must be known of each place."""
    return dict.fromkeys((row.places, row.text) for row in rows if row.section == "finding")


def _shown(row: SettlementRow, say: Wording) -> str:
    if row.unit == say(SHARE_UNIT) and row.low is not None and row.high is not None:
        low, high = share_text(row.low), share_text(row.high)
        return high if low == high else say("{low} to {high}", low=low, high=high)
    return "" if row.value is None else words.number(row.value)

"""Counts under each option that are no chances: people who return, money withheld, money captured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.amounts import spread_of
from dayafter.findings.option_records import MeasureMark, MeasureView
from dayafter.findings.records import Estimate
from dayafter.findings.resting import of_simulation
from dayafter.findings.wording import Wording
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES

_MILLION: Final = 1e6
_MEASURES: Final = (
    ("returned_to_date", "People who return"),
    ("newly_displaced_to_date", "People driven out anew"),
    ("aid_withheld_to_date", "Aid withheld"),
    ("aid_captured_to_date", "Aid captured"),
)


def measures_of(
    result: SimulationResult, policies: Sequence[Mapping[str, Any]], say: Wording
) -> tuple[MeasureView, ...]:
    """Counts over all places at the horizon: median and range over futures, and the paired change of the mean."""
    months = int(result.manifest["run"]["months"])
    found = []
    for outcome, name in _MEASURES:
        rows = _overall(result.tables["summary"], outcome, months)
        changes = _overall(result.tables["contrasts"], outcome, months)
        if not rows.height or not float(rows["q95"].to_numpy().max()):
            continue
        unit, most = str(rows["unit"][0]), float(rows["q95"].to_numpy().max())
        scale = _MILLION if outcome.startswith("aid_") and most >= _MILLION else 1.0
        marks = tuple(_measure(str(policy["id"]), rows, changes, (scale, say)) for policy in policies)
        told = say("{currency} million", currency=unit) if scale > 1 else say(unit)
        found.append(MeasureView(say(name), told, marks, of_simulation(str(rows["basis"][0]), say)))
    return tuple(found)


def _overall(frame: pl.DataFrame, outcome: str, month: int) -> pl.DataFrame:
    frame = frame.filter((pl.col("outcome") == outcome) & (pl.col("month") == month))
    for axis in AXES:
        frame = frame.filter(pl.col(axis).is_null())
    return frame


def rounded(value: float, scale: float = 1.0) -> str:
    """A count to two significant digits: the evidence bears no more. `scale` is its unit, a million for money."""
    value /= scale
    if abs(value) < 10:
        return words.number(value, 1) if scale > 1 and 0 < abs(value) < 1 else words.number(round(value))
    return words.number(round(value, 1 - math.floor(math.log10(abs(value)))))


def _measure(policy: str, rows: pl.DataFrame, changes: pl.DataFrame, how: tuple[float, Wording]) -> MeasureMark:
    scale, say = how
    row = rows.filter(pl.col("policy") == policy).row(0, named=True)
    low, middle, high = (float(row[name]) for name in ("q05", "q50", "q95"))
    median = Estimate(
        rounded(middle, scale),
        "" if low == high else f"{rounded(low, scale)}–{rounded(high, scale)}",
        "",
        str(row["unit"]),
        middle,
        low,
        high,
    )
    found = changes.filter(pl.col("policy") == policy)
    if not found.height:
        return MeasureMark(median, "", is_clear=False)
    change = found.row(0, named=True)
    spread = Spread(*spread_of(change), int(change["total_members"]))
    return MeasureMark(median, _signed(spread, scale, say), words.is_clear(spread))


def _signed(spread: Spread, scale: float, say: Wording) -> str:
    if spread.is_exact and not spread.mean:
        return say("no change")
    if not words.is_clear(spread):
        return say("no clear change")

    def sign(value: float) -> str:
        text = rounded(value, scale)
        return f"+{text}" if value > 0 and text != "0" else text

    span = say("{low} to {high}", low=sign(spread.p05), high=sign(spread.p95))
    return say("{n} ({span})", n=sign(spread.mean), span=span)

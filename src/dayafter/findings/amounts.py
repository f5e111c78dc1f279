"""Amounts and paired differences in words, rounded to what their range bears."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.wording import ENGLISH, Wording

SHARES: Final = frozenset({"share"})
_ROUNDING: Final = 1e-12
"""No outcome has so small a unit: smaller numbers come from adding up differences that cancel."""


def amount(value: float, unit: str, say: Wording = ENGLISH) -> str:
    """A number with its unit: `3 events`, `45 %`, `12 000 persons`."""
    if unit in SHARES:
        return f"{words.percent(min(max(value, 0.0), 1.0))}{words.THIN}%"
    digits = 1 if abs(value) < 10 and not math.isclose(value, round(value)) else 0
    return say.with_unit(words.number(round(value, digits), digits), round(value, digits), unit)


def changed(middle: float, low: float, high: float, unit: str, say: Wording = ENGLISH) -> str:
    """`−1.2 events (−2.0 to −0.3)`; `no clear change (…)` where the range holds zero; points for shares."""
    if unit in SHARES:
        return say.change(Spread(middle, low, high, 2))
    digits = _digits(high - low)
    if low > 0 or high < 0:  # of a clear change nothing is printed as zero
        finest = max(digits + 1, 0)
        while digits < finest and not round(min(abs(low), abs(high)), digits):
            digits += 1
        low, middle, high = (_off_zero(one, digits, middle) for one in (low, middle, high))
    number, last = _signed(middle, digits), _signed(high, digits)
    if low == high == 0:
        return say("no change")
    if low <= 0 <= high:
        last = say.with_unit(last, round(high, digits), unit)
        span = say("{low} to {high}", low=_signed(low, digits), high=last)
        return say("no clear change ({n}, {span})", n=number, span=span)
    span = say("{low} to {high}", low=_signed(low, digits), high=last)
    return say("{n} ({span})", n=say.with_unit(number, round(middle, digits), unit), span=span)


def three_figures(value: float) -> str:
    """A number in three figures, large ones whole; what only the rounding of sums has left is 0."""
    if abs(value) < _ROUNDING:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def per_cent(value: float | None) -> str:
    """A share in per cent, never rounded to a certainty that was not found."""
    if value is None:
        return "–"
    if value in {0.0, 1.0} or value > 1:
        return f"{100 * value:.0f} %"
    return f"{min(99, max(1, round(100 * value)))} %"


def spread_of(row: Mapping[str, float | None], side: str = "total") -> tuple[float, float, float]:
    """A paired difference with its 90 % range: that over parameter draws, each end moved out by the Monte Carlo error.

    Where draws and histories cannot be told apart there is the Monte Carlo error alone.
    """
    mean = row[f"{side}_mean"] or 0.0
    reach = (row[f"{side}_mc_high"] or mean) - mean
    low, high = (mean if (end := row[f"{side}_parameter_{name}"]) is None else end for name in ("low", "high"))
    return mean, mean - math.hypot(mean - low, reach), mean + math.hypot(high - mean, reach)


def _off_zero(value: float, digits: int, sign: float) -> float:
    """A part of a clear change; one that would be printed as 0 is the least that is not."""
    return value if round(value, digits) else math.copysign(10.0**-digits, sign)


def _digits(width: float) -> int:
    """Decimals that a range of this width bears; below 0: tens, hundreds and so on."""
    if width <= 0:
        return 1
    return min(2, -math.floor(math.log10(width / 2)))


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    text = words.number(abs(rounded), max(digits, 0))
    if not float(rounded):
        return "0"
    return f"{'+' if rounded > 0 else words.MINUS}{text}"

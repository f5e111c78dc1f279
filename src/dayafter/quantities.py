"""Numbers and dates as people know them: points, intervals, months, seasons.

Both types keep nothing but their value; `str()` writes the canonical text, and `parse(str(x)) == x` for
every value. What cannot be read raises `QuantityError`, which names the rule and the mend.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Final


class QuantityError(ValueError):
    """A text that is no number or date of a case. `code` is the issue code, `remedy` the smallest mend."""

    def __init__(self, code: str, what: str, remedy: str) -> None:
        super().__init__(code, what, remedy)
        self.code = code
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}"


_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_POINT: Final = re.compile(rf"^({_NUMBER})$")
_RANGE: Final = re.compile(rf"^({_NUMBER})\s*(?:\.\.|…)\s*({_NUMBER})$")
_BOTH: Final = re.compile(rf"^({_NUMBER})\s*\[\s*({_NUMBER})\s*(?:,|\.\.)\s*({_NUMBER})\s*\]$")
_GROUPED: Final = re.compile(r"^[+-]?\d{1,3}(?:[,\u2009\u00a0 ']\d{3})+(?:\.\d+)?$")
_DECIMAL_COMMA: Final = re.compile(r"^[+-]?\d+,\d+$")
_PERCENT: Final = re.compile(rf"^({_NUMBER})\s*[%٪]$")
_FORMS: Final = "write a number (0.6), an interval (0.4..0.8) or both (0.6 [0.4, 0.8])"


def _plain(value: float) -> str:
    """Shortest text that reads back to the same number, without an exponent where that is short."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that may be uncertain: `low` ≤ `best` ≤ `high`; `best` is None where only a range is known.

    The ends are the limits of what the coder thinks possible, not a confidence interval. Draws are uniform
    over a range, triangular over a range with a best value, and constant for a point.
    """

    low: float
    high: float
    best: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise QuantityError("cell.number", "a number must be finite", _FORMS)
        for name in ("low", "high", "best"):  # −0.0 would be written as 0 and compare equal, but divide apart
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, float(value) + 0.0)
        if self.low > self.high:
            text = f"{_plain(self.low)}..{_plain(self.high)}"
            mend = f"{_plain(self.high)}..{_plain(self.low)}"
            raise QuantityError("cell.interval-upside-down", f"the interval {text} is upside down", f"write {mend}")
        if self.best is not None and not self.low <= self.best <= self.high:
            raise QuantityError(
                "cell.best-outside",
                f"the best value {_plain(self.best)} lies outside {_plain(self.low)}..{_plain(self.high)}",
                "widen the interval or correct the best value",
            )

    @classmethod
    def point(cls, value: float) -> Quantity:
        """A number known exactly."""
        return cls(value, value, value)

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read `0.6`, `0.4..0.8` or `0.6 [0.4, 0.8]`. Raises `QuantityError`."""
        text = text.strip().replace("−", "-")
        if match := _POINT.match(text):
            return cls.point(float(match[1]))
        if match := _RANGE.match(text):
            low, high = float(match[1]), float(match[2])
            return cls(low, high, low if low == high else None)
        if match := _BOTH.match(text):
            return cls(float(match[2]), float(match[3]), float(match[1]))
        what = f"'{text}' is not a number"
        if _PERCENT.match(text):
            value = float(text.rstrip("%٪ ")) / 100
            raise QuantityError("cell.number", f"'{text}' is a percentage", f"write the share: {value:.10g}")
        if _GROUPED.match(text):
            mend = re.sub(r"[^\d.+-]", "", text)
            raise QuantityError("cell.number", f"{what}: it has a thousands separator", f"write {mend}")
        if _DECIMAL_COMMA.match(text):
            raise QuantityError("cell.number", f"{what}: it has a decimal comma", f"write {text.replace(',', '.')}")
        if any(ch.isdigit() and not ch.isascii() for ch in text):
            mend = "".join(str(int(ch)) if ch.isdigit() else ch for ch in text).replace("٫", ".")
            raise QuantityError("cell.number", f"{what} in Western digits", f"write {mend}")
        raise QuantityError("cell.number", what, _FORMS)

    def __str__(self) -> str:
        if self.best is None:
            return f"{_plain(self.low)}..{_plain(self.high)}"
        if self.low == self.high:
            return _plain(self.low)
        return f"{_plain(self.best)} [{_plain(self.low)}, {_plain(self.high)}]"

    @property
    def is_point(self) -> bool:
        """Whether nothing is uncertain about it."""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """The best value, or the middle of the range where none is given."""
        return self.best if self.best is not None else (self.low + self.high) / 2


_SEASONS: Final = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}
_DATE_FORMS: Final = "write 2015-11-12, 2015-11, 2015, 2015-summer, 2014-10..2014-11, ..2014-06 or 2014-06.."
_ISO_DAY: Final = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_ISO_MONTH: Final = re.compile(r"^(\d{4})-(\d{2})$")
_ISO_YEAR: Final = re.compile(r"^(\d{4})$")
_ISO_SEASON: Final = re.compile(r"^(\d{4})-(spring|summer|autumn|winter)$")
_SLASHED: Final = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")


def _single(text: str) -> tuple[dt.date, dt.date]:
    """First and last day that a date of any precision can mean."""
    try:
        if match := _ISO_DAY.match(text):
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
            return day, day
        if match := _ISO_MONTH.match(text):
            year, month = int(match[1]), int(match[2])
            return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
        if match := _ISO_YEAR.match(text):
            return dt.date(int(match[1]), 1, 1), dt.date(int(match[1]), 12, 31)
        if match := _ISO_SEASON.match(text):
            year = int(match[1])
            if match[2] == "winter":  # of the year in which it begins
                return dt.date(year, 12, 1), dt.date(year + 1, 2, 28 + calendar.isleap(year + 1))
            first, last = _SEASONS[match[2]]
            return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
    except ValueError as error:
        raise QuantityError("cell.date", f"'{text}' is not a date: {error}", "correct the day or month") from None
    if match := _SLASHED.match(text):
        first, second = int(match[1]), int(match[2])
        mends = dict.fromkeys(
            f"{match[3]}-{month:02}-{day:02}"
            for day, month in ((first, second), (second, first))
            if 1 <= month <= 12 and 1 <= day <= 31
        )
        hint = " or ".join(mends) or "year-month-day"
        raise QuantityError("cell.date", f"'{text}' does not say which is the month", f"write {hint}")
    raise QuantityError("cell.date", f"'{text}' is not a date", _DATE_FORMS)


@dataclass(frozen=True, slots=True)
class When:
    """A date as precisely as it is known: a day, a month, a season, a year, a span, or open at one end.

    `text` is the canonical text; `earliest` and `latest` are the first and last day that it can mean, None
    where it is open. Seasons are those of the northern hemisphere by calendar months: summer is June to August.
    """

    text: str
    earliest: dt.date | None
    latest: dt.date | None

    @classmethod
    def parse(cls, text: str) -> When:
        """Read a date of any precision. Raises `QuantityError`."""
        text = text.strip().lower().replace("…", "..")
        if text == "..":
            raise QuantityError("cell.date", "'..' is open at both ends", "leave the cell empty if no date is known")
        if ".." not in text:
            earliest, latest = _single(text)
            return cls(text, earliest, latest)
        left, _, right = (part.strip() for part in text.partition(".."))
        first = _single(left)[0] if left else None
        last = _single(right)[1] if right else None
        if first is not None and last is not None and first > last:
            raise QuantityError(
                "cell.interval-upside-down",
                f"the span {left}..{right} is upside down",
                f"write {right}..{left}",
            )
        return cls(f"{left}..{right}", first, last)

    def __str__(self) -> str:
        return self.text

    def certainly_before(self, other: When) -> bool:
        """Whether every day this can mean comes before every day that the other can mean."""
        return self.latest is not None and other.earliest is not None and self.latest < other.earliest

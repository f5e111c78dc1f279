"""Likelihood words, rounding, and numbers and dates as readers see them.

The likelihood words are those of Intelligence Community Directive 203 (Office of the Director of National Intelligence,
2015), chosen from the unrounded value. Where two words meet, the milder one is used, so that the scale is symmetric.
Every word stands in a table keyed by language; Arabic and Sorani await a native reader.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Sequence
from typing import Final

from dayafter.assessment.report import Spread
from dayafter.findings.records import Estimate
from dayafter.quantities import When
from dayafter.vocabulary import LedgerState, Question

THIN: Final = "\u202f"
"""A narrow space that does not break: between thousands, and before %."""
MINUS: Final = "−"

AWAITING_REVIEW: Final = ("ar", "ckb")
"""Languages whose words no native reader has checked yet; whatever prints them says so."""

LIKELIHOOD: Final[dict[str, tuple[tuple[float, str], ...]]] = {
    "en": (
        (0.05, "almost no chance"),
        (0.20, "very unlikely"),
        (0.45, "unlikely"),
        (0.55, "roughly even chance"),
        (0.80, "likely"),
        (0.95, "very likely"),
        (1.00, "almost certain"),
    ),
    "ar": (
        (0.05, "يكاد يكون مستحيلًا"),
        (0.20, "مستبعَد جدًّا"),
        (0.45, "مستبعَد"),
        (0.55, "متعادل الاحتمال تقريبًا"),
        (0.80, "مرجَّح"),
        (0.95, "مرجَّح جدًّا"),
        (1.00, "شبه مؤكَّد"),
    ),
}
"""Upper ends and words, by language."""

QUESTIONS: Final[dict[str, dict[Question, str]]] = {
    "en": {
        Question.SECURE: "Secure",
        Question.GOVERN: "Govern",
        Question.RETURN: "Return",
        Question.PAY: "Pay",
        Question.OTHER: "Other",
    },
    "ar": {
        Question.SECURE: "الأمن",
        Question.GOVERN: "الحكم",
        Question.RETURN: "العودة",
        Question.PAY: "التمويل",
        Question.OTHER: "أخرى",
    },
    "ckb": {
        Question.SECURE: "ئاسایش",
        Question.GOVERN: "حوکمڕانی",
        Question.RETURN: "گەڕانەوە",
        Question.PAY: "پارەدان",
        Question.OTHER: "هیتر",
    },
}

STATES: Final[dict[str, dict[LedgerState, str]]] = {
    "en": {
        LedgerState.AGREED_FORMALLY: "agreed formally",
        LedgerState.AGREED_INFORMALLY: "agreed informally",
        LedgerState.CONTESTED: "contested",
        LedgerState.UNADDRESSED: "unaddressed",
        LedgerState.NO_ACCOUNT: "no account",
    },
    "ar": {
        LedgerState.AGREED_FORMALLY: "متّفَق عليه رسميًا",
        LedgerState.AGREED_INFORMALLY: "متّفَق عليه بصورة غير رسمية",
        LedgerState.CONTESTED: "متنازَع عليه",
        LedgerState.UNADDRESSED: "لم يُعالَج",
        LedgerState.NO_ACCOUNT: "لا معلومات",
    },
    "ckb": {
        LedgerState.AGREED_FORMALLY: "بە فەرمی ڕێککەوتنی لەسەرە",
        LedgerState.AGREED_INFORMALLY: "بە نافەرمی ڕێککەوتنی لەسەرە",
        LedgerState.CONTESTED: "ناکۆکی لەسەرە",
        LedgerState.UNADDRESSED: "باس نەکراوە",
        LedgerState.NO_ACCOUNT: "زانیاری نییە",
    },
}

FEATURES: Final = {
    "form": "how firmly it is put down",
    "levels": "the levels at which it is held",
    "guarantor": "a guarantor whom both sides accept, or none",
    "facilitator": "a facilitator, or none",
    "author": "who wrote it",
    "assent": "assent of the people of the place",
    "communities": "whether residents are party to it",
    "commission": "a joint commission, or none",
    "unbound": "armed men whom it does not bind",
    "reference-deal": "the reference deal",
    "others": "everything else",
}
"""Features of a deal, as a contribution to its risk is named."""

LANGUAGES: Final = {
    "en": "English", "ar": "Arabic", "ckb": "Sorani", "kmr": "Kurmanji", "ku": "Kurdish", "tr": "Turkish",
    "fr": "French", "fa": "Persian", "syr": "Syriac", "tk": "Turkmen", "az": "Azerbaijani", "he": "Hebrew",
    "ru": "Russian", "uk": "Ukrainian", "es": "Spanish", "de": "German",
}  # fmt: skip


def likelihood(p: float, language: str = "en") -> str:
    """The ICD 203 word for a probability, 0 to 1, from the unrounded value.

    Raises
    ------
    ValueError : the value is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"{p} is no probability; pass a value from 0 to 1")
    scale = LIKELIHOOD[language]
    if p > 0.5:  # the milder word at a boundary: the one nearer to even
        return next(word for end, word in scale if p <= end + 1e-12)
    lower = 0.0
    found = scale[0][1]
    for end, word in scale:
        if p >= lower - 1e-12:
            found = word
        lower = end
    return found


def rounding_step(low: float, high: float) -> int:
    """Rounding step in points: 5 where the 90 % range is wider than 20 points, else 1."""
    return 5 if 100 * (high - low) > 20 + 1e-9 else 1


def _round(value: float, step: int) -> int:
    """To the nearest multiple, halves away from zero, so that a sign does not move a number."""
    return int(math.copysign(math.floor(abs(value) / step + 0.5 + 1e-9), value)) * step


def percent(p: float, step: int = 1) -> int:
    """A probability in whole percent, never 0 or 100."""
    return min(max(_round(100 * p, step), 1), 99)


def probability(value: Spread, horizon_months: int | None = None, language: str = "en") -> Estimate:
    """A probability with its number, word, range and horizon. The event itself is the sentence's to name."""
    step = rounding_step(value.p05, value.p95)
    return Estimate(
        text=f"{percent(value.mean, step)}{THIN}%",
        range="" if value.is_exact else _percent_range(value.p05, value.p95, step),
        word=likelihood(value.mean, language),
        unit="probability",
        mean=value.mean,
        p05=value.p05,
        p95=value.p95,
        horizon_months=horizon_months,
    )


def _percent_range(low: float, high: float, step: int) -> str:
    """`40–75`; where both ends round to one number, what still tells them apart: `<1`, `>99` or one decimal."""
    ends = percent(low, step), percent(high, step)
    if ends[0] != ends[1]:
        return f"{ends[0]}–{ends[1]}"
    if high < _SURE or low > 1 - _SURE:
        return "<1" if high < _SURE else ">99"
    return f"{100 * low:.1f}–{100 * high:.1f}"


_SURE: Final = 0.01


def signed(points_value: int) -> str:
    """Whole points with their sign; 0 has none."""
    if points_value == 0:
        return "0"
    return f"{'+' if points_value > 0 else MINUS}{abs(points_value)}"


def whole_points(change: float, step: int = 1) -> int:
    """A change of probability in whole points, halves away from zero."""
    return _round(100 * change, step)


def points(change: float, step: int = 1) -> str:
    """A change of probability in points, with its sign: `+25`, `−5`, `0`."""
    return signed(whole_points(change, step))


def whole_parts(values: Sequence[float], total: int) -> tuple[int, ...]:
    """Whole numbers near the values that sum to `total`: rounded down, then up where the largest remainders are.

    Parameters
    ----------
    values : parts, which may be negative; their sum is about `total`. Without parts there is nothing to round.
    """
    if not values:
        return ()
    whole = [math.floor(value) for value in values]
    order = sorted(range(len(whole)), key=lambda i: (-(values[i] - whole[i]), i))
    short = total - sum(whole)
    for turn in range(abs(short)):
        whole[order[turn % len(order)] if short > 0 else order[-1 - turn % len(order)]] += 1 if short > 0 else -1
    return tuple(whole)


def points_range(low: float, high: float, step: int = 1) -> str:
    """The range of a change: `−15 to +5`."""
    return f"{points(low, step)} to {points(high, step)}"


def is_clear(change: Spread) -> bool:
    """Whether the 90 % range of a change leaves out zero: a range across zero is no effect."""
    return change.p05 > 0 or change.p95 < 0


_FINEST: Final = 2
"""Decimals of a point, at most."""


def change_points(value: Spread) -> tuple[str, str, str]:
    """Low end, number and high end of a change in points, each with its sign.

    Whole points by `rounding_step`; where that would make both ends one number, with as many decimals as tell them
    apart. What is nearer to zero than half a step has one figure, so that nothing of a clear change is printed as 0:
    `−0.3 (−0.6 to −0.02)`.
    """
    step, clear = rounding_step(value.p05, value.p95), is_clear(value)
    ends = [100 * one for one in (value.p05, value.mean, value.p95)]
    decimals = 0
    while decimals < _FINEST and not value.is_exact:
        low, high = (_plain(end, step, decimals, clear=clear) for end in (ends[0], ends[2]))
        if low != high:
            break
        decimals += 1
    first, number, last = (_pointed(end, step, decimals, clear=clear) for end in ends)
    return first, number, last


def _plain(points_value: float, step: int, decimals: int, *, clear: bool) -> float:
    """Points to so many decimals; of a clear change at least the least that is not 0."""
    rounded = _round(points_value, step) if not decimals else round(points_value, decimals)
    return rounded if rounded or not clear else math.copysign(10.0**-decimals, points_value)


def _pointed(points_value: float, step: int, decimals: int, *, clear: bool) -> str:
    """The same as text with its sign; of a clear change with one figure in place of 0."""
    rounded = _round(points_value, step) if not decimals else round(points_value, decimals)
    if clear and points_value and not rounded:
        rounded = math.copysign(max(float(f"{abs(points_value):.1g}"), 10.0**-_FINEST), points_value)
        decimals = max(0, -math.floor(math.log10(abs(rounded)) + 1e-9))
    if not rounded:
        return "0"
    return f"{'+' if rounded > 0 else MINUS}{abs(rounded):.{decimals}f}"


def change(value: Spread) -> str:
    """A change of probability in words: `+25 points (+15 to +35)`, or `no clear change (−5, −15 to +5)`."""
    low, mean, high = change_points(value)
    span = f"{low} to {high}"
    if not is_clear(value):
        return f"no clear change ({mean}, {span})"
    unit = "point" if mean[1:] == "1" else "points"
    return f"{mean} {unit}" if value.is_exact else f"{mean} {unit} ({span})"


def number(value: float, decimals: int = 0) -> str:
    """A number with thin spaces between thousands, from 10 000 on, and a true minus sign."""
    text = f"{abs(value):,.{decimals}f}"
    whole = text.split(".", maxsplit=1)[0].replace(",", "")
    text = text.replace(",", THIN if len(whole) > 4 else "")
    is_zero = not text.strip("0.")
    return f"{MINUS}{text}" if value < 0 and not is_zero else text


def decimals_borne(value: Spread) -> int:
    """How many decimals, two at most, the spread of a number bears; an exact number has those that it needs."""
    if value.is_exact:
        return next((n for n in (0, 1) if math.isclose(value.mean, round(value.mean, n), abs_tol=1e-9)), 2)
    return min(max(math.ceil(-math.log10((value.p95 - value.p05) / 2) - 1e-9), 0), 2)


def measure(value: Spread, unit: str, between: str = "{low} to {high}") -> Estimate:
    """An index with its range, to as many decimals as its spread bears; `between` writes one that goes below 0."""
    decimals = decimals_borne(value)
    low, high = number(value.p05, decimals), number(value.p95, decimals)
    return Estimate(
        text=number(value.mean, decimals),
        range="" if value.is_exact else f"{low}–{high}" if value.p05 >= 0 else between.format(low=low, high=high),
        word="",
        unit=unit,
        mean=value.mean,
        p05=value.p05,
        p95=value.p95,
    )


def term(name: str) -> str:
    """A stable term of the program as words: `named-as-needed` to `named as needed`."""
    return name.replace("-", " ").replace("_", " ")


def feature(name: str) -> str:
    """A feature of a deal as words."""
    return FEATURES.get(name, term(name))


def language(tag: str) -> str:
    """The English name of a language tag; the tag itself where it is not known."""
    return LANGUAGES.get(tag) or LANGUAGES.get(tag.split("-", maxsplit=1)[0]) or tag


_PART: Final = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-(spring|summer|autumn|winter))?$")


def _date_parts(text: str) -> tuple[str, str, str]:
    """Day, month or season, and year of a single date, as words; empty where not given."""
    match = _PART.match(text)
    if match is None:
        raise ValueError(f"'{text}' is no date of a case; this is a fault of dayafter, please report it")
    year, month, day, season = match.groups()
    if season == "winter":  # of the year in which it begins
        return "", season, f"{year}–{(int(year) + 1) % 100:02}"
    if season or not month:
        return "", season or "", year
    return str(int(day)) if day else "", calendar.month_name[int(month)], year


def date(when: When) -> str:
    """A date in English words, as precisely as it is known and no more.

    `12 November 2015`, `summer 2015`, `12–13 November 2015`, `October to November 2014`, `by June 2014` (that month or
    before), `from June 2014`.
    """
    if ".." not in when.text:
        return _together(_date_parts(when.text))
    left, right = when.text.split("..")
    if not left or not right:
        return f"by {_together(_date_parts(right))}" if right else f"from {_together(_date_parts(left))}"
    first, last = _date_parts(left), _date_parts(right)
    tail = _together(last)
    if first[1:] == last[1:] and first[0] and last[0] and first != last:
        return f"{first[0]}–{tail}"
    if first[2] == last[2] and first[1] and last[1]:
        first = (*first[:2], "")
    return tail if _date_parts(left) == last else f"{_together(first)} to {tail}"


def _together(parts: tuple[str, ...]) -> str:
    return " ".join(part for part in parts if part)


_LIKELY: Final = re.compile(
    r"\b(?:un)?likel(?:y|ier|iest|ihood)\b|\bprobab(?:le|ly|ility|ilities)\b|\bchances?\b|\balmost certain(?:ly)?\b"
    r"|مرج|مستبع|احتمال|محتمل|شبه مؤك|مستحيل",
    re.IGNORECASE,
)
_CONFIDENT: Final = re.compile(r"\bconfiden(?:t|tly|ce)\b|(?<!انعدام ال)ثقة|واثق", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.!?؟][\"”’»)]*(?:\s+|$)|\n\s*\n")


def mixes_likelihood_and_confidence(text: str) -> bool:
    """Whether a sentence speaks of how likely something is and of how sure we are. ICD 203 keeps them apart."""
    return any(
        _LIKELY.search(sentence) and _CONFIDENT.search(sentence) for sentence in _SENTENCE_END.split(text) if sentence
    )

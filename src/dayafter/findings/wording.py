"""Sentences in the language of an edition: English as written in the code, others from a message catalogue.

A message is a whole sentence or label in English with places for values, `{name}`. Its translation stands in
`messages/LANGUAGE.toml`; a message that the catalogue lacks is printed in English, and a test finds it. Counts of
things are messages of their own, because languages count differently.
"""

from __future__ import annotations

import calendar
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from dayafter.assessment.report import Spread
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.counting import capitalised, counted, joined, out_of, short, spelled
from dayafter.findings.records import Estimate
from dayafter.quantities import When

LANGUAGES: Final = ("en", "ar")
"""Languages of a whole edition. Ledgers alone are also printed in Sorani."""
RIGHT_TO_LEFT: Final = ("ar", "ckb", "fa", "he", "ur", "syr")
"""Languages whose script runs from the right."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a language's file holds."""

    messages: Mapping[str, str]
    nouns: Mapping[str, Mapping[str, str]]
    """Noun in English to its forms: one, two, few (3 to 10), many (11 to 99), other; `{n}` is the number."""


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language; of English, an empty one.

    Raises
    ------
    UsageError : there is no edition in that language.
    """
    if language not in LANGUAGES:
        raise UsageError(f"no interface in '{language}' yet; write one of {', '.join(LANGUAGES)}")
    if language == "en":
        return Catalogue({}, {})
    text = resources.files("dayafter.findings").joinpath("messages", f"{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Catalogue(data["messages"], data["nouns"])


class Wording:
    """Says things in one language.

    Parameters
    ----------
    language : `en` or `ar`. UsageError where there is no edition in it.
    """

    def __init__(self, language: str = "en") -> None:
        self.language: Final = language
        self._catalogue: Final = catalogue(language)

    @property
    def is_right_to_left(self) -> bool:
        """Whether its script runs from the right."""
        return self.language in RIGHT_TO_LEFT

    @property
    def awaits_review(self) -> bool:
        """Whether no native reader has checked the wording yet."""
        return self.language in words.AWAITING_REVIEW

    def __call__(self, message: str, /, **values: object) -> str:
        """A message in the language, with its values."""
        text = self._catalogue.messages.get(message, message)
        return text.format(**values) if values else text

    def counted(self, number: int, noun: str) -> str:
        """`three deals`; in Arabic by its own rules of number. A noun that the catalogue lacks stays English."""
        forms = self._catalogue.nouns.get(noun)
        if forms is None:
            return counted(number, noun)
        return forms[_form(number)].format(n=words.number(number))

    def measured(self, number: int | str, noun: str) -> str:
        """`5 points`: a measure, or a count too exact for words; always in digits in English, or as it is written."""
        text = number if isinstance(number, str) else words.number(number)
        forms = self._catalogue.nouns.get(noun)
        if forms is None:
            return f"{text} {noun if text == '1' else noun + 's'}"
        return forms[_form_of(number)].format(n=text)

    def points(self, number: int | str) -> str:
        """`+5 points`: a change in points with its sign, as a whole number or as `words.change_points` writes it."""
        text = number if isinstance(number, str) else words.signed(number)
        size = text.lstrip(f"+{words.MINUS}")
        forms = self._catalogue.nouns.get("signed point")
        if forms is None:
            return f"{text} {'point' if size == '1' else 'points'}"
        return forms[_form_of(size)].format(n=text)

    def with_unit(self, number: str, value: float, unit: str) -> str:
        """`3 events`, `−1.2 events`: a number as written and its unit, in the form that the value asks for."""
        forms = self._catalogue.nouns.get(unit)
        if forms is None:
            return f"{number} {unit}"
        form = _form(round(abs(value))) if float(abs(value)).is_integer() else "other"
        return forms[form if form in {"few", "many"} else "other"].format(n=number)

    def out_of(self, number: int, total: int, noun: str) -> str:
        """`both deals`, `all four deals`, `two of four deals`."""
        if self.language == "en":
            return out_of(number, total, noun)
        return self("{n} of {total}", n=number, total=self.counted(total, noun))

    def joined(self, items: Sequence[str], limit: int = 99) -> str:
        """`A, B and C`; beyond the limit `A, B and 3 more`."""
        if self.language == "en":
            return joined(items, limit)
        shown = list(items[:limit])
        if len(items) > limit:
            shown.append(self("{n} more", n=len(items) - limit))
        return self(" and ").join((self(", ").join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)

    def sentences(self, *parts: str) -> str:
        """Sentences that are not empty, one after the other."""
        return " ".join(part for part in parts if part)

    def clauses(self, parts: Sequence[str]) -> str:
        """Clauses of one sentence."""
        return self("; ").join(part for part in parts if part)

    def capitalised(self, text: str) -> str:
        """The first letter large where the script has large letters."""
        return capitalised(text)

    def number(self, number: int) -> str:
        """A count in a sentence: up to ten as a word in English, digits elsewhere."""
        return spelled(number) if self.language == "en" else words.number(number)

    def quoted(self, name: str) -> str:
        """A name as written, in quotation marks; long ones are cut."""
        return self("“{name}”", name=short(name))

    def likelihood(self, p: float) -> str:
        """The word of ICD 203, from the unrounded value."""
        return words.likelihood(p, self.language)

    def chance(self, estimate: Estimate) -> str:
        """`unlikely (30 %, 5–60)`: word, number and range; the number alone where nothing is open."""
        if not estimate.word:
            return estimate.full
        inner = estimate.text if not estimate.range else self(
            "{number}, {range}", number=estimate.text, range=estimate.range
        )  # fmt: skip
        return self("{word} ({number})", word=estimate.word, number=inner)

    def change(self, value: Spread, *, brief: bool = False) -> str:
        """A change in points: `−25 points (−35 to −15)`, or `no clear change (−5, −15 to +5)`.

        `brief` leaves out the unit, and the numbers of a change that is not clear.
        """
        if value.is_exact and value.mean == 0:
            return self("no change")
        low, number, high = words.change_points(value)
        span = self("{low} to {high}", low=low, high=high)
        if not words.is_clear(value):
            return self("no clear change") if brief else self("no clear change ({n}, {span})", n=number, span=span)
        told = number if brief else self.points(number)
        return told if value.is_exact else self("{n} ({span})", n=told, span=span)

    def month(self, year: int, month: int) -> str:
        """`May 2016`."""
        return f"{self(calendar.month_name[month])} {year}"

    def date(self, when: When) -> str:
        """A date as precisely as it is known; in other languages than English its months are translated."""
        text = words.date(when)
        if self.language == "en":
            return text
        return " ".join(_dated(part, self) for part in text.split(" "))


def _dated(part: str, say: Wording) -> str:
    names = (*calendar.month_name[1:], "spring", "summer", "autumn", "winter", "to", "by", "from")
    return say(part) if part in names else part


def _form_of(number: int | str) -> str:
    """The form after a number that may be written with decimals."""
    if isinstance(number, str):
        return _form(int(number)) if number.isdecimal() else "other"
    return _form(number)


def _form(number: int) -> str:
    """The form of an Arabic noun after a number: Unicode CLDR, cardinal rules of `ar`, zero as other."""
    if number in {1, 2}:
        return ("one", "two")[number - 1]
    if 3 <= number % 100 <= 10:
        return "few"
    return "many" if 11 <= number % 100 <= 99 else "other"


ENGLISH: Final = Wording("en")
"""Says things in English."""

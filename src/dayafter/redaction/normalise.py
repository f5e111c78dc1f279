"""Text as the gate compares it: words without case, accents, vowel signs, invisible characters or spelling variants.

A name may come out of an export with another hyphen, another Arabic yeh, a tatweel, a direction mark or a possessive
ending; all of these are taken away before words are compared.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_LETTERS: Final = str.maketrans(
    {
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ێ": "ي", "ک": "ك", "ڪ": "ك", "گ": "ك", "ة": "ه", "ە": "ه",
        "ھ": "ه", "ہ": "ه", "ۆ": "و", "ۇ": "و", "ڕ": "ر", "ڵ": "ل", "پ": "ب", "چ": "ج", "ڤ": "ف", "ژ": "ز",
        "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th",
    }
)  # fmt: skip
"""Letters that stand for one another in Arabic, Persian and Sorani writing, and Latin ones without a decomposition."""

_APOSTROPHES: Final = "'’‘ʼʻʿʾ`´′ʹ＇"
_INVISIBLE: Final = r"\u0640\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_MARKS: Final = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
)
_WORD: Final = re.compile(rf"[^\W_](?:[^\W_]|[{_INVISIBLE}{_MARKS}]|[{_APOSTROPHES}](?=[^\W_]))*")
_TAKEN_AWAY: Final = re.compile(rf"[{_INVISIBLE}{_APOSTROPHES}]")
_CLITICS: Final = "وفبلك"
"""And-, so-, by-, for-, like-: written onto the word."""
_ARTICLES: Final = ("ال", "لل")
"""The article, and what becomes of it after for-."""
_LINK: Final = "ي"
"""The Sorani and Persian linking -i."""
_POSSESSIVE: Final = re.compile(rf"[{_APOSTROPHES}]s$", re.IGNORECASE)
_INVISIBLE_ONLY: Final = re.compile(rf"[{_INVISIBLE}]")

_SLUG: Final = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


class Word(NamedTuple):
    """A word of a text: its forms for comparison, the plain one first, and where it stands."""

    forms: tuple[str, ...]
    start: int
    end: int


@lru_cache(maxsize=65536)
def _forms(word: str) -> tuple[str, ...]:
    """The plain form of a word, and the same without what Arabic script writes onto it."""
    word = _POSSESSIVE.sub("", word)
    text = unicodedata.normalize("NFKD", _TAKEN_AWAY.sub("", word)).casefold()
    text = "".join(ch for ch in text if not unicodedata.combining(ch) and unicodedata.category(ch) != "Cf")
    text = "".join(str(unicodedata.digit(ch)) if ch.isdigit() else ch for ch in text.translate(_LETTERS))
    forms = [text]
    if text and "\u0600" <= text[0] <= "\u06ff":
        forms += [form[1:] for form in forms if len(form) > 3 and form[0] in _CLITICS]
        forms += [form[2:] for form in forms if len(form) > 3 and form[:2] in _ARTICLES]
        forms += [form[:-1] for form in forms if len(form) > 3 and form[-1] == _LINK]
    return tuple(dict.fromkeys(form for form in forms if form))


def words(text: str) -> list[Word]:
    """The words of a text, in order. Hyphens, underscores and punctuation part words; apostrophes do not.

    Invisible characters inside a word are passed over.
    """
    return [Word(forms, match.start(), match.end()) for match in _WORD.finditer(text) if (forms := _forms(match[0]))]


def plain(text: str) -> tuple[str, ...]:
    """The plain words of a text."""
    return tuple(word.forms[0] for word in words(text))


def squashed(text: str) -> str:
    """The plain words of a text run together: finds a name whose spaces were lost or moved."""
    return "".join(plain(text))


def slugs(text: str) -> list[tuple[str, int, int]]:
    """Every run that could be an id, lower-cased, with where it stands."""
    lowered = _INVISIBLE_ONLY.sub("", text).lower() if _INVISIBLE_ONLY.search(text) else text.lower()
    if len(lowered) != len(text):  # spots are only needed where nothing was taken away
        return [(match[0], 0, 0) for match in _SLUG.finditer(lowered)]
    return [(match[0], match.start(), match.end()) for match in _SLUG.finditer(lowered)]


_JSON_ESCAPE: Final = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\[nrtbf/"\\]')
_CSS_ESCAPE: Final = re.compile(r"\\([0-9a-fA-F]{2,6}) ?")
_PERCENT: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+")


def _unjson(match: re.Match[str]) -> str:
    if not match[0].startswith("\\u"):
        return " "
    text: str = json.loads(f'"{match[0]}"')
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def unescaped(text: str) -> str:
    """A text with HTML entities, JSON and percent escapes undone, twice over: one may stand inside the other."""
    for _ in range(2):
        before = text
        if "&" in text:
            text = html.unescape(text)
        if "\\" in text:
            text = _JSON_ESCAPE.sub(_unjson, text)
            text = _CSS_ESCAPE.sub(lambda match: chr(min(int(match[1], 16), 0x10FFFF)), text)
        if "%" in text:
            text = _PERCENT.sub(lambda match: bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace"), text)
        if text == before:
            break
    return text


_TAG: Final = re.compile(r"<[^<>]*>")


def without_tags(text: str) -> str:
    """A text without markup, so that a name cut by tags is whole again. Tags leave nothing behind."""
    return _TAG.sub("", text)

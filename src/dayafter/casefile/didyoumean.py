"""What a person probably meant: the nearest of the words that would have been right.

Names are compared in a folded form, so that an alias in Arabic, Sorani or Latin letters finds its bearer whatever
keyboard it was typed on. Folding is for comparing alone: nothing folded is ever written to a case.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

_SAME_LETTER: Final = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",  # Kurdish and Persian yeh
        "ێ": "ي",
        "ئ": "ي",
        "ک": "ك",  # Kurdish and Persian kaf
        "ة": "ه",
        "ە": "ه",
        "ھ": "ه",
        "ؤ": "و",
        "ۆ": "و",
        "ڕ": "ر",
        "ڵ": "ل",
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ß": "ss",
    }
)
_CUTOFF: Final = 72.0
"""Similarity, 0 to 100, below which a suggestion would rather mislead than help."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Reduce a name to what survives a change of keyboard: no marks, case, punctuation, or letter variants."""
    if text.isascii():
        return "".join(ch for ch in text.lower() if ch.isalnum())
    plain = unicodedata.normalize("NFKD", text)  # first, since a capital in another dress has no small letter
    letters = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(ch for ch in letters if ch.isalnum()).translate(_SAME_LETTER)


def closest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice most like `word`, or None where none is like it. The first wins among equals."""
    return closest_bearer(word, dict.fromkeys(choices, ()))


def closest_bearer(word: str, bearers: Mapping[str, Iterable[str]]) -> str | None:
    """Return the id whose id or names are most like `word`.

    Parameters
    ----------
    word : what was written.
    bearers : id to its names and aliases, in any script.

    Returns
    -------
    An id, or None where nothing is similar enough to suggest.
    """
    wanted = fold(word)
    if not wanted:
        return None
    written: dict[str, str] = {}
    for bearer, names in bearers.items():
        for name in (bearer, *names):
            written.setdefault(fold(name), bearer)
    if wanted in written:
        return written[wanted]
    from rapidfuzz import fuzz, process  # noqa: PLC0415  # only a faulty case pays for loading it

    match = process.extractOne(wanted, written.keys(), scorer=fuzz.ratio, score_cutoff=_CUTOFF)
    return None if match is None else written[match[0]]


def or_one_of(choices: Iterable[str], at_most: int = 6) -> str:
    """Write choices as a sentence's end: `a, b or c`; a long list is cut and counted."""
    words = list(dict.fromkeys(choices))
    if not words:
        return "nothing"
    if len(words) > at_most:
        return f"{', '.join(words[:at_most])} or one of {len(words) - at_most} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"

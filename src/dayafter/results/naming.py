"""How an outcome is called, in the words of whoever speaks: English as written, or a catalogue that lies above."""

from __future__ import annotations

from collections.abc import Callable

from dayafter.results.schema import TO_DATE

Say = Callable[..., str]
"""From an English text, with its values by name, to the text in a language."""


def plainly(text: str, /, **values: object) -> str:
    """English, as it is written."""
    return text.format(**values) if values else text


def outcome_words(name: str, say: Say = plainly) -> str:
    """`fatalities to date`: an outcome as the tables name it, in words; a flow counted from the start says so."""
    words = say(name.removesuffix(TO_DATE).replace("_", " "))
    return say("{outcome} to date", outcome=words) if name.endswith(TO_DATE) else words

"""Names of tables and columns, and codes of the vocabulary, in the words of a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dayafter.comparing.records import Change
from dayafter.findings import words
from dayafter.findings.wording import Wording

_COLUMNS: Final = {"state": "state of the question"}
"""Columns whose names mean something else in the vocabulary: an actor may be a state."""


def in_words(code: str, say: Wording) -> str:
    """A table or a code of the vocabulary in a language; what the language has no word for stays as it is."""
    term = words.term(code)
    said = say(term)
    return code if said == term else said


def column_in_words(name: str, say: Wording) -> str:
    """A column by its name; in English the name itself."""
    return say(_COLUMNS[name]) if name in _COLUMNS and say.language != "en" else in_words(name, say)


def fact_in_words(change: Change, say: Wording) -> Change:
    """A changed fact with its table and column, and codes in its cells, in a language; names and numbers stay."""
    what, before, after = (in_words(text, say) for text in (change.what, change.before, change.after))
    return replace(change, what=what, field=column_in_words(change.field, say), before=before, after=after)


def end_in_words(side: Mapping[str, str], say: Wording) -> str:
    """What it takes to make one of two things again, in a line."""
    return say(", ").join(f"{in_words(name, say)} {in_words(text, say)}" for name, text in side.items())

"""The words of the interface in each language. What a finding says has a catalogue of its own (`findings.wording`).

The key of a text is the text itself in English; its translation stands in `messages/LANGUAGE.toml`. A text that is not
there is looked up among the messages of the findings, and else stays English: a test goes through every template.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Final

from dayafter.findings import wording

NAMES: Final[Mapping[str, str]] = {"en": "English", "ar": "العربية"}
"""Tag to the language's own name."""
LANGUAGES: Final[Mapping[str, str]] = {tag: NAMES[tag] for tag in wording.LANGUAGES if tag in NAMES}

Translate = Callable[..., str]


@cache
def messages(language: str) -> Mapping[str, str]:
    """English text to the text in a language; empty for English."""
    if language == "en":
        return {}
    text = resources.files("dayafter.web").joinpath("messages", f"{language}.toml").read_text(encoding="utf-8")
    own: Mapping[str, str] = tomllib.loads(text)["messages"]
    return {**wording.catalogue(language).messages, **own}


def translator(language: str) -> Translate:
    """A function from an English text, with its values by name, to the text in a language."""
    catalogue = messages(language)

    def say(text: str, **values: object) -> str:
        said = catalogue.get(text, text)
        return said.format(**values) if values else said

    return say


def is_right_to_left(language: str) -> bool:
    """Whether the script of a language runs from the right."""
    return language in wording.RIGHT_TO_LEFT


def chosen(asked: str | None, accepted: str) -> str:
    """The language of a page: the one asked for, else the first of the browser's that there is, else English."""
    if asked in LANGUAGES:
        return str(asked)
    for part in accepted.split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return "en"

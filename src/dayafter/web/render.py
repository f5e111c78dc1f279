"""Templates to pages: escaped, in one language, through the redaction gate, kept until something changes."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from dayafter.brief.figures import symbols
from dayafter.brief.text import shorten
from dayafter.findings import words
from dayafter.findings.directions import isolate_left_to_right, isolate_right_to_left
from dayafter.findings.records import Cited, Findings, Reference
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.vocabulary import Question
from dayafter.web.language import LANGUAGES, is_right_to_left, translator

KEPT: Final = 400
"""Pages kept ready."""


def _source(name: str) -> str:
    return resources.files("dayafter.web").joinpath("templates", name).read_text(encoding="utf-8")


def cited(references: Iterable[Reference]) -> tuple[Cited, ...]:
    """The sources of several rows, each once with all its spots, in the order of first use."""
    spots: dict[int, dict[str, None]] = {}
    for reference in references:
        for one in reference.cited:
            spots.setdefault(one.source, {}).update(dict.fromkeys(one.spots))
    return tuple(Cited(source, tuple(found)) for source, found in spots.items())


_ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")


def is_latin(text: str) -> bool:
    """Whether a text holds no Arabic script: it is English, or a name in Latin letters."""
    return _ARABIC.search(text) is None


@cache
def environment() -> Environment:
    """The templates of the app. Everything is escaped; what is not defined is an error."""
    env = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters.update(
        cited=cited,
        iso=isolate_right_to_left,
        isolate_latin=isolate_left_to_right,
        latin=is_latin,
        shorten=shorten,
        term=words.term,
        language=words.language,
    )
    return env


def page_words(language: str) -> dict[str, Any]:
    """What every template may use to speak a language."""
    questions = words.QUESTIONS.get(language, words.QUESTIONS["en"])
    return {
        "t": translator(language),
        "lang": language,
        "dir": "rtl" if is_right_to_left(language) else "ltr",
        "languages": LANGUAGES,
        "questions": questions,
        "states": words.STATES.get(language, words.STATES["en"]),
        "other": Question.OTHER,
        "awaiting_review": language in words.AWAITING_REVIEW,
        "joined": Wording(language).joined,
        "comma": Wording(language)(", "),
        "semicolon": Wording(language)("; "),
        "symbols": symbols(),
    }


def render(template: str, language: str, gate: Gate, context: Mapping[str, Any]) -> str:
    """A page, if nothing protected is in it.

    Raises
    ------
    RedactionError : the page holds what its audience must not see.
    """
    text = environment().get_template(template).render(**page_words(language), **context)
    return gate.release(text.lstrip(), f"the page {template.removesuffix('.html.j2')}")


def without_case(template: str, language: str, context: Mapping[str, Any]) -> str:
    """A page that holds nothing of a case: the sign-in, an error."""
    return environment().get_template(template).render(**page_words(language), **context).lstrip()


@dataclass(frozen=True, slots=True)
class Kept:
    """A page or an answer as it goes out, with what tells it from another version of itself."""

    body: bytes
    tag: str
    """Of HTTP: a strong validator in quotes."""

    @classmethod
    def of(cls, text: str) -> Kept:
        """A text, encoded once."""
        body = text.encode("utf-8")
        return cls(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


class PageStore:
    """Pages and answers that are ready, each made once however many ask for it at a time."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._pages: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._making: dict[tuple[str, ...], Lock] = {}
        self._lock = Lock()

    def get(self, key: tuple[str, ...], make: Callable[[], str]) -> Kept:
        """What is under a key, made where it is not there. What `make` raises is raised to each who asks."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
            turn = self._making.setdefault(key, Lock())
        with turn:
            with self._lock:
                if key in self._pages:
                    return self._pages[key]
            try:
                page = Kept.of(make())
                with self._lock:
                    self._pages[key] = page
                    while len(self._pages) > self._most:
                        self._pages.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            return page

    def clear(self) -> None:
        """Forget every page."""
        with self._lock:
            self._pages.clear()


def source_texts(findings: Findings) -> Mapping[int, str]:
    """Number of a source to its text, for the notes at citations."""
    return {source.number: source.text for source in findings.sources}


__all__ = ["Kept", "Markup", "PageStore", "cited", "environment", "render", "source_texts", "without_case"]

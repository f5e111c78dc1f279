"""Text in which scripts from the left and from the right meet: cut into runs, and each run isolated."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_RIGHT: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
"""Hebrew, Arabic, Syriac, Thaana and N'Ko with their marks and presentation forms."""
_WORD: Final = rf"[{_RIGHT}][{_RIGHT}\d]*"
_RUN: Final = re.compile(rf"{_WORD}(?:[ \u00a0\u200c\u200d\u200f/–-]+(?:{_WORD}|\d{{1,4}}(?![\w–-]|[.,]\d)))*")


def isolate_right_to_left(text: str) -> Markup:
    """Words that run from the right, each run isolated within a sentence that runs from the left.

    Else two Arabic names in a row change places, and a number or comma beside a name moves to its other side.
    """
    out, at = Markup(""), 0
    for match in _RUN.finditer(text):
        out += escape(text[at : match.start()]) + Markup("<bdi>{}</bdi>").format(match.group())
        at = match.end()
    return out + escape(text[at:])


_LEFT: Final = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_SIGN: Final = "+\u2212\u00b1"
_PLAIN: Final = rf"[{_LEFT}\d]+(?:['’.,/:–\u2212-][{_LEFT}\d]+)*(?:[\u202f\u00a0 ]?%)?"
_LEFT_RUN: Final = re.compile(
    rf"[{_SIGN}]?{_PLAIN}(?:[ \u202f\u00a0](?:[&±] )?{_PLAIN}|[ \u00a0]\({_PLAIN}(?: {_PLAIN})*\))*"
)
"""Words, numbers, ranges, signed numbers and numbers with their error that run from the left, with a bracket after a
name."""


_FOREIGN: Final = re.compile(rf"[^{_RIGHT}«»]+")
"""What holds no letter or sign of a script from the right."""
_EDGE: Final = " \t\n\u00a0\u202f:;,.–—-/·"


def left_runs(text: str) -> list[tuple[str, bool]]:
    """A text of a language from the right, cut into runs: the text of each, and whether it runs from the left.

    A whole sentence or name in Latin letters is one run, with its punctuation; numbers are runs of their own.
    """
    out: list[tuple[str, bool]] = []
    at = 0
    for match in _FOREIGN.finditer(text):
        out.append((text[at : match.start()], False))
        out += _foreign_runs(match.group())
        at = match.end()
    return [(part, is_left) for part, is_left in (*out, (text[at:], False)) if part]


def _foreign_runs(text: str) -> list[tuple[str, bool]]:
    core = text.strip(_EDGE)
    while core and core[0] in "([" and core.count("(") + core.count("[") > core.count(")") + core.count("]"):
        core = core[1:].strip(_EDGE)
    while core and core[-1] in ")]" and core.count("(") + core.count("[") < core.count(")") + core.count("]"):
        core = core[:-1].strip(_EDGE)
    if re.search(rf"[{_LEFT}]", core) and core.count("(") == core.count(")") and core.count("[") == core.count("]"):
        before, _, after = text.partition(core)
        return [(before, False), (core, True), (after, False)]
    out: list[tuple[str, bool]] = []
    at = 0
    for match in _LEFT_RUN.finditer(text):
        out += [(text[at : match.start()], False), (match.group(), True)]
        at = match.end()
    return [*out, (text[at:], False)]


def isolate_left_to_right(text: str) -> Markup:
    """Words and numbers that run from the left, each run isolated within a sentence that runs from the right.

    Else `+12` is printed `12+`, `5–90` is printed `90–5`, and two names in a row change places.
    """
    parts = (Markup('<bdi dir="ltr">{}</bdi>').format(part) if left else escape(part) for part, left in left_runs(text))
    return Markup("").join(parts)


def marked_isolates(text: str) -> str:
    """The same for plain text: each run between LEFT-TO-RIGHT ISOLATE and POP DIRECTIONAL ISOLATE."""
    return "".join(f"\u2066{part}\u2069" if left else part for part, left in left_runs(text))


def right_runs(text: str) -> list[tuple[str, bool]]:
    """A text of a language from the left, cut into runs: the text of each, and whether it runs from the left."""
    out: list[tuple[str, bool]] = []
    at = 0
    for match in _RUN.finditer(text):
        out += [(text[at : match.start()], True), (match.group(), False)]
        at = match.end()
    out.append((text[at:], True))
    return [run for run in out if run[0]]

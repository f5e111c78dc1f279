"""Small rules for text on a page: what to shorten where room is fixed, and how to put text into a style sheet."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

ELLIPSIS: Final = "…"
_CLAUSE_END: Final = re.compile(r"[.,;:،؛](?= )")
_ABBREVIATION: Final = re.compile(r"\(([A-Z][A-Za-z-]{1,9})\)$")


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a space where one is near; the cut always shows."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[: max(1, limit - 1)]
    space = cut.rfind(" ")
    if space > limit * 0.5:
        cut = cut[:space]
    return cut.rstrip(" ,;:·–-") + ELLIPSIS


def whole_clauses(text: str, limit: int) -> str:
    """At most `limit` characters: the whole text, else as many of its clauses as fit, else as `shorten`."""
    text = " ".join(text.split())
    ends = [found.start() for found in _CLAUSE_END.finditer(text) if found.start() < limit]
    if len(text) <= limit or not ends:
        return shorten(text, limit)
    return text[: ends[-1]] + ELLIPSIS


def abbreviated(name: str) -> str:
    """The abbreviation that a name gives of itself at its end, for a narrow column: `Valley Party (VP)` as `VP`."""
    found = _ABBREVIATION.search(name)
    return found.group(1) if found else name


def wrap(text: str, limit: int, n_lines: int) -> tuple[str, ...]:
    """Lines of at most `limit` characters, broken at spaces; what does not fit into `n_lines` ends in an ellipsis."""
    words = " ".join(text.split()).split(" ")
    lines: list[str] = []
    while words and len(lines) < n_lines:
        if len(lines) == n_lines - 1:
            lines.append(shorten(" ".join(words), limit))
            break
        line = words.pop(0)
        while words and len(line) + 1 + len(words[0]) <= limit:
            line += " " + words.pop(0)
        lines.append(shorten(line, limit))
    return tuple(line for line in lines if line)


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


def css_string(text: str) -> str:
    """A CSS string token that cannot end its rule, its string or the `style` element around it."""
    safe = [ch if ch.isalnum() or ch in " .,:;·–—-%()" else f"\\{ord(ch):x} " for ch in " ".join(text.split())]
    return '"' + "".join(safe) + '"'


def list_words(items: tuple[str, ...], limit: int | None = None) -> str:
    """`A, B and C`; beyond `limit` items: `A, B and 3 more`."""
    if limit is not None and len(items) > limit:
        rest = len(items) - limit
        return f"{', '.join(items[:limit])} and {rest} more"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def right_runs(text: str) -> list[tuple[str, bool]]:
    """A text of a language from the left, cut into runs: the text of each, and whether it runs from the left."""
    out: list[tuple[str, bool]] = []
    at = 0
    for match in _RUN.finditer(text):
        out += [(text[at : match.start()], True), (match.group(), False)]
        at = match.end()
    out.append((text[at:], True))
    return [run for run in out if run[0]]

"""Small rules for text on a page: what to shorten where room is fixed, and how to put text into a style sheet."""

from __future__ import annotations

import re
from typing import Final

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


def css_string(text: str) -> str:
    """A CSS string token that cannot end its rule, its string or the `style` element around it."""
    safe = [ch if ch.isalnum() or ch in " .,:;·–—-%()" else f"\\{ord(ch):x} " for ch in " ".join(text.split())]
    return '"' + "".join(safe) + '"'

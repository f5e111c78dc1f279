"""Counts as words, lists and names as English sentences take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SMALL: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MAX_NAME: Final = 70
"""Longest name inside a sentence of the bottom line; longer ones are cut, and stand in full on the deals' page."""


def spelled(number: int) -> str:
    """Counts up to ten as words."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`one deal`, `three deals`, `12 deals`."""
    return f"{spelled(number)} {noun if number == 1 else plural or noun + 's'}"


def out_of(number: int, total: int, noun: str) -> str:
    """`both deals`, `all four deals`, `two of four deals`."""
    if number == total > 1:
        return f"both {noun}s" if total == 2 else f"all {counted(total, noun)}"
    return f"{spelled(number)} of {counted(total, noun)}"


def joined(items: Sequence[str], limit: int = 99) -> str:
    """`A`, `A and B`, `A, B and C`; beyond the limit `A, B and 3 more`."""
    if len(items) > limit:
        return f"{', '.join(items[:limit])} and {len(items) - limit} more"
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} and {items[-1]}"


def capitalised(text: str) -> str:
    """First letter large; names keep theirs."""
    return text[:1].upper() + text[1:]


def short(name: str) -> str:
    """A name cut to what a sentence bears."""
    name = " ".join(name.split())
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"

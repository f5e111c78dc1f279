"""How much fits on the first page: a generous estimate of its height, so that it stays one page on any machine.

The first page alone must answer the question, so what does not fit is dropped by rule and never cut off: first the
facts that the later pages repeat, then the size of the type of the bottom line and of the map. Heights are in CSS
pixels at the print size (12 px to the rem); faces differ between machines, hence the slack.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

PAGE_HEIGHT: Final = 1009.0
"""A4 less the margins."""
_SLACK: Final = 0.97
MAX_FACTS: Final = 4
MAX_NAME: Final = 96
TIGHT_NAME: Final = 48
"""Longest name of a deal where room is short."""
MAP_GROWTH: Final = 110.0
"""The map grows into room that is left, up to this."""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What the first page holds, as numbers of characters and heights."""

    title: int
    region: int
    question: int
    head: int
    bottom_line: int
    map_height: float
    deal_names: tuple[int, ...]
    fact_lengths: tuple[int, ...]
    harm_lengths: tuple[int, ...]
    note: int = 0
    """What stands under the deals on wide ranges."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was decided."""

    n_facts: int
    tight: bool
    height: float
    name_limit: int
    """Longest name of a deal."""
    map_room: float
    """How much higher the map may be."""


def _lines(characters: int, per_line: float) -> int:
    return max(1, math.ceil(characters * 1.04 / per_line))


def _height(page: FirstPage, n_facts: int, *, tight: bool) -> tuple[float, float]:
    """Estimated height of the first page, and how much higher the map may be without changing it."""
    title = _lines(page.title, 62) * 26 if page.title > 44 else _lines(page.title, 44) * 32
    total = 34.0 + (17 if page.region else 0) + title
    total += 5 + _lines(page.question, 97) * 19.1 + 21 + _lines(page.head, 122) * 17
    total += 43 + (_lines(page.bottom_line, 106) * 18.6 if tight else _lines(page.bottom_line, 95) * 21.4)
    shown = page.map_height * (0.8 if tight else 1.0)
    figure = 15 + 2 * 14.3 + 10 + shown + 40
    deals = (
        15
        + 2 * 14.3
        + 10
        + sum(14 + _lines(min(n, TIGHT_NAME) if tight else n, 28) * 17.1 + 3 * 14 + 5 + 14.2 for n in page.deal_names)
    )
    deals += _lines(page.note, 48) * 14.2 + 5 if page.note else 0
    total += 13 + max(figure, deals)
    if n_facts:
        rows = [page.fact_lengths[i : min(i + 2, n_facts)] for i in range(0, n_facts, 2)]
        total += 20 + sum(max(_lines(n, 52) for n in row) * 15.3 + 5 for row in rows)
    total += 28 + 2 * 14.4 + max((_lines(n, 26) for n in page.harm_lengths), default=1) * 13.9
    return total + 18 + 2 * 13.6, max(0.0, deals - figure)


def fit_first_page(page: FirstPage) -> Fit:
    """The most that fits: all facts first, then fewer, then smaller type."""
    limit = PAGE_HEIGHT * _SLACK
    best = min(MAX_FACTS, len(page.fact_lengths))
    for tight in (False, True):
        for n_facts in range(best, -1, -2):
            height, beside = _height(page, n_facts, tight=tight)
            if height <= limit:
                room = 0.0 if tight else min(MAP_GROWTH, limit - height + beside)
                return Fit(n_facts, tight, height, TIGHT_NAME if tight else MAX_NAME, room)
    return Fit(0, tight=True, height=_height(page, 0, tight=True)[0], name_limit=TIGHT_NAME, map_room=0.0)

"""How much fits on the first page: a generous estimate of its height, so that it stays one page on any machine.

The first page alone must answer the question, so what does not fit is dropped by rule and never cut off: first the
facts that the later pages repeat, then the size of the type of the bottom line and of the map. Heights are in CSS
pixels at the print size (12 px to the rem); faces differ between machines, hence the slack.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

PAGE_HEIGHT: Final = 1028.0
"""A4 less the margins."""
_SLACK: Final = 0.98
MAX_FACTS: Final = 4
MAX_NAME: Final = 96
TIGHT_NAME: Final = 48
"""Longest name of a deal where room is short."""
DENSE_MAP: Final = 0.86
"""Width of the map beside options, in parts of what it has without them; the style sheet does it."""
OPTION_TEXT: Final = 84
"""Characters of what an option is, under its name: two lines."""
OPTION_LINE: Final = 44
"""Characters of one of them."""
_DENSE_SAVES: Final = 52.0
"""Space between parts that a page with options does without."""
_TIGHT_SAVES: Final = 28.0
"""Space that such a page does without where it is tight."""
_MORE: Final = 14
"""Characters of `; and 12 more` after a list that was cut."""
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
    option_names: tuple[int, ...] = ()
    """Options compared, doing nothing among them; none without results."""
    option_texts: tuple[int, ...] = ()
    """What each of them is, in the same order; 0 where nothing is said."""
    trigger: int = 0
    """What would change our mind."""
    scale: float = 1.0
    """How much larger than in English the type of the language is set."""


@dataclass(frozen=True, slots=True)
class Level:
    """How much is shown, and how large: each level takes less room than the one before."""

    tight: bool
    n_parts: int
    """Contributions shown of each deal."""
    harm: int
    """Characters shown of each list of people harmed."""
    map_scale: float
    """Size of the map in parts of its width."""
    n_options: int = 4
    """Options compared, doing nothing apart; the best are kept."""
    question: int = 340
    """Characters of the question."""
    name_limit: int = TIGHT_NAME
    """Longest name of a deal where it is tight."""
    says_options: bool = True
    """Whether it is said under each option what it is: whole, or not at all."""


LEVELS: Final = (
    Level(tight=False, n_parts=3, harm=78, map_scale=1.0),
    Level(tight=False, n_parts=3, harm=40, map_scale=1.0),
    Level(tight=False, n_parts=2, harm=40, map_scale=1.0),
    Level(tight=True, n_parts=2, harm=40, map_scale=1.0),
    Level(tight=True, n_parts=1, harm=40, map_scale=0.8),
    Level(tight=True, n_parts=1, harm=12, map_scale=0.7),
    Level(tight=True, n_parts=0, harm=12, map_scale=0.6),
    Level(tight=True, n_parts=1, harm=12, map_scale=0.7, says_options=False),
    Level(tight=True, n_parts=0, harm=12, map_scale=0.55, says_options=False),
    *(
        Level(
            tight=True, n_parts=0, harm=12, map_scale=0.5, n_options=n, question=190, name_limit=34, says_options=False
        )
        for n in (4, 3, 2)
    ),
)


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
    n_parts: int = 3
    """Contributions shown of each deal."""
    harm: int = 78
    """Characters shown of each list of people harmed."""
    map_scale: float = 1.0
    """Size of the map in parts of its width."""
    n_options: int = 4
    """Options compared, doing nothing apart; the best are kept."""
    question: int = 340
    """Characters of the question."""
    says_options: bool = True
    """Whether it is said under each option what it is."""


def _lines(characters: int, per_line: float) -> int:
    return max(1, math.ceil(characters * 1.04 / per_line))


def _height(page: FirstPage, n_facts: int, level: Level) -> tuple[float, float]:
    """Estimated height of the first page, and how much higher the map may be without changing it."""
    title = _lines(page.title, 62) * 26 if page.title > 44 else _lines(page.title, 44) * 32
    total = 34.0 + (17 if page.region else 0) + title
    total += 5 + _lines(min(page.question, level.question), 97) * 19.1 + 21 + _lines(page.head, 122) * 17
    total += 43 + (_lines(page.bottom_line, 106) * 18.6 if level.tight else _lines(page.bottom_line, 95) * 21.4)
    options = list(itertools.zip_longest(page.option_names, page.option_texts, fillvalue=0))
    if options:
        total += (
            13
            + 19
            + 14.3
            + 50
            + 12
            + sum(_option(*one, says=level.says_options) for one in options[: 1 + level.n_options])
        )
    is_dense = bool(page.option_names)
    drawn = page.map_height * level.map_scale * (DENSE_MAP if is_dense else 1.0)
    figure = 15 + (3 if is_dense else 2) * 14.3 + 10 + drawn + 40
    names = (min(n, level.name_limit) if level.tight else n for n in page.deal_names)
    deals = (
        15
        + 2 * 14.3
        + 10
        + sum(14 + _lines(n, 42 if is_dense else 28) * 17.1 + level.n_parts * 14 + 5 + 14.2 for n in names)
    )
    deals += _lines(page.note, 48) * 14.2 + 5 if page.note else 0
    total += 13 + max(figure, deals)
    if n_facts:
        rows = [page.fact_lengths[i : min(i + 2, n_facts)] for i in range(0, n_facts, 2)]
        total += 20 + sum(max(_lines(n, 52) for n in row) * 15.3 + 5 for row in rows)
    harmed = max((_lines(min(n, level.harm + _MORE), 26) for n in page.harm_lengths), default=1)
    total += 28 + 2 * 14.4 + harmed * 13.9
    total += 12 + _lines(page.trigger + 30, 108) * 15.3 if page.trigger else 0
    total -= (_DENSE_SAVES + _TIGHT_SAVES * level.tight) if is_dense else 0.0
    return page.scale * (total + 18 + 2 * 13.6), max(0.0, deals - figure)


def _option(name: int, text: int, *, says: bool) -> float:
    """Height of the row of an option."""
    said = _lines(text, OPTION_LINE) * 12.7 if text and says else 0.0
    return max(35.0, 4 + _lines(name, 31) * 15.2 + said)


def fit_first_page(page: FirstPage) -> Fit:
    """The most that fits: all facts first, then fewer, then one level after the other."""
    limit = PAGE_HEIGHT * _SLACK
    best = min(MAX_FACTS, len(page.fact_lengths))
    for level in LEVELS:
        for n_facts in range(best, -1, -2):
            height, beside = _height(page, n_facts, level)
            if height <= limit:
                room = 0.0 if level.tight else min(MAP_GROWTH, limit - height + beside)
                return _decided(level, n_facts, height, room)
    return _decided(LEVELS[-1], 0, _height(page, 0, LEVELS[-1])[0], 0.0)


def _decided(level: Level, n_facts: int, height: float, room: float) -> Fit:
    return Fit(
        n_facts=n_facts,
        tight=level.tight,
        height=height,
        name_limit=level.name_limit if level.tight else MAX_NAME,
        map_room=room,
        n_parts=level.n_parts,
        harm=level.harm,
        map_scale=level.map_scale,
        n_options=level.n_options,
        question=level.question,
        says_options=level.says_options,
    )

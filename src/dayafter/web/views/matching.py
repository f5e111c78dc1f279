"""A name to the place it may mean: by id, name, alias in any script or code; suggested with a score, never decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from dayafter.casefile.didyoumean import fold
from dayafter.web.edition import Edition
from dayafter.web.views.lines import Link, link
from dayafter.web.views.places import Code, place_items

LEAST: Final = 60.0
MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Match:
    """A place that a name may mean."""

    place: Link
    by: str
    """The name, alias or code that is nearest."""
    score: int
    """How alike, in percent."""
    codes: tuple[Code, ...]


def match_name(edition: Edition, name: str) -> tuple[Match, ...]:
    """Places whose id, name, alias or code is like a name, the likest first."""
    wanted = fold(name)
    found = []
    for item in place_items(edition):
        own = [item.id, item.row.place.name, *(code.code for code in item.codes)]
        own += [one.name for one in edition.shown.names if one.entity == item.id and one.name]
        scored = [(fuzz.ratio(wanted, fold(text)), text) for text in own]
        score, by = max(scored)
        if score >= LEAST:
            found.append(Match(link(edition, "places", item.id), by, round(score), item.codes))
    return tuple(sorted(found, key=lambda one: -one.score)[:MOST])

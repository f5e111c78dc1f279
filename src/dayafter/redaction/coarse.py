"""Making places, times and counts coarser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from dayafter.casefile.schema import Place
from dayafter.quantities import Quantity, When
from dayafter.redaction.policy import SMALL_COUNT
from dayafter.vocabulary import PlaceKind, Sensitivity

_WIDE: Final = (PlaceKind.PROVINCE, PlaceKind.REGION, PlaceKind.COUNTRY)
_SEASON_OF_MONTH: Final = {
    month: season
    for season, months in {
        "spring": (3, 4, 5),
        "summer": (6, 7, 8),
        "autumn": (9, 10, 11),
        "winter": (12, 1, 2),
    }.items()
    for month in months
}


def ancestors(place: str, places: Mapping[str, Place]) -> Iterator[Place]:
    """The places that hold a place, the nearest first. Ends at a missing or circular parent."""
    seen = {place}
    current = places.get(place)
    while current is not None and current.parent is not None and current.parent not in seen:
        seen.add(current.parent)
        current = places.get(current.parent)
        if current is not None:
            yield current


def coarser_place(place: str, level: Sensitivity, places: Mapping[str, Place], visible: AbstractSet[str]) -> str | None:
    """The nearest place that says no more than a row of this sensitivity may, or None.

    Moderate: the parent. High: the province, or what holds it. Severe: none. Places that are withheld themselves
    are passed over.
    """
    if level is Sensitivity.SEVERE:
        return None
    for ancestor in ancestors(place, places):
        if ancestor.id in visible and (level is not Sensitivity.HIGH or ancestor.kind in _WIDE):
            return ancestor.id
    return None


def _season(day: dt.date) -> str:
    season = _SEASON_OF_MONTH[day.month]
    year = day.year - 1 if day.month < 3 else day.year  # winter bears the year in which it begins
    return f"{year}-{season}"


def coarser_date(when: When, level: Sensitivity, as_of: When) -> When:
    """The date to the season (moderate), to the year (high) or to nothing but the end of the record (severe)."""
    end = as_of.latest or as_of.earliest
    if level is Sensitivity.SEVERE and end is not None:
        return When.parse(f"..{end.isoformat()}")
    parts = []
    for day in (when.earliest, when.latest):
        if day is None:
            parts.append("")
        else:
            parts.append(_season(day) if level is Sensitivity.MODERATE else str(day.year))
    first, last = parts
    return When.parse(first if first == last else f"{first}..{last}")


def small_count_hidden(persons: Quantity) -> Quantity:
    """Fewer than ten persons as 0..10; an interval that begins below ten as one that begins at 0."""
    if persons.low >= SMALL_COUNT:
        return persons
    high = max(persons.high, float(SMALL_COUNT))
    best = persons.best if persons.best is not None and persons.best >= SMALL_COUNT else None
    return Quantity(0.0, high, best)

"""What each audience may see, as data: the ceilings, the coarsening ladder, and the table that the docs print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dayafter.vocabulary import ActorKind, Audience, Sensitivity, SourceKind

LEVELS: Final = tuple(Sensitivity)
"""Sensitivities, the mildest first."""
RANK: Final = {level: rank for rank, level in enumerate(LEVELS)}

CEILING: Final = {
    Audience.PUBLIC: Sensitivity.LOW,
    Audience.PARTNERS: Sensitivity.MODERATE,
    Audience.INTERNAL: Sensitivity.SEVERE,
}
"""The most sensitive row that an audience sees as it stands."""

BREADTH: Final = {Audience.INTERNAL: 0, Audience.PARTNERS: 1, Audience.PUBLIC: 2}
"""How wide an audience is."""

SMALL_COUNT: Final = 10
"""Fewer persons than this are printed for the public as 0..10, and fewer rows as `fewer than 10`."""

PUBLISHED: Final = (
    SourceKind.ESSAY,
    SourceKind.NEWS,
    SourceKind.REPORT,
    SourceKind.DATASET,
    SourceKind.OFFICIAL,
    SourceKind.SCHOLARSHIP,
)
"""Kinds of source that anybody can read. How many were killed is no small count where one of them says so."""

HANDLING: Final = {
    Audience.PUBLIC: "PUBLIC · names, offices and places of people at risk withheld",
    Audience.PARTNERS: "PARTNERS ONLY · names of local go-betweens withheld",
    Audience.INTERNAL: "INTERNAL · names people who could be harmed: do not pass on",
}
"""The label that every export carries."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to one kind of content of a row above the ceiling, by the sensitivity of the row."""

    content: str
    moderate: str
    high: str
    severe: str


POLICY: Final = (
    Rule("name, alias in any script", "coarse label", "coarse label", "coarse label without a place"),
    Rule("id", "opaque id", "opaque id", "opaque id"),
    Rule("office, role, party tie", "withheld", "withheld", "withheld"),
    Rule("place", "its parent", "its province, or what holds the province", "withheld"),
    Rule("coordinates, geometry, codes", "withheld", "withheld", "withheld"),
    Rule("time", "season", "year", "on or before the as-of date"),
    Rule("who else the row names", "withheld", "withheld", "withheld"),
    Rule("numbers, notes, other text", "withheld", "withheld", "withheld"),
    Rule("source, coder, date of check, confidence", "withheld", "withheld", "withheld"),
    Rule("category (kind, status, question)", "kept", "kept", "kept"),
    Rule("that the row exists, for partners", "shown", "counted by level", "counted by level"),
    Rule("that the row exists, for the public", "one count", "same count", "same count: levels are not told apart"),
)
"""Rows at or under the ceiling are shown as they stand; names of what is withheld are cut out of them."""

ARMED_KINDS: Final = (
    ActorKind.UMBRELLA,
    ActorKind.MILITIA,
    ActorKind.LOCAL_FORCE,
    ActorKind.CHALLENGER,
    ActorKind.INSURGENT,
)
OUTSIDE_KINDS: Final = (ActorKind.FOREIGN_STATE, ActorKind.INTERNATIONAL, ActorKind.COALITION, ActorKind.DONOR)

COARSE: Final = {
    "places": "a place",
    "communities": "a community",
    "actors": "an actor",
    "actors/armed": "an armed actor",
    "actors/outside": "an outside actor",
    "brokers": "a local go-between",
    "deals": "a deal",
    "aid": "an aid pledge",
    "sources": "a source",
    "engagements": "a third party",
    "issues": "an issue",
    "policies": "a plan",
    "shocks": "a shock",
    "incidents": "an incident",
    "observations": "an observation",
}
"""What is printed instead of a name: no sex, no office, no side."""

WITHHELD_TEXT: Final = "[withheld]"

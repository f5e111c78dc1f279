"""Rules on parents: they form trees, and a place lies in a bigger one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.casefile.checks.context import Context
from dayafter.errors import Issue
from dayafter.vocabulary import PlaceKind

_RANK: Final = {
    PlaceKind.COUNTRY: 0,
    PlaceKind.REGION: 1,
    PlaceKind.PROVINCE: 2,
    PlaceKind.DISTRICT: 3,
    PlaceKind.SUBDISTRICT: 4,
    PlaceKind.TOWN: 5,
}
"""Outermost first. An area has no rank: it may lie in anything and hold anything."""


def circles_of_parents(context: Context) -> Iterator[Issue]:
    """Nobody is its own ancestor, in places, communities and actors."""
    for table in ("places", "communities", "actors"):
        index = context.numbers[table]
        rows = context.rows(table)
        parents = {key: getattr(rows[number], "parent", None) for key, number in index.items()}
        for circle in circles(parents):
            number = index[circle[0]]
            yield context.fault(
                "parent.circle",
                (table, number, "parent"),
                f"the parents go in a circle: {' → '.join((*circle, circle[0]))}",
                "empty the parent of the outermost of them, or correct it",
            )


def circles(parents: dict[str, str | None]) -> Iterator[tuple[str, ...]]:
    """Yield each circle once, from the member that stands first in the order of `parents`."""
    done: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at in parents and at not in done and at not in path:
            path[at] = None
            at = parents[at]
        if at is not None and at in path:
            members = list(path)
            circle = members[members.index(at) :]
            first = min(range(len(circle)), key=lambda i: list(parents).index(circle[i]))
            yield (*circle[first:], *circle[:first])
        done.update(path)


def parents_of_the_wrong_kind(context: Context) -> Iterator[Issue]:
    """A place lies in a place of a bigger kind: a district in a province, not a province in a town."""
    for number, place in enumerate(context.case.places):
        parent = context.places.get(place.parent) if place.parent is not None else None
        if parent is None or parent.id == place.id:
            continue
        own, above = _RANK.get(place.kind), _RANK.get(parent.kind)
        if own is None or above is None or above < own:
            continue
        yield context.fault(
            "parent.wrong-kind",
            ("places", number, "parent"),
            f"{place.id}, a {place.kind}, lies in {parent.id}, a {parent.kind}; a parent is of a bigger kind",
            "correct the parent, or the kind of one of the two",
        )


def command_without_parent(context: Context) -> Iterator[Issue]:
    """The degree of command is a parent's over its member."""
    for number, actor in enumerate(context.case.actors):
        if actor.command is not None and actor.parent is None:
            yield context.fault(
                "actor.command-without-parent",
                ("actors", number, "command"),
                f"{actor.id} has a command of {actor.command} and no parent whose signature could bind it",
                "name the parent, or empty the cell",
            )

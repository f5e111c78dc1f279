"""Rules on actors: what they do in a place, how they stand to one another, and third parties at work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.casefile.checks.context import Context
from dayafter.casefile.schema import Presence
from dayafter.errors import Issue
from dayafter.vocabulary import PresenceRole, RelationKind

_BOTH_WAYS: Final = (RelationKind.HOSTILITY, RelationKind.RIVALRY, RelationKind.ALLIANCE, RelationKind.GRIDLOCK)


def withdrew_and_holds(context: Context) -> Iterator[Issue]:
    """Nobody holds a place and has withdrawn from it at once; dates can show that one came after the other."""
    for place, rows in context.presence_of.items():
        left = {row.actor: row for _, row in rows if row.role is PresenceRole.WITHDREW}
        for number, row in rows:
            if row.role is PresenceRole.HOLDS and row.actor in left and not _apart(left[row.actor], row):
                yield context.fault(
                    "presence.withdrew-and-holds",
                    ("presence", number, "role"),
                    f"{row.actor} holds {place} and withdrew from it, and no date says which came first",
                    "write since for both rows (and until for the earlier), or delete the row that is no longer so",
                )


def _apart(withdrawal: Presence, hold: Presence) -> bool:
    """Whether dates place a hold wholly after or before a withdrawal."""
    left = withdrawal.since or withdrawal.until
    if left is None:
        return False
    came_back = hold.since is not None and left.certainly_before(hold.since)
    gone = hold.until is not None and hold.until.latest is not None and left.latest is not None
    return came_back or (gone and hold.until is not None and not left.certainly_before(hold.until))


def one_holder(context: Context) -> Iterator[Issue]:
    """One actor has the last word in a place; where several have a part of it, they share it."""
    for place, rows in context.presence_of.items():
        holders = [
            (number, row)
            for number, row in rows
            if row.role is PresenceRole.HOLDS and not (row.until and row.until.certainly_before(context.as_of))
        ]
        if len({row.actor for _, row in holders}) > 1:
            number, row = holders[-1]
            others = ", ".join(dict.fromkeys(other.actor for _, other in holders if other.actor != row.actor))
            yield context.fault(
                "presence.two-holders",
                ("presence", number, "role"),
                f"{row.actor} holds {place}, and so does {others}; one actor has the last word on who enters",
                "write shares for those who hold a part, or until for those who held it before",
            )


def relations_said_twice(context: Context) -> Iterator[Issue]:
    """A relation that runs both ways is written once."""
    first: dict[tuple[object, ...], int] = {}
    for number, row in enumerate(context.case.relations):
        if row.kind not in _BOTH_WAYS or row.actor == row.other:
            continue
        pair = (*sorted((row.actor, row.other)), row.kind, row.place)
        earlier = first.setdefault(pair, number)
        before = context.case.relations[earlier]
        if before.actor == row.other:
            spot = context.loaded.where("relations", earlier)
            same = before.strength == row.strength
            yield context.fault(
                "relation.said-twice",
                ("relations", number, "other"),
                f"the {row.kind} of {row.other} and {row.actor} stands at {spot} already and runs both ways"
                + ("" if same else f"; there its strength is {before.strength}, here {row.strength}"),
                "delete one of the two rows",
            )


def third_parties_are_third(context: Context) -> Iterator[Issue]:
    """Who facilitates or guarantees a deal is not a party of it, and does not accept itself."""
    engagements = {row.id: row for row in context.case.engagements}
    for number, row in enumerate(context.case.engagements):
        deal = context.deals.get(row.deal) if row.deal is not None else None
        if deal is not None and row.actor in deal.parties:
            yield context.fault(
                "engagement.own-deal",
                ("engagements", number, "actor"),
                f"{row.actor} is {row.role} of {deal.id} and a party of it: its word binds itself, no third party",
                "take it out of the parties, or delete the row",
            )
    for number, acceptance in enumerate(context.case.acceptances):
        engagement = engagements.get(acceptance.of)
        if engagement is not None and engagement.actor == acceptance.side:
            yield context.fault(
                "acceptance.of-itself",
                ("acceptances", number, "side"),
                f"{acceptance.side} is the third party of {engagement.id}; a side is somebody else",
                "name the side that accepts it, or delete the row",
            )

"""Rules on issues, options and positions: scales in order, red lines that leave room for the ideal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from dayafter.casefile.checks.context import Context, grouped
from dayafter.errors import Issue
from dayafter.vocabulary import PlaceScope


def red_lines(context: Context) -> Iterator[Issue]:
    """What an actor wants lies within what it can accept, and what it can accept is not empty."""
    for number, row in enumerate(context.case.positions):
        below, above = row.red_line_below, row.red_line_above
        if below is not None and above is not None and below.low > above.high:
            yield context.fault(
                "position.red-lines-crossed",
                ("positions", number, "red_line_below"),
                f"{row.actor} cannot accept below {below} nor above {above} on {row.issue} in {row.place}: "
                "nothing is left that it can accept",
                "swap the two, or correct one of them",
            )
            continue
        if below is not None and row.ideal.high < below.low:
            yield _contradiction(context, number, f"the ideal {row.ideal} lies below the red line below, {below}")
        elif above is not None and row.ideal.low > above.high:
            yield _contradiction(context, number, f"the ideal {row.ideal} lies above the red line above, {above}")


def _contradiction(context: Context, number: int, what: str) -> Issue:
    row = context.case.positions[number]
    return context.fault(
        "position.ideal-beyond-red-line",
        ("positions", number, "ideal"),
        f"{row.actor} on {row.issue} in {row.place}: {what}; nobody refuses what it wants most",
        "move the ideal within the red lines, or correct the red line",
    )


def positions_fit_the_scope(context: Context) -> Iterator[Issue]:
    """An issue of contested places is not asked at national level, nor the other way round."""
    for number, row in enumerate(context.case.positions):
        issue, place = context.issues.get(row.issue), context.places.get(row.place)
        if issue is None or place is None or issue.scope is place.scope:
            continue
        yield context.fault(
            "position.wrong-scope",
            ("positions", number, "issue"),
            f"{issue.id} is asked in {issue.scope} places, and {place.id} is a {place.scope} place",
            f"write an issue whose scope is {place.scope}, or correct the scope of the issue or the place",
        )


def options_in_order(context: Context) -> Iterator[Issue]:
    """The options of an issue stand in the order of their positions, each at its own."""
    for issue, rows in grouped(context.case.options, "issue").items():
        if len(rows) == 1 and context.whole("options"):
            yield context.fault(
                "option.alone",
                ("options", rows[0][0], "issue"),
                f"{issue} has the one option {rows[0][1].id}: there is nothing to choose",
                "add the other options, or delete this one",
            )
        for (_, before), (number, after) in itertools.pairwise(rows):
            if after.position == before.position:
                yield context.fault(
                    "option.same-position",
                    ("options", number, "position"),
                    f"{before.id} and {after.id} of {issue} are both at {after.position:g}: nothing tells them apart",
                    "move one of them, or merge the two",
                )
            elif after.position < before.position:
                yield context.fault(
                    "option.order",
                    ("options", number, "position"),
                    f"{after.id} at {after.position:g} comes after {before.id} at {before.position:g}; the options of "
                    f"{issue} stand from 0 to 1",
                    "move the row up, or correct a position",
                )


def scopes_are_asked(context: Context) -> Iterator[Issue]:
    """An issue is asked in contested places or at national level; a place of context is not assessed."""
    for number, issue in enumerate(context.case.issues):
        if issue.scope is PlaceScope.CONTEXT:
            yield context.fault(
                "issue.scope",
                ("issues", number, "scope"),
                f"{issue.id} is asked in places of context, which are not assessed",
                "write contested or national",
            )
    for number, entry in enumerate(context.case.ledger):
        place = context.places.get(entry.place)
        if place is not None and place.scope is PlaceScope.CONTEXT:
            yield context.fault(
                "ledger.place-not-assessed",
                ("ledger", number, "place"),
                f"{place.id} is a place of context, whose questions are not assessed",
                f"make {place.id} contested or national in places, or delete the row",
            )

"""Rules on parts and wholes: shares that do not add up, and persons that do not fit their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dayafter.casefile.checks.context import TOLERANCE, Context, Numbered, grouped, listed
from dayafter.casefile.schema import Population
from dayafter.errors import Issue
from dayafter.quantities import Quantity
from dayafter.vocabulary import PresenceRole, YesNo

FAR_ABOVE: Final = 1.5
"""Persons of a place may exceed its inhabitants before the war by growth and guests; beyond this factor it is asked."""


def _too_much(shares: Sequence[Quantity]) -> bool:
    return sum(share.low for share in shares) > 1 + TOLERANCE * len(shares)


def _too_little(shares: Sequence[Quantity]) -> bool:
    return sum(share.high for share in shares) < 1 - TOLERANCE * len(shares)


def _range(shares: Sequence[Quantity]) -> str:
    low, high = sum(share.low for share in shares), sum(share.high for share in shares)
    return f"{low:.4g}" if low == high else f"{low:.4g}..{high:.4g}"


def _outermost(context: Context, rows: list[Numbered[Population]]) -> list[Numbered[Population]]:
    """Leave out the communities that are part of another one in the list, so that nobody counts twice."""
    here = {row.community for _, row in rows}
    above = context.ancestors_of_community
    return [(number, row) for number, row in rows if not here.intersection(above.get(row.community, ()))]


def population_shares(context: Context) -> Iterator[Issue]:
    """The communities of a place before the war make up the whole of it, no more and no less."""
    for place, rows in context.population_of.items():
        known = [(number, row) for number, row in rows if row.before_share is not None]
        if not known:
            continue
        outer = _outermost(context, known)
        shares = [row.before_share for _, row in outer if row.before_share is not None]
        names = listed(row.community for _, row in outer)
        if _too_much(shares):
            yield context.fault(
                "population.shares-above-one",
                ("population", outer[-1][0], "before_share"),
                f"the shares before the war in {place} ({names}) sum to {_range(shares)}; their lows exceed 1",
                "lower one of them, or widen its interval downwards",
            )
        elif context.whole("population") and len(known) == len(rows) and _too_little(shares):
            yield context.fault(
                "population.shares-below-one",
                ("population", outer[-1][0], "before_share"),
                f"the shares before the war in {place} ({names}) sum to {_range(shares)}; their highs stay below 1",
                "add the communities that are left out, widen an interval upwards, or empty a share that is not known",
            )


def population_counted_twice(context: Context) -> Iterator[Issue]:
    """A community and a part of it do not both have a share of the same place."""
    for place, rows in context.population_of.items():
        known = {row.community for _, row in rows if row.before_share is not None}
        for number, row in rows:
            if row.before_share is None:
                continue
            for above in context.ancestors_of_community.get(row.community, ()):
                if above in known:
                    yield context.fault(
                        "population.counted-twice",
                        ("population", number, "community"),
                        f"{row.community} is part of {above}, and both have a share of {place}: its people count twice",
                        f"keep the whole or its parts, with a community for the other people of {above}",
                    )
                    break


def population_persons(context: Context) -> Iterator[Issue]:
    """Those present and displaced fit the place; those who returned are among those present."""
    for place, rows in context.population_of.items():
        for number, row in rows:
            if row.returned is not None and row.present is not None and row.returned.low > row.present.high:
                yield context.fault(
                    "population.returned-above-present",
                    ("population", number, "returned"),
                    f"{row.returned} returned and {row.present} are present; those who returned are among the present",
                    "raise present, or lower returned",
                )
        before = context.places[place].population_before if place in context.places else None
        if before is None:
            continue
        outer = _outermost(context, rows)
        persons = sum(q.low for _, row in outer for q in (row.present, row.displaced) if q is not None)
        if persons > FAR_ABOVE * before.high:
            yield context.fault(
                "population.persons-above-place",
                ("population", outer[-1][0], None),
                f"at least {persons:,.0f} persons are present in or displaced from {place}, "
                f"which had {before} inhabitants before the war",
                "check for a zero too many and for persons counted in two rows, or correct population_before",
            )


_NO_CLAIMANT: Final = (PresenceRole.REMNANT, PresenceRole.WITHDREW)


def presence_strengths(context: Context) -> Iterator[Issue]:
    """The armed men of the claimants of a place make up the whole of them.

    An actor with two roles brings its men once; who left, or is no claimant, does not count.
    """
    for place, rows in context.presence_of.items():
        known: dict[str, Quantity] = {}
        last, complete = -1, True
        for number, row in rows:
            gone = row.until is not None and row.until.certainly_before(context.as_of)
            if row.role in _NO_CLAIMANT or gone:
                continue
            if row.strength is None:
                actor = context.actors.get(row.actor)
                complete = complete and actor is not None and actor.armed is YesNo.NO
                continue
            last = number
            if row.actor not in known or row.strength.low > known[row.actor].low:
                known[row.actor] = row.strength
        shares = list(known.values())
        if _too_much(shares):
            yield context.fault(
                "presence.strengths-above-one",
                ("presence", last, "strength"),
                f"the strengths in {place} ({listed(known)}) sum to {_range(shares)}; their lows exceed 1",
                "lower one of them, or widen its interval downwards: each is a share of the armed men there",
            )
        elif context.whole("presence", "actors") and shares and complete and _too_little(shares):
            yield context.fault(
                "presence.strengths-below-one",
                ("presence", last, "strength"),
                f"the strengths in {place} ({listed(known)}) sum to {_range(shares)}; their highs stay below 1",
                "add the force that is left out, or widen an interval upwards",
            )


def presence_strength_of_nobody(context: Context) -> Iterator[Issue]:
    """Strength is a share of claimants' armed men: remnants and the unarmed have none."""
    for number, row in enumerate(context.case.presence):
        if row.strength is None:
            continue
        actor = context.actors.get(row.actor)
        unarmed = actor is not None and actor.armed is YesNo.NO
        if row.role is PresenceRole.REMNANT or unarmed:
            who = "is unarmed" if unarmed else "is a remnant of the common enemy"
            yield context.fault(
                "presence.strength-of-no-claimant",
                ("presence", number, "strength"),
                f"{row.actor} {who} and has a strength of {row.strength}; strength is a share of claimants' armed men",
                "empty the cell, or correct the role or whether the actor is armed",
            )


def tranche_conditions(context: Context) -> Iterator[Issue]:
    """A stretch of a scale is one of an issue, and has a low and a high end."""
    for number, row in enumerate(context.case.tranches):
        ends = {"met_from": row.met_from, "met_to": row.met_to}
        for name, end in ends.items():
            if end is not None and row.issue is None:
                yield context.fault(
                    "tranche.range-without-issue",
                    ("tranches", number, name),
                    f"tranche {row.number} of {row.aid} has {name} {end} on no issue's scale",
                    "name the issue, or empty the cell",
                )
        if row.met_from is not None and row.met_to is not None and row.met_from.low > row.met_to.high:
            yield context.fault(
                "tranche.range-upside-down",
                ("tranches", number, "met_from"),
                f"tranche {row.number} of {row.aid} is met from {row.met_from} to {row.met_to}, which is nowhere",
                "swap met_from and met_to, or correct one",
            )


def tranche_shares(context: Context) -> Iterator[Issue]:
    """The tranches of one aid are numbered from 1 and make up the whole of it."""
    for aid, rows in grouped(context.case.tranches, "aid").items():
        shares = [row.share for _, row in rows if row.share is not None]
        if _too_much(shares):
            yield context.fault(
                "tranche.shares-above-one",
                ("tranches", rows[-1][0], "share"),
                f"the tranches of {aid} sum to {_range(shares)}; their lows exceed 1",
                "lower a share: each is a share of the whole amount",
            )
        elif context.whole("tranches") and shares and len(shares) == len(rows) and _too_little(shares):
            yield context.fault(
                "tranche.shares-below-one",
                ("tranches", rows[-1][0], "share"),
                f"the tranches of {aid} sum to {_range(shares)}; their highs stay below 1",
                "add the tranche that is left out, or raise a share",
            )
        numbers = sorted({row.number for _, row in rows})
        if context.whole("tranches") and numbers != list(range(1, len(numbers) + 1)):
            yield context.fault(
                "tranche.numbers",
                ("tranches", rows[-1][0], "number"),
                f"the tranches of {aid} are numbered {listed(map(str, numbers), 8)}; they are numbered 1, 2, 3 …",
                "number them without a gap, or add the one that is left out",
            )

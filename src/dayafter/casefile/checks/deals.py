"""Rules on deals: who is party, whether the status fits what is said about it, and what its terms settle where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from dayafter.casefile.checks.context import Context, listed
from dayafter.casefile.schema import Claim, Deal, Position, Presence
from dayafter.errors import Issue
from dayafter.vocabulary import DealForm, DealStatus, PlaceScope, YesNo

NOT_MADE = (DealStatus.MISSING, DealStatus.PROPOSED)


def deal_has_two_sides(context: Context) -> Iterator[Issue]:
    """A deal has two parties or more; a missing one would need two or more."""
    for number, deal in enumerate(context.case.deals):
        missing = deal.status is DealStatus.MISSING
        sides = (*deal.needed, *deal.needed_communities) if missing else (*deal.parties, *deal.communities)
        if len(set(sides)) >= 2:
            continue
        field, word = ("needed", "would need") if missing else ("parties", "has")
        found = listed(sides) if sides else "nobody"
        yield context.fault(
            "deal.one-party",
            ("deals", number, field),
            f"{deal.id} {word} as parties: {found}; a deal joins at least two",
            f"add the other party to {field}, or record it as an observation",
        )


def deal_fits_its_status(context: Context) -> Iterator[Issue]:
    """What a deal's row says agrees with its status."""
    for number, deal in enumerate(context.case.deals):
        if deal.status in NOT_MADE:
            fields = ["agreed_on", "kept_share", "ended_on", "ended_by"]
            if deal.status is DealStatus.MISSING:
                fields[:0] = ["parties", "communities"]
            for field in fields:
                if value := getattr(deal, field):
                    shown = listed(value) if isinstance(value, tuple) else value
                    yield context.fault(
                        "deal.not-made",
                        ("deals", number, field),
                        f"{deal.id} is {deal.status}, and its {field} says {shown}: nobody has agreed to it",
                        f"empty {field}{' (who would be needed stands in needed)' if 'part' in field else ''}, "
                        "or correct the status",
                    )
        elif deal.status is DealStatus.ENDED:
            if deal.ended_on is None:
                yield context.fault(
                    "deal.ended-without-date",
                    ("deals", number, "ended_on"),
                    f"{deal.id} ended, and no date is given",
                    f"write when it ended, at least ..{context.as_of}",
                )
        else:
            for field in ("ended_on", "ended_by"):
                if value := getattr(deal, field):
                    yield context.fault(
                        "deal.ended-yet-binding",
                        ("deals", number, field),
                        f"{deal.id} is {deal.status}, and its {field} says {value}",
                        f"empty {field}, or write ended as the status",
                    )


def deal_form_fits_writing(context: Context) -> Iterator[Issue]:
    """A signed deal is written, an understood one is not, and a text that is public exists."""
    for number, deal in enumerate(context.case.deals):
        if deal.written is YesNo.NO and deal.form in (DealForm.WRITTEN, DealForm.SIGNED, DealForm.RATIFIED):
            yield _form(context, number, "written", f"{deal.id} is {deal.form}, and written is no")
        elif deal.written is YesNo.YES and deal.form is DealForm.UNDERSTOOD:
            yield _form(context, number, "written", f"{deal.id} is only understood, and written is yes")
        if deal.public_text is YesNo.YES and (deal.written is YesNo.NO or deal.form is DealForm.UNDERSTOOD):
            yield _form(context, number, "public_text", f"{deal.id} is not written, and public_text is yes")


def _form(context: Context, number: int, field: str, what: str) -> Issue:
    return context.fault("deal.form", ("deals", number, field), what, "correct one of form, written and public_text")


def needed_includes_parties(context: Context) -> Iterator[Issue]:
    """Those whose agreement a deal needs include those who gave it."""
    for number, deal in enumerate(context.case.deals):
        for needed, given in (("needed", "parties"), ("needed_communities", "communities")):
            wanted = getattr(deal, needed)
            left_out = [party for party in getattr(deal, given) if party not in wanted]
            if wanted and left_out:
                yield context.fault(
                    "deal.needed-without-parties",
                    ("deals", number, needed),
                    f"{deal.id} has {listed(left_out)} among its {given} but not in {needed}, which includes them",
                    f"add {listed(left_out)} to {needed}",
                )


def deals_between_strangers(context: Context) -> Iterator[Issue]:
    """At least one party of a deal has a tie to each place that it covers.

    A tie is presence, a claim, a position, a seat or a constituency there, of the party, its patrons, its parent,
    their members or those who answer to it. A national arena is everybody's.
    """
    if not context.whole("presence", "claims", "positions", "population", "actors", "loyalties", "places"):
        return
    ties: _Ties | None = None
    for number, deal in enumerate(context.case.deals):
        sides = deal.needed if deal.status is DealStatus.MISSING else deal.parties
        if not sides or deal.communities or deal.needed_communities:
            continue  # a community is a tie of its own
        for key in deal.places:
            place = context.places.get(key)
            if place is None or place.scope is PlaceScope.NATIONAL:
                continue
            ties = ties or _Ties(context)
            if not any(ties.has(side, key) for side in sides):
                yield context.fault(
                    "deal.strangers",
                    ("deals", number, "places"),
                    f"{deal.id} covers {key}, where none of its parties ({listed(sides)}) has presence, a claim, a "
                    "seat, a constituency, or a patron or member who has",
                    f"record what ties a party to {key} in presence, claims or loyalties, or correct places or parties",
                )


class _Ties:
    """Which actors have to do with which places."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._direct = _direct_ties(context)
        self._above: dict[str, set[str]] = defaultdict(set)
        self._below: dict[str, set[str]] = defaultdict(set)
        answers = [(row.actor, row.patron) for row in context.case.loyalties]
        answers += [(actor.id, actor.parent) for actor in context.case.actors if actor.parent is not None]
        for actor, patron in answers:
            self._above[actor].add(patron)
            self._below[patron].add(actor)

    def has(self, actor: str, place: str) -> bool:
        """Whether an actor, somebody above it or somebody below it has to do with a place."""
        kin = {actor} | _reach(actor, self._above) | _reach(actor, self._below)
        return any(self.context.places_touch(spot, place) for one in kin for spot in self._direct.get(one, ()))


def _direct_ties(context: Context) -> dict[str, set[str]]:
    """Actor to the places where it is present, claims, wants or sits, or where its constituency lives."""
    direct: dict[str, set[str]] = defaultdict(set)
    told: tuple[Presence | Claim | Position, ...] = (
        *context.case.presence,
        *context.case.claims,
        *context.case.positions,
    )
    for row in told:
        direct[row.actor].add(row.place)
    lives: dict[str, set[str]] = defaultdict(set)
    for people in context.case.population:
        for community in (people.community, *context.ancestors_of_community.get(people.community, ())):
            lives[community].add(people.place)
    for actor in context.case.actors:
        if actor.seat is not None:
            direct[actor.id].add(actor.seat)
        for community in actor.constituency:
            direct[actor.id] |= lives.get(community, set())
    return direct


def _reach(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def deal_covers(context: Context, deal: Deal, place: str) -> bool:
    """Whether a deal covers a place: it names it or a place around it, or names none and covers all."""
    return not deal.places or any(context.place_lies_in(place, covered) for covered in deal.places)


def terms_fit_their_deal(context: Context) -> Iterator[Issue]:
    """A term settles something where its deal applies, for a party of it, on its issue's own question and scale."""
    for number, term in enumerate(context.case.terms):
        deal = context.deals.get(term.deal)
        if deal is not None and term.place is not None and not deal_covers(context, deal, term.place):
            yield context.fault(
                "term.place-not-covered",
                ("terms", number, "place"),
                f"term {term.id} is about {term.place}; {deal.id} covers {listed(deal.places)}",
                f"add {term.place} to the places of {deal.id}, or correct the term",
            )
        if deal is not None and term.gives is not None:
            sides = {*deal.parties, *deal.needed}
            if sides and term.gives not in sides:
                yield context.fault(
                    "term.gives-to-outsider",
                    ("terms", number, "gives"),
                    f"term {term.id} gives to {term.gives}, which is no party of {deal.id}",
                    f"add {term.gives} to the parties of {deal.id} or to needed, or correct the term",
                )
        issue = context.issues.get(term.issue) if term.issue is not None else None
        if term.position is not None and term.issue is None:
            yield context.fault(
                "term.position-without-issue",
                ("terms", number, "position"),
                f"term {term.id} has a position of {term.position} on no issue's scale",
                "name the issue, or empty the cell",
            )
        elif issue is not None and issue.question is not term.question:
            yield context.fault(
                "term.other-question",
                ("terms", number, "issue"),
                f"term {term.id} is about {term.question}, and its issue {issue.id} about {issue.question}",
                "correct the question or the issue",
            )

"""The page of an actor: what it is, where it stands, whom it answers to, what it wants and cannot accept."""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.casefile.schema import Actor, Claim, Deal, Engagement, Loyalty, Position, Presence, Relation
from dayafter.errors import UsageError
from dayafter.findings.actors import red_lines as said_red_lines
from dayafter.findings.deals import BREAKERS
from dayafter.findings.rows import quantity_words
from dayafter.web.edition import Edition
from dayafter.web.views.lines import Line, Link, lines, link, named, said, termed, visible
from dayafter.web.views.places import Issue, issues_of


@dataclass(frozen=True, slots=True)
class RedLine:
    """What an actor cannot accept, in the words of the options of an issue."""

    places: tuple[Link, ...]
    issue: str
    text: str


@dataclass(frozen=True, slots=True)
class ActorPage:
    """Everything on the page of an actor."""

    id: str
    name: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    presence: tuple[Line, ...]
    claims: tuple[Line, ...]
    loyalties: tuple[Line, ...]
    followers: tuple[Line, ...]
    relations: tuple[Line, ...]
    issues: tuple[Issue, ...]
    red_lines: tuple[RedLine, ...]
    deals: tuple[Line, ...]
    work: tuple[Line, ...]
    breaks: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ActorItem:
    """An actor in the list of actors."""

    id: str
    name: str
    kind: str
    parent: Link | None
    places: tuple[Link, ...]
    n_red_lines: int


def actor_items(edition: Edition) -> tuple[ActorItem, ...]:
    """Every actor that the audience may know."""
    own = {row.id: row for row in edition.shown.actors}
    where: dict[str, dict[str, None]] = {}
    for row, _ in visible(edition, "presence", Presence):
        where.setdefault(row.actor, {})[row.place] = None
    return tuple(
        ActorItem(
            one, own[one].name, termed(edition, own[one].kind),
            link(edition, "actors", own[one].parent or "") if own[one].parent else None,
            tuple(link(edition, "places", place) for place in where.get(one, {})),
            len(red_lines(edition, one)),
        )
        for one in edition.actors
    )  # fmt: skip


def find_actor(edition: Edition, actor: str) -> str:
    """The public id itself. UsageError where the audience knows no such actor."""
    if actor not in edition.actors:
        raise UsageError(f"there is no actor '{actor}' here; the page of actors lists them")
    return actor


def actor_page(edition: Edition, actor: str) -> ActorPage:
    """The page of an actor by its public id. UsageError where there is none."""
    find_actor(edition, actor)
    own = next(one for one in edition.shown.actors if one.id == actor)
    return ActorPage(
        id=actor,
        name=own.name,
        kind=termed(edition, own.kind),
        facts=_facts(edition, own),
        presence=_presence(edition, actor),
        claims=_claims(edition, actor),
        loyalties=_loyalties(edition, actor, follower=True),
        followers=_loyalties(edition, actor, follower=False),
        relations=_relations(edition, actor),
        issues=issues_of(edition, lambda one: one.actor == actor),
        red_lines=red_lines(edition, actor),
        deals=_deals(edition, actor),
        work=_work(edition, actor),
        breaks=_breaks(edition, actor),
    )


def red_lines(edition: Edition, actor: str) -> tuple[RedLine, ...]:
    """What an actor cannot accept, with the places where it holds; as the brief says it."""
    found: dict[tuple[str, str], list[Link]] = {}
    for row, _ in visible(edition, "positions", Position):
        if row.actor == actor:
            for text in said_red_lines(row, edition.rows):
                found.setdefault((edition.rows.name(row.issue), text), []).append(link(edition, "places", row.place))
    return tuple(RedLine(tuple(places), issue, text) for (issue, text), places in found.items())


def _facts(edition: Edition, own: Actor) -> tuple[tuple[str, str], ...]:
    rows = edition.rows
    pairs = (
        ("Belongs to", rows.name(own.parent) if own.parent else ""),
        ("How far that one’s word binds it, 0 to 1", quantity_words(own.command, edition.say) if own.command else ""),
        ("Armed", termed(edition, own.armed) or edition.tell("no account")),
        ("Sits in", rows.name(own.seat) if own.seat else ""),
        ("Speaks for", edition.say.joined(rows.listed(own.constituency))),
        ("Persons under arms", quantity_words(own.strength, edition.say) if own.strength else ""),
        ("Acts now", termed(edition, own.status)),
    )
    return tuple((label, text) for label, text in pairs if text)


def _presence(edition: Edition, actor: str) -> tuple[Line, ...]:
    return lines(
        edition, "presence", Presence, lambda one: one.actor == actor,
        lambda one: link(edition, "places", one.place), lambda one: termed(edition, one.role),
        lambda one: said(
            edition, named("share of the armed men", one.strength, edition), named("since", one.since, edition)
        ),
    )  # fmt: skip


def _claims(edition: Edition, actor: str) -> tuple[Line, ...]:
    return lines(
        edition, "claims", Claim, lambda one: one.actor == actor,
        lambda one: link(edition, "places", one.place), lambda one: termed(edition, one.kind),
        lambda one: said(edition, one.basis, named("strength, 0 to 1:", one.strength, edition)),
    )  # fmt: skip


def _loyalties(edition: Edition, actor: str, *, follower: bool) -> tuple[Line, ...]:
    return lines(
        edition, "loyalties", Loyalty,
        lambda one: (one.actor if follower else one.patron) == actor,
        lambda one: link(edition, "actors", one.patron if follower else one.actor), lambda _one: "",
        lambda one: said(
            edition, edition.tell("loyalty {n}, 0 to 1", n=quantity_words(one.loyalty, edition.say)),
            termed(edition, one.trend),
        ),
    )  # fmt: skip


def _relations(edition: Edition, actor: str) -> tuple[Line, ...]:
    return lines(
        edition, "relations", Relation, lambda one: actor in {one.actor, one.other},
        lambda one: link(edition, "actors", one.other if one.actor == actor else one.actor),
        lambda one: termed(edition, one.kind),
        lambda one: said(
            edition, edition.tell("in {place}", place=edition.rows.name(one.place)) if one.place else "",
            named("strength", one.strength, edition),
        ),
    )  # fmt: skip


def _deals(edition: Edition, actor: str) -> tuple[Line, ...]:
    def part(deal: Deal) -> str:
        return edition.tell("a party to it") if actor in deal.parties else edition.tell("its agreement is needed")

    return lines(
        edition, "deals", Deal, lambda one: actor in {*one.parties, *one.needed},
        lambda one: link(edition, "deals", one.id), lambda one: termed(edition, one.status), part,
    )  # fmt: skip


def _work(edition: Edition, actor: str) -> tuple[Line, ...]:
    def where(one: Engagement) -> Link:
        if one.deal:
            return link(edition, "deals", one.deal)
        return link(edition, "places", one.place) if one.place else Link(edition.tell("the whole country"))

    return lines(
        edition, "engagements", Engagement, lambda one: one.actor == actor, where,
        lambda one: termed(edition, one.role),
        lambda one: said(edition, named("since", one.since, edition), named("until", one.until, edition)),
    )  # fmt: skip


def _breaks(edition: Edition, actor: str) -> tuple[Line, ...]:
    """Deals in force that this actor could end, and as what."""
    own = edition.actors[actor]
    found = []
    for shown_id, view in edition.deal_views.items():
        summary = next(one for one in edition.assessment.deals if one.deal == edition.deals[shown_id])
        counts = {one.label: one.of_100 for one in view.breakers}  # as the page of the deal counts them
        for breaker in summary.fragility.breakers if summary.fragility else ():
            if own in breaker.actors:
                kind = edition.say(BREAKERS[breaker.kind])
                share = edition.tell("{n} of 100 ends come from such", n=counts[kind])
                found.append(Line(link(edition, "deals", shown_id), edition.tell("as {kind}", kind=kind), share))
    return tuple(found)

"""The page of a place: its names and codes, its open questions, who is there, who claims it, who lives there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from dayafter.casefile.schema import Claim, Deal, Incident, Place, PlaceCode, Population, Position, Presence
from dayafter.errors import UsageError
from dayafter.findings.actors import red_lines
from dayafter.findings.records import IndexRow, LedgerRow, Reference
from dayafter.findings.rows import quantity_words
from dayafter.vocabulary import PresenceRole
from dayafter.web.charts import stand
from dayafter.web.edition import Edition
from dayafter.web.views.lines import Line, Link, known, lines, link, named, said, termed, visible
from dayafter.web.views.overview import ledger_rows


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a place in one scheme."""

    scheme: str
    code: str


@dataclass(frozen=True, slots=True)
class PlacePage:
    """Everything on the page of a place."""

    id: str
    row: LedgerRow
    codes: tuple[Code, ...]
    facts: tuple[tuple[str, str], ...]
    present: tuple[Line, ...]
    claims: tuple[Line, ...]
    people: tuple[Line, ...]
    deals: tuple[Line, ...]
    issues: tuple[Issue, ...]
    incidents: tuple[Line, ...]
    quiet_months: int
    """Months for which a source counts none."""
    indices: IndexRow | None


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """A place in the list of places."""

    id: str
    row: LedgerRow
    holders: tuple[Link, ...]
    codes: tuple[Code, ...]


def place_items(edition: Edition) -> tuple[PlaceItem, ...]:
    """Every assessed place with who holds it and its codes."""
    return tuple(
        PlaceItem(row.id, row.row, _holders(edition, row.id), _codes(edition, row.id)) for row in ledger_rows(edition)
    )


def _holders(edition: Edition, place: str) -> tuple[Link, ...]:
    holding = {PresenceRole.HOLDS, PresenceRole.SHARES}
    found = [
        row.actor for row, _ in visible(edition, "presence", Presence) if row.place == place and row.role in holding
    ]
    return tuple(link(edition, "actors", actor) for actor in dict.fromkeys(found))


def _codes(edition: Edition, place: str) -> tuple[Code, ...]:
    return tuple(
        Code(row.scheme, row.code) for row, _ in visible(edition, "place_codes", PlaceCode) if row.place == place
    )


def find_place(edition: Edition, place: str) -> str:
    """The public id itself. UsageError where the audience knows no such place."""
    if place not in edition.places:
        raise UsageError(f"there is no assessed place '{place}' here; there is {known(edition.places)}")
    return place


def place_page(edition: Edition, place: str) -> PlacePage:
    """The page of a place by its public id. UsageError where there is none."""
    find_place(edition, place)
    at = list(edition.places).index(place)
    row = edition.findings.ledger.rows[at]
    own = next(one for one in edition.shown.places if one.id == place)
    deals = lines(
        edition, "deals", Deal, lambda one: place in one.places, lambda one: link(edition, "deals", one.id),
        lambda one: termed(edition, one.status), lambda one: _deal_words(edition, one.id),
    )  # fmt: skip
    return PlacePage(
        id=place,
        row=row,
        codes=_codes(edition, place),
        facts=_facts(edition, own),
        present=_present(edition, place),
        claims=_claims(edition, place),
        people=_people(edition, place),
        deals=deals,
        issues=issues_of(edition, lambda one: one.place == place),
        incidents=_incidents(edition, place),
        quiet_months=sum(one.place == place and _is_quiet(one) for one, _ in visible(edition, "incidents", Incident)),
        indices=next((one for one in edition.findings.indices.rows if one.place == row.place.name), None),
    )


def _deal_words(edition: Edition, shown_id: str) -> str:
    from dayafter.web.views.overview import deal_pairs  # noqa: PLC0415  # both pages name deals

    view = dict(deal_pairs(edition)).get(shown_id)
    if view is None:
        return ""
    months = view.p_end.horizon_months
    return edition.tell("{chance} to end within {n} months", chance=edition.say.chance(view.p_end), n=months)


def _facts(edition: Edition, place: Place) -> tuple[tuple[str, str], ...]:
    before, destroyed = place.population_before, place.destroyed_share
    pairs = (
        ("Lies in", edition.rows.name(place.parent) if place.parent else ""),
        ("Inhabitants before the war", quantity_words(before, edition.say) if before else ""),
        ("Share of dwellings destroyed", quantity_words(destroyed, edition.say) if destroyed else ""),
        ("Freed", edition.say.date(place.freed_on) if place.freed_on else ""),
        ("Freed by", edition.say.joined(edition.rows.listed(place.freed_by))),
    )
    return tuple((label, text) for label, text in pairs if text)


def _present(edition: Edition, place: str) -> tuple[Line, ...]:
    return lines(
        edition, "presence", Presence, lambda one: one.place == place,
        lambda one: link(edition, "actors", one.actor), lambda one: termed(edition, one.role),
        lambda one: said(
            edition, named("share of the armed men", one.strength, edition), named("since", one.since, edition),
            named("until", one.until, edition),
        ),
    )  # fmt: skip


def _claims(edition: Edition, place: str) -> tuple[Line, ...]:
    return lines(
        edition, "claims", Claim, lambda one: one.place == place,
        lambda one: link(edition, "actors", one.actor), lambda one: termed(edition, one.kind),
        lambda one: said(
            edition,
            one.basis,
            named("strength, 0 to 1:", one.strength, edition),
            termed(edition, one.trend),
        ),
    )  # fmt: skip


def _people(edition: Edition, place: str) -> tuple[Line, ...]:
    return lines(
        edition, "population", Population, lambda one: one.place == place,
        lambda one: Link(edition.rows.name(one.community)), lambda _one: "",
        lambda one: said(
            edition, named("share before the war", one.before_share, edition), named("there now", one.present, edition),
            named("displaced", one.displaced, edition), named("represented, 0 to 1:", one.represented, edition),
        ),
    )  # fmt: skip


def _incidents(edition: Edition, place: str) -> tuple[Line, ...]:
    found = [
        (row, reference)
        for row, reference in visible(edition, "incidents", Incident)
        if row.place == place and not _is_quiet(row)
    ]
    found.sort(key=lambda pair: str(pair[0].date.earliest or ""), reverse=True)
    return tuple(
        Line(
            Link(edition.say.date(row.date)),
            termed(edition, row.kind),
            said(
                edition,
                _sides(edition, row),
                named("killed", row.killed, edition), named("events", row.n_events, edition),
            ),
            (reference,) if reference else (),
        )
        for row, reference in found
    )  # fmt: skip


def _is_quiet(row: Incident) -> bool:
    """Whether a source counts no event in that time."""
    return row.n_events is not None and row.n_events.high == 0


def _sides(edition: Edition, row: Incident) -> str:
    sides = (edition.say.joined(edition.rows.listed(side)) for side in (row.side_a, row.side_b))
    return edition.tell(" against ").join(side for side in sides if side)


@dataclass(frozen=True, slots=True)
class Stand:
    """What an actor wants in a place on one issue, and what it cannot accept."""

    actor: Link
    place: Link
    drawing: Markup
    wants: str
    red_line: str
    """In the words of the options, as the table of red lines and the brief say it."""
    weight: str
    reason: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue with the ends of its scale, and who stands where on it."""

    title: str
    low_end: str
    high_end: str
    stands: tuple[Stand, ...]


def issues_of(edition: Edition, wanted: Callable[[Position], bool]) -> tuple[Issue, ...]:
    """Positions that are wanted, by issue in the order of the case."""
    found: dict[str, list[Stand]] = {}
    for row, reference in visible(edition, "positions", Position):
        if wanted(row):
            found.setdefault(row.issue, []).append(_stand(edition, row, reference))
    return tuple(
        Issue(issue.title, issue.low_end, issue.high_end, tuple(found[issue.id]))
        for issue in edition.shown.issues
        if issue.id in found
    )


def _stand(edition: Edition, row: Position, reference: Reference | None) -> Stand:
    below, above = row.red_line_below, row.red_line_above
    drawing = stand(
        row.ideal.low,
        row.ideal.middle,
        row.ideal.high,
        below.middle if below else None,
        above.middle if above else None,
    )
    return Stand(
        link(edition, "actors", row.actor), link(edition, "places", row.place), drawing,
        quantity_words(row.ideal, edition.say), said(edition, *red_lines(row, edition.rows)),
        quantity_words(row.salience, edition.say) if row.salience else "", row.reason,
        (reference,) if reference else (),
    )  # fmt: skip

"""The page of a deal: its terms, why it is fragile, who could break it, who is not at the table; and a time line."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import Deal
from dayafter.errors import UsageError
from dayafter.findings.deals import deal_facts, lead, other_deal
from dayafter.findings.records import AbsentView, DealFact, DealView, Estimate, OtherDeal, Reference
from dayafter.findings.simulated import told_as, told_once
from dayafter.web.edition import Edition
from dayafter.web.views.drawn import DrawnDeal, draw_deal
from dayafter.web.views.lines import Link, known, link


@dataclass(frozen=True, slots=True)
class Chance:
    """A chance that a deal ends within the horizon, and where it comes from."""

    how: str
    """Read from the record, or in the simulated futures."""
    value: Estimate


@dataclass(frozen=True, slots=True)
class DealPage:
    """Everything on the page of a deal."""

    id: str
    name: str
    status: str
    facts: tuple[DealFact, ...]
    places: tuple[Link, ...]
    parties: tuple[Link, ...]
    needed: tuple[Link, ...]
    view: DealView | None
    """None unless the deal is in force."""
    chances: tuple[Chance, ...]
    """Its chances of ending, each with its name; the one that stands everywhere first."""
    drawn: DrawnDeal | None
    other: OtherDeal | None
    absent: tuple[AbsentView, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class DealItem:
    """A deal in the list of deals."""

    id: str
    name: str
    status: str
    places: tuple[Link, ...]
    view: DealView | None
    lead: str
    """What adds most to its risk, in the points of its own page; empty unless it is in force."""


def chances(edition: Edition, view: DealView | None) -> tuple[Chance, ...]:
    """The chances of a deal's end with their names; none unless it is in force."""
    return () if view is None else tuple(Chance(how, value) for how, value in told_as(view, edition.rows.say))


def how_told(edition: Edition) -> str:
    """Where the chances in the list of deals come from."""
    return told_once(tuple(edition.deal_views.values()), edition.rows.say)


def find_deal(edition: Edition, deal: str) -> str:
    """The id of the case behind a public one. UsageError where the audience knows no such deal."""
    if deal not in edition.deals:
        raise UsageError(f"there is no deal '{deal}' here; there is {known(edition.deals)}")
    return edition.deals[deal]


def deal_items(edition: Edition) -> tuple[DealItem, ...]:
    """Every deal that the audience may know, those in force first."""
    pages = {one: deal_page(edition, one) for one in (*edition.deal_views, *edition.deals)}
    return tuple(
        DealItem(page.id, page.name, page.status, page.places, page.view, _lead(page, edition))
        for page in pages.values()
    )


def _lead(page: DealPage, edition: Edition) -> str:
    if page.view is None or page.drawn is None:
        return ""
    steps = (*page.drawn.steps, *page.drawn.added)
    parts = [replace(one.part, value=replace(one.part.value, text=one.points)) for one in steps]
    return lead(parts, page.view.breakers, edition.say)


def deal_page(edition: Edition, deal: str) -> DealPage:
    """The page of a deal by its public id. UsageError where there is none."""
    own = find_deal(edition, deal)
    rows = edition.rows
    summary = next(one for one in edition.assessment.deals if one.deal == own)
    shown = rows.find(RowRef("deals", own))
    if not isinstance(shown, Deal):
        raise KeyError(f"the assessment names the deal '{own}', which the case does not hold")
    view = edition.deal_views.get(deal)
    other = None if view is not None else other_deal(rows, summary)
    return DealPage(
        id=deal,
        name=rows.gate_label(own, "deals"),
        status=summary.status.value.replace("-", " "),
        facts=deal_facts(rows, shown),
        places=tuple(link(edition, "places", one) for one in shown.places),
        parties=tuple(link(edition, "actors", one) for one in shown.parties),
        needed=tuple(link(edition, "actors", one) for one in shown.needed),
        view=view,
        chances=chances(edition, view),
        drawn=draw_deal(view) if view is not None else None,
        other=other,
        absent=view.absent if view is not None else other.absent if other is not None else (),
        references=view.references if view is not None else other.references if other is not None else (),
    )

"""The page of a deal: its terms, why it is fragile, who could break it, who is not at the table; and a time line."""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.assessment.report import Assessment, RowRef
from dayafter.casefile.schema import Deal
from dayafter.errors import UsageError
from dayafter.findings.deals import deal_facts, deal_view, other_deal
from dayafter.findings.records import AbsentView, DealFact, DealView, OtherDeal, Reference
from dayafter.web.edition import Edition
from dayafter.web.views.drawn import DrawnDeal, draw_deal
from dayafter.web.views.lines import Link, link


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


def find_deal(edition: Edition, deal: str) -> str:
    """The id of the case behind a public one. UsageError where the audience knows no such deal."""
    if deal not in edition.deals:
        raise UsageError(f"there is no deal '{deal}' here; there is {', '.join(edition.deals)}")
    return edition.deals[deal]


def deal_items(edition: Edition) -> tuple[DealItem, ...]:
    """Every deal that the audience may know, those in force first."""
    return tuple(
        DealItem(page.id, page.name, page.status, page.places, page.view)
        for page in (deal_page(edition, one) for one in edition.deals)
    )


def deal_page(edition: Edition, deal: str) -> DealPage:
    """The page of a deal by its public id. UsageError where there is none."""
    own = find_deal(edition, deal)
    return deal_page_of(edition, edition.assessment, own, deal)


def deal_page_of(edition: Edition, assessment: Assessment, own: str, deal: str) -> DealPage:
    """The page of a deal by an assessment of this edition's case."""
    rows = edition.rows
    summary = next(one for one in assessment.deals if one.deal == own)
    shown = rows.find(RowRef("deals", own))
    if not isinstance(shown, Deal):
        raise KeyError(f"the assessment names the deal '{own}', which the case does not hold")
    view = deal_view(rows, summary, summary.fragility) if summary.fragility is not None else None
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
        drawn=draw_deal(view) if view is not None else None,
        other=other,
        absent=view.absent if view is not None else other.absent if other is not None else (),
        references=view.references if view is not None else other.references if other is not None else (),
    )

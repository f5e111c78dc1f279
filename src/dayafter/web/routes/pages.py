"""The pages that people read. Each is made once, passes the gate, and is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dayafter.findings.compose import capitalised, spelled
from dayafter.web.desk import Desk
from dayafter.web.edition import MOST_AT_ONCE, Edition
from dayafter.web.render import Kept, render, source_texts
from dayafter.web.routes.asking import ADesk, ALanguage, APerson
from dayafter.web.routes.downloads import FILES
from dayafter.web.routes.released import HTML, given
from dayafter.web.settings import Person
from dayafter.web.views.actors import actor_items, actor_page
from dayafter.web.views.changes import change_groups
from dayafter.web.views.deals import chances, deal_items, deal_page, how_told
from dayafter.web.views.drawn import draw_deal
from dayafter.web.views.matching import match_name
from dayafter.web.views.moves import why_asked
from dayafter.web.views.overview import deal_pairs, ledger_rows, map_view
from dayafter.web.views.places import place_items, place_page
from dayafter.web.views.plans import plan_items
from dayafter.web.views.policies import CHANNEL_NAMES, CHANNELS, LABELS, policy_view
from dayafter.web.views.settlements import chosen_places, settlement_view
from dayafter.web.views.sources import drawn_disputes
from dayafter.web.views.timeline import deal_time_line
from dayafter.web.whatif.choices import choices
from dayafter.web.whatif.question import first_month

router = APIRouter(include_in_schema=False)

TABS: Final = (
    ("/", "Overview", "overview"),
    ("/places", "Places", "places"),
    ("/deals", "Deals", "deals"),
    ("/actors", "Actors", "actors"),
    ("/settlement", "Deals that could hold", "settlement"),
    ("/policies", "Policies", "policies"),
    ("/why", "What moves the answer", "why"),
    ("/sources", "Sources and disputes", "sources"),
    ("/changes", "Changes", "changes"),
    ("/data", "Codes and data", "data"),
)
SCRIPT_WORDS: Final = (
    "Change something first.",
    "Choose a number first.",
    "Compared with",
    "Members gone wrong and left out: {n}.",
    "No assessed place is covered, so there is nothing to settle.",
    "Provisional, after {n} members.",
    "Saved as “{id}” in the copy of the case.",
    "Simulated under stated assumptions",
    (
        "The first package at {where}: accepted by all in {after} of draws (before: {before}), and held by all in "
        "{stable} (before: {was})."
    ),
    "The connection is lost; run it again.",
    "The server does not answer. Is it still running?",
    "about {n} s left",
    "at its limit",
    "before",
    "done",
    "failed",
    "month {n}",
    "of the question before",
    "in the simulated futures",
    "provisional",
    "read from the record",
    "saved case",
    "stopped",
    "waiting",
    "{done} of {of} members",
    "{n} accounts kept in the copy of the case.",
    "{n} changes",
    "{n} s",
    "{of} members in {n} s, seed {seed}",
)
"""Words that the script of a what-if says; they travel with the page, in its language."""
Asked = Annotated[str, Query(max_length=120)]


class Page:
    """One page to be made: what all pages share, and what is its own."""

    def __init__(self, request: Request, desk: Desk, language: str, person: Person, tab: str) -> None:
        self.request, self.desk, self.language, self.person, self.tab = request, desk, language, person, tab
        self.path = request.url.path
        self.asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]

    def answer(self, template: str, own: Callable[[Edition], Mapping[str, Any]], *, keep: bool = True) -> Response:
        """The page, from the store where it may be kept: until the copy in the workspace changes."""

        def make() -> str:
            edition = self.desk.edition.speaking(self.language)
            return render(template, self.language, edition.gate, {**self._shared(edition), **own(edition)})

        version = str(self.desk.workspace.version)
        key = (template, self.path, urlencode(self.asked), self.language, self.person.role, version)
        return given(self.request, self.desk, self.desk.pages.get(key, make) if keep else Kept.of(make()), HTML)

    def _shared(self, edition: Edition) -> dict[str, Any]:
        findings = edition.findings
        return {
            "f": findings,
            "sources": source_texts(findings),
            "tabs": TABS,
            "tab": self.tab,
            "path": self.path,
            "query": f"{urlencode(self.asked)}&" if self.asked else "",
            "run_line": self.desk.run_line(self.language),
            "role": self.person.role.value,
            "signed_in": bool(self.desk.settings.people),
        }


@router.get("/")
def overview(request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """Map, ledger, the most fragile deal, what-if, policies."""

    def own(edition: Edition) -> dict[str, Any]:
        deals = deal_pairs(edition)
        rows = ledger_rows(edition)
        return {
            "rows": rows,
            "map": map_view(edition, language),
            "n_places": _spelled(sum(not row.row.place.national for row in rows), edition.language),
            "has_national": any(row.row.place.national for row in rows),
            "has_rows": bool(rows),
            "case_name": edition.findings.edition.case,
            "first": deals[0] if deals else None,
            "first_chances": chances(edition, deals[0][1] if deals else None),
            "drawn": draw_deal(deals[0][1]) if deals else None,
            "timeline": deal_time_line(edition),
            **_what_if(desk, edition, deals[0][0] if deals else None),
            **_policies(desk, edition, "events", "", ""),
        }

    return Page(request, desk, language, person, "overview").answer("overview.html.j2", own)


def _spelled(number: int, language: str) -> str:
    return capitalised(spelled(number)) if language == "en" else str(number)


def _what_if(desk: Desk, edition: Edition, deal: str | None) -> dict[str, Any]:
    if deal is None:
        return {}
    first = first_month(edition)
    return {
        "what": choices(edition, deal),
        "members": desk.settings.members,
        "first_month": f"{first:%Y-%m}",
        "script_words": SCRIPT_WORDS,
    }


def _policies(desk: Desk, edition: Edition, outcome: str, of: str, policy: str) -> dict[str, Any]:
    view = None if desk.result is None else policy_view(edition, desk.result, outcome=outcome, of=of, policy=policy)
    return {"policies": view, "channels": CHANNELS, "channel_names": CHANNEL_NAMES, "outcome_labels": LABELS}


@router.get("/places")
def places(request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """Every assessed place."""
    return Page(request, desk, language, person, "places").answer("places.html.j2", lambda e: {"items": place_items(e)})


@router.get("/places/{place}")
def place(place: str, request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """One place."""
    page = Page(request, desk, language, person, "places")
    return page.answer("place.html.j2", lambda e: {"page": place_page(e, place)})


@router.get("/actors")
def actors(request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """Every actor."""
    return Page(request, desk, language, person, "actors").answer("actors.html.j2", lambda e: {"items": actor_items(e)})


@router.get("/actors/{actor}")
def actor(actor: str, request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """One actor."""
    page = Page(request, desk, language, person, "actors")
    return page.answer("actor.html.j2", lambda e: {"page": actor_page(e, actor)})


@router.get("/deals")
def deals(request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """Every deal."""
    page = Page(request, desk, language, person, "deals")
    return page.answer(
        "deals.html.j2", lambda e: {"items": deal_items(e), "how": how_told(e), "timeline": deal_time_line(e)}
    )


@router.get("/deals/{deal}")
def deal(deal: str, request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """One deal, and what if it were otherwise."""
    page = Page(request, desk, language, person, "deals")
    return page.answer("deal.html.j2", lambda e: {"page": deal_page(e, deal), **_what_if(desk, e, deal)})


@router.get("/settlement")
def settlement(
    request: Request,
    desk: ADesk,
    language: ALanguage,
    person: APerson,
    place: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> Response:
    """Packages that would be accepted, and which would hold."""

    def own(edition: Edition) -> dict[str, Any]:
        chosen = chosen_places(edition, place or [])
        found = edition.settlement(chosen)
        return {
            "rows": ledger_rows(edition),
            "chosen": set(place or []),
            "most": MOST_AT_ONCE,
            "view": settlement_view(edition, found),
        }

    return Page(request, desk, language, person, "settlement").answer("settlement.html.j2", own)


@router.get("/policies")
def policies(  # noqa: PLR0917  # what the address may hold
    request: Request,
    desk: ADesk,
    language: ALanguage,
    person: APerson,
    outcome: Asked = "events",
    of: Asked = "",
    policy: Asked = "",
) -> Response:
    """Policies against each other."""

    def own(edition: Edition) -> dict[str, Any]:
        shown = _policies(desk, edition, outcome, of, policy)
        return {
            **shown,
            "why_query": "" if desk.result is None else urlencode(why_asked(shown["policies"])),
            "plans": plan_items(edition, desk.workspace),
            "case_name": edition.findings.edition.case,
        }

    return Page(request, desk, language, person, "policies").answer("policies.html.j2", own)


@router.get("/sources")
def sources(request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """Sources, disputes, assumptions."""
    page = Page(request, desk, language, person, "sources")
    return page.answer("sources.html.j2", lambda e: {"disputes": drawn_disputes(e)})


@router.get("/changes")
def changes(request: Request, desk: ADesk, language: ALanguage, person: APerson) -> Response:
    """What changed since an earlier edition, and what was saved here."""
    page = Page(request, desk, language, person, "changes")
    return page.answer("changes.html.j2", lambda e: {"groups": change_groups(e, desk.since, desk.workspace)})


@router.get("/data")
def data(request: Request, desk: ADesk, language: ALanguage, person: APerson, name: Asked = "") -> Response:
    """Codes beside the map, files to take, a workbook to check."""

    def own(edition: Edition) -> dict[str, Any]:
        items = place_items(edition)
        schemes = dict.fromkeys(code.scheme for item in items for code in item.codes)
        return {
            "map": map_view(edition, language),
            "items": items,
            "schemes": tuple(schemes),
            "files": tuple(file for file in FILES.values() if not file.needs_run or desk.result is not None),
            "asked": name,
            "matches": match_name(edition, name) if name.strip() else (),
        }

    return Page(request, desk, language, person, "data").answer("data.html.j2", own, keep=not name)

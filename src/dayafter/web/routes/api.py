"""The interface for programs: the same words and ids as the command line and Python, as JSON."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, UploadFile
from fastapi.responses import Response

from dayafter.casefile.load import check_case
from dayafter.errors import Severity, UsageError
from dayafter.findings import export as assessments
from dayafter.findings import settlements
from dayafter.findings.wording import Wording
from dayafter.web import answers
from dayafter.web.desk import Desk
from dayafter.web.records import plain
from dayafter.web.routes.asking import ADesk, APerson, SaidIn
from dayafter.web.routes.released import kept, kept_text, released
from dayafter.web.settings import Person
from dayafter.web.views.actors import actor_page
from dayafter.web.views.deals import deal_items, deal_page
from dayafter.web.views.matching import match_name
from dayafter.web.views.overview import ledger_rows
from dayafter.web.views.places import place_items, place_page
from dayafter.web.views.plans import plan_items
from dayafter.web.views.settlements import chosen_places
from dayafter.web.views.tables import result_rows

router = APIRouter(prefix="/api/v1", tags=["findings"], responses=answers.REFUSALS)

Place = Annotated[list[str] | None, Query(description="Ids of places; several for several", max_length=50)]


@router.get("/case", response_model=answers.CASE, summary="What the case is, and for whom this edition is")
def case(request: Request, desk: ADesk, person: APerson) -> Response:
    """The head of the edition, and what may be asked further."""
    edition = desk.edition

    def found() -> dict[str, Any]:
        return {
            "edition": plain(edition.findings.edition),
            "headline": edition.findings.headline,
            "places": list(edition.places),
            "deals": list(edition.deals),
            "actors": list(edition.actors),
            "withheld": list(edition.findings.withheld),
            "run": None if desk.result is None else desk.result.manifest["run"]["members"],
            "role": person.role.value,
        }

    return kept(request, desk, "the case", found, person.role)


@router.get("/ledger", response_model=answers.LEDGER, summary="Where each question stands in each place")
def ledger(request: Request, desk: ADesk) -> Response:
    """The ledger, with the rows and sources behind each cell."""

    def found() -> dict[str, Any]:
        rows = [{"id": one.id, **plain(one.row)} for one in ledger_rows(desk.edition)]
        return {"rows": rows, "tally": desk.edition.findings.ledger.tally}

    return kept(request, desk, "the ledger", found)


@router.get("/places", response_model=answers.PLACES, summary="Assessed places with their codes")
def places(request: Request, desk: ADesk) -> Response:
    """Every place with who holds it and its codes."""
    return kept(request, desk, "the places", lambda: {"places": [plain(one) for one in place_items(desk.edition)]})


@router.get("/places/{place}", response_model=answers.PLACE, summary="One place")
def place(request: Request, desk: ADesk, place: str) -> Response:
    """Who is there, who claims it, who lives there, its deals, positions and incidents."""
    return kept(request, desk, "the place", lambda: plain(place_page(desk.edition, place)))


@router.get("/match", response_model=answers.MATCHES, summary="Match a name, an alias or a code to places")
def match(desk: ADesk, name: Annotated[str, Query(min_length=1, max_length=120)]) -> Response:
    """Suggestions with a score in percent; nothing is decided."""
    return released(desk, {"matches": [plain(one) for one in match_name(desk.edition, name)]}, "the matches")


@router.get("/actors/{actor}", response_model=answers.ACTOR, summary="One actor")
def actor(request: Request, desk: ADesk, actor: str) -> Response:
    """What it wants, what it cannot accept, whom it answers to, what it could break."""
    return kept(request, desk, "the actor", lambda: plain(actor_page(desk.edition, actor)))


@router.get("/deals", response_model=answers.DEALS, summary="Deals, those in force by falling chance of ending")
def deals(request: Request, desk: ADesk) -> Response:
    """Every deal with its chance of ending."""
    return kept(request, desk, "the deals", lambda: {"deals": [plain(one) for one in deal_items(desk.edition)]})


@router.get("/deals/{deal}", response_model=answers.DEAL, summary="One deal: why it is fragile, who could break it")
def deal(request: Request, desk: ADesk, deal: str) -> Response:
    """Its terms, contributions to its risk, breakers, and who is not at the table."""
    return kept(request, desk, "the deal", lambda: plain(deal_page(desk.edition, deal)))


@router.get("/assess", response_model=answers.ASSESSMENT, summary="The assessment, as `dayafter assess --format json`")
def assess(request: Request, desk: ADesk, person: APerson) -> Response:
    """A number a line, with unit and range. Logged, as every export."""
    log_export(desk, person, "assess")
    return kept_text(request, desk, lambda: assessments.to_json(desk.edition.assessment, desk.edition.gate))


@router.get("/settle", response_model=answers.SETTLEMENT, summary="Settlements, as `dayafter settle --format json`")
def settle(request: Request, desk: ADesk, person: APerson, lang: SaidIn, place: Place = None) -> Response:
    """Of each place by itself; of several places named, together. Logged, as every export."""
    log_export(desk, person, "settle")
    edition, chosen = desk.edition, chosen_places(desk.edition, place or [])

    def found() -> str:
        return settlements.to_json(edition.settlement(chosen), edition.gate, Wording(lang))

    return kept_text(request, desk, found, lang)


@router.get("/policies", response_model=answers.PLANS, summary="The plans of the case and of the workspace")
def policies(request: Request, desk: ADesk) -> Response:
    """Each with its steps in words; `saved` for those of the workspace."""

    def found() -> dict[str, Any]:
        return {"policies": [plain(one) for one in plan_items(desk.edition, desk.workspace)]}

    return kept(request, desk, "the plans", found, str(desk.workspace.version))


@router.get(
    "/run/{table}",
    response_model=answers.RUN_TABLE,
    summary="A table of the run: summary, contrasts, exceedance or chances",
)
def run_table(  # noqa: PLR0917  # what the address may hold
    desk: ADesk,
    person: APerson,
    table: str,
    outcome: Annotated[str, Query(max_length=60)],
    policy: Annotated[str | None, Query(max_length=120)] = None,
    month: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Rows of one outcome, with unit, intervals and basis."""
    if desk.result is None:
        raise HTTPException(404, "this server was started without a run; see --results")
    log_export(desk, person, f"run/{table}")
    rows = result_rows(desk.edition, desk.result, table, outcome, policy, month)
    return released(desk, {"rows": rows}, "the run")


@router.post(
    "/check", response_model=answers.Checked, tags=["checking"], summary="Check a workbook: every fault at once"
)
def check(desk: ADesk, person: APerson, file: UploadFile) -> Response:
    """As `dayafter check --format json`. Nothing of the file is kept."""
    name = file.filename or ""
    if Path(name).suffix.lower() != ".xlsx":
        raise UsageError("send a workbook whose name ends in .xlsx")
    content = file.file.read()
    with tempfile.TemporaryDirectory(prefix="dayafter-") as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(content)
        report = check_case(path)
    desk.workspace.log.add(person.name, person.role, "check", "workbook", {"bytes": len(content)})
    issues = [issue.as_dict() for issue in report.issues]
    n_errors = sum(issue.severity is Severity.ERROR for issue in report.issues)
    counts = {table: n for table, n in report.counts.items() if n}
    # What was sent goes back to who sent it: it is not of the case that the gate guards.
    return _plain({"ok": report.ok, "errors": n_errors, "counts": counts, "issues": issues})


def log_export(desk: Desk, person: Person, what: str) -> None:
    """Write down who took what."""
    audience: dict[str, str | int] = {"audience": desk.edition.gate.audience.value}
    desk.workspace.log.add(person.name, person.role, "export", what, audience)


def _plain(content: dict[str, Any]) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json")

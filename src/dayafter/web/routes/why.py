"""What moves the answer: a page and an interface to `dayafter why` about the run of the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from dayafter.errors import UsageError
from dayafter.findings import reasons, worth
from dayafter.results.result import SimulationResult
from dayafter.web import answers
from dayafter.web.desk import Desk
from dayafter.web.edition import Edition
from dayafter.web.inquiries import Inquiries, Inquiry, Plan, Progress
from dayafter.web.routes.api import log_export
from dayafter.web.routes.asking import ADesk, ALanguage, APerson
from dayafter.web.routes.pages import Asked, Page
from dayafter.web.routes.released import released
from dayafter.web.views.moves import asked_outcome, choices, first_policy, inputs_view, place_view
from dayafter.web.views.places import find_place
from dayafter.web.views.policies import changed_inputs

router = APIRouter(responses=answers.REFUSALS)

OfPlace = Annotated[str, Query(max_length=120, description="Id of a place; without, which inputs move the whole run")]
OfPolicy = Annotated[
    str,
    Query(
        max_length=120,
        description="Id of a policy of the run; else the one that changes events at the place most clearly",
    ),
]


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked of the run, and how far the answer is."""

    inquiries: Inquiries
    inquiry: Inquiry
    place: str
    """Public id; empty: the whole run."""
    plan: Plan | None
    """None: whatever fits best."""


def _ask(desk: Desk, place: str, policy: str) -> _Question | None:
    """Put the question; None where the server has no run.

    Raises
    ------
    UsageError : an id that the run or the audience does not know; what may not be said; a case that changed since.
    """
    inquiries = desk.inquiries
    if inquiries is None or desk.result is None:
        return None
    if changed := changed_inputs(desk.edition, desk.result):
        raise UsageError(f"the case has changed since this run ({', '.join(changed)}); run it again to ask why")
    plan = inquiries.plan(policy) if policy else None
    if not place:
        return _Question(inquiries, inquiries.about_inputs(), place, plan)
    own = desk.edition.places[find_place(desk.edition, place)]
    if plan is None or plan.id == inquiries.baseline:
        plan = _clearest(desk.result, inquiries, own)
    return _Question(inquiries, inquiries.about_place(own, plan), place, plan)


def _clearest(result: SimulationResult, inquiries: Inquiries, place: str) -> Plan:
    """The policy that changes a place most clearly, of those that may be asked about; as `dayafter why` has it."""
    told = {one.shown: one for one in inquiries.plans if one.shows_where and one.id != inquiries.baseline}
    if not told:
        raise UsageError("the run has no policy of which it may be said where it tells")
    return told[reasons.clearest(result, place, list(told))]


@router.get("/why", include_in_schema=False)
def why_page(  # noqa: PLR0917  # what the address may hold
    request: Request,
    desk: ADesk,
    language: ALanguage,
    person: APerson,
    place: Asked = "",
    policy: Asked = "",
    outcome: Asked = "",
) -> Response:
    """Which inputs or mechanisms move the answer; how far the answer is where it is not there yet."""
    page = Page(request, desk, language, person, "why")
    question = _ask(desk, place, policy)
    if question is None:
        name = desk.edition.findings.edition.case
        return page.answer("why_none.html.j2", lambda _: {"case_name": name})
    wanted = asked_outcome(place, outcome)

    def own(edition: Edition) -> Mapping[str, Any]:
        return _context(edition, question, wanted)

    return page.answer("why.html.j2", own, keep=question.inquiry.state is Progress.DONE)


def _context(edition: Edition, question: _Question, outcome: str) -> dict[str, Any]:
    inquiry, plans = question.inquiry, question.inquiries.plans
    plan = question.plan or first_policy(inquiry, plans, outcome)
    found: dict[str, Any] = {
        "asked": choices(edition, plans, question.place, plan.shown, outcome),
        "policy_name": plan.name,
        "baseline_name": plans[0].name,
        "place_name": edition.rows.name(question.place) if question.place else "",
        "inquiry": inquiry,
        "inputs": None,
        "at_place": None,
    }
    if inquiry.inputs is not None:
        found["inputs"] = inputs_view(edition, inquiry.inputs, plan, outcome)
    if inquiry.reasons is not None:
        names = {one.id: one.name for one in plans}
        found["at_place"] = place_view(inquiry.reasons, edition, names, outcome)
    return found


def _of_run(desk: Desk, place: str, policy: str) -> _Question:
    question = _ask(desk, place, policy)
    if question is None:
        raise HTTPException(404, "this server was started without a run; see --results")
    return question


@router.get(
    "/api/v1/why/progress",
    response_model=answers.WhyProgress,
    tags=["findings"],
    summary="How far the answer to why is",
)
def why_progress(desk: ADesk, place: OfPlace = "", policy: OfPolicy = "") -> Response:
    """Begins to compute it where nobody asked before; `done` when `GET /api/v1/why` has it."""
    return released(desk, _of_run(desk, place, policy).inquiry.told(), "the progress")


@router.get(
    "/api/v1/why",
    response_model=answers.WHY,
    responses={202: {"model": answers.WhyProgress, "description": "Being computed; ask again"}},
    tags=["findings"],
    summary="What moves the answer, as `dayafter why --format json`",
)
def why(desk: ADesk, person: APerson, place: OfPlace = "", policy: OfPolicy = "") -> Response:
    """Which inputs move the run, or with a place what drives a policy there. 202 with its progress until it is done.

    Logged, as every export.
    """
    inquiry = _of_run(desk, place, policy).inquiry
    gate = desk.edition.gate
    if inquiry.state is Progress.FAILED:
        raise UsageError(inquiry.error)
    if inquiry.inputs is not None:
        text = worth.to_machine(inquiry.inputs, gate, desk.edition.case, as_json=True)
    elif inquiry.reasons is not None:
        text = reasons.to_machine(inquiry.reasons, gate, as_json=True)
    else:
        answer = released(desk, inquiry.told(), "the progress", 202)
        answer.headers["retry-after"] = "1"
        return answer
    log_export(desk, person, "why")
    return Response(text, media_type="application/json")

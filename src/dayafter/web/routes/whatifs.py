"""What-ifs over HTTP: asked, answered at once, run as an ensemble with live progress, saved."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from dayafter.web import answers
from dayafter.web.desk import Desk
from dayafter.web.records import plain
from dayafter.web.routes.asking import ADesk, AnEditor, APerson, SaidIn
from dayafter.web.routes.released import released
from dayafter.web.whatif.answer import answer
from dayafter.web.whatif.choices import inputs
from dayafter.web.whatif.dispute import DisputeAsked, accounts_of, weigh, with_accounts
from dayafter.web.whatif.question import WhatIfAsked, resolve
from dayafter.web.whatif.runs import ENDED, Runs
from dayafter.web.whatif.saving import slug_of, with_policy

router = APIRouter(prefix="/api/v1", tags=["what if"], responses=answers.REFUSALS)

RunId = Annotated[str, Path(max_length=40)]
HEARTBEAT_SECONDS = 5.0
LOOK_SECONDS = 0.1


class EnsembleAsked(WhatIfAsked):
    """A what-if to be run as an ensemble."""

    members: Annotated[int | None, Field(description="Futures of each side; the server's default where not given")] = (
        None
    )
    seed: Annotated[int | None, Field(ge=0, description="Of every random number; the server's where not given")] = None


class PolicySaved(WhatIfAsked):
    """A what-if to be kept as a policy of the copy of the case in the workspace."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    id: Annotated[
        str | None, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="Made of the name if missing")
    ] = None


def _runs(request: Request) -> Runs:
    runs: Runs = request.app.state.runs
    return runs


@router.get("/inputs", response_model=answers.INPUTS, summary="Numbers of the case that bear on a deal and could move")
def list_inputs(desk: ADesk, deal: str) -> Response:
    """Numbers that `intervals` of a what-if may name."""
    return released(desk, {"inputs": [plain(one) for one in inputs(desk.edition, deal)]}, "the inputs")


@router.post("/what-if", response_model=answers.ANSWER, summary="Answer a what-if at once")
async def what_if(question: WhatIfAsked, desk: ADesk, _person: APerson, lang: SaidIn) -> Response:
    """Assess and settle as if everything asked for were so today, against the saved case; same draws in both."""

    def found() -> Response:
        told = answer(desk.edition.speaking(lang), resolve(desk.edition, question))
        return released(desk, plain(told), "the answer", language=lang)

    return await anyio.to_thread.run_sync(found, limiter=desk.asking)


@router.post("/what-if/runs", response_model=answers.Begun, status_code=202, summary="Run a what-if as an ensemble")
async def start_run(question: EnsembleAsked, request: Request, desk: ADesk, _person: APerson, lang: SaidIn) -> Response:
    """Begin; watch it at the address under `events`. Its result is said in the language that it was begun in."""
    return await anyio.to_thread.run_sync(_start, question, _runs(request), desk, lang, limiter=desk.asking)


def _start(question: EnsembleAsked, runs: Runs, desk: Desk, lang: str) -> Response:
    asked = resolve(desk.edition, WhatIfAsked.model_validate(question.model_dump(exclude={"members", "seed"})))
    members = desk.settings.members if question.members is None else question.members
    seed = desk.settings.seed if question.seed is None else question.seed
    run = runs.start(asked, members=members, seed=seed, language=lang)
    where = f"/api/v1/what-if/runs/{run.id}"
    return JSONResponse({"id": run.id, "run": where, "events": f"{where}/events"}, 202, {"location": where})


@router.get(
    "/what-if/runs/{run_id}", response_model=answers.RunTold, summary="How far an ensemble is, and what it says"
)
def read_run(run_id: RunId, request: Request, desk: ADesk) -> Response:
    """State, progress and result, provisional until it is done."""
    run = _runs(request).get(run_id)
    return released(desk, run.told(), "the run", language=run.language)


@router.delete("/what-if/runs/{run_id}", response_model=answers.RunTold, summary="Stop an ensemble")
def stop_run(run_id: RunId, request: Request, desk: ADesk) -> Response:
    """It stops within a chunk of members."""
    run = _runs(request).stop(run_id)
    return released(desk, run.told(), "the run", language=run.language)


@router.get(
    "/what-if/runs/{run_id}/events",
    response_class=EventSourceResponse,
    responses={200: answers.EVENTS},
    summary="Watch an ensemble, as server-sent events",
)
async def watch_run(run_id: RunId, request: Request, desk: ADesk) -> AsyncIterable[ServerSentEvent]:
    """One event for each change: `waiting`, `running`, `done`, `stopped`, `failed`; the data is the run."""
    run = _runs(request).get(run_id)
    seen, last = -1, 0.0
    while True:
        version, now = run.version, time.monotonic()
        if version == seen and now - last < HEARTBEAT_SECONDS:
            await anyio.sleep(LOOK_SECONDS)  # whoever watches holds no thread while nothing happens
            continue
        told = run.told()
        text = await anyio.to_thread.run_sync(_event_text, desk, told, run.language, limiter=desk.asking)
        yield ServerSentEvent(raw_data=text, event=told["state"], id=str(version))
        seen, last = version, now
        if told["state"] in ENDED:
            return


def _event_text(desk: Desk, told: dict[str, Any], language: str) -> str:
    return bytes(released(desk, told, "the run", language=language).body).decode()


@router.post("/disputes", response_model=answers.WEIGHED, summary="Weigh two or more accounts of one number")
async def weigh_accounts(question: DisputeAsked, desk: ADesk, _person: APerson, lang: SaidIn) -> Response:
    """What would follow from each account, and whether it matters for the deal whom one believes."""

    def found() -> Response:
        return released(desk, plain(weigh(desk.edition.speaking(lang), question)), "the accounts", language=lang)

    return await anyio.to_thread.run_sync(found, limiter=desk.asking)


@router.post(
    "/accounts", response_model=answers.AccountsKept, status_code=201, summary="Keep every account of a number"
)
def save_accounts(question: DisputeAsked, desk: ADesk, person: AnEditor) -> Response:
    """Write the sources and their accounts to the copy of the case; its value then spans all of them."""
    moved = tuple(one.moved[0] for one in accounts_of(desk.edition, question))
    report = desk.workspace.change(lambda case: with_accounts(case, question, moved, person.name))
    details: dict[str, str | int] = {"accounts": len(moved)}
    desk.workspace.log.add(person.name, person.role, "save", "case", details)
    return released(desk, {"accounts": len(moved), "warnings": len(report.issues)}, "the accounts", 201)


@router.post("/policies", response_model=answers.PolicyKept, status_code=201, summary="Save a what-if as a policy")
def save_policy(question: PolicySaved, desk: ADesk, person: AnEditor) -> Response:
    """Write it to the copy of the case in the workspace. The case that is served stays as it is."""
    asked = resolve(desk.edition, WhatIfAsked.model_validate(question.model_dump(exclude={"name", "id"})))
    ident = question.id or slug_of(question.name)
    report = desk.workspace.change(lambda case: with_policy(case, asked, ident, question.name, person.name))
    details: dict[str, str | int] = {"policy": ident, "steps": len(asked.steps), "intervals": len(asked.moved)}
    desk.workspace.log.add(person.name, person.role, "save", "case", details)
    return released(desk, {"id": ident, "name": question.name, "warnings": len(report.issues)}, "the policy", 201)

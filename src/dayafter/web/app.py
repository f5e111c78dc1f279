"""The application: routes behind the guard, and every error as a plain answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from dayafter import __version__
from dayafter.errors import CaseFileError, DayafterError, RedactionError
from dayafter.web.desk import Desk
from dayafter.web.guard import Guard, TooLargeError
from dayafter.web.language import chosen
from dayafter.web.render import without_case
from dayafter.web.routes import api, assets, downloads, pages, signing, whatifs, why
from dayafter.web.sessions import Sessions
from dayafter.web.settings import BusyError, Settings
from dayafter.web.whatif.runs import Runs

ABOUT: Final = """Findings, settlements, policies and what-ifs of one case, for one audience.

The words are those of the command line and of Python: `assess`, `settle`, `simulate`, a policy and its steps. Numbers
come with their range and unit; ids are those of the case as this audience may see it. Nothing that is withheld can be
asked for: it is answered as if it were not there. Changes need the role *editor*; every change and every export is
logged. Pass a token as `Authorization: Bearer …` where the server asks for one.
"""

READING: Final = 8
"""Threads that make pages. One interpreter runs one at a time: more would only take turns from what-ifs."""

NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI would report requests, bodies included, wherever the environment says; a case is nobody else's business."""


def create_app(settings: Settings) -> Guard:
    """The web app for one case, as an ASGI application.

    Raises
    ------
    CaseFileError, UsageError, RedactionError : the case, the run, the workspace or the audience cannot be served.
    """
    app = make_routes(settings)
    return Guard(app, settings, app.state.sessions)


def make_routes(settings: Settings) -> FastAPI:
    """The routes without the guard; never served as they are. `openapi()` describes the interface."""
    desk = Desk(settings)
    runs = Runs(desk.edition, settings.limits, desk.months)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = READING
        if settings.warm:
            desk.warm()
        yield
        desk.close()
        runs.close()

    app = FastAPI(
        title="dayafter",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
    )
    app.state.desk = desk
    app.state.runs = runs
    app.state.sessions = Sessions(settings.people)
    for router in (
        pages.router,
        why.router,
        api.router,
        whatifs.router,
        downloads.router,
        signing.router,
        assets.router,
    ):
        app.include_router(router)
    app.add_exception_handler(DayafterError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(TooLargeError, _too_large)
    return app


def _answer(request: Request, status: int, message: str, details: dict[str, Any] | None = None) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message, **(details or {})}, status)
    language = chosen(request.query_params.get("lang"), request.headers.get("accept-language", ""))
    return HTMLResponse(without_case("error.html.j2", language, {"error": message, "tabs": pages.TABS}), status)


async def _ours(request: Request, error: Exception) -> Response:
    """An error raised on purpose: what is wrong and how to mend it. What the gate refuses is not quoted."""
    if isinstance(error, CaseFileError):
        issues = [issue.as_dict() for issue in error.issues]
        return _answer(request, 422, "the case would break a rule of the format", {"issues": issues})
    if isinstance(error, BusyError):
        answer = _answer(request, 429, str(error))
        answer.headers["retry-after"] = "5"
        return answer
    if isinstance(error, RedactionError):
        return _answer(request, 403, "this may not be shown to the audience of this server; ask who runs it")
    return _answer(request, 404 if "there is no" in str(error) else 422, str(error))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    answer = _answer(request, status, "there is nothing at this address" if detail == "Not Found" else detail)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """What a request lacks or gets wrong, by field; what was sent is not repeated."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    faults = [{"field": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in found]
    return _answer(request, 422, "the request cannot be read", {"faults": faults})


async def _too_large(request: Request, error: Exception) -> Response:
    return _answer(request, 413, str(error))

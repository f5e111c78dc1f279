"""Signing in with a token, and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dayafter.web.guard import address_of, session_cookie
from dayafter.web.render import without_case
from dayafter.web.routes.asking import ADesk, ALanguage
from dayafter.web.sessions import COOKIE, HOURS, Sessions

router = APIRouter(include_in_schema=False)

WRONG = "This is not a token of this server."
WAIT = "Too many wrong tokens from this address: wait a minute."


def _page(language: str, error: str = "", status: int = 200) -> Response:
    return HTMLResponse(without_case("login.html.j2", language, {"error": error}), status)


@router.get("/login")
def login(language: ALanguage) -> Response:
    """The form for the token."""
    return _page(language)


@router.post("/login")
def enter(
    request: Request, desk: ADesk, language: ALanguage, token: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Begin a session with a token."""
    sessions: Sessions = request.app.state.sessions
    address = address_of(request.scope)
    if sessions.must_wait(address):
        return _page(language, WAIT, 429)
    person = sessions.person_with(token, address)
    if person is None:
        return _page(language, WRONG, 403)
    desk.workspace.log.add(person.name, person.role, "sign-in", "server", {"from": address})
    answer = RedirectResponse(f"/?lang={language}", 303)
    answer.set_cookie(COOKIE, sessions.begin(person), max_age=HOURS * 3600, httponly=True, samesite="strict", path="/")
    return answer


@router.post("/logout")
def leave(request: Request, language: ALanguage) -> Response:
    """End the session."""
    request.app.state.sessions.end(session_cookie(request.headers.get("cookie", "")))
    answer = RedirectResponse(f"/login?lang={language}", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer

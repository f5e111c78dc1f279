"""What every route may ask of a request: the desk, who asks, in which language.

All are coroutines, so that finding out takes no thread: FastAPI would queue plain functions behind the pages.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request

from dayafter.findings.wording import Wording
from dayafter.web.desk import Desk
from dayafter.web.language import chosen
from dayafter.web.settings import Person, Role


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _person(request: Request) -> Person:
    person: Person = request.scope["state"]["person"]
    return person


async def _editor(request: Request) -> Person:
    person = await _person(request)
    if person.role is not Role.EDITOR:
        raise HTTPException(403, "readers may look, ask and take redacted copies; only an editor may save")
    return person


async def _language(request: Request) -> str:
    return chosen(request.query_params.get("lang"), request.headers.get("accept-language", ""))


async def _said_in(
    request: Request,
    lang: Annotated[
        str | None,
        Query(
            max_length=10,
            description="Language of what is said: `en` or `ar`; else the first of `Accept-Language` that there is",
        ),
    ] = None,
) -> str:
    if lang is not None:
        return Wording(lang).language
    return chosen(None, request.headers.get("accept-language", ""))


ADesk = Annotated[Desk, Depends(_desk)]
APerson = Annotated[Person, Depends(_person)]
AnEditor = Annotated[Person, Depends(_editor)]
ALanguage = Annotated[str, Depends(_language)]
"""Of a page: the one asked for, else the browser's."""
SaidIn = Annotated[str, Depends(_said_in)]
"""Of an answer to a program: as of a page, but UsageError where there is no edition in the one asked for."""

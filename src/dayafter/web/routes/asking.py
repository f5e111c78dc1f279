"""What every route may ask of a request: the desk, who asks, in which language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request

from dayafter.findings.wording import Wording
from dayafter.web.desk import Desk
from dayafter.web.language import chosen
from dayafter.web.settings import Person, Role


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _person(request: Request) -> Person:
    person: Person = request.scope["state"]["person"]
    return person


def _editor(request: Request) -> Person:
    person = _person(request)
    if person.role is not Role.EDITOR:
        raise HTTPException(403, "readers may look, ask and take redacted copies; only an editor may save")
    return person


def _language(request: Request) -> str:
    return chosen(request.query_params.get("lang"), request.headers.get("accept-language", ""))


def _said_in(
    lang: Annotated[
        str, Query(max_length=10, description="Language of what is said: `en` or `ar`; codes and ids are the same")
    ] = "en",
) -> str:
    return Wording(lang).language


ADesk = Annotated[Desk, Depends(_desk)]
APerson = Annotated[Person, Depends(_person)]
AnEditor = Annotated[Person, Depends(_editor)]
ALanguage = Annotated[str, Depends(_language)]
"""Of a page: the one asked for, else the browser's."""
SaidIn = Annotated[str, Depends(_said_in)]
"""Of an answer to a program: the one asked for, else English. UsageError where there is no edition in it."""

"""Answers that have passed the gate: JSON, made anew or kept ready, and what a browser may keep of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from dayafter.findings.directions import marked_isolates
from dayafter.vocabulary import Audience
from dayafter.web.desk import Desk
from dayafter.web.language import is_right_to_left
from dayafter.web.render import Kept, is_latin

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"


def released(desk: Desk, content: Any, what: str, status: int = 200, *, language: str = "en") -> Response:
    """An answer as JSON, if nothing protected is in it.

    Parameters
    ----------
    language : of its sentences; in one that runs from the right, numbers and names from the left are isolated in them.

    Raises
    ------
    RedactionError : something protected is in it.
    """
    headers = {"content-language": language}
    return Response(_released_text(desk, content, what, language), status, media_type=JSON, headers=headers)


def _released_text(desk: Desk, content: Any, what: str, language: str = "en") -> str:
    text = desk.edition.gate.release(_text(content), what)
    if is_right_to_left(language):
        text = _text(_isolated(json.loads(text)))  # what the gate has read, with marks that show nothing
    return text


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, default=str, allow_nan=False)


def _isolated(content: Any) -> Any:
    """Sentences with their runs from the left isolated; ids, addresses and bare numbers stay as they are."""
    if isinstance(content, dict):
        return {name: _isolated(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_isolated(value) for value in content]
    return marked_isolates(content) if isinstance(content, str) and not is_latin(content) else content


def kept(request: Request, desk: Desk, what: str, make: Callable[[], Any], *more: str) -> Response:
    """As `released`, made once for each address and kept.

    Parameters
    ----------
    make : the content. more : on what else than the address it depends.
    """
    return kept_text(request, desk, lambda: _released_text(desk, make(), what), *more)


def kept_text(request: Request, desk: Desk, make: Callable[[], str], *more: str) -> Response:
    """JSON text that has passed the gate, made once for each address and kept."""
    asked = "&".join(f"{name}={value}" for name, value in request.query_params.multi_items())
    return given(request, desk, desk.pages.get((request.url.path, asked, *more), make), JSON)


def given(request: Request, desk: Desk, page: Kept, kind: str) -> Response:
    """What is kept, or 304 to whoever has it already.

    A browser may keep a copy of what is for the public, to ask whether it is still so. What is for fewer is not
    written to the disk of a machine that others may use.
    """
    headers = {"etag": page.tag}
    if desk.edition.gate.audience is Audience.PUBLIC:
        headers |= {"cache-control": "private, no-cache", "vary": "accept-language, authorization, cookie"}
    asked = request.headers.get("if-none-match", "")
    if page.tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(page.body, media_type=kind, headers=headers)

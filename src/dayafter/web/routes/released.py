"""JSON that has passed the gate."""

from __future__ import annotations

import json
from typing import Any

from fastapi.responses import Response

from dayafter.brief.text import marked_isolates
from dayafter.web.desk import Desk
from dayafter.web.language import is_right_to_left
from dayafter.web.render import is_latin


def released(desk: Desk, content: Any, what: str, status: int = 200, *, language: str = "en") -> Response:
    """An answer as JSON, if nothing protected is in it.

    Parameters
    ----------
    language : of its sentences; in one that runs from the right, numbers and names from the left are isolated in them.

    Raises
    ------
    RedactionError : something protected is in it.
    """
    text = desk.edition.gate.release(_text(content), what)
    if is_right_to_left(language):
        text = _text(_isolated(json.loads(text)))  # what the gate has read, with marks that show nothing
    return Response(text, status, media_type="application/json")


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, default=str, allow_nan=False)


def _isolated(content: Any) -> Any:
    """Sentences with their runs from the left isolated; ids, addresses and bare numbers stay as they are."""
    if isinstance(content, dict):
        return {name: _isolated(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_isolated(value) for value in content]
    return marked_isolates(content) if isinstance(content, str) and not is_latin(content) else content

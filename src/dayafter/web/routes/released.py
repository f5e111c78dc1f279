"""JSON that has passed the gate."""

from __future__ import annotations

import json
from typing import Any

from fastapi.responses import Response

from dayafter.web.desk import Desk


def released(desk: Desk, content: Any, what: str, status: int = 200) -> Response:
    """An answer as JSON, if nothing protected is in it.

    Raises
    ------
    RedactionError : something protected is in it.
    """
    text = desk.edition.gate.release(json.dumps(content, ensure_ascii=False, default=str, allow_nan=False), what)
    return Response(text, status, media_type="application/json")

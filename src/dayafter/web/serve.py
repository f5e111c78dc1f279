"""Starts the server: one process, no reload, nothing said of what readers ask."""

from __future__ import annotations

import uvicorn

from dayafter.web.app import create_app
from dayafter.web.settings import Settings


def serve(settings: Settings) -> None:
    """Serve a case until interrupted.

    Raises
    ------
    CaseFileError, UsageError, RedactionError : as `create_app`.
    """
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=64 * 1024,
    )

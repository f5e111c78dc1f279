"""Starts the server: one process, no reload, nothing said of what readers ask."""

from __future__ import annotations

import socket
from contextlib import suppress

import uvicorn

from dayafter.errors import UsageError
from dayafter.web.app import create_app
from dayafter.web.settings import Settings

LONGEST_HEAD = 64 * 1024


def serve(settings: Settings) -> None:
    """Serve a case until interrupted.

    Raises
    ------
    CaseFileError, RedactionError : as `create_app`. UsageError : also where the address cannot be bound.
    """
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    with _door(settings) as door, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[door])


def _door(settings: Settings) -> socket.socket:
    """The bound address. UsageError where it is taken or is not this machine's."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        door = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(
            f"{settings.host}, port {settings.port} cannot be bound ({why}); choose another with --port or --host"
        ) from error
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each small answer waits 40 ms for a receipt
    return door

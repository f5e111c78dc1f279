"""The web app: a case, its findings and its what-ifs in a browser, for one audience, on the reader's own machine.

Heavy parts (FastAPI, uvicorn, templates) are loaded when a server is made, not when this package is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dayafter.web.app import create_app as create_app
    from dayafter.web.serve import serve as serve

__all__ = ("create_app", "serve")


def __getattr__(name: str) -> object:
    if name == "create_app":
        from dayafter.web.app import create_app  # noqa: PLC0415  # fastapi is not needed to import the package

        return create_app
    if name == "serve":
        from dayafter.web.serve import serve  # noqa: PLC0415

        return serve
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The brief: findings as one HTML page that answers a question and prints on A4.

Heavy parts (templates, fonts) are loaded when a brief is written, not when this package is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dayafter.brief.render import render_brief as render_brief
    from dayafter.brief.render import write_brief as write_brief

__all__ = ("render_brief", "write_brief")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dayafter.brief import render  # noqa: PLC0415  # jinja2 is not needed to import the package

    return getattr(render, name)

"""The brief: findings as a page, a Word file, a PDF or Markdown that answers a question and prints on A4.

Heavy parts (templates, fonts) are loaded when a brief is written, not when this package is imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dayafter.brief.files import write_brief as write_brief
    from dayafter.brief.render import render_brief as render_brief

__all__ = ("render_brief", "write_brief")

_HOME: Final = {"render_brief": "dayafter.brief.render", "write_brief": "dayafter.brief.files"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)

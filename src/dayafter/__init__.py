"""dayafter: what is open in a place on the day after a war, which deals are fragile, and why.

Names are resolved on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dayafter.assessment.assess import assess as assess
    from dayafter.casefile.load import check_case as check_case
    from dayafter.casefile.load import load_case as load_case
    from dayafter.compiler import compile_case as compile_case
    from dayafter.notebook import load as load

__version__: Final = "0.1.0"

_HOME: Final = {
    "assess": "dayafter.assessment.assess",
    "check_case": "dayafter.casefile.load",
    "compile_case": "dayafter.compiler",
    "load": "dayafter.notebook",
    "load_case": "dayafter.casefile.load",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])

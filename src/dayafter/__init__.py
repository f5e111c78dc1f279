"""dayafter: what is open in a place on the day after a war, which deals would hold, and what they would change.

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
    from dayafter.forecasting.run import forecast_panel
    from dayafter.notebook import load as load
    from dayafter.results.store import load_results as load_results
    from dayafter.scoring.report import score_files
    from dayafter.settlement.settle import settle as settle
    from dayafter.settling import predict_case
    from dayafter.study import simulate as simulate

    forecast, predict, score = forecast_panel, predict_case, score_files

__version__: Final = "0.1.0"

_HOME: Final = {
    "assess": "dayafter.assessment.assess.assess",
    "check_case": "dayafter.casefile.load.check_case",
    "compile_case": "dayafter.compiler.compile_case",
    "forecast": "dayafter.forecasting.run.forecast_panel",
    "load": "dayafter.notebook.load",
    "load_case": "dayafter.casefile.load.load_case",
    "load_results": "dayafter.results.store.load_results",
    "predict": "dayafter.settling.predict_case",
    "score": "dayafter.scoring.report.score_files",
    "settle": "dayafter.settlement.settle.settle",
    "simulate": "dayafter.study.simulate",
}
"""Public name to where it is defined."""


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, own = _HOME[name].rpartition(".")
    value = globals()[name] = getattr(import_module(module), own)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])

"""Every model of the forecast, by name: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dayafter.forecasting import baselines
from dayafter.forecasting.fitted import Fit
from dayafter.forecasting.models.analogue import Analogue
from dayafter.forecasting.models.decayed import Decayed
from dayafter.forecasting.models.indexed import Indexed
from dayafter.forecasting.models.mixture import Mixture
from dayafter.forecasting.models.regression import Regression


@dataclass(frozen=True, slots=True)
class Model:
    """A way to forecast, and what a person is told about it."""

    fit: Fit
    title: str
    baseline: bool = False


MIXTURE: Final = Mixture(
    {"decayed": (Decayed(), 0.4), "analogue": (Analogue(), 0.3), "indexed": (Indexed(every_months=3), 0.3)}
)
"""Weights and half-life chosen on country-months, windows 2006 to 2017: `studies/forecast`."""
GRID_MIXTURE: Final = Mixture(
    {"decayed": (Decayed(6), 0.3), "analogue": (Analogue(), 0.4), "indexed": (Indexed(), 0.3)}
)
"""Weights and half-life chosen on PRIO-GRID-months, windows before 2018: `studies/forecast`."""

MODELS: Final[Mapping[str, Model]] = MappingProxyType(
    {
        "zero": Model(baselines.zero, "all zero", baseline=True),
        "last_poisson": Model(baselines.last_poisson, "last value + Poisson", baseline=True),
        "bootstrap_240": Model(baselines.bootstrap_240, "bootstrap of 240 months of all", baseline=True),
        "bootstrap_240_own": Model(baselines.bootstrap_240_own, "bootstrap of 240 own months", baseline=True),
        "conflictology": Model(baselines.conflictology, "conflictology, own 12 months", baseline=True),
        "conflictology_near": Model(baselines.conflictology_near, "conflictology with neighbours", baseline=True),
        "decayed": Model(Decayed(), "decayed bootstrap"),
        "analogue": Model(Analogue(), "analogue bootstrap"),
        "indexed": Model(Indexed(), "indexed analogues"),
        "regression": Model(Regression(), "negative binomial regression"),
        "mixture": Model(MIXTURE, "weighted mixture"),
        "mixture_grid": Model(GRID_MIXTURE, "weighted mixture, for grid cells"),
    }
)
"""Name to model. A new one is a function from a panel and the steps to something that draws, and one line here."""

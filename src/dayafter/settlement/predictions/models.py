"""The models by name, and how far each has been from what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dayafter.arrays import Floats
from dayafter.settlement.predictions.challenge import challenge
from dayafter.settlement.predictions.compromise import compromise, weighted_mean
from dayafter.settlement.predictions.exchange import exchange
from dayafter.settlement.predictions.median import weighted_median
from dayafter.settlement.predictions.spatial import ktab
from dayafter.settlement.problem import Problem


@dataclass(frozen=True, slots=True)
class PredictionModel:
    """A model, and its error on the scored issues."""

    run: Callable[[Problem], Floats]
    title: str
    error_90: float
    """The 90 % point of |outcome − prediction| / spread, where the spread is the weighted standard deviation of the
    positions; over 172 issues of EU legislation with a known outcome."""
    mean_error: float
    """Mean absolute error on the same issues, as a share of the scale."""


PREDICTIONS: Final[Mapping[str, PredictionModel]] = MappingProxyType(
    {
        "compromise": PredictionModel(compromise, "Mean weighted by capability × salience", 1.32, 0.241),
        "mean": PredictionModel(weighted_mean, "Mean weighted by capability", 1.41, 0.247),
        "median": PredictionModel(weighted_median, "Median weighted by capability × salience", 2.0, 0.289),
        "challenge": PredictionModel(challenge, "Expected-utility challenge rounds", 2.07, 0.328),
        "ktab": PredictionModel(ktab, "Spatial model of the KAPSARC toolkit", 1.53, 0.291),
        "exchange": PredictionModel(exchange, "Exchange of votes", 1.41, 0.251),
    }
)

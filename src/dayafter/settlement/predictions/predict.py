"""Predict with one model, with a range for what the inputs and the model itself leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dayafter.arrays import Floats
from dayafter.errors import UsageError
from dayafter.settlement.predictions.compromise import dispersion
from dayafter.settlement.predictions.models import PREDICTIONS
from dayafter.settlement.predictions.spatial import SpatialRun, spatial_runs
from dayafter.settlement.problem import UncertainProblem


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model expects on each issue, in the unit of `scale`. All arrays are (i,)."""

    model: str
    issues: tuple[str, ...]
    prediction: Floats
    """At the best values of the inputs."""
    low: Floats
    """5 % end: uncertain inputs and the error that the model made on scored cases, together."""
    high: Floats
    """95 % end."""
    input_low: Floats
    """5 % end from uncertain inputs alone; the prediction itself where they are certain."""
    input_high: Floats
    """95 % end."""
    scale: float
    n_draws: int
    """Readings of the inputs that were drawn; 0 where they are certain."""
    runs: tuple[SpatialRun, ...] = ()
    """Turn by turn, at the best values; for the model `ktab` alone."""
    silent: tuple[str, ...] = ()
    """Inputs on which the case is silent, drawn over everything possible."""
    left_out: tuple[str, ...] = ()
    """Issues that nothing can decide, a sentence each."""

    def __post_init__(self) -> None:
        for values in (self.prediction, self.low, self.high, self.input_low, self.input_high):
            values.flags.writeable = False


def predict(problem: UncertainProblem, model: str = "compromise", *, seed: int = 1, n_draws: int = 500) -> Prediction:
    """What bargaining power alone would bring on each issue.

    The range joins two independent parts in quadrature on each side: how far the prediction moves over draws of the
    inputs (5 % to 95 %), and `error_90` of the model times the spread of the positions. It is cut at the scale's ends.

    Parameters
    ----------
    problem : positions, saliences and capabilities, exact or with intervals.
    model : a name in `PREDICTIONS`.
    seed, n_draws : of the draws over uncertain inputs; not used where every input is exact.

    Raises
    ------
    UsageError : there is no such model, or `n_draws` is too small for a range.
    """
    if model not in PREDICTIONS:
        raise UsageError(f"there is no model '{model}'; choose one of {', '.join(PREDICTIONS)}")
    if n_draws < 20:
        raise UsageError(f"n_draws is {n_draws}; a 90 % range takes at least 20")
    entry = PREDICTIONS[model]
    middle = problem.middle
    best = entry.run(middle)
    input_low = input_high = best
    drawn = 0 if problem.is_certain else n_draws
    if drawn:
        outcomes = np.array([entry.run(reading) for reading in problem.draws(seed, n_draws)])
        input_low, input_high = np.quantile(outcomes, [0.05, 0.95], axis=0)
    error = entry.error_90 * dispersion(middle)
    low = best - np.hypot(np.maximum(best - input_low, 0.0), error)
    high = best + np.hypot(np.maximum(input_high - best, 0.0), error)
    return Prediction(
        model,
        problem.issues,
        best * problem.scale,
        np.clip(low, 0.0, 1.0) * problem.scale,
        np.clip(high, 0.0, 1.0) * problem.scale,
        input_low * problem.scale,
        input_high * problem.scale,
        problem.scale,
        drawn,
        spatial_runs(middle) if model == "ktab" else (),
        problem.silent,
        problem.left_out,
    )


PREDICTION_COLUMNS = ("issue", "model", "prediction", "low", "high")
TURN_COLUMNS = ("turn", "actor", "dimension", "position", "win_probability")


def prediction_rows(prediction: Prediction) -> list[dict[str, str | float]]:
    """One row an issue, with the columns `PREDICTION_COLUMNS`."""
    numbers = zip(prediction.prediction, prediction.low, prediction.high, strict=True)
    return [
        {"issue": issue, "model": prediction.model, "prediction": float(best), "low": float(low), "high": float(high)}
        for issue, (best, low, high) in zip(prediction.issues, numbers, strict=True)
    ]


def turn_rows(prediction: Prediction) -> list[dict[str, str | int | float]]:
    """One row a turn, actor and dimension, with the columns `TURN_COLUMNS`; none but for the model `ktab`."""
    return [
        {
            "turn": turn,
            "actor": actor,
            "dimension": dimension,
            "position": float(run.position[turn, a, d]) * prediction.scale,
            "win_probability": float(run.win_probability[turn, a]),
        }
        for run in prediction.runs
        for turn in range(run.position.shape[0])
        for a, actor in enumerate(run.actors)
        for d, dimension in enumerate(run.dimensions)
    ]

"""Joins files and cases with the settlement engine: reads, compiles, and hands arrays over."""

from __future__ import annotations

from os import PathLike

from dayafter.arrays import CompiledCase
from dayafter.casefile.bargaining import read_bargaining
from dayafter.errors import UsageError
from dayafter.settlement.predictions.predict import Prediction, predict
from dayafter.settlement.problem import ProblemError, UncertainProblem, problem_of_place


def problem_from_file(path: str | PathLike[str]) -> UncertainProblem:
    """The bargaining problem in a table of positions (the toolkit's layout or a long table).

    Raises
    ------
    CaseFileError : the file cannot be read, with line and column of every fault.
    ProblemError : it can be read and there is nothing to bargain over.
    """
    table = read_bargaining(path)
    return UncertainProblem(table.actors, table.issues, table.position, table.salience, table.capability, table.scale)


def predict_file(
    path: str | PathLike[str], model: str = "compromise", *, seed: int = 1, n_draws: int = 500
) -> Prediction:
    """Predict from a table of positions. Raises as `problem_from_file` and `predict` do."""
    return predict(problem_from_file(path), model, seed=seed, n_draws=n_draws)


def predict_case(
    case: CompiledCase,
    model: str = "compromise",
    *,
    places: tuple[str, ...] = (),
    seed: int = 1,
    n_draws: int = 500,
) -> dict[str, Prediction]:
    """Predict for every place of a case on which two actors or more take part in an issue, or for the places named.

    Raises
    ------
    UsageError : there is no such model, or no place has anything to bargain over.
    ProblemError : a place that was named has nothing to bargain over.
    """
    found: dict[str, Prediction] = {}
    faults: list[str] = []
    for place in places or case.places:
        try:
            problem = problem_of_place(case, place)
        except ProblemError as error:
            if places:
                raise
            faults += error.faults
            continue
        found[place] = predict(problem, model, seed=seed, n_draws=n_draws)
    if not found:
        raise UsageError("\n".join(["no place has anything to bargain over:", *faults]))
    return found

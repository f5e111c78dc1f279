"""Joins files and cases with the settlement engine: reads, compiles, and hands arrays over."""

from __future__ import annotations

from os import PathLike

from dayafter.arrays import CompiledCase
from dayafter.casefile.bargaining import read_bargaining
from dayafter.errors import UsageError
from dayafter.results.result import SimulationResult
from dayafter.settlement.predictions.predict import Prediction, predict
from dayafter.settlement.problem import ProblemError, UncertainProblem, problem_of_place
from dayafter.settlement.reservation import Ensemble


def problem_from_file(path: str | PathLike[str]) -> UncertainProblem:
    """The bargaining problem in a table of positions (the toolkit's layout or a long table).

    Raises
    ------
    CaseFileError : the file cannot be read, with line and column of every fault.
    ProblemError : it can be read and there is nothing to bargain over.
    """
    table = read_bargaining(path)
    return UncertainProblem(table.actors, table.issues, table.position, table.salience, table.capability, table.scale)


def no_deal_of(result: SimulationResult, case: CompiledCase) -> Ensemble:
    """What parties have without a deal, as a simulation has it: `settle(case, no_deal=no_deal_of(result, case))`.

    Of the baseline at the horizon: who holds each contested place with which chance, and the chance of at least one
    event between forces of different blocs by then.

    Raises
    ------
    UsageError : the result is of another case, or its baseline is a plan.
    """
    run = result.manifest["run"]
    if run["case"]["id"] != case.case_id:
        raise UsageError(
            f"the results are of the case '{run['case']['id']}', not of '{case.case_id}'; simulate this case"
        )
    if any(policy["id"] == result.baseline and policy["steps"] for policy in run["policies"]):
        raise UsageError(
            f"the results compare with '{result.baseline}', which is not doing nothing; simulate without --baseline"
        )
    last = int(run["months"])
    held = result.tables["summary"].filter(policy=result.baseline, outcome="held", month=last)
    holders: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for place, actor, chance in held.select("place", "actor", "mean").iter_rows():
        holders.setdefault(place, []).append((_chain(case, actor), chance))
    fought = result.tables["exceedance"].filter(
        policy=result.baseline, outcome="events_to_date", month=last, threshold=1.0, violence_class="interbloc"
    )
    fights = {place: p for place, p in fought.select("place", "p").iter_rows() if place is not None}
    return Ensemble({place: tuple(rows) for place, rows in holders.items()}, fights)


def _chain(case: CompiledCase, actor: str) -> tuple[str, ...]:
    """An actor and those above it."""
    if actor not in case.actors:
        return (actor,)
    a = case.actors.index(actor)
    chain = [actor]
    while case.has_parent[a] and case.actors[case.parent[a]] not in chain:
        a = int(case.parent[a])
        chain.append(case.actors[a])
    return tuple(chain)


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

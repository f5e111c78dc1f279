from __future__ import annotations

import numpy as np
import pytest

from dayafter.arrays import Floats, Uncertain
from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.settlement.problem import ProblemError, UncertainProblem, cell_ids, exact_problem, problem_of_place


def two(position: Floats, salience: Floats, capability: Floats, scale: float = 1.0) -> UncertainProblem:
    return exact_problem(("north", "south"), ("border",), position, salience, capability, scale=scale)


def column(*values: float) -> Floats:
    return np.array(values)[:, None]


def test_one_actor_alone_cannot_bargain() -> None:
    with pytest.raises(ProblemError, match=r"issue 'border': only 'north' has a position; bargaining takes two"):
        exact_problem(("north",), ("border",), column(0.5), column(1), column(1))


def test_an_issue_on_which_nobody_has_a_position_is_refused() -> None:
    part = np.zeros((2, 1), np.bool_)
    with pytest.raises(ProblemError, match="nobody has a position"):
        exact_problem(("north", "south"), ("border",), column(0, 1), column(1, 1), column(1, 1), part)


def test_capability_of_zero_everywhere_is_refused() -> None:
    with pytest.raises(ProblemError, match="every actor has a capability of 0, so nothing can decide it"):
        two(column(0, 1), column(1, 1), column(0, 0))


def test_an_issue_nobody_cares_about_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"nobody who can bring something to bear cares about it \(salience 0\)"):
        two(column(0, 1), column(0, 0), column(1, 1))


def test_an_issue_only_the_powerless_care_about_is_refused() -> None:
    with pytest.raises(ProblemError, match="nobody who can bring something to bear cares"):
        two(column(0, 1), column(1, 0), column(0, 1))


def test_a_position_outside_the_scale_is_told_in_the_unit_of_the_file() -> None:
    with pytest.raises(ProblemError, match=r"actor 'south': position is 130; a position lies within 0 to 100"):
        two(column(0, 1.3), column(1, 1), column(1, 1), scale=100.0)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises((ProblemError, ValueError), match="position"):
        two(column(0, np.nan), column(1, 1), column(1, 1))


def test_every_fault_comes_at_once() -> None:
    with pytest.raises(ProblemError) as caught:
        exact_problem(("north", "south"), ("a", "b"), np.array([[0, 2.0], [1, 0]]), np.zeros((2, 2)), np.ones(2))
    assert len(caught.value.faults) == 3


def test_a_problem_without_issues_is_refused() -> None:
    with pytest.raises(ProblemError, match="no issue to bargain over"):
        exact_problem(("north", "south"), (), np.zeros((2, 0)), np.zeros((2, 0)), np.ones(2))


def test_an_actor_who_is_there_twice_is_refused() -> None:
    with pytest.raises(ProblemError, match="actor 'north' is there twice"):
        exact_problem(("north", "north"), ("border",), column(0, 1), column(1, 1), column(1, 1))


def test_draws_do_not_depend_on_how_many_are_made_or_on_the_order_of_actors() -> None:
    def problem(actors: tuple[str, ...]) -> UncertainProblem:
        ids, yes = cell_ids(actors, ("border",)), np.ones((2, 1), np.bool_)

        def made(name: str, low: float, high: float) -> Uncertain:
            ends = np.full((2, 1), low), np.full((2, 1), high)
            return Uncertain(name, *ends, ends[0].copy(), ~yes, yes.copy(), ~yes, ids.copy())

        fields = (made("bargaining/p", 0.0, 1.0), made("bargaining/s", 0.5, 1.0), made("bargaining/c", 1.0, 2.0))
        return UncertainProblem(actors, ("border",), *fields)

    few = [reading.position[:, 0] for reading in problem(("north", "south")).draws(3, 2)]
    many = [reading.position[:, 0] for reading in problem(("north", "south")).draws(3, 9)]
    turned = [reading.position[::-1, 0] for reading in problem(("south", "north")).draws(3, 2)]
    np.testing.assert_array_equal(few, many[:2])
    np.testing.assert_array_equal(few, turned)
    assert few[0][0] != few[1][0]


def test_a_place_of_the_bundled_case_is_a_problem_with_the_cases_own_labels() -> None:
    case = compile_case(load_case("iraq-2016"))
    problem = problem_of_place(case, "sinjar")
    assert "kdp" in problem.actors
    assert "secure-forces" in problem.issues
    cell = problem.actors.index("kdp"), problem.issues.index("secure-forces")
    assert problem.middle.position[cell] == pytest.approx(0.9)
    assert problem.silent == ()


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(ProblemError, match="place 'atlantis' is not in the case"):
        problem_of_place(compile_case(load_case("iraq-2016")), "atlantis")

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayafter.arrays import Floats, Uncertain
from dayafter.errors import UsageError
from dayafter.settlement.predictions import reference
from dayafter.settlement.predictions.challenge_kernel import challenge_rounds
from dayafter.settlement.predictions.compromise import compromise, dispersion
from dayafter.settlement.predictions.exchange import exchange
from dayafter.settlement.predictions.exchange_kernel import exchange_rounds
from dayafter.settlement.predictions.median import median_of, weighted_median
from dayafter.settlement.predictions.models import PREDICTIONS
from dayafter.settlement.predictions.predict import predict, prediction_rows, turn_rows
from dayafter.settlement.predictions.spatial import (
    Equilibrium,
    RiskRange,
    SpatialOptions,
    ThirdParty,
    Voting,
    spatial_runs,
)
from dayafter.settlement.predictions.spatial_kernel import spatial_rounds
from dayafter.settlement.problem import UncertainProblem, exact_problem

TWO_ENDS = exact_problem(
    ("north", "south", "river"),
    ("border",),
    np.array([[0.0], [1.0], [1.0]]),
    np.array([[0.9], [0.6], [0.3]]),
    np.array([3.0, 2.0, 1.0]),
)


def a_problem(seed: int, n_actors: int, n_issues: int) -> UncertainProblem:
    rng = np.random.default_rng(seed)
    names = tuple(f"actor {a}" for a in range(n_actors)), tuple(f"issue {i}" for i in range(n_issues))
    position = np.round(rng.random((n_actors, n_issues)), 2)
    salience = (0.05 + 0.95 * rng.random((n_actors, n_issues))) / n_issues
    return exact_problem(*names, position, salience, 0.1 + rng.random(n_actors))


def uncertain_problem() -> UncertainProblem:
    field = TWO_ENDS.position
    low, high = np.array([[0.0], [0.6], [0.8]]), np.array([[0.3], [1.0], [1.0]])
    has_best = np.zeros_like(field.known)
    wide = Uncertain(field.name, low, high, low.copy(), has_best, field.known.copy(), has_best.copy(), field.ids.copy())
    return replace(TWO_ENDS, position=wide)


problems = st.builds(a_problem, st.integers(0, 10_000), st.integers(2, 7), st.integers(1, 3))


@settings(deadline=None, max_examples=25)  # the first call compiles
@given(problems)
def test_every_model_stays_among_the_positions(problem: UncertainProblem) -> None:
    low, high = problem.middle.position.min(axis=0), problem.middle.position.max(axis=0)
    for model in PREDICTIONS.values():
        outcome = model.run(problem.middle)
        assert (outcome >= low - 1e-4).all()  # bargains of the spatial model are rounded to 1/10,000
        assert (outcome <= high + 1e-4).all()


@settings(deadline=None, max_examples=25)
@given(problems)
def test_the_scale_of_capability_does_not_matter_to_means_median_exchange_and_challenge(
    problem: UncertainProblem,
) -> None:
    middle = problem.middle
    louder = replace(middle, capability=middle.capability * 8)
    for name in ("compromise", "mean", "median", "exchange", "challenge"):
        run = PREDICTIONS[name].run
        np.testing.assert_allclose(run(louder), run(middle), atol=1e-9)


@pytest.mark.parametrize("name", list(PREDICTIONS))
def test_an_issue_with_exactly_two_positions_at_the_ends_works(name: str) -> None:
    found = predict(TWO_ENDS, name)
    assert 0 <= found.low[0] <= found.prediction[0] <= found.high[0] <= 1


@pytest.mark.parametrize("name", list(PREDICTIONS))
def test_where_all_agree_that_is_the_outcome(name: str) -> None:
    agreed = replace(TWO_ENDS.middle, position=np.full((3, 1), 0.37))
    assert PREDICTIONS[name].run(agreed)[0] == pytest.approx(0.37, abs=1e-4)


def test_the_compromise_by_hand() -> None:
    # weights 3·0.9 = 2.7, 2·0.6 = 1.2, 1·0.3 = 0.3; (1.2 + 0.3) / 4.2
    assert compromise(TWO_ENDS.middle)[0] == pytest.approx(1.5 / 4.2)
    assert PREDICTIONS["mean"].run(TWO_ENDS.middle)[0] == pytest.approx(0.5)
    assert weighted_median(TWO_ENDS.middle)[0] == 0.0
    assert dispersion(TWO_ENDS.middle)[0] == pytest.approx(np.sqrt(1.5 * 2.7) / 4.2)


def test_the_median_is_the_middle_of_the_stretch_where_half_stand_on_either_side() -> None:
    assert median_of(np.array([0.8, 0.2, 0.4]), np.array([2.0, 1.0, 1.0])) == pytest.approx(0.6)
    assert median_of(np.array([0.8, 0.2, 0.4]), np.array([1.0, 1.0, 1.0])) == 0.4
    assert median_of(np.array([0.8, 0.2]), np.zeros(2)) == pytest.approx(0.5)


def test_actors_who_weigh_nothing_do_not_move_the_median() -> None:
    assert median_of(np.array([0.1, 0.5, 0.9]), np.array([1.0, 0.0, 1.0])) == pytest.approx(0.5)
    assert median_of(np.array([0.1, 0.2, 0.9]), np.array([1.0, 0.0, 1.0])) == pytest.approx(0.5)


def trade() -> UncertainProblem:
    position = np.array([[0.0, 0.0], [1.0, 1.0]])
    salience = np.array([[0.2, 0.8], [0.8, 0.2]])
    return exact_problem(("north", "south"), ("oil", "gate"), position, salience, np.array([1.0, 1.0]))


def test_an_exchange_by_hand() -> None:
    # Outcomes before: 0.8 and 0.2. North gives on oil, which it cares little about: at most 0.2·1/1 = 0.2, so that oil
    # goes to 1; south gives the gate, 0.2 down to 0. The rate is (0.2 + 0.8)/(0.8 + 0.2) = 1.
    np.testing.assert_allclose(compromise(trade().middle), [0.8, 0.2])
    np.testing.assert_allclose(exchange(trade().middle), [1.0, 0.0], atol=1e-12)


def test_an_exchange_pays_both_sides_alike() -> None:
    middle = a_problem(11, 5, 3).middle
    part = middle.takes_part
    found = reference.best_exchange(middle.position, middle.salience, middle.weight, part, part)
    assert found is not None
    gain, i, j, p, q, shift = found
    rate = (middle.salience[i, p] + middle.salience[j, p]) / (middle.salience[i, q] + middle.salience[j, q])
    of_j = middle.salience[j, p] * shift - middle.salience[j, q] * shift * rate
    assert gain > 0
    assert of_j == pytest.approx(gain)


def test_with_one_issue_there_is_nothing_to_exchange() -> None:
    np.testing.assert_allclose(exchange(TWO_ENDS.middle), compromise(TWO_ENDS.middle))


def twin_exchange(middle: Floats, salience: Floats, weight: Floats) -> tuple[Floats, int]:
    vote, part = middle.copy(), np.ones(middle.shape, np.bool_)
    free, n_trades = part.copy(), 0
    while found := reference.best_exchange(vote, salience, weight, free, part):
        _, i, j, p, q, shift = found
        rate = (salience[i, p] + salience[j, p]) / (salience[i, q] + salience[j, q])
        for who, other, z, step in ((i, j, p, shift), (j, i, q, shift * rate)):
            vote[who, z] += np.sign(vote[other, z] - vote[who, z]) * step * weight[:, z].sum() / weight[who, z]
            free[who, z] = False
        n_trades += 1
    return vote, n_trades


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 3))
def test_the_exchange_kernel_equals_its_twin(seed: int, n_actors: int, n_issues: int) -> None:
    middle = a_problem(seed, n_actors, n_issues).middle
    weight = middle.weight
    vote, outcome, n_trades = exchange_rounds(middle.position, middle.salience, weight, middle.takes_part, 1)
    plain, n_plain = twin_exchange(middle.position, middle.salience, weight)
    assert n_trades == n_plain
    np.testing.assert_allclose(vote, plain, atol=1e-9)
    np.testing.assert_allclose(outcome, (weight * vote).sum(axis=0) / weight.sum(axis=0), atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 7))
def test_the_challenge_kernel_equals_its_twin(seed: int, n_actors: int) -> None:
    middle = a_problem(seed, n_actors, 1).middle
    _, position, salience, capability = middle.on(0)
    path, n_turns = challenge_rounds(position, salience, capability, 1)
    if (span := float(np.ptp(position))) > 0:
        plain = reference.challenge_round(position, salience, capability, span)
        np.testing.assert_allclose(path[n_turns - 1], plain, atol=1e-9)


rules = st.tuples(
    st.integers(0, len(Voting) - 1),
    st.integers(0, len(Equilibrium) - 1),
    st.integers(0, len(RiskRange) - 1),
    st.integers(0, len(ThirdParty) - 1),
    st.integers(1, 2),
)


@settings(deadline=None, max_examples=60)
@given(problems, rules, st.sampled_from([1.0, 2.0, 4.0]), st.sampled_from([0.0, 1 / 3, 1.0]))
def test_the_spatial_kernel_equals_its_twin_under_every_option(
    problem: UncertainProblem, rule: tuple[int, ...], exponent: float, empathy: float
) -> None:
    middle, reals = problem.middle, np.array([exponent, empathy, 0.02])
    capability = middle.capability[:, 0].copy()
    path, wins, _ = (
        spatial_rounds(  # copies, as the program hands it: for arrays that cannot be written it is compiled anew
            middle.position.copy(), middle.salience.copy(), capability, np.array(rule), reals, np.array([1, 1])
        )
    )
    plain = reference.spatial_round(middle.position, middle.salience, capability, np.array(rule), reals)
    np.testing.assert_allclose(path[1], plain, atol=1e-9)
    assert (wins >= 0).all()


def test_the_options_change_the_course() -> None:
    middle = a_problem(5, 6, 2).middle
    usual = spatial_runs(middle)[0].position[1]
    changed = [
        SpatialOptions(risk_adjustment=1.0),
        SpatialOptions(bargain_power=1),
        SpatialOptions(voting=Voting.CUBIC),
        SpatialOptions(risk_range=RiskRange.MAX),
    ]
    assert all(not np.array_equal(spatial_runs(middle, options)[0].position[1], usual) for options in changed)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("risk_adjustment", 1.5, "risk_adjustment is 1.5"),
        ("bargain_power", 3, "bargain_power is 3"),
        ("victory_exponent", 0.0, "victory_exponent is 0"),
        ("min_rounds", 200, "min_rounds 200 and max_rounds 100"),
    ],
)
def test_an_option_out_of_range_is_refused(field: str, value: float, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        replace(SpatialOptions(), **{field: value})  # type: ignore[arg-type]  # one of each kind


def test_issues_are_dimensions_of_one_run_only_where_attention_is_shared_out() -> None:
    joint = a_problem(5, 4, 3).middle
    assert len(spatial_runs(joint)) == 1
    assert spatial_runs(joint)[0].dimensions == joint.issues
    greedy = replace(joint, salience=np.full((4, 3), 0.9))
    assert len(spatial_runs(greedy)) == 3


def test_two_draws_of_luck_differ_and_the_same_seed_repeats() -> None:
    problem = uncertain_problem()
    one, again, other = (predict(problem, seed=seed, n_draws=60) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.low, again.low)
    assert one.input_low[0] != other.input_low[0]
    assert one.n_draws == 60


def test_the_range_of_uncertain_inputs_and_the_models_error_join_in_quadrature() -> None:
    problem = uncertain_problem()
    found = predict(problem, n_draws=200)
    error = PREDICTIONS["compromise"].error_90 * dispersion(problem.middle)
    expected = found.prediction - np.hypot(found.prediction - found.input_low, error)
    np.testing.assert_allclose(found.low, np.clip(expected, 0, 1))
    assert found.input_low[0] < found.prediction[0] < found.input_high[0]


def test_certain_inputs_are_not_drawn_and_only_the_error_of_the_model_is_left() -> None:
    found = predict(TWO_ENDS)
    assert found.n_draws == 0
    assert found.input_low[0] == found.input_high[0] == found.prediction[0]
    assert found.low[0] < found.prediction[0] < found.high[0]


def test_an_unknown_model_is_refused_with_the_models_there_are() -> None:
    with pytest.raises(UsageError, match="there is no model 'oracle'; choose one of compromise, mean"):
        predict(TWO_ENDS, "oracle")


def test_too_few_draws_for_a_range_are_refused() -> None:
    with pytest.raises(UsageError, match="n_draws is 3"):
        predict(TWO_ENDS, n_draws=3)


def test_rows_are_told_in_the_unit_of_the_file() -> None:
    rows = prediction_rows(predict(replace(TWO_ENDS, scale=100.0)))
    assert list(rows[0]) == ["issue", "model", "prediction", "low", "high"]
    assert rows[0]["prediction"] == pytest.approx(150 / 4.2)


def test_turns_are_told_for_the_spatial_model_alone() -> None:
    rows = turn_rows(predict(replace(TWO_ENDS, scale=100.0), "ktab"))
    assert list(rows[0]) == ["turn", "actor", "dimension", "position", "win_probability"]
    assert {row["actor"] for row in rows if row["turn"] == 0} == {"north", "south", "river"}
    assert rows[1]["position"] == 100.0
    assert turn_rows(predict(TWO_ENDS)) == []

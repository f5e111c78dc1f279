"""The hazard of a deal: the base deal by formula, contributions that sum, and directions that hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.arrays import Floats
from dayafter.indices import hazard
from dayafter.priors import load_evidence, load_priors

MEMBERS = np.arange(400)
BASE = {
    "form": 0.0,
    "local": 0.5,
    "national": 0.5,
    "guarantee": 0.0,
    "guarantor_left": 0.0,
    "facilitator": 0.0,
    "author": 0.0,
    "assent": 0.0,
    "communities": 0.0,
    "commission": 0.0,
    "unbound": 0.0,
}


def _medians(n_members: int = 1) -> hazard.Parameters:
    """Every prior at its median."""
    priors = load_priors()
    levers = [lever for group in hazard.FEATURES.values() for lever in group]
    return hazard.Parameters(
        base_per_month=np.full(n_members, priors["h_base"].median),
        cause_share=np.tile(np.array([4, 3, 2, 1.5]) / 10.5, (n_members, 1)),
        log_ratio={lever.prior: np.full(n_members, math.log(priors[lever.prior].median)) for lever in levers},
        age_power=np.full(n_members, priors["age_power"].median),
        frailty_sd=np.zeros(n_members),
    )


def _states(changes: Mapping[str, float], n_members: int = 1) -> dict[str, Floats]:
    return {name: np.full(n_members, value) for name, value in (BASE | dict(changes)).items()}


def _hazard(**changes: float) -> float:
    effects = hazard.log_effects(_states(changes), _medians())
    return float(hazard.cause_hazards(effects, _medians()).sum())


def test_the_base_deal_ends_within_a_year_as_the_formula_says() -> None:
    months = [((1 + (7 + t) / 6) / (1 + 7 / 6)) ** -0.4 for t in range(12)]
    wanted = 1 - math.exp(-0.02 * math.fsum(months))
    exposed = hazard.exposure(np.array([7.0]), np.array([0.4]), 12)
    assert hazard.p_end(np.array([_hazard()]), exposed)[0] == pytest.approx(wanted, rel=1e-12)
    assert 0.17 < wanted < 0.19


def test_a_month_of_the_base_deal_is_complementary_log_log() -> None:
    exposed = hazard.exposure(np.array([7.0]), np.array([0.4]), 1)
    assert exposed[0] == 1
    assert hazard.p_end(np.array([_hazard()]), exposed)[0] == pytest.approx(1 - math.exp(-0.02), rel=1e-12)


def test_hazard_ratios_act_on_their_causes_alone() -> None:
    share = dict(zip(("outsider", "signatory", "patron", "shock"), np.array([4, 3, 2, 1.5]) / 10.5, strict=True))
    assert _hazard(form=2) == pytest.approx(0.02 * 0.8**2)
    assert _hazard(guarantee=1) == pytest.approx(0.02 * 0.5)
    assert _hazard(unbound=0.3) == pytest.approx(0.02 * (1 + share["outsider"] * (1.15**3 - 1)))
    assert _hazard(commission=1) == pytest.approx(0.02 * (1 - 0.35 * (share["signatory"] + share["patron"])))


def test_holding_both_levels_beats_one_and_each_level_guards_against_its_own_causes() -> None:
    by_cause = {
        name: hazard.cause_hazards(hazard.log_effects(_states({"local": a, "national": b}), _medians()), _medians())[0]
        for name, (a, b) in {"local": (1, 0), "national": (0, 1), "both": (1, 1)}.items()
    }
    assert by_cause["both"].sum() < min(by_cause["local"].sum(), by_cause["national"].sum())
    assert (by_cause["local"][:2] < by_cause["national"][:2]).all()
    assert (by_cause["local"][2:] > by_cause["national"][2:]).all()


@given(st.dictionaries(st.sampled_from(list(BASE)), st.floats(0, 1)))
def test_a_guarantor_that_all_accept_never_raises_the_median_hazard(changes: dict[str, float]) -> None:
    without, accepted = changes | {"guarantee": 0.0}, changes | {"guarantee": 1.0}
    parameters = hazard.draw_parameters(7, MEMBERS)
    hazards = [
        np.median(hazard.cause_hazards(hazard.log_effects(_states(one, 400), parameters), parameters).sum(axis=1))
        for one in (without, accepted)
    ]
    assert hazards[1] <= hazards[0]


def test_in_some_members_a_guarantor_does_harm() -> None:
    parameters = hazard.draw_parameters(7, MEMBERS)
    assert (parameters.log_ratio["hr_guarantor"] > 0).any()


def test_hazards_fall_with_age() -> None:
    ages = hazard.age_factor(np.array([0.0, 7.0, 24.0]), np.full(3, 0.4))
    assert ages[1] == 1
    assert ages[0] > 1 > ages[2]


@given(st.dictionaries(st.sampled_from(list(BASE)), st.floats(0, 1)), st.integers(0, 100))
def test_contributions_sum_to_the_difference_in_every_member(changes: dict[str, float], seed: int) -> None:
    members = np.arange(20)
    parameters = hazard.draw_parameters(seed, members)
    actual = hazard.log_effects(_states(changes, 20), parameters)
    reference = hazard.log_effects(hazard.reference_states(20), parameters)
    exposed = hazard.exposure(np.full(20, 7.0), parameters.age_power, 12)
    added = hazard.shapley(reference, actual, parameters, exposed)
    ends = [
        hazard.p_end(hazard.cause_hazards(effects, parameters).sum(axis=1), exposed) for effects in (reference, actual)
    ]
    np.testing.assert_allclose(added.sum(axis=1), ends[1] - ends[0], atol=1e-12)


def test_contributions_are_the_average_over_all_orders() -> None:
    parameters, exposed = _medians(), np.array([12.0])
    reference = hazard.log_effects(hazard.reference_states(1), parameters)[:, :4]
    actual = hazard.log_effects(_states({"form": 0, "unbound": 0.8, "author": 1}), parameters)[:, :4]
    mean = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        effects = reference.copy()
        for feature in order:
            before = hazard.p_end(hazard.cause_hazards(effects, parameters).sum(axis=1), exposed)
            effects[:, feature] = actual[:, feature]
            after = hazard.p_end(hazard.cause_hazards(effects, parameters).sum(axis=1), exposed)
            mean[feature] += (after - before)[0] / len(orders)
    np.testing.assert_allclose(hazard.shapley(reference, actual, parameters, exposed)[0], mean, atol=1e-14)


def test_a_feature_that_equals_the_reference_contributes_nothing() -> None:
    parameters = hazard.draw_parameters(7, MEMBERS)
    reference = hazard.log_effects(hazard.reference_states(400), parameters)
    added = hazard.shapley(reference, reference.copy(), parameters, np.full(400, 12.0))
    np.testing.assert_allclose(added, 0, atol=1e-12)


def test_every_coefficient_is_a_prior_and_its_evidence_is_there() -> None:
    for feature, levers in hazard.FEATURES.items():
        assert {lever.prior for lever in levers} <= set(load_priors())
        assert set(hazard.evidence_of(feature)) <= set(load_evidence())
    assert hazard.evidence_of("form") == ("EV-014",)
    assert hazard.evidence_of("assent") == ()

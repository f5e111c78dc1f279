"""Influence and worth: against a function whose answers are known, against a public library, and on a small run."""

from __future__ import annotations

from math import exp, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from SALib.analyze import rbd_fast
from scipy.stats import rankdata

from dayafter import study
from dayafter.casefile.load import load_case
from dayafter.errors import UsageError
from dayafter.explaining.laboratory import Bench
from dayafter.explaining.sensitivity import (
    GOALS,
    Sensitivity,
    _orders,
    expected_given,
    influence,
    input_names,
    rank_correlation,
    sensitivity,
    worth,
)
from dayafter.findings import worth as tables
from dayafter.redaction import Gate
from dayafter.simulation import compiled, reference
from dayafter.simulation.state import start_state
from dayafter.vocabulary import Audience
from studies.sensitivity.__main__ import page

CASE = load_case("iraq-2016").case
RUN = study.prepare(CASE, study.Settings(members=60, months=3))
PLANS = [one for one in RUN.process.case.policies if one.id in {"nothing", "package", "back-go-betweens"}]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def ishigami(n: int) -> tuple[Floats, Floats]:
    """Inputs uniform on ±π; first-order shares 0.314, 0.442 and 0 (T. Ishigami and T. Homma, 1990)."""
    x = np.random.default_rng(1).uniform(-pi, pi, (n, 3))
    return x, np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return sensitivity(RUN.process, PLANS, "nothing", members=60, replicates=1)


def test_influence_is_the_known_share_of_a_known_function() -> None:
    x, y = ishigami(4000)
    assert [influence(x[:, i], y) for i in range(3)] == pytest.approx([0.314, 0.442, 0.0], abs=0.04)


def test_influence_agrees_with_a_public_library_on_the_same_data() -> None:
    x, y = ishigami(2000)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-pi, pi]] * 3}
    theirs = rbd_fast.analyze(problem, x, y, num_resamples=2, seed=1)["S1"]
    assert [influence(x[:, i], y) for i in range(3)] == pytest.approx(list(theirs), abs=0.05)


def test_an_input_that_means_nothing_has_no_influence_on_average() -> None:
    y = np.random.default_rng(2).standard_normal(200)
    chance = [influence(order, y) for order in _orders(1, 200, 400)]
    assert abs(float(np.mean(chance))) < 0.004
    assert influence(y, y) > 0.9
    assert influence(y, np.zeros(200)) == 0


def test_worth_is_the_known_value_of_a_known_choice() -> None:
    """One policy gains N(μ, σ²), known from X; the other nothing: σ φ(μ/σ) − |μ| Φ(−|μ|/σ)."""
    mean, sd = 0.5, 2.0
    x = np.random.default_rng(3).standard_normal(20_000)
    gains = np.stack([np.zeros_like(x), mean + sd * x], axis=1)
    density = exp(-((mean / sd) ** 2) / 2) / sqrt(2 * pi)
    known = sd * density - mean * NormalDist().cdf(-mean / sd)
    assert worth(x, gains) == pytest.approx(known, rel=0.08)
    assert worth(np.random.default_rng(4).standard_normal(20_000), gains) < known / 10
    assert worth(x, gains[:, :1]) == 0  # nothing to choose


def test_what_is_expected_given_an_input_follows_its_rank() -> None:
    x = np.random.default_rng(5).permutation(500).astype(np.float64)
    assert expected_given(x, x) == pytest.approx(x, abs=1.0)
    assert rank_correlation(x, -(x**3)) == pytest.approx(-1)
    assert rank_correlation(x, np.zeros(500)) == 0
    assert rankdata(x).max() == 500


def test_every_input_of_a_run_is_named_and_held_against_every_goal(found: Sensitivity) -> None:
    assert set(found.inputs) <= set(input_names())
    assert "case: claims" in found.inputs
    assert "hr_form" in found.inputs
    assert found.policies == tuple(one.id for one in PLANS)
    assert len(found.influences) == len(found.inputs) * len(GOALS) * len(PLANS)
    assert len(found.worths) == (len(found.inputs) + 1) * len(GOALS)
    for one in found.worths:
        whole = next(w for w in found.worths if w.goal == one.goal and not w.input)
        assert 0 <= one.value <= whole.value + max(one.noise, 1e-9)
    assert all(set(means) == set(found.policies) for means in found.means.values())


def test_the_level_under_the_baseline_is_that_of_the_run(found: Sensitivity) -> None:
    result = study.simulate(CASE, policies=["nothing"], members=60, replicates=1, months=3)
    row = result.summary(policy="nothing", outcome="events_to_date", place=None, violence_class=None, month=3)
    assert found.draws <= 60
    if found.draws == 60:  # no member went wrong
        assert found.means["events"]["nothing"] == pytest.approx(row["mean"][0])


def test_the_tables_and_the_page_say_what_was_found(found: Sensitivity) -> None:
    gate = Gate(CASE, Audience.PUBLIC)
    text = tables.to_text(found, gate, CASE)
    assert "worth of knowing, in events a future" in text
    assert "Simulated under stated assumptions" in text
    rows = tables.rows(found, gate, CASE)
    assert {row["kind"] for row in rows} == {"influence", "worth", "mean"}
    assert tables.to_machine(found, gate, CASE, as_json=False).startswith("kind,outcome,of,input")
    written = page(found, {row.id: row.name for row in CASE.policies})
    assert written.count("## ") == 1 + len(GOALS)


def test_few_draws_and_an_unknown_baseline_are_refused() -> None:
    with pytest.raises(UsageError, match="39 members are 39 parameter draws; which inputs matter wants 40"):
        sensitivity(RUN.process, PLANS, "nothing", members=39, replicates=1)
    with pytest.raises(UsageError, match="the baseline 'peace' is not among the policies"):
        sensitivity(RUN.process, PLANS, "peace", members=60, replicates=1)


def test_both_engines_start_from_a_state_and_leave_the_same_one() -> None:
    numbers = np.arange(8, dtype=np.int64)
    setting, schedule = Bench.of_process(RUN.process, numbers, numbers).setting, RUN.process.schedule("package")
    states = [start_state(setting.case, setting.world, setting.parameters, schedule) for _ in range(2)]
    for state in states:
        state.deficit[:] = 0.3
    one = compiled.run(setting, schedule, 3, state=states[0])
    other = reference.run(setting, schedule, 3, state=states[1])
    assert np.array_equal(one.events, other.events)
    for name in ("trust", "deficit", "loyalty", "expect", "represented", "distrust", "claim"):
        assert np.array_equal(getattr(states[0], name), getattr(states[1], name)), name
    assert (states[0].deficit < 0.3).all()

"""The study of how long deals last finds again what was put in, and its page and tables agree."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from studies.deal_durability.__main__ import CHECKOUT, COVARIANCE, DATA, PAGE, TABLE, main
from studies.deal_durability.agreements import SOURCE, Agreements, read_agreements
from studies.deal_durability.bootstrap import bootstrap
from studies.deal_durability.checks import library_without_frailty, shared_fates
from studies.deal_durability.choice import FOLDS, choose, folds, score
from studies.deal_durability.hazard import Likelihood, Model, age_basis, fit
from studies.deal_durability.simulated import simulate_agreements
from studies.deal_durability.tables import as_csv, coefficient_table, read_csv

MODEL = Model(("full", "reaffirms"), age="log")
TRUTH = np.array([-5.0, -0.4, -0.8, 0.5, 0.7])
needs_data = pytest.mark.skipif(
    not (DATA / SOURCE).is_file(), reason="the UCDP Peace Agreement Dataset is not beside this checkout"
)


@pytest.fixture(scope="module")
def simulated() -> Agreements:
    return simulate_agreements(MODEL, TRUTH, seed=11, n_processes=1200, n_each=3)


def test_a_known_hazard_and_frailty_are_found_again(simulated: Agreements) -> None:
    found = fit(simulated, MODEL)
    sd = np.sqrt(np.diag(found.covariance))
    assert (sd < 0.1).all()
    np.testing.assert_array_less(np.abs(found.theta - TRUTH), 3.5 * sd)


def test_without_the_frailty_selection_is_taken_for_age(simulated: Agreements) -> None:
    plain = fit(simulated, replace(MODEL, frailty=False))
    assert plain.value("log_age") < TRUTH[1] - 0.2
    assert abs(plain.value("full")) < abs(TRUTH[2]) - 0.2


def test_the_sandwich_agrees_with_the_information_where_the_model_is_right(simulated: Agreements) -> None:
    found = fit(simulated, MODEL)
    np.testing.assert_allclose(np.diag(found.robust_covariance), np.diag(found.covariance), rtol=0.25)


def test_without_frailty_the_fit_is_that_of_statsmodels() -> None:
    model = replace(MODEL, frailty=False)
    data = simulate_agreements(MODEL, TRUTH, seed=3, n_processes=150, n_each=2)
    np.testing.assert_allclose(fit(data, model).theta, library_without_frailty(data, model), atol=1e-4)


def test_the_integral_over_the_frailty_is_that_of_adaptive_quadrature() -> None:
    data = simulate_agreements(MODEL, TRUTH, seed=5, n_processes=1, n_each=16)
    theta = TRUTH.copy()
    theta[-1] = np.log(2.5)
    basis = age_basis("log")[:, 0]
    eta = theta[0] + data.terms @ theta[2:4]

    def joint(z: float) -> float:
        total = -(z**2) / 2
        for i in range(16):
            hazard = np.exp(eta[i] + theta[1] * basis[: data.months[i]] + 2.5 * z)
            last = np.log(-np.expm1(-hazard[-1])) if data.ended[i] else -hazard[-1]
            total += last - hazard[:-1].sum()
        return float(np.exp(total) / np.sqrt(2 * np.pi))

    direct, _ = quad(joint, -8, 8, epsabs=0, epsrel=1e-10, limit=500)
    assert 2 < data.ended.sum() < 16
    assert Likelihood(data, MODEL)(theta)[0][0] == pytest.approx(np.log(direct), abs=1e-7)


@pytest.mark.parametrize("age", ["none", "log", "shifted", "steps"])
@pytest.mark.parametrize("frailty", [False, True])
def test_the_gradient_is_the_slope_of_the_likelihood(age: str, *, frailty: bool) -> None:
    model = Model(("full",), age=age, frailty=frailty)
    data = simulate_agreements(MODEL, TRUTH, seed=7, n_processes=20, n_each=3)
    likelihood = Likelihood(data, model, weight=np.linspace(0.3, 1, 60))
    theta = np.linspace(-4.5, 0.4, likelihood.n_parameters)
    steps = np.eye(theta.size) * 1e-6
    slope = np.stack([(likelihood(theta + h)[0] - likelihood(theta - h)[0]) / 2e-6 for h in steps], axis=1)
    np.testing.assert_allclose(likelihood(theta)[1], slope, rtol=1e-4, atol=1e-5)


def test_every_form_of_age_is_zero_at_the_reference_age() -> None:
    for form in ("log", "shifted"):
        near = age_basis(form)[6:8, 0]  # ages 6.5 and 7.5
        assert near[0] < 0 < near[1]
    assert not age_basis("steps")[6:12].any()
    with pytest.raises(ValueError, match="unknown form of age 'cubic'; use none, log, shifted or steps"):
        age_basis("cubic")


def test_no_process_is_in_two_folds_and_folds_are_even() -> None:
    fold = folds(141, seed=1, repeat=0)
    assert fold.shape == (141,)
    assert set(np.bincount(fold, minlength=FOLDS)) == {14, 15}
    assert (fold != folds(141, seed=1, repeat=1)).any()
    np.testing.assert_array_equal(fold, folds(141, seed=1, repeat=0))


def test_a_process_left_out_has_no_say_in_its_own_score() -> None:
    data = simulate_agreements(MODEL, TRUTH, seed=2, n_processes=60, n_each=2)
    fold = folds(60, seed=9, repeat=0)
    changed = replace(data, ended=data.ended & (fold[data.process] != 0))
    # What happened in fold 0 is another story, so its own score moves; a score that had peeked would hide that.
    for number, differs in ((0, False), (1, True)):
        weight = (fold != number).astype(np.float64)
        before = fit(data, Model(), process_weight=weight, information=False).theta
        after = fit(changed, Model(), process_weight=weight, information=False).theta
        assert bool((np.abs(before - after) > 1e-6).any()) is differs


def test_a_term_that_matters_is_chosen_and_noise_is_not() -> None:
    data = simulate_agreements(
        Model(("full", "noise"), age="log"), np.array([-4.0, -0.4, -1.6, 0.0, 0.0]), 4, n_processes=80, n_each=2
    )
    chosen, steps = choose(data, Model(age="log"), ("noise", "full"), seed=1, repeats=2)
    assert chosen.model.terms == ("full",)
    assert [step.taken for step in steps] == [True, False]
    assert steps[0].tried[0].model.terms == ("full",)
    assert chosen.total == pytest.approx(score(data, chosen.model, seed=1, repeats=2).total)


def test_the_bootstrap_is_as_wide_as_the_sandwich_and_repeats_itself() -> None:
    data = simulate_agreements(MODEL, TRUTH, seed=6, n_processes=200, n_each=2)
    found = fit(data, replace(MODEL, frailty=False))
    spread = bootstrap(data, found, seed=1, replicates=60)
    assert spread.failed == 0
    ratio = spread.theta.std(axis=0) / np.sqrt(np.diag(found.robust_covariance))
    assert (np.abs(np.log(ratio)) < 0.3).all()
    np.testing.assert_array_equal(spread.theta[:5], bootstrap(data, found, seed=1, replicates=5).theta)


def test_agreements_with_one_fate_in_one_process_are_counted_together() -> None:
    data = simulate_agreements(MODEL, TRUTH, seed=1, n_processes=2, n_each=3)
    fates = replace(data, ended=np.array([1, 1, 0, 0, 0, 1], bool), tie=np.array([7, 7, 2, 3, 4, 7]))
    assert shared_fates(fates).tolist() == [2, 2, 1, 2, 2, 1]


def test_the_study_says_what_is_missing_where_the_data_are_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "cannot estimate deal durability: no file" in said
    assert "https://ucdp.uu.se/downloads" in said
    assert "--data" in said
    assert list(tmp_path.iterdir()) == []


def test_the_page_shows_the_numbers_of_the_shipped_table() -> None:
    rows = read_csv(CHECKOUT / TABLE)
    text = (CHECKOUT / PAGE).read_text(encoding="utf-8")
    assert coefficient_table(rows) in text
    rows[0]["mean"] = f"{float(rows[0]['mean']) + 0.02:.4f}"
    assert coefficient_table(rows) not in text


def test_the_covariance_is_one_and_belongs_to_the_table() -> None:
    rows, square = read_csv(CHECKOUT / TABLE), read_csv(CHECKOUT / COVARIANCE)
    terms = [row["term"] for row in rows]
    assert [row["term"] for row in square] == terms
    matrix = np.array([[float(row[term]) for term in terms] for row in square])
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0
    np.testing.assert_allclose(np.sqrt(np.diag(matrix)), [float(row["sd"]) for row in rows], atol=1e-4)
    assert (CHECKOUT / COVARIANCE).read_text(encoding="utf-8") == as_csv(square)


def test_the_table_sets_no_prior_for_a_guarantor() -> None:
    terms = {row["term"] for row in read_csv(CHECKOUT / TABLE)}
    assert terms >= {"constant", "log_frailty_sd"}
    assert terms.isdisjoint({"third_party", "peacekeeping"})
    assert not [term for term in terms if term.startswith("pax_")]


@needs_data
def test_the_shipped_coefficients_are_those_of_the_data() -> None:
    agreements, counts = read_agreements(DATA)
    rows = read_csv(CHECKOUT / TABLE)
    terms = tuple(row["term"] for row in rows)
    model = Model(tuple(t for t in terms if t in agreements.names), age={"log_age": "log"}.get(terms[1], "shifted"))
    assert model.coefficients == terms
    found = fit(agreements, model)
    np.testing.assert_allclose(found.theta, [float(row["mean"]) for row in rows], atol=1e-3)
    np.testing.assert_allclose(np.sqrt(np.diag(found.robust_covariance)), [float(row["sd"]) for row in rows], atol=2e-3)
    assert {re.sub(r"\D+", " ", row["rests_on"]) for row in rows} == {
        f" 22 1 {counts.used} {int(agreements.ended.sum())} "
    }


@needs_data
def test_the_rows_that_cannot_be_used_are_counted() -> None:
    agreements, counts = read_agreements(DATA)
    left_out = counts.ended_without_date + counts.ended_before_signing + counts.inclusive_unknown
    assert counts.rows - left_out == counts.used == agreements.months.size
    assert (counts.rows, counts.ended_without_date, counts.ended_before_signing) == (374, 5, 1)
    assert agreements.n_ties < agreements.ended.sum()

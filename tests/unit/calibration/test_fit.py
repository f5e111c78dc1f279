"""Calibrating a small case: what a record moves, what it leaves, and whether the posterior is honest."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from dayafter.arrays import CompiledCase
from dayafter.calibration.fit import Calibration, calibrate
from dayafter.calibration.forward import draw_records, with_counts
from dayafter.calibration.likelihood import bases, expose, start
from dayafter.calibration.observed import Observed
from dayafter.calibration.sampling import CalibrationError, fit_normal, sample
from dayafter.findings.calibration import in_words
from dayafter.priors import Posterior
from dayafter.simulation.layout import INSURGENT
from studies.calibration.ranks import DRAWS, rank_truths
from tests.unit.calibration.small import record
from tests.unit.simulation.small import case as small_case

QUIET = record([[0, 0]] * 6)
LOUD = record([[0, 1], [1, 1], [0, 2], [0, 0], [0, 1], [0, 1]])
PRIOR = Posterior((), np.zeros(0), np.zeros((0, 0)), bases())


@cache
def the_case() -> CompiledCase:
    return small_case()


@cache
def fitted(loud: bool) -> Calibration:
    return calibrate(the_case(), LOUD if loud else QUIET, members=4096, adapting=1536, particles=16)


def test_events_raise_the_rate_and_silence_lowers_it() -> None:
    loud, quiet = fitted(loud=True).row("rate_insurgent"), fitted(loud=False).row("rate_insurgent")
    assert quiet.after[1] < quiet.before[1] < loud.after[1]
    assert loud.informed
    assert loud.variance_ratio < 0.8


def test_a_place_with_most_events_stands_out_from_the_other() -> None:
    found = fitted(loud=True)
    assert found.row("place/town").shift > found.row("place/mill").shift
    rates = {rate.place: rate for rate in found.rates}
    assert rates["town"].after[1] > rates["mill"].after[1]
    assert rates["town"].recorded == 6


def test_what_the_record_does_not_touch_stays_exactly_at_its_prior() -> None:
    posterior = fitted(loud=True).posterior
    assert not {"exit_base", "h_base", "trust_up"} & set(posterior.names)
    assert "background_sd" not in posterior.names
    assert set(posterior.bases) <= set(posterior.names)


def test_a_calibration_is_the_same_for_any_number_of_threads() -> None:
    again = calibrate(the_case(), LOUD, members=4096, adapting=1536, particles=16, threads=3)
    assert again.posterior.to_json() == fitted(loud=True).posterior.to_json()


def test_too_few_effective_members_are_refused_with_what_to_do() -> None:
    with pytest.raises(CalibrationError, match="take more members"):
        sample(the_case(), LOUD, 1, members=1024, adapting=512, least=1000, particles=4)


def test_draws_that_weigh_alike_keep_nothing() -> None:
    z = np.random.default_rng(1).standard_normal((30, 4000))
    kept = fit_normal(tuple(f"n{at}" for at in range(30)), z, np.full(4000, 1 / 4000))
    assert kept.names == ()


def test_a_normal_fit_has_the_mean_and_covariance_of_its_draws() -> None:
    rng = np.random.default_rng(2)
    z = rng.multivariate_normal([1.0, -0.5], [[0.5, 0.3], [0.3, 0.7]], 20_000).T
    kept = fit_normal(("a", "b"), z, np.full(20_000, 1 / 20_000))
    assert kept.mean == pytest.approx(z.mean(axis=1), abs=1e-9)
    assert kept.covariance == pytest.approx(np.cov(z, bias=True), abs=1e-6)


def test_records_drawn_forward_have_the_mean_of_their_background() -> None:
    exposed = expose(start(the_case(), 1, np.arange(4000), PRIOR, None), QUIET)
    still = expose(start(the_case(), 1, np.arange(4000), PRIOR, None), QUIET)
    still.rates[:] = 0.0
    seen = draw_records(still, QUIET, 5)[:, :, INSURGENT]
    mu = np.minimum(exposed.mu[:, INSURGENT] * exposed.shares[INSURGENT], 0.5)
    wanted = exposed.mu[:, INSURGENT] * exposed.shares[INSURGENT] < 0.5
    share = (seen > 0)[:, wanted].mean()
    assert 0.5 < share / mu[wanted].mean() < 1.0  # overdispersed counts: more zeros than events


def test_ranks_of_known_truths_are_not_at_the_ends() -> None:
    """A small version of `studies/calibration`, which has the real one."""
    months: Observed = with_counts(QUIET, QUIET.counts)
    found = rank_truths(the_case(), months, range(8), members=1024, particles=4)
    ranks = found.ranks
    assert ranks.shape[1] + found.refused == 8
    assert ((ranks >= 0) & (ranks <= DRAWS)).all()
    assert 0.75 < np.mean([found.covered(row) for row in range(len(found.names))]) <= 1.0
    assert 0.3 < ranks.mean() / DRAWS < 0.7


def test_the_words_say_first_that_nothing_was_scored() -> None:
    for one in (None, fitted(loud=True).posterior):
        assert in_words(one).startswith("No forecast of this model for this case has been scored yet.")
    assert "7 recorded events" not in in_words(None)
    assert "7 recorded events in 12 months of freed places" in in_words(fitted(loud=True).posterior)

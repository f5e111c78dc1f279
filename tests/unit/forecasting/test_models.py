from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from dayafter.backtest import FORECASTERS
from dayafter.exciting import VARIANCE_LIMIT, Exciting, FittedExciting, lag_weights, natural
from dayafter.forecasting import reference
from dayafter.forecasting.baselines import LastPoisson, last_poisson
from dayafter.forecasting.fitted import Fit, Fitted, MonthsBootstrap, key_array
from dayafter.forecasting.kernels import COUNT_LIMIT
from dayafter.forecasting.models.analogue import Analogue, AnaloguePaths
from dayafter.forecasting.models.decayed import Decayed
from dayafter.forecasting.models.indexed import Indexed
from dayafter.forecasting.models.mixture import FittedMixture, Mixture
from dayafter.forecasting.models.regression import (
    INTERCEPT_SD,
    FittedRegression,
    Prior,
    Regression,
    Rows,
    negative_log_posterior,
)
from dayafter.forecasting.panel import Bools, Counts, Panel, make_panel
from tests.unit.forecasting.worlds import FIRST, made_up, seeds

STEPS = np.array([3, 4, 6])
ORIGIN = FIRST + 69
EVERY = pytest.mark.parametrize("name", list(FORECASTERS))


def all_draws(fitted: Fitted, n_units: int, n_draws: int = 60, seed: int = 1) -> Counts:
    return fitted.sample(np.arange(n_units), np.arange(n_draws), seed)


@EVERY
@settings(max_examples=2)
@given(seed=seeds, later=st.integers(0, 1000))
def test_what_came_after_the_origin_changes_nothing(name: str, seed: int, later: int) -> None:
    whole = made_up(seed=seed)
    cut = ORIGIN - FIRST + 1
    other = whole.counts.copy()
    other[:, cut:] = later
    fit = FORECASTERS[name].fit
    changed = make_panel(whole.units, FIRST, other, whole.seen, [(i, i + 1) for i in range(1, 8)])
    deleted = make_panel(
        whole.units, FIRST, whole.counts[:, :cut], whole.seen[:, :cut], [(i, i + 1) for i in range(1, 8)]
    )
    draws = [all_draws(fit(panel.as_of(ORIGIN), STEPS), 8) for panel in (whole, changed, deleted)]
    np.testing.assert_array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws[0], draws[2])


def test_a_month_before_the_origin_does_change_something() -> None:
    whole = made_up()
    other = whole.counts.copy()
    other[3, ORIGIN - FIRST] += 500
    changed = make_panel(whole.units, FIRST, other, whole.seen)
    for name in ("conflictology", "decayed", "analogue", "indexed", "self_exciting", "mixture", "last_poisson"):
        fit = FORECASTERS[name].fit
        draws = [all_draws(fit(panel.as_of(ORIGIN), STEPS), 8) for panel in (whole, changed)]
        assert (draws[0][3] != draws[1][3]).any(), name


@EVERY
def test_draws_are_equal_for_any_chunks_of_units_and_members(name: str) -> None:
    fitted = FORECASTERS[name].fit(made_up().as_of(ORIGIN), STEPS)
    whole = all_draws(fitted, 8)
    for units in ([0, 1, 2], [7], [6, 3, 5]):
        for first, last in ((0, 7), (7, 60)):
            part = fitted.sample(np.array(units), np.arange(first, last), 1)
            np.testing.assert_array_equal(part, whole[units][:, :, first:last])


@EVERY
def test_another_seed_gives_other_draws_of_the_same_kind(name: str) -> None:
    fitted = FORECASTERS[name].fit(made_up().as_of(ORIGIN), STEPS)
    first, second = (all_draws(fitted, 8, 400, seed) for seed in (1, 2))
    assert first.shape == second.shape == (8, 3, 400)
    assert (first >= 0).all()
    assert name == "zero" or (first != second).any()


@EVERY
def test_the_order_of_units_in_the_panel_does_not_matter(name: str) -> None:
    panel = made_up(late_unit=False).as_of(ORIGIN)
    order = np.array([5, 2, 7, 0, 1, 6, 3, 4])
    pairs = [(i, i + 1) for i in range(1, 8)]
    turned = make_panel([panel.units[i] for i in order], FIRST, panel.counts[order], panel.seen[order], pairs)
    plain, moved = (all_draws(FORECASTERS[name].fit(each, STEPS), 8) for each in (panel, turned))
    if name in {"analogue", "mixture", "mixture_grid", "bootstrap_240", "conflictology_near", "regression", "indexed"}:
        # What is chosen from stands in another order there, so draws differ, but not what they are drawn from.
        assert abs(plain[order].mean() - moved.mean()) <= 0.5 * max(plain.mean(), 1.0)
    else:
        np.testing.assert_array_equal(plain[order], moved)


def test_a_unit_that_never_saw_a_death_draws_none_of_its_own() -> None:
    panel = made_up().as_of(ORIGIN)
    for name in ("conflictology", "bootstrap_240_own", "decayed", "last_poisson", "zero"):
        assert not all_draws(FORECASTERS[name].fit(panel, STEPS), 8)[0].any()


def test_conflictology_draws_each_of_the_last_twelve_months_alike() -> None:
    counts = np.arange(40)[None, :]
    fitted = FORECASTERS["conflictology"].fit(make_panel([5], FIRST, counts), STEPS)
    values, number = np.unique(all_draws(fitted, 1, 20_000), return_counts=True)
    assert values.tolist() == list(range(28, 40))
    # 60,000 draws over twelve values: a standard deviation of 1.4 % of each number.
    np.testing.assert_allclose(number, 5000, rtol=0.06)


def test_the_decayed_bootstrap_halves_the_weight_in_a_half_life() -> None:
    counts = np.arange(60)[None, :]
    draws = all_draws(Decayed(3.0)(make_panel([5], FIRST, counts), STEPS), 1, 40_000)
    latest, before = ((draws == value).sum() for value in (59, 56))
    assert before / latest == pytest.approx(0.5, rel=0.04)


def test_an_analogue_gives_what_followed_in_proportion() -> None:
    # Twelve units, each month 10 then always doubling every step of three, at different times.
    counts = np.zeros((2, 80), dtype=np.int64)
    counts[0, 30:40] = 10
    counts[0, 43] = 40  # three months after the last of them
    counts[1, 69:79] = 20
    fitted = Analogue(n_nearest=1, level_added=0.0)(make_panel([1, 2], FIRST, counts[:, :79]), np.array([4]))
    assert np.unique(all_draws(fitted, 2)[1]).tolist() == [80]  # 40 / 10 · 20


def test_months_of_a_draw_of_an_analogue_belong_together() -> None:
    panel = made_up(n_units=30, n_months=200)
    fitted = Analogue(n_nearest=50)(panel, np.array([1, 2]))
    draws = np.log1p(all_draws(fitted, 30, 400).astype(float))
    own = [np.corrcoef(d[0], d[1])[0, 1] for d in draws if d[0].std() > 0 and d[1].std() > 0]
    assert np.mean(own) > 0.3


def test_a_mixture_deals_its_members_out_by_weight_and_keeps_them_whole() -> None:
    panel = made_up()
    parts: dict[str, tuple[Fit, float]] = {"a": (FORECASTERS["zero"].fit, 3.0), "b": (Decayed(3.0), 1.0)}
    fitted = Mixture(parts)(panel, STEPS)
    assert isinstance(fitted, FittedMixture)
    part_of = fitted.part_of(np.arange(1000), 1)
    assert (part_of == 0).sum() == pytest.approx(750, abs=3)
    for n in (10, 100):
        assert (part_of[:n] == 0).mean() == pytest.approx(0.75, abs=0.11)
    draws, alone = all_draws(fitted, 8, 1000), all_draws(Decayed(3.0)(panel, STEPS), 8, 1000)
    np.testing.assert_array_equal(draws[:, :, part_of == 1], alone[:, :, part_of == 1])
    assert not draws[:, :, part_of == 0].any()


def test_weights_that_make_no_mixture_are_refused() -> None:
    with pytest.raises(ValueError, match="none may be negative, one must be above 0"):
        Mixture({"a": (FORECASTERS["zero"].fit, 0.0)})(made_up(), STEPS)


@given(seed=seeds)
@settings(max_examples=5)
def test_the_compiled_bootstraps_equal_their_plain_twins(seed: int) -> None:
    panel: Panel = made_up(seed=seed).as_of(ORIGIN)
    members = np.arange(3, 12)
    months = Decayed(4.0)(panel, STEPS)
    assert isinstance(months, MonthsBootstrap)
    key = key_array(seed, months.stream)
    plain = reference.months_bootstrap(
        months.values, months.cumulative, months.start, months.end, months.things, 3, members, key
    )
    np.testing.assert_array_equal(months.sample(np.arange(8), members, seed), plain)
    paths = Analogue(n_nearest=9)(panel, STEPS)
    assert isinstance(paths, AnaloguePaths)
    plain = reference.paths_bootstrap(
        paths.counts, paths.unit_of, paths.month_of, paths.ratio, paths.cumulative, paths.start, paths.end, paths.lead,
        paths.things, members, key_array(seed, "forecast/analogue"),
    )  # fmt: skip
    np.testing.assert_array_equal(paths.sample(np.arange(8), members, seed), plain)
    poisson = last_poisson(panel, STEPS)
    assert isinstance(poisson, LastPoisson)
    key = key_array(seed, "forecast/last-poisson")
    plain = reference.poisson(poisson.last, poisson.things, 3, members, key, COUNT_LIMIT)
    np.testing.assert_array_equal(poisson.sample(np.arange(8), members, seed), plain)


def sparse_world(n_units: int = 300, n_months: int = 120, seed: int = 3) -> Panel:
    """Mostly peace, as on a grid: one unit in twenty has a war with many months of deaths and a few very large ones."""
    luck = np.random.default_rng(seed)
    level = np.where(luck.random((n_units, 1)) < 0.05, luck.gamma(0.5, 40, (n_units, 1)), 0.0)
    counts = luck.poisson(level * (luck.random((n_units, n_months)) < 0.5))
    counts[luck.random(counts.shape) < 0.001] = 2  # something may happen anywhere
    return make_panel(range(1, n_units + 1), FIRST, counts, None, [(i, i + 1) for i in range(1, n_units)])


def test_a_regression_on_a_panel_mostly_at_peace_keeps_the_level_of_its_wars() -> None:
    panel = sparse_world()
    past = panel.as_of(FIRST + 105)
    fitted = Regression()(past, STEPS)
    assert isinstance(fitted, FittedRegression)
    draws = all_draws(fitted, 300, 200)
    truth = panel.window(FIRST + 108, FIRST + 111)[0].mean()
    assert draws.max() < COUNT_LIMIT
    assert 0.3 * truth < draws.mean() < 3 * truth
    for each in fitted.estimates:
        assert (np.sqrt((each.root**2).sum(axis=1)) <= max(INTERCEPT_SD) + 1e-9).all()  # never wider than the prior


def test_the_gradient_of_the_regression_is_that_of_its_value() -> None:
    luck = np.random.default_rng(5)
    state = np.concatenate([np.ones((40, 1)), luck.random((40, 3))], axis=1)
    rows = Rows(state, luck.poisson(3, 40).astype(float), np.full(40, 2.0), np.arange(40) % 7, 7)
    prior = Prior.of(4, 1.0)
    at = luck.normal(size=8) * 0.3
    gradient = negative_log_posterior(at, rows, prior)[1]
    error = check_grad(
        lambda x: negative_log_posterior(x, rows, prior)[0], lambda x: negative_log_posterior(x, rows, prior)[1], at
    )
    assert error < 1e-4 * np.abs(gradient).max()


def test_an_indexed_unit_without_deaths_of_late_draws_from_such_states_only() -> None:
    panel = sparse_world()
    past = panel.as_of(FIRST + 105)
    fitted = Indexed(quiet_share=0.2, quiet_groups=5)(past, STEPS)
    assert isinstance(fitted, AnaloguePaths)
    lately: Bools = past.counts[:, -12:].sum(axis=1) > 0
    for unit in range(300):
        part = slice(fitted.start[unit], fitted.end[unit])
        places = zip(fitted.unit_of[part], fitted.month_of[part], strict=True)
        assert {bool(past.counts[i, max(0, t - 11) : t + 1].any()) for i, t in places} == {bool(lately[unit])}
    assert (fitted.ratio[fitted.start[~lately].min() :] == 1).all()


def test_the_more_a_state_leads_one_to_expect_the_more_its_analogues_had() -> None:
    """Two kinds of units: in one every tenth month sees ten deaths, in the other every second."""
    luck = np.random.default_rng(2)
    busy = np.arange(60) % 2 == 0
    counts = 10 * (luck.random((60, 150)) < np.where(busy, 0.5, 0.1)[:, None])
    draws = all_draws(Indexed(n_nearest=100, every_months=3)(make_panel(range(60), 1, counts), STEPS), 60, 200)
    mean = draws.mean(axis=(1, 2))
    assert 3.5 < mean[busy].mean() < 6.5
    assert 0.5 < mean[~busy].mean() < 2.0


@given(theta=st.lists(st.floats(-8, 8), min_size=6, max_size=6))
def test_every_draw_of_the_self_exciting_process_dies_out_and_has_a_variance(theta: list[float]) -> None:
    drawn = natural(np.array(theta))
    offspring = drawn.own + drawn.near
    assert (offspring**2 * (1 + drawn.dispersion) <= VARIANCE_LIMIT + 1e-9).all()
    assert lag_weights(drawn.decay).sum() == pytest.approx(1.0)


def test_the_self_exciting_process_finds_the_offspring_that_made_a_panel() -> None:
    """Events drawn from the process itself, with a background that does not change."""
    luck = np.random.default_rng(4)
    n, own, mu, alpha = 80, 0.5, 0.4, 0.3
    events = np.zeros((n, 260))
    for month in range(1, 260):
        rate = mu + own * events[:, month - 1]
        events[:, month] = luck.poisson(rate * luck.gamma(1 / alpha, alpha, n))
    panel = make_panel(range(n), 1, events.astype(int))
    fitted = Exciting(half_life_months=600, deaths_per_event=1.0)(panel, STEPS)
    assert isinstance(fitted, FittedExciting)
    found = natural(fitted.theta)
    assert found.own[0] == pytest.approx(own, abs=0.1)
    assert found.dispersion[0] == pytest.approx(alpha, abs=0.1)
    draws = all_draws(fitted, n, 400)
    assert draws.mean() == pytest.approx(mu / (1 - own), rel=0.2)

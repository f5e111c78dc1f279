"""A posterior moves the draws of the parameters that a record informs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dayafter.errors import UsageError
from dayafter.priors import Posterior, bend, load_simulation_priors, read_posterior
from dayafter.priors.posterior import parse_posterior
from dayafter.priors.tables import Prior, PriorKind
from dayafter.seeding import stable_id
from dayafter.simulation.parameters import draw_parameters
from dayafter.simulation.setting import prepare
from tests.unit.simulation.small import case as small_case

MEMBERS = np.arange(4000)
NAMES = ("rate_insurgent", "recorded_insurgent", "place/a")


def posterior(names: tuple[str, ...] = NAMES) -> Posterior:
    factor = np.array([[0.5, 0, 0], [-0.3, 0.8, 0], [0.2, 0.1, 0.9]])[: len(names), : len(names)]
    return Posterior(names, np.array([0.7, 0.0, 1.0])[: len(names)], factor, {}, {"case": "x"})


def test_a_posterior_that_says_nothing_leaves_every_draw_as_it_is() -> None:
    plain = draw_parameters(3, MEMBERS)
    empty = draw_parameters(3, MEMBERS, posterior=Posterior((), np.zeros(0), np.zeros((0, 0))))
    unit = draw_parameters(3, MEMBERS, posterior=Posterior(NAMES, np.zeros(3), np.eye(3)))
    assert np.array_equal(plain.values, empty.values)
    assert np.array_equal(plain.values, unit.values)


def test_draws_have_the_mean_and_covariance_of_the_file() -> None:
    one = posterior()
    moved = np.stack(list(one.normals(1, np.arange(200_000)).values()))
    assert moved.mean(axis=1) == pytest.approx(one.mean, abs=0.01)
    assert np.cov(moved) == pytest.approx(one.covariance, abs=0.02)


def test_only_what_is_informed_moves() -> None:
    plain, moved = draw_parameters(1, MEMBERS), draw_parameters(1, MEMBERS, posterior=posterior())
    changed = [symbol for symbol, a, b in zip(plain.symbols, plain.values, moved.values, strict=True) if (a != b).any()]
    assert changed == ["rate_insurgent", "recorded_insurgent"]
    assert posterior().informed == ("rate_insurgent", "recorded_insurgent")
    assert moved.basis["rate_insurgent"] == "data"
    assert np.median(moved["rate_insurgent"]) > np.median(plain["rate_insurgent"])


def test_a_draw_is_the_same_in_any_chunk() -> None:
    whole = draw_parameters(1, MEMBERS, posterior=posterior())
    part = draw_parameters(1, MEMBERS[700:900], posterior=posterior())
    assert np.array_equal(whole.values[:, 700:900], part.values)


def test_another_base_replaces_the_default_prior() -> None:
    wide = Prior("rate_insurgent", "n", PriorKind.LOG, "u", 0.05, 0.001, 2.5, (), False, True, "")
    one = Posterior(("rate_insurgent",), np.array([1.0]), np.array([[0.5]]), {"rate_insurgent": wide})
    z = one.normals(1, MEMBERS)["rate_insurgent"]
    assert np.array_equal(draw_parameters(1, MEMBERS, posterior=one)["rate_insurgent"], bend(wide, z))


def test_a_place_effect_moves_its_place_alone() -> None:
    case = small_case()
    place = case.places[0]
    one = Posterior((f"place/{place}",), np.array([2.0]), np.array([[0.1]]))
    plain, moved = prepare(case, 1, MEMBERS), prepare(case, 1, MEMBERS, posterior=one)
    raised = moved.world.log_rate - plain.world.log_rate
    assert (raised[0] != 0).any()
    assert not raised[1:].any()
    assert raised[0].mean() == pytest.approx(2.0 * plain.parameters["sd_place"].mean(), rel=0.05)


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    wide = Prior("rate_insurgent", "n", PriorKind.LOG, "u", 0.05, 0.001, 2.5, (), False, True, "why")
    one = Posterior(NAMES, posterior().mean, posterior().factor, {"rate_insurgent": wide}, {"case": "é"})
    path = tmp_path / "posterior.json"
    path.write_text(one.to_json(), encoding="utf-8")
    again = read_posterior(path)
    assert again.to_json() == one.to_json()
    assert np.array_equal(
        draw_parameters(1, MEMBERS, posterior=again).values, draw_parameters(1, MEMBERS, posterior=one).values
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("{", ""), "no JSON"),
        (('"format": 1', '"format": 9'), "format is 9, this version reads 1"),
        (('"mean"', '"means"'), "'mean' is missing"),
        (("rate_insurgent", "rate_unheard_of"), "no parameter is called rate_unheard_of"),
        (("0.8", "-0.8"), "positive diagonal"),
        (("0.7", "NaN"), "not finite"),
    ],
)
def test_a_broken_file_is_refused_with_what_is_wrong(change: tuple[str, str], says: str) -> None:
    text = posterior().to_json()
    assert change[0] in text
    with pytest.raises(UsageError, match=says):
        parse_posterior(text.replace(change[0], change[1], 1), "posterior.json")


def test_the_address_of_a_parameter_is_that_of_its_prior() -> None:
    prior = load_simulation_priors()["rate_insurgent"]
    one = Posterior(("rate_insurgent",), np.zeros(1), np.eye(1))
    assert np.array_equal(
        bend(prior, one.normals(5, MEMBERS)["rate_insurgent"]), draw_parameters(5, MEMBERS)["rate_insurgent"]
    )
    assert stable_id("rate_insurgent") != stable_id("rate_communal")

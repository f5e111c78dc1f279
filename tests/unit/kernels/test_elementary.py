"""Exponential, logarithm and normal quantile: near SciPy's, and the same bits compiled and plain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from dayafter.kernels import elementary, plain

Floats = NDArray[np.float64]


def spread(low: float, high: float, seed: int, size: int = 20_000) -> Floats:
    return np.random.default_rng(seed).uniform(low, high, size)


POINTS: dict[str, Floats] = {
    "exp": np.concatenate([spread(-708, 709, 1), spread(-1, 1, 2), [0.0, -708.0, 709.0, 1e-300]]),
    "log": np.concatenate([np.exp(spread(-300, 300, 3)), spread(0.5, 2, 4), [1.0, 2.3e-308, 1e308]]),
    "log1p": np.concatenate([spread(-0.999, 5, 5), 10 ** spread(-18, 3, 6), -(10 ** spread(-18, -0.01, 7)), [0.0]]),
    "expm1": np.concatenate([spread(-40, 40, 10), spread(-0.5, 0.5, 11), -(10 ** spread(-18, 0, 12)), [0.0, 0.34]]),
    "normal_quantile": np.concatenate([spread(0, 1, 8), 10 ** spread(-16, -1, 9), [0.5, 0.075, 0.925]]),
}


def compiled(name: str) -> Floats:
    function: Callable[[float], float] = getattr(elementary, name)
    return np.array([function(float(x)) for x in POINTS[name]])


@pytest.mark.parametrize("name", sorted(POINTS))
def test_compiled_and_plain_give_the_same_bits(name: str) -> None:
    np.testing.assert_array_equal(compiled(name), getattr(plain, name)(POINTS[name]))


@pytest.mark.parametrize(("name", "units"), [("exp", 2), ("log", 2), ("log1p", 4), ("expm1", 4)])
def test_the_last_places_are_right(name: str, units: float) -> None:
    true = getattr(np, name)(POINTS[name])
    assert np.max(np.abs(compiled(name) - true) / np.spacing(np.abs(true))) <= units


def test_the_normal_quantile_is_scipys() -> None:
    np.testing.assert_allclose(
        compiled("normal_quantile"), special.ndtri(POINTS["normal_quantile"]), rtol=2e-15, atol=1e-16
    )


def test_ends_of_the_range_are_0_and_infinite() -> None:
    assert elementary.exp(-1e9) == 0.0
    assert elementary.exp(1e9) == np.inf
    assert elementary.log(0.0) == -np.inf
    np.testing.assert_array_equal(plain.exp([-1e9, 1e9]), [0.0, np.inf])
    assert plain.log(0.0) == -np.inf

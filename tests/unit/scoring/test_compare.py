from __future__ import annotations

import numpy as np
import pytest

from dayafter.scoring.compare import difference, not_giant, skill_by_unit


def test_skill_counts_units_that_are_better_worse_and_equal() -> None:
    units = np.array([0, 0, 1, 1, 2, 3])
    mine, theirs = np.array([1.0, 1, 4, 4, 2, 0]), np.array([2.0, 2, 2, 2, 2, 0])
    found = skill_by_unit(mine, theirs, units, 5)  # unit 4 has no row
    assert (found.improved, found.worse, found.equal) == (1, 1, 2)
    np.testing.assert_allclose(found.skill, [0.5, -1.0, 0.0, 0.0, 0.0])
    assert found.defined.tolist() == [True, True, True, False, False]


def test_a_cell_above_the_limit_is_a_giant_and_one_at_it_is_not() -> None:
    assert not_giant(np.array([15_000.0, 15_001.0])).tolist() == [True, False]


def test_a_difference_that_hangs_on_one_unit_has_an_interval_that_holds_nought() -> None:
    units = np.repeat(np.arange(20), 12)
    theirs = np.ones(240)
    one = theirs.copy()
    one[:12] = 0.0
    every = theirs - 0.05
    lone, all_alike = (difference(mine, theirs, units, 20, seed=1) for mine in (one, every))
    assert lone.mean == pytest.approx(-0.05)
    assert all_alike.mean == pytest.approx(-0.05)
    assert lone.high == 0.0
    assert all_alike.high == pytest.approx(-0.05)
    assert all_alike.p_better == 1.0


def test_the_bootstrap_gives_the_standard_error_of_a_mean_over_units() -> None:
    gaps = np.random.default_rng(3).normal(0, 1, 400)
    found = difference(gaps, np.zeros(400), np.arange(400), 400, seed=1, replicates=4000)
    # Half the width of a 90 % interval is 1.645 standard errors; that of the bootstrap's quantiles about 3 %.
    assert (found.high - found.low) / 2 == pytest.approx(1.645 * gaps.std() / 20, rel=0.08)


def test_different_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="pass the same rows"):
        difference(np.zeros(3), np.zeros(2), np.zeros(3, dtype=np.int64), 1, seed=1)

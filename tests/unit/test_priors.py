"""Priors: every one has a basis, and the draws have the interval that the table promises."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from dayafter.priors import (
    draw_frailty,
    draw_prior,
    draw_shares,
    load_evidence,
    load_priors,
    load_simulation_priors,
    standard_normals,
)
from dayafter.priors.tables import Prior, PriorKind

MEMBERS = np.arange(20_000)
PRIORS = load_priors() | load_simulation_priors()
LOG = [symbol for symbol, prior in PRIORS.items() if prior.kind is PriorKind.LOG]
WEIGHTS = [prior for prior in PRIORS.values() if prior.kind is PriorKind.DIRICHLET]


def test_every_row_of_the_evidence_is_read() -> None:
    text = files("dayafter.priors").joinpath("evidence.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(load_evidence()) == [row["id"] for row in rows]
    assert len(rows) > 60


def test_every_evidence_row_has_a_citation_and_a_confidence() -> None:
    for row in load_evidence().values():
        assert row.citation
        assert row.confidence in ("high", "medium", "low")


@pytest.mark.parametrize("symbol", list(PRIORS))
def test_a_prior_names_its_basis(symbol: str) -> None:
    prior = PRIORS[symbol]
    assert prior.evidence or prior.from_data or prior.assumed
    assert all(one in load_evidence() for one in prior.evidence)
    assert prior.unit


@pytest.mark.parametrize("symbol", LOG)
def test_the_draws_of_a_prior_have_its_median_and_90_percent_interval(symbol: str) -> None:
    prior = PRIORS[symbol]
    low, median, high = np.quantile(np.log(draw_prior(prior, 7, MEMBERS)), (0.05, 0.5, 0.95))
    below, above = prior.log_sd
    # Standard errors of quantiles of 20,000 normals: 0.009 sd at the median, 0.015 at the ends; four of them.
    assert abs(median - np.log(prior.median)) < 0.036 * max(below, above)
    assert abs(low - np.log(prior.low or 0)) < 0.06 * below
    assert abs(high - np.log(prior.high or 0)) < 0.06 * above


@pytest.mark.parametrize("symbol", [symbol for symbol, prior in PRIORS.items() if prior.kind is PriorKind.NORMAL])
def test_a_prior_on_the_scale_itself_keeps_its_median_interval_and_both_signs(symbol: str) -> None:
    prior = PRIORS[symbol]
    drawn = draw_prior(prior, 7, MEMBERS)
    low, median, high = np.quantile(drawn, (0.05, 0.5, 0.95))
    below, above = prior.spread
    assert abs(median - prior.median) < 0.036 * max(below, above)
    assert abs(low - (prior.low or 0)) < 0.06 * below
    assert abs(high - (prior.high or 0)) < 0.06 * above
    if prior.low is not None and prior.low < 0 < prior.median:
        assert (drawn < 0).any(), "a prior that leans must keep its chance of the other sign"


@pytest.mark.parametrize("symbol", [symbol for symbol, prior in PRIORS.items() if prior.kind is PriorKind.SHARE])
def test_a_prior_of_a_share_stays_between_0_and_1_and_keeps_its_interval(symbol: str) -> None:
    prior = PRIORS[symbol]
    drawn = draw_prior(prior, 7, MEMBERS)
    assert ((drawn > 0) & (drawn < 1)).all()
    below, above = prior.spread
    logit = np.log(drawn / (1 - drawn))
    low, median, high = np.quantile(logit, (0.05, 0.5, 0.95))
    assert abs(median - prior.on_scale(prior.median)) < 0.036 * max(below, above)
    assert abs(low - prior.on_scale(prior.low or 0)) < 0.06 * below
    assert abs(high - prior.on_scale(prior.high or 0)) < 0.06 * above


def test_the_two_tables_of_priors_share_no_symbol() -> None:
    assert not set(load_priors()) & set(load_simulation_priors())
    assert len(load_simulation_priors()) > 60


def test_a_prior_that_leans_is_never_truncated() -> None:
    ratio = draw_prior(PRIORS["hr_guarantor"], 7, MEMBERS)
    assert 0.04 < (ratio > 1).mean() < 0.13


def test_shares_of_causes_are_dirichlet() -> None:
    shares = draw_shares(WEIGHTS, 7, MEMBERS)
    weights = np.array([prior.median for prior in WEIGHTS])
    total = weights.sum()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_allclose(shares.mean(axis=0), weights / total, atol=0.006)
    variance = weights * (total - weights) / (total**2 * (total + 1))
    np.testing.assert_allclose(shares.var(axis=0), variance, rtol=0.06)


def test_normals_are_standard() -> None:
    z = standard_normals(7, "test", MEMBERS, np.array([3]))[:, 0]
    assert abs(z.mean()) < 0.03
    assert abs(z.std() - 1) < 0.02
    assert abs(np.quantile(z, 0.975) - 1.96) < 0.07


def test_frailty_has_a_median_of_one_and_the_spread_asked_for() -> None:
    frailty = draw_frailty(np.full(MEMBERS.size, 0.9), 7, MEMBERS, np.array([11]))[:, 0]
    assert abs(np.log(frailty).std() - 0.9) < 0.02
    assert abs(np.median(frailty) - 1) < 0.04


def test_draws_do_not_depend_on_the_chunk() -> None:
    prior, members = PRIORS["h_base"], np.arange(50)
    parts = [draw_prior(prior, 3, members[:1]), draw_prior(prior, 3, members[1:])]
    np.testing.assert_array_equal(np.concatenate(parts), draw_prior(prior, 3, members))


def test_a_weight_is_not_drawn_alone() -> None:
    with pytest.raises(ValueError, match="draw it with draw_shares"):
        draw_prior(WEIGHTS[0], 7, MEMBERS)


def _prior(kind: PriorKind, median: float, low: float | None, high: float | None, *, assumed: bool = True) -> Prior:
    return Prior("x", "x", kind, "unit", median, low, high, (), from_data=False, assumed=assumed, note="")


@pytest.mark.parametrize(
    ("kind", "numbers", "assumed", "message"),
    [
        (PriorKind.LOG, (1.0, 0.5, 2.0), False, "has no basis"),
        (PriorKind.LOG, (1.0, 2.0, 0.5), True, "must have 0 < low < median < high"),
        (PriorKind.LOG, (1.0, None, 2.0), True, "must have 0 < low < median < high"),
        (PriorKind.DIRICHLET, (1.3, None, None), True, "must be a positive multiple of 0.5"),
    ],
)
def test_a_faulty_prior_is_refused(
    kind: PriorKind, numbers: tuple[float, float | None, float | None], assumed: bool, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _prior(kind, *numbers, assumed=assumed)


def test_a_weight_has_no_standard_deviation() -> None:
    with pytest.raises(ValueError, match="is a weight and has no interval"):
        _ = WEIGHTS[0].log_sd


def test_the_method_page_gives_every_hazard_ratio_as_the_table_does() -> None:
    page = (Path(__file__).parents[2] / "docs/why/assessment.md").read_text(encoding="utf-8")
    ratios = [prior for symbol, prior in load_priors().items() if symbol.startswith("hr_")]
    for prior in ratios:
        interval = f"[{prior.low:g}, {prior.high:.1f}]" if prior.high == 1 else f"[{prior.low:g}, {prior.high:g}]"
        row = next(
            line for line in page.splitlines() if f"{interval} |" in line and f"| {prior.median:g}" in _bare(line)
        )
        assert all(one in row for one in prior.evidence), prior.symbol
    assert len(ratios) == 11


def _bare(line: str) -> str:
    """Without trailing zeros of two-digit numbers: 0.80 as 0.8."""
    return re.sub(r"(0\.\d)0 ", r"\1 ", line)

"""The section of the brief on deals that could hold: what it says of each place, and what it leaves out."""

from __future__ import annotations

from functools import cache

import pytest

from dayafter.arrays import CompiledCase
from dayafter.assessment.assess import assess
from dayafter.brief import render_brief
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.findings import build_findings
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_views import PossibleDeal, PossibleDeals, possible_deals
from dayafter.findings.words import mixes_likelihood_and_confidence
from dayafter.redaction import Gate
from dayafter.settlement.records import Settlement
from dayafter.settlement.settle import settle, settle_places
from dayafter.vocabulary import Audience


@cache
def the_case() -> tuple[CaseFile, CompiledCase, Settlement]:
    case = load_case(find_case("iraq-2016")).case
    compiled = compile_case(case)
    found = settle_places(compiled, draws=40)
    assert found is not None
    return case, compiled, found


def shown(audience: Audience = Audience.PUBLIC) -> PossibleDeals:
    case, _, found = the_case()
    views = possible_deals(found, Rows(case, Gate(case, audience)))
    assert views is not None
    return views


def place(name: str) -> PossibleDeal:
    return next(deal for deal in shown().deals if deal.place == name)


def test_a_place_in_which_red_lines_clash_says_so_first_and_then_what_would_unlock_it() -> None:
    sinjar = place("Sinjar")
    assert not sinjar.is_accepted
    assert sinjar.lead.text.startswith("The red lines of")
    assert not sinjar.terms
    assert sinjar.changes
    assert all("red line" in one.text for one in sinjar.changes)


def test_an_accepted_deal_has_terms_gains_with_a_range_its_breaker_and_its_sources() -> None:
    jalawla = place("Jalawla")
    _, _, found = the_case()
    report = next(one for one in found.scopes if one.places == ("jalawla",)).packages[0]
    assert jalawla.is_accepted
    assert len(jalawla.terms) == len(report.choices)
    assert [one.gain.mean for one in jalawla.gains] == pytest.approx([100 * one.margin.central for one in report.gains])
    assert all(one.gain.p05 <= one.gain.mean <= one.gain.p95 for one in jalawla.gains)
    assert all("(" in one.gain.text for one in jalawla.gains)
    assert any("break" in one.text for one in jalawla.holds)
    assert jalawla.lead.references


def test_the_title_counts_the_places_in_which_a_deal_would_be_accepted() -> None:
    views = shown()
    n = sum(deal.is_accepted for deal in views.deals)
    assert 0 < n < len(views.deals)
    assert f"In {n} of {len(views.deals)} places" in views.title
    assert "Sinjar" in views.lead


def test_the_basis_says_draws_seed_and_what_is_assumed() -> None:
    said = ("40 times", "seed 1", "5 points of 100", "not probabilities of peace")
    assert [one for one in said if one not in shown().basis] == []


def test_no_sentence_mixes_how_probable_and_how_sure() -> None:
    for deal in shown().deals:
        for one in (deal.lead, *deal.holds, *deal.changes, *deal.known):
            assert not mixes_likelihood_and_confidence(one.text)


def test_places_settled_together_make_no_section() -> None:
    case, compiled, _ = the_case()
    together = settle(compiled, ("jalawla", "saadiya"), joint=True, draws=20)
    assert possible_deals(together, Rows(case, Gate(case, Audience.PUBLIC))) is None


def test_the_page_shows_the_section_only_where_a_settlement_is_handed_in() -> None:
    case, compiled, found = the_case()
    gate = Gate(case, Audience.PUBLIC)
    assessment = assess(compiled, seed=7, n_members=20, horizon_months=None)
    without = render_brief(build_findings(case, assessment, gate), gate)
    page = render_brief(build_findings(case, assessment, gate, settlement=found), gate)
    assert "Deals that could hold" not in without
    assert "Deals that could hold" in page
    assert "Would it hold" in page

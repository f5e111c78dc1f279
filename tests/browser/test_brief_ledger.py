"""The ledger alone is one page of A4 in every language: few places in full, more a line each, the rest by a rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dayafter.assessment.assess import assess
from dayafter.brief import render_brief
from dayafter.brief.selection import N_ALONE, N_ALONE_DENSE, N_ALONE_ROOMY, ledger_alone, n_contested
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.findings import build_findings
from dayafter.findings.wording import LANGUAGES, Wording
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience
from tests.browser.printing import printed_by
from tests.browser.test_brief_annex import with_many_places

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(find_case("iraq-2016")).case


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n_places", [N_ALONE_ROOMY - 1, N_ALONE_DENSE - 1, 60])
def test_the_ledger_alone_is_one_page_and_says_which_places_it_leaves_out(
    browser: Browser, case: CaseFile, n_places: int, language: str, tmp_path: Path
) -> None:
    many, gate = _with(case, n_places)
    findings = build_findings(
        many, assess(compile_case(many), seed=7, n_members=20, horizon_months=None), gate, language=language
    )
    rows = findings.ledger.rows  # one more than the places: the country
    assert len(rows) == n_places + 1
    made = printed_by(browser, render_brief(findings, gate, only_ledger=True), tmp_path)
    assert len(made) == 1
    alone = ledger_alone(findings, Wording(language))
    forms = {N_ALONE_ROOMY: "roomy", N_ALONE_DENSE: "dense", 61: "lines"}
    assert alone.form == forms[len(rows)]
    assert len(alone.rows) == min(len(rows), N_ALONE)
    if language == "en":
        text = made.sheet(1).text
        assert [row.place.name for row in alone.rows if row.place.name not in text] == []
        assert (f"{N_ALONE} of {len(rows)}: the places with most contested questions" in text) is (len(rows) > N_ALONE)
    left = [row for row in rows if row not in alone.rows]
    assert max(map(n_contested, left), default=0) <= min(map(n_contested, alone.rows))


def _with(case: CaseFile, n_places: int) -> tuple[CaseFile, Gate]:
    many = with_many_places(case, n_places)
    return many, Gate(many, Audience.PUBLIC)

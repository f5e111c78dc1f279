"""The main part ends by page 5 in every language, the annex holds the rest under its letters, no head is left alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dayafter.assessment.assess import assess
from dayafter.brief import render_brief
from dayafter.brief.selection import N_PLACES, annex_of, select
from dayafter.briefing import brief_findings
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.findings import build_findings
from dayafter.findings.records import Findings
from dayafter.findings.wording import LANGUAGES, Wording
from dayafter.redaction import Gate
from dayafter.study import simulate
from dayafter.vocabulary import Audience, PlaceScope
from tests.browser.printing import Print, printed, printed_by

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MAIN_PAGES = 5


@cache
def _findings(language: str) -> tuple[Findings, Gate]:
    """The bundled case with every policy simulated, as `make brief` has it, with few futures."""
    case = load_case(find_case("iraq-2016"))
    gate = Gate(case.case, Audience.PUBLIC)
    run = simulate(case, members=120, replicates=3, months=12, seed=7, audience=Audience.PUBLIC)
    return brief_findings(case, gate, results=run, language=language, members=60), gate


@cache
def whole_page(language: str) -> str:
    """The brief of the bundled case with everything in it, made once for all tests."""
    return render_brief(*_findings(language))


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Print]:
    """The brief printed in each language, once for the module."""
    return {language: printed(whole_page(language), tmp_path_factory.mktemp(language)) for language in LANGUAGES}


def with_many_places(case: CaseFile, n: int) -> CaseFile:
    """The case with so many contested places: its own and copies of them, each with its cells of the ledger."""
    own = [place for place in case.places if place.scope is PlaceScope.CONTESTED]
    places, ledger = list(case.places), list(case.ledger)
    for number in range(n - len(own)):
        first = own[number % len(own)]
        ident = f"{first.id}-{number}"
        places.append(first.model_copy(update={"id": ident, "name": f"{first.name} {number}"}))
        ledger += [row.model_copy(update={"place": ident}) for row in case.ledger if row.place == first.id]
    return case.model_copy(update={"places": tuple(places), "ledger": tuple(ledger)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_main_part_ends_by_page_five_and_the_annex_begins_on_a_page_of_its_own(
    prints: dict[str, Print], language: str
) -> None:
    findings, _ = _findings(language)
    made = prints[language]
    parts = annex_of(findings, Wording(language))
    pages = [made.page_of(f"annex-{part.key}") for part in parts]
    assert pages == sorted(pages)
    assert pages[0] == MAIN_PAGES + 1
    assert len(made) <= 20  # 25 in Arabic and 21 in English before there was an annex


def test_annex_parts_carry_letter_and_title_and_the_main_part_says_where_the_rest_is(
    prints: dict[str, Print],
) -> None:
    findings, _ = _findings("en")
    made = prints["en"]
    say = Wording("en")
    text = made.texts
    for part in annex_of(findings, say):
        assert f"Annex {part.letter} · {part.title}" in text[made.page_of(f"annex-{part.key}") - 1]
    chosen = select(findings, say)
    main = " ".join(text[:MAIN_PAGES])
    rules = [one.rule for one in (chosen.disputes, chosen.actors, chosen.spoilers, chosen.sources) if one.rule]
    assert len(rules) == 4
    assert [rule for rule in rules if rule not in main] == []
    assert "End of the brief" in text[MAIN_PAGES - 1]
    assert all("Annex, page" in page for page in text[MAIN_PAGES:])


def _words(markup: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"<[^>]+>", " ", markup))


def test_no_heading_and_no_head_of_a_table_stands_last_on_a_page(prints: dict[str, Print]) -> None:
    body = whole_page("en").partition("</section>")[2]  # after the first page, whose layout is fitted
    headings = ["".join(_words(one)) for one in re.findall(r"<h[234][^>]*>(.*?)</h[234]>", body, flags=re.DOTALL)]
    heads = [set(_words(one)) for one in re.findall(r"<thead>(.*?)</thead>", body, flags=re.DOTALL)]
    assert len(headings) > 30
    assert len(heads) > 15
    last = [_words(sheet.lowest_line) for sheet in prints["en"].sheets]
    assert [line for line in last if any(head.endswith("".join(line)) for head in headings)] == []
    assert [line for line in last if any(set(line) <= head for head in heads)] == []


def test_a_table_that_goes_over_a_page_has_its_head_on_each(prints: dict[str, Print]) -> None:
    made = prints["en"]
    first, after = made.page_of("annex-actors"), made.page_of("annex-risks")
    assert after > first
    text = made.texts[first - 1 : after]
    names = [actor.name for actor in _findings("en")[0].actors]
    held = [page for page in text if sum(name in page for name in names) > 3 and "Cannot accept less" in page]
    assert len(held) >= 2


def test_sixty_places_leave_the_main_part_as_short_and_the_annex_lists_them_all(
    browser: Browser, tmp_path: Path
) -> None:
    case = with_many_places(load_case(find_case("iraq-2016")).case, 60)
    gate = Gate(case, Audience.PUBLIC)
    assessed = assess(compile_case(case), seed=7, n_members=20, horizon_months=None)
    findings = build_findings(case, assessed, gate)
    say = Wording("en")
    made = printed_by(browser, render_brief(findings, gate), tmp_path)
    assert made.page_of("annex-ledger") <= MAIN_PAGES + 1
    chosen = select(findings, say).places
    assert len(chosen.rows) == N_PLACES
    assert say("{n} of {total}: {rule}; all in annex {letter}.", n=N_PLACES, total=61, letter="A",
               rule=say("the places with most contested questions")) == chosen.rule  # fmt: skip
    begin, end = (made.page_of(f"annex-{part.key}") for part in annex_of(findings, say)[:2])
    text = " ".join(made.sheet(number).text for number in range(begin, end + 1))
    assert [row.place.name for row in findings.ledger.rows if row.place.name not in text] == []

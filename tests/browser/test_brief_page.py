"""The brief in a real browser: how many pages, what stands on which, and that the first page is one page.

Skipped where no Chromium is installed; with DAYAFTER_REQUIRE_BROWSER=1 that is a failure instead.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from dayafter.assessment.assess import assess
from dayafter.brief import render_brief
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.findings import build_findings
from dayafter.findings.records import Findings
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.study import simulate
from dayafter.vocabulary import Audience
from tests.browser.printing import Print, printed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRST_PAGE_END = "no event has been simulated"
"""In the last line of the first page."""


def _made(case: CaseFile, audience: Audience) -> tuple[Findings, Gate]:
    gate = Gate(case, audience)
    return build_findings(case, assess(compile_case(case), seed=7, n_members=60, horizon_months=None), gate), gate


class Prints:
    """The bundled case's brief without futures, printed once for each audience that is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, dict[Audience, tuple[Findings, Print]]()

    def of(self, audience: Audience) -> tuple[Findings, Print]:
        if audience not in self._made:
            findings, gate = _made(load_case(find_case("iraq-2016")).case, audience)
            folder = self._folder / audience.value
            folder.mkdir()
            self._made[audience] = findings, printed(render_brief(findings, gate), folder)
        return self._made[audience]


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> Prints:
    return Prints(tmp_path_factory.mktemp("prints"))


@pytest.mark.parametrize("audience", list(Audience))
def test_the_bundled_case_answers_on_one_page_and_names_its_page_and_handling_on_each(
    audience: Audience, prints: Prints
) -> None:
    findings, made = prints.of(audience)
    pages = made.texts
    assert 6 <= len(pages) <= 17
    first = pages[0]
    for wanted in ("Bottom line", "Four open questions", "deals in force", "Who is harmed", FIRST_PAGE_END):
        assert wanted in first, f"'{wanted}' is not on page 1"
    assert findings.ledger.title in pages[1]
    label = findings.edition.handling.split(" · ")[0]
    annex = next(number for number, text in enumerate(pages, start=1) if "Annex: every table whole" in text)
    for number, text in enumerate(pages, start=1):
        assert f"{number} of {len(pages)}" in text
        assert (f"Annex, page {number}" in text) is (number >= annex)
        assert label in text
        assert f"Evidence closes {findings.edition.as_of}" in text


@pytest.mark.parametrize("audience", list(Audience))
def test_no_page_but_the_last_is_left_nearly_empty(audience: Audience, prints: Prints) -> None:
    _, made = prints.of(audience)
    depths = [sheet.lowest for sheet in made.sheets]
    assert min(depths[:-1]) > 0.5, depths
    assert depths[0] > 0.85, depths


def test_headings_stand_on_their_pages_in_order(prints: Prints) -> None:
    findings, made = prints.of(Audience.INTERNAL)
    pages = made.texts
    heads = (findings.ledger.title, "What each side cannot give up", "Annex: every table whole", "For counterparts")
    starts = [next(i for i, text in enumerate(pages) if head in text) for head in heads]
    assert starts == sorted(starts)
    assert starts[0] == 1


def _longest(case: CaseFile) -> CaseFile:
    """The case with every name that the first page prints as long as anyone would write it."""
    word = "Wolframshausen and the upper valley of the long river "
    info = case.info.model_copy(
        update={"title": (word * 3)[:150], "region": word * 2, "question": (word * 12)[:600], "reader": word * 2}
    )
    deals = tuple(d.model_copy(update={"name": f"{word * 2}{n}"}) for n, d in enumerate(case.deals))
    places = tuple(p.model_copy(update={"name": f"{word}{n}"}) for n, p in enumerate(case.places))
    communities = tuple(c.model_copy(update={"name": f"{word}{n}"}) for n, c in enumerate(case.communities))
    return case.model_copy(update={"info": info, "deals": deals, "places": places, "communities": communities})


def _need_faces_of_the_brief() -> None:
    """Skip, or fail where a browser is required, if no sans and serif face that the style sheet names is installed.

    In a much wider face the longest strings that a case may hold run over; ordinary ones do not (the tests above).
    """
    listed = shutil.which("fc-list")
    families = (
        subprocess.run([listed, ":", "family"], capture_output=True, text=True, check=True).stdout if listed else ""
    )
    if "Noto Sans" not in families or "Noto Serif" not in families:
        reason = "the faces that the brief is set in are not installed: on Debian, fonts-noto-core"
        if os.environ.get("DAYAFTER_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def test_the_longest_strings_still_leave_the_first_page_one_page(tmp_path: Path) -> None:
    _need_faces_of_the_brief()
    findings, gate = _made(_longest(load_case(find_case("iraq-2016")).case), Audience.INTERNAL)
    made = printed(render_brief(findings, gate), tmp_path)
    assert FIRST_PAGE_END in made.sheet(1).text
    assert findings.ledger.title in made.sheet(2).text


# --- with options, in every language, on paper and on a narrow screen

LANGUAGES = ("en", "ar")
FIRST_PAGE_HEIGHT = 1028.0
"""A4 less the margins, in CSS pixels."""


@cache
def _futures() -> SimulationResult:
    policies = ["diyala-on-paper", "guarantor", "guarantor-leaves", "package"]
    return simulate(
        "iraq-2016", policies=policies, members=60, replicates=3, months=12, seed=7, audience=Audience.INTERNAL
    )


@cache
def _with_options(language: str, *, longest: bool = False) -> str:
    """The bundled case with options as a page, made once for all tests."""
    case = load_case(find_case("iraq-2016")).case
    case = _longest(case) if longest else case
    gate = Gate(case, Audience.PUBLIC)
    assessed = assess(compile_case(case), seed=7, n_members=60, horizon_months=None)
    return render_brief(build_findings(case, assessed, gate, results=_futures(), language=language), gate)


def _shown(browser: Browser, page: str, folder: Path, width: int, *, printed: bool) -> Page:
    source = folder / f"brief-{width}.html"
    source.write_text(page, encoding="utf-8")
    shown = browser.new_page(viewport={"width": width, "height": 1028})
    if printed:
        shown.emulate_media(media="print")
    shown.goto(source.as_uri())
    return shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("longest", [False, True], ids=["as-it-is", "longest-strings"])
def test_the_first_page_with_options_is_one_page_in_every_language(
    browser: Browser, tmp_path: Path, language: str, *, longest: bool
) -> None:
    _need_faces_of_the_brief()
    page = _with_options(language, longest=longest)
    shown = _shown(browser, page, tmp_path, 688, printed=True)
    height = float(shown.evaluate("document.querySelector('.first').getBoundingClientRect().height"))
    assert height <= FIRST_PAGE_HEIGHT
    if not longest:
        assert height > 0.85 * FIRST_PAGE_HEIGHT
        whole = {policy.text for policy in load_case(find_case("iraq-2016")).case.policies}
        assert set(shown.locator(".first .ot").all_inner_texts()) <= whole
    for wanted in (".opt tbody tr:nth-child(3)", ".deal3 li", ".harm dd", ".trig", ".map", ".bl p"):
        assert shown.locator(f".first {wanted}").first.is_visible(), wanted
    shown.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_screen_scrolls_down_and_not_sideways(browser: Browser, tmp_path: Path, language: str) -> None:
    page = _with_options(language)
    shown = _shown(browser, page, tmp_path, 390, printed=False)
    assert int(shown.evaluate("document.documentElement.scrollWidth")) <= 390
    shown.close()


def _ink(shown: Page, selector: str) -> float:
    """Share of dark pixels of an element as it is drawn."""
    picture = Image.open(io.BytesIO(shown.locator(selector).first.screenshot())).convert("L")
    return sum(value < 128 for value in picture.tobytes()) / (picture.width * picture.height)


def test_arabic_and_sorani_names_are_drawn_in_joined_letters_by_the_bundled_face(
    browser: Browser, tmp_path: Path
) -> None:
    page = _with_options("en")
    shown = _shown(browser, page, tmp_path, 1200, printed=False)
    shown.evaluate("document.fonts.ready")
    assert shown.evaluate("document.fonts.check('16px \"dayafter Arabic\"', 'سنجار')")
    for language in ("ar", "ckb"):
        assert 0.02 < _ink(shown, f'bdi[lang="{language}"]') < 0.5
    joined, apart = (
        float(
            shown.evaluate(
                """text => { const s = document.createElement('span'); s.style.font = '40px "dayafter Arabic"';
                s.textContent = text; document.body.append(s); return s.getBoundingClientRect().width; }""",
                text,
            )
        )
        for text in ("سنجار", "\u200c".join("سنجار"))
    )
    assert joined < 0.95 * apart  # letters that stand alone are wider than joined ones
    shown.close()


def test_numbers_keep_their_order_in_a_line_from_the_right(browser: Browser, tmp_path: Path) -> None:
    shown = _shown(browser, _with_options("ar"), tmp_path, 1200, printed=False)
    boxes = shown.evaluate(
        """() => [...document.querySelectorAll('.opt .n bdi')].filter(b => /^\\d+–\\d+$/.test(b.textContent)).map(b => {
        const t = b.firstChild, at = t.data.indexOf('–'), r = document.createRange();
        const x = (i) => { r.setStart(t, i); r.setEnd(t, i + 1); return r.getBoundingClientRect().left; };
        return x(0) < x(at); })"""
    )
    assert boxes
    assert all(boxes)
    direction = shown.evaluate("getComputedStyle(document.querySelector('.opt .mk')).direction")
    assert direction == "ltr"
    shown.close()

"""The app in a real browser: the first hour, by keyboard alone, on a narrow screen, in Arabic, in two tabs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dayafter.web.settings import Settings
from tests.browser import contrast
from tests.browser.conftest import overflow
from tests.unit.web.serving import BRIDGES, PEOPLE, READER, listening
from tools.first_hour import DEAL, SCENES, Scene

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = (
    "/", "/places", "/places/jalawla", "/deals", DEAL, "/actors", "/actors/badr", "/settlement", "/policies", "/why",
    "/why?place=jalawla", "/sources", "/changes", "/data",
)  # fmt: skip


CRAMPED = """() => {
  const isLow = (at) => at.getClientRects().length > 0 && at.getBoundingClientRect().height < 43.5;
  const target = (at) => (at.matches("[type=checkbox], [type=radio]") ? at.closest("label") : at);
  const tables = [...document.querySelectorAll(".scroll")].filter((at) => at.scrollWidth > at.clientWidth + 1);
  const all = [...document.querySelectorAll(":is(a[href], button, select, input, summary):not(svg *, .skip)")];
  return [...tables, ...all.filter((at) => isLow(target(at)))].map((at) => at.outerHTML.slice(0, 200));
}"""
"""Tables that scroll sideways, and what is lower than 44 px to the finger; places of the map are in the ledger too."""


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_first_hour(scene: Scene, page: Page, address: str, tmp_path: Path) -> None:
    scene.play(page, address, tmp_path)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_is_wider_than_a_narrow_or_a_wide_screen(page: Page, address: str, language: str) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in PAGES:
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            assert overflow(page) <= 0, (path, width)
            if width == 390:
                assert page.evaluate(CRAMPED) == [], path


def test_everything_that_a_page_says_stands_out_from_its_ground(page: Page, address: str) -> None:
    for path in PAGES:
        page.goto(f"{address}{path}")
        page.locator("main:not(:has(#working))").wait_for(timeout=120_000)
        found = contrast.walk(page)
        assert found["texts"] > 20, path
        assert found["faults"] == [], path


def test_provisional_and_narrow_and_arabic_answers_stand_out_too(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}{DEAL}?lang=ar")
    page.locator("input[name=form][value=signed]").check(force=True)
    page.locator("#at-once").wait_for(state="visible")
    page.locator("#ensemble").evaluate("at => { at.hidden = false; at.querySelector('.big').textContent = '−5 نقاط'; }")
    page.locator("#what-error").evaluate("at => { at.hidden = false; at.textContent = 'x'; }")
    assert page.locator("#ensemble.provisional").count() == 1
    assert contrast.walk(page)["faults"] == []


def test_a_text_that_does_not_stand_out_is_found(page: Page, address: str) -> None:
    page.goto(f"{address}/changes")
    page.locator("h2").first.evaluate("at => { at.style.setProperty('color', '#999'); at.textContent = 'too pale'; }")
    assert [text for _, _, text in contrast.walk(page)["faults"]] == ["too pale"]


def test_a_note_opens_by_keyboard_can_be_gone_into_and_closes_with_escape(page: Page, address: str) -> None:
    page.goto(address)
    cell = page.locator(".led button.cell").first
    note = page.locator(".led td").first.locator(".pop")
    assert not note.is_visible()
    cell.focus()
    note.wait_for(state="visible")
    page.keyboard.press("Tab")
    assert note.locator("a:focus").count() == 1
    assert note.is_visible()
    page.keyboard.press("Escape")
    note.wait_for(state="hidden")
    cell.hover()
    note.wait_for(state="visible")
    note.hover()
    assert note.is_visible()


def test_a_note_opens_and_closes_by_touch_on_a_narrow_screen(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    cell = page.locator(".led button.cell").first
    note = page.locator(".led td").first.locator(".pop")
    cell.tap()
    note.wait_for(state="visible")
    box = cell.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    cell.tap()
    note.wait_for(state="hidden")
    context.close()


def test_a_what_if_is_asked_run_and_undone_by_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}{DEAL}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#whatif input[name=form]").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("input[name=form]:checked").get_attribute("value") == "signed"
    spoken = page.locator("#said", has_text=re.compile("points|change"))
    spoken.wait_for(state="attached")
    assert spoken.get_attribute("aria-live") == "polite"
    page.locator("#undo").focus()
    page.keyboard.press("Enter")
    page.locator("#at-once").wait_for(state="hidden")
    assert page.locator("input[name=form]:checked").get_attribute("value") == ""
    assert page.evaluate("document.activeElement.name") == "form"


def test_two_tabs_do_not_disturb_one_another(browser: Browser, address: str) -> None:
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(2)]
    for tab, form in zip(tabs, ("written", "ratified"), strict=True):
        tab.goto(f"{address}{DEAL}")
        tab.locator(f"input[name=form][value={form}]").check(force=True)
        tab.locator("#whatif").evaluate("panel => { panel.dataset.members = 20 }")
        tab.locator("#run").click()
    answers = []
    for tab, form in zip(tabs, ("written", "ratified"), strict=True):
        tab.locator("#ensemble [data-at=state]", has_text="done").wait_for(timeout=240_000)
        assert tab.locator("input[name=form]:checked").get_attribute("value") == form
        answers.append(tab.locator("#at-once [data-at=chance]").inner_text())
    assert answers[0] != answers[1]
    context.close()


def test_what_runs_looks_provisional_and_says_what_it_is_compared_with(page: Page, address: str) -> None:
    page.goto(f"{address}{DEAL}")
    page.locator("input[name=form][value=ratified]").check(force=True)
    page.locator("#whatif").evaluate("panel => { panel.dataset.members = 4000 }")
    page.locator("#run").click()
    page.locator("#ensemble.provisional [data-at=state]", has_text="provisional").wait_for(timeout=60_000)
    assert page.locator("#ensemble progress").is_visible()
    page.locator("input[name=form][value=written]").check(force=True)  # another question stops the first
    page.locator("#ensemble.provisional").wait_for()
    page.locator("#run").click()
    page.locator("#stop").click()
    page.locator("#ensemble [data-at=state]", has_text="stopped").wait_for(timeout=60_000)
    assert page.locator("#run").is_visible()
    assert not page.locator("#stop").is_visible()
    assert not page.locator("#ensemble progress").is_visible()


def test_a_reader_signs_in_with_a_token_and_out(browser: Browser, tmp_path: Path) -> None:
    settings = Settings(case=BRIDGES, workspace=tmp_path / "workspace", warm=False, people=PEOPLE)
    with listening(settings) as base:
        context = browser.new_context(viewport={"width": 390, "height": 800})  # of its own: a wrong token is an error
        page = context.new_page()
        page.goto(f"{base}/deals?lang=ar")
        for token in ("no token of anybody", READER):
            page.locator("[name=token]").fill(token)
            page.locator("button").click()
            page.locator("[role=alert]" if token != READER else "svg.map").wait_for()
        assert page.evaluate("document.documentElement.lang") == "ar"
        page.locator("form[action^='/logout'] button").click()
        page.locator("[name=token]").wait_for()
        page.goto(f"{base}/places")
        assert page.url.endswith("/login")
        context.close()


def test_arabic_runs_from_the_right_and_its_script_is_joined(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=ar")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('svg.map')).direction") == "ltr"
    face = page.evaluate("document.fonts.check('16px \"dayafter Arabic\"', 'سنجار')")
    assert face
    first = page.locator(".led thead th").first.bounding_box()
    last = page.locator(".led thead th").last.bounding_box()
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"]
    alone, joined = page.evaluate(
        """() => ["س ن ج ا ر", "سنجار"].map((text) => {
             const spot = document.createElement("span");
             spot.lang = "ar"; spot.textContent = text.replaceAll(" ", "\\u200c");
             document.body.append(spot);
             const wide = spot.getBoundingClientRect().width; spot.remove(); return wide; })"""
    )
    assert joined < alone


def test_the_app_works_with_the_network_cut_off(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.route(lambda url: "localhost" not in url, lambda route: route.abort())
    page = context.new_page()
    page.goto(address)
    assert page.locator("svg.map").is_visible()
    assert page.evaluate("document.styleSheets.length") == 1
    context.close()

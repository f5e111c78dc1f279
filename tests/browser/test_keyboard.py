"""The ten tasks of the first hour and the pages around them, by keyboard alone: no click, no pointer, no address typed.

Each begins at the first page, as somebody does who cannot use a mouse. `Keyboard` sees to it that every stop is seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dayafter.casefile.load import load_case
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience
from tests.browser.keyboard import Keyboard
from tools.first_hour import broken_workbook

if TYPE_CHECKING:
    from playwright.sync_api import Page

DEAL = "Diyala deal on Jalawla and Saadiya"
NUMBER = "deals|diyala-exchange|local_assent"


@pytest.fixture
def keys(page: Page, address: str) -> Keyboard:
    page.goto(address)
    return Keyboard(page)


def open_deal(keys: Keyboard) -> None:
    keys.tab("Deals")
    keys.open(keys.page.get_by_role("link", name=DEAL))
    keys.page.get_by_role("heading", name="Why it is fragile").wait_for()


def test_1_the_case_its_map_its_ledger_and_its_brief(keys: Keyboard) -> None:
    page = keys.page
    with page.expect_download() as got:
        keys.open(page.get_by_role("link", name="Make brief"))
    assert got.value.suggested_filename == "iraq-2016-public-brief.html"
    keys.to(page.locator("svg.map a"))
    cell = page.locator(".led td").nth(2)
    keys.to(cell.locator("button.cell"))
    cell.locator(".pop").wait_for(state="visible")
    keys.press("Tab")
    assert cell.locator(".pop a:focus").count() == 1
    keys.press("Escape")
    cell.locator(".pop").wait_for(state="hidden")
    keys.open(page.locator(".led tbody th a").nth(2))
    page.get_by_role("heading", name="Open questions").wait_for()


def test_2_a_workbook_of_ones_own_is_checked(keys: Keyboard, tmp_path: Path) -> None:
    page, book = keys.page, broken_workbook(tmp_path)
    keys.tab("Codes and data")
    keys.to(page.locator("#check input[type=file]"))
    with page.expect_file_chooser() as got:
        keys.press("Space")
    got.value.set_files(book)
    keys.open(page.locator("#check button"))
    page.locator(".issues li").nth(1).wait_for()
    assert "'nobody-known' is no id in actors" in page.locator("#check-answer").inner_text()


def test_3_a_name_in_another_script_is_matched_to_its_code(keys: Keyboard) -> None:
    page = keys.page
    keys.tab("Codes and data")
    keys.to(page.get_by_label("Match a name"))
    keys.type("طوز خورماتو")
    keys.press("Enter")
    match = page.locator("table", has=page.get_by_text("Matches")).get_by_role("link", name="Tuz Khurmatu")
    match.wait_for()
    keys.open(match)
    page.get_by_role("heading", name="Tuz Khurmatu").wait_for()
    assert "IQG16Q07N02" in page.locator("dl.facts").inner_text()


def test_4_why_a_deal_is_fragile_down_to_the_source(keys: Keyboard) -> None:
    page = keys.page
    open_deal(keys)
    cite = page.locator("figure .has-pop").first
    keys.to(cite.locator("a"))
    cite.locator(".pop").wait_for(state="visible")
    number, said = cite.locator("a").inner_text().split()[0], cite.locator(".pop").inner_text()
    keys.press("Escape")
    cite.locator(".pop").wait_for(state="hidden")
    keys.press("Enter")
    source = page.locator("tr:target")
    source.wait_for()
    assert source.locator("td").first.inner_text() == number
    assert said in source.inner_text()


def test_5_who_is_missing_from_a_deal_and_where_that_is_written(keys: Keyboard) -> None:
    page = keys.page
    open_deal(keys)
    absent = page.locator("section.a-deal table.plain", has_text="Sunni Arabs")
    assert "named as needed" in absent.inner_text()
    cite = absent.locator(".has-pop").first
    keys.to(cite.locator("a"))
    cite.locator(".pop").wait_for(state="visible")


def test_6_a_what_if_is_asked_run_and_saved(keys: Keyboard) -> None:
    page = keys.page
    open_deal(keys)
    panel = page.locator("#whatif")
    panel.evaluate("panel => { panel.dataset.members = 20 }")
    keys.to(panel.locator("input[name=form][value='']"))
    keys.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert panel.locator("input[name=form]:checked").get_attribute("value") == "signed"
    keys.to(panel.get_by_role("checkbox", name="national"))
    keys.press("Space")
    keys.choose(panel.locator("[name=guarantor]"), "united-nations")
    keys.choose(panel.locator("[name=patron]"), "iran")
    keys.open(panel.get_by_text("Money", exact=True))
    keys.to(panel.locator("[name=aid]"))
    keys.press("ArrowDown")
    page.locator("#at-once [data-at=chance]", has_text="points").wait_for()
    keys.open(page.locator("#run"))
    page.locator("#ensemble [data-at=state]", has_text="done").wait_for(timeout=240_000)
    assert "Compared with the saved case" in page.locator("#ensemble [data-at=against]").inner_text()
    keys.to(page.locator("#save input"))
    keys.type("Asked without a mouse")
    keys.press("Enter")
    page.locator("#saved", has_text="asked-without-a-mouse").wait_for()


def test_7_a_search_for_deals_that_all_accept_and_that_last(keys: Keyboard) -> None:
    page = keys.page
    keys.tab("Deals that could hold")
    for name in ("Jalawla", "Saadiya"):
        keys.to(page.get_by_role("checkbox", name=name))
        keys.press("Space")
    keys.open(page.get_by_role("button", name="Search"))
    page.get_by_role("heading", name="Jalawla and Saadiya").wait_for()
    keys.open(page.locator("article.pack summary").nth(1))
    assert page.locator("article.pack details[open]").count() == 1


def test_8_two_accounts_of_one_number_are_weighed_and_kept(keys: Keyboard) -> None:
    page = keys.page
    open_deal(keys)
    panel = page.locator("#whatif")
    keys.open(panel.get_by_text("A number of the case", exact=True))
    keys.choose(panel.locator("[name=input]"), NUMBER)
    keys.open(panel.get_by_text("Two accounts of one number", exact=True))
    texts = {
        "value1": "0.1..0.2",
        "source1": "A survey by phone",
        "value2": "0.7..0.9",
        "source2": "Minutes, copied",
    }
    for name, text in texts.items():
        keys.to(panel.locator(f"[name={name}]"))
        keys.type(text)
    keys.open(page.locator("#weigh"))
    page.locator("#weighed", has_text="atter").wait_for()
    told = panel.locator("#consequences dt").all_inner_texts()
    assert [texts[f"value{n}"] in one and texts[f"source{n}"] in one for n, one in enumerate(told, 1)] == [True, True]
    keys.open(page.locator("#keep"))
    page.locator("#saved", has_text="2 accounts kept").wait_for()
    keys.tab("Changes")
    assert texts["value1"] in page.locator("main").inner_text()
    assert texts["source2"] in page.locator("main").inner_text()


def test_an_interval_is_moved_by_arrows_and_by_digits(keys: Keyboard) -> None:
    page = keys.page
    open_deal(keys)
    panel = page.locator("#whatif")
    keys.open(panel.get_by_text("A number of the case", exact=True))
    assert not panel.locator(".ends2").is_visible()
    keys.choose(panel.locator("[name=input]"), NUMBER)
    assert panel.locator("[name=value]").input_value() == "0.2..0.6"
    keys.to(panel.get_by_role("slider", name="Lowest"))
    keys.press("ArrowRight", "ArrowRight")
    assert panel.locator("[name=value]").input_value() == "0.22..0.6"
    keys.press("End")  # the lower end pushes the upper one
    assert panel.locator("[name=value]").input_value() == "1"
    keys.to(panel.get_by_role("spinbutton", name="Lowest"))
    keys.type("0.4")
    keys.to(panel.get_by_role("spinbutton", name="Highest"))
    assert panel.get_by_role("slider", name="Lowest").input_value() == "0.4"
    keys.type("0.5")
    keys.press("Enter")
    assert panel.locator("[name=value]").input_value() == "0.4..0.5"
    page.locator("#at-once [data-at=chance]", has_text="point").or_(
        page.locator("#at-once [data-at=chance]", has_text="change")
    ).first.wait_for()
    keys.to(panel.locator("[name=value]"))
    keys.press("Control+A")
    keys.type("0.3 [0.1, 0.9]")
    assert panel.get_by_role("slider", name="Highest").input_value() == "0.9"
    keys.to(panel.get_by_role("slider", name="Lowest"), "Shift+Tab")
    keys.press("ArrowLeft")
    assert panel.locator("[name=value]").input_value() == "0.3 [0.09, 0.9]"


def test_9_a_redacted_brief_and_map_are_taken_and_hold_nothing_withheld(keys: Keyboard, tmp_path: Path) -> None:
    page = keys.page
    keys.tab("Codes and data")
    gate = Gate(load_case("iraq-2016").case, Audience.PUBLIC)
    for name in ("brief.html", "places.geojson"):
        with page.expect_download() as got:
            keys.open(page.get_by_role("link", name=name))
        got.value.save_as(tmp_path / name)
        assert gate.find((tmp_path / name).read_text(encoding="utf-8")) is None


def test_10_a_colleague_sees_what_changed(keys: Keyboard, address: str) -> None:
    page = keys.page
    step = {"action": "formalise", "deal": "diyala-exchange", "form": "written"}
    saved = {"deal": "diyala-exchange", "steps": [step], "name": "Left for a colleague"}
    assert page.request.post(f"{address}/api/v1/policies", data=saved).ok
    keys.tab("Changes")
    assert "left-for-a-colleague" in page.locator("main").inner_text()
    keys.to(page.locator("main [tabindex='0']"))


def test_what_moves_the_answer_is_chosen_and_read(keys: Keyboard) -> None:
    page = keys.page
    keys.tab("What moves the answer")
    keys.choose(page.locator("[name=place]"), "jalawla")
    keys.open(page.get_by_role("button", name="Show"))
    page.locator("[name=place] option[value=jalawla][selected]").wait_for(state="attached")
    page.get_by_role("heading", name="Through which mechanisms").wait_for(timeout=120_000)
    keys.choose(page.locator("[name=outcome]"), "months_under_deals")
    keys.open(page.get_by_role("button", name="Show"))
    page.get_by_text("form and levels make deals last").first.wait_for()
    keys.open(page.locator("main summary"))
    assert page.locator("main details[open]").count() == 1


def test_policies_and_the_language_are_changed(keys: Keyboard) -> None:
    page = keys.page
    keys.tab("Policies")
    keys.open(page.locator(".chan a").nth(2))
    page.locator(".chan a[aria-current]", has_text="Population").wait_for()
    keys.open(page.get_by_role("link", name="العربية"))
    page.locator("html[dir=rtl]").wait_for()
    assert "outcome=returned" in page.url

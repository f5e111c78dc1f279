"""The first hour with the app, task by task, as somebody does it in a browser.

Each scene goes to a page, does what a user does and checks what she must then see. The browser tests run the scenes;
`python -m tools.pictures` runs them too and keeps a picture of each for `docs/learn/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

DEAL: Final = "/deals/diyala-exchange"


@dataclass(frozen=True)
class Scene:
    """A task of the first hour."""

    name: str
    """Of its page in `docs/learn/` and of its picture."""
    play: Callable[[Page, str, Path], None]
    """(page, address of the server, folder of the scene's own)."""
    focus: str = ""
    """What the picture shows; the window where empty."""


def _open(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}/")
    page.get_by_role("heading", name="Nothing is agreed formally").wait_for()
    assert page.locator("svg.map a").count() == 7
    cell = page.locator(".led button.cell").nth(2)
    cell.hover()
    page.locator(".led .pop:visible").get_by_text("Sources").wait_for()
    with page.expect_download() as got:
        page.get_by_role("link", name="Make brief").click()
    assert got.value.suggested_filename == "iraq-2016-public-brief.html"
    cell.hover()


def broken_workbook(folder: Path) -> Path:
    """A workbook with two faults: a form misspelt, an actor whose parent nobody knows."""
    from openpyxl import load_workbook

    from dayafter.casefile.scaffold import init_case

    book = folder / "mine.xlsx"
    init_case(book, from_case="iraq-2016", overwrite=True)
    sheets = load_workbook(book)
    deals = sheets["deals"]
    header = [cell.value for cell in deals[1]]
    deals.cell(2, header.index("form") + 1, "sined")
    actors = sheets["actors"]
    actors.cell(3, [cell.value for cell in actors[1]].index("parent") + 1, "nobody-known")
    sheets.save(book)
    return book


def _import(page: Page, base: str, folder: Path) -> None:
    book = broken_workbook(folder)
    page.goto(f"{base}/data")
    page.locator("#check input[type=file]").set_input_files(book)
    page.locator("#check button").click()
    page.locator(".issues li").nth(1).wait_for()
    told = page.locator("#check-answer").inner_text()
    assert "deals!" in told
    assert "write signed" in told
    assert "'nobody-known' is no id in actors" in told


def _match(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}/data")
    page.get_by_label("Match a name").fill("طوز خورماتو")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Tuz Khurmatu").nth(2).wait_for()
    assert "IQG16Q07N02" in page.locator("section[aria-labelledby=codes-h]").inner_text()


def _fragile(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}/deals")
    page.get_by_role("link", name="Diyala deal on Jalawla and Saadiya").click()
    page.get_by_role("heading", name="Why it is fragile").wait_for()
    assert "no accepted guarantor" in page.locator("table.wf").inner_text()
    cite = page.locator("figure .has-pop a").first
    cite.focus()
    note = page.locator("figure .has-pop .pop:visible").first
    note.wait_for()
    assert "van den Toorn" in note.inner_text()


def _missing(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}{DEAL}")
    page.get_by_role("heading", name="Not at the table").wait_for()
    rows = page.locator("section.a-deal table.plain").inner_text()
    assert "Sunni Arabs" in rows
    assert "named as needed" in rows
    assert "an outsider" in page.locator("table.brk").inner_text()
    page.get_by_role("heading", name="Not at the table").scroll_into_view_if_needed()


def _what_if(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}{DEAL}")
    panel = page.locator("#whatif")
    panel.get_by_role("radio", name="signed", exact=True).check(force=True)
    panel.get_by_role("checkbox", name="national").check()
    panel.get_by_label("Guarantor").select_option("united-nations")
    page.locator("#at-once [data-at=chance]", has_text="points").wait_for()
    panel.evaluate("panel => { panel.dataset.members = 40 }")
    page.get_by_role("button", name="Run the ensemble").click()
    page.locator("#ensemble [data-at=state]", has_text="done").wait_for(timeout=240_000)
    assert "Compared with the saved case" in page.locator("#ensemble [data-at=against]").inner_text()
    assert "provisional" not in (page.locator("#ensemble").get_attribute("class") or "").split()
    panel.get_by_label("A patron leaves").select_option("iran")
    assert "provisional" in (page.locator("#ensemble").get_attribute("class") or "")
    page.locator("#ensemble [data-at=state]", has_text="of the question before").wait_for()
    page.locator("#save input").fill("Signed, guaranteed, without Iran")
    page.get_by_role("button", name="Save as policy").click()
    page.locator("#saved", has_text="signed-guaranteed-without-iran").wait_for()


def _search(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}/settlement")
    for name in ("Jalawla", "Saadiya"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Jalawla and Saadiya").wait_for()
    packages = page.locator("article.pack")
    assert packages.count() >= 2
    for at in range(packages.count()):
        told = packages.nth(at).inner_text()
        assert "All accept, of draws" in told
        assert "nobody gains by breaking it" in told


def _dispute(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}{DEAL}")
    panel = page.locator("#whatif")
    panel.get_by_text("A number of the case", exact=True).click()
    panel.get_by_label("Which number moves, and to what").select_option("deals|diyala-exchange|local_assent")
    panel.get_by_text("Two accounts of one number", exact=True).click()
    accounts = {
        "value1": "0.1..0.2",
        "source1": "A survey in the market",
        "value2": "0.7..0.9",
        "source2": "Minutes of the council",
    }
    for name, text in accounts.items():
        panel.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="Does it matter?").click()
    page.locator("#weighed", has_text="atter").wait_for()
    assert page.locator("#consequences dt").count() == 2
    page.get_by_role("button", name="Keep both accounts").click()
    page.locator("#saved", has_text="2 accounts kept").wait_for()


def _export(page: Page, base: str, folder: Path) -> None:
    from dayafter.casefile.load import load_case
    from dayafter.redaction import Gate
    from dayafter.vocabulary import Audience

    page.goto(f"{base}/data")
    gate = Gate(load_case("iraq-2016").case, Audience.PUBLIC)
    for name in ("brief.html", "places.geojson"):
        with page.expect_download() as got:
            page.get_by_role("link", name=name).click()
        target = folder / name
        got.value.save_as(target)
        assert gate.find(target.read_text(encoding="utf-8")) is None
    page.get_by_role("heading", name="Take the data").scroll_into_view_if_needed()


def _hand_over(page: Page, base: str, _folder: Path) -> None:
    page.goto(f"{base}/changes")
    told = page.locator("main").inner_text()
    assert "signed-guaranteed-without-iran" in told
    assert "The case itself stays as it is" in told


SCENES: Final = (
    Scene("01-open", _open),
    Scene("02-import", _import, "section[aria-labelledby=check-h]"),
    Scene("03-match", _match, "section[aria-labelledby=codes-h]"),
    Scene("04-fragile", _fragile, "section.a-deal"),
    Scene("05-missing", _missing),
    Scene("06-what-if", _what_if, "#whatif"),
    Scene("07-search", _search),
    Scene("08-dispute", _dispute, "#whatif"),
    Scene("09-export", _export),
    Scene("10-hand-over", _hand_over),
)
"""In the order in which a newcomer does them; later ones build on what earlier ones saved."""

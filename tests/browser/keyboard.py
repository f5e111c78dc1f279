"""A reader without a mouse: Tab, Enter, Space, arrows, Escape and letters, and nothing else of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOST_TABS = 400
SEEN = """(wanted) => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const ring = getComputedStyle(at).outlineStyle !== "none" || at.matches("main, svg.map a, .seg input");
  return [at === wanted, at === document.body || (box.width > 0 && box.height > 0 && ring)];
}"""
"""Whether focus is on an element, and whether that is seen: by a ring, but for three that show it otherwise."""


class Keyboard:
    """Goes through a page by keys alone; every stop on the way has to be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Letters."""
        self.page.keyboard.type(text)

    def to(self, wanted: Locator, key: str = "Tab") -> None:
        """Tab until focus is there. Fails where no number of Tabs leads there, or focus cannot be seen."""
        target = wanted.first.element_handle()
        for _ in range(MOST_TABS):
            self.press(key)
            there, is_seen = self.page.evaluate(SEEN, target)
            assert is_seen, self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            if there:
                return
        raise AssertionError(f"{wanted} cannot be reached by {key}")

    def open(self, wanted: Locator) -> None:
        """Go to a link, button or fold and press Enter."""
        self.to(wanted)
        self.press("Enter")

    def tab(self, name: str) -> None:
        """Go to a page of the app by its tab, and past the bar by the skip link."""
        self.open(self.page.locator("nav.tabs").get_by_role("link", name=name, exact=True))
        self.page.locator("nav.tabs a[aria-current]", has_text=name).wait_for()
        self.page.wait_for_load_state()
        self.press("Tab", "Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"

    def choose(self, select: Locator, value: str) -> None:
        """Go to a list and arrow down to a value."""
        self.to(select)
        for _ in range(select.locator("option").count()):
            if select.input_value() == value:
                return
            self.press("ArrowDown")
        assert select.input_value() == value

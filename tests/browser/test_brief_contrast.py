"""The brief can be read by those who see contrast badly: WCAG 2.2 AA, on screen and on paper, in every language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from dayafter.findings.wording import LANGUAGES
from tests.browser import contrast
from tests.browser.test_brief_annex import whole_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_and_mark_of_the_brief_stands_out_enough(
    browser: Browser, tmp_path: Path, language: str, media: Literal["screen", "print"]
) -> None:
    source = tmp_path / "brief.html"
    source.write_text(whole_page(language), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.emulate_media(media=media)
    page.goto(source.as_uri())
    texts, marks = contrast.walk(page), contrast.marks(page)
    page.close()
    assert texts["texts"] > 1500
    assert marks["marks"] > 200
    assert [*texts["faults"], *marks["faults"]] == []


def test_the_measure_finds_pale_text_text_on_a_mark_and_a_pale_mark(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        """<body style="background:#fff;color:#000"><p>fine</p><p style="color:#999">pale</p>
        <p style="color:#949494;font-size:30px">large</p>
        <div style="background:#333"><p style="color:#444">dark</p></div>
        <svg width="90" height="30"><rect width="40" height="30" fill="#86286a"/>
        <text x="5" y="20" fill="#767b84">on</text><path d="M9,5h9v4h-9Z" fill="#fff"/>
        <circle cx="70" cy="15" r="9" fill="#ddd"/><path d="M50,0V30" stroke="#c9c7c1"/></svg></body>"""
    )
    texts, marks = contrast.walk(page), contrast.marks(page)
    page.close()
    assert [what for _, _, what in texts["faults"]] == ["pale", "dark", "on"]
    assert texts["faults"][0][0] == "2.85"
    assert (marks["marks"], [what for _, _, what in marks["faults"]]) == (3, ["mark in svg"])

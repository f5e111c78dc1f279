"""A page printed by the installed browser and read by another program: what the tests of the brief share."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pypdf import PageObject, PdfReader

from tests.browser.conftest import FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

A4_POINTS = (595, 842)
FOOT_POINTS = 40.0
"""Height of the bottom margin, in which the running foot stands."""


def printed(page: str, folder: Path) -> PdfReader:
    """A page as a PDF on A4; its file stays in the folder as `brief.pdf`."""
    source, target = folder / "brief.html", folder / "brief.pdf"
    source.write_text(page, encoding="utf-8")
    command = [
        chromium(), "--headless", "--no-sandbox", *FLAGS, "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}", str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    reader = PdfReader(io.BytesIO(target.read_bytes()))
    boxes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in reader.pages}
    assert all(abs(w - A4_POINTS[0]) <= 1 and abs(h - A4_POINTS[1]) <= 1 for w, h in boxes)
    return reader


def printed_by(browser: Browser, page: str, folder: Path) -> PdfReader:
    """The same by a browser that is open already, which is quicker: margins and size of the page's own style."""
    source = folder / "page.html"
    source.write_text(page, encoding="utf-8")
    shown = browser.new_page()
    shown.goto(source.as_uri())
    reader = PdfReader(io.BytesIO(shown.pdf(prefer_css_page_size=True, print_background=True)))
    shown.close()
    return reader


def printed_text(page: str, folder: Path) -> list[str]:
    """The text of each printed page, white space made single."""
    return texts_of(printed(page, folder))


def texts_of(reader: PdfReader) -> list[str]:
    """The text of each page, white space made single."""
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def spots(page: PageObject) -> Iterator[tuple[float, str]]:
    """Pieces of text of a page with their height in points above its foot, the running foot left out."""
    found: list[tuple[float, str]] = []

    def seen(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        if text.strip() and y > FOOT_POINTS:
            found.append((y, " ".join(text.split())))

    page.extract_text(visitor_text=seen)
    yield from found


def lowest(page: PageObject) -> float:
    """How far down the lowest text of a page stands, its running foot left out: 0 at the top, 1 at the foot."""
    return 1 - min(y for y, _ in spots(page)) / A4_POINTS[1]


def lowest_line(page: PageObject) -> str:
    """The lowest line of a page, its running foot left out."""
    found = list(spots(page))
    last = min(y for y, _ in found)
    return " ".join(text for y, text in found if y - last < 4)


def page_of(reader: PdfReader, anchor: str) -> int:
    """The number, from 1, of the page where an anchor that the document links to stands."""
    target = reader.named_destinations["/" + anchor] if "/" + anchor in reader.named_destinations else (
        reader.named_destinations[anchor]
    )  # fmt: skip
    number = reader.get_destination_page_number(target)
    assert number is not None
    return number + 1

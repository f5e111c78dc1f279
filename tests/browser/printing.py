"""A page printed by the installed browser and read by another program: what the tests of the brief share."""

from __future__ import annotations

import io
import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pypdf import PdfReader

from tests.browser.conftest import FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

A4_POINTS = (595, 842)
FOOT_POINTS = 40.0
"""Height of the bottom margin, in which the running foot stands."""


class Sheet:
    """A printed page, read once whatever is asked of it: reading takes longer than printing."""

    def __init__(self, texts: list[tuple[float, str]], text: str) -> None:
        self.text = " ".join(text.split())
        """All of it, white space made single."""
        self.spots = [(y, piece) for y, piece in texts if y > FOOT_POINTS]
        """Pieces of text with their height in points above the foot of the page, the running foot left out."""

    @property
    def lowest(self) -> float:
        """How far down the lowest text stands: 0 at the top, 1 at the foot."""
        return 1 - min(y for y, _ in self.spots) / A4_POINTS[1]

    @property
    def lowest_line(self) -> str:
        """The lowest line."""
        last = min(y for y, _ in self.spots)
        return " ".join(piece for y, piece in self.spots if y - last < 4)


class Print:
    """A document as it was printed."""

    def __init__(self, content: bytes) -> None:
        self.reader = PdfReader(io.BytesIO(content))

    def __len__(self) -> int:
        return len(self.reader.pages)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Every page, read."""
        return [self.sheet(number) for number in range(1, len(self) + 1)]

    def sheet(self, number: int) -> Sheet:
        """One page by its number, from 1, read now."""
        found: list[tuple[float, str]] = []

        def seen(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
            if text.strip():
                found.append((tm[4] * cm[1] + tm[5] * cm[3] + cm[5], " ".join(text.split())))

        return Sheet(found, self.reader.pages[number - 1].extract_text(visitor_text=seen))

    @property
    def texts(self) -> list[str]:
        """The text of each page."""
        return [sheet.text for sheet in self.sheets]

    def page_of(self, anchor: str) -> int:
        """The number, from 1, of the page where an anchor that the document links to stands."""
        names = self.reader.named_destinations
        number = self.reader.get_destination_page_number(names.get("/" + anchor) or names[anchor])
        assert number is not None
        return number + 1


def printed(page: str, folder: Path) -> Print:
    """A page as a PDF on A4, by a browser that is started for it; its file stays in the folder as `brief.pdf`."""
    source, target = folder / "brief.html", folder / "brief.pdf"
    source.write_text(page, encoding="utf-8")
    command = [
        chromium(), "--headless", "--no-sandbox", *FLAGS, "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}", str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    made = Print(target.read_bytes())
    boxes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in made.reader.pages}
    assert all(abs(w - A4_POINTS[0]) <= 1 and abs(h - A4_POINTS[1]) <= 1 for w, h in boxes)
    return made


def printed_by(browser: Browser, page: str, folder: Path) -> Print:
    """The same by a browser that is open already, which is quicker: margins and size of the page's own style."""
    source = folder / "page.html"
    source.write_text(page, encoding="utf-8")
    shown = browser.new_page()
    shown.goto(source.as_uri())
    made = Print(shown.pdf(prefer_css_page_size=True, print_background=True))
    shown.close()
    return made

"""Pictures of the app for the documentation: `python -m tools.pictures`. Needs Chromium; takes a minute or two.

With names of pages or tasks, only those: `python -m tools.pictures policies 02-import`.

A picture of every page, wide and narrow, in each language, and one of each task of the first hour. They are small WebP
files under `docs/pictures/`; nothing else writes there. Pictures differ a little between machines (faces), so they are
not compared byte by byte: a test looks that each is there and is named by a page.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from dayafter.study import simulate
from dayafter.web.settings import Settings
from tests.unit.web.serving import listening
from tools.first_hour import SCENES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / "docs" / "pictures"
PAGES: Final = {
    "overview": "/",
    "places": "/places",
    "place": "/places/jalawla",
    "deals": "/deals",
    "deal": "/deals/diyala-exchange",
    "actors": "/actors",
    "actor": "/actors/badr",
    "settlement": "/settlement?place=jalawla&place=saadiya",
    "policies": "/policies",
    "why": "/why",
    "why-place": "/why?place=jalawla&policy=package&outcome=months_under_deals",
    "sources": "/sources",
    "changes": "/changes",
    "data": "/data",
}
WIDTHS: Final = {"wide": 1280, "narrow": 390}
LANGUAGES: Final = ("en", "ar")
HIGHEST: Final = 1500
"""Longer pages are cut: what follows is more of the same."""
QUALITY: Final = 42


def names() -> tuple[str, ...]:
    """Every picture that there should be."""
    pages = [f"{name}-{size}-{tag}" for name in PAGES for size in WIDTHS for tag in LANGUAGES]
    return (*pages, *(scene.name for scene in SCENES))


def _keep(name: str, shot: bytes, scale: float) -> None:
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, HIGHEST)))
    size = (round(picture.width * scale), round(picture.height * scale))
    picture.resize(size, Image.Resampling.LANCZOS).save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


def _page(browser: Browser, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    return page


def draw(browser: Browser, base: str, folder: Path, wanted: Sequence[str] = ()) -> None:
    """Draw every picture, or those of the pages and tasks that are wanted."""
    FOLDER.mkdir(exist_ok=True)
    for size, width in WIDTHS.items():
        for tag in LANGUAGES:
            page = _page(browser, width)
            for name, path in PAGES.items():
                if wanted and name not in wanted:
                    continue
                page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={tag}")
                page.locator("main:not(:has(#working))").wait_for()
                _keep(f"{name}-{size}-{tag}", page.screenshot(full_page=True), 0.62 if size == "wide" else 0.75)
            page.context.close()
    for scene in SCENES:
        if wanted and scene.name not in wanted:
            continue
        page = _page(browser, 1280)
        scene.play(page, base, folder)
        shot = page.locator(scene.focus).first.screenshot() if scene.focus else page.screenshot()
        _keep(scene.name, shot, 0.7)
        page.context.close()


def main() -> None:
    """Start a server with a small run and draw."""
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        raise SystemExit("no Chromium on this machine: install it to draw the pictures")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        simulate("iraq-2016", members=400, months=12, out=folder / "run")
        settings = Settings(case="iraq-2016", workspace=folder / "workspace", results=folder / "run", warm=False)
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        with listening(settings) as base:
            draw(browser, base, folder, sys.argv[1:])
        browser.close()
    total = sum(path.stat().st_size for path in FOLDER.glob("*.webp"))
    print(f"wrote {len(names())} pictures, {total / 1e6:.2f} MB, to {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

"""One browser for the session, and one server with a small run for the module that asks for it.

Skipped where no Chromium is installed; with DAYAFTER_REQUIRE_BROWSER=1 that is a failure instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dayafter.study import simulate
from dayafter.web.settings import Limits, Settings
from tests.unit.web.serving import listening

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-quic", "--disable-gpu",
)  # fmt: skip


def chromium() -> str:
    """The installed browser; skips, or fails where one is required."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        reason = "no Chromium on this machine: install it to look at the app in a browser"
        if os.environ.get("DAYAFTER_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without its sandbox, since tests may run as root."""
    path = chromium()
    from playwright.sync_api import sync_playwright  # only these tests need it

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", *FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the bundled case with a small run."""
    chromium()
    folder = tmp_path_factory.mktemp("web")
    policies = ["diyala-on-paper", "package"]
    simulate("iraq-2016", policies=policies, members=40, months=12, threads=2, out=folder / "run")
    settings = Settings(
        case="iraq-2016", workspace=folder / "workspace", results=folder / "run", warm=False, limits=Limits()
    )
    with listening(settings) as base:
        yield base


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh profile at 1280 px whose console, errors and requests are watched."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: _local(request.url, wrong))
    yield page
    context.close()
    assert wrong == []


def _local(url: str, wrong: list[str]) -> None:
    if not url.startswith(("http://localhost:", "data:", "blob:")):
        wrong.append(f"asked another host: {url}")


def overflow(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def pictures(folder: Path, page: Page, name: str) -> Path:
    """A picture of the whole page."""
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path

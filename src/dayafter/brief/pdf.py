"""A page to PDF through an installed browser of the Chromium family: its own print style, nothing drawn twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from dayafter.errors import UsageError

_NAMES: Final = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
)  # fmt: skip
_FOLDERS: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_FLAGS: Final = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-pdf-header-footer",
)  # fmt: skip
_PATIENCE: Final = 120.0
"""Seconds after which a browser counts as stuck."""


def find_browser() -> str:
    """The path of an installed browser that prints to PDF.

    Raises
    ------
    UsageError : there is none; says what to install, and that the HTML file prints as well.
    """
    for found in (*map(shutil.which, _NAMES), *(path for path in _FOLDERS if Path(path).is_file())):
        if found:
            return found
    raise UsageError(
        "no Chromium, Chrome or Edge is installed, and a PDF is printed by one of them; install one (on Debian: apt "
        "install chromium), or write an .html file and print it from any browser"
    )


def print_page(page: bytes) -> bytes:
    """An HTML page, as UTF-8, printed to PDF without network in a profile of its own.

    Raises
    ------
    UsageError : no browser, or it did not print.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="dayafter-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "brief.html"), Path(folder, "brief.pdf")
        source.write_bytes(page)
        command = [browser, *_FLAGS, f"--user-data-dir={Path(folder, 'profile')}", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # the browser refuses root otherwise; users keep the sandbox
        try:
            done = subprocess.run(  # noqa: S603  # a browser from a fixed list, with fixed arguments
                [*command, source.as_uri()], capture_output=True, timeout=_PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise UsageError(f"{browser} did not print within {_PATIENCE:g} seconds; write an .html file") from late
        if done.returncode or not target.is_file():
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
            raise UsageError(f"{browser} did not print the page ({last[0][:200]}); write an .html file and print that")
        return target.read_bytes()

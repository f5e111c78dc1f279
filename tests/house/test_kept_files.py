"""No file of the repository gives away a machine, and none hides what it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.checkout import ROOT, kept_files, text_of

HOME = re.compile(
    r"(?<![\w.<])/(?:home|Users|root|mnt|srv|opt|workspace|scratch)/\w|[A-Z]:\\\\?Users\\|/tmp/\w", re.ASCII
)
REGISTRY = re.compile(
    r"--(?:extra-)?index-url|index-url\s*=|find-links\s*=|UV_(?:DEFAULT_)?INDEX|https?://[^\s\"'>)]*/simple\b",
    re.IGNORECASE,
)
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}")
FORBIDDEN = {"a path of a machine": HOME, "the address of a package registry": REGISTRY, "a secret": SECRET}
SPEAKS_OF_THEM = {"tests/house/test_kept_files.py", "tests/house/test_constraints.py", "Makefile"}
"""Files that name what to look for, or the option that leaves addresses out."""


def given_away(text: str) -> list[str]:
    """What a text gives away, with the words that do."""
    here = str(ROOT.parent) + "/"
    found = [f"the folder of the checkout: {here}"] if len(ROOT.parent.parts) > 1 and here in text else []
    return found + [f"{what}: {match[0]}" for what, pattern in FORBIDDEN.items() if (match := pattern.search(text))]


def test_no_kept_file_gives_a_machine_away() -> None:
    files = [path for path in kept_files() if path.relative_to(ROOT).as_posix() not in SPEAKS_OF_THEM]
    assert len(files) > 30
    found = {
        path.relative_to(ROOT).as_posix(): seen
        for path in files
        if (text := text_of(path)) is not None and (seen := given_away(text))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        f"see {ROOT.parent}/notes.txt",
        "open /home/someone/case",
        r"C:\Users\someone",
        "pip install --index-url x",
        "https://mirror.example.org/simple",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_a_planted_line_is_seen(planted: str) -> None:
    assert given_away(f"a line\n{planted}\n")


def test_text_files_end_with_a_line_and_have_unix_line_ends() -> None:
    suffixes = {".py", ".md", ".toml", ".cff", ".yaml"}
    odd = [
        path.relative_to(ROOT).as_posix()
        for path in kept_files()
        if path.suffix in suffixes
        and "broken" not in path.parts
        and (raw := path.read_bytes())
        and (b"\r" in raw or not raw.endswith(b"\n"))
    ]
    assert odd == []


def test_no_kept_file_is_a_leftover() -> None:
    leftovers = {".orig", ".rej", ".bak", ".swp", ".pyc"}
    assert [str(path) for path in kept_files() if path.suffix in leftovers or path.name.endswith("~")] == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}
    assert [path for path in Path(ROOT / "src").rglob("*.py") if path.name in drawers] == []

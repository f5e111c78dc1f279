"""A broken case is the shared base with a few files laid over it.

`base/` is a small valid case. A folder of `cases/` holds only the files that differ from it, and `expected.txt`:
the issues as a person reads them. To accept new texts after looking at them:
`DAYAFTER_REWRITE_EXPECTED=1 python -m pytest tests/refusals`, then read the difference.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

HERE = Path(__file__).parent
BASE = HERE / "base"
CASES = HERE / "cases"
HOSTILE = HERE / "hostile"
EXPECTED = "expected.txt"


def case_names() -> list[str]:
    """The broken cases that are kept as folders."""
    return sorted(path.name for path in CASES.iterdir() if path.is_dir())


def base_in(folder: Path) -> Path:
    """Copy the base into a new folder, to be broken there."""
    target = folder / "case"
    shutil.copytree(BASE, target)
    return target


def overlaid(name: str, folder: Path) -> Path:
    """Copy the base and lay the files of a broken case over it."""
    target = base_in(folder)
    for path in sorted((CASES / name).rglob("*")):
        relative = path.relative_to(CASES / name)
        if path.is_file() and relative.name != EXPECTED:
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / relative)
    return target


def expected_text(path: Path, found: str) -> str:
    """Read what a broken case should say; where a person asked for it, write it anew from what was found."""
    if os.environ.get("DAYAFTER_REWRITE_EXPECTED"):
        path.write_text(found, encoding="utf-8")
    return path.read_text(encoding="utf-8")

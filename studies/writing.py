"""How a study leaves its pages: under a folder that need not be there yet, and said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write(out: Path, pages: Mapping[Path, str]) -> None:
    """Write each page under `out` at its own path; after hours of work no folder may be missing."""
    for path, text in pages.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"wrote {path.as_posix()}")

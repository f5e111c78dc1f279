"""Files that lie beside a case's tables and go with it from folder to folder, without being part of the case.

A posterior says what the record of the case's places makes of the simulation's priors; a copy of the case that left it
behind would simulate something else. A workbook has no place for such a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dayafter.casefile.folder import read_inside
from dayafter.priors.posterior import FILE

COMPANIONS: Final = (FILE,)


def read_companions(path: Path | None) -> dict[str, str]:
    """Name to text of the companions of a case that was read from a folder; empty for any other."""
    if path is None or not path.is_dir():
        return {}
    found: dict[str, str] = {}
    for name in COMPANIONS:
        if (path / name).is_file():
            data, _ = read_inside(path, name)
            if data is not None:
                found[name] = data.decode("utf-8", errors="replace")
    return found


def left_behind(source: Path | None, target: Path) -> tuple[str, ...]:
    """Companions of a case that a target of this name cannot hold."""
    return tuple(read_companions(source)) if target.suffix.lower() == ".xlsx" else ()

"""Files that go with a case wherever it is copied, without being part of it.

A posterior says what the record of the case's places makes of the simulation's priors; a copy of the case that left it
behind would simulate something else. In a folder it lies beside the tables; a workbook keeps its text on the sheet that
holds geometry files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dayafter.casefile.folder import read_inside
from dayafter.priors.posterior import FILE

COMPANIONS: Final = (FILE,)


def read_companions(path: Path | None) -> dict[str, str]:
    """Name to text of the companions of a case, from the folder or workbook that it was read from."""
    if path is None:
        return {}
    if path.is_dir():
        return {name: text for name in COMPANIONS if (text := _beside(path, name)) is not None}
    from dayafter.casefile.workbook import read_workbook  # noqa: PLC0415  # only a workbook pays for loading it

    read = read_workbook(path).read_geometry
    return {name: text for name in COMPANIONS if (text := read(name)[0]) is not None}


def _beside(folder: Path, name: str) -> str | None:
    if not (folder / name).is_file():
        return None
    data, _ = read_inside(folder, name)
    return None if data is None else data.decode("utf-8", errors="replace")

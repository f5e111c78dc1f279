"""Turning a case folder into a workbook, and back, without loss."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from dayafter.casefile.companions import read_companions
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import load_case
from dayafter.casefile.write import write_case


def convert(source: str | PathLike[str], target: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write the case at `source` to `target`: a workbook where the name ends in `.xlsx`, else a folder.

    What is written holds the same case, the same geometry files and its posterior. Comments and the layout of the
    source stay behind.

    Raises
    ------
    CaseFileError : the source breaks a rule.
    UsageError : there is no source, or the target is there already.
    """
    loaded = load_case(source)
    geometry = {} if loaded.path is None else read_geometries(loaded.path, loaded.case)
    write_case(
        loaded.case, Path(target), geometry=geometry, companions=read_companions(loaded.path), overwrite=overwrite
    )

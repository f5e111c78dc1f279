"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dayafter.errors import UsageError

MARK: Final = "about"
"""Stem of the file by which a folder of an earlier export is known."""


@contextmanager
def whole(target: Path, *, is_folder: bool, overwrite: bool) -> Iterator[Path]:
    """Give a path beside the target to write to; when all is written, it takes the target's place.

    Where anything fails, the target stays as it was and nothing is left beside it.

    Raises
    ------
    UsageError : the target's folder is not there; the target is, and may not or must not be replaced.
    """
    _refuse(target, is_folder=is_folder, overwrite=overwrite)
    token = secrets.token_hex(4)
    temporary = target.with_name(f".{target.stem}-{token}-new{target.suffix}")
    old = target.with_name(f".{target.stem}-{token}-old")
    try:
        yield temporary
        if target.is_dir():
            target.rename(old)
            try:
                temporary.rename(target)
            except OSError:
                old.rename(target)
                raise
            shutil.rmtree(old)
        else:
            temporary.replace(target)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def _refuse(target: Path, *, is_folder: bool, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}; make it first")
    if target.is_symlink():
        raise UsageError(f"{target} is a link; choose another name")
    if not target.exists():
        return
    if target.is_dir() is not is_folder:
        raise UsageError(f"{target} is a {'folder' if target.is_dir() else 'file'}; choose another name")
    if is_folder:
        inside = sorted(entry.name for entry in target.iterdir())
        if inside and not any(Path(name).stem == MARK for name in inside):
            raise UsageError(f"{target} is a folder with other things in it ({inside[0]}); choose another name")
    if not overwrite:
        raise UsageError(f"{target} is there already; choose another name, or say --overwrite to replace it")

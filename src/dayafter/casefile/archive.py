"""Whether a workbook's container is safe to open: its parts are counted before anything reads them.

A workbook is a zip archive. A small one can blow up to gigabytes, or hold entities that do. Both are refused here
with little time and memory: first by the sizes that the archive states, then by inflating every part in small pieces.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

from dayafter.casefile.folder import too_large
from dayafter.casefile.raw import MAX_FILE_BYTES, fault
from dayafter.errors import Issue, Where

MAX_INFLATED_BYTES: Final = 256 * 2**20
MAX_PARTS: Final = 2000
MAX_RATIO: Final = 150
"""Inflated to packed size: real workbooks reach 30. Not applied to small archives."""
SMALL_BYTES: Final = 16 * 2**20
_PIECE: Final = 1 << 18
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NEW_COPY: Final = "open it in a spreadsheet, copy the sheets into a new workbook and save that as .xlsx"


def archive_fault(path: Path) -> Issue | None:
    """What makes the workbook unsafe or impossible to open; None where nothing does."""
    where = Where(path.name)
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        return too_large(where, size)
    with path.open("rb") as stream:
        start = stream.read(8)
    if start == _OLE:
        what = "the file is protected by a password, or an old .xls workbook"
        return fault("xlsx.not-readable", where, what, "save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(path) as archive:
            return _parts_fault(archive, size, where)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        return fault("xlsx.not-readable", where, f"the file is no workbook, or damaged: {error}", _NEW_COPY)


def _parts_fault(archive: zipfile.ZipFile, size: int, where: Where) -> Issue | None:
    parts = archive.infolist()
    stated = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS:
        what = f"the workbook has {len(parts):,} parts; {MAX_PARTS:,} are allowed"
        return fault("xlsx.too-large-inside", where, what, _NEW_COPY)
    if _blown(stated, size):
        return _bomb(stated, where)
    inflated = 0
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                inflated += len(piece)
                if _blown(inflated, size):
                    return _bomb(inflated, where)
                if is_xml and b"<!DOCTYPE" in tail + piece:
                    what = f"part {part.filename} of the workbook defines entities, which no spreadsheet does"
                    return fault("xlsx.entities", where, what, _NEW_COPY)
                tail = piece[-8:]
    return None


def _blown(inflated: int, size: int) -> bool:
    return inflated > MAX_INFLATED_BYTES or (inflated > SMALL_BYTES and inflated > MAX_RATIO * max(size, 1))


def _bomb(inflated: int, where: Where) -> Issue:
    what = f"the workbook blows up to {inflated / 2**20:,.0f} MB or more when it is opened"
    return fault("xlsx.too-large-inside", where, what, _NEW_COPY)

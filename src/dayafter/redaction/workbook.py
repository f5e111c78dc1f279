"""The last door for workbooks: every part of the zip file is read as text."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from dayafter.errors import RedactionError
from dayafter.redaction.gate import Gate

_LARGEST: Final = 512 * 1024 * 1024
"""Bytes of one part, unpacked. The program wrote the file itself, so a larger part is a fault, not an attack."""


def release_workbook(gate: Gate, content: bytes, what: str) -> bytes:
    """The bytes of an XLSX file, if nothing protected is in any part, name of a part or comment of it.

    Raises
    ------
    RedactionError : as `Gate.release`; also where the content is no zip file or a part is too large to inspect.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise RedactionError(f"{what} was not written: it is no zip file and cannot be inspected") from error
    with archive:
        gate.release(archive.comment.decode("utf-8", "replace"), what)
        for part in archive.infolist():
            if part.file_size > _LARGEST:
                raise RedactionError(f"{what} was not written: a part of {part.file_size} bytes cannot be inspected")
            gate.release(part.filename + " " + part.comment.decode("utf-8", "replace"), what)
            gate.release(archive.read(part).decode("utf-8", "replace"), what)
    return content

"""Older versions of the case format: each is turned into the next, step by step, before any rule is applied.

To change the format: raise `FORMAT_VERSION` in `schema.py`, and add here the function that turns the version before
it into the new one. A migration works on cells of text, so that positions stay those of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dayafter.casefile.raw import HeadValue, RawCase, fault, shown
from dayafter.casefile.schema import FORMAT_VERSION
from dayafter.errors import Severity, Where

Migration = Callable[[RawCase], None]

MIGRATIONS: Final[Mapping[int, Migration]] = {}
"""From version to the function that makes the next one of it, in place. Version 1 is the first."""


def migrate(raw: RawCase, migrations: Mapping[int, Migration] = MIGRATIONS, current: int = FORMAT_VERSION) -> None:
    """Bring a case to the current version of the format, in place; a version that cannot be read is an issue."""
    if raw.head is None:
        return
    stated = raw.head.get("format")
    if stated is None or stated.value == "":
        where = Where(raw.head_where.file, raw.head_where.sheet, field="format")
        what = f"the case does not say its format version; it is read as version {current}"
        raw.issues.append(fault("case.no-format", where, what, f"add format: {current} to the head", Severity.WARNING))
        return
    text = str(stated.value)
    if not (text.isascii() and text.isdigit()):
        return  # no number at all: the field's own type says so
    version = int(text) if len(text) < 10 else 10**9
    if version > current:
        what = f"format version {shown(text, 20)} is newer than {current}, the newest that this program reads"
        raw.issues.append(fault("case.newer-format", stated.where, what, "update dayafter"))
    while version < current:
        if version not in migrations:
            what = f"there is no format version {version}; the first is {min(migrations, default=current)}"
            raw.issues.append(fault("case.unknown-format", stated.where, what, f"write {current}"))
            return
        migrations[version](raw)
        version += 1
        raw.head["format"] = HeadValue(str(version), stated.where)

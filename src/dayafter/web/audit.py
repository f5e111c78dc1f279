"""The log of who changed or exported what: one line of JSON each, added at the end and never rewritten.

Every line carries the hash of the line before it, so that a line taken out or changed later shows. The log holds what
was done, never what a case says.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Final

from dayafter.errors import UsageError

FILE: Final = "audit.jsonl"
FIRST: Final = "0" * 64


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class AuditLog:
    """An append-only log in a folder; the folder is made with the first entry.

    Raises
    ------
    UsageError : on opening, where a log is there whose lines do not follow from one another.
    """

    def __init__(self, folder: Path, now: Callable[[], str] = _now) -> None:
        self.path: Final = folder / FILE
        self._now = now
        self._lock = Lock()
        self._last = last_hash(self.path)

    def add(self, who: str, role: str, action: str, what: str, details: Mapping[str, str | int] | None = None) -> None:
        """Write one entry and wait until it is on disk.

        Parameters
        ----------
        who, role : of the person. action : save, export, check, sign-in. what : on which thing, by its public name.
        """
        with self._lock:
            entry = {"at": self._now(), "who": who, "role": role, "action": action, "what": what, **(details or {})}
            line = json.dumps({**entry, "previous": self._last}, ensure_ascii=False, separators=(",", ":"))
            data = (line + "\n").encode()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(self.path, flags, 0o600)
            try:
                os.write(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            self._last = hashlib.sha256(data).hexdigest()


def last_hash(path: Path) -> str:
    """The hash that the next line must carry; checks every line on the way.

    Raises
    ------
    UsageError : a line does not carry the hash of the one before it.
    """
    previous = FIRST
    if not path.exists():
        return previous
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                said = json.loads(line)["previous"]
            except (ValueError, KeyError, TypeError):
                said = None
            if said != previous:
                raise UsageError(
                    f"{path.name}:{number} does not follow from the line before it: the log was changed or cut; "
                    "put it aside under another name and find out who did"
                )
            previous = hashlib.sha256(line).hexdigest()
    return previous

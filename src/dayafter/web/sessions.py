"""Who is in: sessions that a browser holds by a cookie, and a brake on guessing tokens."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from dayafter.web.settings import Person

COOKIE: Final = "dayafter-session"
HOURS: Final = 12
MOST_SESSIONS: Final = 1000
WRONG_TOKENS: Final = 10
"""Wrong tokens from one address before it has to wait."""
WAIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Session:
    person: Person
    ends: float


class Sessions:
    """Sessions in memory: they end with the server.

    Parameters
    ----------
    people : who may come in. clock : seconds that only go forward; for tests.
    """

    def __init__(self, people: Sequence[Person], clock: Callable[[], float] = time.monotonic) -> None:
        self._people = tuple(people)
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self._wrong: dict[str, tuple[int, float]] = {}
        self._lock = Lock()

    def person_with(self, token: str, address: str) -> Person | None:
        """The person whose token it is; None for a wrong one, and for any while the address has to wait."""
        if self.must_wait(address):
            return None
        found = [person for person in self._people if person.shows(token)]
        with self._lock:
            if found:
                self._wrong.pop(address, None)
                return found[0]
            count, _ = self._wrong.get(address, (0, 0.0))
            if len(self._wrong) >= MOST_SESSIONS:
                self._wrong.pop(next(iter(self._wrong)))
            self._wrong[address] = (count + 1, self._clock())
        return None

    def must_wait(self, address: str) -> bool:
        """Whether an address showed so many wrong tokens that it has to wait."""
        with self._lock:
            count, last = self._wrong.get(address, (0, 0.0))
            if count and self._clock() - last > WAIT_SECONDS:
                self._wrong.pop(address, None)
                return False
            return count >= WRONG_TOKENS

    def begin(self, person: Person) -> str:
        """A new session; the text that the cookie holds."""
        name = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._sessions = {key: one for key, one in self._sessions.items() if one.ends > now}
            while len(self._sessions) >= MOST_SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[name] = _Session(person, now + HOURS * 3600)
        return name

    def who(self, name: str) -> Person | None:
        """The person of a session; None where it ended or never was."""
        with self._lock:
            session = self._sessions.get(name)
            return session.person if session is not None and session.ends > self._clock() else None

    def end(self, name: str) -> None:
        """Forget a session."""
        with self._lock:
            self._sessions.pop(name, None)

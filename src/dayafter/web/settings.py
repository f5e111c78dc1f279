"""What a server is told: the case, who may come in, where it may write, how much it takes."""

from __future__ import annotations

import csv
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from dayafter.errors import DayafterError, UsageError
from dayafter.vocabulary import Audience

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
SHORTEST_TOKEN: Final = 16
MIB: Final = 1024 * 1024
PEOPLE_COLUMNS: Final = ("name", "role", "token")


class BusyError(DayafterError):
    """More is asked at once than the server takes."""


class Role(StrEnum):
    """What somebody may do."""

    READER = "reader"
    """Look, ask what-ifs, take redacted copies."""
    EDITOR = "editor"
    """Also save policies and accounts to the copy of the case in the workspace."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may come in. The token itself is not kept."""

    name: str
    role: Role
    digest: bytes

    @classmethod
    def with_token(cls, name: str, role: Role, token: str) -> Person:
        """A person who shows this token. UsageError where it is short enough to be guessed."""
        if len(token) < SHORTEST_TOKEN:
            raise UsageError(
                f"the token of {name} has {len(token)} characters; give it {SHORTEST_TOKEN} or more, at random"
            )
        return cls(name, role, hashlib.sha256(token.encode()).digest())

    def shows(self, token: str) -> bool:
        """Whether a token is this person's; takes the same time whatever it is."""
        return hmac.compare_digest(self.digest, hashlib.sha256(token.encode()).digest())


OWNER: Final = Person("owner", Role.EDITOR, b"")
"""Whoever sits at the machine that a server without tokens is bound to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a server takes before it says no."""

    body_bytes: int = 64 * 1024
    upload_bytes: int = 20 * MIB
    members: int = 10_000
    """Most members of a what-if."""
    changes: int = 20
    """Most changes in one what-if."""
    runs_at_once: int = 2
    runs_waiting: int = 8
    seconds: float = 600.0
    """Longest that one ensemble may take."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One server. See `dayafter serve`."""

    case: str
    workspace: Path
    results: Path | None = None
    since: str | None = None
    """An earlier edition of the case, to say what changed."""
    audience: Audience | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()
    """Names, beside the loopback's own, under which readers reach the server."""
    people: tuple[Person, ...] = ()
    """Who may come in; empty on the loopback: whoever sits there."""
    seed: int = 1
    members: int = 1000
    limits: Limits = Limits()
    warm: bool = True
    """Compute what the first page needs as soon as the server starts."""

    def __post_init__(self) -> None:
        if not self.is_loopback and not self.people:
            raise UsageError(
                f"{self.host} can be reached from other machines; name who may come in (--people) or leave --host out"
            )
        if not self.is_loopback and not self.allowed_hosts and is_every_address(self.host):
            raise UsageError(
                f"{self.host} is every address of this machine; say by which name readers reach it: --allow-host NAME"
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def host_names(self) -> frozenset[str]:
        """What a request may name as its host, ports apart."""
        own = LOOPBACK if self.is_loopback else (self.host,)
        return frozenset(name.lower() for name in (*own, *self.allowed_hosts))


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_every_address(host: str) -> bool:
    """Whether binding to it binds every address of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == ""


def read_people(path: Path) -> tuple[Person, ...]:
    """Who may come in, from a CSV file with the columns name, role, token.

    Raises
    ------
    UsageError : no such file, another column, an unknown role, a short token, a name or token twice; with the line.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; write one with the columns {', '.join(PEOPLE_COLUMNS)}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != PEOPLE_COLUMNS:
            raise UsageError(f"{path.name}:1 must have the columns {','.join(PEOPLE_COLUMNS)}, in this order")
        people = [_person(path.name, rows.line_num, row) for row in rows]
    for what, seen in (("name", [one.name for one in people]), ("token", [one.digest for one in people])):
        if len(set(seen)) < len(seen):
            raise UsageError(f"{path.name} gives one {what} to two people; give each their own")
    if not people:
        raise UsageError(f"{path.name} names nobody; add a line such as: anna,editor,{secrets.token_urlsafe(24)}")
    return tuple(people)


def _person(file: str, line: int, row: dict[str, str]) -> Person:
    name, role, token = ((row.get(column) or "").strip() for column in PEOPLE_COLUMNS)
    if not name:
        raise UsageError(f"{file}:{line} has no name; write who it is, for the log of changes")
    if role not in set(Role):
        raise UsageError(f"{file}:{line} role '{role}' is none of {', '.join(Role)}; write one of them")
    try:
        return Person.with_token(name, Role(role), token)
    except UsageError as error:
        raise UsageError(f"{file}:{line} {error}") from error

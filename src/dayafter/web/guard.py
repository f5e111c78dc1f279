"""What every request passes before a page sees it: host, origin, size, who it is; and the headers of every answer.

Plain ASGI, so that streams pass through unbuffered and no route can be added outside it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from dayafter.web.language import LANGUAGES
from dayafter.web.sessions import COOKIE, Sessions
from dayafter.web.settings import OWNER, Person, Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS: Final = ("/login", "/static/", "/favicon.ico", "/healthz")
"""Seen without a token: they hold nothing of the case."""
UPLOADS: Final = ("/api/v1/check",)
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS: Final = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with no-referrer a browser sends `Origin: null` with a form of this server
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
)


class Guard:
    """Wraps an application. What it refuses is answered here, in plain words, and never reaches a route."""

    def __init__(self, app: App, settings: Settings, sessions: Sessions) -> None:
        self.app = app
        self._settings = settings
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request; `scope["state"]["person"]` is who asks."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answer = _with_headers(send)
        if scope["type"] != "http":
            return  # no web sockets: there is nothing at the other end
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(answer, *refusal)
            return
        person = self._who(scope, headers)
        path = scope["path"]
        if person is None and not _is_open(path):
            if path.startswith("/api/") or scope["method"] not in SAFE:
                await _refuse(answer, 401, "show a token: in the header 'Authorization: Bearer …', or at /login")
            else:
                asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
                await _redirect(answer, f"/login?lang={asked}" if asked in LANGUAGES else "/login")
            return
        scope.setdefault("state", {})["person"] = person
        most = self._most(path)
        await self.app(scope, _limited(receive, most, path), answer)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = _host_name(headers.get("host", ""))
        if host not in self._settings.host_names:
            return 421, f"this server does not answer for the host '{_short(host)}'; see --allow-host"
        if scope["method"] not in SAFE and not _same_origin(headers):
            return 403, "a page of another origin asked for a change; nothing was done"
        if headers.get("sec-fetch-site") == "cross-site" and not _is_navigation(scope, headers):
            return 403, "a page of another origin asked; nothing was given"
        length = headers.get("content-length", "0")
        most = self._most(scope["path"])
        if not length.isdecimal() or int(length) > most:
            return 413, f"more than {most:,} bytes were sent; that is the limit here"
        return None

    def _most(self, path: str) -> int:
        limits = self._settings.limits
        return limits.upload_bytes if path.startswith(UPLOADS) else limits.body_bytes

    def _who(self, scope: Scope, headers: dict[str, str]) -> Person | None:
        if not self._settings.people:
            return OWNER
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self._sessions.person_with(token.strip(), address_of(scope))
        return self._sessions.who(session_cookie(headers.get("cookie", "")))


def address_of(scope: Scope) -> str:
    """The address that a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def session_cookie(header: str) -> str:
    """The session named by a Cookie header; empty where there is none."""
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _is_open(path: str) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in OPEN_PATHS)


def _host_name(header: str) -> str:
    """The host without its port, `[::1]:8000` to `::1`; empty where it cannot be read."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def _same_origin(headers: dict[str, str]) -> bool:
    """Whether a change is asked for by a page of this server, or by a program that is no browser."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _is_navigation(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether somebody follows a link from elsewhere to a page, which may be looked at and does nothing."""
    goes = headers.get("sec-fetch-mode") == "navigate"
    return goes and scope["method"] in SAFE and not scope["path"].startswith(("/api/", "/download/"))


def _short(text: str) -> str:
    return text[:80]


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            given += [pair for pair in HEADERS if pair[0] not in names]
            if b"cache-control" not in names:
                given.append((b"cache-control", b"no-store"))
            message["headers"] = [pair for pair in given if pair[0].lower() != b"server"]
        await send(message)

    return answer


class TooLargeError(Exception):
    """A body ran over its limit while it was read."""


def _limited(receive: Receive, most: int, path: str) -> Receive:
    """Count what comes in, for bodies that do not say their length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLargeError(f"more than {most:,} bytes were sent to {path}; that is the limit there")
        return message

    return counted


async def _refuse(send: Send, status: int, why: str) -> None:
    body = json.dumps({"error": why}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _redirect(send: Send, where: str) -> None:
    headers = [(b"location", where.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

"""A client for the services of UCDP and ACLED. Nothing is fetched unless somebody calls it.

Pages go into a folder as they came, each with its sum; a request that was interrupted goes on where it stopped, and one
that is whole is never sent again. Tokens and passwords are sent to the service alone: they stand in no file, no message
and no address.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from dayafter.errors import DayafterError, UsageError

if TYPE_CHECKING:
    import httpx

MAX_TRIES: Final = 6
FIRST_WAIT_SECONDS: Final = 2.0
LONGEST_WAIT_SECONDS: Final = 120.0
MAX_PAGE_BYTES: Final = 256 * 1024**2
MAX_PAGES: Final = 10_000
_RETRY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_PROVENANCE: Final = "provenance.json"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


Progress = Callable[[int, int | None], None]
"""Told how many records are there, and of how many where the service says so."""


class Ask(Protocol):
    """Gives a token or a password by the name of its variable."""

    def __call__(self, variable: str, *, secret: bool) -> str:
        """`secret`: whether it must not be seen while it is typed."""


class _NotAPageError(ValueError):
    """An answer is not what the service gives when all is well."""


class FetchError(DayafterError):
    """A service did not answer, or its answer cannot be trusted. Pages that were whole stay in the cache."""


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What a fetch brought."""

    provider: str
    files: tuple[Path, ...]
    """Pages in order, to be given to `import_events`."""
    folder: Path
    n_records: int
    n_from_cache: int
    """Pages that were there already."""
    fetched_at: str
    """When the last page came, UTC."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, read."""

    ids: tuple[str, ...]
    n_total: int | None
    """Records of the whole request, where the service says."""
    next_page: int | None


@dataclass(frozen=True, slots=True)
class Service:
    """What differs between services: addresses, the shape of a page, how one shows who one is."""

    name: str
    base_url: str
    path: Callable[[str | None], str]
    """Path of the request for a release."""
    first_page: int | None
    """Number of the first page; None where the first request names none."""
    page_parameter: str
    size: Mapping[str, str]
    """Parameters that set the size of a page."""
    read: Callable[[Mapping[str, Any], int], Page]
    """Reads a page by its number. Raises `ValueError` where it is none."""
    headers: Callable[[httpx.Client, Ask], Mapping[str, str]]
    """Gives the headers that show who asks; may ask the service for a token first."""
    busy: frozenset[int] = frozenset()
    """Status codes by which this service also says: too many requests."""
    terms: str = ""


# ---- the two services ------------------------------------------------------------------------------------------------


def _ucdp_page(answer: Mapping[str, Any], number: int) -> Page:
    rows, total = answer.get("Result"), answer.get("TotalCount")
    if not isinstance(rows, list) or not isinstance(total, int):
        raise _NotAPageError("no list named Result with a TotalCount beside it")
    following = answer.get("NextPageUrl") or ""
    after = parse_qs(urlsplit(str(following)).query).get("page", [None])[0]
    if following and (after is None or not after.isdigit() or int(after) <= number):
        raise _NotAPageError("a next page that has no number, or none that is higher")
    return Page(tuple(str(row["id"]) for row in rows), total, int(after) if after and following else None)


def _ucdp_headers(_client: httpx.Client, ask: Ask) -> Mapping[str, str]:
    return {"x-ucdp-access-token": ask("UCDP_API_TOKEN", secret=True)}


def _acled_page(answer: Mapping[str, Any], number: int) -> Page:
    if answer.get("success") is False or answer.get("status", 200) != 200:
        said = answer.get("message") or answer.get("messages") or answer.get("error") or "no reason given"
        raise _NotAPageError(f"a refusal: {str(said)[:120]}")
    rows = answer.get("data")
    if not isinstance(rows, list):
        raise _NotAPageError("no list named data")
    full = len(rows) >= int(ACLED.size["limit"])
    return Page(tuple(str(row["event_id_cnty"]) for row in rows), None, number + 1 if full else None)


def _acled_headers(client: httpx.Client, ask: Ask) -> Mapping[str, str]:
    if token := os.environ.get("ACLED_ACCESS_TOKEN"):
        return {"Authorization": f"Bearer {token}"}
    form = {
        "username": ask("ACLED_EMAIL", secret=False),
        "password": ask("ACLED_PASSWORD", secret=True),
        "grant_type": "password",
        "client_id": "acled",
    }
    answer = client.post("/oauth/token", data=form)
    if answer.status_code in {400, 401, 403}:
        raise FetchError("acled: the service refuses this address and password; look at ACLED_EMAIL, ACLED_PASSWORD")
    answer.raise_for_status()
    token = answer.json().get("access_token")
    if not isinstance(token, str) or not token:
        raise _NotAPageError("no access_token")
    return {"Authorization": f"Bearer {token}"}


UCDP: Final = Service(
    name="ucdp",
    base_url="https://ucdpapi.pcr.uu.se",
    path=lambda release: f"/api/gedevents/{release}",
    first_page=None,
    page_parameter="page",
    size={"pagesize": "1000"},
    read=_ucdp_page,
    headers=_ucdp_headers,
    busy=frozenset({400}),  # its limit on requests answers 400; the tries are few, so a wrong request ends soon too
    terms="CC BY 4.0; cite the Uppsala Conflict Data Program and the year's publications",
)
ACLED: Final = Service(
    name="acled",
    base_url="https://acleddata.com",
    path=lambda _: "/api/acled/read",
    first_page=1,
    page_parameter="page",
    size={"limit": "5000", "_format": "json"},
    read=_acled_page,
    headers=_acled_headers,
    terms="ACLED's own; rows must not be passed on",
)
SERVICES: Final[Mapping[str, Service]] = {service.name: service for service in (UCDP, ACLED)}


# ---- asking ----------------------------------------------------------------------------------------------------------


def ask_for(variable: str, *, secret: bool) -> str:
    """A token from the environment, else from the terminal. Raises `UsageError` where there is neither."""
    if value := os.environ.get(variable):
        return value
    if not sys.stdin.isatty():
        raise UsageError(f"set {variable} in the environment; there is no terminal to ask at")
    return (getpass.getpass if secret else input)(f"{variable}: ")


@dataclass(slots=True)
class _Fetching:
    """One request, page by page."""

    service: Service
    client: httpx.Client
    folder: Path
    stem: str
    """Begins the names of the pages; holds the release, which an import reads there."""
    path: str
    parameters: Mapping[str, str]
    ask: Ask
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    progress: Progress
    pages: list[dict[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    headers: Mapping[str, str] | None = None
    n_from_cache: int = 0
    total: int | None = None

    def run(self) -> None:
        """Get every page that is not there; write the provenance after each."""
        number = self.service.first_page
        for index in range(MAX_PAGES):
            at = 0 if number is None else number
            page = self._from_cache(index, number, at)
            if page is None:
                page = self._from_service(index, number, at)
            else:
                self.n_from_cache += 1
            if self.total is not None and page.n_total != self.total:
                self._start_anew(f"the service counts {page.n_total} records now and counted {self.total} before")
            self.total = page.n_total
            self.seen.update(page.ids)
            self.progress(len(self.seen), self.total)
            number = page.next_page
            if number is None:
                break
        else:
            raise FetchError(f"{self.service.name}: more than {MAX_PAGES:,} pages; ask for less at once")
        if self.total is not None and len(self.seen) != self.total:
            self._start_anew(f"{len(self.seen):,} records came of {self.total:,} that the service counts")
        self._write_provenance(complete=True)

    def _start_anew(self, why: str) -> None:
        """Forget the pages: together they are no whole answer."""
        for page in self.folder.glob("*page-*.json"):
            page.unlink()
        (self.folder / _PROVENANCE).unlink(missing_ok=True)
        raise FetchError(f"{self.service.name}: {why}; it may have been renewed meanwhile. Fetch it again")

    def file(self, index: int) -> Path:
        """Where a page is kept."""
        return self.folder / f"{self.stem}-page-{index:05}.json"

    def _from_cache(self, index: int, number: int | None, at: int) -> Page | None:
        if index >= len(self.pages):
            return None
        entry, file = self.pages[index], self.file(index)
        if entry["page"] != number or not file.is_file():
            del self.pages[index:]
            return None
        raw = file.read_bytes()
        if hashlib.sha256(raw).hexdigest() != entry["sha256"]:
            del self.pages[index:]
            return None
        return self.service.read(json.loads(raw), at)

    def _from_service(self, index: int, number: int | None, at: int) -> Page:
        query = {**self.parameters, **self.service.size}
        if number is not None:
            query[self.service.page_parameter] = str(number)
        why = "no answer"
        for attempt in range(MAX_TRIES):
            wait = min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS)
            raw, why, asked = self._try(query, attempt)
            if raw is not None:
                page, why = self._read(raw, at)
                if page is not None:
                    self._keep(index, number, raw)
                    return page
            if attempt + 1 < MAX_TRIES:
                # A little chance, so that many who were turned away do not come back together.
                self.sleep(asked if asked is not None else wait * (1 + random.random() / 4))  # noqa: S311  # no secret
        where = "the first page" if not index else f"page {index + 1}"
        raise FetchError(
            f"{self.service.name}: {where} did not come in {MAX_TRIES} tries, the last: {why}. "
            "What came is kept; fetch again to go on"
        )

    def _try(self, query: Mapping[str, str], attempt: int) -> tuple[bytes | None, str, float | None]:
        """One request: the body or why there is none, and how long the service asks to wait."""
        import httpx  # noqa: PLC0415  # only a fetch pays for loading it

        try:
            if self.headers is None:
                self.headers = self.service.headers(self.client, self.ask)
            with self.client.stream("GET", self.path, params=query, headers=dict(self.headers)) as answer:
                status = answer.status_code
                if status == 200:
                    return self._body(answer), "", None
                asked = _seconds(answer.headers.get("retry-after"))
        except (httpx.TransportError, httpx.HTTPStatusError, ValueError) as error:
            return None, _without_secrets(error), None
        if status == 401 and attempt == 0 and self.service.name == "acled":
            self.headers = None  # a token lasts a day; a new one is asked for once
            return None, "status 401", 0.0
        if status in {401, 403}:
            raise FetchError(f"{self.service.name}: status {status}: the token is missing, wrong or not for these data")
        if status in _RETRY or status in self.service.busy:
            return None, f"status {status}", asked
        raise FetchError(f"{self.service.name}: status {status}; look at the release and the options")

    def _body(self, answer: httpx.Response) -> bytes:
        parts, size = [], 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > MAX_PAGE_BYTES:
                raise FetchError(f"{self.service.name}: a page is larger than {MAX_PAGE_BYTES // 1024**2} MB")
            parts.append(part)
        return b"".join(parts)

    def _read(self, raw: bytes, at: int) -> tuple[Page | None, str]:
        """A page whose records are new; otherwise why not."""
        try:
            answer = json.loads(raw)
            if not isinstance(answer, dict):
                return None, "an answer that is no page"
            page = self.service.read(answer, at)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return None, f"an answer that cannot be read: {_without_secrets(error)}"
        if len(set(page.ids)) < len(page.ids):
            return None, "a page that holds a record twice"
        if self.seen.intersection(page.ids):
            return None, "a page that repeats records of an earlier one"
        return page, ""

    def _keep(self, index: int, number: int | None, raw: bytes) -> None:
        file = self.file(index)
        part = file.with_suffix(".part")
        part.write_bytes(raw)
        part.replace(file)
        entry = {"page": number, "sha256": hashlib.sha256(raw).hexdigest(), "fetched_at": self.now().isoformat()}
        self.pages[index:] = [entry]
        self._write_provenance(complete=False)

    def _write_provenance(self, *, complete: bool) -> None:
        record = {
            "service": self.service.name,
            "address": f"{self.client.base_url}".rstrip("/") + self.path,
            "parameters": dict(self.parameters),
            "terms": self.service.terms,
            "complete": complete,
            "n_records": len(self.seen) if complete else None,
            "pages": self.pages,
        }
        part = self.folder / f"{_PROVENANCE}.part"
        part.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        part.replace(self.folder / _PROVENANCE)


def _seconds(text: str | None) -> float | None:
    """What a service asks to wait, where it says so in seconds; never longer than our own longest wait."""
    if text is None or not text.strip().isdigit():
        return None
    return min(float(text), LONGEST_WAIT_SECONDS)


def _without_secrets(error: Exception) -> str:
    """What went wrong, in words that hold no address: addresses may hold what was asked for."""
    text = str(error).split(" for url", maxsplit=1)[0].strip()
    return (text or type(error).__name__)[:160]


def _checked_address(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UsageError(f"'{base_url}' is not safe for a token; give an https address")
    if parts.username or parts.password or parts.query:
        raise UsageError("the address of a service holds no user, password or query")
    return base_url.rstrip("/")


def fetch(
    provider: str,
    cache: Path,
    *,
    release: str | None = None,
    parameters: Mapping[str, str] | None = None,
    offline: bool = False,
    base_url: str | None = None,
    ask: Ask = ask_for,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = lambda _here, _of: None,
) -> FetchReport:
    """Bring the pages of one request into the cache, or find them there.

    Parameters
    ----------
    provider : `ucdp` or `acled`.
    cache : folder; each request has its own folder in it.
    release : of UCDP, as 25.1; ACLED has none.
    parameters : of the service, as `{"Country": "645", "StartDate": "2014-06-01"}`.
    offline : use what is there, send nothing.
    base_url : another address, for a mirror or a test; https unless it is this machine.
    ask : gives a token by the name of its variable; `secret` says whether it may be seen while it is typed.
    sleep, now : the clock, for tests.
    progress : told after each page how many records are there, and of how many where the service says so.

    Raises
    ------
    UsageError : an unknown service, a missing release or token, or `offline` and the request is not whole in the cache.
    FetchError : the service refuses, or does not give a whole answer in 6 tries a page. What came is kept.
    """
    if provider not in SERVICES:
        raise UsageError(f"there is no service '{provider}'; there are {', '.join(SERVICES)}")
    service = SERVICES[provider]
    if (service is UCDP) != (release is not None):
        raise UsageError("name the release of UCDP, as 25.1" if service is UCDP else "ACLED has no releases")
    if release is not None and not all(part.isdigit() for part in release.split(".")):
        raise UsageError(f"'{release}' is no release; they are written 25.1 or 26.0.8")
    asked = {str(key): str(value) for key, value in sorted((parameters or {}).items())}
    if taken := [key for key in asked if key in {*service.size, service.page_parameter}]:
        raise UsageError(f"'{taken[0]}' is set by the program; leave it out")
    address = _checked_address(base_url or service.base_url)
    path = service.path(release)
    key = hashlib.sha256(json.dumps([address, path, asked]).encode()).hexdigest()[:16]
    folder = Path(cache) / f"{provider}-{key}"
    pages, complete = _known_pages(folder)
    if offline and not complete:
        raise UsageError(f"this request is not whole in {cache}; fetch it once with a connection")
    folder.mkdir(parents=True, exist_ok=True)
    stem = provider if release is None else f"{provider}-{release}"
    job = _Fetching(
        service=service,
        client=_client(address, offline=offline),
        folder=folder,
        stem=stem,
        path=path,
        parameters=asked,
        ask=ask,
        sleep=sleep,
        now=now,
        progress=progress,
        pages=pages,
    )
    try:
        job.run()
    finally:
        job.client.close()
    files = tuple(job.file(n) for n in range(len(job.pages)))
    last = max((str(page["fetched_at"]) for page in job.pages), default="")
    return FetchReport(provider, files, folder, len(job.seen), job.n_from_cache, last)


def _client(address: str, *, offline: bool) -> httpx.Client:
    """A connection to one service; offline one that sends nothing."""
    import httpx  # noqa: PLC0415

    def refuse(_request: httpx.Request) -> httpx.Response:
        raise UsageError("offline: a page in the cache is damaged; fetch it again with a connection")

    return httpx.Client(
        base_url=address,
        follow_redirects=False,  # a redirect would carry the token to another address
        timeout=httpx.Timeout(60.0, connect=15.0),
        headers={"User-Agent": f"dayafter/{version('dayafter')}", "Accept": "application/json"},
        transport=httpx.MockTransport(refuse) if offline else None,
        trust_env=urlsplit(address).hostname not in _LOOPBACK,  # no proxy stands between this machine and itself
    )


def _known_pages(folder: Path) -> tuple[list[dict[str, Any]], bool]:
    """Pages of an earlier fetch and whether they are all; nothing where the record of them is damaged."""
    try:
        record = json.loads((folder / _PROVENANCE).read_text(encoding="utf-8"))
        pages = [
            {"page": page["page"], "sha256": str(page["sha256"]), "fetched_at": str(page["fetched_at"])}
            for page in record["pages"]
        ]
        return pages, record["complete"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return [], False

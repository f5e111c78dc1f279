"""The client against a server on this machine that answers as the services do, faults included."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dayafter.errors import UsageError
from dayafter.events.fetch import MAX_TRIES, FetchError, FetchReport, ask_for, fetch
from dayafter.events.importing import import_events
from tests.unit.events.helpers import ACLED_EVENT, UCDP_EVENT

TOKEN = "s3cret-token"
N_EVENTS, PAGE_SIZE = 5, 2


@dataclass
class Server:
    """What the server holds and what it was asked."""

    address: str = ""
    faults: dict[int, list[str]] = field(default_factory=dict)
    """Faults to make before a page is given, by number of the page; taken from the front."""
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    n_tokens: int = 0
    n_events: int = N_EVENTS
    waits: list[float] = field(default_factory=list)


def ucdp_answer(server: Server, number: int) -> dict[str, Any]:
    """A page as the service has them: counted from 0, the address of the next page in it."""
    rows = [{**UCDP_EVENT, "id": 100 + n} for n in range(server.n_events)][
        number * PAGE_SIZE : (number + 1) * PAGE_SIZE
    ]
    pages = -(-server.n_events // PAGE_SIZE)
    after = f"http://elsewhere.invalid/api/gedevents/25.1?pagesize=1000&page={number + 1}" if number + 1 < pages else ""
    return {
        "TotalCount": server.n_events,
        "TotalPages": pages,
        "PreviousPageUrl": "",
        "NextPageUrl": after,
        "Result": rows,
    }


def acled_answer(number: int) -> dict[str, Any]:
    n_rows = 5000 if number == 1 else 3
    rows = [{**ACLED_EVENT, "event_id_cnty": f"IRQ{number}-{n}"} for n in range(n_rows)]
    return {"status": 200, "success": True, "count": n_rows, "data": rows}


def answers(server: Server, number: int, *, acled: bool) -> dict[str, bytes]:
    """The body of a page, whole and with each fault that a body can have."""
    answer = acled_answer(number) if acled else ucdp_answer(server, number)
    again = {**answer, "Result": ucdp_answer(server, max(number - 1, 0))["Result"]}
    body = json.dumps(answer).encode()
    return {
        "": body,
        "truncated": body[: len(body) // 2],
        "repeated": json.dumps(again).encode(),
        "refusal": b'{"status": 403, "success": false, "message": "Access denied"}',
    }


class Handler(BaseHTTPRequestHandler):
    """Gives the pages, and the faults that the state asks for."""

    protocol_version = "HTTP/1.1"
    state: Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def give(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if asked["password"] != [TOKEN]:
            self.give(401, b'{"error": "invalid_grant"}')
            return
        self.state.n_tokens += 1
        token = {
            "token_type": "Bearer",
            "expires_in": 86400,
            "access_token": f"t{self.state.n_tokens}",
            "refresh_token": "r",
        }
        self.give(200, json.dumps(token).encode())

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.state.requests.append(self.path)
        self.state.headers.append(dict(self.headers))
        acled = parts.path == "/api/acled/read"
        number = int(parse_qs(parts.query).get("page", ["0"])[0])
        fault = self.state.faults.get(number) or []
        kind = fault.pop(0) if fault else ""
        whole = answers(self.state, number, acled=acled)
        if kind in whole:
            self.give(200, whole[kind])
        elif kind == "redirect":
            self.give(302, b"", Location="http://elsewhere.invalid/")
        elif kind.isdigit():
            self.give(int(kind), b"no", **({"Retry_After": "7"} if kind == "429" else {}))
        else:
            self.break_off(whole[""] if kind == "short" else b"")

    def break_off(self, body: bytes) -> None:
        """Close the connection, half of the body sent or nothing at all."""
        if body:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
        self.close_connection = True


class Web(ThreadingHTTPServer):
    """A server that keeps quiet of clients that went away: some tests are about them."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Server]:
    """A server on this machine while the block runs."""
    state = Server()
    web = Web(("127.0.0.1", 0), type("Bound", (Handler,), {"state": state}))
    state.address = f"http://127.0.0.1:{web.server_address[1]}"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


@pytest.fixture
def get(server: Server, tmp_path: Path) -> Callable[..., FetchReport]:
    def ask(variable: str, *, secret: bool) -> str:
        assert secret == (variable != "ACLED_EMAIL")
        return "me@example.org" if variable == "ACLED_EMAIL" else TOKEN

    def run(provider: str = "ucdp", **options: Any) -> FetchReport:
        standard: dict[str, Any] = {"ask": ask, "sleep": server.waits.append, "base_url": server.address}
        if provider == "ucdp":
            standard["release"] = "25.1"
        return fetch(provider, tmp_path / "cache", **{**standard, **options})

    return run


def everything_written(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


def test_pages_are_followed_to_the_end_and_can_be_imported(server: Server, get: Callable[..., FetchReport]) -> None:
    report = get(parameters={"Country": "645"})
    assert (report.n_records, len(report.files), report.n_from_cache) == (5, 3, 0)
    assert server.requests == [
        "/api/gedevents/25.1?Country=645&pagesize=1000",
        "/api/gedevents/25.1?Country=645&pagesize=1000&page=1",
        "/api/gedevents/25.1?Country=645&pagesize=1000&page=2",
    ]
    assert {headers["x-ucdp-access-token"] for headers in server.headers} == {TOKEN}
    events = import_events(report.files).rows
    assert events["source_id"].to_list() == ["100", "101", "102", "103", "104"]
    assert events["release"].unique().to_list() == ["25.1"]


def test_a_second_fetch_sends_nothing(server: Server, get: Callable[..., FetchReport]) -> None:
    first = get()
    server.requests.clear()
    for offline in (False, True):
        again = get(offline=offline)
        assert (again.n_from_cache, again.n_records, again.files) == (3, 5, first.files)
        assert again.fetched_at == first.fetched_at
    assert server.requests == []


@pytest.mark.parametrize("fault", ["429", "500", "503", "400", "drop", "short", "truncated", "repeated"])
def test_a_fault_that_passes_is_tried_again(server: Server, get: Callable[..., FetchReport], fault: str) -> None:
    server.faults[1] = [fault, fault]
    report = get()
    assert (report.n_records, len(server.requests)) == (5, 5)
    assert len(server.waits) == 2
    if fault == "429":
        assert server.waits == [7, 7]
    else:
        assert 2 <= server.waits[0] <= 2.5
        assert 4 <= server.waits[1] <= 5


def test_a_fault_that_stays_ends_the_fetch_and_the_next_one_goes_on(
    server: Server, get: Callable[..., FetchReport]
) -> None:
    server.faults[1] = ["500"] * MAX_TRIES
    with pytest.raises(FetchError) as caught:
        get()
    assert str(caught.value) == (
        "ucdp: page 2 did not come in 6 tries, the last: status 500. What came is kept; fetch again to go on"
    )
    with pytest.raises(UsageError, match="this request is not whole in"):
        get(offline=True)
    server.requests.clear()
    report = get()
    assert (report.n_from_cache, report.n_records, len(server.requests)) == (1, 5, 2)


def test_a_page_that_was_damaged_in_the_cache_is_fetched_anew(server: Server, get: Callable[..., FetchReport]) -> None:
    report = get()
    report.files[1].write_bytes(b"{}")
    with pytest.raises(UsageError, match="offline: a page in the cache is damaged"):
        get(offline=True)
    server.requests.clear()
    assert get().n_records == 5
    assert len(server.requests) == 2


def test_a_dataset_renewed_meanwhile_is_no_whole_answer(server: Server, get: Callable[..., FetchReport]) -> None:
    server.faults[1] = ["500"] * MAX_TRIES
    with pytest.raises(FetchError):
        get()
    server.n_events = 6
    with pytest.raises(FetchError, match="the service counts 6 records now and counted 5 before"):
        get()
    assert get().n_records == 6


def test_secrets_are_in_no_file_and_no_message(server: Server, get: Callable[..., FetchReport], tmp_path: Path) -> None:
    server.faults[2] = ["truncated"] * MAX_TRIES
    with pytest.raises(FetchError) as caught:
        get()
    assert TOKEN not in str(caught.value)
    assert TOKEN not in everything_written(tmp_path)
    server.faults.clear()
    get()
    get("acled")
    written = everything_written(tmp_path)
    assert '"terms": "CC BY 4.0' in written
    assert TOKEN not in written
    assert "me@example.org" not in written


@pytest.mark.parametrize(
    ("fault", "what"), [("401", "status 401: the token is missing"), ("404", "status 404; look at")]
)
def test_what_waiting_cannot_mend_is_told_at_once(
    server: Server, get: Callable[..., FetchReport], fault: str, what: str
) -> None:
    server.faults[0] = [fault]
    with pytest.raises(FetchError, match=what):
        get()
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(server: Server, get: Callable[..., FetchReport]) -> None:
    server.faults[0] = ["redirect"]
    with pytest.raises(FetchError, match="status 302"):
        get()


def test_acled_gives_a_token_for_a_password_and_pages_until_one_is_short(
    server: Server, get: Callable[..., FetchReport]
) -> None:
    report = get("acled", parameters={"country": "Iraq"})
    assert (report.n_records, len(report.files), server.n_tokens) == (5003, 2, 1)
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer t1"}
    assert import_events(report.files).rows.height == 5003


def test_a_token_that_ran_out_is_renewed_once(server: Server, get: Callable[..., FetchReport]) -> None:
    server.faults[2] = ["401"]
    assert get("acled").n_records == 5003
    assert server.n_tokens == 2


def test_a_refusal_within_an_answer_is_told(server: Server, get: Callable[..., FetchReport]) -> None:
    server.faults[1] = ["refusal"] * MAX_TRIES
    with pytest.raises(FetchError, match="a refusal: Access denied"):
        get("acled")


def test_a_wrong_password_is_told(server: Server, get: Callable[..., FetchReport]) -> None:
    def wrong(_variable: str, *, secret: bool) -> str:
        return f"wrong{secret}"

    with pytest.raises(FetchError, match="refuses this address and password"):
        get("acled", ask=wrong)
    assert server.requests == []


@pytest.mark.parametrize(
    ("provider", "options", "what"),
    [
        ("gdelt", {}, "there is no service 'gdelt'; there are ucdp, acled"),
        ("ucdp", {"release": None}, "name the release of UCDP"),
        ("acled", {"release": "25.1"}, "ACLED has no releases"),
        ("ucdp", {"release": "../x"}, "'../x' is no release"),
        ("ucdp", {"parameters": {"page": "3"}}, "'page' is set by the program"),
        ("ucdp", {"base_url": "http://example.org"}, "is not safe for a token"),
        ("ucdp", {"base_url": "https://u:p@example.org"}, "holds no user, password"),
        ("ucdp", {"offline": True}, "this request is not whole in"),
    ],
)
def test_requests_that_cannot_be_met_send_nothing(
    server: Server, get: Callable[..., FetchReport], provider: str, options: dict[str, Any], what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        get(provider, **options)
    assert server.requests == []


def test_a_token_comes_from_the_environment_or_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UCDP_API_TOKEN", "abc")
    assert ask_for("UCDP_API_TOKEN", secret=True) == "abc"
    monkeypatch.delenv("UCDP_API_TOKEN")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(UsageError, match="set UCDP_API_TOKEN in the environment"):
        ask_for("UCDP_API_TOKEN", secret=True)

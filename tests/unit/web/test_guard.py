"""Who may come in, from where, with how much; and what every answer carries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client

from dayafter.errors import UsageError
from dayafter.web.guard import CSP
from dayafter.web.sessions import WRONG_TOKENS, Sessions
from dayafter.web.settings import Limits, Person, Role, Settings, is_loopback, read_people
from tests.unit.web.serving import BRIDGES, EDITOR, PEOPLE, READER, serving

ASKED = {"deal": "bridge-toll", "steps": [{"action": "formalise", "deal": "bridge-toll", "form": "signed"}]}


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(tmp_path_factory.mktemp("owner"), BRIDGES, limits=Limits(upload_bytes=200_000)) as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    more = {"people": PEOPLE, "host": "0.0.0.0", "allowed_hosts": ("localhost", "desk.example")}
    with serving(tmp_path_factory.mktemp("shared"), BRIDGES, **more) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_nothing_but_the_loopback_is_bound_without_people(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.7", "::", "desk.example", ""):
        with pytest.raises(UsageError, match="--people"):
            Settings(case="iraq-2016", workspace=tmp_path, host=host)
    with pytest.raises(UsageError, match="--allow-host"):
        Settings(case="iraq-2016", workspace=tmp_path, host="0.0.0.0", people=PEOPLE)
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not is_loopback("127.0.0.1.example")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "169.254.169.254", "[::1"])
def test_another_host_name_is_refused_so_that_no_page_can_rebind_it(owner: Client, host: str) -> None:
    answer = owner.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "does not answer for the host" in answer.json()["error"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LocalHost"])
def test_the_names_of_the_loopback_are_answered(owner: Client, host: str) -> None:
    assert owner.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_asked_for_by_another_origin_is_refused(owner: Client, headers: dict[str, str]) -> None:
    for method, path in (("POST", "/api/v1/policies"), ("DELETE", "/api/v1/what-if/runs/x"), ("POST", "/api/v1/check")):
        assert owner.request(method, path, headers=headers, json=ASKED).status_code == 403


def test_data_are_not_given_to_a_page_of_another_origin(owner: Client) -> None:
    away = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert owner.get("/", headers=away).status_code == 200
    assert owner.get("/download/case.xlsx", headers=away).status_code == 403
    assert owner.get("/api/v1/case", headers={"sec-fetch-site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/api/v1/case", "/static/app.js", "/nowhere", "/api/v1/nowhere"])
def test_every_answer_carries_the_strict_headers(owner: Client, path: str) -> None:
    headers = owner.get(path).headers
    assert headers["content-security-policy"] == CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers
    if not path.startswith("/static/"):
        assert headers["cache-control"] == "no-store"


def test_the_content_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    rules = dict(part.strip().split(" ", 1) for part in CSP.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in CSP
    assert "http" not in CSP


def test_more_than_the_limit_is_refused_whether_or_not_its_length_is_said(owner: Client) -> None:
    big = json.dumps({**ASKED, "deal": "x" * 70_000})
    assert owner.post("/api/v1/what-if", content=big).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(80):
            yield b"x" * 1000

    assert owner.post("/api/v1/what-if", content=pieces()).status_code in {400, 413, 422}
    file = {"file": ("big.xlsx", b"x" * 300_000)}
    assert owner.post("/api/v1/check", files=file).status_code == 413


def test_without_a_token_only_the_sign_in_is_seen(shared: Client) -> None:
    assert shared.get("/").status_code == 303
    assert shared.get("/").headers["location"] == "/login"
    assert shared.get("/deals?lang=ar").headers["location"] == "/login?lang=ar"
    assert shared.get("/deals?lang=//elsewhere").headers["location"] == "/login"
    for path in ("/api/v1/case", "/api/v1/settle", "/api/v1/what-if/runs/x/events"):
        answer = shared.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert shared.post("/api/v1/what-if", json=ASKED).status_code == 401
    assert shared.get("/login").status_code == shared.get("/static/app.css").status_code == 200
    assert shared.get("/openapi.json").status_code == 303
    assert shared.get("/api/v1/case", headers=bearer("token-of-somebody-else")).status_code == 401


def test_a_reader_looks_and_asks_and_only_an_editor_saves(shared: Client) -> None:
    body = {**ASKED, "name": "Signed"}
    assert shared.get("/api/v1/case", headers=bearer(READER)).json()["role"] == "reader"
    assert shared.post("/api/v1/what-if", json=ASKED, headers=bearer(READER)).status_code == 200
    refused = shared.post("/api/v1/policies", json=body, headers=bearer(READER))
    assert refused.status_code == 403
    assert "only an editor" in refused.json()["error"]
    assert shared.post("/api/v1/policies", json=body, headers=bearer(EDITOR)).status_code == 201
    assert "Only an editor can save" in shared.get("/", headers=bearer(READER)).text
    assert "Save as policy" in shared.get("/", headers=bearer(EDITOR)).text


def test_signing_in_begins_a_session_that_signing_out_ends(shared: Client) -> None:
    assert shared.post("/login", data={"token": "wrong-token-altogether"}).status_code == 403
    entered = shared.post("/login", data={"token": READER})
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert READER.lower() not in cookie
    held = {"cookie": entered.headers["set-cookie"].split(";")[0]}
    shared.cookies.clear()
    assert shared.get("/api/v1/case", headers=held).json()["role"] == "reader"
    assert shared.post("/logout", headers=held).status_code == 303
    assert shared.get("/api/v1/case", headers=held).status_code == 401
    shared.cookies.clear()


def test_who_guesses_has_to_wait_and_nobody_else_does() -> None:
    now = [0.0]
    sessions = Sessions(PEOPLE, clock=lambda: now[0])
    for _ in range(WRONG_TOKENS):
        assert sessions.person_with("a guess", "192.0.2.1") is None
    assert sessions.person_with(READER, "192.0.2.1") is None
    assert sessions.person_with(READER, "192.0.2.2") is not None
    now[0] = 61.0
    assert sessions.person_with(READER, "192.0.2.1") is not None


def test_a_session_ends_after_its_hours() -> None:
    now = [0.0]
    sessions = Sessions(PEOPLE, clock=lambda: now[0])
    name = sessions.begin(PEOPLE[0])
    assert sessions.who(name) is PEOPLE[0]
    now[0] = 13 * 3600.0
    assert sessions.who(name) is None
    assert sessions.who("") is None


def test_people_are_read_with_the_line_of_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"

    def read(text: str) -> tuple[Person, ...]:
        path.write_text(text, encoding="utf-8")
        return read_people(path)

    people = read(f"name,role,token\nanna,editor,{EDITOR}\nomar,reader,{READER}\n")
    assert [(one.name, one.role) for one in people] == [("anna", Role.EDITOR), ("omar", Role.READER)]
    assert people[0].shows(EDITOR)
    assert not people[0].shows(READER)
    assert EDITOR not in repr(people)
    for text, fault in (
        ("name,token\n", "people.csv:1 must have the columns name,role,token"),
        ("name,role,token\n", "names nobody"),
        (f"name,role,token\nanna,boss,{EDITOR}\n", "people.csv:2 role 'boss'"),
        ("name,role,token\nanna,editor,short\n", "people.csv:2 the token of anna has 5 characters"),
        (f"name,role,token\n,editor,{EDITOR}\n", "people.csv:2 has no name"),
        (f"name,role,token\na,editor,{EDITOR}\nb,reader,{EDITOR}\n", "one token to two people"),
    ):
        with pytest.raises(UsageError, match=fault):
            read(text)
    with pytest.raises(UsageError, match="there is no file"):
        read_people(tmp_path / "none.csv")


def test_the_server_reports_to_nobody(owner: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from dayafter.web.app import NO_TELEMETRY, make_routes  # loaded with the environment below

    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    app = make_routes(Settings(case=BRIDGES, workspace=tmp_path / "w"))
    assert not any(NO_TELEMETRY.values())
    assert app._native_telemetry.enabled() is False  # no public way to ask

"""What keeps the app quick for many: pages made once, told apart by their tag; what-ifs that wait behind no page."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest
from httpx import Client

from dayafter.vocabulary import Audience
from dayafter.web.app import READING
from dayafter.web.render import PageStore
from dayafter.web.routes import pages
from dayafter.web.serve import _door
from dayafter.web.settings import Settings
from tests.unit.web.serving import BRIDGES, serving

QUESTION = {"deal": "bridge-toll", "steps": [{"action": "formalise", "deal": "bridge-toll", "form": "signed"}]}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(tmp_path_factory.mktemp("load"), BRIDGES) as client:
        yield client


@pytest.mark.parametrize("path", ["/places", "/api/v1/case", "/api/v1/settle", "/api/v1/assess", "/policies"])
def test_whoever_has_a_page_already_is_not_sent_it_again(client: Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""
    assert client.get(path, headers={"if-none-match": '"another"'}).content == first.content
    assert client.get(path, params={"lang": "ar"}).headers["etag"] != first.headers["etag"] or path in {
        "/api/v1/case", "/api/v1/assess",
    }  # fmt: skip


def test_only_what_is_for_the_public_may_stay_in_a_browser(client: Client, tmp_path: Path) -> None:
    assert client.get("/places").headers["cache-control"] == "no-store"
    with serving(tmp_path, "iraq-2016", audience=Audience.PUBLIC) as public:
        assert public.get("/places").headers["cache-control"] == "private, no-cache"


def test_a_page_that_shows_the_copy_is_made_anew_when_something_is_saved(client: Client) -> None:
    before = client.get("/policies").headers["etag"]
    assert "Written for the test" not in client.get("/policies").text
    assert client.post("/api/v1/policies", json={**QUESTION, "name": "Written for the test"}).status_code == 201
    after = client.get("/policies", headers={"if-none-match": before})
    assert after.status_code == 200
    assert "Written for the test" in after.text
    assert "written-for-the-test" in client.get("/api/v1/policies").text


def test_an_export_is_logged_also_where_the_answer_was_ready(client: Client, tmp_path_factory: object) -> None:
    with serving(tmp_path_factory.mktemp("log"), BRIDGES) as fresh:  # type: ignore[attr-defined]
        for _ in range(3):
            assert fresh.get("/api/v1/settle").status_code == 200
        log = next(Path(str(tmp_path_factory.getbasetemp())).glob("log*/*/audit.jsonl"))  # type: ignore[attr-defined]
        assert log.read_text(encoding="utf-8").count('"settle"') == 3


def test_a_what_if_is_answered_while_every_thread_makes_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    held, go = Event(), Event()

    def slow(*_: object) -> object:
        held.set()
        go.wait(30)
        raise RuntimeError("a page that was never made")

    monkeypatch.setattr(pages, "actor_page", slow)
    actors = client.get("/api/v1/case").json()["actors"]
    with ThreadPoolExecutor(READING + 4) as readers:
        looks = [
            readers.submit(client.get, f"/actors/{actors[n % len(actors)]}", params={"n": n})
            for n in range(READING + 4)
        ]
        assert held.wait(10)
        try:
            assert client.post("/api/v1/what-if", json=QUESTION, timeout=20).status_code == 200
        finally:
            go.set()
        assert {look.result().status_code for look in looks} == {500}


def test_a_page_is_made_once_however_many_ask_and_a_failure_is_forgotten() -> None:
    store, calls = PageStore(most=2), []

    def make() -> str:
        calls.append(1)
        return "page"

    threads = [Thread(target=store.get, args=(("one",), make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1

    def fail() -> str:
        raise ValueError("no such page")

    for n in range(5):
        with pytest.raises(ValueError, match="no such page"):
            store.get((f"unknown-{n}",), fail)
    assert store._making == {}
    for n in range(4):
        store.get((f"page-{n}",), make)
    assert len(store._pages) == 2


def test_small_answers_do_not_wait_for_a_receipt(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with _door(Settings(case=BRIDGES, workspace=tmp_path, port=port)) as door:
        assert door.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

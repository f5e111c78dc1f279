"""A server in this process: what the tests of the web app share."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import httpx
import uvicorn

from dayafter.casefile.load import load_case
from dayafter.casefile.write import write_case
from dayafter.vocabulary import Audience
from dayafter.web.app import create_app
from dayafter.web.settings import Person, Role, Settings
from tests.house.checkout import ROOT

BRIDGES = str(ROOT / "examples" / "three-bridges")
EDITOR = "token-of-the-editor-0123"
READER = "token-of-the-reader-0123"
PEOPLE = (Person.with_token("anna", Role.EDITOR, EDITOR), Person.with_token("omar", Role.READER, READER))
PAGES = (
    "/", "/places", "/deals", "/actors", "/settlement", "/policies", "/why", "/sources", "/changes", "/data",
)  # fmt: skip


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """A server on a free port of the loopback, in a thread; its address."""
    config = uvicorn.Config(
        create_app(settings), log_level="critical", server_header=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://localhost:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@contextmanager
def serving(folder: Path, case: str = "iraq-2016", **more: object) -> Iterator[httpx.Client]:
    """A client of a server on the loopback; its workspace is `folder`/workspace."""
    settings = replace(Settings(case=case, workspace=folder / "workspace", warm=False), **more)  # type: ignore[arg-type]
    with listening(settings) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        yield client


def hostile_case(folder: Path, text: str) -> str:
    """The invented case with this text in every name, title, note and other free text of it."""
    case = load_case(BRIDGES).case
    tables = {}
    for table in ("places", "communities", "actors", "deals", "aid", "policies", "issues", "options", "sources"):
        rows = []
        for row in getattr(case, table):
            fields = {"name", "title", "label", "text", "note", "low_end", "high_end", "author", "publisher"}
            own = dict.fromkeys(fields & set(type(row).model_fields), f"{text}{row.key}")
            rows.append(row.model_copy(update=own))
        tables[table] = tuple(rows)
    names = tuple(row.model_copy(update={"name": f"{text} {n}"}) for n, row in enumerate(case.names) if row.name)
    ledger = tuple(row.model_copy(update={"summary": text[:80], "rule": text}) for row in case.ledger)
    info = case.info.model_copy(
        update={"title": text, "region": text, "question": text, "audience": Audience.INTERNAL, "coded_by": text}
    )
    target = folder / "hostile"
    plain = case.model_copy(update={**tables, "names": names, "ledger": ledger, "info": info})
    places = tuple(row.model_copy(update={"geometry": ""}) for row in plain.places)
    write_case(plain.model_copy(update={"places": places}), target)
    return str(target)

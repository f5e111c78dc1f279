"""Each answer of the HTTP interface is what its description says: nothing missing, nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Client, Response
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types of its own

from dayafter.casefile.scaffold import init_case
from dayafter.study import simulate
from dayafter.vocabulary import Audience
from dayafter.web.app import make_routes
from dayafter.web.settings import Settings
from tests.unit.web.serving import BRIDGES, serving
from tests.unit.web.test_why import ready

DEAL = "bridge-toll"
QUESTION = {"deal": DEAL, "steps": [{"action": "formalise", "deal": DEAL, "form": "signed"}]}
DISPUTE = {
    "deal": DEAL, "table": "deals", "row": DEAL, "field": "local_assent",
    "accounts": [{"value": "0.1..0.2", "source": "Walls"}, {"value": "0.8", "source": "Minutes of a meeting"}],
}  # fmt: skip
GETS = (
    ("/case", ""), ("/ledger", ""), ("/places", ""), ("/places/{place}", "/places/midbridge"), ("/match", "?name=Midb"),
    ("/actors/{actor}", "/actors/lantern-league"), ("/deals", ""), ("/deals/{deal}", f"/deals/{DEAL}"), ("/assess", ""),
    ("/settle", ""), ("/settle", "?place=midbridge&place=farbridge&lang=ar"), ("/policies", ""),
    ("/run/{table}", "/run/summary?outcome=events"), ("/run/{table}", "/run/contrasts?outcome=events_to_date"),
    ("/run/{table}", "/run/chances?outcome=deals_ended_to_date"),
    ("/run/{table}", "/run/exceedance?outcome=events_to_date"), ("/inputs", f"?deal={DEAL}"), ("/why/progress", ""),
    ("/why", ""), ("/why", "?place=midbridge&policy=talks"),
)  # fmt: skip
"""Route, and the address to ask: the query, or the whole of it where the route has a place for an id."""
POSTS = (
    ("/what-if", QUESTION, 200), ("/disputes", DISPUTE, 200), ("/accounts", DISPUTE, 201),
    ("/policies", {**QUESTION, "name": "Signed after all"}, 201),
)  # fmt: skip
OTHERS = {
    ("post", "/check"), ("post", "/what-if/runs"), ("get", "/what-if/runs/{run_id}"),
    ("delete", "/what-if/runs/{run_id}"), ("get", "/what-if/runs/{run_id}/events"),
}  # fmt: skip


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return make_routes(Settings(case=BRIDGES, workspace=Path("nowhere"), warm=False)).openapi()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("answers")
    simulate(BRIDGES, policies=["talks"], members=44, months=3, out=folder / "run", audience="internal")
    with serving(folder, BRIDGES, results=folder / "run", audience=Audience.INTERNAL) as client:
        yield client


def schema_of(described: dict[str, Any], method: str, route: str, status: int) -> dict[str, Any]:
    told = described["paths"][f"/api/v1{route}"][method]["responses"]
    found = told.get(str(status)) or told["4XX"]
    return {**found["content"]["application/json"]["schema"], "components": described["components"]}


def check(described: dict[str, Any], method: str, route: str, answer: Response) -> None:
    validator = Draft202012Validator(schema_of(described, method, route, answer.status_code))
    faults = [f"{fault.json_path}: {fault.message}"[:300] for fault in validator.iter_errors(answer.json())]
    assert faults == [], (route, faults[:5])


def test_every_route_has_the_schema_of_its_answer_and_a_test_that_asks_it(described: dict[str, Any]) -> None:
    asked = {("get", route) for route, _ in GETS} | {("post", route) for route, _, _ in POSTS} | OTHERS
    known = {
        (method, path.removeprefix("/api/v1"))
        for path, methods in described["paths"].items()
        if path.startswith("/api/")
        for method in methods
    }
    assert known == asked
    for method, route in known - {("get", "/what-if/runs/{run_id}/events")}:
        responses = described["paths"][f"/api/v1{route}"][method]["responses"]
        good = [code for code in responses if code.startswith("2")]
        assert good
        for code in good:
            schema = responses[code]["content"]["application/json"]["schema"]
            assert "$ref" in schema or "anyOf" in schema, (route, code)
        assert {"4XX", "422"} <= set(responses)


def test_no_answer_may_hold_what_its_schema_does_not_name(described: dict[str, Any]) -> None:
    shapes = described["components"]["schemas"]
    told = {name: one for name, one in shapes.items() if one.get("type") == "object" and not name.startswith("Body_")}
    assert len(told) > 50
    assert [name for name, one in told.items() if one.get("additionalProperties") is not False] == []


@pytest.mark.parametrize(("route", "more"), GETS)
def test_what_is_read_is_as_described(described: dict[str, Any], client: Client, route: str, more: str) -> None:
    if route == "/why":
        ready(client, **dict(pair.split("=") for pair in more.removeprefix("?").split("&") if pair))
    answer = client.get(f"/api/v1{more}" if "{" in route else f"/api/v1{route}{more}")
    assert answer.status_code == 200, answer.text
    check(described, "get", route, answer)


@pytest.mark.parametrize(("route", "body", "status"), POSTS)
def test_what_is_asked_and_saved_is_answered_as_described(
    described: dict[str, Any], client: Client, route: str, body: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/api/v1{route}", json=body)
    assert answer.status_code == status, answer.text
    check(described, "post", route, answer)


def test_a_checked_workbook_and_an_ensemble_to_its_end_are_as_described(
    described: dict[str, Any], client: Client, tmp_path: Path
) -> None:
    book = tmp_path / "mine.xlsx"
    init_case(book, from_case=BRIDGES)
    for content in (book.read_bytes(), b"no workbook"):
        answer = client.post("/api/v1/check", files={"file": ("mine.xlsx", content)})
        check(described, "post", "/check", answer)
    begun = client.post("/api/v1/what-if/runs", json={**QUESTION, "members": 20})
    check(described, "post", "/what-if/runs", begun)
    run = Draft202012Validator({"$ref": "#/components/schemas/RunTold", "components": described["components"]})
    with client.stream("GET", begun.json()["events"], timeout=120) as stream:
        told = [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]
    assert told[-1]["state"] == "done"
    assert told[-1]["result"]["differences"]
    for one in told:
        run.validate(one)
    check(described, "get", "/what-if/runs/{run_id}", client.get(begun.json()["run"]))
    check(described, "delete", "/what-if/runs/{run_id}", client.delete(begun.json()["run"]))
    item = described["paths"]["/api/v1/what-if/runs/{run_id}/events"]["get"]["responses"]["200"]["content"]
    assert item["text/event-stream"]["itemSchema"]["properties"]["data"]["contentSchema"]["$ref"].endswith("/RunTold")


@pytest.mark.parametrize(
    ("method", "route", "address", "body"),
    [
        ("get", "/places/{place}", "/places/nowhere", None),
        ("get", "/settle", "/settle?lang=xx", None),
        ("post", "/what-if", "/what-if", {"deal": DEAL, "steps": [{"action": "conquer"}], "more": 1}),
        ("post", "/policies", "/policies", {**QUESTION, "name": "سلام"}),
        ("get", "/match", "/match", None),
    ],
)
def test_what_is_refused_is_refused_as_described(  # noqa: PLR0917
    described: dict[str, Any], client: Client, method: str, route: str, address: str, body: Any
) -> None:
    answer = client.request(method, f"/api/v1{address}", json=body)
    assert 400 <= answer.status_code < 500
    check(described, method, route, answer)
    assert answer.json()["error"]


def test_drawings_are_for_people_and_stay_out_of_answers(client: Client) -> None:
    for path in ("/places/midbridge", f"/deals/{DEAL}", "/actors/lantern-league"):
        told = client.get(f"/api/v1{path}").text
        assert "<svg" not in told
        assert "drawing" not in told
        assert "drawn" not in told


def test_programs_are_answered_in_the_language_that_they_accept(client: Client) -> None:
    accepts = {"accept-language": "fr, ar;q=0.8"}
    for answer in (
        client.post("/api/v1/what-if", json=QUESTION, headers=accepts),
        client.post("/api/v1/what-if", json=QUESTION, params={"lang": "ar"}),
    ):
        assert answer.headers["content-language"] == "ar"
        assert "الحالة" in answer.json()["compared_with"]
    told = client.post("/api/v1/what-if", json=QUESTION, headers=accepts, params={"lang": "en"})
    assert told.headers["content-language"] == "en"
    assert told.json()["compared_with"].isascii()

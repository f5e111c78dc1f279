"""Every page, answer and download of the app, of a case with a secret in each text: none leaves for the public."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from httpx import Client, Response

from dayafter.vocabulary import Audience
from dayafter.web.routes.downloads import FILES
from tests.unit.test_redaction_ways_out import Planted, inside, planted  # noqa: F401  # a fixture
from tests.unit.web.serving import PAGES, serving

ANSWERS = (
    "case", "ledger", "places", "deals", "assess", "settle", "policies", "match?name=bridge", "why", "case?lang=ar",
    "run/summary?outcome=events", "run/contrasts?outcome=events_to_date",
)  # fmt: skip
OUTCOMES = ("deal_in_force", "returned", "aid_released", "hands_changed_fought")


def addresses(client: Client) -> list[str]:
    """Every address that the app itself names, in both languages, and those for programs."""
    about = client.get("/api/v1/case").json()
    found = [*PAGES, *(f"/download/{name}" for name in FILES), *(f"/api/v1/{one}" for one in ANSWERS)]
    for kind in ("places", "deals", "actors"):
        found += [f"/{kind}/{one}" for one in about[kind]] + [f"/api/v1/{kind}/{one}" for one in about[kind]]
    found += [f"/settlement?place={one}&lang=ar" for one in about["places"]]
    found += [f"/api/v1/inputs?deal={one}" for one in about["deals"]]
    found += [f"/policies?outcome={one}" for one in OUTCOMES]
    return [*found, *(f"{page}?lang=ar" for page in PAGES), f"/why?place={about['places'][0]}"]


def computed(client: Client) -> None:
    """Wait until what moves the answer is there."""
    place = client.get("/api/v1/case").json()["places"][0]
    for asked in ({}, {"place": place}):
        for _ in range(600):
            if client.get("/api/v1/why/progress", params=asked).json().get("state") not in {"waiting", "running"}:
                break
            time.sleep(0.05)


def whole(answer: Response, folder: Path) -> str:
    """All that an answer holds: its head, and its body unpacked."""
    name = answer.headers.get("content-disposition", "").partition('filename="')[2].rstrip('"') or "body.txt"
    path = folder / name
    path.write_bytes(answer.content)
    return f"{answer.headers}\n{inside(path)}"


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_no_secret_leaves_the_app_for_the_public_and_some_do_for_insiders(
    planted: Planted,  # noqa: F811
    tmp_path: Path,
    audience: str,
) -> None:
    case, run = str(planted.folder / "case"), planted.folder / f"run-{audience}"
    since, leaks = str(planted.folder / "later"), {}
    with serving(tmp_path, case, results=run, audience=Audience(audience), since=since) as client:
        if audience == "public":
            computed(client)
        for address in addresses(client) if audience == "public" else PAGES:
            answer = client.get(address)
            assert answer.status_code in {200, 404, 422}, (address, answer.status_code)
            if found := planted.found(whole(answer, tmp_path)):
                leaks[address] = found[:3]
        question = {"deal": client.get("/api/v1/case").json()["deals"][0], "steps": []}
        for language in ("en", "ar"):
            told = client.post("/api/v1/what-if", json=question, params={"lang": language}).text
            leaks |= {"what-if": found} if (found := planted.found(told)) else {}
    if audience == "public":
        assert leaks == {}
    else:
        assert len(leaks) > 5

"""Every page answers, escapes what a case says, and holds nothing that its audience must not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from httpx import Client

from dayafter.casefile.load import load_case
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience
from tests.unit.web.serving import BRIDGES, PAGES, hostile_case, serving

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>{{7*7}}"


class Tags(HTMLParser):
    """The elements of a page, and attributes that would run something."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.bad: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self.scripts.append(given.get("src") or "inline")
        self.bad += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.bad += [f"{tag} {value}" for value in given.values() if (value or "").lower().startswith("javascript:")]
        if tag in {"img", "iframe", "object", "embed", "base", "style"}:
            self.bad.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []


def tags(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    return found


@pytest.fixture(scope="module")
def bridges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(tmp_path_factory.mktemp("bridges"), BRIDGES, audience=Audience.PARTNERS) as client:
        yield client


@pytest.fixture(scope="module")
def iraq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(tmp_path_factory.mktemp("iraq"), "iraq-2016", audience=Audience.PUBLIC) as client:
        yield client


def every_page(client: Client) -> list[str]:
    about = client.get("/api/v1/case").json()
    return [
        *PAGES,
        *(f"/places/{one}" for one in about["places"]),
        *(f"/deals/{one}" for one in about["deals"]),
        *(f"/actors/{one}" for one in about["actors"][:5]),
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_answers_in_both_languages_with_one_of_each_id(bridges: Client, language: str) -> None:
    for path in every_page(bridges):
        answer = bridges.get(path, params={"lang": language})
        assert answer.status_code == 200, path
        found = tags(answer.text)
        assert found.bad == [], path
        assert len(found.ids) == len(set(found.ids)), path
        direction = {"en": "ltr", "ar": "rtl"}[language]
        assert f'<html lang="{language}" dir="{direction}">' in answer.text


def test_links_of_every_page_lead_somewhere(bridges: Client) -> None:
    paths = {
        href.split("#")[0].replace("&amp;", "&")
        for path in every_page(bridges)
        for href in re.findall(r'href="(/[^"]*)"', bridges.get(path).text)
    }
    assert len(paths) > 40
    for path in sorted(paths):
        if not path.startswith("/download/"):
            assert bridges.get(path).status_code == 200, path


def test_a_case_of_script_tags_runs_nothing_and_shows_them_as_text(tmp_path: Path) -> None:
    case = hostile_case(tmp_path, SCRIPT)
    with serving(tmp_path, case) as client:
        for path in every_page(client):
            page = client.get(path).text
            found = tags(page)
            assert found.bad == [], (path, found.bad)
            assert set(found.scripts) <= {"/static/app.js", "/static/whatif.js"}, path
            assert "<script>alert" not in page
            assert "49" not in re.sub(r"[^{}49]", "", page) or "{{7*7}}" in page or "7*7" in page, path
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get("/").text
        deal = client.get("/api/v1/case").json()["deals"][0]
        answer = client.get(f"/api/v1/deals/{deal}")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_public_edition_holds_no_name_of_a_go_between(iraq: Client) -> None:
    case = load_case("iraq-2016").case
    gate = Gate(case, Audience.PUBLIC)
    for path in ("/", "/policies", "/places/jalawla", "/deals/diyala-exchange", "/api/v1/places/jalawla"):
        text = iraq.get(path).text
        assert gate.find(text) is None, path
        for broker in case.brokers:
            assert broker.id not in text, path
    for broker in case.brokers:
        assert iraq.get(f"/api/v1/actors/{broker.id}").status_code == 404


def test_what_is_withheld_is_answered_like_what_is_not_there(bridges: Client) -> None:
    hidden, unknown = bridges.get("/api/v1/places/nowhere-at-all"), bridges.get("/api/v1/actors/nobody-at-all")
    assert hidden.status_code == unknown.status_code == 404
    assert "there is no" in hidden.json()["error"]


def test_a_page_that_is_not_there_says_so_in_words(bridges: Client) -> None:
    answer = bridges.get("/places/nowhere")
    assert answer.status_code == 404
    assert "there is no assessed place" in answer.text
    assert bridges.get("/nowhere").status_code == 404


def test_the_map_of_a_case_with_shapes_draws_them_and_without_is_a_schema(bridges: Client, iraq: Client) -> None:
    page = bridges.get("/").text
    assert "Shapes from the case" in page
    assert page.count('<a href="/places/') > 3
    assert "Schematic, not a boundary." in iraq.get("/").text


def test_a_name_in_any_script_is_matched_to_its_codes(iraq: Client) -> None:
    for name in ("Jalawla", "جلولاء", "IQG10Q05N04", "jalula"):
        first = iraq.get("/api/v1/match", params={"name": name}).json()["matches"][0]
        assert first["place"]["text"] == "Jalawla", name
        assert {"scheme": "cod-ab", "code": "IQG10Q05N04"} in first["codes"]
    assert iraq.get("/api/v1/match", params={"name": "Reykjavik"}).json() == {"matches": []}

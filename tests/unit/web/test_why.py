"""What moves the answer: the findings of `dayafter why` on a page and for programs, computed once, for one audience."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from httpx import Client

from dayafter.casefile.load import load_case
from dayafter.errors import UsageError
from dayafter.explaining.mechanisms import MECHANISMS
from dayafter.explaining.run import inputs_of
from dayafter.explaining.sensitivity import GOALS, Goal, input_names
from dayafter.explaining.why import OUTCOMES
from dayafter.findings import reasons, worth
from dayafter.redaction import Gate
from dayafter.results.store import load_results
from dayafter.study import simulate
from dayafter.vocabulary import Audience, Sensitivity
from dayafter.web import inquiries
from dayafter.web.edition import Edition
from dayafter.web.inquiries import Inquiries
from dayafter.web.language import LANGUAGES, messages
from tests.unit.web.serving import BRIDGES, serving

MEMBERS = 44
NUMBER = r"([+−]?\d[\d\u202f]*(?:\.\d+)?)"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why") / "run"
    simulate(BRIDGES, policies=["write-it-down", "talks"], members=MEMBERS, months=3, out=folder, audience="internal")
    return folder


@pytest.fixture(scope="module")
def client(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(tmp_path_factory.mktemp("asks"), BRIDGES, results=run, audience=Audience.INTERNAL) as client:
        yield client


def number(pattern: str, page: str) -> list[float]:
    return [float(one.replace("−", "-").replace("\u202f", "")) for one in re.findall(pattern, page)]


def ready(client: Client, **asked: str) -> None:
    for _ in range(600):
        told = client.get("/api/v1/why/progress", params=asked).json()
        if told["state"] not in {"waiting", "running"}:
            assert told["state"] == "done", told
            return
        time.sleep(0.05)
    raise AssertionError("the answer did not come")


def test_the_interface_answers_what_the_command_prints(client: Client, run: Path) -> None:
    ready(client)
    found, case, _ = inputs_of(run, BRIDGES)
    printed = worth.to_machine(found, Gate(case, Audience.INTERNAL), case, as_json=True)
    assert client.get("/api/v1/why").json() == json.loads(printed)


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.id)
def test_the_page_names_each_outcome_its_error_and_what_is_worth_knowing(client: Client, goal: Goal) -> None:
    ready(client)
    page = client.get("/why", params={"outcome": goal.id, "policy": "write-it-down"}).text
    assert re.search(r"against “Do nothing more”: (.*±|0 )", page)
    assert page.count('class="diff share') >= 10
    assert "inputs are beyond chance" in page
    assert "Worth knowing before choosing" in page
    assert "A run of 500 draws or more tells more" in page


def test_the_page_of_a_place_takes_the_difference_apart_as_the_command_does(client: Client) -> None:
    asked = {"place": "midbridge", "policy": "write-it-down"}
    ready(client, **asked)
    rows = client.get("/api/v1/why", params=asked).json()
    total = next(
        row for row in rows if row["kind"] == "share" and row["driver"] == "total" and row["outcome"] == "events"
    )
    page = client.get("/why", params={**asked, "outcome": "events"}).text
    said, interaction = (number(rf"{lead} {NUMBER}", page)[0] for lead in ("“Do nothing more”:", "one mechanism’s:"))
    assert said == pytest.approx(total["value"], abs=0.05)
    parts = number(rf'<th scope="row">[^<]+</th><td>{NUMBER}', page)
    assert len(parts) == len(MECHANISMS)
    assert sum(parts) + interaction == pytest.approx(said, abs=1e-9)  # what is printed adds up
    assert "Through which mechanisms the policy tells here" in page
    assert "in the interaction; those are noise, not findings" in page
    for one in MECHANISMS:
        assert one.name.replace("'", "&#39;") in page
    for outcome in OUTCOMES:
        assert client.get("/why", params={**asked, "outcome": outcome.id}).status_code == 200


def test_at_a_place_the_policy_that_tells_most_clearly_is_shown_unasked(client: Client, run: Path) -> None:
    ready(client, place="midbridge")
    shown = client.get("/api/v1/why", params={"place": "midbridge"}).json()[0]["policy"]
    assert shown == reasons.clearest(load_results(run), "midbridge", ["write-it-down", "talks"])
    assert f'<option value="{shown}" selected>' in client.get("/why", params={"place": "midbridge"}).text


def test_without_a_run_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    with serving(tmp_path, BRIDGES) as client:
        assert "dayafter simulate three-bridges --out run" in client.get("/why").text
        assert client.get("/api/v1/why").status_code == 404


def test_while_it_is_computed_the_page_and_the_interface_say_how_far(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, real = Event(), inputs_of

    def slowly(*given: object, **named: object) -> object:
        go.wait(20)
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(inquiries, "inputs_of", slowly)
    monkeypatch.setattr(inquiries, "PATIENCE", 0.0)
    with serving(tmp_path, BRIDGES, results=run) as client:
        page = client.get("/why").text
        assert "Being computed" in page
        assert 'data-progress="/api/v1/why/progress' in page
        answer = client.get("/api/v1/why")
        assert answer.status_code == 202
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["state"] in {"waiting", "running"}
        go.set()
        ready(client)
        assert "Being computed" not in client.get("/why").text


def test_one_question_is_computed_once_however_many_ask(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, real = [], inputs_of

    def counted(*given: object, **named: object) -> object:
        calls.append(given)
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(inquiries, "inputs_of", counted)
    asks = Inquiries(run, BRIDGES, Edition(load_case(BRIDGES)))
    first, second = asks.about_inputs(), asks.about_inputs()
    assert first is second
    assert first.ended.wait(30)
    asks.close()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"place": "nowhere"}, "there is no assessed place"),
        ({"policy": "no-such-plan"}, "there is no policy"),
        ({"outcome": "happiness"}, "there is no outcome"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(client: Client, asked: dict[str, str], said: str) -> None:
    answer = client.get("/why", params=asked)
    assert answer.status_code == 404
    assert said in answer.text


def test_a_policy_with_a_withheld_step_is_not_asked_about_at_a_place(run: Path) -> None:
    loaded = load_case(BRIDGES)
    steps = tuple(
        row.model_copy(update={"sensitivity": Sensitivity.SEVERE}) if row.policy == "talks" else row
        for row in loaded.case.interventions
    )
    hidden = replace(loaded, case=loaded.case.model_copy(update={"interventions": steps}))
    asks = Inquiries(run, BRIDGES, Edition(hidden, Audience.PARTNERS))
    shown = {one.shown: one.shows_where for one in asks.plans}
    assert not shown["talks"]
    assert shown["write-it-down"]
    with pytest.raises(UsageError, match="may not be said"):
        asks.about_place("midbridge", asks.plan("talks"))
    with pytest.raises(UsageError, match="is the baseline"):
        asks.about_place("midbridge", asks.plan("nothing"))
    asks.close()


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_input_mechanism_and_outcome_has_its_words_in_each_language(language: str) -> None:
    names = [*input_names().values(), *(one.name for one in MECHANISMS)]
    names += [text for one in (*GOALS, *OUTCOMES) for text in (one.name, one.unit)]
    assert [name for name in dict.fromkeys(names) if name not in messages(language)] == []

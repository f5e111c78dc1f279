"""What-ifs: paired with the saved case, the same for the same question, and only about what may be known."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client

from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.errors import UsageError
from dayafter.findings.amounts import amount, changed
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience
from dayafter.web.edition import Edition
from dayafter.web.settings import Limits
from dayafter.web.whatif import ensemble
from dayafter.web.whatif.answer import answer
from dayafter.web.whatif.question import WhatIfAsked, resolve
from dayafter.web.whatif.runs import Runs
from tests.unit.web.serving import BRIDGES, serving

DEAL = "bridge-toll"
MEMBERS = 24


@pytest.fixture(scope="module")
def edition() -> Edition:
    return Edition(load_case(BRIDGES))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("what-if")
    with serving(folder, BRIDGES, limits=Limits(runs_at_once=1, runs_waiting=1)) as client:
        yield client


def asked(**more: object) -> WhatIfAsked:
    return WhatIfAsked.model_validate({"deal": DEAL, **more})


def step(action: str, **more: object) -> dict[str, object]:
    return {"action": action, **more}


SIGNED = asked(steps=[step("formalise", deal=DEAL, form="signed"), step("add-level", deal=DEAL, levels=["national"])])


def run(edition: Edition, question: WhatIfAsked, seed: int = 1, members: int = MEMBERS) -> dict[str, object]:
    prepared = ensemble.prepare(edition, resolve(edition, question), members=members, seed=seed, months=6)
    found = ensemble.run(prepared, threads=1, progress=lambda *_: None, partial=lambda _: None)
    return {name: frame.to_dicts() for name, frame in found.items()}


def test_without_a_change_nothing_differs_in_any_member(edition: Edition) -> None:
    contrasts = run(edition, asked())["contrasts"]
    assert isinstance(contrasts, list)
    assert contrasts
    assert {row["total_mean"] for row in contrasts} == {0.0}
    assert {row["total_same"] for row in contrasts} == {1.0}


def test_what_ifs_share_the_side_of_the_saved_case_and_a_new_pledge_or_seed_does_not(edition: Edition) -> None:
    def saved(question: WhatIfAsked, seed: int = 1) -> object:
        prepared = ensemble.prepare(edition, resolve(edition, question), members=MEMBERS, seed=seed, months=6)
        return prepared.spec.policies["saved"].process

    assert saved(SIGNED) is saved(asked()) is saved(SIGNED)
    assert saved(SIGNED, seed=2) is not saved(SIGNED)
    given = asked(pledge={"donor": "lantern-league", "amount": 1000.0})
    assert saved(given) is not saved(SIGNED)
    alone = run(Edition(load_case(BRIDGES)), SIGNED)
    assert alone == run(edition, SIGNED) == run(edition, SIGNED)


def test_a_number_that_moves_to_itself_makes_two_versions_that_do_not_differ(edition: Edition) -> None:
    same = asked(intervals=[{"table": "deals", "row": DEAL, "field": "local_assent", "value": "0.3..0.7"}])
    prepared = ensemble.prepare(edition, resolve(edition, same), members=MEMBERS, seed=1, months=6)
    sides = prepared.spec.policies
    assert sides["saved"].process is not sides["changed"].process
    assert run(edition, same)["contrasts"] == run(edition, asked())["contrasts"]


def test_a_number_that_moves_makes_a_difference_with_the_same_luck(edition: Edition) -> None:
    other = asked(intervals=[{"table": "deals", "row": DEAL, "field": "local_assent", "value": "0.95..1"}])
    contrasts = run(edition, other, members=300)["contrasts"]
    assert isinstance(contrasts, list)
    assert any(row["total_mean"] for row in contrasts)
    assert all(0 <= row["total_same"] <= 1 for row in contrasts)


def test_the_same_question_gives_the_same_numbers_and_another_seed_others(edition: Edition) -> None:
    first = run(edition, SIGNED)
    assert run(edition, SIGNED) == first
    assert run(edition, SIGNED, seed=2) != first


def test_at_once_no_change_is_no_change_and_a_firmer_deal_is_less_likely_to_end(edition: Edition) -> None:
    nothing = answer(edition, resolve(edition, asked()))
    assert nothing.holding.change == "no change"
    assert nothing.holding.before == nothing.holding.after
    firmer = answer(edition, resolve(edition, SIGNED))
    assert firmer.holding.before is not None
    assert firmer.holding.after is not None
    assert firmer.holding.after.mean < firmer.holding.before.mean
    before = edition.assessment.in_force[0].fragility
    assert before is not None
    assert firmer.holding.before.mean == pytest.approx(before.p_end.mean)


def test_every_kind_of_change_can_be_asked_and_leaves_the_saved_case_alone(edition: Edition) -> None:
    saved = edition.case
    for question in (
        asked(steps=[step("guarantee", deal=DEAL, actor="river-government", levels=["local"])]),
        asked(steps=[step("add-party", deal=DEAL, community="halen")]),
        asked(steps=[step("withdraw", actor="upland-council")]),
        asked(pledge={"donor": "river-government", "amount": 5000}, steps=[step("give-aid", aid="what-if-pledge")]),
    ):
        found = answer(edition, resolve(edition, question))
        assert found.holding.after is not None
        assert found.compared_with == "the saved case as it is"
        assert run(edition, question)["contrasts"]
    assert edition.case is saved
    assert edition.case == load_case(BRIDGES).case


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"deal": "nothing-such"}, "there is no 'nothing-such' among the deals"),
        ({"deal": DEAL, "steps": [step("impose", deal=DEAL)]}, "cannot be asked here"),
        ({"deal": DEAL, "steps": [step("formalise", deal=DEAL, form="signed", date="2019-13")]}, "is no month"),
        ({"deal": DEAL, "intervals": [{"table": "deals", "row": DEAL, "field": "local_assent", "value": "60%"}]},
         "write the share"),
        ({"deal": DEAL, "intervals": [{"table": "deals", "row": DEAL, "field": "local_assent", "value": "2"}]}, "1"),
        ({"deal": DEAL, "intervals": [{"table": "deals", "row": DEAL, "field": "name", "value": "1"}]},
         "holds no number that could move"),
        ({"deal": DEAL, "intervals": [{"table": "brokers", "row": "x", "field": "risk", "value": "1"}]},
         "there is no row"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_why(client: Client, body: dict[str, object], fault: str) -> None:
    told = client.post("/api/v1/what-if", json=body)
    assert told.status_code in {404, 422}
    assert fault in told.json()["error"]


def test_an_unknown_word_in_a_question_is_an_error_and_not_ignored(client: Client) -> None:
    told = client.post("/api/v1/what-if", json={"deal": DEAL, "guarantour": "x"})
    assert told.status_code == 422
    assert "guarantour" in json.dumps(told.json()["faults"])


def test_a_step_before_the_first_month_of_a_run_is_refused_when_it_is_run(client: Client) -> None:
    early = {"deal": DEAL, "steps": [step("formalise", deal=DEAL, form="signed", date="2001-01")]}
    told = client.post("/api/v1/what-if/runs", json=early)
    assert told.status_code == 422
    assert "date it later" in told.json()["error"]


def test_who_is_withheld_can_neither_be_asked_about_nor_found_out(tmp_path: Path) -> None:
    case = load_case("iraq-2016").case
    gate = Gate(case, Audience.PUBLIC)
    edition = Edition(load_case("iraq-2016"), Audience.PUBLIC)
    hidden = next(row.key for row in case.contacts if row.strength is not None) if case.contacts else "none"
    with pytest.raises(UsageError, match="there is no row"):
        resolve(
            edition,
            WhatIfAsked.model_validate(
                {
                    "deal": "diyala-exchange",
                    "intervals": [{"table": "contacts", "row": hidden, "field": "strength", "value": "1"}],
                }
            ),
        )  # fmt: skip
    with pytest.raises(UsageError, match="among the actors"):
        resolve(
            edition,
            WhatIfAsked.model_validate(
                {"deal": "diyala-exchange", "steps": [{"action": "withdraw", "actor": case.brokers[0].id}]}
            ),
        )
    assert gate.hides(case.brokers[0].id)


def watched(client: Client, address: str) -> list[dict[str, object]]:
    """The events of a run until it ends."""
    with client.stream("GET", address) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]


def test_a_run_is_watched_to_its_end_and_its_result_can_be_read_again(client: Client) -> None:
    begun = client.post("/api/v1/what-if/runs", json={**SIGNED.model_dump(mode="json"), "members": 40, "seed": 3})
    assert begun.status_code == 202
    events = watched(client, begun.json()["events"])
    last = events[-1]
    assert last["state"] == "done"
    assert last["done"] == last["of"] == 40
    result = last["result"]
    assert isinstance(result, dict)
    assert result["provisional"] is False
    assert result["seed"] == 3
    assert "Do nothing more" in result["compared_with"] or "the saved case" in result["compared_with"]
    assert result["headline"]["change"]
    again = client.get(begun.json()["run"]).json()
    assert again["result"] == result


def left_in_english(case: CaseFile, said: object) -> list[str]:
    """Words in Latin letters in what is said, without names and texts of the case, ids and addresses."""
    own = {option.label for option in case.options} | {issue.title for issue in case.issues}
    for rows in (case.actors, case.places, case.deals, case.aid, case.policies):
        own |= {row.name for row in rows}
    found: list[str] = []
    if isinstance(said, dict):
        codes = {"href", "unit", "id", "state", "role_id", "value", "source"}
        for name, value in said.items():
            found += [] if name in codes else left_in_english(case, value)
    elif isinstance(said, list):
        for value in said:
            found += left_in_english(case, value)
    elif isinstance(said, str):
        for one in sorted(own, key=len, reverse=True):
            said = said.replace(one, "")
        found += re.findall(r"[A-Za-z]{2,}", said)
    return found


@pytest.mark.parametrize("question", [SIGNED, asked(steps=[step("guarantee", deal=DEAL, actor="river-government")])])
def test_an_answer_is_said_in_arabic_with_the_same_numbers(client: Client, question: WhatIfAsked) -> None:
    body = question.model_dump(mode="json")
    english, arabic = (client.post(f"/api/v1/what-if?lang={one}", json=body).json() for one in ("en", "ar"))
    assert english["holding"]["after"]["mean"] == arabic["holding"]["after"]["mean"]
    assert [one["mark"] for one in english["accepting"]["parties"]] == [
        one["mark"] for one in arabic["accepting"]["parties"]
    ]
    assert left_in_english(load_case(BRIDGES).case, arabic) == []
    assert "\u2066" in json.dumps(arabic, ensure_ascii=False)
    assert client.post("/api/v1/what-if", json=body).json()["accepting"] == english["accepting"]


def test_a_run_that_is_begun_in_arabic_is_told_in_arabic(client: Client) -> None:
    body = {**SIGNED.model_dump(mode="json"), "members": 40, "seed": 3}
    begun = client.post("/api/v1/what-if/runs?lang=ar", json=body).json()
    last = watched(client, begun["events"])[-1]
    assert left_in_english(load_case(BRIDGES).case, last["result"]) == []
    assert client.get(begun["run"]).json()["result"] == last["result"]


def test_accounts_are_weighed_in_arabic(client: Client) -> None:
    body = {
        "deal": DEAL, "table": "deals", "row": DEAL, "field": "local_assent",
        "accounts": [{"value": "0.1", "source": "A"}, {"value": "0.9", "source": "B"}],
    }  # fmt: skip
    told = client.post("/api/v1/disputes?lang=ar", json=body).json()
    assert left_in_english(load_case(BRIDGES).case, told) == []


def test_settlements_are_said_in_arabic_with_the_codes_of_the_english(client: Client) -> None:
    english, arabic = (client.get(f"/api/v1/settle?lang={one}").json()["rows"] for one in ("en", "ar"))
    assert [(row["section"], row.get("name")) for row in english] == [
        (row["section"], row.get("name")) for row in arabic
    ]
    assert left_in_english(load_case(BRIDGES).case, [row.get("unit", "") for row in arabic]) == []


def test_a_language_without_an_edition_is_refused_with_those_there_are(client: Client) -> None:
    told = client.post("/api/v1/what-if?lang=xx", json=SIGNED.model_dump(mode="json"))
    assert told.status_code == 422
    assert "write one of en, ar" in told.json()["error"]


def test_too_many_runs_are_refused_and_a_stopped_one_stops(client: Client) -> None:
    body = {**SIGNED.model_dump(mode="json"), "members": 10_000}
    first, second = (client.post("/api/v1/what-if/runs", json=body).json()["run"] for _ in range(2))
    third = client.post("/api/v1/what-if/runs", json=body)
    assert third.status_code == 429
    assert third.headers["retry-after"]
    for address in (first, second):
        assert client.delete(address).status_code == 200
    end = time.monotonic() + 60
    while any(client.get(one).json()["state"] != "stopped" for one in (first, second)):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert client.get("/api/v1/what-if/runs/none").status_code == 404
    assert client.post("/api/v1/what-if/runs", json={**body, "members": 5}).status_code == 422


def test_a_run_that_takes_too_long_is_ended_with_the_reason(edition: Edition) -> None:
    runs = Runs(edition, Limits(seconds=0.0))
    started = runs.start(resolve(edition, SIGNED), members=200, seed=1)
    runs._pool.shutdown(wait=True)  # wait for what nobody else waits for
    assert started.state == "stopped"
    assert "ask for fewer members" in started.error


def test_two_accounts_are_weighed_and_kept_without_an_average(client: Client) -> None:
    body = {
        "deal": DEAL, "table": "deals", "row": DEAL, "field": "local_assent",
        "accounts": [{"value": "0.1", "source": "Market talk"}, {"value": "0.9", "source": "Council minutes"}],
    }  # fmt: skip
    told = client.post("/api/v1/disputes", json=body).json()
    assert [one["value"] for one in told["consequences"]] == ["0.1", "0.9"]
    assert told["said"].startswith("It ")
    same = {**body, "accounts": [{"value": "0.5", "source": "A"}, {"value": "0.5", "source": "B"}]}
    assert client.post("/api/v1/disputes", json=same).json()["matters"] is False
    assert client.post("/api/v1/accounts", json=body).status_code == 201
    page = client.get("/changes").text
    assert "0.1..0.9" in page
    assert "0.5" not in page.split("Changed rows")[-1]
    arabic = client.get("/changes?lang=ar").text.split("<h3")[1].split("</section>")[0]
    told = re.sub(r"<[^>]*>", " ", f"<h3{arabic}")
    names = f"Market talk Council minutes market-talk council-minutes deals {DEAL} local_assent owner"
    assert set(left_in_english(load_case(BRIDGES).case, told)) <= set(re.split(r"[ _-]", names))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "events", "0 events"),
        (2.25, "events", "2.2 events"),
        (1234.4, "persons", "1234 persons"),
        (0.426, "share", "43\u202f%"),
    ],
)
def test_amounts_have_the_decimals_that_their_size_bears(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


@pytest.mark.parametrize(
    ("spread", "unit", "text"),
    [
        ((-1.2, -2.0, -0.3), "events", "−1.2 events (−2.0 to −0.3)"),
        ((-0.2, -0.4, -0.02), "events", "−0.20 events (−0.40 to −0.02)"),
        ((0.4, -1.0, 2.0), "events", "no clear change (0, −1 to +2 events)"),
        ((0.0, 0.0, 0.0), "events", "no change"),
        ((-0.3, -0.4, -0.15), "share", "−30 points (−40 to −15)"),
    ],
)
def test_differences_say_so_where_their_range_holds_zero(
    spread: tuple[float, float, float], unit: str, text: str
) -> None:
    assert changed(*spread, unit) == text

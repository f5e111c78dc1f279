"""The frozen forecast of `iraq-2016` is what it says it is, and forecasts can be made, stored and scored."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest

from dayafter.casefile.load import load_case
from dayafter.errors import UsageError
from dayafter.findings.words import likelihood
from dayafter.frozen.answers import VOID, Futures, answer, run_futures
from dayafter.frozen.essay import questions_of
from dayafter.frozen.freeze import Forecast, freeze, probe_of, ready, spread_of_chance
from dayafter.frozen.page import page
from dayafter.frozen.questions import Kind, Measure
from dayafter.frozen.score import crps, read_answers, score, to_text
from dayafter.frozen.store import QUESTIONS, find_forecast, packed, read_forecast, texts, unpacked, write_forecast
from dayafter.priors.posterior import FILE, read_posterior
from dayafter.study import Run, input_hashes

CUT_OFF = dt.date(2016, 2, 22)
STALE = (
    "the case, its posterior or the simulated process has changed since the forecast was frozen; look at what moved, "
    "then freeze anew: dayafter freeze iraq-2016 --out src/dayafter/cases/iraq-2016/forecast --overwrite, and run "
    "make regenerate"
)


@pytest.fixture(scope="module")
def stored() -> Forecast:
    return read_forecast(find_forecast("iraq-2016"))


@pytest.fixture(scope="module")
def run(stored: Forecast) -> Run:
    made = stored.manifest["run"]
    return ready(
        "iraq-2016",
        members=made["members"],
        replicates=made["replicates"],
        months=made["months"],
        seed=made["seed"],
        prior=False,
    )


@pytest.fixture(scope="module")
def futures(run: Run) -> Futures:
    who = np.arange(60)
    return run_futures(run.process, run.spec.policies["nothing"], who, who // 20)[0]


@pytest.fixture(scope="module")
def made() -> Forecast:
    return freeze("iraq-2016", members=80, replicates=4, months=6, seed=3)


def test_the_stored_forecast_is_made_of_this_case_and_this_posterior(stored: Forecast) -> None:
    case = load_case("iraq-2016")
    assert case.path is not None
    made = stored.manifest["run"]
    assert made["case"]["inputs"] == input_hashes(case.case), STALE
    assert made["parameters"]["sha256"] == read_posterior(case.path / FILE).sha256, STALE
    assert made["members"] >= 1000


def test_its_first_futures_come_again(stored: Forecast, run: Run) -> None:
    assert probe_of(run) == stored.manifest["probe"]["totals"], STALE


def test_it_asks_what_the_questions_say_in_the_same_words(stored: Forecast, run: Run) -> None:
    asked = questions_of(run.process.case, stored.manifest["run"]["months"])
    assert [one.question for one in stored.answered] == list(asked), STALE


def test_every_question_has_a_window_after_the_cut_off_a_source_a_rule_and_a_unit(stored: Forecast) -> None:
    assert stored.manifest["issued"] == stored.manifest["sees_nothing_after"] == CUT_OFF.isoformat()
    ids = [one.question.id for one in stored.answered]
    assert len(set(ids)) == len(ids)
    for one in stored.answered:
        q = one.question
        assert CUT_OFF < q.opens < q.closes <= dt.date(2019, 2, 28)
        assert all((q.source, q.rule, q.unit, q.text))
        assert one.p is not None
        assert 0 < one.p < 1
        assert one.word == likelihood(one.p)
        assert (len(one.sample) == 100) == (q.kind is Kind.COUNT)


def test_each_forecast_of_the_essay_is_asked(stored: Forecast) -> None:
    about = {one.question.about for one in stored.answered} - {""}
    assert about == {f"X-0{number}" for number in range(1, 8)}


def test_it_asks_of_every_place_what_is_recorded_and_what_happens(stored: Forecast) -> None:
    places = {"sinjar", "rabiaa", "tuz-khurmatu", "sleiman-beg", "jalawla", "saadiya"}
    for measure in (Measure.RECORDED, Measure.FATAL):
        mine = [one.question for one in stored.answered if one.question.measure is measure]
        assert {(q.place, q.violence_class) for q in mine} == {
            (place, kind) for place in places for kind in ("interbloc", "intrabloc", "insurgent", "communal")
        }
        assert len(mine) == 6 * 4 * 12


def test_the_page_is_written_from_the_stored_files(stored: Forecast) -> None:
    text = (Path(__file__).parents[3] / "docs/why/frozen-forecast.md").read_text(encoding="utf-8")
    assert text == page(stored)
    assert "Simulated under stated assumptions" in text
    assert " will " not in text


def test_longer_windows_and_milder_questions_are_never_less_likely(stored: Forecast) -> None:
    for stem in ("control/sinjar", "ended/diyala-exchange"):
        chances = [one.p for one in stored.answered if one.question.id.startswith(stem)]
        assert chances == sorted(chances, key=lambda p: p or 0)
    one = stored.of("recorded/tuz-khurmatu/insurgent/q01")
    assert list(one.exceeds) == sorted(one.exceeds, reverse=True)
    assert one.exceeds[0] == pytest.approx(one.p)


def test_an_event_kills_where_and_only_where_somebody_died(futures: Futures) -> None:
    assert ((futures.fatal > 0) == (futures.values["fatalities"] > 0)).all()
    assert (futures.fatal <= futures.values["events"]).all()


def test_causes_of_an_end_are_one_and_only_one(futures: Futures, run: Run) -> None:
    asked = [q for q in questions_of(run.process.case, 36) if q.id.startswith("ended-by/diyala-exchange")]
    answers = np.stack([answer(q, futures) for q in asked])
    ended = answer(next(q for q in questions_of(run.process.case, 36) if q.id == "ended/diyala-exchange/m36"), futures)
    assert ((answers == VOID).all(axis=0) == (ended == 0)).all()
    assert (answers[:, ended == 1].sum(axis=0) == 1).all()


def test_without_a_three_party_deal_is_void_where_there_is_one(futures: Futures, run: Run) -> None:
    q = next(q for q in questions_of(run.process.case, 36) if q.id == "x-02/actual/m36")
    at = futures.labels["deals_made"]["deal"].index("sinjar-three-party")
    signed = futures.values["deals_made"][at].sum(axis=0) > 0
    assert ((answer(q, futures) == VOID) == signed).all()


def test_quarters_add_up_to_what_happened(futures: Futures, run: Run) -> None:
    asked = [q for q in questions_of(run.process.case, 36) if q.id.startswith("recorded/tuz-khurmatu/insurgent")]
    total = np.sum([answer(q, futures) for q in asked], axis=0)
    assert np.array_equal(
        total, futures.rows("recorded_events", place="tuz-khurmatu", violence_class="insurgent").sum(axis=(0, 1))
    )


def test_a_chance_that_all_draws_share_has_no_spread_and_one_that_differs_has() -> None:
    draws = np.repeat(np.arange(100), 50)
    luck = np.random.default_rng(1).random(5000)
    low, high = spread_of_chance(luck < 0.3, draws)
    assert high - low < 0.1
    mixed = np.repeat(np.arange(100) % 2 * 0.8 + 0.1, 50)
    low, high = spread_of_chance(luck < mixed, draws)
    assert low < 0.15
    assert high > 0.85


def test_a_forecast_comes_back_as_it_was_written_and_not_when_it_was_changed(made: Forecast, tmp_path: Path) -> None:
    folder = tmp_path / "forecast"
    write_forecast(made, folder)
    assert texts(read_forecast(folder)) == texts(made)
    with pytest.raises(UsageError, match="is there already"):
        write_forecast(made, folder)
    path = folder / QUESTIONS
    path.write_text(path.read_text(encoding="utf-8").replace("unlikely", "likely", 1), encoding="utf-8")
    with pytest.raises(UsageError, match="was changed after it was frozen"):
        read_forecast(folder)


def test_a_sample_packs_without_loss() -> None:
    for sample in ((), (0,) * 100, (0, 0, 1, 1, 1, 7), tuple(range(100))):
        assert unpacked(packed(sample)) == sample


def test_scores_are_those_of_the_textbook(made: Forecast) -> None:
    yes = next(one for one in made.answered if one.question.kind is Kind.BINARY and one.n == 80)
    count = next(one for one in made.answered if one.question.measure is Measure.RETURNED)
    found = score(made, {yes.question.id: "yes", count.question.id: "250"})
    assert found.open == len(made.answered) - 2
    by_id = {one.id: one for one in found.scored}
    assert yes.p is not None
    assert by_id[yes.question.id].brier == pytest.approx((1 - yes.p) ** 2)
    assert by_id[yes.question.id].bits == pytest.approx(-math.log2(yes.p))
    sample = np.array(count.sample, dtype=np.float64)
    spread = np.abs(sample[:, None] - sample).mean()
    assert by_id[count.question.id].crps == pytest.approx(float(np.abs(sample - 250).mean() - spread / 2))
    assert crps(np.array([3.0, 3.0]), 3.0) == 0.0
    assert "2 questions scored, 0 void" in to_text(found)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"no/such": "yes"}, "asks no question 'no/such'"),
        ({"control/sinjar/m12": "3"}, None),
        ({"returned/sinjar/q01": "yes"}, "takes a whole number or void"),
        ({"x-06/survives/diyala-exchange": "maybe"}, "takes yes, no or void"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused(made: Forecast, answers: dict[str, str], says: str | None) -> None:
    with pytest.raises(UsageError, match=says or "control/sinjar/m12"):
        score(made, answers)


def test_an_answer_without_a_report_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,answer,reports\na,yes,two reports\nb,no,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 3: b names no report"):
        read_answers(path)
    path.write_text("id,answer\na,yes\n", encoding="utf-8")
    with pytest.raises(UsageError, match="lacks the column reports"):
        read_answers(path)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"members": 80, "replicates": 1}, "two histories"),
        ({"members": 20, "replicates": 2}, "40 members at least"),
        ({"members": 80, "replicates": 4, "months": 7}, "whole quarters"),
        ({"members": 80, "replicates": 4, "issued": dt.date(2016, 1, 1)}, "before the case's as-of date"),
    ],
)
def test_a_forecast_that_cannot_be_is_refused(options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        freeze("iraq-2016", **options)  # type: ignore[arg-type]  # options by name

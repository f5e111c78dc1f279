"""Inputs ranked by how far they move the chances of the first page: of the run's own numbers, beyond chance, named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dayafter.briefing import brief_findings
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.explaining.headline import goal_of, headline_ranking
from dayafter.explaining.laboratory import Arm, Bench
from dayafter.findings.option_events import chances_of, choose_events
from dayafter.findings.records import Findings
from dayafter.findings.wording import LANGUAGES, Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.study import Run, Settings, prepare
from dayafter.vocabulary import Audience

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-bridges"


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def prepared(case: CaseFile) -> Run:
    return prepare(case, Settings(members=240, replicates=3, months=12, seed=7, audience=Audience.INTERNAL))


@pytest.fixture(scope="module")
def result(prepared: Run) -> SimulationResult:
    return prepared.execute(threads=1)


def test_an_event_as_a_goal_has_the_chance_of_the_table(
    case: CaseFile, prepared: Run, result: SimulationResult
) -> None:
    events, _ = choose_events(case, result, Gate(case, Audience.INTERNAL), Wording())
    assert len({event.outcome for event in events}) >= 3
    members = np.arange(240, dtype=np.int64)
    bench = Bench.of_process(prepared.process, members, members // 3)
    base = next(one for one in prepared.plans if one.id == prepared.spec.baseline)
    course = bench.run(Arm(base, dated=False))
    fine = ~course.paths.gone_wrong
    for event in events:
        goal = goal_of((event.outcome, event.where, event.threshold), prepared.process.case, "0")
        assert goal is not None
        rows = chances_of(result, event.outcome, event.where, event.threshold).filter(pl.col("policy") == base.id)
        assert float(goal.of(course)[fine].mean()) == pytest.approx(float(rows["p"][0]), abs=1e-12)


def test_an_outcome_or_a_place_that_is_not_there_is_no_goal(prepared: Run) -> None:
    assert goal_of(("returned_to_date", {}, 1), prepared.process.case, "0") is None
    assert goal_of(("deals_ended_to_date", {"deal": "none"}, 1), prepared.process.case, "0") is None
    base = prepared.plans[0]
    told = [("returned_to_date", {"place": "none"}, 1)]
    assert headline_ranking(prepared.process, told, base, None, members=240, replicates=3).moved == ()


def _found(case: CaseFile, result: SimulationResult, language: str) -> Findings:
    gate = Gate(case, Audience.INTERNAL)
    return brief_findings(case, gate, results=result, language=language, members=40)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brief_with_a_run_ranks_by_the_run_and_says_so(
    case: CaseFile, result: SimulationResult, language: str
) -> None:
    outlook = _found(case, result, language).outlook
    assert outlook is not None
    assert outlook.movers
    sizes = [abs(mover.size.mean) for mover in outlook.movers]
    assert sizes == sorted(sizes, reverse=True)
    assert all(0 < size <= 1 for size in sizes)
    said = Wording(language)("share of variance")
    assert {mover.unit for mover in outlook.movers} == {said}
    start = {"en": "Ranked by simulated futures", "ar": "الترتيب بالمسارات المحاكاة"}[language]
    assert outlook.movers_note.startswith(start)


def test_a_brief_with_too_few_draws_does_not_rank_by_the_run(case: CaseFile) -> None:
    settings = Settings(members=24, replicates=2, months=12, seed=7, audience=Audience.INTERNAL)
    outlook = _found(case, prepare(case, settings).execute(threads=1), "en").outlook
    assert outlook is not None
    assert "share of variance" not in {mover.unit for mover in outlook.movers}


def test_a_brief_without_a_run_ranks_by_the_settlement_and_says_so() -> None:
    bundled = load_case(find_case("iraq-2016")).case
    outlook = brief_findings(bundled, Gate(bundled, Audience.PUBLIC), futures=0, members=40).outlook
    assert outlook is not None
    assert outlook.movers_note.startswith("Ranked by the settlement, not by simulated futures")
    assert {mover.unit for mover in outlook.movers} == {"rank correlation"}

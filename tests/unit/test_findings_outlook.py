"""Deals with a run, actors and red lines, shocks, aid, indicators and the dissenting reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from dayafter.brief import render_brief
from dayafter.brief.drawn import whole_points
from dayafter.briefing import brief_findings
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.findings import words
from dayafter.findings.actors import red_lines_at
from dayafter.findings.records import Findings
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience, Sensitivity

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def found(case: CaseFile) -> Findings:
    return brief_findings(case, Gate(case, Audience.INTERNAL), futures=80, members=60)


def test_the_number_of_a_deal_is_that_of_the_run_and_its_contributions_still_sum_to_it(found: Findings) -> None:
    assert found.options is not None
    for deal in found.deals:
        assert deal.parts[-1].is_simulated
        assert deal.reference.mean + sum(part.value.mean for part in deal.parts) == pytest.approx(deal.p_end.mean)
        step = words.percent(deal.p_end.mean) - words.percent(deal.reference.mean)
        assert sum(whole_points(deal)) == step
        assert deal.weakest is None or not deal.weakest.is_simulated
    ends = {event.key: n for n, event in enumerate(found.options.events) if event.key.startswith("deals_ended")}
    (number,) = ends.values()
    assert found.options.nothing.marks[number].chance.mean in {deal.p_end.mean for deal in found.deals}


def test_every_kind_of_breaker_stands_among_the_simulated_ones_and_they_sum_to_a_hundred(found: Findings) -> None:
    for deal in found.deals:
        assert sum(breaker.of_100 for breaker in deal.breakers) == 100
        assert {"a signatory", "a patron"} <= {breaker.label for breaker in deal.breakers}


def test_red_lines_are_said_in_the_options_of_their_issue(found: Findings, case: CaseFile) -> None:
    labels = {option.label for option in case.options}
    lines = [line for actor in found.actors for line in actor.red_lines]
    assert lines
    assert all(any(f"“{label}”" in line.text for label in labels) for line in lines)
    assert all(actor.checked_on for actor in found.actors)


def test_a_deal_has_the_red_lines_of_its_parties_in_its_places_and_says_when_it_was_checked(
    found: Findings, case: CaseFile
) -> None:
    told = [red_lines_at(deal, found.actors) for deal in found.deals]
    assert any(told)
    for deal, lines in zip(found.deals, told, strict=True):
        assert deal.checked_on
        assert {name for name, _ in lines} <= set(deal.parties)
        assert all(set(line.places) & set(deal.places) for _, own in lines for line in own)
    page = render_brief(found, Gate(case, found.edition.audience))
    assert page.count("Red lines of its parties there:") == sum(bool(lines) for lines in told)
    assert page.count(f"Last checked {found.deals[0].checked_on}.") >= len(found.deals)


def test_a_withheld_position_gives_no_red_line(case: CaseFile, found: Findings) -> None:
    severe = tuple(row.model_copy(update={"sensitivity": Sensitivity.SEVERE}) for row in case.positions)
    secret = case.model_copy(update={"positions": severe})
    seen = brief_findings(secret, Gate(secret, Audience.PARTNERS), futures=0, members=40)
    assert seen.actors == ()
    assert found.actors


def test_shocks_have_a_chance_within_the_horizon_and_aid_says_what_withholding_moves(found: Findings) -> None:
    assert found.shocks
    for shock in found.shocks:
        assert shock.when or (shock.chance is not None and 0 < shock.chance.mean < 1 and shock.chance.word)
    assert found.aid
    assert all(one.bite.endswith(".") and one.handed and one.conditions for one in found.aid)


def test_indicators_have_a_date_and_a_consequence_and_the_first_is_the_trigger(found: Findings) -> None:
    assert found.outlook is not None
    indicators = found.outlook.indicators
    assert len(indicators) >= 4
    assert all(one.see and one.by and one.then.endswith(".") for one in indicators)
    assert indicators[0].expected is not None
    assert indicators[0].expected.p05 < indicators[0].expected.mean < indicators[0].expected.p95
    assert found.outlook.trigger.startswith(indicators[0].see)
    assert indicators[0].by in found.outlook.trigger


def test_there_is_a_dissenting_reading_and_a_record_that_says_nothing_was_scored(found: Findings) -> None:
    assert found.outlook is not None
    assert found.outlook.dissent
    assert "No forecast of this model for this case has been scored yet." in found.outlook.calibration.text


def test_assumptions_come_by_how_far_they_move_the_answer(found: Findings) -> None:
    assert found.outlook is not None
    sizes = [abs(mover.size.mean) for mover in found.outlook.movers]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size <= 1 for size in sizes)

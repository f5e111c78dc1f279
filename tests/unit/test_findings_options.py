"""Options against doing nothing: events named in full, changes clear or not, costs, fallbacks, all through the gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from dayafter.assessment.report import Spread
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.option_costs import money
from dayafter.findings.option_records import EventMark, Options
from dayafter.findings.option_words import title
from dayafter.findings.options import build_options
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.study import simulate
from dayafter.vocabulary import Audience

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
SAY = Wording("en")


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def result(case: CaseFile) -> SimulationResult:
    return simulate(case, members=120, replicates=4, months=12, seed=7, threads=1, audience=Audience.INTERNAL)


@pytest.fixture(scope="module")
def options(case: CaseFile, result: SimulationResult) -> Options:
    return build_options(case, result, Gate(case, Audience.INTERNAL))


def test_every_event_names_place_or_deal_channel_and_horizon(options: Options) -> None:
    assert options.n_first_page == 2
    for event in options.events:
        assert event.channel in {"violence", "control", "deals"}
        assert "12 months" in event.rule
        assert event.horizon_months == 12
    assert len({event.key for event in options.events}) == len(options.events)


def test_doing_nothing_comes_first_and_has_chances_and_no_change(options: Options) -> None:
    assert options.nothing.is_nothing
    assert [option.letter for option in options.options] == ["", "A", "B"]
    assert all(mark.change is None for mark in options.nothing.marks)
    for option in options.options[1:]:
        for mark in option.marks:
            assert mark.change is not None
            assert mark.chance.word
            assert mark.chance.text not in {"0\u202f%", "100\u202f%"}


def test_numbers_are_those_of_the_table_of_chances(options: Options, result: SimulationResult) -> None:
    rows = result.tables["chances"].filter(
        (pl.col("policy") == "write-it-down")
        & (pl.col("outcome") == "deals_ended_to_date")
        & pl.col("ended_by").is_null()
    )
    row = rows.filter(pl.col("deal") == "bridge-toll").row(0, named=True)
    number = next(n for n, event in enumerate(options.events) if event.key.startswith("deals_ended"))
    mark = options.options[1].marks[number]
    assert mark.chance.mean == row["p"]
    assert mark.chance.p05 == row["parameter_low"]
    assert mark.change is not None
    assert mark.change.mean == row["total_mean"]
    assert mark.change.p05 <= row["total_parameter_low"]  # widened by the error of the simulation


def test_the_bottom_line_is_two_sentences_with_word_number_and_horizon(options: Options) -> None:
    first, second = options.bottom_line
    assert first.text.count(".") == second.text.count(".") == 1
    assert "12 months" in first.text
    for event, mark in list(zip(options.events, options.nothing.marks, strict=True))[:2]:
        assert event.noun in first.text
        assert mark.chance.word in first.text
        assert mark.chance.text in first.text


@pytest.mark.parametrize(
    ("changes", "head"),
    [
        ({"A": (-0.05, -0.003), "B": (-0.08, -0.02)}, "Clear help on the first: A and B; on the second: B"),
        ({"A": (-0.05, -0.01), "B": (0, 0)}, "Clear help on both: A"),
        ({"A": (0, 0), "B": (0.02, -0.02)}, "Clear help on the second: B; none on the first"),
        ({"A": (-0.02, 0.02), "B": (-0.009, 0)}, "Clear help on the first: A; none on the second"),
        ({"A": (-0.003, 0), "B": (0, -0.009)}, "No option compared moves the outlook by a point"),
        ({"A": (0.05, 0), "B": (0, -0.009)}, "No option compared clearly helps"),
        ({"A": (0, 0), "B": (0, 0)}, "No option compared clearly changes the outlook"),
    ],
)
def test_the_head_names_the_options_that_clearly_help_by_a_point_or_more(
    options: Options, changes: dict[str, tuple[float, float]], head: str
) -> None:
    def marked(mark: EventMark, mean: float) -> EventMark:
        assert mark.change is not None
        return replace(mark, change=replace(mark.change, mean=mean, is_clear=mean != 0))

    events = tuple(replace(event, is_harm=True) for event in options.events[:2])
    named = tuple(
        replace(
            one, marks=tuple(marked(mark, mean) for mark, mean in zip(one.marks[:2], changes[one.letter], strict=True))
        )
        for one in options.options[1:]
    )
    assert title(replace(options, events=events, options=(options.nothing, *named)), SAY) == head


@pytest.mark.parametrize(
    ("spread", "text", "short"),
    [
        (Spread(-0.25, -0.35, -0.15, 9), "−25 points (−35 to −15)", "−25 (−35 to −15)"),
        (Spread(-0.05, -0.15, 0.05, 9), "no clear change (−5, −15 to +5)", "no clear change"),
        (Spread(-0.1, -0.35, -0.002, 9), "−10 points (−35 to −0.2)", "−10 (−35 to −0.2)"),
        (Spread(0.002, 0.001, 0.003, 9), "+0.2 points (+0.1 to +0.3)", "+0.2 (+0.1 to +0.3)"),
        (Spread(0.01, 0.01, 0.01, 9), "+1 point", "+1"),
        (Spread(0.0, 0.0, 0.0, 9), "no change", "no change"),
    ],
)
def test_a_change_is_told_with_its_range_and_one_across_zero_is_no_effect(
    spread: Spread, text: str, short: str
) -> None:
    assert SAY.change(spread) == text
    assert SAY.change(spread, brief=True) == short
    assert spread.is_exact or text in words.change(spread)


def test_an_option_asks_something_of_somebody_and_has_a_fallback(options: Options) -> None:
    for option in options.options[1:]:
        assert option.costs
        assert option.fallback.endswith(".")
    talks = options.options[2]
    assert ("Lantern League", "Has to stay until June 2020.") in {(cost.who, cost.text) for cost in talks.costs}


def test_each_number_says_how_much_is_data_effects_and_assumption(options: Options) -> None:
    basis = options.basis
    assert 99 <= basis.data + basis.published + basis.assumed <= 101
    assert f"{basis.assumed} % on assumption" in basis.text


def test_options_for_the_first_page_can_be_asked_for(case: CaseFile, result: SimulationResult) -> None:
    made = build_options(case, result, Gate(case, Audience.INTERNAL), shown=("talks",))
    assert [option.key for option in made.first_page if option.letter] == ["talks"]
    with pytest.raises(UsageError, match="no option 'walls'; they have write-it-down, talks"):
        build_options(case, result, Gate(case, Audience.INTERNAL), shown=("walls",))


def test_results_of_another_case_or_without_histories_are_refused(case: CaseFile, result: SimulationResult) -> None:
    other = case.model_copy(update={"info": case.info.model_copy(update={"id": "elsewhere"})})
    with pytest.raises(UsageError, match="are of the case 'three-bridges', not of 'elsewhere'"):
        build_options(other, result, Gate(other, Audience.INTERNAL))
    run = dict(result.manifest["run"]) | {"draws": result.manifest["run"]["members"]}
    single = replace(result, manifest=dict(result.manifest) | {"run": run})
    with pytest.raises(UsageError, match="one history each"):
        build_options(case, single, Gate(case, Audience.INTERNAL))


def test_what_an_audience_may_not_see_is_in_no_option(case: CaseFile, result: SimulationResult) -> None:
    gate = Gate(case, Audience.PARTNERS)
    assert gate.find(repr(build_options(case, result, gate))) is None


@pytest.mark.parametrize(
    ("value", "text"), [(1.2e9, "USD 1.2 billion"), (38.7e6, "USD 38.7 million"), (950.0, "USD 950")]
)
def test_money_is_told_to_what_a_reader_keeps(value: float, text: str) -> None:
    assert money(value, "USD", SAY) == text

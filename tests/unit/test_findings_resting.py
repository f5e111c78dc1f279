"""Each finding says how much of it rests on data, published effects and assumption: one rule, in every language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.brief import render_brief
from dayafter.brief.markdown import render_markdown
from dayafter.briefing import brief_findings
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.findings.records import Basis, Estimate, Findings, Part, Reference
from dayafter.findings.resting import basis_of, of_record, of_simulation
from dayafter.findings.simulated import told_as, told_once
from dayafter.findings.wording import LANGUAGES, Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.study import simulate
from dayafter.vocabulary import Audience

SAY = Wording()
ZERO = Estimate("0", "", "", "percentage points", 0.0, 0.0, 0.0)


def _row(label: str, *, assumed: bool) -> Reference:
    return Reference("positions", label, (), assumed)


@given(*(st.integers(0, 400) for _ in range(3)))
def test_the_three_parts_are_whole_percents_that_sum_to_a_hundred(data: int, published: int, assumed: int) -> None:
    found = basis_of(data, published, assumed, SAY)
    if not data + published + assumed:
        assert found is None
        return
    assert found is not None
    assert found.data + found.published + found.assumed == 100
    assert abs(found.data - 100 * data / (data + published + assumed)) < 1


def test_each_row_and_each_effect_counts_one_and_a_row_behind_two_cells_counts_once() -> None:
    parts = (Part("a", ZERO, ("EV-1",)), Part("b", ZERO, ()), Part("run", ZERO, ("simulation",), is_simulated=True))
    rows = (_row("x", assumed=False), _row("x", assumed=False), _row("y", assumed=True))
    assert of_record(rows, SAY, parts) == basis_of(1, 1, 2, SAY)
    assert of_record((), SAY) is None


def test_a_kind_of_which_there_is_nothing_is_not_printed_and_a_whole_is_said_in_words() -> None:
    found = basis_of(0, 1, 3, SAY)
    assert found is not None
    assert found.short.replace("\u00a0", " ") == "effects 25 % · assumption 75 %"
    alone = of_record((_row("x", assumed=False),), SAY)
    assert alone is not None
    assert alone.short == "all data"
    assert of_simulation("of 4 parameters: data 0 %, published effects 0 %, assumption 100 %", SAY) == basis_of(
        0, 0, 1, SAY
    )
    assert of_simulation(None, SAY) is None


# --- a whole brief, in every language


@pytest.fixture(scope="module")
def run() -> SimulationResult:
    return simulate(
        "iraq-2016", policies=["guarantor", "package"], members=80, replicates=4, months=12, seed=7,
        audience=Audience.PUBLIC,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(run: SimulationResult) -> dict[str, tuple[Findings, Gate]]:
    case = load_case(find_case("iraq-2016"))
    gate = Gate(case.case, Audience.PUBLIC)
    return {
        language: (brief_findings(case, gate, results=run, language=language, members=40), gate)
        for language in LANGUAGES
    }


def _all_of(findings: Findings) -> list[Basis]:
    assert findings.options is not None
    found = [
        *(event.rests for event in findings.options.events),
        *(measure.rests for measure in findings.options.measures),
        *(deal.rests for deal in findings.deals),
        *(row.rests for row in findings.ledger.rows),
        *(row.rests for row in findings.indices.rows),
    ]
    assert None not in found
    return [one for one in found if one is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_deal_and_place_says_what_it_rests_on_in_every_form(
    made: dict[str, tuple[Findings, Gate]], language: str
) -> None:
    findings, gate = made[language]
    page, text = render_brief(findings, gate), render_markdown(findings, gate)
    plain = re.sub(r"<[^>]+>", "", page)
    for one in _all_of(findings):
        assert one.data + one.published + one.assumed == 100
        assert one.short in plain
        assert one.short in re.sub("[\u2066\u2069\\\\]", "", text)
    assert page.count('class="rb"') >= len(_all_of(findings))


def test_a_simulated_number_takes_the_count_of_its_table(
    made: dict[str, tuple[Findings, Gate]], run: SimulationResult
) -> None:
    findings, _ = made["en"]
    told = set(run.tables["chances"]["basis"])
    assert findings.options is not None
    for one in (*(event.rests for event in findings.options.events), *(deal.rests for deal in findings.deals)):
        assert one is not None
        words = f"data {one.data} %, published effects {one.published} %, assumption {one.assumed} %"
        assert any(words in text for text in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_chances_of_a_deal_carry_different_names(made: dict[str, tuple[Findings, Gate]], language: str) -> None:
    findings, gate = made[language]
    say = Wording(language)
    page = render_brief(findings, gate)
    assert findings.deals
    for deal in findings.deals:
        (simulated, first), (recorded, second) = told_as(deal, say)
        assert (first, second) == (deal.p_end, deal.recorded)
        assert simulated != recorded
        assert recorded in page
        assert simulated in page
    assert told_once(findings.deals, say) == told_as(findings.deals[0], say)[0][0]


def test_without_a_run_the_one_chance_is_named_after_the_record() -> None:
    case = load_case(find_case("iraq-2016"))
    gate = Gate(case.case, Audience.PUBLIC)
    findings = brief_findings(case, gate, futures=0, members=40)
    assert [told_as(deal, SAY) for deal in findings.deals] == [
        (("read from the record", deal.p_end),) for deal in findings.deals
    ]
    assert all(deal.rests is not None and deal.rests.published for deal in findings.deals)
    assert "in the simulated futures" not in render_brief(findings, gate)

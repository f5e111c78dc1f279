from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.casefile.injection import denaturalise, neutralise, would_run
from tests.strategies import AWKWARD_TEXTS, dates, quantities, texts

RUNS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    ' "=1"',
    "'=1",
    "\u200f=1",
    "|x",
)


@pytest.mark.parametrize("text", RUNS)
def test_a_text_that_a_spreadsheet_would_run_gets_one_apostrophe(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a=b", "5", "-5", "+5.5", "-0.5..0.5", "-0.2 [-0.5, 0.1]", "كركوك", "'a'", "..2014-06"]
)
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert neutralise(text) == text


@given(st.one_of(st.text(), texts(), st.sampled_from(AWKWARD_TEXTS), st.text("'=-+@ 5a", max_size=6)))
def test_nothing_is_lost_by_making_a_text_harmless(text: str) -> None:
    safe = neutralise(text)
    assert denaturalise(safe) == text
    assert safe.startswith("'") if would_run(text) else safe == text


@given(st.text("'=-+@ 5a", max_size=6), st.text("'=-+@ 5a", max_size=6))
def test_two_texts_never_become_the_same(one: str, other: str) -> None:
    assert (neutralise(one) == neutralise(other)) == (one == other)


@given(st.one_of(quantities().map(str), dates().map(str)))
def test_numbers_and_dates_of_a_case_are_left_alone(text: str) -> None:
    assert neutralise(text) == text

"""What a person probably meant."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dayafter.casefile.didyoumean import closest, closest_bearer, fold, or_one_of

PLACES = {"sinjar": ("Sinjar", "Şingal", "شەنگال", "سنجار"), "kirkuk": ("Kirkuk", "كركوك"), "erbil": ("Erbil", "أربيل")}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Shingal", "sinjar"),
        ("singal", "sinjar"),
        ("sinjaar", "sinjar"),
        ("کرکوک", "kirkuk"),  # typed on a Kurdish keyboard
        ("اربيل", "erbil"),
        ("شنگال", "sinjar"),
        ("zakho", None),
        ("", None),
        ("--", None),
    ],
)
def test_a_place_is_found_by_what_people_call_it(written: str, meant: str | None) -> None:
    assert closest_bearer(written, PLACES) == meant


def test_the_nearest_word_is_suggested_and_a_far_one_is_not() -> None:
    assert closest("lattitude", ["latitude", "longitude"]) == "latitude"
    assert closest("colour", ["latitude", "longitude"]) is None
    assert closest("x", []) is None


@given(st.text())
@example("\U0001d468")  # a capital in bold italics
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text(min_size=1), min_size=1, unique_by=fold), st.data())
def test_a_word_that_is_a_choice_is_its_own_suggestion(choices: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(choices))
    assert closest(word, choices) == (word if fold(word) else None)


def test_choices_are_written_as_the_end_of_a_sentence() -> None:
    assert or_one_of([]) == "nothing"
    assert or_one_of(["deal"]) == "deal"
    assert or_one_of(["actor", "deal", "deal", "place"]) == "actor, deal or place"
    assert or_one_of("abcdefgh", at_most=3) == "a, b, c or one of 5 more"

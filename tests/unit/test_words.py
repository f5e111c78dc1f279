"""Likelihood words, rounding, numbers and dates as readers see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.quantities import When
from dayafter.vocabulary import LedgerState, Question

shares = st.floats(0, 1)


def spread(mean: float, p05: float, p95: float) -> Spread:
    return Spread(mean, p05, p95, 1000)


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.01, "almost no chance"),
        (0.049, "almost no chance"),
        (0.051, "very unlikely"),
        (0.199, "very unlikely"),
        (0.201, "unlikely"),
        (0.449, "unlikely"),
        (0.451, "roughly even chance"),
        (0.549, "roughly even chance"),
        (0.551, "likely"),
        (0.799, "likely"),
        (0.801, "very likely"),
        (0.949, "very likely"),
        (0.951, "almost certain"),
        (0.99, "almost certain"),
    ],
)
def test_each_word_covers_its_band_of_icd_203(p: float, word: str) -> None:
    assert words.likelihood(p) == word


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.05, "very unlikely"), (0.2, "unlikely"), (0.45, "roughly even chance"), (0.55, "roughly even chance"),
     (0.8, "likely"), (0.95, "very likely")],
)  # fmt: skip
def test_where_two_words_meet_the_milder_is_used(p: float, word: str) -> None:
    assert words.likelihood(p) == word


@given(shares)
def test_the_scale_is_symmetric(p: float) -> None:
    names = [word for _, word in words.LIKELIHOOD["en"]]
    assert names.index(words.likelihood(p)) + names.index(words.likelihood(1 - p)) == len(names) - 1


@given(shares, shares)
def test_a_higher_probability_never_gets_a_lesser_word(p: float, q: float) -> None:
    names = [word for _, word in words.LIKELIHOOD["en"]]
    low, high = sorted((p, q))
    assert names.index(words.likelihood(low)) <= names.index(words.likelihood(high))


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="no probability"):
        words.likelihood(1.2)


def test_a_wide_range_is_rounded_to_five_points_and_a_narrow_one_to_one() -> None:
    wide = words.probability(spread(0.58, 0.42, 0.73), 12)
    assert (wide.text, wide.range, wide.word, wide.horizon_months) == ("60\u202f%", "40–75", "likely", 12)
    narrow = words.probability(spread(0.58, 0.52, 0.63))
    assert (narrow.text, narrow.range) == ("58\u202f%", "52–63")
    edge = words.probability(spread(0.58, 0.50, 0.70))
    assert edge.range == "50–70"


def test_the_word_is_chosen_from_the_unrounded_value() -> None:
    estimate = words.probability(spread(0.56, 0.3, 0.8))
    assert (estimate.text, estimate.word) == ("55\u202f%", "likely")


@given(shares, st.sampled_from((1, 5)))
def test_a_probability_is_never_printed_as_0_or_100(p: float, step: int) -> None:
    assert 1 <= words.percent(p, step) <= 99


def test_a_range_that_rounds_to_one_number_is_still_shown() -> None:
    ranges = [
        words.probability(spread(*ends)).range for ends in ((0.003, 0, 0.004), (0.03, 0.028, 0.034), (1, 0.995, 1))
    ]
    assert ranges == ["<1", "2.8–3.4", ">99"]


def test_an_exact_number_has_no_range() -> None:
    assert words.probability(spread(0.3, 0.3, 0.3)).range == ""
    assert words.measure(spread(2, 2, 2), "number").full == "2"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (spread(-0.25, -0.35, -0.15), "−25 points (−35 to −15)"),
        (spread(-0.05, -0.15, 0.05), "no clear change (−5, −15 to +5)"),
        (spread(0.01, 0.005, 0.02), "+1 point (+1 to +2)"),
        (spread(-0.012, -0.014, -0.009), "−1.2 points (−1.4 to −0.9)"),
        (spread(0.0101, 0.0100, 0.0104), "+1.01 points (+1.00 to +1.04)"),
        (spread(-0.00301, -0.00586, -0.00017), "−0.3 points (−0.6 to −0.02)"),
        (spread(-0.10, -0.35, -0.023), "−10 points (−35 to −2)"),
        (spread(-0.02, -0.03, -1e-18), "−2 points (−3 to −0.01)"),
        (spread(0.0, -0.0023, 0.0023), "no clear change (0, −0.2 to +0.2)"),
        (spread(0.0, 0.0, 0.0), "no clear change (0, 0 to 0)"),
    ],
)
def test_a_change_is_in_points_and_a_range_across_zero_is_no_clear_change(value: Spread, text: str) -> None:
    assert words.change(value) == text


@given(st.tuples(*[st.floats(-1, 1)] * 3).map(sorted))
def test_a_clear_change_shows_its_range_and_never_a_zero(ends: list[float]) -> None:
    low, mean, high = ends
    texts = words.change_points(spread(mean, low, high))
    if high - low > 1e-4:
        assert texts[0] != texts[2]
    if words.is_clear(spread(mean, low, high)):
        assert "0" not in texts
        assert len({text[0] for text in texts}) == 1


@given(st.floats(-1, 1))
def test_rounding_points_does_not_depend_on_the_sign(change: float) -> None:
    assert words.points(-change).strip("+−") == words.points(change).strip("+−")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (spread(0.4237, 0.38, 0.47), "0.42, 0.38–0.47"),
        (spread(0.42, 0.1, 0.9), "0.4, 0.1–0.9"),
        (spread(12.4, 8, 17), "12, 8–17"),
        (spread(-0.2, -0.5, 0.3), "−0.2, −0.5 to 0.3"),
    ],
)
def test_an_index_has_as_many_decimals_as_its_spread_bears(value: Spread, text: str) -> None:
    assert words.measure(value, "").full == text


def test_numbers_have_thin_spaces_and_a_true_minus_sign() -> None:
    assert words.number(1234) == "1234"
    assert words.number(1234567) == "1\u202f234\u202f567"
    assert words.number(-12345.67, 1) == "−12\u202f345.7"
    assert words.number(-0.001, 1) == "0.0"


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2015-11-12", "12 November 2015"),
        ("2015-11", "November 2015"),
        ("2015", "2015"),
        ("2015-summer", "summer 2015"),
        ("2015-winter", "winter 2015–16"),
        ("2015-11-12..2015-11-13", "12–13 November 2015"),
        ("2015-11-30..2015-12-02", "30 November to 2 December 2015"),
        ("2014-12-30..2015-01-02", "30 December 2014 to 2 January 2015"),
        ("2014-10..2014-11", "October to November 2014"),
        ("2015-spring..2015-summer", "spring to summer 2015"),
        ("2014..2015", "2014 to 2015"),
        ("2014..2014", "2014"),
        ("..2014-06", "by June 2014"),
        ("2014-06..", "from June 2014"),
    ],
)
def test_a_date_is_written_as_precisely_as_it_is_known(date: str, text: str) -> None:
    assert words.date(When.parse(date)) == text


@pytest.mark.parametrize(
    ("text", "mixes"),
    [
        ("It is likely (60 %) to end. Two reports support this, and we hold it with moderate confidence.", False),
        ("We are moderately confident that it is likely to end.", True),
        ("We have low confidence in a 0.6 probability.", True),
        ("Confidence is low.\n\nThe deal is likely to end.", False),
        ("Unlike the rest, we are confident.", False),
    ],
)
def test_likelihood_and_confidence_in_one_sentence_are_found(text: str, mixes: bool) -> None:
    assert words.mixes_likelihood_and_confidence(text) is mixes


def test_every_language_has_a_word_for_every_question_and_state_and_says_if_it_awaits_review() -> None:
    for table, members in ((words.QUESTIONS, Question), (words.STATES, LedgerState)):
        assert set(table) == {"en", *words.AWAITING_REVIEW}
        assert all(set(row) == set(members) for row in table.values())
    assert words.STATES["ckb"][LedgerState.CONTESTED] == "ناکۆکی لەسەرە"
    assert words.QUESTIONS["ar"][Question.PAY] == "التمويل"


def test_sorani_words_use_sorani_letters() -> None:
    text = "".join((*words.QUESTIONS["ckb"].values(), *words.STATES["ckb"].values()))
    assert not set(text) & set("كيىة")


def test_languages_and_terms_have_english_names() -> None:
    assert words.language("kmr-Latn") == "Kurmanji"
    assert words.language("xx") == "xx"
    assert words.feature("unbound") == "armed men whom it does not bind"
    assert words.feature("some-new-feature") == "some new feature"


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=9), st.integers(-1, 1))
def test_whole_parts_sum_as_printed_and_stay_near_their_values(values: list[float], off: int) -> None:
    total = round(sum(values)) + off
    parts = words.whole_parts(values, total)
    assert sum(parts) == total
    assert all(abs(part - value) <= 3 for part, value in zip(parts, values, strict=True))


def test_the_largest_remainders_are_rounded_up() -> None:
    assert words.whole_parts([5.6, 3.5, 3.1, 2.1], 14) == (6, 3, 3, 2)
    assert words.whole_parts([5.6, 3.5, 3.2, -1.7], 11) == (6, 4, 3, -2)

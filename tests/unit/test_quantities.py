"""Numbers and dates of a case: what is read is what is written, and what cannot be read says how to mend it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.quantities import Quantity, QuantityError, When

finite = st.floats(allow_nan=False, allow_infinity=False, width=64)


@given(st.tuples(finite, finite, finite), st.booleans())
def test_a_number_reads_back_from_its_own_text(ends: tuple[float, float, float], with_best: bool) -> None:
    low, best, high = sorted(ends)
    quantity = Quantity(low, high, best if with_best or low == high else None)
    assert Quantity.parse(str(quantity)) == quantity


@pytest.mark.parametrize(
    ("text", "low", "high", "best"),
    [
        ("0.6", 0.6, 0.6, 0.6),
        ("0.4..0.8", 0.4, 0.8, None),
        ("0.6 [0.4, 0.8]", 0.6 - 0.2, 0.8, 0.6),
        ("-0.2 .. 0.3", -0.2, 0.3, None),
        ("\N{MINUS SIGN}1", -1, -1, -1),
        ("1e3", 1000, 1000, 1000),
    ],
)
def test_each_form_of_a_number_is_read(text: str, low: float, high: float, best: float | None) -> None:
    quantity = Quantity.parse(text)
    assert quantity.low == pytest.approx(low)
    assert (quantity.high, quantity.best) == (high, best)


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("60%", "cell.number", "write the share: 0.6"),
        ("12,000", "cell.number", "write 12000"),
        ("0,6", "cell.number", "write 0.6"),
        ("٠٫٦", "cell.number", "write 0.6"),
        ("0.8..0.4", "cell.interval-upside-down", "write 0.4..0.8"),
        ("0.9 [0.1, 0.5]", "cell.best-outside", "widen the interval or correct the best value"),
        ("many", "cell.number", "write a number (0.6), an interval (0.4..0.8) or both (0.6 [0.4, 0.8])"),
        ("1e999", "cell.number", "write a number (0.6), an interval (0.4..0.8) or both (0.6 [0.4, 0.8])"),
        ("nan", "cell.number", "write a number (0.6), an interval (0.4..0.8) or both (0.6 [0.4, 0.8])"),
    ],
)
def test_what_is_no_number_says_how_to_mend_it(text: str, code: str, remedy: str) -> None:
    with pytest.raises(QuantityError) as caught:
        Quantity.parse(text)
    assert (caught.value.code, caught.value.remedy) == (code, remedy)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2015-11-12", dt.date(2015, 11, 12), dt.date(2015, 11, 12)),
        ("2016-02", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("2015", dt.date(2015, 1, 1), dt.date(2015, 12, 31)),
        ("2015-summer", dt.date(2015, 6, 1), dt.date(2015, 8, 31)),
        ("2015-winter", dt.date(2015, 12, 1), dt.date(2016, 2, 29)),
        ("2014-10..2014-11", dt.date(2014, 10, 1), dt.date(2014, 11, 30)),
        ("..2014-06", None, dt.date(2014, 6, 30)),
        ("2014-06..", dt.date(2014, 6, 1), None),
    ],
)
def test_a_date_of_any_precision_has_a_first_and_a_last_day(
    text: str, earliest: dt.date | None, latest: dt.date | None
) -> None:
    when = When.parse(text)
    assert (when.earliest, when.latest, str(when)) == (earliest, latest, text)


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("12/11/2015", "cell.date", "write 2015-11-12 or 2015-12-11"),
        ("2015-02-30", "cell.date", "correct the day or month"),
        ("2015-12..2015-11", "cell.interval-upside-down", "write 2015-11..2015-12"),
        ("..", "cell.date", "leave the cell empty if no date is known"),
        ("soon", "cell.date", "write 2015-11-12, 2015-11, 2015, 2015-summer, 2014-10..2014-11, ..2014-06 or 2014-06.."),
    ],
)
def test_what_is_no_date_says_how_to_mend_it(text: str, code: str, remedy: str) -> None:
    with pytest.raises(QuantityError) as caught:
        When.parse(text)
    assert (caught.value.code, caught.value.remedy) == (code, remedy)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_one_day_is_certainly_before_another_only_if_it_is(first: dt.date, second: dt.date) -> None:
    assert When.parse(str(first)).certainly_before(When.parse(str(second))) == (first < second)


def test_overlapping_dates_are_not_certainly_in_order() -> None:
    assert not When.parse("2015-11").certainly_before(When.parse("2015"))
    assert When.parse("2015-11").certainly_before(When.parse("2015-12-01"))

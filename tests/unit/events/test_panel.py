"""Panels count what could be known on a day, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.errors import UsageError
from dayafter.events.grid import month_id
from dayafter.events.panel import Freeing, LongEvents, Panel, Regime, Unit, build_panel, regime_of
from dayafter.events.table import VIOLENCE_TYPES
from tests.unit.events.helpers import events_table

FIRST = date(2014, 1, 1)
DEAD = ("deaths_low", "deaths_best", "deaths_high")


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    """Tables of a few events over three years, in three countries, some long, vague or unclear."""
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        start = FIRST + timedelta(days=draw(st.integers(0, 1000)))
        low, more, most = (draw(st.integers(0, 40)) for _ in range(3))
        rows.append(
            {
                "date_start": start,
                "date_end": start + timedelta(days=draw(st.sampled_from([0, 0, 1, 20, 75, 400]))),
                "country_gw": draw(st.sampled_from([645, 652, None])),
                "latitude": draw(st.sampled_from([35.25, 36.9])),
                "violence_type": draw(st.sampled_from(VIOLENCE_TYPES)),
                "place_precision": draw(st.sampled_from(["site", "near", "district", "country", None])),
                "is_clear": draw(st.sampled_from([True, False, None])),
                "deaths_low": low,
                "deaths_best": low + more,
                "deaths_high": low + more + most,
            }
        )
    return events_table(rows)


def same(one: Panel, other: Panel) -> bool:
    return one.rows.equals(other.rows) and one.left_out == other.left_out


@given(tables(), st.integers(0, 1100), st.sampled_from(["country", "priogrid"]), st.sampled_from(list(LongEvents)))
def test_deleting_what_ended_later_changes_nothing(events: pl.DataFrame, day: int, unit: str, rule: LongEvents) -> None:
    as_of = FIRST + timedelta(days=day)
    known = events.filter(pl.col("date_end") <= as_of)
    assert same(build_panel(events, unit, as_of, long_events=rule), build_panel(known, unit, as_of, long_events=rule))


def test_the_property_would_see_a_peek() -> None:
    events = events_table([{}, {"date_start": date(2015, 11, 20), "date_end": date(2015, 12, 20)}])
    as_of = date(2015, 11, 30)
    peeking = build_panel(events.with_columns(pl.col("date_start").alias("date_end")), "country", as_of)
    assert not same(peeking, build_panel(events, "country", as_of))


@given(tables(), st.sampled_from([LongEvents.SPREAD, LongEvents.START, LongEvents.END]))
def test_no_dead_are_lost_or_made(events: pl.DataFrame, rule: LongEvents) -> None:
    kinds = VIOLENCE_TYPES
    panel = build_panel(events, "country", date(2019, 1, 1), violence_types=kinds, long_events=rule, clear_only=False)
    entered = events.filter(pl.col("country_gw").is_not_null())
    assert panel.rows["n_events"].sum() == entered.height
    assert [panel.rows[name].sum() for name in DEAD] == [entered[name].sum() for name in DEAD]
    assert entered.height + sum(panel.left_out.values()) == events.height
    low, best, high = (panel.rows[name] for name in DEAD)
    assert bool(((low >= 0) & (low <= best) & (best <= high)).all())


@given(tables())
def test_the_order_of_the_table_does_not_matter(events: pl.DataFrame) -> None:
    assert same(build_panel(events, "country", FIRST), build_panel(events.reverse(), "country", FIRST))


def test_a_unit_and_month_without_events_is_a_zero() -> None:
    events = events_table([{}, {"date_start": date(2016, 1, 3), "country_gw": 652}])
    panel = build_panel(events, Unit.COUNTRY, date(2016, 2, 22), units=[645, 652, 700], violence_types=["state-based"])
    assert panel.rows.height == 3 * 4
    assert panel.rows["n_events"].to_list() == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert panel.rows["complete"].to_list() == [True, True, True, False] * 3
    assert panel.rows["month"].to_list()[:4] == [
        date(2015, 11, 1),
        date(2015, 12, 1),
        date(2016, 1, 1),
        date(2016, 2, 1),
    ]


@pytest.mark.parametrize(
    ("rule", "counts", "dead"),
    [
        ("spread", [1, 0, 0], [3, 6, 1]),
        ("start", [1, 0, 0], [10, 0, 0]),
        ("end", [0, 0, 1], [0, 0, 10]),
    ],
)
def test_an_event_across_months_is_divided_by_the_stated_rule(rule: str, counts: list[int], dead: list[int]) -> None:
    long = {"date_start": date(2015, 11, 16), "date_end": date(2016, 1, 4), "deaths_best": 10, "deaths_high": 10}
    panel = build_panel(events_table([long]), "country", date(2016, 1, 31), start=date(2015, 11, 1), long_events=rule)
    rows = panel.rows.filter(pl.col("violence_type") == "state-based")
    assert rows["n_events"].to_list() == counts
    assert rows["deaths_best"].to_list() == dead
    assert panel.rules["long events"] == rule


def test_events_across_months_can_be_left_out_and_are_counted() -> None:
    events = events_table([{}, {"date_end": date(2015, 12, 1)}])
    panel = build_panel(events, "country", date(2015, 12, 31), long_events="exclude")
    assert panel.left_out == {"across months": 1}


def test_vague_and_unclear_events_enter_no_cell_and_are_counted() -> None:
    events = events_table([{}, {"place_precision": "province"}, {"is_clear": False}, {"violence_type": "other"}])
    panel = build_panel(events, "priogrid", date(2015, 11, 30))
    assert panel.rows["n_events"].sum() == 1
    assert panel.left_out == {
        "another type of violence": 1,
        "the publisher is not sure": 1,
        "the place is too vague": 1,
    }


def test_places_are_counted_by_assignment_with_the_regime_of_each_month() -> None:
    events = events_table([{}, {"date_start": date(2015, 10, 3)}])
    assigned = pl.DataFrame({"event_uid": ["ucdp-ged:0", "ucdp-ged:1"], "place": ["sinjar", "sinjar"]})
    freed = Freeing("sinjar", date(2015, 11, 13), lost_on=date(2014, 8, 3))
    panel = build_panel(
        events, "place", date(2015, 12, 31), units=["sinjar", "tuz"], assignment=assigned, freeings=[freed],
        violence_types=["state-based"],
    )  # fmt: skip
    rows = panel.rows.select("unit", "n_events", "regime").rows()
    assert rows == [
        ("sinjar", 1, "held"), ("sinjar", 1, "front"), ("sinjar", 0, "freed"),
        ("tuz", 0, None), ("tuz", 0, None), ("tuz", 0, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        (date(2014, 7, 1), Regime.BEFORE),
        (date(2014, 8, 31), Regime.FRONT),
        (date(2014, 9, 1), Regime.HELD),
        (date(2015, 10, 1), Regime.FRONT),
        (date(2015, 11, 30), Regime.FRONT),
        (date(2015, 12, 1), Regime.FREED),
    ],
)
def test_a_place_is_lost_held_fought_over_and_freed(day: date, regime: Regime) -> None:
    freeing = Freeing("x", date(2015, 11, 13), lost_on=date(2014, 8, 3), fought_from=date(2015, 10, 28))
    assert regime_of(freeing, month_id(day)) is regime


def test_the_wide_form_has_the_challenge_s_columns() -> None:
    events = events_table([{}, {"violence_type": "one-sided", "deaths_best": 4}])
    wide = build_panel(events, "country", date(2015, 11, 30)).wide()
    assert wide.select(
        "country_gw", "month_id", "ged_sb_best", "ged_ns_best", "ged_os_best", "ged_os_count"
    ).rows() == [(645, 431, 3, 0, 4, 1)]


def test_a_panel_of_two_publishers_must_say_which() -> None:
    events = events_table([{}, {"source": "acled"}, {"source": "ucdp-candidate", "date_start": date(2015, 11, 2)}])
    with pytest.raises(UsageError, match="the table holds events of acled, ucdp-candidate, ucdp-ged, who count"):
        build_panel(events, "country", date(2015, 11, 30))
    both = build_panel(events, "country", date(2015, 11, 30), source=["ucdp-ged", "ucdp-candidate"])
    assert both.rows["n_events"].sum() == 2


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"unit": "village"}, "'village' is none of country, priogrid, district, place"),
        ({"unit": "place"}, "a panel by place needs assignment"),
        ({"violence_types": ["war"]}, "'war' is no type of violence"),
        ({"start": date(2016, 1, 1)}, "the panel would begin in 2016-01, after its as-of date 2015-11-30"),
        ({"units": [645, 645]}, "a unit stands twice"),
        ({"freeings": [Freeing("x", date(2015, 1, 1))]}, "a panel by country or cell has none"),
    ],
)
def test_options_that_contradict_are_refused(options: dict[str, object], what: str) -> None:
    words: dict[str, object] = {"unit": "country", "as_of": date(2015, 11, 30), **options}
    with pytest.raises(UsageError, match=what):
        build_panel(events_table([{}]), **words)  # type: ignore[arg-type]  # wrong on purpose

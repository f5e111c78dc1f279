"""Which events and which months may speak."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from dayafter.calibration.observed import Observed, observe
from dayafter.errors import UsageError
from dayafter.events.classes import Side
from dayafter.events.panel import Freeing
from dayafter.events.places import PlaceRecord
from dayafter.simulation.layout import INSURGENT, INTERBLOC
from tests.unit.events.helpers import events_table

AS_OF = date(2016, 2, 22)
SIDES = (Side("A", "claimant", "north"), Side("C", "claimant", "south"), Side("B", "enemy"))
PLACES = (PlaceRecord("town", ("Town",), ("T1",)), PlaceRecord("mill", ("Mill",), ("M1",)))
FREED = (Freeing("town", date(2015, 6, 20)), Freeing("mill", date(2015, 9, 30)))


def event(day: date, code: str = "T1", **more: Any) -> dict[str, object]:
    return {"date_start": day, "place_code": code, "side_a": "A", "side_b": "B"} | more


def seen(*events: dict[str, object], **options: Any) -> Observed:
    return observe(events_table(events), PLACES, FREED, AS_OF, SIDES, **options)


BASE = (
    event(date(2015, 5, 3)),
    event(date(2015, 6, 28)),
    event(date(2015, 7, 1)),
    event(date(2015, 7, 9)),
    event(date(2016, 1, 30), "M1", side_a="C", violence_type="state-based"),
    event(date(2015, 8, 1), "M1"),
    event(date(2015, 12, 1), side_b="C", violence_type="non-state"),
    event(date(2016, 2, 3)),
)


def test_only_whole_months_after_the_freeing_are_counted() -> None:
    found = seen(*BASE)
    assert found.places == ("mill", "town")
    assert found.n_months == 7  # July 2015 to January 2016
    assert found.used.sum(axis=0).tolist() == [4, 7]
    counted = found.counts * found.used[:, :, None]
    assert counted[0, 1, INSURGENT] == 2
    assert counted[:, :, INSURGENT].sum() == 3
    assert counted[5, 1, INTERBLOC] == 1


def test_who_fights_whom_decides_the_class_whatever_the_publisher_calls_it() -> None:
    for kind in ("state-based", "non-state"):
        found = seen(*BASE, event(date(2015, 11, 1), side_b="C", violence_type=kind))
        assert found.by_class["interbloc"] == 2


def test_regimes_are_told_apart_and_add_up() -> None:
    found = seen(*BASE)
    assert {kind: n for kind, (_, n) in found.regimes.items()} == {"held": 2, "front": 1, "freed": 5}
    assert sum(months for months, _ in found.regimes.values()) == 2 * 25


def test_a_place_named_as_front_does_not_speak() -> None:
    found = seen(*BASE, fronts=("town",))
    assert found.places == ("mill",)
    assert found.regimes["front"][1] == 5


def test_deleting_what_came_later_changes_nothing() -> None:
    late = (event(date(2016, 2, 23)), event(date(2016, 5, 1), side_b="Nobody of note"), event(date(2017, 1, 1), "M1"))
    with_them, without = seen(*BASE, *late), seen(*BASE)
    assert np.array_equal(with_them.counts, without.counts)
    assert np.array_equal(with_them.used, without.used)
    assert with_them.regimes == without.regimes
    assert with_them.left_out == {**without.left_out, "after the as-of date": 3}


def test_a_class_is_blind_in_a_year_in_which_a_threshold_may_have_hidden_it() -> None:
    blind = seen(*BASE).blind
    assert blind[:, INTERBLOC].tolist() == [False, True]
    assert not blind[:, INSURGENT].any()


def test_a_record_cut_at_a_month_is_the_record_as_it_stood_then() -> None:
    found = seen(*BASE)
    cut = found.until(found.first_month + 2)
    assert np.array_equal(cut.counts, found.counts[:3])
    with pytest.raises(UsageError, match="no freed month is left"):
        found.until(found.first_month - 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"events": [event(date(2015, 7, 1), source="acled")]}, "holds no event of UCDP GED"),
        ({"events": [event(date(2015, 7, 1), "X9")]}, "no event lies in a place"),
        ({"events": [event(date(2015, 7, 1), side_b="Unheard of")]}, r"Unheard of \(1 events\)"),
        ({"freeings": (Freeing("town", date(2016, 1, 15)),)}, "no place of the case has a whole month"),
        ({"freeings": (Freeing("city", date(2015, 1, 15)),)}, "'city' is no place of the case"),
        ({"fronts": ("town", "mill")}, "no place of the case has a whole month"),
    ],
)
def test_what_cannot_inform_anything_is_refused_with_what_is_missing(change: dict[str, Any], says: str) -> None:
    events: pl.DataFrame = events_table(change.get("events", BASE))
    with pytest.raises(UsageError, match=says):
        observe(events, PLACES, change.get("freeings", FREED), AS_OF, SIDES, fronts=change.get("fronts", ()))

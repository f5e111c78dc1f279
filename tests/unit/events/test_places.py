"""Events are matched to places by code, outline and name: suggested with scores, taken only when asked."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.errors import UsageError
from dayafter.events.classes import IRAQ, Side, classify
from dayafter.events.countries import countries, country_named, gw_by_iso
from dayafter.events.grid import cell_centre, first_day, gid_expression, month_id, priogrid_gid
from dayafter.events.places import PlaceRecord, accept, fold, match_places
from dayafter.vocabulary import ViolenceClass
from tests.unit.events.helpers import events_table


def square(west: float, south: float, size: float) -> dict[str, object]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


DISTRICT = PlaceRecord("hills", ("Hills",), ("IQG15Q05",), square(43, 35, 2), code_prefixes=True)
TOWN = PlaceRecord("riverside", ("Riverside", "ضفة النهر"), ("IQG15Q05N04",), square(43.7, 35.2, 0.1))
FAR = PlaceRecord("riverside-south", ("Riverside",), (), square(46, 31, 0.1))
PLACES = (DISTRICT, TOWN, FAR)


def test_each_way_gives_a_suggestion_with_its_score() -> None:
    events = events_table([{"place_name": "Riverside town", "place_code": "IQG15Q05N04"}])
    found = match_places(events, PLACES)
    assert found.select("place", "by", "score", "smallest").rows() == [
        ("riverside", "code", 1.0, True),
        ("riverside", "geometry", 1.0, True),
        ("hills", "code", 1.0, False),
        ("hills", "geometry", 1.0, False),
        ("riverside", "name", 0.9, True),
    ]
    assert "code IQG15Q05N04 is within IQG15Q05" in found["what"].to_list()


def test_a_name_that_fits_far_away_is_no_suggestion() -> None:
    events = events_table(
        [{"place_name": "Riverside"}, {"place_name": "Riverside", "latitude": None, "longitude": None}]
    )
    found = match_places(events, PLACES).filter(pl.col("by") == "name")
    assert found.select("event_uid", "place").rows() == [
        ("ucdp-ged:0", "riverside"),
        ("ucdp-ged:1", "riverside"),
        ("ucdp-ged:1", "riverside-south"),
    ]


def test_the_smallest_place_is_taken_and_a_tie_is_left_to_a_person() -> None:
    events = events_table(
        [
            {"place_name": "Riverside town"},
            {"place_name": "Riverside", "latitude": None, "longitude": None},
            {"latitude": 1.0},
        ]
    )
    taken = accept(match_places(events, PLACES))
    assert taken.rows.rows() == [("ucdp-ged:0", "riverside")]
    assert taken.unresolved["place"].to_list() == ["riverside", "riverside-south"]
    assert taken.n_below == 0


def test_a_vague_point_says_little_for_the_outline_around_it() -> None:
    events = events_table([{"place_precision": "province"}, {"place_precision": "country"}, {"place_precision": None}])
    found = match_places(events, (DISTRICT,))
    assert found.select("event_uid", "score").rows() == [("ucdp-ged:0", 0.1), ("ucdp-ged:2", 0.7)]
    taken = accept(found)
    assert (taken.rows["event_uid"].to_list(), taken.n_below) == (["ucdp-ged:2"], 1)


def test_two_letters_of_one_sound_are_one_name() -> None:
    assert fold("Tuz Khurmātū") == fold("tuz-khurmatu")
    assert fold("كركوک") == fold("كركوك")
    assert fold("Sinjar district") == fold("Sinjar")


def test_no_place_and_no_event_give_no_suggestion() -> None:
    assert match_places(events_table([{}]), ()).height == 0
    assert match_places(events_table([]), PLACES).height == 0


@pytest.mark.parametrize(
    ("places", "what"),
    [
        ((TOWN, TOWN), "two places share the id 'riverside'"),
        ((PlaceRecord("x", geometry={"type": "Polygon"}),), "the outline of place 'x' is no geometry"),
    ],
)
def test_places_that_contradict_are_refused(places: tuple[PlaceRecord, ...], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        match_places(events_table([{}]), places)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=20))
def test_the_cell_of_a_point_holds_it_whoever_computes_it(points: list[tuple[float, float]]) -> None:
    latitude, longitude = np.array(points).T
    gid = priogrid_gid(latitude, longitude)
    frame = pl.DataFrame({"latitude": latitude, "longitude": longitude}).select(gid_expression())
    assert frame.to_series().to_list() == gid.tolist()
    middle_lat, middle_lon = cell_centre(gid)
    assert bool((np.abs(middle_lat - latitude) <= 0.25 + 1e-9).all())
    assert bool((np.abs(middle_lon - longitude) <= 0.25 + 1e-9).all())


def test_known_cells_and_months() -> None:
    # Mosul and Kabul, as a published release numbers them.
    found = priogrid_gid(np.array([36.335, 34.531094]), np.array([43.118889, 69.162796]))
    assert found.tolist() == [181887, 179779]
    assert (month_id(date(1980, 1, 1)), month_id(date(2021, 12, 31))) == (1, 504)
    assert first_day(504) == date(2021, 12, 1)
    with pytest.raises(ValueError, match="latitude must be"):
        priogrid_gid(np.array([91.0]), np.array([0.0]))


def test_countries_have_their_codes() -> None:
    assert (gw_by_iso()[368], gw_by_iso()[760]) == (645, 652)
    serbia = country_named(340, date(2010, 1, 1))
    assert serbia is not None
    assert serbia.iso3 == "SRB"
    assert country_named(340, date(1950, 1, 1)) is None
    assert len(countries()) == 239


@pytest.mark.parametrize(
    ("side_a", "side_b", "kind"),
    [
        ("Government of Iraq", "IS", "insurgent"),
        ("IS", "Civilians", "insurgent"),
        ("Government of Turkey", "PKK", "external"),
        ("KDP", "PUK", "intrabloc"),
        ("Government of Iraq", "KDP", "interbloc"),
        ("Government of Iraq", "Civilians", "communal"),
        ("Government of Iraq", "Somebody new", None),
    ],
)
def test_the_class_goes_by_the_sides_whatever_the_publisher_s_type(side_a: str, side_b: str, kind: str | None) -> None:
    events = events_table([{"side_a": side_a, "side_b": side_b}, {"side_a": side_b, "side_b": side_a}])
    assert classify(events, IRAQ).rows["violence_class"].to_list() == [kind, kind]


def test_who_is_unknown_is_listed_most_frequent_first() -> None:
    events = events_table([{"side_b": "New"}, {"side_b": "New"}, {"side_a": None, "side_b": "Other"}])
    found = classify(events, IRAQ)
    assert found.unknown_sides.rows() == [("New", 2), ("Other", 1)]


def test_a_pair_decided_one_by_one_comes_first() -> None:
    events = events_table([{"dyad_id": "9", "side_a": "IS", "side_b": "Civilians"}])
    found = classify(events, IRAQ, dyads={"9": ViolenceClass.COMMUNAL})
    assert found.rows["violence_class"].to_list() == ["communal"]


@pytest.mark.parametrize(
    ("side", "what"),
    [(Side("x", "army"), "has the role 'army'"), (Side("x", "claimant"), "is a claimant without a bloc")],
)
def test_a_side_that_says_too_little_is_refused(side: Side, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        classify(events_table([{}]), [side])

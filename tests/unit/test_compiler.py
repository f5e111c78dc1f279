"""The compiler: labels matched exactly, silence kept as masks, and each reading of the format as documented."""

from __future__ import annotations

import numpy as np
import pytest

from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import (
    Acceptance,
    Account,
    Actor,
    Claim,
    Deal,
    Engagement,
    Loyalty,
    Place,
    Presence,
    Relation,
    Shock,
)
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from tests.unit.assessment.small import build, compiled, small_tables, with_deal


def test_places_are_the_contested_ones_then_the_national_ones() -> None:
    case = compiled()
    assert case.places == ("town", "land")
    assert case.is_national.tolist() == [False, True]


def test_a_loaded_case_compiles_like_the_case_in_it() -> None:
    file = build(small_tables())
    assert compile_case(LoadedCase(file)).actors == compile_case(file).actors


def test_blocs_are_the_tops_of_the_chains_of_parents() -> None:
    case = compiled()
    assert case.blocs == ("north", "south")
    assert [case.blocs[bloc] for bloc in case.bloc] == ["north", "south", "north", "south"]


def test_a_patron_answers_to_itself() -> None:
    case = compiled()
    assert case.patrons == ("north", "south")
    north = case.actors.index("north")
    assert case.loyalty.middle[north].tolist() == [1, 0]


def test_what_the_case_does_not_say_is_masked_and_never_a_number() -> None:
    case = compiled()
    assert not case.destroyed_share.exists.any()
    assert not case.represented.known[1].any()
    assert not np.isnan(case.destroyed_share.low).any()


def test_command_is_assumed_only_where_there_is_a_parent_and_no_account() -> None:
    tables = small_tables()
    tables["actors"][3] = Actor(id="watch", name="Watch", kind="militia", parent="south", armed="yes")
    case = compiled(tables)
    assert case.command.assumed.tolist() == [False, False, False, True]
    assert case.command.known.tolist() == [False, False, True, False]


def test_remnants_and_those_who_withdrew_are_no_claimants() -> None:
    tables = small_tables()
    tables["presence"] += [
        Presence(place="town", actor="north", role="withdrew"),
        Presence(place="town", actor="south", role="remnant"),
    ]
    case = compiled(tables)
    assert case.present[0].tolist() == [False, False, True, True]
    assert case.remnant[0].tolist() == [False, True, False, False]
    assert case.presence.known[0].tolist() == [False, False, True, True]


def test_presence_that_ended_before_the_date_is_past() -> None:
    tables = small_tables()
    tables["presence"][1] = Presence(place="town", actor="watch", role="challenges", strength="0.5", until="2015-12")
    assert compiled(tables).present[0].tolist() == [False, False, True, False]


def test_an_armed_claimant_of_unknown_strength_has_what_the_others_leave() -> None:
    tables = small_tables()
    tables["presence"][1] = Presence(place="town", actor="watch", role="challenges")
    case = compiled(tables)
    assert case.presence.assumed[0].tolist() == [False, False, False, True]
    assert (case.presence.low[0, 3], case.presence.high[0, 3]) == (0, 0.5)


def test_rows_about_places_that_are_not_assessed_are_listed_and_not_read() -> None:
    tables = small_tables()
    tables["presence"].append(Presence(place="valley", actor="watch", role="holds", strength="1"))
    case = compiled(tables)
    assert [row.key for row in case.left_out] == ["valley/watch/holds"]
    assert case.rows_of("presence", 0, 3) == (("presence", "town/watch/challenges"),)


def test_hostility_is_symmetric_and_an_alliance_is_hostility_turned_round() -> None:
    tables = small_tables()
    tables["relations"] = [
        Relation(actor="watch", other="guards", kind="hostility", strength="0.7"),
        Relation(actor="north", other="south", kind="alliance", strength="0.9 [0.8, 1]"),
        Relation(actor="guards", other="watch", kind="hostility", strength="0.2", place="town"),
    ]
    case = compiled(tables)
    assert case.hostility.middle[2, 3] == case.hostility.middle[3, 2] == 0.7
    assert case.hostility.low[0, 1] == 0
    assert case.hostility.high[0, 1] == pytest.approx(0.2)
    assert case.hostility_at_index.tolist() == [[0, 2, 3]]
    assert case.hostility_at.middle.tolist() == [0.2]


def test_hostility_without_a_degree_is_drawn_over_its_upper_half() -> None:
    tables = small_tables()
    tables["relations"] = [Relation(actor="watch", other="guards", kind="hostility")]
    case = compiled(tables)
    assert case.hostility.assumed[2, 3]
    assert (case.hostility.low[2, 3], case.hostility.high[2, 3]) == (0.5, 1)


def test_a_deal_over_a_district_covers_the_contested_places_in_it_and_a_national_one_does_not() -> None:
    assert compiled(with_deal(places="valley")).covers.tolist() == [[True, False]]
    assert compiled(with_deal(places="land")).covers.tolist() == [[False, True]]


def test_form_is_a_range_where_it_is_not_stated() -> None:
    for changes, wanted in (
        ({"form": "signed"}, (2, 2)),
        ({"form": None}, (0, 3)),
        ({"form": None, "written": "yes"}, (1, 3)),
        ({"form": None, "written": "no"}, (0, 0)),
    ):
        case = compiled(with_deal(**changes))
        assert (case.form_low[0], case.form_high[0]) == wanted


def test_residents_are_party_absent_or_unknown() -> None:
    for changes, known, yes in (
        ({"communities": "river"}, True, True),
        ({"communities": (), "needed_communities": "river"}, True, False),
        ({"communities": (), "needed_communities": ()}, False, False),
    ):
        flags = compiled(with_deal(**changes)).residents_party
        assert (bool(flags.known[0]), bool(flags.yes[0])) == (known, yes)


def test_age_is_an_interval_where_the_date_is() -> None:
    case = compiled(with_deal(agreed_on="2015-summer"))
    # 31 August and 1 June 2015 to 22 February 2016: 175 and 266 days.
    assert case.age_months.low[0] == pytest.approx(175 * 12 / 365.25)
    assert case.age_months.high[0] == pytest.approx(266 * 12 / 365.25)
    assert compiled(with_deal(agreed_on=None)).age_months.assumed.tolist() == [True]


def test_what_was_kept_is_a_half_as_at_signing_where_nothing_is_said() -> None:
    case = compiled(with_deal(kept_share=None))
    assert case.kept_share.assumed.tolist() == [True]
    assert case.kept_share.middle.tolist() == [0.5]


def test_assent_is_the_hull_of_what_communities_say_where_no_number_is_given() -> None:
    tables = with_deal(local_assent=None)
    tables["acceptances"] = [
        Acceptance(of="pact", side="hill", acceptance="0.8"),
        Acceptance(of="pact", side="river", acceptance="0.1..0.3"),
    ]
    case = compiled(tables)
    assert (case.local_assent.low[0], case.local_assent.high[0]) == (0.1, 0.8)


def test_a_guarantor_that_just_left_is_told_from_one_who_left_long_ago() -> None:
    tables = with_deal()
    tables["engagements"] = [
        Engagement(id="now", actor="north", role="guarantor", deal="pact"),
        Engagement(id="just", actor="north", role="guarantor", deal="pact", until="2015-11"),
        Engagement(id="long", actor="north", role="guarantor", deal="pact", until="2014"),
    ]
    case = compiled(tables)
    assert case.engagement_current.tolist() == [True, False, False]
    assert case.engagement_left.tolist() == [False, True, False]
    assert case.acceptance.assumed[0].tolist() == [True, True, False, False]


def test_shocks_that_are_over_are_left_out() -> None:
    tables = small_tables()
    tables["shocks"] = [
        Shock(id="past", name="Past", kind="election", date="2014"),
        Shock(id="vote", name="Vote", kind="election", date="2017"),
        Shock(id="budget", name="Budget", kind="budget", rate_per_month="0.02", places="valley"),
    ]
    case = compiled(tables)
    assert case.shocks == ("vote", "budget")
    assert case.shock_places.tolist() == [[True, True], [True, False]]


def test_the_account_used_is_the_marked_one_else_the_one_that_the_table_repeats() -> None:
    tables = small_tables()
    tables["places"][2] = Place(
        id="town",
        name="Town",
        kind="town",
        scope="contested",
        parent="valley",
        population_before="1000..3000",
        freed_on="2015-11",
    )
    told: list[tuple[str, str, str | None]] = [("population_before", "1200", None), ("population_before", "2500", None)]
    told += [("freed_on", "2015-10", "yes"), ("freed_on", "2015-11", None), ("destroyed_share", "0.5", None)]
    told += [("dispute", "disputed", None), ("kind", "town", None), ("kind", "district", None)]
    tables["accounts"] = [
        Account(table="places", row="town", field=field, value=value, used=used, source=f"notes [{number}]")
        for number, (field, value, used) in enumerate(told)
    ]
    rivals = {rival.field: rival for rival in compiled(tables).rivals}
    assert (rivals["population_before"].used, rivals["population_before"].rule) == (
        None,
        "the table's interval spans the accounts",
    )
    assert (rivals["freed_on"].used, rivals["freed_on"].rule) == (0, "the account marked as used")
    assert (rivals["kind"].used, rivals["kind"].rule) == (0, "the account equal to the value in the table")
    assert rivals["dispute"].rule == "the table leaves the field empty; no account is used"
    assert len(rivals["population_before"].rows) == 2


def test_numbers_know_their_rows() -> None:
    tables = with_deal()
    tables["claims"] = [Claim(place="town", actor="north", kind="control", strength="0.9")]
    case = compiled(tables)
    assert case.rows_of("loyalty", 2, 0) == (("loyalties", "guards/north"),)
    assert case.rows_of("claims", 0, 0, 0) == (("claims", "town/north/control"),)
    assert case.rows_of("terms", 0) == (("terms", "pact/police"),)
    assert case.rows_of("claims", 0, 1, 0) == ()


def test_a_label_that_is_not_there_is_refused_by_name() -> None:
    tables = small_tables()
    tables["loyalties"].append(Loyalty(actor="gaurds", patron="north", loyalty="1"))
    with pytest.raises(UsageError, match=r"names 'gaurds', which is not among the actors; run `dayafter check`"):
        compiled(tables)


def test_a_cycle_of_parents_is_refused_with_its_chain() -> None:
    tables = small_tables()
    tables["actors"][0] = Actor(id="north", name="North", kind="state", parent="guards")
    with pytest.raises(UsageError, match="stands below itself: north < guards < north"):
        compiled(tables)


def test_an_id_twice_is_refused() -> None:
    tables = small_tables()
    tables["deals"] = [Deal(id="pact", name="A", status="missing"), Deal(id="pact", name="B", status="missing")]
    with pytest.raises(UsageError, match="the deals of the case hold an id twice"):
        compiled(tables)

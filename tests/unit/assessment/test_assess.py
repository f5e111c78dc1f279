"""The whole assessment: sums, masks, invariance, and what it says about deals."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from dayafter.arrays import draw
from dayafter.assessment.assess import _ranks_first, assess, fitting_chunk
from dayafter.assessment.deals import deal_states, draw_deal
from dayafter.assessment.parties import absent_parties
from dayafter.assessment.places import force_indices, people_indices, share_draws
from dayafter.assessment.report import Assessment, DealSummary, Fragility, Index
from dayafter.assessment.summary import MAX_PARTS, OTHERS
from dayafter.casefile.schema import (
    Acceptance,
    Actor,
    Claim,
    Deal,
    Engagement,
    Loyalty,
    Place,
    Population,
    Presence,
    Relation,
    Shock,
)
from dayafter.errors import UsageError
from dayafter.indices.hazard import draw_parameters
from dayafter.vocabulary import DealStatus, EndedBy
from tests.unit.assessment.small import compiled, small_tables, with_deal


def _assess(tables: dict[str, list[Any]], n_members: int = 200, **options: Any) -> Assessment:
    return assess(compiled(tables), n_members=n_members, **options)


def _index(assessment: Assessment, name: str, place: str = "town") -> Index:
    return next(index for index in assessment.indices_of(place) if index.name == name)


def _fragility(tables: dict[str, list[Any]], n_members: int = 400) -> Fragility:
    fragility = _assess(tables, n_members).deals[0].fragility
    assert fragility is not None
    return fragility


def _uncertain() -> dict[str, list[Any]]:
    tables = with_deal(local_assent="0.1..0.5", form=None, levels=())
    tables["presence"] = [
        Presence(place="town", actor="guards", role="holds", strength="0.5 [0.3, 0.8]"),
        Presence(place="town", actor="watch", role="challenges", strength="0.2..0.6"),
        Presence(place="town", actor="south", role="operates", strength="0..0.3"),
    ]
    tables["population"] = [
        Population(place="town", community="hill", before_share="0.5..0.7", represented="0.8..1"),
        Population(place="town", community="river", before_share="0.3..0.5", represented="0.1..0.4"),
    ]
    return tables


def test_the_small_case_gives_the_numbers_worked_out_by_hand() -> None:
    assessment = _assess(small_tables())
    wanted = {
        "presence_share": 1,
        "contestation_inter": 0.5,
        "contestation_intra": 0,
        "effective_commands": 2,
        "force_monopoly": 0.5,
        "unity": 0.5,
        "n_armed_actors": 2,
        "community_mix": 0.48,
        "mean_distrust": 0.5,
        "exclusion": 0.3,
        "two_level_coverage": 0,
        "unresolved": 0,
        "no_account": 4,
    }
    for name, number in wanted.items():
        value = _index(assessment, name).value
        assert value is not None, name
        assert value.mean == pytest.approx(number), name
        assert value.is_exact, name


def test_absence_is_no_index_and_says_what_it_would_take() -> None:
    tables = small_tables()
    for name in ("presence", "population", "perceptions"):
        tables[name] = []
    assessment = _assess(tables)
    for name in ("contestation_inter", "exclusion", "mean_distrust", "claim_pressure", "n_armed_actors"):
        index = _index(assessment, name)
        assert index.value is None
        assert index.contributions == ()
        assert "town" in index.missing[0]


def test_mean_distrust_of_a_homogeneous_town_is_none_and_its_mix_is_0() -> None:
    tables = small_tables()
    tables["population"] = [Population(place="town", community="hill", before_share="1")]
    assessment = _assess(tables)
    mix = _index(assessment, "community_mix").value
    assert mix is not None
    assert mix.mean == 0
    assert _index(assessment, "mean_distrust").value is None


def test_a_deal_that_binds_both_wholly_lowers_contestation_by_command() -> None:
    value = _index(_assess(with_deal()), "contestation_inter").value
    assert value is not None
    # Guards are bound at 0.8 and the watch at 0.3; a deal kept in full has strength 1.
    assert value.mean == pytest.approx(0.5 * (1 - 0.8 * 0.3))


def test_what_is_stated_for_a_place_goes_before_what_is_stated_for_everywhere() -> None:
    tables = small_tables()
    tables["relations"] = [Relation(actor="guards", other="watch", kind="hostility", strength="0.4")]
    everywhere = _index(_assess(tables), "contestation_inter").value
    tables["relations"].append(Relation(actor="watch", other="guards", kind="hostility", strength="0.8", place="town"))
    local = _index(_assess(tables), "contestation_inter")
    assert everywhere is not None
    assert local.value is not None
    assert everywhere.mean == pytest.approx(0.2)
    assert local.value.mean == pytest.approx(0.4)
    assert ("relations", "watch/guards/hostility/town") in [(row.table, row.key) for row in local.rows]


def test_hostility_that_nothing_tells_is_drawn_over_the_whole_scale_and_reported() -> None:
    tables = small_tables()
    tables["actors"][3] = Actor(id="watch", name="Watch", kind="militia", armed="yes")
    tables["loyalties"] = tables["loyalties"][:1]
    index = _index(_assess(tables), "contestation_inter")
    assert index.value is not None
    assert (index.value.p05 < 0.05, index.value.p95 > 0.45) == (True, True)
    assert "relations.hostility guards/watch" in index.missing


def test_parts_sum_to_their_index_in_every_member() -> None:
    shared = share_draws(draw(compiled(_uncertain()), 7, np.arange(100)))
    indices = {one.name: one for one in (*force_indices(shared, 0), *people_indices(shared, 0))}
    np.testing.assert_allclose(indices["presence_share"].values.sum(axis=1), 1)
    monopoly = indices["force_monopoly"].values.sum(axis=1)
    np.testing.assert_allclose(indices["effective_commands"].values.sum(axis=1), 1 / monopoly)
    for one in indices.values():
        assert one.values.shape == (100, len(one.parts))


def test_deal_contributions_sum_in_every_member_of_a_real_deal() -> None:
    members = np.arange(100)
    shared = share_draws(draw(compiled(_uncertain()), 7, members))
    draws = draw_deal(shared, 0, draw_parameters(7, members), 12)
    np.testing.assert_allclose(draws.added.sum(axis=1), draws.p_end - draws.reference_p_end, atol=1e-12)
    np.testing.assert_allclose(draws.cause_share.sum(axis=1), 1)


@pytest.mark.parametrize("chunk_size", [1, 7, 50])
def test_the_chunk_size_changes_nothing(chunk_size: int) -> None:
    assert _assess(_uncertain(), 60, chunk_size=chunk_size) == _assess(_uncertain(), 60, chunk_size=60)


def test_the_order_of_rows_changes_nothing() -> None:
    tables, shuffled = _uncertain(), _uncertain()
    random.Random(3).shuffle(shuffled["presence"])
    for name in ("population", "perceptions", "loyalties"):
        shuffled[name] = shuffled[name][::-1]
    assert _assess(shuffled) == _assess(tables)


def test_the_order_of_actors_and_communities_changes_numbers_by_rounding_at_most() -> None:
    tables, turned = _uncertain(), _uncertain()
    for name in ("actors", "communities"):
        turned[name] = turned[name][::-1]
    one, other = _assess(tables), _assess(turned)
    for a, b in zip(one.indices, other.indices, strict=True):
        assert (a.name, a.value is None) == (b.name, b.value is None)
        if a.value is not None and b.value is not None:
            np.testing.assert_allclose(dataclasses.astuple(b.value), dataclasses.astuple(a.value), rtol=1e-9)
    fragile = [x.deals[0].fragility for x in (one, other)]
    assert fragile[0] is not None
    assert fragile[1] is not None
    assert fragile[1].p_end.mean == pytest.approx(fragile[0].p_end.mean)


def test_another_seed_gives_other_numbers_and_the_same_seed_the_same() -> None:
    assert _assess(_uncertain(), seed=7) == _assess(_uncertain(), seed=7)
    assert _assess(_uncertain(), seed=8).indices != _assess(_uncertain(), seed=7).indices


def test_a_guarantor_whom_all_accept_lowers_the_median_chance_of_an_end() -> None:
    tables = with_deal()
    bare = _fragility(tables)
    tables["actors"].append(Actor(id="mission", name="Mission", kind="international"))
    tables["engagements"] = [Engagement(id="watchers", actor="mission", role="guarantor", deal="pact")]
    tables["acceptances"] = [
        Acceptance(of="watchers", side="north", acceptance="1"),
        Acceptance(of="watchers", side="south", acceptance="1"),
    ]
    guarded = _fragility(tables)
    assert guarded.p_end.mean < bare.p_end.mean
    part = next(one for one in guarded.contributions if one.name == "guarantor")
    assert part.entities == ("mission",)
    assert (part.value.p05, part.value.p95) == (0, 0)


def test_a_guarantor_counts_by_the_side_that_accepts_it_least() -> None:
    tables = with_deal()
    tables["engagements"] = [Engagement(id="watchers", actor="guards", role="guarantor", deal="pact")]
    tables["acceptances"] = [
        Acceptance(of="watchers", side="north", acceptance="0.9"),
        Acceptance(of="watchers", side="south", acceptance="0.2"),
    ]
    states, _ = deal_states(share_draws(draw(compiled(tables), 7, np.arange(5))), 0)
    assert states["guarantee"].tolist() == [0.2] * 5


def test_unbound_armed_men_are_those_whom_command_does_not_reach() -> None:
    states, loose = deal_states(share_draws(draw(compiled(with_deal()), 7, np.arange(2))), 0)
    assert states["unbound"].tolist() == pytest.approx([0.5 * 0.2 + 0.5 * 0.7] * 2)
    assert loose[0].tolist() == pytest.approx([0, 0, 0.1, 0.35])


def test_features_on_which_the_case_is_silent_are_drawn_and_named() -> None:
    tables = with_deal(form=None, levels=(), commission=None, local_assent=None, needed_communities=(), agreed_on=None)
    tables["presence"] = []
    fragile = _fragility(tables)
    assert fragile.unknown == ("form", "levels", "assent", "communities", "commission", "unbound", "age")
    states, _ = deal_states(share_draws(draw(compiled(tables), 7, np.arange(2000))), 0)
    assert sorted(set(states["form"].tolist())) == [0, 1, 2, 3]
    assert (states["local"] + states["national"]).min() == 1
    for name, mean in {"form": 1.5, "local": 2 / 3, "national": 2 / 3, "assent": 0.5, "commission": 0.5}.items():
        assert abs(states[name].mean() - mean) < 0.11, name


def test_all_four_kinds_of_end_are_named_with_who_could_bring_them_about() -> None:
    tables = with_deal(parties="guards; watch")
    tables["presence"].append(Presence(place="town", actor="south", role="remnant"))
    tables["shocks"] = [Shock(id="vote", name="Vote", kind="election", date="2017")]
    breakers = {one.kind: one for one in _fragility(tables).breakers}
    assert set(breakers) == set(EndedBy)
    assert breakers[EndedBy.OUTSIDER].actors == ("south", "river")
    assert breakers[EndedBy.SIGNATORY].actors == ("guards", "watch")
    assert breakers[EndedBy.PATRON].actors == ("north", "south")
    assert breakers[EndedBy.SHOCK].actors == ("vote",)


def test_a_patron_that_assents_is_no_breaker() -> None:
    tables = with_deal(parties="guards; watch")
    tables["acceptances"] = [Acceptance(of="pact", side="north", acceptance="0.9")]
    breakers = {one.kind: one for one in _fragility(tables).breakers}
    assert breakers[EndedBy.PATRON].actors == ("south",)


def test_who_is_absent_from_a_deal_and_why() -> None:
    tables = with_deal(parties="guards; north", needed="north; south", communities="hill")
    tables["actors"].append(Actor(id="band", name="Band", kind="militia", armed="yes"))
    tables["actors"].append(Actor(id="court", name="Court", kind="office"))
    tables["presence"].append(Presence(place="town", actor="band", role="operates", strength="0.1"))
    tables["presence"][1] = Presence(place="town", actor="watch", role="shares", strength="0.5")
    tables["claims"] = [Claim(place="town", actor="court", kind="property", strength="0.6")]
    tables["loyalties"].append(Loyalty(actor="guards", patron="court", loyalty="0.3"))
    tables["population"].append(Population(place="town", community="hill", before_share="0.1"))
    tables["population"].pop(0)
    absent = {one.entity: one.reason for one in absent_parties(compiled(tables), 0)}
    assert absent == {
        "south": "named-as-needed",
        "river": "named-as-needed",
        "watch": "holds-the-place",
        "band": "armed-there",
        "court": "claims-it",
    }


def test_a_missing_deal_lists_the_parties_that_it_would_need() -> None:
    tables = small_tables()
    tables["deals"] = [Deal(id="none", name="None", status="missing", places="land", needed="north; south")]
    deal = _assess(tables).missing[0]
    assert deal.fragility is None
    assert [(one.entity, one.reason) for one in deal.absent] == [
        ("north", "named-as-needed"),
        ("south", "named-as-needed"),
    ]


def test_deals_come_in_force_by_fragility_then_missing_then_the_rest() -> None:
    tables = with_deal(form="ratified", levels="local; national", local_assent="1")
    weak = {"status": "in-force", "places": "town", "parties": "north; south", "form": "understood", "imposed": "yes"}
    tables["deals"] += [
        Deal(id="old", name="Old", status="ended"),
        Deal(id="none", name="None", status="missing"),
        Deal(id="weak", name="Weak", **weak),
    ]
    listed: list[DealSummary] = list(_assess(tables).deals)
    assert [deal.deal for deal in listed] == ["weak", "pact", "none", "old"]
    assert listed[-1].status is DealStatus.ENDED
    assert listed[-1].absent == ()


def test_a_longer_horizon_never_lowers_the_chance_of_an_end() -> None:
    short, long = (_assess(with_deal(), horizon_months=months).deals[0].fragility for months in (6, 24))
    assert short is not None
    assert long is not None
    assert short.p_end.mean < long.p_end.mean
    assert short.horizon_months == 6


def test_levels_that_are_held_count_in_the_coverage() -> None:
    for levels, number in (("local", 0.125), ("local; national", 0.25)):
        value = _index(_assess(with_deal(levels=levels)), "two_level_coverage").value
        assert value is not None
        assert value.mean == number


def test_armed_actors_are_those_a_source_counts_where_it_does() -> None:
    tables = small_tables()
    tables["places"][2] = Place(id="town", name="Town", kind="town", scope="contested", n_armed_actors="6..10")
    index = _index(_assess(tables), "n_armed_actors")
    assert index.value is not None
    assert 6 <= index.value.p05 < index.value.p95 <= 10
    assert index.contributions[0].name == "counted"


def test_many_pairs_are_added_up_and_still_sum() -> None:
    tables = small_tables()
    for number in range(9):
        tables["actors"].append(Actor(id=f"band-{number}", name="Band", kind="militia", armed="yes"))
        tables["loyalties"].append(Loyalty(actor=f"band-{number}", patron=("north", "south")[number % 2], loyalty="1"))
        tables["presence"].append(Presence(place="town", actor=f"band-{number}", role="operates", strength="0.2"))
    index = _index(_assess(tables, 5), "contestation_inter")
    assert index.value is not None
    assert len(index.contributions) == MAX_PARTS + 1
    assert index.contributions[-1].name == OTHERS
    assert sum(one.value.mean for one in index.contributions) == pytest.approx(index.value.mean)


@pytest.mark.parametrize("option", ["n_members", "horizon_months", "chunk_size"])
def test_a_request_for_nothing_is_refused(option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} is 0; pass 1 or more"):
        assess(compiled(), **{option: 0})


def test_chunks_shrink_with_the_crowd() -> None:
    assert fitting_chunk(compiled()) == 1000


def test_the_number_is_the_mean_so_that_parts_of_a_deal_sum_to_it() -> None:
    for deal in _assess(_uncertain()).in_force:
        assert deal.fragility is not None
        step = deal.fragility.p_end.mean - deal.fragility.reference_p_end.mean
        assert sum(part.value.mean for part in deal.fragility.contributions) == pytest.approx(step, abs=1e-12)


def test_one_deal_ranks_first_in_every_draw_and_the_shares_sum_to_one() -> None:
    ranks = [deal.fragility.p_ranks_first for deal in _assess(_uncertain()).in_force if deal.fragility is not None]
    assert sum(ranks) == pytest.approx(1)
    assert _ranks_first([np.array([0.1, 0.4, 0.5]), np.array([0.2, 0.3, 0.5])]) == [
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
    ]

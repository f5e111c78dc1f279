"""Packages screened by settlement, simulated as real deals, and ranked again by outcome."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.findings import settlement_study as tables
from dayafter.redaction import Gate
from dayafter.settlement.frame import frame_of, problems_of, stakes_of
from dayafter.settlement.settle import settle
from dayafter.simulation.layout import build_layout
from dayafter.simulation.parameters import draw_parameters
from dayafter.simulation.surplus import default_surplus
from dayafter.simulation.world import draw_world
from dayafter.studying.records import Measure, NoPackageError, Study
from dayafter.studying.run import screened, study
from dayafter.studying.staging import stage, with_packages, worth_of
from dayafter.vocabulary import Action, Audience, DealLevel, DealStatus

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-bridges"


@cache
def iraq() -> CaseFile:
    return load_case(find_case("iraq-2016")).case


@cache
def of_rabiaa() -> Study:
    return study(iraq(), ("rabiaa", "sinjar"), keep=2, draws=40, members=40, months=6, threads=1)


def test_the_best_of_settlement_are_simulated_and_ranked_again_by_the_mean_change() -> None:
    found = of_rabiaa()
    assert len(found.packages) == 2
    held = {one.screened: one.package.stable.low for one in found.packages}
    assert held[1] >= held[2]
    assert [one.rank for one in found.packages] == [1, 2]
    changes = [one.total.change.mean for one in found.packages]
    assert changes == sorted(changes)
    assert found.unit == "events"


def test_a_place_in_which_red_lines_leave_nothing_is_reported_and_not_simulated() -> None:
    found = of_rabiaa()
    assert [found.settlement.scopes[n].places for n in found.left_out] == [("sinjar",)]
    assert {found.settlement.scopes[one.scope].places for one in found.packages} == {("rabiaa",)}


def test_a_package_is_a_deal_with_a_term_for_each_choice_and_a_policy_that_makes_it() -> None:
    case = iraq()
    compiled = compile_case(case)
    report = settle(compiled, ("jalawla",), draws=20, seed=1).scopes[0]
    frame = frame_of(compiled, ("jalawla",))
    one = stage(case, frame, report.packages[0], 1)
    assert one.deal.status is DealStatus.PROPOSED
    assert set(one.deal.needed) == {who for who, veto in zip(frame.parties, frame.veto, strict=True) if veto}
    assert set(one.deal.levels) == {DealLevel.LOCAL, DealLevel.NATIONAL}
    assert [(term.place, term.issue, term.position.low) for term in one.terms if term.position is not None] == [
        (choice.slot.place, choice.slot.issue, choice.position) for choice in report.packages[0].choices
    ]
    assert (one.step.action, one.step.deal, str(one.step.date)) == (Action.MAKE_DEAL, one.deal.id, "2016-03")
    again = compile_case(with_packages(case, [one]))
    assert again.deals[-1] == one.deal.id
    assert again.covers_question[-1, again.places.index("jalawla")].any()


def test_what_a_package_is_worth_in_the_simulation_is_what_the_settlement_says_in_the_same_draw() -> None:
    case = iraq()
    compiled = compile_case(case)
    frame = frame_of(compiled, ("jalawla",))
    one = stage(case, frame, settle(compiled, ("jalawla",), draws=20).scopes[0].packages[0], 1)
    wider = compile_case(with_packages(case, [one]))
    layout, members = build_layout(wider), np.arange(7)
    world = draw_world(wider, layout, draw_parameters(3, members, {}, None), 3, members)
    surplus = worth_of(compiled, (one,), default_surplus, wider, layout, world, 3)
    problems = problems_of(frame, stakes_of(compiled, frame, 3, members))
    margins = problems.utility(one.options[None])[:, 0] - problems.reservation
    rows = np.flatnonzero(layout.veto_deal == len(wider.deals) - 1)
    seen = {wider.actors[layout.veto_actor[v]]: surplus.base[v] for v in rows if surplus.has_stake[v]}
    assert set(seen) == {who for who, veto in zip(frame.parties, frame.veto, strict=True) if veto}
    for j, party in enumerate(frame.parties):
        if frame.veto[j]:
            assert np.allclose(seen[party], margins[:, j])


def test_no_package_is_made_in_a_world_in_which_nobody_proposes_it() -> None:
    found = of_rabiaa()
    made = found.result.summary(policy=found.result.baseline, outcome="deals_made_to_date", month=6)
    for one in found.packages:
        assert made.filter(made["deal"] == one.deal)["mean"].to_list() == [0.0]
        for other in found.packages:
            mine = found.result.summary(policy=one.plan.id, outcome="deals_made_to_date", month=6, deal=other.deal)
            assert (mine["mean"].item() == 0.0) or other is one


def test_the_same_seed_gives_the_same_study_for_any_number_of_threads() -> None:
    case = load_case(EXAMPLE).case
    one, two = (study(case, draws=20, members=40, months=4, threads=n) for n in (1, 2))
    gate = Gate(case, Audience.INTERNAL)
    assert tables.study_rows(one, gate) == tables.study_rows(two, gate)


@pytest.mark.parametrize("measure", list(Measure))
def test_each_measure_ranks_in_its_own_direction(measure: Measure) -> None:
    case = load_case(EXAMPLE).case
    found = study(case, measure=measure, draws=20, members=40, months=3, threads=1)
    assert found.packages
    assert all(one.rank >= 1 for one in found.packages)
    assert found.unit == ("chance" if measure is Measure.IN_FORCE else found.unit)
    assert measure is not Measure.HOME or found.unit == "persons"


def test_where_nothing_is_left_to_simulate_the_answer_names_the_places() -> None:
    with pytest.raises(NoPackageError, match="sinjar"):
        study(iraq(), ("sinjar",), draws=20, members=40, months=2)


@pytest.mark.parametrize(
    ("changed", "said"), [({"keep": 0}, "keep is 0"), ({"members": 10}, "at least 40"), ({"months": 0}, "1 to 240")]
)
def test_sizes_that_cannot_be_are_refused(changed: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        study(iraq(), ("rabiaa",), **changed)  # type: ignore[arg-type]


def test_screening_leaves_out_what_no_draw_accepts() -> None:
    report = settle(compile_case(load_case(EXAMPLE).case), ("midbridge",), draws=20).scopes[0]
    assert report.packages
    assert screened(report, 5) == ()


def test_the_tables_hold_the_same_lines_and_every_number_has_its_unit() -> None:
    gate = Gate(iraq(), Audience.PUBLIC)
    found = of_rabiaa()
    rows = tables.study_rows(found, gate)
    assert all(row.unit for row in rows if row.value is not None)
    assert all(row.low is not None and row.high is not None for row in rows if row.value is not None)
    read = list(csv.DictReader(io.StringIO(tables.to_csv(found, gate))))
    body = json.loads(tables.to_json(found, gate))
    assert len(read) == len(rows) == len(body["rows"])
    assert {row["name"] for row in read} == {
        "term", "acceptable", "stable", "made", "in-force", "change", "change-if-signed", "no-package"
    }  # fmt: skip
    text = tables.to_text(found, gate)
    assert "Sinjar: no package to simulate" in text
    assert "Rabiaa: packages by outcome" in text

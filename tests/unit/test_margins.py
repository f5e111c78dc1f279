"""What a deal is worth to whom, as settlement sees it: the egalitarian package of each draw, red lines kept."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from dayafter import margins
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import Option, Position
from dayafter.compiler import compile_case
from dayafter.margins import settled_surplus
from dayafter.quantities import Quantity
from dayafter.settlement.acceptable import acceptable_set
from dayafter.settlement.frame import frame_of, problems_of, stakes_of
from dayafter.settlement.package_kernels import egalitarian_margins
from dayafter.simulation.setting import prepare
from dayafter.simulation.surplus import default_surplus
from tests.unit.simulation.small import of, tables

IRAQ = compile_case(load_case("iraq-2016").case)
MEMBERS = np.array([3, 3, 11], dtype=np.int64)


def with_options(south_below: str | None = None, **north: str) -> Any:
    """The small case with three ways to police the town; what North wants, and what South cannot give up."""
    rows = tables()
    rows["options"] = [
        Option(issue="police", id=name, position=at, label=name)
        for name, at in (("ours", 0), ("shared", 0.5), ("theirs", 1))
    ]
    known = {"ideal": "0", "salience": "0.8", "capability": "0.6"}
    rows["positions"][0] = Position(place="town", actor="north", issue="police", **(known | north))
    rows["positions"][1] = rows["positions"][1].model_copy(
        update={"red_line_below": None if south_below is None else Quantity.parse(south_below)}
    )
    return of(rows)


def least(case: Any, deal: str, members: Any = MEMBERS) -> Any:
    """(m,) the least margin of the players of a deal who have a stake."""
    setting = prepare(case, 1, members, surplus=settled_surplus)
    rows = (setting.layout.veto_deal == case.deals.index(deal)) & setting.surplus.has_stake
    return setting.surplus.base[rows].min(axis=0)


def test_no_other_package_gives_more_to_the_player_that_gains_least() -> None:
    frame = frame_of(IRAQ, ["tuz-khurmatu"])
    problems = problems_of(frame, stakes_of(IRAQ, frame, 1, np.unique(MEMBERS)))
    packages = np.array(list(product(*(np.flatnonzero(row) for row in frame.available))), dtype=np.int64)
    found = []
    for m in range(2):
        bargain = problems.one(m)
        kept = packages[~bargain.crosses_red_line(packages)[:, bargain.veto].any(axis=1)]
        found.append(bargain.margins(kept)[:, bargain.veto].min(axis=1).max())
    assert least(IRAQ, "tuz-compact") == pytest.approx([found[0], found[0], found[1]])


@pytest.mark.parametrize("places", [["tuz-khurmatu"], ["jalawla", "saadiya"], ["sinjar"]])
def test_the_search_finds_the_package_that_listing_all_finds(places: list[str]) -> None:
    frame = frame_of(IRAQ, places)
    problems = problems_of(frame, stakes_of(IRAQ, frame, 1, np.arange(12)))
    crossed = problems.forbidden[:, frame.veto].any(axis=1)
    found = np.full(problems.reservation.shape, np.nan)
    who = np.flatnonzero(frame.veto)
    egalitarian_margins(problems.worth, frame.available & ~crossed, problems.reservation, who, found)
    for m in range(12):
        bargain = problems.one(m)
        package = acceptable_set(bargain).best_package
        wanted = bargain.margins(package)[0] if package.size else np.full(len(frame.parties), np.nan)
        np.testing.assert_array_equal(found[m], wanted)


def test_the_middle_is_settled_on_and_pays_each_what_fighting_would_cost() -> None:
    # North 0.6 against South 0.5: without a deal each expects a lottery; half-way both lose half.
    case = with_options()
    setting = prepare(case, 1, MEMBERS, surplus=settled_surplus)
    rows = np.flatnonzero(setting.surplus.has_stake)
    actors = [case.actors[int(a)] for a in setting.layout.veto_actor[rows]]
    frame = frame_of(case, ["town"])
    cost = stakes_of(case, frame, 1, MEMBERS).cost[:, [frame.parties.index("north"), frame.parties.index("south")]]
    lost = {"north": 5 / 11, "south": 6 / 11, "watch": 6 / 11}  # expected distance to what the winner decides
    for row, actor in zip(rows, actors, strict=True):
        wanted = lost[actor] - 0.5 + cost[:, 0 if actor == "north" else 1]
        assert setting.surplus.base[row] == pytest.approx(wanted)


def test_red_lines_that_exclude_one_another_shut_the_gate() -> None:
    assert -1 < least(with_options(red_line_above="0.2"), "pact").max() < 0  # only `ours` is left
    assert (least(with_options(red_line_above="0.2", south_below="0.8"), "pact") == -1).all()


def test_a_case_without_options_falls_back_on_the_whole_scale() -> None:
    case = of(tables())
    mine, theirs = (prepare(case, 1, MEMBERS, surplus=one).surplus for one in (settled_surplus, default_surplus))
    assert (mine.base == theirs.base).all()
    assert (mine.has_stake == theirs.has_stake).all()


def test_a_draw_has_the_same_margins_whoever_stands_beside_it() -> None:
    alone = prepare(IRAQ, 1, MEMBERS[2:], surplus=settled_surplus).surplus.base
    assert (alone[:, 0] == prepare(IRAQ, 1, MEMBERS, surplus=settled_surplus).surplus.base[:, 2]).all()


def test_a_deal_with_too_many_packages_is_settled_place_by_place(monkeypatch: pytest.MonkeyPatch) -> None:
    together = least(IRAQ, "diyala-exchange")
    monkeypatch.setattr(margins, "MOST", 5_000)
    apart = least(IRAQ, "diyala-exchange")
    assert (apart <= together + 1e-12).all()  # nothing is traded between the towns
    assert (apart > -1).all()

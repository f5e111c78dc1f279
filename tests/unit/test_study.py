"""The joining function: what it refuses, what stands in a manifest; the run itself is tested part by part."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dayafter.arrays import Policy, Step
from dayafter.casefile.load import load_case
from dayafter.errors import UsageError
from dayafter.study import input_hashes, plan, simulate
from dayafter.vocabulary import Action

CASE = load_case("iraq-2016")


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ({"members": 0}, "members is 0; a run needs at least 1"),
        ({"months": 0}, "months is 0; a run lasts 1 to 240"),
        ({"months": -3}, "months is -3"),
        ({"seed": -1}, "seed is -1"),
        ({"policies": ["peace-now"]}, "the case has no policy 'peace-now'"),
        ({"policies": ["package", "package"]}, "named twice"),
        ({"baseline": "peace-now"}, "the case has no policy 'peace-now'"),
        ({"members": 10, "replicates": 3}, "take 9 members or another number of replicates"),
        ({"thresholds": {"joy": (1,)}}, "thresholds name the outcome 'joy'"),
        ({"thresholds": {"events": (5, 1)}}, "must rise"),
        ({"draws": True}, "draws needs a folder"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_with_its_mend(how: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        simulate(CASE, **how)


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ({"deal": "diyala-exchnge"}, r"names the deal 'diyala-exchnge'.*did you mean 'diyala-exchange'"),
        ({"fixed": {"excitation_own": 1.0}}, "the branching ratio is 1.09"),
        ({"priors": {"kappa": (1.4, 1.0, 0.6)}}, "kappa: the interval 1.4 to 0.6 is upside down"),
        ({"priors": {"capture": (0.1, 0.4, 1.2)}}, "capture: prior capture must have 0 < low < median < high < 1"),
        ({"audience": "everybody"}, "there is no audience 'everybody'"),
        ({"max_memory": 1}, "MB are free"),
    ],
)
def test_what_python_hands_in_is_refused_in_the_same_words(how: dict[str, Any], complaint: str) -> None:
    asked = {name: value for name, value in how.items() if name != "deal"}
    step = Step(Action.MAKE_DEAL, dt.date(2016, 5, 1), deal=how.get("deal", "diyala-exchange"))
    with pytest.raises(UsageError, match=complaint):
        simulate(CASE, policies=[Policy("mine", "Mine", (step,))], members=2, months=1, threads=1, **asked)


def test_a_plan_refuses_the_same() -> None:
    with pytest.raises(UsageError, match="months is 0"):
        plan(CASE, months=0)


def test_a_short_run_of_the_worked_case_is_labelled_and_repeats_itself() -> None:
    one, two = (simulate(CASE, policies=["imposed"], members=4, replicates=2, months=2, threads=n) for n in (1, 2))
    assert one.policies == ("nothing", "imposed")
    assert one.baseline == "nothing"
    assert one.manifest == two.manifest
    assert all(two.tables[name].equals(frame) for name, frame in one.tables.items())
    summary = one.summary(policy="nothing", outcome="events_to_date", month=2, place=None, violence_class=None)
    assert summary["unit"].to_list() == ["events"]
    assert summary["basis"][0].startswith("of 22 parameters: data ")
    assert one.manifest["run"]["policies"][1]["steps"][0]["action"] == "impose"


def test_the_hashes_of_a_case_change_with_its_rows_alone() -> None:
    case = CASE.case
    hashes = input_hashes(case)
    assert hashes == input_hashes(load_case("iraq-2016").case)
    changed = input_hashes(case.model_copy(update={"deals": case.deals[:-1]}))
    assert [name for name in hashes if hashes[name] != changed[name]] == ["deals.csv"]


def test_at_the_same_signing_months_deals_are_made_alike_under_both_here_and_elsewhere() -> None:
    # Were the baseline run by another rule, Rabiaa would seem to suffer from Sinjar.
    result = simulate(CASE, policies=["imposed"], members=120, replicates=1, months=24, prior=True)
    rows = result.contrast("imposed", outcome="deal_in_force", deal="rabiaa-understanding", month=24)
    assert rows["conditional_mean"][0] == pytest.approx(0, abs=0.02)
    made = result.contrast("imposed", outcome="deals_made_to_date", deal="sinjar-three-party", month=24)
    assert made["total_mean"][0] > 0.01
    assert made["conditional_mean"][0] == pytest.approx(0, abs=0.005)

"""Why a policy tells: shares that add up with what is stated, terms that make the hazard, and what is withheld."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dayafter import study
from dayafter.casefile.load import load_case
from dayafter.errors import UsageError
from dayafter.explaining import causes
from dayafter.explaining.causes import Moment, hazard_terms, hazards, trace
from dayafter.explaining.laboratory import Bench
from dayafter.explaining.mechanisms import MECHANISMS
from dayafter.explaining.why import INTERACTION, OUTCOMES, TOTAL, Why, tactics_of, why
from dayafter.findings import reasons as tables
from dayafter.findings.amounts import three_figures
from dayafter.redaction import Gate
from dayafter.simulation import reference, steps_deals, steps_violence
from dayafter.simulation.parameters import default_priors
from dayafter.simulation.policies import compile_policy
from dayafter.simulation.state import copy_of, empty_paths, start_state
from dayafter.vocabulary import Audience

CASE = load_case("iraq-2016").case
RUN = study.prepare(CASE, study.Settings(members=40, replicates=2, months=10))
PROCESS = RUN.process
PLANS = {one.id: one for one in PROCESS.case.policies}
FEW = tuple(one for one in MECHANISMS if one.id in {"form", "return-gate", "contestation"})


@pytest.fixture(scope="module")
def found() -> Why:
    return why(PROCESS, PLANS["package"], PLANS["nothing"], "jalawla", members=40, replicates=2, mechanisms=FEW)


def test_every_mechanism_of_the_seed_facts_has_its_switch() -> None:
    rows = sorted({row for one in MECHANISMS for row in one.rows})
    assert rows == [f"M-{n:02}" for n in range(1, 23)]
    priors = default_priors()
    assert {symbol for one in MECHANISMS for symbol in one.off} <= set(priors)
    assert all(value == 1.0 for one in MECHANISMS for symbol, value in one.off.items() if symbol.startswith("hr_"))


def test_shares_and_interaction_add_up_to_the_difference(found: Why) -> None:
    for tactic in dict.fromkeys(share.tactic for share in found.shares):
        for outcome in OUTCOMES:
            mine = [s for s in found.shares if s.tactic == tactic and s.outcome == outcome.id]
            total = next(s.mean for s in mine if s.driver == TOTAL)
            assert sum(s.mean for s in mine if s.driver != TOTAL) == pytest.approx(total, abs=1e-9)
            assert {s.driver for s in mine} == {TOTAL, INTERACTION, *(one.id for one in FEW)}


def test_the_difference_is_that_of_the_tables_of_the_run(found: Why) -> None:
    result = study.simulate(CASE, policies=["nothing", "package"], members=40, replicates=2, months=10)
    row = result.contrast("package", outcome="events_to_date", place="jalawla", violence_class=None, month=10)
    assert found.total("events").mean == pytest.approx(row["total_mean"][0])


def test_a_lever_that_a_policy_does_not_pull_has_no_share() -> None:
    only_form = why(
        PROCESS, PLANS["diyala-on-paper"], PLANS["nothing"], "jalawla", members=10, replicates=2, mechanisms=FEW,
        by_tactic=False,
    )  # fmt: skip
    assert {share.tactic for share in only_form.shares} == {None}
    elsewhere = why(
        PROCESS, PLANS["imposed"], PLANS["nothing"], "saadiya", members=10, replicates=2, mechanisms=(), by_tactic=False
    )
    assert all(share.mean == 0 for share in elsewhere.shares if share.outcome == "months_under_deals")


def test_tactics_are_the_steps_that_can_tell_at_the_place() -> None:
    actions = [(one.action, one.deal) for one in tactics_of(PROCESS.case, PLANS["package"], "jalawla")]
    assert ("formalise", "diyala-exchange") in actions
    assert not any(deal == "sinjar-three-party" for _, deal in actions)
    parties = next(one for one in tactics_of(PROCESS.case, PLANS["package"], "jalawla") if one.action == "add-party")
    assert len(parties.steps) == 4


def test_the_terms_of_the_hazard_make_the_hazard_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.arange(12, dtype=np.int64)
    setting = Bench.of_process(PROCESS, numbers, numbers).setting
    schedule = compile_policy(PROCESS.case, PLANS["guarantor"], 10)
    seen: list[Any] = []
    plain = steps_deals.cause_hazards

    def kept(*arguments: Any, **more: Any) -> Any:
        seen.append(plain(*arguments, **more))
        return seen[-1]

    monkeypatch.setattr("dayafter.simulation.steps_deals.cause_hazards", kept)
    state = start_state(setting.case, setting.world, setting.parameters, schedule)
    paths = empty_paths(setting.case, setting.layout, setting.world, "x", months=10, radius=setting.radius)
    start = steps_violence.derive(setting, state)
    for month in range(1, 7):
        before = copy_of(state)
        reference.step(setting, schedule, state, start, paths, month=month, dated=False)
        at = Moment(setting, schedule, before, start, paths.events[month - 1], month)
        np.testing.assert_allclose(hazards(setting, hazard_terms(at)), seen[-1], rtol=1e-9)


def test_what_is_traced_is_what_the_paths_hold() -> None:
    happened = trace(PROCESS, PLANS["nothing"], "jalawla", members=40, replicates=2)
    numbers = np.arange(40, dtype=np.int64)
    paths = PROCESS.engine(
        Bench.of_process(PROCESS, numbers, numbers // 2).setting, PROCESS.schedule("nothing"), PROCESS.months
    )
    p, d = PROCESS.case.places.index("jalawla"), PROCESS.case.deals.index("diyala-exchange")
    ended = {(int(m), int(t) + 1) for t, m in np.argwhere(paths.ended_by[:, d] > 0)}
    changed = {(int(m), int(t) + 1) for t, m in np.argwhere((paths.change_fought | paths.change_unopposed)[:, p])}
    assert {(one.member, one.month) for one in happened if one.deal is not None} == ended
    assert {(one.member, one.month) for one in happened if one.deal is None} == changed
    assert ended
    kinds = {one.driver for one in happened}
    assert kinds & {causes.TAKEN, "shock", "unbound", "frailty and age"}


def reasons(policy: str, place: str) -> tables.Reasons:
    one = why(PROCESS, PLANS[policy], PLANS["nothing"], place, members=4, replicates=2, mechanisms=FEW)
    happened = {name: trace(PROCESS, PLANS[name], place, members=4, replicates=2) for name in (policy, "nothing")}
    return tables.Reasons(one, happened, 4, CASE)


def test_a_policy_with_a_withheld_step_is_not_explained_to_the_public() -> None:
    """Whom it backs is withheld; where the difference is not 0 would say where they are."""
    guarded = tables.Reasons(
        why(PROCESS, PLANS["back-go-betweens"], PLANS["nothing"], "sinjar", members=2, replicates=2, mechanisms=()),
        {}, 2, CASE,
    )  # fmt: skip
    for write in (tables.to_text, tables.rows):
        with pytest.raises(UsageError, match="would say where; ask with --audience internal"):
            write(guarded, Gate(CASE, Audience.PUBLIC))


def test_the_tables_hold_shares_causes_and_single_happenings() -> None:
    gate = Gate(CASE, Audience.PUBLIC)
    one = reasons("package", "jalawla")
    kinds = [row["kind"] for row in tables.rows(one, gate)]
    assert kinds.count("share") > 10
    text = tables.to_text(one, gate)
    assert "Chains: tactic → driver → outcome" in text
    assert "interaction" in text
    assert "Simulated under stated assumptions" in text
    assert tables.to_machine(one, gate, as_json=False).startswith("kind,policy,baseline,place,tactic")


def test_what_cannot_be_explained_is_refused() -> None:
    with pytest.raises(UsageError, match="is the baseline"):
        why(PROCESS, PLANS["nothing"], PLANS["nothing"], "jalawla", members=2, replicates=2)
    with pytest.raises(UsageError, match="has no place 'atlantis'"):
        why(PROCESS, PLANS["package"], PLANS["nothing"], "atlantis", members=2, replicates=2)


@pytest.mark.parametrize(
    ("value", "printed"),
    [(2.78e-17, "0"), (-1e-16, "0"), (0.0, "0"), (1e-4, "0.0001"), (-0.1, "-0.1"), (1234.5, "1,234")],
)
def test_what_rounding_leaves_of_a_sum_that_cancels_is_printed_as_0(value: float, printed: str) -> None:
    assert three_figures(value) == printed

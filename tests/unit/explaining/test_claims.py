"""Claims as experiments: the rule, the value of data, that arms share their luck, and that every claim has its row."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.explaining import edits, verdict
from dayafter.explaining.claims import CLAIMS
from dayafter.explaining.examine import DEFAULT, OFF, RANDOM, Finding, examine, settings_of, signs_of, sizes
from dayafter.explaining.laboratory import NOTHING, Arm, Bench, NotTestableError
from dayafter.explaining.ladder import RUNGS, Survival, climb
from dayafter.explaining.verdict import Verdict, contrast_of, data_wanted, left_when_off, verdict_of
from dayafter.findings import amounts
from dayafter.findings import claims as tables
from dayafter.redaction import Gate
from dayafter.simulation.parameters import default_priors
from dayafter.vocabulary import Audience
from studies.claims.__main__ import page

LOADED = load_case("iraq-2016")
CASE = compile_case(LOADED.case)
MONTHS = 4


def bench(n: int = 12, *, case: object = None) -> Bench:
    numbers = np.arange(n, dtype=np.int64)
    return Bench.of(CASE if case is None else case, 1, numbers, numbers, MONTHS)  # type: ignore[arg-type]  # a case


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    return examine(CASE, members=20, months=MONTHS)


@pytest.fixture(scope="module")
def ladder() -> list[Survival]:
    return climb(CASE, members=20, months=MONTHS)


def test_every_claim_has_its_row_and_two_have_no_experiment(found: list[Finding]) -> None:
    assert list(dict.fromkeys(one.claim.id for one in found)) == [f"C-{n:02}" for n in range(1, 28)]
    assert [one.claim.id for one in found if one.verdict is Verdict.NOT_TESTABLE] == ["C-03", "C-24"]
    assert all(one.why for one in found if one.test is None)
    for one in found:
        if one.default is not None:
            assert np.isfinite(one.default.difference).all()
            assert 0 <= one.share <= 1


def test_states_that_were_missing_make_their_claims_move(found: list[Finding]) -> None:
    moved = {
        one.claim.id: one.default.mean
        for one in found
        if one.default is not None and one.claim.id in {"C-07", "C-08", "C-10", "C-11", "C-27"}
    }
    assert set(moved) == {"C-07", "C-08", "C-10", "C-11", "C-27"}
    assert all(value != 0 for name, value in moved.items() if name != "C-07")
    assert moved["C-08"] > 0
    assert moved["C-10"] < 0 < moved["C-11"]


def test_what_a_parameter_alone_states_is_found_to_be_typed_in(found: list[Finding]) -> None:
    by = {(one.claim.id, one.test.outcome): one for one in found if one.test is not None}
    remnant = next(one for (claim, _), one in by.items() if claim == "C-25")
    assert remnant.verdict is Verdict.BY_CONSTRUCTION
    assert remnant.left is not None
    assert remnant.left < 0.1


def test_every_direct_parameter_is_one_that_is_drawn() -> None:
    priors = default_priors()
    named = {direct.symbol for claim in CLAIMS for test in claim.tests for direct in test.direct}
    assert named <= set(priors)
    ratios = {direct.symbol for claim in CLAIMS for test in claim.tests for direct in test.direct if direct.ratio}
    assert ratios == {symbol for symbol in named if symbol.startswith("hr_")}


def test_claims_are_those_of_the_coverage_of_the_seed() -> None:
    rows = (Path(__file__).parents[3] / "docs" / "reference" / "seed-coverage.md").read_text(encoding="utf-8")
    listed = sorted(set(re.findall(r"\bC-\d\d\b", rows)))
    assert listed == [claim.id for claim in CLAIMS]


def test_random_signs_keep_the_size_and_off_is_neutral() -> None:
    here = bench(40)
    signs = signs_of(1, np.arange(40))
    assert set(signs.tolist()) == {-1, 1}
    test = next(claim for claim in CLAIMS if claim.id == "C-18").tests[0]
    values = settings_of(test, here, signs)
    assert values[DEFAULT] == {}
    drawn = here.setting.parameters["hr_author"]
    assert np.allclose(np.abs(np.log(values[RANDOM]["hr_author"])), np.abs(np.log(drawn)))
    assert (np.sign(np.log(values[RANDOM]["hr_author"])) == signs).all()
    assert (np.sign(np.log(values[RANDOM]["hr_facilitator"])) == -signs).all()
    assert values[OFF] == {"hr_author": 1.0, "hr_facilitator": 1.0}
    off = here.with_parameters(values[OFF]).setting
    assert (off.ratios["hr_author"] == 0).all()
    assert (here.setting.parameters["hr_author"] == drawn).all()  # the bench itself is as it was


def test_arms_share_their_luck_and_an_arm_is_run_once() -> None:
    here = bench()
    one, again = here.run(Arm(NOTHING)), here.run(Arm(NOTHING))
    assert one is again
    other = bench().run(Arm(NOTHING, edits=(lambda setting: setting,)))
    assert np.array_equal(one.paths.events, other.paths.events)
    kept = bench().run(Arm(NOTHING, to_the_end=True))
    assert kept.last is not None
    assert np.array_equal(one.paths.events, kept.paths.events)  # stepped or not, the process is the same


def test_edits_change_what_they_say_and_nothing_of_the_bench() -> None:
    here = bench()
    setting = here.setting
    assert (edits.trusting(setting).world.distrust == 0).all()
    assert not edits.no_deals(setting).world.in_force.any()
    assert setting.world.in_force.any()
    heads, members = edits.heads_sign(setting).case, edits.members_sign(setting).case
    missing = here.missing()
    assert not (heads.needed[missing] & heads.has_parent).any()
    assert (members.needed[missing].sum(axis=1) > heads.needed[missing].sum(axis=1)).all()


def test_a_case_without_what_an_experiment_needs_says_so() -> None:
    bare = dataclasses.replace(CASE, covers=np.zeros_like(CASE.covers), needed=np.ones_like(CASE.needed))
    here = bench(case=bare)
    with pytest.raises(NotTestableError, match="the case has no deal in force over a contested place"):
        here.standing()
    with pytest.raises(NotTestableError, match="no missing or proposed deal"):
        here.missing()
    with pytest.raises(NotTestableError, match="no actor that could stand outside"):
        here.outsider()
    found = examine(bare, claims=["C-15", "C-25"], members=20, months=1)
    assert [one.verdict is Verdict.NOT_TESTABLE for one in found] == [True, False]
    assert found[0].why == "the case has no deal in force over a contested place"


def test_the_rule_reads_as_it_is_written() -> None:
    assert verdict_of(0.95, None, None) is Verdict.HOLDS
    assert verdict_of(0.95, 0.96, 0.8) is Verdict.BY_CONSTRUCTION
    assert verdict_of(0.95, 0.80, 0.05) is Verdict.BY_CONSTRUCTION
    assert verdict_of(0.95, 0.80, 0.50) is Verdict.HOLDS
    assert verdict_of(0.08, 0.80, 0.50) is Verdict.FAILS
    assert verdict_of(0.50, 0.80, 0.50) is Verdict.NOT_IDENTIFIED


def test_a_contrast_averages_histories_before_draws() -> None:
    with_it, without = np.array([3.0, 5.0, 9.0, 100.0]), np.array([1.0, 1.0, 2.0, 0.0])
    fine = np.array([True, True, True, False])
    one = contrast_of(with_it, without, fine, np.array([0, 0, 1, 2]))
    assert one.difference.tolist() == [3.0, 7.0]
    assert one.draws.tolist() == [0, 1]
    assert one.mean == 5
    assert left_when_off(dataclasses.replace(one, difference=np.array([-1.0, 1.5])), one) is None  # not told from 0
    many = contrast_of(np.full(50, 2.0) + np.arange(50) / 100, np.zeros(50), np.ones(50, bool), np.arange(50))
    half = contrast_of(np.full(50, 1.0) + np.arange(50) / 200, np.zeros(50), np.ones(50, bool), np.arange(50))
    assert left_when_off(many, half) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="went wrong"):
        contrast_of(with_it, without, np.zeros(4, bool), np.arange(4))


def test_the_data_wanted_follow_the_formula_of_two_means() -> None:
    """Truth ±1 with even chances: sureness Φ(1 / error) at the optimum; 0.9 wants error ≤ 0.78, n = (2 s / error)²."""
    truth = np.tile([-1.0, 1.0], 60)
    wanted = data_wanted(truth, noise=0.0, spread=3.0)
    assert wanted is not None
    assert wanted == pytest.approx((2 * 3 / 0.78) ** 2, rel=0.25)
    assert data_wanted(truth, noise=0.0, spread=6.0) == pytest.approx(4 * wanted, rel=0.25)
    assert data_wanted(truth / 1e4, noise=0.0, spread=3.0) is None  # no count will do
    assert data_wanted(np.zeros(10), noise=0.0, spread=1.0) is None
    assert data_wanted(truth, noise=1.1, spread=3.0) is None  # draws differ by luck alone
    assert data_wanted(np.abs(truth) + truth / 10, noise=0.0, spread=3.0) == 0  # sure of the sign without data
    noisy = data_wanted(truth, noise=0.9, spread=3.0)
    assert noisy is not None
    assert noisy > wanted  # less of what is seen is signal


@pytest.mark.parametrize(
    ("members", "expected"), [(3000, (120, 25)), (240, (120, 2)), (20, (20, 1)), (10_000, (400, 25))]
)
def test_members_are_cut_into_draws_and_histories(members: int, expected: tuple[int, int]) -> None:
    assert sizes(members) == expected


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="members is 19; the share of draws that agree wants 20"):
        examine(CASE, members=19)
    with pytest.raises(UsageError, match=r"there is no claim C-99; they run from C-01 to C-27"):
        examine(CASE, claims=["C-99"])


def test_the_ladder_holds_both_claims_and_loses_its_order_with_the_roles_off(ladder: list[Survival]) -> None:
    assert [one.rung for one in ladder] == list(RUNGS)
    off = {one.with_roles_off for one in ladder}
    unaided = ladder[0]
    author = next(one for one in ladder if one.rung.author == "outsider")
    assert author.survive <= unaided.survive
    assert max(off) - min(off) < 0.05  # honesty and presence act on nothing else here
    assert ladder[0].outlasts == 0.5  # it ties with itself


def test_the_tables_say_what_was_found(found: list[Finding], ladder: list[Survival]) -> None:
    gate = Gate(LOADED.case, Audience.PUBLIC)
    text = tables.to_text(found, gate)
    assert "BY CONSTRUCTION" in text
    assert "would settle the sign" in text
    rows = list(csv.DictReader(io.StringIO(tables.to_machine(found, gate, as_json=False))))
    assert len(rows) == len(found)
    assert list(rows[0]) == list(tables.COLUMNS)
    data = json.loads(tables.to_machine(found, gate, as_json=True))
    assert [row["claim"] for row in data] == [one.claim.id for one in found]
    written = page(found, ladder, 20, MONTHS)
    assert written.count("**C-") == 27
    assert "## Who makes deals last" in written


def test_a_share_is_not_rounded_to_a_certainty() -> None:
    assert amounts.per_cent(0.999) == "99 %"
    assert amounts.per_cent(1.0) == "100 %"
    assert amounts.per_cent(0.001) == "1 %"
    assert amounts.per_cent(1.7) == "170 %"
    assert verdict.SETTLED_AT == 0.9

"""Running members: the same bytes however the work is divided; contrasts; what is refused."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayafter.errors import UsageError
from dayafter.results.schema import SchemaError
from dayafter.simulation.plan import make_plan, memory_limit, refuse_too_large
from dayafter.simulation.process import Cells, Conditional, Frame, Ints, Paths, Process
from dayafter.simulation.run import default_replicates, finish_members, run_members
from dayafter.simulation.spec import RunSpec
from dayafter.simulation.tables import Tabulator, beta_quantiles, build_tables
from dayafter.simulation.totals import Totals, gaps, join_ranges, merge
from tests.unit.simulation.fake_process import BASIS, FakePlan, FakeProcess

PLANS = {plan.id: plan for plan in (FakePlan("nothing"), FakePlan("talk", fewer=0.3), FakePlan("same"))}
IMPOSED = PLANS | {"imposed": FakePlan("imposed", signs_from=1)}


def spec(members: int = 120, replicates: int = 4, **more: Any) -> RunSpec:
    wanted: dict[str, Any] = {"policies": PLANS, "baseline": "nothing", "cap": 128, "thresholds": {"events": (1, 20)}}
    return RunSpec(**{**wanted, **more}, members=members, replicates=replicates)


def bytes_of(totals: Totals) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in totals.arrays().items()}


def tables(process: Process, what: RunSpec) -> dict[str, pl.DataFrame]:
    return build_tables(process, what, run_members(process, what, threads=2, chunk=50), "USD")


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 3), st.integers(1, 130), st.lists(st.integers(1, 29), max_size=3, unique=True))
def test_any_threads_chunk_and_split_over_machines_give_the_same_bytes(
    threads: int, chunk: int, cuts: list[int]
) -> None:
    process, what = FakeProcess(wrong_members=(5, 88)), spec(policies=IMPOSED)
    whole = bytes_of(run_members(process, what, threads=1, chunk=120))
    ends = [0, *sorted(cuts), 30]
    parts = [
        run_members(process, what, threads=threads, chunk=chunk, draws=(a, b)) for a, b in itertools.pairwise(ends)
    ]
    assert bytes_of(merge(reversed(parts))) == whole


@pytest.mark.parametrize("chunk", [120, 16])
def test_policies_finished_one_by_one_give_the_tables_of_the_whole(chunk: int) -> None:
    process, what = FakeProcess(wrong_members=(5, 88)), spec(policies=IMPOSED)
    tabulator = Tabulator(process, what, "USD")
    found = tabulator.whole(*finish_members(process, what, tabulator.of_policy, threads=2, chunk=chunk))
    wanted = build_tables(process, what, run_members(process, what), "USD")
    assert list(found) == list(wanted)
    assert all(found[name].equals(wanted[name]) for name in wanted)


def test_a_member_that_goes_wrong_at_the_same_signing_months_is_left_out_there_alone() -> None:
    class Fragile(FakeProcess):
        def paths(self, policy: FakePlan, members: Ints, draws: Ints, **how: Any) -> Paths:
            paths = super().paths(policy, members, draws, **how)
            wrong = np.where(np.isin(members, range(30, 40)) & (how.get("signing") is not None), 1, paths.wrong)
            return replace(paths, wrong=wrong)

    what = spec(policies=PLANS | {"imposed": FakePlan("imposed", fewer=0.3, signs_from=1)})
    found, sound = (
        tables(process, what)["contrasts"].filter(policy="imposed") for process in (Fragile(), FakeProcess())
    )
    assert found["conditional_members"].is_between(110, 119).all()  # those whose month differs are run again
    total = [name for name in found.columns if name.startswith("total")]
    assert found.select(total).equals(sound.select(total))
    assert not found["conditional_mean"].equals(sound["conditional_mean"])


def test_another_seed_gives_other_bytes() -> None:
    one, other = (run_members(FakeProcess(seed=seed), spec(), chunk=50) for seed in (1, 2))
    assert bytes_of(one) != bytes_of(other)


def test_a_member_is_the_same_with_any_neighbours_and_draws_share_parameters() -> None:
    process = FakeProcess()
    seen: list[tuple[Ints, Ints]] = []

    class Spy(FakeProcess):
        def paths(self, policy: FakePlan, members: Ints, draws: Ints, **how: Any) -> Paths:
            seen.append((members, draws))
            return process.paths(policy, members, draws, **how)

    run_members(Spy(), spec(members=20, replicates=5), chunk=7)
    assert {members.size for members, _ in seen} == {10}  # seven is rounded up to whole draws
    assert all((draws == members // 5).all() for members, draws in seen)


def test_means_quantiles_and_exceedance_are_those_of_all_draws() -> None:
    process, what = FakeProcess(spread=90), spec(members=240)
    frame = Frame(process.cells, process.months)
    members = np.arange(240)
    steps = frame.steps(process.paths(PLANS["talk"], members, members // 4), 240)
    summary = tables(process, what)["summary"].filter(pl.col("policy") == "talk")
    number = 0
    for block in frame.blocks:
        rows = block.source(steps).rows() / block.outcome.steps_per_unit
        part = summary.filter(pl.col("outcome") == block.name)
        assert part["month"].to_list() == [*range(1, 7)] * len(block.groups)
        np.testing.assert_allclose(part["mean"], rows.mean(axis=1), rtol=1e-14)
        for percent in (5, 25, 50, 75, 95):
            wanted = np.sort(rows, axis=1)[:, max(1, -(-240 * percent // 100)) - 1]
            error = part["q_error"].to_numpy()
            assert (np.abs(part[f"q{percent:02}"].to_numpy() - wanted) <= error).all()
            number += int((error == 0).sum())
    assert number > 500  # and nearly all of them are exact
    to_date = next(b for b in frame.blocks if b.name == "events_to_date").source(steps).rows()
    found = tables(process, what)["exceedance"].filter((pl.col("policy") == "talk") & (pl.col("threshold") == 20))
    np.testing.assert_allclose(found["p"], (to_date >= 20).mean(axis=1))


def test_sums_over_cells_are_sums_of_members_not_of_quantiles() -> None:
    summary = tables(FakeProcess(), spec())["summary"].filter((pl.col("policy") == "nothing") & (pl.col("month") == 6))
    events = summary.filter(pl.col("outcome") == "events_to_date")
    single = events.filter(pl.col("place").is_not_null() & pl.col("violence_class").is_not_null())
    whole = events.filter(pl.col("place").is_null() & pl.col("violence_class").is_null())
    assert whole.height == 1
    assert whole["mean"][0] == pytest.approx(single["mean"].sum())
    assert whole["q95"][0] < single["q95"].sum()


def test_identical_policies_differ_by_exactly_nothing() -> None:
    contrasts = tables(FakeProcess(), spec())["contrasts"]
    same = contrasts.filter(pl.col("policy") == "same")
    for side in ("total", "conditional"):
        for column in ("mean", "mc_low", "mc_high", "parameter_low", "history_high", "p_less", "p_more"):
            assert (same[f"{side}_{column}"] == 0).all(), column
        assert (same[f"{side}_same"] == 1).all()
    other = contrasts.filter((pl.col("policy") == "talk") & (pl.col("outcome") == "events_to_date"))
    assert other["total_mean"].max() < 0  # type: ignore[operator]  # a number: the column is not empty


def test_paired_differences_are_those_of_the_members() -> None:
    process, what = FakeProcess(), spec(members=200, replicates=5)
    members = np.arange(200)
    frame = Frame(process.cells, process.months)
    base, talk = (frame.steps(process.paths(PLANS[name], members, members // 5), 200) for name in ("nothing", "talk"))
    block = next(one for one in frame.blocks if one.name == "events_to_date")
    gap = block.source(talk).rows() - block.source(base).rows()
    rows = tables(process, what)["contrasts"].filter((pl.col("policy") == "talk") & (pl.col("outcome") == block.name))
    means = gap.reshape(len(gap), 40, 5).mean(axis=2)
    np.testing.assert_allclose(rows["total_mean"], gap.mean(axis=1))
    reach = 1.6448536269514722 * means.std(axis=1, ddof=1) / np.sqrt(40)
    np.testing.assert_allclose(rows["total_mc_high"], gap.mean(axis=1) + reach)
    np.testing.assert_allclose(rows["total_p_less"], (means < 0).mean(axis=1))
    np.testing.assert_allclose(rows["total_same"], (gap == 0).mean(axis=1))
    last = rows.height - 1
    assert rows["total_history_low"][last] < rows["total_mc_low"][last]


@pytest.mark.parametrize("way", [Conditional.FORCED, Conditional.DATED])
def test_the_conditional_contrast_takes_out_the_date_of_signing(way: Conditional) -> None:
    contrasts = tables(FakeProcess(conditional=way), spec(policies=IMPOSED))["contrasts"]
    whole = contrasts.filter(
        (pl.col("policy") == "imposed") & (pl.col("outcome") == "events_to_date") & pl.col("place").is_null()
    )
    assert (whole["total_mean"] < 0).any()  # the imposed deal is signed sooner, and so prevents more
    if way is Conditional.FORCED:  # at the same months the two plans are one
        assert (whole["conditional_mean"] == 0).all()
    else:  # signed at once in every member
        assert (whole["conditional_mean"] <= whole["total_mean"]).all()
    talk = contrasts.filter(pl.col("policy") == "talk")
    assert (talk["total_mean"] == talk["conditional_mean"]).all()


def test_without_a_way_to_condition_the_columns_are_empty() -> None:
    contrasts = tables(FakeProcess(conditional=Conditional.NONE), spec())["contrasts"]
    assert contrasts["conditional_mean"].null_count() == contrasts.height
    assert (contrasts["conditional_members"] == 0).all()


def test_members_that_went_wrong_are_counted_and_named() -> None:
    made = tables(FakeProcess(wrong_members=(5, 88)), spec())
    assert made["wrong"].rows() == [(name, "too many events", 2) for name in PLANS]
    assert made["summary"]["members"].unique().to_list() == [118]
    assert made["contrasts"]["total_members"].unique().to_list() == [118]


def test_members_at_the_cap_are_told_of_and_stay_in_every_number() -> None:
    made, plain = tables(FakeProcess(kept_members=(5, 88, 90)), spec()), tables(FakeProcess(), spec())
    assert made["wrong"].rows() == [(name, "a full month", 3) for name in PLANS]
    for table in ("summary", "contrasts", "exceedance", "chances"):
        assert made[table].equals(plain[table]), table


def test_an_interval_that_needs_replicates_is_empty_without_them() -> None:
    summary = tables(FakeProcess(), spec(members=30, replicates=1))["summary"]
    assert summary["parameter_low"].null_count() == summary["history_high"].null_count() == summary.height
    assert summary["mc_low"].null_count() == 0


def test_an_interrupt_in_a_chunk_stops_the_others_and_comes_out() -> None:
    begun: list[int] = []
    first = threading.Event()

    def interrupt(_policy: Any, members: Ints) -> None:
        begun.append(int(members[0]))
        if members[0] == 20:
            first.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_members(FakeProcess(before_paths=interrupt), spec(members=4000), threads=2, chunk=20)
    assert first.is_set()
    assert len(begun) < 30  # of 600 that there would have been
    assert not [one for one in threading.enumerate() if one.name.startswith("members")]


def test_progress_counts_every_member_of_every_policy_once() -> None:
    told: list[tuple[int, int]] = []
    run_members(FakeProcess(), spec(), threads=2, chunk=16, progress=lambda *one: told.append(one))
    assert told[0] == (0, 360)
    assert told[-1] == (360, 360)
    assert [one for one, _ in told] == sorted(one for one, _ in told)


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ({"threads": 0}, "threads is 0"),
        ({"chunk": 0}, "chunk is 0"),
        ({"draws": (5, 5)}, "draws 5 to 4"),
        ({"draws": (0, 31)}, "not within the 30 draws"),
    ],
)
def test_a_division_of_work_that_cannot_be_is_refused(how: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        run_members(FakeProcess(), spec(), **how)


def test_a_baseline_that_is_not_run_and_an_empty_list_are_refused() -> None:
    with pytest.raises(UsageError, match=r"baseline policy 'peace' is not among those run \(nothing, talk, same\)"):
        spec(baseline="peace")
    with pytest.raises(UsageError, match="no policy to run"):
        spec(policies={})


def test_draws_counted_twice_are_refused() -> None:
    part = run_members(FakeProcess(), spec(), draws=(0, 10))
    with pytest.raises(ValueError, match="draws 0 to 9 are counted twice"):
        part.plus(part)
    with pytest.raises(ValueError, match="nothing to merge"):
        merge([])


def test_ranges_join_and_leave_gaps() -> None:
    assert join_ranges([(4, 6), (0, 2), (2, 4), (8, 9)]) == ((0, 6), (8, 9))
    assert gaps([(2, 4), (6, 8)], 0, 10) == [(0, 2), (4, 6), (8, 10)]
    assert gaps([], 3, 5) == [(3, 5)]


@pytest.mark.parametrize(
    ("name", "cells", "complaint"),
    [
        ("happiness", Cells({"place": ("east",)}, BASIS), "happiness, which is not declared"),
        ("home", Cells({"place": ("east",)}, BASIS), "the cells of home have the axes"),
        ("hands_changed_fought", Cells({"place": ("east", "east")}, BASIS), "two cells .* have the same labels"),
    ],
)
def test_a_process_may_give_only_what_is_declared(name: str, cells: Cells, complaint: str) -> None:
    with pytest.raises(SchemaError, match=complaint):
        run_members(FakeProcess(extra={name: cells}), spec())


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda values: {**values, "events": values["events"] * 1.0}, "counted in whole events"),
        (lambda values: {**values, "events": values["events"] - 1}, "outside 0 to"),
        (lambda values: {**values, "terms_kept": values["terms_kept"] + 1.5}, "terms_kept runs from"),
        (lambda values: {**values, "terms_kept": values["terms_kept"] * np.nan}, "not finite"),
        (lambda values: {**values, "events": values["events"][:, :2]}, "has the shape"),
        (lambda values: {"events": values["events"]}, "it announced"),
    ],
)
def test_paths_that_do_not_fit_are_refused(spoil: Any, complaint: str) -> None:
    process = FakeProcess()
    members = np.arange(8)
    paths = process.paths(PLANS["nothing"], members, members)
    frame = Frame(process.cells, process.months)
    assert frame.steps(paths, 8)
    with pytest.raises(SchemaError, match=complaint):
        frame.steps(Paths(spoil(paths.values), paths.wrong), 8)


@pytest.mark.parametrize(("members", "replicates"), [(1000, 5), (4000, 20), (8000, 20), (400, 2), (399, 1), (1, 1)])
def test_replicates_leave_two_hundred_draws(members: int, replicates: int) -> None:
    assert default_replicates(members) == replicates


def test_a_plan_counts_and_refuses_what_cannot_fit() -> None:
    plan = make_plan(FakeProcess(), spec(members=4000, replicates=20), threads=2)
    assert (plan.members, plan.draws, plan.policies, plan.places, plan.months) == (4000, 200, 3, 2, 6)
    assert plan.seconds > 0
    assert plan.parts_bytes > 0  # of chunks done and not added up yet
    assert "4,000 members (200 draws × 20) × 2 places × 6 months × 3 policies" in str(plan)
    assert memory_limit() > 10**6
    refuse_too_large(plan, plan.total_bytes)
    with pytest.raises(UsageError, match=r"MB are free; (lower chunk|run fewer policies)"):
        refuse_too_large(plan, 10**5)
    large = make_plan(FakeProcess(), spec(members=4_000_000, replicates=20), draws=True)
    with pytest.raises(UsageError, match="leave out the full draws"):
        refuse_too_large(large, 10**9)


def test_a_plan_tells_what_a_chunk_costs_from_what_a_member_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    def seconds(process: Process, what: RunSpec, chunk: int, draws: int) -> tuple[float, Totals]:
        return 0.1 + 0.002 * draws * what.replicates, run_members(process, what, draws=(0, draws))

    monkeypatch.setattr("dayafter.simulation.plan._timed", seconds)
    plan = make_plan(FakeProcess(), spec(members=4000, replicates=20), threads=2, chunk=400)
    # 2 policies besides the baseline; on each of 2 threads 5 chunks and 2,000 members
    assert plan.seconds == pytest.approx(2 * (5 * 0.1 + 2000 * 0.002))
    assert make_plan(FakeProcess(), spec(members=1, replicates=1)).seconds > 0


def test_chances_and_their_paired_differences_are_those_of_the_members() -> None:
    process, what = FakeProcess(spread=90), spec(members=200, replicates=5)
    members = np.arange(200)
    frame = Frame(process.cells, process.months)
    block = next(one for one in frame.blocks if one.name == "events_to_date")
    ends = {}
    for name in ("nothing", "talk"):
        steps = frame.steps(process.paths(PLANS[name], members, members // 5), 200)
        ends[name] = block.source(steps).rows().reshape(len(block.groups), block.months, 200)[:, -1] >= 20
    rows = tables(process, what)["chances"].filter((pl.col("policy") == "talk") & (pl.col("threshold") == 20))
    assert rows["month"].unique().to_list() == [process.months]
    np.testing.assert_allclose(rows["p"], ends["talk"].mean(axis=1))
    change = ends["talk"].astype(int) - ends["nothing"].astype(int)
    np.testing.assert_allclose(rows["total_mean"], change.mean(axis=1))
    means = change.reshape(-1, 40, 5).mean(axis=2)
    np.testing.assert_allclose(rows["total_p_less"], (means < 0).mean(axis=1))
    assert rows.filter(pl.col("parameter_high") - pl.col("parameter_low") > 0.05).height
    assert (rows["parameter_low"] <= rows["parameter_q25"]).all()
    assert (rows["parameter_q75"] <= rows["parameter_high"]).all()


def test_the_baseline_has_chances_and_no_difference() -> None:
    rows = tables(FakeProcess(), spec())["chances"].filter(pl.col("policy") == "nothing")
    assert rows.height
    assert rows["total_mean"].null_count() == rows.height
    assert (rows["total_members"] == 0).all()


def test_quantiles_of_a_chance_have_the_moments_asked_for_and_stay_within_bounds() -> None:
    percents = tuple(range(1, 100))
    mean, variance = np.array([0.3, 0.5, 0.97]), np.array([0.01, 0.0, 0.5])
    found = np.array(beta_quantiles(mean, variance, percents))
    assert found[:, 0].mean() == pytest.approx(0.3, abs=0.002)
    assert found[:, 0].std() == pytest.approx(0.1, abs=0.005)
    assert (found[:, 1] == 0.5).all()
    assert ((found >= 0) & (found <= 1)).all()
    assert np.isnan(beta_quantiles(mean, np.full(3, np.nan), (5,))[0]).all()

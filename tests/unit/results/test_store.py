"""Results on disk: whole or not at all, resumed only where the run is the same, equal bytes for equal runs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xarray

from dayafter.errors import UsageError
from dayafter.results import lab
from dayafter.results.chart import ACCENT, Difference, Fan, fan_chart
from dayafter.results.result import SimulationResult
from dayafter.results.schema import OUTCOMES, TABLES, Outcome, SchemaError, check_frame
from dayafter.results.store import load_results, run_hash, save_results
from dayafter.simulation.execute import Output, execute
from dayafter.simulation.process import Ints
from dayafter.simulation.spec import RunSpec
from tests.unit.simulation.fake_process import FakePlan, FakeProcess

PLANS = {plan.id: plan for plan in (FakePlan("nothing"), FakePlan("talk", fewer=0.3))}


def about(seed: int = 3) -> Mapping[str, Any]:
    return {"seed": seed, "policies": [{"id": name} for name in PLANS]}


def go(
    process: FakeProcess | None = None,
    *,
    out: Path | None = None,
    seed: int = 3,
    threads: int = 1,
    chunk: int = 40,
    **more: Any,
) -> SimulationResult:
    what = RunSpec(PLANS, "nothing", 120, 4, 128, {"events": (1, 5)})
    return execute(
        process or FakeProcess(),
        what,
        about(seed),
        currency="USD",
        output=Output(out, **more),
        threads=threads,
        chunk=chunk,
        keep_every=0,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def cut_off(at: int, out: Path, **more: Any) -> None:
    """A run that is interrupted when it comes to member `at`."""

    def interrupt(_policy: Any, members: Ints) -> None:
        if at in members:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(FakeProcess(before_paths=interrupt), out=out, **more)


def test_equal_runs_give_equal_files_however_the_work_is_divided(tmp_path: Path) -> None:
    go(out=tmp_path / "one", events=True, draws=True)
    go(out=tmp_path / "two", threads=2, chunk=12, events=True, draws=True)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    wanted = ["chances", "contrasts", "draws", "events", "exceedance", "summary", "wrong"]
    assert list(one) == sorted([*(f"{name}.parquet" for name in wanted), "manifest.json"])
    assert one == two
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_an_interrupt_leaves_no_result_and_can_be_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    out = tmp_path / "run"
    cut_off(80, out, events=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".run.work"]
    begun: list[int] = []
    told: list[tuple[int, int]] = []
    process = FakeProcess(before_paths=lambda _policy, members: begun.append(int(members[0])))
    what = RunSpec(PLANS, "nothing", 120, 4, 128, {"events": (1, 5)})
    execute(
        process, what, about(), currency="USD", output=Output(out, resume=True, events=True), chunk=8,
        progress=lambda *one: told.append(one),
    )  # fmt: skip
    assert min(begun) >= 40  # what was finished is not run again
    assert told[0][0] >= 80
    assert told[-1] == (240, 240)
    go(out=tmp_path / "whole", events=True)
    assert contents(out) == contents(tmp_path / "whole")
    assert not (tmp_path / ".run.work").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_what_a_stopped_run_keeps_is_for_its_owner_alone_and_says_that_it_is_not_redacted(tmp_path: Path) -> None:
    cut_off(80, tmp_path / "run", events=True)
    work = tmp_path / ".run.work"
    assert work.stat().st_mode & 0o077 == 0
    assert (work / ".gitignore").read_text() == "*\n"
    assert "NOT REDACTED" in (work / "README.txt").read_text()
    assert list((work / "parts").glob("*.parquet"))  # it does keep members


def test_resuming_another_run_or_none_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(UsageError, match=r"no interrupted run .* to resume"):
        go(out=out, resume=True)
    cut_off(80, out)
    with pytest.raises(UsageError, match=r"keeps an interrupted run of something else .* seed, member count or option"):
        go(out=out, resume=True, seed=4)
    with pytest.raises(UsageError, match="keeps what an interrupted run of the same has finished; resume it"):
        go(out=out)
    go(out=out, seed=5)  # another run, without resume, starts anew
    assert (out / "manifest.json").is_file()


def test_a_target_in_the_way_is_refused_before_anything_runs(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "note.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"is not empty \(it holds note\.txt\)"):
        Output(full)
    with pytest.raises(UsageError, match="is no folder"):
        Output(full / "note.txt")
    with pytest.raises(UsageError, match="make it first"):
        Output(tmp_path / "no" / "such")
    with pytest.raises(UsageError, match="draws needs a folder to write to"):
        Output(None, draws=True)
    (tmp_path / "empty").mkdir()
    go(out=tmp_path / "empty")
    assert (tmp_path / "empty" / "summary.parquet").is_file()
    assert contents(full) == {"note.txt": b"mine"}


def test_a_fault_while_writing_leaves_nothing(tmp_path: Path) -> None:
    result = go()
    broken = SimulationResult(result.manifest, {**result.tables, "wrong": result.tables["summary"]})
    with pytest.raises(SchemaError):
        save_results(broken, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_result_reads_back_as_it_was(tmp_path: Path) -> None:
    result = go()
    save_results(result, tmp_path / "run")
    back = load_results(tmp_path / "run")
    assert back.manifest == result.manifest
    assert list(back.tables) == list(result.tables)
    assert all(back.tables[name].equals(frame) for name, frame in result.tables.items())


def test_the_manifest_says_what_is_needed_to_run_again_and_nothing_of_this_machine(tmp_path: Path) -> None:
    go(out=tmp_path / "run", threads=2)
    text = (tmp_path / "run" / "manifest.json").read_text()
    manifest = json.loads(text)
    run = manifest["run"]
    assert manifest["hash"] == run_hash(run)
    assert {"seed": 3, "members": 120, "draws": 30, "replicates": 4, "months": 6, "cap": 128}.items() <= run.items()
    assert run["thresholds"] == {"events": [1, 5]}
    assert run["policies"] == [{"id": "nothing"}, {"id": "talk"}]
    assert str(tmp_path) not in text
    assert "threads" not in text


def test_a_folder_that_is_no_whole_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no manifest\.json"):
        load_results(tmp_path)
    go(out=tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "run": {**manifest["run"], "seed": 9}}))
    with pytest.raises(UsageError, match="changed after the run"):
        load_results(tmp_path / "run")
    path.write_text(json.dumps({**manifest, "result_format": 99}))
    with pytest.raises(UsageError, match="result format 99"):
        load_results(tmp_path / "run")
    path.write_text(json.dumps(manifest))
    (tmp_path / "run" / "summary.parquet").unlink()
    with pytest.raises(UsageError, match=r"lacks summary\.parquet"):
        load_results(tmp_path / "run")


def test_single_members_add_up_to_the_summary(tmp_path: Path) -> None:
    result = go(out=tmp_path / "run", events=True, draws=True)
    mean = result.summary(policy="talk", outcome="events_to_date", month=6, place=None, violence_class=None)["mean"][0]
    events = result.tables["events"].filter(pl.col("policy") == "talk")
    assert events["events"].sum() / 120 == pytest.approx(mean)
    draws = result.tables["draws"].filter(
        (pl.col("policy") == "talk")
        & (pl.col("outcome") == "events_to_date")
        & pl.col("place").is_null()
        & pl.col("violence_class").is_null()
    )
    assert draws["member"].to_list() == list(range(120))
    assert draws["value"].mean() == pytest.approx(mean)


def test_questions_to_a_result_name_what_is_not_there() -> None:
    result = go()
    assert result.contrast().equals(result.tables["contrasts"])
    assert result.contrast("talk", outcome="events_to_date", month=6, place=None)["policy"].unique().to_list() == [
        "talk"
    ]
    assert result.summary(policy="talk")["policy"].unique().to_list() == ["talk"]
    with pytest.raises(UsageError, match=r"no policy 'peace'; it has nothing, talk"):
        result.summary(policy="peace")
    with pytest.raises(UsageError, match="compares with 'nothing', not 'talk'"):
        result.contrast("nothing", against="talk")
    with pytest.raises(UsageError, match="difference with itself is 0"):
        result.contrast("nothing")
    with pytest.raises(UsageError, match="no column 'town'"):
        result.summary(town="east")
    with pytest.raises(UsageError, match="no row has place 'north'"):
        result.summary(place="north")


def _in_arabic(text: str, /, **values: object) -> str:
    words = {
        "events": "حدث", "{outcome} to date": "{outcome}، حتى تاريخه",
        "{what}, simulated under stated assumptions": "{what}، محاكاة",
    }  # fmt: skip
    return words.get(text, text).format(**values)


def test_a_chart_shows_each_policy_on_one_scale_and_the_differences_below() -> None:
    result = go()
    svg = result.plot("events_to_date", place="east")
    assert svg.startswith("<svg ")
    assert 'role="img"' in svg
    for said in (
        "<title>events to date (east), simulated under stated assumptions (events)</title>",
        ">nothing</text>", ">talk</text>", "line: median; bands: 50 and 90 in 100 futures",
        "difference to “nothing” at the end, events", "same luck in both",
    ):  # fmt: skip
        assert said in svg
    assert svg == go().plot(place="east")
    one = result.plot("displaced", policies=("nothing",), place="east", community="reds")
    assert "difference to" not in one  # of the baseline with itself there is none
    assert 'aria-label="displaced (east, reds), simulated under stated assumptions (persons)"' in one
    said = result.plot("events_to_date", place="east", say=_in_arabic, labels={"east": "الشرق"})
    assert ">\u2067حدث، حتى تاريخه (الشرق)، محاكاة\u2069</text>" in said
    assert ">talk</text>" in said
    assert "\u2067" not in svg
    with pytest.raises(UsageError, match="one to four policies"):
        result.plot("events", policies=())
    with pytest.raises(UsageError, match="no row has outcome 'joy'"):
        result.plot("joy")


def test_a_difference_is_clear_where_its_range_leaves_out_zero() -> None:
    clear, unclear, unknown = (Difference("x", 1.0, *ends) for ends in ((0.1, 2.0), (-0.1, 2.0), (None, None)))
    assert [one.is_clear for one in (clear, unclear, unknown)] == [True, False, False]
    svg = fan_chart([Fan("x", [1, 2], *([[0.0, 1.0]] * 5))], [clear, unclear], title="T & t", unit="u", against="n")
    assert ACCENT in svg
    assert "<title>T &amp; t (u)</title>" in svg


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda frame: frame.drop("unit"), "has the columns"),
        (lambda frame: frame.with_columns(month=pl.lit(0, pl.Int64)), "below its bound 1"),
        (lambda frame: frame.with_columns(month=pl.lit("1")), "holds String, not whole"),
        (lambda frame: frame.with_columns(unit=pl.lit(None, pl.String)), "is empty in"),
        (lambda frame: frame.with_columns(mean=pl.lit(float("inf"))), "not finite"),
        (lambda frame: frame.with_columns(outcome=pl.lit("joy")), "which is not declared"),
        (lambda frame: frame.with_columns(channel=pl.lit("control")), "in the channel control"),
        (lambda frame: frame.with_columns(deal=pl.lit("bridge")), "an axis that it does not have"),
    ],
)
def test_a_table_that_breaks_its_declaration_is_refused(change: Any, complaint: str) -> None:
    frame = go().tables["summary"]
    check_frame("summary", frame)
    with pytest.raises(SchemaError, match=complaint):
        check_frame("summary", change(frame))


def test_every_outcome_belongs_to_one_channel_and_says_what_it_is() -> None:
    assert {outcome.channel.value for outcome in OUTCOMES.values()} == {
        "violence", "control", "population", "implementation",
    }  # fmt: skip
    assert all(outcome.text.endswith(".") and outcome.unit for outcome in OUTCOMES.values())
    assert all(column.text for columns in TABLES.values() for column in columns)
    with pytest.raises(ValueError, match="unknown axis"):
        Outcome("x", OUTCOMES["events"].channel, ("planet",), OUTCOMES["events"].kind, "x", "X.")


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(UsageError, match=r"needs xarray, which is not installed; .* 'dayafter\[lab\]'"):
        lab.to_dataset(go())
    with pytest.raises(UsageError, match="needs xarray"):
        lab.write_netcdf(go(), tmp_path / "run.nc")
    with pytest.raises(UsageError, match="needs xarray"):
        Output(tmp_path / "run", netcdf=True)  # before anything runs


def test_one_netcdf_file_holds_the_summary(tmp_path: Path) -> None:
    result = go(out=tmp_path / "run", netcdf=True)
    lab.write_netcdf(result, tmp_path / "run.nc")
    assert (tmp_path / "run.nc").read_bytes() == (tmp_path / "run" / "summary.nc").read_bytes()
    with xarray.open_dataset(tmp_path / "run.nc") as found:
        one = found["events_to_date"].sel(
            policy="talk",
            month=6,
            events_to_date_place="(all)",
            events_to_date_violence_class="(all)",
            statistic="mean",
        )
        wanted = result.summary(policy="talk", outcome="events_to_date", month=6, place=None, violence_class=None)[
            "mean"
        ][0]
        assert float(one) == wanted
        assert found["events_to_date"].attrs["units"] == "events"
        assert json.loads(found.attrs["manifest"])["hash"] == result.manifest["hash"]
    with pytest.raises(UsageError, match="is there already"):
        lab.write_netcdf(result, tmp_path / "run.nc")

"""`dayafter simulate` as a user meets it: what it prints, writes and refuses, how it is stopped and taken up."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dayafter.casefile.load import load_case
from dayafter.casefile.schema import Intervention
from dayafter.casefile.write import write_case
from dayafter.cli import main
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.results.store import load_results
from dayafter.study import Settings, prepare, settings_of
from tests.unit.assessment.small import build
from tests.unit.simulation.small import tables

SHORT = ("--members", "6", "--months", "3", "--threads", "1")


def small() -> dict[str, list[Any]]:
    """The small case, with a plan that imposes its pact."""
    rows = tables()
    rows["interventions"].append(
        Intervention(
            policy="impose", step=1, action="impose", date="2016-04", deal="pact", actor="north", form="signed"
        )
    )
    return rows


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with the small case."""
    folder = tmp_path_factory.mktemp("cases") / "small"
    write_case(build(small()), folder)
    return str(folder)


class Called:
    """The command line in this process: exit status and both streams."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["dayafter", "simulate", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Called:
    """See `Called`."""
    return Called(capsys, monkeypatch)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_table_shows_four_channels_and_says_what_the_numbers_are(case: str, call: Called) -> None:
    status, out, err = call(case, *SHORT, "--policies", "idle,impose")
    assert status == 0, err
    text = " ".join(out.split())
    for said in (
        "VIOLENCE violent events, all places and classes (events)",
        "CONTROL", "POPULATION", "IMPLEMENTATION",
        "Simulated under stated assumptions",
        "with the same luck in both", "Monte Carlo error", "The parameter range", "The history range", "“Same date”",
        "The pact", "Basis, of 22 parameters: data 11 %, published effects",
        "o member went wrong, of 6", "compared with",
    ):  # fmt: skip
        assert said in text
    assert "6 members (6 draws × 1) × 3 places × 3 months × 3 policies: about" in err
    assert max(map(len, out.splitlines())) <= 118


def test_machines_get_each_number_with_unit_spread_basis_and_manifest(case: str, call: Called) -> None:
    status, out, _ = call(case, *SHORT, "--policies", "impose", "--format", "csv", "--seed", "5")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["channel"] for row in rows} == {"violence", "control", "population", "implementation"}
    assert all(row["unit"] and row["basis"] and row["q05"] and row["q95"] and row["seed"] == "5" for row in rows)
    assert all((row["total_mean"] == "") is (row["policy"] == "nothing") for row in rows)
    status, out, _ = call(case, *SHORT, "--policies", "impose", "--format", "json", "--months", "horizon")
    document = json.loads(out)
    assert document["manifest"]["months"] == 12  # of the case
    assert {row["month"] for row in document["rows"]} == {12}
    assert any("Simulated under stated assumptions" in line for line in document["assumptions"])


def test_a_result_is_made_again_from_its_manifest_to_the_same_bytes(case: str, call: Called, tmp_path: Path) -> None:
    priors = tmp_path / "priors.csv"
    priors.write_text("symbol,median,low,high,note\nkappa,1,0.9,1.2,narrow\n", encoding="utf-8")
    asked = ("--fix", "beta_claim=0.5", "--priors", str(priors), "--events", "--draws", "--netcdf", "--seed", "3")
    status, _, err = call(case, *SHORT, "--policies", "idle", *asked, "--out", str(tmp_path / "one"))
    assert status == 0, err
    assert set(contents(tmp_path / "one")) == {
        "summary.parquet", "contrasts.parquet", "exceedance.parquet", "chances.parquet", "wrong.parquet",
        "events.parquet", "draws.parquet", "summary.nc", "manifest.json",
    }  # fmt: skip
    status, _, err = call(case, "--again", str(tmp_path / "one"), "--out", str(tmp_path / "two"), "--threads", "2")
    assert status == 0, err
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    basis = load_results(tmp_path / "one").tables["summary"].filter(pl.col("outcome") == "events")["basis"][0]
    assert basis != load_results(tmp_path / "one").tables["summary"].filter(pl.col("outcome") == "home")["basis"][0]
    for option, value in (("seed", "4"), ("policies", "idle"), ("fix", "kappa=1")):
        status, _, err = call(case, "--again", str(tmp_path / "one"), f"--{option}", value)
        assert (status, f"--again takes {option} from the result; leave out --{option}" in err) == (2, True)
    other = build({**small(), "shocks": []})
    with pytest.raises(UsageError, match=r"the case is not as it was .*shocks\.csv differ"):
        settings_of(other, tmp_path / "one")


def test_ctrl_c_leaves_nothing_half_written_and_the_run_is_taken_up_to_the_same_bytes(
    case: str, call: Called, tmp_path: Path
) -> None:
    asked = (case, "--members", "1500", "--months", "6", "--policies", "idle", "--threads", "1", "--draws")
    command = [sys.executable, "-m", "dayafter", "simulate", *asked, "--out", str(tmp_path / "run")]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    begun = tmp_path / ".run.work" / "manifest.json"
    deadline = time.monotonic() + 240
    while not begun.is_file() and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=240)
    assert running.returncode == 130, err
    assert "stopped; nothing was written; what was finished is kept" in err
    assert "Traceback" not in err
    assert out == ""
    assert [path.name for path in tmp_path.iterdir()] == [".run.work"]
    status, _, err = call(*asked, "--seed", "2", "--out", str(tmp_path / "run"), "--resume")
    assert (status, "keeps an interrupted run of something else" in err) == (2, True)
    assert call(*asked, "--out", str(tmp_path / "run"), "--resume")[0] == 0
    assert call(*asked, "--out", str(tmp_path / "whole"))[0] == 0
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "whole"]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (("--policies", "ilde"), "no policy 'ilde' (did you mean 'idle'?); it has nothing, idle, impose"),
        (("--policies", "idle,"), "holds an empty name"),
        (("--baseline", "peace"), "no policy 'peace'"),
        (("--months", "0"), "months is 0; a run lasts 1 to 240"),
        (("--months", "year"), "months is 'year'; pass a whole number, or horizon"),
        (("--members", "0"), "members is 0; a run needs at least 1"),
        (("--seed", "-1"), "seed is -1"),
        (("--threads", "0"), "threads is 0"),
        (("--fix", "excitation_own=1.2"), "the branching ratio is 1.29"),
        (("--fix", "kapa=1"), "no parameter is called 'kapa'; did you mean kappa?"),
        (("--fix", "kappa"), "is not NAME=VALUE"),
        (("--draws",), "draws needs a folder to write to; say out"),
        (("--max-memory", "0"), "MB are free; "),
        (("--chunk", "0"), "chunk is 0; between 1 and 4096"),
        (("--cap", "1"), "cap is 1"),
        (("--again", "nowhere"), "nowhere holds no manifest.json"),
        (("--audience", "public"), "this case may reach 'internal' at most"),
    ],
)
def test_what_cannot_be_ends_with_status_2_and_says_how_to_mend_it(
    case: str, call: Called, asked: tuple[str, ...], complaint: str
) -> None:
    status, out, err = call(case, *asked)
    assert (status, out) == (2, "")
    assert complaint in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("symbol,median,low,high\nkappa,1,1.4,0.6\n", "line 2: kappa: the interval 1.4 to 0.6 is upside down"),
        ("symbol,median,low,high\nkappa,2,0.6,1.4\n", "line 2: kappa: prior kappa must have low < median < high"),
        ("symbol,median,low,high\nkapa,1,0.6,1.4\n", "no parameter is called 'kapa'; did you mean kappa?"),
        ("symbol,median,low,high\nkappa,one,0.6,1.4\n", "median is 'one', which is no number"),
        ("symbol,median,low,high\nkappa,1,0.6,1.4\nkappa,1,0.6,1.4\n", "line 3: kappa stands twice"),
        ("symbol,median,low\n", "lacks the column high"),
        ("symbol,median,low,high\nexcitation_own,1.1,0.9,1.3\n", "the branching ratio is"),
    ],
)
def test_a_prior_that_cannot_be_is_refused_by_line(
    case: str, call: Called, tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "priors.csv").write_text(text, encoding="utf-8")
    status, _, err = call(case, "--priors", str(tmp_path / "priors.csv"))
    assert status == 2
    assert complaint in err


def test_every_fault_of_a_table_of_priors_is_told_at_once(case: str, call: Called, tmp_path: Path) -> None:
    path = tmp_path / "priors.csv"
    path.write_text("symbol,median,low,high\nkappa,1,1.4,0.6\nkapa,1,0.6,1.4\n", encoding="utf-8")
    err = call(case, "--priors", str(path))[2]
    assert "line 2: kappa" in err
    assert "line 3: kapa: no parameter is called 'kapa'" in err


def test_a_step_in_the_case_that_names_an_unknown_deal_or_an_upside_down_interval_is_a_fault_of_its_cell(
    call: Called, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    write_case(build(small()), folder)
    with (folder / "interventions.csv").open("a", encoding="utf-8") as table:
        table.write("idle,2,make-deal,2016-05,,pakt" + "," * 14 + "\n")
    deals = (folder / "presence.csv").read_text(encoding="utf-8")
    (folder / "presence.csv").write_text(deals.replace("0.4..0.8", "0.8..0.4"), encoding="utf-8")
    status, out, err = call(str(folder))
    assert (status, out) == (2, "")
    assert "interventions.csv:4:" in err
    assert "'pakt' is no id in deals" in err
    assert "the interval 0.8..0.4 is upside down" in err


def test_a_folder_in_the_way_is_refused_before_anything_runs(case: str, call: Called, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    status, _, err = call(case, "--out", str(tmp_path))
    assert (status, "is not empty (it holds note.txt)" in err) == (2, True)
    status, _, err = call(case, "--out", str(tmp_path / "run"), "--resume", *SHORT)
    assert (status, "to resume; run it without resume" in err) == (2, True)


def test_a_plan_of_ones_own_comes_back_from_its_manifest(case: str, tmp_path: Path) -> None:
    whole = load_case(case).case
    impose = compile_case(whole).policies[2]
    own = type(impose)("mine", "Mine", (*compile_case(whole).policies[1].steps,))
    prepare(whole, Settings([own], members=2, months=1), out=tmp_path / "run").execute(threads=1)
    settings = settings_of(whole, tmp_path / "run")
    assert settings.policies == [compile_case(whole).policies[0], own]

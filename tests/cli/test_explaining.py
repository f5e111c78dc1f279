"""`claims`, and `simulate` over a panel or a cluster, as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from dayafter.cli import main
from dayafter.explaining.examine import MEMBERS
from dayafter.findings.reasons import clearest
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES
from dayafter.results.store import load_results


class Called:
    """The command line in this process: exit status and both streams."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["dayafter", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Called:
    return Called(capsys, monkeypatch)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """Two cells side by side and one far off, two years."""
    rows = [(month, cell, int(cell == 100 and month % 2)) for month in range(457, 481) for cell in (100, 101, 300)]
    frame = pl.DataFrame(rows, schema=["month_id", "priogrid_gid", "events"], orient="row")
    frame.write_csv(tmp_path / "panel.csv")
    return tmp_path / "panel.csv"


def test_claims_prints_a_verdict_and_what_would_settle_it(call: Called) -> None:
    status, out, _ = call("claims", "c-25", "C-03", "--members", "20", "--months", "2")
    assert status == 0
    assert "C-25  Unless exclusion is remedied" in out
    assert "would settle the sign" in out
    assert "NOT TESTABLE: no file holds that case" in out
    assert out.index("C-25") < out.index("C-03")  # in the order asked for
    status, out, _ = call("claims", "C-25", "--members", "20", "--months", "2", "--format", "csv")
    assert [row["verdict"] for row in csv.DictReader(io.StringIO(out))] == ["by construction"]
    assert MEMBERS == 3000  # the default of the option


def test_claims_refuses_what_there_is_not(call: Called) -> None:
    status, out, err = call("claims", "C-28")
    assert (status, out) == (2, "")
    assert "there is no claim C-28; they run from C-01 to C-27" in err
    assert call("claims", "--members", "5")[0] == 2


def test_violence_alone_plans_runs_prints_and_writes(call: Called, panel: Path, tmp_path: Path) -> None:
    run = ("simulate", "--violence-only", str(panel), "--members", "40", "--months", "6", "--threads", "1")
    status, out, err = call(*run, "--out", str(tmp_path / "run"))
    assert status == 0
    assert "40 members × 3 places × 6 months × 1 policy (violence alone): about" in err
    assert f"wrote {tmp_path / 'run'}" in err
    assert "simulated under stated assumptions" in out
    assert "90 % interval" in out
    assert pl.read_parquet(tmp_path / "run" / "units.parquet")["unit"].to_list() == [100, 101, 300]
    status, out, _ = call(*run, "--format", "json")
    data = json.loads(out)
    assert data["manifest"]["run"]["last_month_seen"] == 480
    status, out, _ = call(*run, "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(out)))) == 3


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "simulate needs a case, such as iraq-2016; or --violence-only with a panel"),
        (("iraq-2016", "--violence-only", "PANEL"), "takes a panel and no case"),
        (("--violence-only", "PANEL", "--draws"), "takes a panel and no case"),
        (("--violence-only", "nowhere.csv"), "nowhere.csv: no such file"),
        (
            ("--violence-only", "PANEL", "--unit-column", "place"),
            "which column holds the counts? Name it with --target",
        ),
        (("--violence-only", "PANEL", "--max-memory", "0"), "memory does not follow them"),
        (("--violence-only", "PANEL", "--months", "horizon"), "a panel has no horizon of its own"),
        (("--violence-only", "PANEL", "--months", "0"), "months is 0"),
        (("iraq-2016", "--cluster", "here"), "write the address of a scheduler"),
        (("iraq-2016", "--cluster", "tcp://127.0.0.1:9"), "no scheduler answers there"),
    ],
)
def test_what_cannot_be_is_refused(
    call: Called, panel: Path, arguments: tuple[str, ...], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dayafter.simulation.cluster.ANSWER_WITHIN", 1)
    status, out, err = call("simulate", *(str(panel) if one == "PANEL" else one for one in arguments))
    assert status == 2
    assert not out
    assert complaint in err


def test_why_makes_a_run_again_and_explains_it(call: Called, tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    short = ("--members", "20", "--months", "3", "--threads", "1", "--policies")
    assert call("simulate", "iraq-2016", *short, "package", "--out", folder)[0] == 0
    status, out, _ = call("why", folder, "--place", "Jalawla", "--members", "20", "--traced", "4")
    assert status == 0
    assert "tells in Jalawla, against “Do nothing more”: 20" in " ".join(out.split())
    status, out, _ = call("why", folder, "--place", "jalawla", "--members", "20", "--traced", "4", "--format", "json")
    assert {row["kind"] for row in json.loads(out)} >= {"share"}
    for arguments, complaint in (
        (("--place", "jalawla", "--policy", "nothing"), "is the baseline"),
        (("--place", "jalawla", "--policy", "peace"), "the run has no policy 'peace'"),
        (("--place", "atlantis"), "the case has no place 'atlantis'"),
    ):
        status, out, err = call("why", folder, *arguments)
        assert (status, out) == (2, "")
        assert complaint in err
    assert "holds no manifest.json" in call("why", str(tmp_path), "--place", "jalawla")[2]


def test_why_of_several_policies_explains_the_clearest_and_names_the_others(call: Called, tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    short = (
        "--members",
        "20",
        "--months",
        "3",
        "--threads",
        "1",
        "--policies",
        "package",
        "--policies",
        "diyala-on-paper",
    )
    assert call("simulate", "iraq-2016", *short, "--out", folder)[0] == 0
    status, out, err = call("why", folder, "--place", "Jalawla", "--members", "20", "--traced", "4")
    assert status == 0
    result = load_results(folder)
    chosen = clearest(result, "jalawla", ("package", "diyala-on-paper"))
    other = ({"package", "diyala-on-paper"} - {chosen}).pop()
    said = (
        f"explains {chosen}, which changes violent events in Jalawla most clearly; name another with --policy: {other}"
    )
    assert said in err
    named = call("why", folder, "--place", "Jalawla", "--members", "20", "--traced", "4", "--policy", chosen)
    assert (named[1], "most clearly" in named[2]) == (out, False)


def test_the_clearest_policy_is_the_one_whose_change_stands_out_most_from_its_range(tmp_path: Path) -> None:
    axes = dict.fromkeys(AXES) | {"place": "ford"}
    change = {"outcome": "events_to_date", "total_mc_high": 1.0, "month": 3, **axes}
    rows = [
        {"policy": "large", "total_mean": 4.0, "total_parameter_low": -6.0, "total_parameter_high": 14.0, **change},
        {"policy": "sure", "total_mean": -1.0, "total_parameter_low": -1.2, "total_parameter_high": -0.8, **change}
        | {"total_mc_high": -0.9},
    ]
    result = SimulationResult({}, {"contrasts": pl.DataFrame(rows)})
    assert clearest(result, "ford", ("large", "sure")) == "sure"
    assert clearest(result, "elsewhere", ("large", "sure")) == "large"


def test_why_without_a_place_says_which_inputs_matter(call: Called, tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    short = ("--members", "60", "--months", "2", "--threads", "1", "--policies", "package", "--out", folder)
    assert call("simulate", "iraq-2016", *short)[0] == 0
    status, out, _ = call("why", folder)
    assert status == 0
    assert "Which inputs move the answer: " in out
    status, out, _ = call("why", folder, "--format", "csv")
    assert {row["kind"] for row in csv.DictReader(io.StringIO(out))} == {"influence", "worth", "mean"}
    status, out, err = call("why", folder, "--members", "20")
    assert (status, out) == (2, "")
    assert "wants 40 draws or more" in err

"""The second process of a first run: it compiles what the first will need, and nothing depends on it but time."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from dayafter import study
from dayafter.simulation import ahead
from dayafter.simulation.run import run_members
from tests.unit.simulation.fake_process import FakeProcess

RUN = study.prepare("iraq-2016", study.Settings(policies=["imposed"], members=4, replicates=2, months=2))


def test_the_second_process_goes_through_all_kernels_of_the_run_that_it_is_sent() -> None:
    policy = next(iter(RUN.spec.policies.values()))
    done = subprocess.run(
        [sys.executable, "-c", ahead.PROGRAM],
        input=pickle.dumps((RUN.process, policy)), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


def test_it_is_started_where_nothing_is_kept_and_ended_with_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[subprocess.Popen[bytes]] = []
    start = ahead._start

    def watched(*run: object) -> subprocess.Popen[bytes] | None:
        child = start(*run)  # type: ignore[arg-type]  # as it is called
        assert child is not None
        children.append(child)
        return child

    monkeypatch.setattr(ahead, "_start", watched)
    monkeypatch.setattr(ahead, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ahead, "_processors", lambda: 2)
    whole = run_members(RUN.process, RUN.spec)
    assert len(children) == 1
    assert children[0].poll() is not None
    kept = tmp_path / "simulation"
    kept.mkdir()
    (kept / "counting_kernels.count_rows-1.py311.nbi").touch()
    again = run_members(RUN.process, RUN.spec)
    assert len(children) == 1
    assert all((a == b).all() for a, b in zip(whole.arrays().values(), again.arrays().values(), strict=True))


def test_a_process_of_another_kind_or_a_machine_with_one_processor_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ahead, "_processors", lambda: 2)
    assert ahead._is_cold(RUN.process)
    assert not ahead._is_cold(FakeProcess())
    monkeypatch.setattr(ahead, "_processors", lambda: 1)
    assert not ahead._is_cold(RUN.process)


def test_where_no_second_process_can_be_had_the_first_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert ahead._start(RUN.process, RUN.spec) is None

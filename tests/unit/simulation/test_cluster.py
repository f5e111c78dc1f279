"""The same run on a cluster: scheduler and workers in processes of their own, one of which is killed."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dayafter import study
from dayafter.errors import UsageError
from dayafter.simulation import cluster as clusters
from dayafter.simulation.cluster import Large, open_cluster
from dayafter.simulation.run import run_members
from dayafter.simulation.tables import keep_paths
from tests.house.checkout import ROOT

RUN = study.prepare("iraq-2016", study.Settings(policies=["imposed"], members=24, replicates=2, months=2))


@dataclass(frozen=True)
class Machines:
    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


def start(*words: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}", "PYTHONWARNINGS": "ignore"}
    with (folder / f"{words[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
            env=environment, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """A scheduler and two workers on the loopback."""
    file = tmp_path / "scheduler.json"
    common = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = start("scheduler", "--port", "0", "--scheduler-file", str(file), *common, folder=tmp_path)
    workers: tuple[subprocess.Popen[bytes], ...] = ()
    try:
        until = time.monotonic() + 120
        while not file.is_file() and time.monotonic() < until:
            assert scheduler.poll() is None, (tmp_path / "scheduler.log").read_text(encoding="utf-8")
            time.sleep(0.1)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        workers = tuple(
            start("worker", address, "--no-nanny", "--nthreads", "1", "--death-timeout", "60", *common, folder=tmp_path)
            for _ in range(2)
        )
        yield Machines(address, workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_a_cluster_gives_the_bytes_of_one_machine_though_a_worker_is_killed(machines: Machines) -> None:
    alone_rows: dict[tuple[object, ...], object] = {}
    sink = keep_paths(RUN.process, RUN.spec, "USD", ("events",), lambda *one: alone_rows.update({one[:4]: one[4]}))
    alone = run_members(RUN.process, RUN.spec, chunk=2, sink=sink)
    rows: dict[tuple[object, ...], object] = {}
    killed: list[int] = []

    def kill_one(done: int, _of: int) -> None:
        if done and not killed:
            killed.append(done)
            machines.workers[0].send_signal(signal.SIGKILL)

    with open_cluster(machines.address) as cluster:
        cluster.client.wait_for_workers(2, timeout=60)  # both are there before one is killed
        together = replace(cluster, n_workers=2).run_members(
            RUN.process, RUN.spec, chunk=2, progress=kill_one,
            large=Large("USD", ("events",), lambda *one: rows.update({one[:4]: one[4]})),
        )  # fmt: skip
    assert killed
    assert machines.workers[0].wait(timeout=30) == -signal.SIGKILL
    assert machines.workers[1].poll() is None
    one, other = alone.arrays(), together.arrays()
    assert list(one) == list(other)
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)
    assert {key: frame.to_dicts() for key, frame in rows.items()} == {  # type: ignore[attr-defined]  # data frames
        key: frame.to_dicts()  # type: ignore[attr-defined]  # as above
        for key, frame in alone_rows.items()
    }


def test_what_travels_holds_no_sources_and_computes_the_same() -> None:
    process, spec = pickle.loads(pickle.dumps((RUN.process, RUN.spec)))
    assert not process.case.rows
    assert not process.case.addressed
    assert not process.case.coded_by
    assert RUN.process.case.rows  # the one at home is as it was
    assert any(cell.summary for cell in RUN.process.case.ledger)
    assert not any(cell.summary for cell in process.case.ledger)
    one, other = (run_members(p, s, draws=(0, 1)).arrays() for p, s in ((RUN.process, RUN.spec), (process, spec)))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("local", "write the address of a scheduler, such as tcp://host:8786, or local:4"),
        ("local:0", "from local:1 to local:1024"),
        ("local:9999", "from local:1 to local:1024"),
    ],
)
def test_an_address_that_cannot_be_is_refused(address: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint), open_cluster(address):
        pass


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(clusters, "import_module", no)
    with pytest.raises(UsageError, match=r"pip install 'dayafter\[cluster\]'"), open_cluster("local:2"):
        pass

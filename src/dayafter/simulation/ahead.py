"""The first run on a machine: a second process compiles half of its kernels.

Compilation holds the interpreter's lock, so that threads cannot share it. The first process compiles kernels as a run
meets them; the second is sent the run and compiles from the other end: what counts, then the steps of a month from the
last to the first. Each finds what the other has kept. Nothing but time depends on it: what fails here is compiled
there.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

import numpy as np

from dayafter.kernels.cache import cache_folder
from dayafter.simulation import compiled
from dayafter.simulation.accumulate import Grouping, Tally
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.contrast import Contrast
from dayafter.simulation.setting import prepare
from dayafter.simulation.spec import RunSpec

PROGRAM: Final = """
import sys
sent = sys.stdin.buffer.read()  # before anything else, so that who sends it need not wait
from dayafter.simulation.ahead import take
take(sent)
"""
"""What the second process runs."""
_LAST: Final = "counting_kernels.count_rows*.nbi"
"""What is kept of the kernel that a run meets last but one."""


@contextmanager
def compiled_ahead(process: Any, spec: RunSpec) -> Iterator[None]:
    """While the block runs, kernels are compiled in a second process too, where none is kept yet."""
    child = _start(process, spec) if _is_cold(process) else None
    try:
        yield
    finally:
        if child is not None:
            child.terminate()
            child.wait()


def _is_cold(process: Any) -> bool:
    folder = cache_folder()
    known = isinstance(process, CaseProcess) and process.engine is compiled.run
    return known and folder is not None and _processors() > 1 and not any(folder.rglob(_LAST))


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(process: CaseProcess, spec: RunSpec) -> subprocess.Popen[bytes] | None:
    """A second process that has been sent the run; None where there is none to be had."""
    child = None
    with suppress(OSError, pickle.PicklingError):
        sent = pickle.dumps((process, next(iter(spec.policies.values()))))
        child = subprocess.Popen(  # noqa: S603  # this interpreter, with a program of ours
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert child.stdin is not None  # asked for above
        with child.stdin as pipe:
            pipe.write(sent)
    return child


def compile_from_the_end(process: CaseProcess, policy: Any) -> None:
    """Compile what counts, the steps of a month from the last to the first, and what adds counts of large runs."""
    rows, grouping = np.zeros((1, 4), dtype=np.int64), Grouping(2, np.ones(4, dtype=np.bool_))
    tally, contrast = Tally.of(rows, grouping, 128, (1,)), Contrast.of(rows, grouping, 128)
    tally.histogram.quantiles((5, 95), 8)
    members = np.arange(4, dtype=np.int64)
    setting = prepare(process.case, process.seed, members, fixed=process.fixed, own=process.own)
    compiled.compile_backwards(replace(setting, world=replace(setting.world, members=members)), policy)
    tally.plus(tally)
    contrast.plus(contrast)


def take(sent: bytes) -> None:
    """Compile for the run that the first process sent, and no other can."""
    compile_from_the_end(*pickle.loads(sent))  # noqa: S301  # see above

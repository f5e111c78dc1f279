"""Runs a process over members and policies, chunk by chunk, on threads.

A chunk is some whole parameter draws. For each, every policy is run on the same members, so that contrasts are paired;
the paths are counted and let go. Memory follows the chunk and the number of different values, not the members. The
totals are the same bytes for any number of threads, any chunk size and any split of draws over machines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, TypeVar

import numpy as np

from dayafter.errors import UsageError
from dayafter.simulation.accumulate import MIN_CAP, Tally
from dayafter.simulation.ahead import compiled_ahead
from dayafter.simulation.batch import Finish, Job, division, finish_batch, run_batch
from dayafter.simulation.contrast import Contrast
from dayafter.simulation.counting_kernels import MAX_COUNTED
from dayafter.simulation.histograms import Ints
from dayafter.simulation.process import Conditional, Frame, Process, reasons_of
from dayafter.simulation.spec import RunSpec, Sink
from dayafter.simulation.totals import Key, Part, Totals, add, gaps

T = TypeVar("T")
DEFAULT_CHUNK: Final = 512
"""Members worked on at a time by one thread."""


def default_replicates(members: int) -> int:
    """Largest divisor of `members` up to 20 that leaves 200 draws or more; 1 where none does (model notes, 3)."""
    most = max(1, min(20, members // 200))
    return next(number for number in range(most, 0, -1) if members % number == 0)


def run_members(
    process: Process,
    spec: RunSpec,
    *,
    threads: int = 1,
    chunk: int = DEFAULT_CHUNK,
    draws: tuple[int, int] | None = None,
    start: Totals | None = None,
    progress: Callable[[int, int], None] | None = None,
    on_chunk: Callable[[Totals], None] | None = None,
    sink: Sink | None = None,
) -> Totals:
    """Run every policy over some draws and count.

    Parameters
    ----------
    threads : at work at a time. chunk : members a thread works on at a time, rounded up to whole draws; as many chunks
        as there are threads are counted together.
    draws : first draw and one past the last, for a part of a run on one machine; all where None.
    start : totals of draws already done; they are not run again.
    progress : called with (member-policies done, member-policies in all), from any thread, one call at a time.
    on_chunk : called with the totals so far, in this thread, after the chunks that were counted together.
    sink : called in the worker threads with every chunk's paths.

    Raises
    ------
    UsageError : threads, chunk or draws that cannot be; every member went wrong.
    SchemaError : the process gave what it did not announce.
    KeyboardInterrupt : passed on when the chunks at work have stopped; `on_chunk` has seen all that was finished.
    """
    options = _Options(threads, chunk, draws, start, progress, on_chunk, sink)
    total: Totals | tuple[list[None], Ints] = _run(process, spec, options, None)
    assert isinstance(total, Totals)  # nothing finishes them
    return total


def finish_members(
    process: Process,
    spec: RunSpec,
    finish: Finish[T],
    *,
    threads: int = 1,
    chunk: int = DEFAULT_CHUNK,
    start: Totals | None = None,
    progress: Callable[[int, int], None] | None = None,
    on_chunk: Callable[[Totals], None] | None = None,
    sink: Sink | None = None,
) -> tuple[list[T], Ints]:
    """What `finish` makes of each policy's totals over all draws, and (policy, reason) members that went wrong.

    Where all members are counted together, a policy is finished while the next is simulated and its histograms are let
    go: the less memory is touched, the faster. `on_chunk` is then not called, as there is nothing to take up again.

    Parameters
    ----------
    finish : called in this thread with (position of the policy, its parts or those of all policies), in any order; must
        keep none of them. The others, and what is raised: as of `run_members`.
    """
    options = _Options(threads, chunk, None, start, progress, on_chunk, sink)
    done = _run(process, spec, options, finish)
    if isinstance(done, Totals):
        return [finish(policy, done.parts) for policy in range(len(spec.ids))], done.wrong
    return done


@dataclass(frozen=True, slots=True)
class _Options:
    """As `run_members` takes them."""

    threads: int
    chunk: int
    draws: tuple[int, int] | None
    start: Totals | None
    progress: Callable[[int, int], None] | None
    on_chunk: Callable[[Totals], None] | None
    sink: Sink | None


def _run(process: Process, spec: RunSpec, options: _Options, finish: Finish[T] | None) -> Totals | tuple[list[T], Ints]:
    """Run batch by batch; finished at once where there is one batch and something that finishes it."""
    first, stop = _check(spec, options.threads, options.chunk, options.draws)
    frame = Frame(process.cells, process.months)
    total = options.start if options.start is not None else empty_totals(process, spec, frame)
    n_policies = len(spec.policies)
    done = sum(min(b, stop) - max(a, first) for a, b in total.draws if a < stop and b > first)
    counter = _Counter(
        done * spec.replicates * n_policies, (stop - first) * spec.replicates * n_policies, options.progress
    )
    of_batch, of_chunk = division(spec, options.threads, options.chunk)
    batches = list(_batches(gaps(total.draws, first, stop), of_batch))
    pool = ThreadPoolExecutor(max_workers=options.threads, thread_name_prefix="members")
    job = Job(process, spec, frame, tuple(total.parts), options.sink, counter.tick, pool, of_chunk)
    try:
        with compiled_ahead(process, spec):
            if finish is not None and batches == [(0, spec.n_draws)]:
                finished = finish_batch(job, 0, spec.n_draws, finish)
                pool.shutdown()
                return finished
            for batch in batches:
                sides = [total, run_batch(job, *batch)]
                del total
                total = add(sides, pool.map) if sides[0].draws else sides[1]
                if options.on_chunk is not None:
                    options.on_chunk(total)
    except BaseException:  # stop the others at once, then let whatever it was go on
        job.stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()
    return total


def _check(spec: RunSpec, threads: int, chunk: int, draws: tuple[int, int] | None) -> tuple[int, int]:
    if threads < 1:
        raise UsageError(f"threads is {threads}; at least 1 is needed")
    if not 1 <= chunk <= MAX_COUNTED:
        raise UsageError(f"chunk is {chunk}; between 1 and {MAX_COUNTED} members are worked on at a time")
    first, stop = (0, spec.n_draws) if draws is None else draws
    if not 0 <= first < stop <= spec.n_draws:
        raise UsageError(f"draws {first} to {stop - 1} are not within the {spec.n_draws} draws of the run")
    return first, stop


class _Counter:
    """Counts what is done, one caller at a time."""

    def __init__(self, done: int, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._done, self._total, self._progress, self._lock = done, total, progress, Lock()
        if progress is not None:
            progress(done, total)

    def tick(self, number: int) -> None:
        """So many more member-policies are done."""
        with self._lock:
            self._done += number
            if self._progress is not None:
                self._progress(self._done, self._total)


def _batches(ranges: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    for first, stop in ranges:
        for at in range(first, stop, size):
            yield at, min(at + size, stop)


def empty_totals(process: Process, spec: RunSpec, frame: Frame) -> Totals:
    """Totals before any draw."""
    parts: dict[Key, Part] = {}
    r, sides = spec.replicates, ("total",) if process.conditional is Conditional.NONE else ("total", "conditional")
    sizes = [(block.n_rows, len(block.groups), len(spec.thresholds_of(block))) for block in frame.blocks]
    at_least = np.zeros(sum(n * thresholds for n, _, thresholds in sizes), dtype=np.int64)
    n_chances = sum(groups * thresholds for _, groups, thresholds in sizes)
    for policy, name in enumerate(spec.ids):
        parts[Key("tally", policy)] = replace(Tally.empty(frame.n_rows, r, spec.cap, 0), at_least=at_least)
        if n_chances:
            parts[Key("chance", policy)] = replace(Tally.empty(n_chances, r, MIN_CAP, 0), at_least=at_least[:0])
        for side in () if name == spec.baseline else sides:
            parts[Key(side, policy)] = Contrast.empty(frame.n_contrasted, r, spec.cap)
            if n_chances:
                parts[Key(f"chance-{side}", policy)] = Contrast.empty(n_chances, r, MIN_CAP)
    return Totals((), parts, np.zeros((len(spec.policies), len(reasons_of(process))), dtype=np.int64))

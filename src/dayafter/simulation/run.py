"""Runs a process over members and policies, chunk by chunk, on threads.

A chunk is some whole parameter draws. For each, every policy is run on the same members, so that contrasts are paired;
the paths are counted and let go. Memory follows the chunk and the number of different values, not the members. The
totals are the same bytes for any number of threads, any chunk size and any split of draws over machines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Event, Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.errors import DayafterError, UsageError
from dayafter.results.schema import SchemaError
from dayafter.simulation import tally_kernels as kernels
from dayafter.simulation.accumulate import DEFAULT_CAP, MIN_CAP, Grouping, Tally, TallyCounter, check_options
from dayafter.simulation.contrast import Contrast, ContrastCounter
from dayafter.simulation.histograms import MAX_CHUNK, Ints
from dayafter.simulation.process import Block, Conditional, Frame, Paths, Process, reasons_of
from dayafter.simulation.totals import Key, Part, Totals, gaps

DEFAULT_CHUNK: Final = 512
"""Members worked on at a time by one thread."""

Sink = Callable[[int, Ints, Ints, Mapping[str, Ints], NDArray[np.bool_]], None]
"""Called with (policy, members, draws, steps, counted) of each chunk; keeps what it wants of the paths."""


@dataclass(frozen=True)
class RunSpec:
    """What is run. Two equal specifications of one process give the same bytes."""

    policies: Mapping[str, Any]
    """Id to whatever the process takes for a policy, in the order of the tables."""
    baseline: str
    members: int
    replicates: int = 1
    """Histories of each parameter draw; member = draw · replicates + replicate."""
    cap: int = DEFAULT_CAP
    thresholds: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Outcome to thresholds in its unit; fixed before the run."""

    def __post_init__(self) -> None:
        check_options(self.members, self.replicates, self.cap)
        if not self.policies:
            raise UsageError("there is no policy to run; name at least one")
        if self.baseline not in self.policies:
            raise UsageError(
                f"the baseline policy '{self.baseline}' is not among those run ({', '.join(self.policies)}); add it"
            )

    @property
    def n_draws(self) -> int:
        """Parameter draws."""
        return self.members // self.replicates

    @property
    def ids(self) -> tuple[str, ...]:
        """Policies in the order of the run."""
        return tuple(self.policies)

    def thresholds_of(self, block: Block) -> tuple[int, ...]:
        """Thresholds of a block's rows, in steps, rounded up."""
        if not block.is_contrasted:
            return ()
        wanted = self.thresholds.get(block.outcome.name, ())
        return tuple(-(-one * block.outcome.steps_per_unit // block.units_per_step) for one in wanted)


def default_replicates(members: int) -> int:
    """Largest divisor of `members` up to 20 that leaves 200 draws or more; 1 where none does (model notes, 3)."""
    most = max(1, min(20, members // 200))
    return next(number for number in range(most, 0, -1) if members % number == 0)


class StoppedError(DayafterError):
    """Raised inside chunks that are told to stop; never leaves `run_members`."""


@dataclass(frozen=True)
class _Job:
    process: Process
    spec: RunSpec
    frame: Frame
    keys: tuple[Key, ...]
    """Of every part, in the order of the totals."""
    sink: Sink | None
    stop: Event
    tick: Callable[[int], None]


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
    threads : at work at a time. chunk : members a thread works on at a time, rounded up to whole draws.
    draws : first draw and one past the last, for a part of a run on one machine; all where None.
    start : totals of draws already done; they are not run again.
    progress : called with (member-policies done, member-policies in all), from any thread, one call at a time.
    on_chunk : called with the totals so far, in this thread, after each chunk.
    sink : called in the worker threads with every chunk's paths.

    Raises
    ------
    UsageError : threads, chunk or draws that cannot be; every member went wrong.
    SchemaError : the process gave what it did not announce.
    KeyboardInterrupt : passed on when the chunks at work have stopped; `on_chunk` has seen all that was finished.
    """
    first, stop = _check(spec, threads, chunk, draws)
    frame = Frame(process.cells, process.months)
    total = start if start is not None else empty_totals(process, spec, frame)
    todo = gaps(total.draws, first, stop)
    n_policies = len(spec.policies)
    done = sum(min(b, stop) - max(a, first) for a, b in total.draws if a < stop and b > first)
    counter = _Counter(done * spec.replicates * n_policies, (stop - first) * spec.replicates * n_policies, progress)
    job = _Job(process, spec, frame, tuple(total.parts), sink, Event(), counter.tick)
    ranges = _chunks(todo, max(1, -(-chunk // spec.replicates)))
    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="members")
    try:
        for part in _in_flight(pool, job, ranges, threads + 1):
            total = total.plus(part) if total.draws else part
            if on_chunk is not None:
                on_chunk(total)
    except BaseException:  # stop the others at once, then let whatever it was go on
        job.stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()
    return total


def _check(spec: RunSpec, threads: int, chunk: int, draws: tuple[int, int] | None) -> tuple[int, int]:
    if threads < 1:
        raise UsageError(f"threads is {threads}; at least 1 is needed")
    if not 1 <= chunk <= MAX_CHUNK:
        raise UsageError(f"chunk is {chunk}; between 1 and {MAX_CHUNK} members are worked on at a time")
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


def _chunks(ranges: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    for first, stop in ranges:
        for at in range(first, stop, size):
            yield at, min(at + size, stop)


def _in_flight(pool: ThreadPoolExecutor, job: _Job, ranges: Iterator[tuple[int, int]], most: int) -> Iterator[Totals]:
    """Finished chunks, with no more than `most` begun and not handed out, so that memory stays bounded."""
    waiting: dict[Future[Totals], None] = {}
    for one in ranges:
        waiting[pool.submit(_run_chunk, job, *one)] = None
        if len(waiting) >= most:
            yield from _take(waiting)
    while waiting:
        yield from _take(waiting)


def _take(waiting: dict[Future[Totals], None]) -> Iterator[Totals]:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in [one for one in waiting if one in finished]:
        del waiting[future]
        yield future.result()


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


def _run_chunk(job: _Job, first: int, stop: int) -> Totals:
    """All policies over the draws [first, stop)."""
    spec, process = job.spec, job.process
    members = np.arange(first * spec.replicates, stop * spec.replicates, dtype=np.int64)
    draws = members // spec.replicates
    wrong = np.zeros((len(spec.policies), len(reasons_of(process))), dtype=np.int64)
    parts: dict[Key, Part] = {}
    base = spec.ids.index(spec.baseline)
    base_run = _paths(job, base, members, draws)
    dated_base: list[_Run] = []
    for policy in (base, *(number for number in range(len(spec.ids)) if number != base)):
        paths, steps = run = base_run if policy == base else _paths(job, policy, members, draws)
        told = np.where(paths.wrong > 0, paths.wrong - 1, len(process.reasons) - 1 - paths.wrong)
        wrong[policy] = np.bincount(told[paths.wrong != 0], minlength=wrong.shape[1])
        parts |= {Key(kind, policy): one for kind, one in _tally(job, run).items()}
        if job.sink is not None:
            job.sink(policy, members, draws, steps, paths.wrong <= 0)
        if policy != base:
            parts |= _contrast(job, policy, (members, draws), base_run, run, dated_base)
        job.tick(members.size)
    return Totals(((first, stop),), {key: parts[key] for key in job.keys}, wrong)


_Run = tuple[Paths, dict[str, Ints]]


def _paths(job: _Job, policy: int, members: Ints, draws: Ints, **how: Any) -> _Run:
    if job.stop.is_set():
        raise StoppedError("the run was stopped")
    paths = job.process.paths(job.spec.policies[job.spec.ids[policy]], members, draws, **how)
    return paths, job.frame.steps(paths, members.size)


def _who(spec: RunSpec, fine: NDArray[np.bool_]) -> tuple[Ints | None, Grouping]:
    """Columns to count, all where None, and how they fall into draws. Whole draws left out are left out at once."""
    grouping = Grouping(spec.replicates, fine)
    if fine.all() or grouping.n_draws * spec.replicates != fine.sum():
        return None, grouping
    columns = np.flatnonzero(fine)
    return columns, Grouping(spec.replicates, np.ones(columns.size, dtype=np.bool_))


def _tally(job: _Job, run: _Run) -> dict[str, Part]:
    """Count one policy, block by block, so that a block's rows stay in the processor's cache."""
    spec, frame = job.spec, job.frame
    columns, grouping = _who(spec, run[0].wrong <= 0)
    rooms = [(number, block, spec.thresholds_of(block)) for number, block in enumerate(frame.blocks)]
    n_chances = sum(len(block.groups) * len(thresholds) for _, block, thresholds in rooms)
    whole, chances = TallyCounter(frame.n_rows, grouping, spec.cap), TallyCounter(n_chances, grouping, MIN_CAP)
    for _, block, thresholds in rooms:
        rows = Frame.rows(block, run[1], columns)
        whole.add(rows, thresholds)
        if thresholds:
            chances.add(Frame.reached(block, rows, thresholds))
    parts: dict[str, Part] = {"tally": whole.tally()}
    return parts | ({"chance": chances.tally()} if n_chances else {})


def _contrast(  # noqa: PLR0917  # two runs of a chunk and what the chunk keeps
    job: _Job, policy: int, who: tuple[Ints, Ints], base: _Run, other: _Run, dated_base: list[_Run]
) -> dict[Key, Part]:
    """Contrasts of one policy with the baseline: total, and at the same signing months."""
    total = _side(job, base, other)
    parts: dict[Key, Part] = {Key(f"{stem}total", policy): one for stem, one in total.items()}
    if job.process.conditional is Conditional.NONE:
        return parts
    again = _same_signing(job, policy, who, base, other, dated_base)
    conditional = total if again is None else _side(job, *again)
    parts |= {Key(f"{stem}conditional", policy): one for stem, one in conditional.items()}
    return parts


def _same_signing(  # noqa: PLR0917  # as `_contrast`
    job: _Job, policy: int, who: tuple[Ints, Ints], base: _Run, other: _Run, dated_base: list[_Run]
) -> tuple[_Run, _Run] | None:
    """Baseline and policy on the same signing months; None where they are so already.

    Where one of them signs on dates, both are run so: the rule by which other deals are made differs in a dated run,
    and would else count as what the policy does. `dated_base` keeps the baseline for the chunk's other policies.
    """
    baseline = job.spec.ids.index(job.spec.baseline)
    if job.process.conditional is Conditional.DATED:
        if not any(job.process.has_dates(job.spec.policies[job.spec.ids[one]]) for one in (baseline, policy)):
            return None
        if not dated_base:
            dated_base.append(_paths(job, baseline, *who, dated=True))
        return dated_base[0], _paths(job, policy, *who, dated=True)
    mine, theirs = other[0].signing, base[0].signing
    if mine is None or theirs is None:
        raise SchemaError("the process forces signing months and gave none")
    return None if mine.same_as(theirs).all() else (_paths(job, baseline, *who, signing=mine), other)


def _side(job: _Job, base: _Run, other: _Run) -> dict[str, Contrast]:
    """Policy less baseline in the members that went well in both: of the rows, and (`chance-`) of what they reach."""
    spec, frame = job.spec, job.frame
    columns, grouping = _who(spec, (base[0].wrong <= 0) & (other[0].wrong <= 0))
    blocks = [(frame.blocks[number], spec.thresholds_of(frame.blocks[number])) for number in frame.contrasted]
    n_chances = sum(len(block.groups) * len(thresholds) for block, thresholds in blocks)
    whole = ContrastCounter(frame.n_contrasted, grouping, spec.cap)
    chances = ContrastCounter(n_chances, grouping, MIN_CAP)
    for block, thresholds in blocks:
        rows, base_rows = (Frame.rows(block, run[1], columns) for run in (other, base))
        if thresholds:
            mine, theirs = (Frame.reached(block, one, thresholds) for one in (rows, base_rows))
            chances.add(mine - theirs)
        kernels.subtract(rows, base_rows, rows)
        whole.add(rows)
    return {"": whole.contrast()} | ({"chance-": chances.contrast()} if n_chances else {})

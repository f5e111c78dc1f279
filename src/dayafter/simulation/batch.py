"""A batch of parameter draws under every policy: simulated chunk by chunk, counted together.

Chunks of members are simulated side by side by the threads, each into its columns of the batch's room; then the batch
is counted, a tally or a contrast on each thread. While one policy is counted the next is simulated. Rooms are used
again from policy to policy: fresh memory costs more than what is done in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from dayafter.errors import DayafterError
from dayafter.results.schema import SchemaError
from dayafter.simulation.accumulate import MIN_CAP, Grouping, TallyCounter
from dayafter.simulation.contrast import Contrast, ContrastCounter
from dayafter.simulation.counting_kernels import MAX_COUNTED
from dayafter.simulation.histograms import Ints, Room, Rooms, Take
from dayafter.simulation.process import Conditional, Frame, Patch, Process, Signing, reasons_of
from dayafter.simulation.source import Source
from dayafter.simulation.spec import RunSpec, Sink
from dayafter.simulation.totals import Key, Part, Totals

AHEAD: Final = 1
"""Policies whose simulation is begun before the one before is counted."""
ROOMS: Final = 4
"""Rooms that a batch fills at once, at most: the baseline, a policy being simulated and two being counted."""


T = TypeVar("T")
Finish = Callable[[int, Mapping[Key, Part]], T]
"""Makes something of the parts of one policy, by its position."""


class StoppedError(DayafterError):
    """Raised inside chunks that are told to stop; never leaves `run_members`."""


@dataclass(frozen=True)
class Job:
    """What the batches of a run share."""

    process: Process
    spec: RunSpec
    frame: Frame
    keys: tuple[Key, ...]
    """Of every part, in the order of the totals."""
    sink: Sink | None
    tick: Callable[[int], None]
    """Called with members of a policy that are simulated."""
    pool: ThreadPoolExecutor
    of_chunk: int
    """Draws that a thread simulates at a time, at most."""
    stop: Event = field(default_factory=Event)

    @property
    def baseline(self) -> int:
        """Position of the baseline policy."""
        return self.spec.ids.index(self.spec.baseline)


def division(spec: RunSpec, threads: int, chunk: int) -> tuple[int, int]:
    """Draws that are counted together, a chunk for each thread as far as they can be, and draws of a chunk, at most."""
    of_chunk = max(1, -(-chunk // spec.replicates))
    of_batch = max(1, min(of_chunk * threads, MAX_COUNTED // spec.replicates))
    return of_batch, min(of_chunk, -(-of_batch // threads))


def run_batch(job: Job, first: int, stop: int) -> Totals:
    """All policies over the draws [first, stop)."""
    parts: dict[Key, Part] = {}
    wrong = _Batch(job, first, stop, lambda _, some: parts.update(some)).run()
    return Totals(((first, stop),), {key: parts[key] for key in job.keys}, wrong)


def finish_batch(job: Job, first: int, stop: int, finish: Finish[T]) -> tuple[list[T], Ints]:
    """What `finish` makes of each policy over the draws [first, stop), as soon as it is counted; who went wrong.

    Nothing of a policy's parts may be read when `finish` is done with them: the next is counted where they lie.
    """
    made: dict[int, T] = {}
    rooms = Rooms()
    wrong = _Batch(job, first, stop, lambda policy, parts: made.update({policy: finish(policy, parts)}), rooms).run()
    return [made[policy] for policy in range(len(job.spec.ids))], wrong


@dataclass(eq=False)
class _Run:
    """One policy's paths: one column of `steps` for each member of the batch."""

    frame: Frame
    spec: RunSpec
    steps: dict[str, Ints]
    chunks: list[Future[tuple[Ints, Signing | None]]]

    @cached_property
    def wrong(self) -> Ints:
        """(m,) as in `Paths`. Waits for the chunks."""
        return np.concatenate([chunk.result()[0] for chunk in self.chunks])

    @property
    def signings(self) -> list[Signing | None]:
        """When deals were signed, chunk by chunk."""
        return [chunk.result()[1] for chunk in self.chunks]

    @cached_property
    def reached(self) -> Ints:
        """See `_reached`."""
        return _reached(self.frame, self.spec, self.steps)


@dataclass(eq=False)
class _Counting:
    """One policy that is being counted, and what is free again when it is."""

    policy: int
    asked: list[Future[dict[str, Part]]]
    runs: list[_Run]
    rooms: list[Room]


@dataclass(eq=False)
class _Patched:
    """A run in which some members are simulated again."""

    run: _Run
    patch: Patch
    wrong: Ints

    @cached_property
    def reached(self) -> Ints:
        """As of a run."""
        whole = self.run.reached.copy()
        whole[:, self.patch.at] = _reached(self.run.frame, self.run.spec, self.patch.steps)
        return whole


def _reached(frame: Frame, spec: RunSpec, steps: Mapping[str, Ints]) -> Ints:
    """(cell or sum × threshold, M) of every block with thresholds: 1 where it ends there or above, else 0."""
    rows = []
    for block in frame.blocks:
        if thresholds := spec.thresholds_of(block):
            last = block.ends(steps)
            rows.append(np.stack([last >= one for one in thresholds], axis=1).reshape(-1, last.shape[1]))
    return np.concatenate(rows).astype(np.int64) if rows else np.zeros((0, 0), dtype=np.int64)


class _Batch:
    """The draws [first, stop), policy by policy.

    Parameters
    ----------
    take_parts : is given each policy's parts, in this thread. rooms : for the histograms, where nobody reads these any
        more when `take_parts` is done; fresh ones for each policy where None.
    """

    def __init__(self, job: Job, first: int, stop: int, take_parts: Finish[None], rooms: Rooms | None = None) -> None:
        self._job, self._take_parts, self._rooms = job, take_parts, rooms
        r = job.spec.replicates
        self._members = np.arange(first * r, stop * r, dtype=np.int64)
        self._draws = self._members // r
        n = stop - first
        size = -(-n // -(-n // job.of_chunk))  # chunks of one size, nearly
        self._spans = [slice(a * r, min(a + size, n) * r) for a in range(0, n, size)]
        self._spare: list[dict[str, Ints]] = []
        self._base: _Run | None = None
        self._dated_base: _Run | None = None
        self._counting: deque[_Counting] = deque()
        self._counted: deque[tuple[_Counting, dict[Key, Part]]] = deque()

    def run(self) -> Ints:
        """Simulate and count. Returns (policy, reason), members that went wrong."""
        spec, base = self._job.spec, self._job.baseline
        wrong = np.zeros((len(spec.policies), len(reasons_of(self._job.process))), dtype=np.int64)
        begun: deque[tuple[int, _Run]] = deque()
        for policy in (base, *(number for number in range(len(spec.ids)) if number != base)):
            begun.append((policy, self._begin(policy)))
            self._hand_on()  # while the threads have work
            if len(begun) > AHEAD:
                self._finish(*begun.popleft(), wrong)
        while begun:
            self._hand_on()
            self._finish(*begun.popleft(), wrong)
        self._job.process.forget()
        self._hand_on()
        while self._counting:
            self._collect()
            self._hand_on()
        return wrong

    def _begin(self, policy: int, **how: Any) -> _Run:
        """Have a policy simulated. `how` as `Process.paths` takes it."""
        steps = self._spare.pop() if self._spare else self._job.frame.room(self._members.size)
        chunks = [self._job.pool.submit(self._simulate, policy, span, steps, how) for span in self._spans]
        return _Run(self._job.frame, self._job.spec, steps, chunks)

    def _simulate(
        self, policy: int, span: slice, room: dict[str, Ints], how: dict[str, Any]
    ) -> tuple[Ints, Signing | None]:
        job, members, draws = self._job, self._members[span], self._draws[span]
        if job.stop.is_set():
            raise StoppedError("the run was stopped")
        paths = job.process.paths(job.spec.policies[job.spec.ids[policy]], members, draws, **how)
        steps = job.frame.steps(paths, members.size, room, span.start)
        if paths.give_back is not None:
            paths.give_back()
        if not how:
            if job.sink is not None:
                job.sink(policy, members, draws, steps, paths.wrong <= 0)
            job.tick(members.size)
        return paths.wrong, paths.signing

    def _finish(self, policy: int, run: _Run, wrong: Ints) -> None:
        """Wait for a policy's paths and have them counted."""
        n_reasons = len(self._job.process.reasons)
        told = np.where(run.wrong > 0, run.wrong - 1, n_reasons - 1 - run.wrong)
        wrong[policy] = np.bincount(told[run.wrong != 0], minlength=wrong.shape[1])
        one = _Counting(policy, [], [run], [])
        self._counting.append(one)
        self._submit(one, _tally, run)
        if policy == self._job.baseline:
            self._base, one.runs = run, []
        else:
            assert self._base is not None  # simulated first
            self._compare(one, self._base, run)
        while len(self._counting) > 1:
            self._collect()

    def _compare(self, one: _Counting, base: _Run, run: _Run) -> None:
        """Have a policy compared with the baseline: the whole difference, and at the same signing months."""
        conditional = self._job.process.conditional
        forced = self._forced(base, run) if conditional is Conditional.FORCED else None
        self._submit(one, _sides, base, run, forced)
        if conditional is Conditional.DATED and (pair := self._dated(one.policy)) is not None:
            one.runs.append(pair[1])
            self._submit(one, lambda *some: _renamed(_sides(*some)), *pair, None)

    def _submit(self, one: _Counting, count: Callable[..., dict[str, Part]], *runs: Any) -> None:
        """Have something of a policy counted."""

        def take(n: int, sizes: tuple[int, ...], caps: tuple[int, ...]) -> Room:
            room = Room(n, sizes, caps) if self._rooms is None else self._rooms.take(n, sizes, caps)
            one.rooms.append(room)
            return room

        def unless_stopped() -> dict[str, Part]:
            if self._job.stop.is_set():
                raise StoppedError("the run was stopped")
            return count(*runs, take)

        one.asked.append(self._job.pool.submit(unless_stopped))

    def _collect(self) -> None:
        """Wait for the oldest counts and let the paths they were made of be written over."""
        one = self._counting.popleft()
        counted = {kind: part for asked in one.asked for kind, part in asked.result().items()}
        if self._job.process.conditional is not Conditional.NONE:  # what is not told apart is the same
            counted = _renamed(counted) | counted
        parts = {Key(kind, one.policy): part for kind, part in counted.items()}
        self._spare += [run.steps for run in one.runs]
        self._counted.append((one, parts))

    def _hand_on(self) -> None:
        """Hand on what is counted."""
        while self._counted:
            one, parts = self._counted.popleft()
            self._take_parts(one.policy, parts)
            if self._rooms is not None:
                self._rooms.give_back(one.rooms)

    def _dated(self, policy: int) -> tuple[_Run, _Run] | None:
        """Baseline and policy signing on dates, in the same months; None where neither has any.

        Both are run so: the rule by which other deals are made differs in a dated run, and would else count as what the
        policy does. The dated baseline is kept for the batch's other policies.
        """
        spec, process = self._job.spec, self._job.process
        policies = (spec.policies[spec.ids[one]] for one in (self._job.baseline, policy))
        if not any(process.has_dates(one) for one in policies):
            return None
        if self._dated_base is None:
            self._dated_base = self._begin(self._job.baseline, dated=True)
        pair = self._dated_base, self._begin(policy, dated=True)
        for run in pair:
            _ = run.wrong  # wait: what counts them must not hold a thread that they need
        return pair

    def _forced(self, base: _Run, other: _Run) -> _Patched | None:
        """The baseline with every deal signed when the policy signed it; None where it was so already.

        Only the members in which a month differs are simulated again: in the others it is the baseline as it stands.
        """
        again: list[tuple[Ints, Signing]] = []
        for span, mine, theirs in zip(self._spans, other.signings, base.signings, strict=True):
            if mine is None or theirs is None:
                raise SchemaError("the process forces signing months and gave none")
            differ = np.flatnonzero(~mine.same_as(theirs))
            if differ.size:
                again.append((span.start + differ, Signing(np.ascontiguousarray(mine.made[:, :, differ]))))
        if not again:
            return None
        at = np.concatenate([columns for columns, _ in again])
        room = self._job.frame.room(at.size)
        starts = np.cumsum([0, *(columns.size for columns, _ in again)]).tolist()
        asked = [
            self._job.pool.submit(self._force, columns, signing, room, start)
            for start, (columns, signing) in zip(starts, again, strict=False)
        ]
        wrong = base.wrong.copy()
        wrong[at] = np.concatenate([one.result() for one in asked])
        return _Patched(base, Patch(at, room), wrong)

    def _force(self, columns: Ints, signing: Signing, room: dict[str, Ints], start: int) -> Ints:
        job = self._job
        if job.stop.is_set():
            raise StoppedError("the run was stopped")
        members, draws = self._members[columns], self._draws[columns]
        paths = job.process.paths(job.spec.policies[job.spec.baseline], members, draws, signing=signing)
        job.frame.steps(paths, columns.size, room, start)
        return paths.wrong


def _tally(run: _Run, take: Take) -> dict[str, Part]:
    """Count one policy: of the rows, and (`chance`) of what they reach."""
    spec, frame = run.spec, run.frame
    grouping = Grouping(spec.replicates, run.wrong <= 0)
    whole = TallyCounter(frame.n_rows, grouping, spec.cap, take)
    for block in frame.blocks:
        whole.add(block.source(run.steps), spec.thresholds_of(block))
    if not run.reached.size:
        return {"tally": whole.tally()}
    chances = TallyCounter(len(run.reached), grouping, MIN_CAP, take)
    chances.add(Source.of_rows(run.reached))
    return {"tally": whole.tally(), "chance": chances.tally()}


def _sides(base: _Run, other: _Run, forced: _Patched | None, take: Take) -> dict[str, Part]:
    """Policy less baseline in the members that went well in both (`total`), and less the forced one (`conditional`)."""
    went_well = (base.wrong <= 0) & (other.wrong <= 0)
    total, conditional = _contrasts(base, other, forced, went_well, take)
    sides = [("total", total, base.reached, went_well)]
    if forced is not None:
        well_forced = (forced.wrong <= 0) & (other.wrong <= 0)
        if not np.array_equal(went_well, well_forced):
            _, conditional = _contrasts(base, other, forced, well_forced, take)
        sides.append(("conditional", conditional, forced.reached, well_forced))
    parts: dict[str, Part] = {name: contrast for name, contrast, _, _ in sides}
    for name, _, reached, counted in sides if other.reached.size else ():
        chances = ContrastCounter(len(reached), Grouping(other.spec.replicates, counted), MIN_CAP, take)
        chances.add(Source.of_rows(other.reached - reached))
        parts[f"chance-{name}"] = chances.contrast()
    return parts


def _contrasts(
    base: _Run, other: _Run, forced: _Patched | None, counted: NDArray[np.bool_], take: Take
) -> tuple[Contrast, Contrast]:
    """Policy less baseline and less the forced one, in one pass; the same where there is none.

    Few members of the forced one differ, and in few rows: the rest is copied.
    """
    spec, frame, grouping = other.spec, other.frame, Grouping(other.spec.replicates, counted)
    total = ContrastCounter(frame.n_contrasted, grouping, spec.cap, take)
    beside = total if forced is None else ContrastCounter(frame.n_contrasted, grouping, spec.cap, take)
    for number in frame.contrasted:
        if forced is None:
            total.add(frame.blocks[number].source(other.steps, base.steps))
        else:
            total.add(frame.blocks[number].source(other.steps, base.steps, forced.patch), beside)
    return total.contrast(), beside.contrast()


def _renamed(counted: Mapping[str, Part]) -> dict[str, Part]:
    """The sides that are there, under the names of the conditional ones."""
    return {name.replace("total", "conditional"): part for name, part in counted.items() if name.endswith("total")}


__all__ = ["ROOMS", "Finish", "Job", "StoppedError", "division", "finish_batch", "run_batch"]

"""What a run will cost, before it is begun: measured on a few members, refused where it cannot fit."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dayafter.errors import UsageError
from dayafter.simulation.batch import ROOMS, division
from dayafter.simulation.process import Conditional, Frame, Process
from dayafter.simulation.run import DEFAULT_CHUNK, run_members
from dayafter.simulation.spec import RunSpec
from dayafter.simulation.totals import Totals

PROBE: Final = 128
"""Members that the larger measurement runs, at least."""
_STEP: Final = 4
"""Bytes of an outcome of a member in a month, as it is counted; money takes twice as many."""
_PATH: Final = 16
"""Bytes of the same as the process holds it, with the states that explain it, for the chunk of each thread."""
_ENTRY: Final = 12
"""Bytes of one (value, count) pair."""
_ROW: Final = 600
"""Bytes of sums and tables of one row of one policy."""
_AT_WORK: Final = 3
"""Policies whose histograms are in memory at a time, where all members are counted at once."""
_SETTLED: Final = 6
"""Times that a row with few values in the probe grows, at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Size and expected cost of a run."""

    members: int
    draws: int
    replicates: int
    policies: int
    places: int
    months: int
    n_rows: int
    """Rows of the summary of one policy."""
    chunk_bytes: int
    """Of the paths at work on all threads."""
    parts_bytes: int
    """Of the totals of chunks that were counted together and are not added up yet; 0 where all are counted at once."""
    totals_bytes: int
    """Of totals and tables at the end; of totals held twice over while two are merged."""
    draws_bytes: int
    """Of the full draws, where they are asked for."""
    seconds: float
    """Expected, on as many threads as asked for."""
    notes: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """Memory that the run needs."""
        return self.chunk_bytes + self.parts_bytes + self.merged_bytes + self.draws_bytes

    @property
    def merged_bytes(self) -> int:
        """Of the totals while they grow."""
        return self.totals_bytes * (2 if self.parts_bytes else 1)

    def __str__(self) -> str:
        size = f"{self.members:,} members ({self.draws:,} draws × {self.replicates}) × {self.places} places × "
        size += f"{self.months} months × {self.policies} policies"
        cost = f"about {self.seconds:.0f} s and {self.total_bytes / 1e6:,.0f} MB"
        return "\n".join([f"{size}: {cost}", *self.notes])


def make_plan(
    process: Process,
    spec: RunSpec,
    *,
    threads: int = 1,
    chunk: int = DEFAULT_CHUNK,
    draws: bool = False,
) -> Plan:
    """Measure a run on a few members of two policies and scale up: cost is linear in members and policies.

    What a chunk costs however small and what each member adds are told apart by two measurements. The time is an upper
    estimate: the baseline is charged with every other policy.

    Parameters
    ----------
    draws : full draws are kept as well.
    """
    frame = Frame(process.cells, process.months)
    few, probe = _pair(process, spec), min(spec.n_draws, -(-PROBE // spec.replicates))
    n_batch, n_chunk = (min(draws * spec.replicates, spec.members) for draws in division(spec, threads, chunk))
    run_members(process, few, threads=1, chunk=chunk, draws=(0, 1))  # what is compiled is compiled now
    (one, _), (most, totals) = (_timed(process, few, chunk, draws) for draws in (1, probe))
    each = (
        (most - one) / ((probe - 1) * spec.replicates) if most > one and probe > 1 else most / (probe * spec.replicates)
    )
    fixed = max(one - each * spec.replicates, 0.0)  # of a chunk, however small
    scale = max(len(spec.policies) - 1, 1)  # each policy but the baseline costs what the second of the pair does
    seconds = scale * (fixed * -(-spec.members // (n_chunk * threads)) + each * spec.members / threads)
    cells = sum(len(some) for some in process.cells.values())
    rows = sum(block.n_rows for block in frame.blocks)
    base = few.ids.index(spec.baseline)
    at_once = n_batch == spec.members  # then a policy's histograms are let go when its tables are made
    of_part, kept = (
        sum(
            _entries(
                part.arrays(), min(spec.cap, members), members / (probe * spec.replicates), probe * spec.replicates
            )
            * (1 if key.policy == base else min(scale, _AT_WORK - 1) if at_once else scale)
            for key, part in totals.parts.items()
        )
        + _ROW * rows * len(spec.policies)
        for members in (n_batch, spec.members)
    )
    horizon = sum(len(block.groups) for number, block in enumerate(frame.blocks) if number in frame.contrasted)
    notes = []
    if spec.n_draws < 200:
        notes.append(
            f"{spec.n_draws} parameter draws are few: intervals over parameters want 200 or more; take more members"
        )
    if spec.replicates < 20:
        notes.append(
            f"histories a draw: {spec.replicates}; below 20 the split between parameters and histories is rough"
        )
    if process.conditional is Conditional.NONE:
        notes.append("the process cannot put policies on the same signing months: no conditional contrasts")
    return Plan(
        members=spec.members,
        draws=spec.n_draws,
        replicates=spec.replicates,
        policies=len(spec.policies),
        places=len(dict.fromkeys(label for some in process.cells.values() for label in some.labels.get("place", ()))),
        months=process.months,
        n_rows=rows,
        chunk_bytes=cells * process.months * (ROOMS * _STEP * n_batch + threads * _PATH * n_chunk),
        parts_bytes=0 if at_once else of_part,
        totals_bytes=kept,
        draws_bytes=horizon * spec.members * len(spec.policies) * 120 if draws else 0,
        seconds=seconds,
        notes=tuple(notes),
    )


def _timed(process: Process, spec: RunSpec, chunk: int, draws: int) -> tuple[float, Totals]:
    """Seconds that so many draws take on one thread, and what they give."""
    start = time.perf_counter()
    totals = run_members(process, spec, threads=1, chunk=chunk, draws=(0, draws))
    return time.perf_counter() - start, totals


def _pair(process: Process, spec: RunSpec) -> RunSpec:
    """The baseline and one other policy: the first that signs a deal on a date, for it is run twice."""
    others = [name for name in spec.ids if name != spec.baseline]
    dear = next((name for name in others if process.has_dates(spec.policies[name])), others[0] if others else None)
    wanted = (spec.baseline,) if dear is None else (spec.baseline, dear)
    return replace(spec, policies={name: spec.policies[name] for name in wanted})


def _entries(
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]], most: int, growth: float, probed: int
) -> int:
    """Bytes of the histograms of a part: rows that stayed below a quarter of the probe have settled, or nearly."""
    total = 0
    for name, sizes in arrays.items():
        if name.endswith("_sizes"):
            grown = np.minimum(np.where(sizes * 4 < probed, sizes * min(growth, _SETTLED), sizes * growth), most)
            total += int(grown.sum()) * _ENTRY
    return total


def memory_limit() -> int:
    """Nine tenths of the memory that the machine has free, in bytes; 4 GB where it does not say."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 4 * 10**9
    return int(free * 0.9)


def refuse_too_large(plan: Plan, limit: int) -> None:
    """Raise `UsageError` where a run cannot fit in `limit` bytes, naming the setting that would make it fit."""
    if plan.total_bytes <= limit:
        return
    needed = f"the run needs about {plan.total_bytes / 1e6:,.0f} MB and {limit / 1e6:,.0f} MB are free"
    biggest = max(
        (plan.draws_bytes, "leave out the full draws (--draws)"),
        (
            plan.merged_bytes,
            "run fewer policies or months at a time, or lower cap (--cap: values kept of each cell)",
        ),
        (
            plan.chunk_bytes + plan.parts_bytes,
            "lower chunk (--chunk: members worked on at a time) or the number of threads",
        ),
    )
    raise UsageError(f"{needed}; {biggest[1]}")

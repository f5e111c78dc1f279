"""A run from beginning to end: chunks run and kept, tables built, the folder written whole, a run resumed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from dayafter.errors import UsageError
from dayafter.results.lab import NETCDF, require_lab, write_netcdf
from dayafter.results.result import SimulationResult
from dayafter.results.store import (
    WorkFolder,
    check_target,
    make_manifest,
    run_hash,
    whole_folder,
    write_results,
)
from dayafter.simulation.cluster import Cluster, Large
from dayafter.simulation.histograms import Ints
from dayafter.simulation.process import Process, reasons_of
from dayafter.simulation.run import DEFAULT_CHUNK, finish_members
from dayafter.simulation.spec import RunSpec
from dayafter.simulation.tables import Tabulator, keep_paths
from dayafter.simulation.totals import Totals

KEEP_EVERY: Final = 15.0
"""Seconds between two times that finished chunks are put on disk, so that a short run never pays for it."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a run writes and what beyond the tables."""

    folder: Path | None = None
    resume: bool = False
    events: bool = False
    """Also `events.parquet`: each member's violence, month by month."""
    draws: bool = False
    """Also `draws.parquet`: each member's outcomes at the end."""
    netcdf: bool = False
    """Also `summary.nc`, for xarray."""

    def __post_init__(self) -> None:
        asked = [name for name in ("resume", "events", "draws", "netcdf") if getattr(self, name)]
        if self.folder is None and asked:
            raise UsageError(f"{asked[0]} needs a folder to write to; say out")
        if self.folder is not None:
            check_target(self.folder)
        if self.netcdf:
            require_lab()

    @property
    def large(self) -> tuple[str, ...]:
        """Tables of single members."""
        return tuple(name for name, wanted in (("events", self.events), ("draws", self.draws)) if wanted)


def describe(process: Process, spec: RunSpec, about: Mapping[str, Any], output: Output) -> dict[str, Any]:
    """What a run is made of, for its manifest: no path, no clock, nothing of how the work is divided."""
    return {
        **about,
        "baseline": spec.baseline,
        "members": spec.members,
        "draws": spec.n_draws,
        "replicates": spec.replicates,
        "months": process.months,
        "cap": spec.cap,
        "thresholds": {name: list(values) for name, values in sorted(spec.thresholds.items())},
        "conditional": process.conditional.value,
        "single_members": list(output.large),
    }


def execute(
    process: Process,
    spec: RunSpec,
    about: Mapping[str, Any],
    *,
    currency: str,
    output: Output,
    threads: int = 1,
    chunk: int = DEFAULT_CHUNK,
    progress: Callable[[int, int], None] | None = None,
    keep_every: float = KEEP_EVERY,
    release: Callable[[SimulationResult], SimulationResult] | None = None,
    cluster: Cluster | None = None,
) -> SimulationResult:
    """Run, tabulate and, where a folder is given, write.

    Parameters
    ----------
    about : what the run is made of beyond `spec`: the case and its hashes, the seed, policies as data, versions.
    currency : unit of money. keep_every : seconds between checkpoints.
    release : what of the result may be written; all where None. The result that is returned is whole.
    cluster : workers that run the chunks in place of threads; the bytes are the same.

    Raises
    ------
    UsageError : options that cannot be; a folder in the way; nothing, or something else, to resume; all members wrong.
    KeyboardInterrupt : passed on. No result is left; what was finished is kept for `resume`.
    """
    run, tabulator = describe(process, spec, about, output), Tabulator(process, spec, currency)
    options: dict[str, Any] = {"chunk": chunk, "progress": progress}

    def tabulated(**more: Any) -> tuple[dict[str, pl.DataFrame], Ints]:
        if cluster is not None:
            made, wrong = tabulator.each(cluster.run_members(process, spec, **options, **more))
        else:
            made, wrong = finish_members(process, spec, tabulator.of_policy, threads=threads, **options, **more)
        return tabulator.whole(made, wrong), wrong

    if output.folder is None:
        return _result(process, spec, run, *tabulated())
    work = WorkFolder(output.folder, run_hash(run))
    kept = work.open(resume=output.resume)
    start = None if kept is None else Totals.from_arrays(kept)
    done = () if start is None else start.draws
    work.drop_parts(tuple((a * spec.replicates, b * spec.replicates) for a, b in done))
    keeper = _Keeper(work, keep_every)
    large: dict[str, Any] = {}
    if output.large and cluster is not None:
        large["large"] = Large(currency, output.large, work.keep_part)
    elif output.large:
        large["sink"] = keep_paths(process, spec, currency, output.large, work.keep_part)
    try:
        tables, wrong = tabulated(start=start, on_chunk=keeper, **large)
    except BaseException:
        keeper.flush()
        raise
    tables |= {table: work.gather(table, len(spec.policies)) for table in output.large}
    result = _result(process, spec, run, tables, wrong)
    released = result if release is None else release(result)
    with whole_folder(output.folder) as folder:
        write_results(released, folder)
        if output.netcdf:
            write_netcdf(released, folder / NETCDF)
    work.close()
    return result


class _Keeper:
    """Puts the totals on disk now and then, and when a run is cut off."""

    def __init__(self, work: WorkFolder, every: float) -> None:
        self._work, self._every, self._last = work, every, time.monotonic()
        self._unsaved: Totals | None = None

    def __call__(self, totals: Totals) -> None:
        self._unsaved = totals
        if time.monotonic() - self._last >= self._every:
            self.flush()

    def flush(self) -> None:
        """Keep what is not kept yet."""
        if self._unsaved is not None:
            self._work.keep(self._unsaved.arrays())
            self._unsaved, self._last = None, time.monotonic()


def _result(
    process: Process, spec: RunSpec, run: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], wrong: Ints
) -> SimulationResult:
    """Tables and manifest."""
    n_left_out = len(process.reasons)
    worst = int(wrong[:, :n_left_out].sum(axis=1).max(initial=0))
    if worst >= spec.members:
        raise UsageError(
            "every member of a policy went wrong "
            f"({'; '.join(process.reasons)}); narrow the priors or the intervals of the case"
        )
    reasons = reasons_of(process)
    outcome = {"members_gone_wrong": _told(spec, reasons[:n_left_out], wrong[:, :n_left_out])}
    if kept := _told(spec, reasons[n_left_out:], wrong[:, n_left_out:]):
        outcome["members_kept_and_told_of"] = kept
    return SimulationResult(make_manifest(run, outcome), tables)


def _told(spec: RunSpec, reasons: tuple[str, ...], counts: Ints) -> dict[str, dict[str, int]]:
    """Members by policy and reason, where there are any."""
    told = {
        policy: {reason: int(n) for reason, n in zip(reasons, row, strict=True) if n}
        for policy, row in zip(spec.ids, counts.tolist(), strict=True)
    }
    return {policy: some for policy, some in told.items() if some}

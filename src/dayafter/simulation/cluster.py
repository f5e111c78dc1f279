"""The same run on many machines: parts of the draws go to the workers of a Dask cluster, totals come back.

Needs the extra `cluster`. A worker runs `run_members` on some draws, as a thread of one machine would; totals are whole
numbers added in any order, so the bytes are those of a run on one machine, whichever worker did what, and also where a
worker dies and its part is done again. What travels is the compiled case and the policies, with no sources, notes or
row references; send it to machines that you would trust with the case.
"""

from __future__ import annotations

import pickle
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from dayafter import __version__
from dayafter.errors import UsageError
from dayafter.simulation.process import Frame, Process
from dayafter.simulation.run import DEFAULT_CHUNK, empty_totals, run_members
from dayafter.simulation.spec import RunSpec, Sink
from dayafter.simulation.tables import keep_paths
from dayafter.simulation.totals import Totals, gaps

WAIT_FOR_WORKERS: Final = 60
"""Seconds to wait for the first worker."""
ANSWER_WITHIN: Final = 10
"""Seconds within which a scheduler has to answer."""
AHEAD: Final = 2
"""Parts sent to each worker before one comes back, so that none waits; memory here follows the workers."""
TRIES: Final = 5
"""Workers that may die over one part before the run is given up."""
_LOCAL: Final = re.compile(r"local:(\d+)")


@dataclass(frozen=True, slots=True)
class Large:
    """Tables of single members that a run keeps, and who keeps them here."""

    currency: str
    tables: tuple[str, ...]
    keep: Callable[..., None]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers at hand, to be given to a run in place of threads of this machine."""

    client: Any
    n_workers: int

    def run_members(
        self,
        process: Process,
        spec: RunSpec,
        *,
        chunk: int = DEFAULT_CHUNK,
        start: Totals | None = None,
        progress: Callable[[int, int], None] | None = None,
        on_chunk: Callable[[Totals], None] | None = None,
        large: Large | None = None,
    ) -> Totals:
        """Run every policy over all draws: `run.run_members` with workers for threads.

        Raises
        ------
        UsageError : a part could not be done, since the workers that had it died.
        """
        distributed = _dask()
        total = start if start is not None else empty_totals(process, spec, Frame(process.cells, process.months))
        n_policies = len(spec.policies)
        done = sum(stop - first for first, stop in total.draws) * spec.replicates * n_policies
        whole = spec.members * n_policies
        if progress is not None:
            progress(done, whole)
        shipped = zlib.compress(pickle.dumps((process, spec)), 1)  # with every part: late workers have it too
        wanted = None if large is None else (large.currency, large.tables)
        todo = _parts(gaps(total.draws, 0, spec.n_draws), max(1, chunk // spec.replicates))
        waiting = distributed.as_completed(with_results=False)
        self._send(waiting, todo, shipped, wanted, self.n_workers * AHEAD)
        for future in waiting:
            arrays, rows = self._result(future, distributed)
            part = Totals.from_arrays(arrays)
            total = total.plus(Totals(part.draws, {key: part.parts[key] for key in total.parts}, part.wrong))
            for one in rows:
                if large is not None:
                    large.keep(*one)
            if progress is not None:
                done += sum(stop - first for first, stop in part.draws) * spec.replicates * n_policies
                progress(done, whole)
            if on_chunk is not None:
                on_chunk(total)
            self._send(waiting, todo, shipped, wanted, 1)
        return total

    def _send(self, waiting: Any, todo: Iterator[tuple[int, int]], shipped: bytes, wanted: Any, number: int) -> None:
        for _ in range(number):
            if (draws := next(todo, None)) is not None:
                waiting.add(self.client.submit(_part, shipped, draws, wanted, pure=False, retries=TRIES))

    @staticmethod
    def _result(future: Any, distributed: Any) -> Any:
        try:
            return future.result()
        except distributed.KilledWorker as fault:
            raise UsageError(
                f"workers of the cluster died over and over ({fault.task}); they may lack memory: lower chunk, or give "
                "them more"
            ) from None


def _part(shipped: bytes, draws: tuple[int, int], wanted: Any) -> tuple[Any, list[Any]]:
    """What a worker does: totals of some draws as arrays, and rows of single members where wanted."""
    process, spec = pickle.loads(zlib.decompress(shipped))  # noqa: S301  # our own; a worker runs what it is sent anyway
    rows: list[Any] = []
    sink: Sink | None = None
    if wanted is not None:
        currency, tables = wanted
        sink = keep_paths(process, spec, currency, tables, lambda *one: rows.append(one))
    size = (draws[1] - draws[0]) * spec.replicates
    totals = run_members(process, spec, threads=1, chunk=size, draws=draws, sink=sink)
    return totals.arrays(), rows


def _parts(ranges: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    for first, stop in ranges:
        for at in range(first, stop, size):
            yield at, min(at + size, stop)


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """Workers at an address, or `local:N` processes of this machine that end with the block.

    Raises
    ------
    UsageError : the extra is not installed, nobody answers, no worker is there, or a worker runs another version.
    """
    distributed = _dask()
    local = _LOCAL.fullmatch(address)
    if local is None and ":" not in address:
        raise UsageError(f"--cluster {address}: write the address of a scheduler, such as tcp://host:8786, or local:4")
    if local is not None:
        if not 1 <= int(local[1]) <= 1024:
            raise UsageError(f"--cluster {address}: from local:1 to local:1024")
        with (
            distributed.LocalCluster(
                n_workers=int(local[1]), threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield _checked(client, address)
        return
    try:
        client = distributed.Client(address, timeout=ANSWER_WITHIN)
    except (OSError, ValueError) as fault:
        raise UsageError(f"--cluster {address}: no scheduler answers there ({fault}); start one, or check it") from None
    with client:
        yield _checked(client, address)


def _checked(client: Any, address: str) -> Cluster:
    try:
        client.wait_for_workers(1, timeout=WAIT_FOR_WORKERS)
    except TimeoutError:
        raise UsageError(f"--cluster {address}: no worker came within {WAIT_FOR_WORKERS} s; start some") from None
    versions = client.run(_version)
    if other := sorted({one for one in versions.values() if one != __version__}):
        raise UsageError(
            f"--cluster {address}: workers have dayafter {', '.join(other)}, this is {__version__}; equal bytes need "
            "equal versions: install the same"
        )
    return Cluster(client, sum(client.nthreads().values()))


def _version() -> str:
    return __version__


def _dask() -> Any:
    try:
        return import_module("distributed")  # by name: the core must not ask for the extra
    except ImportError:
        raise UsageError(
            "--cluster needs distributed, which is not installed; install the extra: pip install 'dayafter[cluster]'"
        ) from None

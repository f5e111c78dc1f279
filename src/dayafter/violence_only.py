"""Violence alone over a panel of places: what goes on if nothing but its own past moves it. Joins panel and kernel.

No actors, deals or policies: only counts that excite later counts (`simulation.violence`). The background of a unit is
its own past rate, shrunk towards that of its neighbours; a member keeps a level for each unit and one for all of them,
since what a place sees in the next years is less certain than its past looks. The four constants below were chosen on
UCDP events up to 2017 and held against the three years after; `docs/why/violence-only.md` has what came out.
"""

from __future__ import annotations

import hashlib
import json
import os
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from dayafter import __version__
from dayafter.errors import UsageError
from dayafter.forecasting.panel import MONTH, Panel, Unit, read_pairs, read_panel
from dayafter.kernels.histogram import bin_of
from dayafter.kernels.philox import ROW
from dayafter.priors import load_simulation_priors, standard_normals
from dayafter.results.store import ROW_GROUP, make_manifest, manifest_text, whole_folder
from dayafter.simulation.parameters import draw_parameters
from dayafter.simulation.violence import Members, ViolenceProcess
from dayafter.simulation.violence_run import BITS, TOTAL_LIMIT, ViolenceSummary, simulate_violence

Floats = NDArray[np.float64]

HALF_LIFE: Final = 24.0
"""Months after which a month of the past counts half."""
OWN_MONTHS: Final = 24.0
"""Months of its neighbours' past that weigh as much as a unit's own."""
NEAR_MONTHS: Final = 24.0
"""Months of the mean of all units that weigh as much as the neighbours'."""
LEVEL_SD: Final = 1.5
"""Spread of the level that a unit keeps over the run: sd of its logarithm."""
COMMON_SD: Final = 0.5
"""Spread of the level that all units share over the run."""
STABLE_BELOW: Final = 0.95
"""Offspring of an event over all units from which on a member is left out: its counts would grow without end."""
SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
MAX_MONTHS: Final = 240
_COMMON_STREAM: Final = "violence/common-level"
_ASSUMPTIONS: Final = (
    "violence follows its own past: no actors, deals, policies or seasons; a unit without past or neighbours gets the "
    "mean of all, little; what is not recorded is not there"
)


@dataclass(frozen=True, slots=True)
class ViolenceMap:
    """What came of it: a row for each unit, and for each unit and month."""

    manifest: dict[str, Any]
    units: pl.DataFrame
    """unit, months, mean and quantiles of the events of the whole run, chance of any, unit of the numbers."""
    months: pl.DataFrame
    """unit, month_id, mean events, chance of any."""


@dataclass(frozen=True, slots=True)
class ViolencePlan:
    """What a run will cost."""

    units: int
    months: int
    members: int
    seconds: float
    total_bytes: int

    def __str__(self) -> str:
        size = f"{self.members:,} members × {self.units:,} places × {self.months} months × 1 policy (violence alone)"
        return f"{size}: about {self.seconds:.0f} s and {self.total_bytes / 1e6:,.0f} MB"


def open_panel(path: Path, unit_column: str, target: str | None = None, neighbours: Path | None = None) -> Panel:
    """Read a panel; the column of counts is the one that is left where it is not named.

    Raises
    ------
    UsageError : the file cannot be read or breaks a rule; more than one column could hold the counts.
    """
    if target is None and path.is_file():
        scan = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path)
        left = [name for name in scan.collect_schema().names() if name not in {MONTH, unit_column}]
        if len(left) != 1:
            raise UsageError(
                f"{path}: which column holds the counts? Name it with --target: {', '.join(left) or 'none'}"
            )
        target = left[0]
    pairs = None if neighbours is None else read_pairs(neighbours)
    return read_panel(path, unit_column, target or "", pairs)


def refuse_too_large(plan: ViolencePlan, limit: int) -> None:
    """Raise `UsageError` where a run cannot fit in `limit` bytes, naming what would make it fit."""
    if plan.total_bytes > limit:
        raise UsageError(
            f"the run needs about {plan.total_bytes / 1e6:,.0f} MB and {limit / 1e6:,.0f} MB are free; give fewer "
            "threads or months, or a panel of fewer units. Fewer members do not help: memory does not follow them"
        )


def rates(panel: Panel) -> Floats:
    """(n,) events a month of each unit: its own past, its neighbours', everybody's, each shrunk towards the next.

    Months weigh by age; those not seen weigh nothing.
    """
    age = np.arange(panel.counts.shape[1] - 1, -1, -1)
    weight = 0.5 ** (age / HALF_LIFE)
    events, seen = panel.counts @ weight, panel.seen @ weight
    everybody = events.sum() / seen.sum() if seen.any() else 0.0
    near = panel.neighbours()
    around = (near @ events + NEAR_MONTHS * everybody) / (near @ seen + NEAR_MONTHS)
    mean: Floats = (events + OWN_MONTHS * around) / (seen + OWN_MONTHS)
    return mean


def process_of(panel: Panel, months: int) -> ViolenceProcess:
    """The process of the months after a panel, at the medians of the excitation's priors.

    The background is what is left of the rate once its offspring are taken off, so that the mean stays the rate.
    """
    own, near, decay = (_median(name) for name in ("excitation_own", "excitation_neighbour", "excitation_decay"))
    n = len(panel.units)
    rate = rates(panel)
    network = own * sparse.eye_array(n, format="csr") + near * panel.neighbours()
    left = np.maximum(rate - network @ rate, 0.1 * rate)
    pairs = network.tocoo()
    weights = decay ** np.arange(3)
    history = np.zeros((3, n), dtype=np.int64)
    kept = min(3, panel.counts.shape[1])
    history[:kept] = panel.counts[:, ::-1][:, :kept].T
    return ViolenceProcess(
        background=np.repeat(left[None], months, axis=0),
        things=panel.things,
        targets=pairs.coords[0].astype(np.int64),
        sources=pairs.coords[1].astype(np.int64),
        offspring=pairs.data,
        lag_weights=weights / weights.sum(),
        history=history,
    )


def _median(name: str) -> float:
    return float(load_simulation_priors()[name].median)


def draw_members(panel: Panel, members: int, seed: int) -> tuple[Members, int]:
    """Members with their own excitation, dispersion and common level; and how many were left out as explosive."""
    numbers = np.arange(members, dtype=np.int64)
    drawn = draw_parameters(seed, numbers)
    degree = np.diff(panel.near_start)
    most, mean = float(degree.max(initial=0)), float(degree.mean())
    own, near = _median("excitation_own"), _median("excitation_neighbour")
    offspring = drawn["excitation_own"] + mean * drawn["excitation_neighbour"]
    gain = offspring / (own + mean * near)
    common = standard_normals(seed, _COMMON_STREAM, numbers, np.zeros(1, dtype=np.int64))[:, 0]
    scale = np.exp(COMMON_SD * common - 0.5 * COMMON_SD**2) * (1 - offspring) / (1 - own - mean * near)
    fine = np.flatnonzero(gain * (own + most * near) < STABLE_BELOW)
    if not fine.size:
        raise UsageError(f"all {members} members draw an excitation that does not die out; ask for more members")
    spread = np.full(members, LEVEL_SD)
    return Members(numbers, drawn["dispersion"], np.maximum(scale, 0), gain, spread).take(fine), members - fine.size


def plan_violence_only(
    panel: Panel, *, months: int = 36, members: int = 1000, threads: int | None = None, seed: int = 1
) -> ViolencePlan:
    """Say what `simulate_violence_only` with the same arguments will cost: one row of members is run and scaled up.

    Raises
    ------
    UsageError : as `simulate_violence_only`.
    """
    _check(months, members)
    workers = _workers(threads)
    process = process_of(panel, months)
    few, _ = draw_members(panel, min(members, ROW), seed)
    simulate_violence(_first(process), few, seed=seed, threads=1, skip_quiet=True)  # what is compiled is compiled now
    start = time.perf_counter()
    simulate_violence(process, few, seed=seed, threads=1, skip_quiet=True)
    rows = -(-members // ROW)
    seconds = (time.perf_counter() - start) * rows / min(workers, rows)
    return ViolencePlan(len(panel.units), months, members, seconds, _bytes(panel, months, min(workers, rows)))


def _first(process: ViolenceProcess) -> ViolenceProcess:
    none = np.zeros(0, dtype=np.int64)
    return ViolenceProcess(
        background=process.background[:1, :1].copy(), things=process.things[:1].copy(), targets=none, sources=none,
        offspring=np.zeros(0), lag_weights=process.lag_weights.copy(), history=process.history[:, :1].copy(),
    )  # fmt: skip


def _bytes(panel: Panel, months: int, workers: int) -> int:
    """Memory of a run: it follows units, months and threads, not members."""
    n, lags = len(panel.units), 3
    n_bins = int(bin_of(TOTAL_LIMIT, BITS)) + 1
    sums = n * months * 12 + n * n_bins * 2
    row = n * ROW * 8 * (lags + 3)
    return panel.counts.nbytes + panel.seen.nbytes + n * months * 40 + (workers + 1) * sums + workers * row


def simulate_violence_only(
    panel: Panel,
    *,
    months: int = 36,
    members: int = 1000,
    seed: int = 1,
    threads: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ViolenceMap:
    """Simulate violence alone for every unit of a panel over the months after its last.

    Parameters
    ----------
    months : 1 to 240. members : futures, each with its own parameters and luck. seed : of every random number.
    threads : at work at a time; the processors at hand where None. They do not change a byte.
    out : folder to write to (`units.parquet`, `months.parquet`, `manifest.json`); must be empty or not there.
    progress : called with (members done, in all), after each part.

    Raises
    ------
    UsageError : an argument that cannot be, a folder in the way, no member whose excitation dies out.
    """
    _check(months, members)
    chosen, lost = draw_members(panel, members, seed)
    done = _in_parts(process_of(panel, months), chosen, seed, _workers(threads), progress)
    manifest = make_manifest(
        {
            "engine": "dayafter.simulate_violence_only",
            "version": __version__,
            "panel": panel_hash(panel),
            "units": len(panel.units),
            "last_month_seen": panel.last_month,
            "months": months,
            "members": members,
            "seed": seed,
            "level_sd": LEVEL_SD,
            "common_sd": COMMON_SD,
            "assumptions": _ASSUMPTIONS,
        },
        {"members_left_out": {"explosive": lost}, "members_at_a_limit": done.n_wrong, "totals_beyond": done.beyond},
    )
    result = ViolenceMap(manifest, _units(panel, done), _months(panel, done))
    if out is not None:
        _write(result, Path(out))
    return result


def _check(months: int, members: int) -> None:
    if not 1 <= months <= MAX_MONTHS:
        raise UsageError(f"months is {months}; a run lasts 1 to {MAX_MONTHS}")
    if members < 1:
        raise UsageError(f"members is {members}; a run needs at least 1")


def _workers(threads: int | None) -> int:
    if threads is not None:
        return threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_parts(
    process: ViolenceProcess, members: Members, seed: int, workers: int, progress: Callable[[int, int], None] | None
) -> ViolenceSummary:
    """All members; in parts where somebody wants to see how far it is. The bytes are the same."""
    n = members.numbers.size
    if progress is None:
        return simulate_violence(process, members, seed=seed, threads=workers, skip_quiet=True)
    size = ROW * max(workers, -(-n // ROW // 8))
    total: ViolenceSummary | None = None
    progress(0, n)
    for start in range(0, n, size):
        part = simulate_violence(
            process, members.part(start, start + size), seed=seed, threads=workers, skip_quiet=True
        )
        total = part if total is None else total.merge(part)
        progress(min(start + size, n), n)
    if total is None:
        raise UsageError("there are no members; ask for at least 1")
    return total


def panel_hash(panel: Panel) -> str:
    """SHA-256 of what a panel holds: equal panels, equal hashes."""
    digest = hashlib.sha256(repr((panel.units, panel.first_month)).encode())
    for part in (panel.counts, panel.seen, panel.near_start, panel.near):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def _units(panel: Panel, done: ViolenceSummary) -> pl.DataFrame:
    n = len(panel.units)
    quantiles = done.quantiles(SHARES)[:, 0]
    any_event = done.histogram[0].sum(axis=1) / done.numbers.size
    names = ("q05", "q25", "q50", "q75", "q95")
    return pl.DataFrame(
        {
            "unit": _labels(panel.units),
            "first_month": np.full(n, panel.last_month + 1),
            "last_month": np.full(n, panel.last_month + done.sums.shape[0]),
            "mean": done.mean().sum(axis=0),
            **dict(zip(names, quantiles, strict=True)),
            "p_any": any_event,
            "members": np.full(n, done.numbers.size),
            "unit_of_counts": ["events"] * n,
        }
    )


def _months(panel: Panel, done: ViolenceSummary) -> pl.DataFrame:
    months, n = done.sums.shape
    labels = pl.Series(_labels(panel.units))
    return pl.DataFrame(
        {
            "unit": labels.gather(np.tile(np.arange(n), months)),
            MONTH: np.repeat(np.arange(panel.last_month + 1, panel.last_month + 1 + months), n),
            "mean": done.mean().ravel(),
            "p_any": done.p_any().ravel(),
        }
    )


_SHOWN: Final = 20


def to_text(done: ViolenceMap) -> str:
    """The units with most violence ahead, for people."""
    head = done.units.sort(["mean", "unit"], descending=[True, False]).head(_SHOWN)
    run = done.manifest["run"]
    title = (
        f"Violence alone, simulated under stated assumptions: {run['months']} months after month_id "
        f"{run['last_month_seen']}, {run['members']:,} members, events of the whole span. Assumptions: {_ASSUMPTIONS}."
    )
    heading = f"{'unit':>12}{'mean':>10}{'median':>8}{'90 % interval':>16}{'chance of any':>15}"
    lines = [*textwrap.wrap(title, 100), "", heading]
    for row in head.iter_rows(named=True):
        span = f"{row['q05']:,} to {row['q95']:,}"
        lines.append(f"{row['unit']!s:>12}{row['mean']:>10,.1f}{row['q50']:>8,}{span:>16}{row['p_any']:>15.3f}")
    lost = done.manifest["outcome"]["members_left_out"]["explosive"]
    rest = done.units.height - head.height
    lines += ["", f"{rest:,} more units; {lost} members left out, in which events breed one or more events each."]
    return "\n".join(lines) + "\n"


def to_csv(done: ViolenceMap) -> str:
    """Every unit."""
    return done.units.write_csv()


def to_json(done: ViolenceMap) -> str:
    """The manifest and every unit."""
    return json.dumps({"manifest": done.manifest, "units": done.units.to_dicts()}, ensure_ascii=False, indent=1)


def _labels(units: Sequence[Unit]) -> list[Unit]:
    return list(units)


def _write(result: ViolenceMap, out: Path) -> None:
    with whole_folder(out) as folder:
        for name, frame in (("units", result.units), ("months", result.months)):
            frame.rechunk().write_parquet(
                folder / f"{name}.parquet", compression="zstd", statistics=True, row_group_size=ROW_GROUP
            )
        (folder / "manifest.json").write_text(manifest_text(result.manifest), encoding="utf-8")

"""The exact set of acceptable packages and its efficient part; and search for the best package where it is too large.

Up to `ENUMERATE` packages everything is listed. Beyond that nothing is listed: the best package by an objective is
found by branch and bound with Lagrangian bounds, and where that does not finish, by a mixed-integer program. A result
carries the gap between what was found and what is proven possible; it is 0 where the result is exact.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.errors import UsageError
from dayafter.settlement import package_kernels as kernels
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain, frozen_arrays

ENUMERATE: Final = 2_000_000
"""Largest number of packages that is listed one by one: some 0.1 s and 100 MB."""
ROUNDS: Final = 300
_LONG: Final = 3000
NODES: Final = 20_000_000
"""Nodes that branch and bound may visit, some second."""
NODES_HUGE: Final = 500_000
"""The same beyond `HUGE` packages, where a mixed-integer program soon does better."""
HUGE: Final = 10**11
_KEPT_PRICES: Final = 24
_PIVOTS: Final = 8
"""Columns by which rows are sorted into cells in the search for the Pareto set."""


class Aim(StrEnum):
    """What to look for among packages."""

    EGALITARIAN = "egalitarian"
    """Largest least margin, each divided by its `aim` (1, or the ideal point for Kalai–Smorodinsky)."""
    NASH = "nash"
    UTILITARIAN = "utilitarian"


class Solver(StrEnum):
    """What searches among packages that are too many to list."""

    AUTO = "auto"
    """Branch and bound, then HiGHS where that does not finish."""
    HIGHS = "highs"
    """HiGHS from the start."""
    CP_SAT = "cp-sat"
    """CP-SAT, of the extra `solver`; the Nash product is not linear and is searched for as with `auto`."""


_MODE: Final = {Aim.EGALITARIAN: kernels.MAX_MIN, Aim.NASH: kernels.NASH, Aim.UTILITARIAN: kernels.LINEAR}


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A bargain as the kernels want it: allowed options only, first in each slot's row."""

    worth: Floats  # (k, o, j)
    counts: Ints  # (k,)
    option: Ints  # (k, o) packed to original option
    floor: Floats  # (j,) reservation, −inf without a veto

    def packages(self, codes: Ints) -> Ints:
        """(n, k) original options of odometer numbers."""
        rows = np.empty((codes.size, self.counts.size), dtype=np.int64)
        left = codes.copy()
        for k in range(self.counts.size - 1, -1, -1):
            rows[:, k] = self.option[k][left % self.counts[k]]
            left //= self.counts[k]
        return rows


def pack(bargain: Bargain, *, veto_only: bool = False) -> Packed:
    """Drop what red lines rule out. A slot without options has count 0.

    With `veto_only` the parties are those with a veto alone, in their order.
    """
    allowed = bargain.allowed
    order = np.argsort(~allowed, axis=1, kind="stable")
    who = bargain.veto if veto_only else np.ones(len(bargain.parties), dtype=np.bool_)
    worth = np.take_along_axis(bargain.worth[who], order[None], axis=2).transpose(1, 2, 0)
    floor = np.where(bargain.veto, bargain.reservation, -np.inf)[who]
    return Packed(np.ascontiguousarray(worth), allowed.sum(axis=1).astype(np.int64), order.astype(np.int64), floor)


@dataclass(frozen=True, slots=True, eq=False)
class AcceptableSet:
    """Every package that all who must agree would accept; complete, never a sample."""

    packages: Ints  # (n, k)
    utility: Floats  # (n, j)
    n_within_red_lines: int
    best_least_margin: float
    """Largest least margin of the veto players over all packages, acceptable or not; −inf where none is left."""
    best_package: Ints  # (k,), empty where none is left
    least_missing: float
    """Smallest sum of what veto players lack over all packages: the money, freely given, that would buy agreement."""
    least_missing_package: Ints

    def __post_init__(self) -> None:
        frozen_arrays(self)


def acceptable_set(bargain: Bargain, limit: int = ENUMERATE) -> AcceptableSet:
    """List every acceptable package.

    Raises
    ------
    ValueError : nobody has a veto, or there are more than `limit` packages: use `best_package` then.
    """
    n_packages = bargain.n_packages
    if not bargain.veto.any():
        raise ValueError("no party of the problem has a veto, so every package is acceptable; say who must agree")
    if n_packages > limit:
        raise ValueError(
            f"{n_packages:,} packages are more than {limit:,}; use best_package for a problem of this size"
        )
    n_parties, n_slots = len(bargain.parties), len(bargain.slots)
    nothing = np.empty(0, dtype=np.int64)
    if n_packages == 0:
        empty = np.empty((0, n_slots), dtype=np.int64)
        return AcceptableSet(empty, np.empty((0, n_parties)), 0, -np.inf, nothing, np.inf, nothing)
    packed, room = pack(bargain), min(n_packages, 65_536)
    best = np.empty(2)
    while True:
        codes, utility = np.empty(room, dtype=np.int64), np.empty((room, n_parties))
        found, top, cheap = kernels.acceptable_packages(packed.worth, packed.counts, packed.floor, codes, utility, best)
        if found <= room:
            break
        room = found
    tops = packed.packages(np.array([top, cheap], dtype=np.int64))
    return AcceptableSet(
        packed.packages(codes[:found]), utility[:found], n_packages, float(best[0]), tops[0], float(best[1]), tops[1]
    )


def pareto(values: Floats) -> Bools:
    """(n,), rows of (n, d) that no other row dominates; equal rows all stay."""
    if values.shape[0] == 0:
        return np.empty(0, dtype=np.bool_)
    order = np.argsort(-values.sum(axis=1), kind="stable").astype(np.int64)
    pivot = np.median(values[order[: max(1, values.shape[0] // 4)], :_PIVOTS], axis=0)
    return kernels.undominated(np.ascontiguousarray(values), order, pivot)


def pareto_packages(bargain: Bargain) -> Ints:
    """(n, k), the packages within the red lines that no other dominates for those who must agree; acceptable or not.

    Utilities add over slots, so a package is efficient only if its part in any slots is: slots are joined one by one
    and only efficient parts go on. The efficient acceptable packages are those of these that are acceptable, as what
    dominates an acceptable package is acceptable.
    """
    if bargain.blocked_slots() or not bargain.slots:
        return np.empty((0, len(bargain.slots)), dtype=np.int64)
    packed = pack(bargain, veto_only=True)
    values, codes = np.zeros((1, packed.floor.size)), np.zeros(1, dtype=np.int64)
    for k, count in enumerate(packed.counts):
        joined = (values[:, None, :] + packed.worth[k, None, :count, :]).reshape(-1, values.shape[1])
        numbers = (codes[:, None] * count + np.arange(count)).reshape(-1)
        stay = pareto(joined)
        values, codes = joined[stay], numbers[stay]
    return packed.packages(codes)


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best package by an objective, with what is proven about it."""

    package: Ints  # (k,), empty where there is none
    value: float
    """Objective; −inf where no package is within the red lines and the floors that the objective asks for."""
    bound: float
    """No package does better than this."""
    method: str

    @property
    def gap(self) -> float:
        """Bound less value: 0 where the result is proven."""
        return 0.0 if self.bound == self.value else max(self.bound - self.value, 0.0)


def best_package(
    bargain: Bargain,
    aim: Aim,
    scale: Floats | None = None,
    *,
    nodes: int | None = None,
    seconds: float = 20.0,
    solver: Solver = Solver.AUTO,
) -> Best:
    """The best package of any number of packages.

    Parameters
    ----------
    aim : egalitarian asks for no acceptance: its value is negative where nothing is acceptable. Nash and utilitarian
        take acceptable packages alone.
    scale : (veto players,), what margins are divided by (egalitarian), exponents (Nash) or weights (utilitarian);
        None: 1, or the bargaining weights for Nash.
    nodes, seconds : limits of branch and bound (None: by the size of the problem), and of the mixed-integer program
        that takes over.
    solver : see `Solver`.

    Raises
    ------
    UsageError : CP-SAT is asked for and not installed. ValueError : nobody has a veto.
    """
    if not bargain.veto.any():
        raise ValueError("no party of the problem has a veto; say who must agree")
    packed = pack(bargain, veto_only=True)
    nothing = np.empty(0, dtype=np.int64)
    if not packed.counts.size or packed.counts.min() == 0:
        return Best(nothing, -np.inf, -np.inf, "none left")
    if aim is Aim.EGALITARIAN:
        goal = np.ones(packed.floor.size) if scale is None else 1 / scale
    elif aim is Aim.NASH:
        goal = bargain.weight[bargain.veto] if scale is None else scale
    else:
        goal = np.ones(packed.floor.size) if scale is None else scale
    if solver is Solver.HIGHS or (solver is Solver.CP_SAT and aim is not Aim.NASH):
        from dayafter.settlement.programs import solve_program  # noqa: PLC0415  # scipy is heavy and rarely needed

        return solve_program(packed, aim, goal, seconds, solver=solver.value)
    prices, start = np.empty((ROUNDS, goal.size)), np.zeros(packed.counts.size, dtype=np.int64)
    scaled = packed.worth * goal if aim is Aim.EGALITARIAN else packed.worth
    floor = packed.floor * goal if aim is Aim.EGALITARIAN else packed.floor
    _, upper = kernels.dual_bounds(scaled, packed.counts, floor, ROUNDS, prices, start)
    if aim is not Aim.EGALITARIAN and upper < -UNIT_TOLERANCE:
        return Best(nothing, -np.inf, -np.inf, "none acceptable, by a bound")
    package = start.copy()
    unit = np.ones(goal.size) if aim is Aim.EGALITARIAN else goal
    bounds = _multipliers(aim, prices, goal)
    if nodes is None:
        nodes = NODES if bargain.n_packages <= HUGE else NODES_HUGE
    order = _by_stakes(scaled, prices)
    turned = package[order]
    value, visited = kernels.branch_and_bound(
        np.ascontiguousarray(scaled[order]),
        packed.counts[order],
        floor,
        unit,
        _MODE[aim],
        bounds,
        turned,
        nodes,
        -np.inf,
        np.inf,
    )
    package[order] = turned
    chosen = np.take_along_axis(packed.option, package[:, None], axis=1)[:, 0]
    if visited < nodes:
        return Best(chosen if np.isfinite(value) else nothing, value, value, "branch and bound")
    from dayafter.settlement.programs import solve_program  # noqa: PLC0415  # scipy is heavy and rarely needed

    found = solve_program(packed, aim, goal, seconds)
    if found.value < value:
        return Best(chosen, value, max(found.bound, value), found.method)
    return found


def _multipliers(aim: Aim, prices: Floats, goal: Floats) -> Floats:
    """Prices with which to bound: some of those that the dual met, and what the objective itself suggests."""
    kept = np.maximum(prices[:: max(1, ROUNDS // _KEPT_PRICES)], 1e-9)
    kept = np.concatenate([kept, np.maximum(prices[-1:], 1e-9)])
    if aim is Aim.UTILITARIAN:  # λ = aim + μ
        return np.ascontiguousarray(np.concatenate([goal[None], *(goal + t * kept[::6] for t in (0.3, 3.0))]))
    if aim is Aim.NASH:
        return np.ascontiguousarray(np.concatenate([kept, np.maximum(goal, 1e-9)[None]]))
    return np.ascontiguousarray(kept)


def decide(bargains: list[Bargain]) -> tuple[Floats, Floats]:
    """Bounds on the largest least margin of many problems of one shape, made exact in sign.

    Returns
    -------
    lower (m,) and upper (m,): something is acceptable where lower ≥ 0, nothing where upper < 0; both sides agree on it.
    """
    packed = [pack(bargain, veto_only=True) for bargain in bargains]
    worth = np.stack([one.worth for one in packed])
    counts, floor = np.stack([one.counts for one in packed]), np.stack([one.floor for one in packed])
    lower, upper = np.empty(len(packed)), np.empty(len(packed))
    kernels.decide_draws(worth, counts, floor, ROUNDS, lower, upper, np.zeros(counts.shape, dtype=np.int64))
    for m in np.flatnonzero((lower < -UNIT_TOLERANCE) & (upper >= -UNIT_TOLERANCE)):
        lower[m], upper[m] = _settled(bargains[m], packed[m], float(lower[m]), float(upper[m]))
    return lower, upper


def _settled(bargain: Bargain, packed: Packed, lower: float, upper: float) -> tuple[float, float]:
    """Decide whether the largest least margin is negative: a search for no more than a sign."""
    prices, package = np.empty((_LONG, packed.floor.size)), np.zeros(packed.counts.size, dtype=np.int64)
    low, high = kernels.dual_bounds(packed.worth, packed.counts, packed.floor, _LONG, prices, package)
    lower, upper = max(lower, low), min(upper, high)
    if lower >= -UNIT_TOLERANCE or upper < -UNIT_TOLERANCE:
        return lower, upper
    order = _by_stakes(packed.worth, prices)
    kept = np.ascontiguousarray(np.maximum(prices[:: _LONG // _KEPT_PRICES], 1e-9))
    value, visited = kernels.branch_and_bound(
        np.ascontiguousarray(packed.worth[order]),
        packed.counts[order],
        packed.floor,
        np.ones(packed.floor.size),
        kernels.MAX_MIN,
        kept,
        package[order],
        NODES_HUGE,
        -2 * UNIT_TOLERANCE,
        -UNIT_TOLERANCE,
    )
    if value >= -UNIT_TOLERANCE:
        return max(lower, value), upper
    if visited < NODES_HUGE:
        return lower, -2 * UNIT_TOLERANCE
    best = best_package(bargain, Aim.EGALITARIAN, nodes=1000, seconds=2.0)
    return max(lower, best.value), min(upper, best.bound)


def _by_stakes(worth: Floats, prices: Floats) -> Ints:
    """Slots in the order in which to decide: first those that matter most to whom the dual finds hardest to please."""
    price = prices[prices.shape[0] // 2 :].mean(axis=0) + 0.05 / prices.shape[1]
    return np.argsort(-(np.ptp(worth, axis=1) * price).sum(axis=1), kind="stable").astype(np.int64)


def constraint_solver() -> Any:
    """OR-tools' CP-SAT module, where the extra is installed.

    Raises
    ------
    UsageError : it is not.
    """
    try:
        return importlib.import_module("ortools.sat.python.cp_model")
    except ImportError as error:
        raise UsageError(
            "this search asks for CP-SAT, which is not installed; install the extra: pip install 'dayafter[solver]', "
            "or leave out the choice of solver to search with branch and bound and HiGHS"
        ) from error

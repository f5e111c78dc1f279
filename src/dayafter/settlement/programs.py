"""Search as a program: mixed-integer with HiGHS (scipy), or CP-SAT where the extra `solver` is installed.

Binary x_ko chooses option o in slot k, Σ_o x_ko = 1; margins m_j = Σ w_jko x_ko − floor_j are linear in x.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from dayafter.arrays import Bools, Floats, Ints
from dayafter.settlement.acceptable import Aim, Best, Packed, constraint_solver

_CUTS: Final = 40
_SCALE: Final = 10**9
"""CP-SAT works in whole numbers: margins are counted in units of 1e-9."""
TOLERANCE: Final = 1e-7


def solve_program(packed: Packed, aim: Aim, goal: Floats, seconds: float = 20.0, *, solver: str = "highs") -> Best:
    """The best package of a packed problem (veto players alone), by a program.

    Parameters
    ----------
    goal : (j,), what margins are multiplied by (egalitarian), exponents (Nash), weights (utilitarian).
    seconds : limit for all rounds together. solver : "highs" or "cp-sat"; CP-SAT does egalitarian and utilitarian.

    Returns
    -------
    Best, of which the gap is not zero where the limit came first.
    """
    if solver == "cp-sat":
        return _cp_sat(packed, aim, goal, seconds)
    if aim is Aim.NASH:
        return _nash_by_cuts(packed, goal, seconds)
    columns = _columns(packed)
    used, margins = _linear_parts(packed, columns)
    extra = np.zeros((packed.floor.size, 1))
    cost = np.concatenate([-(goal @ margins), [0.0]])
    low, free = packed.floor, (0.0, 0.0)
    if aim is Aim.EGALITARIAN:
        extra[:, 0] = -1 / goal
        cost, free = np.append(np.zeros(margins.shape[1]), -1.0), (-np.inf, np.inf)
    constraint = LinearConstraint(csr_array(np.hstack([margins, extra])), low, np.inf)
    found = _run(cost, [_one_each(used, 1), constraint], 1, [free[0]], [free[1]], seconds)
    offset = float(goal @ packed.floor) if aim is Aim.UTILITARIAN else 0.0
    return _finish(packed, columns, aim, goal, found, offset)


def shadow_prices(packed: Packed) -> Floats:
    """(j,), how much the largest least margin rises per unit of utility handed to each veto player.

    The prices of the linear relaxation of the egalitarian program; they sum to 1. Source: any text on linear duality,
    e.g. V. Chvátal, Linear Programming (1983), ch. 5.
    """
    columns = _columns(packed)
    used, margins = _linear_parts(packed, columns)
    n = margins.shape[1]
    one_each = np.zeros((packed.counts.size, n + 1))
    one_each[used, np.arange(n)] = 1
    answer = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.hstack([-margins, np.ones((packed.floor.size, 1))]),
        b_ub=-packed.floor,
        A_eq=one_each,
        b_eq=np.ones(packed.counts.size),
        bounds=[*[(0, 1)] * n, (None, None)],
        method="highs",
    )
    if answer.x is None:
        return np.zeros(packed.floor.size)
    prices: Floats = -np.asarray(answer.ineqlin.marginals)
    return prices


def least_money(packed: Packed, seconds: float = 5.0) -> Best:
    """The package that lacks least: min Σ s_j, margins + s ≥ 0, s ≥ 0. `value` is minus the sum."""
    columns = _columns(packed)
    used, margins = _linear_parts(packed, columns)
    n_parties = packed.floor.size
    constraint = LinearConstraint(csr_array(np.hstack([margins, np.eye(n_parties)])), packed.floor, np.inf)
    cost = np.append(np.zeros(margins.shape[1]), np.ones(n_parties))
    solution, bound = _run(
        cost, [_one_each(used, n_parties), constraint], n_parties, [0.0] * n_parties, [np.inf] * n_parties, seconds
    )
    if solution is None:
        return Best(np.empty(0, dtype=np.int64), -np.inf, -bound, "mixed-integer program")
    package = _package(columns, solution)
    value = -float(np.maximum(-_margins(packed, package), 0.0).sum())
    proven = value if abs(-bound - value) <= TOLERANCE else max(-bound, value)
    return Best(_original(packed, package), value, proven, "mixed-integer program")


def _columns(packed: Packed) -> Bools:
    """(k, o), which packed options are there."""
    real: Bools = np.arange(packed.worth.shape[1]) < packed.counts[:, None]
    return real


def _linear_parts(packed: Packed, real: Bools) -> tuple[Ints, Floats]:
    """Slot of each variable (n,), and margins' coefficients (j, n)."""
    slot = np.nonzero(real)[0].astype(np.int64)
    return slot, np.ascontiguousarray(packed.worth[real].T)


def _one_each(slot: Ints, n_extra: int) -> LinearConstraint:
    n, n_slots = slot.size, int(slot.max()) + 1
    chosen = csr_array((np.ones(n), (slot, np.arange(n))), shape=(n_slots, n))
    return LinearConstraint(hstack([chosen, csr_array((n_slots, n_extra))]), 1, 1)


def _run(  # noqa: PLR0917  # what the solver takes
    cost: Floats,
    constraints: list[LinearConstraint],
    n_extra: int,
    low: list[float],
    high: list[float],
    seconds: float,
) -> tuple[Floats | None, float]:
    """Solution, if any was found, and the lower bound of the cost."""
    n = cost.size - n_extra
    answer = milp(
        cost,
        integrality=np.append(np.ones(n), np.zeros(n_extra)),
        bounds=Bounds(np.append(np.zeros(n), low), np.append(np.ones(n), high)),
        constraints=constraints,
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )
    bound = answer.mip_dual_bound if answer.mip_dual_bound is not None else (-np.inf if answer.status == 1 else np.inf)
    return (None if answer.x is None else np.asarray(answer.x)), float(bound)


def _finish(  # noqa: PLR0917  # a problem, its aim and what came back
    packed: Packed, real: Bools, aim: Aim, goal: Floats, found: tuple[Floats | None, float], offset: float
) -> Best:
    solution, bound = found
    if solution is None:
        return Best(np.empty(0, dtype=np.int64), -np.inf, -bound - offset, "mixed-integer program")
    package = _package(real, solution)
    value = _value(packed, aim, goal, package)
    best = -bound - offset
    proven = value if abs(best - value) <= TOLERANCE * max(1.0, abs(value)) else max(best, value)
    return Best(_original(packed, package), value, proven, "mixed-integer program")


def _package(real: Bools, solution: Floats) -> Ints:
    filled = np.full(real.shape, -1.0)
    filled[real] = solution[: int(real.sum())]
    package: Ints = filled.argmax(axis=1).astype(np.int64)
    return package


def _original(packed: Packed, package: Ints) -> Ints:
    chosen: Ints = np.take_along_axis(packed.option, package[:, None], axis=1)[:, 0]
    return chosen


def _margins(packed: Packed, package: Ints) -> Floats:
    margins: Floats = packed.worth[np.arange(package.size), package].sum(axis=0) - packed.floor
    return margins


def _value(packed: Packed, aim: Aim, goal: Floats, package: Ints) -> float:
    margins = _margins(packed, package)
    if aim is Aim.EGALITARIAN:
        return float((margins * goal).min())
    if aim is Aim.UTILITARIAN:
        return float(goal @ margins)
    return float(goal @ np.log(margins)) if (margins > 0).all() else -np.inf


def _nash_by_cuts(packed: Packed, goal: Floats, seconds: float) -> Best:
    """Σ a_j log m_j by tangents of the logarithm, added where the solution lies, until value and bound meet."""
    real = _columns(packed)
    slot, margins = _linear_parts(packed, real)
    n, n_parties = margins.shape[1], packed.floor.size
    top = np.maximum(np.where(real[..., None], packed.worth, -np.inf).max(axis=1).sum(axis=0) - packed.floor, 0.0)
    if (top <= 0).any():
        return Best(np.empty(0, dtype=np.int64), -np.inf, -np.inf, "mixed-integer program")
    points = [top * share for share in (1.0, 0.6, 0.35, 0.2, 0.1, 0.05, 0.02)]
    cost = np.concatenate([np.zeros(n), -goal])
    best = Best(np.empty(0, dtype=np.int64), -np.inf, np.inf, "mixed-integer program")
    positive = LinearConstraint(csr_array(np.hstack([margins, np.zeros((n_parties, n_parties))])), packed.floor, np.inf)
    for _ in range(_CUTS):
        rows, below = [], []
        for point in points:  # z_j ≤ log p_j + (m_j − p_j) / p_j
            rows.append(csr_array(np.hstack([-margins / point[:, None], np.eye(n_parties)])))
            below.append(np.log(point) - 1 - packed.floor / point)
        cuts = LinearConstraint(vstack(rows), -np.inf, np.concatenate(below))
        low, high = [-60.0] * n_parties, np.log(top).tolist()
        solution, bound = _run(cost, [_one_each(slot, n_parties), positive, cuts], n_parties, low, high, seconds)
        if solution is None:
            return Best(best.package, best.value, max(best.value, -bound), best.method)
        package = _package(real, solution)
        value = _value(packed, Aim.NASH, goal, package)
        if value > best.value:
            best = Best(_original(packed, package), value, best.bound, best.method)
        best = Best(best.package, best.value, min(best.bound, -bound), best.method)
        if best.bound <= best.value + TOLERANCE:
            return Best(best.package, best.value, best.value, best.method)
        points.append(np.maximum(_margins(packed, package), 1e-6 * top))
    return best


def _whole_margins(packed: Packed, goal: Floats, choice: list[list[Any]]) -> list[Any]:
    """(j,) expressions of the margins times `goal`, in whole units."""
    whole = np.round(packed.worth * goal * _SCALE).astype(np.int64)
    floors = np.round(packed.floor * goal * _SCALE).astype(np.int64)
    return [
        sum(int(whole[k, o, j]) * x for k, row in enumerate(choice) for o, x in enumerate(row)) - int(floors[j])
        for j in range(packed.floor.size)
    ]


def _cp_sat(packed: Packed, aim: Aim, goal: Floats, seconds: float) -> Best:
    """The same with CP-SAT, in whole units of 1e-9; bound and floors allow for what rounding may hide."""
    if aim is Aim.NASH:
        raise ValueError("CP-SAT maximises linear objectives; use the solver 'highs' for the Nash product")
    cp = constraint_solver()
    model = cp.CpModel()
    real = _columns(packed)
    choice = [[model.NewBoolVar(f"x{k}_{o}") for o in range(count)] for k, count in enumerate(packed.counts)]
    for row in choice:
        model.AddExactlyOne(row)
    aimed = _whole_margins(packed, goal, choice)
    if aim is Aim.EGALITARIAN:
        least = model.NewIntVar(-(2**50), 2**50, "least")
        for part in aimed:
            model.Add(part >= least)
        model.Maximize(least)
    else:
        for part in _whole_margins(packed, np.ones_like(goal), choice):
            model.Add(part >= -real.shape[0] - 1)
        model.Maximize(sum(aimed))
    search = cp.CpSolver()
    search.parameters.max_time_in_seconds, search.parameters.num_search_workers = seconds, 1
    status = search.Solve(model)
    if status not in {cp.OPTIMAL, cp.FEASIBLE}:
        none = -np.inf if status == cp.INFEASIBLE else np.inf
        return Best(np.empty(0, dtype=np.int64), -np.inf, none, "CP-SAT")
    package = np.array([next(o for o, x in enumerate(row) if search.Value(x)) for row in choice], dtype=np.int64)
    value = _value(packed, aim, goal, package)
    slack = real.shape[0] * (1 if aim is Aim.EGALITARIAN else packed.floor.size) / _SCALE
    bound = value if status == cp.OPTIMAL else search.BestObjectiveBound() / _SCALE + slack
    return Best(_original(packed, package), value, max(bound, value), "CP-SAT")

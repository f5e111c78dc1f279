"""How long settlement takes: a listed problem, a huge one, and the bundled case jointly.

Run: python -m benchmarks.settlement_search

Times are the best of five, after one call that compiles. The targets are those of the project's issue on settlement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.settlement.acceptable import Aim, best_package, pareto_packages
from dayafter.settlement.bargain import Bargain, Role, Slot, closeness, weights_of
from dayafter.settlement.settle import settle
from dayafter.settlement.solutions import solve


def spatial(n_slots: int, n_options: int, n_parties: int, floor: float, seed: int = 1) -> Bargain:
    """Random ideal points and salience; everybody has a veto."""
    rng = np.random.default_rng(seed)
    ideal, salience = rng.random((n_parties, n_slots)), rng.random((n_parties, n_slots))
    worth = weights_of(salience)[:, :, None] * closeness(np.linspace(0, 1, n_options), ideal[:, :, None])
    return Bargain(
        tuple(f"p{j}" for j in range(n_parties)),
        (Role.SIGNATORY,) * n_parties,
        tuple(Slot("place", f"i{k}") for k in range(n_slots)),
        (tuple(f"o{o}" for o in range(n_options)),) * n_slots,
        np.ones((n_slots, n_options), dtype=np.bool_),
        worth,
        np.zeros(worth.shape, dtype=np.bool_),
        np.full(n_parties, floor),
        np.ones(n_parties),
        np.ones(n_parties, dtype=np.bool_),
    )


def timed(call: Callable[[], Any], repeats: int = 5) -> tuple[float, float, Any]:
    """Best wall-clock and processor seconds, and the result."""
    result = call()
    best_wall, best_cpu = np.inf, np.inf
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        result = call()
        best_wall, best_cpu = min(best_wall, time.perf_counter() - wall), min(best_cpu, time.process_time() - cpu)
    return best_wall, best_cpu, result


def main() -> None:
    for floor in (0.5, 0.6, 0.65):
        listed = spatial(7, 6, 6, floor)
        wall, cpu, found = timed(partial(solve, listed))
        name = f"279,936 packages x 6 parties, {found.n_acceptable:,} acceptable: set, Pareto, picks"
        print(f"{name:74s} {wall:7.3f} s ({cpu:.3f} cpu)  target 0.1")
    wall, cpu, rows = timed(lambda: pareto_packages(listed))
    name = f"279,936 packages x 6 parties, all {rows.shape[0]:,} efficient ones"
    print(f"{name:74s} {wall:7.3f} s ({cpu:.3f} cpu)")
    huge = spatial(12, 6, 8, 0.5)
    for aim in (Aim.EGALITARIAN, Aim.NASH):
        wall, cpu, best = timed(partial(best_package, huge, aim))
        name = f"2.2e9 packages x 8 parties, {aim.value}, gap {best.gap:g}"
        print(f"{name:74s} {wall:7.3f} s ({cpu:.3f} cpu)  target 1")
    case = compile_case(load_case(find_case("iraq-2016")))
    wall, cpu, settlement = timed(lambda: settle(case, joint=True, draws=500), repeats=2)
    name = f"iraq-2016 jointly, {settlement.scopes[-1].n_packages:.1e} packages, 500 draws"
    print(f"{name:74s} {wall:7.3f} s ({cpu:.3f} cpu)  target 10")


if __name__ == "__main__":
    main()

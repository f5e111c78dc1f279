"""Compiled search over packages: enumeration, the Pareto set, branch and bound, the dual, gains from breaking.

Options are packed: slot k has `counts[k]` allowed ones, first in its row. Packages are numbered as an odometer, the
last slot fastest. No kernel raises; the shells check what goes in. Each has a twin in `plain.py`.
"""

from __future__ import annotations

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.kernels.cache import compiled

MAX_MIN = 0
NASH = 1
LINEAR = 2
_ROUNDING = 1e-9
"""Sums in another order differ by less."""


@compiled
def acceptable_packages(  # one odometer loop; calls out of it cost time
    worth: Floats, counts: Ints, floor: Floats, codes: Ints, utility: Floats, best: Floats
) -> tuple[int, int, int]:
    """Walk through all packages; keep those at which no party falls below its floor.

    Parameters
    ----------
    worth : (k, o, j). counts : (k,). floor : (j,), −inf for a party without a veto.
    codes : (n,) and utility : (n, j), filled with what is found, as far as there is room.
    best : (2,), out: the largest least margin of all packages, and the smallest sum of what is missing.

    Returns
    -------
    number found (it may exceed the room), package with the largest least margin, package that misses least.
    """
    k_slots, n_parties = worth.shape[0], worth.shape[2]
    digits = np.zeros(k_slots, dtype=np.int64)
    above = np.zeros((k_slots + 1, n_parties))
    total = 1
    for k in range(k_slots):
        total *= counts[k]
        for j in range(n_parties):
            above[k + 1, j] = above[k, j] + worth[k, 0, j]
    best[0], best[1] = -np.inf, np.inf
    best_code, cheap_code, found = 0, 0, 0
    for code in range(total):
        least, missing = np.inf, 0.0
        for j in range(n_parties):
            margin = above[k_slots, j] - floor[j]
            least = min(least, margin)
            if margin < 0:
                missing -= margin
        if least > best[0]:
            best[0], best_code = least, code
        if missing < best[1]:
            best[1], cheap_code = missing, code
        if least >= -1e-9:
            if found < codes.size:
                codes[found] = code
                for j in range(n_parties):
                    utility[found, j] = above[k_slots, j]
            found += 1
        k = k_slots - 1
        while k >= 0:
            digits[k] += 1
            if digits[k] < counts[k]:
                break
            digits[k] = 0
            k -= 1
        if k < 0:
            break
        for below in range(k, k_slots):
            for j in range(n_parties):
                above[below + 1, j] = above[below, j] + worth[below, digits[below], j]
    return found, best_code, cheap_code


@compiled
def egalitarian_margins(  # one depth-first loop; calls out of it cost time
    worth: Floats, allowed: Bools, reservation: Floats, who: Ints, margins: Floats
) -> None:
    """What each party gains, in each draw, by the package at which the veto player that gains least gains most.

    Of packages that are equal in that the first counts. A branch is left where what is still to be had cannot lift its
    least margin to the best one found: the package is that of `acceptable_packages`, to the bit.

    Parameters
    ----------
    worth : (m, j, k, o). allowed : (m, k, o). reservation : (m, j). who : positions of the parties with a veto.
    margins : (m, j), out; left as it is in a draw in which a slot has no option.
    """
    n_draws, n_parties, k_slots, n_options = worth.shape
    above, most = np.zeros((k_slots + 1, who.size)), np.zeros((k_slots + 1, who.size))
    digits, best = np.zeros(k_slots, dtype=np.int64), np.zeros(k_slots, dtype=np.int64)
    for m in range(n_draws):
        for k in range(k_slots - 1, -1, -1):
            for v in range(who.size):
                top = -np.inf
                for o in range(n_options):
                    if allowed[m, k, o]:
                        top = max(top, worth[m, who[v], k, o])
                most[k, v] = most[k + 1, v] + top
        record, depth = -np.inf, 0
        digits[0] = -1
        while depth >= 0:
            digits[depth] += 1
            o = digits[depth]
            if o >= n_options:
                depth -= 1
                continue
            if not allowed[m, depth, o]:
                continue
            least, reach = np.inf, np.inf
            for v in range(who.size):
                so_far = above[depth, v] + worth[m, who[v], depth, o]
                above[depth + 1, v] = so_far
                least = min(least, so_far - reservation[m, who[v]])
                reach = min(reach, so_far + most[depth + 1, v] - reservation[m, who[v]])
            if reach < record - _ROUNDING:
                continue
            if depth == k_slots - 1:
                if least > record:
                    record = least
                    for k in range(k_slots):  # a slice set to another takes the compiler two seconds
                        best[k] = digits[k]
            else:
                depth += 1
                digits[depth] = -1
        if record > -np.inf:
            for j in range(n_parties):
                total = 0.0
                for k in range(k_slots):
                    total += worth[m, j, k, best[k]]
                margins[m, j] = total - reservation[m, j]


@compiled
def undominated(values: Floats, order: Ints, pivot: Floats) -> Bools:  # one hot loop
    """Which rows no other row dominates (at least as good everywhere, better somewhere). Equal rows all stay.

    Rows are sorted into cells by the columns in which they reach the pivot: a row can be dominated only from cells that
    reach it wherever its own does.

    Parameters
    ----------
    values : (n, d). order : (n,), by falling sum of the row, so that only earlier rows can dominate a later one.
    pivot : (q,), q ≤ d: any numbers; they change the speed alone.

    Returns
    -------
    (n,).
    """
    n, d = values.shape
    n_cells, block = 1 << pivot.size, 16
    keep = np.zeros(n, dtype=np.bool_)
    cell, size = np.zeros(n, dtype=np.int64), np.zeros(n_cells, dtype=np.int64)
    for row in range(n):
        for c in range(pivot.size):
            if values[row, c] >= pivot[c]:
                cell[row] |= 1 << c
        size[cell[row]] += 1
    first, filled, last = (
        np.zeros(n_cells + 1, dtype=np.int64),
        np.zeros(n_cells, np.int64),
        np.zeros(n_cells, np.int64),
    )
    for x in range(n_cells):
        first[x + 1] = first[x] + (size[x] + block - 1) // block
    kept = np.full((first[n_cells], d, block), -np.inf)
    slack = np.empty(block)
    for place in range(n):
        row = order[place]
        own_cell = cell[row]
        dominated = False
        for x in range(n_cells - 1, -1, -1):
            if x & own_cell != own_cell or filled[x] == 0:
                continue
            for turn in range((filled[x] + block - 1) // block):
                b = turn
                if turn == 0:  # what beat the one before is likely to beat this one
                    b = last[x]
                elif turn <= last[x]:
                    b = turn - 1
                b += first[x]
                own = values[row, 0]
                for e in range(block):
                    slack[e] = kept[b, 0, e] - own
                for c in range(1, d):
                    own = values[row, c]
                    for e in range(block):
                        lead = kept[b, c, e] - own
                        slack[e] = min(slack[e], lead)
                top = slack[0]
                for e in range(1, block):
                    top = max(top, slack[e])
                if top >= 0:
                    for e in range(block):
                        if slack[e] >= 0:
                            for c in range(d):
                                dominated |= kept[b, c, e] > values[row, c]
                if dominated:
                    last[x] = b - first[x]
                    break
            if dominated:
                break
        if not dominated:
            keep[row] = True
            b = first[own_cell] + filled[own_cell] // block
            for c in range(d):
                kept[b, c, filled[own_cell] % block] = values[row, c]
            filled[own_cell] += 1
    return keep


@compiled
def dual_bounds(  # one loop over prices
    worth: Floats, counts: Ints, floor: Floats, rounds: int, prices: Floats, package: Ints
) -> tuple[float, float]:
    """Bounds on the largest least margin: multiplicative weights above, the best package met below.

    For any prices λ ≥ 0 that sum to 1, max_x min_j m_j(x) ≤ Σ_k max_o Σ_j λ_j w_jko − Σ_j λ_j floor_j.

    Parameters
    ----------
    worth : (k, o, j), parties with a veto alone. counts : (k,). floor : (j,).
    prices : (rounds, j), out: the prices of each round. package : (k,), out: the best package met.

    Returns
    -------
    lower, upper. Source of the weights: Y. Freund and R. Schapire (1999), Games and Economic Behavior 29, 79-103.
    """
    k_slots, n_parties = worth.shape[0], worth.shape[2]
    logs, price = np.zeros(n_parties), np.full(n_parties, 1.0 / n_parties)
    margin = np.empty(n_parties)
    chosen = np.zeros(k_slots, dtype=np.int64)
    lower, upper, spread = -np.inf, np.inf, 1.0
    for turn in range(rounds):
        for j in range(n_parties):
            prices[turn, j] = price[j]
            margin[j] = -floor[j]
        for k in range(k_slots):
            best, pick = -np.inf, 0
            for o in range(counts[k]):
                value = 0.0
                for j in range(n_parties):
                    value += price[j] * worth[k, o, j]
                if value > best:
                    best, pick = value, o
            chosen[k] = pick
            for j in range(n_parties):
                margin[j] += worth[k, pick, j]
        bound, least, most = 0.0, np.inf, -np.inf
        for j in range(n_parties):
            bound += price[j] * margin[j]
            least, most = min(least, margin[j]), max(most, margin[j])
        upper = min(upper, bound)
        if least > lower:
            lower = least
            package[:] = chosen
        spread = max(most - least, 1e-12)
        step = 2.0 / (spread * np.sqrt(1.0 + turn))
        top = -np.inf
        for j in range(n_parties):
            logs[j] -= step * margin[j] * 0.5
            top = max(top, logs[j])
        total = 0.0
        for j in range(n_parties):
            logs[j] -= top
            price[j] = np.exp(logs[j])
            total += price[j]
        for j in range(n_parties):
            price[j] /= total
    lower = _climb(worth, counts, floor, package)
    return lower, upper


@compiled
def _climb(worth: Floats, counts: Ints, floor: Floats, package: Ints) -> float:  # nested swaps
    """Improve the least margin by changing one or two slots at a time; changes `package`."""
    k_slots, n_parties = worth.shape[0], worth.shape[2]
    margin = -floor
    for k in range(k_slots):
        margin = margin + worth[k, package[k]]
    least = float(margin.min())
    improved = True
    while improved:
        improved = False
        for k in range(k_slots):
            for other in range(k, k_slots):
                for o in range(counts[k]):
                    for q in range(counts[other] if other > k else 1):
                        low = np.inf
                        for j in range(n_parties):
                            value = margin[j] + worth[k, o, j] - worth[k, package[k], j]
                            if other > k:
                                value += worth[other, q, j] - worth[other, package[other], j]
                            low = min(low, value)
                            if low <= least + 1e-12:
                                break
                        if low > least + 1e-12:
                            for j in range(n_parties):
                                margin[j] += worth[k, o, j] - worth[k, package[k], j]
                            package[k] = o
                            if other > k:
                                for j in range(n_parties):
                                    margin[j] += worth[other, q, j] - worth[other, package[other], j]
                                package[other] = q
                            least, improved = low, True
    return least


@compiled
def decide_draws(  # arrays in and out
    worth: Floats, counts: Ints, floor: Floats, rounds: int, lower: Floats, upper: Floats, packages: Ints
) -> int:
    """`dual_bounds` for each draw. worth (m, k, o, j), counts (m, k), floor (m, j); a slot without options: none."""
    prices = np.empty((rounds, worth.shape[3]))
    for m in range(worth.shape[0]):
        if counts[m].min() == 0:
            lower[m], upper[m] = -np.inf, -np.inf
            continue
        lower[m], upper[m] = dual_bounds(worth[m], counts[m], floor[m], rounds, prices, packages[m])
    return 0


@compiled
def _score(margin: Floats, aim: Floats, mode: int) -> float:
    """What a package is worth to the objective; −inf where a party is below its floor and the objective forbids it."""
    if mode == MAX_MIN:
        least = np.inf
        for j in range(margin.size):
            least = min(least, margin[j] * aim[j])
        return least
    total = 0.0
    for j in range(margin.size):
        if margin[j] < -1e-9:
            return -np.inf
        if mode == NASH:
            if margin[j] <= 0:
                return -np.inf
            total += aim[j] * np.log(margin[j])
        else:
            total += aim[j] * margin[j]
    return total


@compiled
def branch_and_bound(  # one depth-first loop over shared arrays
    worth: Floats,
    counts: Ints,
    floor: Floats,
    aim: Floats,
    mode: int,
    prices: Floats,
    package: Ints,
    limit: int,
    ignore: float,
    enough: float,
) -> tuple[float, int]:
    """The best package by depth first search, cut off by Lagrangian bounds.

    With prices λ, the margins still to be had satisfy λ·m ≤ λ·m(so far) + Σ_{slots left} max_o λ·w. From that:
    max-min of aim_j m_j ≤ λ·m / Σ(λ_j / aim_j); a linear aim c is bounded with λ = c + μ, μ ≥ 0; and Σ a_j log m_j ≤
    Σ a_j log(a_j / λ_j) + A log(λ·m / A), A = Σ a_j (tangents of a concave function, scaled to fit).

    Parameters
    ----------
    worth : (k, o, j). counts : (k,). floor, aim : (j,). prices : (r, j), positive. package : (k,), in: a first
    package, out: the best one. limit : nodes to visit at most. ignore : look for nothing at or below it. enough : stop
    at the first package that reaches it.

    Returns
    -------
    objective (−inf: none), nodes visited (`limit`: not proven).
    """
    k_slots, n_parties = worth.shape[0], worth.shape[2]
    n_prices = prices.shape[0]
    rest = np.zeros((k_slots + 1, n_prices))
    option = np.zeros((k_slots, worth.shape[1], n_prices))
    for r in range(n_prices):
        for k in range(k_slots - 1, -1, -1):
            best = -np.inf
            for o in range(counts[k]):
                for j in range(n_parties):
                    option[k, o, r] += prices[r, j] * worth[k, o, j]
                best = max(best, option[k, o, r])
            rest[k, r] = rest[k + 1, r] + best
    most = np.zeros((k_slots + 1, n_parties))
    for k in range(k_slots - 1, -1, -1):
        for j in range(n_parties):
            best = -np.inf
            for o in range(counts[k]):
                best = max(best, worth[k, o, j])
            most[k, j] = most[k + 1, j] + best
    scale, shift, whole = np.ones(n_prices), np.zeros(n_prices), aim.sum()
    for r in range(n_prices):
        if mode == MAX_MIN:
            scale[r] = 0.0
            for j in range(n_parties):
                scale[r] += prices[r, j] / aim[j]
        elif mode == NASH:
            for j in range(n_parties):
                shift[r] += aim[j] * np.log(aim[j] / prices[r, j])
    so_far = np.zeros((k_slots + 1, n_parties))
    so_far_price = np.zeros((k_slots + 1, n_prices))
    margin = np.empty(n_parties)
    for j in range(n_parties):
        so_far[0, j] = -floor[j]
        margin[j] = -floor[j]
    for r in range(n_prices):
        for j in range(n_parties):
            so_far_price[0, r] -= prices[r, j] * floor[j]
    for k in range(k_slots):
        for j in range(n_parties):
            margin[j] += worth[k, package[k], j]
    best_value = _score(margin, aim, mode)
    if best_value >= enough:
        return best_value, 0
    digits = np.full(k_slots, -1, dtype=np.int64)
    depth, nodes = 0, 0
    while depth >= 0:
        digits[depth] += 1
        if digits[depth] >= counts[depth]:
            digits[depth] = -1
            depth -= 1
            continue
        nodes += 1
        if nodes >= limit:
            break
        o = digits[depth]
        alive = True
        for j in range(n_parties):
            so_far[depth + 1, j] = so_far[depth, j] + worth[depth, o, j]
            reach = so_far[depth + 1, j] + most[depth + 1, j]
            if mode == MAX_MIN:
                if reach * aim[j] <= max(best_value, ignore) + 1e-12:
                    alive = False
            elif reach < -1e-9:
                alive = False
        for r in range(n_prices):
            so_far_price[depth + 1, r] = so_far_price[depth, r] + option[depth, o, r]
            if not alive:
                break
            reach = so_far_price[depth + 1, r] + rest[depth + 1, r]
            if mode == MAX_MIN:
                bound = reach / scale[r]
            elif mode == LINEAR:
                bound = reach
            elif reach <= 0:
                bound = -np.inf
            else:
                bound = shift[r] + whole * np.log(reach / whole)
            if bound <= max(best_value, ignore) + 1e-12:
                alive = False
        if not alive:
            continue
        if depth + 1 < k_slots:
            depth += 1
            continue
        value = _score(so_far[k_slots], aim, mode)
        if value > best_value:
            best_value = value
            package[:] = digits
            if best_value >= enough:
                break
    return best_value, nodes


@compiled
def gains_of_breaking(break_value: Floats, members: Bools, utility: Floats, gain: Floats, who: Ints) -> int:
    """The coalition of which the member that gains least gains most.

    Parameters
    ----------
    break_value : (m, c, j), what a member has when the coalition c breaks. members : (c, j).
    utility : (m, n, j), of each package. gain : (m, n) and who : (m, n), out.
    """
    for m in range(utility.shape[0]):
        for n in range(utility.shape[1]):
            best, pick = -np.inf, 0
            for c in range(members.shape[0]):
                least = np.inf
                for j in range(members.shape[1]):
                    if members[c, j]:
                        least = min(least, break_value[m, c, j] - utility[m, n, j])
                        if least <= best:
                            break
                if least > best:
                    best, pick = least, c
            gain[m, n], who[m, n] = best, pick
    return 0

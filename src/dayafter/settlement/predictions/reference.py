"""Plain twins of the compiled rounds, written like the formulas. Slow, and never used but in tests.

The kernels add in another order, so the two agree to about 1e-12, not to the bit.
"""

from __future__ import annotations

import numpy as np

from dayafter.arrays import Bools, Floats, Ints


def _vote(rule: int, weight: Floats, gain: Floats) -> Floats:
    step = np.clip(gain / 1e-8, -1, 1)
    shapes = (
        gain,
        step,
        0.8 * gain + 0.2 * step,
        0.5 * gain + 0.5 * gain**3,
        gain**3,
        np.where(gain < 0, gain, gain * 2 / 3),
    )
    cast: Floats = weight * shapes[rule]
    return cast


def _utility(distance: Floats, risk: Floats) -> Floats:
    bent: Floats = (1 - distance) * (1 + np.minimum(distance, 1) * risk)
    return bent


def _distance(here: Floats, there: Floats, salience: Floats) -> float:
    total = (salience**2).sum()
    return float(np.sqrt(((salience * (here - there)) ** 2).sum() / total)) if total > 0 else 0.0


def equilibrium(utility: Floats, capability: Floats, voting: int, exponent: float, pce: int) -> Floats:
    """(o,) probability of each option; utility : (a, o)."""
    n = utility.shape[1]
    cast = _vote(voting, capability[:, None, None], utility[:, :, None] - utility[:, None, :])
    # The asymmetric vote is not odd in the gain: each pair is asked once, the later option against the earlier.
    later = np.tri(n, k=-1, dtype=bool)
    support = 1e-8 + np.where(later, np.maximum(cast, 0).sum(axis=0), np.maximum(-cast, 0).sum(axis=0).T)
    wins = support**exponent / (support**exponent + support.T**exponent)
    np.fill_diagonal(wins, 0.5)
    if pce == 0:
        p = np.exp(np.log(wins).sum(axis=1) - np.log(wins).sum(axis=1).max())
        share: Floats = p / p.sum()
        return share
    np.fill_diagonal(support, 1e-8)
    calls = np.full((n, n), 1 / n) if pce == 1 else support * wins / (support * wins).sum(axis=0)
    walk: Floats = np.full(n, 1 / n)
    for _ in range(10_000):
        q: Floats = (wins * (walk[:, None] * calls.T + walk[None, :] * calls)).sum(axis=1)
        change = np.abs(q - walk).max()
        walk = (walk + q) / 2
        if change <= (1e-6 if pce == 1 else 1e-8):
            break
    return walk


def risks(p: Floats, risk_range: int) -> Floats:
    """(a,) attitudes to risk."""
    low, high = p.min(), p.max()
    if high <= low:
        return np.zeros_like(p)
    share = (p - low) / (high - low)
    attitudes: Floats = (share, 1.5 * share - 0.5, 2 * share - 1)[risk_range]
    return attitudes


def estimate(  # noqa: PLR0917  # as the kernel
    i: int, j: int, seen: Floats, weight: Floats, care: Floats, voting: int, commit: int
) -> tuple[float, float]:
    """Probability that i beats j, and i's gain, as i sees them."""

    def cast(n: int, gain: float) -> float:
        return float(_vote(voting, weight[n : n + 1], np.array([gain]))[0])

    principals = [cast(n, seen[n, i] - seen[n, j]) for n in (i, j)]
    mine = 1e-10 + sum(max(v, 0.0) for v in principals)
    theirs = 1e-10 + sum(max(-v, 0.0) for v in principals)
    votes = []
    for n in range(weight.size):
        if n in {i, j}:
            continue
        first = cast(n, seen[n, i] - seen[n, j])
        p = (mine + max(first, 0.0)) / (mine + theirs + abs(first))
        own_if_i_wins = {0: (seen[n, n], seen[n, n]), 1: (seen[n, n], seen[n, i]), 2: (seen[n, i], seen[n, i])}[commit]
        own_if_j_wins = {0: (seen[n, n], seen[n, n]), 1: (seen[n, j], seen[n, n]), 2: (seen[n, j], seen[n, j])}[commit]
        sides = [
            p * (2 * seen[n, i] + own_if_i_wins[side]) + (1 - p) * (2 * seen[n, j] + own_if_j_wins[side])
            for side in (0, 1)
        ]
        votes.append(cast(n, sides[0] - sides[1]))
    mine += sum(max(v, 0.0) for v in votes)
    theirs += sum(max(-v, 0.0) for v in votes)
    p = mine / (mine + theirs)
    victory, loss, as_is = 2 * seen[i, i], 2 * seen[i, j], seen[i, i] + seen[i, j]
    return p, float((1 - care[j]) * victory + care[j] * (p * victory + (1 - p) * loss) - as_is)


def spatial_round(position: Floats, salience: Floats, capability: Floats, rules: Ints, reals: Floats) -> Floats:
    """(a, d) positions after one round of the spatial model, from positions alone."""
    n = capability.size
    voting, pce, risk_range, commit, power = (int(rule) for rule in rules)
    far = np.array([[_distance(position[i], position[j], salience[i]) for j in range(n)] for i in range(n)])
    risk = risks(equilibrium(1 - far, capability, voting, reals[0], pce), risk_range)
    care = salience.sum(axis=1)
    target: dict[int, tuple[int, Floats, Floats]] = {}
    for i in range(n):
        guess = (1 - reals[1]) * risk[i] + reals[1] * risk
        seen = _utility(far, guess[:, None])
        told = {j: estimate(i, j, seen, capability * care, care, voting, commit) for j in range(n) if j != i}
        j = max(told, key=lambda other: told[other][1])
        if told[j][1] <= 1e-5:
            continue
        p = told[j][0]
        mine, theirs = (salience[i] * p) ** power, (salience[j] * (1 - p)) ** power
        total = mine + 1e-6 + theirs
        for_i = ((mine + 1e-6) * position[i] + theirs * position[j]) / total
        for_j = (mine * position[i] + (1e-6 + theirs) * position[j]) / total
        target[i] = j, np.floor(0.5 + 1e4 * for_i) / 1e4, np.floor(0.5 + 1e4 * for_j) / 1e4
    after = position.copy()
    for k in range(n):
        worlds = [(k, position)]
        for i, (j, for_i, for_j) in target.items():
            if k in {i, j}:
                world = position.copy()
                world[i], world[j] = for_i, for_j
                worlds.append((i, world))
        worth = np.array(
            [
                [
                    np.mean([_utility(np.array(_distance(position[a], x, salience[a])), risk[a]) for x in world])
                    for _, world in worlds
                ]
                for a in range(n)
            ]
        )
        chosen = int(np.argmax(equilibrium(worth, capability, voting, reals[0], pce)))
        after[k] = worlds[chosen][1][k]
    return after


def challenge_round(x: Floats, care: Floats, capability: Floats, span: float) -> Floats:  # noqa: C901  # one piece
    """(a,) positions after one round of expected-utility challenges; span : range of the first positions."""
    n = x.size
    weight = care * capability

    def victory(x: Floats, i: int, j: int) -> float:
        cast = weight * (np.abs(x - x[j]) - np.abs(x - x[i]))
        total = np.abs(cast).sum()
        return float(np.maximum(cast, 0).sum() / total) if total > 0 else 0.5

    def gain(x: Floats, i: int, j: int, r: float) -> float:
        far = min(abs(x[i] - x[j]) / span, 1.0)
        win, lose, calm = (2 - 4 * (0.5 + half * far) ** r for half in (-0.5, 0.5, 0.0))
        p = victory(x, i, j)
        return float(care[j] * (p * win + (1 - p) * lose) + (1 - care[j]) * win - calm)

    exponent = np.ones(n)
    for i in range(n):
        totals = []
        for place in x:
            moved = x.copy()
            moved[i] = place
            totals.append(sum(gain(moved, j, i, 1.0) for j in range(n) if j != i))
        if max(totals) - min(totals) > 1e-12:
            risk = (2 * totals[i] - max(totals) - min(totals)) / (max(totals) - min(totals))
            exponent[i] = (1 - risk / 3) / (1 + risk / 3)
    expected = [[gain(x, i, j, exponent[i]) if i != j else 0.0 for j in range(n)] for i in range(n)]
    after = x.copy()
    for i in range(n):
        moves = []
        for j in range(n):
            mine, theirs = expected[i][j], expected[j][i]
            if theirs <= 0 or 0 < theirs <= mine:
                continue
            share = 1.0 if mine > 0 or -mine >= theirs else -mine / theirs
            if share * (x[j] - x[i]) != 0:
                moves.append(share * (x[j] - x[i]))
        if moves:
            after[i] = x[i] + min(moves, key=abs)
    return after


def best_exchange(
    vote: Floats, salience: Floats, weight: Floats, free: Bools, part: Bools
) -> tuple[float, int, int, int, int, float] | None:
    """The trade with the largest gain: gain, giver, taker, issue given, issue taken, shift of the first outcome."""
    outcome = (weight * vote).sum(axis=0) / weight.sum(axis=0)
    found = None
    for i, p in np.argwhere(free & (weight > 0)):
        for j, q in np.argwhere(free & (weight > 0)):
            both = part[i, p] and part[i, q] and part[j, p] and part[j, q]
            if i == j or p == q or not both:
                continue
            if any((vote[i, z] - outcome[z]) * (vote[j, z] - outcome[z]) >= 0 for z in (p, q)):
                continue
            rate = (salience[i, p] + salience[j, p]) / (salience[i, q] + salience[j, q])
            reach = []
            for who, other, z in ((i, j, p), (j, i, q)):
                by_vote = weight[who, z] * abs(vote[who, z] - vote[other, z]) / weight[:, z].sum()
                reach.append(min(by_vote, abs(outcome[z] - vote[other, z])))
            shift = min(reach[0], reach[1] / rate)
            gain = shift * (salience[i, q] * rate - salience[i, p])
            if gain > (found[0] if found else 1e-9):
                found = (float(gain), int(i), int(j), int(p), int(q), float(shift))
    return found

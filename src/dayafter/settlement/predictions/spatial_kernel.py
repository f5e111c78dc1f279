"""The compiled rounds of the two challenge models. Arrays and numbers in, arrays and a count out.

`reference.py` holds the plain twins. Everything here is serial and releases the interpreter's lock, so that draws can
run side by side. With n actors a round costs of the order of n³ steps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Floors that keep 0/0 away; on the scale of capability × utility, where contests are won by far more.
_LEAST_SUPPORT = 1e-8
_LEAST_CONTEST = 1e-10
_LEAST_WEIGHT = 1e-6
_LEAST_GAIN = 1e-5
_SAME_PLACE = 1e-3


@compiled
def vote(rule: int, weight: float, gain: float) -> float:
    """What an actor throws into a contest for a gain in utility, by the number of the voting rule."""
    sign = min(1.0, max(-1.0, gain / 1e-8))
    if rule == 0:  # proportional
        return weight * gain
    if rule == 1:  # binary
        return weight * sign
    if rule == 2:  # proportional with a step
        return weight * (0.8 * gain + 0.2 * sign)
    if rule == 3:  # proportional and cubic, half each
        return weight * (0.5 * gain + 0.5 * gain**3)
    if rule == 4:  # cubic
        return weight * gain**3
    return weight * gain if gain < 0 else weight * gain * 2.0 / 3.0  # losses weigh more than gains


@compiled
def bent(distance: float, risk: float) -> float:
    """Utility of an outcome at a distance of 0 to 1, for an attitude to risk of −1 to 1."""
    return (1.0 - distance) * (1.0 + min(distance, 1.0) * risk)


@compiled
def _spread(here: Floats, there: Floats, salience: Floats) -> float:
    """Distance weighted by salience: √(Σ(sΔ)²/Σs²); 0 for somebody who cares about nothing."""
    top, bottom = 0.0, 0.0
    for d in range(here.size):
        step = (here[d] - there[d]) * salience[d]
        top += step * step
        bottom += salience[d] * salience[d]
    return float(np.sqrt(top / bottom)) if bottom > 0.0 else 0.0


@compiled
def _victories(support: Floats, exponent: float) -> Floats:
    """(o, o) probability that the row's option beats the column's."""
    n = support.shape[0]
    wins = np.full((n, n), 0.5)
    for i in range(n):
        for j in range(i):
            mine, theirs = support[i, j] ** exponent, support[j, i] ** exponent
            wins[i, j] = mine / (mine + theirs)
            wins[j, i] = theirs / (mine + theirs)
    return wins


@compiled
def _markov(wins: Floats, calls: Floats, tolerance: float) -> Floats:
    """Where a walk comes to rest in which option j is challenged by i with probability calls[i, j]."""
    n = wins.shape[0]
    p = np.full(n, 1.0 / n)
    q = np.zeros(n)
    for _ in range(10_000):
        change = 0.0
        for i in range(n):
            q[i] = 0.0
            for j in range(n):
                q[i] += wins[i, j] * (p[i] * calls[j, i] + p[j] * calls[i, j])
            change = max(change, abs(q[i] - p[i]))
        for i in range(n):
            p[i] = (p[i] + q[i]) / 2.0
        if change <= tolerance:
            break
    return p


@compiled
def _conditional(wins: Floats) -> Floats:
    """Probability that an option beats all others, given that one does. In logarithms: products may be tiny."""
    n = wins.shape[0]
    p = np.zeros(n)
    highest = -np.inf
    for i in range(n):
        for j in range(n):
            p[i] += np.log(wins[i, j])
        highest = max(highest, p[i])
    total = 0.0
    for i in range(n):
        p[i] = np.exp(p[i] - highest)
        total += p[i]
    for i in range(n):
        p[i] /= total
    return p


@compiled
def _equilibrium(utility: Floats, n: int, capability: Floats, voting: int, exponent: float, pce: int) -> Floats:
    """(o,) probability of each of the first n options. utility : (o, a)."""
    support = np.full((n, n), _LEAST_SUPPORT)
    for i in range(n):
        for j in range(i):
            mine, theirs = 0.0, 0.0
            for k in range(capability.size):
                gain = utility[i, k] - utility[j, k]
                cast = capability[k] * gain if voting == 0 else vote(voting, capability[k], gain)
                mine += max(cast, 0.0)
                theirs -= min(cast, 0.0)
            support[i, j] += mine
            support[j, i] += theirs
    wins = _victories(support, exponent)
    if pce == 0:
        return _conditional(wins)
    calls = np.full((n, n), 1.0 / n)
    if pce == 2:
        for j in range(n):
            total = 0.0
            for i in range(n):
                calls[i, j] = support[i, j] * wins[i, j]
                total += calls[i, j]
            for i in range(n):
                calls[i, j] /= total
    return _markov(wins, calls, 1e-6 if pce == 1 else 1e-8)


@compiled
def _risks(p: Floats, risk_range: int) -> Floats:
    """(a,) attitudes to risk from the probabilities that their positions win; 0 where all are alike."""
    low, high = p.min(), p.max()
    risk = np.zeros(p.size)
    for i in range(p.size):
        if high > low:
            share = (p[i] - low) / (high - low)
            if risk_range == 0:
                risk[i] = share
            elif risk_range == 1:
                risk[i] = 1.5 * share - 0.5
            else:
                risk[i] = 2.0 * share - 1.0
    return risk


@compiled
def _challenge(
    i: int, j: int, seen: Floats, weight: Floats, care: float, voting: int, commit: int
) -> tuple[float, float]:
    """Probability that i beats j and i's gain over leaving things alone, both as i sees them.

    seen : (position, actor) i's estimate of utilities. weight : capability × salience. care : j's salience.
    Everybody's utility of its own position is 1.
    """
    mine, theirs = _LEAST_CONTEST, _LEAST_CONTEST
    for n, gain in ((i, 1.0 - seen[j, i]), (j, seen[i, j] - 1.0)):
        cast = vote(voting, weight[n], gain)
        mine += max(cast, 0.0)
        theirs -= min(cast, 0.0)
    all_mine, all_theirs = mine, theirs
    if commit == 1:  # else a third party bears the same whichever side it joins, and joins none
        for n in range(weight.size):
            if n in (i, j):
                continue
            if_i, if_j = seen[i, n], seen[j, n]
            cast = weight[n] * (if_i - if_j) if voting == 0 else vote(voting, weight[n], if_i - if_j)
            p = (mine + max(cast, 0.0)) / (mine + theirs + abs(cast))
            # Beside the winner it keeps its own position; beside the loser it has to take the winner's.
            gain = p * (1.0 - if_i) - (1.0 - p) * (1.0 - if_j)
            cast = weight[n] * gain if voting == 0 else vote(voting, weight[n], gain)
            all_mine += max(cast, 0.0)
            all_theirs -= min(cast, 0.0)
    p = all_mine / (all_mine + all_theirs)
    lost = seen[j, i]
    return p, (1.0 - care) * 2.0 + care * (p * 2.0 + (1.0 - p) * 2.0 * lost) - (1.0 + lost)


@compiled
def _distances(position: Floats, salience: Floats) -> Floats:
    """(position, actor) how far a position is from the actor's, by what the actor cares about."""
    n = position.shape[0]
    far = np.zeros((n, n))
    for k in range(n):
        for j in range(n):
            far[j, k] = _spread(position[k], position[j], salience[k])
    return far


@compiled
def _seen_by(h: int, far: Floats, risk: Floats, empathy: float, seen: Floats) -> None:
    """Write into `seen` what h takes everybody's utilities to be: risk (1 − empathy)·own + empathy·theirs."""
    n = far.shape[0]
    for j in range(n):
        for k in range(n):
            seen[j, k] = bent(far[j, k], (1.0 - empathy) * risk[h] + empathy * risk[k])


@compiled
def _moved(here: Floats, there: Floats) -> float:
    """Plain distance."""
    total = 0.0
    for d in range(here.size):
        total += (here[d] - there[d]) ** 2
    return float(np.sqrt(total))


@compiled
def _last_near(here: Floats, position: Floats, places: Ints, n_places: int) -> int:
    """Which of the first places is the same as `here`: the last within 1/1,000 of the scale; −1 for none.

    Near is not transitive, so an actor whose place was merged into one may be told the chance of another that is
    near too. The program that the model comes from does so.
    """
    found = -1
    for u in range(n_places):
        if _moved(here, position[places[u]]) < _SAME_PLACE:
            found = u
    return found


@compiled
def _standings(far: Floats, risk: Floats, position: Floats, capability: Floats, rules: Ints, exponent: float) -> Floats:
    """(a,) probability that each actor's position wins; actors in one place share it."""
    n = far.shape[0]
    places = np.zeros(n, np.int64)  # the first actor at each place
    n_places = 0
    for i in range(n):
        if _last_near(position[i], position, places, n_places) < 0:
            places[n_places] = i
            n_places += 1
    utility = np.zeros((n, n))
    for u in range(n_places):
        for k in range(n):
            utility[u, k] = bent(far[places[u], k], risk[k])
    p = _equilibrium(utility, n_places, capability, rules[0], exponent, rules[1])
    each = np.zeros(n)
    for i in range(n):
        each[i] = p[_last_near(position[i], position, places, n_places)]
    return each


@compiled
def _bargain(i: int, j: int, p: float, position: Floats, salience: Floats, power: int, bargain: Floats) -> None:
    """Write into `bargain` (2, d) where i would have itself and j go: the mean weighted by (s·p)^power.

    Rounded to 1/10,000 of the scale, as in the program that the model comes from.
    """
    for d in range(position.shape[1]):
        mine, theirs = (salience[i, d] * p) ** power, (salience[j, d] * (1.0 - p)) ** power
        total = mine + _LEAST_WEIGHT + theirs
        here, there = position[i, d], position[j, d]
        bargain[0, d] = np.floor(0.5 + 1e4 * (((mine + _LEAST_WEIGHT) * here + theirs * there) / total)) / 1e4
        bargain[1, d] = np.floor(0.5 + 1e4 * ((mine * here + (_LEAST_WEIGHT + theirs) * there) / total)) / 1e4


@compiled
def _proposals(
    position: Floats, salience: Floats, capability: Floats, far: Floats, risk: Floats, rules: Ints, empathy: float
) -> tuple[Ints, Floats]:
    """(a,) whom each actor challenges, −1 for nobody, and (a, 2, d) where it would have itself and its target go."""
    n, n_dims = position.shape
    care = np.zeros(n)
    for k in range(n):
        for d in range(n_dims):
            care[k] += salience[k, d]
    weight = care * capability
    seen = np.zeros((n, n))
    target = np.full(n, -1)
    bargains = np.zeros((n, 2, n_dims))
    for i in range(n):
        _seen_by(i, far, risk, empathy, seen)
        best, chance = _LEAST_GAIN, 0.0
        for j in range(n):
            if j == i:
                continue
            p, gain = _challenge(i, j, seen, weight, care[j], rules[0], rules[3])
            if gain > best:
                best, chance, target[i] = gain, p, j
        if target[i] >= 0:
            _bargain(i, target[i], chance, position, salience, rules[4], bargains[i])
    return target, bargains


@compiled
def _worths(position: Floats, salience: Floats, far: Floats, risk: Floats, target: Ints, bargains: Floats) -> Floats:
    """(bargain, actor) mean utility of the world after each bargain; last, of the world as it is."""
    n = position.shape[0]
    worth = np.zeros((n + 1, n))
    for k in range(n):
        total = 0.0
        for j in range(n):
            total += bent(far[j, k], risk[k])
        worth[n, k] = total / n
        for b in range(n):
            if target[b] >= 0:
                gone = bent(far[b, k], risk[k]) + bent(far[target[b], k], risk[k])
                one = bent(_spread(position[k], bargains[b, 0], salience[k]), risk[k])
                two = bent(_spread(position[k], bargains[b, 1], salience[k]), risk[k])
                worth[b, k] = (total - gone + one + two) / n
    return worth


@compiled
def _spatial_round(
    position: Floats, salience: Floats, capability: Floats, far: Floats, risk: Floats, rules: Ints, reals: Floats
) -> Floats:
    """(a, d) positions after everybody has challenged its best target and each has settled for one bargain."""
    n = position.shape[0]
    target, bargains = _proposals(position, salience, capability, far, risk, rules, reals[1])
    worth = _worths(position, salience, far, risk, target, bargains)
    after = position.copy()
    offers = np.zeros(n + 1, np.int64)
    table = np.zeros((n + 1, n))
    for k in range(n):
        offers[0] = n
        n_offers = 1
        for b in range(n):
            if target[b] >= 0 and (b == k or target[b] == k):
                offers[n_offers] = b
                n_offers += 1
        for o in range(n_offers):
            for a in range(n):
                table[o, a] = worth[offers[o], a]
        p = _equilibrium(table, n_offers, capability, rules[0], reals[0], rules[1])
        best = 0
        for o in range(1, n_offers):
            if p[o] > p[best]:
                best = o
        if best > 0:
            b = offers[best]
            for d in range(position.shape[1]):
                after[k, d] = bargains[b, 0 if b == k else 1, d]
    return after


@compiled
def spatial_rounds(
    position: Floats, salience: Floats, capability: Floats, rules: Ints, reals: Floats, limits: Ints
) -> tuple[Floats, Floats, int]:
    """Rounds of challenges in several dimensions.

    Parameters
    ----------
    position, salience : (a, d), 0 to 1; the saliences of an actor sum to 1 at most. capability : (a,), ≥ 0.
    rules : voting, pce, risk range, commitment of third parties, power of the bargain's weights.
    reals : exponent of the victory, empathy, least share of the first round's movement.
    limits : least and most rounds.

    Returns
    -------
    (t, a, d) positions, (t, a) probabilities of winning, and the number of turns filled.
    """
    n, n_dims = position.shape
    path = np.zeros((limits[1] + 1, n, n_dims))
    wins = np.zeros((limits[1] + 1, n))
    path[0] = position
    first = 0.0
    for turn in range(limits[1] + 1):
        far = _distances(path[turn], salience)
        p = _equilibrium(1.0 - far, n, capability, rules[0], reals[0], rules[1])
        risk = _risks(p, rules[2])
        wins[turn] = _standings(far, risk, path[turn], capability, rules, reals[0])
        moved = 0.0
        if turn > 0:
            for i in range(n):
                moved += _moved(path[turn, i], path[turn - 1, i])
            if turn == 1:
                first = moved
            if first == 0.0 or turn == limits[1] or (turn >= limits[0] and moved < reals[2] * first):
                return path, wins, turn + 1
        if turn < limits[1]:
            path[turn + 1] = _spatial_round(path[turn], salience, capability, far, risk, rules, reals)
    return path, wins, limits[1] + 1

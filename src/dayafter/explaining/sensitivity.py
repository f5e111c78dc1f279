"""Which uncertain inputs move the answer, and what it is worth to know each better. From one ensemble, no further runs.

*Influence* is the share of the variance of an outcome's ranks over parameter draws that goes with one input alone,
Var(E[R | X]) / Var(R), by equal-frequency bins of the input with the expectation under independence taken off; ranks,
since the counts have heavy tails. *Worth* is the expected value of partial perfect information for the choice among
policies: by how much the outcome of the policy that one would choose improves, on average, if the input were known
before the choice. *Noise* is what the largest of as many inputs that mean nothing stays below nine times in ten. All of
it is of the model under its priors: an input that moves nothing may do so because the prior holds it still.

Sources: E. Plischke (2010), Reliability Engineering & System Safety 95(4), 354-360, for indices from given data;
M. Strong, J. E. Oakley and A. Brennan (2014), Medical Decision Making 34(3), 311-326, for worth by regression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.stats import rankdata

from dayafter.arrays import Floats, Policy
from dayafter.errors import UsageError
from dayafter.explaining.laboratory import Arm, Bench, Course
from dayafter.seeding import uniforms
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.layout import CLASSES
from dayafter.simulation.parameters import default_priors
from dayafter.simulation.setting import Setting

CHUNK: Final = 250
LEAST_DRAWS: Final = 40
SETS: Final = 20
"""Sets of meaningless inputs, each as many as the real ones. Influence and worth read ranks of the input alone, so a
random order of the draws is an input that means nothing."""
QUIET: Final = 0.9
"""Share of such sets whose largest stays below the noise."""
DEGREE: Final = 3
"""Of the polynomial in the input's rank that stands for E[Y | X]."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An outcome over all contested places, and which way is better."""

    id: str
    name: str
    unit: str
    better: int
    """1: more; −1: less."""
    of: Callable[[Course], Floats]


def _events(course: Course) -> Floats:
    total: Floats = course.paths.events.sum(axis=(0, 1, 2)).astype(np.float64)
    return total


def _home(course: Course) -> Floats:
    total: Floats = course.paths.home[-1].sum(axis=0).astype(np.float64)
    return total


def _under_deals(course: Course) -> Floats:
    total: Floats = course.paths.in_force.sum(axis=(0, 1)).astype(np.float64)
    return total


GOALS: Final = (
    Goal("events", "violent events", "events", -1, _events),
    Goal("home", "persons at home at the end", "persons", 1, _home),
    Goal("months_under_deals", "months in force of all deals", "months", 1, _under_deals),
)


@dataclass(frozen=True, slots=True)
class Influence:
    """One input and one number."""

    goal: str
    of: str
    """Policy whose difference with the baseline it is; the baseline's id: the level under it."""
    input: str
    share: float
    """Of the variance of ranks over draws; below 0 where less than chance."""
    noise: float
    direction: float
    """Rank correlation."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What it is worth to know one input before choosing a policy."""

    goal: str
    input: str
    """Empty: to know all inputs."""
    value: float
    """In the goal's unit, 0 or more: how much better the chosen policy does on average."""
    noise: float
    best: str
    """The policy chosen without knowing more."""


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Everything, of one run."""

    policies: tuple[str, ...]
    baseline: str
    draws: int
    replicates: int
    months: int
    inputs: Mapping[str, str]
    """Id to what it is."""
    means: Mapping[str, Mapping[str, float]]
    """Goal to policy to mean."""
    errors: Mapping[str, Mapping[str, float]]
    """Goal to policy to half the 90 % Monte Carlo interval of its difference with the baseline; of the level for it."""
    influences: tuple[Influence, ...]
    worths: tuple[Worth, ...]


def _place_effects(setting: Setting) -> Floats:
    """Mean of log rate less the classes' rates: what places add."""
    rates = np.stack([np.log(setting.parameters[f"rate_{kind.value}"]) for kind in CLASSES])
    effect: Floats = (setting.world.log_rate - rates).mean(axis=(0, 1))
    return effect


_CASE_INPUTS: Final[Mapping[str, tuple[str, Callable[[Setting], Floats]]]] = {
    "case: claims": ("claims at the start, mean", lambda s: s.world.claim.mean(axis=0)),
    "case: distrust": ("distrust at the start, mean", lambda s: s.world.distrust.mean(axis=0)),
    "case: trust": ("trust in armed actors at the start, mean", lambda s: s.world.trust.mean(axis=0)),
    "case: representation": ("representation at the start, mean", lambda s: s.world.represented.mean(axis=0)),
    "case: command": ("command over members, mean", lambda s: s.world.command.mean(axis=0)),
    "case: hostility": ("hostility, mean", lambda s: s.world.hostility.mean(axis=0)),
    "case: destruction": ("dwellings destroyed, sum", lambda s: s.world.destroyed.sum(axis=0)),
    "case: displaced": ("persons displaced at the start, sum", lambda s: s.world.displaced.sum(axis=0).astype(float)),
    "case: terms kept": ("terms kept at the start, mean", lambda s: s.world.kept.mean(axis=0)),
    "case: assent": ("assent of the people to deals, mean", lambda s: s.world.assent.mean(axis=0)),
    "case: assent of patrons": ("assent of patrons to deals, mean", lambda s: s.world.patron_assent.mean(axis=0)),
    "case: margins": ("margins of veto players at the start, mean", lambda s: s.surplus.base.mean(axis=0)),
    "effects of places": ("place effects on the log rates, mean", _place_effects),
    "frailty of deals": ("log frailty of deal processes, mean", lambda s: np.log(s.world.frailty).mean(axis=0)),
}
"""What of the case and of luck that lasts is uncertain, drawn together; `s` is the setting."""


def input_names() -> dict[str, str]:
    """Id to what it is."""
    names = {symbol: prior.name for symbol, prior in default_priors().items()}
    return names | {name: text for name, (text, _) in _CASE_INPUTS.items()}


def influence(x: Floats, y: Floats, bins: int | None = None) -> float:
    """Var(E[Y | X]) / Var(Y) from given data, less what independence would show on average; 0 where Y stands still.

    Parameters
    ----------
    x, y : (n,). bins : of equal frequency; between 4 and 16 by n where None.
    """
    n = y.size
    mean = y.mean()
    total = float(((y - mean) ** 2).sum())
    if total <= 0:
        return 0.0
    k = bins if bins is not None else int(np.clip(round(n ** (1 / 3)), 4, 16))
    order = np.argsort(x, kind="stable")
    between = sum(part.size * float((part.mean() - mean) ** 2) for part in np.array_split(y[order], k))
    within = total - between
    # Analysis of variance: the expectation of `between` under independence is (k − 1) mean squares within.
    return (between - (k - 1) * within / (n - k)) / total


def expected_given(x: Floats, y: Floats) -> Floats:
    """(n, ...) E[Y | X] at each draw: a polynomial in the rank of X by least squares."""
    place = np.empty(x.size, dtype=np.int64)
    place[np.argsort(x, kind="stable")] = np.arange(x.size)
    design, inverse = _design(x.size)
    fitted: Floats = design[place] @ (inverse[:, place] @ y)
    return fitted


@lru_cache(maxsize=4)
def _design(n: int) -> tuple[Floats, Floats]:
    """Legendre polynomials at n even ranks, and their pseudo-inverse."""
    design: Floats = np.polynomial.legendre.legvander((2 * np.arange(n) + 1) / n - 1, DEGREE).astype(np.float64)
    inverse: Floats = np.linalg.pinv(design).astype(np.float64)
    return design, inverse


def worth(x: Floats, gains: Floats) -> float:
    """E[max over policies of E[gain | X]] − max over policies of E[gain].

    Parameters
    ----------
    gains : (n, policies), how much better each policy does than the baseline; a column of 0 for the baseline.
    """
    fitted = expected_given(x, gains)
    value: float = float(fitted.max(axis=1).mean() - gains.mean(axis=0).max())
    return max(0.0, value)


def sensitivity(
    process: CaseProcess,
    policies: Sequence[Policy],
    baseline: str,
    *,
    members: int,
    replicates: int,
    goals: Sequence[Goal] = GOALS,
    with_worth: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Run the policies on the first members of a run and hold every input against every goal.

    Parameters
    ----------
    members : whole draws, at least 40 of them. goals : what the inputs are held against.
    with_worth : also say what it is worth to know each input.

    Raises
    ------
    UsageError : too few draws; the baseline is not among the policies.
    """
    n_draws = members // replicates
    if n_draws < LEAST_DRAWS:
        raise UsageError(
            f"{members} members are {n_draws} parameter draws; which inputs matter wants {LEAST_DRAWS} draws or more"
        )
    if baseline not in [one.id for one in policies]:
        raise UsageError(f"the baseline '{baseline}' is not among the policies ({', '.join(p.id for p in policies)})")
    inputs, values = _ensemble(process, policies, goals, (n_draws, replicates), progress)
    names = input_names()
    n = values.shape[1]
    if n < LEAST_DRAWS:
        raise UsageError(f"only {n} of {n_draws} parameter draws went well in every future; ask for more members")
    orders = _orders(process.seed, n, len(inputs) * SETS)
    influences: list[Influence] = []
    worths: list[Worth] = []
    base = [one.id for one in policies].index(baseline)
    for g, goal in enumerate(goals):
        level = values[g]
        gains = (level - level[:, base : base + 1]) * goal.better
        for number, policy in enumerate(policies):
            y = rankdata(level[:, base] if number == base else level[:, number] - level[:, base])
            noise = _noise([influence(order, y) for order in orders])
            for name, x in inputs.items():
                share, direction = influence(x, y), rank_correlation(x, y)
                influences.append(Influence(goal.id, policy.id, name, share, noise, direction))
        if with_worth:
            worths += _worths(goal, inputs, gains, orders, [one.id for one in policies])
    return Sensitivity(
        policies=tuple(one.id for one in policies),
        baseline=baseline,
        draws=n,
        replicates=replicates,
        months=process.months,
        inputs={name: names.get(name, name) for name in inputs},
        means={
            goal.id: {policy.id: float(values[g][:, n].mean()) for n, policy in enumerate(policies)}
            for g, goal in enumerate(goals)
        },
        errors={
            goal.id: {policy.id: _error(values[g], n, base) for n, policy in enumerate(policies)}
            for g, goal in enumerate(goals)
        },
        influences=tuple(influences),
        worths=tuple(worths),
    )


def _worths(
    goal: Goal, inputs: Mapping[str, Floats], gains: Floats, orders: Floats, policies: Sequence[str]
) -> list[Worth]:
    """What it is worth to know each input, and all of them, before a policy is chosen."""
    best = policies[int(gains.mean(axis=0).argmax())]
    noise = _noise([worth(order, gains) for order in orders])
    everything = float(gains.max(axis=1).mean() - gains.mean(axis=0).max())
    return [
        Worth(goal.id, "", everything, 0.0, best),
        *(Worth(goal.id, name, worth(x, gains), noise, best) for name, x in inputs.items()),
    ]


def _ensemble(
    process: CaseProcess,
    policies: Sequence[Policy],
    goals: Sequence[Goal],
    sizes: tuple[int, int],
    progress: Callable[[int, int], None] | None,
) -> tuple[dict[str, Floats], Floats]:
    """Inputs (n,) by name, and (goal, n, policy) means over histories. Draws that went wrong anywhere are left out.

    `sizes` : draws and histories of each.
    """
    n_draws, replicates = sizes
    size = max(1, CHUNK // replicates)
    inputs: dict[str, list[Floats]] = {}
    parts, fine = [], []
    starts = range(0, n_draws, size)
    for number, first in enumerate(starts):
        if progress is not None:
            progress(number, len(starts))
        members = np.arange(first * replicates, min(first + size, n_draws) * replicates, dtype=np.int64)
        bench = Bench.of_process(process, members, members // replicates)
        for name, x in _every_input(bench.setting).items():
            inputs.setdefault(name, []).append(x[::replicates])
        courses = [bench.run(Arm(policy, dated=False)) for policy in policies]
        outcomes = np.stack([[goal.of(course) for course in courses] for goal in goals])
        parts.append(outcomes.reshape(len(goals), len(policies), -1, replicates).mean(axis=3).swapaxes(1, 2))
        wrong = np.logical_or.reduce([course.paths.gone_wrong for course in courses])
        fine.append(~wrong.reshape(-1, replicates).any(axis=1))
    if progress is not None:
        progress(len(starts), len(starts))
    kept = np.concatenate(fine)
    drawn = {name: np.concatenate(some)[kept] for name, some in inputs.items()}
    moving = {name: x for name, x in drawn.items() if np.isfinite(x).all() and np.ptp(x) > 0}
    return moving, np.concatenate(parts, axis=1)[:, kept]


def _every_input(setting: Setting) -> dict[str, Floats]:
    found = {symbol: setting.parameters[symbol] for symbol in setting.parameters.symbols}
    return found | {name: np.asarray(of(setting), dtype=np.float64) for name, (_, of) in _CASE_INPUTS.items()}


def _error(level: Floats, policy: int, base: int) -> float:
    y = level[:, base] if policy == base else level[:, policy] - level[:, base]
    return float(1.645 * y.std(ddof=1) / np.sqrt(y.size))


def _orders(seed: int, n: int, number: int) -> Floats:
    """(number, n), inputs that mean nothing."""
    return uniforms(seed, "sensitivity/order", np.arange(number, dtype=np.int64), np.arange(n, dtype=np.int64))


def _noise(chance: Sequence[float]) -> float:
    largest = np.array(chance).reshape(SETS, -1).max(axis=1)
    return float(np.quantile(largest, QUIET))


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's; 0 where one of them stands still."""
    if np.ptp(x) <= 0 or np.ptp(y) <= 0:
        return 0.0
    return float(np.corrcoef(np.stack([rankdata(x), rankdata(y)]))[0, 1])

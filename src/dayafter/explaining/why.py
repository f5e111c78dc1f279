"""Why a policy does better or worse at a place: the paired difference taken apart by mechanism and by tactic.

A mechanism is switched off in policy and baseline alike, on the same luck; what the difference loses is its share. A
tactic (a step, or steps of one kind) is taken out of the policy; what the policy loses is the tactic's share, and that
again is taken apart by mechanism: tactic → driver → outcome. One at a time: shares need not add up, and what is left
is stated as interaction. Members are those of the run, so a share is about the same futures as the run's tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints, Policy, Step
from dayafter.errors import UsageError
from dayafter.explaining.laboratory import Arm, Bench, Course
from dayafter.explaining.mechanisms import MECHANISMS, Mechanism
from dayafter.explaining.verdict import contrast_of
from dayafter.simulation.adapter import CaseProcess

CHUNK: Final = 256
INTERACTION: Final = "interaction"
TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A number of each member at a place."""

    id: str
    name: str
    unit: str
    of: Callable[[Course, int], Floats]
    people: bool = False
    """Sums over communities: withheld where one of them is."""


def _events(course: Course, p: int) -> Floats:
    total: Floats = course.paths.events[:, p].sum(axis=(0, 1)).astype(np.float64)
    return total


def _hands(course: Course, p: int) -> Floats:
    changed = course.paths.change_fought[:, p].astype(np.int64) + course.paths.change_unopposed[:, p]
    total: Floats = changed.sum(axis=0).astype(np.float64)
    return total


def _returned(course: Course, p: int) -> Floats:
    cells = np.flatnonzero(course.setting.layout.cell_place == p)
    total: Floats = course.paths.returned[:, cells].sum(axis=(0, 1)).astype(np.float64)
    return total


def _under_deals(course: Course, p: int) -> Floats:
    deals = np.flatnonzero(course.setting.case.covers[:, p])
    total: Floats = course.paths.in_force[:, deals].sum(axis=(0, 1)).astype(np.float64)
    return total


OUTCOMES: Final = (
    Outcome("events", "violent events", "events", _events),
    Outcome("hands_changed", "changes of the holder", "changes", _hands),
    Outcome("returned", "persons who return", "persons", _returned, people=True),
    Outcome("months_under_deals", "months in force of the deals over the place", "months", _under_deals),
)


@dataclass(frozen=True, slots=True)
class Tactic:
    """Steps of one policy that do the same to the same."""

    action: str
    deal: str | None
    place: str | None
    broker: str | None
    aid: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What one driver does to one outcome, of the whole policy or of one tactic."""

    tactic: Tactic | None
    """None: the whole policy."""
    driver: str
    """Id of a mechanism, `total` or `interaction`."""
    outcome: str
    mean: float
    error: float
    """Half-width of the 90 % Monte Carlo interval."""


@dataclass(frozen=True, slots=True)
class Why:
    """A policy against the baseline at a place."""

    policy: Policy
    baseline: Policy
    place: str
    members: int
    draws: int
    months: int
    shares: tuple[Share, ...]

    def total(self, outcome: str) -> Share:
        """The whole difference."""
        return next(s for s in self.shares if s.tactic is None and s.driver == TOTAL and s.outcome == outcome)


def tactics_of(case: CompiledCase, policy: Policy, place: str) -> tuple[Tactic, ...]:
    """Steps that can tell at a place, grouped by what they do to what; in the order of the policy."""
    p = case.places.index(place)
    groups: dict[tuple[str, str | None, str | None, str | None, str | None], list[Step]] = {}
    for step in policy.steps:
        if step.deal is not None and not (case.covers[case.deals.index(step.deal), p] or _national(case, step.deal)):
            continue
        if step.deal is None and step.place not in {None, place} and step.broker is None:
            continue
        groups.setdefault((step.action.value, step.deal, step.place, step.broker, step.aid), []).append(step)
    return tuple(Tactic(*key, tuple(steps)) for key, steps in groups.items())


def _national(case: CompiledCase, deal: str) -> bool:
    return bool((case.covers[case.deals.index(deal)] & case.is_national).any())


def why(
    process: CaseProcess,
    policy: Policy,
    baseline: Policy,
    place: str,
    *,
    members: int,
    replicates: int,
    mechanisms: Sequence[Mechanism] = MECHANISMS,
    by_tactic: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Why:
    """Take the difference apart.

    Parameters
    ----------
    members : the first of the run's, whole draws. by_tactic : also take each tactic's share apart.
    progress : called with (runs done, in all).

    Raises
    ------
    UsageError : the policy is the baseline, the place is not one of the case, every member goes wrong.
    """
    if policy.id == baseline.id:
        raise UsageError(f"'{policy.id}' is the baseline; its difference with itself is 0. Name another with --policy")
    if place not in process.case.places:
        raise UsageError(f"the case has no place '{place}' that is assessed; it has {', '.join(process.case.places)}")
    tactics = tactics_of(process.case, policy, place) if by_tactic else ()
    if len(tactics) < 2:
        tactics = ()  # a single tactic is the policy
    plans: dict[Tactic | None, Policy] = {None: policy}
    plans |= {tactic: _without(policy, tactic) for tactic in tactics}
    n_draws = max(1, members // replicates)
    found = _Found(process.case.places.index(place))
    chunks = list(_chunks(n_draws, replicates))
    done, whole = 0, len(chunks) * (len(mechanisms) + 1)
    for first, stop in chunks:
        numbers = np.arange(first * replicates, stop * replicates, dtype=np.int64)
        bench = Bench.of_process(process, numbers, numbers // replicates)
        for mechanism in (None, *mechanisms):
            here = bench if mechanism is None else bench.with_parameters(mechanism.off)
            base = here.run(Arm(baseline, dated=False))
            for tactic, plan in plans.items():
                course = here.run(Arm(plan, dated=False))
                found.add(None if mechanism is None else mechanism.id, tactic, base, course, numbers // replicates)
            done += 1
            if progress is not None:
                progress(done, whole)
    shares = tuple(found.shares(mechanisms, tactics))
    return Why(policy, baseline, place, n_draws * replicates, n_draws, process.months, shares)


def _without(policy: Policy, tactic: Tactic) -> Policy:
    kept = tuple(step for step in policy.steps if step not in tactic.steps)
    return replace(policy, steps=kept)


def _chunks(n_draws: int, replicates: int) -> Iterator[tuple[int, int]]:
    size = max(1, CHUNK // replicates)
    for first in range(0, n_draws, size):
        yield first, min(first + size, n_draws)


_Key = tuple[str | None, Tactic | None]


class _Found:
    """Differences with the baseline of each member, by what is switched off and which tactic is left out."""

    def __init__(self, place: int) -> None:
        self._place = place
        self._differences: dict[_Key, list[Mapping[str, Floats]]] = {}
        self._fine: dict[_Key, list[Bools]] = {}
        self._draws: dict[_Key, list[Ints]] = {}

    def add(self, mechanism: str | None, tactic: Tactic | None, base: Course, course: Course, draws: Ints) -> None:
        """Keep what one pair of runs came to."""
        key = (mechanism, tactic)
        differences = {
            outcome.id: outcome.of(course, self._place) - outcome.of(base, self._place) for outcome in OUTCOMES
        }
        self._differences.setdefault(key, []).append(differences)
        self._fine.setdefault(key, []).append(~(base.paths.gone_wrong | course.paths.gone_wrong))
        self._draws.setdefault(key, []).append(draws)

    def shares(self, mechanisms: Sequence[Mechanism], tactics: Sequence[Tactic]) -> Iterator[Share]:
        """Shares of the whole policy, then of each tactic."""
        for tactic in (None, *tactics):
            for outcome in OUTCOMES:
                whole, rest = self._effect(None, tactic, outcome.id), 0.0
                yield self._share(tactic, TOTAL, outcome.id, whole)
                for mechanism in mechanisms:
                    without, fine = self._effect(mechanism.id, tactic, outcome.id)
                    lost = (whole[0] - without, whole[1] & fine)
                    share = self._share(tactic, mechanism.id, outcome.id, lost)
                    rest += share.mean
                    yield share
                mean = self._share(tactic, TOTAL, outcome.id, whole).mean
                yield Share(tactic, INTERACTION, outcome.id, mean - rest, float("nan"))

    def _effect(self, mechanism: str | None, tactic: Tactic | None, outcome: str) -> tuple[Floats, Bools]:
        """Policy less baseline; for a tactic, policy less policy without it."""
        whole, fine = self._of(mechanism, None, outcome)
        if tactic is None:
            return whole, fine
        without, also = self._of(mechanism, tactic, outcome)
        return whole - without, fine & also

    def _of(self, mechanism: str | None, tactic: Tactic | None, outcome: str) -> tuple[Floats, Bools]:
        key = (mechanism, tactic)
        return np.concatenate([one[outcome] for one in self._differences[key]]), np.concatenate(self._fine[key])

    def _share(
        self,
        tactic: Tactic | None,
        driver: str,
        outcome: str,
        effect: tuple[Floats, Bools],
    ) -> Share:
        values, fine = effect
        try:
            one = contrast_of(values, np.zeros_like(values), fine, np.concatenate(self._draws[None, None]))
        except ValueError as fault:
            raise UsageError("every member went wrong; ask for more members") from fault
        return Share(tactic, driver, outcome, one.mean, one.error)

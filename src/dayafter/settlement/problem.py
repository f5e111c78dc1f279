"""What bargaining is about, as read-only arrays: who wants what, how much it matters, what each can bring to bear.

Axes: a actors, i issues. Positions and saliences lie in 0 to 1, whatever the scale of the file they came from;
`scale` is the unit in which results are told. An actor without a position on an issue takes no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints, Uncertain
from dayafter.errors import DayafterError
from dayafter.seeding import stable_id

_POWERLESS: Final = "every actor has a capability of 0, so nothing can decide it; give at least one a capability"
_CARELESS: Final = (
    "nobody who can bring something to bear cares about it (salience 0); give a salience above 0 or leave the issue out"
)


class ProblemError(DayafterError):
    """Nothing can be bargained over as the inputs stand; carries every fault found."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(faults)  # keeps it picklable across worker processes
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(self.faults)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One reading of a bargaining problem: every number a point."""

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    position: Floats  # (a, i) 0 to 1; read only where takes_part
    salience: Floats  # (a, i) 0 to 1; 0 elsewhere
    capability: Floats  # (a, i) ≥ 0; 0 elsewhere
    takes_part: Bools  # (a, i)
    scale: float = 1.0

    def __post_init__(self) -> None:
        shape = (len(self.actors), len(self.issues))
        for name in ("position", "salience", "capability", "takes_part"):
            if (got := getattr(self, name).shape) != shape:
                raise ValueError(
                    f"{name} has shape {got}, expected {shape}; pass one row an actor, one column an issue"
                )
        for item in fields(self):
            if isinstance(value := getattr(self, item.name), np.ndarray):
                value.flags.writeable = False

    @property
    def weight(self) -> Floats:
        """(a, i) capability × salience: the voting weight of the linear models."""
        product: Floats = np.where(self.takes_part, self.capability * self.salience, 0.0)
        return product

    def on(self, issue: int) -> tuple[Ints, Floats, Floats, Floats]:
        """Indices, positions, saliences and capabilities of those who take part in one issue."""
        who = np.flatnonzero(self.takes_part[:, issue])
        return who, self.position[who, issue], self.salience[who, issue], self.capability[who, issue]


@dataclass(frozen=True, slots=True, eq=False)
class UncertainProblem:
    """A bargaining problem whose numbers may be intervals."""

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    position: Uncertain  # (a, i)
    salience: Uncertain  # (a, i)
    capability: Uncertain  # (a, i)
    scale: float = 1.0
    silent: tuple[str, ...] = ()
    """What the inputs do not say and is drawn over everything possible."""
    left_out: tuple[str, ...] = ()
    """Issues that nothing can decide, a sentence each: nobody cares, or nobody can bring anything to bear."""

    def __post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise ProblemError(faults)

    @property
    def takes_part(self) -> Bools:
        """(a, i) whether an actor has a position on an issue."""
        return self.position.exists

    @property
    def is_certain(self) -> bool:
        """Whether no number of it is an interval."""
        parts = (self.position, self.salience, self.capability)
        return not any((part.low < part.high)[self.takes_part].any() for part in parts)

    @property
    def middle(self) -> Problem:
        """The problem at the best values, or the middles of the ranges."""
        return self._reading(self.position.middle, self.salience.middle, self.capability.middle)

    def draws(self, seed: int, n_draws: int) -> Iterator[Problem]:
        """Readings with every interval drawn. A draw depends on seed, labels and number, not on order or count."""
        members = np.arange(n_draws, dtype=np.int64)
        drawn = [part.draw(seed, members) for part in (self.position, self.salience, self.capability)]
        for position, salience, capability in zip(*drawn, strict=True):
            yield self._reading(position, salience, capability)

    def _reading(self, position: Floats, salience: Floats, capability: Floats) -> Problem:
        part = self.takes_part
        x, s, c = (np.where(part, values, 0.0) for values in (position, salience, capability))
        return Problem(self.actors, self.issues, x, s, c, part.copy(), self.scale)


def _faults(problem: UncertainProblem) -> Iterator[str]:
    """Everything because of which nothing can be computed, a sentence each with its mend."""
    shape = (len(problem.actors), len(problem.issues))
    for part in (problem.position, problem.salience, problem.capability):
        if part.shape != shape:
            raise ValueError(
                f"{part.name} has shape {part.shape}, expected {shape}; one row an actor, one column an issue"
            )
    if not problem.issues:
        yield "there is no issue to bargain over; give at least one issue with the positions of two actors"
    for axis, labels in (("actor", problem.actors), ("issue", problem.issues)):
        for label in dict.fromkeys(label for label in labels if labels.count(label) > 1):
            yield f"{axis} '{label}' is there twice; give each {axis} once"
    for i, issue in enumerate(problem.issues):
        yield from _faults_of(problem, i, f"issue '{issue}'")


def _faults_of(problem: UncertainProblem, i: int, called: str) -> Iterator[str]:
    part = problem.takes_part[:, i]
    names = [actor for actor, there in zip(problem.actors, part, strict=True) if there]
    if len(names) < 2:
        only = f"only '{names[0]}' has a position" if names else "nobody has a position"
        yield f"{called}: {only}; bargaining takes two: add a position or leave the issue out"
        return
    for one, low, high in (("position", 0.0, 1.0), ("salience", 0.0, 1.0), ("capability", 0.0, np.inf)):
        numbers: Uncertain = getattr(problem, one)
        outside = part & ~((numbers.low[:, i] >= low) & (numbers.high[:, i] <= high))
        for a in np.flatnonzero(outside):
            found = numbers.low[a, i] if not numbers.low[a, i] >= low else numbers.high[a, i]
            unit = problem.scale if one == "position" else 1.0
            rule = "is 0 or more" if one == "capability" else f"lies within 0 to {unit:g}"
            yield f"{called}, actor '{problem.actors[a]}': {one} is {found * unit:g}; a {one} {rule}"
    strongest = problem.capability.high[part, i]
    if not (strongest > 0).any():
        yield f"{called}: {_POWERLESS}"
    elif not ((problem.salience.high[part, i] > 0) & (strongest > 0)).any():
        yield f"{called}: {_CARELESS}"


def exact(name: str, values: Floats, known: Bools, ids: Ints) -> Uncertain:
    """An `Uncertain` of points in which nothing is assumed: no draw changes it."""
    low, high, best = (np.where(known, values, 0.0) for _ in range(3))
    return Uncertain(name, low, high, best, np.ones_like(known), known.copy(), np.zeros_like(known), ids.copy())


def cell_ids(actors: tuple[str, ...], issues: tuple[str, ...]) -> Ints:
    """(a, i) stable ids of the cells, so that a draw does not depend on the order of rows."""
    ids = [[stable_id(actor, issue) for issue in issues] for actor in actors]
    return np.array(ids, dtype=np.int64).reshape(len(actors), len(issues))


def exact_problem(  # noqa: PLR0917  # the fields of a problem, in its order
    actors: tuple[str, ...],
    issues: tuple[str, ...],
    position: Floats,
    salience: Floats,
    capability: Floats,
    takes_part: Bools | None = None,
    *,
    scale: float = 1.0,
) -> UncertainProblem:
    """A problem of points alone.

    Parameters
    ----------
    position, salience : (a, i), 0 to 1. capability : (a, i) or (a,), ≥ 0.
    takes_part : (a, i); everybody in everything where None.
    scale : the unit in which positions are told.

    Raises
    ------
    ProblemError : with every fault of the inputs.
    """
    part = np.ones(position.shape, np.bool_) if takes_part is None else takes_part.copy()
    each = capability if capability.ndim == 2 else np.repeat(capability[:, None], position.shape[1], axis=1)
    ids = cell_ids(actors, issues)
    return UncertainProblem(
        actors,
        issues,
        exact("bargaining/position", position, part, ids),
        exact("bargaining/salience", salience, part, ids),
        exact("bargaining/capability", each, part, ids),
        scale,
    )


def problem_of_place(case: CompiledCase, place: str) -> UncertainProblem:
    """The bargaining of a case over one place: issues on which two actors or more have a position there.

    Where a salience or a capability is not known, it is drawn over 0 to 1 and listed in `silent`. Issues that nothing
    can decide are left out and listed in `left_out`.

    Raises
    ------
    ProblemError : the place is not in the case, or no issue has two positions and can be decided.
    """
    if place not in case.places:
        raise ProblemError((f"place '{place}' is not in the case; its places are {', '.join(case.places)}",))
    p = case.places.index(place)
    stated = case.ideal.exists[p]
    shared = np.flatnonzero(stated.sum(axis=0) >= 2)
    undecided = {int(i): why for i in shared if (why := _undecided(case, p, int(i)))}
    left_out = tuple(f"issue '{case.issues[i]}': {why}" for i, why in undecided.items())
    issues = np.array([i for i in shared if int(i) not in undecided], dtype=np.int64)
    if undecided and not issues.size:
        raise ProblemError(tuple(f"place '{place}', {text}" for text in left_out))
    actors = np.flatnonzero(stated[:, issues].any(axis=1))
    if not issues.size:
        raise ProblemError(
            (f"place '{place}': no issue has the positions of two actors; add rows to the table positions",)
        )
    at = np.ix_(np.array([p]), actors, issues)
    labels = tuple(case.actors[a] for a in actors), tuple(case.issues[i] for i in issues)
    part = stated[np.ix_(actors, issues)]
    silent: list[str] = []
    for field in (case.salience, case.capability):
        missing = part & ~field.exists[at][0]
        silent.extend(f"{field.name} of {labels[0][a]} on {labels[1][i]}" for a, i in np.argwhere(missing))
    position, salience, capability = (_cut(field, at, part) for field in (case.ideal, case.salience, case.capability))
    return UncertainProblem(*labels, position, salience, capability, 1.0, tuple(silent), left_out)


def _undecided(case: CompiledCase, p: int, i: int) -> str:
    """Why nothing can decide an issue in a place, with its mend; empty where something can."""
    who = case.ideal.exists[p, :, i]
    able = np.where(case.capability.exists[p, :, i], case.capability.high[p, :, i], 1.0)[who] > 0
    cares = np.where(case.salience.exists[p, :, i], case.salience.high[p, :, i], 1.0)[who] > 0
    if not able.any():
        return _POWERLESS
    return "" if (able & cares).any() else _CARELESS


def _cut(field: Uncertain, at: tuple[Ints, ...], part: Bools) -> Uncertain:
    """The cells of one place; those that take part without a number may be anything from 0 to 1."""
    low, high, best = (part_of[at][0].copy() for part_of in (field.low, field.high, field.best))
    has_best, known = field.has_best[at][0].copy(), field.known[at][0] & part
    unknown = part & ~field.exists[at][0]
    low[unknown], best[unknown], high[unknown], has_best[unknown] = 0.0, 0.0, 1.0, False
    return Uncertain(field.name, low, high, best, has_best, known, part & ~known, field.ids[at][0].copy())

"""Which inputs move the chances that a brief is about: the events of its first page, and what its best option changes.

Members are numbered as in the run, under doing nothing and under that option alone, so that the chance of each event is
that of the run's tables where as many members are asked for. Influence is that of `sensitivity`: the share of the
variance over parameter draws that goes with one input alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Policy
from dayafter.explaining.laboratory import Course
from dayafter.explaining.sensitivity import Goal, sensitivity
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.layout import CLASSES

Told = tuple[str, Mapping[str, str], int]
"""An event as the table of chances names it: outcome, axis to label, threshold."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One input and one number of the first page."""

    event: int
    """Position of the event."""
    is_change: bool
    """Whether it is what the best option changes of the event's chance, not the chance under doing nothing."""
    input: str
    share: float
    """Of the variance of ranks over draws."""
    direction: float
    """Rank correlation of the input with the number."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Inputs that stand out from chance, the strongest first, and over how many draws."""

    moved: tuple[Moved, ...]
    draws: int


def _fatalities(course: Course, case: CompiledCase, where: Mapping[str, str]) -> Floats:
    found = course.paths.deaths
    if "place" in where:
        at = case.places.index(where["place"])
        found = found[:, at : at + 1]
    if "violence_class" in where:
        at = [kind.value for kind in CLASSES].index(where["violence_class"])
        found = found[:, :, at : at + 1]
    total: Floats = found.sum(axis=(0, 1, 2)).astype(np.float64)
    return total


def _ended(course: Course, case: CompiledCase, where: Mapping[str, str]) -> Floats:
    total: Floats = (course.paths.ended_by[:, case.deals.index(where["deal"])] > 0).sum(axis=0).astype(np.float64)
    return total


def _fought(course: Course, case: CompiledCase, where: Mapping[str, str]) -> Floats:
    total: Floats = course.paths.change_fought[:, case.places.index(where["place"])].sum(axis=0).astype(np.float64)
    return total


def _in_force(course: Course, case: CompiledCase, where: Mapping[str, str]) -> Floats:
    last: Floats = course.paths.in_force[-1, case.deals.index(where["deal"])].astype(np.float64)
    return last


_COUNTS: Final[Mapping[str, Callable[[Course, CompiledCase, Mapping[str, str]], Floats]]] = {
    "fatalities_to_date": _fatalities,
    "deals_ended_to_date": _ended,
    "hands_changed_fought_to_date": _fought,
    "deal_in_force": _in_force,
}


def goal_of(told: Told, case: CompiledCase, ident: str) -> Goal | None:
    """An event as a goal: 1 in a member where it happens, 0 else; None where it is not counted here."""
    outcome, where, threshold = told
    count, known = _COUNTS.get(outcome), {*case.places, *case.deals, *(kind.value for kind in CLASSES)}
    if count is None or not known.issuperset(where.values()):
        return None

    def happens(course: Course) -> Floats:
        found: Bools = count(course, case, where) >= threshold
        return found.astype(np.float64)

    return Goal(ident, ident, "chance", -1, happens)


def headline_ranking(
    process: CaseProcess,
    events: Sequence[Told],
    baseline: Policy,
    best: Policy | None,
    *,
    members: int,
    replicates: int,
) -> Ranking:
    """Every input against the chance of each event, the strongest first; those within what chance could show left out.

    Parameters
    ----------
    best : the option whose change of each chance is explained as well; None where none helps.
    members, replicates : whole draws, numbered as in the run.

    Raises
    ------
    UsageError : fewer than 40 draws.
    """
    made = [goal_of(one, process.case, str(number)) for number, one in enumerate(events)]
    goals = [goal for goal in made if goal is not None]
    if not goals:
        return Ranking((), 0)
    plans = [baseline] if best is None else [baseline, best]
    found = sensitivity(
        process, plans, baseline.id, members=members, replicates=replicates, goals=goals, with_worth=False
    )
    beyond = sorted((one for one in found.influences if one.share > one.noise), key=lambda one: -one.share)
    moved = (Moved(int(one.goal), one.of != baseline.id, one.input, one.share, one.direction) for one in beyond)
    return Ranking(tuple(moved), found.draws)

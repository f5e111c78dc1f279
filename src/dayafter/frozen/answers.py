"""Questions read off simulated futures: one answer a member, or void where a condition is not met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import Bools, CompiledCase, Ints
from dayafter.frozen.essay import SUSTAINED_OF
from dayafter.frozen.questions import FORCES, QUARTER, Measure, Question
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.draws import VIOLENCE, binomial, uniform_pair
from dayafter.simulation.layout import CLASSES, INSURGENT, build_layout
from dayafter.simulation.parameters import draw_parameters

VOID: Final = -1
"""The answer of a member in which the condition of a question is not met."""


@dataclass(frozen=True, slots=True, eq=False)
class Futures:
    """What happened to some members. Axes: x cells of an outcome, t months, m members."""

    case: CompiledCase
    labels: Mapping[str, Mapping[str, tuple[str, ...]]]
    values: Mapping[str, NDArray[Any]]  # outcome to (x, t, m)
    fatal: Ints  # (cells of events, t, m) events in which somebody was killed

    def rows(self, outcome: str, **where: str) -> NDArray[Any]:
        """(x, t, m) of the cells with these labels."""
        labels = self.labels[outcome]
        n = len(next(iter(labels.values())))
        chosen = [at for at in range(n) if all(labels[axis][at] == value for axis, value in where.items())]
        values = self.fatal if outcome == "fatal" else self.values[outcome]
        return values[chosen]


def run_futures(process: CaseProcess, policy: Any, members: Ints, draws: Ints) -> tuple[Futures, Bools]:
    """Simulate members, and say which of them went well."""
    paths = process.paths(policy, members, draws)
    labels = {name: dict(cells.labels) for name, cells in process.cells.items()}
    labels["fatal"] = labels["events"]
    fatal = fatal_events(process, members, draws, paths.values["events"])
    return Futures(process.case, labels, paths.values, fatal), paths.wrong == 0


def fatal_events(process: CaseProcess, members: Ints, draws: Ints, events: Ints) -> Ints:
    """(cells, t, m): how many of the events killed somebody, drawn at the address at which the process drew it.

    The process itself keeps the number of dead alone.
    """
    layout = build_layout(process.case)
    q = draw_parameters(process.seed, draws, process.fixed, process.posterior, process.own)
    chance = np.empty((len(process.case.places), len(CLASSES), members.size))
    chance[:] = q["fatal_other"]
    chance[:, INSURGENT] = q["fatal_insurgent"]
    flat = chance.reshape(-1, members.size)
    fatal = np.empty_like(events)
    for t in range(events.shape[1]):
        _, v = uniform_pair(process.seed, VIOLENCE, members, layout.class_ids, t + 1)
        fatal[:, t] = binomial(v, np.ascontiguousarray(events[:, t]), flat)
    return fatal


def answer(question: Question, futures: Futures) -> Ints:
    """(m,): a count, 1 or 0 for yes or no, `VOID`."""
    span = slice(question.first - 1, question.last)
    found: Ints = _ANSWERS[question.measure](question, futures, span).astype(np.int64)
    return found


def _total(rows: NDArray[Any], span: slice) -> Ints:
    total: Ints = rows[:, span].sum(axis=(0, 1))
    return total


def _recorded(question: Question, futures: Futures, span: slice) -> Ints:
    return _total(futures.rows("recorded_events", place=question.place, violence_class=question.violence_class), span)


def _fatal(question: Question, futures: Futures, span: slice) -> Ints:
    return _total(futures.rows("fatal", place=question.place, violence_class=question.violence_class), span)


def _returned(question: Question, futures: Futures, span: slice) -> Ints:
    return _total(futures.rows("returned", place=question.place), span)


def _control(question: Question, futures: Futures, span: slice) -> Bools:
    changes = sum(
        _total(futures.rows(f"hands_changed_{how}", place=place), span)
        for place in question.place.split("; ")
        for how in ("fought", "unopposed")
    )
    found: Bools = np.asarray(changes) > 0
    return found


def _ended(question: Question, futures: Futures, span: slice) -> Bools:
    found: Bools = _total(futures.rows("deals_ended", deal=question.deal), span) > 0
    return found


def _ended_by(question: Question, futures: Futures, span: slice) -> Ints:
    """Whether the first end is by this cause; void where the deal does not end."""
    ends = futures.rows("deals_ended", deal=question.deal)[:, span]
    any_month = ends.sum(axis=0) > 0
    first = any_month.argmax(axis=0)
    mine = futures.rows("deals_ended", deal=question.deal, ended_by=question.ended_by)[0, span]
    by_this = np.take_along_axis(mine, first[None], axis=0)[0] > 0
    return np.where(any_month.any(axis=0), by_this, VOID)


def _clash(question: Question, futures: Futures, span: slice) -> Ints:
    outcome = "recorded_events" if question.recorded else "fatal"
    total = sum(_total(futures.rows(outcome, place=question.place, violence_class=kind), span) for kind in FORCES)
    found = np.asarray(total) > 0
    if not question.deal:
        return found.astype(np.int64)
    made = _total(futures.rows("deals_made", deal=question.deal), span) > 0
    return np.where(made, VOID, found)


def _every_quarter(question: Question, futures: Futures, span: slice) -> Bools:
    found = np.ones(futures.fatal.shape[2], dtype=np.bool_)
    for first in range(span.start, span.stop, QUARTER):
        part = slice(first, first + QUARTER)
        total = sum(_total(futures.rows("fatal", place=question.place, violence_class=kind), part) for kind in FORCES)
        found &= np.asarray(total) > 0
    return found


def _sustained(question: Question, futures: Futures, span: slice) -> Bools:
    rows = futures.rows("recorded_events", place=question.place, violence_class=question.violence_class)
    quarters = [_total(rows, slice(first, first + QUARTER)) > 0 for first in range(span.start, span.stop, QUARTER)]
    found: Bools = np.sum(quarters, axis=0) >= SUSTAINED_OF[0]
    return found


def _deals_made(_question: Question, futures: Futures, span: slice) -> Ints:
    return _total(futures.rows("deals_made"), span)


def _survives(question: Question, futures: Futures, span: slice) -> Bools:
    found: Bools = _total(futures.rows("deals_ended", deal=question.deal), span) == 0
    return found


_ANSWERS: Final[Mapping[Measure, Any]] = {
    Measure.RECORDED: _recorded,
    Measure.FATAL: _fatal,
    Measure.RETURNED: _returned,
    Measure.CONTROL: _control,
    Measure.ENDED: _ended,
    Measure.ENDED_BY: _ended_by,
    Measure.CLASH: _clash,
    Measure.EVERY_QUARTER: _every_quarter,
    Measure.SUSTAINED: _sustained,
    Measure.DEALS_MADE: _deals_made,
    Measure.SURVIVES: _survives,
}


def totals_of(futures: Futures, fine: Bools) -> dict[str, int]:
    """Sums over members that a change of the process would move: what tells that a forecast has gone stale."""
    names: Sequence[str] = (
        "events", "fatalities", "recorded_events", "hands_changed_fought", "hands_changed_unopposed", "returned",
        "deals_made", "deals_ended",
    )  # fmt: skip
    totals = {name: int(futures.values[name][:, :, fine].sum()) for name in names}
    return totals | {"fatal": int(futures.fatal[:, :, fine].sum()), "members_gone_wrong": int((~fine).sum())}

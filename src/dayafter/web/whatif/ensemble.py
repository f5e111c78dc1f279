"""A what-if answered by an ensemble: the saved case under its policy, against the changed one, with the same luck.

Both sides are run member by member and compared in pairs, also where an interval of the case moved: random numbers are
addressed by seed, member, place and month, so that the two sides differ by what was asked and by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from dayafter import study
from dayafter.arrays import CompiledCase, Policy
from dayafter.casefile.schema import CaseFile
from dayafter.results.schema import AXES
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.policies import NOTHING, find_policy
from dayafter.simulation.process import Cells, Conditional, Ints, Paths, Signing
from dayafter.simulation.run import default_replicates, run_members
from dayafter.simulation.spec import RunSpec
from dayafter.simulation.tables import build_tables
from dayafter.simulation.totals import Totals
from dayafter.web.edition import Edition
from dayafter.web.whatif.edits import with_inputs
from dayafter.web.whatif.question import Resolved

SAVED: Final = "saved"
CHANGED: Final = "changed"
CHUNK: Final = 250
"""Members at a time: small, so that progress moves and a run that nobody waits for stops soon."""

KEPT: Final = 3
"""Sides of the saved case, by size and seed, that are kept for the next what-if."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison: which case, and a policy laid out by month."""

    process: CaseProcess
    schedule: Any


class TwoCases:
    """A process whose policies may be of two versions of one case. Its cells are those of the first.

    The versions differ in numbers alone: places, actors, deals and pledges are the same, so the cells are too.
    """

    conditional = Conditional.NONE

    def __init__(self, saved: CaseProcess, changed: CaseProcess) -> None:
        self._saved, self._changed = saved, changed

    @property
    def cells(self) -> Mapping[str, Cells]:
        """Outcomes and what they are of."""
        return self._saved.cells

    @property
    def months(self) -> int:
        """Length of a path."""
        return self._saved.months

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a member can go wrong."""
        return self._saved.reasons

    def has_dates(self, policy: Side) -> bool:
        """As `Process.has_dates`."""
        return policy.process.has_dates(policy.schedule)

    def paths(
        self, policy: Side, members: Ints, draws: Ints, *, dated: bool = False, signing: Signing | None = None
    ) -> Paths:
        """As `Process.paths`, of the side's own case."""
        return policy.process.paths(policy.schedule, members, draws, dated=dated, signing=signing)

    def forget(self) -> None:
        """As `Process.forget`."""
        self._saved.forget()
        self._changed.forget()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a run needs, checked."""

    process: TwoCases
    spec: RunSpec
    currency: str
    base_policy: str
    months: int


def prepare(edition: Edition, asked: Resolved, *, members: int, seed: int, months: int | None = None) -> Prepared:
    """Lay out both sides as `simulate` would: same posterior, same surplus, same engine.

    Parameters
    ----------
    months : length of the runs; the horizon of the case where None.

    Raises
    ------
    UsageError : a step does not fit the case; says which and how to mend it.
    """
    saved_case = edition.case if asked.pledge is None else with_inputs(edition.case, _pledge_alone(asked))
    changed_case = with_inputs(edition.case, asked) if asked.moved else saved_case
    if saved_case is edition.case:
        saved = _saved(edition, members, seed, months)
    else:
        saved = _process(edition, saved_case, members, seed, months)
    changed = saved if changed_case is saved_case else _process(edition, changed_case, members, seed, months)
    base = find_policy(saved.case, asked.policy) if asked.policy is not None else _nothing(saved.case)
    steps = (*base.steps, *asked.steps)
    spec = RunSpec(
        policies={
            SAVED: Side(saved, saved.schedule(base)),
            CHANGED: Side(changed, changed.schedule(Policy(CHANGED, "what if", steps))),
        },
        baseline=SAVED,
        members=members,
        replicates=default_replicates(members),
        thresholds={"events": (1,), "deals_ended": (1,), "hands_changed_fought": (1,)},
    )
    return Prepared(TwoCases(saved, changed), spec, edition.case.info.currency, base.id, saved.months)


def _saved(edition: Edition, members: int, seed: int, months: int | None) -> CaseProcess:
    """The saved case's side, which what-ifs share: what a member starts from is the same in all, and is made once."""
    key = (members, seed, months)
    with edition.preparing:
        found = edition.processes.pop(key, None)
        made: CaseProcess = _process(edition, edition.case, members, seed, months) if found is None else found
        edition.processes[key] = made
        while len(edition.processes) > KEPT:
            edition.processes.pop(next(iter(edition.processes)))
        return made


def _process(edition: Edition, case: CaseFile, members: int, seed: int, months: int | None) -> CaseProcess:
    loaded = replace(edition.loaded, case=case)
    return study.prepare(loaded, study.Settings(policies=(), members=members, months=months, seed=seed)).process


def _nothing(case: CompiledCase) -> Policy:
    return next((one for one in case.policies if not one.steps), NOTHING)


def _pledge_alone(asked: Resolved) -> Resolved:
    """The new pledge stands in the saved case too, undated and never given, so that both sides count the same."""
    return Resolved(asked.deal, (), (), asked.pledge, asked.policy)


def run(
    prepared: Prepared,
    *,
    threads: int,
    progress: Callable[[int, int], None],
    partial: Callable[[Totals], None],
) -> dict[str, pl.DataFrame]:
    """Run both sides and tabulate.

    Parameters
    ----------
    progress : called with (member-policies done, in all); what it raises stops the run.
    partial : called with the totals so far, after each chunk.
    """
    totals = run_members(
        prepared.process, prepared.spec, threads=threads, chunk=CHUNK, progress=progress, on_chunk=partial
    )
    return tables(prepared, totals)


def tables(prepared: Prepared, totals: Totals) -> dict[str, pl.DataFrame]:
    """The tables of a run, or of what is done of it."""
    return build_tables(prepared.process, prepared.spec, totals, prepared.currency)


def last_row(frame: pl.DataFrame, outcome: str, where: Mapping[str, str], **more: str) -> Mapping[str, Any] | None:
    """The row of an outcome at the end of the run, over everything but what is named; None where there is none."""
    wanted = [pl.col("outcome") == outcome]
    wanted += [pl.col(axis) == where[axis] if axis in where else pl.col(axis).is_null() for axis in AXES]
    wanted += [pl.col(name) == value for name, value in more.items()]
    rows = frame.filter(*wanted).sort("month")
    return rows.row(rows.height - 1, named=True) if rows.height else None


__all__ = ["CHANGED", "SAVED", "Prepared", "last_row", "prepare", "run", "tables"]

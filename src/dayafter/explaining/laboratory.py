"""A bench for experiments on the simulated process: arms that share members and luck and differ by what is edited.

An arm is a policy and edits of the start: of the world, of parameters, of the case as the process reads it. Two arms of
one bench have the same parameter draws and the same random numbers, so their difference is what the edit does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints, Policy, Step
from dayafter.errors import DayafterError
from dayafter.simulation import compiled
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.layout import Layout, any_of, build_layout
from dayafter.simulation.parameters import Parameters, log_ratios
from dayafter.simulation.policies import compile_policy
from dayafter.simulation.setting import Setting, prepare
from dayafter.simulation.state import Paths, State, start_state
from dayafter.vocabulary import Action, DealForm, DealLevel, DealStatus, EngagementRole

BOTH_LEVELS: Final = (DealLevel.LOCAL, DealLevel.NATIONAL)
NEVER: Final = 1e-12
"""A rate at which nothing is made in a run."""

Edit = Callable[[Setting], Setting]
Begin = Callable[[Setting, State], None]


class NotTestableError(DayafterError):
    """The case lacks what an experiment needs; says what."""


@dataclass(frozen=True, slots=True)
class Arm:
    """What is run: a policy, edits of what it starts from."""

    policy: Policy
    dated: bool = True
    """Deals of the policy are signed at their dates in every member, and none again."""
    edits: tuple[Edit, ...] = ()
    begin: Begin | None = None
    """Changes the state before the first month."""
    to_the_end: bool = False
    """Also keep the state after the last month."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What an arm came to: its paths, and its last state where asked for."""

    paths: Paths
    setting: Setting
    last: State | None = None


def with_parameters(setting: Setting, values: Mapping[str, Floats | float]) -> Setting:
    """The same setting with some parameters set, (m,) or one value; what was drawn from them before stays."""
    old = setting.parameters
    rows = old.values.copy()
    for symbol, value in values.items():
        rows[old.symbols.index(symbol)] = value
    parameters = Parameters(old.symbols, rows, old.basis)
    return replace(setting, parameters=parameters, ratios=log_ratios(parameters))


def with_world(**values: Callable[[Setting], Any]) -> Edit:
    """An edit of fields of the world at the start; each is computed from the setting."""

    def edit(setting: Setting) -> Setting:
        return replace(
            setting, world=replace(setting.world, **{name: value(setting) for name, value in values.items()})
        )

    return edit


@dataclass(eq=False)
class Bench:
    """Some members of a case, months to run, parameters as drawn or as set."""

    case: CompiledCase
    setting: Setting
    months: int
    _done: dict[Arm, Course] = field(default_factory=dict)

    @classmethod
    def of(cls, case: CompiledCase, seed: int, members: Ints, draws: Ints, months: int) -> Bench:
        """A bench for these members: `draws` address parameters and inputs, `members` the luck."""
        setting = prepare(case, seed, draws)
        return cls(case, replace(setting, world=replace(setting.world, members=members)), months)

    @classmethod
    def of_process(cls, process: CaseProcess, members: Ints, draws: Ints) -> Bench:
        """A bench for some members of a run, with its priors, fixed values and margins."""
        setting = prepare(
            process.case, process.seed, draws, fixed=process.fixed, posterior=process.posterior, own=process.own,
            surplus=process.surplus,
        )  # fmt: skip
        return cls(process.case, replace(setting, world=replace(setting.world, members=members)), process.months)

    def with_parameters(self, values: Mapping[str, Floats | float]) -> Bench:
        """The same members with some parameters set."""
        return Bench(self.case, with_parameters(self.setting, values), self.months) if values else self

    def run(self, arm: Arm) -> Course:
        """Run an arm; the same arm is run once."""
        if arm not in self._done:
            self._done[arm] = self._run(arm)
        return self._done[arm]

    def _run(self, arm: Arm) -> Course:
        setting = self.setting
        for edit in arm.edits:
            setting = edit(setting)
        schedule = compile_policy(self.case, arm.policy, self.months)
        state = start_state(setting.case, setting.world, setting.parameters, schedule)
        if arm.begin is not None:
            arm.begin(setting, state)
        paths = compiled.run(setting, schedule, self.months, dated=arm.dated, state=state)
        return Course(paths, setting, state if arm.to_the_end else None)

    # --- what of the case an experiment can use

    @cached_property
    def layout(self) -> Layout:
        """Positions of the case's things."""
        return build_layout(self.case)

    @cached_property
    def places(self) -> Bools:
        """(p,), contested places."""
        return ~self.case.is_national

    @cached_property
    def _local(self) -> Bools:
        return any_of(self.case.covers & self.places, 1)

    def standing(self) -> Ints:
        """Positions of the deals over contested places that are in force at the start.

        Raises
        ------
        NotTestableError : there is none.
        """
        force = np.array([status is DealStatus.IN_FORCE for status in self.case.deal_status], dtype=np.bool_)
        found = np.flatnonzero(force & self._local)
        if not found.size:
            raise NotTestableError("the case has no deal in force over a contested place")
        return found

    def missing(self) -> Ints:
        """Positions of the deals over contested places that are not in force and could be made.

        Raises
        ------
        NotTestableError : there is none.
        """
        force = np.array([status is DealStatus.IN_FORCE for status in self.case.deal_status], dtype=np.bool_)
        found = np.flatnonzero(self.layout.can_form & ~force & self._local)
        if not found.size:
            raise NotTestableError("the case has no missing or proposed deal over a contested place")
        return found

    def outsider(self) -> str:
        """An actor who can help: one that the case's policies or engagements name as such, else one without a stake.

        Raises
        ------
        NotTestableError : there is none.
        """
        case, roles = self.case, (Action.FACILITATE, Action.GUARANTEE)
        named = [step.actor for one in case.policies for step in one.steps if step.action in roles and step.actor]
        helping = (EngagementRole.FACILITATOR, EngagementRole.GUARANTOR)
        named += [
            case.actors[int(case.engagement_actor[e])]
            for e in range(len(case.engagements))
            if case.engagement_role[e] in helping
        ]
        involved = any_of(case.needed | case.signs, 0) | any_of(case.present, 0)
        involved[case.patron_actor] = True
        free = [label for a, label in enumerate(case.actors) if not involved[a]]
        for label in (*named, *free):
            if label in free:
                return label
        raise NotTestableError("the case has no actor that could stand outside as a third party")

    def month(self, number: int) -> dt.date:
        """The first day of a month of the run."""
        later = self.case.as_of.year * 12 + self.case.as_of.month - 1 + number
        return dt.date(later // 12, later % 12 + 1, 1)

    def step(self, action: Action, first: int = 1, last: int | None = None, **what: Any) -> Step:
        """A step of a policy from one month of the run to another; to the end where `last` is None."""
        return Step(action, self.month(first), None if last is None else self.month(last), **what)

    def make(self, deals: Ints, *, imposed: bool = False, levels: tuple[DealLevel, ...] = BOTH_LEVELS) -> list[Step]:
        """Steps that put signed deals in force in the first month."""
        action, actor = (Action.IMPOSE, self.outsider()) if imposed else (Action.MAKE_DEAL, None)
        return [
            self.step(action, deal=self.case.deals[d], actor=actor, form=DealForm.SIGNED, levels=levels) for d in deals
        ]

    def help(
        self, deals: Ints, role: Action, last: int | None = None, levels: tuple[DealLevel, ...] = BOTH_LEVELS
    ) -> list[Step]:
        """Steps that keep an outsider on some deals."""
        return [self.step(role, 1, last, deal=self.case.deals[d], actor=self.outsider(), levels=levels) for d in deals]


def plan_of(name: str, *steps: Step) -> Policy:
    """A policy of an experiment."""
    return Policy(name, name, tuple(steps))


NOTHING: Final = Policy("nothing", "Do nothing more")

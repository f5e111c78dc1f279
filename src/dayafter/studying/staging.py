"""From a package to a deal of the case: its terms, its policy, and what it is worth to those who must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Ints
from dayafter.casefile.schema import CaseFile, Deal, Intervention, Policy, Term
from dayafter.errors import UsageError
from dayafter.quantities import Quantity, When
from dayafter.settlement.bargain import Role
from dayafter.settlement.frame import Frame, problems_of, stakes_of
from dayafter.settlement.records import PackageReport
from dayafter.simulation.layout import Layout
from dayafter.simulation.surplus import RED_LINE, Surplus, SurplusOf
from dayafter.simulation.world import World
from dayafter.vocabulary import Action, DealForm, DealLevel, DealStatus, PlaceScope, Question

GIVES: Final = 0.1
"""A term on who secures or governs gives the place to the party that stands this near to it and nearer than others."""


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """A package as rows of the case, and as options of its table."""

    deal: Deal
    terms: tuple[Term, ...]
    policy: Policy
    step: Intervention
    frame: Frame
    options: Ints  # (k,)


def stage(case: CaseFile, frame: Frame, package: PackageReport, number: int) -> Staged:
    """The deal, its terms, and the policy that puts it on the table in the first month."""
    name = _free_name(case, f"package-{number}")
    labels = {(option.issue, option.id): option.label for option in case.options}
    questions = {issue.id: issue.question for issue in case.issues}
    agree = [party for party, veto in zip(frame.parties, frame.veto, strict=True) if veto]
    terms = tuple(
        Term(
            deal=name,
            id=f"term-{k + 1}",
            question=questions[choice.slot.issue],
            place=choice.slot.place,
            issue=choice.slot.issue,
            position=Quantity(choice.position, choice.position),
            gives=_gives(case, choice.slot.place, choice.slot.issue, choice.position, agree)
            if questions[choice.slot.issue] in (Question.SECURE, Question.GOVERN)
            else None,
            text=labels[choice.slot.issue, choice.option],
        )
        for k, choice in enumerate(package.choices)
    )
    levels = _levels(case, frame)
    deal = Deal(
        id=name,
        name=f"Package {number}",
        status=DealStatus.PROPOSED,
        places=frame.places,
        needed=tuple(agree),
        levels=levels,
    )
    first = _first_month(case)
    step = Intervention(
        policy=name, step=1, action=Action.MAKE_DEAL, date=first, deal=name, form=DealForm.SIGNED, levels=levels
    )
    options = np.array(
        [frame.options[k].index(choice.option) for k, choice in enumerate(package.choices)], dtype=np.int64
    )
    return Staged(deal, terms, Policy(id=name, name=f"Package {number}"), step, frame, options)


def _free_name(case: CaseFile, name: str) -> str:
    """The name, longer where a deal or policy of the case has it."""
    taken = {deal.id for deal in case.deals} | {policy.id for policy in case.policies}
    while name in taken:
        name += "-z"
    return name


def _gives(case: CaseFile, place: str, issue: str, position: float, agree: Sequence[str]) -> str | None:
    """The one of those who must agree that stands within `GIVES` of a term, and nearer to it than any other."""
    near = sorted(
        (abs(_middle(row.ideal) - position), row.actor)
        for row in case.positions
        if row.place == place and row.issue == issue and row.actor in agree
    )
    if not near or near[0][0] > GIVES or (len(near) > 1 and near[1][0] <= near[0][0]):
        return None
    return near[0][1]


def _middle(value: Quantity) -> float:
    return value.best if value.best is not None else (value.low + value.high) / 2


def _levels(case: CaseFile, frame: Frame) -> tuple[DealLevel, ...]:
    """Local where one who is needed in a contested place agrees, national where a patron or the country does."""
    national = {place.id for place in case.places if place.scope is PlaceScope.NATIONAL}
    is_local = any(place not in national for place in frame.places)
    above = any(role is Role.PATRON for role in frame.roles) or any(place in national for place in frame.places)
    return (*((DealLevel.LOCAL,) if is_local else ()), *((DealLevel.NATIONAL,) if above else ()))


def _first_month(case: CaseFile) -> When:
    later = case.info.as_of.latest
    if later is None:
        raise UsageError("the as-of date of the case has no end; write the day at which the evidence closes")
    year, month = (later.year, later.month + 1) if later.month < 12 else (later.year + 1, 1)
    return When.parse(f"{year:04}-{month:02}")


def with_packages(case: CaseFile, staged: Sequence[Staged]) -> CaseFile:
    """The case with every package among its deals and policies."""
    return case.model_copy(
        update={
            "deals": (*case.deals, *(one.deal for one in staged)),
            "terms": (*case.terms, *(term for one in staged for term in one.terms)),
            "policies": (*case.policies, *(one.policy for one in staged)),
            "interventions": (*case.interventions, *(one.step for one in staged)),
        }
    )


def worth_of(  # noqa: PLR0917  # what it is told beforehand, then what the simulation asks with
    plain: CompiledCase,
    staged: tuple[Staged, ...],
    others: SurplusOf,
    case: CompiledCase,
    layout: Layout,
    world: World,
    seed: int,
) -> Surplus:
    """What packages are worth to those who must agree, as the settlement says, in each draw.

    `plain` is the case without packages: who must agree is read there. `others` says what other deals are worth.
    """
    usual = others(case, layout, world, seed)
    base, has_stake = usual.base.copy(), usual.has_stake.copy()
    for one in staged:
        d = case.deals.index(one.deal.id)
        problems = problems_of(one.frame, stakes_of(plain, one.frame, seed, world.members))
        margin = problems.utility(one.options[None])[:, 0] - problems.reservation
        margin = margin - RED_LINE * problems.crosses(one.options[None])[:, 0]
        party = {int(a): j for j, a in enumerate(one.frame.actor) if one.frame.veto[j]}
        for v in np.flatnonzero(layout.veto_deal == d):
            j = party.get(int(layout.veto_actor[v]))
            has_stake[v] = j is not None
            base[v] = 0.0 if j is None else margin[:, j]
    return replace(usual, base=base, has_stake=has_stake)

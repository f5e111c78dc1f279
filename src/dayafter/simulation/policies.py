"""A policy as arrays: what each month of it does. Data, not code; compiled once, the same for all members.

Month t = 1 is the first calendar month after the case's as-of date. A step dated t acts from step 0 of month t to the
last month that its end can mean. Third parties that the case records as at work are part of every policy; a
withdrawal ends them, and what the policy itself began.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import Bools, CompiledCase, Ints, Policy, Step
from dayafter.errors import UsageError
from dayafter.simulation.layout import any_of
from dayafter.vocabulary import Action, ConditionKind, DealForm, DealLevel, EngagementRole

FORMS: Final = tuple(DealForm)
CONDITIONS: Final = tuple(ConditionKind)
LEFT_WITHIN: Final = 6
"""Months in which the departure of a guarantor still tells (model notes, 4)."""
NOTHING: Final = Policy("nothing", "Do nothing more")

_DEAL, _TABLE = ("deal",), (Action.MAKE_DEAL, Action.IMPOSE)
_NEEDS: Final[dict[Action, tuple[str, ...]]] = {
    Action.MAKE_DEAL: _DEAL,
    Action.FORMALISE: ("deal", "form"),
    Action.ADD_LEVEL: ("deal", "levels"),
    Action.ADD_PARTY: ("deal", "actor or community"),
    Action.IMPOSE: _DEAL,
    Action.FACILITATE: ("actor", "deal or place"),
    Action.GUARANTEE: ("actor", "deal or place"),
    Action.BACK_BROKER: ("broker",),
    Action.GIVE_AID: ("aid",),
    Action.SET_CONDITION: ("aid", "condition"),
    Action.STATE_DISTRIBUTOR: ("aid",),
    Action.WITHDRAW: ("actor or aid or broker",),
    Action.INCLUDE: ("place", "community"),
}
"""What each action must name."""
_AXES: Final = {"deal": "deals", "place": "places", "actor": "actors", "community": "communities"}
_AXES_MORE: Final = {"broker": "brokers", "aid": "aid"}


_Fields = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """What a policy does, by month (T,); read-only. Level: 0 local, 1 national."""

    id: str
    facilitates: Bools  # (T, d, 2)
    guarantees: Bools  # (T, d, 2)
    guarantor_left: Bools  # (T, d) within six months, and none there now
    conflicted: Bools  # (d,) its third party wrote it or is a patron of a party
    armed: Bools  # (T, p) outsiders with arms there
    dialogue: Bools  # (T, p) outsiders without arms there, talking
    backed: Bools  # (T, b)
    table: Bools  # (T, d) on the table: talks go on
    table_form: Ints  # (T, d) form that signing would have
    table_level: Bools  # (T, d, 2)
    imposed: Bools  # (T, d)
    sign: Bools  # (T, d) the first month of making or imposing: the date of the conditional contrast
    form_to: Ints  # (T, d) form that is sought; −1 none
    level_to: Bools  # (T, d, 2)
    party_to: Bools  # (T, d, a)
    community_to: Bools  # (T, d)
    include: Bools  # (T, p, c)
    condition: Ints  # (T, g) index into CONDITIONS; −1 as it was
    distributor: Bools  # (T, g) stated
    given: Ints  # (g,) month in which a pledge without a date falls due by the policy; 0 none
    stopped: Bools  # (T, g)
    patron_out: Bools  # (T, a) an actor withdraws this month

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


@dataclass(frozen=True, slots=True)
class _Stay:
    """A third party at work, from month `first` to `last`."""

    actor: int
    role: EngagementRole
    deals: tuple[int, ...]
    places: tuple[int, ...]
    levels: tuple[bool, bool]
    armed: bool
    first: int
    last: int


def find_policy(case: CompiledCase, policy: str | Policy) -> Policy:
    """A policy by its id in the case, or itself. UsageError where the case has none of that name."""
    if isinstance(policy, Policy):
        return policy
    known = {one.id: one for one in case.policies}
    if policy not in known:
        raise UsageError(f"the case has no policy '{policy}'{_near(policy, list(known))}; it has {', '.join(known)}")
    return known[policy]


def month_of(day: dt.date, case: CompiledCase) -> int:
    """Months from the month of the as-of date: 1 is the first month of a run."""
    return (day.year - case.as_of.year) * 12 + day.month - case.as_of.month


def compile_policy(case: CompiledCase, policy: Policy, months: int) -> Schedule:
    """Check a policy against a case and lay it out by month.

    Raises
    ------
    UsageError : an unknown label, a step that lacks what its action needs, a date before the run, an end before the
        start; each says which step and how to mend it.
    """
    if months < 1:
        raise UsageError(f"months is {months}; a run has 1 or more")
    for step in policy.steps:
        _check(case, policy, step)
    stays = [*_recorded(case, months), *(_stay(case, step, months) for step in policy.steps if step.action in _STAYS)]
    for step in policy.steps:
        if step.action is Action.WITHDRAW:
            stays = [_cut(case, stay, step) for stay in stays]
    fields = _empty(case, months)
    for stay in stays:
        _lay_stay(case, fields, stay)
    for step in sorted(policy.steps, key=lambda step: step.action is Action.WITHDRAW):
        _LAY.get(step.action, _lay_nothing)(case, fields, step, months)
    fields["guarantor_left"] = _lately_left(case, fields["guarantees"])
    fields["conflicted"] = _conflicted(case, stays, policy)
    return Schedule(id=policy.id, **fields)


_STAYS: Final = {Action.FACILITATE: EngagementRole.FACILITATOR, Action.GUARANTEE: EngagementRole.GUARANTOR}


def _near(label: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(label, known, 1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _check(case: CompiledCase, policy: Policy, step: Step) -> None:
    name = f"policy '{policy.id}', step {step.label or step.action.value}"
    for need in _NEEDS[step.action]:
        if not any(getattr(step, one) for one in need.split(" or ")):
            raise UsageError(f"{name}: {step.action.value} needs a {need}; add it to the step")
    for field, axis in (_AXES | _AXES_MORE).items():
        label, known = getattr(step, field), getattr(case, axis)
        if label is not None and label not in known:
            # A place may be one that is not assessed: it has no state to act on.
            raise UsageError(f"{name} names the {field} '{label}', which the case does not assess{_near(label, known)}")
    start = month_of(step.start, case)
    if start < 1:
        raise UsageError(
            f"{name} starts on {step.start}, before the first month of the run ({_first_month(case)}); date it later"
        )
    if step.until is not None and month_of(step.until, case) < start:
        raise UsageError(f"{name} ends on {step.until}, before it starts on {step.start}; swap the dates")


def _first_month(case: CompiledCase) -> str:
    later = case.as_of.year * 12 + case.as_of.month
    return f"{later // 12}-{later % 12 + 1:02}"


def _months(case: CompiledCase, step: Step, months: int) -> slice:
    last = months if step.until is None else min(months, month_of(step.until, case))
    return slice(month_of(step.start, case) - 1, max(last, 0))


def _recorded(case: CompiledCase, months: int) -> list[_Stay]:
    """Third parties at work at the as-of date."""
    stays = []
    for e in range(len(case.engagements)):
        if not case.engagement_current[e]:
            continue
        places = tuple(int(p) for p in np.flatnonzero(case.engagement_places[e]))
        if case.engagement_on_deal[e]:
            deals: tuple[int, ...] = (int(case.engagement_deal[e]),)
        else:
            deals = _deals_over(case, places)
        local, national = (bool(one) for one in case.engagement_level[e])
        levels = (local or not national, national)
        last = int(case.engagement_months[e]) if case.engagement_ends[e] else months
        role, actor, armed = case.engagement_role[e], int(case.engagement_actor[e]), bool(case.engagement_armed[e])
        stays.append(_Stay(actor, role, deals, places, levels, armed, 1, min(last, months)))
    return stays


def _deals_over(case: CompiledCase, places: Sequence[int]) -> tuple[int, ...]:
    contested = [p for p in places if not case.is_national[p]]
    return tuple(int(d) for d in np.flatnonzero(case.covers[:, contested].any(axis=1)))


def _stay(case: CompiledCase, step: Step, months: int) -> _Stay:
    span = _months(case, step, months)
    actor = case.actors.index(step.actor or "")
    places: tuple[int, ...] = (case.places.index(step.place),) if step.place is not None else ()
    if step.deal is not None:
        deals: tuple[int, ...] = (case.deals.index(step.deal),)
        places = places or tuple(int(p) for p in np.flatnonzero(case.covers[deals[0]]))
    else:
        deals = _deals_over(case, places)
    national = DealLevel.NATIONAL in step.levels
    levels = (DealLevel.LOCAL in step.levels or not national, national)
    armed = step.action is Action.GUARANTEE and bool(case.armed.known[actor] and case.armed.yes[actor])
    return _Stay(actor, _STAYS[step.action], deals, places, levels, armed, span.start + 1, span.stop)


def _cut(case: CompiledCase, stay: _Stay, step: Step) -> _Stay:
    """A stay that a withdrawal ends: of its actor, and of its deal and place where the step names them."""
    if step.actor is None or case.actors[stay.actor] != step.actor:
        return stay
    if step.deal is not None and case.deals.index(step.deal) not in stay.deals:
        return stay
    if step.place is not None and case.places.index(step.place) not in stay.places:
        return stay
    return replace(stay, last=min(stay.last, month_of(step.start, case) - 1))


def _empty(case: CompiledCase, months: int) -> _Fields:
    t, d, p, g = months, len(case.deals), len(case.places), len(case.aid)
    shapes = {
        "facilitates": (t, d, 2),
        "guarantees": (t, d, 2),
        "armed": (t, p),
        "dialogue": (t, p),
        "backed": (t, len(case.brokers)),
        "table": (t, d),
        "table_level": (t, d, 2),
        "imposed": (t, d),
        "sign": (t, d),
        "level_to": (t, d, 2),
        "party_to": (t, d, len(case.actors)),
        "community_to": (t, d),
        "include": (t, p, len(case.communities)),
        "distributor": (t, g),
        "stopped": (t, g),
        "patron_out": (t, len(case.actors)),
    }
    fields: _Fields = {name: np.zeros(shape, dtype=np.bool_) for name, shape in shapes.items()}
    fields["distributor"][:] = case.aid_distributed
    numbers = {"table_form": (t, d), "form_to": (t, d), "condition": (t, g)}
    return (
        fields
        | {name: np.full(shape, -1, dtype=np.int64) for name, shape in numbers.items()}
        | {"given": np.zeros(g, dtype=np.int64)}
    )


def _lay_stay(case: CompiledCase, fields: _Fields, stay: _Stay) -> None:
    span = slice(stay.first - 1, max(stay.last, 0))
    name = {EngagementRole.FACILITATOR: "facilitates", EngagementRole.GUARANTOR: "guarantees"}.get(stay.role)
    if name is not None:
        for d in stay.deals:
            fields[name][span, d] |= np.array(stay.levels)
    if not stay.levels[0]:
        return
    for p in stay.places:
        if case.is_national[p]:
            continue
        if stay.armed:
            fields["armed"][span, p] = True
        elif stay.role is EngagementRole.FACILITATOR:
            fields["dialogue"][span, p] = True


def _lay_table(case: CompiledCase, fields: _Fields, step: Step, months: int) -> None:
    d, span = case.deals.index(step.deal or ""), _months(case, step, months)
    fields["table"][span, d] = True
    fields["table_form"][span, d] = FORMS.index(step.form) if step.form is not None else -1
    fields["table_level"][span, d] |= [DealLevel.LOCAL in step.levels, DealLevel.NATIONAL in step.levels]
    fields["imposed"][span, d] |= step.action is Action.IMPOSE
    fields["sign"][span.start : span.start + 1, d] = True


def _lay_change(case: CompiledCase, fields: _Fields, step: Step, months: int) -> None:
    d, span = case.deals.index(step.deal or ""), _months(case, step, months)
    if step.form is not None:
        fields["form_to"][span, d] = np.maximum(fields["form_to"][span, d], FORMS.index(step.form))
    fields["level_to"][span, d] |= [DealLevel.LOCAL in step.levels, DealLevel.NATIONAL in step.levels]
    if step.action is Action.ADD_PARTY and step.actor is not None:
        fields["party_to"][span, d, case.actors.index(step.actor)] = True
    if step.action is Action.ADD_PARTY and step.community is not None:
        fields["community_to"][span, d] = True


def _lay_broker(case: CompiledCase, fields: _Fields, step: Step, months: int) -> None:
    fields["backed"][_months(case, step, months), case.brokers.index(step.broker or "")] = True


def _lay_include(case: CompiledCase, fields: _Fields, step: Step, months: int) -> None:
    p, c = case.places.index(step.place or ""), case.communities.index(step.community or "")
    fields["include"][_months(case, step, months), p, c] = True


def _lay_aid(case: CompiledCase, fields: _Fields, step: Step, months: int) -> None:
    g, span = case.aid.index(step.aid or ""), _months(case, step, months)
    if step.action is Action.GIVE_AID:
        fields["given"][g] = month_of(step.start, case)
    if step.action is Action.STATE_DISTRIBUTOR:
        fields["distributor"][span, g] = True
    if step.condition is not None:
        fields["condition"][span, g] = CONDITIONS.index(step.condition)


def _lay_withdrawal(case: CompiledCase, fields: _Fields, step: Step, months: int) -> None:
    span = _months(case, step, months)
    if step.aid is not None:
        fields["stopped"][span, case.aid.index(step.aid)] = True
    if step.broker is not None:
        fields["backed"][span, case.brokers.index(step.broker)] = False
    if step.actor is not None and step.deal is None and span.start < months:  # from a deal alone, its men stay
        fields["patron_out"][span.start, case.actors.index(step.actor)] = True


def _lay_nothing(_case: CompiledCase, _fields: _Fields, _step: Step, _months: int) -> None:
    """A stay, already laid out."""


_LAY: Final = {
    Action.MAKE_DEAL: _lay_table,
    Action.IMPOSE: _lay_table,
    Action.FORMALISE: _lay_change,
    Action.ADD_LEVEL: _lay_change,
    Action.ADD_PARTY: _lay_change,
    Action.BACK_BROKER: _lay_broker,
    Action.INCLUDE: _lay_include,
    Action.GIVE_AID: _lay_aid,
    Action.SET_CONDITION: _lay_aid,
    Action.STATE_DISTRIBUTOR: _lay_aid,
    Action.WITHDRAW: _lay_withdrawal,
}


def _lately_left(case: CompiledCase, guarantees: Bools) -> Bools:
    there = any_of(guarantees, 2)
    left = np.zeros_like(there)
    for t in range(there.shape[0]):
        left[t] = any_of(there[max(t - LEFT_WITHIN, 0) : t], 0) & ~there[t]
        if t < LEFT_WITHIN:
            for e in range(len(case.engagements)):
                guards = case.engagement_role[e] is EngagementRole.GUARANTOR and case.engagement_on_deal[e]
                if guards and case.engagement_left[e] and not there[t, case.engagement_deal[e]]:
                    left[t, case.engagement_deal[e]] = True
    return left


def _conflicted(case: CompiledCase, stays: Sequence[_Stay], policy: Policy) -> Bools:
    """Deals whose third party is a patron of a party, or wrote the deal (model notes, 2.5: starts at half)."""
    found = np.zeros(len(case.deals), dtype=np.bool_)
    patrons = {int(actor): n for n, actor in enumerate(case.patron_actor)}
    authors = {(step.deal, step.actor) for step in policy.steps if step.action is Action.IMPOSE}
    for stay in stays:
        for d in stay.deals:
            parties = case.needed[d] | case.signs[d]
            n = patrons.get(stay.actor)
            is_patron = n is not None and bool((case.loyalty.middle[parties, n] >= 0.3).any())
            found[d] |= is_patron or bool(parties[stay.actor]) or (case.deals[d], case.actors[stay.actor]) in authors
    return found

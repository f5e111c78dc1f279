"""Rules on money, shocks and policies: steps that name what they act on, and money in one currency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.casefile.checks.context import Context, grouped
from dayafter.casefile.didyoumean import or_one_of
from dayafter.casefile.schema import Intervention
from dayafter.errors import Issue
from dayafter.vocabulary import Action, DealStatus

NEEDS: Final[dict[Action, tuple[tuple[str, ...], ...]]] = {
    Action.MAKE_DEAL: (("deal",),),
    Action.FORMALISE: (("deal",),),
    Action.ADD_LEVEL: (("deal",), ("levels",)),
    Action.ADD_PARTY: (("deal",), ("actor", "community")),
    Action.IMPOSE: (("deal",), ("actor",)),
    Action.FACILITATE: (("actor",),),
    Action.GUARANTEE: (("deal",), ("actor",)),
    Action.BACK_BROKER: (("broker",),),
    Action.GIVE_AID: (("aid",),),
    Action.SET_CONDITION: (("aid",), ("condition",)),
    Action.STATE_DISTRIBUTOR: (("aid",), ("actor",)),
    Action.WITHDRAW: (("actor", "aid", "broker", "deal"),),
    Action.INCLUDE: (("actor", "community"), ("place", "deal")),
}
"""What a step of each action names: one field of every group."""
_ON_A_DEAL: Final = (Action.FORMALISE, Action.ADD_LEVEL, Action.ADD_PARTY, Action.GUARANTEE)
_MAKE: Final = (Action.MAKE_DEAL, Action.IMPOSE)


def steps_name_what_they_need(context: Context) -> Iterator[Issue]:
    """A step of a policy names what it acts on."""
    for number, step in enumerate(context.case.interventions):
        for group in NEEDS[step.action]:
            if not any(getattr(step, field) for field in group):
                words = or_one_of(group)
                yield context.fault(
                    "intervention.incomplete",
                    ("interventions", number, group[0]),
                    f"step {step.step} of {step.policy} is {step.action} and names no {words}",
                    f"fill in {words}, or correct the action",
                )


def steps_act_on_deals_that_are_there(context: Context) -> Iterator[Issue]:
    """A step makes a deal that is not there yet, and changes one that is."""
    for policy, rows in grouped(context.case.interventions, "policy").items():
        made: set[str] = set()
        for number, step in sorted(rows, key=lambda entry: (entry[1].step, entry[0])):
            deal = context.deals.get(step.deal) if step.deal is not None else None
            if deal is None:
                continue
            there = deal.id in made or deal.status in (DealStatus.IN_FORCE, DealStatus.SUSPENDED)
            if step.action in _MAKE:
                if deal.status is DealStatus.IN_FORCE or deal.id in made:
                    yield _deal_state(context, number, step, "makes", "is there already")
                made.add(deal.id)
            elif step.action in _ON_A_DEAL and not there and context.whole("interventions"):
                yield _deal_state(
                    context, number, step, "acts on", f"is {deal.status} and made by no earlier step of {policy}"
                )


def _deal_state(context: Context, number: int, step: Intervention, does: str, state: str) -> Issue:
    return context.fault(
        "intervention.deal-state",
        ("interventions", number, "deal"),
        f"step {step.step} ({step.action}) {does} {step.deal}, which {state}",
        "name another deal, correct its status, or put the step that makes it before",
    )


def steps_are_numbered(context: Context) -> Iterator[Issue]:
    """The steps of a policy are numbered from 1 without a gap."""
    for policy, rows in grouped(context.case.interventions, "policy").items():
        steps = sorted({row.step for _, row in rows})
        if context.whole("interventions") and steps != list(range(1, len(steps) + 1)):
            yield context.fault(
                "intervention.numbers",
                ("interventions", rows[-1][0], "step"),
                f"the steps of {policy} are numbered {', '.join(map(str, steps[:8]))}; they are numbered 1, 2, 3 …",
                "number them without a gap, or add the one that is left out",
            )


def one_currency(context: Context) -> Iterator[Issue]:
    """Money stands in the currency of the case; nothing is converted behind a reader's back."""
    currency = context.case.info.currency
    for number, aid in enumerate(context.case.aid):
        if aid.amount is not None and aid.currency and aid.currency != currency:
            yield context.fault(
                "aid.currency",
                ("aid", number, "currency"),
                f"{aid.id} is in {aid.currency}, and the case counts in {currency}; no rate is applied, so its amount "
                "stays out of every sum",
                f"write the amount in {currency} at the rate of the day, and the amount in {aid.currency} in note",
            )


def shocks_can_happen(context: Context) -> Iterator[Issue]:
    """A shock has a date or a rate; without either it never comes."""
    for number, shock in enumerate(context.case.shocks):
        if shock.date is None and shock.rate_per_month is None:
            yield context.fault(
                "shock.never",
                ("shocks", number, "date"),
                f"{shock.id} has neither a date nor a rate: it never comes",
                "write when it is due, or how often a month such things happen",
            )

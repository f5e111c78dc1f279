"""What an option is made of and what it asks of whom: steps in words, money, presence, and what each party gives up.

Costs in money come from the pledges of the case, costs in politics from the settlement of the places that a plan
touches: what each party whose consent is needed gains against no deal and where it gives most, or which red line
stands in the way. What the case does not hold is said to be missing, not taken for nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dayafter.assessment.report import RowRef, Spread
from dayafter.findings import words
from dayafter.findings.option_records import Cost
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_rows import shown_scopes
from dayafter.findings.settlement_words import size, spread
from dayafter.findings.wording import Wording
from dayafter.quantities import Quantity
from dayafter.settlement.records import ChangeKind, ScopeReport, Settlement
from dayafter.vocabulary import Action

_MAX_PARTIES: Final = 5
_TABLES: Final = {
    "deal": "deals", "place": "places", "actor": "actors", "community": "communities", "broker": "brokers",
    "aid": "aid",
}  # fmt: skip

STEPS: Final = {
    Action.MAKE_DEAL: "{date}: {deal} is to be made",
    Action.FORMALISE: "{date}: {deal} is {form}",
    Action.ADD_LEVEL: "{date}: {deal} is also held at {levels} level",
    Action.ADD_PARTY: "{date}: {who} brought into {deal}",
    Action.IMPOSE: "{date}: {who} imposes {deal}",
    Action.FACILITATE: "{date}: {who} facilitates {deal}",
    Action.GUARANTEE: "{date}: {who} guarantees {deal}",
    Action.BACK_BROKER: "{date}: support to {who}",
    Action.GIVE_AID: "{date}: {aid} is paid",
    Action.SET_CONDITION: "{date}: {aid} is tied to {condition}",
    Action.STATE_DISTRIBUTOR: "{date}: {who} is named to hand out {aid}",
    Action.WITHDRAW: "{date}: {who} withdraws",
    Action.INCLUDE: "{date}: {who} brought into office in {place}",
}


def money(value: float, currency: str, say: Wording) -> str:
    """An amount to two significant digits: `USD 1.2 billion`."""
    for limit, message in ((1e9, "{currency} {n} billion"), (1e6, "{currency} {n} million")):
        if value >= limit:
            scaled = float(f"{value / limit:.3g}")
            return say(message, currency=currency, n=words.number(scaled, 0 if scaled == int(scaled) else 1))
    return f"{currency} {words.number(float(f'{value:.3g}'))}"


def steps_words(policy: Mapping[str, Any], rows: Rows, say: Wording) -> tuple[tuple[str, ...], int]:
    """The steps of a plan in words, and how many are withheld."""
    said: list[str] = []
    hidden, last = 0, ""
    for step in policy["steps"]:
        if rows.gate.is_withheld(RowRef("interventions", str(step.get("label", "")))):
            hidden += 1
            continue
        deal = str(step.get("deal", ""))
        said.append(_step(step, rows, say, is_same=bool(deal) and deal == last))
        last = deal
    return tuple(dict.fromkeys(said)), hidden


def _named(step: Mapping[str, Any], field: str, rows: Rows, say: Wording) -> str:
    return rows.gate.label(str(step[field]), say.language, _TABLES[field]) if step.get(field) else ""


def _step(step: Mapping[str, Any], rows: Rows, say: Wording, *, is_same: bool) -> str:
    """A step in words; a deal that the step before named is `it`."""
    start = dt.date.fromisoformat(str(step["start"]))
    date = say.month(start.year, start.month)
    if step.get("until"):
        until = dt.date.fromisoformat(str(step["until"]))
        date = say("{first} to {last}", first=date, last=say.month(until.year, until.month))
    who = next((name for field in ("actor", "community", "broker") if (name := _named(step, field, rows, say))), "")
    deal, place = _named(step, "deal", rows, say), _named(step, "place", rows, say)
    return say(
        STEPS[Action(step["action"])],
        date=date,
        who=who or say("a third party"),
        deal=say("it") if is_same else say.quoted(deal) if deal else place or say("the deal"),
        place=place or say("the place"),
        aid=_named(step, "aid", rows, say) or say("aid"),
        form=say(str(step.get("form", "")) or "written"),
        levels=say.joined([say(str(level)) for level in step.get("levels", ())]) or say("both"),
        condition=say(str(step.get("condition", "")) or "a condition"),
    )


def costs_of(
    policy: Mapping[str, Any], places: Sequence[str], rows: Rows, settlement: Settlement | None, say: Wording
) -> tuple[Cost, ...]:
    """What a plan asks of donors, third parties, go-betweens and the parties of the places that it touches."""
    found = [*_money_costs(policy, rows, say), *_presence_costs(policy, rows, say)]
    if settlement is not None:
        found += party_costs(places, rows, settlement, say)
    if not any(cost.who == say("Money") for cost in found):
        text = say("No pledge is part of it; what it costs to run is not on record.")
        found.insert(0, Cost(say("Money"), text))
    return merged(found, say)


def merged(costs: Sequence[Cost], say: Wording) -> tuple[Cost, ...]:
    """Costs of one kind to one party as one."""
    together: dict[tuple[str, bool], list[Cost]] = {}
    for cost in costs:
        together.setdefault((cost.who, cost.is_gain), []).append(cost)
    return tuple(_merged(found, say) for found in together.values())


def _merged(costs: Sequence[Cost], say: Wording) -> Cost:
    """Costs of one kind to one party as one."""
    first = costs[0]
    text = " ".join(dict.fromkeys(cost.text for cost in costs))
    short = say(", ").join(dict.fromkeys(cost.short for cost in costs if cost.short))
    return replace(first, text=text, short=short)


def _money_costs(policy: Mapping[str, Any], rows: Rows, say: Wording) -> list[Cost]:
    gate = rows.gate
    wanted = dict.fromkeys(str(step["aid"]) for step in policy["steps"] if step.get("aid"))
    said, sums = [], []
    for aid in wanted:
        row = rows.find(RowRef("aid", aid))
        if row is None or gate.hides(aid, "aid"):
            continue
        amount: Quantity | None = getattr(row, "amount", None)
        currency = getattr(row, "currency", "") or rows.shown.info.currency
        name = gate.label(aid, say.language, "aid")
        sums.append(say("amount not known") if amount is None else money(amount.middle, currency, say))
        said.append(
            say("{name}: amount not known", name=name)
            if amount is None
            else say("{name}: {amount}", name=name, amount=sums[-1])
        )
    conditioned = any(step.get("action") == Action.SET_CONDITION for step in policy["steps"])
    if not said:
        return []
    tail = say("Put at risk: it is withheld where the condition fails.") if conditioned else ""
    short = say.joined(list(dict.fromkeys(sums)))
    short = say("{amount} at risk", amount=short) if conditioned else short
    return [Cost(say("Money"), say.sentences(say("{list}.", list=say.joined(said)), tail), short=short)]


def _presence_costs(policy: Mapping[str, Any], rows: Rows, say: Wording) -> list[Cost]:
    found = []
    brokers = 0
    for step in policy["steps"]:
        action = Action(step["action"])
        if action is Action.BACK_BROKER:
            brokers += 1
        if action in {Action.FACILITATE, Action.GUARANTEE} and step.get("actor"):
            who = _named(step, "actor", rows, say)
            if not step.get("until"):
                text, short = say("Has to stay without an end in sight."), say("stays, no end in sight")
            else:
                until = dt.date.fromisoformat(str(step["until"]))
                date = say.month(until.year, until.month)
                text, short = say("Has to stay until {date}.", date=date), say("stays to {date}", date=date)
            found.append(Cost(who, text, short=short))
        if action is Action.IMPOSE and step.get("actor"):
            text = say("Answers for a deal that others did not write.")
            found.append(Cost(_named(step, "actor", rows, say), text, short=say("answers for it")))
    if brokers:
        text = say("Support that becomes known can put them in danger.")
        found.append(Cost(say("Go-betweens"), text, short=say("danger if known")))
    return found


def party_costs(places: Sequence[str], rows: Rows, settlement: Settlement, say: Wording) -> list[Cost]:
    """What each party that must agree gains in the places touched and gives most on; red lines in the way."""
    lines: list[Cost] = []
    gains: dict[str, list[str]] = {}
    margins: dict[str, list[Spread]] = {}
    gives: dict[str, list[str]] = {}
    for scope in shown_scopes(settlement, rows.gate):
        if len(scope.places) > 1 or scope.places[0] not in places:
            continue
        names = Names(rows.gate, scope, say)
        if not any(package.picks for package in scope.packages):
            lines += _red_line_costs(scope, names, say)
            continue
        where = rows.gate_label(scope.places[0], "places")
        for one in scope.packages[0].gains:
            if not one.veto or not names.says([one.party], one.worst):
                continue
            party = rows.gate_label(one.party, "actors")
            margin = spread(one.margin, settlement.n_draws)
            change = say.change(margin, brief=True)
            margins.setdefault(party, []).append(margin)
            gains.setdefault(party, []).append(say("{place} {change}", place=where, change=change))
            if one.worst is not None:
                gives.setdefault(party, []).append(names.issue(one.worst))
    for party, told in list(gains.items())[:_MAX_PARTIES]:
        text = say("gains {gains}", gains=say(", ").join(told))
        if party in gives:
            on = say.joined([say.quoted(one) for one in dict.fromkeys(gives[party])])
            text = say("{text}; gives most on {issues}", text=text, issues=on)
        short = _gained(margins[party], say)
        lines.append(Cost(party, say("{text}.", text=text), is_gain=True, short=short, is_party=True))
    return lines


def _gained(margins: Sequence[Spread], say: Wording) -> str:
    """What a party gains over several places, lowest and highest, for a cell of a matrix."""
    clear = sorted(round(100 * one.mean) for one in margins if words.is_clear(one))
    if not clear:
        return say("no clear change")
    low, high = clear[0], clear[-1]
    if len(clear) < len(margins):
        return say("up to {n}", n=words.signed(high))
    low_text, high_text = words.signed(low), words.signed(high)
    return low_text if low == high else say("{low} to {high}", low=low_text, high=high_text)


def _red_line_costs(scope: ScopeReport, names: Names, say: Wording) -> list[Cost]:
    """Red lines of which one would have to give way before anything can be agreed in a place."""
    found = []
    for change in scope.changes:
        if change.kind is not ChangeKind.RED_LINE or change.achieves != "acceptable" or change.slot is None:
            continue
        if names.says(change.who, change.slot):
            text = say(
                "its red line on “{slot}” in {place} gives way; that costs it {size}.",
                slot=names.issue(change.slot), place=names.label(scope.places[0], "places"),
                size=size(change.cost, say),
            )  # fmt: skip
            short = say("{n} red line", n=words.signed(-max(1, round(100 * abs(change.cost)))))
            found.append(Cost(names.parties(change.who), text, short=short, is_party=True))
    return found[:_MAX_PARTIES]

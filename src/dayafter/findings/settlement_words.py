"""A settlement in plain words: a sentence for each record, in the language of its `Names`, through the gate.

Shares of draws get no word of likelihood: they are no probabilities of an event. Whole sentences are messages of the
catalogue (`findings.wording`); what fills them is said in the same language.
"""

from __future__ import annotations

import math
from typing import Final

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.settlement_names import ROLES, WITHHELD, Names
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.settlement.bargain import Slot
from dayafter.settlement.frame import COST
from dayafter.settlement.guarantee import Response, SpoilerAnswer
from dayafter.settlement.records import (
    Break,
    Change,
    ChangeKind,
    Driver,
    FindingCode,
    Flip,
    PackageReport,
    Range,
    ScopeReport,
    SettlementFinding,
    Share,
)
from dayafter.settlement.solutions import Pick
from dayafter.settlement.stability import BreakerKind

__all__ = [
    "ACHIEVES", "FINDINGS", "GAIN_UNIT", "INPUTS", "KINDS", "METHODS", "NO_DEAL", "PICKS", "RESPONSES", "ROLES",
    "SCALE_UNIT", "SHARE_UNIT", "WITHHELD", "Names", "aim", "breaking", "change", "cost_assumption", "driver",
    "finding", "flip", "gain", "level", "package_lines", "picked", "scope_lines", "share", "share_text", "size",
    "spread",
]  # fmt: skip

GAIN_UNIT: Final = "points of 100 of what the party cares about"
SCALE_UNIT: Final = "0 nothing as wished, 1 everything"
SHARE_UNIT: Final = "share of draws"

PICKS: Final = {
    Pick.NASH: "the largest product of gains (Nash)",
    Pick.KALAI_SMORODINSKY: "everybody nearest to the most it could have (Kalai–Smorodinsky)",
    Pick.EGALITARIAN: "the largest least gain (egalitarian)",
    Pick.UTILITARIAN: "the largest sum of gains (utilitarian)",
    Pick.MINIMAX_REGRET: "the least to regret over the draws (minimax regret)",
}
KINDS: Final = {
    BreakerKind.OUTSIDER: "outside the deal",
    BreakerKind.SIGNATORY: "a signatory",
    BreakerKind.PATRON: "a patron or state",
    BreakerKind.LOCAL_FACTION: "a local faction under weak command",
}
RESPONSES: Final = {
    Response.INDUCEMENT: "pay it",
    Response.EXCLUSION: "go ahead without it",
    Response.COERCION: "threaten it",
}
INPUTS: Final = {
    "ideal": "what {who} wants",
    "salience": "how much {who} cares",
    "capability": "what {who} can bring to bear",
    "cost": "what fighting costs {who} (assumed)",
}
NO_DEAL: Final = {
    "contest": "in each term somebody prevails, with odds in proportion to capability, less the cost of fighting",
    "status-quo": "those who hold a place decide there",
    "given": "values handed in",
    "simulated": "whoever holds a place at the end of the simulation decides there, by its chances; fights cost",
}
ACHIEVES: Final = {
    "acceptable": "a deal would be accepted",
    "stable": "nobody would gain by breaking package 1",
    "keeps-in": "they would no longer gain by breaking package 1",
    "nearer": "nearer, but not enough alone",
}
METHODS: Final = ("enumeration", "branch and bound", "mixed-integer program", "CP-SAT")
"""How packages were searched, as `ScopeReport.method` says it."""
FINDINGS: Final = {
    FindingCode.NO_POSITION: "Nobody has a position here, so there is nothing to bargain over; add rows to positions.",
    FindingCode.ONE_PARTY: "Only {who} has a position here; bargaining takes two.",
    FindingCode.NOBODY_NEEDED: "Nobody’s consent is needed here; name the parties of a deal.",
    FindingCode.NO_CAPABILITY: "Nobody has any capability on {what}; the odds of a contest are taken as even.",
    FindingCode.NOBODY_CARES: "Nobody cares about {what}, so it decides nothing.",
    FindingCode.NO_INTEREST: "{who} cares about nothing here, so it gains and loses nothing.",
    FindingCode.NO_OPTIONS: "There is no option for {what}, so it is left out; add rows to options.",
    FindingCode.RED_LINES_CLASH: "The red lines of {who} leave no option for {what}.",
    FindingCode.SILENT: "No position is recorded for {who}, who must agree: its consent is not counted.",
    FindingCode.SPOKEN_FOR: "No position is recorded here for {first}; {second} speaks for it.",
    FindingCode.NOTHING_ACCEPTABLE: "No package is acceptable to all who must agree, at the best values.",
    FindingCode.AID_UNTIED: "“{aid}” goes to {who}; no condition of it names a term here, so it moves no choice.",
    FindingCode.NOT_PROVEN: "The search was not finished: a better package than those found may exist (see the gaps).",
}


def cost_assumption(say: Wording = ENGLISH) -> str:
    """The number on which most answers turn, with its range."""
    low, best, high = (f"{100 * end:g}" for end in COST)
    return say(
        "assumed: fighting costs a party {best} points of 100 of what it cares about, drawn from {low} to {high}; "
        "most answers turn on it",
        best=best, low=low, high=high, points=say.measured(round(100 * COST[1]), "point"),
    )  # fmt: skip


def spread(value: Range, n_draws: int) -> Spread:
    """A range as the rounding rules take it; its number is the one at the best values of all inputs."""
    return Spread(value.central, value.p05, value.p95, n_draws)


def gain(value: Range, n_draws: int, say: Wording = ENGLISH) -> str:
    """`+5 points (+2 to +13)`, or `no clear change (+2, −1 to +9)`."""
    return say.change(spread(value, n_draws))


def level(value: Range, n_draws: int) -> str:
    """`0.74 (0.66–0.77)` on the scale from 0 to 1."""
    estimate = words.measure(spread(value, n_draws), SCALE_UNIT)
    return f"{estimate.text} ({estimate.range})" if estimate.range else estimate.text


def size(value: float, say: Wording = ENGLISH) -> str:
    """A size without a range: `5 points`; below half a point, `less than 1 point`."""
    number = round(100 * abs(value))
    return say("less than 1 point") if value and not number else say.measured(number, "point")


def share(value: Share, say: Wording = ENGLISH) -> str:
    """`79 %`, `all`, `none`; `70 to 79 %` where some draws were not decided exactly."""
    low, high = share_text(value.low, say), share_text(value.high, say)
    return high if low == high else say("{low} to {high}", low=low, high=high)


def share_text(value: float, say: Wording = ENGLISH) -> str:
    """`79 %`, `all`, `none`."""
    if value in {0.0, 1.0}:
        return say("all") if value else say("none")
    return f"{words.percent(value)}{words.THIN}%"


def finding(one: SettlementFinding, names: Names) -> str | None:
    """What is wrong, or must be known; None where it may not be said."""
    if not names.says(one.parties, one.slot, one.rows):
        return None
    if one.code is FindingCode.SPOKEN_FOR and names.tie_hidden(*one.parties[:2]):
        return None
    if one.code is FindingCode.SILENT and any(names.ties_hidden(party) for party in one.parties):
        return None
    say = names.say
    first, second = (names.party(one.parties[n]) if n < len(one.parties) else "" for n in (0, 1))
    aid = names.label(one.rows[0].key, "aid") if one.rows and one.rows[0].table == "aid" else say("a pledge")
    what = _term(one.slot, names)
    return say(FINDINGS[one.code], who=names.parties(one.parties), what=what, first=first, second=second, aid=aid)


def _term(slot: Slot | None, names: Names) -> str:
    """A term in quotation marks, never cut; empty where there is none."""
    return "" if slot is None else names.say("“{name}”", name=names.slot(slot))


def scope_lines(scope: ScopeReport, names: Names) -> list[str]:
    """How much is acceptable, to how many, how sure, and what is not proven."""
    say, lines = names.say, []
    if scope.left_out and (left := names.places(scope.left_out)):
        lines.append(say("Without {places}: red lines leave nothing there.", places=left))
    if scope.method == "none":
        return lines
    lines.append(_counts(scope, names))
    lines.append(
        say("Share of draws in which something is acceptable: {share}.", share=share(scope.any_acceptable, say))
    )
    if scope.least_margin is not None:
        points = say.points(words.whole_points(scope.least_margin))
        lines.append(say("Best that the party which gains least can have: {points}.", points=points))
    if scope.gap > 0:
        more, method = size(scope.gap, say), say(scope.method)
        lines.append(
            say("Not proven best: it might be up to {size} more (optimality gap, {method}).", size=more, method=method)
        )
    return lines


def _counts(scope: ScopeReport, names: Names) -> str:
    """Of how many packages how many are acceptable, and to how many."""
    say = names.say
    packages = say.measured(scope.n_packages, "package")
    if scope.n_packages == 0:
        return say("Red lines or missing options leave no package.")
    if scope.n_acceptable is None:
        return say(
            "Of {packages} within the red lines too many to list were searched by {method}.",
            packages=packages, method=say(scope.method),
        )  # fmt: skip
    n_veto = sum(one.veto and names.says([one.party]) for one in scope.parties)
    efficient = "" if not scope.n_efficient else say(", {n} of them efficient", n=words.number(scope.n_efficient))
    return say(
        "Of {packages} within the red lines {n} is acceptable to {everybody}{efficient}."
        if scope.n_acceptable == 1
        else "Of {packages} within the red lines {n} are acceptable to {everybody}{efficient}.",
        packages=packages,
        n=words.number(scope.n_acceptable) if scope.n_acceptable else say("none"),
        everybody=say("all {n} who must agree", n=say.number(n_veto)) if n_veto > 1 else say("all who must agree"),
        efficient=efficient,
    )


def picked(report: PackageReport, say: Wording = ENGLISH) -> str:
    """Why a package is shown and not another."""
    if report.picks:
        return say("Chosen for {rules}.", rules=say.joined([say(PICKS[pick]) for pick in report.picks]))
    return say(
        "Listed because it stands up to most draws."
        if report.is_acceptable
        else "Listed because it comes nearest; nothing is acceptable."
    )


def package_lines(report: PackageReport, names: Names, n_draws: int) -> list[str]:
    """Why it is listed, how often it is accepted and holds, how it could break, what flips it, what drives it."""
    say = names.say
    lines = [
        picked(report, say),
        say(
            "Acceptable in {acceptable} of draws; acceptable and stable in {stable}; best of {n} compared in {best}. "
            "Largest regret: {regret}.",
            acceptable=share(report.acceptable, say), stable=share(report.stable, say), n=report.n_compared,
            best=share_text(report.best, say), regret=size(report.regret, say),
        ),
    ]  # fmt: skip
    if report.gap > 0:
        lines.append(say("Optimality gap of the choice, in the rule’s own measure: {gap}.", gap=f"{report.gap:.2g}"))
    if report.breaking is not None:
        lines += breaking(report.breaking, names, n_draws)
    flips = [text for one in report.flips if (text := flip(one, names))]
    if flips:
        lines += flips
    elif report.is_acceptable and not report.flips:
        lines.append(say("No single input, moved alone to an end of its range, turns away anybody who must agree."))
    if drivers := [text for one in report.drivers if (text := driver(one, names))]:
        lines.append(say("Most moves with (rank correlation): {drivers}.", drivers=say.clauses(drivers)))
    return lines


def breaking(one: Break, names: Names, n_draws: int) -> list[str]:
    """The coalition that gains most, its kind, what smaller ones break it, and the cheapest answer to each spoiler."""
    say, lines = names.say, []
    if names.says(one.members):
        lines.append(
            say(
                "Likely breaker: {who} ({kind}), {gain}."
                if one.gain.central > 0
                else "Nearest to breaking it, without a gain: {who} ({kind}), {gain}.",
                who=names.parties(one.members),
                kind=say(KINDS[one.kind]),
                gain=gain(one.gain, n_draws, say),
            )
        )
    kinds = [
        say("{kind} in {share}", kind=say(KINDS[kind]), share=share_text(part, say))
        for kind, part in one.kinds
        if part > 0
    ]
    if kinds:
        lines.append(
            say(
                "Shares of draws in which somebody gains by breaking it, by who gains most: {kinds}.",
                kinds=say(", ").join(kinds),
            )
        )
    sets = [names.parties(members) for members in one.minimal_sets if names.says(members)]
    if sets:
        lines.append(
            say("Smallest coalitions that would break it: {sets}.", sets=say.clauses(list(dict.fromkeys(sets))))
        )
    lines += [spoiler(answer, names) for answer in one.spoilers if names.says([answer.actor])]
    n = one.largest_tried
    lines.append(say("Coalitions of up to {n} were tried.", n=say.number(n), parties=say.measured(n, "party")))
    return lines


def spoiler(one: SpoilerAnswer, names: Names) -> str:
    """`Breaking alone, PUK would gain 3 points. Cheapest answer first: pay it (3 points), …`."""
    say = names.say
    costs = [
        say("{what} ({size})", what=say(RESPONSES[way]), size=size(cost, say))
        for way, cost in one.costs
        if math.isfinite(cost)
    ]
    none = ""
    if any(math.isinf(cost) for _, cost in one.costs):
        none = say("; no threat is credible without a guarantor")
    return say(
        "Breaking alone, {who} would gain {size}. Cheapest answer first: {costs}{none}.",
        who=names.party(one.actor), size=size(one.gain, say), costs=say(", ").join(costs), none=none,
    )  # fmt: skip


def _input(one: Flip | Driver, names: Names) -> str:
    """Which input: whose, and on which term."""
    what = names.say(INPUTS[one.input], who=names.party(one.party))
    return what if one.slot is None else names.say("{what} in “{slot}”", what=what, slot=names.slot(one.slot))


def flip(one: Flip, names: Names) -> str | None:
    """What turns a package first; None where it may not be said."""
    if not names.says([one.party], one.slot, one.rows):
        return None
    return names.say(
        "Could turn: {what}. If it alone went {share} of the way to the low end of its range, somebody who must agree "
        "would refuse."
        if one.toward == "low"
        else "Could turn: {what}. If it alone went {share} of the way to the high end of its range, somebody who must "
        "agree would refuse.",
        what=_input(one, names),
        share=f"{words.percent(one.fraction)}{words.THIN}%",
    )


def driver(one: Driver, names: Names) -> str | None:
    """An input and how strongly the least gain moves with it; None where it may not be said."""
    if not names.says([one.party], one.slot, one.rows):
        return None
    return names.say("{what} {number}", what=_input(one, names), number=words.number(one.correlation, 1))


def still_gain(change: Change, first: PackageReport, names: Names) -> str:
    """Who, apart from those whom a change reaches, would still gain by breaking the first package."""
    if change.achieves != "keeps-in" or first.breaking is None:
        return ""
    others = [names.parties(s) for s in first.breaking.minimal_sets if not set(s) & set(change.who) and names.says(s)]
    if not others:
        return ""
    return names.say("Others still would: {who}.", who=names.say.clauses(list(dict.fromkeys(others))))


def aim(is_accepted: bool, say: Wording = ENGLISH) -> str:  # noqa: FBT001  # the one thing that it asks
    """What the changes of a scope would do: unlock a deal, or make the first package hold."""
    return say("What would make package 1 hold") if is_accepted else say("What would unlock it")


def change(one: Change, names: Names, first: PackageReport | None = None) -> str | None:
    """What would unlock it, or keep the breakers of the first package in; None where it may not be said."""
    if not names.says(one.who, one.slot) or any(names.place_hidden(place) for place in one.places):
        return None
    say = names.say
    text = say("{text}: {then}.", text=_asked(one, names), then=say(ACHIEVES[one.achieves]))
    return say.sentences(text, still_gain(one, first, names) if first else "")


def _asked(one: Change, names: Names) -> str:
    """What a change asks of whom, and what it costs."""
    say, who = names.say, names.parties(one.who)
    term = _term(one.slot, names)
    if one.slot is not None and one.option:
        option = names.option(one.slot, one.option)
        term = say("“{slot}” settled as “{option}”", slot=names.slot(one.slot), option=option)
    price, worth = size(one.cost, say), size(one.size, say)
    if one.kind is ChangeKind.MONEY:
        text = say("Money worth {size} to {who}, on condition of {term}", size=worth, who=who, term=term)
        return _money(one, text, say)
    if one.kind is ChangeKind.GUARANTEE:
        return _guarantee(one, who, worth, say)
    if one.kind is ChangeKind.INVITATION:
        return say("An invitation to the table for {who}; costs those there {size}", who=who, size=price)
    if one.kind is ChangeKind.RED_LINE:
        return say("A softer red line of {who}: {term}; costs it {size}", who=who, term=term, size=price)
    return say(
        "Settling {places} together, in this order",
        places=say.joined([names.label(place, "places") for place in one.places]),
    )


def _guarantee(one: Change, who: str, worth: str, say: Wording) -> str:
    if not one.who:
        return say("A guarantee against whoever breaks it, who would lose {size}", size=worth)
    if one.achieves in {"stable", "keeps-in"}:
        return say("A guarantee to {who}, who would lose by breaking {size}", who=who, size=worth)
    return say("A guarantee to {who}, worth {size}", who=who, size=worth)


def _money(one: Change, text: str, say: Wording) -> str:
    """Money with what a unit of it does, and how much of the pledges of the case hangs on a condition."""
    if one.shadow_price is not None:
        raises = words.number(one.shadow_price, 2)
        text = say("{text}; a unit handed over raises the least gain by {n}", text=text, n=raises)
    if one.leverage is not None:
        low, high = (words.number(end, 2) for end in one.leverage)
        text = say(
            "{text}; of the case’s pledges only {low} to {high} depends on a condition, so pledge it divided by that",
            text=text, low=low, high=high,
        )  # fmt: skip
    return text

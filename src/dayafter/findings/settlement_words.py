"""A settlement in plain words: who and what it speaks of as the gate lets them be named, a sentence for each record.

Whoever or whatever rests on withheld rows alone is `withheld`; for the public a sentence that would name it is left
out, because beside a place it would tell where the row belongs. Shares of draws get no word of likelihood: they are
no probabilities of an event.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from dayafter.arrays import RowKey
from dayafter.assessment.report import RowRef, Spread
from dayafter.casefile.schema import Option
from dayafter.findings import words
from dayafter.findings.compose import joined, spelled
from dayafter.redaction import Gate
from dayafter.settlement.bargain import Role, Slot
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
from dayafter.vocabulary import Audience

WITHHELD: Final = "withheld"
GAIN_UNIT: Final = "points of 100 of what the party cares about"
SCALE_UNIT: Final = "0 nothing as wished, 1 everything"
SHARE_UNIT: Final = "share of draws"

ROLES: Final = {
    Role.SIGNATORY: "needed in the place",
    Role.PATRON: "stands behind one who is needed",
    Role.OUTSIDER: "has a stake and no say",
}
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
_FINDINGS: Final = {
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


def cost_assumption() -> str:
    """The number on which most answers turn, with its range."""
    low, best, high = (f"{100 * end:g}" for end in COST)
    return (
        f"assumed: fighting costs a party {best} points of 100 of what it cares about, drawn from {low} to {high}; "
        "most answers turn on it"
    )


def spread(value: Range, n_draws: int) -> Spread:
    """A range as the rounding rules take it; its number is the one at the best values of all inputs."""
    return Spread(value.central, value.p05, value.p95, n_draws)


def gain(value: Range, n_draws: int) -> str:
    """`+5 points (+2 to +13)`, or `no clear change (+2, −1 to +9)`."""
    return words.change(spread(value, n_draws))


def level(value: Range, n_draws: int) -> str:
    """`0.74 (0.66–0.77)` on the scale from 0 to 1."""
    estimate = words.measure(spread(value, n_draws), SCALE_UNIT)
    return f"{estimate.text} ({estimate.range})" if estimate.range else estimate.text


def size(value: float) -> str:
    """A size without a range: `5 points`; below half a point, `less than 1 point`."""
    number = words.number(100 * abs(value), 0)
    if number == "0":
        return "less than 1 point" if value else "0 points"
    return f"{number} point" if number == "1" else f"{number} points"


def share(value: Share) -> str:
    """`79 %`, `all`, `none`; `70 to 79 %` where some draws were not decided exactly."""
    low, high = share_text(value.low), share_text(value.high)
    return high if low == high else f"{low} to {high}"


def share_text(value: float) -> str:
    """`79 %`, `all`, `none`."""
    if value in {0.0, 1.0}:
        return "all" if value else "none"
    return f"{words.percent(value)}{words.THIN}%"


class Names:
    """Who and what a settlement speaks of, as the gate lets them be named.

    Parameters
    ----------
    gate : of the audience. scope : whose slots decide which positions of a party an audience may know of.
    """

    def __init__(self, gate: Gate, scope: ScopeReport) -> None:
        self.gate, self.scope = gate, scope
        self._slots = scope.slots
        self._parties = tuple(one.party for one in scope.parties)
        self._public = gate.audience is Audience.PUBLIC

    def place_hidden(self, place: str) -> bool:
        """Whether a place is withheld."""
        return self.gate.hides(place, "places")

    def places(self, places: Iterable[str]) -> str:
        """Names of places; those withheld are left out for the public, else called so."""
        labels = [
            WITHHELD if self.place_hidden(place) else self.gate.label(place, table="places")
            for place in places
            if not (self._public and self.place_hidden(place))
        ]
        return joined(list(dict.fromkeys(labels)))

    def slot_hidden(self, slot: Slot) -> bool:
        """Whether the place or the issue of a term is withheld."""
        return self.place_hidden(slot.place) or self.gate.hides(slot.issue, "issues")

    def slot(self, slot: Slot) -> str:
        """`Jalawla: Whose forces secure the place`."""
        if self.slot_hidden(slot):
            return WITHHELD
        return f"{self.gate.label(slot.place, table='places')}: {self.gate.label(slot.issue, table='issues')}"

    def issue(self, slot: Slot) -> str:
        """`Whose forces secure the place`, where the place is said elsewhere."""
        return WITHHELD if self.slot_hidden(slot) else self.gate.label(slot.issue, table="issues")

    def option(self, slot: Slot, option: str) -> str:
        """The label of an option."""
        ref = RowRef("options", f"{slot.issue}/{option}")
        row = self.gate.row(ref)
        if self.slot_hidden(slot) or self.gate.is_withheld(ref):
            return WITHHELD
        return self.gate.text(row.label) if isinstance(row, Option) else self.gate.text(option)

    def party_hidden(self, party: str) -> bool:
        """Whether a party is withheld, or all its positions here are: its part in the matter is then a secret."""
        if self.gate.hides(party, "actors"):
            return True
        refs = [RowRef("positions", f"{slot.place}/{party}/{slot.issue}") for slot in self._slots]
        known = [(ref, slot) for ref, slot in zip(refs, self._slots, strict=True) if self.gate.row(ref) is not None]
        return bool(known) and all(self.gate.is_withheld(ref) or self.slot_hidden(slot) for ref, slot in known)

    def stand_hidden(self, party: str, slot: Slot | None) -> bool:
        """Whether what a party wants in a term is withheld."""
        if slot is None:
            return False
        return self.slot_hidden(slot) or self.gate.is_withheld(
            RowRef("positions", f"{slot.place}/{party}/{slot.issue}")
        )

    def known_in_full(self, party: str) -> bool:
        """Whether no position of a party here is withheld."""
        return not any(self.stand_hidden(party, slot) for slot in self._slots)

    def ties_hidden(self, patron: str) -> bool:
        """Whether all loyalties to a patron that can have brought it here are withheld."""
        refs = [RowRef("loyalties", f"{actor}/{patron}") for actor in self._parties]
        known = [ref for ref in refs if self.gate.row(ref) is not None]
        return bool(known) and all(self.gate.is_withheld(ref) for ref in known)

    def role(self, party: str, role: Role) -> str:
        """How a party stands to the deal; what makes a patron is not said where its ties are withheld."""
        return "must agree" if role is Role.PATRON and self.ties_hidden(party) else ROLES[role]

    def tie_hidden(self, actor: str, patron: str) -> bool:
        """Whether the loyalty of an actor to a patron is withheld."""
        return self.gate.is_withheld(RowRef("loyalties", f"{actor}/{patron}"))

    def party(self, party: str) -> str:
        """The name of a party, or `a withheld actor`."""
        return "a withheld actor" if self.party_hidden(party) else self.gate.label(party, table="actors")

    def party_id(self, party: str) -> str:
        """The id of a party, or `withheld`."""
        return WITHHELD if self.party_hidden(party) else self.gate.alias(party, "actors")

    def parties(self, parties: Iterable[str]) -> str:
        """Names of several."""
        return joined(list(dict.fromkeys(self.party(one) for one in parties)))

    def says(self, parties: Iterable[str], slot: Slot | None = None, rows: Iterable[RowKey] = ()) -> bool:
        """Whether a statement on these may be made: no row is withheld and, for the public, nobody."""
        who = tuple(parties)
        if any(self.gate.is_withheld(RowRef(row.table, row.key)) for row in rows):
            return False
        if any(self.stand_hidden(party, slot) for party in who) or (slot is not None and self.slot_hidden(slot)):
            return False
        return not (self._public and any(self.party_hidden(party) for party in who))

    def rows(self, rows: Iterable[RowKey]) -> str:
        """References to the rows behind a statement."""
        return "; ".join(self.gate.row_label(RowRef(row.table, row.key)) for row in rows)


def finding(one: SettlementFinding, names: Names) -> str | None:
    """What is wrong, or must be known; None where it may not be said."""
    if not names.says(one.parties, one.slot, one.rows):
        return None
    if one.code is FindingCode.SPOKEN_FOR and names.tie_hidden(*one.parties[:2]):
        return None
    if one.code is FindingCode.SILENT and any(names.ties_hidden(party) for party in one.parties):
        return None
    first, second = (names.party(one.parties[n]) if n < len(one.parties) else "" for n in (0, 1))
    what = "" if one.slot is None else f"“{names.slot(one.slot)}”"
    aid = names.gate.label(one.rows[0].key, table="aid") if one.rows and one.rows[0].table == "aid" else "a pledge"
    return _FINDINGS[one.code].format(who=names.parties(one.parties), what=what, first=first, second=second, aid=aid)


def scope_lines(scope: ScopeReport, names: Names) -> list[str]:
    """How much is acceptable, to how many, how sure, and what is not proven."""
    lines = []
    if scope.left_out and (left := names.places(scope.left_out)):
        lines.append(f"Without {left}: red lines leave nothing there.")
    if scope.method == "none":
        return lines
    n_veto = sum(one.veto and names.says([one.party]) for one in scope.parties)
    packages = f"{words.number(scope.n_packages)} {'package' if scope.n_packages == 1 else 'packages'}"
    if scope.n_packages == 0:
        lines.append("Red lines or missing options leave no package.")
    elif scope.n_acceptable is None:
        lines.append(f"Of {packages} within the red lines too many to list were searched by {scope.method}.")
    else:
        efficient = "" if not scope.n_efficient else f", {words.number(scope.n_efficient)} of them efficient"
        accepted = words.number(scope.n_acceptable) if scope.n_acceptable else "none"
        all_of = f"all {spelled(n_veto)}" if n_veto > 1 else "all"
        verb = "is" if scope.n_acceptable == 1 else "are"
        lines.append(
            f"Of {packages} within the red lines {accepted} {verb} acceptable to {all_of} who must agree{efficient}."
        )
    lines.append(f"Share of draws in which something is acceptable: {share(scope.any_acceptable)}.")
    if scope.least_margin is not None:
        lines.append(f"Best that the party which gains least can have: {words.points(scope.least_margin)} points.")
    if scope.gap > 0:
        lines.append(f"Not proven best: it might be up to {size(scope.gap)} more (optimality gap, {scope.method}).")
    return lines


def package_lines(report: PackageReport, names: Names, n_draws: int) -> list[str]:
    """Why it is listed, how often it is accepted and holds, how it could break, what flips it, what drives it."""
    rules = joined([PICKS[pick] for pick in report.picks])
    otherwise = "it stands up to most draws" if report.is_acceptable else "it comes nearest; nothing is acceptable"
    lines = [f"Chosen for {rules}." if rules else f"Listed because {otherwise}."]
    lines.append(
        f"Acceptable in {share(report.acceptable)} of draws; acceptable and stable in {share(report.stable)}; best of "
        f"{report.n_compared} compared in {share_text(report.best)}. Largest regret: {size(report.regret)}."
    )
    if report.gap > 0:
        lines.append(f"Optimality gap of the choice, in the rule’s own measure: {report.gap:.2g}.")
    if report.breaking is not None:
        lines += breaking(report.breaking, names, n_draws)
    flips = [text for one in report.flips if (text := flip(one, names))]
    if flips:
        lines += flips
    elif report.is_acceptable and not report.flips:
        lines.append("No single input, moved alone to an end of its range, turns away anybody who must agree.")
    if drivers := [text for one in report.drivers if (text := driver(one, names))]:
        lines.append(f"Most moves with (rank correlation): {'; '.join(drivers)}.")
    return lines


def breaking(one: Break, names: Names, n_draws: int) -> list[str]:
    """The coalition that gains most, its kind, what smaller ones break it, and the cheapest answer to each spoiler."""
    lines = []
    if names.says(one.members):
        head = "Likely breaker" if one.gain.central > 0 else "Nearest to breaking it, without a gain"
        lines.append(f"{head}: {names.parties(one.members)} ({KINDS[one.kind]}), {gain(one.gain, n_draws)}.")
    kinds = [f"{KINDS[kind]} in {share_text(part)}" for kind, part in one.kinds if part > 0]
    if kinds:
        lines.append(f"Shares of draws in which somebody gains by breaking it, by who gains most: {', '.join(kinds)}.")
    sets = [names.parties(members) for members in one.minimal_sets if names.says(members)]
    if sets:
        lines.append(f"Smallest coalitions that would break it: {'; '.join(dict.fromkeys(sets))}.")
    lines += [spoiler(answer, names) for answer in one.spoilers if names.says([answer.actor])]
    lines.append(f"Coalitions of up to {spelled(one.largest_tried)} were tried.")
    return lines


def spoiler(one: SpoilerAnswer, names: Names) -> str:
    """`Breaking alone, PUK would gain 3 points. Cheapest answer first: pay it (3 points), …`."""
    costs = [f"{RESPONSES[way]} ({size(cost)})" for way, cost in one.costs if math.isfinite(cost)]
    none = "; no threat is credible without a guarantor" if any(math.isinf(cost) for _, cost in one.costs) else ""
    head = f"Breaking alone, {names.party(one.actor)} would gain {size(one.gain)}."
    return f"{head} Cheapest answer first: {', '.join(costs)}{none}."


def flip(one: Flip, names: Names) -> str | None:
    """What turns a package first; None where it may not be said."""
    if not names.says([one.party], one.slot, one.rows):
        return None
    where = "" if one.slot is None else f" in “{names.slot(one.slot)}”"
    what = INPUTS[one.input].format(who=names.party(one.party))
    return (
        f"Could turn: {what}{where}. If it alone went {words.percent(one.fraction)}{words.THIN}% of the way to the "
        f"{one.toward} end of its range, somebody who must agree would refuse."
    )


def driver(one: Driver, names: Names) -> str | None:
    """An input and how strongly the least gain moves with it; None where it may not be said."""
    if not names.says([one.party], one.slot, one.rows):
        return None
    where = "" if one.slot is None else f" in “{names.slot(one.slot)}”"
    return f"{INPUTS[one.input].format(who=names.party(one.party))}{where} {words.number(one.correlation, 1)}"


def still_gain(change: Change, first: PackageReport, names: Names) -> str:
    """Who, apart from those whom a change reaches, would still gain by breaking the first package."""
    if change.achieves != "keeps-in" or first.breaking is None:
        return ""
    others = [names.parties(s) for s in first.breaking.minimal_sets if not set(s) & set(change.who) and names.says(s)]
    return f" Others still would: {'; '.join(dict.fromkeys(others))}." if others else ""


def change(one: Change, names: Names, first: PackageReport | None = None) -> str | None:
    """What would unlock it, or keep the breakers of the first package in; None where it may not be said."""
    if not names.says(one.who, one.slot) or any(names.place_hidden(place) for place in one.places):
        return None
    who = names.parties(one.who)
    term = "" if one.slot is None else f"“{names.slot(one.slot)}”"
    if one.slot is not None and one.option:
        term += f" settled as “{names.option(one.slot, one.option)}”"
    price = size(one.cost)
    if one.kind is ChangeKind.MONEY:
        text = f"Money worth {size(one.size)} to {who}, on condition of {term}"
        if one.shadow_price is not None:
            text += f"; a unit handed over raises the least gain by {words.number(one.shadow_price, 2)}"
        if one.leverage is not None:
            low, high = (words.number(end, 2) for end in one.leverage)
            text += f"; of the case’s pledges only {low} to {high} depends on a condition, so pledge it divided by that"
    elif one.kind is ChangeKind.GUARANTEE:
        aim = "who would lose by breaking" if one.achieves in {"stable", "keeps-in"} else "worth"
        text = f"A guarantee to {who}, {aim} {size(one.size)}"
        if not one.who:
            text = f"A guarantee against whoever breaks it, who would lose {size(one.size)}"
    elif one.kind is ChangeKind.INVITATION:
        text = f"An invitation to the table for {who}; costs those there {price}"
    elif one.kind is ChangeKind.RED_LINE:
        text = f"A softer red line of {who}: {term}; costs it {price}"
    else:
        text = f"Settling {joined([names.gate.label(p, table='places') for p in one.places])} together, in this order"
    return f"{text}: {ACHIEVES[one.achieves]}.{still_gain(one, first, names) if first else ''}"

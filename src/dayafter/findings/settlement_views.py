"""Deals that could hold, place by place, as a brief lays them out: statements with number, spread, basis and sources.

Made from a settlement, through the gate. What may not be said to the audience is not in here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dayafter.assessment.report import RowRef
from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.records import Estimate, Reference, Statement
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_words import GAIN_UNIT
from dayafter.findings.wording import Wording
from dayafter.settlement.records import FindingCode, PackageReport, ScopeReport, Settlement

SHOWN_CHANGES: Final = 3
SHOWN_BREAKS: Final = 3
NAMED: Final = 3
"""Places that the title names; more are counted."""


_FIRST: Final = (
    FindingCode.NO_POSITION,
    FindingCode.ONE_PARTY,
    FindingCode.NOBODY_NEEDED,
    FindingCode.RED_LINES_CLASH,
)
"""What makes a deal impossible: said first."""
_LATER: Final = tuple(code for code in FindingCode if code not in {*_FIRST, FindingCode.NOTHING_ACCEPTABLE})
"""What must be known to read it; that nothing is acceptable the counts say themselves."""


@dataclass(frozen=True, slots=True)
class TermView:
    """One term of a deal: the question and how it would be settled."""

    question: str
    settled_as: str


@dataclass(frozen=True, slots=True)
class GainView:
    """What a deal would mean to one party."""

    party: str
    must_agree: bool
    gain: Estimate
    """Against no deal, in points of 100 of what the party cares about; `text` is the whole of it in words."""
    accepts: str
    """Share of draws in which it accepts."""


@dataclass(frozen=True, slots=True)
class PossibleDeal:
    """What could be settled in one place."""

    place: str
    is_accepted: bool
    """Whether all who must agree would accept the deal shown, at the best values of all inputs."""
    lead: Statement
    """Why nothing can be agreed, where so; how much is acceptable, of how much, and in how many draws."""
    chosen_for: str
    """Why this deal is shown and not another; empty where none can be shown."""
    terms: tuple[TermView, ...]
    gains: tuple[GainView, ...]
    holds: tuple[Statement, ...]
    """How often it is accepted and holds, who would break it, what would turn it."""
    changes: tuple[Statement, ...]
    """What would unlock a deal, or make the one shown hold; cheapest first."""
    known: tuple[Statement, ...]
    """What must be known to read it: who is silent, who speaks for whom, what is left out."""


@dataclass(frozen=True, slots=True)
class PossibleDeals:
    """The section of the brief on deals that could hold."""

    title: str
    lead: str
    basis: str
    """What every number of it rests on."""
    deals: tuple[PossibleDeal, ...]


def possible_deals(settlement: Settlement, rows: Rows) -> PossibleDeals | None:
    """What a settlement says of each place that it treats by itself; None where the audience may see none of it.

    Parameters
    ----------
    settlement : of the case that `rows` reads, place by place (not jointly). rows : also in which language.
    """
    scopes = [one for one in settlement.scopes if len(one.places) == 1 and not rows.gate.hides(one.places[0], "places")]
    deals = tuple(_deal(scope, rows, settlement.n_draws) for scope in scopes)
    if not deals:
        return None
    asked = {row.place for row in rows.shown.positions}
    say = rows.say
    return PossibleDeals(_title(deals, say), _lead(deals, len(asked) - len(deals), say), _basis(settlement, say), deals)


def _title(deals: Sequence[PossibleDeal], say: Wording) -> str:
    """The finding: in how many places a deal would be accepted."""
    n, total = sum(deal.is_accepted for deal in deals), len(deals)
    if not n:
        return say("In no place would everybody who must agree accept a deal")
    return say(
        "In {n} of {total} places a deal exists that all who must agree would accept"
        if n < total
        else "In the one place a deal exists that all who must agree would accept"
        if total == 1
        else "In each of {total} places a deal exists that all who must agree would accept",
        n=n,
        total=total,
        places=say.measured(total, "place"),
    )


def _lead(deals: Sequence[PossibleDeal], n_more: int, say: Wording) -> str:
    """What is still closed, and how many places are not shown."""
    closed = [deal.place for deal in deals if not deal.is_accepted]
    lead = say("Whether it would hold is another matter: each says how often it does, and who would break it.")
    if closed:
        where = say.joined(closed, NAMED)
        lead = say("Nothing is acceptable yet in {places}; what would unlock it is said there.", places=where)
    if n_more <= 0:
        return lead
    more = say.counted(n_more, "more place")
    return say.sentences(lead, say("Not shown: {places} with positions on record.", places=more))


def _basis(settlement: Settlement, say: Wording) -> str:
    """Draws, seed and assumptions, in one paragraph."""
    return say(
        "Estimated under stated assumptions from positions, salience and capability as coded, drawn {n} times over "
        "their ranges (seed {seed}). Without a deal: {no_deal}. {cost}. Gains are against no deal, in points of 100 of "
        "what the party cares about, at the best values, with the range that holds nine in ten draws. Shares of draws "
        "say how far an answer stands up to what the coder was unsure of; they are not probabilities of peace.",
        n=words.number(settlement.n_draws), times=say.measured(settlement.n_draws, "time"), seed=settlement.seed,
        no_deal=say(plain.NO_DEAL[settlement.no_deal]), cost=say.capitalised(plain.cost_assumption(say)),
    )  # fmt: skip


def _deal(scope: ScopeReport, rows: Rows, n_draws: int) -> PossibleDeal:
    say = rows.say
    names = Names(rows.gate, scope, say)
    package = scope.packages[0] if scope.packages else None
    references = _references(scope, names, rows)
    known = tuple(Statement(text) for text in _said(scope, names, *_LATER))
    lead = " ".join((*_said(scope, names, *_FIRST), *plain.scope_lines(scope, names)))
    changes = (plain.change(one, names, package) for one in scope.changes)
    told = tuple(Statement(text) for text in changes if text)
    return PossibleDeal(
        place=names.label(scope.places[0], "places"),
        is_accepted=package is not None and bool(package.picks),
        lead=Statement(lead or say("Nothing can be settled here."), (), references),
        chosen_for="" if package is None else plain.picked(package, say),
        terms=() if package is None else _terms(package, names),
        gains=() if package is None else _gains(package, names, n_draws),
        holds=() if package is None else _holds(package, names, n_draws),
        changes=told[:SHOWN_CHANGES],
        known=known,
    )


def _said(scope: ScopeReport, names: Names, *codes: FindingCode) -> tuple[str, ...]:
    """The findings of these kinds in words, each once."""
    said = (plain.finding(one, names) for one in scope.findings if one.code in codes)
    return tuple(dict.fromkeys(text for text in said if text))


def _references(scope: ScopeReport, names: Names, rows: Rows) -> tuple[Reference, ...]:
    """The positions that the settlement of a place rests on, of parties that may be named."""
    refs = [
        RowRef("positions", f"{slot.place}/{one.party}/{slot.issue}")
        for one in scope.parties
        if names.says([one.party])
        for slot in scope.slots
    ]
    return rows.references(refs)


def _terms(package: PackageReport, names: Names) -> tuple[TermView, ...]:
    return tuple(
        TermView(names.issue(one.slot), names.option(one.slot, one.option))
        for one in package.choices
        if not names.slot_hidden(one.slot)
    )


def _gains(package: PackageReport, names: Names, n_draws: int) -> tuple[GainView, ...]:
    found = []
    for one in package.gains:
        if not names.says([one.party]):
            continue
        value = plain.spread(one.margin, n_draws)
        text = plain.gain(one.margin, n_draws, names.say)
        told = Estimate(text, "", "", GAIN_UNIT, 100 * value.mean, 100 * value.p05, 100 * value.p95)
        found.append(GainView(names.party(one.party), one.veto, told, plain.share(one.accepts, names.say)))
    return tuple(found)


def _holds(package: PackageReport, names: Names, n_draws: int) -> tuple[Statement, ...]:
    """Without the sentence on how it was chosen, and without what moves it most: that is for the full tables."""
    say = names.say
    accepted = say(
        "Accepted in {accepted} of draws; accepted and held in {held}.",
        accepted=plain.share(package.acceptable, say), held=plain.share(package.stable, say),
    )  # fmt: skip
    broken = [] if package.breaking is None else plain.breaking(package.breaking, names, n_draws)
    breaks = broken[:-1][:SHOWN_BREAKS]  # the last says how large the coalitions tried were
    turns = [text for one in package.flips if (text := plain.flip(one, names))][:1]
    return tuple(Statement(text) for text in (accepted, *breaks, *turns))

"""Deals in force with their fragility, and deals that are missing, proposed, suspended or ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dayafter.assessment.report import AbsentParty, Assessment, Breaker, Contribution, DealSummary, Fragility, RowRef
from dayafter.casefile.schema import Deal
from dayafter.findings import phrases, words
from dayafter.findings.compose import capitalised, chance, counted, joined
from dayafter.findings.records import AbsentView, BreakerView, DealFact, DealView, OtherDeal, Part
from dayafter.findings.rows import Rows, quantity_words
from dayafter.vocabulary import DealLevel, DealStatus, EndedBy, EngagementRole, YesNo

NO_ACCOUNT: Final = "no account"

BREAKERS: Final = {
    EndedBy.OUTSIDER: "an outsider",
    EndedBy.SIGNATORY: "a signatory",
    EndedBy.PATRON: "a patron",
    EndedBy.SHOCK: "a shock",
}

REASONS: Final = {
    "named-as-needed": "named as needed",
    "holds-the-place": "holds the place",
    "armed-there": "armed there",
    "claims-it": "claims it",
    "patron-of-a-party": "patron of a party",
    "lives-there": "live there",
}


def of_hundred(breakers: Sequence[Breaker]) -> tuple[int, ...]:
    """Whole shares of 100 in proportion to the means, by largest remainders, so that they sum to 100."""
    total = sum(breaker.share.mean for breaker in breakers)
    if total <= 0:
        return tuple(0 for _ in breakers)
    return words.whole_parts([100 * breaker.share.mean / total for breaker in breakers], 100)


def _share_range(breaker: Breaker) -> str:
    low, high = round(100 * breaker.share.p05), round(100 * breaker.share.p95)
    return "" if low == high else f"{low}–{high}"


def _breakers(rows: Rows, fragility: Fragility) -> tuple[BreakerView, ...]:
    counts = of_hundred(fragility.breakers)
    return tuple(
        BreakerView(
            BREAKERS[breaker.kind],
            count,
            _share_range(breaker),
            tuple(dict.fromkeys(rows.gate.label(actor) for actor in breaker.actors)),
        )
        for breaker, count in zip(fragility.breakers, counts, strict=True)
    )


def absent_views(rows: Rows, absent: Sequence[AbsentParty]) -> tuple[AbsentView, ...]:
    """Who is not at the table and why that matters; one line a name, with every reason."""
    reasons: dict[str, list[str]] = {}
    refs: dict[str, list[RowRef]] = {}
    for party in absent:
        name = rows.gate.label(party.entity)
        reasons.setdefault(name, []).append(REASONS.get(party.reason, party.reason.replace("-", " ")))
        refs.setdefault(name, []).extend(party.rows)
    return tuple(
        AbsentView(name, joined(list(dict.fromkeys(why))), rows.references(refs[name])) for name, why in reasons.items()
    )


def _part(deal: Deal, contribution: Contribution) -> Part:
    label = phrases.feature(contribution.name, deal, lowers=contribution.value.mean < 0)
    return Part(label, phrases.points(contribution.value), contribution.evidence)


def _terms(rows: Rows, deal: Deal) -> str:
    """What the deal settles, from its terms; at most four, the rest counted."""
    own = [term for term in rows.shown.terms if term.deal == deal.id]
    said = []
    for term in own:
        place = rows.name(term.place) if term.place else ""
        if term.text:
            said.append(term.text)
        elif term.gives:
            said.append(f"{place + ': ' if place else ''}{term.question.value} to {rows.name(term.gives)}")
        else:
            said.append(f"{term.question.value}{' in ' + place if place else ''}")
    shown = list(dict.fromkeys(said))
    if not shown:
        return "not known"
    return "; ".join(shown[:4]) + (f"; and {len(shown) - 4} more" if len(shown) > 4 else "")


def _yes(value: YesNo | None, yes: str, no: str) -> str:
    return {YesNo.YES: yes, YesNo.NO: no, YesNo.DISPUTED: f"{yes}: disputed"}.get(value, "") if value else ""


def _guarantor(rows: Rows, deal: Deal) -> str:
    found = [e for e in rows.shown.engagements if e.deal == deal.id and e.role is EngagementRole.GUARANTOR]
    return joined(rows.listed(e.actor for e in found), 3) if found else "none on record"


def _form(deal: Deal) -> str:
    parts = [deal.form.value if deal.form else "", _yes(deal.written, "written", "not written")]
    parts.append(_yes(deal.public_text, "text public", "text not public"))
    return ", ".join(dict.fromkeys(part for part in parts if part)) or NO_ACCOUNT


def _levels(deal: Deal) -> str:
    if not deal.levels:
        return NO_ACCOUNT
    both = {DealLevel.LOCAL, DealLevel.NATIONAL} <= set(deal.levels)
    return "local and national level" if both else f"{deal.levels[0].value} level only"


def deal_facts(rows: Rows, deal: Deal) -> tuple[DealFact, ...]:
    """Eight facts about a deal; where the case holds none, that is said."""
    places = joined(rows.listed(deal.places), 4)
    parties = joined([*rows.listed(deal.parties), *rows.listed(deal.communities)], 5)
    return (
        DealFact("Terms", _terms(rows, deal)),
        DealFact("Parties", parties or NO_ACCOUNT),
        DealFact("Where", places or NO_ACCOUNT),
        DealFact("Agreed", words.date(deal.agreed_on) if deal.agreed_on else NO_ACCOUNT),
        DealFact("Form", _form(deal)),
        DealFact("Held at", _levels(deal)),
        DealFact("Guarantor", _guarantor(rows, deal)),
        DealFact("Local assent, 0 to 1", quantity_words(deal.local_assent) if deal.local_assent else NO_ACCOUNT),
    )


def _lead(parts: Sequence[Part], breakers: Sequence[BreakerView]) -> str:
    raising = [part for part in parts if part.value.mean > 0]
    said = []
    if raising:
        first = max(raising, key=lambda part: part.value.mean)
        said.append(f"What adds most to its risk: {first.label} ({first.value.text} points).")
    if breakers and max(b.of_100 for b in breakers):
        likeliest = max(breakers, key=lambda b: b.of_100)
        said.append(f"If it ends, {likeliest.label} is the likeliest to end it ({likeliest.of_100} of 100).")
    return " ".join(said)


def deal_view(rows: Rows, summary: DealSummary, fragility: Fragility) -> DealView:
    """A deal in force as it is printed."""
    deal = rows.find(RowRef("deals", summary.deal))
    if not isinstance(deal, Deal):
        raise KeyError(f"the assessment names the deal '{summary.deal}', which the case does not hold")
    name = rows.gate.label(summary.deal)
    months = fragility.horizon_months
    parts = sorted((_part(deal, c) for c in fragility.contributions), key=lambda part: -part.value.mean)
    breakers = _breakers(rows, fragility)
    p_end = words.probability(fragility.p_end, months)
    within = f"to end within {counted(months, 'month')}"
    return DealView(
        name=name,
        title=f"{capitalised(name)} {chance(p_end, within)}",
        lead=_lead(parts, breakers),
        places=rows.listed(deal.places),
        facts=deal_facts(rows, deal),
        p_end=p_end,
        reference=words.probability(fragility.reference_p_end, months),
        parts=tuple(parts),
        breakers=breakers,
        absent=absent_views(rows, fragility.absent or summary.absent),
        n_assumed_parts=sum(not part.evidence for part in parts),
        p_ranks_first=fragility.p_ranks_first,
        references=rows.references((RowRef("deals", summary.deal), *fragility.rows)),
    )


def other_deal(rows: Rows, summary: DealSummary) -> OtherDeal:
    """A deal without a fragility: missing, proposed, suspended or ended."""
    deal = rows.find(RowRef("deals", summary.deal))
    if not isinstance(deal, Deal):
        raise KeyError(f"the assessment names the deal '{summary.deal}', which the case does not hold")
    ended = ""
    if deal.ended_on is not None:
        ended = words.date(deal.ended_on)
    if deal.ended_by is not None:
        ended = f"{ended}, by {BREAKERS[deal.ended_by]}".lstrip(", ")
    return OtherDeal(
        name=rows.gate.label(summary.deal),
        status=summary.status.value.replace("-", " "),
        places=rows.listed(deal.places),
        needed=(*rows.listed(deal.needed), *rows.listed(deal.needed_communities)),
        ended=ended,
        absent=absent_views(rows, summary.absent),
        references=rows.references((RowRef("deals", summary.deal), *summary.rows)),
    )


def build_deals(
    assessment: Assessment, rows: Rows
) -> tuple[tuple[DealView, ...], tuple[OtherDeal, ...], tuple[OtherDeal, ...]]:
    """Deals in force by falling chance of ending; missing deals; the rest. A deal that is withheld is left out."""
    seen = [s for s in assessment.deals if not rows.gate.hides(s.deal, "deals")]
    in_force = tuple(deal_view(rows, s, s.fragility) for s in seen if s.fragility is not None)
    ranked = tuple(sorted(in_force, key=lambda view: -view.p_end.mean))
    missing = tuple(other_deal(rows, s) for s in seen if s.status is DealStatus.MISSING)
    rest = tuple(other_deal(rows, s) for s in seen if s.fragility is None and s.status is not DealStatus.MISSING)
    return ranked, missing, rest

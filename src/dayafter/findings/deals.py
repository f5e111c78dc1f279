"""Deals in force with their fragility, and deals that are missing, proposed, suspended or ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dayafter.assessment.report import AbsentParty, Assessment, Breaker, Contribution, DealSummary, Fragility, RowRef
from dayafter.casefile.schema import Deal
from dayafter.findings import phrases, words
from dayafter.findings.compose import chance
from dayafter.findings.records import AbsentView, BreakerView, DealFact, DealView, OtherDeal, Part
from dayafter.findings.resting import of_record
from dayafter.findings.rows import Rows, quantity_words
from dayafter.findings.wording import Wording
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
            rows.say(BREAKERS[breaker.kind]),
            count,
            _share_range(breaker),
            tuple(dict.fromkeys(rows.gate_label(actor) for actor in breaker.actors)),
        )
        for breaker, count in zip(fragility.breakers, counts, strict=True)
    )


def absent_views(rows: Rows, absent: Sequence[AbsentParty]) -> tuple[AbsentView, ...]:
    """Who is not at the table and why that matters; one line a name, with every reason."""
    reasons: dict[str, list[str]] = {}
    refs: dict[str, list[RowRef]] = {}
    for party in absent:
        name = rows.gate_label(party.entity)
        reason = REASONS.get(party.reason, party.reason.replace("-", " "))
        reasons.setdefault(name, []).append(rows.say(reason))
        refs.setdefault(name, []).extend(party.rows)
    return tuple(
        AbsentView(name, rows.say.joined(list(dict.fromkeys(why))), rows.references(refs[name]))
        for name, why in reasons.items()
    )


def _part(deal: Deal, contribution: Contribution, say: Wording) -> Part:
    label = say(phrases.feature(contribution.name, deal, lowers=contribution.value.mean < 0))
    return Part(label, phrases.points(contribution.value, say), contribution.evidence)


def _terms(rows: Rows, deal: Deal) -> str:
    """What the deal settles, from its terms; at most four, the rest counted."""
    say = rows.say
    own = [term for term in rows.shown.terms if term.deal == deal.id]
    said = []
    for term in own:
        place = rows.name(term.place) if term.place else ""
        if term.text:
            said.append(term.text)
        elif term.gives:
            given = say("{what} to {who}", what=say(term.question.value), who=rows.name(term.gives))
            said.append(say("{place}: {what}", place=place, what=given) if place else given)
        else:
            what = say(term.question.value)
            said.append(say("{what} in {place}", what=what, place=place) if place else what)
    shown = list(dict.fromkeys(said))
    if not shown:
        return say("not known")
    more = [say("and {n} more", n=len(shown) - 4)] if len(shown) > 4 else []
    return say.clauses([*shown[:4], *more])


def _yes(value: YesNo | None, yes: str, no: str, say: Wording) -> str:
    said = {YesNo.YES: say(yes), YesNo.NO: say(no), YesNo.DISPUTED: say("{what}: disputed", what=say(yes))}
    return said.get(value, "") if value else ""


def _guarantor(rows: Rows, deal: Deal) -> str:
    found = [e for e in rows.shown.engagements if e.deal == deal.id and e.role is EngagementRole.GUARANTOR]
    return rows.say.joined(rows.listed(e.actor for e in found), 3) if found else rows.say("none on record")


def _form(deal: Deal, say: Wording) -> str:
    parts = [say(deal.form.value) if deal.form else "", _yes(deal.written, "written", "not written", say)]
    parts.append(_yes(deal.public_text, "text public", "text not public", say))
    return say(", ").join(dict.fromkeys(part for part in parts if part)) or say(NO_ACCOUNT)


def _levels(deal: Deal, say: Wording) -> str:
    if not deal.levels:
        return say(NO_ACCOUNT)
    both = {DealLevel.LOCAL, DealLevel.NATIONAL} <= set(deal.levels)
    if both:
        return say("local and national level")
    return say("local level only" if deal.levels[0] is DealLevel.LOCAL else "national level only")


def deal_facts(rows: Rows, deal: Deal) -> tuple[DealFact, ...]:
    """Eight facts about a deal; where the case holds none, that is said."""
    say = rows.say
    silent = say(NO_ACCOUNT)
    places = say.joined(rows.listed(deal.places), 4)
    parties = say.joined([*rows.listed(deal.parties), *rows.listed(deal.communities)], 5)
    assent = quantity_words(deal.local_assent, say) if deal.local_assent else silent
    return (
        DealFact(say("Terms"), _terms(rows, deal)),
        DealFact(say("Parties"), parties or silent),
        DealFact(say("Where"), places or silent),
        DealFact(say("Agreed"), say.date(deal.agreed_on) if deal.agreed_on else silent),
        DealFact(say("Form"), _form(deal, say)),
        DealFact(say("Held at"), _levels(deal, say)),
        DealFact(say("Guarantor"), _guarantor(rows, deal)),
        DealFact(say("Local assent, 0 to 1"), assent),
    )


def lead(parts: Sequence[Part], breakers: Sequence[BreakerView], say: Wording) -> str:
    """What adds most to the risk of a deal, and who is the likeliest to end it."""
    raising = [part for part in parts if part.value.mean > 0]
    said = []
    if raising:
        first = max(raising, key=lambda part: part.value.mean)
        said.append(say("What adds most to its risk: {what} ({n} points).", what=first.label, n=first.value.text))
    if breakers and max(b.of_100 for b in breakers):
        likeliest = max(breakers, key=lambda b: b.of_100)
        said.append(
            say("If it ends, {who} is the likeliest to end it ({n} of 100).", who=likeliest.label, n=likeliest.of_100)
        )
    return " ".join(said)


def deal_view(rows: Rows, summary: DealSummary, fragility: Fragility) -> DealView:
    """A deal in force as it is printed."""
    deal = rows.find(RowRef("deals", summary.deal))
    if not isinstance(deal, Deal):
        raise KeyError(f"the assessment names the deal '{summary.deal}', which the case does not hold")
    say, name = rows.say, rows.gate_label(summary.deal)
    months = fragility.horizon_months
    parts = sorted((_part(deal, c, say) for c in fragility.contributions), key=lambda part: -part.value.mean)
    breakers = _breakers(rows, fragility)
    references = rows.references((RowRef("deals", summary.deal), *fragility.rows))
    p_end = words.probability(fragility.p_end, months, say.language)
    within = f"to end within {say.counted(months, 'month')}"
    return DealView(
        name=name,
        title=say("{deal} {chance}", deal=say.capitalised(name), chance=chance(p_end, within, say)),
        lead=lead(parts, breakers, say),
        places=rows.listed(deal.places),
        facts=deal_facts(rows, deal),
        p_end=p_end,
        reference=words.probability(fragility.reference_p_end, months, say.language),
        parts=tuple(parts),
        breakers=breakers,
        absent=absent_views(rows, fragility.absent or summary.absent),
        n_assumed_parts=sum(not part.evidence for part in parts),
        p_ranks_first=fragility.p_ranks_first,
        references=references,
        checked_on=say.date(deal.checked_on or rows.shown.info.as_of),
        rests=of_record(references, say, parts),
        parties=rows.listed(deal.parties),
        recorded=p_end,
    )


def other_deal(rows: Rows, summary: DealSummary) -> OtherDeal:
    """A deal without a fragility: missing, proposed, suspended or ended."""
    deal = rows.find(RowRef("deals", summary.deal))
    if not isinstance(deal, Deal):
        raise KeyError(f"the assessment names the deal '{summary.deal}', which the case does not hold")
    ended = ""
    if deal.ended_on is not None:
        ended = rows.say.date(deal.ended_on)
    if deal.ended_by is not None:
        by = rows.say("by {who}", who=rows.say(BREAKERS[deal.ended_by]))
        ended = rows.say(", ").join((ended, by)) if ended else by
    return OtherDeal(
        name=rows.gate_label(summary.deal),
        status=rows.say(summary.status.value.replace("-", " ")),
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

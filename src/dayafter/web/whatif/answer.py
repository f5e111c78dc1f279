"""A what-if answered at once: how likely the deal would be to end, and whether all would accept, before and after."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dayafter.arrays import Floats, draw
from dayafter.assessment.deals import draw_deal
from dayafter.assessment.places import share_draws
from dayafter.assessment.summary import spread
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.records import Estimate
from dayafter.findings.settlement_names import Names
from dayafter.findings.wording import Wording
from dayafter.indices import hazard
from dayafter.settlement.records import PackageReport, ScopeReport, Settlement
from dayafter.settlement.settle import settle
from dayafter.vocabulary import DealStatus
from dayafter.web.edition import DRAWS, Edition
from dayafter.web.language import Translate, translator
from dayafter.web.views.lines import Link
from dayafter.web.views.settlements import HALF, Gain, package_view
from dayafter.web.whatif.edits import ENFORCES, PENALTY, Edited, as_if_today
from dayafter.web.whatif.question import Resolved

GUARANTEED: Final = (
    "Assumed: a guarantor acts in {n} of 100 breaks and then costs the breaker {points} of what it cares about."
)
AT_ONCE: Final = "At once: as if everything asked for were so today. The ensemble dates each step."
SAVED_CASE: Final = "the saved case as it is"
ACCEPTED_AND_ENDS: Final = (
    "All who must agree would accept a package here, and yet the deal is likelier than not to end."
)
LASTS_AND_REFUSED: Final = (
    "The deal is likelier than not to last, and yet no package here is acceptable to all who must agree."
)
ACCEPTED_AND_BROKEN: Final = (
    "All who must agree would accept a package here, and yet somebody would gain by breaking it."
)
WORDS: Final = (GUARANTEED, AT_ONCE, SAVED_CASE, ACCEPTED_AND_ENDS, LASTS_AND_REFUSED, ACCEPTED_AND_BROKEN)
"""What an answer says of itself."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The chance that the deal ends within the horizon."""

    before: Estimate | None
    after: Estimate | None
    change: str
    """In points with the range over the same draws; empty where the deal is not in force."""
    horizon_months: int


@dataclass(frozen=True, slots=True)
class Accepting:
    """The package that comes first at the places of the deal, before and after."""

    where: str
    before: str
    after: str
    any_before: str
    any_after: str
    stable_before: str
    stable_after: str
    parties: tuple[Gain, ...]
    first_to_flip: str
    accepted: bool
    stable: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known at once."""

    deal: Link
    compared_with: str
    holding: Holding
    accepting: Accepting | None
    disagree: str
    """Where acceptance and holding point different ways; else empty."""
    assumptions: tuple[str, ...]
    seconds: float


def answer(edition: Edition, asked: Resolved) -> Answer:
    """The case as if the question were so today, against the case as it is. Same draws in both."""
    start = time.perf_counter()
    t = translator(edition.language)
    edited = as_if_today(edition.case, asked)
    holding, likely_to_end = _holding(edition, edited.case, asked.deal)
    offer = accepting(edition, edited, asked.deal)
    shown = edition.gate.alias(asked.deal, "deals")
    assumed = []
    if edited.guarantors:
        points = edition.say.measured(round(100 * PENALTY), "point")
        assumed.append(t(GUARANTEED, n=f"{100 * ENFORCES:g}", points=points))
    assumed.append(t(AT_ONCE))
    return Answer(
        deal=Link(edition.gate.label(asked.deal, edition.language, "deals"), f"/deals/{shown}"),
        compared_with=t(SAVED_CASE),
        holding=holding,
        accepting=offer,
        disagree=_disagree(offer, t, likely_to_end=likely_to_end),
        assumptions=tuple(assumed),
        seconds=time.perf_counter() - start,
    )


def _holding(edition: Edition, edited: CaseFile, deal: str) -> tuple[Holding, bool | None]:
    """The chance of an end as it is and as it would be, and their difference draw by draw; then: likelier than not."""
    own = edition.assessment
    months = own.horizon_months
    before = end_draws(edition, edition.case, deal)
    after = end_draws(edition, edited, deal)
    if before is None or after is None:
        return Holding(None, None, "", months), None
    return (
        Holding(
            words.probability(spread(before), months, edition.language),
            words.probability(spread(after), months, edition.language),
            edition.say.change(spread(after - before)),
            months,
        ),
        bool(after.mean() > HALF),
    )


def end_draws(edition: Edition, version: CaseFile, deal: str) -> Floats | None:
    """(m,), the chance that a deal ends within the horizon in each draw, as `assess` has it; None: not in force.

    Parameters
    ----------
    version : the case of the edition, or an edited version of it; the same draws in all.
    """
    case = edition.compiled if version is edition.case else compile_case(version)
    own, d = edition.assessment, case.deals.index(deal)
    if case.deal_status[d] is not DealStatus.IN_FORCE:
        return None
    members = np.arange(own.n_members, dtype=np.int64)
    shared = share_draws(draw(case, own.seed, members))
    p_end: Floats = draw_deal(shared, d, hazard.draw_parameters(own.seed, members), own.horizon_months).p_end
    return p_end


def _settle(case: CaseFile, places: tuple[str, ...], guarantors: Any, seed: int) -> Settlement:
    compiled = compile_case(case)
    return settle(compiled, places, joint=len(places) > 1, draws=DRAWS, seed=seed, guarantors=guarantors)


def places_of(edition: Edition, deal: str) -> tuple[str, ...]:
    """Assessed places that a deal covers and the audience may know."""
    own = next(row for row in edition.case.deals if row.id == deal)
    known = set(edition.places.values())
    return tuple(place for place in edition.compiled.places if place in own.places and place in known)


def accepting(edition: Edition, edited: Edited, deal: str) -> Accepting | None:
    """What all would accept at the places of a deal, before and after; None where it covers no assessed place."""
    places = places_of(edition, deal)
    if not places:
        return None
    before = edition.settlement(places).scopes[0]
    after = _settle(edited.case, places, edited.guarantors, edition.seed).scopes[0]
    say = edition.say
    names = Names(edition.gate, after, say)
    first_before, first_after = _first(before), _first(after)
    view = None if first_after is None else package_view(first_after, names, 1, DRAWS)
    flips = [] if first_after is None else [text for one in first_after.flips if (text := plain.flip(one, names))]
    return Accepting(
        where=names.places(places),
        before=_none(say) if first_before is None else plain.share(first_before.acceptable, say),
        after=_none(say) if first_after is None else plain.share(first_after.acceptable, say),
        any_before=plain.share(before.any_acceptable, say),
        any_after=plain.share(after.any_acceptable, say),
        stable_before=_none(say) if first_before is None else plain.share(first_before.stable, say),
        stable_after=_none(say) if first_after is None else plain.share(first_after.stable, say),
        parties=() if view is None else view.gains,
        first_to_flip=flips[0] if flips else "",
        accepted=view is not None and view.is_accepted,
        stable=view is not None and view.holds,
    )


def _first(scope: ScopeReport) -> PackageReport | None:
    return scope.packages[0] if scope.packages else None


def _none(say: Wording) -> str:
    return plain.share_text(0.0, say)


def _disagree(accepting: Accepting | None, t: Translate, *, likely_to_end: bool | None) -> str:
    """Where the two answers point different ways, in words."""
    if accepting is None or likely_to_end is None:
        return ""
    if accepting.accepted and likely_to_end:
        return t(ACCEPTED_AND_ENDS)
    if not accepting.accepted and not likely_to_end:
        return t(LASTS_AND_REFUSED)
    if accepting.accepted and not accepting.stable:
        return t(ACCEPTED_AND_BROKEN)
    return ""

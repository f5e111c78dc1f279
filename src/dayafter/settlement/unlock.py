"""What would unlock a place where nothing is acceptable, and what would make an accepted deal hold.

Each kind of change is tried alone and sized exactly where packages are listed, and up to the gap of the search where
they are not. Ranked by what they cost those who give way; a change that is not enough alone is said to bring it nearer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats, Ints
from dayafter.settlement.acceptable import ENUMERATE, Aim, acceptable_set, best_package, pack
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain, Slot
from dayafter.settlement.frame import Frame, central_stakes, frame_of, problems_of
from dayafter.settlement.programs import least_money, shadow_prices
from dayafter.settlement.records import Change, ChangeKind
from dayafter.settlement.reservation import Ensemble, NoDeal

ACCEPTABLE: Final = "acceptable"
STABLE: Final = "stable"
KEEPS_IN: Final = "keeps-in"
"""Those whom it reaches would no longer gain by breaking; others still would."""
NEARER: Final = "nearer"
PARTNERS: Final = 24
"""Places that are tried as partners to settle together with."""
SECONDS: Final = 0.5
"""For a mixed-integer program that sizes one change; the margins reported are reached, whether or not more is."""


def least_margin(bargain: Bargain) -> tuple[float, Ints]:
    """Largest least margin and the package that reaches it."""
    best = best_package(bargain, Aim.EGALITARIAN, seconds=SECONDS)
    return best.value, best.package


def leverage_of(case: CompiledCase) -> tuple[float, float] | None:
    """Lowest and highest credibility × (1 − fungibility) among the pledges of the case; None where none says."""
    said = case.aid_credibility.exists & case.aid_fungibility.exists
    if not said.any():
        return None
    low = case.aid_credibility.low[said] * (1 - case.aid_fungibility.high[said])
    high = case.aid_credibility.high[said] * (1 - case.aid_fungibility.low[said])
    return float(low.min()), float(high.max())


def unlock_acceptance(
    case: CompiledCase, frame: Frame, bargain: Bargain, no_deal: NoDeal | str = "contest", power: float = 1.0
) -> tuple[Change, ...]:
    """Changes that make something acceptable, or bring it nearer; cheapest first."""
    value, package = least_margin(bargain)
    changes = _soften_one(bargain, frame.position, value)
    if not bargain.blocked_slots():
        changes += _pay(case, bargain)
        changes.append(_reassure(bargain, value, package))
    if isinstance(no_deal, str | Ensemble) and len(frame.places) == 1:
        changes += _join(case, frame, value, no_deal, power)
    rank = {ACCEPTABLE: 0, STABLE: 0, NEARER: 1}
    return tuple(sorted(changes, key=lambda one: (rank[one.achieves], one.cost, -one.least_margin, one.kind, one.who)))


def _soften_one(bargain: Bargain, positions: Floats, before: float) -> list[Change]:
    """One red line moved to the next option; where two clash in a slot, either gives way."""
    found: list[Change] = []
    for j in np.flatnonzero(bargain.veto):
        for k in np.flatnonzero(bargain.forbidden[j].any(axis=1)):
            for o in np.flatnonzero(bargain.forbidden[j, k]):
                others = bargain.forbidden[:, k, o] & bargain.veto
                if others.sum() > 1:  # another line rules it out as well
                    continue
                eased = bargain.forbidden.copy()
                eased[j, k, o] = False
                value, _ = least_margin(bargain.replaced(forbidden=eased))
                if value > before + UNIT_TOLERANCE or (not np.isfinite(before) and np.isfinite(value)):
                    found.append(_softened(bargain, positions, (int(j), int(k), int(o)), value))
    found += _soften_pairs(bargain) if not found and bargain.blocked_slots() else []
    return found


def _softened(bargain: Bargain, positions: Floats, at: tuple[int, int, int], value: float) -> Change:
    j, k, o = at
    kept = bargain.available[k] & ~bargain.forbidden[j, k]
    length = float(np.abs(positions[k][kept] - positions[k, o]).min()) if kept.any() else 1.0
    loss = float(bargain.worth[j, k][kept].max() - bargain.worth[j, k, o]) if kept.any() else 0.0
    return Change(
        ChangeKind.RED_LINE,
        (bargain.parties[j],),
        bargain.slots[k],
        bargain.options[k][o],
        (),
        length,
        max(loss, 0.0),
        value,
        ACCEPTABLE if value >= -UNIT_TOLERANCE else NEARER,
    )


def _soften_pairs(bargain: Bargain) -> list[Change]:
    """Where several slots are blocked, or two lines rule out every option: all lines over the option least opposed."""
    eased, who, loss = bargain.forbidden.copy(), dict[str, None](), 0.0
    slot, option = bargain.slots[bargain.blocked_slots()[0]], ""
    for k in bargain.blocked_slots():
        real = np.flatnonzero(bargain.available[k])
        if not real.size:
            return []
        blocking = (bargain.forbidden[:, k, :] & bargain.veto[:, None])[:, real].sum(axis=0)
        o = int(real[np.argmin(blocking)])
        option = option or bargain.options[k][o]
        for j in np.flatnonzero(bargain.forbidden[:, k, o] & bargain.veto):
            eased[j, k, o] = False
            who[bargain.parties[j]] = None
            kept = bargain.available[k] & ~bargain.forbidden[j, k]
            loss += float(max(bargain.worth[j, k][kept].max(initial=0.0) - bargain.worth[j, k, o], 0.0))
    value, _ = least_margin(bargain.replaced(forbidden=eased))
    achieves = ACCEPTABLE if value >= -UNIT_TOLERANCE else NEARER
    return [Change(ChangeKind.RED_LINE, tuple(who), slot, option, (), 0.0, loss, value, achieves)]


def _pay(case: CompiledCase, bargain: Bargain) -> list[Change]:
    """The smallest sum of money that buys agreement, to whom, and tied to which term."""
    packed = pack(bargain, veto_only=True)
    if bargain.n_packages <= ENUMERATE:
        listed = acceptable_set(bargain)
        package = listed.least_missing_package
    else:
        package = least_money(packed).package
        if not package.size:
            return []
    lacking = np.maximum(-bargain.margins(package)[0], 0.0) * bargain.veto
    if lacking.max() <= UNIT_TOLERANCE:
        return []
    paid = np.flatnonzero(lacking > UNIT_TOLERANCE)
    slot, option = _hardest_term(bargain, int(paid[np.argmax(lacking[paid])]), package)
    prices = shadow_prices(packed)[np.searchsorted(np.flatnonzero(bargain.veto), paid)]
    total = float(lacking.sum())
    return [
        Change(
            ChangeKind.MONEY,
            tuple(bargain.parties[j] for j in paid),
            slot,
            option,
            (),
            total,
            total,
            0.0,
            ACCEPTABLE,
            float((prices * lacking[paid]).sum() / total),
            leverage_of(case),
        )
    ]


def _hardest_term(bargain: Bargain, j: int, package: Ints) -> tuple[Slot, str]:
    """Where a package costs a party most against the best that was open: the term to tie money to."""
    slots = np.arange(package.size)
    best = np.where(bargain.available, bargain.worth[j], -np.inf).max(axis=1)
    k = int(np.argmax(best - bargain.worth[j, slots, package]))
    return bargain.slots[k], bargain.options[k][int(package[k])]


def _reassure(bargain: Bargain, value: float, package: Ints) -> Change:
    """A guarantee worth the same to each who would lose; what it must be worth to them."""
    margins = bargain.margins(package)[0]
    who = np.flatnonzero(bargain.veto & (margins < -UNIT_TOLERANCE))
    size = max(-value, 0.0)
    names = tuple(bargain.parties[j] for j in who)
    return Change(ChangeKind.GUARANTEE, names, None, None, (), size, size * who.size, 0.0, ACCEPTABLE)


def _join(case: CompiledCase, frame: Frame, before: float, rule: NoDeal | str, power: float) -> list[Change]:
    """The place settled together with one other: the place with the larger margin first.

    Without a party in common nothing can be traded: the least margin of both is the lesser of the two.
    """
    found: list[Change] = []
    place = frame.places[0]
    for other in _partners(case, frame):
        pair = frame_of(case, (place, other))
        bargain = problems_of(pair, central_stakes(case, pair), rule, power).one(0)
        if len(pair.parties) < 2 or not bargain.veto.any() or bargain.blocked_slots():
            continue
        value, _ = least_margin(bargain)
        if value > before + UNIT_TOLERANCE:
            alone = frame_of(case, (other,))
            theirs, _ = least_margin(problems_of(alone, central_stakes(case, alone), rule, power).one(0))
            order = (other, place) if theirs > before else (place, other)
            achieves = ACCEPTABLE if value >= -UNIT_TOLERANCE else NEARER
            found.append(Change(ChangeKind.PLACES, (), None, None, order, 0.0, 0.0, value, achieves))
    return found


def _partners(case: CompiledCase, frame: Frame) -> list[str]:
    """Places in which most of those who must agree here have positions too; `PARTNERS` at most, by label on a tie."""
    own = case.places.index(frame.places[0])
    who = frame.actor[frame.veto]
    shared = (case.ideal.known[:, who] | case.ideal.assumed[:, who]).any(axis=2).sum(axis=1)
    order = sorted(range(len(case.places)), key=lambda p: (-shared[p], case.places[p]))
    return [case.places[p] for p in order if p != own and shared[p]][:PARTNERS]


def unlock_stability(
    bargain: Bargain,
    package: Ints,
    gain: float,
    breakers: tuple[str, ...],
    solo_gain: Floats,
    *,
    minimal_sets: Sequence[tuple[str, ...]],
    holds: Callable[[Floats], bool],
) -> tuple[Change, ...]:
    """What would make an accepted package hold: against the coalition that gains most, and against whoever breaks it.

    A change is called stable only where no coalition tried gains any more; else it keeps those whom it reaches in, and
    others may still break the package. A guarantee against whoever breaks it names nobody and always makes it hold.

    Parameters
    ----------
    gain : of its member that gains least. solo_gain : (j,), what each party gains by breaking alone.
    minimal_sets : every smallest set of parties that gains by breaking.
    holds : whether no coalition gains, were each party to lose so much more (j,) by breaking.
    """

    def reaches(who: tuple[str, ...]) -> str:
        lost = np.array([gain if party in who else 0.0 for party in bargain.parties])
        return STABLE if holds(lost) else KEEPS_IN

    def brings_in(who: tuple[str, ...]) -> str:
        return STABLE if all(set(one) & set(who) for one in minimal_sets) else KEEPS_IN

    if gain <= UNIT_TOLERANCE:
        return ()
    margins = bargain.margins(package)[0]
    value = float(margins[bargain.veto].min())
    slot, option = _hardest_term(bargain, bargain.parties.index(breakers[0]), package)
    changes = [
        Change(ChangeKind.GUARANTEE, breakers, None, None, (), gain, gain, value, reaches(breakers)),
        Change(ChangeKind.MONEY, breakers[:1], slot, option, (), gain, gain, value, reaches(breakers[:1])),
    ]
    anyone = tuple(dict.fromkeys(party for one in minimal_sets for party in one))
    if set(anyone) - set(breakers):
        cost = gain * len(anyone)
        changes.append(Change(ChangeKind.GUARANTEE, (), None, None, (), gain, cost, value, reaches(bargain.parties)))
    for j in np.flatnonzero(~bargain.veto):
        invited = bargain.veto.copy()
        invited[j] = True
        then, _ = least_margin(bargain.replaced(veto=invited))
        if np.isfinite(then) and (bargain.parties[j] in breakers or solo_gain[j] > 0):
            name = (bargain.parties[j],)
            achieves = brings_in(name) if then >= -UNIT_TOLERANCE and name == breakers else NEARER
            changes.append(
                Change(ChangeKind.INVITATION, name, None, None, (), 0.0, max(value - then, 0.0), then, achieves)
            )
    rank = {STABLE: 0, ACCEPTABLE: 0, KEEPS_IN: 1, NEARER: 2}
    return tuple(sorted(changes, key=lambda one: (rank[one.achieves], one.cost, one.kind, one.who)))

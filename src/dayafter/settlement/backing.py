"""What stands behind a deal besides its terms: money tied to a term, and guarantors at work in its places.

Axes: m draws, j parties, k slots, o options. Money that depends on a term is worth to its recipient, where the term is
met, what would be withheld if it were not: worth × credibility of withholding × (1 − fungibility) [C-22]. The rest of a
pledge comes with or without the deal and moves no choice. A guarantor that takes part lowers what a breaker expects by
probability of enforcement × penalty, to the degree to which the side accepts it, and spares a party the cost of the
fight that it prevents. It takes part where the deal is worth to it what standing by it is expected to cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints, RowKey, Uncertain, inverse_cdf
from dayafter.seeding import stable_id, uniforms
from dayafter.settlement.bargain import UNIT_TOLERANCE, Slot, frozen_arrays
from dayafter.vocabulary import ConditionKind, EngagementRole

WORTH: Final = (0.0, 0.03, 0.1)
"""What a whole pledge is worth to its recipient, as a share of all that it cares about: least, best, most. Assumed: the
case holds no rate between money and terms."""
ENFORCES: Final = {True: (0.2, 0.4, 0.7), False: (0.05, 0.15, 0.4)}
"""Chance that a guarantor with arms, or without, punishes a breaker. Assumed."""
PENALTY: Final = (0.05, 0.15, 0.3)
"""What a punished breaker loses, as a share of all that it cares about. Assumed."""
STAKE: Final = (0.0, 0.05, 0.15)
"""What the deal is worth to a guarantor. Assumed, on the scale of what a fight costs."""
ENFORCING: Final = (0.0, 0.05, 0.15)
"""What enforcing costs it, once. Assumed: what a fight costs a party."""
ACCEPTED: Final = (0.0, 0.5, 1.0)
"""How far a side accepts a guarantor, where no row says."""


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """A part of a pledge that depends on a term."""

    aid: str
    party: int
    slot: int
    meets: Bools  # (o,)
    size: Floats  # (m,) what meeting the term is worth to the recipient
    rows: tuple[RowKey, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Guarantee:
    """A guarantor at work in a place of the table."""

    actor: str
    enforces: Floats  # (m,) chance that it punishes a breaker; 0 where it does not take part
    deters: Floats  # (m, j) expected loss of a breaker; 0 where it does not take part
    spares: Floats  # (m, j) what it is worth to a party that keeps its word
    rows: tuple[RowKey, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Backing:
    """All that stands behind deals at one table, in each draw."""

    money: tuple[Money, ...]
    guarantees: tuple[Guarantee, ...]
    payment: Floats  # (m, j, k, o) added to what options are worth
    spares: Floats  # (m, j) added to what any deal is worth
    deters: Floats  # (m, j) taken from what breaking is worth
    untied: tuple[tuple[str, RowKey], ...]
    """Pledges to a party at the table that no recorded condition ties to a term of it: recipient and row."""

    def __post_init__(self) -> None:
        frozen_arrays(self)


Read = Callable[[str, int], Floats]
"""(m,) of a field of pledges, by its name and number."""


def backing_of(  # noqa: PLR0917  # a table, and how its draws are read
    case: CompiledCase,
    parties: Sequence[str],
    slots: Sequence[Slot],
    options: Sequence[Sequence[str]],
    position: Floats,
    cost: Floats,
    draws: tuple[int, Ints] | None,
) -> Backing:
    """What the case records behind deals at this table.

    Parameters
    ----------
    position : (k, o). cost : (m, j), what a fight costs each party. draws : seed and members
        (m,); None: the best values.
    """
    m, j, (k, o) = cost.shape[0], len(parties), position.shape if position.ndim == 2 else (0, 0)
    money, untied = _money(case, parties, slots, options, position, draws)
    guarantees = _guarantees(case, parties, slots, cost, draws)
    payment, spares, deters = np.zeros((m, j, k, o)), np.zeros((m, j)), np.zeros((m, j))
    for one in money:
        payment[:, one.party, one.slot] += one.size[:, None] * one.meets
    for guarantee in guarantees:
        spares += guarantee.spares
        deters += guarantee.deters
    return Backing(money, guarantees, payment, spares, deters, untied)


def _drawn(what: str, ends: tuple[float, float, float], draws: tuple[int, Ints] | None, label: str) -> Floats:
    """(m,) of an assumed range: its best value, or triangular draws addressed by what, label and member."""
    if draws is None:
        return np.array([ends[1]])
    seed, members = draws
    low, best, high = (np.array([end]) for end in ends)
    u = uniforms(seed, f"settlement/{what}", members, np.array([stable_id(label)], dtype=np.int64))
    return inverse_cdf(u, low, best, high, np.ones(1, dtype=np.bool_))[:, 0]


def _read(case: CompiledCase, name: str, cell: tuple[int, ...], draws: tuple[int, Ints] | None) -> Floats:
    """(m,) of one cell of a field: its best value, or its draws."""
    field: Uncertain = getattr(case, name)
    if draws is None:
        return np.array([float(field.middle[cell])])
    return field.draw(draws[0], draws[1], cell)


def _money(  # noqa: PLR0917  # a table, and how its draws are read
    case: CompiledCase,
    parties: Sequence[str],
    slots: Sequence[Slot],
    options: Sequence[Sequence[str]],
    position: Floats,
    draws: tuple[int, Ints] | None,
) -> tuple[tuple[Money, ...], tuple[tuple[str, RowKey], ...]]:
    found: list[Money] = []
    untied: list[tuple[str, RowKey]] = []
    for g, aid in enumerate(case.aid):
        recipient = case.actors[case.aid_recipient[g]] if case.aid_has_recipient[g] else ""
        here = {place for p, place in enumerate(case.places) if case.aid_places[g, p]} or set(case.places)
        unpaid = [int(z) for z in np.flatnonzero((case.tranche_aid == g) & ~case.tranche_paid)]
        if recipient not in parties or not unpaid or not any(slot.place in here for slot in slots):
            continue
        tied = [
            (z, [k for k, slot in enumerate(slots) if slot.place in here and _meant(case, z, slot)]) for z in unpaid
        ]
        for z, where in tied:
            size = _drawn("aid-worth", WORTH, draws, aid) * _read(case, "tranche_share", (z,), draws)
            size = (
                size * _read(case, "aid_credibility", (g,), draws) * (1 - _read(case, "aid_fungibility", (g,), draws))
            )
            for k in where:
                meets = _meets(case, z, position[k], len(options[k]))
                rows = case.rows_of("tranche_share", z)
                found.append(Money(aid, parties.index(recipient), k, meets, size / len(where), rows))
        stated = any(case.tranche_condition[z] is not ConditionKind.NONE for z in unpaid)
        if stated and not any(where for _, where in tied):
            row = next(iter(case.rows_of("aid_amount", g)), RowKey("aid", aid))
            untied.append((recipient, row))
    return tuple(found), tuple(untied)


def _meant(case: CompiledCase, z: int, slot: Slot) -> bool:
    """Whether a tranche is tied to the issue of a slot."""
    return bool(case.tranche_has_issue[z]) and case.issues[case.tranche_issue[z]] == slot.issue


def _meets(case: CompiledCase, z: int, position: Floats, n_options: int) -> Bools:
    """(o,) options on the stretch of the scale that meets the condition of a tranche."""
    low, high = case.tranche_met[z]
    meets: Bools = (position >= low - UNIT_TOLERANCE) & (position <= high + UNIT_TOLERANCE)
    meets[n_options:] = False
    return meets


def _guarantees(
    case: CompiledCase,
    parties: Sequence[str],
    slots: Sequence[Slot],
    cost: Floats,
    draws: tuple[int, Ints] | None,
) -> tuple[Guarantee, ...]:
    places = {slot.place for slot in slots}
    found = []
    for e, label in enumerate(case.engagements):
        here = any(place in places for p, place in enumerate(case.places) if case.engagement_places[e, p])
        if case.engagement_role[e] is not EngagementRole.GUARANTOR or not case.engagement_current[e] or not here:
            continue
        actor = case.actors[case.engagement_actor[e]]
        enforces = _drawn("guarantor/enforces", ENFORCES[bool(case.engagement_armed[e])], draws, label)
        stake = _drawn("guarantor/stake", STAKE, draws, label)
        takes_part = stake >= enforces * _drawn("guarantor/cost", ENFORCING, draws, label)
        chance = np.where(takes_part, enforces, 0.0)[:, None] * _accepted(case, e, actor, parties, draws)
        penalty = _drawn("guarantor/penalty", PENALTY, draws, label)[:, None]
        rows = case.rows_of("engagement", e)
        stands = np.where(takes_part, enforces, 0.0)
        found.append(Guarantee(actor, stands, chance * penalty, chance * cost, rows))
    return tuple(found)


def _accepted(case: CompiledCase, e: int, actor: str, parties: Sequence[str], draws: tuple[int, Ints] | None) -> Floats:
    """(m, j) how far each party accepts a guarantor; the guarantor neither deters nor spares itself."""
    columns = []
    for party in parties:
        a = case.actors.index(party)
        if party == actor:
            columns.append(np.zeros(1 if draws is None else draws[1].size))
        elif case.acceptance.known[e, a]:
            columns.append(_read(case, "acceptance", (e, a), draws))
        else:
            columns.append(_drawn("guarantor/accepted", ACCEPTED, draws, f"{case.engagements[e]}/{party}"))
    return np.stack(columns, axis=1) if columns else np.zeros((1 if draws is None else draws[1].size, 0))

"""A case and a policy as the compiled process reads them: plain integer tables, the same for every member.

A *span* (n, 2) holds the first of the rows that belong to a thing and one past the last; a list *by* something holds
the rows of thing i at `of[i]` to `of[i + 1]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.indices.hazard import FEATURES
from dayafter.seeding import stable_id
from dayafter.simulation import kernels_people as people
from dayafter.simulation.layout import CLASSES, Layout, any_of
from dayafter.simulation.policies import CONDITIONS, Schedule
from dayafter.simulation.steps_deals import RATIFIED, SIGNED, bridging
from dayafter.vocabulary import ConditionKind, ShockKind

Words = NDArray[np.uint64]
CONDITION_CODES: Final = {
    ConditionKind.INCLUSION: people.INCLUSION,
    ConditionKind.SECURITY: people.SECURITY,
    ConditionKind.ECONOMIC: people.ECONOMIC,
}
"""Any other condition always holds."""
assert RATIFIED == 3 and SIGNED == 2  # noqa: PT018


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _spans(places: Ints, n: int) -> Ints:
    """(n, 2) of a list in which the rows of a place stand together."""
    spans = np.zeros((n, 2), dtype=np.int64)
    for p in range(n):
        rows = np.flatnonzero(places == p)
        if rows.size:
            spans[p] = rows[0], rows[-1] + 1
    return spans


def _by(lists: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Starts, (n + 1,), and the lists one after the other."""
    return _ints([0, *np.cumsum([len(one) for one in lists])]), _ints(x for one in lists for x in one)


def _words(ids: Ints) -> Words:
    return ids.astype(np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """What of a case the kernels read. Letters as in `layout`."""

    slot_of: Ints  # (p, 2)
    cell_of: Ints  # (p, 2)
    q_of: Ints  # (p, 2)
    claim_of: Ints  # (p, 2)
    trust_of: Ints  # (p, 2)
    veto_of: Ints  # (d, 2)
    bond_of: Ints  # (R + 1,)
    bonds: Ints  # (B, 3) deal, first and second tie
    tie_chain_of: Ints  # (E + 1,)
    tie_chain: Ints  # each tie's actor and those above it
    slot_chain_of: Ints  # (S + 1,)
    slot_chain: Ints
    bloc_of: Ints  # (p + 1,) blocs that claim a place
    bloc_rows_of: Ints  # (blocs + 1,)
    bloc_rows: Ints  # claims of a bloc
    patron_bloc: Ints  # (N,)
    patron_actor: Ints  # (N,)
    is_paying: Bools  # (N,) receives aid of the case
    n_slots: Floats  # (F,) places of a force
    place_of: Ints  # (d + 1,)
    deal_places: Ints  # contested places of a deal by label
    n_places: Ints  # (d,) places of it with presence
    has_pairs: Bools  # (d,)
    signer_of: Ints  # (d + 1,)
    signers: Ints  # who must sign
    party_communities: Bools  # (d,)
    is_ratifier: Bools  # (V,)
    own_veto: Ints  # (d, a)
    foresees: Bools  # (d, S)
    child: Ints  # actors with a parent
    parent: Ints  # and that parent
    splinter_ids: Words  # (d, children)
    broker_of: Ints  # (d + 1,)
    deal_brokers: Ints
    broker_place: Ints  # (b,)
    bridges: Floats  # (b,)
    bears_on: Bools  # (d, g)
    reaches: Bools  # (g, p)
    tranche_order: Ints  # (z,)
    on_return: Bools  # (d, p)
    on_government: Bools  # (d, p)
    shock_places: Bools  # (shock, p)
    shock_budget: Bools  # (shock,)
    levers: Floats  # (l, 6)
    class_ids: Words  # (p, k)
    ids: dict[str, Words]


@lru_cache(maxsize=4)
def wire(case: CompiledCase, layout: Layout) -> Wiring:
    """Lay a case out for the kernels; kept for the last few."""
    n_places, n_deals = len(case.places), len(case.deals)
    return Wiring(
        slot_of=_spans(layout.slot_place, n_places),
        cell_of=_spans(layout.cell_place, n_places),
        q_of=_spans(layout.q_place, n_places),
        claim_of=_spans(layout.claim_place, n_places),
        trust_of=_spans(layout.cell_place[layout.trust_cell], n_places),
        veto_of=_spans(layout.veto_deal, n_deals),
        bond_of=np.searchsorted(layout.bond_pair, np.arange(layout.pair_place.size + 1)).astype(np.int64),
        bonds=np.ascontiguousarray(np.stack([layout.bond_deal, layout.bond_first, layout.bond_second], axis=1)),
        **_chains(layout),
        **_blocs(case, layout),
        **_deals(case, layout),
        **_brokers(case),
        **_money(case),
        on_return=case.covers_question[:, :, 2].copy(),
        on_government=case.covers_question[:, :, 1].copy(),
        shock_places=np.ascontiguousarray(case.shock_places),
        shock_budget=np.array([kind is ShockKind.BUDGET for kind in case.shock_kind], dtype=np.bool_),
        levers=np.array([[lever.base, lever.step, *lever.acts_on] for group in FEATURES.values() for lever in group]),
        class_ids=_words(layout.class_ids).reshape(n_places, len(CLASSES)),
        ids={
            name: _words(getattr(layout, f"{name}_ids"))
            for name in ("place", "deal", "cell", "shock", "tranche", "broker")
        },
    )


def _chains(layout: Layout) -> dict[str, Any]:
    slots = [layout.chains[a] for a in layout.slot_actor]
    ties = [slots[s] for s in layout.tie_slot]
    tie_chain_of, tie_chain = _by(ties)
    slot_chain_of, slot_chain = _by(slots)
    return {
        "tie_chain_of": tie_chain_of,
        "tie_chain": tie_chain,
        "slot_chain_of": slot_chain_of,
        "slot_chain": slot_chain,
        "n_slots": np.bincount(layout.slot_force, minlength=layout.force_actor.size).astype(np.float64),
    }


def _blocs(case: CompiledCase, layout: Layout) -> dict[str, Any]:
    claims: list[list[list[int]]] = []
    for p in range(len(case.places)):
        found: dict[int, list[int]] = {}
        for row in np.flatnonzero(layout.claim_place == p):
            found.setdefault(int(case.bloc[layout.claim_actor[row]]), []).append(int(row))
        claims.append(list(found.values()))
    rows_of, rows = _by([group for place in claims for group in place])
    actors = case.patron_actor[layout.patron]
    order = list(dict.fromkeys(int(bloc) for bloc in case.bloc[actors]))
    paying = {int(case.aid_recipient[g]) for g in range(len(case.aid)) if case.aid_has_recipient[g]}
    return {
        "bloc_of": _ints([0, *np.cumsum([len(place) for place in claims])]),
        "bloc_rows_of": rows_of,
        "bloc_rows": rows,
        "patron_bloc": _ints(order.index(int(bloc)) for bloc in case.bloc[actors]),
        "patron_actor": actors.astype(np.int64),
        "is_paying": np.array([int(actor) in paying for actor in actors], dtype=np.bool_),
    }


def _deals(case: CompiledCase, layout: Layout) -> dict[str, Any]:
    deals = range(len(case.deals))
    place_of, places = _by(
        [[int(p) for p in layout.place_order if case.covers[d, p] and not case.is_national[p]] for d in deals]
    )
    wanted = case.needed | case.signs
    signer_of, signers = _by([np.flatnonzero(wanted[d]).tolist() for d in deals])
    patrons = {int(actor): n for n, actor in enumerate(case.patron_actor)}
    ratifies = [
        a in patrons and bool(layout.patron_tied[d, patrons[a]])
        for d, a in zip(layout.veto_deal.tolist(), layout.veto_actor.tolist(), strict=True)
    ]
    own_veto = np.full((len(case.deals), len(case.actors)), -1, dtype=np.int64)
    own_veto[layout.veto_deal, layout.veto_actor] = np.arange(layout.veto_deal.size)
    gives = np.zeros((len(case.deals), layout.slot_place.size), dtype=np.bool_)
    for s, (p, a) in enumerate(zip(layout.slot_place, layout.slot_actor, strict=True)):
        gives[:, s] = any_of(case.gives[:, p][:, list(layout.chains[a])], 1)
    children = [a for a in range(len(case.actors)) if case.has_parent[a]]
    ids = [[stable_id(case.deals[d], case.actors[a]) for a in children] for d in deals]
    return {
        "place_of": place_of,
        "deal_places": places,
        "n_places": _ints(len(set(layout.slot_place[layout.tie_slot[layout.tie_deal == d]].tolist())) for d in deals),
        "has_pairs": any_of(case.covers & (layout.n_pairs_of_distrust > 0)[None, :], 1),
        "signer_of": signer_of,
        "signers": signers,
        "party_communities": any_of(case.party_communities, 1),
        "is_ratifier": np.array(ratifies, dtype=np.bool_),
        "own_veto": own_veto,
        "foresees": gives,
        "child": _ints(children),
        "parent": case.parent[children].astype(np.int64),
        "splinter_ids": np.array(ids, dtype=np.uint64).reshape(len(case.deals), len(children)),
    }


def _brokers(case: CompiledCase) -> dict[str, Any]:
    order = sorted(range(len(case.brokers)), key=lambda b: case.brokers[b])
    placed = [b for b in order if case.broker_placed[b]]
    of, brokers = _by([[b for b in placed if case.covers[d, case.broker_place[b]]] for d in range(len(case.deals))])
    return {
        "broker_of": of,
        "deal_brokers": brokers,
        "broker_place": np.where(case.broker_placed, case.broker_place, -1).astype(np.int64),
        "bridges": np.array([bridging(case, b) for b in range(len(case.brokers))], dtype=np.float64),
    }


def _money(case: CompiledCase) -> dict[str, Any]:
    anywhere = ~any_of(case.aid_places, 1)
    return {
        "bears_on": np.ascontiguousarray(anywhere[None, :] | any_of(case.covers[:, None] & case.aid_places[None], 2)),
        "reaches": anywhere[:, None] | case.aid_places,
        "tranche_order": _ints(sorted(range(len(case.tranche_label)), key=lambda z: case.tranche_label[z])),
    }


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """What of a policy the kernels read, month by month."""

    levels_there: Floats  # (T, d) share of the two levels at which a third party is
    guaranteed: Bools  # (T, d)
    facilitated: Bools  # (T, d)
    is_open: Bools  # (T, d)
    is_named: Bools  # (d,)
    form_now: Ints  # (T, d) form of a deal signed in the month
    level_now: Bools  # (T, d, 2)
    seeks: Bools  # (T,) something of a deal in force
    bridging: Floats  # (T, b)
    condition: Ints  # (T, z)
    include: Floats  # (T, C)
    is_out: Bools  # (T, S)
    out_patron: Bools  # (T, N)


def lay_out(case: CompiledCase, layout: Layout, wiring: Wiring, schedule: Schedule) -> Timetable:
    """Lay a policy out for the kernels."""
    there = schedule.facilitates | schedule.guarantees
    present = any_of(there, 2)
    form = np.where(schedule.table & (schedule.table_form >= 0), schedule.table_form, np.where(present, SIGNED, 0))
    level = np.where((schedule.table & any_of(schedule.table_level, 2))[:, :, None], schedule.table_level, case.level)
    level[..., 0] |= ~any_of(level, 2)
    changes = (schedule.form_to >= 0) | any_of(schedule.level_to, 2) | any_of(schedule.party_to, 2)
    own = np.array([CONDITION_CODES.get(kind, people.NONE) for kind in case.tranche_condition], dtype=np.int64)
    codes = np.array([CONDITION_CODES.get(kind, people.NONE) for kind in CONDITIONS], dtype=np.int64)
    set_ = schedule.condition[:, case.tranche_aid]
    return Timetable(
        levels_there=(there[:, :, 0].astype(np.float64) + there[:, :, 1]) / 2,
        guaranteed=any_of(schedule.guarantees, 2),
        facilitated=any_of(schedule.facilitates, 2),
        is_open=layout.can_form & (layout.talks | present | schedule.table),
        is_named=any_of(schedule.sign, 0),
        form_now=form.astype(np.int64),
        level_now=level,
        seeks=any_of(changes | schedule.community_to, 1),
        bridging=wiring.bridges * np.where(schedule.backed, 1.0, 0.5),
        condition=np.where(set_ < 0, own, codes[np.maximum(set_, 0)]),
        include=schedule.include[:, layout.cell_place, layout.cell_community].astype(np.float64),
        is_out=schedule.patron_out[:, layout.slot_actor],
        out_patron=schedule.patron_out[:, wiring.patron_actor],
    )

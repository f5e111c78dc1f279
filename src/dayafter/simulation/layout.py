"""What of a case is fixed: lists of the few places, pairs and ties that matter, in an order that rows cannot change.

Everything is a list of positions, so that cost grows with the pairs that exist and not with all that could. Within
each list entries are sorted by the labels of the case; sums that run along them give the same bits for any order of
the case's rows.

Lists: S slots (an armed claimant in a place), R pairs of slots of one place, C cells (a community in a place),
Q directed pairs of cells, T trust of a cell in a slot, L claims (an actor's in a place), F force actors, N patrons,
E ties (a slot under a deal that covers its place), B bonds (a pair under such a deal), V veto players of a deal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Ints
from dayafter.seeding import stable_id
from dayafter.vocabulary import ContactKind, DealStatus, ViolenceClass

CLASSES: Final = tuple(ViolenceClass)
INTERBLOC, INTRABLOC, INSURGENT, COMMUNAL, EXTERNAL = range(5)
PATRON_FROM: Final = 0.3
"""From this loyalty of a party on, its patron must ratify (model notes, 6)."""
_TALKING: Final = (ContactKind.TALKS, ContactKind.DEAL, ContactKind.OUTREACH)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Positions and stable ids; read-only."""

    slot_place: Ints  # (S,)
    slot_actor: Ints  # (S,)
    slot_force: Ints  # (S,) position among the force actors
    pair_place: Ints  # (R,)
    pair_first: Ints  # (R,) slot
    pair_second: Ints  # (R,) slot
    cell_place: Ints  # (C,)
    cell_community: Ints  # (C,)
    q_place: Ints  # (Q,)
    q_from: Ints  # (Q,) cell that distrusts
    q_to: Ints  # (Q,) cell that is distrusted
    trust_cell: Ints  # (T,)
    trust_slot: Ints  # (T,)
    claim_place: Ints  # (L,)
    claim_actor: Ints  # (L,)
    force_actor: Ints  # (F,)
    patron: Ints  # (N,) position in the case's patrons, sorted by label
    tie_slot: Ints  # (E,)
    tie_deal: Ints  # (E,)
    bond_pair: Ints  # (B,)
    bond_deal: Ints  # (B,)
    bond_first: Ints  # (B,) tie
    bond_second: Ints  # (B,) tie
    near_from: Ints  # (X,) place
    near_to: Ints  # (X,) its neighbour
    neighbours: Bools  # (p, p)
    deal_order: Ints  # (d,) deals sorted by label
    place_order: Ints  # (p,) places sorted by label
    veto_deal: Ints  # (V,)
    veto_actor: Ints  # (V,)
    can_form: Bools  # (d,) may be made: missing, proposed or suspended, or broken in the run
    talks: Bools  # (d,) somebody talks about it at the as-of date
    akin: Bools  # (d, d) deals that share an actor who must agree
    patron_tied: Bools  # (d, n) patron of a party
    n_pairs_of_distrust: Ints  # (p,)
    place_ids: Ints  # (p,) stable ids
    class_ids: Ints  # (p * k,) of place and class
    deal_ids: Ints  # (d,)
    cell_ids: Ints  # (C,)
    actor_ids: Ints  # (a,)
    shock_ids: Ints  # (shock,)
    tranche_ids: Ints  # (z,)
    broker_ids: Ints  # (b,)
    chains: tuple[tuple[int, ...], ...]  # (a,) each actor and those above it

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _ids(*labels: str) -> Ints:
    return np.array([stable_id(label) for label in labels], dtype=np.int64)


def any_of(mask: Bools, axis: int | tuple[int, ...]) -> Bools:
    """Whether any is true along the axes."""
    found: Bools = np.logical_or.reduce(mask, axis=axis)
    return found


def chains_of(case: CompiledCase) -> tuple[tuple[int, ...], ...]:
    """Each actor and those above it, nearest first."""
    chains = []
    for start in range(len(case.actors)):
        chain = [start]
        while case.has_parent[chain[-1]]:
            chain.append(int(case.parent[chain[-1]]))
        chains.append(tuple(chain))
    return tuple(chains)


@lru_cache(maxsize=8)
def build_layout(case: CompiledCase) -> Layout:
    """Lay out a case; kept for the last few."""
    places = range(len(case.places))
    slots = _by_place(case, case.presence.exists & any_of(case.presence.known, 1)[:, None], case.actors)
    cells = _by_place(case, _inhabited(case), case.communities)
    claims = _by_place(case, any_of(case.claims.exists, 2), case.actors)
    pairs = [(p, i, j) for i, (p, _) in enumerate(slots) for j, (q, _) in enumerate(slots) if i < j and p == q]
    distrust = [(p, i, j) for i, (p, _) in enumerate(cells) for j, (q, _) in enumerate(cells) if i != j and p == q]
    trust = [(i, j) for i, (p, _) in enumerate(cells) for j, (q, _) in enumerate(slots) if p == q]
    forces = sorted(dict.fromkeys(a for _, a in slots), key=lambda a: case.actors[a])
    order = sorted(range(len(case.deals)), key=lambda d: case.deals[d])
    ties = [(s, d) for s, (p, _) in enumerate(slots) for d in order if case.covers[d, p]]
    at = {tie: number for number, tie in enumerate(ties)}
    bonds = [(r, d, at[i, d], at[j, d]) for r, (p, i, j) in enumerate(pairs) for d in order if case.covers[d, p]]
    near = neighbours_of(case, slots)
    vetoes = [(d, a) for d in order for a in veto_players(case, d)]
    n_distrust = [sum(p == q for q, _, _ in distrust) for p in places]
    wanted = case.needed | case.signs
    statuses = (DealStatus.MISSING, DealStatus.PROPOSED, DealStatus.SUSPENDED, DealStatus.IN_FORCE)
    return Layout(
        slot_place=_ints([p for p, _ in slots]),
        slot_actor=_ints([a for _, a in slots]),
        slot_force=_ints([forces.index(a) for _, a in slots]),
        pair_place=_ints([p for p, _, _ in pairs]),
        pair_first=_ints([i for _, i, _ in pairs]),
        pair_second=_ints([j for _, _, j in pairs]),
        cell_place=_ints([p for p, _ in cells]),
        cell_community=_ints([c for _, c in cells]),
        q_place=_ints([p for p, _, _ in distrust]),
        q_from=_ints([i for _, i, _ in distrust]),
        q_to=_ints([j for _, _, j in distrust]),
        trust_cell=_ints([i for i, _ in trust]),
        trust_slot=_ints([j for _, j in trust]),
        claim_place=_ints([p for p, _ in claims]),
        claim_actor=_ints([a for _, a in claims]),
        force_actor=_ints(forces),
        patron=_ints(sorted(range(len(case.patrons)), key=lambda n: case.patrons[n])),
        tie_slot=_ints([s for s, _ in ties]),
        tie_deal=_ints([d for _, d in ties]),
        bond_pair=_ints([r for r, _, _, _ in bonds]),
        bond_deal=_ints([d for _, d, _, _ in bonds]),
        bond_first=_ints([i for _, _, i, _ in bonds]),
        bond_second=_ints([j for _, _, _, j in bonds]),
        near_from=_ints([p for p in places for q in _sorted_places(case) if near[p, q]]),
        near_to=_ints([q for p in places for q in _sorted_places(case) if near[p, q]]),
        neighbours=near,
        deal_order=_ints(order),
        place_order=_ints(_sorted_places(case)),
        veto_deal=_ints([d for d, _ in vetoes]),
        veto_actor=_ints([a for _, a in vetoes]),
        can_form=np.array([status in statuses for status in case.deal_status], dtype=np.bool_),
        talks=np.array([_talked_about(case, d) for d in range(len(case.deals))], dtype=np.bool_),
        akin=any_of(wanted[:, None, :] & wanted[None, :, :], 2) & ~np.eye(len(case.deals), dtype=np.bool_),
        patron_tied=_patron_tied(case),
        n_pairs_of_distrust=_ints(n_distrust),
        **_stable_ids(case, cells),
        chains=chains_of(case),
    )


def _stable_ids(case: CompiledCase, cells: list[tuple[int, int]]) -> dict[str, Ints]:
    """Addresses of things, the same on every machine and in any order of rows."""
    return {
        "place_ids": _ids(*case.places),
        "class_ids": _ints([stable_id(place, kind.value) for place in case.places for kind in CLASSES]),
        "deal_ids": _ids(*case.deals),
        "cell_ids": _ints([stable_id(case.places[p], case.communities[c]) for p, c in cells]),
        "actor_ids": _ids(*case.actors),
        "shock_ids": _ids(*case.shocks),
        "tranche_ids": _ids(*case.tranche_label),
        "broker_ids": _ids(*case.brokers),
    }


def _sorted_places(case: CompiledCase) -> list[int]:
    return sorted(range(len(case.places)), key=lambda p: case.places[p])


def _by_place(case: CompiledCase, mask: Bools, labels: tuple[str, ...]) -> list[tuple[int, int]]:
    return sorted(
        ((int(p), int(x)) for p, x in np.argwhere(mask)), key=lambda cell: (case.places[cell[0]], labels[cell[1]])
    )


def _inhabited(case: CompiledCase) -> Bools:
    names = ("before_share", "persons_present", "persons_displaced", "persons_returned", "persons_left")
    found = np.zeros(case.before_share.shape, dtype=np.bool_)
    for name in names:
        found |= getattr(case, name).exists
    return found


def neighbours_of(case: CompiledCase, slots: list[tuple[int, int]]) -> Bools:
    """(p, p): contested places side by side (one parent, or one inside the other) in which one armed actor stands.

    The case does not hold borders; model notes, 6, ask for a shared border and a shared actor.
    """
    standing = np.zeros((len(case.places), len(case.actors)), dtype=np.bool_)
    for p, a in slots:
        standing[p, a] = True
    return case.adjacent & any_of(standing[:, None, :] & standing[None, :, :], 2)


def _patron_tied(case: CompiledCase) -> Bools:
    """(d, n): patrons with a loyalty of 0.3 or more of a party or needed party."""
    wanted = case.needed | case.signs
    loyal = case.loyalty.middle >= PATRON_FROM
    for n, actor in enumerate(case.patron_actor):
        loyal[actor, n] = False
    return any_of(wanted[:, :, None] & loyal[None], 1)


def veto_players(case: CompiledCase, d: int) -> list[int]:
    """Who must agree to a deal: parties, those named as needed, and their patrons; sorted by label."""
    wanted = {int(a) for a in np.flatnonzero(case.needed[d] | case.signs[d])}
    wanted |= {int(case.patron_actor[n]) for n in np.flatnonzero(_patron_tied(case)[d])}
    return sorted(wanted, key=lambda a: case.actors[a])


def _talked_about(case: CompiledCase, d: int) -> bool:
    """Whether a source records talks: a current tie over a place of the deal, or a ledger cell that says so."""
    here = case.covers[d]
    if any(tie.is_current and tie.kind in _TALKING and tie.place is not None and here[tie.place] for tie in case.ties):
        return True
    return any(cell.talks is True and here[cell.place] for cell in case.ledger)

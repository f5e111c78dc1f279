"""Who is missing from a deal, and who could end it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats, RowKey
from dayafter.assessment.places import chains_of
from dayafter.assessment.report import AbsentParty
from dayafter.assessment.summary import refs
from dayafter.vocabulary import DealStatus, EndedBy

PATRON_FROM: Final = 0.3
"""From this loyalty of a party on, its patron must ratify (model notes, 6)."""
ASSENTED: Final = 0.5
BOUND: Final = 0.5
STRONG_CLAIM: Final = 0.5
SHUT_OUT: Final = 0.5
"""A community represented below half of its fair part counts as excluded."""


def bound_middle(case: CompiledCase, d: int) -> Floats:
    """How far a deal binds each actor, at the best values: (a,). For lists of names; numbers use the draws."""
    degree = np.zeros(len(case.actors))
    command = case.command.middle
    for number, chain in enumerate(chains_of(case)):
        reach = 1.0
        for position, actor in enumerate(chain):
            if position:
                reach *= float(command[chain[position - 1]])
            if case.signs[d, actor]:
                degree[number] = max(degree[number], reach)
    return degree


def unratified_patrons(case: CompiledCase, d: int) -> tuple[int, ...]:
    """Patrons of a party, from a loyalty of 0.3, that neither signed nor assent, in the order of the case."""
    loyalty = case.loyalty.middle
    found = []
    for n, patron in enumerate(case.patron_actor):
        tied = case.signs[d] & (loyalty[:, n] >= PATRON_FROM)
        tied[patron] = False
        assents = case.deal_assent.known[d, patron] and case.deal_assent.middle[d, patron] >= ASSENTED
        if tied.any() and not case.signs[d, patron] and not assents:
            found.append(int(patron))
    return tuple(found)


def absent_parties(case: CompiledCase, d: int) -> tuple[AbsentParty, ...]:
    """Whose agreement a deal would need and does not have; each with the first reason that applies.

    In this order: named as needed; holds the place; armed there; claims it (0.5 or more); patron of a party; lives
    there. An actor bound through its parent to at least a half is not absent. A deal whose communities are not
    recorded at all lacks those that live in its places.
    """
    found: dict[str, AbsentParty] = {}
    for entity, reason, rows in (*_absent_actors(case, d), *_absent_communities(case, d)):
        found.setdefault(entity, AbsentParty(entity, reason, refs(rows)))
    return tuple(found.values())


_Absence = tuple[str, str, tuple[RowKey, ...]]


def _absent_actors(case: CompiledCase, d: int) -> Iterator[_Absence]:
    places = [int(p) for p in np.flatnonzero(case.covers[d])]
    degree = bound_middle(case, d)
    for a in np.flatnonzero(case.needed[d] & ~case.signs[d]):
        yield case.actors[a], "named-as-needed", case.rows_of("deal", d)
    for c in np.flatnonzero(case.needed_communities[d] & ~case.party_communities[d]):
        yield case.communities[c], "named-as-needed", case.rows_of("deal", d)
    free = degree < BOUND
    armed_there = case.presence.exists & case.present
    for reason, mask in (("holds-the-place", case.holds), ("armed-there", armed_there)):
        for a in np.flatnonzero(mask[places].any(axis=0) & free):
            rows = tuple(row for p in places if mask[p, a] for row in case.rows_of("presence", p, int(a)))
            yield case.actors[a], reason, rows
    claimed = case.claims.known & (case.claims.middle >= STRONG_CLAIM)
    for a in np.flatnonzero(claimed[places].any(axis=(0, 2)) & free):
        cells = [(p, int(k)) for p in places for k in np.flatnonzero(claimed[p, a])]
        yield case.actors[a], "claims-it", tuple(row for p, k in cells for row in case.rows_of("claims", p, int(a), k))
    for patron in unratified_patrons(case, d):
        n = int(np.flatnonzero(case.patron_actor == patron)[0])
        bonds = tuple(row for a in np.flatnonzero(case.signs[d]) for row in case.rows_of("loyalty", int(a), n))
        yield case.actors[patron], "patron-of-a-party", bonds


def _absent_communities(case: CompiledCase, d: int) -> Iterator[_Absence]:
    if case.deal_status[d] is DealStatus.MISSING and case.needed_communities[d].any():
        return  # a coder has said whom it would take
    for p in np.flatnonzero(case.covers[d]):
        lives = case.before_share.known[p] & (case.before_share.middle[p] > 0)
        for c in np.flatnonzero(lives & ~case.party_communities[d]):
            yield case.communities[c], "lives-there", case.rows_of("before_share", int(p), int(c))


def breaker_candidates(case: CompiledCase, d: int, kind: EndedBy, loose: Floats) -> tuple[str, ...]:
    """Who could bring about an end of this kind, the strongest first; ids of actors, communities or shocks.

    Outsiders: armed actors there that it does not bind, remnants, communities that are shut out. Signatories: all
    parties, those whose own men it binds least first. Patrons: those of a party that have not ratified. Shocks: those
    on record that hit its places.

    Parameters
    ----------
    loose : (a,), mean unbound share of armed men by actor.
    """
    places = np.flatnonzero(case.covers[d])
    if kind is EndedBy.SHOCK:
        return tuple(case.shocks[s] for s in np.flatnonzero(case.shock_places[:, places].any(axis=1)))
    if kind is EndedBy.PATRON:
        return tuple(case.actors[a] for a in unratified_patrons(case, d))
    if kind is EndedBy.SIGNATORY:
        weak = {int(a): 0.0 for a in np.flatnonzero(case.signs[d])}
        for chain in chains_of(case):
            for above in chain[1:]:
                if above in weak:
                    weak[above] += float(loose[chain[0]])
        return tuple(case.actors[a] for a in sorted(weak, key=lambda a: (-weak[a], case.actors[a])))
    armed = sorted((int(a) for a in np.flatnonzero(loose > 0)), key=lambda a: (-loose[a], case.actors[a]))
    remnants = [int(a) for a in np.flatnonzero(case.remnant[places].any(axis=0)) if int(a) not in armed]
    shut_out = case.represented.known & (case.represented.middle < SHUT_OUT)
    excluded = np.flatnonzero(shut_out[places].any(axis=0) & ~case.party_communities[d])
    return (*(case.actors[a] for a in (*armed, *remnants)), *(case.communities[c] for c in excluded))

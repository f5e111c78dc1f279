"""Deals in force: the state of their features in each member, how fragile they are, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats
from dayafter.assessment.parties import absent_parties, breaker_candidates
from dayafter.assessment.places import Shared, forces_in
from dayafter.assessment.report import Breaker, Contribution, DealSummary, Fragility, RowRef
from dayafter.assessment.summary import Part, contributions, refs, spread, spreads
from dayafter.indices import forces, hazard
from dayafter.priors import draw_frailty
from dayafter.seeding import stable_id, uniforms
from dayafter.vocabulary import DealStatus, EngagementRole

_N_FORMS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class DealDraws:
    """One deal over some members."""

    now_per_month: Floats  # (m,) all causes, at its age
    p_end: Floats  # (m,)
    reference_p_end: Floats  # (m,)
    added: Floats  # (m, f)
    cause_share: Floats  # (m, j) of its ends
    loose: Floats  # (m, a) unbound share of armed men in its places, by actor


def unbound_by_actor(shared: Shared, d: int) -> Floats | None:
    """Share of the armed men of each actor that a deal does not bind, averaged over its places.

    Returns
    -------
    (m, a), summing over actors to the unbound share; None where no place that it covers has presence on record.
    """
    case = shared.drawn.case
    loose = np.zeros((shared.drawn.members.size, len(case.actors)))
    n_places = 0
    for p in np.flatnonzero(case.covers[d]):
        here = forces_in(shared, int(p))
        if here is None:
            continue
        degree = forces.bound(shared.command, [shared.chains[a] for a in here.actors], case.signs[[d]])
        loose[:, here.actors] += here.share * (1 - degree[:, :, 0])
        n_places += 1
    if not n_places:
        return None
    mean: Floats = loose / n_places
    return mean


def guarantee_of(shared: Shared, d: int) -> Floats:
    """Acceptance of the guarantor by the party that accepts it least; the best of several guarantors; 0 without one.

    Returns
    -------
    (m,). A party whose acceptance is not stated is drawn over the whole scale.
    """
    case, drawn = shared.drawn.case, shared.drawn
    best = np.zeros(drawn.members.size)
    for e in engaged(case, d, EngagementRole.GUARANTOR):
        if not case.engagement_current[e]:
            continue
        sides = np.flatnonzero(case.acceptance.exists[e] & case.signs[d])
        accepted = np.ones(drawn.members.size)
        for a in sides:
            accepted = np.minimum(accepted, drawn.of("acceptance", (e, [a]))[:, 0])
        best = np.maximum(best, accepted)
    return best


def engaged(case: CompiledCase, d: int, role: EngagementRole) -> list[int]:
    """Engagements of a role on a deal, current or past."""
    return [
        e
        for e, kind in enumerate(case.engagement_role)
        if kind is role and case.engagement_on_deal[e] and case.engagement_deal[e] == d
    ]


def deal_states(shared: Shared, d: int) -> tuple[dict[str, Floats], Floats]:
    """State of every lever of the hazard in each member, and the unbound share by actor.

    Third parties are those on record: a guarantor whom no source names guarantees nothing. All else that the case
    does not say is drawn over what it can be.
    """
    case, drawn, name = shared.drawn.case, shared.drawn, shared.drawn.case.deals[d]
    m, ids = drawn.members.size, np.array([stable_id(name)], dtype=np.int64)
    steps = case.form_high[d] - case.form_low[d] + 1
    form = case.form_low[d] + np.floor(uniforms(drawn.seed, "input/form", drawn.members, ids)[:, 0] * steps)
    guarantors = engaged(case, d, EngagementRole.GUARANTOR)
    guarded = any(case.engagement_current[e] for e in guarantors)
    left = not guarded and any(case.engagement_left[e] for e in guarantors)
    helped = any(case.engagement_current[e] for e in engaged(case, d, EngagementRole.FACILITATOR))
    authored = bool(engaged(case, d, EngagementRole.AUTHOR))
    by_actor = unbound_by_actor(shared, d)
    if by_actor is None:
        by_actor = np.zeros((m, len(case.actors)))
        unbound = uniforms(drawn.seed, "input/unbound-silent", drawn.members, ids)[:, 0]
    else:
        unbound = by_actor.sum(axis=1)
    states = {
        "form": form,
        "local": shared.level[:, d, 0].astype(np.float64),
        "national": shared.level[:, d, 1].astype(np.float64),
        "guarantee": guarantee_of(shared, d),
        "guarantor_left": np.full(m, float(left)),
        "facilitator": np.full(m, float(helped)),
        "author": np.ones(m) if authored else drawn.flag("imposed", [d])[:, 0].astype(np.float64),
        "assent": drawn.of("local_assent", [d])[:, 0],
        "communities": drawn.flag("residents_party", [d])[:, 0].astype(np.float64),
        "commission": drawn.flag("commission", [d])[:, 0].astype(np.float64),
        "unbound": unbound,
    }
    return states, by_actor


def draw_deal(shared: Shared, d: int, parameters: hazard.Parameters, horizon_months: int) -> DealDraws:
    """Chance of a deal's end within the horizon in each member, with what each feature adds to the reference deal."""
    case, drawn = shared.drawn.case, shared.drawn
    states, loose = deal_states(shared, d)
    age = drawn.of("age_months", [d])[:, 0]
    process = np.array([stable_id(case.deals[d])], dtype=np.int64)
    frailty = draw_frailty(parameters.frailty_sd, drawn.seed, drawn.members, process)[:, 0]
    exposed = frailty * hazard.exposure(age, parameters.age_power, horizon_months)
    actual = hazard.log_effects(states, parameters)
    reference = hazard.log_effects(hazard.reference_states(drawn.members.size), parameters)
    by_cause = hazard.cause_hazards(actual, parameters)
    whole = by_cause.sum(axis=1)
    return DealDraws(
        now_per_month=whole * frailty * hazard.age_factor(age, parameters.age_power),
        p_end=hazard.p_end(whole, exposed),
        reference_p_end=hazard.p_end(hazard.cause_hazards(reference, parameters).sum(axis=1), exposed),
        added=hazard.shapley(reference, actual, parameters, exposed),
        cause_share=by_cause / whole[:, None],
        loose=loose,
    )


def _joined(chunks: Sequence[DealDraws]) -> DealDraws:
    def column(name: str) -> Floats:
        return np.concatenate([getattr(chunk, name) for chunk in chunks])

    return DealDraws(
        column("now_per_month"),
        column("p_end"),
        column("reference_p_end"),
        column("added"),
        column("cause_share"),
        column("loose"),
    )


def feature_parts(case: CompiledCase, d: int, loose: Floats) -> tuple[Part, ...]:
    """What each feature of a deal is about: entities, rows and evidence.

    Parameters
    ----------
    loose : (a,), mean unbound share by actor.
    """
    own = case.rows_of("deal", d)
    unbound = sorted((int(a) for a in np.flatnonzero(loose > 0)), key=lambda a: (-loose[a], case.actors[a]))
    places = [int(p) for p in np.flatnonzero(case.covers[d])]
    roles = {
        "guarantor": engaged(case, d, EngagementRole.GUARANTOR),
        "facilitator": engaged(case, d, EngagementRole.FACILITATOR),
        "author": engaged(case, d, EngagementRole.AUTHOR),
    }
    parts = []
    for feature in hazard.FEATURES:
        entities: tuple[str, ...] = ()
        rows = own
        if feature in roles:
            entities = tuple(dict.fromkeys(case.actors[case.engagement_actor[e]] for e in roles[feature]))
            rows = (*own, *(row for e in roles[feature] for row in case.rows_of("engagement", e)))
        elif feature == "unbound":
            entities = tuple(case.actors[a] for a in unbound)
            rows = (*own, *(row for a in unbound for p in places for row in case.rows_of("presence", p, a)))
        elif feature == "communities":
            shut_out = case.needed_communities[d] & ~case.party_communities[d]
            entities = tuple(case.communities[c] for c in np.flatnonzero(shut_out))
        parts.append(Part(feature, entities, rows, hazard.evidence_of(feature)))
    return tuple(parts)


def unknown_features(case: CompiledCase, d: int) -> tuple[str, ...]:
    """Features and inputs of a deal on which the case is silent."""
    silent = {
        "form": bool(case.form_low[d] != case.form_high[d]),
        "levels": not case.level_known[d],
        "guarantor": any(
            case.engagement_current[e] and (case.acceptance.assumed[e] & case.signs[d]).any()
            for e in engaged(case, d, EngagementRole.GUARANTOR)
        ),
        "author": not case.imposed.known[d] and not engaged(case, d, EngagementRole.AUTHOR),
        "assent": bool(case.local_assent.assumed[d]),
        "communities": not case.residents_party.known[d],
        "commission": not case.commission.known[d],
        "unbound": not case.presence.known[case.covers[d]].any(),
        "age": bool(case.age_months.assumed[d]),
    }
    return tuple(name for name, is_silent in silent.items() if is_silent)


def fragility(case: CompiledCase, d: int, chunks: Sequence[DealDraws], horizon_months: int) -> Fragility:
    """The record of a deal in force, from the draws of all members."""
    draws = _joined(chunks)
    loose = draws.loose.mean(axis=0)
    parts = feature_parts(case, d, loose)
    listed = contributions(parts, draws.added)
    order = sorted(range(len(listed)), key=lambda n: (-listed[n].value.mean, listed[n].name))
    shares = spreads(draws.cause_share)
    breakers = [
        Breaker(kind, share, breaker_candidates(case, d, kind, loose))
        for kind, share in zip(hazard.CAUSES, shares, strict=True)
    ]
    return Fragility(
        deal=case.deals[d],
        hazard_per_month=spread(draws.now_per_month),
        horizon_months=horizon_months,
        p_end=spread(draws.p_end),
        reference_p_end=spread(draws.reference_p_end),
        contributions=tuple(listed[n] for n in order),
        breakers=tuple(sorted(breakers, key=lambda one: -one.share.mean)),
        absent=absent_parties(case, d),
        weakest_link=listed[order[0]].name,
        rows=_deal_rows(case, d, listed),
        unknown=unknown_features(case, d),
    )


def _deal_rows(case: CompiledCase, d: int, listed: Sequence[Contribution]) -> tuple[RowRef, ...]:
    own = refs((*case.rows_of("deal", d), *case.rows_of("terms", d)))
    return tuple(sorted({*own, *(row for one in listed for row in one.rows)}))


def summary(case: CompiledCase, d: int, fragile: Fragility | None) -> DealSummary:
    """A deal as the assessment sees it, whatever its status."""
    status = case.deal_status[d]
    absent = fragile.absent if fragile is not None else absent_parties(case, d)
    rows = refs((*case.rows_of("deal", d), *case.rows_of("terms", d)))
    return DealSummary(case.deals[d], status, fragile, () if status is DealStatus.ENDED else absent, rows)

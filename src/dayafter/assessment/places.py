"""The indices of one place over a chunk of members, each as parts that sum to it, with the rows behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, DrawnCase, Floats, Ints, RowKey
from dayafter.assessment.summary import Part, Parts, undefined
from dayafter.indices import forces, people
from dayafter.seeding import stable_id, uniforms
from dayafter.vocabulary import DealStatus

SHARE: Final = "share, 0 to 1"
SCALE: Final = "0 to 1"
NUMBER: Final = "number"
KEPT_FLOOR: Final = 0.4
KEPT_SLOPE: Final = 0.6
"""strength of a deal = 0.4 + 0.6 · share of the due terms kept (model notes, 2.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What every place and deal needs, drawn once for a chunk of members."""

    drawn: DrawnCase
    command: Floats  # (m, a)
    loyalty: Floats  # (m, a, n)
    strength: Floats  # (m, d) how strongly a deal binds
    level: Bools  # (m, d, 2) local, national
    chains: tuple[tuple[int, ...], ...]  # (a,) each actor and those above it
    is_first: bool
    """Whether this chunk begins with member 0: it alone names the pairs, which are many and the same for all."""


def chains_of(case: CompiledCase) -> tuple[tuple[int, ...], ...]:
    """Each actor and those above it, nearest first."""
    chains = []
    for start in range(len(case.actors)):
        chain = [start]
        while case.has_parent[chain[-1]]:
            chain.append(int(case.parent[chain[-1]]))
        chains.append(tuple(chain))
    return tuple(chains)


def share_draws(drawn: DrawnCase) -> Shared:
    """Draw the fields that all places share. A deal whose level is not stated is at either or both, evenly."""
    case = drawn.case
    level = np.empty((drawn.members.size, len(case.deals), 2), dtype=np.bool_)
    level[...] = case.level
    if not case.level_known.all():
        silent = np.flatnonzero(~case.level_known)
        ids = np.array([stable_id(case.deals[d]) for d in silent], dtype=np.int64)
        u = uniforms(drawn.seed, "input/level", drawn.members, ids)
        level[:, silent, 0] = u < 2 / 3
        level[:, silent, 1] = u >= 1 / 3
    return Shared(
        drawn=drawn,
        command=drawn.of("command"),
        loyalty=drawn.of("loyalty"),
        strength=KEPT_FLOOR + KEPT_SLOPE * drawn.of("kept_share"),
        level=level,
        chains=chains_of(case),
        is_first=bool(drawn.members[0] == 0),
    )


@dataclass(frozen=True, slots=True, eq=False)
class PlaceForces:
    """The armed claimants of a place."""

    actors: Ints  # (k,)
    share: Floats  # (m, k)
    to_patrons: Floats  # (m, k, n)
    own: Floats  # (m, k)
    missing: tuple[str, ...]


def forces_in(shared: Shared, p: int) -> PlaceForces | None:
    """Armed claimants with their shares and loyalties; None where no strength is on record.

    Where the case is silent about an actor's loyalty its membership speaks: it answers to the top of its chain of
    parents where that is a patron, else to itself.
    """
    case = shared.drawn.case
    there = case.presence.exists[p]
    if not case.presence.known[p].any():
        return None
    k = np.flatnonzero(there)
    share = forces.normalised(shared.drawn.of("presence", (p, k)))
    to_patrons, own = forces.loyalty_profile(np.ascontiguousarray(shared.loyalty[:, k, :]))
    patrons = {int(actor): n for n, actor in enumerate(case.patron_actor)}
    for number, a in enumerate(k):
        if not case.has_loyalty[a] and (n := patrons.get(shared.chains[a][-1])) is not None:
            to_patrons[:, number, :], own[:, number] = 0, 0
            to_patrons[:, number, n] = 1
    missing = tuple(f"presence.strength {case.places[p]}/{case.actors[a]}" for a in k if case.presence.assumed[p, a])
    return PlaceForces(k, share, to_patrons, own, missing)


def relation_in(shared: Shared, p: int, k: Ints, field: str, default: Floats) -> tuple[Floats, Bools]:
    """Degree of a relation of each pair: stated for the place, else stated for everywhere, else the default.

    Returns
    -------
    (m, k, k) and (k, k), where it is stated.
    """
    case, drawn = shared.drawn.case, shared.drawn
    everywhere = getattr(case, field)
    stated = everywhere.exists[np.ix_(k, k)].copy()
    degree = np.where(stated, drawn.of(field, np.ix_(k, k)), default)
    index = getattr(case, f"{field}_at_index")
    local = np.flatnonzero(index[:, 0] == p)
    if local.size:
        position = {int(a): number for number, a in enumerate(k)}
        values = drawn.of(f"{field}_at", local)
        for column, row in enumerate(local):
            a, b = position.get(int(index[row, 1])), position.get(int(index[row, 2]))
            if a is not None and b is not None:
                degree[:, a, b] = degree[:, b, a] = values[:, column]
                stated[a, b] = stated[b, a] = True
    return degree, stated


def _hostility(shared: Shared, p: int, here: PlaceForces, shared_patrons: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Hostility of each pair. Neither stated nor to be told from loyalties: anything from 0 to 1."""
    case, k = shared.drawn.case, here.actors
    default = forces.default_hostility(shared_patrons)
    silent = ~(case.has_loyalty[k][:, None] & case.has_loyalty[k][None, :])
    hostility, stated = relation_in(shared, p, k, "hostility", default)
    missing = []
    first, second = forces.pairs_of(k.size)
    for a, b in zip(first, second, strict=True):
        if silent[a, b] and not stated[a, b]:
            pair = sorted((case.actors[k[a]], case.actors[k[b]]))
            ids = np.array([stable_id(*pair)], dtype=np.int64)
            guess = uniforms(shared.drawn.seed, "input/hostility-silent", shared.drawn.members, ids)[:, 0]
            hostility[:, a, b] = hostility[:, b, a] = guess
            missing.append(f"relations.hostility {'/'.join(pair)}")
    return hostility, tuple(missing)


def binding_in(shared: Shared, p: int, k: Ints) -> Floats:
    """How far each pair in a place is bound by the deals in force that cover it: (m, k, k)."""
    case = shared.drawn.case
    deals = np.array(
        [d for d, status in enumerate(case.deal_status) if status is DealStatus.IN_FORCE and case.covers[d, p]],
        dtype=np.int64,
    )
    degree = forces.bound(shared.command, [shared.chains[a] for a in k], case.signs[deals])
    return forces.binding(degree, shared.strength[:, deals])


def force_indices(shared: Shared, p: int) -> list[Parts]:
    """Presence, contestation between and within blocs, commands, monopoly of force, unity."""
    case = shared.drawn.case
    here = forces_in(shared, p)
    if here is None:
        names = (
            ("presence_share", SHARE),
            ("contestation_inter", SCALE),
            ("contestation_intra", SCALE),
            ("effective_commands", NUMBER),
            ("force_monopoly", SCALE),
            ("unity", SCALE),
        )
        wanted = (f"presence.strength {case.places[p]}",)
        return [undefined(name, unit, wanted) for name, unit in names]
    k, labels = here.actors, [case.actors[a] for a in here.actors]
    own_rows = [case.rows_of("presence", p, int(a)) for a in k]
    presence = tuple(Part("actor", (label,), rows) for label, rows in zip(labels, own_rows, strict=True))
    return [
        Parts("presence_share", SHARE, presence, here.share, here.missing),
        *_contestation(shared, p, here),
        *_commands(shared, here, own_rows),
        _unity(shared, here, own_rows),
    ]


def _contestation(shared: Shared, p: int, here: PlaceForces) -> tuple[Parts, Parts]:
    case, k = shared.drawn.case, here.actors
    common = forces.overlap(here.to_patrons)
    hostility, silent = _hostility(shared, p, here, common)
    rivalry, _ = relation_in(shared, p, k, "rivalry", np.full_like(common, forces.DEFAULT_RIVALRY))
    inter, intra = forces.contestation(here.share, hostility, rivalry, common, binding_in(shared, p, k))
    pairs = [(int(k[a]), int(k[b])) for a, b in zip(*forces.pairs_of(k.size), strict=True) if shared.is_first]
    missing = (*here.missing, *silent)
    return (
        Parts("contestation_inter", SCALE, _pair_parts(case, p, pairs, "hostility"), inter, missing),
        Parts("contestation_intra", SCALE, _pair_parts(case, p, pairs, "rivalry"), intra, here.missing),
    )


def _pair_parts(case: CompiledCase, p: int, pairs: list[tuple[int, int]], relation: str) -> tuple[Part, ...]:
    index = getattr(case, f"{relation}_at_index")
    local = {(int(a), int(b)): n for n, (place, a, b) in enumerate(index) if place == p}
    parts = []
    for a, b in pairs:
        rows: list[RowKey] = [*case.rows_of("presence", p, a), *case.rows_of("presence", p, b)]
        if (number := local.get((min(a, b), max(a, b)))) is not None:
            rows += case.rows_of(f"{relation}_at", number)
        elif stated := case.rows_of(relation, a, b):
            rows += stated
        else:
            rows += _loyalty_rows(case, a) + _loyalty_rows(case, b)
        parts.append(Part("pair", tuple(sorted((case.actors[a], case.actors[b]))), tuple(rows)))
    return tuple(parts)


def _loyalty_rows(case: CompiledCase, a: int) -> list[RowKey]:
    return [row for n in range(len(case.patrons)) for row in case.rows_of("loyalty", a, n)]


def _commands(shared: Shared, here: PlaceForces, own_rows: list[tuple[RowKey, ...]]) -> tuple[Parts, Parts]:
    case = shared.drawn.case
    chains = [shared.chains[a] for a in here.actors]
    candidates = list(dict.fromkeys(actor for chain in chains for actor in chain))
    heads = forces.command_of(shared.command, chains)
    shares = forces.group_shares(here.share, heads, candidates)
    parts = []
    for head in candidates:
        below = [n for n, chain in enumerate(chains) if head in chain]
        rows = [row for n in below for row in (*own_rows[n], *case.rows_of("command", int(here.actors[n])))]
        parts.append(Part("command", (case.actors[head],), tuple(rows)))
    missing = (
        *here.missing,
        *(f"actors.command {case.actors[a]}" for a in here.actors if case.command.assumed[a]),
    )
    return (
        Parts("effective_commands", NUMBER, tuple(parts), forces.effective_number(shares), missing),
        Parts("force_monopoly", SCALE, tuple(parts), forces.monopoly(shares), missing),
    )


def _unity(shared: Shared, here: PlaceForces, own_rows: list[tuple[RowKey, ...]]) -> Parts:
    case = shared.drawn.case
    blocs = case.bloc[case.patron_actor]
    values = forces.unity(here.share, here.to_patrons, here.own, blocs, len(case.blocs))
    rows = tuple(row for some in own_rows for row in some)
    parts = [Part("bloc", (label,), rows) for label in case.blocs]
    parts += [Part("own", (case.actors[a],), some) for a, some in zip(here.actors, own_rows, strict=True)]
    missing = tuple(f"loyalties.loyalty {case.actors[a]}" for a in here.actors if not case.has_loyalty[a])
    return Parts("unity", SCALE, tuple(parts), values, (*here.missing, *missing))


def armed_actors(shared: Shared, p: int) -> Parts:
    """Armed actors in a place: as a source counts them, else those of the presence table, remnants included.

    Whether an actor is armed is drawn where that is disputed or not stated.
    """
    case, drawn, name = shared.drawn.case, shared.drawn, "n_armed_actors"
    if case.n_armed_actors.known[p]:
        rows = case.rows_of("n_armed_actors", p)
        return Parts(name, NUMBER, (Part("counted", (), rows),), drawn.of("n_armed_actors", [p]))
    there = np.flatnonzero(case.present[p] | case.remnant[p])
    if not there.size:
        return undefined(name, NUMBER, (f"presence {case.places[p]}", f"places.n_armed_actors {case.places[p]}"))
    armed = drawn.flag("armed", there) | (case.presence.exists[p, there] | case.remnant[p, there])
    parts = tuple(Part("actor", (case.actors[a],), case.rows_of("presence", p, int(a))) for a in there)
    sure = case.armed.known[there] | case.presence.exists[p, there] | case.remnant[p, there]
    missing = tuple(f"actors.armed {case.actors[a]}" for a, known in zip(there, sure, strict=True) if not known)
    return Parts(name, NUMBER, parts, armed.astype(np.float64), missing)


def people_indices(shared: Shared, p: int) -> list[Parts]:
    """Mix, mean distrust and exclusion, with weights from before the war. Weights are scaled to sum to 1."""
    case, drawn, place = shared.drawn.case, shared.drawn, shared.drawn.case.places[p]
    c = np.flatnonzero(case.before_share.known[p])
    units = (("community_mix", SCALE), ("mean_distrust", SCALE), ("exclusion", SCALE))
    if not c.size:
        return [undefined(name, unit, (f"population.before_share {place}",)) for name, unit in units]
    weight = forces.normalised(drawn.of("before_share", (p, c)))
    labels = [case.communities[one] for one in c]
    rows = [case.rows_of("before_share", p, int(one)) for one in c]
    named = tuple(Part("community", (label,), some) for label, some in zip(labels, rows, strict=True))
    known = case.represented.known[p, c]
    shut_out = people.exclusion(weight, drawn.of("represented", (p, c)), known)
    silent = tuple(
        f"population.represented {place}/{label}" for label, there in zip(labels, known, strict=True) if not there
    )
    return [
        Parts("community_mix", SCALE, named, people.mix(weight)),
        _distrust(shared, p, c, weight),
        undefined("exclusion", SCALE, silent)
        if shut_out is None
        else Parts("exclusion", SCALE, named, shut_out, silent),
    ]


def _distrust(shared: Shared, p: int, c: Ints, weight: Floats) -> Parts:
    case, place = shared.drawn.case, shared.drawn.case.places[p]
    own_axis, other_axis = np.ix_(c, c)
    block = (p, own_axis, other_axis)
    known = case.distrust.known[block]
    parts, silent = [], []
    for own, a in enumerate(c):
        for other, b in enumerate(c):
            pair = (case.communities[a], case.communities[b])
            rows = (*case.rows_of("distrust", p, int(a), int(b)), *case.rows_of("before_share", p, int(a)))
            parts.append(Part("towards", pair, rows if known[own, other] else ()))
            if own != other and not known[own, other]:
                silent.append(f"perceptions.distrust {place}/{pair[0]}/{pair[1]}")
    if c.size < 2:
        silent.append(f"population.before_share {place} of a second community")
    values = people.mean_distrust(weight, shared.drawn.of("distrust", block), known)
    if values is None:
        return undefined("mean_distrust", SCALE, silent)
    return Parts("mean_distrust", SCALE, tuple(parts), values.reshape(values.shape[0], -1), tuple(silent))


def claim_index(shared: Shared, p: int) -> Parts:
    """Mean strength of the strongest claims of the two most claiming blocs."""
    case = shared.drawn.case
    claimants = [int(a) for a in np.flatnonzero(case.claims.exists[p].any(axis=1))]
    if not claimants:
        return undefined("claim_pressure", SCALE, (f"claims.strength {case.places[p]}",))
    claimants.sort(key=lambda a: case.actors[a])
    kinds = range(case.claims.shape[2])
    values = shared.drawn.of("claims", (p, claimants)).max(axis=2)
    parts = tuple(
        Part("actor", (case.actors[a],), tuple(row for k in kinds for row in case.rows_of("claims", p, a, int(k))))
        for a in claimants
    )
    silent = tuple(
        f"claims.strength {case.places[p]}/{case.actors[a]}" for a in claimants if case.claims.assumed[p, a].any()
    )
    return Parts("claim_pressure", SCALE, parts, people.claim_pressure(values, case.bloc[claimants]), silent)


def coverage(shared: Shared, p: int) -> Parts:
    """Two-level coverage: the mean over the four questions of the levels (of two) at which a deal in force holds.

    Source: model.md, 3 and 4 (a place's parties and their patrons must both ratify).
    """
    case = shared.drawn.case
    deals = [d for d, status in enumerate(case.deal_status) if status is DealStatus.IN_FORCE and case.covers[d, p]]
    values = np.zeros((shared.drawn.members.size, len(case.questions)))
    parts = []
    for q, question in enumerate(case.questions):
        here = [d for d in deals if case.covers_question[d, p, q]]
        if here:
            values[:, q] = shared.level[:, here, :].any(axis=1).sum(axis=1) / (2 * len(case.questions))
        rows = tuple(row for d in here for field in ("deal", "terms") for row in case.rows_of(field, d))
        parts.append(Part("question", (str(question),), rows))
    silent = tuple(f"deals.levels {case.deals[d]}" for d in deals if not case.level_known[d])
    return Parts("two_level_coverage", SHARE, tuple(parts), values, silent)

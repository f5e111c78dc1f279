"""The world at the start, one for each member: every uncertain input of the case drawn, every silence drawn over.

Arrays have the members innermost: (things, m). What the case gives as an interval is drawn in it (`CompiledCase`);
what it does not give at all, and the process cannot do without, is drawn over the whole scale under an address of its
own (`silent/...`): presence alone is never invented. `docs/why/simulation.md` lists the readings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import Bools, CompiledCase, DrawnCase, Floats, Ints, draw
from dayafter.indices.forces import DEFAULT_RIVALRY
from dayafter.priors import draw_frailty, standard_normals
from dayafter.priors.posterior import PLACE
from dayafter.seeding import stable_id, uniforms
from dayafter.simulation.layout import CLASSES, Layout, any_of
from dayafter.simulation.parameters import Parameters
from dayafter.vocabulary import AidKind

DUE_WITHIN: Final = 12.0
"""Months over which the date of a tranche without one is drawn."""


_Parts = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What a run starts from; read-only."""

    members: Ints  # (m,)
    log_rate: Floats  # (p, k, m) η_k + u_p + v_pk
    frailty: Floats  # (d, m) of the deal process
    share: Floats  # (S, m) of armed men, Σ over a place 1
    hostility: Floats  # (R, m) as stated or guessed; read only where hostility_given
    hostility_given: Bools  # (R,) else 1 − overlap, which moves with loyalty
    rivalry: Floats  # (R, m)
    external: Floats  # (p, m) hostility of a foreign state that acts there; 0 without
    command: Floats  # (a, m)
    loyalty: Floats  # (F, N + 1, m) shares, itself last
    claim: Floats  # (L, m)
    weight: Floats  # (C, m) share of the inhabitants before the war, Σ over a place 1
    distrust: Floats  # (Q, m)
    trust: Floats  # (T, m) of a cell in a slot
    represented: Floats  # (C, m)
    before: Floats  # (p, m) persons before the war
    home: Ints  # (C, m)
    displaced: Ints  # (C, m)
    left: Ints  # (C, m)
    dwellings: Floats  # (p, m) before the war
    destroyed: Floats  # (p, m) dwellings
    remnant_logit: Floats  # (p, m)
    holder: Ints  # (p, m) slot, −1 nobody
    in_force: Bools  # (d, m)
    kept: Floats  # (d, m)
    age: Floats  # (d, m) months
    form: Ints  # (d, m)
    level: Bools  # (d, 2, m)
    authored: Bools  # (d, m)
    assent: Floats  # (d, m)
    communities: Bools  # (d, m) themselves party
    commission: Bools  # (d, m)
    patron_assent: Floats  # (d, m) least assent of the patrons of its parties; 0.5 where none is stated
    acceptance: Floats  # (d, m) of a recorded guarantor by the party that accepts it least
    acceptance_given: Bools  # (d,)
    shock_month: Ints  # (shock, m) month in which a dated shock comes; 0 none
    shock_rate: Floats  # (shock, m) per month
    tranche_units: Ints  # (z, m) whole units of currency
    tranche_due: Ints  # (z, m) month
    credibility: Floats  # (g, m)
    fungibility: Floats  # (g, m)
    reach: Floats  # (g, m) share of a pledge that is spent in the places of the case
    part: Floats  # (g, p, m) share of a place in that, Σ over places 1 where it reaches any

    def __post_init__(self) -> None:
        for item in fields(self):
            getattr(self, item.name).flags.writeable = False


def _draw(world: DrawnCase, field: str, at: object = ()) -> Floats:
    """(*cells, m) of a field, members moved innermost."""
    return np.ascontiguousarray(np.moveaxis(world.of(field, at), 0, -1))


def _silent(world: DrawnCase, name: str, labels: list[str]) -> Floats:
    """(n, m) uniforms for what the case is silent about."""
    ids = np.array([stable_id(label) for label in labels], dtype=np.int64)
    return np.ascontiguousarray(uniforms(world.seed, f"silent/{name}", world.members, ids).T)


def sum_by(values: Floats, groups: Ints, n_groups: int) -> Floats:
    """(n, m): rows added up by group, in the order of the rows."""
    total = np.zeros((n_groups, values.shape[1]))
    for row in range(values.shape[0]):
        total[groups[row]] += values[row]
    return total


def draw_world(case: CompiledCase, layout: Layout, parameters: Parameters, seed: int, members: Ints) -> World:
    """Draw the start of the run for these members; the same for any chunking and any order of rows."""
    world = draw(case, seed, members)
    parts: _Parts = {"members": members}
    parts |= _forces(world, layout)
    parts |= _people(world, layout, parameters)
    parts |= _deals(world, layout)
    parts |= _means(world, layout, parts["destroyed"])
    parts["log_rate"] = _log_rates(world, layout, parameters)
    parts["frailty"] = np.ascontiguousarray(draw_frailty(parameters["frailty_sd"], seed, members, layout.deal_ids).T)
    parts["holder"] = _holders(case, layout, parts["share"])
    return World(**parts)


def _log_rates(world: DrawnCase, layout: Layout, parameters: Parameters) -> Floats:
    """η_k + u_p + v_pk: place effects are shared by classes, with a part of their own; a posterior moves them."""
    n_places = layout.place_ids.size
    of_place = standard_normals(world.seed, "effect/place", world.members, layout.place_ids).T
    of_class = standard_normals(world.seed, "effect/class", world.members, layout.class_ids).T
    for p, place in enumerate(world.case.places):
        of_place[p] = parameters.effects.get(f"{PLACE}{place}", of_place[p])
        for k, kind in enumerate(CLASSES):
            row = p * len(CLASSES) + k
            of_class[row] = parameters.effects.get(f"{PLACE}{place}/{kind.value}", of_class[row])
    log_rate = np.empty((n_places, len(CLASSES), world.members.size))
    for k, kind in enumerate(CLASSES):
        for p in range(n_places):
            log_rate[p, k] = (
                np.log(parameters[f"rate_{kind.value}"])
                + parameters["sd_place"] * of_place[p]
                + parameters["sd_place_class"] * of_class[p * len(CLASSES) + k]
            )
    return log_rate


def _forces(world: DrawnCase, layout: Layout) -> _Parts:
    case, m = world.case, world.members.size
    drawn = _draw(world, "presence", (layout.slot_place, layout.slot_actor))
    total = sum_by(drawn, layout.slot_place, len(case.places))[layout.slot_place]
    share = np.divide(drawn, total, out=np.zeros_like(drawn), where=total > 0)
    hostility, given = _hostility(world, layout)
    external = np.zeros((len(case.places), m))
    stated = _draw(world, "hostility")
    for s in range(layout.slot_place.size):
        p = layout.slot_place[s]
        for a in np.flatnonzero(case.foreign_state & case.present[p]):
            for target in layout.chains[layout.slot_actor[s]]:
                external[p] = np.maximum(external[p], stated[a, target] * (share[s] > 0))
    claims = _draw(world, "claims", (layout.claim_place, layout.claim_actor))
    return {
        "share": share,
        "hostility": hostility,
        "hostility_given": given,
        "rivalry": _rivalry(world, layout),
        "external": external,
        "command": _draw(world, "command"),
        "loyalty": _loyalty(world, layout),
        "claim": claims.max(axis=1) if claims.size else np.zeros((0, m)),
    }


def _local(case: CompiledCase, field: str) -> dict[tuple[int, int, int], int]:
    return {(int(p), int(a), int(b)): row for row, (p, a, b) in enumerate(getattr(case, f"{field}_at_index"))}


def _relation(world: DrawnCase, layout: Layout, field: str) -> tuple[Floats, Bools]:
    """(R, m) a relation of each pair as stated for the place, else for everywhere; and whether it is."""
    case = world.case
    exists = getattr(case, field).exists
    local, here = _local(case, field), _draw(world, f"{field}_at")
    everywhere = _draw(world, field)
    n_pairs = layout.pair_place.size
    values, given = np.zeros((n_pairs, world.members.size)), np.zeros(n_pairs, dtype=np.bool_)
    for r in range(n_pairs):
        a, b = int(layout.slot_actor[layout.pair_first[r]]), int(layout.slot_actor[layout.pair_second[r]])
        row = local.get((int(layout.pair_place[r]), min(a, b), max(a, b)))
        if row is not None:
            values[r], given[r] = here[row], True
        elif exists[a, b]:
            values[r], given[r] = everywhere[a, b], True
    return values, given


def _hostility(world: DrawnCase, layout: Layout) -> tuple[Floats, Bools]:
    """Stated hostility; a guess over the whole scale where loyalties cannot tell; else left to the overlap."""
    case = world.case
    values, given = _relation(world, layout, "hostility")
    known = case.has_loyalty
    for r in range(values.shape[0]):
        a, b = layout.slot_actor[layout.pair_first[r]], layout.slot_actor[layout.pair_second[r]]
        if not given[r] and not (known[a] and known[b]):
            pair = sorted((case.actors[a], case.actors[b]))
            ids = np.array([stable_id(*pair)], dtype=np.int64)
            values[r] = uniforms(world.seed, "input/hostility-silent", world.members, ids)[:, 0]
            given[r] = True
    return values, given


def _rivalry(world: DrawnCase, layout: Layout) -> Floats:
    values, given = _relation(world, layout, "rivalry")
    values[~given] = DEFAULT_RIVALRY
    return values


def _loyalty(world: DrawnCase, layout: Layout) -> Floats:
    """ℓ: loyalties with self = max(0, 1 − Σ L), scaled to sum to 1; as the assessment reads silence."""
    case = world.case
    drawn = _draw(world, "loyalty")
    n = layout.patron.size
    rows = np.zeros((layout.force_actor.size, n + 1, world.members.size))
    position = {int(case.patron_actor[patron]): number for number, patron in enumerate(layout.patron)}
    for f, a in enumerate(layout.force_actor):
        top = position.get(layout.chains[a][-1])
        if not case.has_loyalty[a] and top is not None:
            rows[f, top] = 1
            continue
        total = np.zeros(world.members.size)
        for number, patron in enumerate(layout.patron):
            rows[f, number] = drawn[a, patron]
            total = total + drawn[a, patron]
        rows[f, n] = np.maximum(0, 1 - total)
        rows[f] /= total + rows[f, n]
    return rows


def _holders(case: CompiledCase, layout: Layout, share: Floats) -> Ints:
    """Slot of the largest share among those who hold or share a place, the first by label; −1 where nobody does."""
    holder = np.full((len(case.places), share.shape[1]), -1, dtype=np.int64)
    best = np.full(holder.shape, -1.0)
    for s in range(share.shape[0]):
        p = layout.slot_place[s]
        if case.holds[p, layout.slot_actor[s]]:
            better = share[s] > best[p]
            holder[p] = np.where(better, s, holder[p])
            best[p] = np.where(better, share[s], best[p])
    return holder


def _people(world: DrawnCase, layout: Layout, parameters: Parameters) -> _Parts:
    case, at = world.case, (layout.cell_place, layout.cell_community)
    labels = [f"{case.places[p]}/{case.communities[c]}" for p, c in zip(*at, strict=True)]
    drawn_share = _draw(world, "before_share", at)
    total = sum_by(drawn_share, layout.cell_place, len(case.places))[layout.cell_place]
    weight = np.divide(drawn_share, total, out=np.zeros_like(drawn_share), where=total > 0)
    home, displaced, left = _stocks(world, layout, weight, labels)
    living = (home + displaced + left).astype(np.float64)
    known = case.population_before.exists[:, None]
    before = np.where(known, _draw(world, "population_before"), sum_by(living, layout.cell_place, len(case.places)))
    damage = np.where(
        case.destroyed_share.exists[:, None],
        _draw(world, "destroyed_share"),
        _silent(world, "destroyed_share", list(case.places)),
    )
    dwellings = before / parameters["persons_per_dwelling"]
    represented = _or_silent(world, "represented", at, labels)
    start = np.log(parameters["remnant_start"] / (1 - parameters["remnant_start"]))
    return {
        "weight": weight,
        "home": home,
        "displaced": displaced,
        "left": left,
        "before": before,
        "dwellings": dwellings,
        "destroyed": dwellings * damage,
        "represented": represented,
        "distrust": _distrust(world, layout, labels),
        "trust": _trust(world, layout, labels),
        "remnant_logit": np.broadcast_to(start, before.shape).copy(),
    }


def _or_silent(world: DrawnCase, field: str, at: tuple[Ints, ...], labels: list[str]) -> Floats:
    exists = getattr(world.case, field).exists[at]
    return np.where(exists[:, None], _draw(world, field, at), _silent(world, field, labels))


def _stocks(world: DrawnCase, layout: Layout, weight: Floats, labels: list[str]) -> tuple[Ints, Ints, Ints]:
    """Persons at home, displaced and gone for good, as whole numbers.

    A stock that the case does not give is what the inhabitants before the war leave over; where neither those at home
    nor those displaced are given, they are parted at a share drawn over the whole scale.
    """
    case, at = world.case, (layout.cell_place, layout.cell_community)
    given = {name: getattr(case, f"persons_{name}").exists[at][:, None] for name in ("present", "displaced", "left")}
    persons = {name: _draw(world, f"persons_{name}", at) for name in given}
    before = _draw(world, "population_before")[layout.cell_place] * weight
    left = np.where(given["left"], persons["left"], 0.0)
    rest = np.maximum(before - left, 0)
    part = _silent(world, "at_home", labels)
    home = np.where(given["displaced"], np.maximum(rest - persons["displaced"], 0), rest * part)
    home = np.where(given["present"], persons["present"], home)
    away = np.where(given["displaced"], persons["displaced"], np.maximum(rest - home, 0))
    return tuple(np.floor(one + 0.5).astype(np.int64) for one in (home, away, left))  # type: ignore[return-value]  # three


def _distrust(world: DrawnCase, layout: Layout, labels: list[str]) -> Floats:
    place, own = layout.q_place, layout.cell_community[layout.q_from]
    other = layout.cell_community[layout.q_to]
    names = [f"{labels[i]}/{world.case.communities[c]}" for i, c in zip(layout.q_from, other, strict=True)]
    return _or_silent(world, "distrust", (place, own, other), names)


def _trust(world: DrawnCase, layout: Layout, labels: list[str]) -> Floats:
    """Trust of a community in an armed actor: 1 − distrust of it, or of the nearest above it that is on record."""
    case = world.case
    trust = np.empty((layout.trust_cell.size, world.members.size))
    for row, (cell, slot) in enumerate(zip(layout.trust_cell, layout.trust_slot, strict=True)):
        p, c, actor = layout.cell_place[cell], layout.cell_community[cell], layout.slot_actor[slot]
        seen = [a for a in layout.chains[actor] if case.distrust_of_actor.exists[p, c, a]]
        if seen:
            trust[row] = 1 - world.of("distrust_of_actor", (p, c, [seen[0]]))[:, 0]
        else:
            trust[row] = _silent(world, "trust", [f"{labels[cell]}/{case.actors[actor]}"])[0]
    return trust


def _deals(world: DrawnCase, layout: Layout) -> _Parts:
    case, m = world.case, world.members.size
    steps = (case.form_high - case.form_low + 1)[:, None]
    u = uniforms(world.seed, "input/form", world.members, layout.deal_ids).T
    form = case.form_low[:, None] + np.floor(u * steps).astype(np.int64)
    level = np.broadcast_to(case.level[:, :, None], (*case.level.shape, m)).copy()
    either = uniforms(world.seed, "input/level", world.members, layout.deal_ids).T
    silent = ~case.level_known
    level[silent, 0] = either[silent] < 2 / 3
    level[silent, 1] = either[silent] >= 1 / 3
    in_force = np.array([status.value == "in-force" for status in case.deal_status], dtype=np.bool_)
    authored = world.flag("imposed").T.copy()
    acceptance, accepted = _acceptance(world)
    return {
        "in_force": np.broadcast_to(in_force[:, None], (len(case.deals), m)).copy(),
        "kept": _draw(world, "kept_share"),
        "age": _draw(world, "age_months"),
        "form": form,
        "level": level,
        "authored": authored,
        "assent": _draw(world, "local_assent"),
        "communities": world.flag("residents_party").T.copy(),
        "commission": world.flag("commission").T.copy(),
        "patron_assent": _patron_assent(world, layout),
        "acceptance": acceptance,
        "acceptance_given": accepted,
    }


def _patron_assent(world: DrawnCase, layout: Layout) -> Floats:
    """Least stated assent of the patrons of its parties; a half, where the hazard is quoted, if none is stated."""
    case = world.case
    stated = _draw(world, "deal_assent")
    least = np.full((len(case.deals), world.members.size), 0.5)
    for d in range(len(case.deals)):
        patrons = [int(case.patron_actor[n]) for n in np.flatnonzero(layout.patron_tied[d])]
        known = [a for a in patrons if case.deal_assent.exists[d, a]]
        for number, a in enumerate(known):
            least[d] = stated[d, a] if number == 0 else np.minimum(least[d], stated[d, a])
    return least


def _acceptance(world: DrawnCase) -> tuple[Floats, Bools]:
    """How far the party that accepts it least accepts a guarantor on record, and whether anybody said."""
    case = world.case
    drawn = _draw(world, "acceptance")
    least, given = np.ones((len(case.deals), world.members.size)), np.zeros(len(case.deals), dtype=np.bool_)
    for e in range(len(case.engagements)):
        if not (case.engagement_current[e] and case.engagement_on_deal[e]):
            continue
        if case.engagement_role[e].value != "guarantor":
            continue
        d = int(case.engagement_deal[e])
        for a in np.flatnonzero(case.acceptance.known[e] & case.signs[d]):
            least[d], given[d] = np.minimum(least[d], drawn[e, a]), True
    return least, given


def _means(world: DrawnCase, layout: Layout, destroyed: Floats) -> _Parts:
    case, m = world.case, world.members.size
    due = np.where(
        case.tranche_due.exists[:, None],
        _draw(world, "tranche_due"),
        DUE_WITHIN * _silent(world, "due", list(case.tranche_label)),
    )
    amount = np.floor(_draw(world, "aid_amount") + 0.5)
    share = _draw(world, "tranche_share")
    units = np.floor(amount[case.tranche_aid] * share + 0.5) * ~case.tranche_paid[:, None]
    stated = any_of(case.aid_places, 1)
    budget = np.array([kind is AidKind.LOAN for kind in case.aid_kind], dtype=np.bool_)
    reach = np.where(stated[:, None], 1.0, np.where(budget[:, None], 0.0, _silent(world, "reach", list(case.aid))))
    part = np.zeros((len(case.aid), len(case.places), m))
    for g in range(len(case.aid)):
        wanted = np.where((case.aid_places[g] if stated[g] else ~case.is_national)[:, None], destroyed, 0.0)
        whole = np.zeros(m)
        for p in layout.place_order:
            whole = whole + wanted[p]
        part[g] = np.divide(wanted, whole, out=np.zeros_like(wanted), where=whole > 0)
    given = case.shock_due.exists[:, None]
    shock_month = np.where(given, np.floor(_draw(world, "shock_due")) + 1, 0).astype(np.int64)
    both = (case.aid_credibility.exists[:, None], case.aid_fungibility.exists[:, None])
    return {
        "tranche_units": units.astype(np.int64),
        "tranche_due": np.floor(due).astype(np.int64) + 1,
        "reach": reach,
        "part": part,
        "shock_month": shock_month,
        "shock_rate": _draw(world, "shock_rate"),
        "credibility": np.where(both[0], _draw(world, "aid_credibility"), -1.0),
        "fungibility": np.where(both[1], _draw(world, "aid_fungibility"), -1.0),
    }


def fill_money(world: World, parameters: Parameters) -> tuple[Floats, Floats]:
    """(g, m) credibility of withholding and fungibility: the case's, else the prior's."""
    return (
        np.where(world.credibility < 0, parameters["credibility"], world.credibility),
        np.where(world.fungibility < 0, parameters["fungibility"], world.fungibility),
    )

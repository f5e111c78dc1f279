"""Actors, whom they answer to, where they stand, and how they stand to one another."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dayafter.arrays import CLAIM_KINDS, Ints, RowKey
from dayafter.casefile.schema import Actor, Presence, Relation
from dayafter.compiler.builders import Axes, Field, build_flags, empty_bools, is_current, key_of, root_of
from dayafter.quantities import Quantity
from dayafter.vocabulary import ActorKind, PresenceRole, RelationKind, YesNo

_HOLDING: Final = (PresenceRole.HOLDS, PresenceRole.SHARES)
_CLAIMANT: Final = (*_HOLDING, PresenceRole.CHALLENGES)
_ROLE_ORDER: Final = tuple(PresenceRole)
_ARMED_KINDS: Final = (ActorKind.MILITIA, ActorKind.LOCAL_FORCE, ActorKind.INSURGENT)
_UNARMED_KINDS: Final = (
    ActorKind.DONOR,
    ActorKind.LOCAL_GOVERNMENT,
    ActorKind.CIVIL_SOCIETY,
    ActorKind.OFFICE,
    ActorKind.INTERNATIONAL,
)
_RIVALRY_FLOOR: Final = 0.15
"""Rivalry where none is stated (model notes, 2.1); a stated one of unknown degree is at least that."""


def armed_answer(actor: Actor) -> YesNo | None:
    """Whether an actor is armed: as stated, else as its kind says where the kind leaves no doubt."""
    if actor.armed is not None:
        return actor.armed
    if actor.kind in _ARMED_KINDS:
        return YesNo.YES
    return YesNo.NO if actor.kind in _UNARMED_KINDS else None


def compile_actors(axes: Axes) -> tuple[dict[str, Any], dict[str, Field]]:
    """Parents, command, blocs, arms and loyalties."""
    actors, n_actors = axes.case.actors, len(axes.actors)
    parents = {row.id: row.parent for row in actors}
    roots = [root_of(row.id, parents) for row in actors]
    blocs = tuple(row.id for row in actors if row.id in roots)
    parent, has_parent = np.zeros(n_actors, dtype=np.int64), empty_bools(n_actors)
    command = Field("command", (n_actors,))
    for number, row in enumerate(actors):
        if row.parent is None:
            continue
        parent[number], has_parent[number] = axes.find("actors", row.parent, f"actor {row.id}"), True
        command.put((number,), row.command, row.id, key_of("actors", row))
        command.assume((number,), 0, 1, row.id)
    loyalty = Field("loyalty", (n_actors, len(axes.patrons)))
    has_loyalty = empty_bools(n_actors)
    for bond in sorted(axes.case.loyalties, key=lambda row: row.key):
        a, n = axes.find("actors", bond.actor, f"loyalty {bond.key}"), axes.find("patrons", bond.patron, bond.key)
        loyalty.put((a, n), bond.loyalty, bond.key, key_of("loyalties", bond))
        has_loyalty[a] = True
    for patron, n in axes.patrons.items():  # a patron answers to itself, unless rows say to whom else
        a = axes.actors[patron]
        if not has_loyalty[a]:
            loyalty.put((a, n), Quantity.point(1), patron)
            has_loyalty[a] = True
    values = {
        "blocs": blocs,
        "parent": parent,
        "has_parent": has_parent,
        "bloc": np.array([blocs.index(root) for root in roots], dtype=np.int64),
        "armed": build_flags("armed", [(row.id, armed_answer(row)) for row in actors]),
        "patron_actor": np.array([axes.actors[label] for label in axes.patrons], dtype=np.int64),
        "has_loyalty": has_loyalty,
    }
    return values, {"command": command, "loyalty": loyalty}


def compile_presence(axes: Axes) -> tuple[dict[str, Any], dict[str, Field], list[RowKey]]:
    """Who is where. An actor in several parts of one place counts once, with the first strength in order of roles."""
    shape = (len(axes.places), len(axes.actors))
    present, holds, remnant = empty_bools(*shape), empty_bools(*shape), empty_bools(*shape)
    strength = Field("presence", shape)
    left_out, silent = [], []
    for row in sorted(axes.case.presence, key=lambda row: (_ROLE_ORDER.index(row.role), row.key)):
        a = axes.find("actors", row.actor, f"presence {row.key}")
        if row.place not in axes.places:
            left_out.append(key_of("presence", row))
            continue
        if row.role is PresenceRole.WITHDREW or not is_current(row.since, row.until, axes.as_of):
            continue
        cell = (axes.places[row.place], a)
        if row.role is PresenceRole.REMNANT:
            remnant[cell] = True
            strength.put(cell, None, row.key, key_of("presence", row))
            continue
        present[cell] = True
        holds[cell] |= row.role in _HOLDING
        strength.put(cell, row.strength, f"{row.place}/{row.actor}", key_of("presence", row))
        if _lacks_strength(row, armed_answer(axes.case.actors[a])):
            silent.append((cell, row))
    _assume_strengths(strength, silent)
    return {"present": present, "holds": holds, "remnant": remnant}, {"presence": strength}, left_out


def _lacks_strength(row: Presence, armed: YesNo | None) -> bool:
    return row.strength is None and row.role in _CLAIMANT and armed in (YesNo.YES, YesNo.DISPUTED)


def _assume_strengths(strength: Field, silent: list[tuple[tuple[int, int], Presence]]) -> None:
    """An armed claimant of unknown strength has anything from nothing to what the known ones leave at the least."""
    floor: dict[int, float] = {}
    for (place, _), (value, _, _) in strength.cells.items():
        floor[place] = floor.get(place, 0.0) + value.low
    for cell, row in silent:
        if cell[0] in floor:  # no strength at all in a place: no account, and no index
            strength.assume(cell, 0, max(1 - floor[cell[0]], 0), f"{row.place}/{row.actor}")


def compile_relations(axes: Axes) -> tuple[dict[str, Any], dict[str, Field]]:
    """Hostility and rivalry as stated, for everywhere and for one place. An alliance is hostility turned round."""
    values: dict[str, Any] = {}
    fields: dict[str, Field] = {}
    for name, kinds in {
        "hostility": (RelationKind.HOSTILITY, RelationKind.ALLIANCE),
        "rivalry": (RelationKind.RIVALRY,),
    }.items():
        everywhere = Field(name, (len(axes.actors), len(axes.actors)))
        local: dict[tuple[int, int, int], tuple[Relation, Quantity, bool]] = {}
        ordered = sorted(
            axes.case.relations, key=lambda row: (kinds.index(row.kind) if row.kind in kinds else 9, row.key)
        )
        for row in ordered:
            if row.kind not in kinds or not is_current(row.since, row.until, axes.as_of):
                continue
            a, b = (axes.find("actors", label, f"relation {row.key}") for label in (row.actor, row.other))
            value, is_assumed = _degree(row)
            if row.place is None:
                for cell in ((a, b), (b, a)):
                    _put_degree(everywhere, cell, row, value, is_assumed=is_assumed)
            elif row.place in axes.places:
                local.setdefault((axes.places[row.place], min(a, b), max(a, b)), (row, value, is_assumed))
        at = Field(f"{name}_at", (len(local),))
        for number, (row, value, is_assumed) in enumerate(local.values()):
            _put_degree(at, (number,), row, value, is_assumed=is_assumed)
        index: Ints = np.array(list(local), dtype=np.int64).reshape(len(local), 3)
        values[f"{name}_at_index"] = index
        fields |= {name: everywhere, f"{name}_at": at}
    return values, fields


def _put_degree(field: Field, cell: tuple[int, ...], row: Relation, value: Quantity, *, is_assumed: bool) -> None:
    label = "/".join((*sorted((row.actor, row.other)), row.place or ""))
    field.put(cell, None if is_assumed else value, label, key_of("relations", row))
    if is_assumed:
        field.assume(cell, value.low, value.high, label)


def _degree(row: Relation) -> tuple[Quantity, bool]:
    """Degree of hostility or rivalry, and whether it is assumed because the row gives none."""
    stated = row.strength
    if row.kind is RelationKind.ALLIANCE:
        if stated is None:
            return Quantity(0, 0.5), True
        best = None if stated.best is None else 1 - stated.best
        return Quantity(1 - stated.high, 1 - stated.low, best), False
    if stated is None:
        return Quantity(_RIVALRY_FLOOR if row.kind is RelationKind.RIVALRY else 0.5, 1), True
    return stated, False


def compile_claims(axes: Axes) -> tuple[dict[str, Field], list[RowKey]]:
    """Claims by place, actor and kind. A claim without a degree is drawn over the whole scale."""
    field = Field("claims", (len(axes.places), len(axes.actors), len(CLAIM_KINDS)))
    left_out = []
    for row in sorted(axes.case.claims, key=lambda row: row.key):
        a = axes.find("actors", row.actor, f"claim {row.key}")
        if row.place not in axes.places:
            left_out.append(key_of("claims", row))
            continue
        cell = (axes.places[row.place], a, CLAIM_KINDS.index(row.kind))
        field.put(cell, row.strength, row.key, key_of("claims", row))
        field.assume(cell, 0, 1, row.key)
    return {"claims": field}, left_out

"""What moves from month to month, and what a run leaves behind. Members innermost: (things, m)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.simulation.layout import CLASSES, Layout
from dayafter.simulation.memory import together
from dayafter.simulation.parameters import Parameters
from dayafter.simulation.policies import Schedule
from dayafter.simulation.world import World

N_LAGS: Final = 3


@dataclass(slots=True, eq=False)
class State:
    """Everything that the next month depends on. Steps change it in place, in the order of the model page."""

    lags: Floats  # (3, p, k, m) events one, two and three months ago
    violence: Floats  # (p, k, m) V = 0.6 V + 0.4 N, smoothed events a month
    bump: Floats  # (p, m) ω, log rate, after breakdowns
    in_force: Bools  # (d, m)
    age: Floats  # (d, m) months of this spell
    spell: Ints  # (d, m) how many times the deal has been made; 0 or 1 at the start
    kept: Floats  # (d, m) 0 to 1, share of the terms due
    form: Ints  # (d, m) 0 understood to 3 ratified
    level: Bools  # (d, 2, m) local, national
    authored: Bools  # (d, m) imposed from outside
    communities: Bools  # (d, m) themselves party
    fresh: Bools  # (d, m) signed last month: members may leave
    signs: Bools  # (d, a, m)
    honesty: Floats  # (d, m) 0 to 1, of the third party on the deal, as the sides see it
    third_came: Bools  # (d, m) a third party has been there
    failed: Ints  # (d, m) months of talks without success
    grievance: Floats  # (d, m) rise of the reservation values of those once betrayed, utility
    precedent: Ints  # (d, m) months for which the breakdown of an akin deal still tells
    broken: Ints  # (d, m) months for which its own breakdown still counts against a security condition
    command: Floats  # (a, m) 0 to 1
    share: Floats  # (S, m) of armed men
    holder: Ints  # (p, m) slot, −1 nobody
    claim: Floats  # (L, m) 0 to 1
    loyalty: Floats  # (F, N + 1, m) shares
    distrust: Floats  # (Q, m) 0 to 1
    trust: Floats  # (T, m) 0 to 1, before abandonment is taken off
    deficit: Floats  # (T, m) 0 to 1, share of trust lost by abandonment
    expect: Floats  # (C, m) 0 to 1
    home: Ints  # (C, m) persons
    displaced: Ints  # (C, m) persons
    left: Ints  # (C, m) persons, for good
    return_flow: Floats  # (p, m) last month's returns over the population before the war
    destroyed: Floats  # (p, m) dwellings
    represented: Floats  # (C, m) 0 to 1
    remnant_logit: Floats  # (p, m)
    broker: Bools  # (b, m) still at it
    aid_a_head: Floats  # (p, m) currency a head last month
    pending: Ints  # (z, m) units not yet decided on
    flowing: Ints  # (z, m) units released and not yet handed out
    rate_out: Ints  # (z, m) units handed out a month
    withheld: Ints  # (z, m) units
    captured: Ints  # (z, m) units
    elsewhere: Ints  # (z, m) units spent outside the places of the case, or beyond what is destroyed
    on_repair: Ints  # (z, m) units
    fiscal: Ints  # (m,) months since the budget was last hit
    burden: Floats  # (m,) 0 to 1, what economic conditions cost those who pay
    overflow: Bools  # (m,) a count reached the cap


def start_state(case: CompiledCase, world: World, parameters: Parameters, schedule: Schedule) -> State:
    """The state before month 1. Violence starts at rest: the case's incidents do not enter."""
    m, p, d, k = world.members.size, len(case.places), len(case.deals), len(CLASSES)
    honesty = parameters["honesty_start"] * np.where(schedule.conflicted, 0.5, 1.0)[:, None]
    zeros = np.zeros((len(case.tranche_label), m), dtype=np.int64)
    achieved = at_home_share(world.home, world.displaced)
    return State(
        lags=np.zeros((N_LAGS, p, k, m)),
        violence=np.zeros((p, k, m)),
        bump=np.zeros((p, m)),
        in_force=world.in_force.copy(),
        age=world.age.copy(),
        spell=world.in_force.astype(np.int64),
        kept=world.kept.copy(),
        form=world.form.copy(),
        level=world.level.copy(),
        authored=world.authored.copy(),
        communities=world.communities.copy(),
        fresh=np.zeros((d, m), dtype=np.bool_),
        signs=np.broadcast_to(case.signs[:, :, None], (*case.signs.shape, m)).copy(),
        honesty=honesty.copy(),
        third_came=np.zeros((d, m), dtype=np.bool_),
        failed=np.zeros((d, m), dtype=np.int64),
        grievance=np.zeros((d, m)),
        precedent=np.zeros((d, m), dtype=np.int64),
        broken=np.zeros((d, m), dtype=np.int64),
        command=world.command.copy(),
        share=world.share.copy(),
        holder=world.holder.copy(),
        claim=world.claim.copy(),
        loyalty=world.loyalty.copy(),
        distrust=world.distrust.copy(),
        trust=world.trust.copy(),
        deficit=np.zeros_like(world.trust),
        expect=(1 + achieved) / 2,  # hopes that the freeing raised: half-way to all being well
        home=world.home.copy(),
        displaced=world.displaced.copy(),
        left=world.left.copy(),
        return_flow=np.zeros((p, m)),
        destroyed=world.destroyed.copy(),
        represented=world.represented.copy(),
        remnant_logit=world.remnant_logit.copy(),
        broker=np.ones((len(case.brokers), m), dtype=np.bool_),
        aid_a_head=np.zeros((p, m)),
        pending=world.tranche_units.copy(),
        flowing=zeros.copy(),
        rate_out=zeros.copy(),
        withheld=zeros.copy(),
        captured=zeros.copy(),
        elsewhere=zeros.copy(),
        on_repair=zeros.copy(),
        fiscal=np.full(m, 99, dtype=np.int64),
        burden=np.zeros(m),
        overflow=np.zeros(m, dtype=np.bool_),
    )


def at_home_share(home: Ints, displaced: Ints) -> Floats:
    """Share at home: home / (home + displaced); 1 where there is nobody."""
    whole = (home + displaced).astype(np.float64)
    return np.divide(home.astype(np.float64), whole, out=np.ones_like(whole), where=whole > 0)


DIMS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "events": (("month", "place", "class", "member"), "events"),
    "deaths": (("month", "place", "class", "member"), "persons"),
    "recorded": (("month", "place", "class", "member"), "events in UCDP GED"),
    "holder": (("month", "place", "member"), "actor, −1 nobody"),
    "change_fought": (("month", "place", "member"), "yes or no"),
    "change_unopposed": (("month", "place", "member"), "yes or no"),
    "home": (("month", "cell", "member"), "persons"),
    "displaced": (("month", "cell", "member"), "persons"),
    "left": (("month", "cell", "member"), "persons"),
    "returned": (("month", "cell", "member"), "persons in the month"),
    "fled": (("month", "cell", "member"), "persons in the month"),
    "in_force": (("month", "deal", "member"), "yes or no"),
    "made": (("month", "deal", "member"), "yes or no, in the month"),
    "ended_by": (("month", "deal", "member"), "0 not ended; 1 outsider, 2 signatory, 3 patron, 4 shock"),
    "upgraded": (("month", "deal", "member"), "yes or no, in the month"),
    "kept": (("month", "deal", "member"), "share of the terms due"),
    "released": (("month", "aid", "member"), "currency, to date"),
    "withheld": (("month", "aid", "member"), "currency, to date"),
    "captured": (("month", "aid", "member"), "currency, to date"),
    "destroyed": (("month", "place", "member"), "dwellings"),
    "repaired": (("month", "place", "member"), "dwellings, to date"),
    "remnant": (("month", "place", "member"), "0 to 1"),
    "claim": (("month", "place", "member"), "0 to 1"),
    "distrust": (("month", "place", "member"), "0 to 1"),
    "exclusion": (("month", "place", "member"), "0 to 1"),
}
"""Every field of `Paths` with its axes and unit. The first nineteen and the money are the four channels; the last four
are states that explain them."""


@dataclass(slots=True, eq=False)
class Paths:
    """One policy's futures. Axes and units in `DIMS`; four channels, never one index.

    Violence: events, deaths, recorded. Control: holder and changes. Population: by cell, a community in a place.
    Implementation: deals, money, repair.
    """

    policy: str
    places: tuple[str, ...]
    classes: tuple[str, ...]
    actors: tuple[str, ...]
    deals: tuple[str, ...]
    aid: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    """Place and community of each cell."""
    members: Ints
    events: Ints
    deaths: Ints
    recorded: Ints
    holder: Ints
    change_fought: Bools
    change_unopposed: Bools
    home: Ints
    displaced: Ints
    left: Ints
    returned: Ints
    fled: Ints
    in_force: Bools
    made: Bools
    ended_by: Ints
    upgraded: Bools
    kept: Floats
    released: Ints
    withheld: Ints
    captured: Ints
    destroyed: Floats
    repaired: Floats
    remnant: Floats
    claim: Floats
    distrust: Floats
    exclusion: Floats
    radius: Floats
    """(m,) spectral radius of the branching matrix."""
    explosive: Bools
    """(m,) radius of 1 or more, under every policy alike."""
    overflow: Bools
    """(m,) a month's count reached the cap."""

    @property
    def gone_wrong(self) -> Bools:
        """(m,) outside what the process is about, by their parameters: left out of every number, counted, reported."""
        return self.explosive

    @property
    def at_cap(self) -> Bools:
        """(m,) a count reached the cap for all that: in every number, at the cap, counted and reported."""
        return self.overflow & ~self.explosive

    def dims(self, field: str) -> tuple[str, ...]:
        """Axes of a field."""
        return DIMS[field][0]

    def unit(self, field: str) -> str:
        """Unit of a field."""
        return DIMS[field][1]


_KINDS: Final = {
    **dict.fromkeys(("change_fought", "change_unopposed", "in_force", "made", "upgraded"), np.bool_),
    **dict.fromkeys(("kept", "destroyed", "repaired", "remnant", "claim", "distrust", "exclusion"), np.float64),
}


def empty_paths(case: CompiledCase, layout: Layout, world: World, policy: str, *, months: int, radius: Floats) -> Paths:
    """Room for a run."""
    sizes = {
        "month": months,
        "place": len(case.places),
        "class": len(CLASSES),
        "member": world.members.size,
        "cell": layout.cell_place.size,
        "deal": len(case.deals),
        "aid": len(case.aid),
    }
    room = together(
        {name: (tuple(sizes[axis] for axis in axes), _KINDS.get(name, np.int64)) for name, (axes, _) in DIMS.items()}
    )
    cells = zip(layout.cell_place, layout.cell_community, strict=True)
    return Paths(
        policy=policy,
        places=case.places,
        classes=tuple(kind.value for kind in CLASSES),
        actors=case.actors,
        deals=case.deals,
        aid=case.aid,
        cells=tuple((case.places[p], case.communities[c]) for p, c in cells),
        members=world.members,
        radius=radius,
        explosive=radius >= 1,
        overflow=np.zeros(world.members.size, dtype=np.bool_),
        **room,
    )


def room_for(  # noqa: PLR0917  # as `empty_paths`, and what may be written over
    spare: Paths | None,
    case: CompiledCase,
    layout: Layout,
    world: World,
    policy: str,
    months: int,
    radius: Floats,
) -> Paths:
    """Room for a run: `spare`, wiped, or fresh. ValueError where the spare paths have another shape."""
    if spare is None:
        return empty_paths(case, layout, world, policy, months=months, radius=radius)
    if spare.events.shape != (months, len(case.places), len(CLASSES), world.members.size):
        raise ValueError(f"paths of the shape {spare.events.shape} cannot hold this run; pass none")
    for name in DIMS:
        getattr(spare, name).fill(0)
    overflow = np.zeros(world.members.size, dtype=np.bool_)
    return replace(spare, policy=policy, members=world.members, radius=radius, explosive=radius >= 1, overflow=overflow)


def copy_of(state: State) -> State:
    """A state of its own, for steps tried out."""
    return State(**{item.name: getattr(state, item.name).copy() for item in fields(State)})


__all__ = ["DIMS", "N_LAGS", "Paths", "State", "at_home_share", "copy_of", "empty_paths", "room_for", "start_state"]

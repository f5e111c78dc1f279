"""From a case to bargaining problems: who is at the table of which places, and their stakes in each draw.

Who must agree in a place: those whom its deals name as needed or as parties (deals that ended apart); without such a
deal, all who have a position there. An actor without a position speaks through the nearest above it. Patrons to whom
one of them gives at least 0.3 of its loyalty must ratify too (model notes, 6). A patron or party without any recorded
position is listed as silent: nothing is made up for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, DrawnCase, Floats, Ints, Uncertain, draw, inverse_cdf
from dayafter.errors import UsageError
from dayafter.indices.forces import loyalty_profile
from dayafter.seeding import stable_id, uniforms
from dayafter.settlement.backing import Backing, backing_of
from dayafter.settlement.bargain import (
    Bargain,
    Role,
    Slot,
    closeness,
    crossed_lines,
    frozen_arrays,
    weights_of,
)
from dayafter.settlement.reservation import Ensemble, NoDeal, contest, ensemble_value, handed_in, status_quo
from dayafter.vocabulary import DealStatus

RATIFIES: Final = 0.3
"""Share of a party's loyalty from which its patron must ratify (model notes, 6)."""
COST: Final = (0.0, 0.05, 0.15)
"""What a fight costs, as a share of all that a party cares about: least, best, most. Assumed; the best value is the one
that the simulation's own surplus takes for having no deal."""
UNSTATED: Final = 0.5
"""Salience or capability that a position does not state. Assumed."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The table: who sits there, about what. No numbers that are uncertain."""

    places: tuple[str, ...]
    slots: tuple[Slot, ...]
    slot_index: Ints  # (k, 2) place and issue in the case
    options: tuple[tuple[str, ...], ...]
    position: Floats  # (k, o)
    available: Bools  # (k, o)
    parties: tuple[str, ...]
    actor: Ints  # (j,) in the case
    roles: tuple[Role, ...]
    veto: Bools  # (j,)
    stake: Bools  # (j, k)
    silent: tuple[str, ...]
    """Must agree, and the record holds no position of theirs in the place nor of anyone above them."""
    spoken_for: tuple[tuple[str, str], ...]
    """Actor without a position, and who speaks for it."""
    without_options: tuple[Slot, ...]
    """Issues that somebody has a position on and the case gives no options for: they cannot be bargained over."""

    def __post_init__(self) -> None:
        frozen_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class Stakes:
    """What the parties want, care about and can do, in each draw. Arrays (m, j, k) unless said; 0 without a stake."""

    ideal: Floats
    salience: Floats
    capability: Floats
    below: Floats
    above: Floats
    has_below: Bools  # (j, k)
    has_above: Bools  # (j, k)
    holding: Floats
    cost: Floats  # (m, j)
    payment: Floats  # (m, j, k, o) what money tied to a term adds to an option
    spares: Floats  # (m, j) what a guarantee adds to any deal
    deters: Floats  # (m, j) what guarantors take from a breaker
    command: Floats  # (m, j), read only where the party has a parent

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return int(self.ideal.shape[0])


def frame_of(case: CompiledCase, places: Sequence[str]) -> Frame:
    """Lay the table for these places, jointly.

    Raises
    ------
    UsageError : a place is not among the assessed ones, or none is named, or one twice.
    """
    for place in places:
        if place not in case.places:
            raise UsageError(f"'{place}' is not an assessed place of the case; choose among {', '.join(case.places)}")
    if not places or len(dict.fromkeys(places)) != len(places):
        raise UsageError("name at least one place, and each place once")
    where = [case.places.index(place) for place in places]
    stated = {p: case.ideal.known[p] | case.ideal.assumed[p] for p in where}
    cells = [(p, i) for p in where for i in range(len(case.issues)) if stated[p][:, i].any()]
    slots = [cell for cell in cells if case.options and case.options[cell[1]]]
    without = tuple(Slot(case.places[p], case.issues[i]) for p, i in cells if (p, i) not in slots)
    actors = [a for a in range(len(case.actors)) if any(stated[p][a, i] for p, i in slots)]
    needed: dict[int, None] = {}
    silent: dict[str, None] = {}
    spoken: dict[tuple[str, str], None] = {}
    patrons: dict[int, None] = {}
    for p in where:
        for a in _must_agree(case, p, stated[p]):
            _admit(case, stated[p], a, needed, silent, spoken)
            for n in _patrons_of(case, a):
                patrons[n] = None
                if stated[p][n].any():
                    needed[n] = None
                elif not any(stated[other][n].any() for other in where):
                    silent[case.actors[n]] = None
    width = max((len(case.options[i]) for _, i in slots), default=0)
    position, available = np.zeros((len(slots), width)), np.zeros((len(slots), width), dtype=np.bool_)
    for k, (_, i) in enumerate(slots):
        position[k, : len(case.options[i])] = case.option_position[i]
        available[k, : len(case.options[i])] = True
    veto = np.array([a in needed for a in actors], dtype=np.bool_)
    return Frame(
        places=tuple(places),
        slots=tuple(Slot(case.places[p], case.issues[i]) for p, i in slots),
        slot_index=np.array(slots, dtype=np.int64).reshape(len(slots), 2),
        options=tuple(case.options[i] for _, i in slots),
        position=position,
        available=available,
        parties=tuple(case.actors[a] for a in actors),
        actor=np.array(actors, dtype=np.int64),
        roles=tuple(
            Role.OUTSIDER if a not in needed else Role.PATRON if a in patrons else Role.SIGNATORY for a in actors
        ),
        veto=veto,
        stake=np.array([[stated[p][a, i] for p, i in slots] for a in actors], dtype=np.bool_).reshape(
            len(actors), len(slots)
        ),
        silent=tuple(silent),
        spoken_for=tuple(spoken),
        without_options=without,
    )


def _must_agree(case: CompiledCase, p: int, stated: Bools) -> list[int]:
    living = [d for d in range(len(case.deals)) if case.covers[d, p] and case.deal_status[d] is not DealStatus.ENDED]
    named = np.zeros(len(case.actors), dtype=np.bool_)
    for d in living:
        named |= case.needed[d] | case.signs[d]
    for group in (named, stated.any(axis=1)):
        if group.any():
            return [int(a) for a in np.flatnonzero(group)]
    return []


def _admit(  # noqa: PLR0917  # it fills the three lists of the table
    case: CompiledCase,
    stated: Bools,
    a: int,
    needed: dict[int, None],
    silent: dict[str, None],
    spoken: dict[tuple[str, str], None],
) -> None:
    speaker = a
    while not stated[speaker].any():
        if not case.has_parent[speaker]:
            silent[case.actors[a]] = None
            return
        speaker = int(case.parent[speaker])
    needed[speaker] = None
    if speaker != a:
        spoken[case.actors[a], case.actors[speaker]] = None


def _patrons_of(case: CompiledCase, a: int) -> list[int]:
    if not case.patrons:
        return []
    share, _ = loyalty_profile(case.loyalty.middle[None, a : a + 1])
    return [int(case.patron_actor[n]) for n in np.flatnonzero(share[0, 0] >= RATIFIES) if case.patron_actor[n] != a]


def stakes_of(case: CompiledCase, frame: Frame, seed: int, members: Ints) -> Stakes:
    """Stakes in each draw, addressed by member and by the labels of the rows: order and chunks change nothing."""
    drawn = draw(case, seed, members)
    things = np.array([stable_id(label) for label in frame.parties], dtype=np.int64)
    u = uniforms(seed, "settlement/cost", members, things)
    low, best, high = (np.full(things.size, end) for end in COST)
    cost = inverse_cdf(u, low, best, high, np.ones(things.size, dtype=np.bool_))
    return _stakes(case, frame, drawn, cost, (seed, members))


def central_stakes(case: CompiledCase, frame: Frame) -> Stakes:
    """Stakes with every number at its best value, or the middle of its range: one draw."""
    return _stakes(case, frame, None, np.full((1, len(frame.parties)), COST[1]))


def backing_at(case: CompiledCase, frame: Frame, cost: Floats, draws: tuple[int, Ints] | None = None) -> Backing:
    """Money and guarantors behind deals at a table; at the best values, or in draws (seed, members)."""
    return backing_of(case, frame.parties, frame.slots, frame.options, frame.position, cost, draws)


def _stakes(
    case: CompiledCase,
    frame: Frame,
    drawn: DrawnCase | None,
    cost: Floats,
    draws: tuple[int, Ints] | None = None,
) -> Stakes:
    p, i = frame.slot_index[:, 0], frame.slot_index[:, 1]
    at = (p[None, :], frame.actor[:, None], i[None, :])

    def read(name: str, index: Any) -> Floats:
        field = getattr(case, name)
        if not isinstance(field, Uncertain):
            raise TypeError(f"{name} is no uncertain field")
        if drawn is not None:
            return drawn.of(name, index)
        low, high, best, has_best = (part[index] for part in (field.low, field.high, field.best, field.has_best))
        middle: Floats = np.where(has_best, best, (low + high) / 2)
        return middle[None]

    values = {name: np.where(frame.stake, read(name, at), 0.0) for name in ("ideal", "salience", "capability")}
    for name in ("salience", "capability"):
        stated = _exists(getattr(case, name), at)
        values[name] = np.where(frame.stake & ~stated, UNSTATED, values[name])
    place_actor = (p[None, :], frame.actor[:, None])
    holding = np.where(case.holds[place_actor] & frame.stake, read("presence", place_actor), 0.0)
    backing = backing_at(case, frame, cost, draws)
    return Stakes(
        ideal=values["ideal"],
        salience=values["salience"],
        capability=values["capability"],
        below=read("red_line_below", at),
        above=read("red_line_above", at),
        has_below=_exists(case.red_line_below, at) & frame.stake,
        has_above=_exists(case.red_line_above, at) & frame.stake,
        holding=holding,
        cost=cost,
        payment=backing.payment,
        spares=backing.spares,
        deters=backing.deters,
        command=read("command", frame.actor),
    )


def _exists(field: Uncertain, at: Any) -> Bools:
    """Known or assumed, of some cells: a case may have many places and a table only a few of them."""
    found: Bools = field.known[at] | field.assumed[at]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Problems:
    """The bargaining problems of all draws as arrays; `one` gives a draw as a `Bargain`."""

    frame: Frame
    weight: Floats  # (m, j, k)
    worth: Floats  # (m, j, k, o)
    forbidden: Bools  # (m, j, k, o)
    reservation: Floats  # (m, j)

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return int(self.worth.shape[0])

    def one(self, m: int, veto: Bools | None = None) -> Bargain:
        """The problem of one draw; `veto` (j,): who must agree, in place of who must by the case."""
        frame = self.frame
        return Bargain(
            frame.parties,
            frame.roles,
            frame.slots,
            frame.options,
            frame.available,
            self.worth[m],
            self.forbidden[m],
            self.reservation[m],
            np.ones(len(frame.parties)),
            frame.veto if veto is None else veto,
        )

    def utility(self, packages: Ints) -> Floats:
        """(m, n, j) of packages (n, k)."""
        total = np.zeros((self.n_draws, packages.shape[0], len(self.frame.parties)))
        for k in range(packages.shape[1]):
            total += self.worth[:, :, k, :][:, :, packages[:, k]].transpose(0, 2, 1)
        return total

    def crosses(self, packages: Ints) -> Bools:
        """(m, n, j), whether a package crosses a red line of a party."""
        crossed = np.zeros((self.n_draws, packages.shape[0], len(self.frame.parties)), dtype=np.bool_)
        for k in range(packages.shape[1]):
            crossed |= self.forbidden[:, :, k, :][:, :, packages[:, k]].transpose(0, 2, 1)
        return crossed


def problems_of(frame: Frame, stakes: Stakes, no_deal: NoDeal | str = "contest", power: float = 1.0) -> Problems:
    """Worth of every option, red lines and reservation values in each draw.

    Money tied to a term adds to the worth of the options that meet it; what a guarantee spares a party, to every option
    of the first term, so that it goes with any deal alike.

    Parameters
    ----------
    no_deal : "contest", "status-quo", or values handed in: (j,) or (m, j), a function of the parties' labels, or what a
        simulation without a deal says.

    Raises
    ------
    UsageError : no such rule for the reservation value.
    """
    weight = weights_of(stakes.salience)
    near = closeness(frame.position, stakes.ideal[..., None], power)
    worth = weight[..., None] * np.where(frame.available, near, 0.0) + stakes.payment
    if frame.slots:  # a guarantee goes with any deal: it is laid on the first term
        worth[:, :, 0, :] += np.where(frame.available[0], stakes.spares[..., None], 0.0)
    forbidden = frame.available & crossed_lines(
        frame.position, stakes.below, stakes.has_below, stakes.above, stakes.has_above
    )
    if isinstance(no_deal, Ensemble):
        places = tuple(slot.place for slot in frame.slots)
        reservation = ensemble_value(
            no_deal, frame.parties, places, weight, stakes.ideal, stakes.capability, frame.stake, stakes.cost, power
        )
    elif not isinstance(no_deal, str):
        reservation = handed_in(no_deal, frame.parties, stakes.n_draws)
    elif no_deal == "contest":
        reservation = contest(weight, stakes.ideal, stakes.capability, frame.stake, stakes.cost, power)
    elif no_deal == "status-quo":
        reservation = status_quo(weight, stakes.ideal, stakes.holding, frame.stake, power)
    else:
        raise UsageError(f"'{no_deal}' is no rule for what parties have without a deal; use contest or status-quo")
    return Problems(frame, weight, worth, forbidden, reservation)

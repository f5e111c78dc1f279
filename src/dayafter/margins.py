"""Joins the settlement engine with the simulated process: what a deal is worth to each player who must agree.

In each draw of the uncertain inputs the players of a deal settle on the package, over all issues of its places together
and among the options that the case gives, at which the player that gains least gains most; none crosses a red line of
theirs. What each gains by it, against a contest without a deal, is its margin at the start. Neither claims nor distrust
enter a settlement, and aid or a guarantee raise the margins of all alike, which moves no egalitarian pick: so the plane
that the process reads needs no grid, its slopes stay the process's own, and no package is solved twice in a draw.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.settlement.frame import Frame, Stakes, frame_of, problems_of, stakes_of
from dayafter.settlement.package_kernels import egalitarian_margins
from dayafter.simulation.layout import Layout
from dayafter.simulation.surplus import RED_LINE, SLOPES, Surplus, default_surplus
from dayafter.simulation.world import World

MOST: Final = 300_000
"""Packages that are listed in a draw; a deal with more is settled place by place."""


def settled_surplus(case: CompiledCase, layout: Layout, world: World, seed: int) -> Surplus:
    """Margins of the veto players of every deal, as `dayafter.simulation` asks for them.

    A player without a position speaks through the nearest above it; one without any has no stake. Where red lines leave
    no package, every margin is −1: the gate stays shut. Where no issue of the places has options, nothing can be listed
    and `default_surplus` stands in, which takes the whole scale for on offer. Deals with too many packages to list are
    settled place by place; the margin is then the mean over places, each weighed by what the player cares about there.

    Source: egalitarian pick, contest and cost of fighting as in `dayafter.settlement`; model notes, 2.5.
    """
    draws, back = np.unique(world.members, return_inverse=True)
    base = np.zeros((layout.veto_deal.size, world.members.size))
    has_stake = np.zeros(layout.veto_deal.size, dtype=np.bool_)
    spare: Surplus | None = None
    for d in layout.deal_order:
        rows = np.flatnonzero(layout.veto_deal == d)
        places = [case.places[int(p)] for p in layout.place_order[case.covers[d][layout.place_order]]]
        if not places or not rows.size:
            continue
        if not frame_of(case, places).slots:
            spare = default_surplus(case, layout, world, seed) if spare is None else spare
            base[rows], has_stake[rows] = spare.base[rows], spare.has_stake[rows]
            continue
        gain, stake = _deal(case, layout, places, layout.veto_actor[rows], seed, draws)
        base[rows], has_stake[rows] = gain[:, back], stake
    return Surplus(base, np.tile(np.array(SLOPES), (base.shape[0], 1)), has_stake)


def _deal(  # noqa: PLR0917  # a case, a deal in it and its draws
    case: CompiledCase, layout: Layout, places: list[str], players: Ints, seed: int, draws: Ints
) -> tuple[Floats, Bools]:
    """(v, m) margins of the players of one deal, and (v,) whether they have a stake."""
    frame = frame_of(case, places)
    speaker = _speakers(layout, frame, players)
    stake: Bools = speaker >= 0
    nothing = np.zeros((players.size, draws.size))
    if np.unique(speaker[stake]).size < 2:
        return nothing, np.zeros_like(stake)
    veto = np.zeros(len(frame.parties), dtype=np.bool_)
    veto[speaker[stake]] = True
    stakes = stakes_of(case, frame, seed, draws)
    margins = _margins(frame, stakes, veto)
    if margins is None:
        margins = _by_place(case, places, frame, stakes, veto, seed, draws)
    nothing[stake] = margins[speaker[stake]]
    return nothing, stake


def _speakers(layout: Layout, frame: Frame, players: Ints) -> Ints:
    """(v,) position among the parties of the table of who speaks for each player; −1: nobody does."""
    seats = {int(a): j for j, a in enumerate(frame.actor) if frame.stake[j].any()}
    return np.array(
        [next((seats[above] for above in layout.chains[int(a)] if above in seats), -1) for a in players], dtype=np.int64
    )


def _margins(frame: Frame, stakes: Stakes, veto: Bools) -> Floats | None:
    """(j, m) margins at the egalitarian package of each draw; None where there are too many packages to list."""
    problems = problems_of(frame, stakes)
    allowed = frame.available & ~problems.forbidden[:, veto].any(axis=1)
    if (allowed.sum(axis=2).astype(np.float64).prod(axis=1) > MOST).any():
        return None
    margins = np.full(problems.reservation.shape, -RED_LINE)
    egalitarian_margins(problems.worth, allowed, problems.reservation, np.flatnonzero(veto), margins)
    return margins.T


def _by_place(  # noqa: PLR0917  # as `_deal`, with the table laid
    case: CompiledCase,
    places: list[str],
    whole: Frame,
    stakes: Stakes,
    veto: Bools,
    seed: int,
    draws: Ints,
) -> Floats:
    """(j, m) the same, each place settled by itself."""
    total = np.zeros((len(whole.parties), draws.size))
    weight = np.zeros_like(total)
    for place in places:
        frame = frame_of(case, [place])
        seats = [whole.parties.index(party) for party in frame.parties]
        here = np.array([slot.place == place for slot in whole.slots], dtype=np.bool_)
        cares = np.zeros_like(total)
        for k in np.flatnonzero(here):
            cares += stakes.salience[:, :, k].T
        own = veto[seats]
        if own.sum() < 2:
            continue
        margins = _margins(frame, stakes_of(case, frame, seed, draws), own)
        if margins is None:
            raise ValueError(f"{place} alone has more than {MOST:,} packages; this is a fault of dayafter, report it")
        total[seats] += cares[seats] * margins
        weight[seats] += cares[seats]
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)

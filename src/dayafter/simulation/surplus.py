"""The settlement surplus: how far each veto player of a deal stands above what it would have without one.

`dayafter.margins` supplies it from settlement; the default below computes it from positions alone. The process reads it
as a plane over four things that move: claim, distrust, conditional aid and a guarantee. It is never solved again inside
the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, DrawnCase, Floats, draw
from dayafter.simulation.layout import Layout, any_of
from dayafter.simulation.world import World

SLOPES: Final = (-0.1, -0.1, 0.2, 0.2)
"""Change of a margin per unit of claim, distrust, conditional aid and guarantee. Assumed."""
COST_OF_NONE: Final = 0.05
"""What having no deal costs a player besides what is decided against it. Assumed."""
N_SETTLEMENTS: Final = 21
RED_LINE: Final = 1.0
"""Loss at a red line crossed: no player passes it for anything else on offer."""


@dataclass(frozen=True, slots=True, eq=False)
class Surplus:
    """Margins of the veto players in the order of `Layout.veto_deal` and `veto_actor`.

    margin = base + s₁ (claim − claim₀) + s₂ (Q̄ − Q̄₀) + s₃ aid + s₄ guarantee, in units of utility (−1 to 1); claim₀
    and Q̄₀ are the values at the start. A player without a position has no stake: its margin is 0 and it does not count
    in the least margin.
    """

    base: Floats  # (V, m)
    slopes: Floats  # (V, 4)
    has_stake: Bools  # (V,)

    def __post_init__(self) -> None:
        if self.slopes.shape != (self.base.shape[0], 4) or self.has_stake.shape != self.base.shape[:1]:
            raise ValueError(
                f"base is {self.base.shape}, slopes {self.slopes.shape}, has_stake {self.has_stake.shape}; pass (V, m),"
                " (V, 4) and (V,) for the V veto players of Layout.veto_deal"
            )


SurplusOf = Callable[[CompiledCase, Layout, World, int], Surplus]
"""Margins of the members of a world; the last is the seed."""


def default_surplus(case: CompiledCase, layout: Layout, world: World, seed: int) -> Surplus:
    """Margins from positions alone.

    For each issue of the places that a deal covers the package is the settlement, of 21 on its scale, at which the
    player that gains least gains most (the egalitarian pick). A player's loss is |x − ideal|; without a deal whoever
    holds arms there decides in proportion to its share, or by capability where nobody is armed: expected loss
    Σ s_b |ideal_b − ideal|. margin = Σ sal (loss without − loss with − red lines crossed) / Σ sal + 0.05. An
    actor without a position speaks as the nearest above it. Issue by issue: trades across
    issues and places are for `settle` to find.

    Source: loss, veto players and egalitarian pick as in model.md, 4; the weight of arms is this project's assumption.
    """
    table = _positions(case, draw(case, seed, world.members))
    issues = sorted(range(len(case.issues)), key=lambda i: case.issues[i])
    gain = np.zeros((layout.veto_deal.size, world.members.size))
    weight = np.zeros_like(gain)
    for d in layout.deal_order:
        rows = np.flatnonzero(layout.veto_deal == d)
        for p in layout.place_order[case.covers[d][layout.place_order]]:
            for i in issues:
                heard = {
                    int(v): a
                    for v in rows
                    if (a := _speaker(case, layout, int(p), int(layout.veto_actor[v]), i)) is not None
                }
                actors = list(dict.fromkeys(heard.values()))
                if len(actors) < 2:
                    continue
                gains = dict(
                    zip(
                        actors,
                        _egalitarian(case, layout, world, table, place=int(p), issue=i, actors=actors),
                        strict=True,
                    )
                )
                for v, a in heard.items():
                    gain[v] += table["salience"][p, a, i] * gains[a]
                    weight[v] += table["salience"][p, a, i]
    has_stake = any_of(weight > 0, 1)
    base = np.divide(gain, weight, out=np.zeros_like(gain), where=weight > 0) + COST_OF_NONE
    base[~has_stake] = 0
    return Surplus(base, np.tile(np.array(SLOPES), (base.shape[0], 1)), has_stake)


def _positions(case: CompiledCase, drawn: DrawnCase) -> dict[str, Floats]:
    """(p, a, i, m) each; salience and capability 0.5 where not stated, no red line: beyond the scale."""
    names = {"ideal": 0.0, "salience": 0.5, "capability": 0.5, "red_line_below": -1.0, "red_line_above": 2.0}
    return {
        name: np.where(getattr(case, name).exists[..., None], np.moveaxis(drawn.of(name), 0, -1), default)
        for name, default in names.items()
    }


def _speaker(case: CompiledCase, layout: Layout, p: int, a: int, i: int) -> int | None:
    """The actor or the nearest above it with a position on an issue there."""
    return next((above for above in layout.chains[a] if case.ideal.exists[p, above, i]), None)


def _egalitarian(
    case: CompiledCase,
    layout: Layout,
    world: World,
    table: dict[str, Floats],
    *,
    place: int,
    issue: int,
    actors: list[int],
) -> list[Floats]:
    """(m,) for each actor: what it gains by the settlement of one issue at which the least gain is greatest."""
    p, i = place, issue
    without = [_loss_without(case, layout, world, table, (p, i), own=a, actors=actors) for a in actors]
    best = np.full(world.members.size, -np.inf)
    chosen = [np.zeros(world.members.size) for _ in actors]
    for position in np.linspace(0, 1, N_SETTLEMENTS):
        gains = []
        for a, loss in zip(actors, without, strict=True):
            crossed = (position < table["red_line_below"][p, a, i]) | (position > table["red_line_above"][p, a, i])
            gains.append(loss - np.abs(position - table["ideal"][p, a, i]) - RED_LINE * crossed)
        least = gains[0]
        for one in gains[1:]:
            least = np.minimum(least, one)
        better = least > best
        best = np.where(better, least, best)
        chosen = [np.where(better, new, old) for new, old in zip(gains, chosen, strict=True)]
    return chosen


def _loss_without(
    case: CompiledCase,
    layout: Layout,
    world: World,
    table: dict[str, Floats],
    at: tuple[int, int],
    *,
    own: int,
    actors: list[int],
) -> Floats:
    """Expected distance to what those who hold arms there decide, or the players by capability where nobody does."""
    p, i = at
    ideals, loss, weight = table["ideal"], np.zeros(world.members.size), np.zeros(world.members.size)
    for s in np.flatnonzero(layout.slot_place == p):
        a = _speaker(case, layout, p, int(layout.slot_actor[s]), i)
        if a is not None:
            loss = loss + world.share[s] * np.abs(ideals[p, a, i] - ideals[p, own, i])
            weight = weight + world.share[s]
    for a in actors:
        force = np.where(weight > 0, 0.0, table["capability"][p, a, i])
        loss = loss + force * np.abs(ideals[p, a, i] - ideals[p, own, i])
    total = np.zeros(world.members.size)
    for a in actors:
        total = total + np.where(weight > 0, 0.0, table["capability"][p, a, i])
    whole = weight + total
    expected: Floats = np.divide(loss, whole, out=np.zeros_like(loss), where=whole > 0)
    return expected

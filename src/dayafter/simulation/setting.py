"""What a chunk of members shares over all policies and months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import CompiledCase, Floats, Ints
from dayafter.errors import UsageError
from dayafter.priors import Posterior, Prior
from dayafter.simulation.layout import Layout, build_layout
from dayafter.simulation.parameters import Parameters, draw_parameters, log_ratios, spectral_radius
from dayafter.simulation.surplus import Surplus, SurplusOf, default_surplus
from dayafter.simulation.world import World, draw_world, fill_money


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a chunk of members shares over all policies and months."""

    case: CompiledCase
    layout: Layout
    parameters: Parameters
    world: World
    surplus: Surplus
    ratios: Mapping[str, Floats]
    credibility: Floats  # (g, m)
    fungibility: Floats  # (g, m)
    seed: int
    radius: Floats  # (m,)

    def of_members(self, columns: Ints) -> Setting:
        """The same for some of the members, by their positions."""
        of_all = {"hostility_given", "acceptance_given"}  # alike in every member
        taken = {
            item.name: _taken(getattr(self.world, item.name), columns)
            for item in fields(World)
            if item.name not in of_all
        }
        parameters = replace(
            self.parameters,
            values=_taken(self.parameters.values, columns),
            effects={name: _taken(one, columns) for name, one in self.parameters.effects.items()},
        )
        return replace(
            self,
            parameters=parameters,
            world=replace(self.world, **taken),
            surplus=replace(self.surplus, base=_taken(self.surplus.base, columns)),
            ratios={name: _taken(one, columns) for name, one in self.ratios.items()},
            credibility=_taken(self.credibility, columns),
            fungibility=_taken(self.fungibility, columns),
            radius=_taken(self.radius, columns),
        )


def _taken(values: NDArray[Any], columns: Ints) -> NDArray[Any]:
    """(..., n) of (..., m)."""
    return np.take(values, columns, axis=-1)


def prepare(
    case: CompiledCase,
    seed: int,
    members: Ints,
    *,
    surplus: Surplus | SurplusOf | None = None,
    fixed: Mapping[str, float] | None = None,
    posterior: Posterior | None = None,
    own: Mapping[str, Prior] | None = None,
) -> Setting:
    """Draw parameters and the world for these members; the same for every policy.

    Parameters
    ----------
    members : (m,), member numbers. surplus : margins of veto players, or what works them out of case, layout, world
        and seed; by default from positions.
    fixed : parameters held at one value in every member. posterior : what a record makes of the priors. own : priors
        in place of the default ones.

    Raises
    ------
    UsageError : no members, a negative seed, an unknown parameter, a branching ratio of 1 or more.
    """
    if members.size < 1:
        raise UsageError("members is 0; a run has 1 or more")
    if seed < 0:
        raise UsageError(f"seed is {seed}; pass an integer of 0 or more")
    layout = build_layout(case)
    of = default_surplus if surplus is None else surplus
    parameters = draw_parameters(seed, members, fixed, posterior, own)
    world = draw_world(case, layout, parameters, seed, members)
    credibility, fungibility = fill_money(world, parameters)
    return Setting(
        case=case,
        layout=layout,
        parameters=parameters,
        world=world,
        surplus=of if isinstance(of, Surplus) else of(case, layout, world, seed),
        ratios=log_ratios(parameters),
        credibility=credibility,
        fungibility=fungibility,
        seed=seed,
        radius=spectral_radius(parameters, layout.neighbours[np.ix_(layout.place_order, layout.place_order)]),
    )

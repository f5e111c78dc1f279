"""What experiments change at the start of a run: fields of the world, of the case as the process reads it, of state."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats
from dayafter.explaining.laboratory import NEVER, Edit, with_parameters, with_world
from dayafter.simulation.layout import COMMUNAL, INTERBLOC, INTRABLOC, chains_of
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import State
from dayafter.simulation.steps_society import achieved
from dayafter.simulation.steps_violence import derive, overlaps
from dayafter.vocabulary import DealStatus

QUIET: Final = -40.0
"""A log rate at which no event happens in a run."""


def _hostility(setting: Setting) -> Floats:
    """(R, m): as stated, else as the loyalties of the start give it."""
    layout, world = setting.layout, setting.world
    first, second = layout.slot_force[layout.pair_first], layout.slot_force[layout.pair_second]
    return np.where(world.hostility_given[:, None], world.hostility, 1 - overlaps(layout, world.loyalty, first, second))


def _given(setting: Setting) -> Bools:
    return np.ones_like(setting.world.hostility_given)


hostility_kept = with_world(hostility=_hostility, hostility_given=_given)
"""Hostility stays what it is at the start, whatever becomes of loyalties."""
issues_halved = with_world(
    hostility=lambda setting: _hostility(setting) / 2,
    hostility_given=_given,
    claim=lambda setting: setting.world.claim / 2,
    distrust=lambda setting: setting.world.distrust / 2,
)
"""Half the hostility, claims and distrust."""
uncontested = with_world(
    hostility=lambda setting: np.zeros_like(setting.world.hostility),
    hostility_given=_given,
    rivalry=lambda setting: np.zeros_like(setting.world.rivalry),
    claim=lambda setting: np.zeros_like(setting.world.claim),
)
"""No hostility, no rivalry and no claims."""
trusting = with_world(distrust=lambda setting: np.zeros_like(setting.world.distrust))
undamaged = with_world(destroyed=lambda setting: np.zeros_like(setting.world.destroyed))
included = with_world(represented=lambda setting: np.ones_like(setting.world.represented))
excluded = with_world(represented=lambda setting: np.zeros_like(setting.world.represented))
commanded = with_world(command=lambda setting: np.ones_like(setting.world.command))
fragmented = with_world(command=lambda setting: np.zeros_like(setting.world.command))
assenting = with_world(
    patron_assent=lambda setting: np.ones_like(setting.world.patron_assent),
    assent=lambda setting: np.ones_like(setting.world.assent),
)
dissenting = with_world(
    patron_assent=lambda setting: np.zeros_like(setting.world.patron_assent),
    assent=lambda setting: np.zeros_like(setting.world.assent),
)
_out_of_force = with_world(in_force=lambda setting: np.zeros_like(setting.world.in_force))


def distrust_at(level: float) -> Edit:
    """Every community distrusts every other at one level."""
    return _AT[level]


def _distrust(level: float) -> Edit:
    return with_world(distrust=lambda setting: np.full_like(setting.world.distrust, level))


_AT: Final = {level: _distrust(level) for level in (0.2, 0.8)}


def no_deals(setting: Setting) -> Setting:
    """No deal is in force and none is made but by a dated step."""
    return with_parameters(_out_of_force(setting), {"formation": NEVER})


def no_talks(setting: Setting) -> Setting:
    """No deal is made but by a dated step."""
    return with_parameters(setting, {"formation": NEVER})


def forces_at_peace(setting: Setting) -> Setting:
    """No fighting but by insurgents and foreign states, and none spills over into other classes."""
    rates = setting.world.log_rate.copy()
    for k in (INTERBLOC, INTRABLOC, COMMUNAL):
        rates[:, k] = QUIET
    return replace(setting, world=replace(setting.world, log_rate=rates))


def no_brokers(setting: Setting) -> Setting:
    """Nobody goes between."""
    return replace(setting, case=_without_brokers(setting.case))


@lru_cache(maxsize=8)
def _without_brokers(case: CompiledCase) -> CompiledCase:
    return replace(case, broker_placed=np.zeros_like(case.broker_placed))


def heads_sign(setting: Setting) -> Setting:
    """Deals that are made are signed by whoever has nobody above it, and by nobody else."""
    return replace(setting, case=_signed_by(setting.case, members=False))


def members_sign(setting: Setting) -> Setting:
    """Deals that are made are also signed by every force that stands in their places."""
    return replace(setting, case=_signed_by(setting.case, members=True))


@lru_cache(maxsize=8)
def _signed_by(case: CompiledCase, *, members: bool) -> CompiledCase:
    chains, wanted = chains_of(case), case.needed | case.signs
    heads = np.zeros_like(wanted)
    for d, a in np.argwhere(wanted):
        heads[d, chains[a][-1]] = True
    here = (case.covers & ~case.is_national).astype(np.int64) @ case.present.astype(np.int64) > 0
    made = np.array([status is not DealStatus.IN_FORCE for status in case.deal_status], dtype=np.bool_)[:, None]
    signed = heads | here if members else heads
    return replace(
        case, needed=np.where(made, signed, case.needed), signs=np.where(made, np.zeros_like(wanted), case.signs)
    )


# --- of the state before the first month


def holders_driven_out(setting: Setting, state: State) -> None:
    """The communities of each place lose the share J of their trust in whoever holds it, as if it had fled."""
    layout, lost = setting.layout, setting.parameters["abandonment_loss"]
    for t in range(layout.trust_cell.size):
        mine = state.holder[layout.cell_place[layout.trust_cell[t]]] == layout.trust_slot[t]
        state.deficit[t] = np.where(mine, lost, state.deficit[t])


def nothing_hoped(setting: Setting, state: State) -> None:
    """People expect what they have: the freeing raised no hopes."""
    state.expect[:] = achieved(setting.layout, state, derive(setting, state))

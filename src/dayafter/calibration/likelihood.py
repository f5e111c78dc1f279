"""How likely a record is under drawn parameters: the simulated process at the places' freed months, filtered.

Everything that the process itself computes it computes here too: exposures at the as-of date, levers, place effects,
excitation, dispersion, recorded shares. What is added is a drift of each place's background, since contagion that is
measured against a constant background is mostly the background (model notes, 2.3), and what is left out is the change
of exposure over the freed months: the forces stand as they stand at the as-of date.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats, Ints
from dayafter.calibration.filter_kernel import filter_members
from dayafter.calibration.observed import Observed
from dayafter.priors import Posterior, bend, load_calibration_priors
from dayafter.priors.posterior import PLACE, normal_of
from dayafter.priors.tables import Z90, Prior
from dayafter.seeding import stream_key
from dayafter.simulation import steps_violence as fights
from dayafter.simulation.layout import CLASSES, COMMUNAL, EXTERNAL, INSURGENT
from dayafter.simulation.policies import NOTHING, compile_policy
from dayafter.simulation.setting import Setting, prepare
from dayafter.simulation.state import start_state
from dayafter.simulation.surplus import Surplus

PARTICLES: Final = 32
BASE: Final = Z90
"""Half of a 90 % interval of a standard normal."""
STREAM: Final = "calibration/filter"
BLOCK: Final = 256
"""Members that a thread takes at a time."""
SHARED: Final = (
    "sd_place",
    "sd_place_class",
    "kappa",
    "kappa_remnant",
    "beta_claim",
    "beta_seam",
    "beta_force",
    "excitation_own",
    "excitation_cross",
    "excitation_neighbour",
    "excitation_decay",
    "dispersion",
    "fatal_insurgent",
    "fatal_other",
    "recorded_insurgent",
    "recorded_interbloc",
    "recorded_communal",
    "armed_outsiders",
    "remnant_start",
    "background_sd",
    "background_persistence",
)
"""Parameters that act on the violence of every place; rates of the classes come before them."""
NUISANCE: Final = ("background_sd", "background_persistence")
"""Of the filter alone: the simulated process has a constant background, and they do not enter a posterior."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposed:
    """What the process makes of drawn parameters in the places of a record. Axes: p places, k classes, m members."""

    members: Ints  # (m,)
    mu: Floats  # (p, k, m) events a month
    shares: Floats  # (k, m) recorded
    fatal: Floats  # (k, m)
    alpha: Floats  # (m,)
    sigma: Floats  # (m,)
    phi: Floats  # (m,)
    decay: Floats  # (m,)
    rates: Floats  # (3, m) offspring: own, cross, neighbour
    near_from: Ints
    near_to: Ints


def coordinates(observed: Observed) -> tuple[str, ...]:
    """Names of all standard normals that the likelihood reads: parameters, then effects of the places."""
    rates = tuple(f"rate_{kind.value}" for kind in CLASSES)
    effects = [f"{PLACE}{place}" for place in observed.places]
    effects += [f"{PLACE}{place}/{kind.value}" for place in observed.places for kind in CLASSES]
    return (*rates, *SHARED, *effects)


def bases() -> dict[str, Prior]:
    """Priors that replace default ones while calibrating."""
    return {symbol: prior for symbol, prior in load_calibration_priors().items() if symbol not in NUISANCE}


def start(case: CompiledCase, seed: int, members: Ints, proposal: Posterior, surplus: Surplus | None) -> Setting:
    """Draw parameters and worlds. `surplus` is not read here; one made before saves the making."""
    return prepare(case, seed, members, surplus=surplus, posterior=proposal)


def expose(setting: Setting, observed: Observed) -> Exposed:
    """Background, shares and excitation of every member in the places of the record."""
    case, layout, q = setting.case, setting.layout, setting.parameters
    schedule = compile_policy(case, NOTHING, 1)
    state = start_state(case, setting.world, q, schedule)
    x = fights.derive(setting, state)
    exposure = fights.exposures(setting, state, x)
    lever = fights.levers(setting, schedule, state, x, 1)
    rate = np.where(exposure > 0, exposure * np.exp(setting.world.log_rate + lever), 0.0)
    at = [case.places.index(place) for place in observed.places]
    m = setting.world.members.size
    shares, fatal = np.empty((len(CLASSES), m)), np.empty((len(CLASSES), m))
    shares[:], fatal[:] = q["recorded_interbloc"], q["fatal_other"]
    shares[INSURGENT] = shares[EXTERNAL] = q["recorded_insurgent"]
    shares[COMMUNAL], fatal[INSURGENT] = q["recorded_communal"], q["fatal_insurgent"]
    near = [
        (at.index(p), at.index(n)) for p, n in zip(layout.near_from, layout.near_to, strict=True) if p in at and n in at
    ]
    drift = {
        name: bend(
            load_calibration_priors()[name], q.effects.get(name, normal_of(name, setting.seed, setting.world.members))
        )
        for name in NUISANCE
    }
    return Exposed(
        members=setting.world.members,
        mu=np.ascontiguousarray(rate[at]),
        shares=shares,
        fatal=fatal,
        alpha=q["dispersion"],
        sigma=drift["background_sd"],
        phi=drift["background_persistence"],
        decay=q["excitation_decay"],
        rates=np.stack([q["excitation_own"], q["excitation_cross"], q["excitation_neighbour"]]),
        near_from=np.array([a for a, _ in near], dtype=np.int64),
        near_to=np.array([b for _, b in near], dtype=np.int64),
    )


def log_likelihood(
    exposed: Exposed, observed: Observed, seed: int, *, particles: int = PARTICLES, threads: int = 1
) -> Floats:
    """(m,) log likelihood of the record for each member; the same for any number of threads."""
    first, second = stream_key(seed, STREAM)
    keys = (np.uint64(first), np.uint64(second))
    out = np.empty(exposed.members.size)

    def work(begin: int) -> None:
        part = slice(begin, begin + BLOCK)
        filter_members(
            exposed.members[part], keys, particles, observed.counts, observed.used, observed.years, observed.blind,
            float(observed.threshold), np.ascontiguousarray(exposed.mu[:, :, part]),
            np.ascontiguousarray(exposed.shares[:, part]), np.ascontiguousarray(exposed.fatal[:, part]),
            np.ascontiguousarray(exposed.alpha[part]), np.ascontiguousarray(exposed.sigma[part]),
            np.ascontiguousarray(exposed.phi[part]), np.ascontiguousarray(exposed.decay[part]),
            np.ascontiguousarray(exposed.rates[:, part]), exposed.near_from, exposed.near_to, out[part],
        )  # fmt: skip

    blocks: Sequence[int] = range(0, exposed.members.size, BLOCK)
    if threads == 1:
        for begin in blocks:
            work(begin)
    else:
        with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="filter") as pool:
            list(pool.map(work, blocks))
    return out


def normals(observed: Observed, proposal: Posterior, seed: int, members: Ints) -> tuple[Floats, Floats]:
    """(n, m) the standard normals of every coordinate as the proposal moves them, and as they were drawn."""
    moved = proposal.normals(seed, members)
    plain = np.stack([normal_of(name, seed, members) for name in coordinates(observed)])
    after = np.stack([moved.get(name, plain[row]) for row, name in enumerate(coordinates(observed))])
    return after, plain

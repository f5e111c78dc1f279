"""What became of single members at a place: each end of a deal and each change of the holder, with cause and driver.

The plain process is stepped month by month, since the paths of a run do not keep what a hazard was made of. The cause
is the process's own; the driver is the term that raised the hazard of that cause most above that of the base deal, or
the logit of a change above its base. Fewer members than the run: its tables have the shares, this has the why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Floats, Ints, Policy
from dayafter.explaining.laboratory import Bench
from dayafter.indices.hazard import CAUSES, FEATURES, age_factor
from dayafter.simulation import reference, steps_deals, steps_violence
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.layout import INTERBLOC
from dayafter.simulation.parameters import CAUSE_WEIGHTS
from dayafter.simulation.policies import Schedule, compile_policy
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import Paths, State, copy_of, empty_paths, start_state

TAKEN: Final = "place taken"
CHANCE: Final = "chance"
"""Nothing raised the hazard above that of the base."""
_LEAST: Final = 0.05
"""Log hazard below which a term is no driver."""
_FOUGHT, _UNOPPOSED = "fought", "unopposed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One end of a deal or change of the holder."""

    member: int
    month: int
    deal: str | None
    """The deal that ended; None: the place changed hands."""
    cause: str
    driver: str
    actor: str | None = None
    """Who took the place."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A month of an arm: the state before it and the events in it."""

    setting: Setting
    schedule: Schedule
    before: State
    start: steps_violence.Derived
    """Indices at the start of the run."""
    events: Ints  # (p, k, m)
    month: int


def trace(process: CaseProcess, policy: Policy, place: str, *, members: int, replicates: int) -> list[Happening]:
    """Everything that ended or changed hands at a place in the first members of a run, by member and month."""
    p = process.case.places.index(place)
    numbers = np.arange(max(1, members // replicates) * replicates, dtype=np.int64)
    bench = Bench.of_process(process, numbers, numbers // replicates)
    setting = bench.setting
    schedule = compile_policy(process.case, policy, process.months)
    state = start_state(setting.case, setting.world, setting.parameters, schedule)
    paths = empty_paths(
        setting.case, setting.layout, setting.world, schedule.id, months=process.months, radius=setting.radius
    )
    start = steps_violence.derive(setting, state)
    found: list[Happening] = []
    for month in range(1, process.months + 1):
        before = copy_of(state)
        reference.step(setting, schedule, state, start, paths, month=month, dated=False)
        moment = Moment(setting, schedule, before, start, paths.events[month - 1], month)
        found += _ends(moment, paths, p)
        found += _changes(moment, paths, p)
    fine = ~paths.gone_wrong
    return sorted((one for one in found if fine[one.member]), key=lambda one: (one.member, one.month, one.deal or ""))


def _ends(at: Moment, paths: Paths, p: int) -> list[Happening]:
    setting, ended = at.setting, paths.ended_by[at.month - 1]
    deals = np.flatnonzero(setting.case.covers[:, p])
    if not ended[deals].any():
        return []
    terms = hazard_terms(at)
    of_hazard = steps_deals.ends(setting, at.before.in_force, hazards(setting, terms), at.month)
    found = []
    for d in deals:
        for m in np.flatnonzero(ended[d]):
            j = int(ended[d, m]) - 1
            driver = _largest({name: float(term[d, j, m]) for name, term in terms.items()})
            if of_hazard[d, m] == 0:
                driver = TAKEN
            label = setting.case.deals[d]
            found.append(Happening(int(paths.members[m]), at.month, label, CAUSES[j].value, driver))
    return found


def hazards(setting: Setting, terms: Mapping[str, Floats]) -> Floats:
    """(d, j, m): the base hazard of each cause times the exponential of the terms."""
    q = setting.parameters
    total: Floats = np.add.reduce(list(terms.values()))
    hazard: Floats = q["h_base"] * np.stack([q[weight] for weight in CAUSE_WEIGHTS])[None] * np.exp(total)
    return hazard


def hazard_terms(at: Moment) -> Mapping[str, Floats]:
    """Term to log hazard above the base deal, (d, j, m): with `hazards` they make `steps_deals.cause_hazards`."""
    setting, schedule, state, month = at.setting, at.schedule, at.before, at.month
    case, layout, world, q = setting.case, setting.layout, setting.world, setting.parameters
    x = steps_violence.derive(setting, state)
    states = steps_deals.end_states(setting, schedule, state, x, month)
    _, lever = steps_deals.aid_lever(setting, schedule, state, month)
    guaranteed = steps_deals.guarantee(world, state, schedule, month)
    margin = steps_deals.margins(setting, state, x, at.start, lever=lever, guaranteed=guaranteed)
    least = steps_deals.least_margin(case, layout, setting.surplus, margin)
    violence = steps_violence.smoothed(state.violence, at.events).sum(axis=1)
    shocked = steps_deals.shocks(setting, month)
    hit = np.einsum("zp,dp,zm->dm", case.shock_places, case.covers, shocked) > 0
    shape = (len(case.deals), len(CAUSES), world.members.size)
    terms: dict[str, Floats] = {}
    for name, levers in FEATURES.items():
        term = np.zeros(shape)
        for lever_ in levers:
            size = (states[lever_.state] - lever_.base) / lever_.step * setting.ratios[lever_.prior]
            term += size[:, None] * np.array(lever_.acts_on)[:, None]
        terms[name] = term
    hurt = setting.ratios["hr_violence"] * np.log1p(steps_deals.over_places(case, layout, violence))
    terms["violence"] = np.repeat(hurt[:, None], len(CAUSES), axis=1)
    command = steps_deals.own_command(layout, state, case)
    own = {
        "command over members": (
            1,
            setting.ratios["hr_command"] * (command - 0.5),
        ),
        "terms not kept": (1, setting.ratios["hr_kept"] * (state.kept - 0.5)),
        "least margin": (1, setting.ratios["hr_margin"] * least),
        "assent of patrons": (2, setting.ratios["hr_patron_assent"] * (world.patron_assent - 0.5)),
        "shock": (3, setting.ratios["hr_shock"] * hit),
    }
    for name, (cause, size) in own.items():
        terms[name] = np.zeros(shape)
        terms[name][:, cause] = size
    common = np.log(world.frailty * age_factor(state.age, q["age_power"]))
    terms["frailty and age"] = np.repeat(common[:, None], len(CAUSES), axis=1)
    return terms


def _largest(terms: Mapping[str, float]) -> str:
    name, size = max(terms.items(), key=lambda one: one[1])
    return name if size > _LEAST else CHANCE


def _changes(at: Moment, paths: Paths, p: int) -> list[Happening]:
    """Changes of the holder in a month. In the fought ones the driver is what raised the logit most."""
    setting, before, month = at.setting, at.before, at.month
    t, layout, q = month - 1, setting.layout, setting.parameters
    slots = np.flatnonzero(layout.slot_place == p)
    found = []
    for m in np.flatnonzero(paths.change_fought[t, p] | paths.change_unopposed[t, p]):
        if paths.change_fought[t, p, m]:
            own = sum(before.share[s, m] for s in slots if before.holder[p, m] == s)
            best = max((before.share[s, m] for s in slots if before.holder[p, m] != s), default=0.0)
            terms = {
                "challenger stronger than the holder": float(q["control_balance"][m] * (best - own)),
                "fighting between blocs": float(q["control_violence"][m] * np.log1p(before.lags[0, p, INTERBLOC, m])),
            }
            cause, driver = _FOUGHT, _largest(terms)
        else:
            hit = steps_deals.shocks(setting, month)[:, m] & setting.case.shock_places[:, p]
            cause, driver = _UNOPPOSED, "shock" if hit.any() else "the holder's patron withdrew"
        holder = int(paths.holder[t, p, m])
        actor = setting.case.actors[holder] if holder >= 0 else None
        found.append(Happening(int(paths.members[m]), month, None, cause, driver, actor))
    return found

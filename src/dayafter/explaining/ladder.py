"""C-18 against C-19: who brings a deal about, who stays with it, how long and at which level. All sign in one month.

Outsiders cannot make deals last, says one claim; insiders cannot either, says the other. What reconciles them is role,
duration and level. The ladder runs each on the same members, with the roles' coefficients as drawn, with a random sign
for each draw, and off; so it shows how much of the order is the prior's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats, Ints, Policy
from dayafter.explaining import edits
from dayafter.explaining.claims import Direct, Test
from dayafter.explaining.examine import CHUNK, DEFAULT, OFF, RANDOM, settings_of, signs_of, sizes
from dayafter.explaining.experiments import SHORT, imposed_deals_last_less
from dayafter.explaining.laboratory import Arm, Bench, plan_of
from dayafter.vocabulary import Action, DealLevel

ROLES: Final = (
    Direct("hr_author", 1, ratio=True),
    Direct("hr_guarantor_left", 1, ratio=True),
    Direct("hr_facilitator", -1, ratio=True),
    Direct("hr_guarantor", -1, ratio=True),
)
_TEST: Final = Test("months in force", imposed_deals_last_less, -1, "months", "", ROLES)
_LOCAL: Final = (DealLevel.LOCAL,)
_F, _G = Action.FACILITATE, Action.GUARANTEE


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of bringing a deal about."""

    author: str
    stays: str
    levels: str
    plan: Callable[[Bench], Policy]


def _plan(
    *roles: Action, imposed: bool = False, last: int | None = None, local: bool = False
) -> Callable[[Bench], Policy]:
    def build(bench: Bench) -> Policy:
        deals = bench.missing()
        until = None if last is None or last >= bench.months else last
        levels = _LOCAL if local else (DealLevel.LOCAL, DealLevel.NATIONAL)
        stay = [step for role in roles for step in bench.help(deals, role, until, levels)]
        return plan_of("ladder", *bench.make(deals, imposed=imposed), *stay)

    return build


RUNGS: Final = (
    Rung("parties", "nobody", "–", _plan()),
    Rung("parties", f"facilitator, {SHORT} months", "local", _plan(_F, last=SHORT, local=True)),
    Rung("parties", "facilitator, to the end", "both", _plan(_F)),
    Rung("parties", f"guarantor, {SHORT} months", "local", _plan(_G, last=SHORT, local=True)),
    Rung("parties", "guarantor, to the end", "local", _plan(_G, local=True)),
    Rung("parties", "guarantor, to the end", "both", _plan(_G)),
    Rung("parties", "both roles, to the end", "both", _plan(_F, _G)),
    Rung("outsider", "nobody", "–", _plan(imposed=True)),
    Rung("outsider", "facilitator, to the end", "both", _plan(_F, imposed=True)),
    Rung("outsider", "guarantor, 18 months", "both", _plan(_G, imposed=True, last=18)),
    Rung("outsider", "guarantor, to the end", "both", _plan(_G, imposed=True)),
)


@dataclass(frozen=True, slots=True)
class Survival:
    """What became of the deals on one rung."""

    rung: Rung
    survive: float
    """Share in force at the end, mean over draws."""
    low: float
    high: float
    """90 % of draws."""
    outlasts: float
    """Share of draws in which more survive than unaided; ties half."""
    with_random_signs: float
    with_roles_off: float


def climb(case: CompiledCase, *, members: int, months: int = 36, seed: int = 1) -> list[Survival]:
    """Run every rung three times.

    Raises
    ------
    UsageError, NotTestableError : too few members; a case without a missing deal or an outsider.
    """
    n_draws, replicates = sizes(members)
    shares: dict[tuple[str, int], list[Floats]] = {}
    size = max(1, CHUNK // replicates)
    for first in range(0, n_draws, size):
        numbers = np.arange(first * replicates, min(first + size, n_draws) * replicates, dtype=np.int64)
        draws = numbers // replicates
        bench = Bench.of(case, seed, numbers, draws, months)
        for name, values in settings_of(_TEST, bench, signs_of(seed, draws)).items():
            here = bench.with_parameters(values)
            for number, rung in enumerate(RUNGS):
                share = _survive(here, rung, bench.missing())
                shares.setdefault((name, number), []).append(share.reshape(-1, replicates).mean(axis=1))
    found = {key: np.concatenate(parts) for key, parts in shares.items()}
    unaided = found[DEFAULT, 0]
    ladder = []
    for n, rung in enumerate(RUNGS):
        low, high = np.quantile(found[DEFAULT, n], (0.05, 0.95))
        more = (found[DEFAULT, n] > unaided) + 0.5 * (found[DEFAULT, n] == unaided)
        means = {name: float(found[name, n].mean()) for name in (DEFAULT, RANDOM, OFF)}
        ladder.append(
            Survival(rung, means[DEFAULT], float(low), float(high), float(more.mean()), means[RANDOM], means[OFF])
        )
    return ladder


def _survive(bench: Bench, rung: Rung, deals: Ints) -> Floats:
    course = bench.run(Arm(rung.plan(bench), edits=(edits.no_talks,)))
    share: Floats = course.paths.in_force[-1, deals].mean(axis=0)
    return share

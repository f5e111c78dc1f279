"""Screen packages by settlement, simulate the best few, rank them again by outcome.

Each package becomes a real deal of the case, with a term for each choice, and a policy of its own that puts it on the
table in the first month. What it is worth to those who must agree is what the settlement says, in each draw; so a
package that a party refuses in a draw is not made there. All packages share random numbers with doing nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from dayafter.arrays import Bools, CompiledCase
from dayafter.arrays import Policy as Plan
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.results.result import SimulationResult
from dayafter.results.schema import OUTCOMES, TO_DATE
from dayafter.settlement.frame import frame_of
from dayafter.settlement.records import PackageReport, ScopeReport
from dayafter.settlement.settle import settle
from dayafter.simulation.adapter import Engine
from dayafter.simulation.policies import NOTHING, Schedule, find_policy
from dayafter.simulation.process import Conditional
from dayafter.simulation.run import default_replicates
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import Paths
from dayafter.study import Settings, prepare
from dayafter.studying.records import Measure, NoPackageError, Paired, Spread, StudiedPackage, Study
from dayafter.studying.staging import Staged, stage, with_packages, worth_of

KEEP: Final = 2
"""Packages of each scope that are simulated."""
MEMBERS: Final = 400
MONTHS: Final = 36


_OUTCOME: Final[Mapping[Measure, tuple[str, int]]] = {
    Measure.EVENTS: ("events" + TO_DATE, -1),
    Measure.FATALITIES: ("fatalities" + TO_DATE, -1),
    Measure.HOME: ("home", 1),
}
"""Outcome at the horizon, and whether more of it is better."""


def study(
    case: CaseFile,
    places: Sequence[str] | None = None,
    *,
    joint: bool = False,
    keep: int = KEEP,
    measure: Measure = Measure.EVENTS,
    draws: int = 500,
    members: int = MEMBERS,
    months: int = MONTHS,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Study:
    """Screen packages by settlement, simulate the best few of each place, and rank them again by outcome.

    Parameters
    ----------
    places, joint, draws, seed : as `settle` takes them. keep : packages simulated of each scope: those accepted and
        held in most draws. measure : what ranks the simulated ones.
    members : futures of each package; at least 40, so that a range over parameter draws can be told from luck.
    months : horizon, 1 to 240. threads : at work at a time. progress : called with (done, in all).

    Raises
    ------
    UsageError : an argument that cannot be. NoPackageError : settlement leaves no package anywhere.
    """
    if keep < 1:
        raise UsageError(f"keep is {keep}; simulate at least 1 package")
    if members < 40:
        raise UsageError(f"members is {members}; a study takes at least 40")
    if not 1 <= months <= 240:
        raise UsageError(f"months is {months}; a run lasts 1 to 240")
    compiled = compile_case(case)
    settlement = settle(compiled, places, joint=joint, draws=draws, seed=seed, wider=keep)
    chosen = [(n, one) for n, scope in enumerate(settlement.scopes) for one in screened(scope, keep)]
    if not chosen:
        raise NoPackageError(tuple(dict.fromkeys(place for scope in settlement.scopes for place in scope.places)))
    frames = [frame_of(compiled, scope.places) for scope in settlement.scopes]
    staged = [stage(case, frames[n], one, number) for number, (n, one) in enumerate(chosen, 1)]
    wider = with_packages(case, staged)
    result, plans = _simulate(wider, (compiled, staged), members, months, seed, threads, progress)
    told = [
        _studied(result, _one_place(compiled, settlement.scopes[n]), (n, package), (row.deal.id, plan), measure)
        for (n, package), row, plan in zip(chosen, staged, plans, strict=True)
    ]
    simulated = {n for n, _ in chosen}
    unit = "chance" if measure is Measure.IN_FORCE else OUTCOMES[_OUTCOME[measure][0].removesuffix(TO_DATE)].unit
    return Study(
        settlement,
        _ranked(told, measure),
        tuple(n for n in range(len(settlement.scopes)) if n not in simulated),
        measure,
        unit,
        months,
        members,
        result,
    )


def _one_place(case: CompiledCase, scope: ScopeReport) -> str | None:
    """The contested place that a scope is about; None for several, or for the country."""
    place = scope.places[0]
    return place if len(scope.places) == 1 and not case.is_national[case.places.index(place)] else None


def screened(scope: ScopeReport, keep: int) -> tuple[PackageReport, ...]:
    """The packages of a scope that are worth simulating: accepted and held in most draws, then accepted in most."""
    some = [one for one in scope.packages if one.acceptable.high > 0]
    some.sort(key=lambda one: (-one.stable.low, -one.acceptable.low, -one.best))
    return tuple(some[:keep])


def _simulate(  # noqa: PLR0917  # a case, its packages and the size of the run
    case: CaseFile,
    packages: tuple[CompiledCase, Sequence[Staged]],
    members: int,
    months: int,
    seed: int,
    threads: int | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[SimulationResult, tuple[Plan, ...]]:
    plain, staged = packages
    names = [one.policy.id for one in staged]
    settings = Settings(
        policies=[NOTHING, *names],
        members=members - members % 2,
        replicates=max(2, default_replicates(members - members % 2)),
        months=months,
        seed=seed,
        thresholds={"deals_made": (1,), "deal_in_force": (1,)},
    )
    run = prepare(case, settings)
    compiled = run.process.case
    own = np.isin(np.array(compiled.deals), [one.deal.id for one in staged])
    process = replace(
        run.process,
        conditional=Conditional.DATED,  # what a package changes if it is signed, beside none
        engine=partial(_only_its_own, run.process.engine, own),
        surplus=partial(worth_of, plain, tuple(staged), run.process.surplus),
    )
    done = replace(run, process=process).execute(threads=threads, progress=progress)
    return done, tuple(find_policy(compiled, name) for name in names)


def _only_its_own(
    engine: Engine, packages: Bools, setting: Setting, schedule: Schedule, months: int, **how: Any
) -> Paths:
    """Run a policy in a world in which no other package can be made: they are not of this world.

    `how` : whatever else the engine takes, handed on as it comes.
    """
    others = packages & ~schedule.table.any(axis=0)
    layout = replace(setting.layout, can_form=setting.layout.can_form & ~others)
    return engine(replace(setting, layout=layout), schedule, months, **how)


def _studied(
    result: SimulationResult,
    place: str | None,
    chosen: tuple[int, PackageReport],
    named: tuple[str, Plan],
    measure: Measure,
) -> StudiedPackage:
    """What became of one package; its change is read in its place, over all places where it has several."""
    n, package = chosen
    deal, plan = named
    chances = {name: _chance(result, plan.id, name, deal) for name in ("deals_made" + TO_DATE, "deal_in_force")}
    total, conditional = (_paired(result, plan.id, place, deal, measure, side) for side in ("total", "conditional"))
    return StudiedPackage(
        n, package, deal, plan, 0, chances["deals_made" + TO_DATE], chances["deal_in_force"], total, conditional, 0
    )


def _chance(result: SimulationResult, policy: str, outcome: str, deal: str) -> Spread:
    found = result.tables["chances"].filter(
        (pl.col("policy") == policy) & (pl.col("outcome") == outcome) & (pl.col("deal") == deal)
    )
    row = found.filter(pl.col("month") == found["month"].max()).row(0, named=True)
    return _spread(row, "p", "parameter")


def _spread(row: Mapping[str, Any], mean: str, stem: str) -> Spread:
    low, high = (row[f"{stem}_{end}"] for end in ("low", "high"))
    return Spread(row[mean], row[mean] if low is None else low, row[mean] if high is None else high)


def _paired(  # noqa: PLR0917  # a question to the table of contrasts
    result: SimulationResult, policy: str, place: str | None, deal: str, measure: Measure, side: str
) -> Paired:
    """The contrast at the horizon, in one place or over all of them."""
    where: dict[str, str | None]
    if measure is Measure.IN_FORCE:
        outcome, sign, where = "deal_in_force", 1, {"deal": deal}
    else:
        outcome, sign = _OUTCOME[measure]
        where = {"place": place, "violence_class": None, "community": None}
    rows = result.contrast(policy, outcome=outcome, **where)
    row = rows.filter(pl.col("month") == rows["month"].max()).row(0, named=True)
    shares = [row[f"{side}_p_{way}"] for way in ("less", "more")]
    better, worse = (float("nan") if share is None else share for share in (shares if sign < 0 else shares[::-1]))
    return Paired(_spread(row, f"{side}_mean", f"{side}_parameter"), better, worse)


def _ranked(told: Sequence[StudiedPackage], measure: Measure) -> tuple[StudiedPackage, ...]:
    """Ranks within each scope: by settlement in the order of screening, by outcome by the mean total change."""
    sign = 1 if measure is Measure.IN_FORCE else _OUTCOME[measure][1]
    ranked: list[StudiedPackage] = []
    for scope in dict.fromkeys(one.scope for one in told):
        here = [replace(one, screened=n) for n, one in enumerate((o for o in told if o.scope == scope), 1)]
        here.sort(key=lambda one: (-sign * one.total.change.mean, one.screened))
        ranked += [replace(one, rank=n) for n, one in enumerate(here, 1)]
    return tuple(ranked)

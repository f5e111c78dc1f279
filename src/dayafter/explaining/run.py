"""A run made again from its folder, to be explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dayafter.arrays import Policy
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.errors import DayafterError, UsageError
from dayafter.explaining.causes import Happening, trace
from dayafter.explaining.sensitivity import Sensitivity, sensitivity
from dayafter.explaining.why import Why, why
from dayafter.results.store import load_manifest
from dayafter.simulation.adapter import CaseProcess
from dayafter.study import Run, Settings, policy_data, prepare, settings_of
from dayafter.vocabulary import Audience


@dataclass(frozen=True)
class Again:
    """A run as it was, and which two of its policies are compared."""

    case: CaseFile
    process: CaseProcess
    policy: Policy
    baseline: Policy
    members: int
    replicates: int
    audience: Audience

    @property
    def ids(self) -> tuple[str, str]:
        """Of both policies."""
        return self.policy.id, self.baseline.id

    @property
    def plans(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Both policies as plain data."""
        return policy_data(self.policy), policy_data(self.baseline)

    def traced(self, wanted: int) -> int:
        """Members that are traced: whole draws, at least one, no more than the run has."""
        return max(1, min(wanted, self.members) // self.replicates) * self.replicates


Choice = Callable[[CaseFile, Sequence[Policy], Policy, Audience], str]
"""Of the case, the policies that may be explained, the baseline and the audience of the run: the id of one of them."""


def of_run(folder: Path, case: str | None = None, policy: str | None = None, choose: Choice | None = None) -> Again:
    """Read a run's manifest and compile it again.

    Parameters
    ----------
    case : where the case is; the bundled one of the manifest's name where None. policy : which to explain; may be left
        out where the run has one besides the baseline. choose : names one where the run has several and none is asked
        for.

    Raises
    ------
    UsageError : the folder is no run of `simulate`, the case is not to be found or another one, the policy is unknown.
    """
    loaded, settings, run = _prepared(folder, case)
    plans = {one.id: one for one in settings.policies or () if isinstance(one, Policy)}
    base = plans[run.spec.baseline]
    others = [one for one in plans.values() if one.id != base.id]
    audience = settings.audience or loaded.case.info.audience
    if policy is None and len(others) > 1 and choose is not None:
        policy = choose(loaded.case, others, base, audience)
    if policy is None and len(others) != 1:
        raise UsageError(f"which policy? Name one with --policy: {', '.join(one.id for one in others) or 'none'}")
    chosen = others[0] if policy is None else plans.get(policy)
    if chosen is None:
        raise UsageError(f"the run has no policy '{policy}'; it has {', '.join(plans)}")
    if chosen.id == base.id:
        raise UsageError(f"'{policy}' is the baseline; its difference with itself is 0. Name another with --policy")
    return Again(loaded.case, run.process, chosen, base, run.spec.members, run.spec.replicates, audience)


def _prepared(folder: Path, case: str | None) -> tuple[LoadedCase, Settings, Run]:
    """The case, settings and run of a folder."""
    manifest = load_manifest(folder)
    name = str(manifest["run"].get("case", {}).get("id", ""))
    try:
        loaded = load_case(case if case is not None else name)
    except DayafterError as fault:
        if case is not None:
            raise
        raise UsageError(f"the run is of the case '{name}', not a bundled one; say where it is with --case") from fault
    written = settings_of(loaded, folder)
    settings = replace(written, events=False, draws=False, netcdf=False)  # nothing is written this time
    return loaded, settings, prepare(loaded, settings)


def inputs_of(
    folder: Path,
    case: str | None = None,
    *,
    members: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Sensitivity, CaseFile, Audience]:
    """Which inputs move a run, its case, and whom it was written for.

    Raises
    ------
    UsageError : as `of_run`; too few draws.
    """
    loaded, settings, run = _prepared(folder, case)
    plans = [one for one in settings.policies or () if isinstance(one, Policy)]
    n = run.spec.members if members is None else min(members, run.spec.members)
    found = sensitivity(
        run.process, plans, run.spec.baseline, members=n, replicates=run.spec.replicates, progress=progress
    )
    return found, loaded.case, settings.audience or loaded.case.info.audience


def explain(
    again: Again,
    place: str,
    *,
    members: int,
    traced: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Why, dict[str, list[Happening]]]:
    """The difference taken apart, and what happened in single members under both policies."""
    n, m = again.replicates, min(members, again.members)
    found = why(
        again.process, again.policy, again.baseline, place, members=m, replicates=n, progress=progress
    )  # fmt: skip
    happenings = {
        one.id: trace(again.process, one, place, members=again.traced(traced), replicates=n)
        for one in (again.policy, again.baseline)
    }
    return found, happenings

"""Joins the parts: a case is compiled, simulated and tabulated. The layer that sees both a case and the engines."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any, Final

from dayafter import __version__
from dayafter.arrays import CompiledCase, Policy
from dayafter.casefile.cell_text import row_texts
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import TABLES, CaseFile, columns
from dayafter.casefile.write import csv_text, head_yaml
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.results.result import SimulationResult
from dayafter.results.schema import OUTCOMES
from dayafter.simulation.accumulate import DEFAULT_CAP
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.execute import Output, execute
from dayafter.simulation.plan import Plan, make_plan
from dayafter.simulation.policies import NOTHING, find_policy
from dayafter.simulation.run import DEFAULT_CHUNK, RunSpec, default_replicates

DEFAULT_MEMBERS: Final = 1000
MAX_MONTHS: Final = 240

CaseLike = str | PathLike[str] | LoadedCase | CaseFile


def simulate(
    case: CaseLike,
    *,
    policies: Sequence[str | Policy] | None = None,
    members: int = DEFAULT_MEMBERS,
    replicates: int | None = None,
    months: int | None = None,
    seed: int = 1,
    baseline: str | None = None,
    thresholds: Mapping[str, Sequence[int]] | None = None,
    threads: int | None = None,
    chunk: int = DEFAULT_CHUNK,
    cap: int = DEFAULT_CAP,
    fixed: Mapping[str, float] | None = None,
    out: str | PathLike[str] | None = None,
    resume: bool = False,
    events: bool = False,
    draws: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SimulationResult:
    """Simulate a case under rival policies.

    Parameters
    ----------
    case : a folder, workbook or bundled case's name, or a case in memory.
    policies : ids in the case, or plans of your own; all of the case where None. Doing nothing is always among them.
    members : futures of each policy: parameter draws × replicates. replicates : histories of each draw; chosen so that
        there are 200 draws or more where None.
    months : length; the horizon of the case where None. seed : of every random number.
    baseline : the policy that the others are compared with; doing nothing where None.
    thresholds : outcome to thresholds, in its unit, of the chance of at least so much; the declared ones where None.
    threads : at work at a time; the number of processors where None. chunk : members a thread works on at a time.
    cap : different values of a cell that are kept apart; beyond, quantiles are classed.
    fixed : parameters held at one value in every member.
    out : folder to write to; must be empty or not there. resume : go on with an interrupted run of the same.
    events, draws : also write single members; see `Output`.
    progress : called with (done, in all).

    Raises
    ------
    CaseFileError : the case breaks a rule. UsageError : an argument that cannot be; each says how to mend it.
    """
    output = Output(None if out is None else Path(out), resume, events, draws)
    whole, process, spec, about = _prepare(
        case, policies, members, replicates, months, seed, baseline, thresholds, cap, fixed
    )
    return execute(
        process,
        spec,
        about,
        currency=whole.info.currency,
        output=output,
        threads=_threads(threads),
        chunk=chunk,
        progress=progress,
    )


def plan(
    case: CaseLike,
    *,
    policies: Sequence[str | Policy] | None = None,
    members: int = DEFAULT_MEMBERS,
    replicates: int | None = None,
    months: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    chunk: int = DEFAULT_CHUNK,
    cap: int = DEFAULT_CAP,
    draws: bool = False,
) -> Plan:
    """Say what `simulate` with the same arguments will cost, measured on a few members.

    Raises
    ------
    CaseFileError, UsageError : as `simulate`.
    """
    _, process, spec, _ = _prepare(case, policies, members, replicates, months, seed, None, None, cap, None)
    return make_plan(process, spec, threads=_threads(threads), chunk=chunk, draws=draws)


def _threads(threads: int | None) -> int:
    if threads is not None:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare(  # noqa: PLR0917  # the arguments of simulate, in its order
    case: CaseLike,
    policies: Sequence[str | Policy] | None,
    members: int,
    replicates: int | None,
    months: int | None,
    seed: int,
    baseline: str | None,
    thresholds: Mapping[str, Sequence[int]] | None,
    cap: int,
    fixed: Mapping[str, float] | None,
) -> tuple[CaseFile, CaseProcess, RunSpec, dict[str, Any]]:
    """Check the arguments and compile."""
    if seed < 0:
        raise UsageError(f"seed is {seed}; pass an integer of 0 or more")
    if members < 1:
        raise UsageError(f"members is {members}; a run needs at least 1 ({DEFAULT_MEMBERS} is the default)")
    if months is not None and not 1 <= months <= MAX_MONTHS:
        raise UsageError(f"months is {months}; a run lasts 1 to {MAX_MONTHS}")
    whole = _whole(case)
    compiled = compile_case(whole)
    plans = _plans(compiled, policies, baseline)
    process = CaseProcess(compiled, months if months is not None else compiled.horizon_months, seed, dict(fixed or {}))
    spec = RunSpec(
        policies={one.id: process.schedule(one) for one in plans},
        baseline=baseline if baseline is not None else _nothing_of(plans).id,
        members=members,
        replicates=default_replicates(members) if replicates is None else replicates,
        cap=cap,
        thresholds=_thresholds(thresholds),
    )
    about = {
        "engine": "dayafter.simulate",
        "version": __version__,
        "case": {
            "id": whole.info.id,
            "format": whole.info.format,
            "as_of": compiled.as_of.isoformat(),
            "inputs": input_hashes(whole),
        },
        "seed": seed,
        "policies": [policy_data(one) for one in plans],
        "fixed": dict(sorted((fixed or {}).items())),
    }
    return whole, process, spec, about


def _whole(case: CaseLike) -> CaseFile:
    if isinstance(case, CaseFile):
        return case
    return case.case if isinstance(case, LoadedCase) else load_case(case).case


def _plans(case: CompiledCase, policies: Sequence[str | Policy] | None, baseline: str | None) -> tuple[Policy, ...]:
    """The plans to run, the baseline or doing nothing among them. UsageError where one is unknown or given twice."""
    wanted = case.policies if policies is None else tuple(find_policy(case, one) for one in policies)
    ids = [one.id for one in wanted]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise UsageError(f"policy '{twice[0]}' is named twice; name each once")
    if baseline is not None:
        return wanted if baseline in ids else (find_policy(case, baseline), *wanted)
    if any(not one.steps for one in wanted):
        return wanted
    empty = next((one for one in case.policies if not one.steps), NOTHING)
    return (empty, *wanted)


def _nothing_of(plans: tuple[Policy, ...]) -> Policy:
    return next(one for one in plans if not one.steps)


def _thresholds(wanted: Mapping[str, Sequence[int]] | None) -> dict[str, tuple[int, ...]]:
    if wanted is None:
        return {name: outcome.thresholds for name, outcome in OUTCOMES.items() if outcome.thresholds}
    for name, values in wanted.items():
        if name not in OUTCOMES:
            raise UsageError(
                f"thresholds name the outcome '{name}', which there is not; it is one of {', '.join(OUTCOMES)}"
            )
        if list(values) != sorted(set(values)):
            raise UsageError(f"the thresholds of {name} must rise, each once: {list(values)}")
    return {name: tuple(values) for name, values in wanted.items()}


def policy_data(policy: Policy) -> dict[str, Any]:
    """A policy as plain data: enough to run it again."""
    steps = []
    for step in policy.steps:
        fields = {name: value for name, value in asdict(step).items() if value not in (None, (), "")}
        steps.append({name: _plain(value) for name, value in fields.items()})
    return {"id": policy.id, "name": policy.name, "steps": steps}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return str(value)


def input_hashes(case: CaseFile) -> dict[str, str]:
    """SHA-256 of the canonical text of each table that has rows, and of the head: equal cases, equal hashes."""
    texts = {"case.yaml": head_yaml(case.info)}
    for table in TABLES:
        rows = [row_texts(table, row) for row in getattr(case, table)]
        if rows:
            texts[f"{table}.csv"] = csv_text([columns(table), *rows])
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}

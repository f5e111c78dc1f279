"""Joins the parts: a case is compiled, simulated and tabulated. The layer that sees both a case and the engines."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

from dayafter import __version__
from dayafter.arrays import CompiledCase, Policy, Step
from dayafter.calibrating import choose_posterior
from dayafter.casefile.cell_text import row_texts
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import TABLES, CaseFile, columns
from dayafter.casefile.write import csv_text, head_yaml
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.margins import settled_surplus
from dayafter.priors import Posterior, Prior
from dayafter.priors.own import Interval, own_priors, read_own_priors
from dayafter.redaction import Gate
from dayafter.redaction.results import redact_result
from dayafter.results.lab import NETCDF
from dayafter.results.result import SimulationResult
from dayafter.results.schema import OUTCOMES
from dayafter.results.store import load_manifest
from dayafter.simulation.accumulate import DEFAULT_CAP
from dayafter.simulation.adapter import CaseProcess
from dayafter.simulation.cluster import Cluster, open_cluster
from dayafter.simulation.execute import Output, execute
from dayafter.simulation.parameters import check_parameters
from dayafter.simulation.plan import Plan, make_plan, refuse_too_large
from dayafter.simulation.policies import NOTHING, find_policy
from dayafter.simulation.run import DEFAULT_CHUNK, default_replicates
from dayafter.simulation.spec import RunSpec
from dayafter.vocabulary import Action, Audience, ConditionKind, DealForm, DealLevel

ENGINE: Final = "dayafter.simulate"
DEFAULT_MEMBERS: Final = 1000
DEFAULT_MONTHS: Final = 36
"""The horizon of the essay's questions; a case's own horizon is for its assessment, and asked for by None."""
MAX_MONTHS: Final = 240

CaseLike = str | PathLike[str] | LoadedCase | CaseFile
PosteriorLike = str | PathLike[str] | Posterior
PriorsLike = str | PathLike[str] | Mapping[str, Interval]
"""A CSV file, or symbol to (low, median, high)."""


def simulate(
    case: CaseLike,
    *,
    policies: Sequence[str | Policy] | None = None,
    members: int = DEFAULT_MEMBERS,
    replicates: int | None = None,
    months: int | None = DEFAULT_MONTHS,
    seed: int = 1,
    baseline: str | None = None,
    thresholds: Mapping[str, Sequence[int]] | None = None,
    threads: int | None = None,
    chunk: int = DEFAULT_CHUNK,
    cap: int = DEFAULT_CAP,
    fixed: Mapping[str, float] | None = None,
    priors: PriorsLike | None = None,
    prior: bool = False,
    posterior: PosteriorLike | None = None,
    out: str | PathLike[str] | None = None,
    resume: bool = False,
    events: bool = False,
    draws: bool = False,
    netcdf: bool = False,
    audience: Audience | str | None = None,
    max_memory: int | None = None,
    cluster: str | None = None,
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
    fixed : parameters held at one value in every member. priors : priors in place of the default ones.
    prior : leave the posterior that lies beside the case unused, and draw from the priors alone.
    posterior : what a record makes of the priors, or its file; the one beside the case where None.
    out : folder to write to; must be empty or not there. resume : go on with an interrupted run of the same.
    events, draws, netcdf : also write single members, and a file for xarray; see `Output`.
    audience : who reads the folder: what they must not see is not written; that of the case where None.
    max_memory : bytes that the run may take, by `plan`; not asked for where None.
    cluster : address of a Dask scheduler, or `local:N`, whose workers run the chunks; needs the extra `cluster`.
    progress : called with (done, in all).

    Returns
    -------
    The whole result, which has not passed the redaction gate; what is written to `out` has.

    Raises
    ------
    CaseFileError : the case breaks a rule. UsageError : an argument that cannot be, or a posterior that is broken or
        has seen what came after the case's as-of date; each says how to mend it.
    RedactionError : the audience is wider than the case allows.
    """
    settings = Settings(
        policies, baseline, members, replicates, months, seed, thresholds, cap, fixed, priors, events, draws, netcdf,
        _audience(audience), prior, posterior,
    )  # fmt: skip
    run = prepare(case, settings, out=None if out is None else Path(out), resume=resume)
    if max_memory is not None:
        refuse_too_large(run.plan(threads=threads, chunk=chunk), max_memory)
    if cluster is None:
        return run.execute(threads=threads, chunk=chunk, progress=progress)
    with open_cluster(cluster) as workers:
        return run.execute(chunk=chunk, progress=progress, cluster=workers)


def plan(
    case: CaseLike,
    *,
    policies: Sequence[str | Policy] | None = None,
    members: int = DEFAULT_MEMBERS,
    replicates: int | None = None,
    months: int | None = DEFAULT_MONTHS,
    seed: int = 1,
    baseline: str | None = None,
    threads: int | None = None,
    chunk: int = DEFAULT_CHUNK,
    cap: int = DEFAULT_CAP,
    fixed: Mapping[str, float] | None = None,
    priors: PriorsLike | None = None,
    prior: bool = False,
    posterior: PosteriorLike | None = None,
    draws: bool = False,
) -> Plan:
    """Say what `simulate` with the same arguments will cost, measured on a few members.

    Raises
    ------
    CaseFileError, UsageError : as `simulate`.
    """
    settings = Settings(
        policies,
        baseline,
        members,
        replicates,
        months,
        seed,
        None,
        cap,
        fixed,
        priors,
        prior=prior,
        posterior=posterior,
    )
    run = prepare(case, settings)
    return make_plan(run.process, run.spec, threads=_threads(threads), chunk=chunk, draws=draws)


@dataclass(frozen=True)
class Settings:
    """What a run is made of besides its case; each as `simulate` takes it. Equal settings give equal bytes."""

    policies: Sequence[str | Policy] | None = None
    baseline: str | None = None
    members: int = DEFAULT_MEMBERS
    replicates: int | None = None
    months: int | None = DEFAULT_MONTHS
    seed: int = 1
    thresholds: Mapping[str, Sequence[int]] | None = None
    cap: int = DEFAULT_CAP
    fixed: Mapping[str, float] | None = None
    priors: PriorsLike | None = None
    events: bool = False
    draws: bool = False
    netcdf: bool = False
    audience: Audience | None = None
    prior: bool = False
    posterior: PosteriorLike | None = None


@dataclass(frozen=True)
class Run:
    """A run that is checked and compiled, and not begun."""

    case: CaseFile
    gate: Gate
    """Of who reads the folder."""
    process: CaseProcess
    spec: RunSpec
    about: Mapping[str, Any]
    output: Output
    plans: Sequence[Policy] = ()
    """The policies that are run, the baseline among them."""

    def plan(self, *, threads: int | None = None, chunk: int = DEFAULT_CHUNK) -> Plan:
        """What it will cost, measured on a few members."""
        return make_plan(self.process, self.spec, threads=_threads(threads), chunk=chunk, draws=self.output.draws)

    def execute(
        self,
        *,
        threads: int | None = None,
        chunk: int = DEFAULT_CHUNK,
        progress: Callable[[int, int], None] | None = None,
        cluster: Cluster | None = None,
    ) -> SimulationResult:
        """Run it, and write what may be written. The result that is returned is whole. Raises as `simulate`."""
        return execute(
            self.process,
            self.spec,
            self.about,
            currency=self.case.info.currency,
            output=self.output,
            threads=_threads(threads),
            chunk=chunk,
            progress=progress,
            release=self.release,
            cluster=cluster,
        )

    def release(self, result: SimulationResult) -> SimulationResult:
        """The result as the readers of the folder may have it."""
        return redact_result(result, self.gate, self.case)


def _threads(threads: int | None) -> int:
    if threads is not None and threads < 1:
        raise UsageError(f"threads is {threads}; at least 1 is needed")
    if threads is not None:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare(case: CaseLike, settings: Settings, *, out: Path | None = None, resume: bool = False) -> Run:
    """Check what `simulate` was asked for and compile it.

    Raises
    ------
    CaseFileError, UsageError, RedactionError : as `simulate`.
    """
    if settings.seed < 0:
        raise UsageError(f"seed is {settings.seed}; pass an integer of 0 or more")
    if settings.members < 1:
        raise UsageError(f"members is {settings.members}; a run needs at least 1 ({DEFAULT_MEMBERS} is the default)")
    if settings.months is not None and not 1 <= settings.months <= MAX_MONTHS:
        raise UsageError(f"months is {settings.months}; a run lasts 1 to {MAX_MONTHS}")
    output = Output(out, resume, settings.events, settings.draws, settings.netcdf)
    fixed, own = dict(settings.fixed or {}), _own(settings.priors)
    check_parameters(fixed, own)
    given = load_case(case) if isinstance(case, (str, PathLike)) else case
    whole = _whole(given)
    gate = Gate(whole, settings.audience or whole.info.audience)
    compiled = compile_case(whole)
    plans = _plans(compiled, settings.policies, settings.baseline)
    months = compiled.horizon_months if settings.months is None else settings.months
    learnt = choose_posterior(given, settings.posterior, prior=settings.prior)
    process = CaseProcess(compiled, months, settings.seed, fixed, learnt, own=own, surplus=settled_surplus)
    spec = RunSpec(
        policies={one.id: process.schedule(one) for one in plans},
        baseline=settings.baseline if settings.baseline is not None else _nothing_of(plans).id,
        members=settings.members,
        replicates=default_replicates(settings.members) if settings.replicates is None else settings.replicates,
        cap=settings.cap,
        thresholds=_thresholds(settings.thresholds),
    )
    about = {
        "engine": ENGINE,
        "version": __version__,
        "case": {
            "id": whole.info.id,
            "format": whole.info.format,
            "as_of": compiled.as_of.isoformat(),
            "inputs": input_hashes(whole),
        },
        "seed": settings.seed,
        "policies": [policy_data(one) for one in plans],
        "fixed": dict(sorted(fixed.items())),
        "priors": {name: [one.low, one.median, one.high] for name, one in sorted(own.items())},
        "parameters": _parameters_data(learnt),
    }
    return Run(whole, gate, process, spec, about, output, tuple(plans))


def _audience(audience: Audience | str | None) -> Audience | None:
    if audience is not None and audience not in set(Audience):
        raise UsageError(f"there is no audience '{audience}'; it is one of {', '.join(Audience)}")
    return None if audience is None else Audience(audience)


def settings_of(case: CaseLike, folder: str | PathLike[str]) -> Settings:
    """The settings that make a result again, from its manifest.

    Parameters
    ----------
    case : the whole case that the run was made of; a manifest holds no path to it, and not what was withheld.

    Raises
    ------
    UsageError : the folder is no result, or the case is not the one of the run: says which tables differ.
    """
    settings = settings_from(case, load_manifest(Path(folder)), str(folder))
    return replace(settings, netcdf=(Path(folder) / NETCDF).is_file())


def settings_from(case: CaseLike, manifest: Mapping[str, Any], folder: str) -> Settings:
    """The same from a manifest in hand; `folder` is what a refusal calls the results. Raises as `settings_of`."""
    run, whole = manifest["run"], _whole(case)
    if run.get("engine") != ENGINE:
        raise UsageError(f"{folder} was made by {run.get('engine')}, not by {ENGINE}")
    if run["case"]["as_of"] != compile_case(whole).as_of.isoformat():
        raise UsageError(f"{folder} is as of {run['case']['as_of']}, the case is not; give the case of the run")
    hashes = input_hashes(whole)
    if differ := [name for name, digest in run["case"]["inputs"].items() if hashes.get(name) != digest]:
        raise UsageError(
            f"the case is not as it was when {folder} was made: {', '.join(differ)} differ; give the case of the run"
        )
    audience = Audience(manifest.get("redaction", {}).get("audience", Audience.INTERNAL))  # a whole result has none
    gate = Gate(whole, audience)
    known = {gate.alias(row.id, "policies"): row.id for row in whole.policies}
    of_case = {one.id: one for one in compile_case(whole).policies}
    return Settings(
        policies=[_policy_again(data, of_case.get(known.get(data["id"], ""))) for data in run["policies"]],
        baseline=known.get(run["baseline"], run["baseline"]),
        members=run["members"],
        replicates=run["replicates"],
        months=run["months"],
        seed=run["seed"],
        thresholds=run["thresholds"],
        cap=run["cap"],
        fixed=run["fixed"],
        priors={name: (low, median, high) for name, (low, median, high) in run["priors"].items()},
        events="events" in run["single_members"],
        draws="draws" in run["single_members"],
        audience=audience,
        prior=_prior_again(case, run.get("parameters", {}), folder),
    )


def _policy_again(data: Mapping[str, Any], of_case: Policy | None) -> Policy:
    """A policy of a manifest, from its steps; that of the case where some are withheld."""
    if data.get("steps_withheld"):
        if of_case is not None:
            return of_case
        raise UsageError(
            f"policy '{data['id']}' is none of the case, and steps of it are withheld from the manifest; "
            "it can be run again from a folder for the audience internal alone"
        )
    steps = tuple(Step(**{name: _value(name, value) for name, value in step.items()}) for step in data["steps"])
    ident, name = (data["id"], data["name"]) if of_case is None else (of_case.id, of_case.name)
    return Policy(ident, name, steps)


def _value(name: str, value: Any) -> Any:
    """Inverse of `_plain` for a field of a step."""
    match name:
        case "action":
            return Action(value)
        case "start" | "until":
            return dt.date.fromisoformat(value)
        case "form":
            return DealForm(value)
        case "levels":
            return tuple(DealLevel(one) for one in value)
        case "condition":
            return ConditionKind(value)
        case _:
            return value


def _own(priors: PriorsLike | None) -> dict[str, Prior]:
    if priors is None:
        return {}
    return own_priors(priors) if isinstance(priors, Mapping) else read_own_priors(Path(priors))


def _parameters_data(posterior: Posterior | None) -> dict[str, Any]:
    """What the manifest says of where the parameters come from."""
    if posterior is None:
        return {"from": "priors"}
    about = {name: posterior.about.get(name) for name in ("case", "as_of", "method", "background")}
    return {"from": "posterior", "sha256": posterior.sha256, "moved": list(posterior.names), **about}


def _prior_again(case: CaseLike, made: Mapping[str, Any], folder: str | PathLike[str]) -> bool:
    """Whether the run of a manifest drew from the priors alone. UsageError where its posterior is not the case's."""
    if made.get("from") != "posterior":
        return True
    found = choose_posterior(load_case(case) if isinstance(case, (str, PathLike)) else case)
    if found is None or found.sha256 != made.get("sha256"):
        now = "there is none" if found is None else f"it has SHA-256 {found.sha256[:12]}…"
        raise UsageError(
            f"{folder} was drawn from a posterior with SHA-256 {str(made.get('sha256'))[:12]}…; beside the case {now}: "
            "put the posterior of the run there"
        )
    return False


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

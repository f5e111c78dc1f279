"""A case to everything that a brief says: assessed, settled, simulated or read from results, then put into words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dayafter.assessment.assess import assess
from dayafter.calibrating import choose_posterior
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.explaining.headline import Ranking, Told, headline_ranking
from dayafter.findings.build import build_findings
from dayafter.findings.calibration import in_words
from dayafter.findings.movers import Ranker
from dayafter.findings.records import Findings
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.results.store import load_results
from dayafter.settlement.settle import settle_places
from dayafter.study import Run, Settings, input_hashes, prepare, settings_from

LEAST_FUTURES: Final = 40
"""Fewer futures tell no chance from another."""
RANKED_DRAWS: Final = 600
"""Parameter draws over which inputs are ranked: at most so many, and at most so many times those of the run."""
_TIMES: Final = 3
_HISTORIES: Final = 5
_DRAWS: Final = 200


def brief_findings(
    case: LoadedCase | CaseFile,
    gate: Gate,
    *,
    results: Path | SimulationResult | None = None,
    futures: int = 1000,
    shown: Sequence[str] = (),
    language: str = "en",
    seed: int = 7,
    members: int = 1000,
    horizon_months: int | None = None,
) -> Findings:
    """Assess and settle a case, take its futures from results or simulate them, and say what follows.

    Parameters
    ----------
    results : a result or the folder of one, of this very case; where None, `futures` futures of each policy are
        simulated (0: none, and no options are compared). A case without policies has nothing to compare.
    shown : policies for the first page; chosen by rule where empty. language : `en` or `ar`.
    seed, members : of the assessment and of futures simulated now. horizon_months : that of the results, else that of
        the case, where None.

    Raises
    ------
    UsageError : results of another case or of another version of it, or for another horizon; see also `build_findings`.
    """
    whole = case.case if isinstance(case, LoadedCase) else case
    compiled = compile_case(whole)
    run = _read(results, whole, horizon_months) if results is not None else None
    asked = int(run.manifest["run"]["months"]) if run is not None else horizon_months
    assessment = assess(compiled, seed=seed, n_members=members, horizon_months=asked)
    months = assessment.horizon_months
    has_plans = any(policy.steps for policy in compiled.policies)
    prepared = None
    if run is None and futures and has_plans:
        settings = Settings(
            members=_whole_draws(futures), replicates=_replicates(futures), months=months, seed=seed,
            audience=gate.audience,
        )  # fmt: skip
        prepared = prepare(case, settings)
        run = prepared.execute()
    if shown and run is None:
        raise UsageError("there are no options to show: the case has no policy with steps, or futures is 0")
    return build_findings(
        whole,
        assessment,
        gate,
        settlement=settle_places(compiled, seed=seed),
        results=run,
        calibration=None if run is None else in_words(choose_posterior(case, None, prior=False), Wording(language)),
        shown=shown,
        language=language,
        rank=None if run is None else _ranker(case, run, prepared, gate),
    )


def _ranker(case: LoadedCase | CaseFile, run: SimulationResult, prepared: Run | None, gate: Gate) -> Ranker:
    """Ranks the inputs of a run, made again where only its results are at hand; nothing where that cannot be done."""

    def rank(events: Sequence[Told], best: str | None) -> Ranking:
        about = run.manifest["run"]
        draws = min(RANKED_DRAWS, _TIMES * int(about["draws"]))
        histories = min(_HISTORIES, int(about["members"]) // int(about["draws"]))
        try:
            again = prepare(case, settings_from(case, run.manifest, "the results")) if prepared is None else prepared
            plans = {gate.alias(one.id, "policies"): one for one in again.plans}
            return headline_ranking(
                again.process, events, plans[gate.alias(again.spec.baseline, "policies")], plans.get(best or ""),
                members=draws * histories, replicates=histories,
            )  # fmt: skip
        except UsageError:
            return Ranking((), 0)

    return rank


def _replicates(futures: int) -> int:
    """Histories of each draw, at least two: a range over draws cannot be told from luck otherwise."""
    return max(2, futures // _DRAWS)


def _whole_draws(futures: int) -> int:
    """So many futures, in whole draws."""
    if futures < LEAST_FUTURES:
        raise UsageError(f"futures is {futures}; take {LEAST_FUTURES} or more, or 0 to compare no options")
    return futures // _replicates(futures) * _replicates(futures)


def _read(results: Path | SimulationResult, case: CaseFile, months: int | None) -> SimulationResult:
    """Results of this case as it now stands, for the horizon asked for.

    Results that were redacted keep the hashes of tables that their audience may see whole; those are compared.
    """
    run = results if isinstance(results, SimulationResult) else load_results(results)
    about = run.manifest["run"]
    if about["case"]["id"] == case.info.id:
        old, now = about["case"]["inputs"], input_hashes(case)
        if changed := sorted(name for name, digest in old.items() if now.get(name) != digest):
            raise UsageError(
                f"the results are of another version of the case: {', '.join(changed[:4])} "
                f"{'differs' if len(changed) == 1 else 'differ'}; simulate it again"
            )
    if months is not None and about["months"] != months:
        raise UsageError(
            f"the results look {about['months']} months ahead, the brief {months}; "
            f"simulate {months} months, or leave --horizon out"
        )
    return run

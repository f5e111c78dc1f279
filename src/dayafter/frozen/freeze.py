"""Making a forecast: many futures of doing nothing more, every question answered in each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dayafter import __version__
from dayafter.arrays import Ints
from dayafter.errors import UsageError
from dayafter.findings.words import likelihood
from dayafter.frozen.answers import VOID, answer, run_futures, totals_of
from dayafter.frozen.essay import questions_of
from dayafter.frozen.questions import EVENT_THRESHOLDS, Kind, Question
from dayafter.simulation.policies import NOTHING
from dayafter.simulation.tables import beta_quantiles
from dayafter.study import CaseLike, Run, Settings, prepare

MONTHS: Final = 36
MEMBERS: Final = 4000
REPLICATES: Final = 20
PROBED: Final = 40
"""Members, from the first on, of which totals are kept so that anybody can see whether the process still gives them."""
SAMPLE: Final = 100
"""Values, equally likely, that stand for the distribution of a count."""
STATEMENT: Final = "simulated under stated assumptions"
_CHUNK: Final = 200
_ENDS: Final = (5, 95)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its forecast."""

    question: Question
    n: int
    """Members in which it is not void."""
    p: float | None
    """Of yes; of a count: of at least one."""
    p_low: float | None
    p_high: float | None
    """90 % of parameter draws."""
    exceeds: tuple[float, ...]
    """Of a count: chance of at least each of `EVENT_THRESHOLDS`; empty of others."""
    sample: tuple[int, ...]
    """Of a count: `SAMPLE` equally likely values, rising. Empty of a yes or no."""

    @property
    def word(self) -> str:
        """The likelihood word (ICD 203) of `p`; empty without one."""
        return "" if self.p is None else likelihood(self.p)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A frozen forecast: its questions with their answers, and what it was made of."""

    answered: tuple[Answered, ...]
    manifest: dict[str, Any]

    def of(self, ident: str) -> Answered:
        """One question by its id. KeyError for an unknown one."""
        for one in self.answered:
            if one.question.id == ident:
                return one
        raise KeyError(ident)


def freeze(
    case: CaseLike,
    *,
    members: int = MEMBERS,
    replicates: int = REPLICATES,
    months: int = MONTHS,
    seed: int = 1,
    prior: bool = False,
    issued: dt.date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """Make a forecast of a case under doing nothing more.

    Parameters
    ----------
    members, replicates, months, seed, prior : as `study.simulate` takes them. issued : the day of issue, where None
        the as-of date of the case.

    Raises
    ------
    UsageError : fewer than two draws or two replicates, months that are no whole quarters, a day of issue before the
        as-of date.
    """
    run = ready(case, members=members, replicates=replicates, months=months, seed=seed, prior=prior)
    day = run.process.case.as_of
    if issued is not None and issued < day:
        raise UsageError(f"the forecast cannot be issued on {issued}, before the case's as-of date {day}")
    questions = questions_of(run.process.case, months)
    kept: dict[str, list[Ints]] = {question.id: [] for question in questions}
    numbers: list[Ints] = []
    for first in range(0, members, _CHUNK):
        who = np.arange(first, min(first + _CHUNK, members), dtype=np.int64)
        futures, fine = run_futures(run.process, run.spec.policies[run.spec.baseline], who, who // replicates)
        for question in questions:
            kept[question.id].append(answer(question, futures)[fine])
        numbers.append(who[fine] // replicates)
        if progress is not None:
            progress(int(who[-1]) + 1, members)
    probe = probe_of(run)
    draws = np.concatenate(numbers)
    answered = tuple(_answered(question, np.concatenate(kept[question.id]), draws) for question in questions)
    return Forecast(answered, _manifest(run, members, replicates, issued or day, probe, draws.size))


def ready(
    case: CaseLike, *, members: int, replicates: int, months: int, seed: int, prior: bool, probed: int = PROBED
) -> Run:
    """The run behind a forecast, checked and compiled and not begun. Raises as `freeze`."""
    if replicates < 2 or members < 2 * replicates or members < probed:
        raise UsageError(
            f"{members} members with {replicates} replicates: a forecast needs two draws, two histories of each and "
            f"{probed} members at least"
        )
    return prepare(
        case,
        Settings(
            policies=[NOTHING],
            baseline=NOTHING.id,
            members=members,
            replicates=replicates,
            months=months,
            seed=seed,
            prior=prior,
        ),
    )


def probe_of(run: Run) -> dict[str, int]:
    """Totals of the first members: equal as long as case, posterior and process give the same futures."""
    who = np.arange(PROBED, dtype=np.int64)
    futures, fine = run_futures(run.process, run.spec.policies[run.spec.baseline], who, who // run.spec.replicates)
    return totals_of(futures, fine)


def _manifest(  # noqa: PLR0917  # what a forecast is made of
    run: Run, members: int, replicates: int, issued: dt.date, probe: dict[str, int], counted: int
) -> dict[str, Any]:
    process = run.process
    return {
        "statement": STATEMENT,
        "issued": issued.isoformat(),
        "sees_nothing_after": process.case.as_of.isoformat(),
        "version": __version__,
        "run": {**run.about, "members": members, "replicates": replicates, "months": process.months},
        "members_counted": counted,
        "thresholds": list(EVENT_THRESHOLDS),
        "probe": {"members": PROBED, "totals": probe},
    }


def _answered(question: Question, answers: Ints, draws: Ints) -> Answered:
    met = answers != VOID
    values, who = answers[met], draws[met]
    n = int(values.size)
    if n == 0:
        return Answered(question, 0, None, None, None, (), ())
    yes = values >= 1
    low, high = spread_of_chance(yes, who)
    p = (yes.sum() + 0.5) / (n + 1)
    if question.kind is Kind.BINARY:
        return Answered(question, n, float(p), low, high, (), ())
    exceeds = tuple(float(((values >= least).sum() + 0.5) / (n + 1)) for least in EVENT_THRESHOLDS)
    shares = (np.arange(SAMPLE) + 0.5) / SAMPLE
    sample = np.sort(values)[np.minimum((shares * n).astype(np.int64), n - 1)]
    return Answered(question, n, float(p), low, high, exceeds, tuple(int(value) for value in sample))


def spread_of_chance(yes: Any, draws: Ints) -> tuple[float, float]:
    """5 and 95 % of a chance over parameter draws, the luck of the histories taken out.

    Parameters
    ----------
    yes : (m,) answers. draws : (m,) the parameter draw of each.
    """
    kinds, at = np.unique(draws, return_inverse=True)
    n = np.bincount(at).astype(np.float64)
    means = np.bincount(at, weights=np.asarray(yes, dtype=np.float64)) / n
    mean = float(np.asarray(yes, dtype=np.float64).mean())
    several = n > 1
    luck = (means * (1 - means))[several] / (n[several] - 1)
    noise = float(luck.mean()) if several.any() else 0.0
    variance = max(float(means.var(ddof=1)) - noise, 0.0) if kinds.size > 1 else 0.0
    ends = beta_quantiles(np.array([mean]), np.array([variance]), _ENDS)
    least = 0.5 / (draws.size + 1)  # nothing is certain after so many futures
    low, high = (float(np.clip(end[0], least, 1 - least)) for end in ends)
    return low, high

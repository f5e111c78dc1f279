"""Scoring a frozen forecast once answers are there; nothing that the forecast did not ask can be scored."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from dayafter.errors import UsageError
from dayafter.frozen.freeze import Answered, Forecast
from dayafter.frozen.questions import Kind

YES: Final = {"yes": 1, "no": 0}
COLUMNS: Final = ("id", "answer", "reports")
COVERED: Final = (5, 95)
"""Of a hundred equally likely values, the ones between which an answer is covered."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One question with what came of it."""

    id: str
    measure: str
    answer: int
    brier: float | None
    """Of a yes or no: squared difference; 0 is perfect, 0.25 is one half said of everything."""
    bits: float | None
    """Of a yes or no: −log2 of the chance that was given to what came."""
    crps: float | None
    """Of a count, in its unit: mean distance of the sample to the answer less half the mean distance within it."""
    crps_log: float | None
    """The same of log(1 + count)."""
    covered: bool | None
    """Of a count: whether the central 90 % of the sample hold the answer."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Every question that was answered, and those that were void or left open."""

    scored: tuple[Scored, ...]
    void: int
    open: int

    def mean(self, name: str, measure: str | None = None) -> float | None:
        """Mean of a score, of one measure or of all; None without any."""
        found = [
            float(value)
            for one in self.scored
            if (measure is None or one.measure == measure) and (value := getattr(one, name)) is not None
        ]
        return float(np.mean(found)) if found else None

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of which a question was answered, in the order of the forecast."""
        return tuple(dict.fromkeys(one.measure for one in self.scored))


def read_answers(path: Path) -> dict[str, str]:
    """Answers from a CSV file with the columns id, answer, reports: `yes`, `no`, a count, or `void`.

    Raises
    ------
    UsageError : there is no such file, a column is missing, an id stands twice, or an answer names no report.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; write a CSV file with the columns {', '.join(COLUMNS)}")
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    if lacks := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UsageError(f"{path} lacks the column {lacks[0]}; it needs {', '.join(COLUMNS)}")
    found: dict[str, str] = {}
    for row in rows:
        ident, said = (row["id"] or "").strip(), (row["answer"] or "").strip().lower()
        if ident in found:
            raise UsageError(f"{path}, line {rows.line_num}: {ident} is answered twice")
        if said and said != "void" and not (row["reports"] or "").strip():
            raise UsageError(f"{path}, line {rows.line_num}: {ident} names no report; say what the answer rests on")
        if said:
            found[ident] = said
    return found


def score(forecast: Forecast, answers: Mapping[str, str]) -> Scores:
    """Score a forecast against answers by question id.

    Raises
    ------
    UsageError : an id that the forecast does not ask, or an answer of the wrong kind.
    """
    asked = {one.question.id: one for one in forecast.answered}
    if unknown := [ident for ident in answers if ident not in asked]:
        raise UsageError(f"the forecast asks no question '{unknown[0]}'; ids stand in questions.csv")
    scored, void = [], 0
    for ident, one in asked.items():
        said = answers.get(ident)
        if said == "void" or (said is not None and one.n == 0):
            void += 1
        elif said is not None:
            scored.append(_scored(one, said))
    return Scores(tuple(scored), void, len(asked) - len(scored) - void)


def _scored(one: Answered, said: str) -> Scored:
    q = one.question
    if q.kind is Kind.BINARY:
        if said not in YES:
            raise UsageError(f"{q.id} is answered '{said}'; it takes yes, no or void")
        assert one.p is not None  # a question that is not void in some member has a chance
        came = YES[said]
        given = one.p if came else 1 - one.p
        return Scored(q.id, q.measure.value, came, (one.p - came) ** 2, -math.log2(given), None, None, None)
    if not said.isdecimal():
        raise UsageError(f"{q.id} is answered '{said}'; it takes a whole number or void")
    came = int(said)
    sample = np.array(one.sample, dtype=np.float64)
    low, high = sample[COVERED[0] - 1], sample[COVERED[1] - 1]
    logs = crps(np.log1p(sample), math.log1p(came))
    return Scored(q.id, q.measure.value, came, None, None, crps(sample, came), logs, bool(low <= came <= high))


def crps(sample: np.ndarray[tuple[int, ...], np.dtype[np.float64]], came: float) -> float:
    """Continuous ranked probability score of an ensemble: mean |x − y| − Σ|x − x'| / 2m², in the sample's unit.

    Source: T. Gneiting and A. E. Raftery (2007), JASA 102(477), 359-378.
    """
    apart = np.abs(sample[:, None] - sample[None, :]).mean()
    return float(np.abs(sample - came).mean() - apart / 2)


SHOWN: Final = ("brier", "bits", "crps", "crps_log", "covered")


def to_text(found: Scores) -> str:
    """Mean scores by measure, for a terminal."""
    lines = [f"{len(found.scored)} questions scored, {found.void} void, {found.open} open"]
    if found.scored:
        lines.append(f"{'':16}{'n':>5}" + "".join(f"{name:>10}" for name in SHOWN))
    for measure in found.measures:
        n = sum(one.measure == measure for one in found.scored)
        means = (found.mean(name, measure) for name in SHOWN)
        lines.append(f"{measure:16}{n:5}" + "".join(f"{'' if mean is None else f'{mean:.4g}':>10}" for mean in means))
    lines.append("lower is better; covered: share of counts within the central 90 %, 0.9 is honest")
    return "\n".join(lines) + "\n"


def to_json(found: Scores) -> str:
    """Every question and the means, as data."""
    body = {
        "scored": len(found.scored),
        "void": found.void,
        "open": found.open,
        "means": {measure: {name: found.mean(name, measure) for name in SHOWN} for measure in found.measures},
        "questions": [
            {"id": one.id, "measure": one.measure, "answer": one.answer} | {name: getattr(one, name) for name in SHOWN}
            for one in found.scored
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"

"""`dayafter score`: a forecast's file against what happened, alone or beside another forecast, as one report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from dayafter.errors import UsageError
from dayafter.scoring.compare import GIANT, Difference, difference, not_giant, skill_by_unit
from dayafter.scoring.rules import RULES, Floats, pit, score_rows
from dayafter.scoring.samples import Samples, open_samples
from dayafter.scoring.table import Actuals, read_actuals, unit_things

BINS_OF_PIT: Final = 10
NOTICEABLE: Final = 0.01
"""Deaths of mean CRPS: what differs by less in a unit at peace is the grain of a thousand draws."""
SEED: Final = 1
"""Of the bootstrap over units and of the randomised PIT: a report is the same each time."""
COMPARED: Final = ("crps", "ign", "mis", "log_crps")


@dataclass(frozen=True, slots=True)
class Skill:
    """One unit's mean CRPS, and the reference's where there is one."""

    unit: int | str
    rows: int
    crps: float
    reference: float | None
    skill: float | None
    """1 - crps / reference; None where the reference is 0 or there is none."""


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What `dayafter score` found. Means are plain means over the rows scored."""

    rows: int
    units: int
    months: tuple[int, int]
    draws: int
    not_known: int
    """Rows of the forecast on which nothing is known; not scored."""
    means: Mapping[str, float]
    giants: int
    """Rows on which more than 15,000 died."""
    means_without_giants: Mapping[str, float]
    pit: tuple[float, ...]
    """Share of rows in each tenth of the randomised PIT; 0.1 each where the forecast is calibrated."""
    against: Mapping[str, float] | None
    """The other forecast's means."""
    differences: Mapping[str, Difference] | None
    """Ours minus the other's, by rule; below 0 ours is better."""
    improved: int | None
    worse: int | None
    equal: int | None
    by_unit: tuple[Skill, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain types, for JSON."""
        return asdict(self)

    def as_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.as_dict(), indent=1) + "\n"

    def as_text(self, n_units: int = 10) -> str:
        """The report as a person reads it; `n_units` of the units that weigh most."""
        return "\n".join(_lines(self, n_units)) + "\n"


def pit_shares(values: Floats) -> tuple[float, ...]:
    """Share of the values in each tenth of 0..1."""
    counts, _ = np.histogram(values, bins=BINS_OF_PIT, range=(0.0, 1.0))
    return tuple(float(x) for x in counts / max(values.size, 1))


def _means(scores: Mapping[str, Floats], rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> dict[str, float]:
    return {name: float(values[rows].mean()) for name, values in scores.items()} if rows.any() else {}


@dataclass(frozen=True, slots=True)
class _Scored:
    """A forecast's scores, a number a row, and the chance integral transform of each."""

    scores: Mapping[str, Floats]
    pit: Floats


def _scored(samples: Samples, happened: Actuals) -> _Scored:
    """Score the rows on which something is known, in order of month and unit, a part of the file at a time."""
    at = np.cumsum(happened.known) - 1  # (rows,), where a known row goes
    n = int(happened.known.sum())
    things = unit_things(samples.units)
    scores, transform = {name: np.empty(n) for name in RULES}, np.empty(n)
    for rows, draws in samples.parts():
        known = happened.known[rows]
        mine, drawn = rows[known], draws[known]
        observed = happened.observed[mine]
        for name, values in score_rows(drawn, observed).items():
            scores[name][at[mine]] = values
        transform[at[mine]] = pit(drawn, observed, samples.months[mine], things[mine], SEED)
    return _Scored(scores, transform)


def _report(samples: Samples, happened: Actuals, mine: _Scored, theirs: Mapping[str, Floats] | None) -> ScoreReport:
    """Means, differences and the units that weigh most, of scores of the known rows."""
    known = np.flatnonzero(happened.known)
    units, observed, months = (
        tuple(samples.units[row] for row in known),
        happened.observed[known],
        samples.months[known],
    )
    labels = tuple(dict.fromkeys(units))
    place = {label: i for i, label in enumerate(labels)}
    number = np.array([place[label] for label in units], dtype=np.int64)
    scores = mine.scores
    small = not_giant(observed)
    differences = None
    reference = np.zeros(observed.size)
    if theirs is not None:
        reference = theirs["crps"]
        differences = {
            name: difference(scores[name], theirs[name], number, len(labels), seed=SEED) for name in COMPARED
        }
    skill = skill_by_unit(scores["crps"], reference, number, len(labels))
    rows_of = np.bincount(number, minlength=len(labels))
    by_unit = tuple(
        Skill(
            unit=label,
            rows=int(rows_of[i]),
            crps=float(skill.score[i]),
            reference=None if theirs is None else float(skill.reference[i]),
            skill=float(skill.skill[i]) if theirs is not None and skill.defined[i] else None,
        )
        for i, label in enumerate(labels)
    )
    return ScoreReport(
        rows=observed.size,
        units=len(labels),
        months=(int(months.min()), int(months.max())),
        draws=samples.n_draws,
        not_known=int((~happened.known).sum()),
        means=_means(scores, np.ones_like(small)),
        giants=int((~small).sum()),
        means_without_giants=_means(scores, small),
        pit=pit_shares(mine.pit),
        against=None if theirs is None else _means(theirs, np.ones_like(small)),
        differences=differences,
        improved=None if theirs is None else skill.improved,
        worse=None if theirs is None else skill.worse,
        equal=None if theirs is None else skill.equal,
        by_unit=tuple(sorted(by_unit, key=lambda s: (-s.crps * s.rows, str(s.unit)))),
    )


def score_files(
    forecast: Path,
    actuals: Path,
    against: Path | None = None,
    *,
    unit_column: str | None = None,
    target: str | None = None,
) -> ScoreReport:
    """Score a file of samples; the function behind `dayafter score`. Memory holds a part of the file at a time.

    Parameters
    ----------
    forecast, against : long format (month_id, unit, draw, outcome), Parquet or CSV.
    actuals : month_id, unit and a column of counts. unit_column, target : where they cannot be told from the heads.

    Raises
    ------
    UsageError : a file is not as it should be, the two forecasts are of different rows, or nothing can be scored.
    """
    with open_samples(forecast, unit_column) as mine:
        happened = read_actuals(actuals, mine.months, mine.units, mine.unit_column, target)
        if not happened.known.any():
            raise UsageError(
                f"{actuals}: nothing is known of any row of {forecast}; name actuals of the forecast's months"
            )
        theirs = None
        if against is not None:
            with open_samples(against, unit_column) as other:
                _same_rows(mine, other)
                theirs = _scored(other, happened).scores
        return _report(mine, happened, _scored(mine, happened), theirs)


def _same_rows(mine: Samples, other: Samples) -> None:
    """Refuse two forecasts of different unit-months: their means would not compare."""
    ours = dict.fromkeys(zip(mine.months.tolist(), mine.units, strict=True))
    theirs = dict.fromkeys(zip(other.months.tolist(), other.units, strict=True))
    for one, rows, two, lacking in ((mine, ours, other, theirs), (other, theirs, mine, ours)):
        for month, unit in rows:
            if (month, unit) not in lacking:
                raise UsageError(
                    f"{two.name}: there is no forecast of {unit} in month {month}, which {one.name} has; "
                    "cut both to the same unit-months"
                )


def _lines(report: ScoreReport, n_units: int) -> list[str]:
    first, last = report.months
    known = f"; {report.not_known} rows on which nothing is known were left out" if report.not_known else ""
    what = f"{report.rows:,} unit-months of {report.units:,} units, months {first} to {last}"
    lines = [
        f"{what}, {report.draws} draws each{known}",
        "",
        f"{'':34}{'mean':>12}{f'up to {GIANT:,}':>16}{'' if report.against is None else f'{chr(32):>6}other':>12}",
    ]
    for name, rule in RULES.items():
        calm = report.means_without_giants.get(name)
        other = "" if report.against is None else f"{report.against[name]:12.4f}"
        lines.append(
            f"{rule.title:34}{report.means[name]:12.4f}{'' if calm is None else f'{calm:16.4f}'}{other}  {rule.unit}"
        )
    lines += ["", "PIT, share of rows by tenths (calibrated: .10 each): " + " ".join(f"{x:.2f}" for x in report.pit)]
    if report.differences is not None:
        lines += ["", "difference from the other (below 0: better), 90 % interval over bootstrap samples of units"]
        for name, found in report.differences.items():
            lines.append(f"{RULES[name].title:34}{found.mean:12.4f}  [{found.low:.4f}, {found.high:.4f}]")
        gaps = [unit.reference - unit.crps for unit in report.by_unit if unit.reference is not None]
        better, worse = sum(gap > NOTICEABLE for gap in gaps), sum(gap < -NOTICEABLE for gap in gaps)
        lines.append(f"CRPS: {report.improved} units better, {report.worse} worse, {report.equal} equal; by more than")
        lines.append(f"{NOTICEABLE:g} deaths {better} better, {worse} worse: less than that is the grain of the draws")
    lines += ["", f"units that weigh most{'' if report.against is None else ', skill against the other'}"]
    for unit in report.by_unit[:n_units]:
        skill = "" if unit.skill is None else f"{unit.skill:8.2f}"
        lines.append(f"{unit.unit!s:34}{unit.crps:12.3f}{skill}")
    return lines

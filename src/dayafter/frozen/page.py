"""A frozen forecast as a page for people: the essay's forecasts, control, deals, violence and returns, limits first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dayafter.findings.words import percent
from dayafter.frozen.freeze import Answered, Forecast
from dayafter.frozen.questions import Measure

_ESSAY = {
    "X-01": "Scenes like those of Tuz in Sinjar (“not hard to imagine”)",
    "X-02": "Without three-party power-sharing Sinjar ends in violence (“almost certainly”)",
    "X-03": "The order of Jalawla and Saadiya is challenged and broken (“soon”)",
    "X-04": "Who breaks it: militias, remnants or aggrieved Sunni Arabs",
    "X-05": "An insurgent foothold, unless exclusion is remedied",
    "X-06": "No lasting deals without outside help",
    "X-07": "Violence in Tuz goes on",
}


_LEAD = """\
Issued as of {issued}, for {months} months, to {last}. Simulated under stated assumptions: doing nothing more,
{n} futures ({draws} parameter draws of {replicates} histories). It sees nothing after {seen}. This page is
written from the stored files by `make regenerate`; the forecast itself by `dayafter freeze`.
"""
_LIMITS = """\
## Limits first

- **It is a print-out of stated assumptions.** {known}; almost everything else is prior judgement. Where the
  essay makes a claim and the model holds the same mechanism, agreement is no evidence for either.
- **What happens and what is recorded are asked apart.** UCDP GED holds few events between forces that were on
  one side; a question about its record leans to “no” whatever happens.
- **Questions on what happens have no single source.** Their count by a scorer is a lower bound.
- An event is recorded in the model whether or not it kills; GED holds only events that kill. The recorded share
  covers both, so a recorded event can be likelier than one that kills.
- The tail of deaths may have no variance, so no question asks for a number of dead.
- The days between the issue and the first of the next month are in no window.
"""
_ESSAY_LEAD = """\
## The essay's own forecasts

Each was made a question with a window, a source and a rule before anything was run (`frozen.essay`). In
brackets: 90 % of parameter draws, histories averaged out. The essay's X-05 also speaks of 60 months, which is
beyond what is simulated and is not asked.
"""
_VIOLENCE_LEAD = """\
## Violence and returns by place

Totals cannot be read off quarters; the first year's four quarters stand here, all in the file. Chance of at
least one event in the quarter, and for returns the median with the central 90 % of futures.
"""
_SCORE = """\
## How to score it

`questions.csv` holds every question with its window, forecast and sample, `rules.csv` sources and rules,
`manifest.json` what it was made of, with hashes: a changed file is refused. Write answers into a CSV file with
the columns id, answer (`yes`, `no`, a count, `void`) and reports (what the answer rests on), then

```
dayafter score-frozen {case} --answers answers.csv
```

Brier score and bits for a yes or no; CRPS, its form on the log scale, and coverage for counts, by measure.
**Nothing has been scored yet.** Questions that nobody answers are counted as open, not left out.

## When it goes stale

The first {probed} futures are run again by the tests. Where their totals differ, the case, the posterior or the
process has changed since: the stored forecast still is what was issued, and a new one must be issued beside it
or, before a release, in its place.
"""


def page(forecast: Forecast) -> str:
    """The page as Markdown; the same for the same forecast."""
    made, asked = forecast.manifest, forecast.answered
    run = made["run"]
    calibrated = run["parameters"]["from"] == "posterior"
    lead = _LEAD.format(
        issued=made["issued"],
        months=run["months"],
        last=max(one.question.closes for one in asked),
        n=f"{made['members_counted']:,}",
        draws=run["members"] // run["replicates"],
        replicates=run["replicates"],
        seen=made["sees_nothing_after"],
    )
    known = "The rate of insurgent events is informed by a few recorded ones" if calibrated else "No record informs it"
    control = _by(asked, Measure.CONTROL, "control/", lambda one: one.question.place)
    ends = _by(asked, Measure.ENDED, "ended/", lambda one: one.question.deal)
    parts = (
        f"# A frozen forecast: {run['case']['id']}\n",
        lead,
        _LIMITS.format(known=known),
        _ESSAY_LEAD,
        _essay(asked),
        "## Who holds what\n",
        _table(("Changes hands within", "12 months", "24 months", "36 months"), control),
        "## Deals in force\n",
        _table(("Ends within", "6 months", "12 months", "24 months", "36 months"), ends),
        _VIOLENCE_LEAD,
        _violence(asked),
        _returns(asked),
        _SCORE.format(case=run["case"]["id"], probed=made["probe"]["members"]),
    )
    return "\n".join(parts)


def _essay(asked: Sequence[Answered]) -> str:
    rows = []
    for about, words in _ESSAY.items():
        mine = [one for one in asked if one.question.about == about]
        for number, one in enumerate(mine):
            rows.append((f"**{about}** {words}" if number == 0 else "", f"`{one.question.id}`", _said(one), one.word))
    return _table(("Forecast of the essay", "Question", "Chance", "In words"), rows)


def _said(one: Answered) -> str:
    if one.p is None or one.p_low is None or one.p_high is None:
        return "void in every future"
    note = f"; met in {one.n:,} futures" if one.question.condition else ""
    return f"{percent(one.p)} % [{percent(one.p_low)}, {percent(one.p_high)}]{note}"


def _by(asked: Sequence[Answered], measure: Measure, stem: str, what: object) -> Iterator[tuple[str, ...]]:
    assert callable(what)  # a reader of a label
    mine = [one for one in asked if one.question.measure is measure and one.question.id.startswith(stem)]
    for label in dict.fromkeys(what(one) for one in mine):
        yield (str(label), *(_said(one) for one in mine if what(one) == label))


def _violence(asked: Sequence[Answered]) -> str:
    mine = [
        one for one in asked if one.question.measure in {Measure.RECORDED, Measure.FATAL} and one.question.last <= 12
    ]
    rows = []
    for key in dict.fromkeys((one.question.place, one.question.violence_class) for one in mine):
        here = [one for one in mine if (one.question.place, one.question.violence_class) == key]
        cells = []
        for measure in (Measure.FATAL, Measure.RECORDED):
            chances = [percent(one.p) for one in here if one.question.measure is measure and one.p is not None]
            cells.append(" · ".join(str(chance) for chance in chances))
        rows.append((*key, *cells))
    head = ("Place", "Class", "An event that kills, %, quarters 1 to 4", "A recorded event, %, quarters 1 to 4")
    return _table(head, rows)


def _returns(asked: Sequence[Answered]) -> str:
    mine = [one for one in asked if one.question.measure is Measure.RETURNED and one.question.last <= 12]
    rows = []
    for place in dict.fromkeys(one.question.place for one in mine):
        cells = []
        for one in (each for each in mine if each.question.place == place):
            low, middle, high = (_rounded(float(np.quantile(one.sample, share))) for share in (0.05, 0.5, 0.95))
            cells.append(f"{middle:,} [{low:,}, {high:,}]")
        rows.append((place, *cells))
    return _table(("Persons who return", "Quarter 1", "Quarter 2", "Quarter 3", "Quarter 4"), rows)


def _rounded(value: float) -> int:
    """To two digits: the rest is luck."""
    size: int = 10 ** max(len(str(int(value))) - 2, 0)
    return round(value / size) * size


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
